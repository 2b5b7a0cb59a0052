"""The questions of the work-up and of the immune step: drawn from the facts that the rules ask about.

Every question has a fixed place. What could change nothing any more is grey, and what is answered can be corrected.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

import streamlit as st

from rif_threshold.pathway import Fact, Tacrolimus, facts
from rif_threshold.pathway.protocols import protocols
from rif_threshold.pathway.tacrolimus import gate_lists
from rif_threshold.rules import Condition, Value, leaves
from rif_threshold.ui import inputs, widgets
from rif_threshold.ui.fields import FINDINGS, YES_NO_UNKNOWN
from rif_threshold.ui.whole import say
from rif_threshold.ui.widgets import Problems
from rif_threshold.vocabulary import ProtocolVerdict
from rif_threshold.wording import NOT_KNOWN, capital

_SHORT = 30  # letters: longer options go into a menu


class Standing(NamedTuple):
    """What is known of the questions of one case: what the rest of the case answers, and what still matters.

    Attributes:
        known: what is known without having been asked here, in words, by the name of the fact.
        open: the facts that a verdict still waits for.
        recorded: those that no verdict waits for, and that would turn one if they were recorded.
        decided: whether anything was judged; without that every question may matter.
    """

    known: Mapping[str, str]
    open: Collection[str]
    recorded: Collection[str]
    decided: bool

    def matters(self, fact: Fact) -> bool:
        """Whether an answer could still change something, or is there to be corrected."""
        return not self.decided or fact.id in self.open or fact.id in self.recorded or answered(fact)


NOTHING_JUDGED = Standing({}, (), (), decided=False)


def standing(step: Tacrolimus, values: Mapping[str, Value | None], answers: Collection[str]) -> Standing:
    """How the questions stand in one case; ``values`` are its facts, ``answers`` the names of those answered."""
    alive = {each.id for each in step.protocols if each.verdict != ProtocolVerdict.DOES_NOT_MEET}
    rules = [criterion.when for each in protocols() if each.id in alive for criterion in each.criterion]
    on_file = [when for rule in rules for leaf in leaves(rule) if (when := facts()[leaf.fact].when)]
    known = {
        fact.id: f"{capital(fact.words(value))}: the rest of the case says so."
        for fact in (*entry(), *safety())
        if fact.asked and fact.id not in answers and (value := values[fact.id]) is not None
    }
    return Standing(known, step.questions, {leaf.fact for when in on_file for leaf in leaves(when)}, decided=True)


@cache
def safety() -> tuple[Fact, ...]:
    """What the stops, the holds and the advice ask, in order."""
    above = gate_lists()
    return _asked(entry.when for entry in (*above.stop, *above.hold, *above.advice) if entry.when)


@cache
def entry() -> tuple[Fact, ...]:
    """What the protocols ask beside it, and what is recorded on the way, in order."""
    criteria = _asked(criterion.when for protocol in protocols() for criterion in protocol.criterion)
    return tuple(fact for fact in criteria if fact not in safety())


def _asked(rules: Iterable[Condition]) -> tuple[Fact, ...]:
    known = facts()
    names = {leaf.fact for rule in rules for leaf in leaves(rule)}
    recorded = {leaf.fact for name in names if (when := known[name].when) for leaf in leaves(when)}
    return tuple(
        fact for name, fact in known.items() if name in names | recorded and (fact.asked or fact.kind == "finding")
    )


def answered(fact: Fact) -> bool:
    """Whether it is answered or recorded, on whichever page."""
    key = f"{inputs.FINDING}{fact.investigation}" if fact.kind == "finding" else f"{inputs.ANSWER}{fact.id}"
    return bool(st.session_state.get(key))


def ask(fact: Fact, problems: Problems, standing: Standing = NOTHING_JUDGED) -> None:
    """One question, as a choice or a field for a number."""
    more: dict[str, Any] = {"disabled": not standing.matters(fact)} | ({"help": fact.help} if fact.help else {})
    if fact.kind == "finding":
        finding(fact.investigation or "", fact.label, problems, **more)
        return
    if fact.kind in {"yes_no", "choice"}:
        options = YES_NO_UNKNOWN if fact.kind == "yes_no" else _options(fact)
        draw = widgets.choice if max(map(len, options.values())) <= _SHORT else widgets.menu
        draw(f"answer.{fact.id}", fact.question, options, problems, **more)
    else:
        unit = f" ({fact.unit})" if fact.unit else ""
        widgets.number(f"answer.{fact.id}", f"{fact.question}{unit}", problems, **more)
    problems(f"answers.{fact.id}")
    if fact.id in standing.known:
        say(f"known_{fact.id}", f":small[{standing.known[fact.id]}]")


def _options(fact: Fact) -> dict[str, str]:
    return {option: capital(words) for option, words in fact.options.items()} | {"not_known": capital(NOT_KNOWN)}


def finding(investigation: str, label: str, problems: Problems, **more: Any) -> None:
    """What an investigation showed."""
    widgets.choice(f"finding.{investigation}", label, FINDINGS, problems, **more)
    problems(f"findings.{investigation}")
