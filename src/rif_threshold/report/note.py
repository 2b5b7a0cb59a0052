"""The clinician note: at most 15 lines of plain ASCII text, to be pasted into a record."""

import datetime
import unicodedata
from collections.abc import Iterator

from rif_threshold.answers import chance_words
from rif_threshold.assessment import Assessment
from rif_threshold.citing import CitedSource
from rif_threshold.context import context_words, counts_words
from rif_threshold.parts import default_parts
from rif_threshold.repeated import inputs_words
from rif_threshold.report.check_code import code_or_why
from rif_threshold.sentences import (
    beside_words,
    contradiction_words,
    crossed_words,
    headline,
    margin_words,
    next_transfer,
    refusal_words,
    refused_word,
    rule_words,
    standing,
)
from rif_threshold.vocabulary import Grade, Part, WorkupState
from rif_threshold.wording import capital, word

LONGEST = 15
RULE_SOURCE = "eshre_rif_2023"
_ASCII = str.maketrans(
    {
        "×": "x", "–": "-", "—": "-", "−": "-", "≥": ">=", "≤": "<=", "‘": "'", "’": "'", "“": '"', "”": '"',
        "…": "...", "γ": "gamma", "β": "beta", "α": "alpha", "µ": "u", "μ": "u", "·": "|", "\n": " ", "\r": " ",
    }
)  # fmt: skip


def note(assessment: Assessment, date: datetime.date) -> str:
    """The note of an assessment, one statement a line."""
    lines = [
        f"RIF threshold note, {date.isoformat()}, {assessment.software.name} {assessment.software.version}",
        *(line for line in _lines(assessment) if line),
    ]
    return "".join(f"{ascii_only(line)}\n" for line in lines)


def ascii_only(text: str) -> str:
    """The text in ASCII: known signs spelled out, accents dropped, anything else as a question mark.

    >>> ascii_only("≥ 10 × 1.16, Nuñez"), ascii_only("日")
    ('>= 10 x 1.16, Nunez', '?')
    """
    plain = unicodedata.normalize("NFKD", text.translate(_ASCII))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else "?" for letter in plain)


def _lines(assessment: Assessment) -> Iterator[str]:
    primary = assessment.primary
    yield f"Inputs: {inputs_words(assessment)}"
    yield f"Answer: {headline(assessment)}. {standing(assessment)}"
    yield next_transfer(assessment)
    if primary is not None:
        basis = f"{primary.explanation}; {counts_words(primary)}"
        yield f"Route: {primary.label}, {chance_words(primary)} per transfer ({basis})"
        yield f"Margin: {margin_words(primary)}"
        yield " ".join(("Beside it:", *beside_words(assessment))) if beside_words(assessment) else ""
    yield "; ".join(_other_routes(assessment))
    yield rule_words(assessment)
    if perspective := getattr(assessment, "perspective", None):
        yield f"How sure: {perspective.interval.sentence}"
    yield _workup(assessment)
    yield _tacrolimus(assessment)
    sources = "; ".join(f"{source.key} ({source.read})" for source in _sources(assessment))
    yield f"Sources: {sources}"
    code = code_or_why(assessment)
    yield f"Case code (anyone can read it): {code.text}" if code.text else f"Case code: none; {code.why_not}"
    yield assessment.disclaimer


def _other_routes(assessment: Assessment) -> Iterator[str]:
    """What the other routes answer, and what was refused and why."""
    others = [each for each in assessment.estimates if each.route != assessment.primary_route]
    for each in (each for each in others if not each.background):
        answer = f"{chance_words(each)}, threshold {crossed_words(each)}"
        yield f"Other route: {each.label}, {answer}, {counts_words(each)}"
    yield from (each.removesuffix(".") for each in context_words(assessment))
    for refused in assessment.refused:
        for problem in () if refused.background else refused.problems:
            yield f"{capital(refused_word(refused))}: {refused.label}: {refusal_words(problem)}"


def _workup(assessment: Assessment) -> str:
    workup = assessment.workup
    if assessment.contradictions:
        return " ".join(contradiction_words(assessment))
    if workup is None:
        return f"Work-up: not included ({Part.WORKUP} was left out)" if Part.WORKUP in default_parts() else ""
    items = (*workup.investigations, *workup.interventions)
    if not workup.now:
        return f"Work-up (ESHRE): {workup.statement}"
    due = []
    for grade in (Grade.RECOMMENDED, Grade.CAN_BE_CONSIDERED):
        labels = [item.label for item in items if item.grade == grade and item.state == WorkupState.APPLIES]
        due.append(f"{word(grade)}: {', '.join(labels) or 'none'}")
    asked = (item for item in workup.investigations if item.grade == Grade.RECOMMENDED)
    unsaid = [item.label for item in asked if item.state == WorkupState.CANNOT_SAY]
    due += [f"recommended, cannot say yet: {', '.join(unsaid)}" for _ in unsaid[:1]]
    return f"Work-up (ESHRE), now: {'; '.join(due)}"


def _tacrolimus(assessment: Assessment) -> str:
    step = assessment.tacrolimus
    if assessment.contradictions:
        return ""
    if step is None:
        left_out = f"Immune step: not included ({Part.TACROLIMUS} was left out)"
        return left_out if Part.TACROLIMUS in default_parts() else ""
    first = step.against[0].statement
    return f"Immune step: {first} {step.summary}"


def _sources(assessment: Assessment) -> Iterator[CitedSource]:
    """The sources of the calculation; the report lists all."""
    wanted = {reference.key for each in assessment.estimates for reference in each.sources} | {RULE_SOURCE}
    yield from (source for source in assessment.sources if source.key in wanted)
