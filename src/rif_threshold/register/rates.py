"""The rates of a clinic's own table, from whole numbers: how sure they are, and what follows for the threshold."""

import math
from fractions import Fraction

import numpy as np

from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.method import Rule, method
from rif_threshold.probability import transfers_to_exceed
from rif_threshold.record import Record
from rif_threshold.register.bands import too_small
from rif_threshold.register.settings import rate_settings
from rif_threshold.register.sums import OUTCOMES
from rif_threshold.uncertainty import (
    ClusterSums,
    EffectiveCounts,
    effective_counts,
    effective_distribution,
    effective_interval,
    transfers_interval,
    transfers_needed_to_settle,
)
from rif_threshold.vocabulary import Outcome


class OutcomeRate(Record):
    """How often one outcome came.

    Attributes:
        outcome: what is counted.
        women: how many women have a transfer in it; ``None`` where the register has no patients.
        transfers: the transfers of which the outcome is known.
        came: how often it came.
        percent: the rate; ``None`` without transfers.
        lower_percent: lower bound of its interval.
        upper_percent: upper bound of its interval.
        design_effect: how much women with several transfers widen it; ``None`` for first transfers, and where it is not
            defined.
        effective_transfers: how many unrelated transfers are as good.
    """

    outcome: Outcome
    women: int | None
    transfers: int
    came: int
    percent: float | None = None
    lower_percent: float | None = None
    upper_percent: float | None = None
    design_effect: float | None = None
    effective_transfers: float | None = None


class Rates(Record):
    """What the first, or all, transfers of a band come to. The threshold rests on the positive tests.

    Attributes:
        outcomes: positive tests, clinical pregnancies, live births.
        too_small: why no threshold is given; empty where one is.
        transfers_to_threshold: by the rate itself; ``None`` where it is too small, and beyond 1,000.
        transfers_lower: fewest within the interval.
        transfers_upper: most within it; ``None`` beyond 1,000.
        threshold_probabilities: the probability of each number of transfers.
        certainty: ``settled``, ``most_likely`` or ``open``; empty where it is too small.
        likeliest: the likeliest number.
        more_to_settle: how many more transfers would settle it if the rate stayed exactly this; ``None``: no number
            would.
    """

    outcomes: tuple[OutcomeRate, ...]
    too_small: str
    transfers_to_threshold: int | None = None
    transfers_lower: int | None = None
    transfers_upper: int | None = None
    threshold_probabilities: dict[int, float] = {}  # noqa: RUF012 - pydantic copies it
    certainty: str = ""
    likeliest: int | None = None
    more_to_settle: int | None = None

    @property
    def positive(self) -> OutcomeRate:
        """The rate of positive tests."""
        return self.outcomes[0]


SETTLED, MOST_LIKELY, OPEN = "settled", "most_likely", "open"


def counts_of(sums: ClusterSums, *, by_woman: bool) -> EffectiveCounts:
    """The effective counts: of women with several transfers each, or of transfers taken for unrelated."""
    if by_woman:
        return effective_counts(sums, float(method().interval_level))
    return EffectiveCounts(sums.successes, sums.transfers, None, None)


def outcome_rate(outcome: Outcome, sums: ClusterSums, *, by_woman: bool, patients: bool = True) -> OutcomeRate:
    """The rate of one outcome with its interval.

    >>> rate = outcome_rate(Outcome.POSITIVE_TEST, ClusterSums(40, 74, 20, 20, 32, 178), by_woman=True)
    >>> round(rate.percent, 3), round(rate.lower_percent, 3), round(rate.upper_percent, 3)
    (27.027, 16.763, 39.468)
    """
    women = sums.women if patients else None
    if not sums.transfers:
        return OutcomeRate(outcome=outcome, women=women, transfers=0, came=0)
    counts = counts_of(sums, by_woman=by_woman)
    interval = effective_interval(counts, float(method().interval_level))
    return OutcomeRate(
        outcome=outcome,
        women=women,
        transfers=sums.transfers,
        came=sums.successes,
        percent=float(Fraction(100 * sums.successes, sums.transfers)),
        lower_percent=100 * interval.lower,
        upper_percent=100 * interval.upper,
        design_effect=counts.design_effect,
        effective_transfers=counts.transfers if by_woman else None,
    )


def rates_of(sums: tuple[ClusterSums, ...], *, by_woman: bool, patients: bool = True) -> Rates:
    """All that the sums of a band come to.

    Args:
        sums: of each of `OUTCOMES`.
        by_woman: whether women may have several transfers in it.
        patients: whether women can be told apart at all.
    """
    outcomes = tuple(
        outcome_rate(outcome, each, by_woman=by_woman, patients=patients)
        for outcome, each in zip(OUTCOMES, sums, strict=True)
    )
    if reason := too_small(sums[0]):
        return Rates(outcomes=outcomes, too_small=reason)
    rule, counts = Rule(method().threshold_percent, method().minimum_transfers), counts_of(sums[0], by_woman=by_woman)
    level, threshold = float(method().interval_level), rule.threshold
    point = transfers_to_exceed(Fraction(sums[0].successes, sums[0].transfers), threshold, rule.minimum)
    fewest, most = transfers_interval(effective_interval(counts, level), threshold, rule.minimum)
    longest = min(max(most, point, method().shortest_curve) + 2, TRANSFERS_LIMIT)
    shares = effective_distribution(counts, threshold, rule.minimum, longest)
    best = int(np.argmax(shares))
    return Rates(
        outcomes=outcomes,
        too_small="",
        transfers_to_threshold=_countable(point),
        transfers_lower=_countable(fewest),
        transfers_upper=_countable(most),
        threshold_probabilities={rule.minimum + place: float(share) for place, share in enumerate(shares)},
        certainty=certainty(float(shares[best])),
        likeliest=rule.minimum + best,
        more_to_settle=_more(sums[0], counts, rule, level),
    )


def certainty(share: float) -> str:
    """What is said of a number of transfers that has this probability.

    >>> certainty(0.96), certainty(0.5), certainty(0.4)
    ('settled', 'most_likely', 'open')
    """
    settings = rate_settings()
    if share >= settings.settled_probability:
        return SETTLED
    return MOST_LIKELY if share >= settings.likely_probability else OPEN


def _countable(transfers: int) -> int | None:
    return transfers if transfers <= TRANSFERS_LIMIT else None


def _more(sums: ClusterSums, counts: EffectiveCounts, rule: Rule, level: float) -> int | None:
    """How many more transfers would settle the number, if the rate stayed exactly this."""
    needed = transfers_needed_to_settle(sums.successes / sums.transfers, rule.threshold, rule.minimum, level)
    if needed is None:
        return None
    return max(0, math.ceil(needed * max(counts.design_effect or 1.0, 1.0)) - sums.transfers)
