"""Errors of pydantic, in the house's words."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pydantic import ValidationError

from rif_threshold.errors import Problem
from rif_threshold.forms import echo

# What pydantic calls an error -> our code for it, and what is said of it.
_KINDS = {
    "missing": ("missing", "this is needed"),
    "enum": ("not_in_list", "one of {expected} is needed"),
    "literal_error": ("not_in_list", "one of {expected} is needed"),
    "tuple_type": ("not_a_list", "a list is needed"),
    "too_short": ("missing", "at least one entry is needed"),
    "string_type": ("not_a_text", "a text in quotes is needed"),
    "string_unicode": ("not_in_list", "a word that can be written is needed"),
    "string_too_short": ("empty", "words are needed here"),
    "bool_type": ("not_true_or_false", "true or false is needed"),
    "bool_parsing": ("not_true_or_false", "true or false is needed"),
    "decimal_type": ("form", "a number is needed"),
    "decimal_parsing": ("form", "a number is needed"),
    "finite_number": ("form", "a finite number is needed"),
    "greater_than_equal": ("range", "{ge} or more is needed"),
    "value_error": ("value", "{error}"),
    "dict_type": ("not_named", "named values are needed"),
    "model_type": ("not_named", "named fields are needed"),
}

_CLOSE = 75
"""How alike, of 100, a name must be to be suggested for a misspelt one."""


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """A hint to a known name, where one is close; else nothing."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - needed only where something is misspelt

    near = process.extractOne(given, list(known), scorer=fuzz.ratio, score_cutoff=_CLOSE)
    return f"did you mean {near[0]}?" if near else ""


def problems_of(
    error: ValidationError,
    whole: str = "case",
    unknown: str = "this name is not known; see `rif-threshold schema case`",
) -> Iterator[Problem]:
    """Turn pydantic's errors into the house shape, in the order of the fields.

    Args:
        error: what pydantic found.
        whole: what the thing as a whole is called, for what is wrong with no one field.
        unknown: what is said of a name that is not known.
    """
    for detail in error.errors(include_url=False):
        path = [part for part in detail["loc"] if part != "[key]"]
        given = echo(detail.get("input"))
        kind, context = detail["type"], detail.get("ctx", {})
        if kind == "extra_forbidden":
            # The name is what was typed, so it is given, and no field.
            *path, name = path or [""]
            yield Problem(_field(path, whole), echo(name), unknown, "unknown_field")
        elif kind == "form":
            yield replace(context["problem"], field=_field(path, whole))
        else:
            code, said = _KINDS.get(kind, (kind, "this cannot be read"))
            yield Problem(_field(path, whole), "" if code == "missing" else given, said.format(**context), code)


def _field(path: list[str | int], whole: str) -> str:
    """``history.1.ploidy``: transfers are counted from one."""
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in path) or whole
