"""What labels and sources say of other medicines, and every name under which a row is found."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from rif_threshold import tables
from rif_threshold.bounds import LONGEST_TEXT
from rif_threshold.pathway.derived import FROM_MEDICINES
from rif_threshold.pathway.reading import Cited, csv_entries
from rif_threshold.record import Record
from rif_threshold.tables import Folder
from rif_threshold.vocabulary import Seriousness

INTERACTIONS = "pathways/interactions.csv"
UNLABELLED = ("pathways/ivf_medicines.csv", "pathways/everyday_medicines.csv")
"""IVF's own medicines and everyday ones, for which no label that was read has a row."""
NAMES = "pathways/medication_names.csv"

_DOSE = re.compile(r"\b[0-9]+([.,][0-9]+)? ?(mg|g|mcg|µg|ug|iu|ie|units?|ml|%)?(?= |$)")


class Relation(StrEnum):
    """How a name belongs to a row."""

    DRUG = "drug"
    SYNONYM = "synonym"
    BRAND = "brand"
    CLASS_MEMBER = "class_member"
    CLASS = "class"
    ROW = "row"


class Interaction(Cited):
    """One row: a medicine or food beside tacrolimus, as label or source has it.

    ``quoted`` is what another source says of it, in its words and by its name. ``tells`` is the fact that it says of
    whoever takes it: insulin, that diabetes is known.
    """

    id: str
    name: str
    group: str
    mechanism: str = ""
    effect: str = ""
    action: str
    seriousness: Seriousness
    quoted: str = ""
    tells: str = ""


class MedicationName(Record):
    """A name under which a row is found. The list of names is ours."""

    name: str
    interaction: str
    relation: Relation


@tables.reads(INTERACTIONS)
def interactions(folder: Folder) -> Mapping[str, Interaction]:
    """Every interaction row by its identifier. Raises `TableError`."""
    return _rows(folder, INTERACTIONS)


@tables.reads(*UNLABELLED)
def unlabelled_medicines(folder: Folder) -> Mapping[str, Interaction]:
    """Medicines of an IVF cycle and everyday ones without a row in any label that was read. Raises `TableError`."""
    found: dict[str, Interaction] = {}
    for name in UNLABELLED:
        for row in _rows(folder, name).values():
            if row.seriousness != Seriousness.NO_LABELLED_ROW or row.id in {**interactions(folder), **found}:
                reason = "only what has no labelled row belongs here, and only once"
                raise folder.error(name, f"{row.id}: {reason}", f"\n{row.id},")
            found[row.id] = row
    return found


def _rows(folder: Folder, name: str) -> dict[str, Interaction]:
    found = {row.id: row for row in csv_entries(folder, name, Interaction)}
    for row in found.values():
        if row.tells and row.tells not in FROM_MEDICINES:
            raise folder.error(name, f"{row.tells!r} is no fact that a medicine tells", f"\n{row.id},")
    return found


@tables.reads()
def medication_rows(folder: Folder) -> Mapping[str, Interaction]:
    """Every row that a medicine can be found in, by its identifier. Raises `TableError`."""
    return {**interactions(folder), **unlabelled_medicines(folder)}


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
    return next(name for name in (INTERACTIONS, *UNLABELLED) if row in _rows(folder, name))


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
