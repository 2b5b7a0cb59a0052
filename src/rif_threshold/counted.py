"""What counts leave open of the number of transfers, found without arrays and statistics, which take long to load."""

import math

from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.exactly import Number


def transfers_interval_of_counts(
    successes: int, transfers: int, level: float, threshold: Number, minimum: int
) -> tuple[int, int]:
    """`transfers_interval` of the Clopper-Pearson interval of counts, without the statistics that a bound itself needs.

    A bound lies above a chance where so few, or so many, would be seen by it in more, or less, than half of what the
    level leaves out. That is asked of the few chances at which the number of transfers changes.

    Args:
        successes: how many succeeded, from 0 to ``transfers``.
        transfers: out of this many.
        level: coverage, 0 to 1.
        threshold: cumulative probability to exceed, ``0 < threshold < 1``.
        minimum: fewest transfers that may be answered.

    Returns:
        Fewest and most transfers; ``TRANSFERS_LIMIT + 1`` says "more than 1,000".

    >>> transfers_interval_of_counts(52, 200, 0.95, 0.60, minimum=2)
    (3, 5)
    """
    outside, log_miss = (1 - level) / 2, math.log1p(-float(threshold))
    fewest = TRANSFERS_LIMIT + 1
    for n in range(minimum, TRANSFERS_LIMIT + 1):
        p = -math.expm1(log_miss / n)
        if n < fewest and _at_most(successes, transfers, p) > outside:
            fewest = n
        if _at_most(transfers - successes, transfers, 1 - p) < outside:
            return fewest, n
    return fewest, TRANSFERS_LIMIT + 1


def _at_most(x: int, total: int, p: float) -> float:
    """The chance that at most ``x`` of ``total`` succeed, from the likeliest of these numbers down to the least."""
    if x + 1 > (total + 1) * p:  # the likeliest number of all is among them: the rest is fewer
        return 1 - _at_most(total - x - 1, total, 1 - p) if x < total else 1.0
    ways = math.lgamma(total + 1) - math.lgamma(x + 1) - math.lgamma(total - x + 1)
    share, sum_of_shares = math.exp(ways + x * math.log(p) + (total - x) * math.log1p(-p)), 0.0
    while sum_of_shares + share != sum_of_shares:
        sum_of_shares += share
        share *= x / (total - x + 1) * (1 - p) / p
        x -= 1
    return sum_of_shares
