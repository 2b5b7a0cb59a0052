"""The chance after several transfers, for pieces of arrays: few are multiplied, many go by logarithms.

A logarithm takes as long as twenty multiplications where the processor has no AVX-512. Each function takes the
chances of a piece, how many transfers (one number, or one each, as floats), where the answer is written, and three rows
of scratch; source of the formula as in `probability`.
"""

from typing import Any

import numpy as np

from rif_threshold.arrays import FloatArray

FEW_ALIKE, FEW_UNLIKE = 64, 8
"""Up to so many transfers multiplications are sooner done: where all have one number, and where each has its own."""


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
    """One transfer after the other, each added where that many are asked for."""
    left, step, taken = scratch
    out.fill(0)
    for number in range(1, int(np.max(count)) + 1):
        np.greater_equal(count, number, out=taken)
        np.multiply(chance, taken, out=step)
        _both(out, step, left)


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
