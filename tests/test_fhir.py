"""FHIR: valid as R4B, and what the validator does not catch is checked here."""

import json
import re
from typing import Any

import pytest
from fhir.resources.R4B.riskassessment import RiskAssessment

from report_cases import CASES, DATE, REFUSED, answer
from rif_threshold.report import report
from rif_threshold.report.check_code import code_or_why

# http://hl7.org/fhir/R4/valueset-observation-status.html
STATUS = {
    "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown",
}  # fmt: skip
KNOWN = {
    "resourceType", "status", "method", "code", "subject", "occurrenceDateTime", "basis", "prediction", "mitigation",
    "note",
}  # fmt: skip


def resource(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(report(answer(name), "fhir.json", date=DATE).content)
    return data


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("name", [*CASES, *REFUSED])
def test_it_is_a_valid_risk_assessment(name: str) -> None:
    data = resource(name)
    RiskAssessment.model_validate(data)
    assert data.keys() <= KNOWN
    assert data["status"] in STATUS
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", data["occurrenceDateTime"])
    assert data["subject"] == {"display": "not recorded"}
    assert all(text.strip() == text and text for text in texts(data))
    assert data["basis"]
    assert answer(name).disclaimer in texts(data["note"])
    assert any(code_or_why(answer(name)).text in text for text in texts(data["note"]))


@pytest.mark.parametrize("name", CASES)
def test_there_is_one_prediction_in_percent_for_each_number_of_transfers(name: str) -> None:
    data, primary = resource(name), answer(name).primary
    assert primary is not None
    assert data["status"] == "final"
    predictions = data["prediction"]
    assert [each["probabilityDecimal"] for each in predictions] == list(primary.cumulative_percent)
    for number, each in enumerate(predictions, start=1):
        assert 0 < each["probabilityDecimal"] <= 100
        assert f"within {number} transfer" in each["outcome"]["text"]
        assert primary.route in each["rationale"]
    # In percent, not a share: a curve that crosses 60 % has values above 1.
    assert name == "out_of_reach" or max(each["probabilityDecimal"] for each in predictions) > 1


def test_the_worked_case_has_the_expected_numbers() -> None:
    shown = [round(each["probabilityDecimal"], 1) for each in resource("reached")["prediction"]]
    assert shown[:5] == [27.6, 47.6, 62.1, 72.5, 80.1]


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_route_makes_no_prediction_and_says_why(name: str) -> None:
    data = resource(name)
    assert data["status"] == "cancelled"
    assert "prediction" not in data
    assert any(text.startswith("Not computed: ") for text in texts(data["note"]))


def test_the_basis_names_source_and_table() -> None:
    said = texts(resource("plain")["basis"])
    assert any("eshre_rif_2023" in text for text in said)
    assert any(re.fullmatch(r"table rates/eshre_rif_2023\.csv sha256:[0-9a-f]{64}", text) for text in said)
