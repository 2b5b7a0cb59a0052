"""An export that cannot be made says why on the page."""

from typing import Any

import pytest

from rif_threshold import InvalidInput, Problem
from rif_threshold.ui import exports


def click(worked: Any) -> list[str]:
    worked.unfold("fold_exports")
    worked.at.download_button(key="export_report_pdf").click()
    worked.run()
    return list(worked.errors)


def test_why_there_is_no_file_is_said_and_goes_with_the_next_run(worked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise InvalidInput((Problem("medications", "プ", "no font on this machine has this letter", "no_font"),))

    monkeypatch.setattr(exports, "report", refused)
    (said,) = click(worked)
    assert "Clinician report, PDF: no file was made." in said
    assert "No font on this machine has this letter" in said
    worked.run()
    assert list(worked.errors) == []


def test_any_other_failure_is_said_without_its_text(worked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("what was typed")

    monkeypatch.setattr(exports, "report", broken)
    (said,) = click(worked)
    assert "The software failed (OSError)" in said
    assert "what was typed" not in said


def test_a_file_that_was_made_is_made_once_and_says_nothing(worked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    real = exports.report
    monkeypatch.setattr(exports, "report", lambda *given: made.append(given) or real(*given))
    assert click(worked) == []
    assert len(made) == 1
