"""Other medicines: found by drug, class member, synonym or brand, and never guessed."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum

from rif_threshold import tables
from rif_threshold.bounds import LONGEST_TEXT
from rif_threshold.pathway.reading import Cited, columns_of
from rif_threshold.record import Record
from rif_threshold.rules import Value
from rif_threshold.tables import Folder, SourceReference
from rif_threshold.vocabulary import GateEffect, Seriousness

INTERACTIONS = "pathways/interactions.csv"
IVF_MEDICINES = "pathways/ivf_medicines.csv"
NAMES = "pathways/medication_names.csv"

_CLOSE = 75
"""How alike, of 100, two names must be for one to be offered for the other."""
_MOST_SUGGESTIONS = 3
_DOSE = re.compile(r"\b[0-9]+([.,][0-9]+)? ?(mg|g|mcg|µg|ug|iu|ie|units?|ml|%)?(?= |$)")


class Relation(StrEnum):
    """How a name belongs to a row."""

    DRUG = "drug"
    SYNONYM = "synonym"
    BRAND = "brand"
    CLASS_MEMBER = "class_member"
    CLASS = "class"
    ROW = "row"


class MatchStatus(StrEnum):
    """What became of a typed medicine."""

    LABELLED = "labelled"
    NO_LABELLED_ROW = "no_labelled_row"
    NOT_IN_LIST = "not_in_list"
    DID_YOU_MEAN = "did_you_mean"


class Interaction(Cited):
    """One row: a medicine or food beside tacrolimus, as label or source has it."""

    id: str
    name: str
    group: str
    mechanism: str = ""
    effect: str
    action: str
    seriousness: Seriousness


class MedicationName(Record):
    """A name under which a row is found. The list of names is ours."""

    name: str
    interaction: str
    relation: Relation


class Medication(Record):
    """What was found for one typed medicine.

    ``matched`` is the name in our list, or ``None``. Where nothing matched exactly, close names are in
    ``suggestions``: they are offered and never taken. ``gate`` is what it does to the step.
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
    gate: GateEffect = GateEffect.HOLDS
    source: SourceReference | None = None
    further_sources: tuple[SourceReference, ...] = ()


@tables.reads(INTERACTIONS)
def interactions(folder: Folder) -> Mapping[str, Interaction]:
    """Every interaction row by its identifier. Raises `TableError`."""
    return _rows(folder, INTERACTIONS)


@tables.reads(IVF_MEDICINES)
def ivf_medicines(folder: Folder) -> Mapping[str, Interaction]:
    """IVF's own medicines, for which no label that was read has a row. Raises `TableError`."""
    found = _rows(folder, IVF_MEDICINES)
    for row in found.values():
        if row.seriousness != Seriousness.NO_LABELLED_ROW or row.id in interactions(folder):
            raise folder.error(IVF_MEDICINES, f"{row.id}: only what has no labelled row belongs here", f"\n{row.id},")
    return found


def _rows(folder: Folder, name: str) -> dict[str, Interaction]:
    found: dict[str, Interaction] = {}
    tables.check_columns(folder, name, [*columns_of(Interaction), "source_keys", "locator"])
    for line, row in folder.rows(name):
        cells = {column: cell for column, cell in row.items() if cell}
        locator = cells.pop("locator", "")
        keys = cells.pop("source_keys", "").split() or [""]
        cited = [tables.resolve(folder, name, SourceReference(key=key, locator=locator), line) for key in keys]
        data = {**cells, "source": cited[0], "further_sources": tuple(cited[1:])}
        if row["id"] in found:
            raise folder.error(name, f"the id {row['id']!r} comes twice", line)
        found[row["id"]] = tables.parse(folder, name, Interaction, data, line)
    return found


@tables.reads()
def medication_rows(folder: Folder) -> Mapping[str, Interaction]:
    """Every row that a medicine can be found in, by its identifier. Raises `TableError`."""
    return {**interactions(folder), **ivf_medicines(folder)}


@tables.reads(NAMES)
def medication_names(folder: Folder) -> Mapping[str, MedicationName]:
    """Every name that is searched, by its normal form: the list of names, and the rows' own. Raises `TableError`."""
    rows = medication_rows(folder)
    found: dict[str, MedicationName] = {}
    tables.check_columns(folder, NAMES, list(MedicationName.model_fields))
    for line, row in folder.rows(NAMES):
        entry = tables.parse(folder, NAMES, MedicationName, row, line)
        if entry.interaction not in rows:
            raise folder.error(NAMES, f"no interaction has the id {entry.interaction!r}", line)
        if (key := normal_form(entry.name)) in found:
            raise folder.error(NAMES, f"the name {entry.name!r} comes twice", line)
        found[key] = entry
    if nameless := sorted(rows.keys() - {entry.interaction for entry in found.values()}):
        raise folder.error(_file(folder, nameless[0]), f"{nameless[0]} has no name to be found by", f"\n{nameless[0]},")
    for each in rows.values():
        own = MedicationName(name=each.name, interaction=each.id, relation=Relation.ROW)
        if found.setdefault(normal_form(each.name), own).interaction != each.id:
            raise folder.error(_file(folder, each.id), f"{each.name!r} is the name of another row", f"\n{each.id},")
    return found


def _file(folder: Folder, row: str) -> str:
    return INTERACTIONS if row in interactions(folder) else IVF_MEDICINES


_GATE = {Seriousness.CONTRAINDICATED: GateEffect.STOPS, Seriousness.SERIOUS: GateEffect.HOLDS}


def normal_form(text: str) -> str:
    """A name without case, accents, punctuation or a dose behind it.

    >>> normal_form("  St. John’s-Wort  300 mg ")
    'st johns wort'
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("µ", "u"))
    if len(plain) > 2 * LONGEST_TEXT:  # single characters that are written out as many: no name of a medicine
        return text
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter) and letter not in "'’`.")
    words = re.sub(r"[^\w%]+", " ", plain).strip()
    return re.sub(r" +", " ", _DOSE.sub("", words)).strip() or words


def find_medication(text: str) -> Medication:
    """Look one medicine up by drug, class member, synonym or brand.

    A close name is offered for confirmation and never taken. A name that is not found is not in our list, which
    is not the same as safe.

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
            seriousness=row.seriousness,
            gate=_GATE.get(row.seriousness, GateEffect.NONE),
            source=row.source,
            further_sources=row.further_sources,
        )
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - needed only where a name is not found

    near = process.extract(key, list(names), scorer=fuzz.ratio, score_cutoff=_CLOSE, limit=_MOST_SUGGESTIONS)
    if near:
        offered = tuple(names[name].name for name, _, _ in near)
        action = f"Not in our list; names near it: {', '.join(offered)}. Nothing is taken until the name is corrected"
        return Medication(typed=text, matched=None, status=MatchStatus.DID_YOU_MEAN, suggestions=offered, action=action)
    action = "Not in our list. That does not make it safe"
    return Medication(typed=text, matched=None, status=MatchStatus.NOT_IN_LIST, action=action)


def facts_from(medications: Iterable[Medication] | None) -> dict[str, Value | None]:
    """What a list of medicines says about the gate. A list that was not asked says nothing.

    While a name in it is not understood, it may be anything: what is not already yes stays not known.
    """
    if medications is None:
        return {}
    found = tuple(medications)
    unread = any(medication.matched is None for medication in found)
    weights = {medication.seriousness for medication in found}
    otherwise = None if unread else False
    return {
        "contraindicated_comedication": Seriousness.CONTRAINDICATED in weights or otherwise,
        "serious_interaction": Seriousness.SERIOUS in weights or otherwise,
        "comedication_not_in_list": unread,
    }
