"""Observed against expected by rank: the k-th transfer of a first run, after k-1 failures."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from rif_threshold.heterogeneity import CommonFit, beta_geometric_next
from rif_threshold.method import method
from rif_threshold.record import Record
from rif_threshold.register.audit.adding import FIRST
from rif_threshold.register.audit.ledger import Counts, Key
from rif_threshold.register.audit.runs import name_of, strata
from rif_threshold.register.settings import audit_settings
from rif_threshold.uncertainty import Ratio, clopper_pearson, exact_ratio, ratio_to_counted

MORE = "and more"
TOTAL = "total"


class Against(Record):
    """Observed against one expectation.

    Attributes:
        transfers: at risk, where a chance is expected.
        observed: how many succeeded.
        expected: how many would have.
        ratio: the one over the other; ``None`` where too few are expected for it.
        lower: lower bound of its interval.
        upper: upper bound; ``None`` where there is none.
    """

    transfers: int
    observed: int
    expected: float
    ratio: float | None
    lower: float
    upper: float | None


class RankRow(Record):
    """One rank of the first runs.

    Attributes:
        rank: the rank, all from one on (``8 and more``), or ``total``.
        transfers: of one embryo, in a band; ``None`` where it is not shown, as with every count.
        outside: of several embryos, an unrecorded number, mosaics, or an age that may be of two bands.
        positive: transfers of a band with a positive test.
        clinical_known: transfers of which it is known whether a clinical pregnancy followed.
        clinical: those with one.
        eshre: positive tests against ESHRE's table.
        eshre_clinical: clinical pregnancies against it.
        eshre_if_left_failed: the ratio of positive tests if all who left before would have failed for ever.
        own: positive tests against the clinic's own first transfers.
        fitted: against the fitted model, up to the first change of band.
    """

    rank: str
    transfers: int | None
    outside: int | None
    positive: int | None
    clinical_known: int | None
    clinical: int | None
    eshre: Against | None = None
    eshre_clinical: Against | None = None
    eshre_if_left_failed: float | None = None
    own: Against | None = None
    fitted: Against | None = None


class CalibrationPoint(Record):
    """One band at one rank.

    Attributes:
        stratum: the band.
        rank: the rank.
        transfers: at risk.
        positive: with a positive test.
        expected_percent: by ESHRE's table.
        observed_percent: what was seen.
        lower_percent: lower bound of the Clopper-Pearson interval.
        upper_percent: upper bound.
    """

    stratum: str
    rank: int
    transfers: int
    positive: int
    expected_percent: float
    observed_percent: float
    lower_percent: float
    upper_percent: float


def last_rank(counts: Counts, group: str = FIRST) -> int:
    """The last rank with enough transfers for a row of its own; 0 where there is none."""
    fewest, last = audit_settings().fewest_for_ratio, 0
    while counts.true(*_all("risk", [last + 1], group)) >= fewest:
        last += 1
    return last


def of_strata(name: str, ranks: Iterable[int], group: str = FIRST) -> list[tuple[Key, ...]]:
    """Of each stratum the keys of a count at these ranks."""
    at = tuple(ranks)
    return [tuple((group, name, rank, place) for rank in at) for place in range(len(strata()))]


def _all(name: str, ranks: Iterable[int], group: str = FIRST) -> tuple[Key, ...]:
    return tuple(chain.from_iterable(of_strata(name, ranks, group)))


def rank_rows(counts: Counts, common: CommonFit | None, fitted: Sequence[int]) -> tuple[RankRow, ...]:
    """A row for each rank with enough transfers, one for all beyond, and the total.

    Args:
        counts: of the register.
        common: the fit, where there is one.
        fitted: the places of the strata that it has a mean of.
    """
    last, longest = last_rank(counts), counts.ranks(FIRST)
    rows = [_row(counts, str(rank), [rank]) for rank in range(1, last + 1)]
    if common is not None:
        rows = [
            row.model_copy(update={"fitted": _fitted(counts, rank, common, fitted)})
            for rank, row in enumerate(rows, start=1)
        ]
    if longest > last:
        rows.append(_row(counts, f"{last + 1} {MORE}", range(last + 1, longest + 1), ratios=False))
    return (*rows, _row(counts, TOTAL, range(1, longest + 1)))


def _row(counts: Counts, name: str, ranks: Sequence[int], *, ratios: bool = True) -> RankRow:
    transfers = counts.of(*_all("risk", ranks))
    row = RankRow(
        rank=name,
        transfers=transfers,
        outside=counts.alone(*((FIRST, "outside", rank) for rank in ranks)),
        positive=counts.part(transfers, *_all("positive", ranks)),
        clinical_known=counts.alone(*_all("known", ranks)),
        clinical=counts.alone(*_all("clinical", ranks)),
    )
    if (
        not ratios
        or (counts.shared and name != TOTAL)
        or counts.true(*_all("risk", ranks)) < audit_settings().fewest_for_ratio
    ):
        return row
    sure = tuple(ranks) == (1,)  # by construction
    return row.model_copy(
        update={
            "eshre": to_eshre(counts, row.positive, of_strata("risk", ranks)),
            "eshre_clinical": None if counts.shared else to_eshre(counts, row.clinical, of_strata("known", ranks)),
            "eshre_if_left_failed": _if_left_failed(counts, row.positive, ranks),
            "own": None if sure or counts.shared else to_own(counts, row.positive, ranks),
        }
    )


def to_eshre(counts: Counts, observed: int | None, at_risk: Sequence[tuple[Key, ...]]) -> Against | None:
    """Against ESHRE's table, exactly; ``None`` where a count of it is not shown.

    Args:
        counts: of the register.
        observed: how many succeeded.
        at_risk: of each stratum the keys of its transfers.
    """
    sizes = [counts.of(*keys) for keys in at_risk]
    known = [size for size in sizes if size is not None]
    if observed is None or len(known) < len(sizes) or not sum(known):
        return None
    chances = [float(row.chance) for row in strata()]
    return _against(exact_ratio(observed, known, chances, _level()), sum(known))


def to_own(counts: Counts, observed: int | None, ranks: Sequence[int]) -> Against | None:
    """Against the rates of the clinic's own first transfers; ``None`` where a band has none, or none succeeded."""
    sizes = [counts.of(*keys) or 0 for keys in of_strata("risk", ranks)]
    own = [tuple(counts.of((FIRST, name, 1, s)) or 0 for name in ("positive", "risk")) for s in range(len(strata()))]
    used = [(size, x, n) for size, (x, n) in zip(sizes, own, strict=True) if size]
    if not all(n for _, _, n in used) or not any(x for _, x, _ in used):
        return None
    found = ratio_to_counted(observed or 0, [size for size, _, _ in used], [(x, n) for _, x, n in used], _level())
    return _against(found, sum(size for size, _, _ in used))


def _level() -> float:
    return float(method().interval_level)


def _fitted(counts: Counts, rank: int, common: CommonFit, fitted: Sequence[int]) -> Against | None:
    """Against the fitted model, which is of the same rows."""
    model = common.beta_geometric
    sizes = [counts.of(("chain", place, rank, "n")) or 0 for place in fitted]
    came = sum(counts.of(("chain", place, rank, "x")) or 0 for place in fitted)
    if sum(sizes) < audit_settings().fewest_for_ratio:
        return None
    chances = [float(beta_geometric_next(mean, model.value, rank - 1)) for mean in model.means]
    return _against(exact_ratio(came, sizes, chances, _level()), sum(sizes))


def _if_left_failed(counts: Counts, observed: int | None, ranks: Sequence[int]) -> float | None:
    """The ratio with all who left before still at risk, in the band of their last transfer, and failing."""
    if counts.shared or observed is None or len(ranks) > 1:
        return None
    expected = 0.0
    for place, row in enumerate(strata()):
        gone = [(FIRST, "gone", rank, place) for rank in range(1, ranks[0])]
        stayed = (counts.of((FIRST, "risk", ranks[0], place)) or 0) + (counts.of(*gone) or 0)
        expected += stayed * float(row.chance)
    return observed / expected


def _against(found: Ratio, transfers: int) -> Against:
    """The same; where too few are expected, without a ratio."""
    few = found.expected < audit_settings().fewest_expected
    return against(found, transfers).model_copy(update={"ratio": None} if few else {})


def against(found: Ratio, transfers: int) -> Against:
    """A ratio as it is told; an upper bound that is none is ``None``."""
    return Against(
        transfers=transfers,
        observed=found.observed,
        expected=found.expected,
        ratio=found.ratio,
        lower=found.lower,
        upper=found.upper if found.upper < float("inf") else None,
    )


def calibration(counts: Counts) -> Iterator[CalibrationPoint]:
    """Every band at every rank with enough transfers."""
    for place, row in enumerate(strata()):
        for rank in range(1, counts.ranks(FIRST) + 1):
            n, x = counts.of((FIRST, "risk", rank, place)) or 0, counts.of((FIRST, "positive", rank, place)) or 0
            if n < audit_settings().fewest_for_ratio:
                continue
            lower, upper, _, _ = clopper_pearson(x, n, _level())
            yield CalibrationPoint(
                stratum=name_of(place),
                rank=rank,
                transfers=n,
                positive=x,
                expected_percent=100 * float(row.chance),
                observed_percent=100 * x / n,
                lower_percent=100 * lower,
                upper_percent=100 * upper,
            )
