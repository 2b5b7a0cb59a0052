"""FHIR R4 ``RiskAssessment``, as plain data: the curve, the answer as coded data, and the same in words.

Every element is used as R4 defines it; ``docs/fhir.md`` says how, and lists the codes. What R4 has an element for and
we know nothing of is left out: no ``mitigation`` (steps that reduce a risk), no ``when`` (the outcomes are bounded by a
number of transfers, not by time), no qualitative or relative risk.
"""

import datetime
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from rif_threshold.answers import Answer, Estimate
from rif_threshold.assessment import Assessment
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.pair import Pair
from rif_threshold.rates import PUBLISHED_TABLE
from rif_threshold.repeated import inputs_words
from rif_threshold.report.check_code import code_or_why
from rif_threshold.sentences import (
    contradiction_words,
    headline,
    margin_words,
    next_transfer,
    refusal_words,
    refused_word,
    rule_words,
    standing,
    total_words,
)
from rif_threshold.transfers import Transfer, counted_transfers, planned_apart
from rif_threshold.vocabulary import Denominator, Route, ThresholdState
from rif_threshold.wording import between_percent, capital, long_word, transfers_words, word

SYSTEM = "urn:uuid:ce4962e3-6bd6-44ae-a1b6-95f3620e8c62"
CODES = {
    "implantation-over-transfers": "Predicted chance of implantation over embryo transfers",
    "cumulative-threshold": "Cumulative chance of the failed transfers, held against a threshold",
    "failed-transfers": "Embryo transfers without a positive pregnancy test since the last positive one",
    "threshold-state": "Whether the failed transfers have crossed the threshold",
    "reached": "Crossed",
    "not-reached": "Not crossed",
    "cannot-be-said": "Cannot be said",
    "threshold-percent": "Cumulative chance that must be exceeded",
    "minimum-transfers": "Fewest failed transfers before the threshold can count",
    "transfers-to-threshold": "Number of transfers after which the threshold is crossed",
    "cumulative-percent-so-far": "Cumulative chance of the failed transfers, as reckoned before the first of them",
}
# Nobody is asked for a name, so none is known: R4's code for what the workflow did not lead to.
_SUBJECT = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "not-asked"}],
    "type": "Patient",
    "display": "not recorded",
}
_UCUM = "http://unitsofmeasure.org"
_SOFTWARE, _FAILED, _ANSWER = "software", "failed-transfers", "answer"


def risk_assessment(assessment: Assessment, date: datetime.date) -> dict[str, Any]:
    """The primary route's answer as a ``RiskAssessment``.

    The status is ``preliminary``, R4's word for what nobody has verified or signed. Where the primary route was refused
    it is ``cancelled``, there is no prediction and no number of the answer, and the notes say why.
    """
    primary = assessment.primary
    status = "preliminary" if primary else "cancelled"
    software = assessment.software
    notes = list(_notes(assessment))
    resource: dict[str, Any] = {
        "resourceType": "RiskAssessment",
        "language": "en",
        "text": _narrative(assessment, notes),
        "contained": [
            {
                "resourceType": "Device",
                "id": _SOFTWARE,
                "deviceName": [{"name": software.name, "type": "other"}],
                "version": [{"value": software.version}],
            },
            _failed_transfers(assessment, date),
            _answer(assessment, status, date),
        ],
        "status": status,
        "method": _concept("cumulative-threshold", text=rule_words(assessment)),
        "code": _concept("implantation-over-transfers"),
        "subject": _SUBJECT,
        "occurrenceDateTime": date.isoformat(),
        "performer": {"reference": f"#{_SOFTWARE}", "display": f"{software.name} {software.version}"},
        "basis": [{"reference": f"#{_FAILED}"}, *({"display": text} for text in _basis(assessment))],
    }
    if primary is not None:
        resource["prediction"] = list(_predictions(assessment, primary))
    code = code_or_why(assessment)
    notes.append(f"Case code, which anyone can read: {code.text}" if code.text else f"No case code: {code.why_not}")
    # The text of a note is markdown, where a tag would be one.
    resource["note"] = [{"text": re.sub(r"<(?=[A-Za-z/!?])", r"\\<", text)} for text in notes]
    printable: dict[str, Any] = _printable(resource)
    return printable


def _printable(value: Any) -> Any:
    """The same without control characters and stray blanks, which neither R4's strings nor XHTML allow."""
    if isinstance(value, dict):
        return {key: _printable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_printable(each) for each in value]
    if isinstance(value, str):
        return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
    return value


def _concept(code: str, display: str = "", text: str = "") -> dict[str, Any]:
    display = display or CODES[code]
    return {"coding": [{"system": SYSTEM, "code": code, "display": display}], "text": text or display}


def _percent(ends: Pair[float], of: str = "value") -> dict[str, Any]:
    """A percentage, or the range in which it lies: a quantity or, of a prediction, a decimal."""
    low, high = ({"value": end, "unit": "%", "system": _UCUM, "code": "%"} for end in ends)
    if ends.agreed is None:
        return {f"{of}Range": {"low": low, "high": high}}
    return {"valueQuantity": low} if of == "value" else {f"{of}Decimal": ends.agreed}


def _total(answer: Answer) -> dict[str, Any]:
    """After how many transfers the line is crossed: a number, or why there is no single one."""
    if answer.open_ended or answer.total.lowest != answer.total.highest:
        return _absent(total_words(answer))
    return _count(TRANSFERS_LIMIT, comparator=">") if answer.total.lowest is None else _count(answer.total.lowest)


def _count(value: int, **comparator: str) -> dict[str, Any]:
    return {
        "valueQuantity": {"value": value, **comparator, "unit": "transfers", "system": _UCUM, "code": "{transfers}"}
    }


def _absent(why: str) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
    return {"dataAbsentReason": {"coding": [{"system": system, "code": "not-performed"}], "text": why}}


def _failed_transfers(assessment: Assessment, date: datetime.date) -> dict[str, Any]:
    """What was entered, counted: it holds whether or not there is an answer."""
    return {
        "resourceType": "Observation",
        "id": _FAILED,
        "status": "preliminary",
        "code": _concept("failed-transfers"),
        "subject": _SUBJECT,
        "effectiveDateTime": date.isoformat(),
        **_count(len(counted_transfers(assessment.case))),
    }


def _answer(assessment: Assessment, status: str, date: datetime.date) -> dict[str, Any]:
    answer = assessment.threshold
    value = so_far = total = _absent(headline(assessment))
    if answer is not None:
        text = f"{headline(assessment)}. {standing(assessment)}"
        not_yet = answer.state == ThresholdState.NOT_YET
        state = "not-reached" if not_yet else answer.state.replace("_", "-")
        value = {"valueCodeableConcept": _concept(state, text=text)}
        so_far, total = _percent(answer.so_far), _total(answer)
    parts = {
        "threshold-percent": _percent(Pair(*[float(assessment.rule.percent)] * 2)),
        "minimum-transfers": _count(assessment.rule.minimum),
        "transfers-to-threshold": total,
        "cumulative-percent-so-far": so_far,
    }
    return {
        "resourceType": "Observation",
        "id": _ANSWER,
        "status": status,
        "code": _concept("threshold-state"),
        "subject": _SUBJECT,
        "focus": [{"reference": "#"}],  # this RiskAssessment: it is what the answer is about
        "effectiveDateTime": date.isoformat(),
        **value,
        "device": {"reference": f"#{_SOFTWARE}"},
        "derivedFrom": [{"reference": f"#{_FAILED}"}],
        "component": [{"code": _concept(code), **part} for code, part in parts.items()],
    }


def _predictions(assessment: Assessment, primary: Estimate) -> Iterator[dict[str, Any]]:
    """The curve, each point with the reason of its own transfer, and the next transfer by itself.

    ``probabilityDecimal`` is in percent: "Decimal values are expressed as percentages as well (max = 100)".
    """
    counted, line = long_word(primary.outcome), float(assessment.rule.percent)
    what, code = capital(counted), primary.outcome.replace("_", "-")
    run, before = counted_transfers(assessment.case), Pair(0.0, 0.0)
    singly = map(Pair, primary.transfer_percents_lowest, primary.transfer_percents_highest)
    for number, (chance, alone) in enumerate(zip(primary.curve, singly, strict=True), start=1):
        done = run[number - 1] if number <= len(run) else None
        display = f"{what} within {transfers_words(number)}, cumulative"
        text = f"{display}: by transfer {number} of the current run, as reckoned before its first transfer."
        together = ""
        if number > 1:
            text += f" Not transfer {number} by itself."
            both = f"(1-{between_percent(*before, line)})(1-{between_percent(*alone)})"
            together = f" Cumulative: 1-{both}."
        if done is not None:
            text += " All of them have failed." if number > 1 else " It has failed."
        yield {
            "outcome": _concept(f"{code}-by-transfer-{number}", display, text),
            **_percent(chance, "probability"),
            "rationale": (
                f"Transfer {number}, {'planned' if done is None else 'failed'}, by itself:"
                f" {_reason(assessment, primary, alone, done)}.{together}"
            ),
        }
        before = chance
    if primary.following is None:
        return
    text = (
        f"{what} at the next transfer by itself, which is transfer {len(run) + 1} of the current run. Not cumulative."
    )
    yield {
        "outcome": _concept(f"{code}-at-next-transfer", text),
        **_percent(primary.following, "probability"),
        "rationale": f"{_reason(assessment, primary, primary.following, None)}.",
    }


def _reason(assessment: Assessment, primary: Estimate, ends: Pair[float], done: Transfer | None) -> str:
    """Where the chance of one transfer comes from: of one that was done, or of one planned."""
    chance, of = between_percent(*ends), primary.explanation
    listed = assessment.case.history is not None or planned_apart(assessment.case)
    by_row = listed and primary.route.startswith(Route.AGE_TABLE)
    if done is not None and done.per_transfer_percent is not None:
        return (
            f"{chance} entered for this very transfer as its chance of implantation, in place of route {primary.route}"
        )
    if done is not None and done.ploidy is not None and by_row:
        printed = "printed" if primary.route == Route.AGE_TABLE else "in this table"
        age = "not known" if done.oocyte_age_years is None else done.oocyte_age_years
        placed = "" if done.embryos in {None, 1} else f", {done.embryos} embryos at once"
        of = f"{chance} {printed} for {long_word(done.ploidy)}, age at egg retrieval {age}{placed}"
    start = of if of.startswith(chance) else f"{chance} from {of}"
    per = f"the figure is per {word(primary.denominator)}"
    if primary.denominator != Denominator.EMBRYO_TRANSFER:
        per += " and is taken as one per embryo transfer"
    return f"{start} (route {primary.route}; {per})"


def _basis(assessment: Assessment) -> Iterator[str]:
    yield f"Inputs: {inputs_words(assessment)}"
    used = ["method."]
    for estimate in assessment.opinions:  # the answer rests on no other
        route, _, table = estimate.route.partition(":")
        if route == Route.AGE_TABLE:
            own = table and not estimate.background
            used.append(f"{'own:' if own else ''}rates/{table or PUBLISHED_TABLE}.")
        if route == Route.PREDICTION_MODEL:
            used.append("prediction/")
        for reference in estimate.sources:
            yield f"{estimate.route}: {reference.key}, {reference.locator}"
    digests = {each.id: each.sha256 for each in assessment.tables if each.id.startswith(tuple(used))}
    for name, digest in digests.items():
        yield f"table {name} sha256:{digest}"


def _notes(assessment: Assessment) -> Iterator[str]:
    for refused in assessment.refused:
        for problem in () if refused.background else refused.problems:
            yield f"{capital(refused_word(refused))}: {refused.label}: {refusal_words(problem)}"
    if assessment.primary is not None:
        yield next_transfer(assessment)
        yield f"Margin: {margin_words(assessment.primary)}"
        yield from map(str, assessment.primary.caveats)
    yield from contradiction_words(assessment)
    yield from map(str, assessment.threshold.beside if assessment.threshold else ())
    yield from map(str, assessment.notes)
    yield assessment.disclaimer


def _narrative(assessment: Assessment, notes: list[str]) -> dict[str, str]:
    """The same in words, and nothing that is not elsewhere in the resource: that is what ``generated`` says."""
    lines = (
        f"{headline(assessment)}. {standing(assessment)}",
        f"Inputs: {inputs_words(assessment)}",
        rule_words(assessment),
        "Patient: not recorded",
        *notes,
    )
    inside = "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines)
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en">{inside}</div>',
    }
