"""ESHRE's lists of investigations and interventions, and whether each concerns this couple now."""

from collections.abc import Mapping
from dataclasses import dataclass

from rif_threshold import tables
from rif_threshold.answers import Answer, where_words
from rif_threshold.case import Case
from rif_threshold.losses import losses_first
from rif_threshold.pathway.facts import domains, facts, here
from rif_threshold.pathway.reading import Cited, check_rules, cite, entries, lists
from rif_threshold.record import Record
from rif_threshold.rules import Condition, Judgement, Values, evaluate
from rif_threshold.tables import Folder
from rif_threshold.transfers import last_result
from rif_threshold.vocabulary import Concerns, Finding, Grade, TransferResult, Verdict, WorkupState
from rif_threshold.wording import between_percent, line_words, state_words

WORKUP = "pathways/workup.toml"


class OtherPosition(Cited):
    """What another guideline says of the same thing."""

    body: str
    position: str


class Beside(Cited):
    """What is to be said beside an item."""

    text: str


class BesideEntry(Beside):
    """The same as the table has it: where its rule is yes."""

    when: Condition


class WorkupLine(Cited):
    """One line of ESHRE's lists."""

    id: str
    label: str
    grade: Grade
    concerns: Concerns
    note: str = ""
    normal_means: str = ""
    abnormal_means: str = ""
    other_positions: tuple[OtherPosition, ...] = ()
    beside: tuple[Beside, ...] = ()


class WorkupEntry(WorkupLine):
    """One line of ESHRE's lists, as the table has it: when it concerns a couple."""

    when: Condition
    beside: tuple[BesideEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkupLists:
    """Both lists, by the identifier of the item."""

    investigations: Mapping[str, WorkupEntry]
    interventions: Mapping[str, WorkupEntry]


class WorkupItem(WorkupLine):
    """One line of the lists for one case.

    ``grade`` is how strongly the source speaks, for everyone; ``verdict`` is whether the item concerns this couple
    now. The two are never merged. ``state`` is what to read off for this couple, and ``answer`` says it in words.
    """

    verdict: Verdict
    state: WorkupState
    answer: str
    because: tuple[str, ...]
    missing: tuple[str, ...]
    finding: Finding | None


class Workup(Record):
    """The work-up for one case.

    Attributes:
        now: whether the threshold is crossed, so that the lists apply.
        statement: now, not yet or cannot say, and why.
        investigations: ESHRE's 18.
        interventions: ESHRE's 17.
        missing: facts that would decide more, by name.
        questions: those of them that are worth asking next, in order.
    """

    now: bool
    statement: str
    investigations: tuple[WorkupItem, ...]
    interventions: tuple[WorkupItem, ...]
    missing: tuple[str, ...]
    questions: tuple[str, ...]


@tables.reads(WORKUP)
def workup_lists(folder: Folder) -> WorkupLists:
    """ESHRE's two lists. Raises `TableError`."""
    read = WorkupLists(
        *(
            {entry.id: _with_positions(folder, entry) for entry in entries(folder, WORKUP, WorkupEntry, listed)}
            for listed in lists(folder, WORKUP, "investigation", "intervention")
        )
    )
    both = [*read.investigations.values(), *read.interventions.values()]
    ruled = [(f'id = "{entry.id}"', when) for entry in both for when in (entry.when, *(b.when for b in entry.beside))]
    check_rules(folder, WORKUP, ruled, domains(folder))
    for fact in facts(folder).values():
        if fact.investigation and fact.investigation not in read.investigations:
            raise folder.error("pathways/facts.toml", f"{fact.investigation} is no investigation", f"[{fact.id}]")
    return read


def _with_positions(folder: Folder, entry: WorkupEntry) -> WorkupEntry:
    """Take over how far the sources of what stands beside an item were read."""
    others = tuple(cite(folder, WORKUP, other, f'id = "{entry.id}"') for other in entry.other_positions)
    beside = tuple(cite(folder, WORKUP, each, f'id = "{entry.id}"') for each in entry.beside)
    return entry.model_copy(update={"other_positions": others, "beside": beside})


def build_workup(case: Case, answer: Answer | None, values: Values) -> Workup:
    """Judge every line of the lists for one case."""
    both = workup_lists()
    now = answer is not None and answer.reached is True
    once_crossed = values if now else {**values, "threshold_reached": True}
    investigations, interventions = (
        tuple(
            _item(entry, values, once_crossed, case.findings.get(entry.id) if found else None)
            for entry in each.values()
        )
        for each, found in ((both.investigations, True), (both.interventions, False))
    )
    missing = tuple(dict.fromkeys(name for item in (*investigations, *interventions) for name in item.missing))
    known = facts()
    return Workup(
        now=now,
        statement=threshold_statement(case, answer),
        investigations=investigations,
        interventions=interventions,
        missing=missing,
        questions=tuple(name for name in missing if now and known[name].kind != "derived"),
    )


def _item(entry: WorkupEntry, values: Values, once_crossed: Values, finding: Finding | None) -> WorkupItem:
    judged = evaluate(entry.when, values)
    # What would not apply after the threshold either does not apply; only the rest is to wait for.
    later = judged if values is once_crossed else evaluate(entry.when, once_crossed)
    never = later.verdict == Verdict.NO
    state = _state(entry.grade, judged.verdict, finding, waits=not never)
    return WorkupItem.of(
        entry,
        verdict=judged.verdict,
        state=state,
        answer=state_words(state, finding),
        because=_because(later if never else judged, values),
        missing=judged.missing,
        finding=finding,
        beside=tuple(Beside.of(each) for each in entry.beside if evaluate(each.when, values).verdict == Verdict.YES),
    )


def _state(grade: Grade, verdict: Verdict, finding: Finding | None, *, waits: bool) -> WorkupState:
    """What to read off: never *not yet* for what is graded not recommended, and *done* for what was found."""
    if grade == Grade.NOT_RECOMMENDED:
        return WorkupState.NOT_RECOMMENDED
    if finding in {Finding.NORMAL, Finding.ABNORMAL}:
        return WorkupState.DONE
    if verdict == Verdict.NO:
        return WorkupState.NOT_YET if waits else WorkupState.DOES_NOT_APPLY
    return WorkupState.APPLIES if verdict == Verdict.YES else WorkupState.CANNOT_SAY


def _because(judged: Judgement, values: Values) -> tuple[str, ...]:
    known = facts()
    if judged.verdict == Verdict.NOT_KNOWN:
        return tuple(f"Not known: {known[name].label}" for name in judged.missing)
    return (here(judged.decided, values),)


def threshold_statement(case: Case, answer: Answer | None) -> str:
    """Whether the threshold is crossed, in a sentence that says *not yet* before it is."""
    pregnant = last_result(case) == TransferResult.ONGOING
    first = "A pregnancy is under way: nothing is being counted now." if pregnant else ""
    return " ".join(filter(None, (first, losses_first(case), _crossed(case, answer))))


def _crossed(case: Case, answer: Answer | None) -> str:
    if answer is None:
        return "Whether the threshold is crossed cannot be said, nor whether the work-up is due."
    failed, ends, rule = answer.failed_transfers, answer.so_far, case.rule
    transfers = f"{failed} failed transfer{'' if failed == 1 else 's'}"
    shown, line = between_percent(*ends, rule.percent), line_words(rule.percent)
    chance = f"after {transfers} the cumulative chance is {shown}"
    if answer.reached:
        return f"Now: the threshold is crossed: {chance}, above {line}."
    if answer.reached is None:
        return f"Whether the threshold is crossed cannot be said, nor whether the work-up is due: {chance}."
    where = where_words(answer, rule.percent, rule.minimum)
    return f"Not yet: the threshold is not crossed: {chance}, {where}."
