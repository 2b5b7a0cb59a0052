"""What stands in a file, so that a mapping can be written for it: its columns, their words, and what is not mapped.

Identifiers are never shown: no text of a column that is read as the patient, or that has many different texts, and no
rare text of a column that is not read at all.
"""

from dataclasses import dataclass
from pathlib import Path

import ibis

from rif_threshold.register import loading
from rif_threshold.register.fields import CLOSED
from rif_threshold.register.mapping import FIELDS, NUMBERED, Mapping, Words, numbered_columns
from rif_threshold.register.mappings import mappings

MOST_WORDS = 30
"""A column with more different texts than these holds no words."""
FEWEST_TIMES = 5
"""A text of a column that is not read is shown only where it stands so often: a rare one may be a note on somebody."""
_CLOSED = (*CLOSED,)


@dataclass(frozen=True)
class Found:
    """One column of a file.

    Attributes:
        column: its heading.
        field: what it is read as, or may be by its heading; empty where that is not known.
        texts: how many different texts stand in it, the empty one included.
        words: the texts that may be shown with their number, the commonest first.
        unmapped: those of them that the mapping does not name.
    """

    column: str
    field: str
    texts: int
    words: tuple[tuple[str, int], ...]
    unmapped: tuple[str, ...]


def explore(path: Path, mapping: Mapping | None) -> tuple[Mapping, int, tuple[Found, ...]]:
    """Look through a file, on an engine of its own.

    Args:
        path: the file.
        mapping: how it is read; where none is given, what a column holds is told by the headings of those shipped.

    Returns:
        the mapping that fits best or that was given, the number of rows, and every column that has a heading.

    Raises:
        InvalidInput: where the file cannot be read as a table.
    """
    backend = ibis.duckdb.connect()
    by = mapping or _nearest(backend, path)
    raw = loading.load(backend, path, by)
    rows = raw.table.count().to_pyarrow().as_py()
    fields = _fields(by, raw.heading)
    found = tuple(_column(raw, name, fields.get(name, ""), by) for name in raw.heading if name)
    return by, rows, found


def _nearest(backend: ibis.BaseBackend, path: Path) -> Mapping:
    """The shipped mapping most of whose columns a file has, with the separator that parts its heading most."""
    best, most = mappings()["own_words"], -1
    for shipped in sorted(mappings().values(), key=lambda each: each.untried):
        with loading.tried():
            heading = loading.load(backend, path, shipped).heading
            if (fits := len(_fields(shipped, heading)) + (len(heading) > 1)) > most:
                best, most = shipped, fits
    return best


def _fields(mapping: Mapping, heading: tuple[str, ...]) -> dict[str, str]:
    """What each column is read as."""
    read: dict[str, str] = {}
    kept = (("keep", each) for each in mapping.keep)
    for name, field in (*mapping.fields(), *kept):
        for column in field.columns():
            for meant in numbered_columns(column, heading).values() if NUMBERED in column else (column,):
                if meant in heading:
                    read.setdefault(meant, name)
    return read


def _column(raw: loading.Raw, name: str, field: str, mapping: Mapping) -> Found:
    texts = raw.table.select(text=raw.text(name).fill_null("").strip())
    counted = texts.group_by("text").agg(times=texts.count())
    different = counted.count().to_pyarrow().as_py()
    if different > MOST_WORDS or field in {"patient", "date", "order", "live_birth_percent"}:
        return Found(name, field, different, (), ())
    listed = counted.order_by(ibis.desc("times"), "text").to_pyarrow().to_pylist()
    words = tuple((each["text"], each["times"]) for each in listed if field or each["times"] >= FEWEST_TIMES)
    known = _known(mapping, field, name)
    unmapped = tuple(text for text, _ in words if known is not None and text not in known)
    return Found(name, field, different, words, unmapped)


def _known(mapping: Mapping, field: str, column: str) -> set[str] | None:
    """The texts of a column that a mapping names; nothing where it does not go by words."""
    if field == "keep":
        return {text for each in mapping.keep if each.column == column for text in (*each.keep, *each.leave_out)}
    read = getattr(mapping, field, None) if field in _CLOSED else None
    if not isinstance(read, Words):
        return None
    if read.rules:
        return {text for rule in read.rules for text in rule.when.get(column, ())}
    return {*(read.words if read.words is not None else map(str, CLOSED[field])), *read.missing}


def first_mapping(mapping: Mapping, found: tuple[Found, ...]) -> str:
    """A mapping to edit, as TOML: what is known is filled in, and an empty text has to be filled before it is read."""
    columns = {each.field: each for each in reversed(found)}
    lines = [
        "# A first mapping. Fill in every empty text in quotes; take out what the file does not have.",
        f"# Columns of the file: {', '.join(each.column for each in found)}",
        'title = "our transfers"',
        f"separator = {_toml(mapping.separator)}",
        f"decimal = {_toml(mapping.decimal)}   # What stands before decimals: the separator does not tell.",
    ]
    for name in FIELDS:
        if name in columns or name in {"patient", "date", "oocyte_age_years", "ploidy", "result"}:
            lines += ["", f"[{name}]", *_field(name, columns.get(name), mapping)]
    return "\n".join([*lines, ""])


def _field(name: str, found: Found | None, mapping: Mapping) -> list[str]:
    lines = [f"column = {_toml(found.column if found else '')}"]
    if name == "date":
        order = mapping.date.order if mapping.date else ""
        lines.append(f'order = "{order}"   # Y-M-D, D.M.Y, D/M/Y, M/D/Y or serial, for the whole file.')
    if name in _CLOSED:
        known = {text: word for each in mappings().values() for text, word in _words(each, name).items()}
        texts = [text for text, _ in found.words if text] if found else []
        lines += ['missing = [""]', "", f"[{name}.words]   # {', '.join(map(str, CLOSED[name]))}"]
        lines += [f"{_toml(text)} = {_toml(known.get(text, ''))}" for text in texts]
    return lines


def _words(mapping: Mapping, name: str) -> dict[str, str]:
    read = getattr(mapping, name)
    own = {str(word): str(word) for word in CLOSED[name]}
    return own | ({text: str(word) for text, word in (read.words or {}).items()} if read else {})


def _toml(text: str) -> str:
    """A text in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{"".join(letter for letter in escaped if letter.isprintable())}"'
