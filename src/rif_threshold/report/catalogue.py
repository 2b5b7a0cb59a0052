"""A catalogue as it lies on the disk: read, and held against the English one before a word of it is shown.

What is wrong with it is one `TableError` that names file, line and message. The head of a catalogue says, beside what
every ``.po`` file says, who has checked it (``X-Review``) and which font it is set in (``X-Font``, ``X-Font-From``).
"""

import datetime
import gettext
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from babel import Locale
from babel.core import UnknownLocaleError
from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

from rif_threshold.errors import TableError

OPEN, CLOSE = "\u2066", "\u2069"
"""Unicode's left-to-right isolate and its end: between them stands a run of Latin letters, or of English."""
_COUNTS = 2 * 100
"""Every rule of CLDR for whole numbers shows below this, but those for millions."""
_TAGS = ("zero", "one", "two", "few", "many", "other")
_HEAD = re.compile(r'^"([A-Za-z-]+): ?(.*?) *\\n"$', re.MULTILINE)
_LINE = re.compile(r'(#.*|((msg(id|id_plural|str|str\[\d\]|ctxt) +)?"([^"\\]|\\.)*")?)\s*')
_FONT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ]*")
_REVIEW = "none, or reader or clinician with a name and a date: clinician; A. Name; 2026-11-25"


class Review(StrEnum):
    """Who has checked a translation."""

    NONE = "none"
    READER = "reader"
    CLINICIAN = "clinician"


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language. ``texts`` has one for each key, or one for each of ``forms``; empty ones are left out.

    ``formats`` is the locale by which dates, numbers and lists are written.
    """

    texts: Mapping[str, tuple[str, ...]]
    locale: Locale
    formats: Locale
    forms: tuple[str, ...]
    review: Review
    reviewed: str = ""
    font: str = ""
    font_from: str = ""

    def form(self, count: int) -> int:
        """The place of the plural form for a count."""
        return self.forms.index(self.locale.plural_form(count))


def read(path: Path, english: Catalogue | None = None) -> Catalogue:
    """Read a catalogue, and hold it against the English one.

    Args:
        path: the file; its name is the code of the language.
        english: what it is held against; none for the English one itself.

    Raises:
        TableError: for the first thing that is wrong, with file, line and message.
    """
    try:
        text = path.read_text("utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            if not _LINE.fullmatch(line):
                raise TableError(path.name, f"a line that is none, near message {_above(text, number)!r}", number)
        with path.open("rb") as file:
            po = read_po(file, abort_invalid=True)
    except PoFileError as error:
        raise TableError(path.name, f"{error}, near message {_above(text, error.lineno + 1)!r}", error.lineno) from None
    except (LookupError, ValueError):
        raise TableError(path.name, "the file is no catalogue in UTF-8") from None
    head = dict(_HEAD.findall(text))
    locale = _locale(path, path.stem)
    if head.get("Language") != path.stem:
        raise TableError(path.name, f"the head has to say Language: {path.stem}")
    review, reviewed = _review(path, head)
    font, font_from = head.get("X-Font", ""), head.get("X-Font-From", "")
    if (font and not _FONT.fullmatch(font)) or bool(font) != bool(font_from):
        raise TableError(
            path.name, "the head needs X-Font, the name of a font, and X-Font-From, what to install for it"
        )
    forms = _forms(path, locale, head.get("Plural-Forms", ""))
    if twice := [
        name for name, times in Counter(re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)).items() if times > 1
    ]:
        raise TableError(path.name, f"message {twice[0]!r} stands there twice")
    texts = {}
    for message in po:
        if message.id and (found := _texts(path, message, forms, english)):
            texts[_key(message)] = found
    formats = _locale(path, head.get("X-Formats", path.stem))
    return Catalogue(texts, locale, formats, forms, review, reviewed, font, font_from)


def _locale(path: Path, name: str) -> Locale:
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        raise TableError(path.name, "its name has to be the code of a language that CLDR knows") from None


def _review(path: Path, head: Mapping[str, str]) -> tuple[Review, str]:
    """Who has checked it: the state, and name and date."""
    state, *who = (part.strip() for part in head.get("X-Review", "").split(";"))
    try:
        review = Review(state)
        if review == Review.NONE and not who:
            return review, ""
        name, day = who
        datetime.date.fromisoformat(day)
    except ValueError:
        raise TableError(path.name, f"the head needs X-Review: {_REVIEW}") from None
    if review == Review.NONE or not name:
        raise TableError(path.name, f"the head needs X-Review: {_REVIEW}")
    return review, f"{name}, {day}"


def _forms(path: Path, locale: Locale, header: str) -> tuple[str, ...]:
    """The plural forms by CLDR for any count of transfers; the head has to choose them as CLDR does."""
    wanted = [locale.plural_form(count) for count in range(_COUNTS)]
    forms = tuple(tag for tag in _TAGS if tag in wanted)
    found = re.fullmatch(r"nplurals=(\d+); plural=(.+);", header)
    number, rule = found.groups() if found else ("0", "0")
    try:
        chosen = gettext.c2py(rule)
        agrees = int(number) == len(forms) and all(forms.index(tag) == chosen(n) for n, tag in enumerate(wanted))
    except ValueError:
        agrees = False
    if not agrees:
        which = ", ".join(forms)
        raise TableError(path.name, f"the head's Plural-Forms have to be those of CLDR, in this order: {which}")
    return forms


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _texts(path: Path, message: Message, forms: tuple[str, ...], english: Catalogue | None) -> tuple[str, ...]:
    """The texts of a message, checked; none where it is not translated."""
    key, plural = _key(message), not isinstance(message.id, str)
    texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    if message.fuzzy or not any(texts):
        return ()
    original = texts if english is None else english.texts.get(key)
    if original is None:
        raise TableError(path.name, f"message {key!r} is none of the English ones", message.lineno)
    for reason in _breaches(texts, original, forms if plural else ("",), english):
        raise TableError(path.name, f"message {key!r} {reason}", message.lineno)
    return texts


def _breaches(
    texts: tuple[str, ...], original: tuple[str, ...], forms: tuple[str, ...], english: Catalogue | None
) -> Iterator[str]:
    if english is not None and (len(original) > 1) != (forms != ("",)):
        yield "has plural forms where the English one has none, or none where it has them"
    if len(texts) != len(forms) or not all(texts):
        yield f"needs {len(forms)} forms: {', '.join(forms)}"
    for form, text in zip(forms, texts, strict=True):
        where = f"(form {form}) " if form else ""
        yield from (where + reason for reason in _signs(text))
        # Only where there is exactly one may a number be left out, as the English one does.
        needed = _names(original[0] if form == "one" else original[-1])
        names, known = _names(text), _names(original[-1])
        if lacking := needed - names:
            yield f"{where}lacks {{{min(lacking)}}}, which the English one has"
        if more := names - known:
            yield f"{where}has {{{min(more)}}}, which the English one has not"


def _signs(text: str) -> Iterator[str]:
    """What is wrong with braces, stars and isolates."""
    try:
        fields = [field for field in string.Formatter().parse(text) if field[1] is not None]
    except ValueError:
        fields = [("", "", "", None)]
    if not all(name and name.isidentifier() and not spec and not turned for _, name, spec, turned in fields):
        yield "has a brace that does not close, or more than a name between two"
    parts = text.split("*")
    if not len(parts) % 2 or "" in parts[1::2]:
        yield "has a star without its other"
    if any(_joined(one[-1:]) and _joined(two[:1]) for one, two in pairwise(parts)):
        yield "has a star within a word, which would tear its letters apart"
    if not all(
        re.fullmatch(f"[^{OPEN}{CLOSE}]*({OPEN}[^{OPEN}{CLOSE}]*{CLOSE}[^{OPEN}{CLOSE}]*)*", each) for each in parts
    ):
        yield "has an isolate (U+2066) without its end (U+2069), or one across a star"


def _joined(letter: str) -> bool:
    return bool(letter) and unicodedata.bidirectional(letter) == "AL"


def _names(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _above(text: str, line: int) -> str:
    """The key of the message a line belongs to."""
    found = re.findall(r'^msgid "(.*)"', "\n".join(text.splitlines()[:line]), re.MULTILINE)
    return found[-1] if found else ""
