"""Fit how couples differ to counts by rank: transfers and successes at the first, second, third ... transfer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rif_threshold.arrays import FloatArray
from rif_threshold.heterogeneity.models import hazard_after

# Parameters are kept this far from the ends of their ranges, where a logarithm has no value.
_EDGE = 1e-9
# Where the search begins: little and much difference between couples.
_STARTS = (0.01, 0.1, 0.5)
# Fewer ranks leave no degree of freedom for a model of two parameters.
_FEWEST_RANKS = 3


@dataclass(frozen=True, slots=True)
class IndependenceFit:
    """One probability for every couple and rank: the plain formula.

    Attributes:
        p: successes over transfers, all ranks together.
        deviance: twice the log-likelihood lost against one rate for each rank.
        degrees_of_freedom: ranks less parameters.
    """

    p: float
    deviance: float
    degrees_of_freedom: int


@dataclass(frozen=True, slots=True)
class BetaGeometricFit:
    """Every couple has its own probability, spread as a Beta distribution.

    Attributes:
        mean: mean over couples.
        correlation: correlation between transfers of one couple; the variance over couples is
            ``mean (1 - mean) correlation``.
        correlation_lower: lower profile-likelihood bound of the correlation.
        correlation_upper: upper bound.
        deviance: as in `IndependenceFit`.
        degrees_of_freedom: ranks less parameters.
    """

    mean: float
    correlation: float
    correlation_lower: float
    correlation_upper: float
    deviance: float
    degrees_of_freedom: int


@dataclass(frozen=True, slots=True)
class TwoClassFit:
    """A share of couples cannot implant, the others share one probability.

    Attributes:
        share: share of couples who cannot implant.
        p: probability per transfer of the others.
        deviance: as in `IndependenceFit`.
        degrees_of_freedom: ranks less parameters.
    """

    share: float
    p: float
    deviance: float
    degrees_of_freedom: int


@dataclass(frozen=True, slots=True)
class Fit:
    """The three models fitted to the same counts."""

    independence: IndependenceFit
    beta_geometric: BetaGeometricFit
    two_class: TwoClassFit


def fit(counts: Sequence[tuple[int, int]], level: float) -> Fit:
    """Fit independence, beta-geometric and two-class couples to counts by rank, by maximum likelihood.

    The likelihood is that of the counts at each rank, ``sum x_k ln h_k + (n_k - x_k) ln(1 - h_k)``, with ``h_k``
    the chance of success after ``k`` failures. It assumes that those who stop are like those who go on. What makes
    rates fall with the rank for other reasons (the best embryo first, ageing between transfers, drop-out) goes
    into the spread between couples as well.

    Sources: Weinberg CR, Gladen BC. Biometrics 1986;42:547-560; Fader PS, Hardie BGS. J Interact Mark
    2007;21(1):76-90.

    Args:
        counts: for each rank from the first, transfers (or couples at risk) and successes.
        level: coverage of the interval on the correlation, ``0 < level < 1``.

    Returns:
        The three fits.

    Raises:
        ValueError: for fewer than three ranks, impossible counts, or no success or no failure at all.

    >>> answer = fit([(1000, 400), (500, 150), (300, 70), (200, 40)], level=0.95)
    >>> round(answer.beta_geometric.mean, 3), round(answer.beta_geometric.correlation, 3)
    (0.4, 0.255)
    """
    at_risk, successes = checked_rank_counts(counts)
    if not 0 < level < 1:
        raise ValueError("level must lie strictly between 0 and 1")
    ranks = np.arange(at_risk.size)
    pooled = float(successes.sum() / at_risk.sum())

    def deviance(hazards: Any) -> float:
        return counts_deviance(at_risk, successes, np.broadcast_to(hazards, at_risk.shape))

    def spread(mean: float, correlation: float) -> float:
        return deviance(hazard_after(np.asarray(mean), np.asarray(correlation), ranks))

    def classes(share: float, p: float) -> float:
        return deviance(two_class_hazards(share, p, ranks))

    mean, correlation, spread_deviance = _smallest(spread, [(pooled, start) for start in _STARTS])
    share, p, classes_deviance = _smallest(classes, [(start, pooled) for start in _STARTS])
    lower, upper = _profile(spread, correlation, spread_deviance, level)
    return Fit(
        IndependenceFit(pooled, deviance(pooled), ranks.size - 1),
        BetaGeometricFit(mean, correlation, lower, upper, spread_deviance, ranks.size - 2),
        TwoClassFit(share, p, classes_deviance, ranks.size - 2),
    )


Counts = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Transfers and successes by rank."""


def two_class_hazards(share: float, p: float, failed: Any) -> FloatArray:
    """Chance of success after failures, where a share of couples cannot implant."""
    able = (1 - share) * np.exp(failed * np.log1p(-p))
    result: FloatArray = p * able / (share + able)
    return result


def checked_rank_counts(counts: Sequence[tuple[int, int]]) -> Counts:
    """Counts by rank as two arrays. Raises `ValueError` for those that no model can be fitted to."""
    table = np.asarray(counts)
    if table.ndim != 2 or table.shape[1] != 2 or table.shape[0] < _FEWEST_RANKS or table.dtype.kind not in "iu":
        raise ValueError("counts must be at least three pairs of whole numbers: transfers, successes")
    at_risk, successes = table.T.astype(np.int64)
    if np.any(at_risk < 1) or np.any(successes < 0) or np.any(successes > at_risk):
        raise ValueError("counts must have at least one transfer at each rank and no more successes than transfers")
    if not 0 < successes.sum() < at_risk.sum():
        raise ValueError("counts must hold at least one success and one failure")
    return at_risk, successes


def counts_deviance(at_risk: npt.NDArray[np.int64], successes: npt.NDArray[np.int64], hazards: FloatArray) -> float:
    """Twice the log-likelihood that these hazards lose against one rate for each rank."""
    from scipy.special import xlogy  # noqa: PLC0415 - loaded only when used

    failures = at_risk - successes
    observed = successes / at_risk
    gained = xlogy(successes, observed) - xlogy(successes, hazards)
    lost = xlogy(failures, 1 - observed) - xlogy(failures, 1 - hazards)
    return float(2 * (gained + lost).sum())


def _smallest(deviance: Callable[[float, float], float], starts: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """The two parameters with the smallest deviance, and that deviance. Several starts: it may have several hollows."""
    from scipy.optimize import minimize  # noqa: PLC0415 - loaded only when used

    answers = [
        minimize(
            lambda both: deviance(*both),
            start,
            method="Nelder-Mead",
            bounds=[(_EDGE, 1 - _EDGE)] * 2,
            options={"xatol": _EDGE, "fatol": _EDGE, "maxiter": 1000},
        )
        for start in starts
    ]
    best = min(answers, key=lambda answer: float(answer.fun))
    return float(best.x[0]), float(best.x[1]), float(best.fun)


def _profile(
    deviance: Callable[[float, float], float], correlation: float, smallest: float, level: float
) -> tuple[float, float]:
    """Where the deviance, with the mean refitted, has risen by the chi-squared quantile of one degree of freedom."""
    from scipy.optimize import brentq, minimize_scalar  # noqa: PLC0415 - loaded only when used
    from scipy.special import chdtri  # noqa: PLC0415 - loaded only when used

    allowed = smallest + float(chdtri(1, 1 - level))

    def excess(value: float) -> float:
        found = minimize_scalar(lambda mean: deviance(mean, value), bounds=(_EDGE, 1 - _EDGE), method="bounded")
        return float(found.fun) - allowed

    lower = 0.0 if excess(_EDGE) <= 0 else float(brentq(excess, _EDGE, correlation))
    upper = 1.0 if excess(1 - _EDGE) <= 0 else float(brentq(excess, correlation, 1 - _EDGE))
    return lower, upper
