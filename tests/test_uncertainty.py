"""Intervals from counts, against exact binomial sums in fractions, numerical integration and draws."""

import math
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

import oracle
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.uncertainty import (
    Group,
    clopper_pearson,
    crossed_probability,
    cumulative_interval,
    flipping_multiplier,
    history_interval,
    interval_of_counts,
    jeffreys,
    threshold_distribution,
    transfers_interval,
    transfers_interval_of_counts,
    transfers_needed_to_settle,
)

LEVEL = 0.95
counted = st.integers(1, 400).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))
inside = st.integers(2, 400).flatmap(lambda total: st.tuples(st.integers(1, total - 1), st.just(total)))


def at_least(x: int, total: int, p: float) -> Fraction:
    """P(X >= x) for X ~ Binomial(total, p), summed in fractions."""
    q = Fraction(p)
    return sum((math.comb(total, k) * q**k * (1 - q) ** (total - k) for k in range(x, total + 1)), start=Fraction(0))


@pytest.mark.parametrize(("x", "total"), [(1, 10), (5, 10), (9, 10), (52, 200), (0, 17), (17, 17), (4, 11)])
def test_clopper_pearson_inverts_the_binomial_test(x: int, total: int) -> None:
    lower, upper, level, method = clopper_pearson(x, total, LEVEL)
    assert (level, method) == (LEVEL, "Clopper-Pearson")
    if x:
        assert float(at_least(x, total, lower)) == pytest.approx(0.025, rel=1e-9)
    else:
        assert lower == 0
    if x < total:
        assert float(1 - at_least(x + 1, total, upper)) == pytest.approx(0.025, rel=1e-9)
    else:
        assert upper == 1


def test_the_untreated_arm_of_2015_has_an_upper_limit_of_19_5_percent() -> None:
    # 0 of 17: 1 - 0.025**(1/17), Nakagawa 2015.
    assert clopper_pearson(0, 17, LEVEL).upper == pytest.approx(1 - 0.025 ** (1 / 17))
    assert round(100 * clopper_pearson(0, 17, LEVEL).upper, 1) == 19.5


@pytest.mark.parametrize("total", [20, 50])
def test_coverage_is_never_below_the_level(total: int) -> None:
    lower, upper, _, _ = clopper_pearson(np.arange(total + 1), total, LEVEL)
    for p in np.linspace(0.02, 0.9, 89):
        share = sum(
            math.comb(total, x) * p**x * (1 - p) ** (total - x) for x in range(total + 1) if lower[x] <= p <= upper[x]
        )
        assert share >= LEVEL


def beta_density(x: int, total: int):
    """The density of Beta(x + 1/2, total - x + 1/2), written out."""
    a, b = x + 0.5, total - x + 0.5
    log_constant = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return lambda p: math.exp(log_constant + (a - 1) * math.log(p) + (b - 1) * math.log1p(-p))


def integral(x: int, total: int, low: float, high: float) -> float:
    return integrate.quad(beta_density(x, total), low, high, epsabs=1e-12, limit=200)[0]


@pytest.mark.parametrize(("x", "total"), [(1, 10), (52, 200), (9, 10)])
def test_jeffreys_leaves_an_equal_tail_on_each_side(x: int, total: int) -> None:
    lower, upper, _, method = jeffreys(x, total, LEVEL)
    assert method == "Jeffreys"
    assert integral(x, total, 0, lower) == pytest.approx(0.025, abs=1e-8)
    assert integral(x, total, upper, 1) == pytest.approx(0.025, abs=1e-8)


def test_jeffreys_is_closed_at_the_ends_of_the_scale() -> None:
    assert jeffreys(0, 9, LEVEL).lower == 0
    assert jeffreys(9, 9, LEVEL).upper == 1


@pytest.mark.parametrize(("x", "total"), [(52, 200), (3, 30), (20, 30)])
def test_distribution_of_the_threshold_against_integration(x: int, total: int) -> None:
    shares = threshold_distribution(x, total, 0.6, 2, 8)
    edges = [1.0, *(1 - 0.4 ** (1 / k) for k in range(2, 9))]
    expected = [integral(x, total, low, high) for high, low in pairwise(edges)]
    assert shares == pytest.approx(expected, abs=1e-8)


@given(inside, st.integers(1, 10))
def test_the_interval_contains_the_point(counts, n) -> None:
    x, total = counts
    for interval in (clopper_pearson(x, total, LEVEL), jeffreys(x, total, LEVEL)):
        assert interval.lower < x / total < interval.upper
        lower, upper, _, _ = cumulative_interval(interval, n)
        assert lower < 1 - (1 - x / total) ** n <= upper
        fewest, most = transfers_interval(interval, 0.6, 2)
        assert fewest <= oracle.transfers_to_exceed(Fraction(x, total), Fraction(3, 5), 2) <= most


@given(inside)
def test_the_interval_on_n_follows_from_the_interval_on_p(counts) -> None:
    interval = clopper_pearson(*counts, LEVEL)
    for n, bound in zip(transfers_interval(interval, 0.6, 2), (interval.upper, interval.lower), strict=True):
        stay = 1 - Fraction(bound)
        assert n == TRANSFERS_LIMIT + 1 or stay**n < Fraction(2, 5)
        assert n == 2 or stay ** (n - 1) >= Fraction(2, 5)


@given(counted)
def test_the_distribution_adds_up_and_agrees_with_the_crossing(counts) -> None:
    x, total = counts
    shares = threshold_distribution(x, total, 0.6, 2, 40)
    assert np.all(shares >= 0)
    assert shares.sum() <= 1 + 1e-12
    for failed in (2, 3, 6):
        crossed = crossed_probability([Group(x, total, failed)], 0.6, 2)
        assert crossed == pytest.approx(shares[: failed - 1].sum(), abs=1e-9)


def test_arrays_are_the_scalars_side_by_side() -> None:
    x, total = np.array([[0, 3], [10, 52]]), np.array([17, 200])
    lower, upper, _, _ = clopper_pearson(x, total, LEVEL)
    band = cumulative_interval(clopper_pearson(x, total, LEVEL), 3)
    fewest, most = transfers_interval(clopper_pearson(x, total, LEVEL), 0.6, 2)
    shares = threshold_distribution(x, total, 0.6, 2, 5)
    assert shares.shape == (2, 2, 4)
    for place in np.ndindex(2, 2):
        one = clopper_pearson(int(x[place]), int(total[place[1]]), LEVEL)
        assert (lower[place], upper[place]) == one[:2]
        assert (band.lower[place], band.upper[place]) == cumulative_interval(one, 3)[:2]
        assert (fewest[place], most[place]) == transfers_interval(one, 0.6, 2)
        assert shares[place] == pytest.approx(threshold_distribution(int(x[place]), int(total[place[1]]), 0.6, 2, 5))


def test_no_transfers_have_no_chance_and_certainty_stays_certain() -> None:
    assert cumulative_interval(clopper_pearson(0, 9, LEVEL), 0)[:2] == (0, 0)
    assert cumulative_interval(clopper_pearson(9, 9, LEVEL), 0)[:2] == (0, 0)
    assert cumulative_interval(clopper_pearson(9, 9, LEVEL), 2).upper == 1


def test_nothing_or_everything_gives_an_open_end() -> None:
    nothing = interval_of_counts(0, 20, 0.6, 2, 6, level=LEVEL)
    assert nothing.transfers_upper is None
    assert nothing.probability_beyond > 0.98
    everything = interval_of_counts(20, 20, 0.6, 2, 6, level=LEVEL)
    assert (everything.transfers_lower, everything.transfers_upper) == (2, 2)
    hopeless = interval_of_counts(0, 9_999_999, 0.6, 2, 6, level=LEVEL)
    assert hopeless.transfers_lower is None


@given(inside)
def test_the_answer_for_one_estimate_is_the_functions_together(counts) -> None:
    x, total = counts
    answer = interval_of_counts(x, total, Fraction(3, 5), 2, 6, level=LEVEL)
    interval = clopper_pearson(x, total, LEVEL)
    assert (answer.lower, answer.upper) == interval[:2]
    assert len(answer.cumulative_lower) == len(answer.cumulative_upper) == 6
    assert sum(answer.threshold_probabilities.values()) + answer.probability_beyond == pytest.approx(1)
    assert min(answer.threshold_probabilities) == 2
    most = answer.transfers_upper
    assert most is None or most <= max(answer.threshold_probabilities)


def test_a_mixed_history_against_draws() -> None:
    groups = [Group(52, 200, 2), Group(128, 200, 1), Group(15, 100, 2)]
    random = np.random.default_rng(1)
    miss = np.prod([(1 - random.beta(x + 0.5, n - x + 0.5, 1_000_000)) ** k for x, n, k in groups], axis=0)
    drawn = 1 - np.quantile(miss, [0.975, 0.025])
    assert history_interval(groups, LEVEL)[:2] == pytest.approx(tuple(drawn), abs=0.002)
    for threshold in (0.8, 0.85, 0.9):
        assert crossed_probability(groups, threshold, 2) == pytest.approx((1 - miss > threshold).mean(), abs=0.004)


def test_the_order_of_a_history_does_not_matter_and_past_and_future_add_up() -> None:
    groups = [Group(52, 200, 2), Group(128, 200, 1), Group(15, 100, 2)]
    answers = [history_interval(order, LEVEL)[:2] for order in permutations(groups)]
    assert all(answer == pytest.approx(answers[0]) for answer in answers)
    # Known transfers enter as a product: half of them now and half later is the same as all at once.
    past = history_interval(groups, LEVEL, 0.7 * 0.8)
    future = 1 - (1 - np.array(history_interval(groups, LEVEL, 0.7)[:2])) * 0.8
    assert past[:2] == pytest.approx(tuple(future))


def test_many_records_leave_no_uncertainty() -> None:
    # Two kinds known from millions: the interval closes on 1 - 0.741**2 * 0.359.
    lower, upper, _, _ = history_interval([Group(2_590_000, 9_999_999, 2), Group(6_410_000, 9_999_999, 1)], LEVEL)
    exact = 1 - (1 - 0.2590000259) ** 2 * (1 - 0.6410000641)
    assert lower < exact < upper
    assert upper - lower < 0.001


def test_a_history_without_counts_is_known() -> None:
    assert history_interval([], LEVEL, 0.3)[:2] == (0.7, 0.7)
    assert history_interval([Group(5, 10, 0)], LEVEL)[:2] == (0, 0)
    assert crossed_probability([], 0.6, 2, 0.3, 2) == 1
    assert crossed_probability([], 0.6, 2, 0.5, 2) == 0
    assert crossed_probability([Group(5, 10, 1)], 0.6, 2, 0.3, 1) == 1
    assert crossed_probability([Group(9, 10, 1)], 0.6, 2) == 0


def test_one_kind_beside_known_transfers_against_integration() -> None:
    # 0.5 (1 - p)**2 < 0.4 is p > 1 - sqrt(0.8).
    expected = integral(52, 200, 1 - math.sqrt(0.8), 1)
    assert crossed_probability([Group(52, 200, 2)], 0.6, 2, 0.5, 1) == pytest.approx(expected, abs=1e-8)
    lower, upper, _, _ = history_interval([Group(52, 200, 2)], LEVEL, 0.5)
    one = jeffreys(52, 200, LEVEL)
    assert (lower, upper) == pytest.approx((1 - 0.5 * (1 - one.lower) ** 2, 1 - 0.5 * (1 - one.upper) ** 2))


@pytest.mark.parametrize(("p", "n", "about"), [(0.684, 2, 20), (0.641, 2, 20), (0.58, 2, 30)])
def test_few_records_settle_the_euploid_rows(p: float, n: int, about: int) -> None:
    settled = transfers_needed_to_settle(p, 0.6, 2, LEVEL)
    assert settled is not None
    assert settled <= about


@pytest.mark.parametrize("p", [0.315, 0.15, 0.58])
def test_that_many_records_do_settle_it(p: float) -> None:
    settled = transfers_needed_to_settle(p, 0.6, 2, LEVEL)
    assert settled is not None
    # Enough records with whole successes on both sides of p N, a little more for the rounding.
    total = math.ceil(1.1 * settled) + 20
    answer = oracle.transfers_to_exceed(Fraction(str(p)), Fraction(3, 5), 2)
    assert transfers_interval(clopper_pearson(round(p * total), total, LEVEL), 0.6, 2) == (answer, answer)
    fewer = int(0.8 * settled)
    assert transfers_interval(clopper_pearson(round(p * fewer), fewer, LEVEL), 0.6, 2) != (answer, answer)


def test_what_nothing_settles() -> None:
    assert transfers_needed_to_settle(1 - 0.4 ** (1 / 3), 0.6, 2, LEVEL) is None
    assert transfers_needed_to_settle(0.0001, 0.6, 2, LEVEL) is None


@pytest.mark.parametrize(
    ("p", "to_fewer", "to_more"),
    [(0.315, 1.353, 0.969), (0.259, 1.179, 0.917), (0.15, 1.295, 1.095), (0.684, math.nan, 0.62)],
)
def test_factor_from_live_birth_that_flips_a_row(p: float, to_fewer: float, to_more: float) -> None:
    # Reference computed elsewhere, as factors in the place of the printed 1.16.
    up, down = flipping_multiplier(p, 0.6, 2)
    assert 1.16 * up == pytest.approx(to_fewer, abs=0.0006, nan_ok=True)
    assert 1.16 * down == pytest.approx(to_more, abs=0.005)


def test_flipping_multiplier_of_arrays() -> None:
    up, down = flipping_multiplier([0.259, 0.684], 0.6, 2)
    assert up[0] == pytest.approx(flipping_multiplier(0.259, 0.6, 2).to_fewer)
    assert math.isnan(up[1])
    assert down.shape == (2,)


def test_a_bound_that_is_out_of_reach_is_more_than_the_limit() -> None:
    assert transfers_interval(clopper_pearson(0, 9, LEVEL), 0.6, 2)[1] == TRANSFERS_LIMIT + 1


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: clopper_pearson(3, 2, LEVEL), "successes"),
        (lambda: clopper_pearson(-1, 2, LEVEL), "successes"),
        (lambda: clopper_pearson(0, 0, LEVEL), "transfers"),
        (lambda: clopper_pearson(0.5, 2, LEVEL), "successes"),
        (lambda: clopper_pearson(1, 2.5, LEVEL), "transfers"),
        (lambda: clopper_pearson(1, 2, 1), "level"),
        (lambda: jeffreys(1, 2, 0), "level"),
        (lambda: cumulative_interval(clopper_pearson(1, 2, LEVEL), -1), "n must"),
        (lambda: cumulative_interval(clopper_pearson(1, 2, LEVEL), math.nan), "n must"),
        (lambda: transfers_interval(clopper_pearson(1, 2, LEVEL), 1, 2), "threshold"),
        (lambda: threshold_distribution(1, 2, 0.6, 0, 3), "minimum"),
        (lambda: threshold_distribution(1, 2, 0.6, 4, 3), "longest"),
        (lambda: history_interval([Group(1, 2, -1)], LEVEL), "failed_transfers"),
        (lambda: history_interval([Group(3, 2, 1)], LEVEL), "successes"),
        (lambda: history_interval([], LEVEL, 0), "known_miss"),
        (lambda: crossed_probability([], 0.6, 2, 1.5), "known_miss"),
        (lambda: crossed_probability([], 0, 2), "threshold"),
        (lambda: transfers_needed_to_settle(0, 0.6, 2, LEVEL), "p must"),
    ],
)
def test_what_is_refused_is_named(call, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        call()


def test_importing_loads_no_scipy() -> None:
    modules = "sys, rif_threshold, rif_threshold.uncertainty, rif_threshold.heterogeneity, rif_threshold.perspective"
    code = f"import {modules}; print('scipy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("successes", "transfers"), [(52, 200), (4444, 8138), (41, 517), (1, 182), (4, 57), (0, 30), (30, 30)]
)
@pytest.mark.parametrize("minimum", [1, 2, 3])
def test_the_interval_of_counts_needs_no_bound_to_be_the_same(successes: int, transfers: int, minimum: int) -> None:
    bounds = clopper_pearson(successes, transfers, 0.95)
    expected = transfers_interval(bounds, 0.60, minimum)
    assert transfers_interval_of_counts(successes, transfers, 0.95, 0.60, minimum) == expected
