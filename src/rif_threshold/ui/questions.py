"""The questions of the work-up and of the tacrolimus step: drawn from the facts that the rules ask about."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

import streamlit as st

from rif_threshold.pathway import Fact, Medication, facts, workup_lists
from rif_threshold.pathway.interactions import medication_names
from rif_threshold.rules import leaves
from rif_threshold.ui import inputs
from rif_threshold.ui.fields import FINDINGS, YES_NO_UNKNOWN
from rif_threshold.ui.inputs import Problems

_SUGGESTION = "suggestion_"
_LISTED_AND_NONE = "Medicines are listed, so 'None are taken' is not used. Remove them, or switch it off."
_CHECKED = "Checked by me in its product text: no interaction"
_CHECKED_HELP = "It lifts this hold, and stands everywhere as your own statement."
_SHORT = 30  # letters: longer options go into a menu


@cache
def workup_facts() -> frozenset[str]:
    """The facts that the rules of the work-up ask about."""
    lists = workup_lists()
    entries = (*lists.investigations.values(), *lists.interventions.values())
    return frozenset(leaf.fact for entry in entries for leaf in leaves(entry.when))


def worth_asking(questions: Collection[str], among: Collection[str] | None = None) -> Iterator[Fact]:
    """The facts worth asking now and those already answered, in the order in which they are asked."""
    for name, fact in facts().items():
        answered = fact.asked and bool(st.session_state.get(inputs.ANSWER + name))
        if fact.kind != "derived" and (name in questions or (answered and (among is None or name in among))):
            yield fact


def ask(fact: Fact, problems: Problems) -> None:
    """One question, as a choice or a field for a number."""
    if fact.kind == "finding":
        finding(fact.investigation or "", fact.label, problems)
    elif fact.kind in {"yes_no", "choice"}:
        options = YES_NO_UNKNOWN if fact.kind == "yes_no" else {**fact.options, "not_known": "Not known"}
        draw = inputs.choice if max(map(len, options.values())) <= _SHORT else inputs.menu
        draw(f"answer.{fact.id}", fact.question, options, problems, help=fact.help or None)
        problems(f"answers.{fact.id}")
    else:
        unit = f" ({fact.unit})" if fact.unit else ""
        inputs.number(f"answer.{fact.id}", f"{fact.question}{unit}", problems, help=fact.help or None)
        problems(f"answers.{fact.id}")


def ask_all(asked: Iterable[Fact], problems: Problems) -> None:
    """Questions in two columns."""
    columns = st.columns(2)
    for number, fact in enumerate(asked):
        with columns[number % 2]:
            ask(fact, problems)


def finding(investigation: str, label: str, problems: Problems, **more: Any) -> None:
    """What an investigation showed."""
    inputs.choice(f"finding.{investigation}", label, FINDINGS, problems, **more)
    problems(f"findings.{investigation}")


@cache
def _known_medicines() -> tuple[str, ...]:
    return tuple(sorted((entry.name for entry in medication_names().values()), key=str.casefold))


def medications(problems: Problems) -> None:
    """Other medicines, foods and remedies: chosen or typed, and whether that is all of them."""
    st.multiselect(
        "Other medicines, foods and herbal remedies",
        _known_medicines(),
        key="medications",
        persist_state="session",
        accept_new_options=True,
        filter_mode="prefix",
        select_all=False,  # nothing that nobody chose
        placeholder="Choose or type",
    )
    problems("medications")
    st.toggle("None are taken", key="no_medications", persist_state="session")
    if st.session_state.get("medications") and st.session_state.get("no_medications"):
        with st.container(key="problem_no_medications"):
            st.error(_LISTED_AND_NONE)
    inputs.choice("medication_list_complete", "Is this list complete?", YES_NO_UNKNOWN, problems)


def suggestions(found: Medication) -> None:
    """Offer the names that are close to one that is not in the list. Nothing is taken by itself."""
    with st.container(horizontal=True):
        for name in found.suggestions:
            st.button(f"Did you mean {name}?", key=f"{_SUGGESTION}{name}", on_click=_replace, args=(found.typed, name))


def checked(found: Medication) -> None:
    """Take the user's own statement on a medicine that is not in the list."""
    st.toggle(_CHECKED, key=f"{inputs.CHECKED}{found.typed}", persist_state="session", help=_CHECKED_HELP)


def _replace(typed: str, name: str) -> None:
    chosen = st.session_state.get("medications") or []
    st.session_state["medications"] = [name if each == typed else each for each in chosen]
