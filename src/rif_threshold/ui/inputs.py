"""Widgets become data here, and only here. What is typed is handed on as typed; `rif_threshold.Case` judges it.

Every widget's key is the name of a case's field, with ``_`` for the dots. No widget has limits, a default that could
pass for a patient, or a place in the URL. Values survive a change of page, and "New couple" clears them all.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from rif_threshold.case import PARTS, Case
from rif_threshold.fields import ONE_VALUE, SWITCHES, TRANSFER_FIELDS
from rif_threshold.forms import as_typed
from rif_threshold.pathway import as_now_named
from rif_threshold.transfers import NOTHING
from rif_threshold.vocabulary import Verdict

HISTORY_GIVEN = "history_given"
HISTORY_LENGTH = "history_length"
ALSO_FROM = "also_from"
_CLEARED = "cleared"
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

_WHOLE = (*map(key_of, ONE_VALUE), HISTORY_GIVEN, HISTORY_LENGTH, ALSO_FROM, *_NO_TEXT, "medication_list_complete")
_OURS = re.compile(f"({'|'.join(_WHOLE)})$|history_(?:[0-9]|own)|{FINDING}|{ANSWER}|{CHECKED}")


def _typed(key: str) -> Any:
    """What stands in a widget; ``None`` where it is empty."""
    value = st.session_state.get(key)
    if isinstance(value, str):
        return value.strip() or None
    return value


def _given(fields: Mapping[str, str]) -> dict[str, Any]:
    """The fields that are filled in, by their names in the case; ``fields`` maps name to key."""
    values = {name: _typed(key) for name, key in fields.items()}
    return {name: value for name, value in values.items() if value is not None}


def typed_case() -> dict[str, Any]:
    """Everything that is filled in, on whichever page, as the fields of a case. Nothing is corrected or left out."""
    case: dict[str, Any] = {}
    for path, value in _given({path: key_of(path) for path in ONE_VALUE}).items():
        part, _, name = path.rpartition(".")
        (case.setdefault(part, {}) if part else case)[name] = value
    if st.session_state.get(HISTORY_GIVEN):
        case.pop("failed_transfers", None)
        case["history"] = [
            _given({name: f"history_{number}_{name}" for name in TRANSFER}) for number in range(1, history_length() + 1)
        ]
    case |= {name: True for name in SWITCHES if st.session_state.get(name)}
    return case | _pathway_fields()


def _pathway_fields() -> dict[str, Any]:
    """What the work-up and tacrolimus pages have asked."""
    keys = sorted(str(key) for key in st.session_state)
    found: dict[str, Any] = {}
    for prefix, field in ((FINDING, "findings"), (ANSWER, "answers")):
        if given := _given({key.removeprefix(prefix): key for key in keys if key.startswith(prefix)}):
            found[field] = given
    if medications := st.session_state.get("medications"):
        found["medications"] = list(medications)  # what is listed counts, whatever the switch says
        if checked := [name for name in medications if st.session_state.get(f"{CHECKED}{name}")]:
            found["medications_checked"] = checked
    elif st.session_state.get("no_medications"):
        found["medications"] = []
    if complete := _typed("medication_list_complete"):
        found["medication_list_complete"] = complete
    return found


def holds_something(path: str) -> bool:
    """Whether a field of the case is filled in."""
    return _typed(key_of(path)) is not None


def empty(paths: Iterable[str]) -> None:
    """Forget what stands in these fields of the case."""
    for path in paths:
        st.session_state[key_of(path)] = None


def history_length() -> int:
    """How many transfers the history editor shows."""
    return int(st.session_state.get(HISTORY_LENGTH, 1))


def clear() -> None:
    """Forget everything that was typed, on every page, and what was taken."""
    st.session_state.pop(DESK, None)
    for key in list(st.session_state):
        if not _OURS.match(str(key)):
            continue
        value = st.session_state[key]
        if isinstance(value, bool):
            st.session_state[key] = False
        elif key == HISTORY_LENGTH:
            st.session_state[key] = 1
        else:
            st.session_state[key] = [] if isinstance(value, list) else None


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
    state = st.session_state
    for field, value in case.items():
        match field:
            case "history":
                state[HISTORY_GIVEN], state[HISTORY_LENGTH] = True, len(value)
                for row, transfer in enumerate(value, start=1):
                    state.update({f"history_{row}_{name}": as_typed(part) for name, part in transfer.items()})
            case "findings" | "answers":
                prefix = FINDING if field == "findings" else ANSWER
                parts = as_now_named(value) if field == "answers" else value
                state.update({f"{prefix}{name}": as_typed(part) for name, part in parts.items()})
            case "medications":
                state["medications"], state["no_medications"] = list(value), not value
            case "planned" if value == NOTHING:
                state[key_of("planned.nothing")] = Verdict.YES.value
            case "medications_checked":
                state.update({f"{CHECKED}{name}": True for name in value})
            case _ if field in SWITCHES:
                state[field] = bool(value)
            case _ if field in PARTS:
                state.update({key_of(f"{field}.{name}"): _shown(part) for name, part in value.items()})
            case _:
                state[field] = _shown(value)


def _shown(value: Any) -> str:
    """A value as its widget holds it."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else as_typed(value)
