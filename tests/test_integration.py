"""The examples of docs/integration.md run as they stand, but for the port."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api_server import Api, running_api
from left_out import command
from rif_threshold.api import bounds
from rif_threshold.api.description import description

TEXT = (Path(__file__).parents[1] / "docs/integration.md").read_text("utf-8")


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with running_api() as running:
        yield running


def example(language: str, api: Api) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.M)
    assert "127.0.0.1:8601" in found
    return found.replace("127.0.0.1:8601", f"127.0.0.1:{api.port}")


def printed(program: list[str], text: str) -> str:
    result = subprocess.run(program, input=text, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


@pytest.mark.curl
def test_the_example_with_curl(api: Api) -> None:
    threshold = json.loads(printed(["sh", "-e"], example("sh", api)))["threshold"]
    assert (threshold["state"], threshold["transfers_to_threshold"]) == ("not_yet", 4)


def test_the_example_with_python_needs_nothing_of_this_package(api: Api) -> None:
    text = example("python", api)
    assert "rif_threshold" not in text
    assert printed([sys.executable, "-I", "-S", "-"], text) == "not_yet 4 1\n"
    refused = text.replace('"oocyte_age_years": 36', '"oocyte_age_years": "36,5"')
    assert printed([sys.executable, "-I", "-S", "-"], refused).startswith("oocyte_age_years decimal_comma completed")


@pytest.mark.javascript
def test_the_example_with_node(api: Api) -> None:
    program = [str(command("node")), "--input-type=module"]
    assert printed(program, example("js", api)) == "[ 3, 4 ] [ true, false ] [ 0, 1 ]\n"


def test_the_paths_and_statuses_it_names_are_those_of_the_description() -> None:
    named = set(re.findall(r"(?:GET|POST) (/[\w/{}.]*)", TEXT)) | set(re.findall(r"`(/v1/[\w/{}]+)`", TEXT))
    assert named == {*description()["paths"], "/openapi.json"}
    rows = re.findall(r"^\| ([\d, ]+) \|", TEXT, re.M)
    statuses = {status for row in rows for status in row.split(", ")}
    answers = (about["responses"] for path in description()["paths"].values() for about in path.values())
    assert statuses == {status for each in answers for status in each} - {"200"} | {"405"}


def test_the_bounds_it_names_are_those_that_hold() -> None:
    for said in (
        f"{bounds.LONGEST_BODY:,} bytes", f"in {bounds.HEAD_SECONDS} seconds", f"at most {bounds.MOST_ROWS:,} chances",
        f"more than {bounds.MOST_WAITING} requests",
    ):  # fmt: skip
        assert said in TEXT, said
    assert bounds.THREADS == 2
    assert "Two threads reckon" in TEXT
