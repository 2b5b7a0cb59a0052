"""A clinic's file through its mapping: one table of normalised transfers, each with what is wrong with it.

No row is lost. A row that cannot be read stays, with the codes of its problems; rows that the mapping leaves out by
name, and rows in which nothing stands, are counted. Everything is one expression that the engine carries out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, reduce
from operator import and_, or_
from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from rif_threshold.bounds import MOST_PROBLEMS
from rif_threshold.errors import Problem
from rif_threshold.register import loading, telling
from rif_threshold.register.between import TWO, embryo_rows_collapsed, marked, marks_between
from rif_threshold.register.fields import left_out, packed_fields, patient
from rif_threshold.register.mapping import CLOSED, Mapping, Tested
from rif_threshold.register.resolving import resolve, unfolded
from rif_threshold.register.values import AGE_PLACES

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
    """Rows that are no transfer: the column and text that say so; both are empty for rows in which nothing stands."""

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
        alone: the same with the problems of each row by itself only, which needs no look at other rows.
        mapping: how the file was read, less what is optional and not there.
        kind_at: what ``at`` is: ``date`` (days since 1970-01-01), ``order``, or nothing.
        unknown_columns: the columns of the file that the mapping does not name. They are not read.
    """

    rows: ir.Table
    alone: ir.Table
    mapping: Mapping
    kind_at: str
    unknown_columns: tuple[str, ...]
    _said: tuple[str, ...] = field(repr=False)
    _left_out: ir.Table = field(repr=False)
    _reasons: tuple[tuple[str, str], ...] = field(repr=False)

    @cached_property
    def dropped(self) -> tuple[Dropped, ...]:
        """The rows that were left out by name, and those in which nothing stands, with their number."""
        counted = self._left_out.group_by("reason").agg(number=self._left_out.count()).to_pyarrow().to_pylist()
        by_reason = {each["reason"]: each["number"] for each in counted}
        reasons = enumerate(self._reasons)
        return tuple(Dropped(*reason, rows=by_reason[place]) for place, reason in reasons if place in by_reason)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What must be said of the file beside every result, in sentences."""
        return (*self._said, *telling.warnings(self.mapping), *self.people)

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Those of them by which people could be known."""
        return tuple(telling.people(self.alone, self.mapping))

    def problems(self, most: int = MOST_PROBLEMS) -> tuple[Problem, ...]:
        """What is wrong with the first rows that have a problem, in words, and how many rows more have some.

        Args:
            most: of how many rows the problems are told.
        """
        return telling.problems(self.rows, self.mapping, most)


def read(backend: ibis.BaseBackend, path: Path, mapping: Mapping, today: date | None = None) -> Register:
    """Read a file through a mapping on an engine.

    Args:
        backend: DuckDB or Spark, connected by Ibis.
        path: CSV, Parquet or XLSX; what it is, its first bytes say.
        mapping: how it is read.
        today: the day after which no transfer can have been done; by the clock where it is left out.

    Raises:
        InvalidInput: where the file cannot be read at all, or lacks a column that the mapping names; all are named.
    """
    raw = loading.load(backend, path, mapping)
    found, unknown = resolve(mapping, raw.heading)
    raw = unfolded(raw, found)
    kind_at = "date" if found.date else "order" if found.order else ""
    packed, codes = _packed(raw, found, today or datetime.now().astimezone().date())
    packed = loading.stage(backend, packed)
    kept, dropped = packed.filter(packed["reason"].isnull()), packed.filter(packed["reason"].notnull())
    if found.rows == "embryo":
        codes = {name: (*each, TWO) for name, each in codes.items()}
        kept = loading.stage(backend, embryo_rows_collapsed(kept, kind_at, codes))
    alone = _unpacked(kept, found, codes, kind_at)
    rows = alone
    if found.patient:
        of_embryos = found.rows == "embryo"
        marks = marks_between(alone, kind_at, of_embryos=of_embryos, ages_may_fall=found.ages_may_fall)
        rows = marked(alone, loading.stage(backend, marks))
    reasons = (("", ""), *((column, word) for column, word, _ in left_out(found, raw.text)))
    return Register(rows, alone, found, kind_at, unknown, raw.said, dropped, reasons)


_NARROW = {
    "date": "int32",
    "order": "int32",
    "oocyte_age_years": "int16",
    "live_birth_percent": "float64",
}
"""How wide a packed field is, where a byte does not hold it; a register of ten million rows has to fit."""


def _packed(raw: loading.Raw, mapping: Mapping, today: date) -> tuple[ir.Table, dict[str, tuple[str, ...]]]:
    """Every row with one number for each field, why it is left out, and what a number below zero means."""
    nothing = reduce(and_, (raw.text(column).fill_null("") == "" for column in mapping.columns()), ~raw.table["ragged"])
    reasons = [(nothing, ibis.literal(0, "int16"))]
    reasons += [
        (fits, ibis.literal(number, "int16")) for number, (*_, fits) in enumerate(left_out(mapping, raw.text), start=1)
    ]
    fields = packed_fields(mapping, raw.text, today, typed=raw.typed)
    table = raw.table.select(
        *(name for name in ("row", "ragged") if name in raw.table.columns),
        patient=patient(mapping, raw.text),
        reason=ibis.cases(*reasons, else_=ibis.null("int16")),
        **{name: each.value.cast(_NARROW.get(name, "int8")) for name, each in fields.items()},
    )
    return table, {name: each.codes for name, each in fields.items()}


def _unpacked(packed: ir.Table, mapping: Mapping, codes: dict[str, tuple[str, ...]], kind_at: str) -> ir.Table:
    """The values of every row, and its problems in words for programs."""
    ages = _good(packed, "oocyte_age_years")
    low, high = (ages / AGE_PLACES).floor().cast("int64"), ages % AGE_PLACES
    ragged = packed["ragged"]
    values = {
        "row": packed["row"],
        "patient": packed["patient"],
        "at": ibis.ifelse(ragged, ibis.null("int64"), _good(packed, kind_at)),
        "age": ibis.ifelse(low == high, low, ibis.null("int64")),
        "age_low": low,
        "age_high": high,
        "embryos": _good(packed, "embryos"),
        "live_birth_percent": _good(packed, "live_birth_percent", "float64"),
        **{name: _good(packed, name) for name in mapping.flags},
    }
    for name in ("ploidy", "stage", "result", "live_birth_per"):
        values[name] = _word(packed, name, mapping) if name in packed.columns else ibis.null("string")
    told = [(packed["patient"] == "", "missing:patient")] if mapping.patient else []
    checked = {name: each for name, each in codes.items() if each}
    wrong = reduce(or_, (*(packed[name] < 0 for name in checked), *(fits for fits, _ in told)))
    texts = [ibis.ifelse(fits, f"{text};", "") for fits, text in told]
    texts += [
        packed[name].cases(*((-n, f"{code}:{name};") for n, code in enumerate(each, start=1)), else_="")
        for name, each in checked.items()
    ]
    joined = reduce(lambda text, more: text + more, texts).re_replace(";$", "")
    # Cells that are too few or too many may stand in each other's columns: what else seems wrong with them is no help.
    problem = ibis.cases((ragged, "ragged:row"), (wrong, joined), else_=ibis.null("string"))
    return packed.select(**{name: values[name] for name in (*COLUMNS, *mapping.flags)}, problem=problem)


def _good(packed: ir.Table, name: str, kind: str = "int64") -> ir.NumericValue:
    """The values of a field; null where one is not known or cannot be read, and where the mapping has none."""
    if name not in packed.columns:
        return ibis.null(kind)
    return ibis.ifelse(packed[name] >= 0, packed[name], ibis.null()).cast(kind)


def _word(packed: ir.Table, name: str, mapping: Mapping) -> ir.StringValue:
    shown: Callable[[str], str] = str
    if name == "ploidy" and mapping.tested_means:
        means = str(mapping.tested_means)
        shown = lambda word: means if word == Tested.TESTED else str(word)  # noqa: E731
    words = ((place, shown(word)) for place, word in enumerate(CLOSED[name]))
    return packed[name].cases(*words, else_=ibis.null("string"))
