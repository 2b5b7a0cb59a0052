"""What could overturn an answer, in the order of how near it is to turning it; and the notes that a history asks for.

One list for every surface, so that none shows a number without what stands against it.
"""

from collections.abc import Iterator, Sequence

from rif_threshold.answers import Answer, Estimate, chance_words
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.case import Case
from rif_threshold.losses import recurrent_losses
from rif_threshold.method import method
from rif_threshold.parts import default_parts
from rif_threshold.routes import caveats
from rif_threshold.tables import OURS, Remark, SourceReference
from rif_threshold.transfers import counted_transfers, had_positive_test, last_result
from rif_threshold.vocabulary import BesideKind, Part, Route, ThresholdState, TransferResult
from rif_threshold.wording import (
    between_numbers,
    capital,
    line_words,
    number_words,
    percent_words,
    points_up_words,
    points_words,
    transfers_words,
    word,
)


class Beside(Remark):
    """One thing that could turn an answer, or the way it is read."""

    kind: BesideKind


def beside(case: Case, primary: Estimate, disagreement: str, if_couples_differ: float | None) -> tuple[Beside, ...]:
    """What could overturn the answer of the primary route, nearest first."""
    found = (
        (BesideKind.BOUNDS, _bounds(case, primary)),
        (BesideKind.DISAGREEMENT, disagreement),
        (BesideKind.CLOSE_CALL, _close_call(primary) or _close_so_far(case, primary)),
        (BesideKind.INTERVAL, _interval(primary)),
        (BesideKind.RESTART, _restart(case)),
        (BesideKind.EMBRYOS, _embryos(case, primary)),
        (BesideKind.LONG_HISTORY, _long_history(primary, if_couples_differ)),
    )
    return tuple(Beside(kind=kind, text=text, source=_source(kind)) for kind, text in found if text)


def _source(kind: BesideKind) -> str:
    """Where it stands that something of this kind is to be said; the perspective is loaded only where it speaks."""
    match kind:
        case BesideKind.INTERVAL:
            return rests_on()[0].key
        case BesideKind.RESTART:
            return method().caveats["after_positive_test"].source
        case BesideKind.EMBRYOS:
            return method().caveats["one_embryo"].source
        case BesideKind.LONG_HISTORY:
            from rif_threshold.perspective.assumptions import assumptions  # noqa: PLC0415

            return assumptions().spread[-1].source.key
    return OURS


def _bounds(case: Case, primary: Estimate) -> str:
    """What both ends give, where they give different answers."""
    if primary.total.lowest == primary.total.highest and primary.state != ThresholdState.CANNOT_BE_SAID:
        return ""
    why = "; ".join(word(each) for each in dict.fromkeys((*primary.widened_by, *primary.next_widened_by)))
    ends = []
    for name, so_far, total in zip(("lowest", "highest"), primary.so_far, primary.total, strict=True):
        after = "" if total is None and primary.following is None else f", {_after(primary, name, total)}"
        ends.append(f"by the {name} chance {percent_words(so_far, case.rule.percent)} so far{after}")
    return f"{capital(why)}: {'; '.join(ends)}."


def _after(primary: Estimate, end: str, total: int | None) -> str:
    if total is None and end == "lowest" and primary.never:
        return "and the line is never crossed"
    return f"and the line is crossed after {transfers_words(total)}"


def _opinions(estimates: Sequence[Estimate]) -> list[Estimate]:
    """Those that are an opinion on this couple. A table of another population is context, and raises no flag."""
    return [each for each in estimates if not each.background]


def gives_another(one: Answer, other: Answer) -> bool:
    """Whether one is crossed where the other is not, or no number of transfers would do for both."""
    if {one.reached, other.reached} == {True, False}:
        return True
    if one.open_ended or other.open_ended:
        return False
    fewest = max(_as_number(each.total.highest) for each in (one, other))
    return fewest > min(_as_number(each.total.lowest) for each in (one, other))


def _as_number(total: int | None) -> int:
    return TRANSFERS_LIMIT + 1 if total is None else total


def disagreement(estimates: Sequence[Estimate]) -> str:
    """Say that the routes disagree and how near the nearest of them is to another's answer.

    Empty if they agree: no route says what another excludes.
    """
    estimates = _opinions(estimates)
    if not any(gives_another(one, other) for place, one in enumerate(estimates) for other in estimates[:place]):
        return ""
    answers = ", ".join(
        f"{_named(each)} gives {_given(each)} ({chance_words(each)} per transfer)" for each in estimates
    )
    near = []
    for each in estimates:
        for other in estimates:
            if each.transfers_to_threshold is None or other.transfers_to_threshold is None:
                continue
            step = other.transfers_to_threshold - each.transfers_to_threshold
            points = each.margin.to_fewer_points if step < 0 else each.margin.to_more_points
            if step and points is not None:
                near.append((points, each, each.transfers_to_threshold + (1 if step > 0 else -1)))
    if not near:
        return f"The routes disagree: {answers}."
    points, each, instead = min(near, key=lambda found: found[0])
    near_by = f"{chance_words(each)} is {points_words(points)} percentage points from giving {instead}"
    return f"The routes disagree: {answers}. {near_by}."


def _named(estimate: Estimate) -> str:
    """A route as it is told: one of the clinic's own tables by its title, the others by their word."""
    return estimate.label if ":" in estimate.route else estimate.route


def _given(estimate: Estimate) -> str:
    """What a route answers; where nothing is known of what is planned, where it stands."""
    return word(estimate.state) if estimate.open_ended else between_numbers(*reversed(estimate.total))


def _close_call(primary: Estimate) -> str:
    """Where a change of at most so many points (ours) would give another number."""
    close, total = float(method().close_call_points), primary.transfers_to_threshold
    if total is None or total > method().most_countable:  # where counting cannot tell, one more or less does not either
        return ""
    up, down = primary.margin.to_fewer_points, primary.margin.to_more_points
    if primary.reached:  # what is crossed stays so by a higher chance, and by a lower one where more have failed
        up, down = None, down if primary.failed_transfers == total else None
    told = []
    if up is not None and up <= close:
        told.append(f"a chance {points_up_words(up)} points higher would give {total - 1}")
    if down is not None and down <= close:
        told.append(f"one {points_words(down)} points lower would give {total + 1}")
    return f"A close call: {', and '.join(told)}." if told else ""


def _close_so_far(case: Case, primary: Estimate) -> str:
    """Where the chance so far lies at most so many points (ours) from the line, whatever is planned."""
    so_far, line = primary.cumulative_percent_so_far, float(case.rule.percent)
    if so_far is None or not 0 < abs(so_far - line) <= float(method().close_call_points):
        return ""
    where = "below" if so_far < line else "above"
    return f"A close call: so far is {points_words(abs(so_far - line))} points {where} {line_words(line)}."


def _interval(primary: Estimate) -> str:
    """Where the counts leave more than one number."""
    counted = primary.interval
    if counted is None or counted.transfers_lower == counted.transfers_upper:
        return ""
    span = f"{number_words(counted.transfers_lower)} to {transfers_words(counted.transfers_upper)}"
    return f"The counts leave room for luck: {span} ({line_words(100 * counted.level)} interval)."


def _restart(case: Case) -> str:
    """That the count began anew, where transfers that failed before are left out of it."""
    failed = sum(transfer.result == TransferResult.NO_POSITIVE_TEST for transfer in case.history or ())
    before = failed - len(counted_transfers(case))
    if not had_positive_test(case) or not before:
        return ""
    return f"Counted since the last positive test: {transfers_words(before)} that failed before it are left out."


def _embryos(case: Case, primary: Estimate) -> str:
    """That a route of one chance does not know of several embryos at once."""
    several = any((transfer.embryos or 1) > 1 for transfer in counted_transfers(case))
    if not several or primary.route.startswith(Route.AGE_TABLE):
        return ""
    return method().caveats["one_embryo"].text


def if_couples_differ(primary: Estimate) -> float | None:
    """The next chance if couples differ: where it is known, and a transfer failed after the line was crossed.

    ``None`` elsewhere, where it is nearly the same, or where a setting leaves that part out.
    """
    if Part.PERSPECTIVE not in default_parts() or not primary.failed_since_crossing:
        return None
    from rif_threshold.perspective.couples import next_if_couples_differ  # noqa: PLC0415 - only after a crossing

    return next_if_couples_differ(primary)


def _long_history(primary: Estimate, differ: float | None) -> str:
    """The next chance if couples differ, where that is another by more than so many points (ours)."""
    following = primary.next_transfer_percent
    if following is None or differ is None:
        return ""
    return (
        f"Observed chances fall with each failure: if couples differ as much as published rates allow, the next"
        f" transfer has {percent_words(differ)}, not {percent_words(following)}."
    )


def rests_on() -> tuple[SourceReference, ...]:
    """What is read for this list, whatever the case."""
    from rif_threshold.perspective.interval import METHOD_SOURCES  # noqa: PLC0415 - needed only where it speaks

    return METHOD_SOURCES[:1]


def notes(case: Case, *, by_ages: bool) -> Iterator[Remark]:
    """What a history asks to be said."""
    results = {transfer.result for transfer in case.history or ()}
    if last_result(case) == TransferResult.ONGOING:
        yield from caveats("ongoing")
    if recurrent_losses(case):
        yield from caveats("recurrent_loss")
    elif TransferResult.PREGNANCY_LOSS in results:
        yield from caveats("pregnancy_loss")
    if had_positive_test(case):
        yield from caveats("after_positive_test")
    if TransferResult.UNKNOWN_LOCATION in results:
        yield from caveats("unknown_location")
    if by_ages:
        yield from caveats("table_for_ages")
    yield from caveats("independence")
