"""A clinic's file on the page: what stands in it, how it is read, and the button that works on it."""

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from rif_threshold.register.mappings import mappings
from rif_threshold.ui import assigning, clinic, own_mapping, years
from rif_threshold.ui.clinic import READ_AS, Clinic
from rif_threshold.ui.controls import fold
from rif_threshold.ui.markdown import escaped, markdown_table
from rif_threshold.ui.whole import say

_BY_HAND, _OWN_FILE = "by_hand", "own_file"
_MOST_SHOWN = 8


def show(kept: Clinic) -> None:
    """All of it, from the field that takes a file to the button."""
    if why := clinic.why_no_file():
        st.info(why)
        return
    if not kept.content:
        with st.container(key="take_files"):
            clinic.take(kept)
            own_mapping.field(kept)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="the_file"):
        say("file", f"**{escaped(kept.name)}**, {len(kept.content):,} bytes, in memory only")
        st.button("Forget this file", key="forget_file", on_click=clinic.forget)
    if kept.look:
        _columns(kept.look)
        _how(kept)


def _columns(look: Mapping[str, Any]) -> None:
    count = f"{look['rows']:,} {'row' if look['rows'] == 1 else 'rows'}."
    say("look", " ".join((count, *map(escaped, _told(look)))))
    unfolded, panel = fold("What stands in it", "fold_columns")
    if unfolded:
        with panel:
            rows = [[escaped(each["column"]), _words(each)] for each in look["columns"]]
            say("columns", markdown_table(["Column", "Texts in it, and how often"], rows))


def _told(look: Mapping[str, Any]) -> Iterator[str]:
    """What was guessed, what is not decided, and what must be said of the file."""
    if look["guess"]:
        yield look["guess"] + (" If that is wrong, choose another below." if look["fits"] else "")
    decided = bool(look["by"])  # since then, here
    if look["lacks"] and not decided:
        yield f"Not decided: which column holds what. Still open: {'; '.join(map(assigning.named, look['lacks']))}."
    if look["of_decimals"] and not (decided and len(look["decimals"]) > 1):
        yield look["of_decimals"]
    if not decided:
        yield from (said for each in look["columns"] if each["field"] == "date" for said in each["said"])
    yield from look["of_rows"]


def _words(column: Mapping[str, Any]) -> str:
    shown = [f"{escaped(text) or '(empty)'} {times:,}" for text, times in column["words"][:_MOST_SHOWN]]
    rest = column["texts"] - len(shown)
    more = [f"{rest:,} {'more' if shown else 'different texts'}, not shown"] if rest > 0 else []
    return "; ".join([*shown, *more, *map(escaped, column["said"])])


def _how(kept: Clinic) -> None:
    """By a shipped mapping, by a file of the visitor's, or with columns and words assigned here."""
    options = {_BY_HAND: "Columns and words assigned here", _OWN_FILE: "A mapping file of your own"}
    options |= {name: each.title for name, each in mappings().items()}
    if READ_AS not in st.session_state:
        open_order = any(each["field"] == "date" and len(each["orders"]) > 1 for each in kept.look["columns"])
        guessed = (not kept.look["lacks"] and not open_order and kept.look["nearest"]) or _BY_HAND
        st.session_state[READ_AS] = _OWN_FILE if kept.mapping else guessed
    st.selectbox(
        "How the file is read", list(options), key=READ_AS, persist_state="session",
        format_func=lambda name: options.get(name, str(name)),
    )  # fmt: skip
    chosen = str(st.session_state.get(READ_AS))
    if chosen in mappings():
        say("about", f":small[{escaped(mappings()[chosen].about)}]")
        _work(kept, mappings()[chosen].model_dump(mode="json", exclude_unset=True))
    elif chosen == _OWN_FILE:
        own_mapping.field(kept)
        if own_mapping.ready(kept):
            _work(kept, kept.mapping)
    else:
        _by_hand(kept)


def _by_hand(kept: Clinic) -> None:
    with st.container(key="assign_columns", border=True):
        st.markdown("**1. Which column holds what**")
        assigning.columns(kept.look)
        if lacks := assigning.lacking():
            say("lacks", f":small[Still needed: {escaped('; '.join(lacks))}.]")
            return
        columns = assigning.mapping(kept.look, with_words=False)
        if wrong := assigning.wrong(columns):
            st.error("\n".join(f"- {escaped(each)}" for each in wrong))
            return
        if kept.look.get("by") != columns:
            if st.button("Show the words of these columns", key="look_again", disabled=kept.work is not None):
                kept.begin({"do": "look", "mapping": columns})
                st.rerun()
            return
    with st.container(key="assign_words", border=True):
        st.markdown("**2. What the words mean**")
        assigning.words(kept.look)
        if left := assigning.undecided(kept.look):
            told = "; ".join(escaped(each) for each in left[:_MOST_SHOWN])
            more = f"; and {len(left) - _MOST_SHOWN} more" if len(left) > _MOST_SHOWN else ""
            say("undecided", f":small[Not decided, so that rows with them are problems: {told}{more}.]")
        if assigning.chosen("keep") and not st.session_state.get(assigning.KEEP_WORDS):
            st.markdown(":small[No text is chosen of which rows count: all rows do.]")
    _work(kept, assigning.mapping(kept.look, with_words=True))


def _work(kept: Clinic, mapping: dict[str, Any]) -> None:
    if wrong := assigning.wrong(mapping):
        st.error("\n".join(f"- {escaped(each)}" for each in wrong))
        return
    days = years.fields()
    if days is None:
        return
    order = {"do": "read", "mapping": mapping, **days}
    if kept.result and kept.result["order"]["do"] == "read" and kept.result["order"] != order:
        st.markdown(":small[What is shown below was made before the last change here.]")
    if st.button("Make our table and the audit", key="make_file", type="primary", disabled=kept.work is not None):
        kept.begin(order)
        st.rerun()


def said(kept: Clinic) -> None:
    """What the rows of the file came to, before what was made of them."""
    lines = kept.result["beside"]
    if kept.result["bad_rows"]:
        lines = [f"{kept.result['bad_rows']:,} rows have a problem; their couples are in no rate.", *lines]
    if lines:
        unfolded, panel = fold(f"What is wrong with the file, and what was left out: {len(lines)} lines", "fold_beside")
        if unfolded:
            with panel:
                st.markdown("\n".join(f"- {escaped(each)}" for each in lines))
