"""Widgets become data here, and only here. What is typed is handed on as typed; `rif_threshold.Case` judges it.

Every widget's key is the name of a case's field, with ``_`` for the dots. No widget has limits, a default that could
pass for a patient, or a place in the URL. Values survive a change of page, and "New couple" clears them all.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from rif_threshold.forms import as_typed

HISTORY_GIVEN = "history_given"
HISTORY_LENGTH = "history_length"

_PLAIN = (
    "oocyte_age_years",
    "ploidy",
    "failed_transfers",
    "live_birth_percent",
    "live_birth_per",
    "clinic_successes",
    "clinic_transfers",
    "clinic_percent",
    "clinic_outcome",
    "threshold_percent",
    "minimum_transfers",
    "primary_route",
)
_PREDICTION = (
    "woman_age_years",
    "trying_years",
    "egg_source",
    "cause",
    "icsi",
    "attempt",
    "unsuccessful_cycles",
    "pregnancy_history",
    "cycle_medication",
)
TRANSFER = ("result", "oocyte_age_years", "ploidy", "per_transfer_percent", "embryos")
_SWITCHES = ("small_percent_confirmed", "no_medications", "medications")
FINDING, ANSWER = "finding_", "answer_"

_OURS = re.compile(
    f"({'|'.join((*_PLAIN, HISTORY_GIVEN, HISTORY_LENGTH, *_SWITCHES, 'medication_list_complete'))})$"
    f"|prediction_|history_[0-9]|{FINDING}|{ANSWER}"
)

Problems = Callable[[str], None]


def key_of(field: str) -> str:
    """The widget key of a case's field.

    >>> key_of("history.1.oocyte_age_years")
    'history_1_oocyte_age_years'
    """
    return field.replace(".", "_")


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
    case = _given({name: name for name in _PLAIN})
    if st.session_state.get(HISTORY_GIVEN):
        case.pop("failed_transfers", None)
        case["history"] = [
            _given({name: f"history_{number}_{name}" for name in TRANSFER}) for number in range(1, history_length() + 1)
        ]
    if prediction := _given({name: f"prediction_{name}" for name in _PREDICTION}):
        if prediction.get("icsi") in ("yes", "no"):
            prediction["icsi"] = prediction["icsi"] == "yes"
        case["prediction"] = prediction
    if st.session_state.get("small_percent_confirmed"):
        case["small_percent_confirmed"] = True
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
    elif st.session_state.get("no_medications"):
        found["medications"] = []
    if complete := _typed("medication_list_complete"):
        found["medication_list_complete"] = complete
    return found


def history_length() -> int:
    """How many transfers the history editor shows."""
    return int(st.session_state.get(HISTORY_LENGTH, 1))


def number(field: str, label: str, problems: Problems, **options: Any) -> None:
    """A field for a number: a plain text box, so that what is typed is what is judged."""
    key = key_of(field)
    st.text_input(label, value=None, key=key, persist_state="session", live=True, autocomplete="off", **options)
    problems(field)


def choice(field: str, label: str, options: Mapping[str, str], problems: Problems, **more: Any) -> None:
    """A choice out of a few; choosing it again takes it back."""
    st.segmented_control(
        label,
        list(options),
        format_func=lambda option: options.get(option, str(option)),
        key=key_of(field),
        persist_state="session",
        wrap=True,
        **more,
    )
    problems(field)


def menu(field: str, label: str, options: Mapping[str, str], problems: Problems, **more: Any) -> None:
    """A choice out of many."""
    st.selectbox(
        label,
        list(options),
        index=None,
        format_func=lambda option: options.get(option, str(option)),
        key=key_of(field),
        persist_state="session",
        placeholder="Choose",
        **more,
    )
    problems(field)


def clear() -> None:
    """Forget everything that was typed, on every page."""
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


@cache
def examples() -> Mapping[str, Mapping[str, Any]]:
    """The cases that "Load an example" offers, by their labels. Nobody's data."""
    read = tomllib.loads(Path(__file__).with_name("examples.toml").read_text("utf-8"))
    return {entry["label"]: entry["case"] for entry in read["example"]}


def load(key: str) -> None:
    """Fill in the example chosen in the menu with this key."""
    put(examples()[st.session_state[key]])


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
            case "prediction":
                words = {True: "yes", False: "no"}
                state.update({f"prediction_{name}": words.get(part) or as_typed(part) for name, part in value.items()})
            case "findings" | "answers":
                prefix = FINDING if field == "findings" else ANSWER
                state.update({f"{prefix}{name}": as_typed(part) for name, part in value.items()})
            case "medications":
                state["medications"], state["no_medications"] = list(value), not value
            case "small_percent_confirmed":
                state[field] = bool(value)
            case _:
                state[field] = as_typed(value)
