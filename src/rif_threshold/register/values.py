"""Texts as values: numbers, percentages, days, ages and words, as expressions that every engine can compile.

Each is a `Read`: the value, null where it is missing or cannot be read, and what may be wrong with it, by code.
Nothing is guessed: a text that is not written as the mapping says is never a value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from operator import and_

import ibis
import ibis.expr.types as ir

from rif_threshold.method import method
from rif_threshold.register.limits import limits
from rif_threshold.register.mapping import OWN_ORDER, DateOrder

Text = Callable[[str], ir.StringValue]
"""The text of a column by its heading."""

YOUNGEST, OLDEST = 0, 99
"""The ends of a band that is open: every age of two digits."""
_DASHES = "‐‑–—−"


@dataclass(frozen=True)
class Read:
    """What is read of one field.

    Attributes:
        value: the value, or several by the name of their column.
        faults: code -> whether this is wrong.
    """

    value: ir.Value | Mapping[str, ir.Value]
    faults: Mapping[str, ir.BooleanValue] = field(default_factory=dict)


def true_of(condition: ir.BooleanValue) -> ir.BooleanValue:
    """A condition that may be null, as one that is not."""
    return condition.fill_null(ibis.literal(value=False))


def within(when: Mapping[str, tuple[str, ...]], text: Text) -> ir.BooleanValue:
    """Whether every column of a condition holds one of its texts."""
    return reduce(and_, (text(column).isin(words) for column, words in when.items()))


def _digits(text: ir.StringValue, pattern: str, group: int = 1) -> ir.IntegerValue:
    """The whole number that a group of a pattern holds; null where the text is not so written."""
    return text.re_extract(pattern, group).nullif("").cast("int64")


def _form_faults(text: ir.StringValue, bad: ir.BooleanValue, decimal: str) -> dict[str, ir.BooleanValue]:
    """A number that cannot be read: because of the other decimal sign, or for another reason."""
    other = "." if decimal == "," else ","
    sign = bad & text.re_search(f"^[0-9]{{1,7}}[{other}][0-9]{{1,9}}$")
    return {"decimal_sign": sign, "form": bad & ~sign}


def whole(text: ir.StringValue, missing: tuple[str, ...], decimal: str) -> Read:
    """A whole number of at most seven digits; ``1.0`` is one."""
    value = _digits(text, f"^([0-9]{{1,7}})([{decimal}]0{{1,6}})?$")
    return Read(value, _form_faults(text, value.isnull() & ~text.isin(missing), decimal))


def percent(text: ir.StringValue, missing: tuple[str, ...], decimal: str) -> Read:
    """A percentage above 0 and below 100."""
    written = text.re_search(f"^[0-9]{{1,3}}([{decimal}][0-9]{{1,6}})?$")
    value = ibis.ifelse(written, text.replace(decimal, "."), ibis.null("string")).cast("float64")
    possible = (value > 0) & (value < 100)
    faults = _form_faults(text, ~written & ~text.isin(missing), decimal)
    return Read(ibis.ifelse(possible, value, ibis.null("float64")), faults | {"range": true_of(~possible)})


# How a day is written -> the pattern of its parts, and the places of year, month and day in it.
_PARTS: Mapping[str, tuple[str, tuple[int, int, int]]] = {
    "Y-M-D": ("^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$", (1, 2, 3)),
    "D.M.Y": ("^([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{4})$", (3, 2, 1)),
    "D/M/Y": ("^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})$", (3, 2, 1)),
    "M/D/Y": ("^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})$", (3, 1, 2)),
    "D.M.YY": ("^([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{2})$", (3, 2, 1)),
    "D/M/YY": ("^([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})$", (3, 2, 1)),
    "M/D/YY": ("^([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})$", (3, 1, 2)),
}
_TIME = "[ T][0-9][0-9:.+Z -]*$"
_CENTURY = "20"
_EPOCH, _SERIAL_ZERO = "1970-01-01", "1899-12-30"


def _day(text: ir.StringValue, order: DateOrder) -> ir.DateValue:
    """The day that a text means in one order; null where it is not so written, or there is no such day."""
    pattern, places = _PARTS[order]
    year, month, day = (text.re_extract(pattern, place) for place in places)
    century = _CENTURY if order.endswith("YY") else ""
    written = century + year + "-" + month.lpad(2, "0") + "-" + day.lpad(2, "0")
    return ibis.ifelse(text.re_search(pattern), written, ibis.null("string")).try_cast("date")


def day_number(
    text: ir.StringValue, missing: tuple[str, ...], order: DateOrder, *, typed: bool, birth: bool = False
) -> Read:
    """A day as the number of days since 1970-01-01. A time behind it is cut off.

    Args:
        text: the texts.
        missing: those that mean "not known".
        order: how the mapping says that days are written; no other is tried.
        typed: whether a day of a spreadsheet or of Parquet may stand there as 2024-04-17 as well.
        birth: whether it is a date of birth, which may lie earlier.
    """
    epoch = ibis.literal(_EPOCH).cast("date")
    cut = text.re_replace(_TIME, "")
    if order == "serial":
        zero = ibis.literal(_SERIAL_ZERO).cast("date").delta(epoch, unit="day")
        value = _digits(text, "^([0-9]{4,6})([.,][0-9]*)?$") + zero
    else:
        value = _day(cut, order).delta(epoch, unit="day")
    if typed and order != OWN_ORDER:
        value = ibis.coalesce(value, _day(cut, OWN_ORDER).delta(epoch, unit="day"))
    first, last = limits().first_year, limits().last_year
    first -= limits().oldest_birth_years if birth else 0
    ends = [
        ibis.literal(f"{year}").cast("date").delta(epoch, unit="day") for year in (f"{first}-01-01", f"{last}-12-31")
    ]
    possible = value.between(*ends)
    value = value.cast("int64")
    return Read(
        ibis.ifelse(possible, value, ibis.null("int64")),
        {"date_form": value.isnull() & ~text.isin(missing), "range": true_of(~possible)},
    )


def years_between(born: ir.IntegerValue, then: ir.IntegerValue) -> ir.IntegerValue:
    """Completed years between two days that are counted since 1970."""
    epoch = ibis.literal(_EPOCH).cast("date")
    first, second = (epoch + day.as_interval("D") for day in (born, then))
    before = (second.month() < first.month()) | ((second.month() == first.month()) & (second.day() < first.day()))
    return (second.year() - first.year() - before.cast("int64")).cast("int64")


def age(text: ir.StringValue, missing: tuple[str, ...], decimal: str) -> Read:
    """Completed years, or a band as it is printed: the years, and the first and the last year that it may be.

    ``34,5`` years are 34. A band that is open ends at 0 or 99.
    """
    years = _digits(text, f"^([0-9]{{1,3}})([{decimal}][0-9]{{1,6}})?$")
    # Most are years: for them no band is looked for.
    label = ibis.ifelse(years.isnull(), text, ibis.null("string")).lower()
    label = label.translate(_DASHES, "-" * len(_DASHES)).replace(" ", "")
    label = label.replace("≤", "<=").replace("≥", ">=").replace("to", "-").replace("under", "<").replace("over", ">")
    low = ibis.coalesce(
        _digits(label, "^([0-9]{1,2})-([0-9]{1,2})$"),
        _digits(label, "^>=([0-9]{1,2})$"),
        _digits(label, "^([0-9]{1,2})[+]$"),
        _digits(label, "^>([0-9]{1,2})$") + 1,
    )
    high = ibis.coalesce(
        _digits(label, "^([0-9]{1,2})-([0-9]{1,2})$", 2),
        _digits(label, "^<=([0-9]{1,2})$"),
        _digits(label, "^<([0-9]{1,2})$") - 1,
    )
    band = years.isnull() & (low.notnull() | high.notnull())
    known = method().oocyte_age
    possible = years.isnull() | years.between(known.minimum_years, known.maximum_years)
    upwards = ~band | true_of(low.fill_null(YOUNGEST) <= high.fill_null(OLDEST))
    good = possible & upwards
    nothing = ibis.null("int64")
    ends = {
        "age_low": ibis.ifelse(good, ibis.ifelse(band, low.fill_null(YOUNGEST), years), nothing),
        "age_high": ibis.ifelse(good, ibis.ifelse(band, high.fill_null(OLDEST), years), nothing),
    }
    bad = years.isnull() & ~band & ~text.isin(missing)
    return Read(ends, _form_faults(text, bad, decimal) | {"age_range": ~possible, "range": ~upwards})


def words(text: ir.StringValue, missing: tuple[str, ...], known: Mapping[str, StrEnum]) -> Read:
    """A word of a closed list by the texts that mean it."""
    value = text.cases(*((written, str(word)) for written, word in known.items()), else_=ibis.null("string"))
    return Read(value, {"not_in_list": ~text.isin([*known, *missing])})
