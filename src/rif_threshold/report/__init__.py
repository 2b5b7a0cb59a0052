"""What is taken away from an assessment: paper, text, codes and machine formats.

Everything is made in memory from the one `Assessment`; nothing is written to a disk and nothing is fetched.

    >>> import datetime
    >>> from rif_threshold import assess
    >>> answer = assess({"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}, include=())
    >>> export = report(answer, "note.txt", date=datetime.date(2026, 11, 22))
    >>> export.name, export.media_type
    ('rif-threshold-note.txt', 'text/plain; charset=us-ascii')
"""

import datetime
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.report.letters import NoFont, unprintable

if TYPE_CHECKING:
    from rif_threshold.assessment import Assessment


ENGLISH = "en"
"""The language of everything that is not made for the couple."""


class Language(NamedTuple):
    """The language of what is made for the couple, and whether it may be partly in English."""

    code: str
    incomplete: bool


_Maker = Callable[["Assessment", Language, datetime.date], bytes]


@dataclass(frozen=True)
class Export:
    """One file to take away. Its name says what it is and holds nothing that was entered."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Format:
    """One format: what it is called for a user, its file name, its media type, and how it is made."""

    label: str
    name: str
    media_type: str
    make: _Maker


def report(
    assessment: "Assessment",
    format: str,  # noqa: A002 - the word a user types
    language: str = ENGLISH,
    *,
    date: datetime.date | None = None,
    incomplete: bool = False,
) -> Export:
    """Make one export.

    Args:
        assessment: what it shows.
        format: a key of `FORMATS`: ``sheet.html``, ``sheet.pdf``, ``note.txt``, ``code.txt``, ``report.html``,
            ``report.pdf``, ``json``, ``fhir.json``, ``curve.csv``, ``curve.svg`` or ``curve.png``.
        language: of the couple sheet; everything else is in English.
        date: the day that is written on it; today where left out.
        incomplete: take a language whose catalogue lacks texts; these are in English then, and marked as such.

    Raises:
        InvalidInput: for an unknown format or language, a language that lacks texts or its font, a case too long for
            a code, a picture of a curve where no route could be computed, or a letter in a PDF or PNG that no font on
            this machine has.
        TableError: where the catalogue of the language is not as it should be.
    """
    if format not in FORMATS:
        raise InvalidInput((Problem("format", format[:20], f"one of {', '.join(FORMATS)}", "not_in_list"),))
    chosen = FORMATS[format]
    try:
        made = chosen.make(assessment, Language(language, incomplete), date or today())
        return Export(chosen.name, chosen.media_type, made)
    except NoFont as error:
        raise InvalidInput((unprintable(assessment, error.letter),)) from None


def today() -> datetime.date:
    """The day by the clock here, in any time zone that a system can be set to."""
    return datetime.date(*time.localtime()[:3])


def _sheet(assessment: "Assessment", language: Language, date: datetime.date, *, pdf: bool) -> bytes:
    from rif_threshold.report import couple_sheet, fonts, setting, words  # noqa: PLC0415 - only what a format needs

    chosen = words.words(language.code, incomplete=language.incomplete)
    if pdf:
        fonts.check_font(chosen)
    content = couple_sheet.paper(assessment, chosen, date)
    if pdf:
        return setting.pdf("sheet.typ", content, date, own_fonts=True)
    return setting.html("sheet.html.j2", content).encode()


def _report(assessment: "Assessment", _: Language, date: datetime.date, *, pdf: bool) -> bytes:
    from rif_threshold.report import clinician_report, setting  # noqa: PLC0415

    content = clinician_report.clinician_report(assessment, date)
    if pdf:
        return setting.pdf("report.typ", content, date, own_fonts=True)
    return setting.html("report.html.j2", content).encode()


def _note(assessment: "Assessment", _: Language, date: datetime.date) -> bytes:
    from rif_threshold.report import note  # noqa: PLC0415

    return note.note(assessment, date).encode("ascii")


def _code(assessment: "Assessment", _: Language, __: datetime.date) -> bytes:
    from rif_threshold.report import check_code  # noqa: PLC0415

    return f"{check_code.check_code(assessment)}\n".encode()


def _json(assessment: "Assessment", _: Language, __: datetime.date) -> bytes:
    return assessment.model_dump_json(indent=2).encode()


def _fhir(assessment: "Assessment", _: Language, date: datetime.date) -> bytes:
    from rif_threshold.report import fhir  # noqa: PLC0415

    return json.dumps(fhir.risk_assessment(assessment, date), indent=2, ensure_ascii=False).encode()


def _curve(assessment: "Assessment", _: Language, __: datetime.date, *, kind: str) -> bytes:
    from rif_threshold.report import curve_files  # noqa: PLC0415

    if kind == "csv":
        return curve_files.curve_csv(assessment).encode("utf-8-sig")
    if not assessment.estimates:
        raise InvalidInput((Problem("format", "", "there is no curve: no route could be computed", "no_curve"),))
    return curve_files.curve_svg(assessment).encode() if kind == "svg" else curve_files.curve_png(assessment)


_HTML, _PDF, _JSON = "text/html; charset=utf-8", "application/pdf", "application/json"
_NAME = "rif-threshold"

FORMATS: Mapping[str, Format] = {
    "sheet.html": Format("Couple sheet", f"{_NAME}-sheet.html", _HTML, partial(_sheet, pdf=False)),
    "sheet.pdf": Format("Couple sheet, PDF", f"{_NAME}-sheet.pdf", _PDF, partial(_sheet, pdf=True)),
    "note.txt": Format("Clinician note", f"{_NAME}-note.txt", "text/plain; charset=us-ascii", _note),
    "code.txt": Format("Case code, file", f"{_NAME}-case-code.txt", "text/plain; charset=us-ascii", _code),
    "report.html": Format("Clinician report", f"{_NAME}-report.html", _HTML, partial(_report, pdf=False)),
    "report.pdf": Format("Clinician report, PDF", f"{_NAME}-report.pdf", _PDF, partial(_report, pdf=True)),
    "json": Format("Assessment, JSON", f"{_NAME}-assessment.json", _JSON, _json),
    "fhir.json": Format("FHIR R4 RiskAssessment", f"{_NAME}-fhir.json", "application/fhir+json", _fhir),
    "curve.csv": Format("Curve, CSV", f"{_NAME}-curve.csv", "text/csv; charset=utf-8", partial(_curve, kind="csv")),
    "curve.svg": Format("Curve, SVG", f"{_NAME}-curve.svg", "image/svg+xml", partial(_curve, kind="svg")),
    "curve.png": Format("Curve, PNG", f"{_NAME}-curve.png", "image/png", partial(_curve, kind="png")),
}

__all__ = ["FORMATS", "Export", "Format", "report"]
