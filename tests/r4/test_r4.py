"""Every FHIR export passes two validators with R4's own definitions, and both are known to find what is broken."""

import copy
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from test_fhir import EVERY, resource

HERE = Path(__file__).parent
Resource = dict[str, Any]


def set_to(value: Any, *path: str | int) -> Callable[[Resource], None]:
    """A change: the value at a path of keys and places; ``None`` removes it."""

    def change(resource: Resource) -> None:
        *way, last = path
        inside: Any = resource
        for step in way:
            inside = inside[step]
        if value is None:
            del inside[last]
        else:
            inside[last] = value

    return change


# What is broken, and what one of the two must say of it.
BROKEN: dict[str, tuple[Callable[[Resource], None], str]] = {
    "no_such_status": (set_to("done", "status"), 'fhir: Code "done" not found in value set at RiskAssessment.status'),
    "no_subject": (set_to(None, "subject"), "medplum: Missing required property at RiskAssessment.subject"),
    "unknown_property": (set_to("x", "risk"), 'medplum: Invalid additional property "risk"'),
    "above_100_percent": (set_to(170, "prediction", 0, "probabilityDecimal"), "medplum: Constraint ras-2 not met"),
    "a_number_as_text": (set_to("17", "prediction", 0, "probabilityDecimal"), "medplum: Invalid JSON type"),
    "a_date_in_words": (set_to("22 Nov 2026", "occurrenceDateTime"), "medplum: Invalid dateTime format"),
    "a_list_where_one_belongs": (set_to([{"text": "x"}], "method"), "medplum: Expected single value"),
    "one_where_a_list_belongs": (set_to({"display": "x"}, "basis"), "medplum: Expected array of values"),
    "nothing_in_the_subject": (set_to({}, "subject"), "medplum: Missing required property"),
    "an_extension_without_value": (set_to({"url": "http://x.test"}, "subject", "extension", 0), "ext-1 not met"),
    "a_blank_text": (set_to(" ", "prediction", 0, "rationale"), "medplum: String must contain non-whitespace content"),
    "no_narrative": (set_to(None, "text", "div"), "medplum: Missing required property at RiskAssessment.text.div"),
    "no_such_narrative_status": (set_to("made", "text", "status"), 'fhir: Code "made" not found in value set'),
    "contained_in_contained": (
        set_to([{"resourceType": "Device", "id": "x"}], "contained", 2, "contained"),
        "medplum: Constraint dom-2 not met",
    ),
    "value_and_reason_for_none": (
        set_to({"text": "x"}, "contained", 2, "dataAbsentReason"),
        "medplum: Constraint obs-6 not met",
    ),
    "no_such_observation_status": (
        set_to("done", "contained", 2, "status"),
        'fhir: Code "done" not found in value set',
    ),
    "no_such_comparator": (
        set_to(">>", "contained", 2, "component", 0, "valueQuantity", "comparator"),
        'fhir: Code ">>" not found in value set',
    ),
    "an_observation_of_nothing": (set_to(None, "contained", 1, "code"), "medplum: Missing required property"),
    "no_such_reason": (
        set_to(
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "lost"}]},
            *("contained", 1, "dataAbsentReason"),
        ),
        'fhir: Code "lost" (http://terminology.hl7.org/CodeSystem/data-absent-reason) not found in value set',
    ),
    "a_device_name_of_no_kind": (
        set_to(None, "contained", 0, "deviceName", 0, "type"),
        "medplum: Missing required property at RiskAssessment.contained[0].deviceName[0].type",
    ),
}


@pytest.fixture(scope="module")
def said() -> dict[str, list[str]]:
    """What the two validators say of every export and of every broken one, in one run."""
    resources = {name: resource(name) for name in EVERY}
    for name, (change, _) in BROKEN.items():
        resources[f"broken: {name}"] = copy.deepcopy(resource("plain"))
        change(resources[f"broken: {name}"])
    command, given = ["node", str(HERE / "validate.js")], json.dumps(resources).encode()
    run = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True)
    found: dict[str, list[str]] = json.loads(run.stdout)
    assert found.keys() == resources.keys()
    return found


@pytest.mark.node
def test_every_export_is_valid_r4(said: dict[str, list[str]]) -> None:
    assert {name: said[name] for name in EVERY if said[name]} == {}


@pytest.mark.node
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found(said: dict[str, list[str]], name: str) -> None:
    assert any(BROKEN[name][1] in problem for problem in said[f"broken: {name}"]), said[f"broken: {name}"]


def test_the_lock_names_a_digest_for_each_package_and_no_host() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text("utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert all(each.get("inBundle") or each["integrity"].startswith("sha512-") for each in packages.values())
    assert not [name for name, each in packages.items() if "resolved" in each]
