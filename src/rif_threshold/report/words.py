"""The words of the couple sheet, from one catalogue for each language: ``locale/<language>.po``.

A translation is one more file beside ``en.po``; no code changes. The direction of writing and the form of numbers
and dates follow from the language. What a translation leaves out is shown in English.
"""

import datetime
import gettext
import io
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from rif_threshold.errors import InvalidInput, Problem

FOLDER = Path(__file__).parent / "locale"
ENGLISH = "en"


@dataclass(frozen=True)
class Words:
    """The catalogue of one language."""

    language: str
    direction: str
    locale: Locale
    catalogue: gettext.NullTranslations

    def __call__(self, key: str, count: int | None = None, /, **values: object) -> str:
        """The text of a key, in the plural form for ``count`` where one is given, with its values filled in."""
        text = self.catalogue.gettext(key) if count is None else self.catalogue.ngettext(key, key, count)
        return text.format(**values)

    def has(self, key: str) -> bool:
        """Whether the catalogue has such a text."""
        return self.catalogue.gettext(key) != key

    def number(self, text: str) -> str:
        """A number, written with a decimal point, in the form of this language."""
        decimals = len(text.partition(".")[2])
        return format_decimal(Decimal(text), "0." + "0" * decimals if decimals else "0", locale=self.locale)

    def date(self, day: datetime.date) -> str:
        """A date, with the month in words."""
        return format_date(day, "d MMMM y", locale=self.locale)


def languages(folder: Path | None = None) -> tuple[str, ...]:
    """The languages there is a catalogue for.

    >>> "en" in languages()
    True
    """
    return tuple(sorted(path.stem for path in (folder or FOLDER).glob("*.po")))


def words(language: str = ENGLISH, folder: Path | None = None) -> Words:
    """The words of one language. Raises `InvalidInput` where there is no catalogue for it.

    >>> words("en").direction
    'ltr'
    """
    known = languages(folder)
    if language not in known:
        raise InvalidInput((Problem("language", language[:20], f"one of {', '.join(known)}", "not_in_list"),))
    return _words(language, folder or FOLDER)


@cache
def _words(language: str, folder: Path) -> Words:
    catalogue = _catalogue(folder / f"{language}.po")
    if language != ENGLISH:
        catalogue.add_fallback(_catalogue(FOLDER / f"{ENGLISH}.po"))
    locale = Locale.parse(language)
    direction = "rtl" if locale.character_order == "right-to-left" else "ltr"
    return Words(language, direction, locale, catalogue)


def _catalogue(path: Path) -> gettext.GNUTranslations:
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
