"""Numbers and arrays of them: read exactly, checked, and walked through in pieces."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.exactly import exact

FloatArray: TypeAlias = npt.NDArray[np.float64]
CountArray: TypeAlias = npt.NDArray[np.int32]

# A chunk stays in the processor's cache, which is worth more than any cleverer algorithm.
CHUNK = 1 << 14


def all_single(*values: Any) -> bool:
    """Whether each of these is one value and none an array. Of a fraction numpy would make an array first."""
    return all(isinstance(value, int | float | Fraction | Decimal) or np.ndim(value) == 0 for value in values)


def float_or_array(values: Any) -> Any:
    """A float where there is one value, else the array."""
    return float(values) if np.ndim(values) == 0 else values


def chunks(p: Any, others: tuple[npt.NDArray[Any], ...], result: npt.NDArray[Any]) -> Iterator[tuple[Any, ...]]:
    """Walk through a broadcast in cache-sized pieces: start, piece of ``p``, pieces of the others, piece of the result.

    An argument that is one number is not blown up into an array: each piece of it is that number.
    """

    def flat(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return values if values.size == 1 else np.broadcast_to(values, result.shape).reshape(-1)

    chances = np.broadcast_to(np.asarray(p, dtype=np.float64), result.shape).reshape(-1)
    rest, out = [flat(values) for values in others], result.reshape(-1)
    for start in range(0, out.size, CHUNK):
        piece = slice(start, start + CHUNK)
        yield (
            start,
            chances[piece],
            tuple(values.reshape(-1)[0] if values.size == 1 else values[piece] for values in rest),
            out[piece],
        )


def check_inside(values: FloatArray, start: int, shape: tuple[int, ...], name: str) -> float:
    """Raise `ValueError` unless all values lie strictly between 0 and 1 (``nan`` does not); return the smallest."""
    if not values.size:
        return 1.0
    smallest = float(values.min())
    if not (smallest > 0 and values.max() < 1):
        place = start + int(np.flatnonzero(~((values > 0) & (values < 1)))[0])
        where = "".join(f"[{index}]" for index in np.unravel_index(place, shape))
        raise ValueError(f"{name}{where} must lie strictly between 0 and 1")
    return smallest


def checked_probability(value: Any, name: str) -> Fraction:
    """One probability, exactly. Raises `ValueError` unless it lies strictly between 0 and 1."""
    try:
        chance = exact(value)
    except (ValueError, TypeError, OverflowError):
        chance = Fraction(0)
    if not 0 < chance.numerator < chance.denominator:
        raise ValueError(f"{name} must be a number strictly between 0 and 1")
    return chance


def checked_count(value: Any, name: str, least: int) -> int:
    """One whole number, as `checked_counts` reads it."""
    if type(value) is int and least <= value <= TRANSFERS_LIMIT:
        return value
    return int(checked_counts(value, name, least))


def checked_counts(value: Any, name: str, least: int) -> npt.NDArray[np.integer[Any]]:
    """Whole numbers from ``least`` to 1,000. Raises `ValueError` for others."""
    counts = whole_numbers(value, name)
    largest_count(counts, name, least)
    return counts


def whole_numbers(value: Any, name: str) -> npt.NDArray[np.integer[Any]]:
    """These as an array. Raises `ValueError` where they are none."""
    counts = np.asarray(value)
    if counts.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a whole number")
    return counts


def largest_count(counts: npt.NDArray[np.integer[Any]], name: str, least: int) -> int:
    """The largest of them, or ``least``. Raises `ValueError` unless all lie from ``least`` to 1,000."""
    largest = int(counts.max(initial=least))
    if largest > TRANSFERS_LIMIT or counts.min(initial=least) < least:
        raise ValueError(f"{name} must be a whole number from {least} to {TRANSFERS_LIMIT}")
    return largest
