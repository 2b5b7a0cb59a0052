"""What became of every statement of the source documents: where it stands in the tables, or why it is not carried."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from rif_threshold import tables
from rif_threshold.pathway.reading import Cited, csv_entries
from rif_threshold.record import NotEmpty
from rif_threshold.tables import Folder

COVERAGE = "coverage.csv"
NOT_CARRIED = Literal["no_claim", "background", "notice", "advertising"]
_APART = " | "


class Covered(Cited):
    """One statement of a source document, in our words; ``source`` says where in the document it stands.

    Attributes:
        stands_in: where the tables carry it: ``file#row`` for a CSV file, by the first cells of the row;
            ``file#path`` or ``file#id`` for a TOML file. Several have a blank between them.
        words: what must be found there, each part set off by a bar, so that a pointer cannot outlive its statement.
        reason: why it is not carried, from a closed list; then it stands nowhere.
    """

    id: str
    statement: NotEmpty
    stands_in: str = ""
    words: str = ""
    reason: NOT_CARRIED | None = None
    remark: str = ""


@tables.reads(COVERAGE)
def coverage(folder: Folder) -> tuple[Covered, ...]:
    """Every statement of the source documents. Raises `TableError` for a pointer that leads nowhere."""
    found = csv_entries(folder, COVERAGE, Covered)
    files: dict[str, Mapping[str, str]] = {}
    for each in found:
        where = f"\n{each.id},"
        filled = (bool(each.stands_in), bool(each.words), each.reason is not None)
        if filled not in {(True, True, False), (False, False, True)}:
            reason = "a statement has a place and the words that stand there, or a reason why it is not carried"
            raise folder.error(COVERAGE, reason, where)
        wanted, stood = each.words.split(_APART) if each.words else [], set[str]()
        for pointer in each.stands_in.split():
            name, _, key = pointer.partition("#")
            if name not in files:
                for read in tables.readers_of(name):  # A table that is wrong itself is said to be so.
                    read(folder)
                files[name] = _places(folder, name) if name in folder.texts else {}
            if key not in files[name]:
                raise folder.error(COVERAGE, f"nothing stands at {pointer}", where)
            there = {words for words in wanted if _stand(words, files[name][key])}
            if not there:
                raise folder.error(COVERAGE, f"none of the words stand at {pointer}", where)
            stood |= there
        if lost := [words for words in wanted if words not in stood]:
            raise folder.error(COVERAGE, f"the words {lost[0]!r} do not stand at {each.stands_in}", where)
    return found


def _stand(words: str, text: str) -> bool:
    """Whether these words stand in a text, whole: a 5 is not found in 15 or in 0.5."""
    return re.search(rf"(?<![\w.]){re.escape(words)}(?!\w)", text) is not None


def _places(folder: Folder, name: str) -> dict[str, str]:
    """The text at every place of a file that can be pointed at."""
    found: dict[str, str] = {}
    for key, text in _rows(folder, name) if name.endswith(".csv") else _entries(folder.toml(name)):
        found[key] = f"{found[key]}\n{text}" if key in found else text
    return found


def _rows(folder: Folder, name: str) -> Iterator[tuple[str, str]]:
    for _, row in folder.rows(name):
        cells = list(row.values())
        yield cells[0], "\n".join(cells)
        yield ",".join(cells[:2]), "\n".join(cells)


def _entries(data: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        yield f"{path}{name}", "\n".join(_leaves(value))
        if isinstance(value, dict):
            yield from _entries(value, f"{path}{name}.")
        for entry in value if isinstance(value, list) else ():
            if isinstance(entry, dict) and "id" in entry:
                yield entry["id"], "\n".join(_leaves(entry))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)
    else:
        yield str(value)
