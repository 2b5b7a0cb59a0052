"""Stands in until the pathway is there."""

from typing import Any

from rif_threshold.case import Case, Record
from rif_threshold.errors import Problem

Workup = Any
Tacrolimus = Any


class Standing(Record):
    """What the calculator knows."""

    model_config = Record.model_config | {"extra": "allow"}


def problems(case: Case) -> tuple[Problem, ...]:
    """None."""
    return ()


def workup(case: Case, standing: Standing) -> Any:
    """None."""


def tacrolimus(case: Case, standing: Standing) -> Any:
    """None."""
