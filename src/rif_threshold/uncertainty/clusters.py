"""How sure a rate is when transfers come in groups: several of one woman, which are more alike than those of two.

The variance of the rate is that of a ratio, linearised, with the woman as the unit. It is made an effective number of
transfers, and the usual Beta intervals are then taken at that number, which need not be whole.
Source: Korn EL, Graubard BI. Survey Methodology 1998;24:193-201; R's `survey::svyciprop(method = "beta")`.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rif_threshold.exactly import Number
from rif_threshold.uncertainty.intervals import Interval, beta_bounds, tail
from rif_threshold.uncertainty.threshold import beta_shares


class ClusterSums(NamedTuple):
    """Six whole numbers that say all that is needed of women with ``n_i`` transfers and ``x_i`` successes each.

    Attributes:
        women: how many women have at least one transfer.
        transfers: the sum of ``n_i``.
        successes: the sum of ``x_i``.
        successes_squared: the sum of ``x_i**2``.
        products: the sum of ``x_i * n_i``.
        transfers_squared: the sum of ``n_i**2``.
    """

    women: int
    transfers: int
    successes: int
    successes_squared: int
    products: int
    transfers_squared: int


class EffectiveCounts(NamedTuple):
    """What counts in groups are worth as counts of transfers that know nothing of each other.

    Attributes:
        successes: effective number of successes; need not be whole.
        transfers: effective number of transfers; need not be whole, and never more than were counted.
        design_effect: the variance of the rate over that of unrelated transfers; ``None`` where it is not defined.
        variance: the variance of the rate; ``None`` where it is not defined.
    """

    successes: float
    transfers: float
    design_effect: float | None
    variance: float | None


def effective_counts(sums: ClusterSums, level: float) -> EffectiveCounts:
    """The effective counts of women with several transfers each.

    With ``r = x/n`` and ``V = G/(G-1) * sum((x_i - r n_i)**2) / n**2``, ``deff = V / (r(1-r)/n)`` and
    ``n_eff = min(n, n / max(deff, 1) * (t(n-1) / t(G-1))**2)``, with the quantiles of Student's t for the level. Where
    none or all succeeded, or there is one woman only, ``n_eff = min(G, n)``.

    Args:
        sums: of one group of women, ``n >= 1`` and ``0 <= x <= n``.
        level: coverage, ``0 < level < 1``.

    Raises:
        ValueError: for a value outside its range.

    >>> counts = effective_counts(ClusterSums(40, 74, 20, 20, 32, 178), 0.95)
    >>> round(counts.design_effect, 5), round(counts.transfers, 4)
    (1.10367, 65.095)
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - loaded only when used

    women, n, x, xx, xn, nn = sums
    outside = tail(level)
    if not (1 <= women <= n and 0 <= x <= n):
        raise ValueError("there must be a woman, a transfer of each, and no more successes than transfers")
    rate = Fraction(x, n)
    if x in {0, n} or women == 1:
        few = min(women, n)
        return EffectiveCounts(float(rate * few), float(few), None, None)
    # In whole numbers: the sum of squares is a small difference of large ones.
    variance = Fraction(women, women - 1) * (xx - 2 * rate * xn + rate**2 * nn) / n**2
    design = float(variance / (rate * (1 - rate) / n))
    freedom = float(stdtrit(n - 1, 1 - outside) / stdtrit(women - 1, 1 - outside)) ** 2
    effective = min(n, n / max(design, 1.0) * freedom)
    return EffectiveCounts(float(rate) * effective, effective, design, float(variance))


def effective_interval(counts: EffectiveCounts, level: float) -> Interval:
    """The Clopper-Pearson bounds at effective counts.

    Raises:
        ValueError: for a level outside its range.

    >>> lower, upper, _, _ = effective_interval(EffectiveCounts(52, 200, None, None), 0.95)
    >>> round(lower, 4), round(upper, 4)
    (0.2007, 0.3266)
    """
    return beta_bounds(np.asarray(counts.successes), np.asarray(counts.transfers), level)


def effective_distribution(
    counts: EffectiveCounts, threshold: Number, minimum: int, longest: int
) -> npt.NDArray[np.float64]:
    """The probabilities of `threshold_distribution` at effective counts.

    Raises:
        ValueError: for a value outside its range.

    >>> effective_distribution(EffectiveCounts(17.593, 65.095, None, None), 0.60, 2, 5).round(4)
    array([0.0493, 0.5109, 0.3419, 0.0806])
    """
    return beta_shares(np.asarray(counts.successes), np.asarray(counts.transfers), threshold, minimum, longest)
