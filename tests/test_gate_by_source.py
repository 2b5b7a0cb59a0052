"""Whole cases of the gate and the work-up, decided from the source documents, most of them before anything was run."""

import json
from pathlib import Path
from typing import Any

import pytest

from rif_threshold import assess

PUBLISHED = Path(__file__).parent / "published"
GATE = json.loads((PUBLISHED / "gate_by_source.json").read_text("utf-8"))
SECOND = json.loads((PUBLISHED / "gate_second_reading.json").read_text("utf-8"))
WORKUP = json.loads((PUBLISHED / "workup_by_source.json").read_text("utf-8"))


def case_of(entry: dict[str, Any]) -> dict[str, Any]:
    """The case as it stands, or the base with changes: ``null`` takes something away."""
    if "case" in entry:
        return dict(entry["case"])
    case = {**GATE["base"]}
    for name, value in entry["changes"].items():
        case[name] = {**case[name], **value} if isinstance(value, dict) else value
    for name in ("findings", "answers"):
        case[name] = {fact: answer for fact, answer in case[name].items() if answer is not None}
    return {name: value for name, value in case.items() if value is not None}


@pytest.mark.parametrize("entry", [*GATE["cases"], *SECOND["cases"]], ids=lambda entry: entry["name"])
def test_the_gate_decides_as_the_sources_do(entry: dict[str, Any]) -> None:
    step = assess(case_of(entry), include={"tacrolimus"}).tacrolimus
    assert step is not None
    found = {each.id: each.verdict.value for each in step.protocols}
    assert {name: found[name] for name in entry["expected"]} == entry["expected"], entry["why"]
    for protocol in step.protocols:
        assert (protocol.dose_bands == ()) or protocol.verdict == "meets_entry_criteria"
        assert protocol.held_by or protocol.verdict != "on_hold"


@pytest.mark.parametrize("entry", WORKUP, ids=lambda entry: entry["name"])
def test_the_workup_applies_what_the_sources_apply(entry: dict[str, Any]) -> None:
    workup = assess(entry["case"], include={"workup"}).workup
    assert workup is not None
    found = [each.id for each in workup.interventions if each.verdict == "yes" and each.grade != "not_recommended"]
    assert sorted(found) == sorted(entry["expected"]["applies_not_graded_not_recommended"]), entry["why"]


def test_all_cases_are_there() -> None:
    assert (len(GATE["cases"]), len(SECOND["cases"]), len(WORKUP)) == (74, 32, 16)
    assert sum("on_hold" in entry["expected"].values() for entry in GATE["cases"]) == 14
