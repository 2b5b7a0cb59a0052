"""Errors of pydantic, in the house's words."""

from collections.abc import Iterator

from pydantic import ValidationError

from rif_threshold.errors import Problem
from rif_threshold.forms import echo

# What pydantic calls an error -> our code for it, and what is said of it.
_KINDS = {
    "missing": ("missing", "this is needed"),
    "enum": ("not_in_list", "one of {expected} is needed"),
    "tuple_type": ("not_a_list", "a list is needed"),
    "dict_type": ("not_named", "named values are needed"),
    "model_type": ("not_named", "named fields are needed"),
}


def problems_of(error: ValidationError) -> Iterator[Problem]:
    """Turn pydantic's errors into the house shape, in the order of the fields."""
    for detail in error.errors(include_url=False):
        path = [part for part in detail["loc"] if part != "[key]"]
        given = echo(detail.get("input")) if not isinstance(detail.get("input"), dict | list | tuple) else ""
        kind, context = detail["type"], detail.get("ctx", {})
        if kind == "extra_forbidden":
            # The name is what was typed, so it is given, and no field.
            *path, name = path or [""]
            allowed = "this name is not known; see `rif-threshold schema case`"
            yield Problem(_field(path), echo(name), allowed, "unknown_field")
        elif kind == "form":
            yield Problem(_field(path), context["problem"].given, context["problem"].allowed, context["problem"].code)
        else:
            code, said = _KINDS.get(kind, (kind, "this cannot be read"))
            yield Problem(_field(path), "" if code == "missing" else given, said.format(**context), code)


def _field(path: list[str | int]) -> str:
    """``history.1.ploidy``: transfers are counted from one."""
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in path) or "case"
