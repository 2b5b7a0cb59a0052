"""Other medicines on the page: as they were typed, with what was found for each, and whether that is all of them."""

from functools import cache

import streamlit as st

from rif_threshold.pathway import Medication, Tacrolimus
from rif_threshold.pathway.interactions import medication_names
from rif_threshold.pathway.medications import held_near
from rif_threshold.ui import inputs, widgets
from rif_threshold.ui.fields import YES_NO_UNKNOWN
from rif_threshold.ui.markdown import escaped, literal
from rif_threshold.ui.numbered import Numbered
from rif_threshold.ui.whole import say
from rif_threshold.ui.widgets import Problems
from rif_threshold.wording import capital, word

_LISTED_AND_NONE = "Medicines are listed, so 'None are taken' is not used. Remove them, or switch it off."
_CHECKED = "Checked by me in its product text: no interaction"
_CHECKED_HELP = "It lifts this hold, and stands everywhere as your own statement."


@cache
def _known_names() -> tuple[str, ...]:
    return tuple(sorted((entry.name for entry in medication_names().values()), key=str.casefold))


def ask(step: Tacrolimus | None, problems: Problems, cited: Numbered) -> None:
    """The list, what was found for each line of it, and whether it is complete."""
    st.multiselect(
        "Other medicines, foods and herbal remedies",
        _known_names(),
        key="medications",
        persist_state="session",
        accept_new_options=True,
        filter_mode="prefix",
        select_all=False,  # nothing that nobody chose
        placeholder="Choose or type",
    )
    problems("medications")
    for number, found in enumerate(step.interactions if step else ()):
        _line(found, number, cited)
    st.toggle("None are taken", key="no_medications", persist_state="session")
    if st.session_state.get("medications") and st.session_state.get("no_medications"):
        with st.container(key="problem_no_medications"):
            st.error(_LISTED_AND_NONE)
    widgets.choice("medication_list_complete", "Is this list complete?", YES_NO_UNKNOWN, problems)


def _line(found: Medication, number: int, cited: Numbered) -> None:
    """What was found for one medicine, and close names to choose from where it is not in the list."""
    serious = capital(word(found.seriousness)) if found.seriousness else ""
    kind = "" if not serious or found.action.startswith(serious) else f" {serious}."  # said once
    via = f" (as {escaped(found.matched)})" if found.matched and found.matched != found.typed else ""
    effect = f" Effect: {escaped(found.effect)}." if found.effect else ""
    quoted = f" {escaped(found.quoted)}." if found.quoted else ""
    source = f" :small[{cited.where(found.source, *found.further_sources)}]" if found.source else ""
    say(f"medicine_{number}", f"- {literal(found.typed)}{via}:{kind}{effect} {escaped(found.action)}.{quoted}{source}")
    if found.matched is None and not held_near(found):
        key = f"{inputs.CHECKED}{found.typed}"
        st.toggle(_CHECKED, key=key, persist_state="session", help=_CHECKED_HELP)
    if found.suggestions:
        with st.container(horizontal=True, key=f"suggestions_{number}"):
            for name in found.suggestions:
                key = f"suggestion_{number}_{name}"
                st.button(f"Did you mean {name}?", key=key, on_click=_replace, args=(found.typed, name))


def _replace(typed: str, name: str) -> None:
    chosen = st.session_state.get("medications") or []
    inputs.write("medications", [name if each == typed else each for each in chosen])
