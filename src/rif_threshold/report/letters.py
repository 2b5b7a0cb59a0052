"""Letters that no font on this machine has: named, never shown as an empty box and never dropped."""

import unicodedata
from typing import TYPE_CHECKING

from rif_threshold.errors import Problem, RifThresholdError

if TYPE_CHECKING:
    from rif_threshold.assessment import Assessment


_DRAWN = {"Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "So", "Co", "Cn"}
"""Unicode's categories of what a font draws, without digits, punctuation and mathematics."""


class NoFont(RifThresholdError):
    """Raised where a page cannot be set because no font has a letter of it. ``letter`` is that letter."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        super().__init__("no font on this machine has one of the letters")


_LATIN = range(ord("ɐ"))
"""Letters that every font for European languages has."""


def unusual(assessment: "Assessment") -> bool:
    """Whether anything typed, or said by a clinic's own table, has a letter or sign that a font may lack."""
    texts = [*(assessment.case.medications or ()), *(source.citation for source in assessment.sources)]
    for each in assessment.estimates:
        texts += [each.label, each.explanation, *map(str, each.caveats)]
    return any(ord(c) not in _LATIN and unicodedata.category(c) in _DRAWN for c in "".join(texts))


def unprintable(assessment: "Assessment", letter: str) -> Problem:
    """The problem of a letter that no font has: where it was typed, which it is, and what can be done.

    Args:
        assessment: what was to be shown.
        letter: the letter, with the marks on it if there are any.
    """
    typed = [name for name, value in assessment.case if letter in str(value)]
    which = ", ".join(f"U+{ord(each):04X} {unicodedata.name(each, '')}".rstrip() for each in letter)
    return Problem(
        ", ".join(typed) or "tables",
        letter,
        f"no font on this machine has this letter ({which}), and paper would show an empty box; write it in other "
        "letters, install a font that has it, or take an HTML format, which needs no font here",
        "no_font",
    )
