"""What was published, what bodies say of it, and where sources disagree: rows of tables, each with its source."""

from pydantic import Field

from rif_threshold import tables
from rif_threshold.pathway.facts import facts
from rif_threshold.pathway.reading import Cited, csv_entries, csv_table
from rif_threshold.tables import Folder
from rif_threshold.vocabulary import PART_OF_SURFACE, Part, Surface

CHECKLIST = "pathways/exclusion_checklist.csv"


class GuidelinePosition(Cited):
    """What one body says. ``names_tacrolimus`` is whether its text names the drug, as far as read."""

    id: str
    body: str
    year: str
    topic: str
    position: str
    names_tacrolimus: str
    surface: Surface


class Conflict(Cited):
    """Where two sources disagree, and what we do about it. ``surface`` is where it is shown."""

    id: str
    topic: str
    one_side: str
    other_side: str
    what_we_do: str
    surface: Surface


class Monitoring(Cited):
    """What is measured, when, and what the source reacts to."""

    id: str
    item: str
    when_done: str
    trigger: str = ""
    note: str = ""


class Statement(Cited):
    """A label text or an observed outcome, and what it means here."""

    id: str
    topic: str
    kind: str
    content: str
    relevance: str = ""


class ChecklistItem(Cited):
    """What sources ask to be ruled out before the step, and the facts that answer it."""

    id: str
    item: str
    kind: str
    facts: str = Field(default="", exclude=True)


guideline_positions = csv_table("evidence/guideline_positions.csv", GuidelinePosition)
"""Every guideline position that was read."""
conflicts = csv_table("evidence/conflicts.csv", Conflict)
"""Every disagreement between sources."""


def conflicts_about(*parts: Part | None) -> tuple[Conflict, ...]:
    """The disagreements about some parts, ``None`` being the threshold. Every surface asks here.

    >>> {conflict.surface.value for conflict in conflicts_about(None)}
    {'threshold'}
    """
    return tuple(conflict for conflict in conflicts() if PART_OF_SURFACE[conflict.surface] in parts)


monitoring = csv_table("pathways/monitoring.csv", Monitoring)
"""What is measured and when."""
label_statements = csv_table("pathways/label_safety.csv", Statement)
"""What the labels say."""


@tables.reads("pathways/pregnancy_outcomes.csv")
def pregnancy_and_lactation(folder: Folder) -> tuple[Statement, ...]:
    """Label texts on pregnancy and lactation, and outcomes with their denominators. Raises `TableError`."""
    outcomes = csv_entries(folder, "pathways/pregnancy_outcomes.csv", Statement)
    return tuple(entry for entry in label_statements(folder) if entry.kind == "pregnancy") + outcomes


@tables.reads(CHECKLIST)
def exclusion_checklist(folder: Folder) -> tuple[ChecklistItem, ...]:
    """What sources ask to be ruled out first. Raises `TableError`."""
    items = csv_entries(folder, CHECKLIST, ChecklistItem)
    for item in items:
        if unknown := sorted(set(item.facts.split()) - facts(folder).keys()):
            raise folder.error(CHECKLIST, f"the fact {unknown[0]!r} is not known", f"\n{item.id},")
    return items
