"""The work-up and the immune step in a real browser: how long they are, what stays in its place, what paper shows."""

from collections.abc import Callable
from typing import Any

import pytest

from .test_journeys import go_narrow

SCREENS = {1280: 900, 360: 740}
WORKUP = {1280: 2_400, 360: 4_500}
FIRST_QUESTION, WHOLE = {1280: 700, 360: 1_300}, {1280: 4_000, 360: 8_000}


def five_failed_euploid(visit: Any) -> Any:
    visit.open()
    visit.type("oocyte_age_years", "34")
    visit.choose("ploidy", "Euploid")
    visit.type("failed_transfers", "5")
    return visit


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
    visit = five_failed_euploid(visitor(width=width, height=SCREENS[width]))
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
