"""The arithmetic, against fractions counted one by one and against printed values."""

import math
import os
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from rif_threshold import arrays, composed
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.exactly import chance_that_all_fail, exact, further_to_exceed
from rif_threshold.probability import (
    cumulative_curve,
    cumulative_probability,
    margin,
    transfers_to_exceed,
)

# Thresholds with exact ties on the grid of thousandths, from 1 - t being a perfect power (for instance 1 - 0.3**2).
TIED_THRESHOLDS = ["0.6", "0.51", "0.64", "0.75", "0.84", "0.875", "0.91", "0.96", "0.99", "0.488"]

six_decimals = st.integers(1, 999_999).map(lambda k: Fraction(k, 1_000_000))


@pytest.mark.parametrize("threshold", TIED_THRESHOLDS)
def test_every_thousandth_agrees_with_counting(threshold: str) -> None:
    grid = range(2, 1000)
    expected = [oracle.transfers_to_exceed(Fraction(k, 1000), Fraction(threshold)) for k in grid]
    assert [transfers_to_exceed(k / 1000, float(threshold)) for k in grid] == expected
    assert transfers_to_exceed(np.array([k / 1000 for k in grid]), float(threshold)).tolist() == expected


@pytest.mark.parametrize(
    ("p", "threshold", "expected"),
    [
        (0.6, 0.6, 2),  # 60.0 % is not above 60 %
        (0.8, 0.96, 3),  # 1 - 0.2**2 is 0.96: the naive logarithm says 2
        (0.7, 0.91, 3),  # 1 - 0.3**2 is 0.91 exactly, which is not above it
        (0.7, 0.90, 2),
        (0.2, 0.488, 4),  # 1 - 0.8**3 is 0.488
        (0.5, 0.5, 2),
        (0.999999, 0.999999, 2),
    ],
)
def test_equality_is_not_above(p: float, threshold: float, expected: int) -> None:
    assert transfers_to_exceed(p, threshold) == expected
    assert transfers_to_exceed([p], threshold).tolist() == [expected]
    assert transfers_to_exceed(Decimal(repr(p)), Fraction(repr(threshold))) == expected


@settings(max_examples=300)
@given(six_decimals, six_decimals, st.integers(1, 12))
def test_scalar_and_array_agree_with_counting(p: Fraction, threshold: Fraction, minimum: int) -> None:
    answer = transfers_to_exceed(p, threshold, minimum)
    assert transfers_to_exceed(np.array([float(p)]), float(threshold), minimum).tolist() == [answer]
    if answer <= 60:
        assert answer == oracle.transfers_to_exceed(p, threshold, minimum)
    assert answer >= minimum
    if answer <= TRANSFERS_LIMIT:
        assert 1 - (1 - p) ** answer > threshold
        assert answer == minimum or 1 - (1 - p) ** (answer - 1) <= threshold


@given(st.integers(2, 400), six_decimals)
def test_next_to_a_breakpoint_arrays_agree_with_exact_arithmetic(n: int, threshold: Fraction) -> None:
    change = -math.expm1(math.log1p(-float(threshold)) / n)
    near = [change]
    for direction in (0.0, 1.0):
        value = change
        for _ in range(4):
            value = math.nextafter(value, direction)
            near.append(value)
    near = [value for value in near if 0 < value < 1]
    assert transfers_to_exceed(np.array(near), float(threshold)).tolist() == [
        transfers_to_exceed(value, float(threshold)) for value in near
    ]


def test_more_than_a_thousand_is_said_exactly() -> None:
    # At n = 1000 the answer changes at 1 - 0.4**(1/1000) = 0.00091587...
    assert transfers_to_exceed(0.00091588, 0.6) == 1000
    assert transfers_to_exceed(0.00091587, 0.6) == TRANSFERS_LIMIT + 1
    for tiny in (1e-300, 5e-324):
        assert transfers_to_exceed(tiny, 0.6) == TRANSFERS_LIMIT + 1
        assert math.isnan(margin(tiny, 0.6).to_more)
    assert transfers_to_exceed([0.00091588, 0.00091587, 1e-300, 5e-324], 0.6).tolist() == [1000, 1001, 1001, 1001]


def test_arrays_broadcast_and_keep_their_shape() -> None:
    p = np.array([[0.315], [0.259], [0.15]])
    answer = transfers_to_exceed(p, np.array([0.6, 0.9]), 2)
    assert answer.shape == (3, 2)
    assert answer.tolist() == [[3, 7], [4, 8], [6, 15]]  # by the oracle in test_every_thousandth and by hand
    assert transfers_to_exceed(np.array(0.259).reshape(()), 0.6) == 4
    assert transfers_to_exceed(np.full((2, 2), 0.684), 0.6, np.array([[1, 2], [3, 4]])).tolist() == [[1, 2], [3, 4]]
    assert transfers_to_exceed(np.empty(0), 0.6).shape == cumulative_curve([]).shape == (0,)
    assert transfers_to_exceed([0.8, 0.7, 0.8], 0.96).tolist() == [3, 3, 3]
    assert cumulative_probability(p, np.array([1, 2])).shape == (3, 2)


def test_a_large_array_is_the_same_as_its_parts() -> None:
    p = np.linspace(0.001, 0.999, 50_001)
    whole = transfers_to_exceed(p, 0.6, 2)
    assert whole.tolist() == transfers_to_exceed(p[::-1], 0.6, 2)[::-1].tolist()
    assert whole[12_345] == transfers_to_exceed(float(p[12_345]), 0.6, 2)
    assert np.all(np.diff(whole) <= 0)


@given(six_decimals, st.integers(0, 40), st.integers(0, 40))
def test_the_cumulative_chance_composes(p: Fraction, a: int, b: int) -> None:
    first, second, both = (cumulative_probability(p, n) for n in (a, b, a + b))
    assert 0 <= both <= 1
    assert math.isclose(both, first + (1 - first) * second, rel_tol=1e-12, abs_tol=1e-15)
    assert math.isclose(both, float(1 - (1 - p) ** (a + b)), rel_tol=1e-14, abs_tol=1e-16)
    assert math.isclose(cumulative_probability([float(p)], a + b)[0], both, rel_tol=1e-9, abs_tol=1e-15)


@pytest.mark.parametrize("wide", [True, False])
def test_arrays_agree_with_fractions_however_many_transfers(*, wide: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small numbers are multiplied, large ones go by logarithms; each way near nought and near certainty too."""
    monkeypatch.setattr(composed, "_wide_logarithms", lambda: wide)
    chances = np.array([1e-12, 0.000_123, 0.15, 0.259, 0.5, 0.684, 0.999])
    misses = [1 - Fraction(each) for each in chances]
    for n in (*range(70), 255, 1000):
        exactly = np.array([float(1 - miss**n) for miss in misses])
        np.testing.assert_allclose(cumulative_probability(chances, n), exactly, rtol=1e-14, atol=0)
        np.testing.assert_allclose(cumulative_probability(chances, np.full(7, n)), exactly, rtol=1e-14, atol=0)
    for unlike in ([0] * 7, [1] * 7, [0, 1, 2, 3, 5, 7, 8], [64, 2, 64, 1, 2, 0, 33], [1, 2, 3, 4, 5, 6, 65]):
        exactly = np.array([float(1 - miss**n) for miss, n in zip(misses, unlike, strict=True)])
        np.testing.assert_allclose(cumulative_probability(chances, unlike), exactly, rtol=1e-14, atol=0)
    assert cumulative_probability(chances, 1).tolist() == chances.tolist()


@pytest.mark.parametrize("wide", [True, False])
def test_each_piece_of_a_long_array_is_reckoned_by_its_own_numbers(
    *, wide: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composed, "_wide_logarithms", lambda: wide)
    counts = np.arange(0, 1000).repeat(arrays.CHUNK // 10)  # the first pieces hold small numbers, the last large ones
    chances = np.linspace(0.001, 0.999, counts.size)
    got = cumulative_probability(chances, counts)
    for place in (0, 1, *range(7, counts.size, 9_973), counts.size - 1):
        exactly = float(1 - (1 - Fraction(float(chances[place]))) ** int(counts[place]))
        assert math.isclose(got[place], exactly, rel_tol=1e-14)
    counts[counts.size // 2] = 1001
    with pytest.raises(ValueError, match="n must be a whole number from 0 to 1000"):
        cumulative_probability(chances, counts)


@pytest.mark.parametrize("counts", [-1, [1001], np.full((0, 3), 2.5), np.full((2, 1), -1)])
def test_no_chances_do_not_hide_a_wrong_number_of_transfers(counts: object) -> None:
    with pytest.raises(ValueError, match="n must be a whole number"):
        cumulative_probability(np.empty((1, 0)) if np.ndim(counts) else [], counts)


def test_logarithms_are_not_wide_where_the_processor_has_none_that_are() -> None:
    code = "from rif_threshold import composed; print(composed._wide_logarithms())"
    narrow = os.environ | {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}
    command = [sys.executable, "-W", "ignore", "-c", code]
    assert subprocess.run(command, env=narrow, capture_output=True, text=True, check=True).stdout == "False\n"


def test_tiny_chances_keep_their_digits() -> None:
    # 1 - (1 - 1e-12)**3 is 3e-12 - 3e-24 + 1e-36; the naive float formula is wrong in the fifth digit.
    assert math.isclose(cumulative_probability([1e-12], 3)[0], 3e-12 - 3e-24, rel_tol=1e-15)


@given(st.lists(six_decimals, min_size=1, max_size=8))
def test_a_curve_agrees_with_counting(probabilities: list[Fraction]) -> None:
    expected = oracle.cumulative(probabilities)
    curve = cumulative_curve([float(p) for p in probabilities])
    assert np.allclose(curve, [float(value) for value in expected], rtol=1e-9, atol=1e-12)
    assert np.all(np.diff(curve) >= -1e-15)
    assert chance_that_all_fail(probabilities) == 1 - expected[-1]


@given(st.lists(six_decimals, max_size=6), six_decimals, six_decimals, st.integers(0, 5))
def test_further_transfers_are_the_first_that_cross(
    done: list[Fraction], p: Fraction, threshold: Fraction, at_least: int
) -> None:
    miss = chance_that_all_fail(done)
    m = further_to_exceed(miss, p, threshold, at_least)
    if m <= TRANSFERS_LIMIT:
        assert m >= at_least
        assert 1 - miss * (1 - p) ** m > threshold
        assert m == at_least or 1 - miss * (1 - p) ** (m - 1) <= threshold
    else:
        assert 1 - miss * (1 - p) ** TRANSFERS_LIMIT <= threshold


def test_a_long_history_of_long_decimals_does_not_overflow() -> None:
    done = [Fraction(123_456_789_012_345, 10**17)] * 100
    assert further_to_exceed(chance_that_all_fail(done), Fraction(1, 10**6), Fraction(3, 5)) == TRANSFERS_LIMIT + 1


# Breakpoints 1 - 0.4**(1/n), printed in percent to four decimals for n = 2..6 in the design.
@pytest.mark.parametrize(("n", "percent"), [(2, 36.7544), (3, 26.3194), (4, 20.4729), (5, 16.7447), (6, 14.1626)])
def test_the_answer_changes_at_the_breakpoints(n: int, percent: float) -> None:
    assert transfers_to_exceed((percent + 0.0002) / 100, 0.6) == n
    assert transfers_to_exceed((percent - 0.0002) / 100, 0.6) == n + 1


# Headroom of the six published rows, in percentage points, derived for this project by hand from the breakpoints.
@pytest.mark.parametrize(
    ("p", "up", "down"),
    [(0.315, 5.25, 5.18), (0.259, 0.42, 5.43), (0.15, 1.74, 0.84), (0.684, None, 31.6), (0.58, None, 21.2)],
)
def test_the_margin_is_the_distance_to_the_breakpoints(p: float, up: float | None, down: float) -> None:
    to_fewer, to_more = margin(p, 0.6, 2)
    assert math.isnan(to_fewer) if up is None else abs(100 * to_fewer - up) < 0.006
    assert abs(100 * to_more - down) < 0.06
    assert transfers_to_exceed(p - to_more - 1e-6, 0.6, 2) == transfers_to_exceed(p, 0.6, 2) + 1
    if up is not None:
        assert transfers_to_exceed(p + to_fewer + 1e-6, 0.6, 2) == transfers_to_exceed(p, 0.6, 2) - 1


def test_margins_of_arrays_and_beyond_the_limit() -> None:
    fewer, more = margin([0.259, 0.684, 1e-9], 0.6, 2)
    assert fewer.shape == more.shape == (3,)
    assert np.isnan(fewer).tolist() == [False, True, True]
    assert np.isnan(more).tolist() == [False, False, True]


@pytest.mark.parametrize(
    "bad", [0, 0.0, -0.0, 1, 1.0, -0.1, 1.1, math.nan, math.inf, Decimal("Infinity"), -math.inf, "x", None, 5]
)
def test_impossible_probabilities_are_refused(bad: object) -> None:
    for call in (
        lambda: transfers_to_exceed(bad, 0.6),
        lambda: transfers_to_exceed(0.5, bad),
        lambda: cumulative_probability(bad, 3),
    ):
        with pytest.raises(ValueError, match="strictly between 0 and 1"):
            call()


@pytest.mark.parametrize("bad", [0.0, 1.0, math.nan, -0.5, math.inf])
def test_the_first_bad_value_of_an_array_is_named_by_its_index(bad: float) -> None:
    p = np.full((3, 4), 0.5)
    p[1, 2] = p[2, 3] = bad
    for call in (
        lambda: transfers_to_exceed(p, 0.6),
        lambda: cumulative_probability(p, 3),
        lambda: cumulative_curve(p),
        lambda: margin(p, 0.6),
    ):
        with pytest.raises(ValueError, match=r"\[1\]\[2\] must lie strictly between 0 and 1"):
            call()
    with pytest.raises(ValueError, match=r"threshold\[1\]"):
        transfers_to_exceed(0.5, [0.6, bad])


@pytest.mark.parametrize("bad", [-1, 1001, 2.5, "3", [1, -1]])
def test_impossible_counts_are_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="n must be a whole number"):
        cumulative_probability(0.5, bad)
    with pytest.raises(ValueError, match="minimum must be a whole number"):
        transfers_to_exceed(0.5, 0.6, bad)


def test_a_curve_needs_an_axis() -> None:
    with pytest.raises(ValueError, match="at least one axis"):
        cumulative_curve(0.5)


def test_a_float_is_the_decimal_it_prints_as() -> None:
    assert exact(0.1) == Fraction(1, 10)
    assert exact(Decimal("0.1")) == exact(Fraction(1, 10)) == Fraction(1, 10)
