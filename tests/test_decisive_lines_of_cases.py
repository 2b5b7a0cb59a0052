"""Lines that decide how a case is read, each held by an input that comes out otherwise without it.

What is refused says where it stands, what was given and what is needed; what is meant is taken, in whatever form.
"""

import math
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest

from rif_threshold import Case, InvalidInput, PredictionInput, Transfer, read_case
from rif_threshold.forms import as_typed, read_json_object
from rif_threshold.vocabulary import Finding, TransferResult

FAILED = {"result": "no_positive_test"}


@pytest.mark.parametrize(
    ("data", "field", "given", "code", "needed"),
    [
        (5, "case", "5", "not_a_case", "named fields"),
        (["ploidy"], "case", "a list", "not_a_case", "named fields"),
        ({"history": [FAILED], "failed_transfers": 1}, "failed_transfers, history", "both", "cross_field", "not both"),
        ({"history": []}, "history", "an empty list", "empty", "leave it out"),
        ({"history": [FAILED | {"embryos": 0}]}, "history.1.embryos", "0", "range", "at least one"),
        ({"history": [FAILED | {" embryos": 1}]}, "history.1", "embryos", "unknown_field", "not known"),
        ({"prediction": {" icsi": "yes"}}, "prediction", "icsi", "unknown_field", "not known"),
        (
            {"clinic_percent": "26", "clinic_successes": 5},
            "clinic_percent, clinic_successes, clinic_transfers", "both", "cross_field", "not both",
        ),
        (
            {"clinic_successes": 5, "clinic_transfers": 3},
            "clinic_successes, clinic_transfers", "5 of 3", "cross_field", "more successes than transfers",
        ),
        ({"clinic_successes": 0, "clinic_transfers": 0}, "clinic_transfers", "0", "range", "at least one"),
        ({"minimum_transfers": 0}, "minimum_transfers", "0", "range", "at least one"),
        ({"live_birth_percent": "100"}, "live_birth_percent", "100", "range", "above 0 and below 100"),
        ({"oocyte_age_years": [36]}, "oocyte_age_years", "a list", "form", "whole number"),
        ({"oocyte_age_years": "36.0"}, "oocyte_age_years", "36.0", "not_whole", "without decimals"),
        ({"oocyte_age_years": "36.5"}, "oocyte_age_years", "36.5", "not_whole", "not rounded"),
        ({"small_percent_confirmed": "perhaps"}, "small_percent_confirmed", "perhaps", "not_true_or_false", "true or"),
    ],
)  # fmt: skip
def test_a_refusal_says_where_what_and_why(data: Any, field: str, given: str, code: str, needed: str) -> None:
    (problem,) = read_case(data)[1]
    assert (problem.field, problem.given, problem.code) == (field, given, code)
    assert needed in problem.allowed


@pytest.mark.parametrize(("typed", "hint"), [("1", ""), ("0.238", "did you mean 23.8?")])
def test_a_hint_is_given_where_a_fraction_may_have_been_typed(typed: str, hint: str) -> None:
    (problem,) = read_case({"live_birth_percent": typed})[1]
    assert (problem.code, problem.hint) == ("small_percent", hint)


@pytest.mark.parametrize("form", [dict, MappingProxyType, PredictionInput.model_validate])
def test_the_inputs_of_the_model_are_taken_in_each_form_less_empty_cells(form: Any) -> None:
    found = Case(prediction=form({"woman_age_years": 36.0, "icsi": "yes", "trying_years": math.nan})).prediction
    assert found is not None
    assert (found.woman_age_years, found.icsi, found.trying_years) == (36, True, None)


@pytest.mark.parametrize("form", [dict, MappingProxyType, Transfer.model_validate])
def test_a_transfer_is_taken_in_each_form_less_empty_cells(form: Any) -> None:
    (found,) = Case(history=[form(FAILED | {"embryos": 1.0, "ploidy": math.nan})]).history or ()
    assert (found.result, found.embryos, found.ploidy) == (TransferResult.NO_POSITIVE_TEST, 1, None)


def test_one_finding_that_cannot_be_read_takes_no_other_with_it() -> None:
    case, (problem,) = read_case({"findings": {"uterine_cavity": "normal", "thyroid": "perhaps"}})
    assert (problem.field, problem.code) == ("findings.thyroid", "not_in_list")
    assert case.findings == {"uterine_cavity": Finding.NORMAL}


class Half(float, Enum):
    """A number that has a name as well."""

    HALF = 0.5


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (10**30 - 1, "9" * 30),
        (2**100, "a number of over 30 digits"),
        (Half.HALF, "0.5"),
        (Decimal("0.50"), "0.50"),
        # Nobody types these into a field, so their kind is told; a number in bytes is none.
        (Fraction(1, 4), "a Fraction"),
        (b"36", "a bytes"),
        ([36], "a list"),
    ],
)
def test_a_value_is_repeated_as_typed_or_told_by_its_kind(given: object, text: str) -> None:
    assert as_typed(given) == text


LONG = 100_000
"""Characters of a case, at most; ours."""


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ('{"a": 1, "c": 1, "a": 2}', "a"),
        ("[" * 50_000, ""),
        ("{" + " " * (LONG - 1) + "}", "a very long text"),
    ],
    ids=["twice", "deep", "long"],
)
def test_what_is_wrong_with_json_is_told_without_repeating_all_of_it(text: str, given: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_json_object(text)
    assert [(problem.field, problem.given) for problem in raised.value.problems] == [("case", given)]


def test_the_longest_text_of_a_case_is_still_read() -> None:
    assert read_json_object("{" + " " * (LONG - 2) + "}") == {}
