"""How many couples have which history, by one aggregation of the engine: all that an audit is reckoned from.

A history is every transfer of a couple whose result is known, oldest first: its kind, with ages put at the beginning of
their cell so that no table tells them apart, and what followed. There are few different ones, whatever the number of
couples, and they are the same on every engine, for rows in any order.
"""

import dataclasses
import datetime
import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.register.codes import AWAITED, KIND, ROW, part, worth_of
from rif_threshold.register.counting import BETWEEN, Kept, pieces, positive
from rif_threshold.register.deciding import cells
from rif_threshold.register.engines import Engine
from rif_threshold.register.period import day_of, months_before, number_of
from rif_threshold.register.settings import audit_settings, rate_settings
from rif_threshold.register.sums import clinical_of, good_rows, time_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

FAILED, POSITIVE, CLINICAL, ONGOING = range(4)
"""What followed a transfer: no positive test; a positive one without a clinical pregnancy, with one, or not known."""
_FEWEST_DAYS = datetime.timedelta(days=1)


class History(NamedTuple):
    """What couples have in common.

    Attributes:
        text: every transfer, oldest first: the code of its kind and one digit for what followed, ``|`` between.
        awaited: a test is awaited.
        recent: the last transfer lies so near to the end of the file that the couple may be in treatment.
        early: the first transfer lies so near to its beginning that there may have been others before.
        era: when the first transfer was: 0 before, 1 within the last whole years, 2 after them; 0 without dates.
    """

    text: str
    awaited: bool
    recent: bool
    early: bool
    era: int


class Dates(NamedTuple):
    """The days that matter in a file with dates.

    Attributes:
        first: the first of a transfer.
        last: the last.
        until: the last that is counted.
        recent: from here on a couple may be in treatment.
        early: up to here transfers may have gone before.
        later: the first day of the last whole years.
        over: the last day of them.
    """

    first: datetime.date
    last: datetime.date
    until: datetime.date
    recent: datetime.date
    early: datetime.date
    later: datetime.date
    over: datetime.date


@dataclasses.dataclass(frozen=True)
class Histories:
    """The histories of a register with the number of couples that have each.

    Attributes:
        couples: histories in the order of their texts, each with its number.
        dates: the days that matter; ``None`` where the register has numbers for dates.
        rows: the rows that were read.
        awaited: rows whose test is awaited.
        too_recent: rows of the last days, left out because some of their tests are awaited.
        in_couples_with_problem: rows of couples of which a row has a problem.
        embryos_not_known: rows for which the number of embryos is not recorded.
        said: what must be said of how the register was read.
    """

    couples: tuple[tuple[History, int], ...]
    dates: Dates | None
    rows: int
    awaited: int
    too_recent: int
    in_couples_with_problem: int
    embryos_not_known: int
    said: tuple[str, ...]


def histories_of(kept: Kept, engine: Engine, *, dates: bool) -> Histories:
    """Count the histories of a register.

    Args:
        kept: the register.
        engine: where it lies.
        dates: whether the places in time are days.

    Raises:
        InvalidInput: where the register has no patients, or every couple has a problem.
    """
    if not kept.has_patients:
        why = "the register has no patients: its rows cannot be put together to couples, and only couples are audited"
        raise InvalidInput((Problem("patient", "", why, "missing"),))
    good = engine.keep(good_rows(kept), "audited")
    (time,) = engine.rows(time_of(good))
    if time["first"] is None:
        raise InvalidInput((Problem("register", "", "every couple has a problem: there is nothing to audit", "empty"),))
    days = _dates(time) if dates else None
    (totals,) = engine.rows(_totals(good, days))
    found: Counter[History] = Counter()
    for rows in pieces(dataclasses.replace(kept, rows=good), engine):
        for row in engine.rows(_counted(rows, days)):
            found[History(*(row[name] for name in History._fields))] += row["couples"]
    return Histories(
        couples=tuple(sorted(found.items())),
        dates=days,
        rows=kept.facts["rows"],
        awaited=totals["awaited"] or 0,
        too_recent=totals["too_recent"] or 0,
        in_couples_with_problem=kept.facts["rows"] - totals["rows"],
        embryos_not_known=totals["embryos_not_known"] or 0,
        said=kept.said,
    )


def _dates(time: dict[str, Any]) -> Dates:
    first, last, settings = day_of(time["first"]), day_of(time["last"]), audit_settings()
    untold = last - datetime.timedelta(days=rate_settings().untold_days)
    waiting = time["awaited"] is not None and day_of(time["awaited"]) > untold
    over = last if last == datetime.date(last.year, 12, 31) else datetime.date(last.year - 1, 12, 31)
    return Dates(
        first=first,
        last=last,
        until=untold if waiting else last,
        recent=months_before(last, settings.in_treatment_months) + _FEWEST_DAYS,
        early=months_before(first, -settings.early_months),
        later=datetime.date(over.year + 1 - settings.later_years, 1, 1),
        over=over,
    )


def _after(day: datetime.date) -> int:
    """The smallest number after a day."""
    return number_of(day + _FEWEST_DAYS)


def _too_recent(number: "ir.Column", days: Dates | None) -> "ir.Column":
    """Whether a transfer lies in the last days, which are left out."""
    import ibis  # noqa: PLC0415 - loaded only when used

    return ibis.literal(value=False) if days is None else number >= _after(days.until)


def _totals(good: "ir.Table", days: Dates | None) -> "ir.Table":
    waits = part(good.number, "result") == AWAITED
    return good.aggregate(
        rows=good.count(),
        awaited=waits.sum(),
        too_recent=(~waits & _too_recent(good.number, days)).sum(),
        embryos_not_known=(part(good.number, "embryos") == 0).sum(),
    )


def _counted(good: "ir.Table", days: Dates | None) -> "ir.Table":
    """One row a history: its attributes, and ``couples``."""
    import ibis  # noqa: PLC0415 - loaded only when used

    no, number = ibis.literal(value=False), good.number
    waits = part(number, "result") == AWAITED
    known = ~waits & ~_too_recent(number, days)
    # Time above, what is wanted of the transfer below: the numbers sort as the transfers did.
    rows = good.select("patient", "number", waits=waits, known=known, coded=number - number % ROW + _told(number))
    couple = rows.group_by("patient").aggregate(
        told=rows.coded.collect(where=rows.known),
        awaited=rows.waits.max(),
        first=rows.number.min(),
        last=rows.number.max(),
    )
    text = couple.told.sort().map(lambda each: (each % ROW).cast("string")).join(BETWEEN).fill_null("")
    era = ibis.literal(0, "int64")
    if days is not None:
        era = (couple.first >= number_of(days.later)).cast("int64") + (couple.first >= _after(days.over)).cast("int64")
    shown = couple.select(
        text=text,
        awaited=couple.awaited,
        recent=no if days is None else couple["last"] >= number_of(days.recent),
        early=no if days is None else couple["first"] < number_of(days.early),
        era=era,
    )
    return shown.group_by(*History._fields).aggregate(couples=shown.count())


def _told(number: "ir.Column") -> "ir.Column":
    """The kind of a transfer, its stage left out and its ages at the beginning of their cells, and what followed."""
    ages = {name: part(number, name) for name in ("age_low", "age_high")}
    kind = sum(
        (_cell(age) * (worth_of(name) // KIND) for name, age in ages.items()),
        part(number, "ploidy") * (worth_of("ploidy") // KIND) + part(number, "embryos") * (worth_of("embryos") // KIND),
    )
    known, came = clinical_of(number)
    followed = positive(number).ifelse(known.ifelse(came.ifelse(CLINICAL, POSITIVE), ONGOING), FAILED)
    return kind * _DIGIT + followed


_DIGIT = 10
"""What a kind is worth: the digit below says what followed."""


def _cell(age: "ir.Column") -> "ir.Column":
    """The beginning of the cell in which an age lies; an end that is open, or beyond all tables, stays as it is."""
    import ibis  # noqa: PLC0415 - loaded only when used

    starts = cells({})
    within = ((age >= start) & (age < after) for start, after in itertools.pairwise(starts))
    return ibis.cases(*((each, start) for each, start in zip(within, starts, strict=False)), else_=age).cast("int64")
