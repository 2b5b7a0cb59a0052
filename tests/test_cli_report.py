"""``report`` and ``verify`` on the command line."""

import io
import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from report_cases import PLAIN
from rif_threshold import assess
from rif_threshold.report import FORMATS, report
from rif_threshold.report.check_code import check_code
from rif_threshold.report.couple_code import couple_code
from test_cli import argv, run

__all__ = ["argv"]

CASE = ("--oocyte-age", "36", "--ploidy", "untested", "--failed", "3")
DAY = ("--date", "2026-11-22")


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_can_be_written_to_a_file(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "out"
    result = run("report", "--format", kind, *CASE, *DAY, "--output", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert file.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_format_can_be_piped() -> None:
    result = run("report", "--format", "sheet.pdf", *CASE, *DAY)
    assert len(PdfReader(io.BytesIO(result.stdout_bytes)).pages) == 1
    note = run("report", "--format", "note.txt", *CASE, *DAY).stdout
    assert "Not yet: the threshold comes after 4 transfers" in note
    assert "2026-11-22" in note


def test_the_bytes_are_those_of_the_library() -> None:
    import datetime  # noqa: PLC0415

    day = datetime.date(2026, 11, 22)
    made = report(assess(PLAIN), "fhir.json", date=day).content
    assert run("report", "--format", "fhir.json", *CASE, *DAY).stdout_bytes == made


def test_a_part_can_be_left_out() -> None:
    note = run("report", "--format", "note.txt", *CASE, "--without", "tacrolimus").stdout
    assert "Immune step: not included" in note


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--live-birth", "23.8", "--per", "retrieval"), 3, "We have no number for you today."),
        (("--live-birth", "23.8", "--primary-route", "live_birth"), 2, "We have no number for you today."),
    ],
)
def test_a_refused_route_makes_a_sheet_without_a_number(more: tuple[str, ...], code: int, said: str) -> None:
    result = run("report", "--format", "sheet.html", *CASE, *more)
    assert result.exit_code == code
    assert said in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("report", "--format", "sheet.docx", *CASE), 2, "sheet.docx"),
        (("report", *CASE), 2, "--format"),
        (
            ("report", "--format", "note.txt", "--oocyte-age", "17", "--ploidy", "untested", "--failed", "3"),
            3,
            "18 to 55",
        ),
        (("report", "--format", "sheet.html", *CASE, "--language", "tlh"), 2, "language"),
        (("report", "--format", "note.txt", *CASE, "--date", "22.11.2026"), 2, "22.11.2026"),
        (("report", "--format", "note.txt", *CASE, "--output", "/no/such/folder/x"), 2, "cannot be written"),
        (("verify",), 2, "CODE"),
        (("verify", "RIF1-AAAAAAAA"), 2, "compare it once more"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], code: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_code_is_verified() -> None:
    code = check_code(assess(PLAIN))
    result = run("verify", code)
    assert result.exit_code == 0
    assert result.stdout.startswith("This is a case code. It holds everything that was entered.\nSame result.\n")
    assert "Not yet: the threshold comes after 4 transfers" in result.stdout
    assert "age at egg retrieval 36" in result.stdout
    assert run("verify", *code.split("-")).stdout == result.stdout
    assert run("verify", "-", stdin=f"{code}\n").stdout == result.stdout


def test_a_couple_code_is_verified_and_says_that_it_is_one() -> None:
    result = run("verify", couple_code(assess(PLAIN)))
    assert result.exit_code == 0
    assert result.stdout.startswith("This is a couple code, from a couple's sheet.")
    assert "Same result." in result.stdout
    assert json.loads(run("verify", couple_code(assess(PLAIN)), "--json").stdout)["kind"] == "couple_code"
    assert json.loads(run("verify", check_code(assess(PLAIN)), "--json").stdout)["kind"] == "case_code"


def test_a_verified_code_as_json_holds_case_answer_and_what_it_was() -> None:
    data = json.loads(run("verify", check_code(assess(PLAIN)), "--json").stdout)
    assert data["same"] is True
    assert data["was"]["transfers_to_threshold"] == data["assessment"]["threshold"]["transfers_to_threshold"] == 4
    assert data["case"]["oocyte_age_years"] == 36


def test_what_changed_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    from rif_threshold import assessment  # noqa: PLC0415

    code = check_code(assess(PLAIN))
    monkeypatch.setattr(assessment, "__version__", "9.9.9")
    result = run("verify", code)
    assert "Same result, although something changed" in result.stdout
    assert "\n- software " in result.stdout
