"""ESHRE's three grades in plain words: one line of tests and treatments a grade, alike ones told once."""

from collections.abc import Iterator

from rif_threshold.assessment import Assessment
from rif_threshold.report.shapes import grade_shape
from rif_threshold.report.words import Words
from rif_threshold.vocabulary import Grade

_DOUBTFUL = frozenset({"vitamin_d_treatment"})
"""Its grade could not be checked against the original figure: the report says so, the couple sheet leaves it out."""


def plain_grades(assessment: Assessment, words: Words) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each grade's name, shape and items; nothing where the work-up was left out."""
    workup = assessment.workup
    if workup is None:
        return
    for grade in Grade:
        items = [item for item in (*workup.investigations, *workup.interventions) if item.grade == grade]
        plain = dict.fromkeys(_plain(item.id, item.label, words) for item in items if item.id not in _DOUBTFUL)
        name = words(f"grade_{grade}")
        yield name, grade_shape(grade, name), tuple(plain)


def _plain(identifier: str, label: str, words: Words) -> str:
    key = f"item_{identifier}"
    return words(key) if words.has(key) else label
