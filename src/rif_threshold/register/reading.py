"""A clinic's file through its mapping: one table of normalised transfers, each with what is wrong with it.

No row is lost. A row that cannot be read stays, with the codes of its problems; rows that the mapping leaves out by
name, and rows in which nothing stands, are counted. Everything is one expression that the engine carries out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import and_, or_
from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from rif_threshold.errors import Problem
from rif_threshold.register.between import Faults, between_rows, embryo_rows_collapsed
from rif_threshold.register.fields import left_out, read_fields
from rif_threshold.register.loading import Raw, load
from rif_threshold.register.mapping import Mapping
from rif_threshold.register.resolving import resolve, unfolded

COLUMNS = (
    "row",
    "patient",
    "at",
    "age",
    "age_low",
    "age_high",
    "ploidy",
    "embryos",
    "stage",
    "result",
    "live_birth_percent",
    "live_birth_per",
)
"""The columns of the normalised table, before outcomes that have a column of their own, and ``problem``."""


class Dropped(NamedTuple):
    """Rows that are no transfer: the column and its text that say so; both are empty for rows in which nothing stands."""

    column: str
    text: str
    rows: int


@dataclass(frozen=True)
class Register:
    """A clinic's file as normalised transfers.

    Attributes:
        rows: the transfers, as an expression: `COLUMNS`, one column for each outcome of its own (1, 0 or null), and
            ``problem``: null, or ``code:field`` of all problems of the row, joined by ``;``. ``row`` is the number of
            the row of data in the file, from 1; unfolded rows share it, and collapsed ones have that of the first.
        mapping: how the file was read, less what is optional and not there.
        kind_at: what ``at`` is: ``date`` (days since 1970-01-01), ``order``, or nothing.
        unknown_columns: the columns of the file that the mapping does not name. They are not read.
    """

    rows: ir.Table
    mapping: Mapping
    kind_at: str
    unknown_columns: tuple[str, ...]
    _left_out: ir.Table = field(repr=False)
    _reasons: tuple[tuple[str, str], ...] = field(repr=False)

    @cached_property
    def dropped(self) -> tuple[Dropped, ...]:
        """The rows that were left out by name, and those in which nothing stands, with their number."""
        counted = self._left_out.group_by("reason").agg(rows=self._left_out.count()).to_pyarrow().to_pylist()
        by_reason = {each["reason"]: each["rows"] for each in counted}
        return tuple(Dropped(*self._reasons[each], by_reason[each]) for each in sorted(by_reason))


def read(backend: ibis.BaseBackend, path: Path, mapping: Mapping) -> Register:
    """Read a file through a mapping on an engine.

    Args:
        backend: DuckDB or Spark, connected by Ibis.
        path: CSV, Parquet or XLSX; what it is, its first bytes say.
        mapping: how it is read.

    Raises:
        InvalidInput: where the file cannot be read at all, or lacks a column that the mapping names; all are named.
    """
    raw = load(backend, path, mapping)
    found, unknown = resolve(mapping, raw.heading)
    raw = unfolded(raw, found)
    kind_at = "date" if found.date else "order" if found.order else ""
    reasons = (("", ""), *((column, word) for column, word, _ in left_out(found, raw.text)))
    kept, dropped = _divided(raw, found)
    rows, faults = _normalised(kept, found)
    if found.rows == "embryo":
        rows, faults = embryo_rows_collapsed(rows, faults, found.flags)
    if found.patient:
        rows, more = between_rows(rows, kind_at, ages_may_fall=found.ages_may_fall)
        faults = faults | more
    rows = rows.select(*COLUMNS, *found.flags, problem=_told(rows, faults))
    return Register(rows, found, kind_at, unknown, dropped, reasons)


def _divided(raw: Raw, mapping: Mapping) -> tuple[Raw, ir.Table]:
    """The rows that count, and those that do not with the number of the reason."""
    empty = ~raw.table["ragged"] & reduce(and_, (raw.text(column) == "" for column in mapping.columns()))
    reasons = [(empty, 0)]
    reasons += [(found, number) for number, (*_, found) in enumerate(left_out(mapping, raw.text), start=1)]
    reason = ibis.cases(*reasons, else_=ibis.null("int64"))
    table = raw.table.mutate(reason=reason)
    return raw._replace(table=table.filter(table["reason"].isnull())), table.filter(table["reason"].notnull())


def _normalised(raw: Raw, mapping: Mapping) -> tuple[ir.Table, Faults]:
    """Each row by itself: its values, and a column for everything that may be wrong."""
    values: dict[str, ir.Value] = {"row": raw.table["row"]}
    faults: Faults = {("ragged", "row"): "fault0"}
    marks: dict[str, ir.Value] = {"fault0": raw.table["ragged"]}
    for name, read_field in read_fields(mapping, raw.text, typed=raw.typed).items():
        values |= dict(read_field.value)
        for code, fault in read_field.faults.items():
            column = f"fault{len(faults)}"
            faults[code, name] = column
            marks[column] = fault
    return raw.table.select(**values, **marks), faults


def _told(rows: ir.Table, faults: Faults) -> ir.StringValue:
    """``code:field`` of everything that is wrong with a row, joined by ``;``; null where nothing is."""
    each = (ibis.ifelse(rows[column], f"{code}:{name};", "") for (code, name), column in faults.items())
    joined = reduce(lambda text, more: text + more, each)
    wrong = reduce(or_, (rows[column] for column in faults.values()))
    return ibis.ifelse(wrong, joined.re_replace(";$", ""), ibis.null("string"))


def problems(register: Register, most: int) -> Iterator[Problem]:
    """Placeholder."""
    yield from ()
