"""What a setting leaves out is on no surface, and a misspelt setting is refused by every entry."""

import csv
import datetime
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rif_threshold import InvalidInput, assess
from rif_threshold.cli import COMMANDS, cli
from rif_threshold.errors import TableError
from rif_threshold.pathway import conflicts, conflicts_about
from rif_threshold.report import report
from rif_threshold.report.check_code import check_code
from rif_threshold.report.verification import verify
from rif_threshold.tables import shipped_directory
from rif_threshold.vocabulary import Part, Surface
from test_tables import edit

LECTURE = "Tacrolimus and RIF (lecture slides)"
VARIABLE = "RIF_THRESHOLD_WITHOUT"
CASE = str(Path(__file__).parent / "cases/tacrolimus_comedication.json")
TABLE = ["--oocyte-age", "36", "--ploidy", "untested", "--failed", "3"]
# A word that only this part has: in every stop, source, conflict, table or section of it.
GIVEN_AWAY = {
    "tacrolimus": r"tacrolimus|th1|prograf|nakagawa|immune step|gate\.toml|protocols\.toml",
    "workup": r"workup\.toml|antiphospholipid|endometritis|karyotyp",
    "perspective": r"smith_2015|linz_2024|weinberg|perspective/",
}


def rows(name: str) -> list[dict[str, str]]:
    with (shipped_directory() / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def surfaces(part: str) -> dict[str, str]:
    """Every text that shows something without asking for a part."""
    from rif_threshold.ui import frame, reference  # noqa: PLC0415

    case = ["--case", CASE]
    found = {
        "help": run("--help") + run("report", "--help") + run("assess", "--help").replace(f"--without {part}", ""),
        # A lecture that also reproduces ESHRE's worked example is a source of the threshold.
        "sources": (run("sources") + run("sources", "--json")).replace(LECTURE, ""),
        "tables": run("tables", "list") + run("tables", "list", "--json"),
        "conflicts": run("conflicts") + run("conflicts", "--json"),
        "assess": run("assess", *TABLE),
        "navigation": " ".join(" ".join(page) for page in frame.wanted()),
        "page 5": "".join(
            text() for text in (reference.conflicts, reference.bibliography, reference.rules, reference.files)
        ),
    }
    found["page 5"] = re.sub(r"\\(.)", r"\1", found["page 5"]).replace(LECTURE, "")
    for kind in ("note.txt", "report.html", "sheet.html"):
        found[kind] = re.sub(r"<code>.*?</code>", "", run("report", *case, "--format", kind))
    return found


@pytest.mark.parametrize("part", Part)
def test_what_is_left_out_is_on_no_surface(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    word = re.compile(GIVEN_AWAY[part], re.IGNORECASE)
    assert {name for name, text in surfaces(part).items() if word.search(text)}, "the words must be there otherwise"
    monkeypatch.setenv(VARIABLE, part)
    allowed = {
        # The sheet and the note speak of ESHRE's lists and of the tests in them, never of the drug step.
        "tacrolimus": (),
        # The step asks for some of the same things.
        "workup": ("note.txt", "report.html", "conflicts", "page 5"),
        "perspective": (),
    }[part]
    assert {name: word.findall(text) for name, text in surfaces(part).items() if word.search(text)}.keys() <= set(
        allowed
    )
    if part == Part.WORKUP:
        from rif_threshold.ui import reference  # noqa: PLC0415

        assert "**Investigations**" not in reference.rules()
        assert "Work-up" not in surfaces(part)["note.txt"] + surfaces(part)["report.html"]


@pytest.mark.parametrize("part", Part)
def test_only_what_the_part_alone_refers_to_goes(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(json.loads(run("sources", "--json")))
    monkeypatch.setenv(VARIABLE, part)
    gone = before - set(json.loads(run("sources", "--json")))
    assert not gone & {"eshre_rif_2023", "nelson_2011", "pirtea_2021"}
    # Nothing refers to these two, so they are listed only where everything is.
    assert bool(gone - {"fader_hardie_2007", "hebert_2013"}) == (
        part != Part.WORKUP
    )  # ESHRE's lists stand where the threshold does
    assert not {source.key for source in assess(json.loads(Path(CASE).read_text("utf-8"))).sources} & gone


@pytest.mark.parametrize("command", COMMANDS)
def test_a_misspelt_setting_is_refused_by_every_command(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "tacrolimos")
    more = {
        "assess": TABLE, "workup": TABLE, "tacrolimus": TABLE, "report": [*TABLE, "--format", "note.txt"],
        "verify": ["RIF1"], "tables": ["list"], "schema": ["case"],
    }  # fmt: skip
    result = CliRunner().invoke(cli, [command, *more.get(command, [])])
    assert result.exit_code == 2
    assert "tacrolimos" in result.output
    assert all(part in result.output for part in Part)


@pytest.mark.parametrize("include", [None, (), ("workup",), "tacrolimus"])
def test_a_misspelt_setting_is_refused_by_the_library(include: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "work-up")
    with pytest.raises(InvalidInput) as caught:
        assess({"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}, include=include)
    assert caught.value.problems[0].field == VARIABLE


def test_a_misspelt_setting_is_refused_when_the_page_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    from rif_threshold.ui.server import make_app  # noqa: PLC0415

    monkeypatch.setenv(VARIABLE, "tacrolimus,everything")
    with pytest.raises(InvalidInput, match=VARIABLE):
        make_app()
    # Help names no part then: which of them were meant cannot be known.
    assert not re.search(r"^  (workup|tacrolimus|evidence) ", run("--help"), re.MULTILINE)


def test_the_perspective_can_be_left_out_of_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "What if couples differ?" in run("assess", *TABLE, "--more")
    monkeypatch.setenv(VARIABLE, "perspective")
    result = CliRunner().invoke(cli, ["assess", *TABLE, "--more"])
    assert result.exit_code == 2
    assert "left out" in result.output


def test_a_code_does_not_bring_back_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    code = check_code(assess(json.loads(Path(CASE).read_text("utf-8"))))
    monkeypatch.setenv(VARIABLE, "tacrolimus")
    found = verify(code)
    assert found.assessment.tacrolimus is None
    assert found.assessment.workup is not None
    assert found.same
    assert "left out here and was not compared" in found.sentence


def test_left_out_for_one_report_is_said_and_left_out_by_the_setting_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    case = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
    for setting, said in (("", True), ("tacrolimus,workup", False)):
        monkeypatch.setenv(VARIABLE, setting)
        bare = assess(case, include=())
        for kind in ("note.txt", "report.html"):
            text = report(bare, kind, date=datetime.date(2026, 11, 22)).content.decode().lower()
            assert ("immune" in text, "work-up" in text) == (said, said)


# Where sources disagree.


def test_each_surface_has_the_same_disagreements_about_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    from rif_threshold.ui.numbered import Numbered, keys_of  # noqa: PLC0415
    from rif_threshold.ui.tacrolimus import disagreements  # noqa: PLC0415

    expected = [row for row in rows("evidence/conflicts.csv") if row["surface"] in {"tacrolimus", "pregnancy"}]
    assert len(expected) == 38
    page = disagreements(Numbered(keys_of(Part.TACROLIMUS))).splitlines()[2:]
    made = json.loads(run("tacrolimus", "--case", CASE, "--json"))["conflicts"]
    text = " ".join(run("tacrolimus", "--case", CASE).split())
    assert [each["id"] for each in made] == [row["id"] for row in expected]
    assert len(page) == len(expected)
    unescape = re.compile(r"\\(.)")
    for row, line in zip(expected, page, strict=True):
        assert unescape.sub(r"\1", line).startswith(f"| **{row['topic']}** [")
        assert row["topic"] in text
    monkeypatch.setenv(VARIABLE, "tacrolimus")
    left = json.loads(run("conflicts", "--json"))
    assert [each["id"] for each in left] == [
        row["id"] for row in rows("evidence/conflicts.csv") if row["surface"] in {"threshold", "workup"}
    ]


def test_every_disagreement_belongs_to_the_threshold_or_to_a_part() -> None:
    assert len(conflicts_about(None, *Part)) == len(conflicts()) == len(rows("evidence/conflicts.csv"))
    assert {conflict.surface for conflict in conflicts()} == set(Surface)


@pytest.mark.parametrize("name", ["conflicts", "guideline_positions"])
def test_an_unknown_category_is_refused(name: str, copied_tables: Path) -> None:
    from rif_threshold.pathway import guideline_positions  # noqa: PLC0415

    edit(copied_tables, f"evidence/{name}.csv", ",tacrolimus,", ",tacrolimos,")
    with pytest.raises(TableError, match="surface"):
        (conflicts if name == "conflicts" else guideline_positions)(open_copied(copied_tables))


def open_copied(folder: Path):
    from rif_threshold.tables import open_folder  # noqa: PLC0415

    open_folder.cache_clear()
    return open_folder(folder)
