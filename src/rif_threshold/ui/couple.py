"""The fields of page 1: what a first answer needs, and what folds out beneath it."""

import streamlit as st

from rif_threshold.bounds import MOST_ENTRIES
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
from rif_threshold.ui.inputs import (
    HISTORY_GIVEN,
    HISTORY_LENGTH,
    TRANSFER,
    Problems,
    choice,
    history_length,
    menu,
    number,
)
from rif_threshold.wording import exact_words


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
    left, middle = st.columns([1, 2.75])
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
    st.markdown("## The clinic's own rate")
    columns = st.columns(3)
    with columns[0]:
        number("clinic_successes", "Successes", problems)
    with columns[1]:
        number("clinic_transfers", "Out of transfers", problems)
    with columns[2]:
        number("clinic_percent", "or a rate, %", problems)
    choice("clinic_outcome", "A success is", OUTCOMES, problems)
    st.markdown("## The prediction model (Nelson & Lawlor 2011)")
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
            "threshold_percent",
            "Threshold, %",
            problems,
            placeholder=f"{exact_words(method().threshold_percent)}, ESHRE's",
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
        for name in TRANSFER:
            st.session_state[f"history_{last}_{name}"] = None
    st.session_state[HISTORY_LENGTH] = min(max(last + by, 1), MOST_ENTRIES)
