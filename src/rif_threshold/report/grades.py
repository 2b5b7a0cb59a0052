"""ESHRE's three grades in plain words: one line of tests and treatments a grade, alike ones told once."""

from collections.abc import Iterator

from rif_threshold.assessment import Assessment
from rif_threshold.pathway import facts, workup_lists
from rif_threshold.report.words import Words, words
from rif_threshold.rules import Condition, leaves
from rif_threshold.vocabulary import Grade, WorkupState

_DOUBTFUL = frozenset({"vitamin_d_treatment"})
"""Its grade could not be checked against the original figure: the report says so, the couple sheet leaves it out."""


def plain_grades(assessment: Assessment, words: Words) -> Iterator[tuple[Grade, str, tuple[str, ...]]]:
    """Yield each grade, its name and its items; nothing where the work-up was left out.

    What the work-up says does not apply is not listed, and a grade of which nothing is left is not named.
    """
    for grade in Grade:
        if plain := told(assessment, grade, words):
            yield grade, words(f"grade_{grade}"), tuple(plain)


def told(assessment: Assessment, grade: Grade, words: Words) -> dict[str, str]:
    """The items of one grade that the sheet names, each by its plain words; of alike ones the first."""
    workup = assessment.workup
    plain: dict[str, str] = {}
    for item in (*workup.investigations, *workup.interventions) if workup else ():
        if item.grade == grade and item.state != WorkupState.DOES_NOT_APPLY and item.id not in _DOUBTFUL:
            plain.setdefault(_plain(item.id, item.label, words), item.id)
    return plain


def beside(assessment: Assessment) -> tuple[str, ...]:
    """The keys of what the sheet says beside the grades, because of something that was found."""
    found = [item.id for item in assessment.workup.interventions if item.beside] if assessment.workup else []
    return tuple(key for name in found if words().has(key := f"beside_{name}"))


def asked() -> tuple[frozenset[str], frozenset[str]]:
    """The findings and the answers by which it is decided what the sheet names, and what it says beside the grades.

    What is not recommended is named whatever was found, and so is what an item tells that always applies.
    """
    both = workup_lists()
    conditions: list[Condition] = []
    findings: set[str] = set()
    items = [*both.investigations.values(), *both.interventions.values()]
    always = {(entry.grade, _plain(entry.id, entry.label, words())) for entry in items if not _asks(entry.when)}
    for entry in items:
        told_anyway = (entry.grade, _plain(entry.id, entry.label, words())) in always
        if not told_anyway and entry.grade != Grade.NOT_RECOMMENDED and entry.id not in _DOUBTFUL:
            conditions.append(entry.when)
            findings |= {entry.id} & both.investigations.keys()  # what was looked for is named, whatever else decides
        if words().has(f"beside_{entry.id}"):
            conditions += [each.when for each in entry.beside]
    named = {leaf.fact for condition in conditions for leaf in leaves(condition)}
    named |= {leaf.fact for name in named if (when := facts()[name].when) for leaf in leaves(when)}
    findings |= {name for each in named if (name := facts()[each].investigation)}
    return frozenset(findings), frozenset(name for name in named if facts()[name].asked)


def _asks(condition: Condition) -> bool:
    """Whether a condition asks for something that the calculation does not know."""
    return any(facts()[leaf.fact].kind != "derived" for leaf in leaves(condition))


def purpose(assessment: Assessment, words: Words) -> str:
    """What the grades are about and what not; beside what was found, that a treatment for it is another matter."""
    return " ".join(map(words, ("grades_purpose", "grades_other_illness", *beside(assessment))))


def _plain(identifier: str, label: str, words: Words) -> str:
    key = f"item_{identifier}"
    return words(key) if words.has(key) else words.in_english(label)
