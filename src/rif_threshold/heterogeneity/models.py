"""Two-class and beta-geometric couples: curve, next transfer and threshold."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from rif_threshold.arrays import CHUNK, FloatArray, float_or_array
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.exactly import Number, exact

# Larger than the rounding error of a sum of two decimals, smaller than the distance between typed ones.
_ROUNDING = 1e-12


def two_class_cumulative(share: npt.ArrayLike, p: npt.ArrayLike, n: npt.ArrayLike) -> Any:
    """Cumulative probability after ``n`` transfers when a share of couples cannot implant.

    ``C(n) = (1 - share) * (1 - (1 - p)**n)``. Source: Somigliana E et al. RBM Online 2018;36(1):32-38.

    Args:
        share: share of couples who cannot implant, ``0 <= share < 1``.
        p: probability per transfer of the other couples, ``0 < p < 1``.
        n: number of transfers, whole, ``0 <= n <= 1000``. All three broadcast.

    Returns:
        A float for scalars, else a float64 array.

    Raises:
        ValueError: for a value outside its range.

    >>> round(two_class_cumulative(0.1, 0.3, 3), 4)
    0.5913
    """
    lost, chance, count = checked_share(share, "share"), _inside(p, "p"), _whole(n, "n")
    return float_or_array((1 - lost) * -np.expm1(count * np.log1p(-chance)))


def two_class_next(share: npt.ArrayLike, p: npt.ArrayLike, failed: npt.ArrayLike) -> Any:
    """Chance that the next transfer succeeds after ``failed`` failures, two-class couples.

    ``(1 - share) p (1 - p)**k / (share + (1 - share) (1 - p)**k)``: each failure makes it likelier that the couple
    belongs to the share that cannot implant.

    Args:
        share: as in `two_class_cumulative`.
        p: as in `two_class_cumulative`.
        failed: failures so far, whole, ``0 <= failed <= 1000``.

    Returns:
        A float for scalars, else a float64 array.

    Raises:
        ValueError: for a value outside its range.

    >>> two_class_next(0.15, 0.61, [0, 1, 2]).round(3)  # Busnelli 2020 prints 52, 41 and 28 %, fitted
    array([0.518, 0.42 , 0.282])
    """
    lost, chance, count = checked_share(share, "share"), _inside(p, "p"), _whole(failed, "failed")
    able = (1 - lost) * np.exp(count * np.log1p(-chance))
    # No couple is left in either class only where `able` underflows; the plain formula then has its limit.
    left = lost + able
    return float_or_array(np.where(left > 0, chance * able / np.where(left > 0, left, 1), chance))


def two_class_probability(mean: npt.ArrayLike, share: npt.ArrayLike) -> Any:
    """Probability per transfer of the couples who can implant, where ``mean`` is the rate over all couples.

    ``p = mean / (1 - share)``: a printed rate counts both classes.

    Args:
        mean: rate over all couples at their first transfer, ``0 < mean < 1 - share``.
        share: as in `two_class_cumulative`.

    Returns:
        A float for scalars, else a float64 array.

    Raises:
        ValueError: for a value outside its range; also where the mean is too high for such a share.

    >>> round(two_class_probability(0.259, 0.1), 4)
    0.2878
    """
    chance = _inside(mean, "mean") / (1 - checked_share(share, "share"))
    if np.any(chance >= 1):
        raise ValueError("mean must be below 1 - share")
    return float_or_array(chance)


def two_class_threshold(share: npt.ArrayLike, p: npt.ArrayLike, threshold: Number, minimum: int = 1) -> Any:
    """Smallest ``n >= minimum`` at which `two_class_cumulative` exceeds the threshold.

    Args:
        share: as in `two_class_cumulative`.
        p: as in `two_class_cumulative`.
        threshold: cumulative probability to exceed, ``0 < threshold < 1``.
        minimum: fewest transfers that may be answered.

    Returns:
        An int for scalars, else an int64 array. ``TRANSFERS_LIMIT + 1`` says "more than 1,000"; so it is wherever
        ``1 - share <= threshold``, which is never reached.

    Raises:
        ValueError: for a value outside its range.

    >>> two_class_threshold([0, 0.1, 0.4], [0.259, 0.2878, 0.259], 0.60, minimum=2)
    array([   4,    4, 1001])
    """
    lost, chance = np.broadcast_arrays(checked_share(share, "share"), _inside(p, "p"))
    answer = _first(lost.shape, lambda k: chance * _able(lost, chance, k), threshold, minimum)
    # The curve ends at 1 - share. Where that is the threshold itself, rounding must not carry the curve over it.
    never = lost + float(exact(threshold)) >= 1 - _ROUNDING
    return np.where(never, TRANSFERS_LIMIT + 1, answer) if np.ndim(never) else TRANSFERS_LIMIT + 1 if never else answer


def beta_geometric_cumulative(mean: npt.ArrayLike, correlation: npt.ArrayLike, n: npt.ArrayLike) -> Any:
    """Cumulative probability after ``n`` transfers when each couple has its own p, spread as a Beta distribution.

    ``C(n) = 1 - prod_{k<n} (1 - mean / (1 + k theta))``, ``theta = correlation / (1 - correlation)``; with
    ``a = mean / theta`` and ``b = (1 - mean) / theta`` this is ``1 - B(a, b + n) / B(a, b)``. The variance of p
    between couples is ``mean (1 - mean) correlation``; 0 gives the plain formula.
    Source: Weinberg CR, Gladen BC. Biometrics 1986;42:547-560.

    Args:
        mean: mean probability per transfer over couples, ``0 < mean < 1``.
        correlation: correlation between transfers of one couple, ``0 <= correlation < 1``.
        n: number of transfers, whole, ``0 <= n <= 1000``. All three broadcast.

    Returns:
        A float for scalars, else a float64 array.

    Raises:
        ValueError: for a value outside its range.

    >>> round(beta_geometric_cumulative(0.3219, 0.147, 9), 3)
    0.877
    """
    chance, spread, count = _inside(mean, "mean"), checked_share(correlation, "correlation"), _whole(n, "n")
    log_miss = np.zeros(np.broadcast_shapes(chance.shape, spread.shape, count.shape))
    for k in range(int(count.max(initial=0))):
        log_miss += np.where(k < count, np.log1p(-hazard_after(chance, spread, k)), 0)
    return float_or_array(-np.expm1(log_miss))


def beta_geometric_next(mean: npt.ArrayLike, correlation: npt.ArrayLike, failed: npt.ArrayLike) -> Any:
    """Chance that the next transfer succeeds after ``failed`` failures: ``mean / (1 + failed * theta)``.

    Args:
        mean: as in `beta_geometric_cumulative`.
        correlation: as in `beta_geometric_cumulative`.
        failed: failures so far, whole, ``0 <= failed <= 1000``.

    Returns:
        A float for scalars, else a float64 array.

    Raises:
        ValueError: for a value outside its range.

    >>> beta_geometric_next(0.259, 0.147, [0, 1, 2, 3, 4]).round(3)
    array([0.259, 0.221, 0.193, 0.171, 0.153])
    """
    chance, spread = _inside(mean, "mean"), checked_share(correlation, "correlation")
    return float_or_array(hazard_after(chance, spread, _whole(failed, "failed")))


def beta_geometric_threshold(
    mean: npt.ArrayLike, correlation: npt.ArrayLike, threshold: Number, minimum: int = 1
) -> Any:
    """Smallest ``n >= minimum`` at which `beta_geometric_cumulative` exceeds the threshold. Never below the plain one.

    Args:
        mean: as in `beta_geometric_cumulative`.
        correlation: as in `beta_geometric_cumulative`.
        threshold: cumulative probability to exceed, ``0 < threshold < 1``.
        minimum: fewest transfers that may be answered.

    Returns:
        An int for scalars, else an int64 array. ``TRANSFERS_LIMIT + 1`` says "more than 1,000".

    Raises:
        ValueError: for a value outside its range.

    >>> beta_geometric_threshold([0.315, 0.259, 0.15], 0.147, 0.60, minimum=2)
    array([ 3,  4, 10])
    """
    chance, spread = np.broadcast_arrays(_inside(mean, "mean"), checked_share(correlation, "correlation"))
    return _first(chance.shape, lambda k: hazard_after(chance, spread, k), threshold, minimum)


def _able(lost: FloatArray, chance: FloatArray, k: Any) -> Any:
    """Of all couples without success after k transfers, the share that can implant."""
    able = (1 - lost) * np.exp(k * np.log1p(-chance))
    left = lost + able
    return np.where(left > 0, able / np.where(left > 0, left, 1), 1.0)


def hazard_after(mean: FloatArray, correlation: FloatArray, failed: Any) -> FloatArray:
    """Chance of success after failures. Multiplied through by 1 - correlation, so that nothing is divided by 0."""
    stay = 1 - correlation
    result: FloatArray = mean * stay / (stay + failed * correlation)
    return result


def _first(shape: tuple[int, ...], hazard: Callable[[Any], Any], threshold: Number, minimum: int) -> Any:
    """The first n at which the running product of ``1 - hazard(k)`` falls below ``1 - threshold``."""
    target = exact(threshold)
    if not 0 < target < 1:
        raise ValueError("threshold must lie strictly between 0 and 1")
    if not 1 <= minimum <= TRANSFERS_LIMIT:
        raise ValueError("minimum must be a whole number from 1 to 1000")
    allowed = np.log(float(1 - target))
    log_miss, answer = np.zeros(shape), np.full(shape, TRANSFERS_LIMIT + 1)
    done, most = 0, max(1, CHUNK // max(1, log_miss.size))
    while done < TRANSFERS_LIMIT and (answer > TRANSFERS_LIMIT).any():
        # Few transfers at first, because few are enough for most; then as many more as a chunk takes.
        until = min(TRANSFERS_LIMIT // 100 if done == 0 else TRANSFERS_LIMIT, done + most)
        k = np.arange(done, until).reshape(-1, *[1] * len(shape))
        losses = np.log1p(-hazard(k))
        losses[0] += log_miss
        sums = np.cumsum(losses, axis=0)
        below = sums < allowed
        answer = np.where((answer > TRANSFERS_LIMIT) & below.any(axis=0), done + 1 + below.argmax(axis=0), answer)
        log_miss, done = sums[-1], until
    answer = np.maximum(answer, minimum)
    return int(answer) if answer.ndim == 0 else answer


def _inside(values: npt.ArrayLike, name: str) -> FloatArray:
    numbers = np.asarray(values, dtype=np.float64)
    if not ((numbers > 0) & (numbers < 1)).all():
        raise ValueError(f"{name} must lie strictly between 0 and 1")
    return numbers


def checked_share(values: npt.ArrayLike, name: str) -> FloatArray:
    """A share of couples or a correlation. Raises `ValueError` unless at least 0 and below 1."""
    numbers = np.asarray(values, dtype=np.float64)
    if not ((numbers >= 0) & (numbers < 1)).all():
        raise ValueError(f"{name} must be at least 0 and below 1")
    return numbers


def _whole(values: npt.ArrayLike, name: str) -> npt.NDArray[Any]:
    counts = np.asarray(values)
    if counts.dtype.kind not in "iu" or not ((counts >= 0) & (counts <= TRANSFERS_LIMIT)).all():
        raise ValueError(f"{name} must be whole numbers from 0 to {TRANSFERS_LIMIT}")
    return counts
