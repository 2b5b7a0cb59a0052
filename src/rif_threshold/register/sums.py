"""What a clinic's own table is made of: whole numbers, counted by one Ibis expression in one pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rif_threshold.register.bands import Band
from rif_threshold.register.codes import AWAITED, OLDEST, PLOIDIES, RESULTS, part
from rif_threshold.register.counting import Kept, positive
from rif_threshold.register.engines import Engine
from rif_threshold.uncertainty import ClusterSums
from rif_threshold.vocabulary import Outcome, Ploidy, TransferResult

if TYPE_CHECKING:
    import ibis.expr.types as ir

OUTCOMES = (Outcome.POSITIVE_TEST, Outcome.CLINICAL_PREGNANCY, Outcome.LIVE_BIRTH)
CLINICAL = frozenset(
    {TransferResult.LIVE_BIRTH, TransferResult.ECTOPIC, TransferResult.MOLAR, TransferResult.PREGNANCY_LOSS}
)
"""What counts as a clinical pregnancy; ICMART counts a documented ectopic one."""


@dataclass(frozen=True)
class Scope:
    """Which transfers are counted.

    Attributes:
        bands: the strata.
        since: the first number that is counted.
        until: the first number that is no longer counted.
        births_until: the first number that is too recent for a live birth to be known.
        several: whether transfers of two or more embryos are in the rates.
        not_known: whether those of an unrecorded number are.
    """

    bands: tuple[Band, ...]
    since: int
    until: int
    births_until: int
    several: bool = False
    not_known: bool = False


def _stratum(numbers: Any, bands: Sequence[Band]) -> "ir.Column":
    """The place of the band in which a transfer lies with all the ages that it may have; null where in none."""
    import ibis  # noqa: PLC0415 - loaded only when used

    low, high, ploidy = (part(numbers, name) for name in ("age_low", "age_high", "ploidy"))
    return ibis.cases(
        *(
            (
                (ploidy == PLOIDIES.index(band.ploidy) + 1)
                & (low >= (band.first or 0))
                & high.between(1, OLDEST if band.last is None else band.last),
                place,
            )
            for place, band in enumerate(bands)
        ),
        else_=ibis.null("int64"),
    )


def good_rows(kept: Kept) -> "ir.Table":
    """The transfers of couples without a problem: ``patient`` and ``number``."""
    rows = kept.rows
    if kept.facts["problem"] and kept.has_patients:
        rows = rows.anti_join(rows.filter(~rows.good), "patient")
    elif kept.facts["problem"]:
        rows = rows.filter(rows.good)
    return rows.select("patient", "number")


def first_rows(good: "ir.Table") -> "ir.Table":
    """The first transfer of each woman in the file."""
    return good.group_by("patient").aggregate(number=good.number.min())


def time_of(good: "ir.Table") -> "ir.Table":
    """One row: the ``first`` and ``last`` number, and the last whose test is ``awaited``."""
    number = good.number
    waiting = part(number, "result") == AWAITED
    return good.aggregate(first=number.min(), last=number.max(), awaited=number.max(where=waiting))


def counted(rows: "ir.Table", scope: Scope) -> "ir.Table":
    """The transfers that are in the rates: ``patient``, ``stratum``; for each outcome whether it is known, and came."""
    number = rows.number
    embryos, result = part(number, "embryos"), part(number, "result")
    wanted = (embryos == 1) | (scope.several & (embryos > 1)) | (scope.not_known & (embryos == 0))
    within = (number >= scope.since) & (number < scope.until)
    rows = rows.mutate(stratum=_stratum(number, scope.bands)).filter(wanted & within & (result != AWAITED))
    rows = rows.filter(rows.stratum.notnull())
    columns: dict[str, Any] = {}
    for place, (known, came) in enumerate(_outcomes(rows.number, scope)):
        columns |= {f"n{place}": known.cast("int64"), f"x{place}": (known & came).cast("int64")}
    return rows.select("patient", "stratum", **columns)


def _outcomes(number: "ir.Column", scope: Scope) -> Iterator[tuple["ir.Column", "ir.Column"]]:
    """For each outcome, whether it is known of a transfer, and whether it came."""
    result, recorded = part(number, "result"), part(number, "outcomes")
    birth = result == RESULTS.index(TransferResult.LIVE_BIRTH) + 1
    yield result > 0, positive(number)
    yield clinical_of(number)
    known, came = _recorded(recorded % len(OUTCOMES), birth, result)
    yield known & (number < scope.births_until), came


def clinical_of(number: "ir.Column") -> tuple["ir.Column", "ir.Column"]:
    """Whether it is known of a transfer that a clinical pregnancy followed, and whether it did."""
    result = part(number, "result")
    clinical = result.isin([RESULTS.index(word) + 1 for word in RESULTS if word in CLINICAL])
    return _recorded(part(number, "outcomes") // len(OUTCOMES), clinical, result)


def _recorded(digit: "ir.Column", came: "ir.Column", result: "ir.Column") -> tuple["ir.Column", "ir.Column"]:
    """The same by what is recorded beside the result, which comes before it."""
    ongoing = result == RESULTS.index(TransferResult.ONGOING) + 1
    return (digit > 0) | ~ongoing, (digit == 2) | ((digit == 0) & came)


def sums_of(rows: "ir.Table", scope: Scope, engine: Engine, *, by_woman: bool) -> dict[int, tuple[ClusterSums, ...]]:
    """For each stratum the six sums of each outcome.

    Args:
        rows: ``patient`` and ``number``.
        scope: which transfers are counted.
        engine: where the rows lie.
        by_woman: whether transfers of one woman are taken together; else each is taken for a woman's only one.
    """
    known = counted(rows, scope)
    names = [f"{letter}{place}" for place in range(len(OUTCOMES)) for letter in "nx"]
    if by_woman:
        known = known.group_by("patient", "stratum").aggregate(**{name: known[name].sum() for name in names})
    sums: dict[str, Any] = {}
    for place in range(len(OUTCOMES)):
        n, x = known[f"n{place}"], known[f"x{place}"]
        columns = ((n > 0).cast("int64"), n, x, x * x, x * n, n * n)
        sums |= {f"s{place}_{name}": column.sum() for name, column in zip(ClusterSums._fields, columns, strict=True)}
    found = engine.rows(known.group_by("stratum").aggregate(**sums))
    return {
        row["stratum"]: tuple(
            ClusterSums(*(row[f"s{place}_{name}"] for name in ClusterSums._fields)) for place in range(len(OUTCOMES))
        )
        for row in found
    }


def beside_of(rows: "ir.Table", scope: Scope, engine: Engine) -> list[dict[str, Any]]:
    """How many transfers lie where: by stratum (mosaics with the euploid bands), and why they are in no rate.

    Rows of the answer have ``stratum``, ``ploidy``, ``within`` (the period), ``embryos`` (0, 1 or 2 for more),
    ``awaited``, ``ongoing`` and ``transfers``.
    """
    import ibis  # noqa: PLC0415 - loaded only when used

    number = rows.number
    result, ploidy = part(number, "result"), part(number, "ploidy")
    mosaic = PLOIDIES.index(Ploidy.LOW_LEVEL_MOSAIC) + 1
    all_bands = [band for band in scope.bands if band.ploidy != Ploidy.LOW_LEVEL_MOSAIC]
    mosaics = [
        band._replace(ploidy=Ploidy.LOW_LEVEL_MOSAIC) if band.ploidy == Ploidy.EUPLOID else band for band in all_bands
    ]
    place = ibis.ifelse(ploidy == mosaic, _stratum(number, mosaics), _stratum(number, all_bands))
    told = rows.select(
        stratum=place,
        ploidy=ploidy,
        within=(number >= scope.since) & (number < scope.until),
        embryos=part(number, "embryos").clip(0, 2),
        awaited=result == AWAITED,
        ongoing=result == RESULTS.index(TransferResult.ONGOING) + 1,
    )
    return engine.rows(told.group_by(*told.columns).aggregate(transfers=told.count()))
