"""Rows of data frames are read as they come: whole-valued floats, missing cells, numpy's own types."""

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from report_cases import PLAIN
from rif_threshold import Case, InvalidInput, PredictionInput, Transfer, assess, read_case

MISSING = [None, math.nan, np.nan, np.float32("nan"), Decimal("NaN"), pd.NA, pd.NaT]
ROWS = [
    {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3, "live_birth_percent": None},
    {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3, "live_birth_percent": 23.8},
    {"oocyte_age_years": None, "ploidy": None, "failed_transfers": 2, "live_birth_percent": 30.0},
]
FRAME = pd.DataFrame(ROWS).assign(
    live_birth_per=["treatment_cycle" if row["live_birth_percent"] else None for row in ROWS]
)


def codes_of(case: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as raised:
        assess(case, include=())
    return {problem.field: problem.code for problem in raised.value.problems}


def answers(rows: Any) -> list[int | None]:
    found = [assess(row, include=()).threshold for row in rows]
    return [None if answer is None else answer.transfers_to_threshold for answer in found]


def test_the_columns_here_are_such_as_pandas_makes() -> None:
    assert FRAME["oocyte_age_years"].dtype == np.float64
    assert FRAME["oocyte_age_years"].isna().any()


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.convert_dtypes(),
        FRAME.astype(object),
        FRAME.astype({"oocyte_age_years": "Float32", "failed_transfers": "Int8", "ploidy": "category"}),
        FRAME.astype({"failed_transfers": np.float32}),
    ],
    ids=["plain", "nullable", "object", "small", "float32"],
)
def test_every_way_of_going_through_the_rows_gives_the_same(frame: pd.DataFrame) -> None:
    # 36 untested: 4; 23.8 % live birth: 3; 30 % live birth is 34.8 % a transfer: 1-(1-0.348)^3 = 72.3 %, of 2 57.5 %.
    expected = [4, 3, 3]
    assert answers(frame.to_dict("records")) == expected
    assert answers(row._asdict() for row in frame.itertuples(index=False)) == expected
    assert answers(frame.iloc[place] for place in range(len(frame))) == expected
    assert answers(row for _, row in frame.iterrows()) == expected


@pytest.mark.parametrize("missing", MISSING, ids=repr)
def test_a_missing_cell_is_not_given(missing: Any) -> None:
    optional = dict.fromkeys(Case.model_fields, missing) | PLAIN
    assert read_case(optional) == (Case(**PLAIN), ())
    assert Case(**optional) == Case(**PLAIN)
    transfer = {"result": "no_positive_test", "oocyte_age_years": 36.0}
    row = dict.fromkeys(Transfer.model_fields, missing) | transfer
    expected = Transfer(result="no_positive_test", oocyte_age_years=36)
    assert Transfer(**row) == expected
    assert Case(history=[row]).history == (expected,)
    model = {"woman_age_years": 36.0, "icsi": missing, "cause": missing}
    assert Case(prediction=model).prediction == PredictionInput(**model) == PredictionInput(woman_age_years=36)
    assert Case(answers={"miscarriages": missing}, findings={"karyotype": missing}) == Case()


@pytest.mark.parametrize("missing", MISSING, ids=repr)
def test_a_missing_cell_is_never_a_value(missing: Any) -> None:
    assert codes_of(PLAIN | {"failed_transfers": missing}) == {"failed_transfers": "missing"}
    assert codes_of(PLAIN | {"oocyte_age_years": missing, "ploidy": missing}) == {"case": "missing"}
    assert codes_of({"history": [{"result": missing}], "oocyte_age_years": 36}) == {"history.1.result": "missing"}
    # A list says how many there are, so a gap in it is refused and does not make it shorter.
    assert codes_of(PLAIN | {"medications": ["aspirin", missing]}) == {"medications.2": "text"}
    assert codes_of({"history": [missing], "oocyte_age_years": 36}) == {"history.1": "not_named"}
    assert codes_of(PLAIN | {"surname": missing}) == {"case": "unknown_field"}
    # Nor is it a confirmation.
    assert codes_of(PLAIN | {"live_birth_percent": 0.5, "small_percent_confirmed": missing}) == {
        "live_birth_percent": "small_percent"
    }


@pytest.mark.parametrize(
    "whole", [36, 36.0, np.float64(36), np.float32(36), np.float16(36), np.int8(36), np.uint64(36)]
)
def test_a_whole_valued_number_is_a_count(whole: Any) -> None:
    assert Case(oocyte_age_years=whole).oocyte_age_years == 36
    assert Transfer(result="biochemical", embryos=whole).embryos == 36
    assert Case(answers={"miscarriages": whole}).answers == {"miscarriages": "36"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (36.5, "not_whole"),
        (np.float32(36.5), "not_whole"),
        ("36.0", "not_whole"),  # as text it was typed, on the page as in JSON
        (Decimal("36.0"), "not_whole"),
        (np.float64(-36), "negative"),
        (math.inf, "form"),
        (1e300, "form"),
        (np.True_, "form"),
        (np.array(36), "form"),
        (np.array([36]), "form"),
        (pd.Timestamp(2026, 1, 1), "form"),
        (pd.Series([36]), "form"),
    ],
    ids=repr,
)
def test_what_is_not_whole_stays_refused(given: Any, code: str) -> None:
    assert codes_of(PLAIN | {"oocyte_age_years": given}) == {"oocyte_age_years": code}


def test_numbers_in_json_stay_as_they_were_written() -> None:
    with pytest.raises(InvalidInput) as raised:
        Case.from_json('{"oocyte_age_years": 36.0, "failed_transfers": NaN, "live_birth_percent": null}')
    assert {problem.field: problem.code for problem in raised.value.problems} == {
        "oocyte_age_years": "not_whole",
        "failed_transfers": "form",
    }


def test_a_percentage_is_the_decimal_that_is_shown() -> None:
    for given in (25.9, np.float64(25.9), np.float32(25.9), Decimal("25.9"), np.str_("25.9")):
        assert Case(clinic_percent=given).clinic_percent == Decimal("25.9")
    assert Case(clinic_percent=np.int64(26)).clinic_percent == Case(clinic_percent=26.0).clinic_percent == 26


def test_numpys_words_and_truths_are_read() -> None:
    case = Case(
        ploidy=np.str_("euploid"),
        small_percent_confirmed=np.True_,
        prediction={"icsi": np.False_},
        medications=np.array(["aspirin"]),
        findings={np.str_("karyotype"): np.str_("normal")},
    )
    assert case == Case(
        ploidy="euploid",
        small_percent_confirmed=True,
        prediction={"icsi": False},
        medications=["aspirin"],
        findings={"karyotype": "normal"},
    )
    assert [type(name) for name in case.medications or ()] == [str]


HISTORY = [
    {"result": "pregnancy_loss", "oocyte_age_years": 34, "ploidy": None},
    {"result": "no_positive_test", "oocyte_age_years": None, "ploidy": "untested"},
]


@pytest.mark.parametrize(
    "history",
    [
        HISTORY,
        tuple(HISTORY),
        iter(HISTORY),
        np.array(HISTORY, dtype=object),
        pd.Series(HISTORY),
        pd.DataFrame(HISTORY).to_dict("records"),
        [row for _, row in pd.DataFrame(HISTORY).iterrows()],
        [Transfer(**row) for row in HISTORY],
    ],
    ids=["list", "tuple", "iterator", "array", "column", "records", "rows", "transfers"],
)
def test_a_history_may_be_any_list_of_rows(history: Any) -> None:
    transfers = Case(history=history).history
    assert transfers is not None
    assert [transfer.result.value for transfer in transfers] == ["pregnancy_loss", "no_positive_test"]
    assert [transfer.oocyte_age_years for transfer in transfers] == [34, None]
    assert [transfer.ploidy for transfer in transfers] == [None, "untested"]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (np.array([]), {"history": "empty"}),
        (np.array(3), {"history": "not_a_list"}),
        (np.array([[1, 2]]), {"history.1": "not_named"}),
        (np.array([1.0]), {"history.1": "not_named"}),
        (pd.DataFrame(HISTORY), {"history.1": "not_named", "history.2": "not_named", "history.3": "not_named"}),
        ({"result": "biochemical"}, {"history": "not_a_list"}),
        (b"text", {"history": "not_a_list"}),
        (dict, {"history": "not_a_list"}),
        ([dict], {"history.1": "not_named"}),
    ],
    ids=range(9),
)
def test_what_is_no_list_of_rows_is_refused_in_words(history: Any, expected: dict[str, str]) -> None:
    assert codes_of({"oocyte_age_years": 36, "ploidy": "untested", "history": history}) == expected


def test_a_transfer_object_that_cannot_be_is_refused_like_a_row() -> None:
    refused = Transfer(result="no_positive_test", embryos=0)
    case, (problem,) = read_case({"history": [refused]})
    assert (problem.field, problem.code) == ("history.1.embryos", "range")
    assert case.history == (Transfer(result="no_positive_test"),)


def test_the_parts_of_a_case_may_be_objects_of_the_library() -> None:
    model = PredictionInput(woman_age_years=36)
    assert Case(prediction=model).prediction == model
    assert PredictionInput.model_validate(model) == model
    with pytest.raises(ValidationError):
        Transfer.model_validate("no_positive_test")


def test_names_of_answers_are_read_like_texts_and_once() -> None:
    assert codes_of(PLAIN | {"answers": {"x": "1", " x": "2"}})["answers"] == "given_twice"
    assert codes_of(PLAIN | {"answers": {("a", "b"): "1"}})["answers.a tuple"] == "unknown_fact"
    assert codes_of(PLAIN | {" ploidy": "euploid"}) == {"case": "unknown_field"}
    assert codes_of(PLAIN | {"prediction": pd.DataFrame(HISTORY)}) == {"prediction": "not_named"}
