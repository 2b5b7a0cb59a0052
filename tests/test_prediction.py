"""Nelson & Lawlor 2011: the published check points, the published directions, and what is refused."""

import math
from typing import Any

import pytest

from rif_threshold import PredictionInput
from rif_threshold.assessment import assess
from rif_threshold.errors import InvalidInput
from rif_threshold.prediction.nelson_lawlor_2011 import after_one_failure, live_birth_probability
from rif_threshold.vocabulary import CycleMedication

WOMAN: dict[str, Any] = {
    "woman_age_years": 36,
    "trying_years": 3,
    "egg_source": "own",
    "cause": "damaged_tubes",
    "icsi": False,
    "attempt": "first",
    "unsuccessful_cycles": 0,
    "pregnancy_history": "no_ivf_never_pregnant",
    "cycle_medication": "gonadotrophin",
}


def chance(**changes: Any) -> float:
    return live_birth_probability(PredictionInput(**(WOMAN | changes)))


def odds_ratio(one: float, other: float) -> float:
    return one / (1 - one) * (1 - other) / other


def test_the_worked_woman() -> None:
    # ESHRE 2023, worked example: 23.8 %. Of the six combinations of drug and ICSI only this one gives it.
    assert round(100 * chance(), 1) == 23.8
    others = {
        round(100 * chance(icsi=icsi, cycle_medication=drug), 1)
        for icsi in (False, True)
        for drug in CycleMedication
        if (icsi, drug) != (False, CycleMedication.GONADOTROPHIN)
    }
    assert 23.8 not in others


def test_by_hand() -> None:
    # Sum of the nine coefficients read off the transcription for this woman.
    log_odds = -1.1774 + 0.2912 - 0.4216 - 0.1455 + 0.0 + 0.0 + 0.0 + 0.29
    assert math.isclose(chance(), 1 / (1 + math.exp(-log_odds)), rel_tol=1e-12)


def test_the_next_attempt_after_a_failure() -> None:
    later = after_one_failure(PredictionInput(**WOMAN))
    assert later is not None
    assert round(100 * live_birth_probability(later), 1) == 18.0
    assert after_one_failure(later) is None
    assert after_one_failure(PredictionInput(attempt="first", unsuccessful_cycles=0)) is None


def test_the_odds_ratios_of_the_abstract() -> None:
    second = {"attempt": "second", "unsuccessful_cycles": 1}
    ivf = chance(**second, pregnancy_history="previous_ivf_live_birth")
    # 1.58 and 1.19 are against no such history: the coefficient of the reference group is zero.
    none = chance(**second, pregnancy_history="previous_ivf_no_pregnancy")
    assert round(odds_ratio(ivf, none) * math.exp(0.128), 2) == 1.58
    spontaneous = chance(pregnancy_history="no_ivf_spontaneous_live_birth")
    assert round(odds_ratio(spontaneous, chance()), 2) == 1.19


def test_the_directions_of_the_abstract() -> None:
    assert chance(icsi=True) > chance()
    assert chance(cause="low_sperm_count") < chance(cause="unknown")
    assert chance(cause="low_sperm_count", icsi=True) > chance(cause="unknown", icsi=True)
    ages = (36, 41, 44, 46)
    own = [odds_ratio(chance(woman_age_years=age), chance(woman_age_years=age, egg_source="donor")) for age in ages]
    assert own == sorted(own, reverse=True)
    assert own[0] < 1


def test_a_later_attempt_has_no_figure_beside_it() -> None:
    later = WOMAN | {
        "attempt": "second",
        "unsuccessful_cycles": 1,
        "pregnancy_history": "previous_ivf_no_pregnancy",
    }
    for woman, said in ((WOMAN, True), (later, False)):
        estimate = assess({"prediction": woman, "failed_transfers": 0}, include=()).primary
        assert estimate is not None
        assert any("For a next attempt" in caveat.text for caveat in estimate.caveats) == said


@pytest.mark.parametrize(("age", "same"), [(18, 34), (35, 37), (38, 39), (40, 42), (43, 44), (45, 50)])
def test_ages_fall_into_the_published_bands(age: int, same: int) -> None:
    assert chance(woman_age_years=age) == chance(woman_age_years=same)
    if same < 50:
        assert chance(woman_age_years=same) != chance(woman_age_years=same + 1)


@pytest.mark.parametrize(("years", "same"), [(0, 0), (1, 3), (4, 6), (7, 9), (10, 12), (13, 40)])
def test_years_of_trying_fall_into_the_published_bands(years: int, same: int) -> None:
    assert chance(trying_years=years) == chance(trying_years=same)


def test_five_cycles_and_more_are_one_group() -> None:
    many = {"attempt": "third_or_more", "pregnancy_history": "previous_ivf_no_pregnancy"}
    assert chance(**many, unsuccessful_cycles=5) == chance(**many, unsuccessful_cycles=9)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"woman_age_years": 51}, ["outside_model"]),
        ({"woman_age_years": 17}, ["outside_model"]),
        ({"woman_age_years": 46, "trying_years": 8}, ["doubtful_cell"]),
        ({"unsuccessful_cycles": 1}, ["contradiction"]),
        ({"pregnancy_history": "previous_ivf_live_birth"}, ["contradiction"]),
        ({"attempt": "second"}, ["contradiction"]),
        (
            {"attempt": "second", "unsuccessful_cycles": 2, "pregnancy_history": "previous_ivf_no_pregnancy"},
            ["contradiction"],
        ),
        ({"cause": None, "icsi": None}, ["missing", "missing"]),
        ({"woman_age_years": 51, "unsuccessful_cycles": 1}, ["outside_model", "contradiction"]),
    ],
)
def test_what_the_model_does_not_cover_is_refused_all_at_once(changes: dict[str, Any], codes: list[str]) -> None:
    with pytest.raises(InvalidInput) as raised:
        chance(**changes)
    assert [problem.code for problem in raised.value.problems] == codes
