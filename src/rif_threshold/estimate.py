"""A case and the tables make one `Estimate` for each route to the per-transfer probability.

A route that the case gives something for, but that cannot be computed, is `Refused` with its problems. Nothing
falls back from one route to another.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.case import Case
from rif_threshold.errors import InvalidInput, OutOfRange, Problem
from rif_threshold.method import Rule, method
from rif_threshold.probability import chance_that_all_fail, further_to_exceed
from rif_threshold.rates import RateTable
from rif_threshold.record import Record
from rif_threshold.routes import ROUTES, Chances, caveats, given_routes, route_of
from rif_threshold.routes.kind import ages_differ
from rif_threshold.tables import Remark, SourceReference
from rif_threshold.transfers import counted_transfers
from rif_threshold.uncertainty import interval_of_counts
from rif_threshold.vocabulary import Denominator, Outcome, Ploidy, Route
from rif_threshold.wording import percent_words


class MarginPoints(Record):
    """Percentage points by which the per-transfer probability may move before the answer changes."""

    to_fewer_points: float | None
    to_more_points: float | None


class RateInterval(Record):
    """How sure a counted rate is, and what follows for transfers of the planned kind, all alike.

    Clopper-Pearson bounds, which never cover less often than the level says; the probabilities of each number of
    transfers come from the Jeffreys posterior.
    """

    level: float
    method: str
    lower_percent: float
    upper_percent: float
    cumulative_lower_percent: tuple[float, ...]
    cumulative_upper_percent: tuple[float, ...]
    transfers_lower: int | None
    transfers_upper: int | None
    threshold_probabilities: dict[int, float]
    probability_beyond: float


class Answer(Record):
    """After how many transfers the line is crossed, and where the couple stands. Percentages are unrounded."""

    route: str
    failed_transfers: int
    transfers_to_threshold: int | None
    cumulative_percent_so_far: float
    reached: bool
    further_transfers: int | None


class Estimate(Answer):
    """What one route answers, and what it rests on.

    ``transfer_percents`` and ``cumulative_percent`` begin after the last positive test: first the failed transfers,
    each with its own probability, then the planned ones. ``transfers_to_threshold`` and ``further_transfers`` are
    ``None`` where more than 1,000 would be needed.
    """

    label: str
    explanation: str
    outcome: Outcome
    denominator: Denominator
    per_transfer_percent: float
    live_birth_percent: float | None = None
    transfer_percents: tuple[float, ...]
    cumulative_percent: tuple[float, ...]
    margin: MarginPoints
    successes: int | None = None
    transfers: int | None = None
    interval: RateInterval | None = None
    sources: tuple[SourceReference, ...]
    caveats: tuple[Remark, ...]

    @property
    def answer(self) -> Answer:
        """The answer alone."""
        return Answer(**{name: getattr(self, name) for name in Answer.model_fields})


class Refused(Record):
    """A route that could not be computed, and why."""

    route: str
    label: str
    problems: tuple[Problem, ...]
    interval: RateInterval | None = None

    @property
    def unfinished(self) -> bool:
        """Whether it only lacks something: what was not given yet, or the answer to a question about it."""
        return all(problem.code in {"missing", "high_percent"} for problem in self.problems)

    @property
    def stands_back(self) -> bool:
        """Whether it leaves the answer to another: it is unfinished, or its figure can be no chance of one transfer."""
        return self.unfinished or all(problem.code == "product_range" for problem in self.problems)


@dataclass(frozen=True)
class Routes:
    """All routes of a case, computed and refused, in ESHRE's order of preference."""

    estimates: tuple[Estimate, ...] = field(default=())
    refused: tuple[Refused, ...] = field(default=())


def estimate_routes(case: Case, own_tables: Mapping[str, RateTable]) -> Routes:
    """Compute every route the case gives something for.

    Args:
        case: the couple's case.
        own_tables: the clinic's own rate tables, by identifier.
    """
    estimates, refused = [], []
    for route, label, chances in given_routes(case, own_tables):
        try:
            estimates.append(_estimate(case, route, label, chances()))
        except (InvalidInput, OutOfRange) as error:
            problems = error.problems if isinstance(error, InvalidInput) else (error.problem,)
            interval = _of_refused(case, route, problems)
            refused.append(Refused(route=route, label=label, problems=problems, interval=interval))
    return Routes(tuple(estimates), tuple(refused))


def answer_lines(estimate: Estimate) -> tuple[float, ...]:
    """The per-transfer chances, in percent, at which the answer changes: upwards and downwards, where it does."""
    up, down = estimate.margin.to_fewer_points, estimate.margin.to_more_points
    p = estimate.per_transfer_percent
    return (*(() if up is None else (p + up,)), *(() if down is None else (p - down,)))


def chance_words(estimate: Estimate) -> str:
    """The chance of a planned transfer, on its own side of every chance at which the answer changes."""
    return percent_words(estimate.per_transfer_percent, *answer_lines(estimate))


def preferred_route(case: Case, routes: Routes) -> str | None:
    """The primary route: the one the case names, else ESHRE's order of preference among those given.

    An individual estimate comes before a crude one. But if any counted transfer was not of an untested embryo, a
    euploid one is planned next, or counted transfers were of ages with other rows, the table is primary, because the
    other routes hold one probability. A route that only lacks something leaves the answer to one that is complete.
    """
    if case.primary_route is not None:
        return case.primary_route
    given = {estimate.route for estimate in routes.estimates} | {refused.route for refused in routes.refused}
    kinds = {transfer.ploidy for transfer in counted_transfers(case)}
    by_ploidy = kinds - {Ploidy.UNTESTED, None} or case.ploidy == Ploidy.EUPLOID
    # A route that is not yet filled in, or whose figure is asked back, does not take away the answer of another.
    finished = given - {refused.route for refused in routes.refused if refused.stands_back}
    if Route.AGE_TABLE in finished and (by_ploidy or ages_differ(case)):
        return Route.AGE_TABLE
    # What a figure would be per, or would count, gives no route while the figure itself is not given.
    with_figure = {route.name for route in ROUTES if any(getattr(case, name) is not None for name in route.figures)}
    wanted = given & with_figure & finished or given & with_figure or given
    return next((route.name for route in ROUTES if route.name in wanted), None)


def _estimate(case: Case, route: str, label: str, chances: Chances) -> Estimate:
    rule = case.rule
    run = [chances.of(transfer) for transfer in counted_transfers(case)]
    done = [p for p, _ in run]
    miss = chance_that_all_fail(done)
    crossed_at = _crossed_at(done, rule)
    further = 0
    if crossed_at is None:
        further = further_to_exceed(miss, chances.planned, rule.threshold, max(0, rule.minimum - len(done)))
    within = further <= TRANSFERS_LIMIT
    total = crossed_at if crossed_at is not None else (len(done) + further if within else None)
    length = max(method().shortest_curve, len(done) + 1, min((total or 0) + 1, method().longest_curve))
    sequence = [*done, *[chances.planned] * (length - len(done))]
    own_percentages = any(transfer.per_transfer_percent is not None for transfer in counted_transfers(case))
    return Estimate(
        route=route,
        label=label,
        explanation=chances.explanation,
        outcome=chances.outcome,
        denominator=chances.denominator,
        per_transfer_percent=_percent(chances.planned),
        live_birth_percent=chances.live_birth_percent,
        transfer_percents=tuple(_percent(p) for p in sequence),
        cumulative_percent=tuple(_cumulative(sequence)),
        transfers_to_threshold=total,
        margin=_margin(run, chances.planned, total, rule),
        failed_transfers=len(done),
        cumulative_percent_so_far=_percent(1 - miss),
        reached=crossed_at is not None,
        further_transfers=further if within else None,
        successes=chances.successes,
        transfers=chances.transfers,
        interval=_interval(chances.successes, chances.transfers, rule, length),
        sources=chances.sources,
        caveats=(
            *chances.caveats,
            *(caveats("own_percentage") if own_percentages else ()),
            *(() if within else caveats("more_than_limit")),
        ),
    )


def _of_refused(case: Case, route: str, problems: Iterable[Problem]) -> RateInterval | None:
    """All or none of the transfers give no threshold, but they do give an interval."""
    counts = route_of(route).counts(case)
    if counts is None or all(problem.code != "all_or_none" for problem in problems):
        return None
    return _interval(*counts, case.rule, method().shortest_curve)


def _interval(successes: int | None, transfers: int | None, rule: Rule, length: int) -> RateInterval | None:
    if successes is None or transfers is None:
        return None
    level = float(method().interval_level)
    counted = interval_of_counts(successes, transfers, rule.threshold, rule.minimum, length, level=level)
    return RateInterval(
        level=counted.level,
        method=counted.method,
        lower_percent=100 * counted.lower,
        upper_percent=100 * counted.upper,
        cumulative_lower_percent=tuple(100 * chance for chance in counted.cumulative_lower),
        cumulative_upper_percent=tuple(100 * chance for chance in counted.cumulative_upper),
        transfers_lower=counted.transfers_lower,
        transfers_upper=counted.transfers_upper,
        threshold_probabilities=counted.threshold_probabilities,
        probability_beyond=counted.probability_beyond,
    )


def _percent(value: Fraction) -> float:
    return float(100 * value)


def _cumulative(sequence: Iterable[Fraction]) -> Iterator[float]:
    miss = Fraction(1)
    for p in sequence:
        miss *= 1 - p
        yield _percent(1 - miss)


def _crossed_at(done: Iterable[Fraction], rule: Rule) -> int | None:
    """The number of the failed transfer at which the threshold was first exceeded, if it was."""
    miss = Fraction(1)
    for number, p in enumerate(done, start=1):
        miss *= 1 - p
        if number >= rule.minimum and 1 - miss > rule.threshold:
            return number
    return None


def _margin(run: list[tuple[Fraction, bool]], planned: Fraction, total: int | None, rule: Rule) -> MarginPoints:
    """How far the planned kind's probability may move, all transfers of that kind together, the others held."""
    allowed = 1 - rule.threshold

    def change_at(n: int) -> float | None:
        """The probability at which exactly ``n`` transfers would just not exceed the threshold."""
        fixed = chance_that_all_fail(p for p, alike in run[:n] if not alike)
        alike = sum(alike for _, alike in run[:n]) + max(n - len(run), 0)
        if alike == 0 or fixed <= allowed:  # the others alone decide
            return None
        return -math.expm1(math.log(allowed / fixed) / alike)

    if total is None:
        return MarginPoints(to_fewer_points=None, to_more_points=None)
    up = change_at(total - 1) if total > rule.minimum else None
    down = change_at(total)
    return MarginPoints(
        to_fewer_points=None if up is None else 100 * (up - float(planned)),
        to_more_points=None if down is None else 100 * (float(planned) - down),
    )
