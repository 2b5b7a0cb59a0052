"""What stands in a file, so that a mapping can be written for it: its columns, their words, and what is not mapped.

Identifiers are never shown: no text of a column that is read as the patient, or that has many different texts, and no
rare text of a column that is not read at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, get_args

import ibis
import ibis.expr.types as ir

from rif_threshold.register import loading
from rif_threshold.register.mapping import (
    ANY,
    CLOSED,
    NUMBERED,
    OWN_ORDER,
    SERIAL,
    DateOrder,
    Mapping,
    Words,
    numbered_columns,
)
from rif_threshold.register.mappings import mappings
from rif_threshold.register.telling import SAMPLE, of_identifiers
from rif_threshold.register.values import days

MOST_WORDS = 30
"""A column with more different texts than these holds no words."""
FEWEST_TIMES = 5
"""A text of a column that is not read is shown only where it stands so often: a rare one may be a note on somebody."""


@dataclass(frozen=True)
class Found:
    """One column of a file.

    Attributes:
        column: its heading.
        field: what it is read as, or may be by its heading; empty where that is not known.
        texts: how many different texts stand in it, the empty one included.
        words: the texts that may be shown with their number, the commonest first.
        unmapped: those of them that the mapping does not name.
        orders: the orders of days in which everything in it can be read, where it looks like days.
        days: what is to be said of it as a column of days, in sentences.
        people: what is to be said where people could be known by it.
    """

    column: str
    field: str
    texts: int
    words: tuple[tuple[str, int], ...]
    unmapped: tuple[str, ...]
    orders: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """What must be said of it."""
        return (*self.days, *self.people)


class Explored(NamedTuple):
    """What stands in a file.

    Attributes:
        mapping: how it was looked at.
        guessed: whether that was guessed, because none was given.
        rows: how many it has.
        columns: every column that has a heading.
        decimals: the decimal signs that stand in it, and in how many cells; which is meant is not decided by two.
        fits: how many of its columns the mapping that was guessed names.
        guess: what was guessed, in a sentence; empty where nothing was.
        lacks: the fields of which it is not decided which column holds them; ``date`` may be a number instead.
        of_decimals: what is to be said of decimals; empty where nothing is.
        of_rows: what is to be said of how its rows stand in it.
    """

    mapping: Mapping
    guessed: bool
    rows: int
    columns: tuple[Found, ...]
    decimals: dict[str, int]
    fits: int
    guess: str
    lacks: tuple[str, ...]
    of_decimals: str
    of_rows: tuple[str, ...]

    @property
    def said(self) -> tuple[str, ...]:
        """What was guessed, what is not decided, and what must be said of it, for the command line."""
        guess = f"{self.guess} If that is wrong, name another with --map." if self.fits else self.guess
        named = ("date or order" if each == "date" else each for each in self.lacks)
        lacks = f"Not decided: which column holds {', '.join(named)}." if self.lacks else ""
        return (*filter(None, (guess, lacks, self.of_decimals)), *self.of_rows)


def explore(path: Path, mapping: Mapping | None) -> Explored:
    """Look through a file, on an engine of its own.

    Args:
        path: the file.
        mapping: how it is read; where none is given, what a column holds is told by the headings of those shipped.

    Raises:
        InvalidInput: where the file cannot be read as a table.
    """
    backend = ibis.duckdb.connect()
    by, fits = (mapping, 0) if mapping else _nearest(backend, path)
    raw = loading.load(backend, path, by)
    rows = raw.table.count().to_pyarrow().as_py()
    fields = _fields(by, raw.heading)
    found = tuple(_column(raw, name, fields.get(name, ""), by) for name in raw.heading if name)
    decimals = _decimals(raw)
    return Explored(
        mapping=by,
        guessed=mapping is None,
        rows=rows,
        columns=found,
        decimals=decimals,
        fits=fits,
        guess="" if mapping else _guess(by, fits),
        lacks=tuple(_lacks(by, found)),
        of_decimals=_of_decimals(decimals, None if mapping else by.decimal),
        of_rows=raw.said,
    )


def _nearest(backend: ibis.BaseBackend, path: Path) -> tuple[Mapping, int]:
    """The shipped mapping most of whose columns a file has, and how many.

    Where it has none of any, the calculator's own with the separator that parts the heading.
    """
    own = mappings()["own_words"]
    best, most = own, -1
    for shipped in sorted(mappings().values(), key=lambda each: each.untried):
        with loading.tried():
            heading = loading.load(backend, path, shipped).heading
            if (fits := 2 * len(_fields(shipped, heading)) + (len(heading) > 1)) > most:
                best, most = shipped, fits
    return (best, most // 2) if most > 1 else (own.model_copy(update={"separator": best.separator}), 0)


def _guess(by: Mapping, fits: int) -> str:
    if not fits:
        return (
            "No shipped mapping has a heading of this file: nothing is read as anything."
            f" The separator was guessed: {by.separator!r}."
        )
    columns = "column" if fits == 1 else "columns"
    return f"Guessed, by {fits} {columns} whose headings it has: {by.title}. {by.about}"


def _lacks(by: Mapping, found: tuple[Found, ...]) -> Iterator[str]:
    """The fields of which only the user can decide which column holds them."""
    read = {each.field for each in found}
    heading = tuple(each.column for each in found)
    read |= {name for name, field in by.fields() if any(next(meant(each, heading), "") for each in field.columns())}
    read |= {name for name, field in by.fields() if read and getattr(field, "constant", None) is not None}
    yield from (name for name in ("patient", "oocyte_age_years", "ploidy", "result") if name not in read)
    if not read & {"date", "order"}:
        yield "date"


def _of_decimals(decimals: dict[str, int], taken: str | None) -> str:
    """What is to be said of decimals; ``taken`` is the sign of a mapping that was guessed."""
    if len(decimals) > 1:
        return "Not decided: what stands before decimals. Numbers with a comma and numbers with a point stand in it."
    for sign, cells in decimals.items():
        if taken is not None and sign != taken:
            where = "one cell" if cells == 1 else f"{cells:,} cells"
            return f"Decimals stand behind {sign!r} in {where}, and behind {taken!r} in none."
    return ""


def _decimals(raw: loading.Raw) -> dict[str, int]:
    """The signs that stand before decimals, and in how many cells of any column."""
    signs = (",", ".")
    form = "^[0-9]{{1,3}}[{sign}][0-9]{{1,2}}$"
    columns = [name for name in raw.heading if name]
    seen = {
        f"s{place}_{at}": raw.text(name).fill_null("").strip().re_search(form.format(sign=sign)).sum()
        for at, name in enumerate(columns)
        for place, sign in enumerate(signs)
    }
    (counted,) = raw.table.aggregate(**seen).to_pyarrow().to_pylist()
    cells = {
        sign: sum(counted[f"s{place}_{at}"] or 0 for at in range(len(columns))) for place, sign in enumerate(signs)
    }
    return {sign: count for sign, count in cells.items() if count}


def _fields(mapping: Mapping, heading: tuple[str, ...]) -> dict[str, str]:
    """What each column is read as."""
    read: dict[str, str] = {}
    kept = (("keep", each) for each in mapping.keep)
    for name, field in (*mapping.fields(), *kept):
        for column in field.columns():
            for each in meant(column, heading):
                read.setdefault(each, name)
    return read


def meant(column: str, heading: tuple[str, ...]) -> Iterator[str]:
    """The headings that a column of a mapping means: itself, numbered ones, or all that begin so."""
    if NUMBERED in column:
        yield from numbered_columns(column, heading).values()
    elif column.endswith(ANY):
        yield from (name for name in heading if name.startswith(column.removesuffix(ANY)))
    elif column in heading:
        yield column


def _column(raw: loading.Raw, name: str, field: str, mapping: Mapping) -> Found:
    texts = raw.table.select(text=raw.text(name).fill_null("").strip())
    counted = texts.group_by("text").agg(times=texts.count())
    different = counted.count().to_pyarrow().as_py()
    order = mapping.date.order if field == "date" and mapping.date else ""
    orders, said = _days(texts, order, typed=raw.typed) if field in {"", "date", "oocyte_age_years"} else ((), ())
    doubtful = field == "patient" or (not field and not orders)
    people = _people(texts, name, field, different) if doubtful else ()
    if different > MOST_WORDS or people or field in {"patient", "date", "order", "live_birth_percent"}:
        return Found(name, field, different, (), (), orders, said, people)
    listed = counted.order_by(ibis.desc("times"), "text").to_pyarrow().to_pylist()
    words = tuple((each["text"], each["times"]) for each in listed if field or each["times"] >= FEWEST_TIMES)
    known = _known(mapping, field, name)
    unmapped = tuple(text for text, _ in words if known is not None and text not in known)
    return Found(name, field, different, words, unmapped, orders, said, people)


def _days(texts: ir.Table, order: str, *, typed: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """In which orders a column can be read as days, and what is to be said of that; nothing where it holds none."""
    stands = texts.filter(texts["text"] != "")
    tried = [each for each in get_args(DateOrder) if each != SERIAL or order == SERIAL]
    reads = {f"o{place}": days(stands["text"], each, typed=typed).notnull().sum() for place, each in enumerate(tried)}
    (counted,) = stands.aggregate(rows=stands.count(), **reads).to_pyarrow().to_pylist()
    by_order = {each: counted[f"o{place}"] or 0 for place, each in enumerate(tried)}
    rows, most = counted["rows"], max(by_order.values())
    if 2 * most <= rows:
        return (), ((f"It is no column of days in the order {order}.",) if order and rows else ())
    orders = tuple(each for each, count in by_order.items() if count == most)
    as_days = typed and OWN_ORDER in orders  # cells that are days are read as they are, in whatever order others stand
    orders = (OWN_ORDER,) if as_days else orders
    which = " and ".join(orders)
    if most < rows:
        said = f"Days: {most:,} of {rows:,} can be read as {which}; the others are no such days."
    else:
        said = f"Days: all can be read as {which}."
    if len(orders) > 1:
        said += " Not decided: nothing in the file tells which it is. Name the order yourself."
    elif order and order not in orders and not as_days:
        said += f" The mapping says {order}."
    return orders, (said,)


def _people(texts: ir.Table, name: str, field: str, different: int) -> tuple[str, ...]:
    """Whether a column looks as if it held names or national numbers of people. No text of it is told."""
    sample = [each for each in texts.limit(SAMPLE).to_pyarrow()["text"].to_pylist() if each]
    each = set(sample)
    mostly_different = different > MOST_WORDS or 2 * len(each) > len(sample)
    if not mostly_different and FEWEST_TIMES * len(each) >= len(sample):  # a person has several transfers
        mostly_different = all(text.istitle() and " " in text for text in each)
    return tuple(of_identifiers(sample, f"the column {name}")) if field or mostly_different else ()


def _known(mapping: Mapping, field: str, column: str) -> set[str] | None:
    """The texts of a column that a mapping names; nothing where it does not go by words."""
    if field == "keep":
        return {text for each in mapping.keep if each.column == column for text in (*each.keep, *each.leave_out)}
    read = getattr(mapping, field, None) if field in CLOSED else None
    if not isinstance(read, Words):
        return None
    if read.rules:
        return {text for rule in read.rules for text in rule.when.get(column, ())}
    return {*(read.words if read.words is not None else map(str, CLOSED[field])), *read.missing}
