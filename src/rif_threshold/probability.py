"""The arithmetic: cumulative probability, the first crossing of a threshold, and the distance to the next answer.

Probabilities are numbers strictly between 0 and 1 here. A float is read as the decimal it prints as, so 0.259 is
259/1000. One case is decided in exact arithmetic. Arrays are computed in floating point, and values so near to a
change of the answer that rounding could decide it are decided again exactly: they agree with the exact answer for
every probability and threshold of at most six decimals.

Source of the formulas: ESHRE Working Group on Recurrent Implantation Failure, Hum Reprod Open 2023(3):hoad023,
worked example and table: ``C(n) = 1 - (1 - p)**n``, exceeded strictly.
"""

from fractions import Fraction
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from rif_threshold.arrays import (
    CHUNK,
    CountArray,
    FloatArray,
    all_single,
    check_inside,
    checked_count,
    checked_counts,
    checked_probability,
    chunks,
    largest_count,
    whole_numbers,
)
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.breakpoints import look_up, lookup
from rif_threshold.composed import way
from rif_threshold.exactly import Number, further_to_exceed

# From here on a table is built sooner than so many logarithms are taken.
_MANY = 1 << 20
# Far above the rounding error of the two logarithms, far below the distance between typed decimals.
_NEAR = 1e-9
# Far above the limit of transfers, far below what a 32-bit count holds.
_LARGEST_RATIO = 1e6


class Margin(NamedTuple):
    """How far a probability may move before the number of transfers changes. ``nan`` where it cannot.

    Attributes:
        to_fewer: the rise beyond which one transfer fewer would exceed the threshold.
        to_more: the fall at which one transfer more would be needed.
    """

    to_fewer: Any
    to_more: Any


def cumulative_probability(p: Any, n: Any) -> Any:
    """Chance of at least one implantation in ``n`` transfers of probability ``p`` each: ``1 - (1 - p)**n``.

    Args:
        p: probability per transfer, ``0 < p < 1``; scalar or array.
        n: number of transfers, whole, ``0 <= n <= 1000``; scalar or array that broadcasts with ``p``.

    Returns:
        A float for scalars, else a float64 array of the broadcast shape.

    Raises:
        ValueError: for a value outside its range, with the index of the first in an array.

    Source: ESHRE 2023, worked example.

    >>> round(cumulative_probability(0.259, 4), 6)
    0.69851
    >>> cumulative_probability(0.259, [1, 2, 3]).round(3)
    array([0.259, 0.451, 0.593])
    """
    if all_single(p, n):
        return float(1 - (1 - checked_probability(p, "p")) ** checked_count(n, "n", 0))
    counts = whole_numbers(n, "n")
    shape = np.broadcast_shapes(np.shape(p), counts.shape)
    result = np.empty(shape)
    scratch = np.empty((3, min(result.size, CHUNK)))
    each_its_own = counts.size > 1 and result.size > 0
    put_together = None if each_its_own else way(largest_count(counts, "n", 0), one_number=True)
    for index, chance, (count,), out in chunks(p, (counts,), result):
        reckon = put_together or way(largest_count(count, "n", 0), one_number=False)
        check_inside(chance, index, shape, "p")
        reckon(chance, count, out, scratch[:, : chance.size])
    return result


def cumulative_curve(probabilities: npt.ArrayLike) -> FloatArray:
    """Cumulative probability after each transfer of a sequence: ``1 - prod(1 - p_i)``.

    Args:
        probabilities: the transfers in order along the last axis, ``0 < p_i < 1``; any shape of at least one axis.

    Returns:
        A float64 array of the same shape.

    Raises:
        ValueError: for a value outside its range, with the index of the first.

    >>> cumulative_curve([0.259, 0.259, 0.641]).round(4)
    array([0.259 , 0.4509, 0.8029])
    """
    chances = np.asarray(probabilities, dtype=np.float64)
    if chances.ndim == 0:
        raise ValueError("probabilities must be a sequence or an array with at least one axis")
    check_inside(chances.ravel(), 0, chances.shape, "probabilities")
    curve: FloatArray = -np.expm1(np.cumsum(np.log1p(-chances), axis=-1))
    return curve


@overload
def transfers_to_exceed(p: Number, threshold: Number, minimum: int = 1) -> int: ...
@overload
def transfers_to_exceed(p: npt.ArrayLike, threshold: npt.ArrayLike, minimum: npt.ArrayLike = 1) -> CountArray: ...
def transfers_to_exceed(p: Any, threshold: Any, minimum: Any = 1) -> Any:
    """Smallest ``n >= minimum`` with ``1 - (1 - p)**n > threshold``, strictly.

    Args:
        p: probability per transfer, ``0 < p < 1``; scalar or array.
        threshold: cumulative probability to exceed, ``0 < threshold < 1``; broadcasts with ``p``.
        minimum: fewest transfers that may be answered, whole, ``1 <= minimum <= 1000``; broadcasts.

    Returns:
        An int for scalars, else an int32 array of the broadcast shape. ``TRANSFERS_LIMIT + 1`` says "more than
        1,000".

    Raises:
        ValueError: for a value outside its range, with the index of the first in an array.

    Source: ESHRE 2023, definition (more than 60 %) and minimum (two).

    >>> transfers_to_exceed(0.259, 0.60, minimum=2)
    4
    >>> transfers_to_exceed(0.7, 0.91)  # 1 - 0.3**2 is 0.91, which is not above 0.91
    3
    >>> transfers_to_exceed([0.315, 0.259, 0.15, 0.684], 0.60, minimum=2)
    array([3, 4, 6, 2], dtype=int32)
    """
    if all_single(p, threshold, minimum):
        chance, target = checked_probability(p, "p"), checked_probability(threshold, "threshold")
        return further_to_exceed(Fraction(1), chance, target, checked_count(minimum, "minimum", 1))
    thresholds = np.asarray(threshold, dtype=np.float64)
    check_inside(thresholds.ravel(), 0, thresholds.shape, "threshold")
    fewest = checked_counts(minimum, "minimum", 1).astype(np.int32, copy=False)
    shape = np.broadcast_shapes(np.shape(p), thresholds.shape, fewest.shape)
    result = np.empty(shape, dtype=np.int32)
    if (
        result.size >= _MANY
        and thresholds.size == fewest.size == 1
        and (table := lookup(float(thresholds.reshape(-1)[0]), int(fewest.reshape(-1)[0])))
    ):
        look_up(table, p, result)
    else:
        _by_logarithms(p, thresholds, fewest, result)
    return result


def _by_logarithms(p: Any, thresholds: FloatArray, fewest: CountArray, result: CountArray) -> None:
    shape = result.shape
    scratch = np.empty((2, min(result.size, CHUNK)))
    # The ratio is raised by a hair, so that a value just below a whole number and one just above it both end just
    # above it: one subtraction then finds all that rounding might have decided.
    raised = np.log1p(-thresholds) * (1 + _NEAR)
    for index, chance, (log_miss, least), out in chunks(p, (raised, fewest), result):
        smallest = check_inside(chance, index, shape, "p")
        ratio, whole = scratch[:, : chance.size]
        np.negative(chance, out=ratio)
        np.log1p(ratio, out=ratio)
        with np.errstate(over="ignore"):
            np.divide(log_miss, ratio, out=ratio)
        if smallest < 1 / _LARGEST_RATIO:  # the ratio may be longer than a count, or even a float, can hold
            np.minimum(ratio, _LARGEST_RATIO, out=ratio)
        np.floor(ratio, out=whole)
        np.subtract(ratio, whole, out=ratio)
        np.add(whole, 1, out=out, casting="unsafe")
        if ratio.min() <= 3 * _NEAR * TRANSFERS_LIMIT:
            near = (ratio <= 3 * _NEAR * (whole + 1)) & (whole <= TRANSFERS_LIMIT)
            _decide_again(out, near, chance, index, thresholds, shape)
        np.maximum(out, least, out=out)
        np.minimum(out, TRANSFERS_LIMIT + 1, out=out)


def margin(p: Any, threshold: Any, minimum: Any = 1) -> Margin:
    """How far ``p`` may rise or fall before `transfers_to_exceed` gives another answer.

    The answer changes at ``p = 1 - (1 - threshold)**(1/n)``.

    Args:
        p: probability per transfer, ``0 < p < 1``; scalar or array.
        threshold: as in `transfers_to_exceed`.
        minimum: as in `transfers_to_exceed`.

    Returns:
        The two distances as probabilities, of the broadcast shape; ``nan`` where no fewer transfers are possible
        (the minimum is reached) or the answer is "more than 1,000".

    Raises:
        ValueError: as `transfers_to_exceed`.

    >>> up, down = margin(0.259, 0.60, minimum=2)
    >>> round(up, 4), round(down, 4)
    (0.0042, 0.0543)
    """
    scalar = all_single(p, threshold, minimum)
    n = np.asarray(transfers_to_exceed(p, threshold, minimum), dtype=np.float64)
    chance = np.asarray(p, dtype=np.float64)
    log_miss = np.log1p(-np.asarray(threshold, dtype=np.float64))
    known = n <= TRANSFERS_LIMIT
    with np.errstate(divide="ignore"):
        to_fewer = np.where(known & (n > np.asarray(minimum)), -np.expm1(log_miss / (n - 1)) - chance, np.nan)
    to_more = np.where(known, chance + np.expm1(log_miss / n), np.nan)
    return Margin(float(to_fewer), float(to_more)) if scalar else Margin(to_fewer, to_more)


def _decide_again(
    out: CountArray, near: npt.NDArray[np.bool_], chance: FloatArray, index: int, thresholds: FloatArray, shape: Any
) -> None:
    """Replace the values that floating point cannot be trusted with by exact ones, each distinct value once."""
    known: dict[tuple[float, float], int] = {}
    every_threshold = np.broadcast_to(thresholds, shape)
    for place in np.flatnonzero(near):
        pair = (float(chance[place]), float(every_threshold[np.unravel_index(index + place, shape)]))
        if pair not in known:
            known[pair] = transfers_to_exceed(*pair)
        out[place] = known[pair]
