"""Where the number of transfers changes as the chance rises, and a table in which large arrays are looked up.

A float above 0 has the same order as its 64 bits read as a whole number, so its highest bits tell in which of many
narrow bins it lies. Few bins hold a change of the answer, and none that is used holds two: a value in such a bin is
compared with the change, and all others are answered by their bin alone.
"""

from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import inf, nextafter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rif_threshold.arrays import CHUNK, CountArray, FloatArray, check_inside, chunks
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.exactly import exact

_DROPPED_BITS = 42
"""Of the 52 behind the point: a bin is a thousandth wide, and so far apart lie two changes, up to 1,000 transfers."""
_DIGITS = Context(prec=50)
_NEAR = Decimal("1e-40")
"""Far above what 50 digits leave open, far below the distance of a float from what it is not."""


class Lookup(NamedTuple):
    """The answers for one threshold and minimum.

    Attributes:
        first: the number of the first bin; what lies below it has its answer.
        answers: the number of transfers in each bin; negative where it changes within, then that above the change.
        changes: the largest float of the bin that needs one transfer more; nought where it holds no change.
    """

    first: int
    answers: CountArray
    changes: FloatArray


def look_up(table: Lookup, p: Any, result: CountArray) -> None:
    """Write the answer for each chance into an array of its shape. Raises `ValueError` as `transfers_to_exceed`."""
    scratch = np.empty(min(result.size, CHUNK), dtype=np.int64)
    for index, chance, _, out in chunks(p, (), result):
        check_inside(chance, index, result.shape, "p")
        place = scratch[: chance.size]
        np.right_shift(chance.view(np.int64), _DROPPED_BITS, out=place)
        np.subtract(place, table.first, out=place)
        table.answers.take(place, out=out, mode="clip")
        if out.min() < 0:
            within = np.flatnonzero(out < 0)
            change = table.changes.take(place[within], mode="clip")
            out[within] = (chance[within] <= change) - out[within]


@lru_cache(maxsize=16)
def lookup(threshold: float, minimum: int) -> Lookup | None:
    """The table for a threshold, built in some hundredths of a second and kept.

    Args:
        threshold: cumulative probability to exceed, ``0 < threshold < 1``.
        minimum: fewest transfers that may be answered, whole, ``1 <= minimum <= 1000``.

    Returns:
        The table; ``None`` where two changes lie in one bin, as they do for thresholds next to certainty.
    """
    changes = np.array([last_that_needs_more(n, threshold) for n in range(minimum, TRANSFERS_LIMIT + 1)])
    bins = _bin(changes)
    first = int(bins[-1]) - 1
    # The bin of the largest chance below 1 is the last there is.
    size = int(_bin(np.array([nextafter(1.0, 0.0)]))[0]) - first + 1
    if (np.diff(bins) == 0).any():
        return None
    at = bins - first
    above = np.bincount(at, minlength=size)[::-1].cumsum()[::-1]  # changes in a bin or above it: each is one more
    answers, within = (minimum + above).astype(np.int32), np.zeros(size)
    answers[at], within[at] = 1 - answers[at], changes
    return Lookup(first, answers, within)


def _bin(values: FloatArray) -> npt.NDArray[np.int64]:
    return values.view(np.int64) >> _DROPPED_BITS


def last_that_needs_more(n: int, threshold: float) -> float:
    """The largest float, read as the decimal it prints as, of which ``n`` transfers do not exceed the threshold.

    >>> last_that_needs_more(2, 0.91), last_that_needs_more(1, 0.6)
    (0.7, 0.6)
    """
    allowed = 1 - exact(threshold)
    stay = _DIGITS.divide(Decimal(allowed.numerator), Decimal(allowed.denominator))
    change = _DIGITS.subtract(Decimal(1), _DIGITS.exp(_DIGITS.divide(_DIGITS.ln(stay), Decimal(n))))

    def exceeds(chance: float) -> bool:
        decimal = Decimal(repr(chance))
        if abs(_DIGITS.subtract(decimal, change)) > _NEAR:
            return decimal > change
        return (1 - Fraction(decimal)) ** n < allowed  # a tie, most often: only whole numbers tell

    found = float(change)
    while not exceeds(found):
        found = nextafter(found, inf)
    while exceeds(found):
        found = nextafter(found, 0.0)
    return found
