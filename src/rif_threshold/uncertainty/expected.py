"""Observed against expected: how often something came, over how often chances that differ would have it come."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rif_threshold.uncertainty.intervals import tail


class Ratio(NamedTuple):
    """Observed over expected, with its interval.

    Attributes:
        observed: how often it came.
        expected: how often it would have come.
        ratio: the one over the other, 0 or more.
        lower: lower bound.
        upper: upper bound; infinite only where the interval is on the logarithm and nothing came.
    """

    observed: int
    expected: float
    ratio: float
    lower: float
    upper: float


def exact_ratio(
    observed: int, sizes: Sequence[int], chances: Sequence[float], level: float, *, mid_p: bool = False
) -> Ratio:
    """The ratio to chances that are fixed, with an exact interval.

    Given who is at risk, outcomes are independent with a chance for each group, so their number is Poisson-binomial.
    All log odds are moved by one ``d``; the bounds are the expected numbers at which as many, or as few, as observed
    have half of what the level leaves out. The interval stays within 0 and ``n / expected``; of one group it is that
    of Clopper and Pearson over its chance. A Poisson interval would be far too wide at chances of 0.3 to 0.7.

    Args:
        observed: how often it came, ``0 <= observed <= sum(sizes)``.
        sizes: how many are at risk in each group; 0 is possible, but not of all.
        chances: the chance in each group, ``0 < p < 1``.
        level: coverage, ``0 < level < 1``.
        mid_p: count what was observed itself by half. Narrower, and no longer guaranteed to cover.

    Raises:
        ValueError: for a value outside its range.

    >>> found = exact_ratio(7, [20, 15, 10], [0.315, 0.259, 0.15], 0.95)
    >>> round(found.ratio, 4), round(found.lower, 4), round(found.upper, 4)
    (0.5991, 0.2508, 1.1284)
    """
    outside, counts, p = tail(level), np.asarray(sizes, dtype=np.int64), np.asarray(chances, dtype=np.float64)
    if counts.shape != p.shape or np.any(counts < 0) or not 0 <= observed <= counts.sum() or not counts.sum():
        raise ValueError("sizes must be whole numbers, one for each chance, and not fewer than observed")
    if not np.all((p > 0) & (p < 1)):
        raise ValueError("chances must lie strictly between 0 and 1")
    counts, p = counts[counts > 0], p[counts > 0]
    logit, total, expected = np.log(p) - np.log1p(-p), int(counts.sum()), float(counts @ p)
    half = 1 / 2 if mid_p else 1.0

    def moved(d: float) -> npt.NDArray[np.float64]:
        chance: npt.NDArray[np.float64] = 1 / (1 + np.exp(-(logit + d)))
        return chance

    def many(d: float) -> float:
        here, beyond = _tails(counts, moved(d), observed)
        return beyond + half * here - outside

    def few(d: float) -> float:
        here, beyond = _tails(counts, moved(d), observed)
        return outside - (1 - beyond - here + half * here)

    lower = 0.0 if observed == 0 else float(counts @ moved(_root(many)))
    upper = float(total) if observed == total else float(counts @ moved(_root(few)))
    return Ratio(observed, expected, observed / expected, lower / expected, upper / expected)


def ratio_to_counted(observed: int, sizes: Sequence[int], counted: Sequence[tuple[int, int]], level: float) -> Ratio:
    """The ratio to rates that were themselves counted, with an interval on its logarithm.

    ``z * sqrt(sum n p (1-p) / O**2 + sum n**2 p (1-p) / N / E**2)``: what came varies, and so do the rates.

    Args:
        observed: how often it came.
        sizes: how many are at risk in each group.
        counted: successes and transfers from which each group's rate is.
        level: coverage, ``0 < level < 1``.

    Raises:
        ValueError: where there is nothing to expect anything from, or a level is none.

    >>> found = ratio_to_counted(50, [200], [(300, 1000)], 0.95)
    >>> round(found.ratio, 4), round(found.lower, 4), round(found.upper, 4)
    (0.8333, 0.6354, 1.0928)
    """
    from scipy.special import ndtri  # noqa: PLC0415 - loaded only when used

    z = float(ndtri(1 - tail(level)))
    groups = [(n, x / total, total) for n, (x, total) in zip(sizes, counted, strict=True) if n]
    expected = sum(n * p for n, p, _ in groups)
    if not expected:
        raise ValueError("something must be expected")
    if not observed:
        return Ratio(0, expected, 0.0, 0.0, float("inf"))
    here = sum(n * p * (1 - p) for n, p, _ in groups) / observed**2
    there = sum(n**2 * p * (1 - p) / total for n, p, total in groups) / expected**2
    ratio, factor = observed / expected, float(np.exp(z * np.sqrt(here + there)))
    return Ratio(observed, expected, ratio, ratio / factor, ratio * factor)


def transfers_to_see(p: float, ratio: float, level: float, power: float) -> int:
    """How many transfers each of two periods needs to see that the rate of one is so many times that of the other.

    Args:
        p: the rate of the earlier, ``0 < p < 1``.
        ratio: of the later to the earlier, with ``0 < p * ratio < 1``, and not 1.
        level: coverage of the interval by which it is seen, ``0 < level < 1``.
        power: the probability of seeing it, ``0 < power < 1``.

    >>> [transfers_to_see(p, 1.1, 0.95, 0.8) for p in (0.315, 0.259, 0.15, 0.641)]
    [3501, 4633, 9257, 840]
    """
    from scipy.special import ndtri  # noqa: PLC0415 - loaded only when used

    later, z, seen = p * ratio, ndtri(1 - tail(level)), ndtri(power)
    mean = (p + later) / 2
    apart = z * np.sqrt(2 * mean * (1 - mean)) + seen * np.sqrt(p * (1 - p) + later * (1 - later))
    return int(np.ceil((apart / (later - p)) ** 2))


def _tails(sizes: npt.NDArray[np.int64], chances: npt.NDArray[np.float64], observed: int) -> tuple[float, float]:
    """The probability of exactly so many successes, groups together, and that of more."""
    from scipy.special import gammaln, xlog1py, xlogy  # noqa: PLC0415 - loaded only when used

    shares, begin = np.ones(1), 0
    for size, chance in zip(sizes, chances, strict=True):
        reach = _WIDE * np.sqrt(size * chance * (1 - chance)) + _WIDE
        lowest, highest = max(int(size * chance - reach), 0), min(int(size * chance + reach) + 1, size)
        k = np.arange(lowest, highest + 1)  # what lies outside is too unlikely to add anything
        ways = gammaln(size + 1) - gammaln(k + 1) - gammaln(size - k + 1)
        of_group = np.exp(ways + xlogy(k, chance) + xlog1py(size - k, -chance))
        shares, begin = _together(shares, of_group), begin + lowest
    shares, place = shares / shares.sum(), observed - begin
    here = float(shares[place]) if 0 <= place < shares.size else 0.0
    return here, float(shares[max(place + 1, 0) :].sum())


def _together(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The probabilities of a sum of two numbers, from those of each."""
    size = one.size + other.size - 1
    return np.maximum(np.fft.irfft(np.fft.rfft(one, size) * np.fft.rfft(other, size), size), 0)


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function is 0, sought ever further from 0."""
    from scipy.optimize import brentq  # noqa: PLC0415 - loaded only when used

    reach = 1.0
    while not rising(-reach) < 0 < rising(reach):
        reach *= 2
    return float(brentq(rising, -reach, reach, xtol=_FINE))


_FINE, _WIDE = 1e-9, 12
"""How finely a bound is sought; standard deviations of what is looked at."""
