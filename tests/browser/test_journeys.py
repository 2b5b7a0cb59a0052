"""From an empty page to paper, as a clinician would, in a real browser."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader

TITLES = ("Threshold", "Work-up", "For the couple", "Immune step (contested)", "Our clinic", "Sources")


def type_the_worked_woman(visit: Any) -> Any:
    visit.open()
    visit.couple("36", "Untested", "3")
    visit.pick("also_from", "Live-birth chance")
    visit.type("live_birth_percent", "23.8")
    visit.choose("live_birth_per", "Treatment cycle")
    return visit


def test_from_an_empty_page_to_the_verdicts_and_to_paper(visit: Any) -> None:
    visit.open()
    assert "No couple yet" in visit.text
    visit.accessible()

    type_the_worked_woman(visit)
    assert "■ Reached: the threshold was crossed after 3 transfers" in visit.text
    assert "62.1 % so far, the 60 % line is crossed" in visit.text
    assert "The routes disagree" in visit.text
    assert "0.42 percentage points from giving 3" in visit.text
    chart = visit.page.locator("[role=graphics-document]")
    assert "passes 60 % after 4 transfers" in (chart.get_attribute("aria-label") or "")
    assert chart.locator("path[aria-label]").count() or chart.locator("path").count()
    visit.accessible()

    visit.go("Work-up")
    assert "Now: the threshold" in visit.text
    visit.choose("finding_chronic_endometritis", "Abnormal")
    assert "Test for chronic endometritis: abnormal" in visit.text
    visit.accessible()

    visit.go("Immune step (contested)")
    assert visit.text.index("Boxed warning") < visit.text.index("Protocol by protocol")
    visit.type("answer_th1_th2_ratio", "12.5")
    for name in ("hypersensitivity", "ciclosporin", "active_infection", "live_vaccine_due"):
        visit.choose(f"answer_{name}", "No")
    assert "asks for more than 4 failed transfers" in visit.text
    assert "Meets the entry criteria of none" in visit.text
    visit.accessible()

    visit.go("For the couple")
    assert "After 3 transfers without a pregnancy, it is time to look for a reason." in visit.text
    visit.accessible()
    paper = visit.page.pdf(format="A4")
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages]
    assert all(map(str.strip, texts))  # no empty sheet at the end
    text = "\n".join(texts)
    assert "After 3 transfers" in text
    assert "Couple sheet" not in text

    visit.go("Threshold")
    assert "62.1 % so far" in visit.text
    paper = PdfReader(io.BytesIO(visit.page.pdf(format="A4")))
    assert len(paper.pages) == 1
    assert "For: age at egg retrieval 36" in "\n".join(page.extract_text() for page in paper.pages).replace("\n", " ")
    assert "?" not in visit.page.url


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_at_every_width_in_light_and_dark(visitor: Callable[..., Any], width: int, dark: bool) -> None:
    visit = type_the_worked_woman(visitor(width=width, dark=dark))
    for path in ("", "workup", "tacrolimus", "explain", "our_clinic", "sources"):
        if path:
            go_narrow(visit, path)
        visit.no_sideways_scroll()
        visit.accessible()


def go_narrow(visit: Any, path: str) -> None:
    """Follow the link in the list of pages by its path: on a phone it is another list than on a desk."""
    visit.page.locator(f"a[href$='/{path}']:visible").first.click()
    visit.page.wait_for_url(f"**/{path}")
    visit.settle()
    visit.page.locator("h1").first.wait_for()


def test_every_tab_shown_and_every_panel_unfolded(visit: Any) -> None:
    type_the_worked_woman(visit)
    for shown in ("Routes", "How sure", "What it means", "Numbers", "Sources", "Files"):
        visit.choose("tabs", shown)
        for panel in visit.page.locator("[data-testid=stExpander] details:visible").all():
            if panel.get_attribute("open") is None:
                panel.locator("summary").click()
                visit.settle()
        visit.accessible()
    visit.page.set_viewport_size({"width": 360, "height": 900})
    visit.settle()
    visit.no_sideways_scroll()
    visit.accessible()
    visit.press("Save or open")
    visit.page.get_by_text("RIF1-").first.wait_for()
    visit.page.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("oocyte_age_years", "99", "ages from 18 to 55"),
        ("oocyte_age_years", "36.5", "it is not whole"),
        ("oocyte_age_years", "![x](http://evil.example/a) <img src=http://evil.example/b>", "whole number"),
        ("failed_transfers", "-3", "must not be negative"),
        ("live_birth_percent", "0.238", "did you mean 23.8"),
        ("live_birth_percent", "23,8", "decimal comma"),
    ],
)
def test_no_stale_answer_beside_a_refused_input(visit: Any, field: str, typed: str, said: str) -> None:
    type_the_worked_woman(visit)
    visit.type(field, typed)
    message = visit.page.locator(
        f".st-key-{field} ~ * [role=alert], [class*=st-key-problem_{field}] [role=alert]"
    ).first
    assert said.lower() in message.inner_text().lower()
    assert visit.page.locator(f".st-key-{field} input").input_value() == typed
    assert "crossed after" not in visit.text
    assert visit.page.locator("[role=graphics-document]").count() == 0
    assert not visit.page.locator("a[href*=evil]").count()
    visit.accessible()


def test_what_is_typed_is_judged_without_leaving_the_field(visit: Any) -> None:
    type_the_worked_woman(visit)
    visit.page.locator(".st-key-failed_transfers input").fill("2")
    visit.page.get_by_text("2 failed: 47.6").first.wait_for()
    visit.settle()
    assert "2 failed: 47.6 % so far, one more crosses" in visit.text


def test_new_couple_clears_every_field_on_every_page(visit: Any) -> None:
    type_the_worked_woman(visit)
    visit.go("Work-up")
    visit.choose("finding_thyroid_function", "Normal")
    visit.go("Threshold")
    visit.page.get_by_role("button", name="New couple").click()
    visit.settle()
    assert "No couple yet" in visit.text
    assert [box.input_value() for box in visit.page.locator(".stTextInput input:visible").all()] == ["", ""]
    assert visit.page.locator("[role=radio][aria-checked=true]").count() == 0
    visit.couple("40", "Untested", "1")
    assert "Live-birth chance ×" not in visit.text
    visit.go("Work-up")
    assert visit.page.locator("[role=radio][aria-checked=true]").count() == 0


def test_by_keyboard_alone(visit: Any) -> None:
    visit.open()
    keyboard = visit.page.keyboard

    def tab_to(selector: str) -> None:
        for _ in range(40):
            keyboard.press("Tab")
            if visit.page.evaluate("selector => document.activeElement.closest(selector) !== null", selector):
                return
        pytest.fail(f"{selector} cannot be reached by the Tab key")

    tab_to(".st-key-oocyte_age_years input")
    keyboard.type("36")
    tab_to(".st-key-ploidy [role=radio]")
    keyboard.press("Space")
    tab_to(".st-key-failed_transfers input")
    keyboard.type("3")
    keyboard.press("Enter")
    visit.settle()
    assert "□ Not yet: the threshold comes after 4 transfers" in visit.text
    tab_to(".st-key-fold_more summary")
    keyboard.press("Enter")
    visit.settle()
    assert visit.page.locator(".st-key-threshold_percent input").is_visible()


def test_a_download_is_made_on_click_and_its_name_says_nothing(visit: Any) -> None:
    type_the_worked_woman(visit)
    visit.go("For the couple")
    visit.press("Copy note")
    before = [url for url in visit.requests if url.startswith(f"{visit.address}/media/")]
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Clinician note").click()
    assert download.value.suggested_filename == "rif-threshold-note.txt"
    assert "62.1" in download.value.path().read_text()
    assert not before


def test_a_copied_link_holds_nothing(visit: Any) -> None:
    type_the_worked_woman(visit)
    for title in TITLES[1:]:
        visit.go(title)
        assert "?" not in visit.page.url
        assert "#" not in visit.page.url


def test_what_was_chosen_is_seen_on_paper(visit: Any) -> None:
    visit.open()
    type_the_worked_woman(visit)
    visit.go("Work-up")
    visit.choose("finding_chronic_endometritis", "Abnormal")
    visit.page.emulate_media(media="print")
    visit.settle()
    widths = visit.page.locator(".st-key-finding_chronic_endometritis button").evaluate_all(
        "all => all.map(each => [each.innerText.trim(), parseFloat(getComputedStyle(each).borderLeftWidth)])"
    )
    assert {word: width for word, width in widths if width >= 3} == {"Abnormal": 3}
    weights = visit.page.locator(".st-key-finding_chronic_endometritis button p").evaluate_all(
        "all => all.map(each => [each.innerText.trim(), getComputedStyle(each).fontWeight])"
    )
    assert [word for word, weight in weights if weight == "800"] == ["Abnormal"]
