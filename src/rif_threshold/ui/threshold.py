"""The fields of the first page: what a first answer needs, and what is optional after it."""

import re
from functools import cache

import streamlit as st

from rif_threshold.bounds import MOST_ENTRIES
from rif_threshold.case import read_case
from rif_threshold.fields import FIELDS, SWITCHES, TRANSFER_FIELDS, InputField
from rif_threshold.method import method
from rif_threshold.routes import ROUTES, RouteKind
from rif_threshold.transfers import EmbryoKind, Transfer, counted_transfers
from rif_threshold.ui.controls import fold
from rif_threshold.ui.inputs import (
    ALSO_FROM,
    HISTORY_GIVEN,
    HISTORY_LENGTH,
    LAID_ASIDE,
    LIST_BESIDE,
    MORE,
    TRANSFER,
    empty,
    history_length,
    holds_something,
    key_of,
    listed_transfers,
    typed_kind,
    write,
)
from rif_threshold.ui.markdown import escaped
from rif_threshold.ui.widgets import Problems, choice, field, fields, line
from rif_threshold.vocabulary import TransferResult
from rif_threshold.wording import capital, exact_words

_FEW = 2  # fields that need no box around them
_FIRST = ("oocyte_age_years", "ploidy", "failed_transfers")
"""What a first answer needs. Whatever else a route asks for is shown where that route is chosen."""


def first_fields(problems: Problems) -> None:
    """The three inputs that a first answer needs; they stand in the page's own box, beside the answer."""
    age, ploidy, failed = _FIRST
    field(age, problems)
    field(ploidy, problems)
    if st.session_state.get(HISTORY_GIVEN):
        st.markdown(f"{capital(FIELDS[failed].title)}  \n:material/list: counted from the list below")
    else:
        field(failed, problems)


def more_fields(problems: Problems) -> None:
    """What is optional: other transfers, another next one, other sources of the chance, the settings."""
    _other_routes(problems)
    history_editor(problems)
    unfolded, panel = fold(MORE, "fold_more")
    if unfolded:
        with panel:
            kinds(problems)
            settings(problems)


@cache
def _asked(route: RouteKind) -> tuple[InputField, ...]:
    """What a route asks for beside the first fields and the kind of embryo."""
    before = {*_FIRST, *EmbryoKind.model_fields}
    return tuple(each for path, each in FIELDS.items() if path.partition(".")[0] in route.fields and path not in before)


def _other_routes(problems: Problems) -> None:
    """Where else the chance may come from; a route shows its fields where it is chosen or has something in them."""
    offered = {route.name: route for route in ROUTES if _asked(route)}
    filled = [name for name, route in offered.items() if any(holds_something(each.path) for each in _asked(route))]
    chosen = [name for name in offered if name in {*filled, *(st.session_state.get(ALSO_FROM) or ())}]
    st.session_state[ALSO_FROM] = chosen
    st.pills(
        "Chance per transfer: beside ESHRE's table also from",
        list(offered),
        selection_mode="multi",
        format_func=lambda name: offered[name].title if name in offered else str(name),
        key=ALSO_FROM,
        persist_state="session",
        on_change=_leave_out,
        args=(tuple(chosen),),
        wrap=True,
    )
    for name in chosen:
        _route_fields(offered[name], problems)


def _route_fields(route: RouteKind, problems: Problems) -> None:
    """What a route asks for. A few fields say by their names whose they are; more stand in a box with its name."""
    asked = _asked(route)
    if len(asked) <= _FEW:
        for each in asked:
            field(each.path, problems)
        return
    with st.container(border=True, key=f"route_{route.name}"):
        st.markdown(f"**{route.title}**")
        for part in dict.fromkeys(each.path.partition(".")[0] for each in asked if "." in each.path):
            st.caption(route.inputs.model_fields[part].description or "")
            problems(part)
        fields(asked, problems)


def _leave_out(before: tuple[str, ...]) -> None:
    """What is not seen must not answer: what was typed for a route that is left out is laid aside until it is back."""
    chosen = st.session_state.get(ALSO_FROM) or ()
    aside = st.session_state.setdefault(LAID_ASIDE, {})
    for route in ROUTES:
        keys = [key_of(each.path) for each in _asked(route)]
        if route.name in before and route.name not in chosen:
            aside[route.name] = {key: st.session_state.get(key) for key in keys}
            for key in keys:
                write(key, None)
        elif route.name in chosen and route.name not in before:
            for key, typed in aside.pop(route.name, {}).items():
                write(key, typed)


def history_editor(problems: Problems) -> None:
    """The transfers one by one, oldest first: a line each."""
    st.toggle(
        "They were not all alike: list the transfers one by one",
        key=HISTORY_GIVEN,
        persist_state="session",
        on_change=_list_what_was_said,
        help="For a couple whose transfers differed, or who had a positive test in between.",
    )
    problems("history")
    if not st.session_state.get(HISTORY_GIVEN):
        return
    st.caption("Oldest first. Age and embryos of the next transfer stay in the fields at the top.")
    beside = st.session_state.get(LIST_BESIDE)
    if beside and (run := _run_of_the_list()) is not None and beside.strip() != str(len(run)):
        with st.container(key="list_beside"):
            st.warning(f"{escaped(beside)} was typed before the list was shown. What counts is the list: {len(run)}.")
    listed = range(1, history_length() + 1)
    own = st.session_state.get(_OWN_CHANCE) or any(holds_something(f"history.{row}.{_OWN_PART}") for row in listed)
    shown = {part: width for part, width in _WIDTHS.items() if own or part != _OWN_PART}
    for row in listed:
        with st.container(key=f"history_row_{row}", horizontal=True, vertical_alignment="bottom", gap="xxsmall"):
            for part, width in shown.items():
                with st.container(width=width, key=f"history_cell_{row}_{part}"):
                    described = TRANSFER_FIELDS[f"history.{part}"]
                    name = described.title if row == 1 else f"{row}. {described.title}"
                    line(f"history.{row}.{part}", described, name, shown=row == 1)
            away = f"Take transfer {row} away."
            st.button("\N{MULTIPLICATION SIGN}", key=f"history_remove_{row}", on_click=_remove, args=(row,), help=away)
        for part in shown:
            problems(f"history.{row}.{part}")
    with st.container(horizontal=True, vertical_alignment="center"):
        about = "Like the one above, or of the next transfer's kind; its result too where the one above failed."
        st.button("Add a transfer", key="history_add", on_click=_add, help=about)
        st.toggle("each with a chance of its own", key=_OWN_CHANCE, persist_state="session")


_OWN_CHANCE, _OWN_PART = "history_own_chance", "per_transfer_percent"
_WIDTHS = {
    "result": 212,
    "oocyte_age_years": 52,
    "embryos": 52,
    "ploidy": 131,
    "stage": 155,
    _OWN_PART: 60,
}
"""The parts of a transfer in a line, with the pixels that each takes; on a narrow screen a line wraps."""


def _list_what_was_said() -> None:
    """A list that is empty begins with what the short form says; left, it leaves its own count to the short form."""
    state = st.session_state
    if not state.get(HISTORY_GIVEN):
        write("failed_transfers", _failed_in_the_list())
        return
    if any(holds_something(f"history.1.{part}") for part in TRANSFER):
        state[LIST_BESIDE] = state.get("failed_transfers")
        return
    said = re.fullmatch("[1-9][0-9]?", str(state.get("failed_transfers") or ""))
    write(HISTORY_LENGTH, min(int(said.group()), MOST_ENTRIES) if said else 1)
    for row in range(1, history_length() + 1):
        if said:
            write(f"history_{row}_result", TransferResult.NO_POSITIVE_TEST.value)
        for part in EmbryoKind.model_fields:
            write(f"history_{row}_{part}", state.get(part))


def add_a_transfer() -> None:
    """One more in the list, which begins with what the short form says. How it ended is still to be said."""
    if not st.session_state.get(HISTORY_GIVEN):
        write(HISTORY_GIVEN, value=True)
        _list_what_was_said()
    if holds_something(f"history.{history_length()}.result"):
        _add()
        empty([f"history.{history_length()}.result"])


def _run_of_the_list() -> tuple[Transfer, ...] | None:
    """The failed transfers since the last positive test, by the list; ``None`` where something in it cannot be used."""
    case, problems = read_case({"history": listed_transfers()})
    return None if problems else counted_transfers(case)


def _failed_in_the_list() -> str | None:
    """How many failed by a list that is left: the number typed before it is another.

    None is carried over where they were not of the kind in the fields at the top: as that kind they would be others.
    """
    run, (top, problems) = _run_of_the_list(), read_case(typed_kind())
    if run is None or problems or any(EmbryoKind.of(each) != EmbryoKind.of(top) for each in run):
        return None
    return str(len(run))


def _add() -> None:
    """A line more, of the kind above or of the one planned next; its result too where that was a failed transfer.

    Failures come in a row, and each is counted before the eyes of whoever adds it. A positive test starts the count
    again, and has to be said of each transfer by itself.
    """
    state, last = st.session_state, history_length()
    if last == MOST_ENTRIES:
        return
    for part in TRANSFER:
        write(f"history_{last + 1}_{part}", state.get(f"history_{last}_{part}"))
    # What comes after what is listed was the next transfer, as far as that is said.
    for planned in ("planned_", ""):
        told = typed_kind(planned)
        if not told.items() <= typed_kind(f"history_{last}_").items():
            for part in (*EmbryoKind.model_fields, _OWN_PART):
                write(f"history_{last + 1}_{part}", told.get(part))
            break
    if state.get(f"history_{last}_result") != TransferResult.NO_POSITIVE_TEST:
        write(f"history_{last + 1}_result", None)
    write(HISTORY_LENGTH, last + 1)


def _remove(row: int) -> None:
    """Take one line away; those below move up. The last one is emptied."""
    state, last = st.session_state, history_length()
    for place in range(row, last):
        for part in TRANSFER:
            write(f"history_{place}_{part}", state.get(f"history_{place + 1}_{part}"))
    empty(f"history.{last}.{part}" for part in TRANSFER)
    write(HISTORY_LENGTH, max(last - 1, 1))


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
    st.markdown("## Settings")
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
