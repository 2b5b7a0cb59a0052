"""What counts leave open of the number of transfers, found without the statistics that take long to load."""

import numpy as np

from rif_threshold.arrays import Number
from rif_threshold.bounds import TRANSFERS_LIMIT


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
    outside, t = (1 - level) / 2, float(threshold)
    logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, transfers + 1)))))
    seen = np.arange(transfers + 1)
    ways = logs[-1] - logs - logs[::-1]
    fewest = TRANSFERS_LIMIT + 1
    for n in range(minimum, TRANSFERS_LIMIT + 1):
        p = -np.expm1(np.log1p(-t) / n)
        shares = np.exp(ways + seen * np.log(p) + (transfers - seen) * np.log1p(-p))
        few, many = shares[: successes + 1].sum(), shares[successes:].sum()
        fewest = min(fewest, n) if few > outside else fewest
        if many < outside:
            return fewest, n
    return fewest, TRANSFERS_LIMIT + 1
