"""The words of the couple sheet, from one catalogue for each language: ``locale/<language>.po``.

A translation is one more file beside ``en.po``; no code changes. The direction of writing and the form of numbers,
dates and lists follow from the language. What a translation leaves out is shown in English only where that is asked
for, and then it is marked as English.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.report import ENGLISH
from rif_threshold.report.catalogue import CLOSE, OPEN, Catalogue, Review, read

FOLDER = Path(__file__).parent / "locale"
_ALL = 100
_ZEROS = {"latn": "0", "arab": "٠", "arabext": "۰", "beng": "০", "deva": "०", "mymr": "၀"}
"""The nought of CLDR's numbering systems; the other digits follow it. Babel writes their signs, but Latin digits."""


@dataclass(frozen=True)
class Words:
    """The words of one language. ``english`` are the keys it lacks, whose texts are English."""

    language: str
    catalogue: Catalogue
    original: Catalogue
    english: frozenset[str] = frozenset()

    @property
    def locale(self) -> Locale:
        """The language by CLDR."""
        return self.catalogue.locale

    @property
    def direction(self) -> str:
        """``rtl`` where it is written from right to left, else ``ltr``."""
        return "rtl" if self.locale.character_order == "right-to-left" else "ltr"

    def __call__(self, key: str, count: int | None = None, /, **values: object) -> str:
        """The text of a key, in the plural form for ``count`` where one is given, with its values filled in."""
        lacking = key in self.english
        texts = (self.original if lacking else self.catalogue).texts[key]
        form = 0 if count is None else (self.original if lacking else self.catalogue).form(count)
        text = texts[form].format(hundred=self.number(str(_ALL)), **values)
        return self.in_english(text) if lacking else text

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.original.texts

    def in_english(self, text: str) -> str:
        """A text that is English in any language: between isolates, by which it is set and marked as such."""
        return text if self.language == ENGLISH else f"{OPEN}{text}{CLOSE}"

    def notes(self) -> tuple[str, ...]:
        """What has to be said of the translation: in its language, and in English."""
        if self.language == ENGLISH:
            return ()
        keys = [] if self.catalogue.review == Review.CLINICIAN else ["not_reviewed"]
        keys += ["partly_english"] if self.english else []
        both = [(self(key), self.in_english(self.original.texts[key][0])) for key in keys]
        return tuple(dict.fromkeys(text for pair in both for text in pair))

    def number(self, text: str) -> str:
        """A number, written with a decimal point, in the form and the digits of this language."""
        decimals = len(text.partition(".")[2])
        pattern = "0." + "0" * decimals if decimals else "0"
        system = self._system()
        return self._digits(format_decimal(Decimal(text), pattern, self.catalogue.formats, numbering_system=system))

    def date(self, day: datetime.date) -> str:
        """A date in its long form, with the month in words."""
        return self._digits(format_date(day, "long", self.catalogue.formats))

    def _system(self) -> str:
        """The numbering system of the language, if its digits are known here."""
        system = self.catalogue.formats.default_numbering_system
        return system if system in _ZEROS else "latn"

    def _digits(self, text: str) -> str:
        nought = ord(_ZEROS[self._system()])
        return text.translate({ord("0") + digit: nought + digit for digit in range(10)})

    def listed(self, items: Iterable[str]) -> str:
        """Several things in one line."""
        return format_list(list(items), locale=self.catalogue.formats)


def languages(folder: Path | None = None) -> tuple[str, ...]:
    """The languages there is a catalogue for.

    >>> "en" in languages()
    True
    """
    return tuple(sorted(path.stem for path in (folder or FOLDER).glob("*.po")))


def words(language: str = ENGLISH, folder: Path | None = None, *, incomplete: bool = False) -> Words:
    """The words of one language.

    Args:
        language: its code, as in the name of its catalogue.
        folder: where the catalogues lie, if not in this package.
        incomplete: take a catalogue that lacks texts, and show those in English, marked as such.

    Raises:
        InvalidInput: where there is no catalogue for it, or one that lacks texts.
        TableError: where a catalogue is not as it should be.

    >>> words("en").direction
    'ltr'
    """
    known = languages(folder)
    if language not in known:
        raise InvalidInput((Problem("language", language[:20], f"one of {', '.join(known)}", "not_in_list"),))
    found = _words(language, folder or FOLDER)
    if found.english and not incomplete:
        first = next(key for key in found.original.texts if key in found.english)
        counted = f"{language}.po lacks {len(found.english)} of {len(found.original.texts)} messages, first {first!r}"
        allowed = f"{counted}; a sheet with parts in English has to be asked for (incomplete)"
        raise InvalidInput((Problem("language", language, allowed, "incomplete"),))
    return found


@cache
def _words(language: str, folder: Path) -> Words:
    original = _english()
    if language == ENGLISH:
        return Words(language, original, original)
    catalogue = read(folder / f"{language}.po", original)
    return Words(language, catalogue, original, frozenset(original.texts.keys() - catalogue.texts.keys()))


@cache
def _english() -> Catalogue:
    return read(Path(__file__).parent / "locale" / f"{ENGLISH}.po")
