"""The fields of page 1: what a first answer needs, and what folds out beneath it."""

import streamlit as st

from rif_threshold.bounds import MOST_ENTRIES
from rif_threshold.fields import FIELDS, SWITCHES, TRANSFER_FIELDS
from rif_threshold.method import method
from rif_threshold.routes import ROUTES
from rif_threshold.ui.inputs import (
    HISTORY_GIVEN,
    HISTORY_LENGTH,
    TRANSFER,
    Problems,
    choice,
    field,
    fields,
    history_length,
)
from rif_threshold.wording import capital, exact_words

_FIRST = ("oocyte_age_years", "ploidy", "failed_transfers", "live_birth_percent", "live_birth_per")
"""What a first answer needs. Whatever else a route asks for is folded away."""


def first_fields(problems: Problems) -> None:
    """The three or four inputs that a first answer needs."""
    age, ploidy, failed, percent, per = _FIRST
    left, middle, right = st.columns([1, 1.75, 1])
    with left:
        field(age, problems)
    with middle:
        field(ploidy, problems)
    with right:
        if st.session_state.get(HISTORY_GIVEN):
            st.markdown(f"{capital(FIELDS[failed].title)}  \n:material/list: counted from the list below")
        else:
            field(failed, problems)
    left, middle = st.columns([1, 2.75])
    with left:
        field(percent, problems, placeholder="optional")
    with middle:
        field(per, problems)


def more_routes(problems: Problems) -> None:
    """What the other routes ask for."""
    for route in ROUTES:
        asked = [each for path, each in FIELDS.items() if path.partition(".")[0] in route.fields and path not in _FIRST]
        if not asked:
            continue
        st.markdown(f"## {route.title}")
        for part in dict.fromkeys(each.path.partition(".")[0] for each in asked if "." in each.path):
            st.caption(route.inputs.model_fields[part].description or "")
            problems(part)
        fields(asked, problems)


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
            for row_of in _ROWS:
                for column, part in zip(st.columns([1, 2][: len(row_of)]), row_of, strict=True):
                    each = TRANSFER_FIELDS[f"history.{part}"]
                    with column:
                        field(f"{name}.{part}", problems, each)
    with st.container(horizontal=True):
        st.button("Add a transfer", key="history_add", on_click=_change_length, args=(1,))
        st.button("Take the last one away", key="history_remove", on_click=_change_length, args=(-1,))


_ROWS = (("result",), ("oocyte_age_years", "ploidy"), ("embryos", "stage"), ("per_transfer_percent",))


def kinds(problems: Problems) -> None:
    """The kind planned next where it is another one, and what the first fields leave out of the kind that failed."""
    described = [FIELDS[name] for name in ("embryos", "stage", "eggs")]
    fields(described, problems)
    st.markdown("## Planned next")
    st.caption(
        "Only where it is another kind than the one that failed, or nothing is planned. Where the transfers are listed"
        " one by one, leave the fields at the top empty and say here what is planned, or the other way round."
    )
    fields([each for path, each in FIELDS.items() if path.startswith("planned.")], problems)
    problems("planned")


def settings(problems: Problems) -> None:
    """The threshold itself, and which route answers."""
    columns = st.columns(2)
    with columns[0]:
        field("threshold_percent", problems, placeholder=f"{exact_words(method().threshold_percent)}, ESHRE's")
    with columns[1]:
        field("minimum_transfers", problems, placeholder=f"{method().minimum_transfers}, ESHRE's")
    route = FIELDS["primary_route"]
    options = {each.name: each.title for each in ROUTES}
    choice(route.path, capital(route.title), options, problems, help=route.help)
    for switch in SWITCHES.values():
        st.toggle(switch.help.removesuffix("."), key=switch.path, persist_state="session")


def _change_length(by: int) -> None:
    last = history_length()
    if by < 0:
        for name in TRANSFER:
            st.session_state[f"history_{last}_{name}"] = None
    st.session_state[HISTORY_LENGTH] = min(max(last + by, 1), MOST_ENTRIES)
