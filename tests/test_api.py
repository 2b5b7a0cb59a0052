"""The API: what it answers is what the library and the command line answer, and what it refuses is a problem."""

import hashlib
import json
import logging
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import oracle
from api_server import JSON, Answer, Api, running_api
from report_cases import CASES, PLAIN, REFUSED
from rif_threshold import __version__, assess
from rif_threshold.api import bounds
from rif_threshold.api import server as api_server_module
from rif_threshold.cli import cli
from rif_threshold.serving import HEADERS, LOCAL_HOSTS
from rif_threshold.tables import shipped, shipped_directory

ROOT = Path(__file__).parents[1]
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with running_api() as running:
        yield running


def refused(answer: Answer, status: int) -> dict[str, Any]:
    """The problem that an answer is, with all that every problem has."""
    assert answer.status == status, answer.content
    assert answer.headers["Content-Type"] == PROBLEM
    problem: dict[str, Any] = answer.json
    assert set(problem) == {"type", "title", "status", "detail", "problems"}
    assert problem["status"] == status
    return problem


# What is answered.


@pytest.mark.parametrize("name", [*CASES, *REFUSED])
def test_a_case_is_answered_as_the_command_line_answers_it(name: str, api: Api, tmp_path: Path) -> None:
    case = json.dumps((CASES | REFUSED)[name])
    file = tmp_path / "case.json"
    file.write_text(case, "utf-8")
    printed = json.loads(CliRunner().invoke(cli, ["assess", "--case", str(file), "--json"]).stdout)
    answer = api.send("/v1/assess", case, "POST", JSON)
    if "problems" in printed:
        assert refused(answer, 422)["problems"] == printed["problems"]
    else:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
        assert answer.json == printed


def test_include_chooses_the_parts_and_a_wrong_one_is_named_with_all_else(api: Api) -> None:
    parts = ("workup", "tacrolimus", "perspective")
    for include in ([], ["workup"], ["tacrolimus", "perspective"]):
        answer = api.post("/v1/assess", PLAIN | {"include": include}).json
        assert [part for part in parts if answer[part] is not None] == [part for part in parts if part in include]
    wrong = PLAIN | {"include": ["workup", "dose"], "oocyte_age_years": "36,5"}
    problems = refused(api.post("/v1/assess", wrong), 422)["problems"]
    assert [(each["field"], each["code"], each["given"]) for each in problems] == [
        ("include", "not_in_list", "dose"),
        ("oocyte_age_years", "decimal_comma", "36,5"),
    ]
    for not_a_list in ("workup", 3, {"workup": True}):
        (problem,) = refused(api.post("/v1/assess", PLAIN | {"include": not_a_list}), 422)["problems"]
        assert (problem["field"], problem["code"]) == ("include", "not_a_list")


def test_a_part_that_is_left_out_stays_out(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    monkeypatch.setenv("RIF_THRESHOLD_WITHOUT", "tacrolimus")
    assert api.post("/v1/assess", PLAIN).json["tacrolimus"] is None
    (problem,) = refused(api.post("/v1/assess", PLAIN | {"include": ["tacrolimus"]}), 422)["problems"]
    assert (problem["field"], problem["code"]) == ("include", "left_out")
    assert "left out" in refused(api.ask("/v1/tables/pathways/protocols.toml"), 404)["detail"]


def test_what_the_evidence_does_not_cover_is_a_problem_of_its_own_type(api: Api) -> None:
    outside = refused(api.post("/v1/assess", PLAIN | {"oocyte_age_years": 70}), 422)
    assert outside["type"] == "urn:rif-threshold:outside-evidence"
    both = refused(api.post("/v1/assess", PLAIN | {"oocyte_age_years": 70, "ploidy": "PGT"}), 422)
    assert both["type"] == "urn:rif-threshold:invalid-input"
    assert len(both["problems"]) == 2


def test_many_chances_are_answered_as_counting_does(api: Api) -> None:
    chosen = random.Random(19)
    percents = ["60", "36.754447", "36.754448", "20", "1.5", "99.999999", "1.000001", "26.319", "26.3195"]
    percents += [f"{chosen.uniform(1.1, 90):.{chosen.randint(0, 6)}f}" for _ in range(300)]
    failed = [chosen.randint(0, 12) for _ in percents]
    for threshold, minimum in (("60", 2), ("75.5", 3), ("36", 1)):
        rule = {"threshold_percent": threshold, "minimum_transfers": minimum}
        answer = api.post("/v1/threshold", {"per_transfer_percent": percents, "failed_transfers": failed, **rule}).json
        assert (answer["threshold_percent"], answer["minimum_transfers"]) == (float(threshold), minimum)
        for place, (percent, n) in enumerate(zip(percents, failed, strict=True)):
            p = Fraction(percent) / 100
            total = oracle.transfers_to_exceed(p, Fraction(threshold) / 100, minimum)
            so_far = oracle.cumulative([p] * n)[-1] if n else 0
            assert answer["transfers_to_threshold"][place] == total
            assert answer["cumulative_percent_so_far"][place] == float(100 * so_far)
            assert answer["reached"][place] == (n >= total)
            assert answer["further_transfers"][place] == max(0, total - n)


def test_many_chances_say_what_one_case_says(api: Api) -> None:
    counts = [(52, 200), (1, 9), (4000, 10000), (0, 20), (7, 7)]
    sent = {"successes": [x for x, _ in counts], "transfers": [n for _, n in counts], "failed_transfers": [3] * 5}
    answer = api.post("/v1/threshold", sent).json
    for place, (successes, transfers) in enumerate(counts):
        case = {"clinic_successes": successes, "clinic_transfers": transfers, "clinic_outcome": "positive_test"}
        one = assess(case | {"failed_transfers": 3}, include=())
        found = one.estimates[0].interval if one.threshold else one.refused[0].interval
        assert found is not None
        assert answer["transfers_to_threshold"][place] == (one.threshold and one.threshold.transfers_to_threshold)
        assert answer["reached"][place] == (one.threshold and one.threshold.reached)
        so_far = one.threshold and one.threshold.cumulative_percent_so_far
        assert answer["cumulative_percent_so_far"][place] == so_far
        interval = answer["interval"]
        assert interval["lower_percent"][place] == pytest.approx(found.lower_percent, abs=1e-9)
        assert interval["upper_percent"][place] == pytest.approx(found.upper_percent, abs=1e-9)
        assert interval["transfers_lower"][place] == found.transfers_lower
        assert interval["transfers_upper"][place] == found.transfers_upper


def test_without_failures_it_is_not_said_where_each_stands_and_far_away_is_null(api: Api) -> None:
    answer = api.post("/v1/threshold", {"per_transfer_percent": [0.01], "small_percent_confirmed": True}).json
    assert answer["transfers_to_threshold"] == [None]  # 9,163 of them: more than 1,000
    assert answer["reached"] is answer["further_transfers"] is answer["cumulative_percent_so_far"] is None
    far = {"per_transfer_percent": [0.01], "failed_transfers": [2], "small_percent_confirmed": True}
    answer = api.post("/v1/threshold", far).json
    assert (answer["reached"], answer["further_transfers"]) == ([False], [None])


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({}, [("per_transfer_percent, successes, transfers", "missing")]),
        ({"per_transfer_percent": None}, [("per_transfer_percent, successes, transfers", "missing")]),
        ({"successes": [3]}, [("per_transfer_percent, successes, transfers", "missing")]),
        ({"per_transfer_percent": []}, [("per_transfer_percent", "empty")]),
        ({"per_transfer_percent": 25.9}, [("per_transfer_percent", "not_a_list")]),
        ({"per_transfer_percent": [0.259]}, [("per_transfer_percent.1", "small_percent")]),
        ({"per_transfer_percent": [1]}, [("per_transfer_percent.1", "small_percent")]),
        ({"per_transfer_percent": [25.9, "25,9", None, 0, 100, [], "1e9"]},
         [("per_transfer_percent.2", "decimal_comma"), ("per_transfer_percent.3", "missing"),
          ("per_transfer_percent.4", "range"), ("per_transfer_percent.5", "range"), ("per_transfer_percent.6", "form"),
          ("per_transfer_percent.7", "exponent")]),
        ({"per_transfer_percent": ["x", 0.5, 26], "failed_transfers": [1, 101, 2]},
         [("per_transfer_percent.1", "form"), ("per_transfer_percent.2", "small_percent"),
          ("failed_transfers.2", "count_range")]),
        ({"successes": [5, "x"], "transfers": [4, 0], "n": 1, "minimum_transfers": 0, "threshold_percent": "0.6"},
         [("successes.2", "form"), ("request", "unknown_field"), ("threshold_percent", "small_percent"),
          ("minimum_transfers", "range"), ("transfers.2", "range"), ("successes.1, transfers.1", "cross_field")]),
        ({"per_transfer_percent": 25.9, "failed_transfers": [1, 2], "minimum_transfers": 101},
         [("per_transfer_percent", "not_a_list"), ("minimum_transfers", "count_range")]),
        ({"per_transfer_percent": [25.9, 30], "failed_transfers": [3]},
         [("per_transfer_percent, failed_transfers", "cross_field")]),
        ({"per_transfer_percent": [25.9], "successes": [1], "transfers": [3]},
         [("per_transfer_percent, successes, transfers", "cross_field")]),
        ({"successes": [4, 1], "transfers": [3, 0], "failed_transfers": [101, 2], "minimum_transfers": 0,
          "threshold_percent": 0.6},
         [("threshold_percent", "small_percent"), ("failed_transfers.1", "count_range"), ("minimum_transfers", "range"),
          ("transfers.2", "range"), ("successes.1, transfers.1", "cross_field")]),
        ({"per_transfer_percent": [25.9], "n": [3], "failed_transfers": [2.5]},
         [("failed_transfers.1", "not_whole"), ("request", "unknown_field")]),
        ({"per_transfer_percent": [25.9] * 5001, "minimum_transfers": 101},
         [("per_transfer_percent", "count_range"), ("minimum_transfers", "count_range")]),
        ({"per_transfer_percent": [25.9] * 5001, "minimum_transfers": "two"},
         [("per_transfer_percent", "count_range"), ("minimum_transfers", "form")]),
    ],
)  # fmt: skip
def test_many_chances_that_cannot_be_are_refused_all_at_once(sent: Any, found: Any, api: Api) -> None:
    problems = refused(api.post("/v1/threshold", sent), 422)["problems"]
    assert [(each["field"], each["code"]) for each in problems] == found


def test_after_a_hundred_problems_the_rest_is_counted(api: Api) -> None:
    problems = refused(api.post("/v1/threshold", {"per_transfer_percent": ["x"] * 5000}), 422)["problems"]
    assert len(problems) == 101
    assert problems[-1]["allowed"] == "and 4,900 more problems, not shown"


def test_every_table_an_assessment_names_can_be_fetched_and_has_its_digest(api: Api) -> None:
    named = api.post("/v1/assess", PLAIN).json["tables"]
    assert len(named) > 20
    for table in named:
        answer = api.ask(f"/v1/tables/{table['id'].replace('/', '%2F')}").json
        assert (answer["id"], answer["sha256"]) == (table["id"], table["sha256"])
        assert hashlib.sha256(answer["text"].encode()).hexdigest() == table["sha256"]
    assert api.ask("/v1/tables/method.toml").json["text"] == (shipped_directory() / "method.toml").read_text("utf-8")
    for wrong in ("none", "../pyproject.toml", "%2e%2e/SHA256SUMS", "rates/../method.toml", "own:rates/x.csv", "%00"):
        refused(api.ask(f"/v1/tables/{wrong}"), 404)


def test_a_clinics_own_tables_answer_and_can_be_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    assert CliRunner().invoke(cli, ["tables", "new", str(folder)]).exit_code == 0
    monkeypatch.setenv("RIF_THRESHOLD_TABLES", str(folder))
    case = tmp_path / "case.json"
    case.write_text(json.dumps(PLAIN), "utf-8")
    printed = json.loads(CliRunner().invoke(cli, ["assess", "--case", str(case), "--json"]).stdout)
    with running_api() as own:
        assert own.post("/v1/assess", PLAIN).json == printed
        (rates,) = [each for each in printed["tables"] if each["id"].startswith("own:rates/") and "csv" in each["id"]]
        fetched = own.ask(f"/v1/tables/{rates['id']}").json
        assert hashlib.sha256(fetched["text"].encode()).hexdigest() == rates["sha256"] == fetched["sha256"]
        assert own.ask("/v1/version").json["own_tables_sha256"]


def test_schemas_version_and_probe(api: Api) -> None:
    for of in ("case", "assessment"):
        printed = json.loads(CliRunner().invoke(cli, ["schema", of]).stdout)
        assert api.ask(f"/v1/schema/{of}").json == printed
    assert api.ask("/v1/version").json == {
        "software": {"name": "rif-threshold", "version": __version__},
        "schema_version": 2,
        "tables_sha256": shipped().digest,
        "own_tables_sha256": None,
        "parts": ["perspective", "tacrolimus", "workup"],
    }
    assert api.ask("/health").json == {"status": "ok"}


# What is refused.


def test_there_is_nothing_elsewhere_and_no_page_that_documents(api: Api) -> None:
    for path in (
        "/",
        "/docs",
        "/redoc",
        "/v1",
        "/v1/assess/",
        "/v1/tables",
        "/v1/schema/x",
        "/health/",
        "/favicon.ico",
    ):
        assert refused(api.ask(path), 404)["type"] == "about:blank"


@pytest.mark.parametrize(
    ("path", "allow"), [("/v1/assess", "POST"), ("/v1/threshold", "POST"), ("/health", "GET"), ("/v1/tables/x", "GET")]
)
def test_another_method_is_refused_with_what_is_taken(path: str, allow: str, api: Api) -> None:
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} - {allow}:
        answer = api.ask(path, method=method)
        refused(answer, 405)
        assert answer.headers["Allow"] == allow
    assert api.ask(path, method="HEAD").status == 405


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_what_is_not_sent_as_json_is_refused(headers: dict[str, str], api: Api) -> None:
    for path in ("/v1/assess", "/v1/threshold"):
        refused(api.send(path, json.dumps(PLAIN), "POST", headers), 415)
    for kind in ("application/json; charset=UTF-8", 'Application/JSON;charset="utf-8"', "application/json; x=y"):
        assert api.send("/v1/assess", json.dumps(PLAIN), "POST", {"Content-Type": kind}).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"3", b"null", b'"case"', b"{}{}", b'{"a": 1, "a": 2}', b"\xff\xfe", b'{"a": "\xff"}',
        b"[" * 50_000, b'{"a":' * 20_000, b"{'a': 1}", b'{"failed_transfers": 03}', b"\x00", b"+1",
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(body: bytes, api: Api) -> None:
    for path in ("/v1/assess", "/v1/threshold"):
        refused(api.send(path, body, "POST", JSON), 400)


def test_numbers_that_are_none_are_refused_by_name(api: Api) -> None:
    for word in ("NaN", "Infinity", "-Infinity", "1e400", "-0", "9" * 5000):
        body = f'{{"oocyte_age_years": {word}, "ploidy": "untested", "failed_transfers": 3}}'
        (problem,) = refused(api.send("/v1/assess", body, "POST", JSON), 422)["problems"]
        assert problem["field"] == "oocyte_age_years"
        body = f'{{"per_transfer_percent": [{word}]}}'
        (problem,) = refused(api.send("/v1/threshold", body, "POST", JSON), 422)["problems"]
        assert problem["field"] == "per_transfer_percent.1"


def test_a_byte_order_mark_is_no_fault(api: Api) -> None:
    assert api.send("/v1/assess", b"\xef\xbb\xbf" + json.dumps(PLAIN).encode(), "POST", JSON).status == 200


def test_nothing_is_read_from_the_address(api: Api) -> None:
    for path in ("/health?x", "/v1/assess?oocyte_age_years=36", "/nothing?x"):
        assert "question mark" in refused(api.ask(path), 400)["detail"]


def test_another_host_name_is_refused_and_named_ones_are_taken(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:80"):
        refused(api.ask("/health", Host=host), 400)
    for host in (*LOCAL_HOSTS[:2], "[::1]:8601", "localhost:99"):
        assert api.ask("/health", Host=host).status == 200
    monkeypatch.setenv("RIF_THRESHOLD_HOSTS", " rif.clinic.example , other.example")
    with running_api() as named:
        assert named.ask("/health", Host="rif.clinic.example").status == 200
        refused(named.ask("/health", Host="evil.example"), 400)


def test_page_and_api_know_the_same_names_of_this_machine() -> None:
    import tomllib  # noqa: PLC0415

    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
    assert tuple(settings["server"]["allowedHosts"]) == LOCAL_HOSTS


def test_every_answer_of_the_api_has_the_security_headers(api: Api) -> None:
    answers = [
        api.ask("/health"), api.ask("/none"), api.ask("/health?x"), api.post("/v1/assess", PLAIN),
        api.post("/v1/assess", {}), api.ask("/health", Host="evil.example"), api.ask("/health", method="PUT"),
    ]  # fmt: skip
    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers


# What is never in a log, and what happens where the software itself fails.


def test_a_fault_is_told_by_its_place_and_nothing_that_was_sent_is_in_a_log(
    monkeypatch: pytest.MonkeyPatch, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(text: str, _: object) -> str:
        raise RuntimeError(f"with the case in its text: {text}")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(api_server_module, "answer_case", fails)
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)
    case = PLAIN | {"primary_route": "a-canary"}
    problem = refused(api.post("/v1/assess", case), 500)
    assert "canary" not in json.dumps(problem)
    assert "RuntimeError at test_api.py:" in caplog.text
    assert "canary" not in caplog.text


def test_the_process_writes_nothing_of_a_request(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "rif_threshold", "api", "--port", str(free_port())],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said.startswith("The API is at http://127.0.0.1:")
    api = Api(int(said.split(":")[2].split()[0]))
    assert api.post("/v1/assess", PLAIN | {"answers": {"canary-name": "canary-text"}}).status == 422
    assert api.send("/v1/assess", '{"oocyte_age_years": "canary"', "POST", JSON).status == 400
    assert api.ask("/v1/tables/canary").status == 404
    assert api.ask("/health?canary").status == 400
    process.terminate()
    rest = process.communicate(timeout=60)[0]
    assert (process.returncode in (0, -15), rest) == (True, "")
    assert list(tmp_path.iterdir()) == []


def test_as_json_only_the_address_is_on_standard_output(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "rif_threshold", "api", "--json", "--port", str(free_port())],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline().startswith("The API is at http://127.0.0.1:")
    process.terminate()
    said, wrong = process.communicate(timeout=60)
    assert json.loads(said)["url"].startswith("http://127.0.0.1:")
    assert wrong == ""


def free_port() -> int:
    import socket  # noqa: PLC0415

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_probe_is_answered_while_both_threads_reckon_and_too_many_are_asked_to_come_again(
    monkeypatch: pytest.MonkeyPatch, api: Api
) -> None:
    go_on, begun = threading.Event(), threading.Semaphore(0)

    def waits(_: str) -> str:
        begun.release()
        assert go_on.wait(60)
        return "{}"

    monkeypatch.setattr(api_server_module, "answer_many", waits)
    monkeypatch.setattr(bounds, "MOST_WAITING", 3)
    found: list[int] = []
    asking = [threading.Thread(target=lambda: found.append(api.post("/v1/threshold", {}).status)) for _ in range(3)]
    for each in asking:
        each.start()
    for _ in range(bounds.THREADS):
        assert begun.acquire(timeout=60)
    while True:  # until the third waits too
        answer = api.ask("/health")
        assert answer.status == 200
        if api.app.state.work.waiting == 3:
            break
        time.sleep(0.01)
    answer = api.post("/v1/threshold", {})
    assert "a little later" in refused(answer, 503)["detail"]
    assert answer.headers["Retry-After"] == "1"
    go_on.set()
    for each in asking:
        each.join(60)
    assert found == [200] * 3
