"""How the tables of the pathway are read: every entry checked, every source resolved, every rule tried."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import Field, PlainSerializer, ValidationInfo, field_validator

from rif_threshold import tables
from rif_threshold.record import Record
from rif_threshold.rules import Condition, Domains, defect
from rif_threshold.tables import Folder, Reader, SourceReference

Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
Amount = Annotated[Number, Field(ge=0)]


class Cited(Record):
    """An entry that says where it stands.

    ``further_sources`` are the others that its locator speaks of. A table lists their keys, in the order in which the
    locator has them, and the locator is theirs too. It is words for people: it names no key, and cites nothing.
    """

    source: SourceReference
    further_sources: tuple[SourceReference, ...] = ()

    @field_validator("further_sources", mode="before")
    @classmethod
    def _at_the_same_place(cls, listed: object, known: ValidationInfo) -> object:
        if "source" not in known.data:  # it is refused, and the entry with it
            return ()
        if not isinstance(listed, list):
            return listed
        locator = known.data["source"].locator
        return [{"key": each, "locator": locator} if isinstance(each, str) else each for each in listed]

    @property
    def stands(self) -> tuple[SourceReference, ...]:
        """Where it stands: its own source first."""
        return (self.source, *self.further_sources)


Entry = TypeVar("Entry", bound=Cited)


def lists(folder: Folder, name: str, *kinds: str) -> list[list[Mapping[str, Any]]]:
    """The lists of entries that a TOML file has, one for each kind. Raises `TableError` for a missing or other one."""
    data = folder.toml(name)
    if unknown := sorted(data.keys() - set(kinds)):
        raise folder.error(name, f"{unknown[0]} is not a list of this table, which has {', '.join(kinds)}", unknown[0])
    for kind in kinds:
        listed = data.get(kind)
        if not listed or not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
            raise folder.error(name, f"a list [[{kind}]] is needed", kind if kind in data else 1)
        for place, entry in enumerate(listed):
            if not isinstance(entry.get("id"), str) or not entry["id"]:
                heads = [found.start() for found in re.finditer(rf"(?m)^\s*\[\[{kind}]]", folder.text(name))]
                line = folder.text(name).count("\n", 0, heads[place]) + 1 if place < len(heads) else 1
                raise folder.error(name, "id: a text in quotes is needed", line)
    return [data[kind] for kind in kinds]


def entries(folder: Folder, name: str, model: type[Entry], listed: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """Check the entries of one list of a TOML file: form, unique identifiers, sources. Raises `TableError`."""
    found: dict[str, Entry] = {}
    for data in listed:
        where = f'id = "{data.get("id", "")}"'
        entry = cite(folder, name, tables.parse(folder, name, model, data, where), where)
        if data["id"] in found:
            raise folder.error(name, f"the id {data['id']!r} comes twice", where)
        found[data["id"]] = entry
    return tuple(found.values())


def cite(folder: Folder, name: str, entry: Entry, where: int | str) -> Entry:
    """Take over how far an entry's sources were read. Raises `TableError` where one is not known, or named twice."""
    source, *further = (tables.resolve(folder, name, each, where) for each in (entry.source, *entry.further_sources))
    keys = [each.key for each in (source, *further)]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise folder.error(name, f"the source {twice[0]!r} is named twice", where)
    return entry.model_copy(update={"source": source, "further_sources": tuple(further)})


def csv_entries(folder: Folder, name: str, model: type[Entry]) -> tuple[Entry, ...]:
    """Check the rows of a CSV file whose columns ``source_keys`` and ``locator`` say where each stands.

    The keys have a blank between them: the source, and behind it the further ones.
    """
    found: dict[str, Entry] = {}
    tables.check_columns(folder, name, [*columns_of(model), "source_keys", "locator"])
    for line, row in folder.rows(name):
        cells: dict[str, Any] = {column: cell for column, cell in row.items() if cell}
        key, *further = cells.pop("source_keys", "").split() or [""]
        stands = {"source": {"key": key, "locator": cells.pop("locator", "")}, "further_sources": further}
        entry = cite(folder, name, tables.parse(folder, name, model, cells | stands, line), line)
        if row["id"] in found:
            raise folder.error(name, f"the id {row['id']!r} comes twice", line)
        found[row["id"]] = entry
    return tuple(found.values())


def csv_table(name: str, model: type[Entry]) -> Reader[tuple[Entry, ...]]:
    """Enter a reader of a CSV file that is nothing but such entries. It raises `TableError`."""
    return tables.reads(name)(lambda folder: csv_entries(folder, name, model))


def columns_of(model: type[Cited]) -> list[str]:
    """The columns of a CSV file whose rows are such entries, less those that say where a row stands."""
    return [field for field in model.model_fields if field not in Cited.model_fields]


def check_rules(folder: Folder, name: str, rules: Iterable[tuple[str, Condition]], domains: Domains) -> None:
    """Raise `TableError` where a rule names an unknown fact, does not fit it, or always or never holds.

    Each rule comes with the text below which it stands in the file, so that the line can be named.
    """
    for anchor, condition in rules:
        if found := defect(condition, domains):
            reason, fact = found
            raise folder.error(name, reason, tables.line_of(folder.text(name), anchor, f'fact = "{fact}"'))
