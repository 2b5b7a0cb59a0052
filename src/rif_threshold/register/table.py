"""A clinic's own table: by band of age and ploidy, from first transfers and from all of them."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.record import Record
from rif_threshold.register.bands import Band, of_mosaics, pooled
from rif_threshold.register.codes import PLOIDIES
from rif_threshold.register.counting import Kept
from rif_threshold.register.engines import Engine
from rif_threshold.register.period import Period, day_of, period, without_dates
from rif_threshold.register.rates import Rates, rates_of
from rif_threshold.register.settings import rate_settings
from rif_threshold.register.sums import (
    OUTCOMES,
    Scope,
    beside_of,
    first_rows,
    good_rows,
    sums_of,
    time_of,
)
from rif_threshold.uncertainty import ClusterSums
from rif_threshold.vocabulary import Ploidy

INCLUDED = ("several", "not_known", "mosaic")
"""What may be in the rates by option: two or more embryos, an unrecorded number, low-level mosaics."""
TYPED = "The counts were typed by hand: no list was read, and nothing was checked against one."
"""What is said first of a table that was typed; nothing else tells it from one that was counted."""
_NONE = (ClusterSums(0, 0, 0, 0, 0, 0),) * len(OUTCOMES)


class BandRow(Record):
    """One band: its rates, and its transfers that are in none.

    Attributes:
        ploidy: of the embryos.
        age_label: its ages as written.
        age_min_years: its youngest age; ``None`` where it is open.
        age_max_years: its oldest age.
        joined: the bands it was put together from, where it is pooled.
        first: from the first transfer of each woman; ``None`` where the register has no patients.
        all: from all transfers.
        several: transfers of two or more embryos.
        embryos_not_known: transfers of an unrecorded number.
        mosaics: low-level mosaics of these ages, in the euploid bands.
        awaited: transfers whose test is awaited.
        ongoing: pregnancies under way: positive, and neither in the clinical rate nor in that of live births.
    """

    ploidy: Ploidy
    age_label: str
    age_min_years: int | None
    age_max_years: int | None
    joined: tuple[str, ...]
    first: Rates | None
    all: Rates
    several: int
    embryos_not_known: int
    mosaics: int
    awaited: int
    ongoing: int


class ClinicTable(Record):
    """A clinic's own table.

    Attributes:
        rows: the rows that were read: those below, added up.
        in_period: transfers of couples without a problem, in the time that is counted and in a band.
        outside_period: those outside that time.
        outside_bands: those of an age or ploidy that is in no single band.
        in_couples_with_problem: transfers of couples, or without patients rows, with a problem.
        period_first: the first day that is counted; ``None`` without dates.
        period_last: the last day.
        births_last: the last day of transfers that are in the rate of live births.
        included: what is in the rates by option.
        bands: the table.
        said: what must be said of how the register was read, beside every answer from the table.
        notes: what must be said beside it.
    """

    rows: int
    in_period: int
    outside_period: int
    outside_bands: int
    in_couples_with_problem: int
    period_first: datetime.date | None
    period_last: datetime.date | None
    births_last: datetime.date | None
    included: tuple[str, ...]
    bands: tuple[BandRow, ...]
    said: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def typed(self) -> bool:
        """Whether its counts were typed by hand, so that no list was read."""
        return TYPED in self.said


def clinic_table(
    kept: Kept,
    engine: Engine,
    bands: tuple[Band, ...],
    *,
    dates: bool,
    included: Sequence[str] = (),
    pool: bool = False,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> ClinicTable:
    """Make a clinic's own table.

    Args:
        kept: the register.
        engine: where it lies.
        bands: its strata.
        dates: whether the places in time are days.
        included: which of `INCLUDED` are in the rates.
        pool: whether bands that are too small are joined with a neighbour.
        since: the first day that is counted, see `period`.
        until: the last.

    Raises:
        InvalidInput: where nothing is left to count, or days are given and the register has none.
    """
    good = engine.keep(good_rows(kept), "good")
    when = _when(good, engine, since, until, dates=dates)
    scope = Scope(
        bands=(*bands, *(of_mosaics(bands) if "mosaic" in included else ())),
        since=when.since,
        until=when.until,
        births_until=when.births_until,
        several="several" in included,
        not_known="not_known" in included,
    )
    first = engine.keep(first_rows(good), "first") if kept.has_patients else None
    while True:
        of_all = sums_of(good, scope, engine, by_woman=kept.has_patients)
        of_first = None if first is None else sums_of(first, scope, engine, by_woman=False)
        main = of_all if of_first is None else of_first
        joined = pooled(scope.bands, [main.get(place, _NONE)[0] for place in range(len(scope.bands))])
        if not pool or joined is None:
            break
        scope = Scope(**scope.__dict__ | {"bands": joined})
    counted = beside_of(good, scope, engine)
    rows = tuple(_row(place, scope, of_first, of_all, counted) for place in range(len(scope.bands)))
    return _table(kept, when, tuple(included), rows, counted)


def _when(
    good: Any, engine: Engine, since: datetime.date | None, until: datetime.date | None, *, dates: bool
) -> Period:
    """The time that is counted."""
    if not dates:
        if since or until:
            why = "the register has no dates, so no time can be chosen"
            raise InvalidInput((Problem("--from, --to", "", why, "cross_field"),))
        return without_dates()
    (time,) = engine.rows(time_of(good))
    if time["first"] is None:
        raise InvalidInput((Problem("register", "", "every couple has a problem: there is nothing to count", "empty"),))
    first, last = day_of(time["first"]), day_of(time["last"])
    untold = last - datetime.timedelta(days=rate_settings().untold_days)
    waiting = time["awaited"] is not None and day_of(time["awaited"]) > untold
    return period(first, last, since, until, untold if waiting else None)


def _row(
    place: int,
    scope: Scope,
    of_first: dict[int, tuple[ClusterSums, ...]] | None,
    of_all: dict[int, tuple[ClusterSums, ...]],
    counted: list[dict[str, Any]],
) -> BandRow:
    band, patients = scope.bands[place], of_first is not None
    own = PLOIDIES.index(band.ploidy) + 1
    here = [each for each in counted if each["stratum"] == place and each["within"]]

    def transfers(*, of: int = own, **wanted: Any) -> int:
        alike = (each for each in here if each["ploidy"] == of and all(each[name] == wanted[name] for name in wanted))
        return sum(each["transfers"] for each in alike)

    return BandRow(
        ploidy=band.ploidy,
        age_label=band.label,
        age_min_years=band.first,
        age_max_years=band.last,
        joined=band.joined,
        first=rates_of(of_first.get(place, _NONE), by_woman=False) if of_first is not None else None,
        all=rates_of(of_all.get(place, _NONE), by_woman=patients, patients=patients),
        several=transfers(embryos=2),
        embryos_not_known=transfers(embryos=0),
        mosaics=transfers(of=_MOSAIC) if band.ploidy != Ploidy.LOW_LEVEL_MOSAIC else 0,
        awaited=transfers(awaited=True),
        ongoing=transfers(ongoing=True),
    )


_MOSAIC = PLOIDIES.index(Ploidy.LOW_LEVEL_MOSAIC) + 1


def _table(
    kept: Kept, when: Period, included: tuple[str, ...], bands: tuple[BandRow, ...], counted: list[dict[str, Any]]
) -> ClinicTable:
    within = [each for each in counted if each["within"]]
    in_bands = sum(each["transfers"] for each in within if each["stratum"] is not None)
    inside, rows = sum(each["transfers"] for each in within), kept.facts["rows"]
    good = sum(each["transfers"] for each in counted)
    return ClinicTable(
        rows=rows,
        in_period=in_bands,
        outside_period=good - inside,
        outside_bands=inside - in_bands,
        in_couples_with_problem=rows - good,
        period_first=when.first,
        period_last=when.last,
        births_last=when.births_last,
        included=included,
        bands=bands,
        said=kept.said,
        notes=tuple(_notes(kept, when, included, bands, rows - good)),
    )


def _notes(kept: Kept, when: Period, included: tuple[str, ...], bands: tuple[BandRow, ...], bad: int) -> Iterator[str]:
    """What must be said beside the table."""
    notes, settings = rate_settings().notes, rate_settings()
    yield notes["positive_test"]
    if kept.has_patients:
        yield notes["first"]
        yield notes["both"]
    else:
        yield notes["no_patient"]
    if when.first is None:
        yield notes["no_dates"]
    yield notes["mixed" if {"several", "not_known"} & set(included) else "one_embryo"]
    yield notes["clinical"]
    if 100 * bad > settings.warn_problem_percent * kept.facts["rows"]:
        yield f"{bad:,} of {kept.facts['rows']:,} rows. {notes['problems']}"
    main = {f"{band.ploidy} {band.age_label}": (band.first or band.all).positive.transfers for band in bands}
    few = [f"{name} ({n})" for name, n in main.items() if 0 < n < settings.circular_below]
    if few:
        yield f"Fewer than {settings.circular_below} transfers: {', '.join(few)}. {notes['circular']}"
    yield notes["settle"]
    yield notes["not_for_sharing"]
