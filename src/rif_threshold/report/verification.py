"""Check a code: say which it is, restore its case, compute it again, and say whether and why the answer differs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rif_threshold.assessment import Assessment, assess
from rif_threshold.case import Case
from rif_threshold.parts import default_parts
from rif_threshold.record import Record
from rif_threshold.report import ENGLISH
from rif_threshold.report.check_code import CodeKind, Content, read_code
from rif_threshold.report.digests import all_fingerprint, answer_digests, answer_now, fingerprints
from rif_threshold.vocabulary import Part
from rif_threshold.wording import long_word, transfers_words

_ANSWERS: dict[str, str] = {"threshold": "the calculation"} | {
    part.value: long_word(part) for part in (Part.WORKUP, Part.TACROLIMUS)
}


CODES: Mapping[CodeKind, str] = {
    CodeKind.CASE: "This is a case code. It holds everything that was entered.",
    CodeKind.COUPLE: "This is a couple code, from a couple's sheet. It holds only what the sheet uses: medicines, and"
    " what only the immune step asks, are not in it.",
}
"""What each code is, and holds."""


class Was(Record):
    """The primary route's answer when the code was made, as it was shown.

    ``total`` says after how many transfers the line is crossed where that is no single number.
    """

    route: str | None
    computed: bool
    transfers_to_threshold: int | None = None
    total: str = ""
    reached: bool | None = None
    cumulative_percent_so_far: str = ""
    software: str


class Verification(Record):
    """What a code says and what is computed from it now.

    Attributes:
        kind: whether it is a case code or a couple code.
        holds: which it is and what it holds, in words.
        language: of the sheet that a couple code stands on.
        same: whether every answer is the one the code was made with.
        sentence: that, in one sentence.
        reasons: what changed since: answers, tables, software. May be filled although the answer is the same.
        was: the answer when the code was made.
        case: the restored case.
        assessment: what it gives now.
    """

    kind: CodeKind
    holds: str
    language: str
    same: bool
    sentence: str
    reasons: tuple[str, ...]
    was: Was
    case: Case
    assessment: Assessment


def verify(code: str, tables: str | Path | None = None) -> Verification:
    """Restore the case of a case code, or as much as a couple code holds of one, and compute it again.

    Args:
        code: as it was copied or typed.
        tables: a folder with the clinic's own rate tables, as in `assess`.

    Raises:
        InvalidInput: where the code is mistyped, or what it restores is refused like a typed case.
    """
    content = read_code(code)
    parts = content.parts & default_parts()
    assessment = assess(content.case, include=parts, tables=tables)
    now = _couple_digests(assessment) if content.kind == CodeKind.COUPLE else answer_digests(assessment)
    # What a setting leaves out here is not computed, and so not compared.
    compared = {name: words for name, words in _ANSWERS.items() if name not in content.parts - parts}
    changed = [words for name, words in compared.items() if content.answers[name] != now[name]]
    was = _answered(content.was, content.version)
    because = tuple(_because(content, assessment))
    return Verification(
        kind=content.kind,
        holds=CODES[content.kind],
        language=content.language or ENGLISH,
        same=not changed,
        sentence=_sentence(changed, was, assessment, because),
        reasons=because,
        was=was,
        case=assessment.case,
        assessment=assessment,
    )


def _couple_digests(assessment: Assessment) -> dict[str, bytes]:
    from rif_threshold.report.couple_code import couple_digests  # noqa: PLC0415 - only they need the couple's words

    return couple_digests(assessment)


def _answered(found: Mapping[str, Any], software: str) -> Was:
    """The answer in what a code holds, or in what one made now would hold."""
    if "reached" not in found:
        return Was(route=found["route"], computed=False, software=software)
    return Was(
        route=found["route"],
        computed=True,
        transfers_to_threshold=None if found["transfers"] is None else int(found["transfers"]),
        total=found.get("total", ""),
        reached=found["reached"],
        cumulative_percent_so_far=str(found["so_far"]),
        software=software,
    )


def _because(content: Content, assessment: Assessment) -> Iterator[str]:
    now = fingerprints(assessment.tables)
    for name, fingerprint in now.items():
        if fingerprint not in content.each_table:
            yield f"table {name} changed or is new"
    changed = sum(fingerprint not in content.each_table for fingerprint in now.values())
    gone = len(content.each_table - set(now.values())) - changed
    if gone > 0:
        yield f"{gone} {'table is' if gone == 1 else 'tables are'} no longer there"
    if not changed and gone <= 0 and all_fingerprint(assessment.tables) != content.all_tables:
        yield "a table changed; which one cannot be told"
    if content.parts - default_parts():
        yield "a part of it is left out here and was not compared"
    if content.version != assessment.software.version:
        yield f"software {content.version} made the code, this is {assessment.software.version}"


def _sentence(changed: list[str], was: Was, assessment: Assessment, because: tuple[str, ...]) -> str:
    reasons = "; ".join(because)
    if not changed:
        return f"Same result, although something changed: {reasons}." if because else "Same result."
    why = f", because {reasons}" if because else "; tables and software are the same as they were"
    now = _answered(answer_now(assessment), assessment.software.version)
    return f"Changed: {', '.join(changed)}{why}. It was: {_answer(was)}. It is now: {_answer(now)}."


_CROSSED = {True: "crossed", False: "not crossed", None: "whether it is crossed cannot be said"}


def _answer(was: Was) -> str:
    if not was.computed:
        return "no answer"
    reached = _CROSSED[was.reached]
    so_far = f"{was.cumulative_percent_so_far} % so far, {reached}"
    total = was.total or transfers_words(was.transfers_to_threshold)
    return f"{total} by route {was.route}, {so_far}"
