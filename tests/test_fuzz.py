"""Whatever is handed over is answered or refused: no exception but the house's own, and nothing large comes back.

Here a few hundred inputs, the same every time. ``make fuzz`` runs every ``tests/test_fuzz*.py`` on others, for minutes.
"""

import datetime
import json
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from report_cases import CASES, answer
from rif_threshold import Assessment, Case, PredictionInput, RifThresholdError, Transfer, assess, read_case
from rif_threshold.pathway import facts, workup_lists
from rif_threshold.report import check_code as codes
from rif_threshold.report.check_code import PREFIX, check_code
from rif_threshold.report.verification import verify
from rif_threshold.vocabulary import (
    Attempt,
    CycleMedication,
    Denominator,
    EggSource,
    Finding,
    InfertilityCause,
    Outcome,
    Ploidy,
    PregnancyHistory,
    Route,
    TransferResult,
    Verdict,
)

WORDS = [
    word.value
    for words in (
        *(Attempt, CycleMedication, Denominator, EggSource, Finding, InfertilityCause, Outcome),
        *(Ploidy, PregnancyHistory, Route, TransferResult, Verdict),
    )
    for word in words
]
NAMES = [*Case.model_fields, *Transfer.model_fields, *PredictionInput.model_fields, *facts()]
NAMES += workup_lists().investigations

names = st.sampled_from(NAMES) | st.text(max_size=5) | st.integers() | st.none() | st.tuples(st.text(max_size=3))
numbers = (
    st.integers()
    | st.integers(0, 60)
    | st.floats()
    | st.decimals()
    | st.fractions()
    | st.complex_numbers()
    | st.sampled_from([np.float32(25.9), np.float64("nan"), np.int8(3), np.bool_(1), pd.NA, pd.NaT, 10**4_000])
    | st.decimals(0, 100, places=2).map(str)
)
values = (
    st.sampled_from(WORDS)
    | numbers
    | st.none()
    | st.booleans()
    | st.text(max_size=8)
    | st.binary(max_size=4)
    | st.dates()
    | st.sampled_from([object(), dict, print, range(10**9), np.array(3), np.zeros((2, 2)), datetime, "x" * 1_000])
)


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def deeper(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        lists = st.lists(inside, max_size=5)
        return (
            lists
            | st.dictionaries(names, inside, max_size=5)
            | lists.map(tuple)
            | lists.map(lambda entries: pd.Series(entries, dtype=object))
            | lists.map(iter)
            | st.frozensets(st.integers(), max_size=2)
        )

    return st.recursive(leaves, deeper, max_leaves=12)


def record(fields: Any, value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(fields, value))


anything = nested(values)
rows = st.lists(record(Transfer.model_fields, values) | anything, max_size=4)
# Cases that have the right shape more often than chance would give it.
shaped = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(Case.model_fields, values)
    | {
        "oocyte_age_years": st.integers(15, 60) | values,
        "ploidy": st.sampled_from(list(Ploidy)) | values,
        "failed_transfers": st.integers(0, 9) | values,
        "history": rows,
        "prediction": record(PredictionInput.model_fields, values) | anything,
        "findings": st.dictionaries(st.sampled_from(NAMES), values, max_size=4) | anything,
        "answers": st.dictionaries(st.sampled_from(NAMES), values, max_size=4) | anything,
        "medications": st.lists(values, max_size=4) | anything,
    },
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(WORDS),
    lambda inside: (
        st.lists(inside, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inside, max_size=5)
    ),
    max_leaves=12,
)
texts = (
    st.text(max_size=60)
    | plain.map(json.dumps)
    | st.tuples(plain.map(json.dumps), st.integers(0, 40)).map(lambda cut: cut[0][: cut[1]])
    | st.tuples(st.sampled_from('{["1-'), st.integers(0, 5_000)).map(lambda many: many[0] * many[1])
)


def judged(do: Callable[[], object]) -> None:
    """Run it: it answers, or raises an error of ours that is small and can be sent on."""
    refused, result = None, None
    try:
        result = do()
    except RifThresholdError as error:
        refused = error
    if refused is not None:
        problems = getattr(refused, "problems", ())
        assert len(problems) <= 101
        assert len(str(refused)) < 4_000
        assert all(len(str(problem)) < 1_000 for problem in problems)
        assert str(pickle.loads(pickle.dumps(refused))) == str(refused)
    if isinstance(result, Assessment):
        assert json.loads(result.model_dump_json())["disclaimer"]
        assert len(repr(result)) < 200
        assert result._repr_html_()


@given(anything | shaped)
@example({"history": np.array([{}], dtype=object)})
@example({"answers": {"miscarriages": 10**4_000}})
@example(pd.Series({"oocyte_age_years": 36.0, "ploidy": "untested", "failed_transfers": np.nan}))
def test_any_object_is_answered_or_refused(case: Any) -> None:
    judged(lambda: assess(case))


@given(shaped)
def test_what_is_left_of_a_refused_case_is_a_case(fields: Any) -> None:
    case, problems = read_case(fields)
    again, none = read_case(case.model_dump(exclude_defaults=True))
    assert (again, none) == (case, ())
    assert all(problem.field and problem.allowed and problem.code for problem in problems)


@given(texts)
def test_any_json_is_answered_or_refused(text: str) -> None:
    judged(lambda: assess(Case.from_json(text)))


def signed(content: bytes) -> str:
    return codes._written(PREFIX.encode() + content)


HEAD = bytes([7, 1]) + b"0" + bytes(3) + bytes([0]) + bytes(9)
was = st.fixed_dictionaries({"route": plain}, optional=dict.fromkeys(("reached", "transfers", "so_far"), plain))
inside_codes = (
    st.fixed_dictionaries({"case": record(Case.model_fields, plain) | plain, "was": was | plain}).map(json.dumps)
    | plain.map(json.dumps)
    | texts
)


@given(inside_codes)
def test_any_signed_code_is_answered_or_refused(text: str) -> None:
    encoded = text.encode("utf-8", "replace").decode()
    judged(lambda: verify(signed(HEAD + codes.deflated(encoded))))


@given(st.binary(max_size=200), st.sampled_from(sorted(CASES)), st.integers(0, 400), st.text(max_size=3))
def test_any_typed_code_is_answered_or_refused(content: bytes, name: str, place: int, typed: str) -> None:
    judged(lambda: verify(signed(content)))
    judged(lambda: verify(signed(HEAD + content)))
    code = check_code(answer(name))
    judged(lambda: verify(code[:place] + typed + code[place + len(typed) :]))
