"""Every export is made, opened again, and shows the numbers of the assessment."""

import csv
import datetime
import html
import io
import json
import math
import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pypdf import PdfReader

from report_cases import CASES, DATE, PLAIN, REFUSED, answer
from rif_threshold import Assessment, InvalidInput, assess
from rif_threshold.context import context_words
from rif_threshold.repeated import inputs_words
from rif_threshold.report import FORMATS, Export, report
from rif_threshold.report.check_code import code_or_why
from rif_threshold.report.couple_code import couple_code_or_why
from rif_threshold.report.curve_files import harmless
from rif_threshold.report.note import LONGEST, ascii_only
from rif_threshold.sentences import (
    beside_words,
    crossed_words,
    headline,
    margin_words,
    next_transfer,
    rule_words,
    standing,
)
from rif_threshold.wording import shown_percent
from test_tables import edit, own, sign
from test_wording import instructions

__all__ = ["own", "sign"]

ROOT = Path(__file__).parents[1]
MADE: dict[tuple[str, str], Export] = {}


def made(name: str, kind: str) -> Export:
    """An export of one of the cases, made once."""
    if (name, kind) not in MADE:
        MADE[name, kind] = report(answer(name), kind, date=DATE)
    return MADE[name, kind]


def pdf(name: str, kind: str) -> PdfReader:
    return PdfReader(io.BytesIO(made(name, kind).content))


@cache
def pdf_text(name: str, kind: str) -> str:
    return flat(" ".join(page.extract_text() for page in pdf(name, kind).pages))


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


class Words(HTMLParser):
    """The words of a page, its addresses and its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "data"}]
        self.hidden += tag in {"style", "title"}
        self.words += [] if tag in {"strong", "em", "span"} else [" "]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


@cache
def page(name: str, kind: str) -> Words:
    return Words(made(name, kind).content.decode("utf-8"))


@cache
def page_text(name: str, kind: str) -> str:
    return flat("".join(page(name, kind).words))


EVERY = [*CASES, *REFUSED]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_name_holds_no_input_and_says_its_format(kind: str) -> None:
    names = {made(name, kind).name for name in ("plain", "fullest")}
    assert len(names) == 1
    assert re.fullmatch(r"rif-threshold-[a-z-]+\.[a-z]+", names.pop())


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "curve.png"])
def test_the_same_input_gives_the_same_bytes(kind: str) -> None:
    assert report(answer("reached"), kind, date=DATE).content == made("reached", kind).content


def test_today_is_printed_where_no_date_is_given() -> None:
    today = datetime.datetime.now().astimezone().date()
    text = report(answer("plain"), "note.txt").content.decode()
    assert today.isoformat() in text or (today + datetime.timedelta(days=1)).isoformat() in text


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        report(answer("plain"), "sheet.docx")
    assert caught.value.problems[0].field == "format"


def test_nothing_is_fetched_and_nothing_is_written(tmp_path: Path) -> None:
    """In a process of its own, in empty folders, where no socket can be opened."""
    code = (
        "import sys, datetime\n"
        "def refuse(event, *_):\n"
        "    if event in {'socket.connect', 'socket.getaddrinfo', 'socket.bind'}: raise AssertionError(event)\n"
        "sys.addaudithook(refuse)\n"
        "from rif_threshold import assess\n"
        "from rif_threshold.report import FORMATS, report\n"
        "answer = assess({'oocyte_age_years': 36, 'ploidy': 'untested', 'failed_transfers': 3})\n"
        "print(*[len(report(answer, kind, date=datetime.date(2026, 11, 22)).content) for kind in FORMATS])\n"
    )
    folder = tmp_path / "home"
    folder.mkdir()
    environment = {"HOME": str(folder), "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert len(result.stdout.split()) == len(FORMATS)
    assert list(folder.rglob("*")) == []


# Each format on its own.


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(("kind", "pages"), [("sheet.pdf", (1,)), ("report.pdf", (2, 3, 4))])
def test_a_pdf_has_its_pages_selectable_text_and_embedded_fonts(name: str, kind: str, pages: tuple[int, ...]) -> None:
    reader = pdf(name, kind)
    assert len(reader.pages) in pages
    width, height = (float(side) / 72 * 25.4 for side in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert "/Lang" in reader.trailer["/Root"]
    for sheet in reader.pages:
        assert sheet.extract_text().strip()
        for font in sheet["/Resources"]["/Font"].values():
            kinds = font.get_object().get("/DescendantFonts")
            descriptor = (kinds[0].get_object() if kinds else font.get_object())["/FontDescriptor"].get_object()
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & descriptor.keys()


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("kind", ["sheet.html", "report.html"])
def test_a_page_refers_to_nothing_outside_itself_and_has_no_script(name: str, kind: str) -> None:
    shown = page(name, kind)
    assert shown.addresses == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(shown.tags)
    styles = re.findall(r"<style>.*?</style>", made(name, kind).content.decode(), re.DOTALL)
    assert not any("url(" in style or "@import" in style for style in styles)


@pytest.mark.parametrize("name", EVERY)
def test_the_note_is_short_plain_ascii(name: str) -> None:
    text = made(name, "note.txt").content.decode("ascii")
    assert text.isprintable() is False  # line ends
    assert len(text.splitlines()) <= LONGEST
    assert "?" not in text.replace("What is", "")
    assert code_or_why(answer(name)).text in text
    assert answer(name).disclaimer in text


def test_what_has_no_ascii_is_marked_and_not_dropped() -> None:
    assert ascii_only("p ≥ 3 µg 日本") == "p >= 3 ug ??"


@pytest.mark.parametrize("name", EVERY)
def test_the_json_follows_its_published_schema(name: str) -> None:
    schema = Assessment.model_json_schema(mode="serialization")
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(made(name, "json").content)
    jsonschema.Draft202012Validator(schema).validate(data)
    assert data["disclaimer"]


@pytest.mark.parametrize("name", CASES)
def test_the_csv_holds_every_point_unrounded(name: str) -> None:
    text = made(name, "curve.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    expected = [
        (each.route, number, low, high)
        for each in answer(name).estimates
        for number, (low, high) in enumerate(
            zip(each.cumulative_percent_lowest, each.cumulative_percent_highest, strict=True), start=1
        )
    ]
    columns = ("cumulative_percent_lowest", "cumulative_percent_highest")
    assert [(row["route"], int(row["transfer"]), *(float(row[each]) for each in columns)) for row in rows] == expected
    for row, (_, _, low, high) in zip(rows, expected, strict=True):
        assert row["cumulative_percent"] == (repr(low) if low == high else "")
    primary = [row for row in rows if row["primary"] == "yes"]
    known = answer(name).threshold
    for words, total in (
        ({"yes"}, known.transfers_to_threshold_lowest),
        ({"yes", "cannot be said"}, known.transfers_to_threshold_highest),
    ):
        crossed = [int(row["transfer"]) for row in primary if row["above_threshold"] in words]
        assert (crossed[0] if crossed else None) == (total if total and total <= len(primary) else None)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "|x", "%0A=1", "\r=1"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_the_curve_is_drawn_as_svg_and_png_and_tells_itself() -> None:
    svg = made("reached", "curve.svg").content.decode()
    assert svg.startswith("<svg ")
    assert 'role="img"' in svg
    assert "passes 60 % after 3 transfers" in svg.partition("</title>")[0]
    assert "ESHRE's table by age and ploidy" in svg  # the legend
    assert "http" not in svg.replace("http://www.w3.org/", "")
    assert made("reached", "curve.png").content.startswith(b"\x89PNG")


@pytest.mark.parametrize("kind", ["curve.svg", "curve.png"])
def test_where_there_is_no_route_there_is_no_picture(kind: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        report(answer("missing"), kind, date=DATE)
    assert caught.value.problems[0].code == "no_curve"


def test_what_was_left_out_is_said() -> None:
    bare = assess(PLAIN, include=())
    for kind in ("sheet.html", "note.txt", "report.html"):
        text = flat("".join(Words(report(bare, kind, date=DATE).content.decode()).words)).lower()
        assert "left out" in text or "not included" in text
    for kind, pages in (("sheet.pdf", 1), ("report.pdf", 1)):
        assert len(PdfReader(io.BytesIO(report(bare, kind, date=DATE).content)).pages) == pages


# Nothing that was typed is read as markup.

MARKUP = '#panic("typst") <script>alert(1)</script> <img src=x onerror=alert(2)> {{ 7*7 }} $x$ *b* _i_ `c` @r =cmd'


def test_no_typed_text_is_read_as_markup(own: Path) -> None:
    edit(own, "rates/ours.toml", "Cumulative likelihood", "=HYPER " + MARKUP.replace('"', "'").replace("\\", ""))
    case = PLAIN | {"medications": [MARKUP[:90], "{{ 7*7 }}"], "primary_route": "age_table:ours"}
    result = assess(case, tables=own)
    for kind in ("sheet.pdf", "report.pdf", "note.txt", "json", "fhir.json", "curve.svg"):
        assert report(result, kind, date=DATE).content
    shown = Words(report(result, "report.html", date=DATE).content.decode())
    assert not {"script", "img"} & set(shown.tags)
    assert "{{ 7*7 }}" in flat("".join(shown.words))
    assert "<script>" not in report(result, "curve.svg", date=DATE).content.decode()
    rows = csv.reader(io.StringIO(report(result, "curve.csv", date=DATE).content.decode("utf-8-sig")))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


# The numbers are the same everywhere.


def numbers_of(text: str, result: Assessment) -> None:
    """What a clinician's surface must show of the primary route."""
    answered = result.threshold
    assert answered is not None
    assert headline(result) in text
    assert standing(result) in text
    for end in answered.following or ():
        assert (shown_percent(end) if end else "0 to") in text
    for end in answered.so_far:
        assert (shown_percent(end, answered.percent) if end else "0") in text


@pytest.mark.parametrize("name", CASES)
def test_every_format_shows_the_numbers_of_the_assessment(name: str) -> None:
    result = answer(name)
    answered, primary = result.threshold, result.primary
    assert answered is not None
    assert primary is not None
    for text in (
        made(name, "note.txt").content.decode(),
        page_text(name, "report.html"),
        pdf_text(name, "report.pdf"),
    ):
        numbers_of(text, result)
    data = json.loads(made(name, "json").content)
    assert data["threshold"]["transfers_to_threshold"] == answered.transfers_to_threshold
    assert data["threshold"]["cumulative_percent_so_far"] == answered.cumulative_percent_so_far
    curve = list(zip(primary.cumulative_percent_lowest, primary.cumulative_percent_highest, strict=True))
    fhir = json.loads(made(name, "fhir.json").content)
    following = [] if answered.following is None else [tuple(answered.following)]
    assert list(map(fhir_ends, fhir["prediction"])) == [*curve, *following]
    assert f"{headline(result)}. {standing(result)}" in fhir["text"]["div"]
    rows = csv.DictReader(io.StringIO(made(name, "curve.csv").content.decode("utf-8-sig")))
    ends = ("cumulative_percent_lowest", "cumulative_percent_highest")
    assert [tuple(float(row[each]) for each in ends) for row in rows if row["primary"] == "yes"] == curve
    sheet_numbers(page_text(name, "sheet.html"), result)
    sheet_numbers(pdf_text(name, "sheet.pdf"), result)
    if name != "few_counts":  # Its curve is long; the chart's words list every point of it.
        svg = html.unescape(made(name, "curve.svg").content.decode())
        assert shown_percent(curve[0][1]) in svg


def fhir_ends(prediction: dict[str, Any]) -> tuple[float, float]:
    """Both ends of a prediction, in percent."""
    if "probabilityRange" in prediction:
        return prediction["probabilityRange"]["low"]["value"], prediction["probabilityRange"]["high"]["value"]
    return prediction["probabilityDecimal"], prediction["probabilityDecimal"]


# The transfer that the sheet speaks of: where the couple stands if the line is crossed, cannot be said or is too far
# away to be counted to; else the one that crosses it.
SPOKEN_OF = {
    "mosaic": 3, "no_age": 3, "doubles": 3, "history": 2, "not_yet_between": 6, "nothing_planned": 3, "percent": 9,
    "beyond": 4, "out_of_reach": 4,
}  # fmt: skip
UNCOUNTABLE = {"percent", "beyond", "out_of_reach"}


def sheet_numbers(text: str, result: Assessment) -> None:
    """The couple's numbers are the assessment's, as whole counts of 100."""
    name = next(name for name in CASES if answer(name) is result)
    answered, primary = result.threshold, result.primary
    assert answered is not None
    assert primary is not None
    total = answered.transfers_to_threshold
    if total is not None and name not in UNCOUNTABLE:
        assert f"After {total} {'transfer' if total == 1 else 'transfers'} without a pregnancy" in text
    assert ("counting transfers cannot tell us" in text) == (name in UNCOUNTABLE)
    shown = SPOKEN_OF.get(name) or max(total or 0, answered.failed_transfers)
    low, high = primary.cumulative_percent_lowest[shown - 1], primary.cumulative_percent_highest[shown - 1]
    assert f"By transfer {shown}, a pregnancy has started for" in text
    at_least = "at least " if low != high else ""
    found = re.search(rf"has started for {at_least}(.*?) of the 100\.(.*?)For ([^.]*?) of the 100, it has not", text)
    assert found, text
    yes, no = (int(re.sub(r"\D", "", found.group(part))) for part in (1, 3))
    maybe = re.search(r"For (\d+) of the 100, we cannot say", found.group(2))
    assert yes + no + int(maybe.group(1) if maybe else 0) == 100
    assert abs(yes - low) <= 0.5 or low < 1 or low > 99
    assert abs(100 - no - high) <= 0.5 or high < 1 or high > 99
    following = re.search(r"For the next one it is (.*?) in 100", text)
    if answered.following is None:
        assert "It is not the chance for one more" in text
        return
    assert following, text
    said = [int(number) for number in re.findall(r"\d+", following.group(1))]
    differ = answered.next_percent_if_couples_differ
    expected = (answered.following.lowest if differ is None else differ, answered.following.highest)
    for number, percent in zip((said[0], said[-1]), expected, strict=True):
        assert abs(number - percent) <= 0.5 or percent < 1


@pytest.mark.parametrize("name", EVERY)
def test_the_clinicians_paper_carries_the_case_code_and_the_couples_the_couple_code(name: str) -> None:
    code, of_couple = code_or_why(answer(name)).text, couple_code_or_why(answer(name)).text
    assert code
    assert of_couple
    for whose, this, other in (("sheet", of_couple, code), ("report", code, of_couple)):
        html, on_paper = page_text(name, f"{whose}.html"), re.sub(r"[\s-]", "", pdf_text(name, f"{whose}.pdf"))
        assert this in html
        assert this.replace("-", "") in on_paper
        assert other not in html
        assert other.replace("-", "") not in on_paper
    notes: list[dict[str, Any]] = json.loads(made(name, "fhir.json").content)["note"]
    assert any(code in note["text"] for note in notes)


def test_the_report_says_first_what_speaks_against_the_step() -> None:
    for text in (page_text("fullest", "report.html"), pdf_text("fullest", "report.pdf")):
        first = text.index("No guideline that was read recommends tacrolimus")
        assert (
            first < text.index("Boxed warning") < text.index("What bodies say") < text.index("Meets the entry criteria")
        )
        assert "This page is a summary" in text


@pytest.mark.parametrize("name", EVERY)
def test_nothing_that_is_taken_away_instructs(name: str) -> None:
    for text in (
        page_text(name, "sheet.html"),
        page_text(name, "report.html"),
        made(name, "note.txt").content.decode(),
    ):
        assert instructions(text) == []


@pytest.mark.parametrize("name", ["fullest", "plain"])
def test_the_report_shows_no_dose(name: str) -> None:
    text = page_text(name, "report.html")
    step = text[text.index("Entry criteria of the published protocols") :]
    assert not re.search(r"\d mg/kg|\d[- ]\d* mg a day in all", step)


LARGE = ("fullest", "history", "model", "losses", "reached", "plain")


@pytest.mark.parametrize("name", LARGE)
def test_no_letter_of_the_report_is_smaller_than_nine_and_a_half_points(name: str) -> None:
    """Also in the picture, whose letters shrink with it, and in the code."""
    small: dict[str, float] = {}

    def visit(text: str, page: list[float], matrix: list[float], _: object, size: float) -> None:
        points = size * abs(matrix[3]) * math.hypot(page[2], page[3])
        if text.strip() and points < 9.5 - 1e-6:
            small[text.strip()] = points

    for sheet in pdf(name, "report.pdf").pages:
        sheet.extract_text(visitor_text=visit)
    assert small == {}


@pytest.mark.parametrize("name", LARGE)
def test_the_first_page_of_the_report_is_the_whole_answer(name: str) -> None:
    result = answer(name)
    first = solid(pdf(name, "report.pdf").pages[0].extract_text())
    assert result.primary is not None
    said = [
        headline(result), standing(result), next_transfer(result), inputs_words(result), rule_words(result),
        *beside_words(result), *context_words(result),
        *(each for route in result.opinions for each in (route.label, crossed_words(route), margin_words(route))),
    ]  # fmt: skip
    assert [each for each in said if solid(each) not in first] == []


@pytest.mark.parametrize("name", LARGE)
def test_the_report_cuts_nothing_that_is_to_be_kept_in_mind(name: str) -> None:
    result = answer(name)
    assert result.primary is not None
    for text in (page_text(name, "report.html"), pdf_text(name, "report.pdf")):
        assert "\N{HORIZONTAL ELLIPSIS}" not in text
        assert [
            str(each) for each in (*result.notes, *result.primary.caveats) if solid(str(each)) not in solid(text)
        ] == []


def solid(text: str) -> str:
    """A text without the breaks and hyphens of its lines."""
    return re.sub(r"[\s-]", "", text)
