"""What is included: the parts of an assessment, and which of them a setting leaves out. Every surface asks here."""

import os
from collections.abc import Collection
from functools import lru_cache

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import echo
from rif_threshold.vocabulary import Part

WITHOUT_VARIABLE = "RIF_THRESHOLD_WITHOUT"


def default_parts() -> frozenset[Part]:
    """The parts to include: all, less those named in the ``RIF_THRESHOLD_WITHOUT`` variable, comma-separated.

    Raises:
        InvalidInput: where the variable names no part.

    >>> sorted(default_parts())
    [<Part.PERSPECTIVE: 'perspective'>, <Part.TACROLIMUS: 'tacrolimus'>, <Part.WORKUP: 'workup'>]
    """
    return _all_but(os.environ.get(WITHOUT_VARIABLE, ""))


@lru_cache(maxsize=1)  # it is asked for several times a case
def _all_but(listed: str) -> frozenset[Part]:
    without = {name.strip() for name in listed.split(",")} - {""}
    return frozenset(Part) - named_parts(without, WITHOUT_VARIABLE)


def named_parts(names: Collection[Part | str], field: str) -> frozenset[Part]:
    """Parts by their names. Raises `InvalidInput` for a name that is none, with the names allowed."""
    if unknown := sorted({str(name) for name in names} - set(Part)):
        allowed = f"only these names can stand here: {', '.join(Part)}"
        raise InvalidInput((Problem(field, echo(", ".join(unknown)), allowed, "not_in_list"),))
    return frozenset(map(Part, names))


def need(part: Part, field: str = WITHOUT_VARIABLE) -> None:
    """Raise `InvalidInput` where a setting leaves this part out of every surface."""
    if part not in default_parts():
        raise InvalidInput((Problem(field, part.value, "this part is left out here", "left_out"),))
