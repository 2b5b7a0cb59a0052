"""How many clinical pregnancies and positive tests went with one live birth in a register, and how sure that is.

Of the transfers with a positive test some led to a live birth: a proportion, with the exact interval of Clopper and
Pearson (Biometrika 1934;26:404-413). Positive tests a live birth are one over that proportion, which falls as it rises,
so one over the two bounds, exchanged, is an interval of the same coverage. Source of the counts: ``tables/rates``.
"""

from fractions import Fraction
from functools import cache
from typing import NamedTuple

from rif_threshold.ages import AgeBand
from rif_threshold.method import method
from rif_threshold.pair import Pair
from rif_threshold.rates import background_tables
from rif_threshold.strata import NESTED, RateTable, Stratum
from rif_threshold.tables import SourceReference
from rif_threshold.vocabulary import Eggs, Outcome, Ploidy, Stage


class Ratio(NamedTuple):
    """So many of an outcome went with one live birth.

    Attributes:
        outcome: what is counted beside live births.
        ends: the ratio, by the lowest and the highest row that the transfer may belong to.
        bounds: from the lowest lower to the highest upper bound of those rows.
        ages: the bands of the rows.
        source: where it was counted.
        short: in which population.
    """

    outcome: Outcome
    ends: Pair[Fraction]
    bounds: Pair[float]
    ages: str
    source: SourceReference
    short: str


@cache  # of counts that a table holds
def ratio_bounds(part: int, whole: int, level: float) -> Pair[float]:
    """The interval of ``whole / part`` where ``part`` of ``whole`` had what is counted; exact, by Clopper-Pearson.

    Args:
        part: how many had it, ``0 < part <= whole``.
        whole: of how many.
        level: coverage, ``0 < level < 1``.

    >>> [round(end, 3) for end in ratio_bounds(3159, 3918, 0.95)]
    [1.222, 1.26]
    """
    from rif_threshold.uncertainty import clopper_pearson  # noqa: PLC0415 - needed only where there are counts

    lower, upper, _, _ = clopper_pearson(part, whole, level)
    return Pair(1 / upper, 1 / lower)


def ratios_at(ages: AgeBand, stage: Stage | None) -> tuple[Ratio, ...]:
    """The ratios of the register's own eggs, untested, at an age; none where it is not known or not covered.

    Clinical pregnancies first. A row without a live birth has no ratio, and then there is none.
    """
    if None in ages:
        return ()
    own = [each for each in background_tables().values() if each.background and each.background.eggs == Eggs.OWN]
    return tuple(each for table in own for each in _of_rows(table, table.rows(Ploidy.UNTESTED, ages, stage)))


def _of_rows(table: RateTable, rows: tuple[Stratum, ...]) -> tuple[Ratio, ...]:
    counts = [{table.outcome: row.successes or 0, **row.successes_beside} for row in rows]
    births = [each.get(Outcome.LIVE_BIRTH, 0) for each in counts]
    if not rows or 0 in births or table.background is None:
        return ()
    first, last = rows[0].age_label, rows[-1].age_label
    level = float(method().interval_level)
    found = []
    for outcome in sorted(set(counts[0]) - {Outcome.LIVE_BIRTH}, key=NESTED.index, reverse=True):
        wholes = [each[outcome] for each in counts]
        points = [Fraction(whole, part) for part, whole in zip(births, wholes, strict=True)]
        bounds = [ratio_bounds(part, whole, level) for part, whole in zip(births, wholes, strict=True)]
        found.append(
            Ratio(
                outcome,
                Pair(min(points), max(points)),
                Pair(min(each.lowest for each in bounds), max(each.highest for each in bounds)),
                first if first == last else f"{first} to {last}",
                table.source,
                table.background.short,
            )
        )
    return tuple(found)
