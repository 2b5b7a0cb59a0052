"""A first mapping of a file, as TOML to edit: what is known is filled in, the rest stands there to be taken in.

An empty text has to be filled before the mapping is read; a line behind ``#`` is one that some layouts need.
"""

from collections.abc import Iterator
from typing import Any

from rif_threshold.folder import shown
from rif_threshold.register.exploring import Explored, Found, meant
from rif_threshold.register.mapping import CLOSED, FIELDS, FLAGS, OWN_ORDER, Mapping
from rif_threshold.register.mappings import as_toml, known_words

_NEEDED = ("patient", "date", "oocyte_age_years", "ploidy", "result")
_ORDERS = "Y-M-D, D.M.Y, D/M/Y, M/D/Y, with YY for two digits of this century, or serial: for the whole file."
_INSTEAD = {
    "patient": (),
    "date": ("optional = true   # As if it were not named, where a file has no such column. Any field may say so.",),
    "order": (),
    "oocyte_age_years": (
        'born = "date of birth"   # In place of a column: the age from two dates.',
        'retrieved = "date of retrieval"',
        f'order = "{OWN_ORDER}"',
        'known_when = { "cycle" = ["fresh"], "eggs" = ["own"] }   # Elsewhere the age is not the oocyte\'s.',
    ),
    "embryos": (
        'sum = ["embryos_*"]   # In place of a column: the sum of several.',
        "constant = 1   # Or always the same.",
    ),
    "live_birth_percent": (),
}
"""What else a field can say, beside a column."""
_OF_WORDS = (
    'constant = "{word}"   # In place of a column: always the same. Or rules, of which the first that fits holds:'
)
_TOP = (
    'encoding = "cp1252"   # Where a CSV is not UTF-8.',
    'sheet = "Transfers"   # Of a spreadsheet; else the first.',
    'rows = "embryo"   # Rows of one patient and day are one transfer. Or "cycle": columns with {n}, as "ET{n} date".',
    'tested_means = "euploid"   # What an embryo is of which the file says no more than that it was tested.',
    "ages_may_fall = true   # No limit to how the age changes, as with donors' eggs.",
)


def first_mapping(found: Explored) -> str:
    """A mapping to edit, as TOML."""
    by = found.mapping
    columns = {each.field: each for each in reversed(found.columns)}
    decimal: str = by.decimal
    if found.guessed and found.decimals:
        decimal = next(iter(found.decimals)) if len(found.decimals) == 1 else ""
    lines = [
        "# A first mapping. Fill in every empty text in quotes; take out what the file does not have. Lines that begin",
        "# with # are for other layouts: take in what yours needs. What each means stands in docs/register.md.",
        f"# Columns of the file: {shown(', '.join(each.column for each in found.columns))}",
        'title = "our transfers"',
        f"separator = {as_toml(by.separator)}",
        f"decimal = {as_toml(decimal)}   # What stands before decimals, a point or a comma:"
        " the separator does not tell.",
        *_top(by),
    ]
    for name in FIELDS:
        field = _field(name, columns.get(name), found)
        if _stands(name, found) or (found.guessed and name in _NEEDED):
            lines += ["", *field]
        else:
            lines += ["", *map(_aside, filter(None, field))]
    lines += _keep(found)
    return "\n".join([*lines, ""])


def _top(by: Mapping) -> Iterator[str]:
    for line in _TOP:
        name = line.partition(" ")[0]
        value, usual = getattr(by, name), Mapping.model_fields[name].default
        yield _aside(line) if value == usual else f"{name} = {as_toml(value)}"


def _field(name: str, column: Found | None, found: Explored) -> list[str]:
    """One field: as the mapping has it where the file has its columns, else to be filled in."""
    shipped = getattr(found.mapping, name)
    given: dict[str, Any] = (
        shipped.model_dump(mode="json", exclude_unset=True) if _stands(name, found) else {"column": ""}
    )
    given.pop("optional", None)
    words, rules = given.pop("words", None), given.pop("rules", [])
    if name == "date":
        given["order"] = _order(given.get("order", ""), column)
    closed = CLOSED.get(name, ())
    if closed and "column" in given:
        given.setdefault("missing", [""])
    lines = [f"[{name}]", *(f"{key} = {as_toml(value)}" for key, value in given.items())]
    lines = [f"{line}   # {_ORDERS}" if name == "date" and line.startswith("order") else line for line in lines]
    lines += [_aside(each) for each in _INSTEAD.get(name, ()) if each.partition(" ")[0] not in given]
    if closed and "column" in given:
        lines += [_aside(_OF_WORDS.format(word=closed[0])), *map(_aside, _rule(name, closed[0]))]
        lines += ["", f"[{name}.words]   # {', '.join(map(str, closed))}{', not_known' if name in FLAGS else ''}"]
        lines += _texts(name, words, column)
    for rule in rules:
        lines += [f"[[{name}.rules]]", *(f"{key} = {as_toml(value)}" for key, value in rule.items())]
    return lines


def _stands(name: str, found: Explored) -> bool:
    """Whether the mapping reads a field, and the file has what it is read from."""
    field = getattr(found.mapping, name)
    heading = tuple(each.column for each in found.columns)
    if field is None:
        return False
    return bool(getattr(field, "constant", None)) or any(next(meant(each, heading), "") for each in field.columns())


def _order(said: str, column: Found | None) -> str:
    """The one order in which everything in a column can be read, or nothing: two are for the user to decide."""
    orders = column.orders if column else ()
    if orders:
        return orders[0] if len(orders) == 1 else ""
    return said


def _rule(name: str, word: str) -> tuple[str, ...]:
    return (f"[[{name}.rules]]", 'when = { "one column" = ["yes"], "another" = ["1", "2"] }', f'then = "{word}"')


def _texts(name: str, words: dict[str, str] | None, column: Found | None) -> Iterator[str]:
    """The texts of a column, with the words that they mean where a shipped mapping has them."""
    known = known_words(name)
    texts = [text for text, _ in column.words if text] if column else []
    for text in dict.fromkeys((*(words or ()), *texts)):
        yield f"{as_toml(text)} = {as_toml((words or known).get(text, known.get(text, '')))}"


def _keep(found: Explored) -> Iterator[str]:
    """Which rows count: as the mapping says, and every column that could say so, to be taken in."""
    names = {each.column for each in found.columns}
    kept = [rule for rule in found.mapping.keep if rule.column in names]
    for rule in kept:
        yield from ("", "[[keep]]", *(f"{key} = {as_toml(value)}" for key, value in rule.model_dump().items()))
    beside = [each for each in found.columns if not each.field and len(each.words) > 1]
    yield from (
        "",
        "# Which rows are transfers that count, by the texts of a column; any other text is a problem of its row.",
    )
    for each in beside or [Found("column", "", 0, (("transfer", 0),), ())]:
        texts = as_toml([text for text, _ in each.words])
        yield from map(_aside, ("[[keep]]", f"column = {as_toml(each.column)}", f"keep = {texts}", "leave_out = []"))


def _aside(line: str) -> str:
    """A line that is not read before it is taken in."""
    return line if line.startswith("# ") else f"# {line}"
