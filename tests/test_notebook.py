"""What an object shows of itself: one short line, and for an answer a card."""

import dataclasses
import pickle
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from report_cases import CASES, PLAIN, REFUSED, answer
from rif_threshold import Case, load_rate_table, notebook, sentences
from rif_threshold.method import method
from rif_threshold.pathway import evidence
from rif_threshold.record import Record
from rif_threshold.repeated import inputs_words
from rif_threshold.report import report
from rif_threshold.report.check_code import check_code, read_code
from rif_threshold.report.verification import verify
from rif_threshold.tables import shipped


class Text(HTMLParser):
    """The text of HTML, with its elements and their attributes; what is not closed in order fails."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.lines: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.elements.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.lines.append(data)


def parts(value: Any) -> Iterator[Any]:
    """A result and everything in it."""
    if isinstance(value, Record):
        yield value
        value = list(value.__dict__.values())
    elif dataclasses.is_dataclass(value):
        yield value
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from parts(part)


def test_no_object_floods() -> None:
    fullest = answer("fullest")
    code = check_code(fullest)
    results = (
        fullest,
        evidence(),
        method(),
        shipped(),
        load_rate_table("eshre_rif_2023"),
        report(answer("plain"), "note.txt"),
        verify(code),
        read_code(code),
    )
    shown = {(type(part).__name__, repr(part)) for result in results for part in parts(result)}
    assert len({name for name, _ in shown}) > 40
    for name, text in shown:
        assert len(text) < (200 if name != "Problem" else 1000), text
        assert "\n" not in text
    assert len(str(fullest)) < 200
    assert len(repr(fullest.model_copy(update={"notes": ("x" * 100_000,) * 100_000}).case)) < 200


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain", "Assessment('not yet', route='age_table', transfers_to_threshold=4, version='{}')"),
        ("reached", "Assessment('reached', route='live_birth', transfers_to_threshold=3, version='{}')"),
        ("per_retrieval", "Assessment('no answer', route='live_birth', transfers_to_threshold=None, version='{}')"),
    ],
)
def test_an_answer_is_one_line(name: str, text: str) -> None:
    assert repr(answer(name)) == text.format(answer(name).software.version)


def test_a_case_shows_what_was_given() -> None:
    assert repr(Case(**PLAIN)) == "Case(oocyte_age_years=36, ploidy='untested', failed_transfers=3)"
    assert repr(Case(live_birth_percent="23.80", medications=["x"] * 50)) == (
        "Case(live_birth_percent='23.80', medications=('x', 'x', ...))"
    )


@pytest.mark.parametrize("name", [*CASES, *REFUSED])
def test_the_card_says_what_the_sentences_say(name: str) -> None:
    result = answer(name)
    html = result._repr_html_()
    assert html is not None
    shown = Text(html)
    said = [sentences.headline(result), sentences.standing(result), sentences.next_transfer(result)]
    beside = [each.text for each in result.threshold.beside[:3]] if result.threshold else []
    expected = [*filter(None, said), *beside, f"For: {inputs_words(result)}."]
    assert any(line in shown.lines for line in [result.disagreement]) == (not result.routes_agree)
    assert shown.lines[: len(expected)] == expected
    count = int(re.findall(r"^Sources of all its parts: (\d+), in \.sources", "\n".join(shown.lines), re.M)[0])
    assert count == len(result.sources)
    assert shown.lines[-1] == method().disclaimer
    for problem in result.primary_problems:
        assert str(problem) in shown.lines


def test_the_card_brings_nothing_with_it() -> None:
    """No scripts, no addresses, no colours of its own: legible on light and on dark, under any content policy."""
    shown = Text(answer("fullest")._repr_html_() or "")
    assert set(shown.elements) == {"div", "p", "strong"}
    assert [name for name, _ in shown.attributes] == ["style"]
    assert not re.search(r"color|background|url|#|rgb|expression", str(shown.attributes))


def test_everything_on_the_card_is_escaped() -> None:
    result = answer("plain").model_copy(update={"disclaimer": "<script>alert('x')</script> & \"y\""})
    shown = Text(result._repr_html_() or "")
    assert "script" not in shown.elements
    assert "".join(shown.lines).endswith("<script>alert('x')</script> & \"y\"")


def test_an_answer_that_was_pickled_still_has_its_card(monkeypatch: pytest.MonkeyPatch) -> None:
    back = pickle.loads(pickle.dumps(answer("plain")))
    assert back._repr_html_() == answer("plain")._repr_html_()
    monkeypatch.setattr(notebook, "show", None)
    assert back._repr_html_() is None  # a notebook then takes the line
