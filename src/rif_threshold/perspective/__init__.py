"""What the plain formula leaves out, beside ESHRE's number and never in its place.

Six sections, each one sentence, one picture and one table: how sure the number of transfers is, how different
transfers add up, what changes if couples differ, what a crossing means, what was observed, and what moves the
answer. Each section is a function of its own, so that a page need not compute what is folded away.
"""

from collections.abc import Callable, Mapping
from typing import Any

from rif_threshold.answers import Estimate
from rif_threshold.case import Case
from rif_threshold.perspective import assumptions
from rif_threshold.perspective.budget import BudgetSection, budget
from rif_threshold.perspective.couples import MODEL_SOURCES, CouplesSection, couples_differ, next_if_couples_differ
from rif_threshold.perspective.interval import METHOD_SOURCES, IntervalSection, interval
from rif_threshold.perspective.meaning import MeaningSection, meaning_of_crossing
from rif_threshold.perspective.moves import MovesSection, what_moves_the_answer
from rif_threshold.perspective.observed import ObservedSection, against_observed
from rif_threshold.perspective.section import Section
from rif_threshold.record import Record


class Perspective(Record):
    """The six sections for one route."""

    route: str
    interval: IntervalSection
    budget: BudgetSection
    couples_differ: CouplesSection
    meaning_of_crossing: MeaningSection
    against_observed: ObservedSection
    what_moves_the_answer: MovesSection

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections in their order."""
        return tuple(getattr(self, name) for name in SECTIONS)


SECTIONS: Mapping[str, tuple[type[Section], Callable[[Case, Estimate], Section]]] = {
    "interval": (IntervalSection, interval),
    "budget": (BudgetSection, budget),
    "couples_differ": (CouplesSection, couples_differ),
    "meaning_of_crossing": (MeaningSection, meaning_of_crossing),
    "against_observed": (ObservedSection, against_observed),
    "what_moves_the_answer": (MovesSection, what_moves_the_answer),
}
"""The sections in their order: name, what it is, and what computes it."""


def perspective(case: Case, primary: Estimate) -> Perspective:
    """All six sections for one case and route.

    Args:
        case: the couple's case.
        primary: the route it is about.
    """
    sections: dict[str, Any] = {name: compute(case, primary) for name, (_, compute) in SECTIONS.items()}
    return Perspective(route=primary.route, **sections)


def rests_on() -> tuple[Record, ...]:
    """What the sections read and reckon by, whatever the case."""
    read = (assumptions.assumptions(), *assumptions.definitions(), *assumptions.observed())
    return (*read, *METHOD_SOURCES, *MODEL_SOURCES)


__all__ = [
    "SECTIONS",
    "BudgetSection",
    "CouplesSection",
    "IntervalSection",
    "MeaningSection",
    "MovesSection",
    "ObservedSection",
    "Perspective",
    "next_if_couples_differ",
    "perspective",
    "rests_on",
]
