"""Intervals on a counted probability and on the curve it drives."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rif_threshold.arrays import float_or_array

CLOPPER_PEARSON = "Clopper-Pearson"
JEFFREYS = "Jeffreys"

PRIOR = 1 / 2
"""Jeffreys' prior for a proportion is Beta(1/2, 1/2)."""


class Interval(NamedTuple):
    """An interval on a probability. Bounds are floats, or arrays of one shape.

    Attributes:
        lower: lower bound, 0 to 1.
        upper: upper bound, 0 to 1.
        level: the coverage it is made for, 0 to 1.
        method: ``"Clopper-Pearson"`` or ``"Jeffreys"``.
    """

    lower: Any
    upper: Any
    level: float
    method: str


def clopper_pearson(successes: npt.ArrayLike, transfers: npt.ArrayLike, level: float) -> Interval:
    """Exact interval on the probability per transfer; its coverage is never below ``level``.

    The bounds are the quantiles ``a/2`` of Beta(x, N - x + 1) and ``1 - a/2`` of Beta(x + 1, N - x) with
    ``a = 1 - level``; 0 where nothing succeeded and 1 where everything did.
    Source: Clopper CJ, Pearson ES. Biometrika 1934;26:404-413.

    Args:
        successes: ``0 <= x <= N``, whole; scalar or array.
        transfers: ``N >= 1``, whole; broadcasts with ``successes``.
        level: coverage, ``0 < level < 1``.

    Returns:
        The interval; floats for scalars, else arrays of the broadcast shape.

    Raises:
        ValueError: for a value outside its range.

    >>> lower, upper, _, _ = clopper_pearson(52, 200, 0.95)
    >>> round(lower, 4), round(upper, 4)
    (0.2007, 0.3266)
    """
    return beta_bounds(*checked_counts(successes, transfers), level)


def jeffreys(successes: npt.ArrayLike, transfers: npt.ArrayLike, level: float) -> Interval:
    """Equal-tailed interval of the posterior Beta(x + 1/2, N - x + 1/2), closed at the end of the scale.

    Source: Brown LD, Cai TT, DasGupta A. Stat Sci 2001;16:101-133, section 3.1.2.

    Args:
        successes: as in `clopper_pearson`.
        transfers: as in `clopper_pearson`.
        level: as in `clopper_pearson`.

    Returns:
        The interval; floats for scalars, else arrays of the broadcast shape.

    Raises:
        ValueError: for a value outside its range.

    >>> lower, upper, _, _ = jeffreys(52, 200, 0.95)
    >>> round(lower, 4), round(upper, 4)
    (0.203, 0.3239)
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - loaded only when used

    x, total = checked_counts(successes, transfers)
    outside = tail(level)
    lower = np.where(x == 0, 0.0, betaincinv(x + PRIOR, total - x + PRIOR, outside))
    upper = np.where(x == total, 1.0, betaincinv(x + PRIOR, total - x + PRIOR, 1 - outside))
    return Interval(float_or_array(lower), float_or_array(upper), level, JEFFREYS)


def cumulative_interval(interval: Interval, n: npt.ArrayLike) -> Interval:
    """The interval carried over to the cumulative probability ``1 - (1 - p)**n``.

    It keeps the coverage of the interval on p, and as a band over many n it keeps it for all of them together,
    because a single p drives them all.

    Args:
        interval: on the probability per transfer.
        n: number of transfers, ``n >= 0``; broadcasts with the bounds.

    Returns:
        The interval on the cumulative probability, of the broadcast shape.

    Raises:
        ValueError: for a negative number of transfers.

    >>> band = cumulative_interval(clopper_pearson(52, 200, 0.95), [2, 3, 4])
    >>> band.lower.round(3), band.upper.round(3)
    (array([0.361, 0.489, 0.592]), array([0.547, 0.695, 0.794]))
    """
    transfers = np.asarray(n, dtype=np.float64)
    if not np.all(transfers >= 0):
        raise ValueError("n must not be negative")
    lower, upper = (_cumulative(np.asarray(bound, dtype=np.float64), transfers) for bound in interval[:2])
    return Interval(float_or_array(lower), float_or_array(upper), interval.level, interval.method)


def beta_bounds(x: npt.NDArray[Any], total: npt.NDArray[Any], level: float) -> Interval:
    """The bounds of `clopper_pearson`, for counts that are checked already and need not be whole."""
    from scipy.special import betaincinv  # noqa: PLC0415 - loaded only when used

    outside = tail(level)
    # Each formula fails only where its bound is the end of the scale; there any valid parameter will do.
    lower = np.where(x == 0, 0.0, betaincinv(np.where(x == 0, 1, x), total - x + 1, outside))
    upper = np.where(x == total, 1.0, betaincinv(x + 1, np.where(x == total, 1, total - x), 1 - outside))
    return Interval(float_or_array(lower), float_or_array(upper), level, CLOPPER_PEARSON)


def checked_counts(successes: npt.ArrayLike, transfers: npt.ArrayLike) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The two counts as arrays of one shape. Raises `ValueError` where they are not possible."""
    x, total = np.asarray(successes), np.asarray(transfers)
    for name, counts in (("successes", x), ("transfers", total)):
        if counts.dtype.kind not in "iu":
            raise ValueError(f"{name} must be whole numbers")
    x, total = np.broadcast_arrays(x.astype(np.int64), total.astype(np.int64))
    if np.any(total < 1):
        raise ValueError("transfers must be at least 1")
    if np.any((x < 0) | (x > total)):
        raise ValueError("successes must lie between 0 and transfers")
    return x, total


def tail(level: float) -> float:
    """The probability left out on each side. Raises `ValueError` for a level that is none."""
    if not 0 < level < 1:
        raise ValueError("level must lie strictly between 0 and 1")
    return (1 - level) / 2


def _cumulative(p: npt.NDArray[np.float64], n: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """``1 - (1 - p)**n`` for bounds that may be 0 or 1, which `probability.cumulative_probability` refuses."""
    inner = np.minimum(p, np.nextafter(1, 0))  # log1p(-1) is -inf, and 0 * -inf is nan
    result: npt.NDArray[np.float64] = np.where((p == 1) & (n > 0), 1.0, -np.expm1(n * np.log1p(-inner)))
    return result
