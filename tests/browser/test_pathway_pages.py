"""The work-up and the immune step in a real browser: how long they are, what stays in its place, what paper shows."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pypdf import PdfReader

from rif_threshold import assess
from rif_threshold.report.check_code import check_code
from rif_threshold.vocabulary import Ploidy, Stage, TransferResult
from rif_threshold.wording import capital, word

from .test_journeys import go_narrow

SCREENS = {1280: 900, 360: 740}
WORKUP = {1280: 2_400, 360: 4_500}
FIRST_QUESTION, WHOLE = {1280: 700, 360: 1_300}, {1280: 4_000, 360: 8_000}


def length(visit: Any) -> int:
    """How long the page is, in pixels."""
    return int(visit.page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight"))


def top(visit: Any, selector: str) -> int:
    """How far below the top of the page something stands, in pixels."""
    return int(
        visit.page.locator(selector).first.evaluate(
            "each => each.getBoundingClientRect().top + document.querySelector('[data-testid=stMain]').scrollTop"
        )
    )


@pytest.mark.parametrize("width", SCREENS)
def test_the_pages_are_as_long_as_a_consultation_bears(visitor: Callable[..., Any], width: int) -> None:
    visit = visitor(width=width, height=SCREENS[width]).open().couple("34", "Euploid", "5")
    go_narrow(visit, "workup")
    found = {"work-up": length(visit)}
    go_narrow(visit, "tacrolimus")
    found |= {"first question": top(visit, ".st-key-answer_th1_th2_ratio"), "immune step": length(visit)}
    allowed = {
        "work-up": WORKUP[width],
        "first question": FIRST_QUESTION[width],
        "immune step": WHOLE[width],
    }
    assert {name for name, pixels in found.items() if pixels > allowed[name]} == set(), found


CASE = Path(__file__).parents[1] / "cases/tacrolimus_five_failed_euploid.json"


def everything_answered(visit: Any) -> Any:
    """Five failed euploid transfers with every question answered, one medicine of three misspelt."""
    case = json.loads(CASE.read_text("utf-8"))
    code = check_code(assess(case | {"medications": ["folic acid", "levothyroxine", "fluconazloe"]}))
    visit.open()
    visit.page.get_by_role("button", name="Save or open").click()
    visit.settle()
    visit.type("check_code", code)
    visit.page.get_by_role("button", name="Put this case into the fields").click()
    visit.settle()
    visit.page.keyboard.press("Escape")
    visit.settle()
    return visit


def paper(visit: Any) -> tuple[int, str]:
    """How many A4 pages are printed, and what stands on them."""
    pages = PdfReader(io.BytesIO(visit.page.pdf(format="A4"))).pages
    return len(pages), " ".join("\n".join(page.extract_text() for page in pages).split())


def test_paper_has_what_was_answered_on_two_pages_and_on_three(visit: Any) -> None:
    everything_answered(visit)
    visit.go("Work-up")
    pages, text = paper(visit)
    assert pages <= 2
    assert "Not recommended: 20 items" not in text
    assert "Abnormal" not in text
    visit.go("Immune step (contested)")
    visit.page.get_by_role("button", name="Did you mean fluconazole?").click()
    visit.settle()
    assert "on hold: fluconazole" in visit.text
    pages, text = paper(visit)
    assert pages <= 3
    assert "No verdict waits for another answer." in text
    for closed in ("Where sources disagree", "Monitoring", "Not known"):
        assert closed not in text


def test_what_nobody_answered_is_not_on_paper(visit: Any) -> None:
    visit.open().couple("34", "Euploid", "5")
    visit.go("Immune step (contested)")
    visit.choose("answer_hypersensitivity", "No")
    _, text = paper(visit)
    assert "Is there hypersensitivity" in text
    for empty in ("Is there an active infection", "How was the ratio measured", "None are taken", "Choose"):
        assert empty not in text


def places(visit: Any) -> list[tuple[str, int]]:
    """Every question in order, and how far from the left it stands."""
    asked = visit.page.locator(":is([class*=st-key-ask_entry], [class*=st-key-ask_safety]) > .stElementContainer")
    found: list[tuple[str, int]] = asked.evaluate_all(
        "all => all.map(each => [each.className.match(/st-key-(answer|finding)_\\w+/)?.[0],"
        " Math.round(each.getBoundingClientRect().left)])"
    )
    return [each for each in found if each[0]]


def test_nothing_jumps_or_vanishes_and_what_is_answered_can_be_corrected(visit: Any) -> None:
    visit.open().couple("34", "Euploid", "5")
    visit.go("Work-up")
    visit.choose("finding_thyroid_function", "Normal")
    visit.go("Immune step (contested)")
    before = places(visit)
    assert len(before) > 45
    assert visit.page.locator(".st-key-finding_thyroid_function [aria-checked=true]").inner_text() == "Normal"
    visit.choose("answer_active_infection", "Yes")
    assert places(visit) == before
    focused = "() => document.activeElement.closest('.st-key-answer_active_infection') !== null"
    assert visit.page.evaluate(focused)
    assert "what stops, stops them all" in visit.text
    grey = visit.page.locator(".st-key-answer_liver_disease [role=radiogroup]")
    assert grey.get_attribute("aria-disabled") == "true"
    known = visit.page.locator(".st-key-finding_thyroid_function [role=radiogroup]")
    assert known.get_attribute("aria-disabled") == "false"
    visit.accessible()
    visit.choose("answer_active_infection", "No")
    visit.choose("finding_thyroid_function", "Abnormal")
    assert places(visit) == before
    assert grey.get_attribute("aria-disabled") == "false"
    visit.go("Work-up")
    assert visit.page.locator(".st-key-finding_thyroid_function [aria-checked=true]").inner_text() == "Abnormal"


@pytest.mark.parametrize("width", [360, 640])
def test_a_page_is_seen_once_it_is_chosen_on_a_narrow_screen(visitor: Callable[..., Any], width: int) -> None:
    visit = visitor(width=width, height=740).open().couple("34", "Euploid", "5")
    pages = visit.page.locator("nav a:visible")
    assert pages.count() == 6
    for number in (1, 2, 4, 5, 0):
        if number == 2:
            visit.page.keyboard.press("Tab")
            assert pages.nth(number).evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
            visit.page.keyboard.press("Enter")
        else:
            pages.nth(number).click()
        visit.page.wait_for_url(f"**{urlsplit(pages.nth(number).get_attribute('href')).path}")
        visit.settle()
        assert uncovered(visit, "h1")
        assert uncovered(visit, ".st-key-strip")
    visit.no_sideways_scroll()


def uncovered(visit: Any, selector: str) -> bool:
    """Whether something is on the screen, and nothing lies over it from end to end."""
    return bool(
        visit.page.locator(selector).first.evaluate(
            """each => {
                const {left, right, top, bottom} = each.getBoundingClientRect();
                return [left + 2, (left + right) / 2, right - 2]
                    .every(x => each.contains(document.elementFromPoint(x, (top + bottom) / 2)));
            }"""
        )
    )


@pytest.mark.parametrize("width", SCREENS)
def test_every_word_of_a_transfer_is_read_whole(visitor: Callable[..., Any], width: int) -> None:
    visit = visitor(width=width, height=SCREENS[width])
    visit.open()
    visit.type("failed_transfers", "1")
    visit.page.locator(".st-key-history_given label").first.click()
    visit.settle()
    visit.type("history_1_oocyte_age_years", "35-39")
    for part, listed in (("result", TransferResult), ("ploidy", Ploidy), ("stage", Stage)):
        label = max((capital(word(each)) for each in listed), key=len)
        box = visit.page.locator(f".st-key-history_1_{part} input").first
        box.fill(label)
        box.press("ArrowDown")
        box.press("Enter")
        visit.settle()
    visit.page.locator("h1").first.click()
    visit.settle()
    room = visit.page.locator("[class*=st-key-history_row_1] input").evaluate_all(
        "all => all.map(each => [each.value, each.clientWidth - each.scrollWidth])"
    )
    assert [value for value, spare in room if spare < 0] == []
    assert {"Pregnancy of unknown location", "Low-level mosaic", "35-39"} <= {value for value, _ in room}
    tops = {round(cell.bounding_box()["y"]) for cell in cells(visit)}
    assert len(tops) == {1280: 1, 360: 2}[width]
    visit.no_sideways_scroll()


def cells(visit: Any) -> list[Any]:
    """What can be filled in or pressed in the first transfer of the list."""
    return list(visit.page.locator("[class*=st-key-history_row_1] :is(.react-aria-ComboBox, .stTextInput > div)").all())


VIEWS: dict[str, dict[str, Any]] = {
    "desk": {"width": 1280, "height": 900},
    "phone in the dark": {"width": 360, "height": 740, "dark": True},
    "desk at 200 %": {"width": 640, "height": 450, "device_scale_factor": 2},
}


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_in_the_main_states(visitor: Callable[..., Any], view: str) -> None:
    visit = visitor(**VIEWS[view]).open().couple("34", "Euploid", "5")
    go_narrow(visit, "workup")
    visit.choose("finding_chronic_endometritis", "Abnormal")
    unfold(visit, "fold_not_recommended")
    visit.accessible()
    visit.no_sideways_scroll()
    go_narrow(visit, "tacrolimus")
    visit.type("answer_th1_th2_ratio", "12,5")  # refused
    visit.accessible()
    visit.type("answer_th1_th2_ratio", "12.5")
    visit.choose("answer_active_infection", "Yes")  # stopped, the rest grey
    unfold(visit, "fold_gate", "fold_nakagawa_2015")
    visit.accessible()
    visit.no_sideways_scroll()


def unfold(visit: Any, *folds: str) -> None:
    for fold in folds:
        visit.page.locator(f".st-key-{fold} summary").first.click()
        visit.settle()


FOCUS_SEEN = """() => {
    const at = document.activeElement, {left, right, top, bottom} = at.getBoundingClientRect();
    const shows = each => { const style = getComputedStyle(each);
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none' || style.borderColor !== style.color; };
    const on = right > 0 && left < innerWidth && bottom > 0 && top < innerHeight;
    return on && [at, at.parentElement, at.parentElement.parentElement].some(shows);
}"""


def tab_to(visit: Any, selector: str) -> int:
    """Reach something by the Tab key alone, and how many presses that took; the focus is seen all the way."""
    for pressed in range(1, 90):
        visit.page.keyboard.press("Tab")
        at = visit.page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        assert visit.page.evaluate(FOCUS_SEEN), at
        if visit.page.evaluate("selector => document.activeElement.closest(selector) !== null", selector):
            return pressed
    pytest.fail(f"{selector} cannot be reached by the Tab key")


def test_work_up_and_immune_step_by_keyboard_alone(visit: Any) -> None:
    visit.open().couple("34", "Euploid", "5")
    keyboard = visit.page.keyboard
    visit.go("Work-up")
    tab_to(visit, ".st-key-finding_lifestyle [role=radio]")
    keyboard.press("ArrowRight")
    keyboard.press("Space")
    visit.settle()
    assert visit.page.locator(".st-key-finding_lifestyle [aria-checked=true]").inner_text() == "Abnormal"
    assert tab_to(visit, ".st-key-finding_endometrial_thickness [role=radio]") == 1  # one stop an item
    visit.go("Immune step (contested)")
    tab_to(visit, ".st-key-answer_th1_th2_ratio input")
    keyboard.type("12.5")
    keyboard.press("Enter")
    visit.settle()
    tab_to(visit, ".st-key-answer_hypersensitivity [role=radio]")
    keyboard.press("ArrowRight")
    keyboard.press("Space")
    visit.settle()
    assert visit.page.locator(".st-key-answer_hypersensitivity [aria-checked=true]").inner_text() == "No"
    tab_to(visit, ".st-key-medications input")
    keyboard.type("fluconazloe")
    keyboard.press("Enter")
    keyboard.press("Escape")
    visit.settle()
    tab_to(visit, "[class*=st-key-suggestion_0_] button")
    keyboard.press("Enter")
    visit.settle()
    assert "on hold: fluconazole" in visit.page.locator(".st-key-strip").inner_text()
    tab_to(visit, ".st-key-fold_nakagawa_2015 summary")
    keyboard.press("Enter")
    visit.settle()
    assert "What it found" in visit.text
