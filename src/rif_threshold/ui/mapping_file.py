"""A mapping that was assigned on the page, as the file that ``--map`` takes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rif_threshold.register.mappings import as_toml

_OWN_TABLES = {"words", "rules"}
"""What stands in a table of its own below a field."""


def toml(made: Mapping[str, Any]) -> str:
    r"""A mapping as TOML.

    >>> print(toml({"title": "ours", "result": {"column": "Outcome", "words": {"neg": "no_positive_test"}}}))
    title = "ours"
    <BLANKLINE>
    [result]
    column = "Outcome"
    <BLANKLINE>
    [result.words]
    "neg" = "no_positive_test"
    <BLANKLINE>
    """
    top = ((key, value) for key, value in made.items() if not isinstance(value, dict) and key != "keep")
    return "\n".join([*_lines(top), *_fields(made), ""])


def _fields(made: Mapping[str, Any]) -> Iterator[str]:
    for name, part in made.items():
        if isinstance(part, dict):
            own = ((key, value) for key, value in part.items() if key not in _OWN_TABLES and value is not None)
            yield from ("", f"[{name}]", *_lines(own))
            if words := part.get("words"):
                yield from (
                    "",
                    f"[{name}.words]",
                    *(f"{as_toml(text)} = {as_toml(each)}" for text, each in words.items()),
                )
            for rule in part.get("rules", ()):
                yield from ("", f"[[{name}.rules]]", *_lines(rule.items()))
    for rule in made.get("keep", ()):
        yield from ("", "[[keep]]", *_lines(rule.items()))


def _lines(pairs: Iterable[tuple[str, Any]]) -> Iterator[str]:
    yield from (f"{key} = {as_toml(value)}" for key, value in pairs)
