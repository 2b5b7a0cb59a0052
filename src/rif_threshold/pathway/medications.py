"""Other medicines: found by drug, class member, synonym or brand, and never guessed; and what they do to the gate."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from rif_threshold.case import Case
from rif_threshold.errors import Problem
from rif_threshold.forms import echo
from rif_threshold.pathway.derived import FROM_MEDICINES
from rif_threshold.pathway.interactions import Relation, medication_names, medication_rows, normal_form
from rif_threshold.record import Record
from rif_threshold.rules import Value
from rif_threshold.tables import SourceReference
from rif_threshold.vocabulary import GateEffect, Seriousness

_CLOSE = 75
"""How alike, of 100, two names must be for one to be offered for the other."""
_MOST_SUGGESTIONS = 3


class MatchStatus(StrEnum):
    """What became of a typed medicine."""

    LABELLED = "labelled"
    NO_LABELLED_ROW = "no_labelled_row"
    NOT_IN_LIST = "not_in_list"
    CHECKED = "checked"
    DID_YOU_MEAN = "did_you_mean"


class Medication(Record):
    """What was found for one typed medicine.

    ``matched`` is the name in our list, or ``None``. Where nothing matched exactly, close names are in
    ``suggestions``: they are offered and never taken. ``gate`` is what it does to the step. ``checked`` says that the
    user stated to have found no interaction in its product text: that counts only where our list has no row.
    """

    typed: str
    matched: str | None
    status: MatchStatus
    relation: Relation | None = None
    suggestions: tuple[str, ...] = ()
    row: str | None = None
    effect: str = ""
    action: str
    seriousness: Seriousness | None = None
    quoted: str = ""
    gate: GateEffect = GateEffect.HOLDS
    checked: bool = False
    source: SourceReference | None = None
    further_sources: tuple[SourceReference, ...] = ()

    @property
    def fact(self) -> str | None:
        """The fact of the gate that it makes a yes; ``None`` where it makes none."""
        match self.seriousness:
            case Seriousness.CONTRAINDICATED:
                return "contraindicated_comedication"
            case Seriousness.SERIOUS:
                return "serious_interaction"
            case Seriousness.ALREADY_TAKEN:
                return "tacrolimus_taken"
        return "comedication_not_in_list" if self.matched is None and not self.checked else None


_GATE = {
    Seriousness.CONTRAINDICATED: GateEffect.STOPS,
    Seriousness.SERIOUS: GateEffect.HOLDS,
    Seriousness.ALREADY_TAKEN: GateEffect.HOLDS,
}
_CHECKED = (
    "Checked by the user in its product text: no interaction. That is the user's own statement; it is not in our list."
    " Whether it may be taken when a pregnancy is wanted is a question of its own"
)


def find_medication(text: str) -> Medication:
    """Look one medicine up by drug, class member, synonym or brand.

    A close name, or one that stands inside, is offered for confirmation and never taken. A name that is not found is
    not in our list, which is not the same as safe.

    >>> find_medication("Cyclosporine").matched, find_medication("fluconazol").suggestions
    ('cyclosporine', ('fluconazole',))
    """
    names = medication_names()
    key = normal_form(text)
    if entry := names.get(key):
        row = medication_rows()[entry.interaction]
        unlabelled = row.seriousness == Seriousness.NO_LABELLED_ROW
        return Medication(
            typed=text,
            matched=entry.name,
            status=MatchStatus.NO_LABELLED_ROW if unlabelled else MatchStatus.LABELLED,
            relation=entry.relation,
            row=row.name,
            effect=row.effect,
            action=row.action,
            quoted=row.quoted,
            seriousness=row.seriousness,
            gate=_GATE.get(row.seriousness, GateEffect.NONE),
            source=row.source,
            further_sources=row.further_sources,
        )
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - needed only where a name is not found

    words = f" {key} "
    inside = [name for name in names if f" {name} " in words]  # "fluconazole capsules"
    alike = process.extract(key, list(names), scorer=fuzz.ratio, score_cutoff=_CLOSE, limit=_MOST_SUGGESTIONS)
    if near := list(dict.fromkeys([*sorted(inside, key=len, reverse=True), *(name for name, _, _ in alike)])):
        offered = tuple(names[name].name for name in near[:_MOST_SUGGESTIONS])
        near_it = f"Not in our list; near it: {', '.join(offered)}"
        action = f"{near_it}. What was meant is not guessed: the name has to be corrected"
        return Medication(typed=text, matched=None, status=MatchStatus.DID_YOU_MEAN, suggestions=offered, action=action)
    action = "Not in our list. That does not make it safe"
    return Medication(typed=text, matched=None, status=MatchStatus.NOT_IN_LIST, action=action)


def held_near(medication: Medication) -> list[str]:
    """Names near one that is not in our list, or inside it, that hold or stop: no check by the user lifts them."""
    return [name for name in medication.suggestions if find_medication(name).gate != GateEffect.NONE]


def find_medications(typed: Iterable[str], checked: Iterable[str] = ()) -> tuple[Medication, ...]:
    """Look up every medicine of a list, some of which the user checked in their product texts.

    A check lifts what is not in our list, and nothing else: what has a row keeps it, and that is said. So does a name
    that is near one that holds or stops, or has one inside: it may be that medicine.
    """
    by_user = set(map(normal_form, checked))
    found = []
    for medication in map(find_medication, typed):
        if normal_form(medication.typed) not in by_user:
            found.append(medication)
        elif medication.matched is not None:
            action = f"{medication.action}. That the user checked it changes nothing: our list has a row"
            found.append(medication.model_copy(update={"action": action, "checked": True}))
        elif held := held_near(medication):
            action = (
                f"{medication.action}. That the user checked it changes nothing: {', '.join(held)} would hold or stop"
            )
            found.append(medication.model_copy(update={"action": action, "checked": False}))
        else:
            near = f". Names near it in our list: {', '.join(medication.suggestions)}" if medication.suggestions else ""
            lifted = {"status": MatchStatus.CHECKED, "gate": GateEffect.NONE, "checked": True}
            found.append(medication.model_copy(update={**lifted, "action": _CHECKED + near}))
    return tuple(found)


def told_by(typed: Iterable[str]) -> dict[str, Value | None]:
    """What the medicines of a list say of whoever takes them: facts that are yes. Close names say nothing."""
    keys = list(map(normal_form, typed))
    if not keys:  # so that a case without medicines need not read these tables
        return {}
    names, rows = medication_names(), medication_rows()
    entries = filter(None, map(names.get, keys))
    return {told: True for entry in entries if (told := rows[entry.interaction].tells)}


def facts_from(medications: Iterable[Medication] | None, *, complete: bool = True) -> dict[str, Value | None]:
    """What a list of medicines says about the gate. A list that was not asked says nothing.

    While a name in it is not understood, or the list is not confirmed as complete, there may be anything: what is not
    already yes stays not known.
    """
    if medications is None:
        return {}
    found = tuple(medications)
    yes = {medication.fact for medication in found} | told_by(each.typed for each in found).keys()
    unread = "comedication_not_in_list" in yes
    otherwise = None if unread or not complete else False
    known: dict[str, Value | None] = {name: name in yes or otherwise for name in FROM_MEDICINES}
    return known | {"comedication_not_in_list": unread or (False if complete else None)}


def by_fact(medications: Iterable[Medication]) -> dict[str, tuple[str, ...]]:
    """The medicines, as typed, behind each fact of the gate."""
    found: dict[str, tuple[str, ...]] = {}
    for medication in medications:
        if medication.fact:
            found[medication.fact] = (*found.get(medication.fact, ()), medication.typed)
    return found


def checked_problems(case: Case) -> Iterator[Problem]:
    """Yield the checked medicines that are not in the list of those taken."""
    taken = set(map(normal_form, case.medications or ()))
    for name in case.medications_checked:
        if normal_form(name) not in taken:
            says = "what was checked must be in the list of medicines"
            yield Problem("medications_checked, medications", echo(name), says, "cross_field")
