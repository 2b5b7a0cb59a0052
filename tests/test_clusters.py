"""Rates of women with several transfers each: worked values, and the same variance by another road."""

import numpy as np
import pytest

from rif_threshold.uncertainty import (
    ClusterSums,
    EffectiveCounts,
    clopper_pearson,
    effective_counts,
    effective_distribution,
    effective_interval,
    threshold_distribution,
    transfers_interval,
)


def sums_of(women: list[tuple[int, int]]) -> ClusterSums:
    """The six sums of women with so many transfers and successes each."""
    n, x = (np.array(column) for column in zip(*women, strict=True))
    return ClusterSums(len(women), *(int(each.sum()) for each in (n, x, x * x, x * n, n * n)))


FORTY = (
    [(1, 1)] * 12 + [(1, 0)] * 8 + [(2, 1)] * 5 + [(2, 0)] * 5 + [(3, 1)] * 2 + [(3, 0)] * 4 + [(4, 1)] + [(4, 0)] * 3
)


def test_forty_women_worked_by_hand() -> None:
    counts = effective_counts(sums_of(FORTY), 0.95)
    assert counts.design_effect == pytest.approx(1.10367, abs=5e-6)
    assert counts.transfers == pytest.approx(65.0950, abs=5e-5)
    interval = effective_interval(counts, 0.95)
    assert (interval.lower, interval.upper) == pytest.approx((0.167627, 0.39468), abs=1e-6)
    assert transfers_interval(interval, 0.60, 2) == (2, 5)
    shares = effective_distribution(counts, 0.60, 2, 7)
    assert shares == pytest.approx([0.0493, 0.5109, 0.3419, 0.0806, 0.0143, 0.0025], abs=5.1e-5)
    naive = clopper_pearson(20, 74, 0.95)
    assert (naive.lower, naive.upper) == pytest.approx((0.17355, 0.38610), abs=5e-6)


def test_the_variance_is_that_of_its_definition() -> None:
    rate, women = 20 / 74, len(FORTY)
    squares = sum((x - rate * n) ** 2 for n, x in FORTY)
    counts = effective_counts(sums_of(FORTY), 0.95)
    assert counts.variance == pytest.approx(women / (women - 1) * squares / 74**2, rel=1e-12)


def test_couples_who_do_not_differ_are_never_worth_more_than_they_are() -> None:
    counts = effective_counts(sums_of([(2, 1)] * 50), 0.95)
    # Few women cost certainty all the same: scipy.stats.t.ppf(0.975, 99) is 1.98422, and for 49 degrees 2.00958.
    assert counts.design_effect == 0.0
    assert counts.transfers == pytest.approx(100 * (1.984216952 / 2.009575234) ** 2, rel=1e-8)


@pytest.mark.parametrize(("women", "worth"), [([(3, 0)] * 10, 10), ([(2, 2)] * 5, 5), ([(7, 3)], 1)])
def test_none_all_or_one_woman(women: list[tuple[int, int]], worth: int) -> None:
    counts = effective_counts(sums_of(women), 0.95)
    assert (counts.transfers, counts.design_effect, counts.variance) == (worth, None, None)
    lower, upper, _, _ = effective_interval(counts, 0.95)
    assert 0 <= lower < upper <= 1


def test_whole_counts_give_what_they_gave() -> None:
    for x, n in ((0, 9), (1, 9), (5, 9), (9, 9)):
        counts = EffectiveCounts(float(x), float(n), None, None)
        assert effective_interval(counts, 0.95) == clopper_pearson(x, n, 0.95)
        shares = effective_distribution(counts, 0.60, 2, 9)
        assert shares.tolist() == threshold_distribution(x, n, 0.60, 2, 9).tolist()


def test_a_success_that_is_less_than_one_has_a_lower_bound_of_its_own() -> None:
    few = effective_interval(EffectiveCounts(0.4, 10.0, None, None), 0.95).lower
    assert 0 < few < clopper_pearson(1, 10, 0.95).lower


@pytest.mark.parametrize("sums", [(0, 0, 0, 0, 0, 0), (2, 1, 0, 0, 0, 1), (1, 2, 3, 9, 6, 4)])
def test_what_cannot_be_is_refused(sums: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="there must be a woman"):
        effective_counts(ClusterSums(*sums), 0.95)
