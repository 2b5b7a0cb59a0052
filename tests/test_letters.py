"""Letters beyond Latin on paper and in pictures: shown in a font that has them, or refused by name. Never a box."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader

from report_cases import PLAIN
from rif_threshold import InvalidInput, assess
from rif_threshold.report import FORMATS, report, setting
from test_tables import edit, own_folder

BY_TYPST = pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind.endswith(("pdf", "png"))])


@pytest.fixture
def no_system_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without a font of its own: only those that come with typst, which lack Japanese."""
    compiler = typst.Compiler(b"", ignore_system_fonts=True)
    monkeypatch.setattr(setting, "_compiler", lambda _: compiler)


@pytest.mark.parametrize("letter", ["プ", "😀", "ⴰ", "𒀀"])
def test_a_fallback_font_is_used_if_there_is_one(letter: str) -> None:
    """fontconfig says whether a font of this machine has the letter; those that come with typst have none of these."""
    assessment = assess(PLAIN | {"medications": [f"Prograf {letter}"]})
    try:
        pages = PdfReader(io.BytesIO(report(assessment, "report.pdf").content)).pages
        shown, refused = letter in "".join(page.extract_text() for page in pages), ""
    except InvalidInput as error:
        shown, refused = False, error.problems[0].given
    assert shown or refused == letter
    if finder := shutil.which("fc-list"):
        listed = subprocess.run([finder, f":charset={ord(letter):x}"], capture_output=True, check=True).stdout
        assert shown == bool(listed.strip())


@pytest.mark.usefixtures("no_system_fonts")
def test_a_letter_that_no_font_has_is_named_with_its_field() -> None:
    assessment = assess(PLAIN | {"medications": ["ramipril", "プログラフ"]})
    with pytest.raises(InvalidInput) as refused:
        report(assessment, "report.pdf")
    (problem,) = refused.value.problems
    assert (problem.field, problem.given, problem.code) == ("medications", "プ", "no_font")
    assert "U+30D7 KATAKANA LETTER PU" in problem.allowed
    assert "プ" not in str(refused.value)
    assert "プログラフ" in report(assessment, "report.html").content.decode()


@BY_TYPST
@pytest.mark.usefixtures("no_system_fonts")
def test_the_title_of_an_own_table(kind: str, tmp_path: Path) -> None:
    folder = own_folder(tmp_path, "ours")
    title = next(line for line in (folder / "rates/ours.toml").read_text("utf-8").splitlines() if "title" in line)
    edit(folder, "rates/ours.toml", title, 'title = "当院"')
    assessment = assess(PLAIN, tables=folder)
    if kind == "sheet.pdf":  # it names no route
        assert report(assessment, kind).content
        return
    with pytest.raises(InvalidInput) as refused:
        report(assessment, kind)
    assert (refused.value.problems[0].field, refused.value.problems[0].given) == ("tables", "当")
    assert "当院" in report(assessment, "curve.svg").content.decode()


def test_letters_of_the_couple_s_languages_need_no_other_font() -> None:
    assert report(assess(PLAIN | {"medications": ["Núñez é × µ"]}), "report.pdf").content


def test_what_is_no_lack_of_a_letter_stays_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise typst.TypstError("unknown variable", "")

    monkeypatch.setattr(setting, "_compiled", broken)
    with pytest.raises(typst.TypstError):
        report(assess(PLAIN), "report.pdf")
