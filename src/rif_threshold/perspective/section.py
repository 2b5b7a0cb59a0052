"""What every section of the perspective has: a sentence, a table in words, its sources; and small helpers."""

from collections.abc import Iterable

from rif_threshold.answers import Estimate
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.exactly import chances_that_all_fail, exact
from rif_threshold.method import Rule
from rif_threshold.probability import transfers_to_exceed
from rif_threshold.record import Record
from rif_threshold.tables import Remark, SourceReference


class Section(Record):
    """One section: read the sentence, look at the picture, check the table.

    Attributes:
        title: what the section is about, as a question.
        sentence: the answer in one sentence.
        headings: the heads of the table's columns.
        rows: the table, in words, as every surface shows it. Unrounded numbers are in the section's own fields.
        notes: what must be said beside it.
        sources: where its numbers stand.
    """

    title: str
    sentence: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[Remark, ...] = ()
    sources: tuple[SourceReference, ...] = ()


def chance_percent(estimate: Estimate) -> float:
    """The chance of a transfer of the kind planned next, in percent. The sections are about chances that are known."""
    assert estimate.per_transfer_percent is not None  # noqa: S101 - asked by assess
    return estimate.per_transfer_percent


def planned(estimate: Estimate) -> float:
    """The probability of a transfer of the kind planned next, 0 to 1."""
    return float(exact(chance_percent(estimate)) / 100)


def threshold_alike(rule: Rule, p: float) -> int | None:
    """Transfers to the threshold if all had probability ``p``; ``None`` for more than 1,000.

    A chance that a change carries to 1 leaves the minimum.
    """
    return rule.minimum if p >= 1 else limited(transfers_to_exceed(p, rule.threshold, rule.minimum))


def limited(n: int) -> int | None:
    """The number, or ``None`` where it says "more than 1,000"."""
    return n if n <= TRANSFERS_LIMIT else None


def _all_alike(estimate: Estimate) -> bool:
    """Whether every transfer on the curve has the probability of those planned next."""
    return set(estimate.transfer_percents) == {estimate.per_transfer_percent}


def if_alike(estimate: Estimate, sentence: str) -> str:
    """The sentence, with what it supposes where the transfers done were of other kinds than the planned ones."""
    return sentence if _all_alike(estimate) else f"Were all transfers of the kind planned next: {sentence}"


def unless_alike(estimate: Estimate) -> tuple[Remark, ...]:
    """What is to be said beside such a sentence; nothing where all transfers are alike."""
    text = "The transfers done were not all of the kind planned next. Here every transfer is taken as one of that kind."
    return () if _all_alike(estimate) else (Remark(text=text),)


def misses(estimate: Estimate, length: int) -> list[float]:
    """Chance that the first 1, 2, ..., ``length`` transfers all fail: those on the curve, then planned ones."""
    done, planned_percent = estimate.transfer_percents_lowest[:length], chance_percent(estimate)
    chance = {percent: exact(percent) / 100 for percent in {*done, planned_percent}}
    every = (*done, *[planned_percent] * (length - len(done)))
    return [miss / whole for miss, whole in chances_that_all_fail(chance[percent] for percent in every)]


def without_repeats(references: Iterable[SourceReference]) -> tuple[SourceReference, ...]:
    """The references, each source and place once, in their order."""
    return tuple({(each.key, each.locator): each for each in references}.values())
