"""Exports in a real browser and a real server: the file comes, or the page says why there is none."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import TimeoutError, expect  # noqa: A004

from report_cases import PLAIN
from rif_threshold import assess
from rif_threshold.report.check_code import check_code

SIGN = "𒀀"
"""A cuneiform sign, which no font of a usual machine has."""


def test_a_letter_that_no_font_has_is_named_on_the_page(visit: Any, served: Any) -> None:
    visit.open()
    visit.page.get_by_role("button", name="Save or open").click()
    visit.settle()
    visit.type("check_code", check_code(assess(PLAIN | {"medications": [SIGN]})))
    visit.page.get_by_role("button", name="Put this case into the fields").click()
    visit.settle()
    visit.choose("tabs", "Files")
    visit.settle()
    said = visit.page.locator("[class*=st-key-problem_export]")
    expect(said).to_contain_text("no file was made", timeout=30_000)
    expect(said).to_contain_text("U+12000 CUNEIFORM SIGN A")
    log = served.log.read_text()
    assert SIGN not in log
    assert "Traceback" not in log
    for name in ("Clinician report", "Curve, PNG"):
        with visit.page.expect_download() as download:
            visit.page.get_by_role("button", name=name, exact=True).click()
        assert download.value.path().stat().st_size > 1000
        visit.settle()
    expect(visit.page.get_by_role("button", name="Clinician report, PDF", exact=True)).to_be_disabled()


def test_two_files_asked_for_at_once_both_come(visitor: Callable[..., Any]) -> None:
    """Each by its own name, in tabs where nothing was asked for before."""
    for _ in range(3):
        visit = visitor().open()
        visit.couple("36", "Untested", "3")
        visit.choose("tabs", "Files")
        visit.settle()
        files: list[str] = []
        visit.page.on("download", lambda download, files=files: files.append(download.suggested_filename))
        for name in ("Clinician report", "Clinician report, PDF"):
            visit.page.get_by_role("button", name=name, exact=True).click()
        for _ in range(100):
            if len(files) == 2:
                break
            visit.page.wait_for_timeout(100)
        assert sorted(files) == ["rif-threshold-report.html", "rif-threshold-report.pdf"]


def _took(visit: Any, name: str) -> str:
    """The file of a button. A click that meets the change of the buttons may bring none, and is then made again."""
    button = visit.page.get_by_role("button", name=name, exact=True)
    try:
        with visit.page.expect_download(timeout=20_000) as download:
            button.click()
    except TimeoutError:
        with visit.page.expect_download(timeout=60_000) as download:
            button.click()
    text: str = download.value.path().read_text("utf-8")
    return text


def _first_answer(visit: Any, failed: str) -> None:
    visit.type("oocyte_age_years", "36")
    visit.choose("ploidy", "Untested")
    visit.type("failed_transfers", failed)


def test_a_file_clicked_just_after_a_keystroke_is_of_what_was_typed_or_the_page_says_otherwise(
    visitor: Callable[..., Any],
) -> None:
    """The number is typed and the button clicked in one go, with nothing in between."""
    for typed in ("4", "5", "2"):
        visit = visitor().open()
        _first_answer(visit, "3")
        visit.choose("tabs", "Files")
        visit.settle()
        visit.page.locator(".st-key-failed_transfers input").fill(typed)
        held = json.loads(_took(visit, "Assessment, JSON"))["case"]["failed_transfers"]
        visit.settle()
        said_otherwise = visit.page.get_by_text("made from what stood here then: Assessment, JSON").is_visible()
        assert held == int(typed) or said_otherwise


def test_a_file_taken_before_a_change_is_named_until_it_is_taken_again(visit: Any) -> None:
    visit.open()
    _first_answer(visit, "3")
    visit.choose("tabs", "Files")
    visit.settle()
    earlier = visit.page.get_by_text("made from what stood here then")
    _took(visit, "Assessment, JSON")
    visit.settle()
    expect(earlier).to_have_count(0)
    visit.type("failed_transfers", "4")
    expect(earlier).to_have_text("Taken before the last change, and made from what stood here then: Assessment, JSON.")
    _took(visit, "Assessment, JSON")
    visit.type("oocyte_age_years", "37")
    visit.type("oocyte_age_years", "36")
    expect(earlier).to_have_count(0)
    visit.type("failed_transfers", "5")
    expect(earlier).to_have_count(1)
    visit.page.get_by_role("button", name="New couple", exact=True).click()
    visit.settle()
    _first_answer(visit, "3")
    expect(earlier).to_have_count(0)
