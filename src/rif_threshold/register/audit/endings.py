"""How first runs ended, rank by rank, and what that leaves open of every rate and cumulative figure."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rif_threshold.method import method
from rif_threshold.record import Record
from rif_threshold.register.audit.adding import FIRST
from rif_threshold.register.audit.by_rank import MORE, last_rank
from rif_threshold.register.audit.ledger import Counts
from rif_threshold.uncertainty import clopper_pearson


class EndRow(Record):
    """One rank of the first runs, transfers of all kinds. Counts are ``None`` where they are not shown.

    Attributes:
        rank: the rank, or all from one on.
        at_risk: couples who had this transfer.
        positive: those with a positive test.
        went_on: those who failed and had a further one.
        left: those who failed and did not come back; without dates, those in treatment too.
        in_treatment: those who failed so lately that they may; ``None`` without dates.
        awaiting: those who failed and wait for the test of a further one.
        rate_percent: of those who had it; an average chance of those who left is the same.
        lower_percent: lower bound of its interval, Clopper-Pearson.
        upper_percent: upper bound.
        rate_if_left_failed_percent: of all who could have had it, if those who left would have failed for ever.
        cumulative_optimistic_percent: by this rank, if those who left were like those who stayed.
        cumulative_conservative_percent: by this rank, if none of those who left would ever have succeeded.
    """

    rank: str
    at_risk: int | None
    positive: int | None
    went_on: int | None
    left: int | None
    in_treatment: int | None
    awaiting: int | None
    rate_percent: float | None = None
    lower_percent: float | None = None
    upper_percent: float | None = None
    rate_if_left_failed_percent: float | None = None
    cumulative_optimistic_percent: float | None = None
    cumulative_conservative_percent: float | None = None


def end_rows(counts: Counts, *, dates: bool) -> Iterator[EndRow]:
    """A row for each rank with enough transfers, and one for all beyond."""
    last, longest = last_rank(counts), counts.ranks(FIRST)
    first = counts.of((FIRST, "at_rank", 1))
    missed: Fraction | None = Fraction(1)
    succeeded: int | None = 0
    for rank in range(1, last + 1):
        row = _counted(counts, str(rank), [rank], dates=dates)
        n, x = row.at_risk, row.positive
        if n is None or x is None or first is None:
            yield row
            missed = succeeded = None
            continue
        lower, upper, _, _ = clopper_pearson(x, n, float(method().interval_level))
        told = {"rate_percent": 100 * x / n, "lower_percent": 100 * lower, "upper_percent": 100 * upper}
        if missed is not None and succeeded is not None:
            told["rate_if_left_failed_percent"] = 100 * x / (first - succeeded)
            missed, succeeded = missed * Fraction(n - x, n), succeeded + x
            told["cumulative_optimistic_percent"] = float(100 * (1 - missed))
            told["cumulative_conservative_percent"] = 100 * succeeded / first
        yield row.model_copy(update=told)
    if longest > last:
        yield _counted(counts, f"{last + 1} {MORE}", range(last + 1, longest + 1), dates=dates)


def _counted(counts: Counts, name: str, ranks: Sequence[int], *, dates: bool) -> EndRow:
    at_risk = counts.of(*((FIRST, "at_rank", rank) for rank in ranks))

    def of(what: str) -> int | None:
        return counts.part(at_risk, *((FIRST, what, rank) for rank in ranks))

    return EndRow(
        rank=name,
        at_risk=at_risk,
        positive=of("came"),
        went_on=of("went_on"),
        left=of("left"),
        in_treatment=of("in_treatment") if dates else None,
        awaiting=of("awaiting"),
    )
