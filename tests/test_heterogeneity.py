"""Couples that differ, against integration over couples, enumeration in fractions and published fits."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

import oracle
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.heterogeneity import (
    beta_geometric_cumulative,
    beta_geometric_next,
    beta_geometric_threshold,
    fit,
    labelled_share,
    two_class_cumulative,
    two_class_next,
    two_class_probability,
    two_class_threshold,
    unexplained_share,
)

chances = st.integers(1, 99).map(lambda k: k / 100)
ROWS = [0.315, 0.259, 0.15, 0.684, 0.641, 0.58]


def miss_by_integration(mean: float, correlation: float, n: int) -> float:
    """E (1 - p)**n with p ~ Beta, by numerical integration."""
    size = 1 / correlation - 1
    a, b = mean * size, (1 - mean) * size
    log_constant = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)

    def integrand(x: float) -> float:
        return math.exp(log_constant + (a - 1) * math.log(x) + (b - 1 + n) * math.log1p(-x))

    return integrate.quad(integrand, 0, 1, epsabs=1e-13, limit=400)[0]


@pytest.mark.parametrize(("mean", "correlation"), [(0.3219, 0.147), (0.259, 0.05), (0.6, 0.1), (0.5, 0.3)])
def test_beta_geometric_against_integration(mean: float, correlation: float) -> None:
    for n in (1, 2, 3, 6, 12):
        expected = miss_by_integration(mean, correlation, n)
        assert 1 - beta_geometric_cumulative(mean, correlation, n) == pytest.approx(expected, rel=1e-7)
        following = 1 - miss_by_integration(mean, correlation, n + 1) / expected
        assert beta_geometric_next(mean, correlation, n) == pytest.approx(following, rel=1e-6)


@given(chances, st.integers(0, 40))
def test_no_spread_gives_the_plain_formula_back(p: float, n: int) -> None:
    plain = 1 - (1 - p) ** n
    assert beta_geometric_cumulative(p, 0, n) == pytest.approx(plain, abs=1e-12)
    assert two_class_cumulative(0, p, n) == pytest.approx(plain, abs=1e-12)
    assert beta_geometric_next(p, 0, n) == pytest.approx(p)
    assert two_class_next(0, p, n) == pytest.approx(p)
    expected = oracle.transfers_to_exceed(Fraction(str(p)), Fraction(3, 5), 2)
    assert beta_geometric_threshold(p, 0, 0.6, 2) == two_class_threshold(0, p, 0.6, 2) == expected
    assert two_class_probability(p, 0) == p


@given(chances, st.integers(0, 90).map(lambda k: k / 100), st.integers(2, 20))
def test_a_spread_never_brings_the_threshold_nearer(p: float, spread: float, n: int) -> None:
    assert beta_geometric_cumulative(p, spread, n) <= 1 - (1 - p) ** n + 1e-12
    assert beta_geometric_threshold(p, spread, 0.6, 2) >= beta_geometric_threshold(p, 0, 0.6, 2)
    assert two_class_threshold(spread, p, 0.6, 2) >= two_class_threshold(0, p, 0.6, 2)


@given(chances, st.integers(0, 90).map(lambda k: k / 100), st.integers(0, 12), st.integers(0, 12))
def test_past_and_future_add_up(p: float, spread: float, past: int, future: int) -> None:
    # The chance of failing past + future transfers is that of failing each in turn, given the failures before it.
    one_by_one = math.prod(1 - beta_geometric_next(p, spread, k) for k in range(past + future))
    assert 1 - beta_geometric_cumulative(p, spread, past + future) == pytest.approx(one_by_one, abs=1e-12)
    one_by_one = math.prod(1 - two_class_next(spread, p, k) for k in range(past + future))
    assert 1 - two_class_cumulative(spread, p, past + future) == pytest.approx(one_by_one, abs=1e-12)


def test_two_classes_by_counting_couples() -> None:
    # Of 1000 couples 150 cannot implant; the others have 3 in 5. Counted transfer by transfer.
    able, unable = Fraction(850), Fraction(150)
    for failed in range(6):
        share = able / (able + unable) * Fraction(3, 5)
        assert two_class_next(0.15, 0.6, failed) == pytest.approx(float(share))
        able *= Fraction(2, 5)
        assert two_class_cumulative(0.15, 0.6, failed + 1) == pytest.approx(float((1000 - able - unable) / 1000))


def test_two_classes_keep_the_printed_mean() -> None:
    p = two_class_probability([0.315, 0.259], 0.1)
    assert 0.9 * p == pytest.approx([0.315, 0.259])
    assert two_class_next(0.1, p, 0) == pytest.approx([0.315, 0.259])


def test_two_classes_never_cross_where_too_few_can_implant() -> None:
    assert two_class_threshold(0.4, 0.9, 0.6, 2) == TRANSFERS_LIMIT + 1
    assert two_class_threshold([0.1, 0.4, 0.5], 0.9, 0.6, 2).tolist() == [2, 1001, 1001]


def test_rows_of_the_table_as_the_correlation_grows() -> None:
    # Reference computed elsewhere: where each row of ESHRE's table goes.
    expected = {
        0.02: [3, 4, 6, 2, 2, 2],
        0.05: [3, 4, 7, 2, 2, 2],
        0.075: [3, 4, 7, 2, 2, 2],
        0.10: [3, 4, 8, 2, 2, 2],
        0.15: [3, 4, 10, 2, 2, 2],
        0.20: [4, 5, 12, 2, 2, 2],
        0.30: [4, 6, 22, 2, 2, 2],
    }
    for correlation, numbers in expected.items():
        assert beta_geometric_threshold(ROWS, correlation, 0.6, 2).tolist() == numbers
    assert [beta_geometric_threshold(p, 0.1, 0.6, 2) for p in ROWS] == expected[0.10]


def test_a_hopeless_chance_is_more_than_the_limit_and_the_minimum_holds() -> None:
    assert beta_geometric_threshold(0.001, 0.5, 0.6, 2) == TRANSFERS_LIMIT + 1
    assert beta_geometric_threshold(0.9, 0.1, 0.6, 3) == 3


def test_after_a_thousand_failures_the_formulas_still_hold() -> None:
    assert two_class_next(0, 0.99, 1000) == pytest.approx(0.99)
    assert two_class_next(0.1, 0.99, 1000) == pytest.approx(0)
    assert two_class_threshold(0, 0.0005, 0.6, 1000) == 1001
    assert unexplained_share(0, 0) == 1
    assert unexplained_share(0, 0.1, 0) == 1


@given(chances, st.integers(1, 30), st.integers(1, 60).map(lambda k: k / 100))
def test_labels_by_counting_couples(p: float, n: int, prevalence: float) -> None:
    q, ill = 1 - Fraction(str(p)), Fraction(str(prevalence))
    unlucky, ailing = (1 - ill) * q**n, ill
    assert labelled_share((1 - p) ** n) == pytest.approx(float(q**n))
    assert labelled_share((1 - p) ** n, prevalence) == pytest.approx(float(unlucky + ailing))
    assert unexplained_share((1 - p) ** n, prevalence) == pytest.approx(float(unlucky / (unlucky + ailing)))


def test_couples_with_a_problem_who_still_have_some_chance() -> None:
    # 10 % with half the chance of the others, three transfers at 0.30 and 0.15.
    unlucky, ailing = Fraction(9, 10) * Fraction(7, 10) ** 3, Fraction(1, 10) * Fraction(85, 100) ** 3
    assert unexplained_share(0.7**3, 0.1, 0.85**3) == pytest.approx(float(unlucky / (unlucky + ailing)))


def test_share_of_the_labelled_without_a_problem_by_row() -> None:
    # Reference computed elsewhere: 1 - PPV at 10 % for the six rows, with (1 - p)**n.
    n = np.array([3, 4, 6, 2, 2, 2])
    miss = (1 - np.array(ROWS)) ** n
    assert 100 * labelled_share(miss) == pytest.approx([32.14, 30.15, 37.71, 9.99, 12.89, 17.64], abs=0.005)
    assert 100 * unexplained_share(miss, 0.1) == pytest.approx([74.3, 73.1, 77.2, 47.3, 53.7, 61.4], abs=0.05)


@pytest.mark.parametrize(
    ("survivors", "a", "b"),
    [
        ([1000, 869, 743, 653, 593, 551, 517, 491], 0.668, 3.806),
        ([1000, 631, 468, 382, 326, 289, 262, 241], 0.704, 1.182),
    ],
)
def test_fader_and_hardie_2007_are_fitted_as_published(survivors: list[int], a: float, b: float) -> None:
    counts = [(before, before - after) for before, after in pairwise(survivors)]
    found = fit(counts, 0.95).beta_geometric
    size = 1 / found.correlation - 1
    assert (found.mean * size, (1 - found.mean) * size) == pytest.approx((a, b), abs=0.0005)


def test_busnelli_2020_two_classes_are_recovered() -> None:
    # 52, 41 and 28 % of 1221, all who fail going on: published as a share of 15 % and 61 %.
    at_risk, counts = 1221, []
    for rate in (0.52, 0.41, 0.28):
        counts.append((at_risk, round(rate * at_risk)))
        at_risk -= counts[-1][1]
    found = fit(counts, 0.95).two_class
    assert (found.share, found.p) == pytest.approx((0.15, 0.61), abs=0.006)
    assert found.deviance < 0.3  # the reference has 0.1 without rounding the counts


def test_a_fit_finds_what_made_the_counts() -> None:
    at_risk, counts = 10_000_000.0, []
    for k in range(6):
        successes = at_risk * beta_geometric_next(0.3, 0.1, k)
        counts.append((round(at_risk), round(successes)))
        at_risk -= successes
    found = fit(counts, 0.95)
    assert (found.beta_geometric.mean, found.beta_geometric.correlation) == pytest.approx((0.3, 0.1), abs=1e-5)
    assert found.beta_geometric.correlation_lower < 0.1 < found.beta_geometric.correlation_upper
    assert found.beta_geometric.deviance < 0.01
    assert (found.independence.degrees_of_freedom, found.two_class.degrees_of_freedom) == (5, 4)


def test_rates_that_do_not_fall_fit_no_spread() -> None:
    found = fit([(100, 20), (80, 30), (50, 30)], 0.95)
    assert found.beta_geometric.correlation == pytest.approx(0, abs=1e-6)
    assert found.beta_geometric.correlation_lower == 0
    assert found.independence.p == pytest.approx(80 / 230)
    assert found.beta_geometric.deviance == pytest.approx(found.independence.deviance, abs=1e-3)


def test_few_counts_leave_the_correlation_open() -> None:
    found = fit([(2, 1), (1, 0), (1, 0)], 0.95).beta_geometric
    assert (found.correlation_lower, found.correlation_upper) == (0, 1)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: two_class_cumulative(1, 0.5, 1), "share"),
        (lambda: two_class_cumulative(0.1, 1, 1), "p must"),
        (lambda: two_class_cumulative(0.1, 0.5, 1.5), "n must"),
        (lambda: two_class_next(0.1, 0.5, -1), "failed"),
        (lambda: two_class_probability(0.95, 0.1), "mean"),
        (lambda: two_class_threshold(0.1, 0.5, 1), "threshold"),
        (lambda: beta_geometric_cumulative(0, 0.1, 1), "mean"),
        (lambda: beta_geometric_cumulative(0.5, math.nan, 1), "correlation"),
        (lambda: beta_geometric_cumulative(0.5, 0.1, 1001), "n must"),
        (lambda: beta_geometric_threshold(0.5, 0.1, 0.6, 0), "minimum"),
        (lambda: labelled_share(1.5), "miss"),
        (lambda: unexplained_share(0.5, 0.1, -1), "miss_affected"),
        (lambda: unexplained_share(0.5, 1), "prevalence"),
        (lambda: fit([(10, 3), (5, 1)], 0.95), "three pairs"),
        (lambda: fit([(10, 3), (5, 6), (4, 1)], 0.95), "no more successes"),
        (lambda: fit([(10, 0), (5, 0), (4, 0)], 0.95), "one success"),
        (lambda: fit([(10, 3), (5, 1), (4, 1)], 1), "level"),
    ],
)
def test_what_is_refused_is_named(call, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        call()
