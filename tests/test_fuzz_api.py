"""Whatever bytes reach the API are answered or refused in its own form, and nothing is a fault of the software."""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api_server import JSON, Api, running_api
from report_cases import CASES, PLAIN
from rif_threshold import assess
from rif_threshold.api.bounds import LONGEST_BODY
from rif_threshold.api.threshold import ThresholdRequest
from test_fuzz import NAMES, WORDS

PATHS = st.sampled_from(["/v1/assess", "/v1/threshold"])
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 60)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([*WORDS, "\ud800", "\x00", "\u202e", "x" * 1_000, "36", "25.9", 1e308, 10**400, -0.0, math.nan])
    | st.decimals(0, 100, places=2).map(str)
)
names = st.sampled_from([*NAMES, *ThresholdRequest.model_fields, "include"]) | st.text(max_size=5)
anything = st.recursive(
    leaves, lambda inside: st.lists(inside, max_size=5) | st.dictionaries(names, inside, max_size=5), max_leaves=20
)
objects = st.dictionaries(names, anything, max_size=8)
changed = st.builds(lambda case, more: case | more, st.sampled_from([*CASES.values()]), objects)
rows = st.fixed_dictionaries(
    {},
    optional={name: st.lists(leaves, max_size=5) | leaves for name in ThresholdRequest.model_fields},
)


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with running_api() as running:
        yield running


def answered(api: Api, path: str, body: bytes, headers: dict[str, str]) -> Any:
    """The answer, or ``None`` where it is refused in the API's own form."""
    answer = api.send(path, body, "POST", headers)
    if answer.status == 200:
        assert answer.headers["Content-Type"] == "application/json"
        return json.loads(answer.content, parse_constant=no_number)
    assert answer.status in {400, 413, 415, 422}, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content, parse_constant=no_number)
    assert problem["status"] == answer.status
    assert len(answer.content) < 2 * LONGEST_BODY
    return None


def no_number(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


@settings(suppress_health_check=list(HealthCheck))
@given(PATHS, objects | changed | rows | anything, st.sampled_from(["ascii", "utf-8"]))
@example("/v1/assess", PLAIN | {"include": "workup"}, "utf-8")
@example("/v1/assess", PLAIN | {"include": [["workup"], None, {}]}, "utf-8")
@example("/v1/assess", {"\ud800": "\ud800", "answers": {"\ud800": "\ud800"}}, "ascii")
@example("/v1/threshold", {"per_transfer_percent": [[25.9]], "\ud800": None}, "ascii")
def test_any_json_is_answered_or_refused_in_form(api: Api, path: str, sent: Any, escaped: str) -> None:
    body = json.dumps(sent, ensure_ascii=escaped == "ascii").encode("utf-8", "surrogatepass")
    answered(api, path, body, JSON)


@given(PATHS, st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.binary(max_size=20))
def test_any_bytes_are_answered_or_refused_in_form(api: Api, path: str, body: bytes, kind: bytes) -> None:
    printable = kind.decode("latin-1").encode("ascii", "ignore").decode()
    answered(api, path, body, JSON)
    answered(api, path, body, {"Content-Type": "".join(c for c in printable if c.isprintable())})


@given(st.sampled_from([*CASES.values()]), st.integers(0, 400), st.integers(0, 400), st.binary(max_size=3))
def test_a_case_with_a_piece_cut_out_is_answered_or_refused_in_form(
    api: Api, case: Any, start: int, end: int, piece: bytes
) -> None:
    text = json.dumps(case).encode()
    answered(api, "/v1/assess", text[:start] + piece + text[end:], JSON)


@given(changed)
def test_what_is_answered_is_what_the_library_answers(api: Api, sent: Any) -> None:
    body = json.dumps({name: each for name, each in sent.items() if name != "include"} | {"include": []})
    answer = answered(api, "/v1/assess", body.encode(), JSON)
    if answer is not None:
        from rif_threshold.forms import read_json_object  # noqa: PLC0415

        case = {name: each for name, each in read_json_object(body).items() if name != "include"}
        assert answer == json.loads(assess(case, include=()).model_dump_json())
