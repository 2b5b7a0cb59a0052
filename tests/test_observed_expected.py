"""Observed against expected: worked values, counting by hand, and one group against Clopper and Pearson."""

import csv
import itertools
import math
import re
from pathlib import Path

import pytest

from rif_threshold.uncertainty import clopper_pearson, exact_ratio, ratio_to_counted, transfers_to_see

with (Path(__file__).parent / "data/register_reference_audit.csv").open(encoding="utf-8") as file:
    WORKED = [row for row in csv.DictReader(file) if row["register"] == "worked" and row["part"] == "b"]


@pytest.mark.parametrize("row", WORKED, ids=lambda row: f"{row['quantity']} {row['x']} of {row['n']}")
def test_worked_values(row: dict[str, str]) -> None:
    sizes, chances = ([float(each) for each in found.split(",")] for found in re.findall(r"\[(.*?)\]", row["stratum"]))
    found = exact_ratio(int(row["x"]), list(map(int, sizes)), chances, 0.95, mid_p="mid-p" in row["quantity"])
    expected = [float(row[name]) for name in ("estimate", "lower", "upper")]
    assert [found.ratio, found.lower, found.upper] == pytest.approx(expected, abs=1e-5)
    assert found.expected == pytest.approx(float(row["note"].removeprefix("E=")), abs=1e-4)


def test_there_are_ten_worked_values() -> None:
    assert len(WORKED) == 10


@pytest.mark.parametrize(
    ("observed", "size", "chance"), [(52, 200, 0.259), (0, 12, 0.259), (12, 12, 0.6), (3, 30, 0.15)]
)
def test_of_one_group_it_is_clopper_pearson_over_its_chance(observed: int, size: int, chance: float) -> None:
    found = exact_ratio(observed, [size], [chance], 0.95)
    lower, upper, _, _ = clopper_pearson(observed, size, 0.95)
    assert (found.lower, found.upper) == pytest.approx((lower / chance, upper / chance), abs=1e-9)


def tails(observed: int, chances: list[float]) -> tuple[float, float]:
    """The probabilities of as few and of as many, by going through every course of every transfer."""
    few = many = 0.0
    for course in itertools.product((0, 1), repeat=len(chances)):
        share = math.prod(p if came else 1 - p for came, p in zip(course, chances, strict=True))
        few += share * (sum(course) <= observed)
        many += share * (sum(course) >= observed)
    return few, many


@pytest.mark.parametrize("observed", [1, 3, 6])
def test_the_bounds_are_one_common_shift_of_log_odds(observed: int) -> None:
    sizes, chances = [4, 3, 2], [0.315, 0.259, 0.684]
    each = [chance for size, chance in zip(sizes, chances, strict=True) for _ in range(size)]
    found = exact_ratio(observed, sizes, chances, 0.95)
    for bound, place in ((found.upper, 0), (found.lower, 1)):
        low, high = -20.0, 20.0  # the shift that makes the expected number that of the bound, by halving
        for _ in range(200):
            middle = (low + high) / 2
            moved = [1 / (1 + (1 - p) / p * math.exp(-middle)) for p in each]
            low, high = (middle, high) if sum(moved) < bound * found.expected else (low, middle)
        assert tails(observed, moved)[place] == pytest.approx(0.025, abs=1e-7)


def test_it_is_narrower_than_a_poisson_interval_and_never_beyond_all() -> None:
    # Poisson bounds of 90 (tables): 72.37 to 110.63. No more than 100 can come.
    found = exact_ratio(90, [100], [0.684], 0.95)
    assert found.upper < 100 / 68.4 < 110.63 / 68.4
    assert found.lower > 72.37 / 68.4


def test_groups_in_which_nobody_is_change_nothing() -> None:
    assert exact_ratio(3, [30, 0], [0.15, 0.9], 0.95) == exact_ratio(3, [30], [0.15], 0.95)


@pytest.mark.parametrize(
    ("observed", "sizes", "chances"),
    [(4, [3], [0.5]), (-1, [3], [0.5]), (0, [0], [0.5]), (0, [-1, 3], [0.5, 0.5]), (1, [3], [1.0]), (1, [3, 1], [0.5])],
)
def test_what_cannot_be_is_refused(observed: int, sizes: list[int], chances: list[float]) -> None:
    with pytest.raises(ValueError, match="must"):
        exact_ratio(observed, sizes, chances, 0.95)


def test_a_ratio_to_counted_rates_by_hand() -> None:
    # E = 200 x 0.3 + 50 x 0.2 = 70; 1/35**2 x (42 + 8) + (200**2 x 0.21/1000 + 50**2 x 0.16/100)/70**2
    spread = math.sqrt((42 + 8) / 35**2 + (8.4 + 4.0) / 70**2)
    found = ratio_to_counted(35, [200, 50, 0], [(300, 1000), (20, 100), (1, 2)], 0.95)
    assert (found.ratio, found.expected) == (0.5, 70)
    assert math.log(found.upper / 0.5) == pytest.approx(1.959964 * spread, abs=1e-6)
    assert found.lower * found.upper == pytest.approx(0.25)


def test_where_nothing_came_the_logarithm_has_no_end_and_where_nothing_is_expected_there_is_no_ratio() -> None:
    assert ratio_to_counted(0, [10], [(1, 10)], 0.95)[2:] == (0, 0, math.inf)
    with pytest.raises(ValueError, match="expected"):
        ratio_to_counted(0, [10], [(0, 10)], 0.95)


def test_transfers_to_see_a_change() -> None:
    assert [transfers_to_see(p, 1.2, 0.95, 0.8) for p in (0.315, 0.259, 0.15, 0.641)] == [895, 1191, 2402, 198]
