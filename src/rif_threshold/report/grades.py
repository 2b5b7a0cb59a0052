"""ESHRE's three grades in plain words: one line of tests and treatments a grade, alike ones told once."""

from collections.abc import Iterator

from rif_threshold.assessment import Assessment
from rif_threshold.report.words import Words
from rif_threshold.vocabulary import Grade, WorkupState

_DOUBTFUL = frozenset({"vitamin_d_treatment"})
"""Its grade could not be checked against the original figure: the report says so, the couple sheet leaves it out."""


def plain_grades(assessment: Assessment, words: Words) -> Iterator[tuple[Grade, str, tuple[str, ...]]]:
    """Yield each grade, its name and its items; nothing where the work-up was left out.

    What the work-up says does not apply is not listed, and a grade of which nothing is left is not named.
    """
    workup = assessment.workup
    if workup is None:
        return
    shown = [
        item
        for item in (*workup.investigations, *workup.interventions)
        if item.state != WorkupState.DOES_NOT_APPLY and item.id not in _DOUBTFUL
    ]
    for grade in Grade:
        plain = dict.fromkeys(_plain(item.id, item.label, words) for item in shown if item.grade == grade)
        if plain:
            yield grade, words(f"grade_{grade}"), tuple(plain)


def purpose(assessment: Assessment, words: Words) -> str:
    """What the grades are about and what not; beside what was found, that a treatment for it is another matter."""
    workup = assessment.workup
    found = [item.id for item in workup.interventions if item.beside] if workup else []
    beside = [f"beside_{name}" for name in found if words.has(f"beside_{name}")]
    return " ".join(map(words, ("grades_purpose", "grades_other_illness", *beside)))


def _plain(identifier: str, label: str, words: Words) -> str:
    key = f"item_{identifier}"
    return words(key) if words.has(key) else label
