"""An `Assessment` as a card in a notebook: the answer, what it is for and what it rests on."""

from collections.abc import Iterator
from html import escape

from rif_threshold.assessment import Assessment
from rif_threshold.repeated import inputs_words
from rif_threshold.sentences import beside_words, headline, next_transfer, standing

# Colours are the reader's own, so the card is legible on light and on dark; nothing is loaded and nothing runs.
_CARD = "border:1px solid;border-radius:4px;padding:0.5em 1em;max-width:46em"


def card(assessment: Assessment) -> str:
    """The answer as HTML. Everything in it is escaped.

    >>> from rif_threshold import assess
    >>> answer = assess({"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}, include=())
    >>> "Not yet: the threshold comes after 4 transfers" in card(answer)
    True
    """
    first, *rest = _lines(assessment)
    lines = "".join(f"<p>{escape(line)}</p>" for line in rest)
    return f'<div style="{_CARD}"><p><strong>{escape(first)}</strong></p>{lines}</div>'


def _lines(assessment: Assessment) -> Iterator[str]:
    yield headline(assessment)
    yield standing(assessment)
    if words := next_transfer(assessment):
        yield words
    yield from beside_words(assessment)
    yield f"For: {inputs_words(assessment)}."
    for problem in assessment.primary_problems:
        yield str(problem)
    count, software = len(assessment.sources), assessment.software
    yield f"Sources of all its parts: {count}, in .sources. {software.name} {software.version}."
    yield assessment.disclaimer
