"""The fields of a case as every surface needs them: what each is called, how it is asked for, and what it takes.

All of it is read from `rif_threshold.Case`, where each field is described once.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple, get_args

from pydantic.fields import FieldInfo

from rif_threshold.case import PARTS, Case
from rif_threshold.record import Age, Count, Percent, Record, Typed, YesNo
from rif_threshold.transfers import Transfer
from rif_threshold.wording import word_of

_TRANSFER = re.compile(r"^history\.(\d+)\.?")
_CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


class Kind(StrEnum):
    """How a field is asked for."""

    NUMBER = "number"
    MENU = "menu"
    CHOICE = "choice"
    YES_NO = "yes_no"
    SWITCH = "switch"
    OTHER = "other"


class InputField(NamedTuple):
    """One field of a case, or of a part of it.

    Attributes:
        path: where it stands in a case: ``ploidy``, ``prediction.cause``.
        title: what it is called inside a sentence.
        help: what whoever fills it in should know.
        kind: how it is asked for.
        unit: what a number is: ``years``, ``percent`` or ``count``.
        choices: what it takes, where that is a closed list.
        option: the option of the command line.
    """

    path: str
    title: str
    help: str
    kind: Kind
    unit: str
    choices: tuple[StrEnum, ...]
    option: str


def _described(model: type[Record], prefix: str = "") -> Iterator[InputField]:
    for name, field in model.model_fields.items():
        if prefix or name not in PARTS:
            yield _field(f"{prefix}{name}", field)
        else:
            yield from _described(PARTS[name], f"{name}.")


def _field(path: str, field: FieldInfo) -> InputField:
    typed = next((each for each in field.metadata if isinstance(each, Typed)), Typed())
    some = get_args(field.annotation)
    takes = some[0] if type(None) in some else field.annotation
    listed = takes if isinstance(takes, type) and issubclass(takes, StrEnum) else None
    choices = tuple(member for member in listed if member not in typed.without) if listed else ()
    unit, kind = "", Kind.OTHER
    if takes in (Age, Count, Percent):
        kind = Kind.NUMBER
        unit = "percent" if takes == Percent else "years" if path.endswith("_years") else "count"
    elif listed:
        kind = Kind.MENU if typed.menu else Kind.CHOICE
    elif takes in (YesNo, bool):
        kind = Kind.YES_NO if field.default is None else Kind.SWITCH
    return InputField(path, field.title or "", field.description or "", kind, unit, choices, typed.option)


FIELDS: Mapping[str, InputField] = {field.path: field for field in _described(Case)}
"""Every field of a case by where it stands, in order; the parts of a part, but not those of a transfer."""

ONE_VALUE: dict[str, InputField] = {
    path: field for path, field in FIELDS.items() if field.option and field.kind != Kind.SWITCH
}
"""Those of them that hold one value: an option of the command line takes it, a widget of the page holds it."""

SWITCHES: dict[str, InputField] = {path: field for path, field in FIELDS.items() if field.kind == Kind.SWITCH}
"""Those that confirm something."""

TRANSFER_FIELDS: Mapping[str, InputField] = {field.path: field for field in _described(Transfer, "history.")}
"""The fields of one transfer, ``history.result`` and the rest, in order."""

_TITLES: Mapping[str, str] = (
    {"case": "the case"}
    | {name: part.title or "" for name, part in Case.model_fields.items()}
    | {path.partition(".")[2]: field.title for path, field in {**TRANSFER_FIELDS, **FIELDS}.items() if "." in path}
)


def title_of(name: str) -> str | None:
    """What a field is called inside a sentence, by its own name; ``None`` for a name that is no field's.

    >>> title_of("clinic_outcome"), title_of("cause"), title_of("embryos"), title_of("x")
    ('what a success is', 'cause of infertility', 'embryos placed', None)
    """
    return _TITLES.get(name)


def place_words(field: str) -> str:
    """Where a problem is, as words: ``history.2.embryos`` is ``transfer 2, embryos placed``.

    >>> place_words("history.2.embryos"), place_words("clinic_successes, clinic_transfers")
    ('transfer 2, embryos placed', 'successes and out of transfers')
    """
    return " and ".join(map(_place, field.split(", ")))


def _place(name: str) -> str:
    if at := _TRANSFER.match(name):
        part = name.removeprefix(at.group())
        return f"transfer {at.group(1)}{f', {title_of(part) or part}' if part else ''}"
    kind, _, part = name.partition(".")
    return title_of(name) or f"{title_of(kind) or kind}, {title_of(part) or part}"


def without_codes(text: str) -> str:
    """Sentence text with the codes of a case file as words.

    >>> without_codes("one of treatment_cycle or retrieval, in live_birth_per")
    'one of treatment cycle or retrieval, in what the live-birth chance is per'
    """
    return _CODE.sub(lambda code: word_of(code.group()) or title_of(code.group()) or code.group(), text)
