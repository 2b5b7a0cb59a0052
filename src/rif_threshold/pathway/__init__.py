"""After the threshold: the work-up, the immune and tacrolimus step, and the evidence behind them.

Everything clinical lies in ``tables/pathways`` and ``tables/evidence``. What is missing is never read as fine.
"""

from rif_threshold import tables
from rif_threshold.answers import Answer
from rif_threshold.case import Case
from rif_threshold.errors import Problem
from rif_threshold.pathway.contradictions import contradiction_problems
from rif_threshold.pathway.coverage import Covered, coverage
from rif_threshold.pathway.facts import Fact, answer_problems, as_first_named, as_now_named, facts, known_values
from rif_threshold.pathway.interactions import medication_rows
from rif_threshold.pathway.ledger import (
    GuidelinePosition,
    conflicts,
    conflicts_about,
    exclusion_checklist,
    guideline_positions,
    label_statements,
    monitoring,
    pregnancy_and_lactation,
)
from rif_threshold.pathway.medications import (
    Medication,
    checked_problems,
    facts_from,
    find_medication,
    find_medications,
)
from rif_threshold.pathway.protocols import PROTOCOLS, Protocol, dose_rows, protocols
from rif_threshold.pathway.reading import Cited
from rif_threshold.pathway.studies import (
    Evidence,
    Study,
    comparisons,
    definitions,
    evidence,
    model_critique,
    other_profiles,
    profiles,
    recompute,
    study_entries,
    timing,
)
from rif_threshold.pathway.tacrolimus import Tacrolimus, build_tacrolimus, gate_lists, notes
from rif_threshold.pathway.workup import (
    Workup,
    WorkupItem,
    build_workup,
    threshold_statement,
    workup_lists,
)
from rif_threshold.tables import Folder
from rif_threshold.vocabulary import Part, Verdict


def problems(case: Case) -> tuple[Problem, ...]:
    """Everything in a case's findings and answers that the tables refuse."""
    checked = tuple(checked_problems(case)) if case.medications_checked else ()
    if not (case.findings or case.answers):  # nothing to refuse, so a bare threshold need not read these tables
        return checked
    return (*answer_problems(case, workup_lists().investigations), *checked)


def as_now_asked(case: Case) -> Case:
    """A case of version 0.1.0 with its answers by the names, and in the sense, in which they are asked now."""
    return case.model_copy(update={"answers": as_now_named(case.answers)}) if case.answers else case


def contradictory_answers(case: Case) -> tuple[Problem, ...]:
    """What cannot be true together. The work-up and the step are not answered then; the threshold is."""
    return tuple(contradiction_problems(case)) if case.answers else ()


def workup(case: Case, answer: Answer | None) -> Workup:
    """ESHRE's lists for one case: which items concern this couple now, and why."""
    return build_workup(case, answer, known_values(case, answer, {}))


def tacrolimus(case: Case, answer: Answer | None) -> Tacrolimus:
    """The tacrolimus step for one case, protocol by protocol. It is no advice to treat."""
    medications = None if case.medications is None else find_medications(case.medications, case.medications_checked)
    complete = case.medication_list_complete == Verdict.YES
    values = known_values(case, answer, facts_from(medications, complete=complete))
    return build_tacrolimus(threshold_statement(case, answer), values, medications or ())


def rules(part: Part) -> dict[str, tuple[Cited, ...]]:
    """The entries of the lists and rules of one part, by what their list is called. Raises `TableError`."""
    if part == Part.WORKUP:
        both = workup_lists()
        return {
            "Investigations": tuple(both.investigations.values()),
            "Interventions": tuple(both.interventions.values()),
        }
    if part == Part.TACROLIMUS:
        lists = gate_lists()
        return {
            "What speaks against the tacrolimus step": lists.against,
            "Stops": lists.stop,
            "Holds": lists.hold,
            "Advice": lists.advice,
            "Protocols": protocols(),
        }
    return {}


def entries(part: Part) -> tuple[Cited, ...]:
    """Every entry of the tables that one part shows."""
    found = [entry for listed in rules(part).values() for entry in listed]
    if part == Part.TACROLIMUS:
        for load in (notes, dose_rows, monitoring, label_statements, pregnancy_and_lactation, exclusion_checklist):
            found += load()
        for load_more in (guideline_positions, study_entries, comparisons, timing, profiles, other_profiles):
            found += load_more()
        found += (*definitions(), *model_critique())
        found += medication_rows().values()
    return (*found, *conflicts_about(part))


@tables.reads(PROTOCOLS)
def _studies_of_protocols(folder: Folder) -> None:
    """Raise `TableError` where a protocol names a study that is not in the evidence."""
    studies = {study.id for study in study_entries(folder)} | {""}
    for protocol in protocols(folder):
        if protocol.study not in studies:
            raise folder.error(PROTOCOLS, f"no study has the id {protocol.study!r}", f'study = "{protocol.study}"')
