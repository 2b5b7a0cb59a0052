"""Section 6: what moves the answer, in transfers."""

from collections.abc import Callable, Iterator
from itertools import accumulate
from operator import mul

from rif_threshold.answers import Estimate
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.case import Case
from rif_threshold.exactly import exact
from rif_threshold.heterogeneity import beta_geometric_threshold
from rif_threshold.method import Rule, method
from rif_threshold.perspective.assumptions import Assumptions, assumptions
from rif_threshold.perspective.section import (
    Section,
    if_alike,
    limited,
    planned,
    threshold_alike,
    unless_alike,
    without_repeats,
)
from rif_threshold.record import Record
from rif_threshold.routes.live_birth import ratios_for
from rif_threshold.tables import Remark, SourceReference
from rif_threshold.uncertainty import clopper_pearson, transfers_interval
from rif_threshold.wording import number_words, plural, ratio_words


class Move(Record):
    """One change and the numbers of transfers it leads to. ``None`` is more than 1,000."""

    change: str
    fewest: int | None
    most: int | None
    source: SourceReference


class MovesSection(Section):
    """The threshold under one change at a time.

    Attributes:
        transfers_to_threshold: the answer as it stands; ``None`` for more than 1,000.
        moves: the changes, the one that moves the answer most first.
    """

    title: str = "What moves the answer?"
    transfers_to_threshold: int | None
    moves: tuple[Move, ...]


def what_moves_the_answer(case: Case, estimate: Estimate) -> MovesSection:
    """The threshold under one change at a time, for transfers of the kind planned next.

    Args:
        case: the couple's case.
        estimate: the route it is about.
    """
    answer = threshold_alike(case.rule, planned(estimate))
    moves = sorted(_moves(case, estimate, answer), key=lambda move: -_reach(move, answer))
    return MovesSection(
        sentence=if_alike(estimate, _sentence(answer, moves)),
        headings=("change", "threshold from", "to"),
        rows=tuple((move.change, number_words(move.fewest), number_words(move.most)) for move in moves),
        notes=(
            Remark(text="One change at a time; the answer as it stands assumes none of them."),
            *unless_alike(estimate),
        ),
        sources=without_repeats(move.source for move in moves),
        transfers_to_threshold=answer,
        moves=tuple(moves),
    )


def _moves(case: Case, estimate: Estimate, answer: int | None) -> Iterator[Move]:
    p, rule, known = planned(estimate), case.rule, assumptions()

    def move(change: str, source: SourceReference, *numbers: int | None) -> Move:
        reached = sorted(_as_number(n) for n in (answer, *numbers))
        return Move(change=change, fewest=limited(reached[0]), most=limited(reached[-1]), source=source)

    yield _own_uncertainty(case, estimate, known)
    for fall in known.fall:
        yield move(fall.label, fall.source, _falling(rule, p, 1 - float(fall.value)))
    largest = known.spread[-1]
    spread = limited(beta_geometric_threshold(p, float(largest.value), rule.threshold, rule.minimum))
    yield move(f"couples differ, correlation {largest.value}", largest.source, spread)
    alone = known.independent_embryos
    yield move(alone.label, alone.source, threshold_alike(rule, 1 - (1 - p) ** 2))
    shared, receptive = known.shared_uterus, float(known.shared_uterus.value)
    # One embryo has p = receptive * e, so a rate above the receptivity cannot go with it.
    if p < receptive:
        yield move(shared.label, shared.source, threshold_alike(rule, receptive * (1 - (1 - p / receptive) ** 2)))
    if estimate.live_birth_percent is not None:
        printed = float(method().live_birth_to_pregnancy_factor)
        bounds = (float(bound) for bound in (known.factor.lower, known.factor.upper))
        numbers = (threshold_alike(rule, p * bound / printed) for bound in bounds)
        yield move(known.factor.label, known.factor.source, *numbers)
        yield from _by_ratios(case, estimate, move)


def _by_ratios(case: Case, estimate: Estimate, move: Callable[..., Move]) -> Iterator[Move]:
    """The factor replaced by what a register counted at this age, with the interval of it."""
    live_birth = float(exact(estimate.live_birth_percent or 0) / 100)
    for ratio in ratios_for(case):
        numbers = (threshold_alike(case.rule, live_birth * bound) for bound in ratio.bounds)
        counted = f"{ratio_words(*ratio.bounds)} {plural(ratio.outcome)} a live birth"
        yield move(
            f"in place of the factor {counted}, counted in {ratio.short}, at {ratio.ages}", ratio.source, *numbers
        )


def _own_uncertainty(case: Case, estimate: Estimate, known: Assumptions) -> Move:
    """The interval of the rate: from its counts, else as if it rested on the supposed number of transfers."""
    if counted := estimate.interval:
        change = f"the rate itself, known from {estimate.successes} of {estimate.transfers}"
        return Move(change=change, fewest=counted.transfers_lower, most=counted.transfers_upper, source=_COUNTED)
    total = known.supposed_transfers
    supposed = clopper_pearson(round(planned(estimate) * total), total, float(method().interval_level))
    fewest, most = transfers_interval(supposed, case.rule.threshold, case.rule.minimum)
    change = f"the rate itself, if it rested on {total:,} transfers"
    return Move(change=change, fewest=limited(fewest), most=limited(most), source=known.supposed_source)


_COUNTED = SourceReference(key="clopper_pearson_1934", locator="interval from the counts")


def _falling(rule: Rule, p: float, ratio: float) -> int | None:
    """Transfers to the threshold where each failure lowers the chance to ``ratio`` of itself."""
    allowed, minimum = 1 - float(rule.threshold), rule.minimum
    misses = accumulate((1 - p * ratio**k for k in range(TRANSFERS_LIMIT)), mul)
    return next((n for n, miss in enumerate(misses, start=1) if n >= minimum and miss < allowed), None)


def _as_number(n: int | None) -> int:
    return TRANSFERS_LIMIT + 1 if n is None else n


def _reach(move: Move, answer: int | None) -> int:
    """How far a change carries the answer, both ways together."""
    base = _as_number(answer)
    return max(_as_number(move.most) - base, base - _as_number(move.fewest))


def _sentence(answer: int | None, moves: list[Move]) -> str:
    fewest = min(_as_number(move.fewest) for move in moves)
    most = max(_as_number(move.most) for move in moves)
    start = f"The answer as it stands is {number_words(answer)}"
    if fewest == most:
        return f"{start}, and none of the changes looked at moves it."
    still = [move.change for move in moves if _reach(move, answer) == 0]
    tail = f"; {len(still)} of {len(moves)} changes leave it where it is" if still else ""
    return (
        f"{start}; one change at a time takes it to between {fewest} and {number_words(limited(most))}, most of all:"
        f" {moves[0].change}{tail}."
    )
