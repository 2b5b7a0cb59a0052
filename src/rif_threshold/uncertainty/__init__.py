"""How sure the answer is when the rate was counted: from successes out of transfers to an interval on the threshold.

The cumulative probability rises with the probability per transfer and the number of transfers to the threshold
falls with it, so an interval on the one carries over to the others without losing coverage. One probability drives
the whole curve, so the band around it holds for all numbers of transfers at once.

Two methods, each for what it is good at. Clopper-Pearson (Biometrika 1934;26:404-413) never covers less often than
its level says and serves every interval. The posterior under Jeffreys' prior, Beta(x + 1/2, N - x + 1/2) (Brown,
Cai and DasGupta, Stat Sci 2001;16:101-133), serves statements such as "the threshold is 3 with probability 0.46".
The normal approximation (Wald) is not offered: at 50 transfers its coverage falls to 64 %.

scipy does the statistics and is imported only when a function here is called.
"""

from rif_threshold.counted import transfers_interval_of_counts
from rif_threshold.uncertainty.clusters import (
    ClusterSums,
    EffectiveCounts,
    effective_counts,
    effective_distribution,
    effective_interval,
)
from rif_threshold.uncertainty.expected import Ratio, exact_ratio, ratio_to_counted, transfers_to_see
from rif_threshold.uncertainty.history import Group, crossed_probability, history_interval
from rif_threshold.uncertainty.intervals import Interval, clopper_pearson, cumulative_interval, jeffreys
from rif_threshold.uncertainty.threshold import (
    CountedInterval,
    FlippingMultiplier,
    flipping_multiplier,
    interval_of_counts,
    threshold_distribution,
    transfers_interval,
    transfers_needed_to_settle,
)
