"""What an interval on the probability says about the number of transfers to the threshold."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rif_threshold.arrays import float_or_array
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.exactly import Number, exact
from rif_threshold.probability import margin, transfers_to_exceed
from rif_threshold.uncertainty.intervals import (
    PRIOR,
    Interval,
    checked_counts,
    clopper_pearson,
    cumulative_interval,
    tail,
)

# More recorded transfers than this no clinic has: seven digits, the longest count that can be typed.
_MOST_RECORDED = 9_999_999


class FlippingMultiplier(NamedTuple):
    """The factors on a probability beyond which the number of transfers changes. ``nan`` where it cannot.

    Attributes:
        to_fewer: above this factor one transfer fewer exceeds the threshold.
        to_more: from this factor downwards one transfer more is needed.
    """

    to_fewer: Any
    to_more: Any


@dataclass(frozen=True, slots=True)
class CountedInterval:
    """What counts say about one couple's curve and threshold. See `interval_of_counts`.

    Attributes:
        level: coverage of the intervals, 0 to 1.
        method: method of the intervals.
        lower: lower bound of the probability per transfer.
        upper: its upper bound.
        cumulative_lower: lower edge of the band around the curve, after 1, 2, 3, ... transfers.
        cumulative_upper: its upper edge.
        transfers_lower: fewest transfers to the threshold inside the interval; ``None`` for more than 1,000.
        transfers_upper: most transfers to the threshold inside the interval; ``None`` for more than 1,000.
        threshold_probabilities: probability that the threshold is this many transfers (Jeffreys posterior).
        probability_beyond: probability that it is more transfers than those listed.
    """

    level: float
    method: str
    lower: float
    upper: float
    cumulative_lower: tuple[float, ...]
    cumulative_upper: tuple[float, ...]
    transfers_lower: int | None
    transfers_upper: int | None
    threshold_probabilities: dict[int, float]
    probability_beyond: float


def transfers_interval(interval: Interval, threshold: Number, minimum: int) -> tuple[Any, Any]:
    """The interval carried over to the number of transfers: fewest from the upper bound, most from the lower.

    Its coverage is at least that of the interval on p.

    Args:
        interval: on the probability per transfer.
        threshold: cumulative probability to exceed, ``0 < threshold < 1``.
        minimum: fewest transfers that may be answered.

    Returns:
        Fewest and most transfers; ints for scalars, else int arrays. ``TRANSFERS_LIMIT + 1`` says "more than
        1,000", which is the answer wherever the lower bound is 0.

    Raises:
        ValueError: for a threshold or minimum outside its range.

    >>> transfers_interval(clopper_pearson(52, 200, 0.95), 0.60, minimum=2)
    (3, 5)
    """
    target = checked_threshold(threshold)
    most, fewest = (_transfers(bound, target, minimum) for bound in interval[:2])
    return fewest, most


def threshold_distribution(
    successes: npt.ArrayLike, transfers: npt.ArrayLike, threshold: Number, minimum: int, longest: int
) -> npt.NDArray[np.float64]:
    """Probability that the threshold is ``minimum``, ``minimum + 1``, ..., ``longest`` transfers.

    With p ~ Beta(A, B), A = x + 1/2, B = N - x + 1/2, and the breakpoint ``p_k = 1 - (1 - threshold)**(1/k)``:
    ``P(threshold <= k) = P(p > p_k) = 1 - I(p_k; A, B)``. Exact, no simulation.

    Args:
        successes: as in `clopper_pearson`.
        transfers: as in `clopper_pearson`.
        threshold: cumulative probability to exceed, ``0 < threshold < 1``.
        minimum: fewest transfers that may be answered.
        longest: the last number of transfers listed, ``longest >= minimum``.

    Returns:
        Probabilities along the last axis, ``longest - minimum + 1`` of them. What is missing to 1 is the
        probability of more transfers than ``longest``.

    Raises:
        ValueError: for a value outside its range.

    >>> threshold_distribution(52, 200, 0.60, 2, 6).round(2)
    array([0.  , 0.46, 0.51, 0.03, 0.  ])
    """
    return beta_shares(*checked_counts(successes, transfers), threshold, minimum, longest)


def beta_shares(
    x: npt.NDArray[Any], total: npt.NDArray[Any], threshold: Number, minimum: int, longest: int
) -> npt.NDArray[np.float64]:
    """The probabilities of `threshold_distribution`, for counts that are checked already and need not be whole."""
    from scipy.special import betaincc  # noqa: PLC0415 - loaded only when used

    if not 1 <= minimum <= longest <= TRANSFERS_LIMIT:
        raise ValueError("minimum must be at least 1 and longest at least minimum and at most 1000")
    points = _breakpoint(threshold, np.arange(minimum, longest + 1))
    at_most = betaincc(x[..., None] + PRIOR, (total - x)[..., None] + PRIOR, points)
    result: npt.NDArray[np.float64] = np.diff(at_most, axis=-1, prepend=0.0)
    return result


def transfers_needed_to_settle(p: float, threshold: Number, minimum: int, level: float) -> int | None:
    """How many transfers on record would settle the threshold if the rate were exactly ``p``.

    The smallest N from which the Clopper-Pearson interval around ``p * N`` successes gives a single number of
    transfers. ``p * N`` is not rounded, so that the answer does not jump with every success.

    Args:
        p: probability per transfer, ``0 < p < 1``.
        threshold: cumulative probability to exceed, ``0 < threshold < 1``.
        minimum: fewest transfers that may be answered.
        level: coverage, ``0 < level < 1``.

    Returns:
        The number of recorded transfers, or ``None`` where ten million would not do.

    Raises:
        ValueError: for a value outside its range.

    >>> transfers_needed_to_settle(0.315, 0.60, 2, 0.95)
    338
    """
    from scipy.special import betainc, betaincc  # noqa: PLC0415 - loaded only when used

    outside = tail(level)
    n = transfers_to_exceed(p, threshold, minimum)
    if n > TRANSFERS_LIMIT:
        return None
    below = float(_breakpoint(threshold, np.asarray(n)))
    above = float(_breakpoint(threshold, np.asarray(n - 1))) if n > minimum else 1.0

    def settled(total: int) -> bool:
        x = p * total
        lower_holds = betainc(x, total - x + 1, below) < outside
        return bool(lower_holds and (above == 1 or betaincc(x + 1, total - x, above) < outside))

    if not settled(_MOST_RECORDED):
        return None
    too_few, enough = 0, _MOST_RECORDED
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if settled(middle) else (middle, enough)
    return enough


def flipping_multiplier(p: Any, threshold: Number, minimum: int) -> FlippingMultiplier:
    """The factor on ``p`` that would change the number of transfers, upwards and downwards.

    The breakpoints ``1 - (1 - threshold)**(1/n)`` divided by p.

    Args:
        p: probability per transfer, ``0 < p < 1``; scalar or array.
        threshold: cumulative probability to exceed, ``0 < threshold < 1``.
        minimum: fewest transfers that may be answered.

    Returns:
        The two factors, floats or arrays like ``p``; ``nan`` where the answer cannot change that way.

    Raises:
        ValueError: for a value outside its range.

    >>> up, down = flipping_multiplier(0.259, 0.60, 2)
    >>> round(up, 3), round(down, 3)
    (1.016, 0.79)
    """
    up, down = margin(p, threshold, minimum)
    chance = np.asarray(p, dtype=np.float64)
    return FlippingMultiplier(float_or_array(1 + up / chance), float_or_array(1 - down / chance))


def interval_of_counts(
    successes: int, transfers: int, threshold: Number, minimum: int, curve_length: int, *, level: float
) -> CountedInterval:
    """All that counts say about the probability, the curve and the threshold, for one estimate.

    Args:
        successes: ``0 <= x <= N``, whole.
        transfers: ``N >= 1``, whole.
        threshold: cumulative probability to exceed, ``0 < threshold < 1``.
        minimum: fewest transfers that may be answered.
        curve_length: points of the band; the distribution of the threshold is listed at least as far.
        level: coverage of the intervals, ``0 < level < 1``.

    Returns:
        Clopper-Pearson intervals and the Jeffreys distribution of the threshold.

    Raises:
        ValueError: for a value outside its range.

    >>> answer = interval_of_counts(52, 200, 0.60, minimum=2, curve_length=6, level=0.95)
    >>> answer.transfers_lower, answer.transfers_upper, round(answer.threshold_probabilities[3], 2)
    (3, 5, 0.46)
    """
    interval = clopper_pearson(successes, transfers, level)
    band = cumulative_interval(interval, np.arange(1, curve_length + 1))
    fewest, most = transfers_interval(interval, threshold, minimum)
    longest = max(curve_length, minimum, most if most <= TRANSFERS_LIMIT else 1)
    shares = threshold_distribution(successes, transfers, threshold, minimum, longest)
    return CountedInterval(
        level=level,
        method=interval.method,
        lower=interval.lower,
        upper=interval.upper,
        cumulative_lower=tuple(map(float, band.lower)),
        cumulative_upper=tuple(map(float, band.upper)),
        transfers_lower=fewest if fewest <= TRANSFERS_LIMIT else None,
        transfers_upper=most if most <= TRANSFERS_LIMIT else None,
        threshold_probabilities={minimum + place: float(share) for place, share in enumerate(shares)},
        probability_beyond=max(0.0, 1 - float(shares.sum())),
    )


def checked_threshold(threshold: Number) -> float:
    """The threshold as a float. Raises `ValueError` where it is none."""
    target = exact(threshold)
    if not 0 < target < 1:
        raise ValueError("threshold must lie strictly between 0 and 1")
    return float(target)


def _breakpoint(threshold: Number, n: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The probability above which ``n`` transfers exceed the threshold: ``1 - (1 - threshold)**(1/n)``."""
    points: npt.NDArray[np.float64] = -np.expm1(np.log1p(-checked_threshold(threshold)) / n)
    return points


def _transfers(p: Any, target: float, minimum: int) -> Any:
    """`transfers_to_exceed` for bounds, which may be 0 (never) or 1 (the minimum)."""
    if np.ndim(p) == 0:
        return TRANSFERS_LIMIT + 1 if p == 0 else minimum if p == 1 else transfers_to_exceed(p, target, minimum)
    bounds = np.asarray(p, dtype=np.float64)
    # Half stands in for the two ends, whose answers are put in their place below.
    inside = np.where((bounds > 0) & (bounds < 1), bounds, 1 / 2)
    n = transfers_to_exceed(inside, target, minimum)
    return np.where(bounds == 0, TRANSFERS_LIMIT + 1, np.where(bounds == 1, minimum, n))
