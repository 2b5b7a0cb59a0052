"""The clinic's own first transfers by band: what the later ranks are held against."""

from fractions import Fraction

from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.method import method
from rif_threshold.probability import transfers_to_exceed
from rif_threshold.record import Record
from rif_threshold.register.audit.adding import FIRST
from rif_threshold.register.audit.ledger import Counts
from rif_threshold.register.audit.runs import name_of, strata
from rif_threshold.register.bands import too_small
from rif_threshold.uncertainty import ClusterSums, clopper_pearson, transfers_interval


class OwnRow(Record):
    """The first transfers of a band. Counts are ``None`` where they are not shown, and then so is all else.

    Attributes:
        stratum: the band.
        transfers: first in this register, of one embryo.
        positive: with a positive test.
        percent: the rate.
        lower_percent: lower bound of its Clopper-Pearson interval.
        upper_percent: upper bound.
        transfers_to_threshold: by the rate; ``None`` where it is too small, and beyond 1,000.
        transfers_lower: fewest within the interval.
        transfers_upper: most within it; ``None`` beyond 1,000.
        printed_percent: ESHRE's row.
        printed_transfers: its number of transfers to the threshold.
    """

    stratum: str
    transfers: int | None
    positive: int | None
    percent: float | None = None
    lower_percent: float | None = None
    upper_percent: float | None = None
    transfers_to_threshold: int | None = None
    transfers_lower: int | None = None
    transfers_upper: int | None = None
    printed_percent: float
    printed_transfers: int


def own_rows(counts: Counts) -> tuple[OwnRow, ...]:
    """A row for each band of ESHRE's table."""
    return tuple(_row(counts, place) for place in range(len(strata())))


def _row(counts: Counts, place: int) -> OwnRow:
    n = counts.of((FIRST, "risk", 1, place))
    x = counts.part(n, (FIRST, "positive", 1, place))
    band, rule = strata()[place], method()
    threshold, minimum = Fraction(rule.threshold_percent) / 100, rule.minimum_transfers
    row = OwnRow(
        stratum=name_of(place),
        transfers=n,
        positive=x,
        printed_percent=100 * float(band.chance),
        printed_transfers=transfers_to_exceed(band.chance, threshold, minimum),
    )
    if not n or x is None:
        return row
    interval = clopper_pearson(x, n, float(rule.interval_level))
    told = {
        "percent": 100 * x / n,
        "lower_percent": 100 * interval.lower,
        "upper_percent": 100 * interval.upper,
    }
    if not too_small(ClusterSums(n, n, x, x, x, n)):
        fewest, most = transfers_interval(interval, threshold, minimum)
        numbers = (transfers_to_exceed(Fraction(x, n), threshold, minimum), fewest, most)
        names = ("transfers_to_threshold", "transfers_lower", "transfers_upper")
        told |= {name: None if each > TRANSFERS_LIMIT else each for name, each in zip(names, numbers, strict=True)}
    return row.model_copy(update=told)
