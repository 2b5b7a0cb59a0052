"""An `Assessment` in words. Every surface takes its sentences from here, so that the numbers cannot differ."""

from collections.abc import Iterator
from decimal import Decimal

from rif_threshold.answers import Answer, Estimate, RateInterval, Refused, chance_words, where_words
from rif_threshold.assessment import Assessment
from rif_threshold.errors import Problem
from rif_threshold.fields import place_words
from rif_threshold.losses import losses_first
from rif_threshold.method import Rule
from rif_threshold.routes import route_of
from rif_threshold.transfers import had_positive_test, last_result
from rif_threshold.vocabulary import ThresholdState, TransferResult
from rif_threshold.wording import (
    MORE_THAN_LIMIT,
    NOT_KNOWN,
    between_numbers,
    between_percent,
    capital,
    line_words,
    long_word,
    number_words,
    percent_words,
    points_up_words,
    points_words,
    probability_words,
    shown_between,
    transfers_words,
    word,
)

SHOWN_BESIDE = 3
"""How many of the things that could overturn an answer stand beside it."""


def headline(assessment: Assessment) -> str:
    """The state first, then after how many transfers the line is crossed, on the primary route."""
    answer, state = assessment.threshold, capital(word(assessment.state))
    if pregnant_now(assessment):
        return "Nothing is counted now: a pregnancy is under way"
    if answer is None:
        return f"{state}: the primary route could not be computed"
    if answer.state == ThresholdState.CANNOT_BE_SAID:
        return f"{state}: the chance so far is {so_far_words(answer, assessment.rule)}"
    if answer.counting_cannot_tell:
        return f"{state}: counting transfers cannot tell this couple when to look"
    if answer.open_ended:
        return f"{state}: how many more transfers it takes is not known"
    comes = "was crossed" if answer.reached else "comes"
    return f"{state}: the threshold {comes} after {total_words(answer)}{_whatever(answer) if answer.reached else ''}"


def so_far_words(answer: Answer, rule: Rule) -> str:
    """The chance of the failed transfers together, as it stands in a sentence."""
    shown = between_percent(*answer.so_far, rule.percent)
    return shown if answer.so_far.agreed is not None else f"between {shown.replace(' to ', ' and ')}"


def total_words(answer: Answer) -> str:
    """After how many transfers the line is crossed, as it stands in a cell."""
    if answer.open_ended:
        return NOT_KNOWN
    if answer.never and answer.total.lowest is None:
        return f"{number_words(answer.total.highest)} to never"
    return f"{between_numbers(*reversed(answer.total))} {'transfer' if answer.total.lowest == 1 else 'transfers'}"


def crossed_words(answer: Estimate) -> str:
    """The same, with the interval of a counted rate where it spans more than one number."""
    counted = answer.interval
    if counted is None or counted.transfers_lower == counted.transfers_upper:
        return total_words(answer)
    return f"{total_words(answer)} ({between_numbers(counted.transfers_lower, counted.transfers_upper)})"


def pregnant_now(assessment: Assessment) -> bool:
    """Whether the last transfer led to a pregnancy that is under way."""
    return last_result(assessment.case) == TransferResult.ONGOING


def refusal_words(problem: Problem) -> str:
    """Why a route has no answer, with the field that this is about."""
    return f"{place_words(problem.field)}: {problem.sentence}"


def contradiction_words(assessment: Assessment) -> Iterator[str]:
    """Why the work-up and the step have no answer although the threshold has one."""
    for problem in assessment.contradictions:
        both = " and ".join(map(_answered_place, problem.field.split(", ")))
        yield f"Work-up and immune step are not answered: {both} cannot be true together: {problem.sentence}."


def _answered_place(field: str) -> str:
    """Where an answer stands, by the label of its question."""
    name, _, fact = field.partition(".")
    from rif_threshold.pathway import facts  # noqa: PLC0415 - needed only where answers were given

    return facts()[fact].label if name == "answers" else place_words(field)


def standing(assessment: Assessment) -> str:
    """Where this couple stands, on the primary route."""
    return " ".join(_standing(assessment))


def _standing(assessment: Assessment) -> Iterator[str]:
    answer = assessment.threshold
    if losses := losses_first(assessment.case):
        yield losses
    if answer is None:
        waits = all(refused.unfinished for refused in assessment.refused if not refused.background)
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
    """One sentence; where the ends differ, why."""
    line = line_words(rule.percent)
    start = f"{answer.failed_transfers} failed{since}: {so_far_words(answer, rule)} so far"
    if answer.reached:
        return f"{start}, the {line} line is crossed{_whatever(answer)}."
    if answer.state == ThresholdState.CANNOT_BE_SAID:
        why = _because(answer)
        return f"{start}. Whether the {line} line is crossed cannot be said, because {why}.{_enough(answer)}"
    if answer.open_ended:
        return f"{start}, {where_words(answer, *rule)}; how many more it takes is not known."
    return f"{start}{_still_to_come(answer, rule)}."


def _still_to_come(answer: Answer, rule: Rule) -> str:
    """How many more cross the line."""
    most, fewest = answer.further
    few = "one more crosses" if fewest == 1 else f"{number_words(fewest)} more cross"
    if most != fewest:
        more = f"{few}, or none ever does" if answer.never else f"{between_numbers(fewest, most)} more cross"
        return f"; {more}, because {_because(answer)}"
    if most is None:
        return f", and {MORE_THAN_LIMIT} further transfers would be needed"
    if answer.so_far.highest > rule.percent:
        return f", {where_words(answer, *rule)}: {most} more to come"
    return f", {few}"


def _because(answer: Answer) -> str:
    return " and ".join(word(each) for each in answer.reasons)


def _whatever(answer: Answer) -> str:
    """That an answer holds although what was done is not known exactly."""
    if answer.so_far.agreed is not None:
        return ""
    return "".join(f", {long_word(each)}" for each in answer.widened_by)


def _enough(answer: Answer) -> str:
    """How many more are enough whatever the chance is, where that is known."""
    most = answer.further.lowest
    return "" if most is None else f" {'One' if most == 1 else most} more would cross it for certain."


def refused_word(refused: Refused) -> str:
    """What a route without an answer is: one that only lacks something is not finished, any other is not computed."""
    return "unfinished" if refused.unfinished else "not computed"


def curve_words(estimate: Estimate, line: Decimal | float) -> list[str]:
    """The curve, transfer by transfer, without the sign."""
    return [shown_between(*ends, line) for ends in estimate.curve]


def next_transfer(assessment: Assessment) -> str:
    """The chance of the next transfer, kept apart from the cumulative one."""
    answer, primary = assessment.threshold, assessment.primary
    if answer is None or primary is None:
        return ""
    if answer.following is None:
        return "The chance of a next transfer is not known: nothing is planned, or not enough is known of it."
    differ = "" if answer.next_percent_if_couples_differ is None else ", as couples differ or not"
    return f"The next transfer by itself: {next_chance(assessment)}{differ}. That is not the cumulative chance."


def next_chance(assessment: Assessment) -> str:
    """The chance of the next transfer by itself, as a range where couples that differ have another."""
    answer, primary = assessment.threshold, assessment.primary
    if answer is None or primary is None or answer.following is None:
        return NOT_KNOWN
    differ = answer.next_percent_if_couples_differ
    return chance_words(primary) if differ is None else between_percent(differ, *answer.following[1:])


def beside_words(assessment: Assessment) -> tuple[str, ...]:
    """What could overturn the answer: the three nearest, which every surface shows."""
    return tuple(each.text for each in assessment.threshold.beside[:SHOWN_BESIDE]) if assessment.threshold else ()


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
    if not estimate.known:
        return "none, where nothing is known of the next transfer, or a chance lies between two ends"
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
    level = f"{line_words(100 * interval.level)} interval ({interval.method})"
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
