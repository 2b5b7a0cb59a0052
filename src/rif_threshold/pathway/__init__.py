"""After the threshold: the work-up, the immune and tacrolimus step, and the evidence behind them.

Everything clinical lies in ``tables/pathways`` and ``tables/evidence``. What is missing is never read as fine.
"""

from rif_threshold.case import Case
from rif_threshold.errors import Problem
from rif_threshold.pathway.evidence import (
    Conflict,
    GuidelinePosition,
    conflicts,
    exclusion_checklist,
    guideline_positions,
    label_statements,
    monitoring,
    pregnancy_and_lactation,
)
from rif_threshold.pathway.facts import Fact, answer_problems, facts, known_values
from rif_threshold.pathway.gate import Tacrolimus, build_tacrolimus
from rif_threshold.pathway.interactions import Medication, facts_from, find_medication
from rif_threshold.pathway.protocols import Protocol
from rif_threshold.pathway.standing import Standing
from rif_threshold.pathway.studies import Evidence, Study, definitions, evidence, model_critique, recompute
from rif_threshold.pathway.workup import Workup, WorkupItem, build_workup, workup_lists


def problems(case: Case) -> tuple[Problem, ...]:
    """Everything in a case's findings and answers that the tables refuse."""
    return tuple(answer_problems(case, workup_lists().investigations))


def workup(case: Case, standing: Standing) -> Workup:
    """ESHRE's lists for one case: which items concern this couple now, and why."""
    return build_workup(case, standing, known_values(case, standing, {}))


def tacrolimus(case: Case, standing: Standing) -> Tacrolimus:
    """The tacrolimus step for one case, protocol by protocol. It is no advice to treat."""
    medications = None if case.medications is None else tuple(map(find_medication, case.medications))
    values = known_values(case, standing, facts_from(medications))
    return build_tacrolimus(standing, values, medications or ())


__all__ = [
    "Conflict",
    "Evidence",
    "Fact",
    "GuidelinePosition",
    "Medication",
    "Protocol",
    "Standing",
    "Study",
    "Tacrolimus",
    "Workup",
    "WorkupItem",
    "conflicts",
    "definitions",
    "evidence",
    "exclusion_checklist",
    "facts",
    "find_medication",
    "guideline_positions",
    "label_statements",
    "model_critique",
    "monitoring",
    "pregnancy_and_lactation",
    "problems",
    "recompute",
    "tacrolimus",
    "workup",
    "workup_lists",
]
