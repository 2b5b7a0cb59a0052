"""Numbers are read only in their plain form; what is refused is named."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rif_threshold.errors import Problem
from rif_threshold.forms import as_typed, echo, read_count, read_decimal, read_percent
from rif_threshold.wording import shown_percent


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("23.8", "23.8"),
        (" 23.8 ", "23.8"),
        (23.8, "23.8"),
        (np.float64(23.8), "23.8"),
        (np.int64(24), "24"),
        (24, "24"),
        (Decimal("23.80"), "23.80"),
        ("99.999999", "99.999999"),
        ("0.000001", "0.000001"),
    ],
)
def test_plain_percentages_are_exact(given_: object, expected: str) -> None:
    assert read_percent(given_, "field") == Decimal(expected)


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ("23,8", "decimal_comma"),
        ("-5", "negative"),
        ("−5", "negative"),
        (-5, "negative"),
        ("1e400", "exponent"),
        ("0E99999999", "exponent"),
        (Decimal("0E99999999"), "exponent"),
        (1e-7, "too_long"),  # 0.0000001: a program gave it the exponent
        ("23.8%", "percent_sign"),
        ("２３", "digits"),
        ("٢٣", "digits"),
        ("nan", "form"),
        (math.nan, "form"),
        (math.inf, "form"),
        ("abc", "form"),
        ("23.8.1", "form"),
        ("1 000", "form"),
        ("23\n8", "form"),
        ("", "missing"),
        (None, "missing"),
        (True, "form"),
        ("0x1f", "form"),
        ("1/4", "form"),
        ("1.2345678", "too_long"),
        pytest.param("1" * 5000, "too_long", id="long"),
        ("0", "range"),
        ("0.0", "range"),
        ("100", "range"),
        ("100.5", "range"),
        pytest.param(10**5000, "form", id="huge"),
    ],
)
def test_everything_else_is_refused_by_name(given_: object, code: str) -> None:
    problem = read_percent(given_, "live_birth_percent")
    assert isinstance(problem, Problem)
    assert (problem.field, problem.code) == ("live_birth_percent", code)
    assert len(str(problem)) < 300


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ("36.0", "not_whole"),
        ("36.5", "not_whole"),
        (36.5, "not_whole"),
        ("12345678", "too_long"),
        ("abc", "form"),
        ("3,5", "decimal_comma"),
    ],
)
def test_counts_are_whole(given_: object, code: str) -> None:
    problem = read_count(given_, "oocyte_age_years")
    assert isinstance(problem, Problem)
    assert problem.code == code


def test_counts_and_measured_values_are_read() -> None:
    assert read_count("36", "f") == read_count(36, "f") == read_count(np.int32(36), "f") == 36
    assert read_decimal("12.5", "f") == Decimal("12.5")
    assert read_decimal("0", "f") == 0
    assert isinstance(read_decimal("12,5", "f"), Problem)


@given(st.text(max_size=30) | st.floats() | st.integers() | st.decimals() | st.booleans() | st.none())
def test_no_input_raises_or_gives_an_impossible_number(given_: object) -> None:
    percent = read_percent(given_, "f")
    assert isinstance(percent, Problem) or 0 < percent < 100
    count = read_count(given_, "f")
    assert isinstance(count, Problem) or 0 <= count <= 9_999_999


def test_a_long_input_is_echoed_short() -> None:
    assert len(echo("x" * 10_000)) == 101
    assert as_typed(given=True) == "true"


@pytest.mark.parametrize(
    ("percent", "apart_from", "expected"),
    [
        (59.31, 0, "59.3"),
        (59.35, 0, "59.4"),  # half up, not to even
        (59.25, 0, "59.3"),
        (99.96, 60, "99.96"),  # not certain
        (0.01, 60, "0.01"),
        (0.0, 60, "0.0"),
        (100.0, 60, "100.0"),
        (1e-9, 60, "0.000000001"),  # nine decimals are the most that are shown
        (1e-10, 60, "0.000000000"),
        (59.96, 60, "59.96"),
        (60.04, 60.0, "60.04"),
        (60.0004, 60, "60.0004"),
        (60.0, 60, "60.0"),
        (27.608, 60, "27.6"),
    ],
)
def test_rounding_never_hides_on_which_side_of_the_line_a_value_lies(
    percent: float, apart_from: float, expected: str
) -> None:
    assert shown_percent(percent, apart_from) == expected
