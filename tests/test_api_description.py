"""What the API says of itself is true: schemathesis tries it against its own description, always the same tries."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api_server import Api, running_api
from report_cases import CASES
from rif_threshold import Assessment, Case
from rif_threshold.api.description import description
from rif_threshold.api.problems import ProblemDetails

OPERATIONS = [(path, method) for path, about in description()["paths"].items() for method in about]
# Whether every input that follows the schema is taken. The published schema is one of form: what a table does not
# cover, what is still needed, or what cannot be true together, is refused too.
NOT_TRIED = ("positive_data_acceptance",)


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with running_api() as running:
        yield running


def resolved(schema: Any) -> Any:
    """A schema of the description as it is published: with its own definitions."""
    return json.loads(json.dumps(schema).replace("#/components/schemas/", "#/$defs/"))


def numbers(given: Any) -> Any:
    """What was typed, with each number as a number. Answers are texts, whatever they say."""
    if isinstance(given, dict):
        return {name: each if name == "answers" else numbers(each) for name, each in given.items()}
    if isinstance(given, list):
        return [numbers(each) for each in given]
    if isinstance(given, str) and re.fullmatch(r"[0-9.]+", given):
        return float(given) if "." in given else int(given)
    return given


def test_the_description_is_what_is_served_and_names_every_route_and_no_other(api: Api) -> None:
    assert api.ask("/openapi.json").json == json.loads(json.dumps(description()))
    assert api.app is not None
    served = {
        (route.path.replace("{name:path}", "{id}"), method.lower())  # type: ignore[attr-defined]
        for route in api.app.routes
        for method in route.methods  # type: ignore[attr-defined]
    }
    assert served - {("/openapi.json", "get")} == set(OPERATIONS)


def test_the_schemas_are_the_published_ones() -> None:
    schemas = resolved(description()["components"]["schemas"])
    request, published = schemas["AssessRequest"], Case.model_json_schema()
    assert {name: each for name, each in request["properties"].items() if name != "include"} == json.loads(
        json.dumps(published["properties"]).replace("#/$defs/Planned", "#/$defs/Planned-Input")
    )
    assert "include" not in published["properties"]
    assert request["additionalProperties"] is False
    answer = Assessment.model_json_schema(mode="serialization")
    for name in ("Assessment", "Estimate", "ThresholdAnswer", "Tacrolimus", "Perspective"):
        mine = dict(answer if name == "Assessment" else answer["$defs"][name])
        mine.pop("$defs", None)
        theirs = json.loads(json.dumps(schemas[name]).replace('"#/$defs/Case-Output"', '"#/$defs/Case"'))
        assert theirs == mine
    for operation in (about for path in description()["paths"].values() for about in path.values()):
        for status, said in operation["responses"].items():
            kinds = {"200": "application/json"}
            assert set(said["content"]) == {kinds.get(status, "application/problem+json")}
            assert said["description"]


def test_requests_and_answers_follow_their_schemas(api: Api) -> None:
    schemas = {"$defs": resolved(description()["components"]["schemas"])}

    def follows(name: str, data: Any) -> None:
        Draft202012Validator({**schemas, "$ref": f"#/$defs/{name}"}).validate(data)

    for case in CASES.values():
        follows("AssessRequest", numbers(case) | {"include": []})
        follows("Assessment", api.post("/v1/assess", case).json)
    for operation in ("/v1/assess", "/v1/threshold"):
        content = description()["paths"][operation]["post"]["requestBody"]["content"]["application/json"]
        follows(content["schema"]["$ref"].rpartition("/")[2], content["example"])
        assert api.post(operation, content["example"]).status == 200
    follows("ThresholdRows", api.post("/v1/threshold", {"successes": [3, 0], "transfers": [9, 9]}).json)
    follows(ProblemDetails.__name__, api.post("/v1/assess", {"a": 1}).json)
    follows("Version", api.ask("/v1/version").json)
    follows("TableFile", api.ask("/v1/tables/method.toml").json)


def test_it_does_what_its_description_says(api: Api, tmp_path: Path) -> None:
    """Thousands would find no more than these: always the same ones, at the edges of each schema and beyond them."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{api.address}/openapi.json", "--no-color",
        "--generation-deterministic", "--max-examples", "40", "--phases", "examples,coverage,fuzzing",
        "--exclude-checks", ",".join(NOT_TRIED),
    ]  # fmt: skip
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
    assert "Tested: 7" in told.stdout
    (made, passed) = re.search(r"(\d+) generated, (\d+) passed", told.stdout).groups()
    assert made == passed
    assert int(made) > 500
