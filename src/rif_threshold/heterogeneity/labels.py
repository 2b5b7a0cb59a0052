"""What a crossing means: how many of the labelled couples have no problem."""

from typing import Any

import numpy as np
import numpy.typing as npt

from rif_threshold.arrays import FloatArray, float_or_array
from rif_threshold.heterogeneity.models import checked_share


def labelled_share(miss: npt.ArrayLike, prevalence: npt.ArrayLike = 0.0, miss_affected: npt.ArrayLike = 1.0) -> Any:
    """Share of couples who get this far without success: ``(1 - prevalence) miss + prevalence miss_affected``.

    With prevalence 0 it is the share of couples *without* a problem who are labelled, ``(1 - p)**n``.

    Args:
        miss: chance that all transfers fail for a couple without a problem, 0 to 1: ``prod(1 - p_i)``.
        prevalence: share of couples with a problem, ``0 <= prevalence < 1``.
        miss_affected: chance that all transfers fail for a couple with one, 0 to 1.

    Returns:
        A float for scalars, else a float64 array.

    Raises:
        ValueError: for a value outside its range.

    >>> round(labelled_share((1 - 0.259) ** 4), 4)
    0.3015
    """
    missed, affected = _miss(miss, "miss"), _miss(miss_affected, "miss_affected")
    ill = checked_share(prevalence, "prevalence")
    return float_or_array((1 - ill) * missed + ill * affected)


def unexplained_share(miss: npt.ArrayLike, prevalence: npt.ArrayLike, miss_affected: npt.ArrayLike = 1.0) -> Any:
    """Share of the labelled couples who have no problem: they were unlucky. It is 1 - PPV.

    ``(1 - prevalence) miss / ((1 - prevalence) miss + prevalence miss_affected)``. Somigliana 2018 and Busnelli
    2020 call it "false-positive rate"; that term usually means the share of the healthy who are labelled, which
    is `labelled_share`.

    Args:
        miss: as in `labelled_share`.
        prevalence: as in `labelled_share`.
        miss_affected: as in `labelled_share`.

    Returns:
        A float for scalars, else a float64 array; 1 where nobody has a problem.

    Raises:
        ValueError: for a value outside its range.

    >>> round(unexplained_share((1 - 0.30) ** 3, 0.10), 3), round(unexplained_share((1 - 0.61) ** 3, 0.15), 3)
    (0.755, 0.252)
    """
    missed, affected = _miss(miss, "miss"), _miss(miss_affected, "miss_affected")
    ill = checked_share(prevalence, "prevalence")
    unlucky, ailing = np.broadcast_arrays((1 - ill) * missed, ill * affected)
    # Nobody at all is left only where both chances underflow; then nobody has a known problem.
    everyone = unlucky + ailing
    return float_or_array(np.where(ailing == 0, 1.0, unlucky / np.where(everyone > 0, everyone, 1)))


def _miss(values: npt.ArrayLike, name: str) -> FloatArray:
    numbers = np.asarray(values, dtype=np.float64)
    if not ((numbers >= 0) & (numbers <= 1)).all():
        raise ValueError(f"{name} must lie between 0 and 1")
    return numbers
