"""Widgets become data here, and only here. What is typed is handed on as typed; `rif_threshold.Case` judges it.

Every widget's key is the name of a case's field, with ``_`` for the dots. No widget has limits, a default that could
pass for a patient, or a place in the URL. Values survive a change of page, and "New couple" clears them all.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from rif_threshold.case import PARTS, Case
from rif_threshold.fields import ONE_VALUE, SWITCHES, TRANSFER_FIELDS
from rif_threshold.folder import Folder
from rif_threshold.forms import as_typed
from rif_threshold.pathway import as_now_named
from rif_threshold.transfers import NOTHING, EmbryoKind
from rif_threshold.vocabulary import Verdict

HISTORY_GIVEN = "history_given"
HISTORY_LENGTH = "history_length"
ALSO_FROM = "also_from"
TABS = "tabs"
LIST_BESIDE = "list_beside_the_number"
"""Where the session keeps the number of failed transfers that was typed before a list was shown again."""
MORE = "Planned next, several embryos, eggs, settings"
_CLEARED, _UNSENT = "cleared", "unsent"
LANGUAGE = "language"
"""Where the session keeps the language of the couple's sheet."""
OPENED = "opened_from"
"""Where the session keeps from which kind of code its case was opened, until that has been looked at."""
LAID_ASIDE = "laid_aside"
"""Where the session keeps what was typed for a route that is left out."""
TABLE = "own_table_in_use"
"""Where the session keeps the clinic's own table that was made on a page, as long as it is in use."""
DESK = "desk"
"""Where the session keeps from what its files were made."""


def key_of(field: str) -> str:
    """The widget key of a case's field.

    >>> key_of("history.1.oocyte_age_years")
    'history_1_oocyte_age_years'
    """
    return field.replace(".", "_")


TRANSFER = tuple(path.removeprefix("history.") for path in TRANSFER_FIELDS)
_NO_TEXT = (*SWITCHES, "no_medications", "medications")
FINDING, ANSWER, CHECKED = "finding_", "answer_", "checked_"

_CHOSEN = (HISTORY_GIVEN, HISTORY_LENGTH, ALSO_FROM, LANGUAGE)
_WHOLE = (*map(key_of, ONE_VALUE), *_CHOSEN, *_NO_TEXT, "medication_list_complete")
_KEYS = {path: key_of(path) for path in ONE_VALUE}
_OURS = re.compile(f"({'|'.join(_WHOLE)})$|history_(?:[0-9]|own)|{FINDING}|{ANSWER}|{CHECKED}")


State = Mapping[str, Any]
"""All that stands in the session, read once: each look into the session itself costs as much as a hundred here."""


def _state() -> State:
    state: State = st.session_state.to_dict()
    return state


def _typed(state: State, key: str) -> Any:
    """What stands in a widget; ``None`` where it is empty."""
    value = state.get(key)
    if isinstance(value, str):
        return value.strip() or None
    return value


def _given(state: State, fields: Mapping[str, str]) -> dict[str, Any]:
    """The fields that are filled in, by their names in the case; ``fields`` maps name to key."""
    values = {name: _typed(state, key) for name, key in fields.items()}
    return {name: value for name, value in values.items() if value is not None}


def typed_case() -> dict[str, Any]:
    """Everything that is filled in, on whichever page, as the fields of a case. Nothing is corrected or left out."""
    case: dict[str, Any] = {}
    state = _state()
    for path, value in _given(state, _KEYS).items():
        part, _, name = path.rpartition(".")
        (case.setdefault(part, {}) if part else case)[name] = value
    if state.get(HISTORY_GIVEN):
        case.pop("failed_transfers", None)
        case["history"] = listed_transfers()
    case |= {name: True for name in SWITCHES if state.get(name)}
    return case | _pathway_fields(state)


def table_in_use() -> Folder | None:
    """The folder of own tables with the one that was made on a page in it; nothing where none is in use."""
    folder: Folder | None = st.session_state.get(TABLE)
    return folder


def use_table(folder: Folder | None) -> None:
    """Put a table in use, or take it back."""
    st.session_state[TABLE] = folder


def typed_kind(prefix: str = "") -> dict[str, Any]:
    """What is filled in of one kind of embryo: the one at the top, that of ``planned_``, or of ``history_2_``."""
    return _given(_state(), {part: f"{prefix}{part}" for part in EmbryoKind.model_fields})


def listed_transfers() -> list[dict[str, Any]]:
    """The transfers of the list, whether it is shown or not."""
    state, numbers = _state(), range(1, history_length() + 1)
    return [_given(state, {name: f"history_{number}_{name}" for name in TRANSFER}) for number in numbers]


def _pathway_fields(state: State) -> dict[str, Any]:
    """What the work-up and tacrolimus pages have asked."""
    found: dict[str, Any] = {}
    for prefix, field in ((FINDING, "findings"), (ANSWER, "answers")):
        if given := _given(state, {key.removeprefix(prefix): key for key in sorted(state) if key.startswith(prefix)}):
            found[field] = given
    if medications := state.get("medications"):
        found["medications"] = list(medications)  # what is listed counts, whatever the switch says
        if checked := [name for name in medications if state.get(f"{CHECKED}{name}")]:
            found["medications_checked"] = checked
    elif state.get("no_medications"):
        found["medications"] = []
    if complete := _typed(state, "medication_list_complete"):
        found["medication_list_complete"] = complete
    return found


def holds_something(path: str) -> bool:
    """Whether a field of the case is filled in."""
    key = key_of(path)
    return _typed({key: st.session_state.get(key)}, key) is not None


def write(key: str, value: Any) -> None:
    """Put something into a field from here.

    The browser is told of it by the run that follows. A run can be cut short by the next click, and the browser would
    then show something else than what is reckoned with; so it is told again until a run has come to its end.
    """
    st.session_state[key] = value
    st.session_state.setdefault(_UNSENT, {})[key] = value


def send_again() -> None:
    """To be called first in every run: what the browser may not have been told yet."""
    for key, value in st.session_state.get(_UNSENT, {}).items():
        st.session_state[key] = value


def sent() -> None:
    """To be called last in every run: the browser has been told of everything."""
    st.session_state[_UNSENT] = {}


def empty(paths: Iterable[str]) -> None:
    """Forget what stands in these fields of the case."""
    for path in paths:
        write(key_of(path), None)


def history_length() -> int:
    """How many transfers the history editor shows."""
    return int(st.session_state.get(HISTORY_LENGTH, 1))


def clear() -> None:
    """Forget everything that was typed, on every page, and what was taken."""
    for name in (DESK, OPENED, LAID_ASIDE, LIST_BESIDE):
        st.session_state.pop(name, None)
    for key in filter(_OURS.match, map(str, list(st.session_state))):
        empty_of: dict[type, Any] = {bool: False, list: []}
        write(key, 1 if key == HISTORY_LENGTH else empty_of.get(type(st.session_state[key])))


def opened(kind: str | None = None) -> None:
    """Note from which kind of code the case was opened, or that this has been looked at."""
    st.session_state[OPENED] = kind


def new_couple() -> None:
    """Clear everything, and keep it at hand until something else is typed."""
    st.session_state[_CLEARED] = typed_case()
    clear()


def can_undo() -> bool:
    """Whether a couple was cleared and nothing has been typed since."""
    return bool(st.session_state.get(_CLEARED))


def take_back() -> None:
    """Put the couple that was cleared back into the fields."""
    put(st.session_state.pop(_CLEARED))


def forget_undo() -> None:
    """Something was typed: the couple before is gone for good."""
    st.session_state.pop(_CLEARED, None)


@cache
def examples() -> Mapping[str, Mapping[str, Any]]:
    """The cases that "Load an example" offers, by their labels. Nobody's data."""
    read = tomllib.loads(Path(__file__).with_name("examples.toml").read_text("utf-8"))
    return {entry["label"]: entry["case"] for entry in read["example"]}


def load(key: str) -> None:
    """Fill in the example chosen in the menu with this key."""
    put(examples()[st.session_state[key]])


def can_put(case: Mapping[str, Any]) -> bool:
    """Whether something that came from outside has the shape of what `typed_case` gives."""
    listed = case.get("history", [])
    return all(
        name in Case.model_fields and isinstance(value, _SHAPES.get(name, (str, bool))) for name, value in case.items()
    ) and all(isinstance(transfer, dict) for transfer in listed)


_SHAPES: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(PARTS, (dict, str)),
    **dict.fromkeys(("findings", "answers"), dict),
    **dict.fromkeys(("history", "medications", "medications_checked"), list),
}


def put(case: Mapping[str, Any]) -> None:
    """Put a case into the fields, after clearing everything else."""
    clear()
    for key, shown in _widgets_of(case):
        write(key, shown)


def _widgets_of(case: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The widgets that hold a case, by their keys, each with what it shows."""
    for field, value in case.items():
        match field:
            case "history":
                yield from ((HISTORY_GIVEN, True), (HISTORY_LENGTH, len(value)))
                for row, transfer in enumerate(value, start=1):
                    yield from ((f"history_{row}_{name}", as_typed(part)) for name, part in transfer.items())
            case "findings" | "answers":
                prefix = FINDING if field == "findings" else ANSWER
                parts = as_now_named(value) if field == "answers" else value
                yield from ((f"{prefix}{name}", as_typed(part)) for name, part in parts.items())
            case "medications":
                yield from (("medications", list(value)), ("no_medications", not value))
            case "planned" if value == NOTHING:
                yield key_of("planned.nothing"), Verdict.YES.value
            case "medications_checked":
                yield from ((f"{CHECKED}{name}", True) for name in value)
            case _ if field in SWITCHES:
                yield field, bool(value)
            case _ if field in PARTS:
                yield from ((key_of(f"{field}.{name}"), _shown(part)) for name, part in value.items())
            case _:
                yield field, _shown(value)


def _shown(value: Any) -> str:
    """A value as its widget holds it."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else as_typed(value)
