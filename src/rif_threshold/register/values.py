"""Texts as values: whole numbers, percentages, days, ages and words, as expressions that every engine can compile.

Each is a `Packed`: one number that is the value, null where it is not known, or below zero where the text cannot be
read. So one expression reads a text once, and the usual way to write it is tried first, because a register may have
ten million rows. Nothing is guessed: a text that is not written as the mapping says is never a value.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import reduce
from operator import and_
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from rif_threshold.method import method
from rif_threshold.register.codes import OLDEST
from rif_threshold.register.limits import limits
from rif_threshold.register.mapping import OWN_ORDER, DateOrder

Text = Callable[[str], ir.StringValue]
"""The texts of a column by its heading, as they are written; null where a row has no such cell."""

NOTHING = ibis.null("int64")
YOUNGEST = 0
"""Where a band that is open below begins; above it ends at `OLDEST`."""
AGE_PLACES = 100
"""An age is packed as its lowest times this and its highest."""
_DASHES = "‐‑–—−"


class Packed(NamedTuple):
    """What is read of one field.

    Attributes:
        value: at least 0; null where it is not known; -1 for the first of the codes, -2 for the second.
        codes: what may be wrong with it.
    """

    value: ir.NumericValue
    codes: tuple[str, ...] = ()


def trimmed(cell: ir.StringValue) -> ir.StringValue:
    """A text without the blanks around it; empty where there is none."""
    return cell.fill_null("").strip()


def within(when: Mapping[str, tuple[str, ...]], text: Text) -> ir.BooleanValue:
    """Whether every column of a condition holds one of its texts."""
    return reduce(and_, (trimmed(text(column)).isin(words) for column, words in when.items()))


def _number(text: ir.StringValue, pattern: str, group: int = 1) -> ir.IntegerValue:
    """The whole number that a group of a pattern holds; null where the text is not so written."""
    return text.re_extract(pattern, group).nullif("").try_cast("int64")


def _other_sign(text: ir.StringValue, decimal: str) -> ir.BooleanValue:
    return text.re_search(f"^[0-9]{{1,7}}[{'.' if decimal == ',' else ','}][0-9]{{1,9}}$")


def words(cell: ir.StringValue, missing: Iterable[str], known: Mapping[str, ir.Value], *, needed: bool) -> Packed:
    """A word of a closed list, by the texts that mean it, as its place in the list."""
    usual = tuple(known.items())
    gaps = tuple((text, ibis.literal(-2, "int64") if needed else NOTHING) for text in missing if text not in known)
    rest = trimmed(cell).cases(*usual, *gaps, else_=ibis.literal(-1, "int64"))
    return Packed(cell.cases(*usual, else_=rest), ("not_in_list", "missing") if needed else ("not_in_list",))


def whole(cell: ir.StringValue, missing: tuple[str, ...], decimal: str, *, needed: bool = False) -> Packed:
    """A whole number of at most seven digits; ``1.0`` is one."""
    text = trimmed(cell)
    value = ibis.cases(
        (text.isin(missing), ibis.literal(-3, "int64") if needed else NOTHING),
        (text.re_search(f"^[0-9]{{1,7}}([{decimal}]0{{1,6}})?$"), _number(text, "^([0-9]{1,7})")),
        (_other_sign(text, decimal), -1),
        else_=-2,
    )
    digits = tuple((str(digit), ibis.literal(digit, "int64")) for digit in range(1, 10) if str(digit) not in missing)
    return Packed(cell.cases(*digits, else_=value), ("decimal_sign", "form", "missing"))


def percent(cell: ir.StringValue, missing: tuple[str, ...], decimal: str) -> Packed:
    """A percentage above 0 and below 100."""
    text = trimmed(cell)
    number = text.replace(decimal, ".").try_cast("float64")
    value = ibis.cases(
        (text.isin(missing), ibis.null("float64")),
        (
            text.re_search(f"^[0-9]{{1,3}}([{decimal}][0-9]{{1,6}})?$"),
            ibis.ifelse((number > 0) & (number < 100), number, -3.0),
        ),
        (_other_sign(text, decimal), -1.0),
        else_=-2.0,
    )
    return Packed(value, ("decimal_sign", "form", "range"))


# How a day is written: how it looks in full, the pattern of its parts, and the places of year, month and day.
_FORMS: Mapping[str, tuple[str, str, tuple[int, int, int]]] = {
    "Y-M-D": ("____-__-__", "^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$", (1, 2, 3)),
    "D.M.Y": ("__.__.____", "^([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{4})$", (3, 2, 1)),
    "D/M/Y": ("__/__/____", "^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})$", (3, 2, 1)),
    "M/D/Y": ("__/__/____", "^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})$", (3, 1, 2)),
    "D.M.YY": ("__.__.__", "^([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{2})$", (3, 2, 1)),
    "D/M/YY": ("__/__/__", "^([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})$", (3, 2, 1)),
    "M/D/YY": ("__/__/__", "^([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})$", (3, 1, 2)),
}
_TIME = "[ T][0-9][0-9:.+Z -]*$"
_CENTURY = "20"
_EPOCH, _SERIAL_ZERO = "1970-01-01", "1899-12-30"


def _epoch() -> ir.DateValue:
    return ibis.literal(_EPOCH).cast("date")


def _of_parts(text: ir.StringValue, order: DateOrder) -> ir.DateValue:
    """The day that a text means in one order; null where it is not so written, or there is no such day."""
    _, pattern, places = _FORMS[order]
    year, month, day = (text.re_extract(pattern, place) for place in places)
    century = _CENTURY if order.endswith("YY") else ""
    return (century + year + "-" + month.lpad(2, "0") + "-" + day.lpad(2, "0")).try_cast("date")


def _in_full(cell: ir.StringValue, order: DateOrder) -> ir.DateValue:
    """The day where month and day have two digits each, as nearly everywhere."""
    if order == OWN_ORDER:
        return cell.try_cast("date")
    looks, pattern, places = _FORMS[order]
    first, second = (0, 3), (3, 2)
    year_at = (6, len(looks) - 6)
    parts = {1: (0, 2), 2: second, 3: year_at} if places[0] != 1 else {1: first}
    year, month, day = (cell.substr(*parts[place]) for place in places)
    century = _CENTURY if order.endswith("YY") else ""
    return ibis.ifelse(cell.re_search(pattern), century + year + "-" + month + "-" + day, None).try_cast("date")


def days(cell: ir.StringValue, order: DateOrder, *, typed: bool) -> ir.IntegerValue:
    """A day as the number of days since 1970-01-01; null where it cannot be read. A time behind it is cut off.

    Args:
        cell: the texts.
        order: how the mapping says that days are written; no other is tried.
        typed: whether a day of a spreadsheet or of Parquet may stand there as 2024-04-17 as well.
    """
    text = trimmed(cell)
    if order == "serial":
        zero = ibis.literal(_SERIAL_ZERO).cast("date").delta(_epoch(), unit="day")
        day = (_number(text, "^([0-9]{4,6})([.,][0-9]*)?$") + zero).cast("int64")
    else:
        slow = _of_parts(text.re_replace(_TIME, ""), order)
        fast = ibis.ifelse(cell.like(_FORMS[order][0]), _in_full(cell, order), slow)
        day = fast.delta(_epoch(), unit="day").cast("int64")
    if typed and order != OWN_ORDER:
        own = _of_parts(text.re_replace(_TIME, ""), OWN_ORDER).delta(_epoch(), unit="day").cast("int64")
        day = ibis.coalesce(day, own)
    return day


def day_number(cell: ir.StringValue, missing: tuple[str, ...], order: DateOrder, today: date, *, typed: bool) -> Packed:
    """The day of a transfer as the number of days since 1970-01-01; one after today is none that was done."""
    day, now = days(cell, order, typed=typed), number_of_day(today)
    value = ibis.cases(
        (day.between(number_of_day(date(limits().first_year, 1, 1)), now), day),
        (day.between(now, number_of_day(date(limits().last_year + 1, 1, 1)) - 1), -4),
        (day.notnull(), -2),
        (trimmed(cell).isin(missing), -3),
        else_=-1,
    )
    return Packed(value, ("date_form", "range", "missing", "future"))


def number_of_day(day: date) -> int:
    """The number of a day since 1970-01-01.

    >>> number_of_day(date(2024, 4, 17))
    19830
    """
    return (day - date.fromisoformat(_EPOCH)).days


def years_between(born: ir.IntegerValue, then: ir.IntegerValue) -> ir.IntegerValue:
    """Completed years between two days that are counted since 1970."""
    first, second = (_epoch() + day.as_interval("D") for day in (born, then))
    before = (second.month() * AGE_PLACES + second.day()) < (first.month() * AGE_PLACES + first.day())
    return (second.year() - first.year() - before.cast("int64")).cast("int64")


def _both(low: ir.IntegerValue, high: ir.IntegerValue) -> ir.IntegerValue:
    return (low * AGE_PLACES + high).cast("int64")


def age_of_years(years: ir.IntegerValue, otherwise: int) -> ir.IntegerValue:
    """Completed years, packed, where they are possible."""
    known = method().oocyte_age
    return ibis.ifelse(years.between(known.minimum_years, known.maximum_years), _both(years, years), otherwise)


def age(cell: ir.StringValue, missing: tuple[str, ...], decimal: str) -> Packed:
    """Completed years, or a band as it is printed, packed with the lowest and the highest year that it may be.

    ``34,5`` years are 34. A band that is open ends at 0 or 99.
    """
    text = trimmed(cell)
    label = text.lower().translate(_DASHES, "-" * len(_DASHES)).replace(" ", "")
    for written, usual in (("≤", "<="), ("≥", ">="), ("to", "-"), ("under", "<"), ("over", ">")):
        label = label.replace(written, usual)
    first, second = "^([0-9]{1,2})-([0-9]{1,2})$", "^([<>]=?)([0-9]{1,2})$"
    low, high, end = _number(label, first), _number(label, first, 2), _number(label, second, 2)
    value = ibis.cases(
        (text.isin(missing), NOTHING),
        (text.re_search(f"^[0-9]{{1,3}}([{decimal}][0-9]{{1,6}})?$"), age_of_years(_number(text, "^([0-9]{1,3})"), -3)),
        (_other_sign(text, decimal), -1),
        (label.re_search(first), ibis.ifelse(low <= high, _both(low, high), -4)),
        (label.re_search("^[0-9]{1,2}[+]$"), _both(_number(label, "^([0-9]{1,2})"), ibis.literal(OLDEST))),
        (label.re_search("^<=[0-9]{1,2}$"), _both(ibis.literal(YOUNGEST), end)),
        (label.re_search("^<[0-9]{1,2}$"), _both(ibis.literal(YOUNGEST), end - 1)),
        (label.re_search("^>=[0-9]{1,2}$"), _both(end, ibis.literal(OLDEST))),
        (label.re_search("^>[0-9]{1,2}$"), _both(end + 1, ibis.literal(OLDEST))),
        else_=-2,
    )
    known, years = method().oocyte_age, cell.try_cast("int64")
    usual = (cell.length() == 2) & years.between(known.minimum_years, known.maximum_years) & ~cell.isin(missing)
    return Packed(ibis.ifelse(usual, _both(years, years), value), ("decimal_sign", "form", "age_range", "range"))
