"""What the clinician report says: the calculation with the work-up first, then the gate with its evidence.

It is a summary of the tacrolimus material: what is shown is counted, and where the rest stands is said.
"""

import datetime
from collections.abc import Iterator
from typing import Any

from rif_threshold.answers import Estimate, chance_words
from rif_threshold.assessment import Assessment
from rif_threshold.charts.curve import describe_curve
from rif_threshold.citing import CitedSource
from rif_threshold.context import context_words, counts_words
from rif_threshold.parts import default_parts
from rif_threshold.repeated import inputs_words
from rif_threshold.report.check_code import code_or_why
from rif_threshold.report.curve_files import curve_svg
from rif_threshold.report.note import RULE_SOURCE
from rif_threshold.report.shapes import grade_shape, qr
from rif_threshold.report.tacrolimus_summary import gate_summary
from rif_threshold.sentences import (
    beside_words,
    contradiction_words,
    crossed_words,
    curve_words,
    headline,
    margin_words,
    next_transfer,
    refusal_words,
    refused_word,
    rule_words,
    standing,
)
from rif_threshold.vocabulary import Grade, Part, ReadLevel
from rif_threshold.wording import NOT_KNOWN, between_percent, capital, word

_WIDE, _HIGH = 500, 130
"""Of the curve, in points: it is drawn at its own size, so that its letters are those of a page."""


def clinician_report(assessment: Assessment, date: datetime.date) -> dict[str, Any]:
    """The report as plain data for a template."""
    code = code_or_why(assessment)
    step, sources = assessment.tacrolimus, assessment.sources
    counted = {reference.key for each in assessment.estimates for reference in each.sources} | {RULE_SOURCE}
    return {
        "title": "Implantation failure: the threshold and what follows",
        "made": f"{date.isoformat()}, {assessment.software.name} {assessment.software.version}",
        "headline": headline(assessment),
        "standing": standing(assessment),
        "next": next_transfer(assessment),
        "inputs": inputs_words(assessment),
        "rule": rule_words(assessment),
        "curve": curve_svg(assessment, wide=_WIDE, high=_HIGH) if assessment.estimates else "",
        "curve_words": describe_curve(assessment) if assessment.estimates else "",
        # Another population has its line beneath, with all that a row would hold.
        "routes": [_route(each, assessment) for each in assessment.opinions],
        "context": list(context_words(assessment)),
        "refused": list(_refused(assessment)),
        "remarks": list(_remarks(assessment)),
        "beside": list(_beside(assessment)),
        "workup": _workup(assessment),
        "gate": gate_summary(step) if step is not None else None,
        # What a setting leaves out is not even named.
        "left_out": {part.value: part in default_parts() for part in (Part.WORKUP, Part.TACROLIMUS)},
        "sources": [f"{source.citation} (read: {source.read})" for source in sources if source.key in counted],
        "further_sources": _further([each for each in sources if each.key not in counted]),
        "tables": f"{len(assessment.tables)} tables, each with its SHA-256 digest in the JSON.",
        "code": code.text,
        "code_note": "Case code: it holds everything that was entered, and anyone can read it. Paste it on the page, or"
        " give it to `rif-threshold verify`, to compute it again."
        if code.text
        else f"No case code: {code.why_not}.",
        "qr": qr(code.text, "Case code") if code.text else "",
        "disclaimer": assessment.disclaimer,
    }


def _route(estimate: Estimate, assessment: Assessment) -> dict[str, str]:
    line = float(assessment.rule.percent)
    return {
        "label": estimate.label + (" (primary)" if estimate.route == assessment.primary_route else ""),
        "basis": f"{estimate.explanation}; per {word(estimate.denominator)}; {counts_words(estimate)}",
        "per": chance_words(estimate),
        "threshold": crossed_words(estimate),
        "so_far": between_percent(*estimate.so_far, line),
        "next": NOT_KNOWN if estimate.following is None else between_percent(*estimate.following),
        "reached": word(estimate.state),
        "margin": margin_words(estimate),
        "curve": ", ".join(curve_words(estimate, line)[:12]),
    }


def _refused(assessment: Assessment) -> Iterator[str]:
    for refused in assessment.refused:
        for problem in () if refused.background else refused.problems:
            yield f"{refused.label}: {refused_word(refused)}. {capital(refusal_words(problem))}"


def _remarks(assessment: Assessment) -> Iterator[str]:
    """What to keep in mind: what could overturn the answer, then every caveat."""
    yield from contradiction_words(assessment)
    yield from beside_words(assessment)
    caveats = assessment.primary.caveats if assessment.primary else ()
    yield from map(str, dict.fromkeys((*assessment.notes, *caveats)))


def _beside(assessment: Assessment) -> Iterator[str]:
    """How sure the number is, and what crossing means: two of the six sections; the page has all."""
    if assessment.perspective is not None:
        yield assessment.perspective.interval.sentence
        yield assessment.perspective.meaning_of_crossing.sentence


def _further(sources: list[CitedSource]) -> str:
    """How many more sources stand behind the work-up and the step, and how far they were read."""
    levels = ", ".join(f"{sum(each.read.startswith(level) for each in sources)} as {level}" for level in ReadLevel)
    where = "every citation is on the page of sources, in `rif-threshold sources` and in the JSON"
    return f"{len(sources)} more were read {levels}; {where}." if sources else ""


def _workup(assessment: Assessment) -> dict[str, Any] | None:
    workup = assessment.workup
    if workup is None:
        return None
    return {
        "statement": workup.statement,
        "lists": [
            {"title": "Investigations", "grades": _grades(workup.investigations)},
            {"title": "Interventions", "grades": _grades(workup.interventions)},
        ],
    }


def _grades(items: tuple[Any, ...]) -> list[dict[str, Any]]:
    """The three grades. What is not recommended is named and has no state: it is nobody's next step."""
    grades = []
    for grade in Grade:
        words = capital(word(grade))
        found = [item for item in items if item.grade == grade]
        listed = grade != Grade.NOT_RECOMMENDED
        rows = [_row(item) for item in found] if listed else []
        names = "" if listed else "; ".join(_row(item)["label"] for item in found)
        grades.append({"name": words, "shape": grade_shape(grade, words), "rows": rows, "names": names})
    return grades


def _row(item: Any) -> dict[str, str]:
    doubt = " (doubtful, see its note on the page)" if item.note.startswith("Doubtful") else ""
    beside = "".join(f" ({each.text.removesuffix('.')})" for each in item.beside)
    return {"label": f"{item.label}{doubt}{beside}", "state": item.answer}
