"""The couple sheet: what it says, how plainly, in any language, and never a number that is not there."""

import json
import re
from pathlib import Path

import pytest
import textstat
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from textstat.backend.counts import _count_syllables

from report_cases import CASES, DATE, PLAIN, REFUSED, answer
from rif_threshold import InvalidInput, assess
from rif_threshold.pathway import workup_lists
from rif_threshold.report import report
from rif_threshold.report import words as words_module
from rif_threshold.report.counts import Counts
from rif_threshold.report.couple_sheet import Sheet, paper, sheet
from rif_threshold.report.grades import _DOUBTFUL
from rif_threshold.report.shapes import grade_shape, icon_array, of_100
from rif_threshold.report.words import words
from rif_threshold.vocabulary import Grade
from test_report import page_text, pdf, pdf_text
from test_tables import own, sign

__all__ = ["own", "sign"]

# Syllables of the sheet's words in the CMU Pronouncing Dictionary, which textstat would otherwise fetch.
SYLLABLES: dict[str, int] = json.loads((Path(__file__).parent / "data/syllables.json").read_text("utf-8"))


def made(name: str) -> Sheet:
    return sheet(answer(name), words())


def running_text(page: Sheet) -> list[str]:
    """The sentences that are read, without headings, lists of tests and the reference."""
    parts = [
        page.first_line, *page.standing, *page.framing, page.not_a_baby, *page.box, *page.range, *page.used,
        *page.options, *page.teach, *page.sources, page.labels["no_medicine"], words()("code"), page.grades_note,
    ]  # fmt: skip
    return re.split(r"(?<=[.!?])\s+", " ".join(part for part in parts if part).replace("*", ""))


@pytest.fixture
def pronounced(monkeypatch: pytest.MonkeyPatch) -> None:
    sounds = {word: [["AH0"] * count] for word, count in SYLLABLES.items()}
    monkeypatch.setattr(_count_syllables, "get_cmudict", lambda _: sounds)


@pytest.mark.usefixtures("pronounced")
@pytest.mark.parametrize("name", [*CASES, *REFUSED])
def test_it_reads_at_grade_six_or_below(name: str) -> None:
    sentences = running_text(made(name))
    assert textstat.textstat.flesch_kincaid_grade(" ".join(sentences)) <= 6
    for sentence in sentences:
        assert len(sentence.split()) <= 20, sentence


@pytest.mark.usefixtures("pronounced")
def test_every_sentence_that_could_be_shown_is_plain() -> None:
    """Also those that no case of the tests brings up."""
    texts = [text for name, text in english().items() if not name.startswith(("item_", "table_", "reference", "list_"))]
    for text in texts:
        for sentence in re.split(r"(?<=[.!?:])\s+", text.replace("*", "")):
            assert len(sentence.split()) <= 20, sentence
    assert textstat.textstat.flesch_kincaid_grade(". ".join(texts)) <= 6


def test_most_words_of_the_sheet_have_their_syllables_counted() -> None:
    said = {
        word for text in english().values() for word in re.findall(r"[a-z']+", re.sub(r"\{.*?\}", "", text).lower())
    }
    assert len(said & SYLLABLES.keys()) >= 0.95 * len(said)


@pytest.mark.parametrize("name", [*CASES, *REFUSED])
def test_it_has_no_unexplained_abbreviation_no_dose_and_no_blame(name: str) -> None:
    for text in (page_text(name, "sheet.html"), pdf_text(name, "sheet.pdf")):
        shown = re.sub(r"RIFC1[-A-Z0-9 ]*", "", text)
        assert re.findall(r"\b[A-Z]{2,}\b", shown) == []
        assert not re.search(r"\b\d+ ?(mg|mcg|ml|g|units?)\b", shown)
        assert not re.search(
            r"fail|fault|blame|too old|poor|your (weight|smoking|drinking)|hostile|should have", shown, re.I
        )
        assert not re.search(r"tacrolimus|implantation failure", shown, re.I)


def test_a_couple_of_36_reads_what_the_number_is_and_is_not() -> None:
    for text in (page_text("plain", "sheet.html"), pdf_text("plain", "sheet.pdf")):
        for said in (
            "After 4 transfers without a pregnancy, it is time to look for a reason.",
            "You have had 3. One more would make 4.",
            "a pregnancy has started for about 70 of the 100",
            "For about 30 of the 100, it has not",
            "This counts a pregnancy starting, not a baby.",
            "70 in 100 by transfer 4 is not 70 in 100 for the next one. For the next one it is about 26 in 100.",
            "Not being pregnant by then is expected for 30 in 100. It does not mean that something is wrong.",
            # The line is 26.3194 %: at 26.31, which is above 26.3, the answer is still 4.
            "It becomes 3 if your chance each time is above 26.4 in 100.",
            "Age when the eggs were collected: 36. Embryos: not tested. Transfers with no pregnancy: 3.",
            "We did not use your health",
            "one transfer did not change the next",
            "Carry on.", "Look for a reason.", "Take a break.", "Stop treatment.",
            "Recommended", "Can be considered", "Not recommended",
            "Your questions", "What does the 4 mean?", "What is the chance for the next transfer alone?",
            "past 60 in 100", "22 November 2026", "rif-threshold", "Clinic:", "anyone can read it",
        ):  # fmt: skip
            assert said in text, said


def test_the_first_line_comes_first() -> None:
    assert page_text("plain", "sheet.html").index("After 4 transfers") < 60


@pytest.mark.parametrize("name", CASES)
def test_the_table_goes_one_past_the_answer_and_says_where_they_are(name: str) -> None:
    page, answered = made(name), answer(name).threshold
    assert answered is not None
    shown = [int(row.transfer) for row in page.columns]
    assert shown == sorted(set(shown))
    assert len(shown) <= 8
    total = answered.transfers_to_threshold
    if total and not answered.counting_cannot_tell and total < len(answer(name).primary.cumulative_percent):
        assert {total, total + 1} <= set(shown)
    marks = {int(row.transfer): row.mark for row in page.columns if row.mark}
    assert set(marks) <= {answered.failed_transfers, total}
    assert "here" in marks.get(answered.failed_transfers, "here")


def test_the_range_comes_from_the_routes_the_counts_or_the_margin() -> None:
    assert "The answers go from 3 to 4." in " ".join(made("reached").range)
    assert "the answer could be from 3 to 5" in " ".join(made("counts").range)
    assert "or more" in " ".join(made("few_counts").range)
    assert "leaves room for luck" not in " ".join(made("many_counts").range)
    assert "It becomes 3" in " ".join(made("plain").range)
    assert "It becomes" not in " ".join(made("out_of_reach").range)


def test_options_are_told_in_equal_detail() -> None:
    for name in ("plain", "missing"):
        lengths = [len(option.split()) for option in made(name).options]
        assert len(lengths) == 4
        assert max(lengths) - min(lengths) <= 3
        assert all(option.count(".") == 3 for option in made(name).options)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_route_gives_a_reason_and_no_number(name: str) -> None:
    page = made(name)
    assert page.first_line == "We have no number for you today."
    assert page.standing[0] == words()(f"refused_{name}")
    assert (page.people, page.framing, page.box, page.columns, page.range, page.used) == (None, (), (), (), (), ())
    for text in (page_text(name, "sheet.html"), pdf_text(name, "sheet.pdf")):
        assert re.findall(r"\d+ in 100", text) == ["60 in 100"]  # the rule itself
        assert "of the 100" not in text


@pytest.mark.parametrize("name", [*CASES, *REFUSED])
def test_body_text_has_at_least_eleven_points(name: str) -> None:
    small: set[str] = set()

    def visit(text: str, _: object, matrix: list[float], __: object, size: float) -> None:
        if text.strip() and size * abs(matrix[0]) < 10.99:
            small.add(text.strip())

    pdf(name, "sheet.pdf").pages[0].extract_text(visitor_text=visit)
    assert all(re.fullmatch(r"[A-Z0-9-]+", text) for text in small), small  # the couple code alone


# Counts of 100.


@given(st.floats(min_value=0.0001, max_value=99.9999))
def test_the_icon_array_sums_to_100_and_is_nearest(percent: float) -> None:
    first, rest = of_100(percent)
    assert first + rest == 100
    assert min(first, rest) >= 1
    assert abs(first - percent) <= 0.5 or percent < 0.5 or percent > 99.5
    drawn = icon_array(first, "words")
    assert (drawn.count("<circle"), drawn.count("<rect")) == (first, rest)


@pytest.mark.parametrize(
    ("percent", "said", "left", "cells"),
    [
        (69.85, "about 70", "about 30", ("70", "30")),
        (60.2, "just over 60", "just under 40", ("60.2", "39.8")),
        (60.001, "just over 60", "just under 40", ("60.001", "39.999")),
        (59.8, "just under 60", "just over 40", ("59.8", "40.2")),
        (60.0, "about 60", "about 40", ("60", "40")),
        (0.2, "fewer than 1", "more than 99", ("<1", ">99")),
        (99.9, "more than 99", "fewer than 1", (">99", "<1")),
    ],
)
def test_a_count_is_never_rounded_onto_the_line_or_to_certainty(
    percent: float, said: str, left: str, cells: tuple[str, str]
) -> None:
    counts = Counts(words(), 60.0)
    assert (counts.of(percent), counts.left(percent), counts.cells(percent)) == (said, left, cells)


def test_grades_differ_in_shape_and_not_only_in_shade() -> None:
    drawn = [re.sub(r'"#[0-9a-f]+"', "", grade_shape(grade, "")) for grade in Grade]
    assert len(set(drawn)) == len(Grade)


# Words and languages.


def english() -> dict[str, str]:
    with (words_module.FOLDER / "en.po").open("rb") as file:
        return {
            str(message.id if isinstance(message.id, str) else message.id[0]): text
            for message in read_po(file)
            if message.id
            for text in ([message.string] if isinstance(message.string, str) else message.string)
        }


def test_every_test_and_treatment_has_plain_words() -> None:
    known = workup_lists()
    named = {*known.investigations, *known.interventions} - _DOUBTFUL
    assert {f"item_{name}" for name in named} <= english().keys()
    assert all(words().has(f"item_{name}") for name in named)


@pytest.mark.parametrize("name", CASES)
def test_grades_say_their_purpose_and_what_they_are_not_about(name: str) -> None:
    """ESHRE's grades are for implantation failure. Heparin, for one, is given for other reasons too."""
    page = made(name)
    for said in (
        "This is about what is given only because transfers did not work.",
        "If you take one of these for another illness, this list is not about that.",
    ):
        assert (said in page.grades_note) == bool(page.grades)
        for form, text in (("html", page_text(name, "sheet.html")), ("pdf", pdf_text(name, "sheet.pdf"))):
            assert (said in text) == bool(page.grades), form
    assert "clotting antibodies. A blood thinner" not in page.grades_note


def test_beside_antiphospholipid_antibodies_stands_that_they_are_another_matter() -> None:
    case = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 4}
    said = "Your blood test found clotting antibodies. A blood thinner for that is another matter."
    for finding in ("abnormal", "normal", "not_done"):
        found = assess(case | {"findings": {"antiphospholipid": finding}})
        assert (said in sheet(found, words()).grades_note) == (finding == "abnormal")


def test_plain_words_name_what_is_meant() -> None:
    """An inflamed lining is not swollen, and breaks in the genetic material of sperm are no gene test."""
    texts = {name: text for name, text in english().items() if name.startswith("item_")}
    assert not [text for text in texts.values() if "swollen" in text or "gene test" in text]
    assert "inflamed" in texts["item_chronic_endometritis"]
    assert "inflamed" in texts["item_antibiotics"]
    assert "chromosomes" in texts["item_karyotype"]
    assert "chromosomes" in texts["item_sperm_dna"]
    alike = {text for name, text in texts.items() if name in {"item_lifestyle", "item_lifestyle_optimisation"}}
    assert len(alike) == 1


def test_an_item_without_plain_words_keeps_its_own() -> None:
    assert not words().has("item_unheard_of")


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        report(answer("plain"), "sheet.html", "xx", date=DATE)
    assert caught.value.problems[0].field == "language"


def test_a_table_of_the_clinics_own_is_named_as_such(own: Path) -> None:
    result = assess(PLAIN | {"primary_route": "age_table:ours"}, tables=own, include=())
    assert "The chance for each transfer is from a table of your clinic." in sheet(result, words()).sources


def test_a_rule_of_the_clinics_own_is_named_as_such() -> None:
    assert (
        "Your clinic set this rule: look for a reason once the chance is past 75 in 100." in made("own_rule").sources[0]
    )


def test_too_long_a_case_says_that_there_is_no_code() -> None:
    chances = [f"{30 + place % 29}.{place}7" for place in range(80)]
    long = {"history": [{"result": "no_positive_test", "per_transfer_percent": each} for each in chances]}
    page = paper(assess(long, include=()), words(), DATE)
    assert (page["code"], page["qr"]) == ("", "")
    assert "no couple code" in page["code_note"]
    for kind in ("sheet.pdf", "report.pdf", "report.html", "note.txt", "fhir.json"):
        assert report(assess(long, include=()), kind, date=DATE).content
