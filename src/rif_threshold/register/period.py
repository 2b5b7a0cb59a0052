"""Which time a clinic's own table counts: whole calendar years, and how late a result is known."""

import datetime
from typing import NamedTuple

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.register.codes import EARLIEST, LATEST, ROW, in_time
from rif_threshold.register.settings import rate_settings

_EPOCH = datetime.date(1970, 1, 1)
_MONTHS = 12


class Period(NamedTuple):
    """The time that is counted.

    Attributes:
        first: its first day; ``None`` where the register has no dates.
        last: its last day.
        births_last: the last day after which a live birth may not be known yet.
        since: the first number (`codes`) that is counted.
        until: the first number that is no longer counted.
        births_until: the first number that is too recent for a live birth.
    """

    first: datetime.date | None
    last: datetime.date | None
    births_last: datetime.date | None
    since: int
    until: int
    births_until: int


def day_of(number: int) -> datetime.date:
    """The day of a number of a register with dates.

    >>> day_of(number_of(datetime.date(2025, 3, 31)))
    datetime.date(2025, 3, 31)
    """
    return _EPOCH + datetime.timedelta(days=number // ROW + EARLIEST)


def number_of(day: datetime.date) -> int:
    """The smallest number of a day."""
    number: int = in_time((day - _EPOCH).days)
    return number


def without_dates() -> Period:
    """All of a register that has no dates."""
    end = in_time(LATEST + 1)
    return Period(None, None, None, 0, end, end)


def period(
    first_day: datetime.date,
    last_day: datetime.date,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    untold_after: datetime.date | None = None,
) -> Period:
    """The time that is counted in a file.

    Args:
        first_day: the first date in the file.
        last_day: the last.
        since: the first day that is wanted; by default that of the last whole calendar years, as many as
            ``tables/register/rates.toml`` says, or of the file where it holds no whole year.
        until: the last day that is wanted; by default the end of the last whole calendar year.
        untold_after: the last day before those of which tests are still awaited; ``None`` where none is.

    Raises:
        InvalidInput: where nothing of the file lies between the two.

    >>> found = period(datetime.date(2019, 2, 1), datetime.date(2025, 3, 31))
    >>> found.first, found.last, found.births_last
    (datetime.date(2022, 1, 1), datetime.date(2024, 12, 31), datetime.date(2024, 3, 31))
    """
    ended = last_day.year if last_day == datetime.date(last_day.year, _MONTHS, 31) else last_day.year - 1
    whole = datetime.date(ended, _MONTHS, 31)
    no_year = whole < first_day  # the file lies within one year that is not over
    last = until or (last_day if no_year else whole)
    years = datetime.date(last.year + 1 - rate_settings().period_years, 1, 1)
    first = since or (first_day if no_year and until is None else years)
    last = last if untold_after is None else min(last, untold_after)
    if last < first or last < first_day or first > last_day:
        given = f"{first} to {last}"
        raise InvalidInput((Problem("--from, --to", given, "no transfer of the file lies in this time", "range"),))
    births = months_before(last_day, rate_settings().birth_known_months)
    after = datetime.timedelta(days=1)
    return Period(first, last, births, number_of(first), number_of(last + after), number_of(births + after))


def months_before(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months before, or the last of that month; after, where there are fewer than none."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 - months, _MONTHS)
    following = datetime.date(year + (month + 1) // _MONTHS, (month + 1) % _MONTHS + 1, 1)
    return min(
        datetime.date(year, month + 1, 1) + datetime.timedelta(days=day.day - 1), following - datetime.timedelta(days=1)
    )
