"""An export that cannot be made says why on the page; one that can is made when it is asked for, and not before."""

from typing import Any

import pytest

from rif_threshold import InvalidInput, Problem
from rif_threshold.report.letters import unusual
from rif_threshold.ui import exports


def shown(worked: Any, *medicines: str) -> list[str]:
    """What the page says where its files are offered."""
    worked.at.session_state["medications"] = list(medicines)
    worked.show("Files")
    return list(worked.errors)


def test_why_there_is_no_file_is_said_and_goes_with_what_was_typed(
    worked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise InvalidInput((Problem("medications", "プ", "no font on this machine has this letter", "no_font"),))

    with monkeypatch.context() as broken:
        broken.setattr(exports, "report", refused)
        (said,) = shown(worked, "プ")
    assert "Clinician report, PDF: no file was made." in said
    assert "No font on this machine has this letter" in said
    assert shown(worked, "aspirin") == []


def test_any_other_failure_is_said_without_its_text(worked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("what was typed")

    monkeypatch.setattr(exports, "report", broken)
    (said,) = shown(worked, "プ")
    assert "The software failed (OSError)" in said
    assert "what was typed" not in said


def test_a_click_runs_no_page_and_nothing_is_made_before_it(worked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run after the click would take away what the next click asks for."""
    asked: dict[str, Any] = {}
    button = exports.st.download_button
    monkeypatch.setattr(
        exports.st, "download_button", lambda label, **more: asked.update({label: more}) or button(label, **more)
    )
    made = []
    real = exports.report
    monkeypatch.setattr(exports, "report", lambda *given: made.append(given) or real(*given))
    assert shown(worked, "aspirin") == []
    assert made == []
    assert {each["on_click"] for each in asked.values()} == {"ignore"}
    assert asked["Clinician report, PDF"]["data"]().startswith(b"%PDF")
    assert len(made) == 1


@pytest.mark.parametrize(
    ("medicine", "expected"),
    [("aspirin", False), ("Łódź æble ≥ 5 × “x”", False), ("プ", True), ("😀", True), ("قرص", True)],
)
def test_letters_that_a_font_may_lack_are_known(medicine: str, expected: bool) -> None:
    from rif_threshold import assess  # noqa: PLC0415

    case = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3, "medications": [medicine]}
    assert unusual(assess(case, include=["tacrolimus"])) is expected


def test_a_file_is_made_from_what_stands_in_the_fields_when_it_is_made() -> None:
    from rif_threshold.ui.exports import _Desk  # noqa: PLC0415

    desk = _Desk()
    desk.put({"failed_transfers": "3"})
    desk.put({"failed_transfers": "4"})
    assert desk.take("json") == {"failed_transfers": "4"}
    assert desk.made_before() == []
    desk.put({"failed_transfers": "5"})
    assert desk.made_before() == ["json"]
