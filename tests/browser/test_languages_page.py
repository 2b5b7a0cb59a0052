"""The couple's page in every language there is a catalogue for, chosen by its own name."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from rif_threshold.report import ENGLISH
from rif_threshold.report.words import Words, languages, words

TRANSLATIONS = [language for language in languages() if language != ENGLISH]
CHECKED = "No clinician has checked this translation."
OUR_TEXT = "[data-testid=stMain] .st-key-explain :is(h2, h3, p, li, th, td)"

each_language = pytest.mark.parametrize("language", TRANSLATIONS)


def own_name(language: str) -> str:
    return str(words(language).locale.get_display_name())


def opened(visitor: Callable[..., Any], language: str, **options: Any) -> tuple[Any, Words]:
    """The page of a couple of 36 in a language, as somebody chooses it there."""
    visit = visitor(**options)
    visit.open()
    visit.couple("36", "Untested", "3").go("For the couple")
    visit.choose("language", own_name(language))
    return visit, words(language)


def plain(text: str) -> str:
    """Words as they are read: no stars, no isolates, one blank between two."""
    return re.sub(r"\s+", " ", re.sub("[*\u2066\u2069]", "", text)).strip()


@each_language
@pytest.mark.parametrize("width", [1280, 360])
def test_it_speaks_the_language_chosen(visitor: Callable[..., Any], language: str, width: int) -> None:
    visit, ours = opened(visitor, language, width=width)
    page, text = visit.page, plain(visit.text)
    four = ours.number("4")
    assert plain(ours("first_line_not_yet", 4, n=four)) in text
    assert ours("not_reviewed") in text
    assert CHECKED in text
    for key in ("box_title", "range_title", "options_title", "teach_title", "source_title", "take_title"):
        assert ours(key) in text
        assert words()(key) not in text
    said = page.locator(OUR_TEXT).evaluate_all(
        "all => all.map(each => [each.closest('[lang]').lang, getComputedStyle(each).direction])"
    )
    assert said
    assert {tuple(each) for each in said} == {(language, ours.direction)}
    english = page.locator(".st-key-explain [lang=en]").all_inner_texts()
    assert CHECKED in english
    visit.accessible()
    visit.no_sideways_scroll()


@each_language
def test_the_page_mirrors_with_the_writing(visitor: Callable[..., Any], language: str) -> None:
    """What comes first stands where reading begins: the picture, its circles, the columns of the table."""
    visit, ours = opened(visitor, language)
    page = visit.page
    middle = "each => { const box = each.getBoundingClientRect(); return box.left + box.width / 2; }"
    pairs = [
        (page.locator(".stVegaLiteChart svg").first, page.get_by_text(ours("not_a_baby")).first),
        (page.locator(".st-key-explain th").first, page.locator(".st-key-explain th").last),
    ]
    for first, second in pairs:
        ahead = second.evaluate(middle) - first.evaluate(middle)
        assert (ahead < 0) == (ours.direction == "rtl")
    circle, drawn = (page.locator(f".stVegaLiteChart svg{each}").first for each in (" .mark-symbol path", ""))
    assert (circle.evaluate(middle) > drawn.evaluate(middle)) == (ours.direction == "rtl")
    # A full stop stands at the end of the reading, not at its beginning.
    stop, before, lower = page.locator(".st-key-explain li").first.evaluate(
        """each => {
            const walker = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
            let node = null;
            while (walker.nextNode()) if (walker.currentNode.data.trim()) node = walker.currentNode;
            const place = offset => {
                const range = document.createRange();
                range.setStart(node, offset); range.setEnd(node, offset + 1);
                return range.getBoundingClientRect();
            };
            const last = node.data.trimEnd().length - 1;
            return [place(last).left, place(last - 1).left, place(last).top - place(last - 1).top];
        }"""
    )
    assert lower > 1 or (stop < before) == (ours.direction == "rtl")


@each_language
def test_its_downloads_are_in_the_language_chosen(visitor: Callable[..., Any], language: str, tmp_path: Path) -> None:
    visit, ours = opened(visitor, language, accept_downloads=True)
    taken = {}
    for name in ("sheet.html", "sheet.pdf"):
        with visit.page.expect_download() as waiting:
            visit.page.get_by_role("button", name=ours(f"take_{name}"), exact=True).click()
        file = tmp_path / name
        waiting.value.save_as(file)
        taken[name] = file.read_bytes()
    page = taken["sheet.html"].decode()
    assert f'<html lang="{language}" dir="{ours.direction}">' in page
    assert CHECKED in page
    made = PdfReader(io.BytesIO(taken["sheet.pdf"]))
    assert made.trailer["/Root"]["/Lang"] == language
    assert made.metadata is not None
    assert made.metadata.title == ours("title")


def test_a_language_can_be_changed_and_english_taken_back(visitor: Callable[..., Any]) -> None:
    """Also by a click that is let go at once, and through every one of them."""
    visit, _ = opened(visitor, TRANSLATIONS[0], width=360)
    for language in (*TRANSLATIONS, ENGLISH):
        visit.choose("language", own_name(language))
        assert words(language)("box_title") in visit.text
        chosen = visit.page.locator(".st-key-language").get_by_role("radio", checked=True)
        assert chosen.all_inner_texts() == [own_name(language)]
    assert CHECKED not in visit.text
    visit.choose("language", own_name(ENGLISH))  # what is chosen stays chosen
    assert words()("box_title") in visit.text
    visit.choose("language", own_name(TRANSLATIONS[-1]))
    visit.go("Threshold")
    visit.go("For the couple")
    assert words(TRANSLATIONS[-1])("box_title") in visit.text
