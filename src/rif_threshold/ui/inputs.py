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

from rif_threshold.method import method
from rif_threshold.ui.fields import (
    ATTEMPTS,
    CAUSES,
    EGG_SOURCES,
    MEDICATIONS,
    OUTCOMES,
    PER,
    PLOIDIES,
    PREGNANCIES,
    RESULTS,
    ROUTES,
    YES_NO,
)

HISTORY_GIVEN = "history_given"
HISTORY_LENGTH = "history_length"
LONGEST_HISTORY = 100

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
_TRANSFER = ("result", "oocyte_age_years", "ploidy", "per_transfer_percent", "embryos")
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
            _given({name: f"history_{number}_{name}" for name in _TRANSFER})
            for number in range(1, history_length() + 1)
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
    if st.session_state.get("no_medications"):
        found["medications"] = []
    elif medications := st.session_state.get("medications"):
        found["medications"] = list(medications)
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


def first_fields(problems: Problems) -> None:
    """The three or four inputs that a first answer needs."""
    left, middle, right = st.columns([1, 1.75, 1])
    with left:
        number(
            "oocyte_age_years",
            "Age at egg retrieval",
            problems,
            help="Completed years, of the woman whose eggs they were.",
        )
    with middle:
        choice("ploidy", "Embryos", PLOIDIES, problems, help="What was known of their chromosomes at transfer (PGT-A).")
    with right:
        if st.session_state.get(HISTORY_GIVEN):
            st.markdown("Failed transfers  \n:material/list: counted from the list below")
        else:
            number(
                "failed_transfers",
                "Failed transfers",
                problems,
                help="Embryo transfers without a positive pregnancy test, since the last positive one. 0 if none.",
            )
    left, middle, _ = st.columns([1, 1.75, 1])
    with left:
        number(
            "live_birth_percent",
            "Live-birth chance, %",
            problems,
            placeholder="optional",
            help="A predicted chance, for instance from IVFpredict: 23.8",
        )
    with middle:
        choice("live_birth_per", "That figure is per", PER, problems)


def more_routes(problems: Problems) -> None:
    """The clinic's own rate and the published live-birth model."""
    st.markdown("##### The clinic's own rate")
    columns = st.columns(3)
    with columns[0]:
        number("clinic_successes", "Successes", problems)
    with columns[1]:
        number("clinic_transfers", "Out of transfers", problems)
    with columns[2]:
        number("clinic_percent", "or a rate, %", problems)
    choice("clinic_outcome", "A success is", OUTCOMES, problems)
    st.markdown("##### The prediction model (Nelson & Lawlor 2011)")
    st.caption("The couple as they were before the first counted transfer.")
    columns = st.columns(3)
    with columns[0]:
        number("prediction.woman_age_years", "Woman's age", problems)
    with columns[1]:
        number("prediction.trying_years", "Years of trying", problems)
    with columns[2]:
        number("prediction.unsuccessful_cycles", "Earlier IVF cycles without a birth", problems)
    pair = st.columns(2)
    with pair[0]:
        menu("prediction.cause", "Cause of infertility", CAUSES, problems)
        menu("prediction.pregnancy_history", "Earlier pregnancies", PREGNANCIES, problems)
    with pair[1]:
        menu("prediction.cycle_medication", "Cycle medication", MEDICATIONS, problems)
        menu("prediction.attempt", "Which attempt", ATTEMPTS, problems)
    pair = st.columns(2)
    with pair[0]:
        choice("prediction.egg_source", "Eggs", EGG_SOURCES, problems)
    with pair[1]:
        choice("prediction.icsi", "Sperm injection (ICSI)", YES_NO, problems)
    problems("prediction")


def history_editor(problems: Problems) -> None:
    """The transfers one by one, oldest first."""
    st.toggle("List the transfers one by one", key=HISTORY_GIVEN, persist_state="session")
    problems("history")
    if not st.session_state.get(HISTORY_GIVEN):
        st.caption("For a couple whose transfers were not all alike, or who had a positive test in between.")
        return
    st.caption("Oldest first. Age and embryos of the next transfer stay in the fields at the top.")
    for row in range(1, history_length() + 1):
        name = f"history.{row}"
        with st.container(border=True, key=f"history_row_{row}"):
            st.markdown(f"**Transfer {row}**")
            choice(f"{name}.result", "What followed", RESULTS, problems)
            age, kind = st.columns([1, 2])
            with age:
                number(f"{name}.oocyte_age_years", "Age at egg retrieval", problems)
            with kind:
                choice(f"{name}.ploidy", "Embryo", PLOIDIES, problems)
            own, placed = st.columns(2)
            with own:
                number(f"{name}.per_transfer_percent", "Its own chance, %", problems, placeholder="optional")
            with placed:
                number(f"{name}.embryos", "Embryos placed", problems, placeholder="optional")
    with st.container(horizontal=True):
        st.button("Add a transfer", key="history_add", on_click=_change_length, args=(1,))
        st.button("Take the last one away", key="history_remove", on_click=_change_length, args=(-1,))


def settings(problems: Problems) -> None:
    """The threshold itself, and which route answers."""
    columns = st.columns(2)
    with columns[0]:
        number(
            "threshold_percent", "Threshold, %", problems, placeholder=f"{float(method().threshold_percent):g}, ESHRE's"
        )
    with columns[1]:
        number("minimum_transfers", "Fewest transfers", problems, placeholder=f"{method().minimum_transfers}, ESHRE's")
    choice("primary_route", "Answer with", ROUTES, problems, help="Left open: an individual figure before the table.")
    st.toggle(
        "Percentages of 1 or less are really meant as percent", key="small_percent_confirmed", persist_state="session"
    )


def _change_length(by: int) -> None:
    last = history_length()
    if by < 0:
        for name in _TRANSFER:
            st.session_state[f"history_{last}_{name}"] = None
    st.session_state[HISTORY_LENGTH] = min(max(last + by, 1), LONGEST_HISTORY)


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
    """Fill in the example chosen in the menu with this key, after clearing everything else."""
    example = examples()[st.session_state[key]]
    clear()
    for field, value in example.items():
        if field == "history":
            st.session_state[HISTORY_GIVEN] = True
            st.session_state[HISTORY_LENGTH] = len(value)
            for row, transfer in enumerate(value, start=1):
                for name, part in transfer.items():
                    st.session_state[f"history_{row}_{name}"] = str(part)
        else:
            st.session_state[field] = str(value)
