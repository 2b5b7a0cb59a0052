"""Large arrays are looked up in a table: the same answers, held against fractions and against counting."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from rif_threshold import probability
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.breakpoints import last_that_needs_more, look_up, lookup
from rif_threshold.probability import transfers_to_exceed

# ESHRE's and others in use, those with ties on the grid of thousandths, and both ends.
THRESHOLDS = ("0.6", "0.5", "0.7", "0.8", "0.488", "0.91", "0.96", "0.001", "0.999", "0.000001")


@pytest.fixture
def all_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probability, "_MANY", 1)


def exceeds(chance: float, n: int, threshold: str) -> bool:
    """Whether n transfers of the decimal that a float prints as exceed the threshold: whole numbers only."""
    p, t = Fraction(repr(chance)), Fraction(threshold)
    above, below = (1 - p).as_integer_ratio()
    return bool(above**n * t.denominator < (t.denominator - t.numerator) * below**n)


def around(value: float, steps: int) -> list[float]:
    """A float and those next to it."""
    found = [value]
    for direction in (0.0, 1.0):
        near = value
        for _ in range(steps):
            near = math.nextafter(near, direction)
            found.append(near)
    return [each for each in found if 0 < each < 1]


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_at_every_change_and_beside_it_the_answer_is_that_of_fractions(threshold: str, all_are_many: None) -> None:
    counts = [*range(1, 41), *range(41, TRANSFERS_LIMIT, 37), TRANSFERS_LIMIT - 1, TRANSFERS_LIMIT]
    asked, expected = [], []
    for n in counts:
        for chance in around(-math.expm1(math.log1p(-float(threshold)) / n), 3):
            asked.append(chance)
            expected.append(n if exceeds(chance, n, threshold) else n + 1)
    table = lookup(float(threshold), 1)
    assert table is not None
    assert transfers_to_exceed(np.array(asked), float(threshold)).tolist() == expected


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_every_thousandth_is_looked_up_as_it_is_counted(threshold: str, all_are_many: None) -> None:
    grid = range(20, 1000)
    found = transfers_to_exceed(np.array([k / 1000 for k in grid]), float(threshold), 2).tolist()
    assert found == [max(2, oracle.transfers_to_exceed(Fraction(k, 1000), Fraction(threshold))) for k in grid]


def test_a_million_at_random_exceed_with_their_number_and_not_with_one_fewer(all_are_many: None) -> None:
    p = np.random.default_rng(20230706).uniform(0.001, 0.999, 1_000_000)
    for threshold in ("0.6", "0.91", "0.999"):
        allowed, miss = np.longdouble(1) - np.longdouble(threshold), 1 - p.astype(np.longdouble)
        found = transfers_to_exceed(p, float(threshold))
        with_all, with_fewer = miss**found, miss ** (found - 1)
        for wrong, more in (
            ((with_all >= allowed) & (found <= TRANSFERS_LIMIT), found),
            (with_fewer < allowed, found - 1),
        ):
            # Where rounding may have decided, fractions do.
            assert all(
                exceeds(float(p[at]), int(more[at]), threshold) == (more is found) for at in np.flatnonzero(wrong)
            )


@settings(max_examples=60)
@given(
    st.integers(1, 999_999).map(lambda k: k / 1_000_000),
    st.lists(st.floats(0, 1, exclude_min=True, exclude_max=True), min_size=1),
    st.integers(1, 1000),
)
def test_a_table_says_what_the_logarithms_say(threshold: float, chances: list[float], minimum: int) -> None:
    table = lookup(threshold, minimum)
    p, out = np.array(chances), np.empty(len(chances), dtype=np.int32)
    if table is not None:
        look_up(table, p, out)
        assert out.tolist() == [transfers_to_exceed(each, threshold, minimum) for each in chances]


def test_a_threshold_next_to_certainty_has_no_table_and_is_answered_all_the_same(all_are_many: None) -> None:
    near = math.nextafter(1.0, 0.0)
    assert lookup(near, 1) is None
    assert transfers_to_exceed([near, 0.5], near).tolist() == [transfers_to_exceed(each, near) for each in (near, 0.5)]


def test_a_bad_value_is_named_by_its_index_as_in_small_arrays(all_are_many: None) -> None:
    for bad in (0.0, 1.0, -0.5, math.nan, math.inf):
        with pytest.raises(ValueError, match=r"p\[1\]\[0\] must lie strictly between 0 and 1"):
            transfers_to_exceed(np.array([[0.2], [bad]]), 0.6)


def test_each_change_is_the_largest_float_that_needs_more() -> None:
    for threshold in ("0.6", "0.91", "1e-30"):
        for n in (1, 2, 7, 1000):
            change = last_that_needs_more(n, float(threshold))
            assert not exceeds(change, n, threshold)
            assert exceeds(math.nextafter(change, 1.0), n, threshold)


def test_slices_and_columns_are_read_as_they_lie(all_are_many: None) -> None:
    p = np.linspace(0.01, 0.99, 198).reshape(-1, 2)
    whole = transfers_to_exceed(p, 0.6, 2)
    assert transfers_to_exceed(p[:, 1], 0.6, 2).tolist() == whole[:, 1].tolist()
    assert transfers_to_exceed(p[::-3, 0].astype(np.float32).astype(np.float64)[::2], 0.6).shape == (17,)
