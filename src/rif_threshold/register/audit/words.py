"""The results of an audit in sentences, each with its denominator."""

from collections.abc import Iterator

from rif_threshold.register.audit.adding import CANNOT, ONLY_ESHRE, ONLY_OTHER
from rif_threshold.register.audit.audit import Audit
from rif_threshold.register.audit.by_rank import Against
from rif_threshold.register.audit.fits import FittedModel
from rif_threshold.register.audit.flagged import Share
from rif_threshold.register.audit.rules import Rule
from rif_threshold.register.audit.shown import NOT_SHOWN, RULES, looks, ratio_interval
from rif_threshold.register.audit.unlucky import ExpectedShare
from rif_threshold.register.settings import audit_settings
from rif_threshold.wording import amount_words, in_hundred, percent_words, ratio_words, shown_between, shown_percent

WITHHELD = "Nothing of this register can be shown without giving small counts away: the report is withheld."


def result_words(audit: Audit) -> Iterator[str]:
    """The results, the main one first. What is not shown is not told."""
    yield _rows(audit)
    if audit.withheld:
        yield WITHHELD
        return
    yield from _main(audit)
    yield from _by_rank(audit)
    yield from _cumulative(audit)
    yield from _definitions(audit)
    yield from _unlucky(audit)
    yield from _fits(audit)
    yield from _change(audit)
    if many := looks(audit):
        yield many


def _rows(audit: Audit) -> str:
    def told(count: int | None) -> str:
        return NOT_SHOWN if count is None else f"{count:,}"

    rows = audit.rows
    time = "" if audit.first_day is None else f" from {audit.first_day} to {audit.last_day}"
    return (
        f"{told(rows.read)} rows read: {told(rows.first_runs)} transfers of first runs{time} + {told(rows.later_runs)}"
        f" after a positive test + {told(rows.awaited)} awaited + {told(rows.too_recent)} too recent +"
        f" {told(rows.in_couples_with_problem)} in couples with a problem. A first run is a couple's transfers up"
        " to the first positive test in this file."
    )


def _main(audit: Audit) -> Iterator[str]:
    """The main result, which was fixed before the file was read, and what stands beside it."""
    total = audit.ranks[-1]
    if total.eshre is not None:
        yield (
            "Main result, fixed beforehand: of all transfers of one embryo in first runs, "
            f"{_against(total.eshre, 'a positive test')}."
        )
    if total.eshre_clinical is not None:
        yield (
            f"Of the same, as far as known, {_against(total.eshre_clinical, 'a clinical pregnancy')}. ESHRE's column is"
            " implantation or pregnancy: neither better nor worse than ESHRE follows."
        )
    if audit.without_early is not None:
        early = "Without women whose first transfer lies near the beginning of the file"
        yield f"{early}, {_against(audit.without_early, 'a positive test')}."


def _against(found: Against, what: str) -> str:
    ratio = "" if found.ratio is None else f"{ratio_words(found.ratio)} of it "
    return (
        f"{found.observed:,} of {found.transfers:,} had {what}; ESHRE's table expected"
        f" {amount_words(found.expected, whole=True)}: {ratio}(95 % interval {ratio_interval(found)})"
    )


def _by_rank(audit: Audit) -> Iterator[str]:
    """After one failure, and after two; a report to share has no expectation there, and none of this."""
    shown = [row for row in audit.ends if row.rate_percent is not None]
    failures = ("one failure", "two failures")
    for name, row, end, before in zip(failures, audit.ranks[1:], shown[1:], shown, strict=False):
        if row.eshre is None:
            continue
        failed = (before.at_risk or 0) - (before.positive or 0)
        yield (
            f"After {name} {_against(row.eshre, 'a positive test')}. {before.left or 0:,} of the {failed:,} who had"
            " failed just before did not come back."
        )
        yield (
            "If none of those who left would ever have succeeded, the rate of this transfer, of all kinds, is"
            f" {percent_words(end.rate_if_left_failed_percent or 0)}, not {percent_words(end.rate_percent or 0)}."
        )


def _cumulative(audit: Audit) -> Iterator[str]:
    known = [row for row in audit.ends if row.cumulative_optimistic_percent is not None]
    if not known:
        return
    last, started = known[-1], known[0].at_risk or 0
    yield (
        f"By transfer {last.rank}, of {started:,} couples who started, between"
        f" {shown_percent(last.cumulative_conservative_percent or 0)} and"
        f" {percent_words(last.cumulative_optimistic_percent or 0)} have had a positive test: the first if nobody who"
        " left ever would have, the second if they were like those who stayed."
    )


def _definitions(audit: Audit) -> Iterator[str]:
    found = audit.definitions
    for when, count, of in (
        ("in a current run, flagged now", found.current, {row.rule: row.now for row in found.rules}),
        ("with a known result, ever flagged", found.couples, {row.rule: row.ever for row in found.rules}),
    ):
        told = [
            f"{share.couples:,} by {RULES[rule]} {_share(share)}"
            for rule, share in of.items()
            if share.percent is not None
        ]
        if count is not None and told:
            yield f"Of {count:,} couples {when}: {'; '.join(told)}."
    yield from _apart(audit)
    if found.crossed is not None and found.went_on is not None:
        yield (
            f"{found.crossed:,} first runs crossed ESHRE's line; {found.went_on:,} of them had a further transfer,"
            " which is counted and not judged."
        )


def _share(share: Share) -> str:
    ends = " to ".join(shown_percent(end) for end in (share.lower_percent, share.upper_percent) if end is not None)
    return f"({percent_words(share.percent or 0)}; {ends})"


def _apart(audit: Audit) -> Iterator[str]:
    """Earlier and later than ESHRE, three failures; a part that is not shown keeps the whole sentence away."""
    runs = {row.later_by: row.runs for row in audit.definitions.apart if row.rule == Rule.THREE}
    known = {later: count for later, count in runs.items() if count is not None}
    if not known or len(known) < len(runs):
        return
    words = {ONLY_ESHRE, ONLY_OTHER, CANNOT}
    by = {int(later): count for later, count in known.items() if later not in words}
    parts = {
        "at the same transfer": by.get(0, 0),
        "three failures earlier": sum(count for later, count in by.items() if later < 0),
        "three failures later": sum(count for later, count in by.items() if later > 0),
        "three failures not reached when the run ended": known.get(ONLY_ESHRE, 0),
        "ESHRE's line not reached": known.get(ONLY_OTHER, 0),
        "cannot be said": known.get(CANNOT, 0),
    }
    told = ", ".join(f"{count:,} {what}" for what, count in parts.items() if count)
    yield f"Of {sum(known.values()):,} first runs that ESHRE or three failures flagged: {told}."


def _unlucky(audit: Audit) -> Iterator[str]:
    if audit.unlucky is None or not audit.unlucky.at_crossing:
        return
    told = [
        f"{_between(row)} if {row.prevalence_percent} in 100 of all couples had one"
        for row in audit.unlucky.at_crossing[1:][:2]  # where most published shares lie
    ]
    yield (
        f"Of {audit.unlucky.crossed:,} couples who crossed ESHRE's line in their first run, so many would be expected"
        f" to have no lasting problem: {'; '.join(told)}. Crossing is a reason to look, not a diagnosis."
    )


def _between(row: ExpectedShare) -> str:
    """The share by both readings; by one where the other has none."""
    most = in_hundred(row.of_the_others_percent)
    if row.of_all_percent is None:
        return most
    return f"{in_hundred(row.of_all_percent).removesuffix(' of 100')} to {most}"


def _fits(audit: Audit) -> Iterator[str]:
    if audit.fits is None:
        return
    how, share = audit.fits.beta_geometric, audit.fits.two_class
    yield (
        f"Do couples of one band differ in their chance? Of {', '.join(audit.fits.strata)}: if every couple had a"
        f" chance of its own, the correlation between its transfers would be {ratio_words(how.value)}"
        f" ({ratio_words(how.lower, how.upper)}; 0 is no difference), and {_fit(how)}."
    )
    yield (
        f"If instead a share could never implant, it would be {percent_words(100 * share.value)}"
        f" ({shown_between(100 * share.lower, 100 * share.upper)}), and {_fit(share)}. Both take those who"
        " left to be like those who stayed; neither names a couple or replaces ESHRE's number."
    )


def _fit(model: FittedModel) -> str:
    return "the counts here are not unusual for that" if model.fits else "the model does not fit the counts here"


def _change(audit: Audit) -> Iterator[str]:
    found, notes = audit.change, audit_settings().notes
    if found is None:
        return
    if found.against is None:
        few = audit_settings().fewest_in_period
        yield f"Whether rates changed cannot be seen: no band has {few} first transfers in both periods."
    else:
        yield (
            f"Of the first transfers of {found.first_year} to {found.last_year}, {found.against.observed:,} of"
            f" {found.against.transfers:,} had a positive test; at the rates of the years before it would be"
            f" {amount_words(found.against.expected, whole=True)}:"
            f" {ratio_words(found.against.ratio or 0)} (95 % interval"
            f" {ratio_interval(found.against)}). {notes['no_change']}"
        )
    if found.worth_a_warning:
        yield "Rates changed: a table of all years together is not today's chance."
    if found.spans_long:
        yield f"The file spans more than {audit_settings().warn_span_years} years: it is not today's chance."
    if found.worth_a_warning or found.spans_long:
        yield notes["rank_and_year"]
