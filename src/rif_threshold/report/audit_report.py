"""The report of an audit: one page of results in words, then pictures and tables, then method and limits.

Everything is made from the one `Audit`, in memory: HTML in one file, PDF, JSON and CSV.
"""

import csv
import datetime
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from rif_threshold.charts.audit import (
    by_rank_specification,
    calibration_specification,
    describe_by_rank,
    describe_calibration,
)
from rif_threshold.method import method
from rif_threshold.register.audit.audit import Audit
from rif_threshold.register.audit.sheets import Sheet, sheets
from rif_threshold.register.audit.words import result_words
from rif_threshold.report import Export, today
from rif_threshold.report.curve_files import harmless, picture

_NAME = "rif-threshold-audit"
_TITLE = "Audit of a clinic's cases"
_SHARED = "May be shared: small counts are not shown."
_ALONE = "For the clinic alone. Not for sharing."


def audit_export(audit: Audit, kind: str, beside: tuple[str, ...] = (), date: datetime.date | None = None) -> Export:
    """Make one export.

    Args:
        audit: what it shows.
        kind: ``html``, ``pdf``, ``json`` or ``csv``.
        beside: what is said of the file, such as columns that were not read.
        date: the day that is written on it; today where left out.
    """
    media, make = _KINDS[kind]
    return Export(f"{_NAME}.{kind}", media, make(audit, beside, date or today()))


def content(audit: Audit, beside: tuple[str, ...], date: datetime.date) -> dict[str, Any]:
    """The report as plain data for a template."""
    pictures = {
        "by-rank": ("Observed over expected by rank", by_rank_specification(audit), describe_by_rank(audit)),
        "calibration": (
            "Each band at each rank: observed against ESHRE's table",
            calibration_specification(audit),
            describe_calibration(audit),
        ),
    }
    return {
        "title": _TITLE,
        "made": f"{date.isoformat()}, {audit.software}",
        "may_be_shared": _SHARED if audit.shared else _ALONE,
        "results": list(result_words(audit)),
        "pictures": [
            {"title": title, "drawing": picture(drawn, words, name=name), "words": words}
            for name, (title, drawn, words) in pictures.items()
            if drawn
        ],
        "sheets": [_sheet(each) for each in sheets(audit)],
        "notes": [*audit.notes, *beside],
        "disclaimer": method().disclaimer,
    }


def _sheet(sheet: Sheet) -> dict[str, Any]:
    rows = [list(row) for row in sheet.rows]
    return {"title": sheet.title, "said": sheet.said, "headings": list(sheet.headings), "rows": rows}


def _html(audit: Audit, beside: tuple[str, ...], date: datetime.date) -> bytes:
    from rif_threshold.report import setting  # noqa: PLC0415 - only what a format needs

    return setting.html("audit.html.j2", content(audit, beside, date)).encode()


def _pdf(audit: Audit, beside: tuple[str, ...], date: datetime.date) -> bytes:
    from rif_threshold.report import setting  # noqa: PLC0415

    return setting.pdf("audit.typ", content(audit, beside, date), date, own_fonts=True)


def _json(audit: Audit, beside: tuple[str, ...], date: datetime.date) -> bytes:
    told = audit.model_dump(mode="json")
    whole = {"made": date.isoformat(), "results": list(result_words(audit)), **told, "beside": list(beside)}
    return f"{json.dumps(whole, indent=2, ensure_ascii=False)}\n".encode()


def _csv(audit: Audit, beside: tuple[str, ...], date: datetime.date) -> bytes:
    """One row a cell, with the table and the row it stands in; texts that no spreadsheet takes for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("table", "row", "column", "value"))
    for row in (*_said(audit, beside, date), *_cells(audit)):
        writer.writerow(map(harmless, row))
    return out.getvalue().encode("utf-8-sig")


def _said(audit: Audit, beside: tuple[str, ...], date: datetime.date) -> Iterator[tuple[str, str, str, str]]:
    yield ("report", "made", "", f"{date.isoformat()}, {audit.software}")
    yield ("report", "sharing", "", _SHARED if audit.shared else _ALONE)
    for name, lines in (("results", result_words(audit)), ("notes", iter((*audit.notes, *beside)))):
        yield from ((name, str(number), "", line) for number, line in enumerate(lines, start=1))


def _cells(audit: Audit) -> Iterator[tuple[str, str, str, str]]:
    for sheet in sheets(audit):
        for number, row in enumerate(sheet.rows, start=1):
            for heading, cell in zip(sheet.headings, row, strict=True):
                yield (sheet.name, str(number), heading, cell)


_KINDS: dict[str, tuple[str, Callable[[Audit, tuple[str, ...], datetime.date], bytes]]] = {
    "html": ("text/html; charset=utf-8", _html),
    "pdf": ("application/pdf", _pdf),
    "json": ("application/json", _json),
    "csv": ("text/csv; charset=utf-8", _csv),
}
