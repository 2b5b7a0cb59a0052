"""What an estimate carries beside the answer: margins, intervals, provenance, refusals. All reckoned by hand.

Margins are the distances to 1 - (1 - line)^(1/n), intervals come from scipy, texts of caveats from the table.
"""

import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

import oracle
from rif_threshold import Estimate, Refused, assess
from test_prediction import WOMAN

METHOD = tomllib.loads((Path(__file__).parents[1] / "tables/method.toml").read_text("utf-8"))
FAILED = {"result": "no_positive_test"}
UNTESTED = FAILED | {"oocyte_age_years": 36, "ploidy": "untested"}
AT_36 = {"oocyte_age_years": 36, "ploidy": "untested"}
LIVE_BIRTH = {"live_birth_percent": "23.8", "live_birth_per": "treatment_cycle"}
CLINIC = {"clinic_successes": 52, "clinic_transfers": 200, "clinic_outcome": "clinical_pregnancy"}
CYCLE = {"live_birth_percent": "20", "live_birth_per": "embryo_transfer"}


def routes(**case: Any) -> tuple[dict[str, Estimate], dict[str, Refused]]:
    found = assess({"failed_transfers": 3} | case if "history" not in case else case, include=())
    return {each.route: each for each in found.estimates}, {each.route: each for each in found.refused}


def estimate(route: str, **case: Any) -> Estimate:
    return routes(**case)[0][route]


def said(found: Estimate) -> set[str]:
    """The names of the caveats of tables/method.toml that stand beside an estimate."""
    return {name for name, each in METHOD["caveats"].items() if any(each["text"] in str(one) for one in found.caveats)}


# Margins.


def own(percent: str) -> dict[str, str]:
    return FAILED | {"per_transfer_percent": percent}


@pytest.mark.parametrize(
    ("case", "fewer", "more"),
    [
        # 25.9 % gives 4: 3 from 26.32 %, 5 from 20.47 %.
        ({"failed_transfers": 3}, 100 * (1 - 0.4 ** (1 / 3)) - 25.9, 25.9 - 100 * (1 - 0.4 ** (1 / 4))),
        # Nothing below the minimum of two: 68.4 % gives 2, and 3 only below 36.75 %.
        (
            {"oocyte_age_years": 30, "ploidy": "euploid", "failed_transfers": 0},
            None,
            68.4 - 100 * (1 - 0.4 ** (1 / 2)),
        ),
        ({"minimum_transfers": 4, "failed_transfers": 0}, None, 25.9 - 100 * (1 - 0.4 ** (1 / 4))),
        (
            {"minimum_transfers": 3, "failed_transfers": 0},
            100 * (1 - 0.4 ** (1 / 3)) - 25.9,
            25.9 - 100 * (1 - 0.4 ** (1 / 4)),
        ),
        # A first transfer of 50 % stays as it is: the second must bring 0.5 below 0.4, which takes 20 %.
        ({"history": [own("50"), UNTESTED]}, None, 25.9 - 20),
        # A first of 30 %: two suffice from 1 - 0.4/0.7, four are needed from 1 - sqrt(0.4/0.7).
        (
            {"history": [own("30"), UNTESTED]},
            100 * (1 - 0.4 / 0.7) - 25.9,
            25.9 - 100 * (1 - (0.4 / 0.7) ** 0.5),
        ),
        # A first of 60 % leaves 0.4, not below 0.4: any second will do, so nothing makes it more.
        ({"history": [own("60"), UNTESTED]}, None, None),
        # Two of 30 % leave 0.49; none of the planned kind was done. Three in all; two cannot do.
        ({"history": [own("30"), own("30")]}, None, 25.9 - 100 * (1 - 0.4 / 0.49)),
        # What came after the crossing at four does not count for the margin.
        ({"failed_transfers": 9}, 100 * (1 - 0.4 ** (1 / 3)) - 25.9, 25.9 - 100 * (1 - 0.4 ** (1 / 4))),
    ],
)
def test_the_margin_is_the_distance_to_the_next_answer(
    case: dict[str, Any], fewer: float | None, more: float | None
) -> None:
    found = estimate("age_table", **AT_36 | case).margin
    assert found.to_fewer_points == (None if fewer is None else pytest.approx(fewer, abs=1e-9))
    assert found.to_more_points == (None if more is None else pytest.approx(more, abs=1e-9))


# The interval of a counted rate.


def test_the_interval_of_52_of_200() -> None:
    found = estimate("clinic_rate", **CLINIC).interval
    assert found is not None
    exact = stats.binomtest(52, 200).proportion_ci(0.95, method="exact")
    assert (found.level, found.method) == (0.95, "Clopper-Pearson")
    assert (found.lower_percent, found.upper_percent) == pytest.approx((100 * exact.low, 100 * exact.high), abs=1e-6)
    for bound, curve, crossing in (
        (exact.low, found.cumulative_lower_percent, {found.transfers_lower, found.transfers_upper}),
        (exact.high, found.cumulative_upper_percent, {found.transfers_lower, found.transfers_upper}),
    ):
        assert list(curve) == pytest.approx([100 * (1 - (1 - bound) ** n) for n in range(1, 7)], abs=1e-5)
        assert oracle.transfers_to_exceed(Fraction(bound), Fraction(3, 5), 2) in crossing
    assert found.transfers_lower is not None
    assert found.transfers_upper is not None
    assert found.transfers_lower < found.transfers_upper
    # 4 is right between 1 - 0.4^(1/4) and 1 - 0.4^(1/3), under the posterior Beta(52.5, 148.5).
    posterior = stats.beta(52.5, 148.5)
    for n in (3, 4, 5):
        below, above = 1 - 0.4 ** (1 / n), 1 - 0.4 ** (1 / (n - 1))
        expected = posterior.cdf(above) - posterior.cdf(below)
        assert found.threshold_probabilities[n] == pytest.approx(expected, abs=1e-6)
    assert sum(found.threshold_probabilities.values()) + found.probability_beyond == pytest.approx(1)


@pytest.mark.parametrize(("successes", "lower", "upper"), [(0, 0, 1 - 0.025 ** (1 / 20)), (20, 0.025 ** (1 / 20), 1)])
def test_all_or_none_give_an_interval_and_no_answer(successes: int, lower: float, upper: float) -> None:
    computed, refused = routes(clinic_successes=successes, clinic_transfers=20, clinic_outcome="implantation")
    assert computed == {}
    assert [problem.code for problem in refused["clinic_rate"].problems] == ["all_or_none"]
    (problem,) = refused["clinic_rate"].problems
    assert (problem.field, problem.given) == ("clinic_successes, clinic_transfers", f"{successes} of 20")
    found = refused["clinic_rate"].interval
    assert found is not None
    assert (found.lower_percent, found.upper_percent) == pytest.approx((100 * lower, 100 * upper))
    assert len(found.cumulative_lower_percent) == len(found.cumulative_upper_percent) == 6
    assert found.cumulative_upper_percent[1] == pytest.approx(100 * (1 - (1 - upper) ** 2))


@pytest.mark.parametrize(
    "case",
    [
        {"clinic_percent": "26", "clinic_outcome": "implantation"},
        {"clinic_percent": "26"},
        {"clinic_successes": 5, "clinic_outcome": "implantation"},
        CLINIC | {"clinic_outcome": "live_birth"},
    ],
)
def test_no_interval_without_counts_that_may_be_used(case: dict[str, Any]) -> None:
    computed, refused = routes(**case)
    assert [each.interval for each in (*computed.values(), *refused.values())] == [None]


# What each route is about, and where its number stands.


@pytest.mark.parametrize(
    ("route", "case", "outcome", "denominator", "sources"),
    [
        (
            "live_birth", LIVE_BIRTH, "implantation_or_pregnancy_as_printed", "treatment_cycle", ["eshre_rif_2023"],
        ),
        ("live_birth", CYCLE, "implantation_or_pregnancy_as_printed", "embryo_transfer", ["eshre_rif_2023"]),
        (
            "prediction_model", {"prediction": WOMAN}, "implantation_or_pregnancy_as_printed", "treatment_cycle",
            ["nelson_2011", "eshre_rif_2023"],
        ),
        ("clinic_rate", CLINIC, "clinical_pregnancy", "embryo_transfer", ["eshre_rif_2023"]),
        (
            "clinic_rate", {"clinic_percent": "26", "clinic_outcome": "positive_test"}, "positive_test",
            "embryo_transfer", ["eshre_rif_2023"],
        ),
        ("age_table", AT_36, "implantation_or_pregnancy_as_printed", "embryo_transfer", ["eshre_rif_2023"]),
    ],
)  # fmt: skip
def test_each_route_says_what_it_counts_and_whose_it_is(
    route: str, case: dict[str, Any], outcome: str, denominator: str, sources: list[str]
) -> None:
    found = estimate(route, **case)
    assert (found.outcome, found.denominator) == (outcome, denominator)
    assert [source.key for source in found.sources] == sources
    assert found.label
    assert found.explanation


def test_each_route_gives_its_own_chance() -> None:
    computed, _ = routes(**AT_36, **LIVE_BIRTH, **CLINIC, prediction=WOMAN)
    register = computed.pop("age_table:hfea_2017_2018")
    assert list(computed) == ["live_birth", "prediction_model", "clinic_rate", "age_table"]
    assert register.per_transfer_percent_highest == pytest.approx(100 * 4444 / 8138)
    assert computed["live_birth"].per_transfer_percent == pytest.approx(23.8 * 1.16)
    assert computed["clinic_rate"].per_transfer_percent == 26
    assert computed["age_table"].per_transfer_percent == 25.9
    model = computed["prediction_model"]
    assert model.live_birth_percent is not None
    assert model.per_transfer_percent == pytest.approx(1.16 * model.live_birth_percent)
    assert computed["live_birth"].live_birth_percent == 23.8
    assert (computed["clinic_rate"].live_birth_percent, computed["age_table"].live_birth_percent) == (None, None)
    assert {route: (each.successes, each.transfers) for route, each in computed.items()} == {
        "live_birth": (None, None),
        "prediction_model": (None, None),
        "clinic_rate": (52, 200),
        "age_table": (None, None),
    }
    assert len({each.label for each in computed.values()}) == 4
    for each in computed.values():
        assert each.per_transfer_percent == each.transfer_percents[-1]


@pytest.mark.parametrize(
    ("route", "case", "names"),
    [
        ("live_birth", LIVE_BIRTH, {"factor", "per_treatment_cycle"}),
        ("live_birth", CYCLE, {"factor"}),
        ("live_birth", CYCLE | {"ploidy": "euploid", "oocyte_age_years": 36}, {"factor", "one_probability"}),
        ("live_birth", CYCLE | {"ploidy": "untested", "oocyte_age_years": 36}, {"factor"}),
        ("live_birth", CYCLE | {"history": [FAILED | {"ploidy": "euploid"}]}, {"factor", "one_probability"}),
        ("live_birth", CYCLE | {"history": [own("30"), FAILED]}, {"factor", "own_percentage"}),
        ("live_birth", CYCLE | {"history": [own("30"), {"result": "live_birth"}, FAILED]}, {"factor"}),
        ("prediction_model", {"prediction": WOMAN}, {"factor", "before_first_transfer"}),
        ("clinic_rate", CLINIC, {"small_counts", "clinical_pregnancy"}),
        (
            "clinic_rate",
            {"clinic_percent": "26", "clinic_outcome": "positive_test"},
            {"percentage_without_counts", "positive_test"},
        ),
        ("clinic_rate", CLINIC | {"clinic_outcome": "implantation"}, {"small_counts"}),
        ("age_table", AT_36, set()),
        (
            "clinic_rate",
            {"clinic_percent": "0.01", "clinic_outcome": "implantation", "small_percent_confirmed": True},
            {"percentage_without_counts", "more_than_limit"},
        ),
    ],
)
def test_each_route_carries_the_caveats_that_concern_it(route: str, case: dict[str, Any], names: set[str]) -> None:
    assert said(estimate(route, **case)) >= names
    others = {"factor", "per_treatment_cycle", "one_probability", "own_percentage", "before_first_transfer"}
    others |= {"small_counts", "percentage_without_counts", "clinical_pregnancy", "positive_test", "more_than_limit"}
    assert not said(estimate(route, **case)) & (others - names)


# Refusals name the field that is to be mended.


@pytest.mark.parametrize(
    ("route", "case", "fields"),
    [
        ("live_birth", {"live_birth_percent": "23.8"}, {"live_birth_per": "missing"}),
        ("live_birth", LIVE_BIRTH | {"live_birth_per": "retrieval"}, {"live_birth_per": "per_retrieval"}),
        ("live_birth", LIVE_BIRTH | {"live_birth_percent": "90"}, {"live_birth_percent": "product_range"}),
        ("clinic_rate", {"clinic_percent": "26"}, {"clinic_outcome": "missing"}),
        (
            "clinic_rate",
            {"clinic_successes": 5},
            {"clinic_outcome": "missing", "clinic_successes, clinic_transfers": "missing"},
        ),
        ("clinic_rate", CLINIC | {"clinic_outcome": "live_birth"}, {"clinic_outcome": "outcome"}),
        ("age_table", {"oocyte_age_years": 36}, {"ploidy": "missing"}),
    ],
)  # fmt: skip
def test_a_refused_route_names_the_field_and_what_is_wrong(
    route: str, case: dict[str, Any], fields: dict[str, str]
) -> None:
    computed, refused = routes(**case)
    assert computed == {}
    assert list(refused) == [route]
    assert {problem.field: problem.code for problem in refused[route].problems} == fields
    assert refused[route].label
    assert all(problem.allowed for problem in refused[route].problems)


def test_a_refusal_repeats_what_was_typed() -> None:
    (problem,) = routes(live_birth_percent="90", live_birth_per="embryo_transfer")[1]["live_birth"].problems
    assert problem.given == "90"
    assert "1.16" in problem.allowed
    assert "104.4 %" in problem.sentence  # 90 x 1.16
    assert problem.source == "eshre_rif_2023"
    (problem,) = routes(**CLINIC | {"clinic_outcome": "live_birth"})[1]["clinic_rate"].problems
    assert problem.given == "live_birth"


def test_a_transfer_that_the_table_cannot_place_is_named_by_its_number() -> None:
    history = [UNTESTED, {"result": "live_birth"}, UNTESTED, own("30"), FAILED | {"ploidy": "untested"}, FAILED]
    _, refused = routes(**AT_36, history=history)
    assert {problem.field: problem.code for problem in refused["age_table"].problems} == {
        "history.6.ploidy": "missing",
    }


def test_a_percentage_of_the_clinic_is_taken_as_it_stands() -> None:
    found = estimate("clinic_rate", clinic_percent="26", clinic_outcome="implantation")
    assert (found.per_transfer_percent, found.transfers_to_threshold) == (26.0, 4)
    assert "26 %" in found.explanation
    assert "52 of 200" in estimate("clinic_rate", **CLINIC).explanation
    assert "23.8 %" in estimate("live_birth", **LIVE_BIRTH).explanation
    assert "25.9 %" in estimate("age_table", **AT_36).explanation


def test_what_a_figure_is_per_asks_for_the_figure() -> None:
    _, refused = routes(**AT_36, live_birth_per="treatment_cycle")
    assert [(problem.field, problem.code) for problem in refused["live_birth"].problems] == [
        ("live_birth_percent", "missing")
    ]


def test_a_refusal_for_want_of_evidence_says_what_was_given_and_why() -> None:
    (problem,) = routes(**LIVE_BIRTH | {"live_birth_per": "retrieval"})[1]["live_birth"].problems
    assert problem.given == "retrieval"
    (problem,) = routes(**CLINIC | {"clinic_successes": 0})[1]["clinic_rate"].problems
    assert problem.allowed == METHOD["caveats"]["interval_only"]["text"].rstrip(".")


@pytest.mark.parametrize("successes", [0, 20])
def test_all_or_none_still_say_how_likely_each_number_is(successes: int) -> None:
    case = {"clinic_successes": successes, "clinic_transfers": 20, "clinic_outcome": "implantation"}
    for percent, minimum in ((60, 2), (80, 3)):
        found = routes(**case, threshold_percent=percent, minimum_transfers=minimum)[1]["clinic_rate"].interval
        assert found is not None
        posterior = stats.beta(successes + 0.5, 20 - successes + 0.5)
        assert min(found.threshold_probabilities) >= minimum
        expected = posterior.sf(1 - (1 - percent / 100) ** (1 / minimum))
        assert found.threshold_probabilities.get(minimum, 0) == pytest.approx(expected, abs=1e-6)


def test_the_worked_example_is_recognised_by_its_figure() -> None:
    # ESHRE prints 23.8 %, 27.6 %, and 47 and 72 % after two and four where the formula gives 47.6 and 72.5.
    like, unlike = (
        estimate("live_birth", live_birth_percent=percent, live_birth_per="treatment_cycle")
        for percent in ("23.8", "23.9")
    )
    assert len(like.caveats) == len(unlike.caveats) + 1
    (only,) = {str(each) for each in like.caveats} - {str(each) for each in unlike.caveats}
    assert "72" in only


def test_the_figure_for_a_next_attempt_stands_beside_the_first() -> None:
    first = estimate("prediction_model", prediction=WOMAN)
    later = WOMAN | {"attempt": "second", "unsuccessful_cycles": 1, "pregnancy_history": "previous_ivf_no_pregnancy"}
    figure = estimate("prediction_model", prediction=later).live_birth_percent
    assert figure is not None
    assert first.live_birth_percent is not None
    assert figure < first.live_birth_percent
    assert any(f"{figure:.1f} %" in str(each) for each in first.caveats)
