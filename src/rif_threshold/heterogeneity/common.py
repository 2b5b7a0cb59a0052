"""Fit couples that differ to several strata at once: one correlation, or one share, common to all of them.

Each stratum keeps a mean of its own. Strata must never be thrown together: those with a higher chance succeed and
leave, so the rate falls with the rank though no couple of a stratum differs from another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rif_threshold.heterogeneity.fitting import (
    Counts,
    checked_rank_counts,
    counts_deviance,
    two_class_hazards,
)
from rif_threshold.heterogeneity.models import hazard_after

_EDGE, _FINE = 1e-9, 1e-8
# Where the search begins: between little and much.
_STARTS = (0.0, 0.02, 0.1, 0.3, 0.6, 1 - _EDGE)


@dataclass(frozen=True, slots=True)
class Commonness:
    """One model, fitted to all strata with one parameter in common.

    Attributes:
        value: the parameter: the correlation between transfers of one couple, or the share that cannot implant.
        lower: lower profile-likelihood bound; 0 where 0 is within.
        upper: upper bound.
        means: of each stratum the mean over couples, or the probability of those who can implant.
        deviance: twice the log-likelihood lost against one rate for each rank of each stratum.
    """

    value: float
    lower: float
    upper: float
    means: tuple[float, ...]
    deviance: float


@dataclass(frozen=True, slots=True)
class CommonFit:
    """Both models, fitted to the same counts.

    Attributes:
        beta_geometric: every couple has a probability of its own; the parameter is the correlation.
        two_class: a share of couples cannot implant; the parameter is that share.
        degrees_of_freedom: ranks of all strata, less strata, less one.
    """

    beta_geometric: Commonness
    two_class: Commonness
    degrees_of_freedom: int


def fit_common(strata: Sequence[Sequence[tuple[int, int]]], level: float) -> CommonFit:
    """Fit both models to counts by rank of one stratum or several, by maximum likelihood.

    The likelihood is that of `fit`, added over the strata; the parameter in common is profiled, the mean of each
    stratum refitted at each of its values.

    Args:
        strata: of each stratum, for each rank from the first, transfers and successes; three ranks or more.
        level: coverage of the intervals, ``0 < level < 1``.

    Raises:
        ValueError: for no stratum, fewer than three ranks, impossible counts, or no success or no failure in a stratum.

    >>> answer = fit_common([[(1000, 400), (500, 150), (300, 70), (200, 40)]], level=0.95)
    >>> round(answer.beta_geometric.value, 3), answer.degrees_of_freedom
    (0.255, 2)
    """
    counts = [checked_rank_counts(each) for each in strata]
    if not counts or not 0 < level < 1:
        raise ValueError("there must be a stratum, and level must lie strictly between 0 and 1")
    ranks = sum(each[0].size for each in counts)
    return CommonFit(
        _fitted(counts, lambda mean, value, k: hazard_after(np.asarray(mean), np.asarray(value), k), level),
        _fitted(counts, lambda p, value, k: two_class_hazards(value, p, k), level),
        ranks - len(counts) - 1,
    )


def _fitted(counts: list[Counts], hazards: Callable[[float, float, Any], Any], level: float) -> Commonness:
    from scipy.optimize import brentq, minimize_scalar  # noqa: PLC0415 - loaded only when used
    from scipy.special import chdtri  # noqa: PLC0415

    def of_stratum(each: Counts, value: float) -> tuple[float, float]:
        """The mean with the smallest deviance, and that deviance."""
        ranks = np.arange(each[0].size)
        found = minimize_scalar(
            lambda mean: counts_deviance(*each, hazards(mean, value, ranks)),
            bounds=(_EDGE, 1 - _EDGE),
            method="bounded",
            options={"xatol": _EDGE},
        )
        return float(found.x), float(found.fun)

    def profile(value: float) -> float:
        return sum(of_stratum(each, value)[1] for each in counts)

    tried = [(profile(start), place) for place, start in enumerate(_STARTS)]
    best = min(tried)[1]
    around = (_STARTS[max(best - 1, 0)], _STARTS[min(best + 1, len(_STARTS) - 1)])
    value = float(minimize_scalar(profile, bounds=around, method="bounded", options={"xatol": _FINE}).x)
    value = min((0.0, value), key=profile)  # a search within bounds never reaches them
    means = tuple(of_stratum(each, value)[0] for each in counts)
    smallest = profile(value)

    def excess(other: float) -> float:
        return profile(other) - smallest - float(chdtri(1, 1 - level))

    lower = 0.0 if excess(0.0) <= 0 else float(brentq(excess, 0.0, value))
    upper = 1.0 if excess(1 - _EDGE) <= 0 else float(brentq(excess, value, 1 - _EDGE))
    return Commonness(value, lower, upper, means, smallest)
