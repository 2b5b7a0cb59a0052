"""A case is read strictly: every problem at once, nothing invented, nothing lost."""

import json
from decimal import Decimal

import pytest

from rif_threshold.case import Case, read_case
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import read_json_object
from rif_threshold.transfers import counted_transfers
from rif_threshold.vocabulary import Ploidy, TransferResult, Verdict


def problems_of(data: dict[str, object]) -> dict[str, str]:
    """Field -> code of every problem of form."""
    return {problem.field: problem.code for problem in read_case(data)[1]}


def test_a_case_is_read_as_typed() -> None:
    case = Case.from_json(
        """{"oocyte_age_years": 36, "ploidy": "untested", "live_birth_percent": 23.8,
        "answers": {"th1_th2_ratio": 12.50},
        "history": [{"result": "no_positive_test", "per_transfer_percent": 31.50}]}"""
    )
    assert case.live_birth_percent == Decimal("23.8")
    assert case.ploidy is Ploidy.UNTESTED
    assert case.history is not None
    assert case.history[0].result is TransferResult.NO_POSITIVE_TEST
    assert case.answers == {"th1_th2_ratio": "12.50"}
    assert case.medications is None
    assert case.medication_list_complete is Verdict.NOT_KNOWN


def test_a_case_survives_the_way_through_json() -> None:
    case = Case(oocyte_age_years="36", live_birth_percent="23.8", history=[{"result": "biochemical", "embryos": 2}])
    assert Case.from_json(case.model_dump_json()) == case


def test_what_was_counted_once_is_no_part_of_a_case_and_stays_behind_in_a_copy() -> None:
    one, other = (Case(ploidy="untested", failed_transfers=2) for _ in range(2))
    assert len(counted_transfers(one)) == 2
    assert counted_transfers(one) is counted_transfers(one)
    assert one == other
    assert (one.model_dump(), one.model_dump_json(), repr(one)) == (
        other.model_dump(),
        other.model_dump_json(),
        repr(other),
    )
    assert len(counted_transfers(one.model_copy(update={"failed_transfers": 5}))) == 5
    euploid = one.model_copy(update={"ploidy": Ploidy.EUPLOID}, deep=True)
    assert [each.ploidy for each in counted_transfers(euploid)] == [Ploidy.EUPLOID] * 2
    assert len(counted_transfers(one)) == 2


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"oocyte_age_years": "36.5"}, {"oocyte_age_years": "not_whole"}),
        ({"oocyte_age_years": "abc"}, {"oocyte_age_years": "form"}),
        ({"oocyte_age_years": True}, {"oocyte_age_years": "form"}),
        ({"live_birth_percent": "0.238"}, {"live_birth_percent": "small_percent"}),
        ({"live_birth_percent": 1}, {"live_birth_percent": "small_percent"}),
        ({"clinic_percent": 0.5}, {"clinic_percent": "small_percent"}),
        ({"threshold_percent": "0.6"}, {"threshold_percent": "small_percent"}),
        (
            {"history": [{"result": "no_positive_test", "per_transfer_percent": 0.3}]},
            {"history.1.per_transfer_percent": "small_percent"},
        ),
        ({"live_birth_percent": -5}, {"live_birth_percent": "negative"}),
        ({"live_birth_percent": "nan"}, {"live_birth_percent": "form"}),
        ({"live_birth_percent": float("inf")}, {"live_birth_percent": "form"}),
        ({"live_birth_percent": "1e400"}, {"live_birth_percent": "exponent"}),
        ({"live_birth_percent": "1e-5"}, {"live_birth_percent": "exponent"}),
        ({"live_birth_percent": 1e-7}, {"live_birth_percent": "too_long"}),
        ({"live_birth_percent": 1e-300}, {"live_birth_percent": "exponent"}),
        ({"live_birth_percent": "0E99999999"}, {"live_birth_percent": "exponent"}),
        ({"live_birth_percent": "23,8"}, {"live_birth_percent": "decimal_comma"}),
        (
            {"clinic_successes": 5, "clinic_transfers": 3},
            {"clinic_successes, clinic_transfers": "cross_field"},
        ),
        ({"clinic_successes": 0, "clinic_transfers": 0}, {"clinic_transfers": "range"}),
        (
            {"clinic_successes": 5, "clinic_percent": 30},
            {"clinic_percent, clinic_successes, clinic_transfers": "cross_field"},
        ),
        ({"history": []}, {"history": "empty"}),
        (
            {"history": [{"result": "live_birth"}], "failed_transfers": 2},
            {"failed_transfers, history": "cross_field"},
        ),
        ({"history": [{"result": "no_positive_test", "embryos": 0}]}, {"history.1.embryos": "range"}),
        ({"history": [{}]}, {"history.1.result": "missing"}),
        ({"history": [{"result": "no_positive_test", "name": "x"}]}, {"history.1": "unknown_field"}),
        ({"minimum_transfers": 0}, {"minimum_transfers": "range"}),
        ({"ploidy": "PGT"}, {"ploidy": "not_in_list"}),
        ({"patient": "x"}, {"case": "unknown_field"}),
        ({5: "x"}, {"case": "unknown_field"}),
        ({"history": [5]}, {"history.1": "not_named"}),
        ({"history": "x"}, {"history": "not_a_list"}),
        ({"medications": "clarithromycin"}, {"medications": "not_a_list"}),
        ({"medications": ["\ud800"]}, {"medications.1": "text"}),
        ({"medications": [["a"]]}, {"medications.1": "text"}),
        ({"medications": ["a\0b"]}, {"medications.1": "text"}),
        ({"answers": []}, {"answers": "not_named"}),
        ({"small_percent_confirmed": 1}, {"small_percent_confirmed": "not_true_or_false"}),
        ({"prediction": {"icsi": "perhaps"}}, {"prediction.icsi": "not_true_or_false"}),
        ({"prediction": {"icsi": []}}, {"prediction.icsi": "not_true_or_false"}),
        ({"prediction": 5}, {"prediction": "not_named"}),
        (
            {"prediction": {"cause": "x", "name": "y"}},
            {"prediction.cause": "not_in_list", "prediction": "unknown_field"},
        ),
        ({"answers": {"x": ""}}, {"answers.x": "text"}),
        ({"medications": ["a" * 101]}, {"medications.1": "text"}),
    ],
)
def test_each_kind_of_bad_input_has_its_message(data: dict[str, object], expected: dict[str, str]) -> None:
    assert problems_of(data) == expected


def test_all_problems_come_at_once_and_the_rest_is_kept() -> None:
    case, problems = read_case(
        {
            "oocyte_age_years": "36.5",
            "live_birth_percent": "0.238",
            "ploidy": "euploid",
            "clinic_successes": 9,
            "clinic_transfers": 3,
            "x": 1,
        }
    )
    assert {problem.field for problem in problems} == {
        "oocyte_age_years",
        "live_birth_percent",
        "clinic_successes, clinic_transfers",
        "case",
    }
    assert case == Case(ploidy="euploid")


def test_one_bad_part_of_a_history_hides_no_other() -> None:
    case, problems = read_case(
        {
            "history": [
                {"result": "no_positive_test", "oocyte_age_years": 17, "name": "x"},
                {"oocyte_age_years": "x"},
                {"result": "no_positive_test", "per_transfer_percent": 0.3},
            ]
        }
    )
    assert {(problem.field, problem.code) for problem in problems} == {
        ("history.1", "unknown_field"),
        ("history.2.result", "missing"),
        ("history.2.oocyte_age_years", "form"),
        ("history.3.per_transfer_percent", "small_percent"),
    }
    assert case.history is not None
    assert case.history[0].oocyte_age_years == 17


@pytest.mark.parametrize("data", [None, 5, "abc", [], ["a"]])
def test_what_is_no_case_at_all_is_a_problem(data: object) -> None:
    assert [problem.code for problem in read_case(data)[1]] == ["not_a_case"]  # type: ignore[arg-type]


def test_small_percentages_can_be_confirmed() -> None:
    case = Case(live_birth_percent="0.238", small_percent_confirmed=True)
    assert case.live_birth_percent == Decimal("0.238")


def test_the_message_repeats_what_was_given_but_the_exception_does_not() -> None:
    with pytest.raises(InvalidInput) as raised:
        Case(oocyte_age_years="CANARY")
    assert "CANARY" not in str(raised.value)
    assert "CANARY" in str(raised.value.problems[0])
    for data in ({"CANARY": 1}, {"findings": {"CANARY": "x"}}, {"answers": {"CANARY": ""}}):
        with pytest.raises(InvalidInput) as also:
            Case(**data)
        assert "CANARY" not in str(also.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"oocyte_age_years": 36',
        "[1, 2]",
        '"x"',
        '{"a": 1, "a": 2}',
        '{"history": [{"result": "live_birth", "result": "biochemical"}]}',
        "[" * 50_000,
        "{" + " " * 200_000 + "}",
    ],
    ids=["empty", "truncated", "list", "text", "twice", "twice inside", "deep", "long"],
)
def test_broken_json_is_one_problem(text: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_json_object(text)
    (problem,) = raised.value.problems
    assert problem.code == "json"


@pytest.mark.parametrize("percent", [0.000001, Decimal("0.000002"), "0.000003"])
def test_a_small_percentage_survives_the_way_through_json(percent: object) -> None:
    """Programs write it with an exponent, which nobody may type."""
    case = Case(threshold_percent=percent, small_percent_confirmed=True)
    assert case.threshold_percent == Decimal(str(percent))
    assert "e-6" in case.model_dump_json()
    assert Case.from_json(case.model_dump_json()) == Case.model_validate_json(case.model_dump_json()) == case


def test_numbers_of_json_keep_their_form() -> None:
    assert read_json_object('{"a": 1e400, "b": 23.80, "c": NaN, "d": 00.1}'.replace("00.1", "36")) == {
        "a": "1e400",
        "b": "23.80",
        "c": "NaN",
        "d": "36",
    }


def test_a_case_has_no_room_for_identifiers() -> None:
    fields = json.dumps(Case.model_json_schema()).lower()
    for word in ("name", "birth_date", "patient_id", "identifier", "email", "address"):
        assert f'"{word}"' not in fields


def test_a_problem_reads_as_one_sentence() -> None:
    problem = Problem("ploidy", "PGT", "one of two is needed", "not_in_list", "eshre_rif_2023")
    assert str(problem) == "ploidy: 'PGT' was given; one of two is needed [eshre_rif_2023]"
    assert problem.as_dict()["code"] == "not_in_list"


@pytest.mark.parametrize("items", [None, 5, [None], ["ab"], [("oocyte_age_years",)], [("ploidy", "untested", 1)]])
def test_what_has_no_names_with_values_is_one_problem(items: object) -> None:
    class Odd:
        def keys(self) -> object:
            return ()

        def items(self) -> object:
            return items

    case, problems = read_case(Odd())  # type: ignore[arg-type]
    assert case == Case()
    assert [(problem.field, problem.code) for problem in problems] == [("case", "not_named")]


def test_a_part_of_what_went_as_a_whole_is_no_second_thing_to_take_out() -> None:
    case, problems = read_case({"failed_transfers": 0, "history": [{"per_transfer_percent": 1}]})
    assert case == Case()
    fields = {problem.field for problem in problems}
    assert {"failed_transfers, history", "history.1.result", "history.1.per_transfer_percent"} == fields
