"""Whether rates changed over the years: the last whole years against those before, first transfers."""

from rif_threshold.method import method
from rif_threshold.record import Record
from rif_threshold.register.audit.by_rank import Against, against
from rif_threshold.register.audit.histories import Dates
from rif_threshold.register.audit.ledger import Counts
from rif_threshold.register.audit.runs import name_of, strata
from rif_threshold.register.settings import audit_settings
from rif_threshold.uncertainty import ratio_to_counted, transfers_to_see

_BEFORE, _LATER = 0, 1


class ChangeRow(Record):
    """One band.

    Attributes:
        stratum: the band.
        before: first transfers of the earlier years.
        before_positive: those with a positive test.
        later: first transfers of the last whole years.
        later_positive: those with a positive test.
        compared: whether there are enough in both.
        transfers_to_see: how many it takes in each period to see a change of the size looked for; ``None`` without a
            rate.
    """

    stratum: str
    before: int
    before_positive: int
    later: int
    later_positive: int
    compared: bool
    transfers_to_see: int | None


class Change(Record):
    """One comparison, fixed beforehand.

    Attributes:
        first_year: of the later years.
        last_year: of them.
        bands: each band.
        against: the later ones against the rates of the earlier, bands together; ``None`` where none has enough.
        worth_a_warning: whether the interval excludes 1 and the ratio is far from it.
        spans_long: whether the file is so long that it is not today's chance.
        looked_for: the ratio for which it is said how many transfers it takes.
    """

    first_year: int
    last_year: int
    bands: tuple[ChangeRow, ...]
    against: Against | None
    worth_a_warning: bool
    spans_long: bool
    looked_for: float


def change_of(counts: Counts, dates: Dates) -> Change:
    """The comparison of two periods."""
    rows = tuple(_row(counts, place) for place in range(len(strata())))
    found = _against([row for row in rows if row.compared])
    settings = audit_settings()
    beyond = found is not None and not _within(found)
    years = (dates.last - dates.first).days > settings.warn_span_years * _DAYS_IN_YEAR
    return Change(
        first_year=dates.later.year,
        last_year=dates.over.year,
        bands=rows,
        against=found,
        worth_a_warning=beyond,
        spans_long=years,
        looked_for=float(settings.seen_ratio),
    )


_DAYS_IN_YEAR = 365.25


def _row(counts: Counts, place: int) -> ChangeRow:
    n, x = ([counts.of(("era", era, place, name)) or 0 for era in (_BEFORE, _LATER)] for name in ("n", "x"))
    settings = audit_settings()
    rate = x[_BEFORE] / n[_BEFORE] if n[_BEFORE] else 0.0
    ratio = float(settings.seen_ratio)
    seen = rate > 0 and rate * ratio < 1
    return ChangeRow(
        stratum=name_of(place),
        before=n[_BEFORE],
        before_positive=x[_BEFORE],
        later=n[_LATER],
        later_positive=x[_LATER],
        compared=min(n) >= settings.fewest_in_period and rate > 0,
        transfers_to_see=transfers_to_see(rate, ratio, float(method().interval_level), float(settings.seen_power))
        if seen
        else None,
    )


def _against(rows: list[ChangeRow]) -> Against | None:
    if not rows:
        return None
    found = ratio_to_counted(
        sum(row.later_positive for row in rows),
        [row.later for row in rows],
        [(row.before_positive, row.before) for row in rows],
        float(method().interval_level),
    )
    return against(found, sum(row.later for row in rows))


def _within(found: Against) -> bool:
    """Whether 1 lies in the interval, or the ratio is near it."""
    settings = audit_settings()
    inside = found.lower <= 1 and (found.upper is None or found.upper >= 1)
    near = found.ratio is not None and settings.worth_warning_lower <= found.ratio <= settings.worth_warning_upper
    return inside or near
