"""Section 3: couples differ."""

from collections.abc import Sequence

import numpy as np

from rif_threshold.answers import Estimate, chance_words
from rif_threshold.case import Case
from rif_threshold.exactly import exact
from rif_threshold.heterogeneity import (
    beta_geometric_next,
    beta_geometric_threshold,
    two_class_cumulative,
    two_class_next,
    two_class_probability,
    two_class_threshold,
)
from rif_threshold.perspective.assumptions import Assumed, assumptions
from rif_threshold.perspective.section import (
    Section,
    chance_percent,
    if_alike,
    limited,
    planned,
    unless_alike,
    without_repeats,
)
from rif_threshold.probability import cumulative_curve
from rif_threshold.record import Record
from rif_threshold.tables import Remark, SourceReference
from rif_threshold.vocabulary import SpreadModel
from rif_threshold.wording import exact_words, number_words, percent_words, word

MODEL_SOURCES = (
    SourceReference(key="weinberg_gladen_1986", locator="the beta-geometric model"),
    SourceReference(key="somigliana_2018", locator="the two-class model"),
)


class Spread(Record):
    """One setting of the switch.

    Attributes:
        model: ``independence``, ``beta_geometric`` or ``two_class``.
        value: the correlation between transfers of one couple, or the share of couples that cannot implant.
        label: the setting in words.
        transfers_to_threshold: ``None`` for more than 1,000.
        next_transfer_percent: chance of the next transfer after the failures so far.
        cumulative_percent: the curve.
        next_percent: chance of the next transfer after 0, 1, 2, ... failures.
    """

    model: SpreadModel
    value: float
    label: str
    transfers_to_threshold: int | None
    next_transfer_percent: float
    cumulative_percent: tuple[float, ...]
    next_percent: tuple[float, ...]


class CouplesSection(Section):
    """The curve, the threshold and the next transfer where couples differ. Never in place of ESHRE's number."""

    title: str = "What if couples differ?"
    failed_transfers: int
    threshold_percent: float
    settings: tuple[Spread, ...]


def couples_differ(case: Case, estimate: Estimate) -> CouplesSection:
    """How far the answer moves if couples differ, for each setting of the switch.

    The chance per transfer is taken as the mean over couples at their first transfer.

    Args:
        case: the couple's case.
        estimate: the route it is about.
    """
    known = assumptions()
    settings, alike = tuple(_settings(case, estimate, known.spread)), chance_words(estimate)
    return CouplesSection(
        sentence=if_alike(estimate, _sentence(settings, estimate.failed_transfers)),
        headings=("couples", "how much", "threshold", "next transfer", "next, if all couples are alike"),
        rows=tuple(
            (
                word(each.model),
                each.label,
                number_words(each.transfers_to_threshold),
                percent_words(each.next_transfer_percent),
                alike,
            )
            for each in settings
        ),
        notes=(
            Remark(text="A sensitivity, beside ESHRE's number and never in its place."),
            *known.caution,
            *unless_alike(estimate),
        ),
        sources=without_repeats((*(each.source for each in known.spread), *MODEL_SOURCES)),
        failed_transfers=estimate.failed_transfers,
        threshold_percent=float(case.rule.percent),
        settings=settings,
    )


def next_if_couples_differ(estimate: Estimate) -> float | None:
    """The chance of the next transfer, in percent, if couples differ as much as published rates allow.

    ``None`` where the two are no more than so many points apart (ours, in ``tables/perspective/assumptions.toml``).

    Args:
        estimate: one whose chances are known, and by which a transfer failed after the line was crossed.
    """
    following = estimate.next_transfer_percent
    assert following is not None  # noqa: S101 - asked by the caller
    largest = float(assumptions().spread[-1].value)
    differ = 100 * float(beta_geometric_next(planned(estimate), largest, estimate.failed_transfers))
    return differ if following - differ > float(assumptions().worth_saying_points) else None


def _settings(case: Case, estimate: Estimate, spreads: tuple[Assumed, ...]) -> list[Spread]:
    # Compared as decimals: 85 % and a share of 15 % leave the others exactly 1, which cannot go with this mean.
    p = exact(chance_percent(estimate)) / 100
    able = [each for each in spreads if each.value and p < 1 - exact(each.value)]
    two_class = {each.value: each for each in _of_model(case, estimate, SpreadModel.TWO_CLASS, able)} if able else {}
    found = []
    for each in _of_model(case, estimate, SpreadModel.BETA_GEOMETRIC, spreads):
        found += [each, two_class[each.value]] if each.value in two_class else [each]
    return found


def _of_model(case: Case, estimate: Estimate, model: SpreadModel, spreads: Sequence[Assumed]) -> list[Spread]:
    """One model with each spread; all of them are reckoned together. Without a spread all couples are alike."""
    p, rule, done = planned(estimate), case.rule, estimate.failed_transfers
    length = len(estimate.cumulative_percent_lowest)
    failures = np.arange(max(length, done + 1))
    values = np.array([float(each.value) for each in spreads])
    column = values[:, np.newaxis]
    if model == SpreadModel.TWO_CLASS:
        able = two_class_probability(p, values)
        curves = two_class_cumulative(column, able[:, np.newaxis], np.arange(1, length + 1))
        following = two_class_next(column, able[:, np.newaxis], failures)
        thresholds = two_class_threshold(values, able, rule.threshold, rule.minimum)
    else:
        following = beta_geometric_next(p, column, failures)
        curves = cumulative_curve(following[:, :length])
        thresholds = beta_geometric_threshold(p, values, rule.threshold, rule.minimum)
    return [
        Spread(
            model=model if each.value else SpreadModel.INDEPENDENCE,
            value=float(each.value),
            label=_how_much(model, float(each.value), each.label) if each.value else each.label,
            transfers_to_threshold=limited(int(n)),
            next_transfer_percent=100 * float(after[done]),
            cumulative_percent=tuple((100 * curve).tolist()),
            next_percent=tuple((100 * after).tolist()),
        )
        for each, n, curve, after in zip(spreads, thresholds, curves, following, strict=True)
    ]


def _how_much(model: SpreadModel, value: float, label: str) -> str:
    return (
        f"correlation {exact_words(value)} ({label})"
        if model == SpreadModel.BETA_GEOMETRIC
        else f"{percent_words(100 * value)} of couples"
    )


def _sentence(settings: tuple[Spread, ...], done: int) -> str:
    alike = settings[0]
    largest = [each for each in settings if each.model == SpreadModel.BETA_GEOMETRIC][-1]
    n, moved = number_words(alike.transfers_to_threshold), number_words(largest.transfers_to_threshold)
    change = f"the threshold stays {n}" if n == moved else f"the threshold moves from {n} to {moved}"
    start = f"If couples differ as much as published rates allow (correlation {exact_words(largest.value)}), {change}"
    if not done:
        return f"{start}; the chance of a first transfer is the same."
    return (
        f"{start}, and after {done} {'failure' if done == 1 else 'failures'} the next transfer has"
        f" {percent_words(largest.next_transfer_percent)} instead of"
        f" {percent_words(alike.next_transfer_percent)}."
    )
