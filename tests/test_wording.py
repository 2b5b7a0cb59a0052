"""Nothing instructs: every table after the threshold and every text that is shown is scanned."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rif_threshold.cli import cli
from rif_threshold.tables import shipped

CASES = sorted((Path(__file__).parent / "cases").glob("tacrolimus_*.json"))

INSTRUCTS = [
    r"should (take|start|stop|receive|be given|be treated|be started|be used|use|continue)",
    r"must (take|start|receive|be given|be treated)",
    r"\bprescribe\b",
    r"recommended dose",
    r"\bdosage\b",
    r"eligible (for|to)\b",
    r"(we|is|are) recommend(ed)? (tacrolimus|to (take|start|treat))",
    r"indicated for (rif|implantation|her|this)",
    r"(start|begin|give|administer|take|increase|raise|reduce) (the )?(tacrolimus|treatment|dose|drug)\b",
    r"candidate for (tacrolimus|treatment)",
    r"treatment is (advised|recommended|indicated)",
    r"\bis safe\b",
    r"you should",
    r"qualif(y|ies) for",
]
# What is quoted or denied, and so does not instruct.
ALLOWED = [
    "no advice to treat",
    "not advice to treat",
    "does not make it safe",
    # A publication's own title, in the bibliography.
]
LEAKS = [r"/work\b", r"\bseeds?\b", r"shared/", r"github", r"\(unverified\)", r"120ty", r"\bsession\b", r"openfda"]


def texts() -> dict[str, str]:
    names = (*shipped().names("pathways/"), *shipped().names("evidence/"), "coverage.csv")
    return {name: shipped().text(name) for name in names}


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def instructions(text: str) -> list[str]:
    for phrase in ALLOWED:
        text = text.replace(phrase, "")
    return [found.group() for pattern in INSTRUCTS for found in re.finditer(pattern, text, re.IGNORECASE)]


@pytest.mark.parametrize("name", texts())
def test_no_table_instructs(name: str) -> None:
    assert instructions(texts()[name]) == []


@pytest.mark.parametrize("name", [*texts(), "sources.toml"])
def test_no_table_tells_where_it_was_made(name: str) -> None:
    text = shipped().text(name)
    assert [pattern for pattern in LEAKS if re.search(pattern, text, re.IGNORECASE)] == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("command", ["tacrolimus", "workup"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_output_instructs(path: Path, command: str, form: str) -> None:
    text = run(command, "--case", str(path), *(["--json"] if form == "json" else []))
    assert instructions(re.sub(r"\s+", " ", text)) == []


@pytest.mark.parametrize("arguments", [["evidence"], ["conflicts"], ["evidence", "--study", "eshre2024_017"]])
def test_no_evidence_instructs(arguments: list[str]) -> None:
    assert instructions(re.sub(r"\s+", " ", run(*arguments))) == []
    assert json.loads(run(*arguments, "--json"))


def test_the_scan_would_notice() -> None:
    for bad in ("She should take 2 mg.", "Recommended dose: 2 mg", "eligible for treatment", "Start tacrolimus today"):
        assert instructions(bad)
