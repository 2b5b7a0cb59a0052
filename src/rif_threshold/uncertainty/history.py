"""How sure a mixed history is: failed transfers of several kinds, each kind with counts of its own."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rif_threshold.exactly import Number
from rif_threshold.uncertainty.intervals import (
    JEFFREYS,
    PRIOR,
    Interval,
    checked_counts,
    cumulative_interval,
    jeffreys,
    tail,
)
from rif_threshold.uncertainty.threshold import checked_threshold


class Group(NamedTuple):
    """Failed transfers of one kind, with the counts from which their probability is known.

    Attributes:
        successes: successes on record with this kind of transfer.
        transfers: transfers on record, of which ``successes`` succeeded.
        failed_transfers: how many transfers of this kind this couple has had without success.
    """

    successes: int
    transfers: int
    failed_transfers: int


def history_interval(groups: Sequence[Group], level: float, known_miss: float = 1.0) -> Interval:
    """Interval on the cumulative probability of a history whose transfers are of several kinds.

    The chance S that all failed is ``known_miss * prod_g (1 - p_g)**n_g`` with p_g from each group's Jeffreys
    posterior. Its mean and variance are exact, from ``E (1 - p)**k = B(A, B + k) / B(A, B)``, and a Beta
    distribution with the same two moments is put in its place. For a single group no approximation is made.

    Args:
        groups: kinds of transfers with their counts; each kind once; the order does not matter.
        level: coverage, ``0 < level < 1``.
        known_miss: chance that the transfers without counts all failed, ``0 < known_miss <= 1``.

    Returns:
        The interval, floats.

    Raises:
        ValueError: for a value outside its range.

    >>> lower, upper, _, _ = history_interval([Group(52, 200, 4)], 0.95)
    >>> round(lower, 3), round(upper, 3)
    (0.596, 0.791)
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - loaded only when used

    outside, kept = tail(level), _of(groups)
    _check_miss(known_miss)
    if not kept:
        return Interval(1 - known_miss, 1 - known_miss, level, JEFFREYS)
    if len(kept) == 1:
        one = jeffreys(kept[0].successes, kept[0].transfers, level)
        lower, upper, _, _ = cumulative_interval(one, kept[0].failed_transfers)
        return Interval(1 - known_miss * (1 - lower), 1 - known_miss * (1 - upper), level, JEFFREYS)
    first, second = _match(kept)
    low, high = (float(betaincinv(first, second, share)) for share in (outside, 1 - outside))
    return Interval(1 - known_miss * high, 1 - known_miss * low, level, JEFFREYS)


def crossed_probability(
    groups: Sequence[Group], threshold: Number, minimum: int, known_miss: float = 1.0, known_transfers: int = 0
) -> float:
    """Probability that a history has exceeded the threshold already, given what the counts leave open.

    Exact for a single group; for several the Beta distribution of `history_interval`.

    Args:
        groups: kinds of failed transfers with their counts; each kind once; the order does not matter.
        threshold: cumulative probability to exceed, ``0 < threshold < 1``.
        minimum: fewest failed transfers before the threshold can count.
        known_miss: chance that the transfers without counts all failed, ``0 < known_miss <= 1``.
        known_transfers: how many transfers those are.

    Returns:
        A probability; 0 or 1 where nothing is left open.

    Raises:
        ValueError: for a value outside its range.

    >>> round(crossed_probability([Group(52, 200, 3)], 0.60, minimum=2), 2)
    0.46
    """
    from scipy.special import betainc, betaincc  # noqa: PLC0415 - loaded only when used

    kept = _of(groups)
    _check_miss(known_miss)
    allowed = 1 - checked_threshold(threshold)
    if known_transfers + sum(group.failed_transfers for group in kept) < minimum:
        return 0.0
    if known_miss < allowed or not kept:
        return float(known_miss < allowed)
    share = allowed / known_miss
    if len(kept) == 1:
        (x, total, failed) = kept[0]
        return float(betaincc(x + PRIOR, total - x + PRIOR, -math.expm1(math.log(share) / failed)))
    return float(betainc(*_match(kept), share))


def _of(groups: Sequence[Group]) -> list[Group]:
    """The groups that have failed transfers, checked."""
    for group in groups:
        checked_counts(group.successes, group.transfers)
        if group.failed_transfers < 0:
            raise ValueError("failed_transfers must not be negative")
    return [group for group in groups if group.failed_transfers]


def _check_miss(known_miss: float) -> None:
    if not 0 < known_miss <= 1:
        raise ValueError("known_miss must lie above 0 and not above 1")


def _match(groups: Sequence[Group]) -> tuple[float, float]:
    """The Beta distribution with the exact mean and variance of ``prod_g (1 - p_g)**n_g``.

    With j running over the n transfers of a group, ``E S = prod (B + j)/(A + B + j)`` and
    ``E S**2 / (E S)**2 = prod (1 + n A / ((A + B + n + j)(B + j)))``. Written so, the variance is not the small
    difference of two nearly equal numbers.
    """
    log_mean = log_ratio = 0.0
    for x, total, failed in groups:
        first, second = x + PRIOR, total - x + PRIOR
        j = np.arange(failed)
        log_mean += float(np.log1p(-first / (first + second + j)).sum())
        log_ratio += float(np.log1p(failed * first / ((first + second + failed + j) * (second + j))).sum())
    mean = math.exp(log_mean)
    size = (1 / mean - 1) / math.expm1(log_ratio) - 1
    return mean * size, (1 - mean) * size
