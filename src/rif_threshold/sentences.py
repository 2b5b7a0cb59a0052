"""An `Assessment` in words. Every surface takes its sentences from here, so that the numbers cannot differ."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rif_threshold.assessment import Assessment
from rif_threshold.errors import Problem
from rif_threshold.estimate import Answer, Estimate, RateInterval, Refused, chance_words
from rif_threshold.fields import place_words
from rif_threshold.method import Rule
from rif_threshold.pathway import losses_first
from rif_threshold.routes import ROUTES, route_of
from rif_threshold.transfers import Transfer, had_positive_test, last_result
from rif_threshold.vocabulary import TransferResult
from rif_threshold.wording import (
    MORE_THAN_LIMIT,
    capital,
    exact_words,
    line_words,
    long_word,
    number_words,
    percent_words,
    points_up_words,
    points_words,
    probability_words,
    transfers_words,
    word,
)


def headline(assessment: Assessment) -> str:
    """The state first, then after how many transfers the line is crossed, on the primary route."""
    answer, state = assessment.threshold, capital(word(assessment.state))
    if pregnant_now(assessment):
        return "Nothing is counted now: a pregnancy is under way"
    if answer is None:
        return f"{state}: the primary route could not be computed"
    if answer.transfers_to_threshold is None:
        return f"{state}: the threshold does not come within 1,000 transfers"
    after = transfers_words(answer.transfers_to_threshold)
    return f"{state}: the threshold {'was crossed' if answer.reached else 'comes'} after {after}"


def pregnant_now(assessment: Assessment) -> bool:
    """Whether the last transfer led to a pregnancy that is under way."""
    return last_result(assessment.case) == TransferResult.ONGOING


def refusal_words(problem: Problem) -> str:
    """Why a route has no answer, with the field that this is about."""
    return f"{place_words(problem.field)}: {problem.sentence}"


def standing(assessment: Assessment) -> str:
    """Where this couple stands, on the primary route."""
    return " ".join(_standing(assessment))


def _standing(assessment: Assessment) -> Iterator[str]:
    answer = assessment.threshold
    if losses := losses_first(assessment.case):
        yield losses
    if answer is None:
        waits = all(refused.unfinished for refused in assessment.refused)
        mend = "Name another route to be answered with, or mend what is refused."
        yield "Give what is still missing." if waits else mend
        return
    since = " since the last positive test" if had_positive_test(assessment.case) else ""
    yield _where(answer, assessment.rule, since)
    if (later := answer.if_negative) is not None:
        by = "" if later.route == answer.route else f" (by {route_of(later.route).label})"
        yield f"If the test still to come is negative{by}: {_where(later, assessment.rule, since)}"
    elif answer.if_negative_lacks:
        why = "; ".join(map(refusal_words, answer.if_negative_lacks))
        yield f"What it would mean if the test still to come is negative cannot be said: {why}."


def _where(answer: Answer, rule: Rule, since: str) -> str:
    so_far = percent_words(answer.cumulative_percent_so_far, rule.percent)
    start = f"{answer.failed_transfers} failed{since}: {so_far} so far"
    if answer.reached:
        return f"{start}, the {line_words(rule.percent)} line is crossed."
    if answer.further_transfers is None:
        return f"{start}, and {MORE_THAN_LIMIT} further transfers would be needed."
    if answer.cumulative_percent_so_far > rule.percent:
        least = transfers_words(rule.minimum)
        wait = f"above {line_words(rule.percent)}, but at least {least} must have failed"
        return f"{start}, {wait}: {answer.further_transfers} more to come."
    verb = "crosses" if answer.further_transfers == 1 else "cross"
    number = "one more" if answer.further_transfers == 1 else f"{answer.further_transfers} more"
    return f"{start}, {number} {verb}."


def refused_word(refused: Refused) -> str:
    """What a route without an answer is: one that only lacks something is not finished, any other is not computed."""
    return "unfinished" if refused.unfinished else "not computed"


def next_transfer(assessment: Assessment) -> str:
    """The chance of the next transfer, kept apart from the cumulative one."""
    primary = assessment.primary
    if primary is None:
        return ""
    return f"The next transfer by itself: {chance_words(primary)}. That is not the cumulative chance."


def rule_words(assessment: Assessment) -> str:
    """The rule that is applied, with the values of this case."""
    rule = assessment.rule
    return (
        f"The rule: suspect recurrent implantation failure once 1-(1-p)^n is above"
        f" {line_words(rule.percent)} and at least"
        f" {transfers_words(rule.minimum)} of embryos considered to be viable have failed."
    )


def margin_words(estimate: Estimate) -> str:
    """How far the probability may move before the answer changes."""
    total = estimate.transfers_to_threshold
    if total is None:
        return "no margin: the line is out of reach"
    up, down = estimate.margin.to_fewer_points, estimate.margin.to_more_points
    parts = []
    if up is not None:
        parts.append(f"{points_up_words(up)} points up gives {total - 1}")
    if down is not None:
        parts.append(f"{points_words(down)} points down gives {total + 1}")
    alike = len(set(estimate.transfer_percents)) == 1
    start = f"{chance_words(estimate)}{'' if alike else ' for those planned'}"
    return f"{start}: {', '.join(parts)}" if parts else f"{start}: no change of it alters the answer"


def bounds_words(interval: RateInterval) -> str:
    """How sure a counted rate is."""
    level = f"{exact_words(100 * interval.level)} % interval ({interval.method})"
    return f"{level}: {percent_words(interval.lower_percent)} to {percent_words(interval.upper_percent)} per transfer"


def interval_words(interval: RateInterval) -> str:
    """How sure a counted rate is, and what that means for the number of transfers."""
    bounds = bounds_words(interval)
    if interval.transfers_lower == interval.transfers_upper and interval.transfers_lower:
        return f"{bounds}, {transfers_words(interval.transfers_lower)} throughout."
    likely = [
        f"{n}: {probability_words(share)}"
        for n, share in interval.threshold_probabilities.items()
        if share >= 1 - interval.level
    ]
    if interval.probability_beyond >= 1 - interval.level:
        likely.append(
            f"more than {max(interval.threshold_probabilities)}: {probability_words(interval.probability_beyond)}"
        )
    rest = f"Probability of each: {', '.join(likely)}." if likely else "No single number of them is likely."
    span = f"{number_words(interval.transfers_lower)} to {transfers_words(interval.transfers_upper)}"
    return f"{bounds}, {span}. {rest}"


def inputs_words(assessment: Assessment) -> str:
    """The inputs an answer is for, repeated beside it."""
    return "; ".join(_inputs(assessment))


def _inputs(assessment: Assessment) -> Iterator[str]:
    case = assessment.case
    planned = "next: " if case.history is not None else ""
    if case.oocyte_age_years is not None:
        yield f"{planned}oocyte age {case.oocyte_age_years}"
    if case.ploidy is not None:
        yield long_word(case.ploidy)
    if case.history is not None:
        yield f"{transfers_words(len(case.history))} listed: {', '.join(_listed(case.history))}"
    else:
        yield f"{case.failed_transfers} failed"
    for route in ROUTES:
        yield from route.told(case)


def _listed(history: Iterable[Transfer]) -> Iterator[str]:
    """The transfers of a history in order, those alike in a row told once."""
    for told, alike in groupby(map(_told, history)):
        count = len(list(alike))
        yield told if count == 1 else f"{count} × {told}"


def _told(transfer: Transfer) -> str:
    parts = [
        "" if transfer.ploidy is None else word(transfer.ploidy),
        "" if transfer.oocyte_age_years is None else f"at {transfer.oocyte_age_years}",
        "" if transfer.per_transfer_percent is None else f"{transfer.per_transfer_percent} %",
        f"({word(transfer.result)})",
    ]
    return " ".join(part for part in parts if part)
