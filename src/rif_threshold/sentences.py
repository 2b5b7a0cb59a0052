"""An `Assessment` in words. Every surface takes its sentences from here, so that the numbers cannot differ."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rif_threshold.assessment import Assessment
from rif_threshold.case import Transfer
from rif_threshold.estimate import Estimate, Interval
from rif_threshold.forms import shown_percent
from rif_threshold.vocabulary import Denominator, Outcome, Ploidy

OUTCOME_WORDS = {
    Outcome.POSITIVE_TEST: "a positive pregnancy test",
    Outcome.IMPLANTATION: "an implantation",
    Outcome.CLINICAL_PREGNANCY: "a clinical pregnancy",
    Outcome.LIVE_BIRTH: "a live birth",
    Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED: "an implantation or pregnancy (printed without saying which)",
}
DENOMINATOR_WORDS = {
    Denominator.EMBRYO_TRANSFER: "embryo transfer",
    Denominator.TREATMENT_CYCLE: "treatment cycle",
    Denominator.RETRIEVAL: "retrieval",
}
PLOIDY_WORDS = {
    Ploidy.UNTESTED: "untested embryos",
    Ploidy.EUPLOID: "euploid embryos",
    Ploidy.LOW_LEVEL_MOSAIC: "low-level mosaic embryos",
}


def transfers_words(count: int) -> str:
    """``1 transfer``, ``4 transfers``."""
    return f"{count} transfer{'' if count == 1 else 's'}"


def percent_words(percent: float, apart_from: float = 0) -> str:
    """A percentage as it is shown everywhere: one decimal, half up."""
    return f"{shown_percent(percent, apart_from)} %"


def headline(assessment: Assessment) -> str:
    """After how many transfers the line is crossed, on the primary route."""
    answer = assessment.threshold
    if answer is None:
        return "No answer: the primary route could not be computed"
    if answer.transfers_to_threshold is None:
        return "Threshold not crossed within 1,000 transfers"
    after = f"Threshold crossed after {transfers_words(answer.transfers_to_threshold)}"
    return after if answer.reached else f"{after}: not yet"


def standing(assessment: Assessment) -> str:
    """Where this couple stands, on the primary route."""
    answer = assessment.threshold
    if answer is None:
        return "Name another route to be answered with, or mend what is refused."
    so_far = percent_words(answer.cumulative_percent_so_far, answer.percent)
    start = f"{answer.failed_transfers} failed: {so_far} so far"
    if answer.reached:
        return f"{start}, the {_threshold(answer.percent)} line is crossed."
    if answer.further_transfers is None:
        return f"{start}, and more than 1,000 further transfers would be needed."
    if answer.cumulative_percent_so_far > answer.percent:
        least = transfers_words(answer.minimum_transfers)
        wait = f"above {_threshold(answer.percent)}, but at least {least} must have failed"
        return f"{start}, {wait}: {answer.further_transfers} more to come."
    verb = "crosses" if answer.further_transfers == 1 else "cross"
    number = "one more" if answer.further_transfers == 1 else f"{answer.further_transfers} more"
    return f"{start}, {number} {verb}."


def next_transfer(assessment: Assessment) -> str:
    """The chance of the next transfer, kept apart from the cumulative one."""
    answer = assessment.threshold
    if answer is None:
        return ""
    chance = percent_words(answer.next_transfer_percent)
    return f"The next transfer by itself: {chance}. That is not the cumulative chance."


def rule(assessment: Assessment) -> str:
    """The rule that is applied, with the values of this case."""
    case = assessment.case
    return (
        f"The rule: suspect recurrent implantation failure once 1-(1-p)^n is above"
        f" {_threshold(float(case.threshold_percent or 0))} and at least"
        f" {transfers_words(case.minimum_transfers or 1)} have failed."
    )


def margin_words(estimate: Estimate) -> str:
    """How far the probability may move before the answer changes."""
    total = estimate.transfers_to_threshold
    if total is None:
        return "no margin: the line is out of reach"
    up, down = estimate.margin.to_fewer_points, estimate.margin.to_more_points
    parts = []
    if up is not None:
        parts.append(f"more than {points_words(up)} points up gives {total - 1}")
    if down is not None:
        parts.append(f"{points_words(down)} points down gives {total + 1}")
    alike = len(set(estimate.transfer_percents)) == 1
    start = f"{percent_words(estimate.per_transfer_percent)}{'' if alike else ' for those planned'}"
    return f"{start}: {', '.join(parts)}" if parts else f"{start}: no change of it alters the answer"


def interval_words(interval: Interval) -> str:
    """How sure a counted rate is, and what that means for the number of transfers."""
    level = f"{100 * interval.level:g} % interval ({interval.method})"
    bounds = f"{percent_words(interval.lower_percent)} to {percent_words(interval.upper_percent)} per transfer"
    most = transfers_words(interval.transfers_upper) if interval.transfers_upper else "more than 1,000 transfers"
    if interval.transfers_lower == interval.transfers_upper and interval.transfers_lower:
        return f"{level}: {bounds}, {transfers_words(interval.transfers_lower)} throughout."
    least = interval.transfers_lower or "more than 1,000"
    likely = [
        f"{n}: {share:.2f}" for n, share in interval.threshold_probabilities.items() if share >= 1 - interval.level
    ]
    if interval.probability_beyond >= 1 - interval.level:
        likely.append(f"more than {max(interval.threshold_probabilities)}: {interval.probability_beyond:.2f}")
    rest = f"Probability of each: {', '.join(likely)}." if likely else "No single number of them is likely."
    return f"{level}: {bounds}, {least} to {most}. {rest}"


def points_words(points: float) -> str:
    """Percentage points with two decimals, or with two digits where those would be zero."""
    return f"{points:.2f}" if points >= 1 / 100 else f"{points:.2g}"


def inputs_words(assessment: Assessment) -> str:
    """The inputs an answer is for, repeated beside it."""
    return "; ".join(_inputs(assessment))


def _inputs(assessment: Assessment) -> Iterator[str]:
    case = assessment.case
    planned = "next: " if case.history is not None else ""
    if case.oocyte_age_years is not None:
        yield f"{planned}oocyte age {case.oocyte_age_years}"
    if case.ploidy is not None:
        yield PLOIDY_WORDS[case.ploidy]
    if case.history is not None:
        yield f"{transfers_words(len(case.history))} listed: {', '.join(_listed(case.history))}"
    else:
        yield f"{case.failed_transfers} failed"
    if case.live_birth_percent is not None:
        per = f" per {DENOMINATOR_WORDS[case.live_birth_per]}" if case.live_birth_per else ""
        yield f"live birth {case.live_birth_percent} %{per}"
    if case.prediction is not None:
        yield "inputs of the prediction model"
    if case.clinic_successes is not None or case.clinic_transfers is not None:
        yield f"clinic {case.clinic_successes} of {case.clinic_transfers}"
    if case.clinic_percent is not None:
        yield f"clinic {case.clinic_percent} %"


def _listed(history: Iterable[Transfer]) -> Iterator[str]:
    """The transfers of a history in order, those alike in a row told once."""
    for told, alike in groupby(map(_told, history)):
        count = len(list(alike))
        yield told if count == 1 else f"{count} × {told}"


def _told(transfer: Transfer) -> str:
    parts = [
        "" if transfer.ploidy is None else transfer.ploidy.replace("_", " "),
        "" if transfer.oocyte_age_years is None else f"at {transfer.oocyte_age_years}",
        "" if transfer.per_transfer_percent is None else f"{transfer.per_transfer_percent} %",
        f"({transfer.result.replace('_', ' ')})",
    ]
    return " ".join(part for part in parts if part)


def _threshold(percent: float) -> str:
    return f"{percent:g} %"
