"""What another population gives, beside an answer and never in its place: in words, with counts and their luck.

A number of it is said where it is another one than the answer's; a page that always disagrees is not read.
"""

from fractions import Fraction

from rif_threshold.answers import Estimate
from rif_threshold.assessment import Assessment
from rif_threshold.beside import gives_another
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.counted import transfers_interval_of_counts
from rif_threshold.exactly import further_to_exceed
from rif_threshold.method import Rule, method
from rif_threshold.rates import background_tables
from rif_threshold.routes.kind import ago_words
from rif_threshold.sentences import crossed_words
from rif_threshold.strata import Background, Stratum
from rif_threshold.wording import (
    between_numbers,
    between_percent,
    capital,
    in_hundred,
    long_word,
    number_words,
    percent_words,
    plural,
    transfers_words,
    word,
)

_MOST_ROWS = 1
"""Of more rows than these only the numbers by the table's own outcome are said."""


def counts_words(estimate: Estimate) -> str:
    """What a route counts, and how far the embryos had grown, as far as a source says so."""
    stage = f"; {estimate.stage}" if estimate.stage else ""
    return f"counts {long_word(estimate.outcome)}{stage}"


def other_numbers(assessment: Assessment) -> tuple[Estimate, ...]:
    """What gives another number than the answer, of the tables of another population."""
    primary = assessment.primary
    return tuple(each for each in _beside(assessment) if primary is not None and gives_another(primary, each))


def context_in_short(assessment: Assessment) -> tuple[str, ...]:
    """Another number of another population in one breath, to stand beside the answer; nothing where there is none."""
    return tuple(_in_short(each) for each in other_numbers(assessment))


def _in_short(estimate: Estimate) -> str:
    background, said = _background(estimate), _so_far(estimate)
    if estimate.rows:
        said = f"{estimate.stage}: {crossed_words(estimate)} by {plural(estimate.outcome)}"
    if len(estimate.rows) == 1:
        said += f" ({estimate.successes:,} of {estimate.transfers:,})"
    return f"{capital(background.short)}, {said}. Another population; it corrects nothing. Why: under Routes."


def _beside(assessment: Assessment) -> list[Estimate]:
    return [each for each in assessment.estimates if each.background and each.route != assessment.primary_route]


def shown_routes(assessment: Assessment) -> tuple[Estimate, ...]:
    """The routes that a table of routes shows.

    One of another population that leaves several numbers, the answer's among them, has its line alone: a row with
    them would look like another number.
    """
    primary, others = assessment.primary, other_numbers(assessment)
    return tuple(
        each
        for each in assessment.estimates
        if not each.background or each in others or primary is None or each.total == primary.total
    )


def context_words(assessment: Assessment) -> tuple[str, ...]:
    """One line for each table of another population that has an answer."""
    beside, rule = _beside(assessment), assessment.rule
    # Where there is no answer, there is none that it could be the same as.
    others = {each.route for each in (beside if assessment.primary is None else other_numbers(assessment))}
    return tuple(_another(each, rule) if each.route in others else _no_other(each) for each in beside)


def _no_other(estimate: Estimate) -> str:
    counted = f", {estimate.stage}" if estimate.stage else ""
    found = f"no other number by {plural(estimate.outcome)}"
    if estimate.total.lowest != estimate.total.highest:  # the answer's is one of several, and the others are no secret
        span = f"{between_numbers(*reversed(estimate.total))} transfers"
        found = f"{span} by {plural(estimate.outcome)}, the answer's number among them"
    return f"{capital(_background(estimate).short)}{counted}: {found}."


def _another(estimate: Estimate, rule: Rule) -> str:
    """What was counted, row by row, with the number that each outcome gives; then why it differs."""
    background, rows = _background(estimate), estimate.rows
    counted = "; ".join(_row(row, estimate, background, rule) for row in rows) or _so_far(estimate)
    alike = "" if len(set(estimate.transfer_percents_lowest)) <= 1 else ", were all transfers of the kind planned next"
    start = f"{capital(background.short)}, {ago_words(background.last_year)}{alike if rows else ''}"
    return f"{start}: {counted}. {background.said} {background.differs}{_luck(estimate, rule)}"


def _so_far(estimate: Estimate) -> str:
    """What the transfers done add up to, where nothing is known of what is planned."""
    return f"{between_percent(*estimate.so_far)} so far by {plural(estimate.outcome)} of transfers such as those done"


def _row(row: Stratum, estimate: Estimate, background: Background, rule: Rule) -> str:
    kind = background.kinds[row.stage] if row.stage is not None else word(row.ploidy)
    own = {estimate.outcome: row.successes or 0}
    counts = own if len(estimate.rows) > _MOST_ROWS else own | row.successes_beside
    told = []
    for outcome, successes in counts.items():
        n = _number(successes, row.transfers or 1, rule)
        figures = percent_words(100 * successes / (row.transfers or 1))
        if outcome == estimate.outcome:
            n += " transfers"
            figures = f"{successes:,} of {row.transfers:,}, {figures}"
        told.append(f"{n} by {plural(outcome)} ({figures})")
    return f"{kind} at {row.age_label}, {', '.join(told)}"


def _number(successes: int, transfers: int, rule: Rule) -> str:
    """After how many transfers alike the line is crossed, and the interval where it spans more than one."""
    if not successes:
        return "no number"
    n = further_to_exceed(Fraction(1), Fraction(successes, transfers), rule.threshold, rule.minimum)
    level = float(method().interval_level)
    fewest, most = transfers_interval_of_counts(successes, transfers, level, rule.threshold, rule.minimum)
    span = between_numbers(_limited(fewest), _limited(most))
    return number_words(_limited(n)) + (f" ({span})" if fewest != most else "")


def _limited(n: int) -> int | None:
    return n if n <= TRANSFERS_LIMIT else None


def _luck(estimate: Estimate, rule: Rule) -> str:
    """How many fail so often by chance alone, where the number is the smallest that there is."""
    n, p = estimate.transfers_to_threshold, estimate.per_transfer_percent
    if n is None or p is None or n != rule.minimum:
        return ""
    return f" {in_hundred(100 * (1 - p / 100) ** n)} such couples have {transfers_words(n)} fail by chance alone."


def _background(estimate: Estimate) -> Background:
    background = background_tables()[estimate.route.partition(":")[2]].background
    assert background is not None  # noqa: S101 - it is one of those in the background
    return background
