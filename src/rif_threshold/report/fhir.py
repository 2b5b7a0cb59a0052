"""FHIR R4 ``RiskAssessment``, as plain data: one prediction for each number of transfers, in percent.

R4 defines ``probabilityDecimal`` as a percentage ("Decimal values are expressed as percentages as well (max = 100)").
No subject is known here: ``subject.display`` says so, and whoever stores the resource replaces it.
"""

import datetime
from collections.abc import Iterator
from typing import Any

from rif_threshold.assessment import Assessment
from rif_threshold.estimate import Estimate
from rif_threshold.report.check_code import code_or_why
from rif_threshold.sentences import headline, inputs_words, margin_words, next_transfer, rule, standing, transfers_words


def risk_assessment(assessment: Assessment, date: datetime.date) -> dict[str, Any]:
    """The primary route's curve as a ``RiskAssessment``.

    Where the primary route was refused there is no prediction, the status is ``cancelled`` and the notes say why.
    """
    primary = assessment.primary
    resource: dict[str, Any] = {
        "resourceType": "RiskAssessment",
        "status": "final" if primary else "cancelled",
        "method": {"text": f"{assessment.software.name} {assessment.software.version}. {rule(assessment)}"},
        "code": {"text": "Cumulative predicted chance of implantation over embryo transfers"},
        "subject": {"display": "not recorded"},
        "occurrenceDateTime": date.isoformat(),
        "basis": [{"display": text} for text in _basis(assessment)],
    }
    if primary is not None:
        resource["prediction"] = list(_predictions(primary))
        resource["mitigation"] = f"{headline(assessment)}. {standing(assessment)}"
    resource["note"] = [{"text": text} for text in _notes(assessment)]
    return resource


def _predictions(primary: Estimate) -> Iterator[dict[str, Any]]:
    per = primary.denominator.replace("_", " ")
    for number, percent in enumerate(primary.cumulative_percent, start=1):
        done = "counted from the first failed transfer of the current run"
        yield {
            "outcome": {"text": f"At least one implantation within {transfers_words(number)}, {done}"},
            "probabilityDecimal": percent,
            "rationale": (
                f"1-(1-p)^n over the transfers' own p; route {primary.route}: {primary.explanation}; the figure is"
                f" per {per}; outcome {primary.outcome.replace('_', ' ')}"
            ),
        }


def _basis(assessment: Assessment) -> Iterator[str]:
    yield f"Inputs: {inputs_words(assessment)}"
    for estimate in assessment.estimates:
        for reference in estimate.sources:
            yield f"{estimate.route}: {reference.key}, {reference.locator}"
    digests = {
        table.id: table.sha256 for table in assessment.tables if table.id.startswith(("rates/", "own:", "method"))
    }
    for name, digest in digests.items():
        yield f"table {name} sha256:{digest}"


def _notes(assessment: Assessment) -> Iterator[str]:
    for refused in assessment.refused:
        for problem in refused.problems:
            yield f"Not computed: {refused.label}: {problem.allowed}"
    if assessment.primary is not None:
        yield next_transfer(assessment)
        yield f"Margin: {margin_words(assessment.primary)}"
        yield from assessment.primary.caveats
    if assessment.disagreement:
        yield assessment.disagreement
    yield from assessment.notes
    code = code_or_why(assessment)
    yield f"Check code, which anyone can read: {code.text}" if code.text else f"No check code: {code.why_not}"
    yield assessment.disclaimer
