"""`assess`: the routes, the primary one, histories, refusals, disagreement, and all problems at once."""

import itertools
import json
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import counting
import oracle
from rif_threshold import Assessment, Case, InvalidInput, Part, TableError, assess, default_parts
from rif_threshold.assessment import WITHOUT_VARIABLE
from rif_threshold.repeated import inputs_words
from test_prediction import WOMAN
from test_tables import own, sign

__all__ = ["own"]

TABLE = {"oocyte_age_years": 36, "ploidy": "untested"}
LIVE_BIRTH = {"live_birth_percent": "23.8", "live_birth_per": "treatment_cycle"}
CLINIC = {"clinic_successes": 52, "clinic_transfers": 200, "clinic_outcome": "clinical_pregnancy"}
MODEL = {"prediction": WOMAN}
FAILED = {"failed_transfers": 3}


def threshold(**case: Any) -> Assessment:
    return assess(case, include=())


def codes(case: dict[str, Any]) -> list[tuple[str, str, bool]]:
    with pytest.raises(InvalidInput) as raised:
        assess(case, include=())
    return sorted((problem.field, problem.code, problem.outside_evidence) for problem in raised.value.problems)


def test_the_example_of_the_design() -> None:
    answer = threshold(**TABLE, **LIVE_BIRTH, **FAILED)
    opinions = [each for each in answer.estimates if not each.background]
    assert {each.route: each.transfers_to_threshold for each in opinions} == {"live_birth": 3, "age_table": 4}
    assert not answer.routes_agree
    assert "25.9 % is 0.42 percentage points from giving 3" in answer.disagreement
    assert answer.threshold is not None
    assert answer.threshold.route == "live_birth"
    assert round(answer.threshold.cumulative_percent_so_far, 1) == 62.1
    assert answer.threshold.reached
    assert answer.threshold.further_transfers == 0
    assert round(answer.threshold.next_transfer_percent, 3) == 27.608


@pytest.mark.parametrize(
    ("given_", "route"),
    [
        (TABLE, "age_table"),
        (TABLE | CLINIC, "clinic_rate"),
        (TABLE | CLINIC | MODEL, "prediction_model"),
        (TABLE | CLINIC | MODEL | LIVE_BIRTH, "live_birth"),
        (TABLE | LIVE_BIRTH | {"ploidy": "euploid"}, "age_table"),
        (LIVE_BIRTH | {"ploidy": "euploid"}, "age_table"),  # whatever the age
        (LIVE_BIRTH | {"oocyte_age_years": 36, "ploidy": "euploid"}, "age_table"),
        (TABLE | LIVE_BIRTH | {"ploidy": "euploid", "primary_route": "live_birth"}, "live_birth"),
        (TABLE | LIVE_BIRTH | {"primary_route": "age_table"}, "age_table"),
        (LIVE_BIRTH, "live_birth"),
        (TABLE | {"live_birth_per": "treatment_cycle"}, "age_table"),
        (TABLE | {"clinic_outcome": "implantation"}, "age_table"),
        ({"live_birth_per": "treatment_cycle", "oocyte_age_years": 36}, "age_table"),
    ],
)
def test_the_order_of_preference(given_: dict[str, Any], route: str) -> None:
    assert threshold(**given_, **FAILED).primary_route == route


def test_the_order_of_preference_sees_each_transfer_of_the_history() -> None:
    mixed = [
        {"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "euploid"},
        {"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "untested"},
    ]
    answer = threshold(**TABLE, **LIVE_BIRTH, history=mixed)
    assert answer.primary_route == "age_table"
    single = next(each for each in answer.estimates if each.route == "live_birth")
    assert any("knows nothing of the embryos' ploidy" in caveat.text for caveat in single.caveats)
    # Those before a positive test are not counted and so do not decide.
    answer = threshold(**TABLE, **LIVE_BIRTH, history=[mixed[0], {"result": "live_birth"}, mixed[1]])
    assert answer.primary_route == "live_birth"


@pytest.mark.parametrize("result", ["biochemical", "pregnancy_loss", "live_birth"])
def test_the_count_starts_again_after_a_positive_test(result: str) -> None:
    failed = {"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "untested"}
    answer = threshold(**TABLE, history=[failed] * 5 + [{"result": result}] + [failed] * 2)
    assert answer.threshold is not None
    assert answer.threshold.failed_transfers == 2
    assert round(answer.threshold.cumulative_percent_so_far, 1) == 45.1  # printed for n = 2
    assert any("our inference" in note.text for note in answer.notes)
    assert any("recurrent pregnancy loss" in note.text for note in answer.notes) == (result == "pregnancy_loss")
    assert threshold(**TABLE, history=[failed, {"result": result}]).threshold.failed_transfers == 0  # type: ignore[union-attr]


def test_an_own_percentage_serves_every_route() -> None:
    history = [{"result": "no_positive_test", "per_transfer_percent": "50"}, {"result": "no_positive_test"}]
    answer = threshold(**LIVE_BIRTH, history=history)
    assert answer.primary is not None
    assert answer.primary.transfer_percents[:3] == (50.0, 27.608, 27.608)
    history[1] |= {"oocyte_age_years": 41, "ploidy": "untested"}
    by_table = next(
        each for each in threshold(**TABLE, **LIVE_BIRTH, history=history).estimates if each.route == "age_table"
    )
    assert by_table.transfer_percents[:3] == (50.0, 15.0, 25.9)
    assert any("percentage entered for a single transfer" in caveat.text for caveat in by_table.caveats)


def test_several_embryos_are_said_by_a_route_of_one_chance() -> None:
    history = [{"result": "no_positive_test", "embryos": 2}]
    found = threshold(**LIVE_BIRTH, history=history)
    assert any("the line may come earlier" in caveat.text for caveat in found.estimates[0].caveats)
    assert found.threshold is not None
    assert [each.kind for each in found.threshold.beside] == ["several_embryos"]


@pytest.mark.parametrize(
    ("case", "problem_codes", "outside"),
    [
        ({"live_birth_percent": "23.8", "live_birth_per": "retrieval"}, ["per_retrieval"], True),
        ({"live_birth_percent": "23.8"}, ["missing"], False),
        ({"live_birth_percent": "86.3", "live_birth_per": "embryo_transfer"}, ["product_range"], False),
        ({"clinic_percent": "26"}, ["missing"], False),
        ({"clinic_successes": 5, "clinic_outcome": "positive_test"}, ["missing"], False),
        ({"clinic_percent": "26", "clinic_outcome": "live_birth"}, ["outcome"], False),
        ({"clinic_percent": "26", "clinic_outcome": "implantation_or_pregnancy_as_printed"}, ["outcome"], False),
        (CLINIC | {"clinic_successes": 0}, ["all_or_none"], True),
        (CLINIC | {"clinic_successes": 200}, ["all_or_none"], True),
        ({"oocyte_age_years": 36}, ["missing"], False),
        ({"prediction": WOMAN | {"woman_age_years": 46, "trying_years": 8}}, ["doubtful_cell"], True),
        ({"prediction": {}}, ["missing"] * 9, False),
    ],
)
def test_a_route_that_cannot_be_computed_is_refused_with_its_reason(
    case: dict[str, Any], problem_codes: list[str], outside: bool
) -> None:
    answer = threshold(**case, **FAILED)
    assert answer.threshold is None
    assert answer.primary is None
    assert answer.estimates == ()
    assert [problem.code for problem in answer.primary_problems] == problem_codes
    assert all(problem.outside_evidence == outside for problem in answer.primary_problems)


def test_a_product_just_below_one_hundred_percent_is_accepted() -> None:
    high = {"live_birth_percent": "86.2", "live_birth_per": "embryo_transfer", "high_percent_confirmed": True}
    answer = threshold(**high, **FAILED)
    assert answer.primary is not None
    assert answer.primary.per_transfer_percent == pytest.approx(99.992)


def test_nothing_falls_back_silently() -> None:
    answer = threshold(**TABLE, live_birth_percent="23.8", live_birth_per="retrieval", **FAILED)
    assert answer.primary_route == "live_birth"
    assert answer.threshold is None
    assert [each.route for each in answer.estimates] == ["age_table", "age_table:hfea_2017_2018"]
    assert codes({**TABLE, **FAILED, "primary_route": "live_birth"}) == [("primary_route", "not_in_list", False)]


def test_a_history_without_ages_is_refused_by_the_table_alone() -> None:
    answer = threshold(**TABLE, **LIVE_BIRTH, history=[{"result": "live_birth"}, {"result": "no_positive_test"}])
    assert answer.threshold is not None
    (refused,) = answer.refused
    assert [problem.field for problem in refused.problems] == ["history.2.ploidy"]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (TABLE | FAILED | {"oocyte_age_years": 17}, [("oocyte_age_years", "age_range", True)]),
        (TABLE | FAILED | {"oocyte_age_years": 56}, [("oocyte_age_years", "age_range", True)]),
        (TABLE, [("failed_transfers", "missing", False)]),
        (TABLE | {"failed_transfers": "x"}, [("failed_transfers", "form", False)]),
        (TABLE | {"failed_transfers": 101}, [("failed_transfers", "count_range", False)]),
        (TABLE | FAILED | {"medications": ["x"] * 101}, [("medications", "count_range", False)]),
        (
            TABLE | FAILED | {"oocyte_age_years": 17, "primary_route": "foo"},
            [("oocyte_age_years", "age_range", True), ("primary_route", "not_in_list", False)],
        ),
        (
            TABLE | {"history": [{"result": "biochemical", "embryos": 11}]},
            [("history.1.embryos", "count_range", False)],
        ),
        (TABLE | FAILED | {"minimum_transfers": 101}, [("minimum_transfers", "count_range", False)]),
        ({}, [("case", "missing", False), ("failed_transfers", "missing", False)]),
        ({"live_birth_percent": "x"} | FAILED, [("live_birth_percent", "form", False)]),
        (
            {"oocyte_age_years": 17, "ploidy": "x", "live_birth_percent": "23,8", "failed_transfers": 101},
            [
                ("failed_transfers", "count_range", False),
                ("live_birth_percent", "decimal_comma", False),
                ("oocyte_age_years", "age_range", True),
                ("ploidy", "not_in_list", False),
            ],
        ),
        (
            {"ploidy": "euploid", "history": [{"result": "biochemical", "oocyte_age_years": 60}]},
            [("history.1.oocyte_age_years", "age_range", True)],
        ),
    ],
)
def test_form_and_range_are_reported_together(case: dict[str, Any], expected: list[tuple[str, str, bool]]) -> None:
    assert codes(case) == expected


def test_the_limits_of_age_are_taken() -> None:
    for age in (18, 55):
        assert threshold(oocyte_age_years=age, ploidy="untested", **FAILED).threshold is not None


def test_threshold_and_minimum_can_be_set_and_are_made_visible() -> None:
    assert threshold(**TABLE, **FAILED).case.threshold_percent == 60
    assert threshold(**TABLE, **FAILED).case.minimum_transfers == 2
    high = {"clinic_percent": "70", "clinic_outcome": "implantation", "high_percent_confirmed": True}
    answer = threshold(**high, threshold_percent="91", **FAILED)
    assert answer.threshold is not None
    assert answer.threshold.transfers_to_threshold == 3  # 1 - 0.3**2 is 0.91 exactly, which is not above 91 %
    answer = threshold(oocyte_age_years=33, ploidy="euploid", minimum_transfers=1, failed_transfers=0)
    assert answer.threshold is not None
    assert answer.threshold.transfers_to_threshold == 1


def test_a_line_out_of_reach_is_said() -> None:
    answer = threshold(
        clinic_percent="0.01", clinic_outcome="implantation", small_percent_confirmed=True, failed_transfers=1
    )
    assert answer.threshold is not None
    assert answer.threshold.transfers_to_threshold is None
    assert answer.threshold.further_transfers is None
    assert answer.primary is not None
    assert answer.primary.margin.to_fewer_points is None
    assert any("More than 1,000" in caveat.text for caveat in answer.primary.caveats)
    other = threshold(
        **TABLE, clinic_percent="0.01", clinic_outcome="implantation", small_percent_confirmed=True, failed_transfers=1
    )
    assert "clinic_rate gives more than 1,000" in other.disagreement


transfers = st.fixed_dictionaries(
    {
        "result": st.sampled_from(["no_positive_test", "no_positive_test", "biochemical", "live_birth"]),
        "oocyte_age_years": st.integers(18, 55),
        "ploidy": st.sampled_from(["untested", "euploid"]),
    },
    optional={"per_transfer_percent": st.integers(2, 99)},
)


@given(
    st.lists(transfers, min_size=1, max_size=9),
    st.integers(18, 55),
    st.sampled_from(["untested", "euploid"]),
    st.integers(2, 99),
    st.integers(1, 8),
)
def test_any_history_agrees_with_counting(
    history: list[dict[str, Any]], age: int, ploidy: str, percent: int, minimum: int
) -> None:
    answer = assess(
        {
            "oocyte_age_years": age,
            "ploidy": ploidy,
            "history": history,
            "threshold_percent": percent,
            "minimum_transfers": minimum,
            "high_percent_confirmed": True,
        },
        include=(),
    )
    estimate = answer.primary
    assert estimate is not None
    counted = counting.count(history, age, ploidy, percent, minimum)
    run, crossing = counted.run, counted.crossing
    assert {name: getattr(estimate, name) for name in counted.figures()} == counted.figures()
    shown = [float(100 * chance) for chance in counted.curve[: len(estimate.cumulative_percent)]]
    assert list(estimate.cumulative_percent) == shown
    assert len(estimate.cumulative_percent) >= max(6, len(run) + 1, min(crossing + 1, 40))
    _check_margin(run, counted.planned, counted.line, minimum, estimate)


def _check_margin(run: list[Fraction], planned: Fraction, line: Fraction, minimum: int, estimate: Any) -> None:
    """Move the planned kind by the margin and a hair more: the crossing moves by one."""

    def crossing(p: float) -> int:
        moved = [Fraction(p) if chance == planned else chance for chance in run]
        curve = oracle.cumulative([*moved, *[Fraction(p)] * 60])
        return next(n for n, chance in enumerate(curve, start=1) if n >= minimum and chance > line)

    total, margin = estimate.transfers_to_threshold, estimate.margin
    for moved in (margin.to_fewer_points, -(margin.to_more_points or 0)):
        assert 0 < float(planned) + (moved or 0) / 100 < 1
    if margin.to_fewer_points is not None:
        assert crossing(float(planned) + margin.to_fewer_points / 100 + 1e-9) < total
    if margin.to_more_points is not None:
        assert crossing(float(planned) - margin.to_more_points / 100 - 1e-9) > total


def test_the_json_follows_its_published_schema() -> None:
    schema = Assessment.model_json_schema(mode="serialization")
    Draft202012Validator.check_schema(schema)
    Draft202012Validator.check_schema(Case.model_json_schema())
    for case in (
        {**TABLE, **LIVE_BIRTH, **FAILED},
        {**TABLE, **FAILED, "ploidy": "low_level_mosaic"},
        {**TABLE, **CLINIC, **MODEL, "history": [{"result": "live_birth"}]},
    ):
        Draft202012Validator(schema).validate(json.loads(assess(case).model_dump_json()))
        Draft202012Validator(Case.model_json_schema()).validate(json.loads(Case(**case).model_dump_json()))


def test_an_assessment_keeps_its_stable_keys_and_names_its_tables() -> None:
    answer = json.loads(assess({**TABLE, **FAILED}).model_dump_json())
    assert set(answer) >= {
        *("case", "estimates", "refused", "primary_route", "routes_agree", "threshold", "workup", "tacrolimus"),
        *("sources", "tables", "software", "disclaimer"),
    }
    assert {"rates/eshre_rif_2023.csv", "method.toml"} <= {table["id"] for table in answer["tables"]}
    assert "eshre_rif_2023" in {source["key"] for source in answer["sources"]}
    assert answer["software"]["name"] == "rif-threshold"
    assert "tells nobody to take" in answer["disclaimer"]
    ends = ("cumulative_percent_lowest", "cumulative_percent_highest")
    numbers = [number for each in answer["estimates"] for end in ends for number in each[end]]
    assert numbers
    assert all(math.isfinite(number) for number in numbers)


def test_parts_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = assess({**TABLE, **FAILED}, include=["workup"])
    assert answer.workup is not None
    assert answer.tacrolimus is None
    monkeypatch.setenv(WITHOUT_VARIABLE, "tacrolimus, perspective")
    assert default_parts() == {Part.WORKUP}
    assert assess({**TABLE, **FAILED}).tacrolimus is None
    monkeypatch.setenv(WITHOUT_VARIABLE, "tacrolimos")
    with pytest.raises(InvalidInput, match=WITHOUT_VARIABLE):
        default_parts()


@pytest.fixture
def clinic_tables(own: Path) -> Iterator[Path]:
    (own / "rates/ours.csv").write_text(
        "ploidy,age_label,age_min_years,age_max_years,per_transfer_percent,successes,transfers\n"
        "untested,18-45,18,45,30.0,60,200\neuploid,18-45,18,45,55.0,,\n"
    )
    sign(own)
    return own


def test_each_transfer_outside_the_table_is_named(clinic_tables: Path) -> None:
    """The clinic's own table ends at 45: what lies beyond is not extrapolated, and the published one still answers."""
    late = {"result": "no_positive_test", "oocyte_age_years": 46, "ploidy": "untested"}
    history = [late, {"result": "no_positive_test", "per_transfer_percent": 30}, late | {"oocyte_age_years": "40-46"}]
    answer = assess({**TABLE, "history": history}, include=(), tables=clinic_tables)
    refused, background = answer.refused
    assert (refused.route, background.route) == ("age_table:ours", "age_table:hfea_2017_2018")
    assert [(problem.field, problem.code) for problem in refused.problems] == [
        ("history.1", "no_row"),
        ("history.3", "no_row"),
    ]
    assert answer.threshold is not None


def test_a_mosaic_embryo_planned_next_does_not_take_the_answer_away() -> None:
    failed = [{"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "untested"}] * 2
    answer = threshold(oocyte_age_years=36, ploidy="low_level_mosaic", history=failed, **LIVE_BIRTH)
    assert answer.primary_route == "live_birth"
    assert any("knows nothing of the embryos' ploidy" in caveat.text for caveat in answer.estimates[0].caveats)


def test_an_unlike_history_that_crosses_by_itself_has_no_margin_downwards() -> None:
    history = [
        {"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "untested"},
        {"result": "no_positive_test", "oocyte_age_years": 38, "ploidy": "euploid"},
    ]
    answer = threshold(**TABLE, history=history)
    assert answer.primary is not None
    assert answer.primary.margin.to_more_points is None


def test_a_part_that_does_not_exist_is_refused() -> None:
    assert assess({**TABLE, **FAILED}, include="workup").workup is not None
    with pytest.raises(InvalidInput, match="include"):
        assess({**TABLE, **FAILED}, include=["work"])


@pytest.mark.parametrize("include", [5, {"workup": True}, ["x"] * 101, [[]], itertools.repeat("workup")], ids=range(5))
def test_what_is_no_list_of_parts_is_refused(include: Any) -> None:
    with pytest.raises(InvalidInput) as raised:
        assess({**TABLE, **FAILED}, include=include)
    assert [problem.field for problem in raised.value.problems] == ["include"]


@pytest.mark.parametrize("folder", [5, 10**100_000, b"tables", ["tables"], "no\0path"], ids=range(5))
def test_what_is_no_path_is_no_folder_of_tables(folder: Any) -> None:
    with pytest.raises(TableError, match="there is no such folder of tables"):
        assess({**TABLE, **FAILED}, include=(), tables=folder)


def test_a_table_of_the_clinic_is_an_estimate_of_its_own_and_never_primary_unless_named(
    clinic_tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = assess({**TABLE, **FAILED}, include=(), tables=clinic_tables)
    assert [each.route for each in answer.estimates] == ["age_table", "age_table:ours", "age_table:hfea_2017_2018"]
    assert answer.primary_route == "age_table"
    own_estimate = answer.estimates[1]
    assert (own_estimate.per_transfer_percent, own_estimate.successes, own_estimate.transfers) == (30.0, 60, 200)
    assert any("the clinic's own" in caveat.text for caveat in own_estimate.caveats)
    assert "own:rates/ours.csv" in {table.id for table in answer.tables}
    monkeypatch.setenv("RIF_THRESHOLD_TABLES", str(clinic_tables))
    named = assess({**TABLE, **FAILED, "primary_route": "age_table:ours"}, include=())
    assert named.primary is not None
    assert named.primary.route == "age_table:ours"
    outside = assess({**TABLE, **FAILED, "oocyte_age_years": 46}, include=())
    assert [each.route for each in outside.refused] == ["age_table:ours"]


def test_half_of_a_clinics_count_is_repeated_as_half_and_only_where_it_is_what_there_is() -> None:
    for counts, said in (
        ({"clinic_successes": 5}, "clinic 5 successes, of how many is not given"),
        ({"clinic_transfers": 200}, "clinic 200 transfers, how many succeeded is not given"),
    ):
        assert inputs_words(assess({**FAILED, **counts}, include=())).endswith(said)
        assert "clinic" not in inputs_words(assess({**TABLE, **FAILED, **counts}, include=()))  # the table answers
    both = {"clinic_successes": 5, "clinic_transfers": 200, "clinic_outcome": "positive_test"}
    assert inputs_words(assess({**TABLE, **FAILED, **both}, include=())).endswith("clinic 5 of 200")
