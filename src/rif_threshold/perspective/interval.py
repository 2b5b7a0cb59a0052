"""Section 1: how sure the number of transfers is."""

import math
from decimal import Decimal

from rif_threshold.answers import Estimate, RateInterval
from rif_threshold.case import Case
from rif_threshold.method import Rule, method
from rif_threshold.perspective.section import (
    Section,
    if_alike,
    planned,
    threshold_alike,
    unless_alike,
)
from rif_threshold.probability import margin
from rif_threshold.record import Record
from rif_threshold.tables import Remark, SourceReference
from rif_threshold.transfers import counted_transfers
from rif_threshold.uncertainty import (
    Group,
    crossed_probability,
    transfers_needed_to_settle,
)
from rif_threshold.wording import (
    between_percent,
    factor_words,
    number_words,
    percent_words,
    points_up_words,
    points_words,
    probability_words,
    settle_words,
    shown_line,
    shown_percent,
    transfers_words,
)


class BandPoint(Record):
    """One point of the curve of transfers of the planned kind, with its interval where there is one."""

    transfers: int
    cumulative_percent: float
    lower_percent: float | None
    upper_percent: float | None
    threshold_probability: float | None


class Zone(Record):
    """The per-transfer chances that give one answer: above ``from_percent``, up to ``to_percent``."""

    transfers: int
    from_percent: float
    to_percent: float


class IntervalSection(Section):
    """The interval where counts are known; else the distance to the next answer.

    Attributes:
        level: coverage of the interval; ``None`` without counts.
        per_transfer_percent: the chance per transfer that it is about.
        lower_percent: lower bound of it.
        upper_percent: upper bound of it.
        transfers_to_threshold: the answer for that chance; ``None`` for more than 1,000.
        transfers_lower: fewest transfers within the interval.
        transfers_upper: most transfers within the interval; ``None`` for more than 1,000 or without counts.
        crossed_probability: probability that this couple has crossed the threshold; ``None`` without counts.
        to_fewer_points: percentage points up that would give a smaller number; ``None`` where none would.
        to_more_points: percentage points down that would give a larger one.
        multiplier_to_fewer: the same as a factor on the chance.
        multiplier_to_more: the same as a factor on the chance.
        transfers_to_settle: recorded transfers that would settle the number; ``None`` where ten million would not.
        points: the curve.
        zones: the chances that give each number of transfers, around this one.
    """

    title: str = "How sure is the number of transfers?"
    level: float | None
    per_transfer_percent: float
    lower_percent: float | None
    upper_percent: float | None
    transfers_to_threshold: int | None
    transfers_lower: int | None
    transfers_upper: int | None
    crossed_probability: float | None
    to_fewer_points: float | None
    to_more_points: float | None
    multiplier_to_fewer: float | None
    multiplier_to_more: float | None
    transfers_to_settle: int | None
    points: tuple[BandPoint, ...]
    zones: tuple[Zone, ...]
    threshold_percent: float


def interval(case: Case, estimate: Estimate) -> IntervalSection:
    """How sure the number of transfers is, for transfers of the kind planned next.

    Args:
        case: the couple's case.
        estimate: the route it is about.

    Returns:
        From counts the Clopper-Pearson interval and the Jeffreys distribution of the number; without counts the
        margin, the multiplier that would change the number and the records that would settle it.
    """
    p, level = planned(estimate), float(method().interval_level)
    rule = case.rule
    threshold, minimum = rule.threshold, rule.minimum
    counts = estimate.interval
    up, down = margin(p, threshold, minimum)
    fewer, more = 1 + up / p, 1 - down / p
    answer = threshold_alike(rule, p)
    settle = transfers_needed_to_settle(p, threshold, minimum, level)
    crossed = None if counts is None else _crossed(case, estimate)
    points = tuple(_points(estimate, p, counts))
    if counts is None:
        sentence = _margin_sentence(p, answer, (up, down), settle)
        headings, rows = _margin_table(p, answer, (up, down), (fewer, more), settle)
    else:
        sentence = _counts_sentence(estimate, counts, crossed or 0)
        headings, rows = _counts_table(points)
    return IntervalSection(
        sentence=if_alike(estimate, sentence),
        headings=headings,
        rows=rows,
        notes=(*_notes(counts), *unless_alike(estimate)),
        sources=(*estimate.sources, *(() if counts is None else METHOD_SOURCES)),
        **{name: counts and getattr(counts, name) for name in _OF_COUNTS},
        per_transfer_percent=100 * p,
        transfers_to_threshold=answer,
        crossed_probability=crossed,
        to_fewer_points=_known(100 * up),
        to_more_points=_known(100 * down),
        multiplier_to_fewer=_known(fewer),
        multiplier_to_more=_known(more),
        transfers_to_settle=settle,
        points=points,
        zones=tuple(_zones(rule, answer)),
        threshold_percent=float(rule.percent),
    )


_OF_COUNTS = ("level", "lower_percent", "upper_percent", "transfers_lower", "transfers_upper")
"""What the section says of the interval as the estimate has it; ``None`` without counts."""

METHOD_SOURCES = (
    SourceReference(key="clopper_pearson_1934", locator="the interval"),
    SourceReference(key="brown_2001", locator="the interval and distribution from Jeffreys' prior"),
)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _crossed(case: Case, estimate: Estimate) -> float:
    """Probability that the failed transfers have crossed the line: those of the planned kind are uncertain."""
    done = estimate.transfer_percents_lowest[: estimate.failed_transfers]
    known = [
        percent / 100
        for percent, transfer in zip(done, counted_transfers(case), strict=True)
        if percent != estimate.per_transfer_percent or transfer.per_transfer_percent is not None
    ]
    group = Group(estimate.successes or 0, estimate.transfers or 1, len(done) - len(known))
    miss = math.prod(1 - p for p in known)
    rule = case.rule
    return crossed_probability([group], rule.threshold, rule.minimum, miss, len(known))


def _points(estimate: Estimate, p: float, counts: RateInterval | None) -> list[BandPoint]:
    length = len(estimate.cumulative_percent_lowest)
    return [
        BandPoint(
            transfers=n,
            cumulative_percent=-100 * math.expm1(n * math.log1p(-p)),
            lower_percent=None if counts is None else counts.cumulative_lower_percent[n - 1],
            upper_percent=None if counts is None else counts.cumulative_upper_percent[n - 1],
            threshold_probability=None if counts is None else counts.threshold_probabilities.get(n, 0),
        )
        for n in range(1, length + 1)
    ]


def _zones(rule: Rule, answer: int | None) -> list[Zone]:
    """The answers next to this one. The lowest number takes every higher chance."""
    if answer is None:
        return []
    minimum, log_miss = rule.minimum, math.log1p(-float(rule.threshold))

    def above(n: int) -> float:
        return -100 * math.expm1(log_miss / n)

    first = max(minimum, answer - 2)
    return [
        Zone(transfers=n, from_percent=above(n), to_percent=100 if n == minimum else above(n - 1))
        for n in range(first, answer + 2 + 1)
    ]


def _counts_sentence(estimate: Estimate, counts: RateInterval, crossed: float) -> str:
    fewest, most = number_words(counts.transfers_lower), number_words(counts.transfers_upper)
    span = f"{fewest} to {most}" if fewest != most else f"{fewest}, and no other number,"
    likely = sorted(counts.threshold_probabilities.items(), key=lambda item: -item[1])[:2]
    shares = " and ".join(f"{n} with probability {probability_words(share)}" for n, share in sorted(likely) if share)
    already = f"the chance that it is crossed already is {percent_words(100 * crossed)}"
    return (
        f"{estimate.successes} of {estimate.transfers} leaves the chance per transfer anywhere from"
        f" {percent_words(counts.lower_percent)} to {percent_words(counts.upper_percent)}: the line is crossed after"
        f" {span} transfers{f', after {shares}' if shares else ''}, and {already}."
    )


def _margin_sentence(p: float, answer: int | None, steps: tuple[float, float], settle: int | None) -> str:
    start = f"{_chance(p, steps)} % comes without the number of transfers behind it"
    if answer is None:
        return f"{start}; with a chance so low the line is out of reach, however sure it is."
    up, down = steps
    if math.isnan(up) or down < up:
        near = f"{points_words(100 * down)} points less would give {answer + 1} instead of {answer}"
    else:
        near = f"{points_words(100 * up)} points more would give {answer - 1} instead of {answer}"
    return f"{start}: {near}, and {_settled(settle)}."


def _chance(p: float, steps: tuple[float, float]) -> str:
    """The chance, without its sign, on its own side of those at which the answer changes."""
    up, down = (0 if math.isnan(step) else 100 * step for step in steps)
    return shown_percent(100 * p, 100 * p + up, 100 * p - down)


def _settled(settle: int | None) -> str:
    if settle is None:
        return "more recorded transfers than any clinic has would be needed to settle it"
    return f"it takes about {settle_words(settle)} recorded transfers to settle it"


def _counts_table(points: tuple[BandPoint, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    rows = tuple(
        (
            str(point.transfers),
            percent_words(point.cumulative_percent),
            between_percent(point.lower_percent or 0, point.upper_percent or 0),
            probability_words(point.threshold_probability or 0),
        )
        for point in points
    )
    return ("transfers", "chance by then", "interval", "probability that this is the threshold"), rows


def _margin_table(
    p: float, answer: int | None, steps: tuple[float, float], factors: tuple[float, float], settle: int | None
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    shown = _chance(p, steps)
    rows = [("the chance as it stands", f"{shown} %", "× 1", transfers_words(answer))]
    if answer is not None:
        changes = (
            (points_up_words, "up", steps[0], p + steps[0], factors[0], answer - 1),
            (points_words, "down", steps[1], p - steps[1], factors[1], answer + 1),
        )
        rows += [
            (
                f"{words(100 * step)} points {way}",
                f"{shown_line(100 * chance, Decimal(shown), above=chance >= p)} %",
                f"× {factor_words(factor)}",
                transfers_words(n),
            )
            for words, way, step, chance, factor, n in changes
            if not math.isnan(chance)
        ]
    needed = "more than any clinic has" if settle is None else settle_words(settle)
    rows.append(("recorded transfers that would settle it", "", "", needed))
    return ("change", "chance per transfer", "as a factor", "answer"), tuple(rows)


def _notes(counts: RateInterval | None) -> tuple[Remark, ...]:
    if counts is None:
        return ()
    return (
        Remark(
            text="The interval is Clopper-Pearson's and covers at least as often as it says; the band holds for all"
            " numbers of transfers at once. The probabilities come from Jeffreys' distribution of the chance."
        ),
        Remark(text="It is the interval on ESHRE's formula. That couples differ is another matter, below."),
    )
