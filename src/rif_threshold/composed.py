"""The chance after several transfers, for pieces of arrays: few are multiplied, many go by logarithms.

How soon logarithms win depends on the processor: where numpy has them in wide steps (AVX-512) they take as long as a
dozen multiplications, else as long as a hundred. Each function takes the chances of a piece, how many transfers (one
number, or one each), where the answer is written, and three rows of scratch; source of the formula as in
`probability`.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from rif_threshold.arrays import FloatArray

_FEW, _FEW_BESIDE_WIDE_LOGARITHMS = 64, 12
"""Up to so many transfers multiplications are sooner done."""


def way(most: int, *, one_number: bool) -> Callable[[FloatArray, Any, FloatArray, FloatArray], None]:
    """The function that is soonest done.

    Args:
        most: the largest number of transfers.
        one_number: whether it is that of all chances.
    """
    wide = _wide_logarithms()
    if most > (_FEW_BESIDE_WIDE_LOGARITHMS if wide else _FEW) or (wide and not one_number):
        return _by_logarithms
    return _alike if one_number else _each


@lru_cache(maxsize=1)
def _wide_logarithms() -> bool:
    """Whether numpy takes logarithms in wider steps than on any processor of this kind."""
    ways = np.lib.introspect.opt_func_info(func_name="^log1p$").get("log1p", {}).get("dd", {})
    return not ways.get("current", "baseline").startswith("baseline")


def _alike(chance: FloatArray, count: Any, out: FloatArray, scratch: FloatArray) -> None:
    """The same number of transfers for all, put together from a half or a third as many, as far as it can be divided.

    ``c + c * (1 - c)`` of twice as many is ``c * (2 - c)``, and that of three times as many ``c * (3 - c * (3 - c))``:
    fewer steps, and nothing cancels.
    """
    number, threes = int(count), 0
    while number and number % 3 == 0:
        number, threes = number // 3, threes + 1
    miss, rest, _ = scratch
    digits, so_far = f"{number:b}", chance
    if number <= 1:
        np.multiply(chance, number, out=out)
        so_far = out
    elif "1" in digits[1:]:
        np.subtract(1, chance, out=miss)
    for digit in digits[1:]:
        np.subtract(2, so_far, out=rest)
        so_far = np.multiply(so_far, rest, out=out)
        if digit == "1":
            _one_more(so_far, chance, miss, out)
    for _ in range(threes):
        np.subtract(3, so_far, out=rest)
        np.multiply(so_far, rest, out=rest)
        np.subtract(3, rest, out=rest)
        so_far = np.multiply(so_far, rest, out=out)


def _each(chance: FloatArray, count: Any, out: FloatArray, scratch: FloatArray) -> None:
    """A number of transfers each, at most 255: sorted by it, those who had one more are always the last of them."""
    numbers = count.astype(np.uint8)
    order = numbers.argsort(kind="stable")
    ordered, miss, so_far = scratch
    chance.take(order, out=ordered, mode="clip")  # none is outside; "raise" would copy first
    np.subtract(1, ordered, out=miss)
    each = np.arange(1, max(1, numbers[order[-1]]) + 1, dtype=np.uint8)
    some, *more = numbers.searchsorted(each, sorter=order).tolist()
    so_far[:some] = 0
    so_far[some:] = ordered[some:]
    for begin in more:
        had = slice(begin, None)
        _one_more(so_far[had], ordered[had], miss[had], so_far[had])
    out[order] = so_far


def _one_more(so_far: FloatArray, chance: FloatArray, miss: FloatArray, out: FloatArray) -> None:
    """``p + c * (1 - p)``: the chance after one transfer more."""
    np.multiply(so_far, miss, out=out)
    np.add(out, chance, out=out)


def _by_logarithms(chance: FloatArray, count: Any, out: FloatArray, scratch: FloatArray) -> None:  # noqa: ARG001
    """Any number of transfers."""
    np.negative(chance, out=out)
    np.log1p(out, out=out)
    np.multiply(out, count, out=out)
    np.expm1(out, out=out)
    np.negative(out, out=out)
