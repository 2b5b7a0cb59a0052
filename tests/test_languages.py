"""The couple's sheet in every language there is a catalogue for, in made-up ones, and in ones that are broken."""

import io
import re
import runpy
import unicodedata
from collections import Counter
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from click.testing import CliRunner
from pypdf import PdfReader

from report_cases import DATE, PLAIN, answer
from rif_threshold import InvalidInput, assess
from rif_threshold.cli import cli
from rif_threshold.errors import TableError
from rif_threshold.report import ENGLISH, fonts, report
from rif_threshold.report import words as words_module
from rif_threshold.report.catalogue import CLOSE, OPEN, Catalogue, Review, read
from rif_threshold.report.couple_sheet import sheet
from rif_threshold.report.marked import said as said_as_html
from rif_threshold.report.words import Words, languages, words
from rif_threshold.vocabulary import Grade

TRANSLATIONS = [language for language in languages() if language != ENGLISH]
TEN = [
    "plain", "reached", "counts", "percent", "out_of_reach", "history", "mosaic", "no_age", "fullest", "losses",
]  # fmt: skip
"""Among them bounds, a line long crossed, transfers that cannot be counted, mixed ones, and a clinic's own counts."""
IN_ENGLISH = "No clinician has checked this translation."

each_language = pytest.mark.parametrize("language", TRANSLATIONS)
each_couple = pytest.mark.parametrize("name", TEN)


def english() -> Catalogue:
    return words().catalogue


# What a catalogue in this package has to be.


@each_language
def test_a_catalogue_is_whole_and_says_that_nobody_has_checked_it(language: str) -> None:
    """By its own reading of the file, not by the reader's."""
    text = (words_module.FOLDER / f"{language}.po").read_text("utf-8")
    original = (words_module.FOLDER / "en.po").read_text("utf-8")
    keys = re.compile(r'^msgid "(.+)"$', re.MULTILINE)
    assert keys.findall(text) == keys.findall(original)
    assert 'msgstr ""' not in text.split("msgid", 2)[2]
    assert '"X-Review: none\\n"' in text
    assert words(language).english == frozenset()


@each_language
def test_every_placeholder_comes_as_often_as_in_english(language: str) -> None:
    for key, texts in words(language).catalogue.texts.items():
        original = english().texts[key]
        for form, text in zip(words(language).catalogue.forms, texts, strict=False):
            likes = original[0 if form == "one" and len(texts) > 1 else -1]
            counted = Counter(re.findall(r"\{\w+\}", text))
            assert counted in (Counter(re.findall(r"\{\w+\}", likes)), Counter(re.findall(r"\{\w+\}", original[-1]))), (
                key
            )


@each_language
def test_no_digit_stands_in_a_text_but_in_the_reference(language: str) -> None:
    """Digits come by placeholders alone, in the digits of the language."""
    for key, texts in words(language).catalogue.texts.items():
        assert key == "reference" or not re.search(r"\d", "".join(texts)), key


@each_language
def test_no_number_stands_before_a_stroke_that_looks_like_a_digit(language: str) -> None:
    assert "}।" not in "".join("".join(texts) for texts in words(language).catalogue.texts.values())


def folded(text: str) -> list[str]:
    """The numbers of a text in Latin digits with a decimal point."""
    latin = "".join(str(unicodedata.digit(each)) if each.isdigit() else each for each in text)
    return sorted(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d)[,٫](?=\d)", ".", latin)))


@cache
def said(name: str, language: str) -> dict[str, Any]:
    return asdict(sheet(answer(name), words(language)))


def strings(value: Any) -> str:
    """Every text in a value, one after the other."""
    if isinstance(value, dict):
        value = list(value.values())
    return " | ".join(map(strings, value)) if isinstance(value, list | tuple) else str(value)


@cache
def in_the_plural() -> Words:
    """English that writes "1 more" for "one more", as languages do that have no singular."""
    texts = {key: each[-1:] * len(each) for key, each in english().texts.items()}
    changed = replace(english(), texts=texts)
    return Words(ENGLISH, changed, changed)


@each_language
@each_couple
def test_its_numbers_are_those_of_the_english_sheet(language: str, name: str) -> None:
    ours, theirs = said(name, language), said(name, ENGLISH)
    plural = asdict(sheet(answer(name), in_the_plural()))
    for part in theirs:
        if part not in {"labels", "language", "direction", "translation"}:
            wanted = (folded(strings(theirs[part])), folded(strings(plural[part])))
            assert folded(strings(ours[part])) in wanted, part
    if words(language).number("7") != "7":
        shown = strings(ours | {"people": 0, "maybe": 0, "lines": 0})
        assert not re.search(r"[1-9]", re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", shown)), "two sorts of digits"


@each_language
@each_couple
def test_the_pdf_is_one_page_of_a4_in_its_font_direction_and_name(language: str, name: str) -> None:
    made = PdfReader(io.BytesIO(report(answer(name), "sheet.pdf", language, date=DATE).content))
    (page,) = made.pages
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
    assert made.trailer["/Root"]["/Lang"] == language
    assert made.metadata is not None
    assert made.metadata.title == words(language)("title")
    assert b"pdfuaid:part" in made.xmp_metadata.stream.get_data()  # type: ignore[union-attr]
    used = {str(font.get_object()["/BaseFont"]).split("+")[1] for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    letters = [each for each in used if not each.startswith("DejaVuSansMono")]  # the code alone
    first = fonts.families(words(language))[0].replace(" ", "")
    assert letters
    assert all(each.startswith(first) for each in letters), used
    small: set[str] = set()

    def visit(text: str, _: object, matrix: list[float], __: object, size: float) -> None:
        if text.strip() and size * abs(matrix[0]) < 10.99:
            small.add(text.strip())

    page.extract_text(visitor_text=visit)
    assert all(re.fullmatch(r"[A-Z0-9-]+", text) for text in small), small


@each_language
def test_sheet_says_in_both_languages_that_no_clinician_has_checked_it(language: str) -> None:
    ours = words(language)
    page = report(answer("plain"), "sheet.html", language, date=DATE).content.decode()
    assert f'<html lang="{language}" dir="{ours.direction}">' in page
    assert f"<title>{ours('title')}</title>" in page
    assert f'{ours("not_reviewed")} <bdi lang="en" dir="ltr">{IN_ENGLISH}</bdi>'.replace("。 ", "。") in page
    assert ours("not_reviewed") != IN_ENGLISH
    text = PdfReader(io.BytesIO(report(answer("plain"), "sheet.pdf", language, date=DATE).content)).pages[0]
    assert IN_ENGLISH.replace(" ", "") in re.sub(r"\s", "", text.extract_text())


def test_the_english_sheet_is_no_translation() -> None:
    assert words().notes() == ()
    assert IN_ENGLISH not in report(answer("plain"), "sheet.html", date=DATE).content.decode()


@each_language
def test_what_is_latin_is_isolated_where_writing_goes_from_right_to_left(language: str) -> None:
    if words(language).direction == "rtl":
        for key, texts in words(language).catalogue.texts.items():
            for text in texts:
                bare = re.sub(rf"{OPEN}[^{CLOSE}]*{CLOSE}|\{{\w+\}}", "", text)
                assert not re.search("[A-Za-z]", bare), key
                assert "{version}" not in re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", text)


@each_language
def test_the_picture_fills_in_the_direction_of_writing(language: str) -> None:
    page = report(answer("plain"), "sheet.html", language, date=DATE).content.decode()
    first = re.search(r'<circle cx="(\d+)" cy="10"', page.split('class="picture"')[1])
    assert first is not None
    assert first[1] == ("190" if words(language).direction == "rtl" else "10")


def test_digits_dates_and_lists_are_those_of_the_language() -> None:
    """Expected: CLDR, as printed on unicode.org for each locale."""
    expected = {
        "fa": ("۲۶٫۴", "۲۲ نوامبر ۲۰۲۶"), "ar": ("26.4", "22 نوفمبر 2026"), "ja": ("26.4", "2026年11月22日"),
        "hi": ("26.4", "22 नवंबर 2026"), "de": ("26,4", "22. November 2026"), "es": ("26,4", "22 de noviembre de 2026"),
        "en": ("26.4", "22 November 2026"),
    }  # fmt: skip
    for language in set(expected) & set(languages()):
        assert (words(language).number("26.4"), words(language).date(DATE)) == expected[language]
    assert words("en").listed(["a", "b", "c"]) == "a, b and c"


# Made-up languages.


def catalogue_of(language: str, turned: Any, head: str = "") -> str:
    """A catalogue made from the English one, with every text turned into another."""
    locale = Locale.parse(language)
    forms = [tag for tag in ("one", "two", "other") if tag in {locale.plural_form(n) for n in range(150)}]
    rule = {1: "0", 2: "(n != 1)", 3: "n==1 ? 0 : n==2 ? 1 : 2"}[len(forms)]
    lines = [
        'msgid ""', 'msgstr ""', f'"Language: {language}\\n"', head or '"X-Review: none\\n"',
        '"Content-Type: text/plain; charset=UTF-8\\n"', f'"Plural-Forms: nplurals={len(forms)}; plural={rule};\\n"', "",
    ]  # fmt: skip
    for key, texts in english().texts.items():
        lines.append(f'msgid "{key}"')
        if len(texts) == 1:
            lines.append(f'msgstr "{turned(texts[0])}"')
        else:
            chosen = [texts[0] if tag == "one" else texts[1] for tag in forms]
            lines.append(f'msgid_plural "{key}"')
            lines += [f'msgstr[{place}] "{turned(text)}"' for place, text in enumerate(chosen)]
        lines.append("")
    return "\n".join(lines)


def pieces(text: str, turned: Any) -> str:
    return "".join(part if part.startswith("{") else turned(part) for part in re.split(r"(\{\w+\})", text))


def longer(text: str) -> str:
    """40 % longer: two letters more behind every fifth."""
    return pieces(text, lambda part: re.sub(r"([A-Za-z]{3})", r"\1éé", part))


def hebrew(text: str) -> str:
    return pieces(text, lambda part: re.sub("[A-Za-z]", "ו", part))


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "en.po").write_bytes((words_module.FOLDER / "en.po").read_bytes())
    monkeypatch.setattr(words_module, "FOLDER", tmp_path)
    return tmp_path


@each_couple
@pytest.mark.parametrize(("language", "turned"), [("nl", longer), ("he", hebrew)])
def test_a_made_up_language_needs_no_code(made_up: Path, name: str, language: str, turned: Any) -> None:
    (made_up / f"{language}.po").write_text(catalogue_of(language, turned), "utf-8")
    page = report(answer(name), "sheet.html", language, date=DATE).content.decode()
    direction = "rtl" if language == "he" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page
    ours, theirs = asdict(sheet(answer(name), words(language))), said(name, ENGLISH)
    assert folded(strings(ours["box"])) == folded(strings(theirs["box"]))
    made = PdfReader(io.BytesIO(report(answer(name), "sheet.pdf", language, date=DATE).content))
    assert len(made.pages) <= 1 + (language == "nl")  # what is so much longer may take a second page
    if language == "he":
        body = re.sub(r"<(style|code|title|bdi).*?</\1>|<svg.*?</svg>|<[^>]+>", " ", page, flags=re.DOTALL)
        assert set(re.findall(r"[A-Za-z]{2,}", body)) <= {"dev", "lt", "gt"}  # the version, and signs


def test_what_is_longer_is_longer() -> None:
    texts = [text for each in english().texts.values() for text in each]
    assert 1.35 < sum(map(len, map(longer, texts))) / sum(map(len, texts)) < 1.6


# Broken ones.


def broken(folder: Path, old: str, new: str) -> TableError:
    text = catalogue_of("nl", str)
    assert old in text
    (folder / "nl.po").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(TableError) as caught:
        read(folder / "nl.po", english())
    assert str(caught.value).startswith("nl.po")
    return caught.value


CLINIC = 'msgid "clinic"\nmsgstr "Clinic:"'


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("about {number}", "about", "'about' lacks {number}"),
        ("about {number}", "about {number} {n}", "'about' has {n}"),
        ("about {number}", "about {number", "'about' has a brace"),
        ("about {number}", "about {number:x}", "'about' has a brace"),
        ("about {number}", "about {number.real}", "'about' has a brace"),
        ("about {number}", "about {} {number}", "'about' has a brace"),
        ("for *{yes}* of", "for *{yes} of", "'framing_yes' has a star"),
        ("for *{yes}* of", "for **{yes} of", "'framing_yes' has a star"),
        ("for *{yes}* of", "for بل*ل* {yes} of", "'framing_yes' has a star"),
        ("about {number}", f"about {OPEN}{{number}}", "'about' has an isolate"),
        ("for *{yes}* of", f"for *{{yes}}{OPEN}* of{CLOSE}", "'framing_yes' has an isolate"),
        ('msgstr[1] "{further} more would make {n}."', 'msgstr[1] ""', "'standing_more' needs 2 forms: one, other"),
        ('msgstr[1] "{further} more', 'msgstr[1] "More', "'standing_more' (form other) lacks {further}"),
        ('msgstr[0] "One more would make {n}."', 'msgstr[0] "One more."', "'standing_more' (form one) lacks {n}"),
        ('msgstr[1] "{further} more would make {n}."', 'msgstr[1] "{further} {n}"\nmsgstr[2] "x"', "'standing_more'"),
        (CLINIC, CLINIC.replace("clinic", "klinic"), "'klinic' is none of the English ones"),
        (CLINIC, f"{CLINIC}\n\n{CLINIC}", "'clinic' stands there twice"),
        (CLINIC, 'msgid "clinic"\nmsgid_plural "clinic"\nmsgstr[0] "a"\nmsgstr[1] "b"', "'clinic' has plural forms"),
        ('msgstr "Clinic:"', 'msgstr "Clinic:', "near message 'clinic'"),
        ("nplurals=2", "nplurals=3", "one, other"),
        ("(n != 1)", "(n > 1)", "one, other"),
        ("(n != 1)", "(n !! 1)", "one, other"),
        ("(n != 1);", "(n != 1)", "one, other"),
        ("Language: nl", "Language: de", "Language: nl"),
        ("charset=UTF-8", "charset=none", "no catalogue in UTF-8"),
        ("X-Review: none", "X-Review: checked", "X-Review"),
        ("X-Review: none", "X-Review: none; A. Name; 2026-11-25", "X-Review"),
        ("X-Review: none", "X-Review: clinician", "X-Review"),
        ("X-Review: none", "X-Review: clinician; ; 2026-11-25", "X-Review"),
        ("X-Review: none", "X-Review: reader; A. Name; yesterday", "X-Review"),
        ("X-Review: none", 'X-Review: none\\n"\n"X-Font: a;b\\n"\n"X-Font-From: c', "X-Font"),
        ("X-Review: none", 'X-Review: none\\n"\n"X-Font: Noto Sans', "X-Font"),
        ("X-Review: none", 'X-Review: none\\n"\n"X-Formats: xx_YY', "CLDR"),
    ],
)  # fmt: skip
def test_a_broken_catalogue_is_refused_with_file_and_message(tmp_path: Path, old: str, new: str, named: str) -> None:
    error = broken(tmp_path, old, new)
    assert named in str(error)
    assert "\n" not in str(error)


def test_a_file_that_is_no_text_or_no_language_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nl.po").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "qqq.po").write_text(catalogue_of("nl", str), "utf-8")
    for name in ("nl", "qqq"):
        with pytest.raises(TableError, match=f"{name}.po"):
            read(tmp_path / f"{name}.po", english())


def test_a_broken_catalogue_ends_the_command_in_a_sentence(made_up: Path) -> None:
    (made_up / "nl.po").write_text(catalogue_of("nl", str).replace("about {number}", "about"), "utf-8")
    given = ["--oocyte-age", "36", "--ploidy", "untested", "--failed", "3"]
    done = CliRunner().invoke(cli, ["report", "--format", "sheet.html", "--language", "nl", *given])
    assert re.search(r"nl\.po, line \d+: message 'about' lacks \{number\}", done.output.replace("\n", " "))
    assert done.exit_code not in {0, 1}
    assert "Traceback" not in done.output


# What is not translated, and who has checked.


def incomplete(folder: Path, language: str) -> None:
    text = catalogue_of(language, hebrew)
    for key in ("clinic", "box_by_for"):
        text = re.sub(rf'(msgid "{key}"\nmsgstr )".*"', r'\1""', text)
    (folder / f"{language}.po").write_text(text, "utf-8")


def test_an_incomplete_catalogue_is_refused(made_up: Path) -> None:
    incomplete(made_up, "he")
    with pytest.raises(InvalidInput) as caught:
        words("he")
    (problem,) = caught.value.problems
    assert (problem.field, problem.code) == ("language", "incomplete")
    assert f"he.po lacks 2 of {len(english().texts)} messages, first 'clinic'" in problem.allowed


def test_where_it_is_asked_for_the_english_parts_are_marked(made_up: Path) -> None:
    incomplete(made_up, "he")
    page = report(answer("plain"), "sheet.html", "he", date=DATE, incomplete=True).content.decode()
    assert '<bdi lang="en" dir="ltr">Clinic:</bdi>' in page
    assert '<bdi lang="en" dir="ltr">70 in 100 <strong>by</strong> transfer 4 is not' in page
    assert (
        '<bdi lang="en" dir="ltr">Parts of this sheet are not translated yet, and stand here in English.</bdi>' in page
    )
    made = report(answer("plain"), "sheet.pdf", "he", date=DATE, incomplete=True).content
    assert len(PdfReader(io.BytesIO(made)).pages) == 1
    given = ["--oocyte-age", "36", "--ploidy", "untested", "--failed", "3", "--format", "sheet.html"]
    done = CliRunner().invoke(cli, ["report", "--language", "he", "--incomplete", *given])
    assert done.exit_code == 0
    assert 'lang="he"' in done.output


def test_a_fuzzy_text_is_not_taken_for_a_translation(made_up: Path) -> None:
    text = catalogue_of("nl", str).replace('msgid "clinic"', '#, fuzzy\nmsgid "clinic"')
    (made_up / "nl.po").write_text(text, "utf-8")
    assert words("nl", incomplete=True).english == {"clinic"}


@pytest.mark.parametrize("review", [Review.READER, Review.CLINICIAN])
def test_only_a_clinician_takes_the_line_away(made_up: Path, review: Review) -> None:
    head = f'"X-Review: {review}; A. Name; 2026-11-25\\n"'
    (made_up / "nl.po").write_text(catalogue_of("nl", longer, head), "utf-8")
    found = words("nl")
    assert found.catalogue.reviewed == "A. Name, 2026-11-25"
    assert bool(found.notes()) == (review == Review.READER)


# Fonts.


def test_a_font_that_is_missing_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_families", lambda: frozenset({fonts.LATIN}))
    for language in TRANSLATIONS:
        font, source = words(language).catalogue.font, words(language).catalogue.font_from
        if not font:
            assert report(answer("plain"), "sheet.pdf", language, date=DATE).content
            continue
        with pytest.raises(InvalidInput) as caught:
            report(answer("plain"), "sheet.pdf", language, date=DATE)
        (problem,) = caught.value.problems
        assert (problem.field, problem.code) == ("language", "no_font")
        assert font in problem.allowed
        assert f"install {source}" in problem.allowed
        assert report(answer("plain"), "sheet.html", language, date=DATE).content


def test_a_letter_the_font_lacks_is_no_box(made_up: Path) -> None:
    (made_up / "nl.po").write_text(catalogue_of("nl", lambda text: text.replace("Clinic", "ⴰ")), "utf-8")
    with pytest.raises(InvalidInput) as caught:
        report(answer("plain"), "sheet.pdf", "nl", date=DATE)
    assert caught.value.problems[0].code == "no_font"


def test_what_english_says_of_a_clinics_own_things_is_marked_as_english() -> None:
    for language in TRANSLATIONS:
        assert words(language).in_english("x") == f"{OPEN}x{CLOSE}"
    assert words().in_english("x") == "x"
    assert said_as_html(f"a *b* {OPEN}<c> *d*{CLOSE}") == (
        'a <strong>b</strong> <bdi lang="en" dir="ltr">&lt;c&gt; <strong>d</strong></bdi>'
    )


def test_digits_that_are_not_known_here_stay_latin(tmp_path: Path) -> None:
    """Dzongkha has digits of its own, which this software does not know."""
    text = catalogue_of("de", str).replace("Language: de\\n", 'Language: de\\n"\n"X-Formats: dz\\n')
    (tmp_path / "de.po").write_text(text, "utf-8")
    assert words("de", tmp_path).number("26.4") == "26.4"


def test_a_case_in_another_language_keeps_every_grade() -> None:
    for language in TRANSLATIONS:
        page = sheet(assess(PLAIN | {"failed_transfers": 4}), words(language))
        assert [box.grade for box in page.grades] == list(Grade)


def test_the_couples_for_review_are_of_ten_kinds() -> None:
    """Bounds, a line long crossed, one that cannot be counted, mixed ones, own counts: each is what it is called."""
    couples = runpy.run_path(str(Path(__file__).parents[1] / "scripts/review.py"))["COUPLES"]
    answers = {name: assess(case) for name, case in couples.items()}
    found = {name: each.threshold for name, each in answers.items() if each.threshold}
    assert len(found) == 10
    assert {name: each.reached for name, each in found.items()} == {
        "not yet": False, "reached": True, "none so far": False, "long crossed": True, "own counts": False,
        "not countable": False, "mixed": False, "bounds": None, "age not known": None, "losses": False,
    }  # fmt: skip
    assert found["not countable"].counting_cannot_tell
    assert {name for name, each in found.items() if each.total.agreed is None} == {"bounds", "age not known"}
    primary = answers["mixed"].primary
    assert primary is not None
    assert len(set(primary.transfer_percents)) > 1
    assert answers["own counts"].primary is not None
    assert answers["own counts"].case.clinic_successes == 52
    assert found["losses"].failed_transfers == 0
