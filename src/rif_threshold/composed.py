"""The chance after several transfers, for pieces of arrays: few are multiplied, many go by logarithms.

How soon logarithms win depends on the processor: where numpy has them in wide steps (AVX-512) they take as long as
three multiplications, else as long as forty. Each function takes the chances of a piece, how many transfers (one
number, or one each), where the answer is written, and three rows of scratch; source of the formula as in
`probability`.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from rif_threshold.arrays import FloatArray

_FEW, _FEW_BESIDE_WIDE_LOGARITHMS = 64, 4
"""Up to so many transfers multiplications are sooner done."""


def way(most: int, *, one_number: bool) -> Callable[[FloatArray, Any, FloatArray, FloatArray], None]:
    """The function that is soonest done.

    Args:
        most: the largest number of transfers.
        one_number: whether it is that of all chances.
    """
    wide = _wide_logarithms()
    if most > (_FEW_BESIDE_WIDE_LOGARITHMS if wide else _FEW) or (wide and not one_number):
        return by_logarithms
    return alike if one_number else unlike


@lru_cache(maxsize=1)
def _wide_logarithms() -> bool:
    """Whether numpy takes logarithms in wider steps than on any processor of this kind."""
    ways = np.lib.introspect.opt_func_info(func_name="^log1p$").get("log1p", {}).get("dd", {})
    return not ways.get("current", "baseline").startswith("baseline")


def alike(chance: FloatArray, count: Any, out: FloatArray, scratch: FloatArray) -> None:
    """The same number of transfers for all, put together from half as many, as its binary digits say."""
    if not count:
        out.fill(0)
        return
    np.copyto(out, chance)
    for digit in f"{int(count):b}"[1:]:
        _both(out, out, scratch[0])
        if digit == "1":
            _both(out, chance, scratch[0])


def unlike(chance: FloatArray, count: Any, out: FloatArray, scratch: FloatArray) -> None:
    """A number of transfers each, at most 255: those with the same are brought together, and put back."""
    numbers = count.astype(np.uint8)
    order = numbers.argsort(kind="stable")
    left, together, answers = scratch
    chance.take(order, out=together, mode="clip")
    begin = 0
    for number, end in enumerate(np.bincount(numbers).cumsum().tolist()):
        these = slice(begin, end)
        alike(together[these], number, answers[these], left[None, these])
        begin = end
    out[order] = answers


def by_logarithms(chance: FloatArray, count: Any, out: FloatArray, scratch: FloatArray) -> None:  # noqa: ARG001
    """Any number of transfers."""
    np.negative(chance, out=out)
    np.log1p(out, out=out)
    np.multiply(out, count, out=out)
    np.expm1(out, out=out)
    np.negative(out, out=out)


def _both(first: FloatArray, second: FloatArray, left: FloatArray) -> None:
    """Chance of at least one of two: ``first`` becomes ``first + second * (1 - first)``, without cancellation."""
    np.subtract(1, first, out=left)
    np.multiply(left, second, out=left)
    np.add(first, left, out=first)
