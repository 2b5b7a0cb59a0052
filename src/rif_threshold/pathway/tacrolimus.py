"""The tacrolimus step: what speaks against it, then stops, holds and advice, then protocol by protocol.

There is no overall "eligible". The gate fails closed: one stop and no protocol is met; one hold and what is otherwise
met is on hold; anything that is not answered, and no protocol can be called met.
"""

from collections.abc import Collection, Iterable, Mapping

from pydantic import Field

from rif_threshold import tables
from rif_threshold.pathway.facts import domains, facts, here, labels, said
from rif_threshold.pathway.ledger import (
    ChecklistItem,
    Conflict,
    GuidelinePosition,
    Monitoring,
    Statement,
    conflicts_about,
    exclusion_checklist,
    guideline_positions,
    label_statements,
    monitoring,
    pregnancy_and_lactation,
)
from rif_threshold.pathway.medications import Medication, by_fact
from rif_threshold.pathway.protocols import Gate, Protocol, judge, protocols
from rif_threshold.pathway.reading import Cited, check_rules, entries, lists
from rif_threshold.pathway.summary import summary
from rif_threshold.record import Record
from rif_threshold.rules import Condition, Values, evaluate
from rif_threshold.tables import Folder
from rif_threshold.vocabulary import Part, ProtocolVerdict, Verdict

GATE = "pathways/gate.toml"
NOTES = "pathways/notes.toml"


class Against(Cited):
    """One thing that speaks against the whole step. ``short`` is the line that a page never folds, where it has one."""

    id: str
    statement: str
    short: str = Field(default="", exclude=True)


class GateEntry(Cited):
    """One stop, hold or piece of advice, as the table has it. Without ``when`` it is for everyone."""

    id: str
    label: str
    label_when_clear: str = ""
    label_named: str = Field(default="", exclude=True)
    when: Condition | None = Field(default=None, exclude=True)


class Note(Cited):
    """A sentence beside the verdicts. One with ``when`` is shown only where its rule is yes."""

    id: str
    text: str
    when: Condition | None = Field(default=None, exclude=True)


class GateLists(Record):
    """The lists above all protocols."""

    against: tuple[Against, ...]
    stop: tuple[GateEntry, ...]
    hold: tuple[GateEntry, ...]
    advice: tuple[GateEntry, ...]


class GateItem(GateEntry):
    """One stop, hold or piece of advice for one case. ``yes`` stops, holds or applies.

    ``label`` says what stops or holds; ``label_when_clear`` is what to say instead where the verdict is ``no``.
    ``named`` says it in short: the medicines that stop or hold, where it is about medicines.
    """

    verdict: Verdict
    because: tuple[str, ...]
    missing: tuple[str, ...]
    named: str


class ChecklistLine(ChecklistItem):
    """What sources ask to be ruled out before the step, and what is known of it here.

    ``status`` says it in words: what is known, what is not, or that nothing is asked about it here.
    """

    here: str
    missing: tuple[str, ...]
    status: str


class Tacrolimus(Record):
    """The tacrolimus step for one case, in the order in which it is read. It is no advice to treat.

    Attributes:
        threshold: the ESHRE threshold, first; it is neither a stop nor a hold.
        summary: which protocols' published entry criteria are met, by kind and name. There is no number of them.
        against: what speaks against the step as a whole.
        guideline_positions: what bodies say.
        conflicts: where sources disagree about it.
        stops: any yes, and no protocol is met.
        holds: any yes, and what is otherwise met is on hold; any not known, and none can be called met.
        advice: what changes no verdict.
        missing: the facts that would decide more, by name.
        protocols: each with its own verdict.
        monitoring: what is measured and when.
        interactions: every medicine entered.
        label: what the label warns of, and how it says the drug is used.
        pregnancy_and_lactation: label texts, and outcomes with denominators.
        checklist: what sources ask to be ruled out first, and what is known of it.
        notes: sentences that the case gives rise to.
        questions: the facts worth asking next, in order; none once nothing more could change.
    """

    threshold: str
    summary: str
    against: tuple[Against, ...]
    guideline_positions: tuple[GuidelinePosition, ...]
    conflicts: tuple[Conflict, ...]
    stops: tuple[GateItem, ...]
    holds: tuple[GateItem, ...]
    advice: tuple[GateItem, ...]
    missing: tuple[str, ...]
    protocols: tuple[Protocol, ...]
    monitoring: tuple[Monitoring, ...]
    interactions: tuple[Medication, ...]
    label: tuple[Statement, ...]
    pregnancy_and_lactation: tuple[Statement, ...]
    checklist: tuple[ChecklistLine, ...]
    notes: tuple[Note, ...]
    questions: tuple[str, ...]


@tables.reads(GATE)
def gate_lists(folder: Folder) -> GateLists:
    """What stands above all protocols. Raises `TableError`."""
    against, *judged = lists(folder, GATE, "against", "stop", "hold", "advice")
    stop, hold, advice = (entries(folder, GATE, GateEntry, listed) for listed in judged)
    for entry in (*stop, *hold):
        if entry.when is None or not entry.label_when_clear:
            raise folder.error(
                GATE, f"{entry.id}: a stop or hold needs its rule and its words when clear", f'id = "{entry.id}"'
            )
    ruled = (*stop, *hold, *advice)
    check_rules(folder, GATE, [(f'id = "{each.id}"', each.when) for each in ruled if each.when], domains(folder))
    return GateLists(against=entries(folder, GATE, Against, against), stop=stop, hold=hold, advice=advice)


@tables.reads(NOTES)
def notes(folder: Folder) -> tuple[Note, ...]:
    """The sentences beside the verdicts. Raises `TableError`."""
    found = entries(folder, NOTES, Note, lists(folder, NOTES, "note")[0])
    check_rules(folder, NOTES, [(f'id = "{note.id}"', note.when) for note in found if note.when], domains(folder))
    return found


def build_tacrolimus(threshold: str, values: Values, medications: tuple[Medication, ...]) -> Tacrolimus:
    """Judge the step for one case, of which ``threshold`` says where it stands."""
    above = gate_lists()
    behind = by_fact(medications)
    stops = tuple(_item(entry, values, behind) for entry in above.stop)
    holds = tuple(_item(entry, values, behind) for entry in above.hold)
    gate = Gate(
        stopped_by=_named(stops, Verdict.YES),
        held_by=_named(holds, Verdict.YES),
        open_stops=_named(stops, Verdict.NOT_KNOWN),
        open_holds=_named(holds, Verdict.NOT_KNOWN),
        missing=_missing((*stops, *holds)),
    )
    judged = tuple(judge(entry, values, gate) for entry in protocols())
    advice = tuple(_item(entry, values, {}) for entry in above.advice)
    return Tacrolimus(
        threshold=threshold,
        summary=summary(judged, gate, medications),
        against=above.against,
        guideline_positions=guideline_positions(),
        conflicts=conflicts_about(Part.TACROLIMUS),
        stops=stops,
        holds=holds,
        advice=tuple(item for item in advice if item.verdict != Verdict.NO),
        missing=tuple(dict.fromkeys(name for protocol in judged for name in protocol.missing)),
        protocols=judged,
        monitoring=monitoring(),
        interactions=medications,
        label=tuple(entry for entry in label_statements() if entry.kind != "pregnancy"),
        pregnancy_and_lactation=pregnancy_and_lactation(),
        checklist=tuple(_checklist_line(item, values) for item in exclusion_checklist()),
        notes=tuple(note for note in notes() if not note.when or evaluate(note.when, values).verdict == Verdict.YES),
        questions=_questions(judged, {*gate.missing, *_missing(advice)}),
    )


def _item(entry: GateEntry, values: Values, behind: Mapping[str, tuple[str, ...]]) -> GateItem:
    judged = evaluate(entry.when, values) if entry.when else None
    facts_of = [leaf.fact for leaf in judged.decided] if judged and judged.verdict == Verdict.YES else []
    medicines = [name for fact in facts_of for name in behind.get(fact, ())]
    return GateItem.of(
        entry,
        verdict=judged.verdict if judged else Verdict.YES,
        because=(here(judged.decided, values),) if judged and judged.decided else (),
        missing=judged.missing if judged else (),
        named=entry.label_named.format(medicines=", ".join(medicines)) if medicines else entry.label,
    )


def _named(items: Iterable[GateItem], verdict: Verdict) -> tuple[str, ...]:
    return tuple(item.named for item in items if item.verdict == verdict)


def _missing(items: Iterable[GateItem]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for item in items for name in item.missing))


def _checklist_line(item: ChecklistItem, values: Values) -> ChecklistLine:
    asked = item.facts.split()
    here, missing = said(asked, values), tuple(name for name in asked if values[name] is None)
    known = [f"Known: {here}."] if here else []
    unknown = [f"Not known: {labels(missing)}."] if missing else []
    return ChecklistLine.of(item, here=here, missing=missing, status=" ".join([*known, *unknown]) or "Not asked here.")


def _questions(judged: tuple[Protocol, ...], beside: Collection[str]) -> tuple[str, ...]:
    """Ask only as far as needed: nothing once stopped, and nothing for protocols that are decided.

    What stands beside the protocols (stops, holds, advice) is asked only while one of them could still be met.
    """
    alive = [each for each in judged if each.verdict != ProtocolVerdict.DOES_NOT_MEET and each.criteria]
    if not alive:
        return ()
    entry = {name for protocol in alive for criterion in protocol.criteria for name in criterion.missing}
    known = facts()
    wanted = {known[name].asked_as or name for name in entry | set(beside)}
    return tuple(name for name, fact in known.items() if name in wanted and (fact.kind != "derived" or fact.question))
