"""A page that the browser translates never keeps a text that has changed.

A translating browser puts an element of its own in the place of every piece of text, again after each change. Here this
is done to one of two tabs in which the same is typed; what both show must be the same.
"""

from collections.abc import Callable
from typing import Any

import pytest

# What a translating browser does, with the words left as they are. It leaves drawings and what is typed alone.
TRANSLATE = """() => {
  const walker = document.createTreeWalker(document.querySelector('[data-testid=stMain]'), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (node.data.trim() && !parent.closest('svg, style, script, textarea, input, .notranslate')
        && !(parent.tagName === 'FONT' && parent.dataset.done)) found.push(node);
  }
  for (const node of found) {
    const outer = document.createElement('font'), inner = document.createElement('font');
    inner.dataset.done = outer.dataset.done = '1';
    inner.textContent = node.data;
    outer.append(inner);
    node.replaceWith(outer);
  }
  return found.length;
}"""

Change = tuple[str, str, str]
FIRST: list[Change] = [
    ("type", "oocyte_age_years", "36"),
    ("choose", "ploidy", "Untested"),
    ("type", "failed_transfers", "3"),
    ("type", "failed_transfers", "4"),
    ("choose", "ploidy", "Euploid"),
    ("type", "oocyte_age_years", "17"),
    ("type", "oocyte_age_years", "36.5"),
    ("type", "oocyte_age_years", "<35"),
    ("pick", "also_from", "Live-birth chance"),
    ("type", "live_birth_percent", "80"),
    ("choose", "live_birth_per", "Treatment cycle"),
    ("type", "live_birth_percent", "23.8"),
    ("type", "failed_transfers", "1"),
    ("type", "oocyte_age_years", ""),
    ("type", "failed_transfers", "5"),
]
WORKUP: list[Change] = [
    ("choose", "finding_chronic_endometritis", "Abnormal"),
    ("choose", "finding_chronic_endometritis", "Normal"),
    ("choose", "finding_karyotype", "Abnormal"),
]
TACROLIMUS: list[Change] = [
    ("type", "answer_th1_th2_ratio", "12.5"),
    ("type", "answer_th1_th2_ratio", "9"),
    ("choose", "answer_hypersensitivity", "Yes"),
    ("choose", "answer_hypersensitivity", "No"),
]
OUR_CLINIC: list[Change] = [
    ("choose", "clinic_from", "Counts typed by hand"),
    ("type", "count_0_positive", "7"),
]


@pytest.fixture
def twins(visitor: Callable[..., Any]) -> tuple[Any, Any]:
    plain, translated = visitor(), visitor()
    for each in (plain, translated):
        each.open()
    return plain, translated


def walk(twins: tuple[Any, Any], changes: list[Change]) -> None:
    """Make the changes in both tabs, and compare what they show after each."""
    plain, translated = twins
    assert translated.page.evaluate(TRANSLATE) > 0
    for how, key, what in changes:
        for each in twins:
            getattr(each, how)(key, what)
        assert translated.text == plain.text, (how, key, what)
        translated.page.evaluate(TRANSLATE)
        assert translated.text == plain.text, (how, key, what)


def test_no_text_goes_stale_on_any_page(twins: tuple[Any, Any]) -> None:
    walk(twins, FIRST)
    pages = {"Work-up": WORKUP, "Immune step (contested)": TACROLIMUS, "For the couple": [], "Our clinic": OUR_CLINIC}
    for title, changes in pages.items():
        for each in twins:
            each.go(title)
        walk(twins, changes)
    for each in twins:
        each.go("Threshold")
    walk(twins, [("type", "failed_transfers", "2")])
    for each in twins:
        each.go("For the couple")
    assert twins[0].text == twins[1].text


def test_the_test_would_notice_a_text_that_stays(twins: tuple[Any, Any]) -> None:
    """A text changed where it stood, behind a translated one, does not reach the screen."""
    plain, translated = twins
    for each in twins:
        each.page.evaluate(
            "() => { const p = document.createElement('p'); window.kept = document.createTextNode('3 failed');"
            " p.append(window.kept); document.querySelector('[data-testid=stMain]').append(p); }"
        )
    translated.page.evaluate(TRANSLATE)
    for each in twins:
        each.page.evaluate("() => { window.kept.data = '4 failed'; }")
    assert "4 failed" in plain.text
    assert "4 failed" not in translated.text
