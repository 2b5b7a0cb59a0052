"""A case and the tables make one `Estimate` for each route to the per-transfer probability.

A route that the case gives something for, but that cannot be computed, is `Refused` with its problems. Nothing
falls back from one route to another.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from rif_threshold.answers import Estimate, MarginPoints, RateInterval, Refused
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.case import Case
from rif_threshold.errors import InvalidInput, OutOfRange, Problem
from rif_threshold.exactly import chance_that_all_fail, chances_that_all_fail, further_to_exceed
from rif_threshold.method import Rule, method
from rif_threshold.pair import Pair
from rif_threshold.rates import background_tables
from rif_threshold.routes import ROUTES, Chances, caveats, given_routes, route_of
from rif_threshold.routes.kind import Chance, ages_differ
from rif_threshold.strata import RateTable
from rif_threshold.transfers import counted_transfers, planned_kind, planned_ploidy
from rif_threshold.vocabulary import Ploidy, Route, ThresholdState, WidenedBy

if TYPE_CHECKING:
    from rif_threshold.uncertainty import CountedInterval


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
            behind = _is_background(route)
            refused.append(Refused(route=route, label=label, problems=problems, interval=interval, background=behind))
    return Routes(tuple(estimates), tuple(refused))


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
    by_ploidy = kinds - {Ploidy.UNTESTED, None} or planned_ploidy(case) == Ploidy.EUPLOID
    # A route that is not yet filled in, or whose figure is asked back, does not take away the answer of another.
    finished = given - {refused.route for refused in routes.refused if refused.stands_back}
    if Route.AGE_TABLE in finished and (by_ploidy or ages_differ(case)):
        return Route.AGE_TABLE
    # What a figure would be per, or would count, gives no route while the figure itself is not given.
    with_figure = {route.name for route in ROUTES if route.has_figure(case)}
    wanted = given & with_figure & finished or given & with_figure or given
    return next((route.name for route in ROUTES if route.name in wanted), None)


class _End(NamedTuple):
    """What one end of every chance gives. Numbers are ``None`` beyond 1,000, and where nothing more is known."""

    done: list[Fraction]
    following: Fraction | None
    miss: Fraction
    crossed_at: int | None
    further: int | None
    total: int | None


def _estimate(case: Case, route: str, label: str, chances: Chances) -> Estimate:
    rule, run = case.rule, chances.done
    following = None if chances.alike is None or planned_kind(case) is None else chances.alike.ends
    known = all(ends.agreed is not None for ends in (*(each.ends for each in run), *([following] if following else [])))
    lowest = _end([each.ends.lowest for each in run], following and following.lowest, rule)
    highest = lowest if known else _end([each.ends.highest for each in run], following and following.highest, rule)
    by_end = Pair(lowest, highest)
    reached = by_end.each(lambda end: end.crossed_at is not None)
    length = max(by_end.each(_length))
    alone = by_end.each(lambda end: _sequence(end, length))
    curve = alone.each(lambda sequence: tuple(_cumulative(sequence)))
    single = known and following is not None
    own_percentages = any(transfer.per_transfer_percent is not None for transfer in counted_transfers(case))
    out_of_reach = following is not None and by_end.each(lambda end: end.total).highest is None
    widened = {name for each in run for name in each.widened_by}
    return Estimate(
        route=route,
        label=label,
        explanation=chances.explanation,
        outcome=chances.outcome,
        denominator=chances.denominator,
        state=_STATES[reached.agreed],
        failed_transfers=len(run),
        reached=reached.agreed,
        **by_end.each(lambda end: end.total).named("transfers_to_threshold"),
        **by_end.each(lambda end: end.crossed_at).named("crossed_at"),
        **by_end.each(lambda end: _percent(1 - end.miss)).named("cumulative_percent_so_far"),
        **by_end.each(lambda end: end.further).named("further_transfers"),
        **_percents(following).named("next_transfer_percent"),
        **_percents(chances.alike and chances.alike.ends).named("per_transfer_percent"),
        widened_by=tuple(name for name in WidenedBy if name in widened),
        next_widened_by=chances.alike.widened_by if following and chances.alike else (),
        live_birth_percent=chances.live_birth_percent,
        **_series("transfer_percents", alone.each(lambda sequence: tuple(map(_percent, sequence)))),
        **_series("cumulative_percent", curve),
        margin=_margin(run, following.lowest, lowest.total, rule) if single and following else _NO_MARGIN,
        successes=chances.successes,
        transfers=chances.transfers,
        interval=_interval(chances.successes, chances.transfers, rule, length) if known and chances.alike else None,
        stage=chances.stage,
        background=_is_background(route),
        rows=chances.rows,
        sources=chances.sources,
        caveats=(
            *chances.caveats,
            *(caveats("own_percentage") if own_percentages else ()),
            *(caveats("more_than_limit") if out_of_reach else ()),
            *(caveats("planned_not_known") if following is None and not reached.lowest else ()),
        ),
    )


def _is_background(route: str) -> bool:
    return route.partition(":")[2] in background_tables()


_STATES = {
    True: ThresholdState.REACHED,
    False: ThresholdState.NOT_YET,
    None: ThresholdState.CANNOT_BE_SAID,
}
_NO_MARGIN = MarginPoints(to_fewer_points=None, to_more_points=None)


def _end(done: list[Fraction], following: Fraction | None, rule: Rule) -> _End:
    """One end: every chance as it is there, in exact arithmetic."""
    miss, crossed_at = chance_that_all_fail(done), _crossed_at(done, rule)
    if crossed_at is not None:
        return _End(done, following, miss, crossed_at, 0, crossed_at)
    if following is None:
        return _End(done, following, miss, None, None, None)
    further = further_to_exceed(miss, following, rule.threshold, max(0, rule.minimum - len(done)))
    if len(done) + further > TRANSFERS_LIMIT:  # those that have failed are among them
        return _End(done, following, miss, None, None, None)
    return _End(done, following, miss, None, further, len(done) + further)


def _length(end: _End) -> int:
    """How many transfers the curve shows."""
    shown = min((end.total or 0) + 1, method().longest_curve)
    return max(method().shortest_curve, len(end.done) + 1, shown)


def _sequence(end: _End, length: int) -> list[Fraction]:
    """The chances of the transfers done and, as far as they are known, of those to come."""
    return [*end.done, *([] if end.following is None else [end.following] * (length - len(end.done)))]


def _series(name: str, ends: Pair[tuple[float, ...]]) -> dict[str, Any]:
    """The same of several transfers: the value of each where both ends agree, and both ends always."""
    agreed: tuple[float | None, ...] = ends.agreed or tuple(Pair(*at).agreed for at in zip(*ends, strict=True))
    return {name: agreed, f"{name}_lowest": ends.lowest, f"{name}_highest": ends.highest}


def _percents(ends: Pair[Fraction] | None) -> Pair[float | None]:
    return Pair(None, None) if ends is None else Pair(_percent(ends.lowest), _percent(ends.highest))


def _of_refused(case: Case, route: str, problems: Iterable[Problem]) -> RateInterval | None:
    """All or none of the transfers give no threshold, but they do give an interval."""
    counts = route_of(route).counts(case)
    if counts is None or all(problem.code != "all_or_none" for problem in problems):
        return None
    return _interval(*counts, case.rule, method().shortest_curve)


def _interval(successes: int | None, transfers: int | None, rule: Rule, length: int) -> RateInterval | None:
    if successes is None or transfers is None:
        return None
    counted = _counted(successes, transfers, rule.threshold, rule.minimum, length, float(method().interval_level))
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


@lru_cache  # the rows of a table are few, and so are the lines
def _counted(
    successes: int, transfers: int, threshold: Fraction, minimum: int, length: int, level: float
) -> "CountedInterval":
    from rif_threshold.uncertainty import interval_of_counts  # noqa: PLC0415 - needed only where there are counts

    return interval_of_counts(successes, transfers, threshold, minimum, length, level=level)


def _percent(value: Fraction) -> float:
    return 100 * value.numerator / value.denominator


def _cumulative(sequence: Iterable[Fraction]) -> Iterator[float]:
    for miss, whole in chances_that_all_fail(sequence):
        yield 100 * (whole - miss) / whole


def _crossed_at(done: Iterable[Fraction], rule: Rule) -> int | None:
    """The number of the failed transfer at which the threshold was first exceeded, if it was."""
    above, below = rule.threshold.as_integer_ratio()
    for number, (miss, whole) in enumerate(chances_that_all_fail(done), start=1):
        if number >= rule.minimum and (whole - miss) * below > above * whole:
            return number
    return None


def _margin(run: tuple[Chance, ...], planned: Fraction, total: int | None, rule: Rule) -> MarginPoints:
    """How far the planned kind's probability may move, all transfers of that kind together, the others held."""
    exceeding, line = rule.threshold.as_integer_ratio()

    def change_at(n: int) -> float | None:
        """The probability at which exactly ``n`` transfers would just not exceed the threshold."""
        others = [each.ends.lowest for each in run[:n] if not each.is_alike]
        alike = n - len(others)
        *_, (fixed, whole) = (1, 1), *chances_that_all_fail(others)
        allowed, fixed = (line - exceeding) * whole, fixed * line
        if alike == 0 or fixed <= allowed:  # the others alone decide
            return None
        return -math.expm1(math.log(allowed / fixed) / alike)

    if total is None:
        return _NO_MARGIN
    up = change_at(total - 1) if total > rule.minimum else None
    down = change_at(total)
    return MarginPoints(
        to_fewer_points=None if up is None else 100 * (up - float(planned)),
        to_more_points=None if down is None else 100 * (float(planned) - down),
    )
