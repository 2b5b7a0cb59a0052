"""An age in completed years, or a band of ages as it is printed: ``36``, ``<35``, ``35-39``, ``>=40``."""

import re
from dataclasses import replace
from typing import NamedTuple

from rif_threshold.errors import Problem
from rif_threshold.forms import as_typed, echo, read_count

# How a band is written, and the first and last year that this means.
_LABELS = (
    (re.compile(r"([0-9]{1,2})-([0-9]{1,2})"), lambda first, last: (first, last)),
    (re.compile(r"< ?([0-9]{1,2})"), lambda years: (None, years - 1)),
    (re.compile(r"<= ?([0-9]{1,2})"), lambda years: (None, years)),
    (re.compile(r"> ?([0-9]{1,2})"), lambda years: (years + 1, None)),
    (re.compile(r">= ?([0-9]{1,2})"), lambda years: (years, None)),
    (re.compile(r"([0-9]{1,2})"), lambda years: (years, years)),
)
# Other ways to write the same bands.
_SPELLINGS = (
    (re.compile(r" *(?:[-‐‑–—−]| *to ) *"), "-"),
    (re.compile(r"^(?:under|below) +"), "<"),
    (re.compile(r"^(?:over|above) +"), ">"),
    (re.compile(r"^≤ *"), "<="),
    (re.compile(r"^(?:≥|from) *"), ">="),
    (re.compile(r"^([0-9]{1,2}) *(?:\+|and over|and above|or more)$"), r">=\1"),
)


class AgeBand(NamedTuple):
    """The first and the last year that an age may be, both included; ``None`` where it is open."""

    first: int | None
    last: int | None


def usual_label(label: str) -> str:
    """A label of a band in its usual spelling.

    >>> usual_label("35 to 39"), usual_label("under 35"), usual_label("40+")
    ('35-39', '<35', '>=40')
    """
    label = label.strip().lower()
    for spelling, usual in _SPELLINGS:
        label = spelling.sub(usual, label)
    return label


def label_words(label: str) -> str:
    """A label as it is shown: ``≥40``."""
    return label.replace(">=", "≥").replace("<=", "≤")


def band_of_label(label: str) -> AgeBand | None:
    """The ages that a label means; ``None`` where it is not written as bands usually are."""
    for pattern, meant in _LABELS:
        if found := pattern.fullmatch(usual_label(label)):
            return AgeBand(*meant(*map(int, found.groups())))
    return None


def band_of(age: int | str | None) -> AgeBand:
    """The ages that one of a case may be: all of them where it is not known.

    >>> band_of(36), band_of("<35"), band_of(None)
    (AgeBand(first=36, last=36), AgeBand(first=None, last=34), AgeBand(first=None, last=None))
    """
    if isinstance(age, int):
        return AgeBand(age, age)
    return AgeBand(None, None) if age is None else band_of_label(age) or AgeBand(None, None)


def read_age(given: object, field: str) -> int | str | Problem:
    """Read completed years, or a band in its usual spelling. Returns the `Problem` where it is neither. Never raises.

    >>> read_age("36", "oocyte_age_years"), read_age("35 – 39", "oocyte_age_years")
    (36, '35-39')
    """
    count = read_count(given, field)
    if not isinstance(count, Problem):
        return count
    band = band_of_label(as_typed(given)) if isinstance(given, str) else None
    if band is None:
        needed = "completed years are needed, as a whole number or as a band such as <35, 35-39 or >=40"
        return replace(count, allowed=f"{needed}; {count.allowed.partition('; ')[2]}")
    if band.first is not None and band.last is not None and band.last < band.first:
        return Problem(field, echo(given), "this band of ages ends before it begins", "range")
    return usual_label(as_typed(given)).replace(" ", "")
