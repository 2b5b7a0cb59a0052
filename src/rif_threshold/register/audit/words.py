"""The results of an audit in sentences, each with its denominator."""

from collections.abc import Iterator

from rif_threshold.register.audit.adding import CANNOT, ONLY_ESHRE, ONLY_OTHER
from rif_threshold.register.audit.audit import Audit
from rif_threshold.register.audit.by_rank import Against
from rif_threshold.register.audit.endings import EndRow
from rif_threshold.register.audit.flagged import Share
from rif_threshold.register.audit.rules import Rule
from rif_threshold.register.audit.sheets import NOT_SHOWN, RULES, ratio_interval
from rif_threshold.register.settings import audit_settings
from rif_threshold.wording import in_hundred, percent_words, probability_words, ratio_words, shown_percent

WITHHELD = "Nothing of this register can be shown without giving small counts away: the report is withheld."


def result_words(audit: Audit) -> Iterator[str]:
    """The results, the main one first. What is not shown is not told."""
    yield _rows(audit)
    if audit.withheld:
        yield WITHHELD
        return
    total = audit.ranks[-1].eshre
    if total is not None:
        yield f"Main result, fixed beforehand: of all transfers of first runs, {_against(total)}."
    if audit.without_early is not None:
        early = "Without women whose first transfer lies near the beginning of the file"
        yield f"{early}, {_against(audit.without_early)}."
    yield from _by_rank(audit)
    yield from _cumulative(audit)
    yield from _definitions(audit)
    yield from _unlucky(audit)
    yield from _fits(audit)
    yield from _change(audit)
    if audit.intervals:
        yield (
            f"{audit.intervals} intervals against ESHRE's table are shown: were it right everywhere,"
            f" {audit.outside_by_chance:.1f} would lie beside 1 by chance, and at least one with probability"
            f" {probability_words(audit.any_outside)}."
        )


def _rows(audit: Audit) -> str:
    def told(count: int | None) -> str:
        return NOT_SHOWN if count is None else f"{count:,}"

    rows = audit.rows
    time = "" if audit.first_day is None else f" from {audit.first_day} to {audit.last_day}"
    return (
        f"{told(rows.read)} rows read: {told(rows.first_runs)} transfers of first runs{time} + {told(rows.later_runs)}"
        f" after a positive test + {told(rows.awaited)} awaited + {told(rows.too_recent)} too recent +"
        f" {told(rows.in_couples_with_problem)} in couples with a problem."
    )


def _against(found: Against) -> str:
    ratio = "" if found.ratio is None else f"{ratio_words(found.ratio, found.ratio)} of it "
    return (
        f"{found.observed:,} of {found.transfers:,} had a positive test; ESHRE's table expected"
        f" {found.expected:,.0f}: {ratio}({ratio_interval(found)})"
    )


def _by_rank(audit: Audit) -> Iterator[str]:
    """After one failure, and after two."""
    shown = [row for row in audit.ends if row.rate_percent is not None]
    failures = ("one failure", "two failures")
    for name, row, end, before in zip(failures, audit.ranks[1:], shown[1:], shown, strict=False):
        if row.eshre is None:
            continue
        left = f" {_stopped(before)}" if before.left is not None else ""
        yield f"After {name} {_against(row.eshre)}.{left}"
        if end.rate_if_left_failed_percent is not None and end.rate_percent is not None:
            yield (
                "If none of those who left would ever have succeeded, the rate there, of transfers of all kinds, is"
                f" {percent_words(end.rate_if_left_failed_percent)}, not {percent_words(end.rate_percent)}."
            )


def _stopped(before: EndRow) -> str:
    failed = (before.at_risk or 0) - (before.positive or 0)
    if not failed:
        return ""
    return f"{before.left:,} of the {failed:,} who had failed just before did not come back."


def _cumulative(audit: Audit) -> Iterator[str]:
    known = [row for row in audit.ends if row.cumulative_optimistic_percent is not None]
    if not known:
        return
    last, started = known[-1], known[0].at_risk or 0
    yield (
        f"By transfer {last.rank}, of {started:,} couples who started, between"
        f" {shown_percent(last.cumulative_conservative_percent or 0)} and"
        f" {percent_words(last.cumulative_optimistic_percent or 0)} succeed: the first if nobody who left ever would"
        " have, the second if they were like those who stayed."
    )


def _definitions(audit: Audit) -> Iterator[str]:
    found = audit.definitions
    for when, count, of in (
        ("in a current run, flagged now", found.current, {row.rule: row.now for row in found.rules}),
        ("with a known result, ever flagged", found.couples, {row.rule: row.ever for row in found.rules}),
    ):
        told = [f"{RULES[rule]} {_share(share)}" for rule, share in of.items() if share.percent is not None]
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
    return f"{share.couples:,} ({percent_words(share.percent or 0)}; {ends})"


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
    if audit.unlucky is None:
        return
    for row in audit.unlucky.at_crossing[1:][:2]:  # where most published shares lie
        ends = [each for each in (row.of_all_percent, row.of_the_others_percent) if each is not None]
        between = " to ".join(in_hundred(each) for each in ends)
        yield (
            f"Of {audit.unlucky.crossed:,} couples who crossed ESHRE's line in their first run, {between} would be"
            f" expected to have no lasting problem if {row.prevalence_percent} in 100 of all couples had one."
            " Crossing is a reason to look, not a diagnosis."
        )


def _fits(audit: Audit) -> Iterator[str]:
    if audit.fits is None:
        return
    models = {
        "the correlation between transfers of one couple": audit.fits.beta_geometric,
        "the share that cannot implant": audit.fits.two_class,
    }
    for name, model in models.items():
        fits = "such counts are not unusual for the model" if model.fits else "the model does not fit"
        yield (
            f"In {_bands(len(audit.fits.strata))}, {name} is {model.value:.2f} ({model.lower:.2f} to"
            f" {model.upper:.2f}); {fits} (deviance {model.deviance:.1f} on {audit.fits.degrees_of_freedom})."
        )


def _bands(count: int) -> str:
    return "one band" if count == 1 else f"{count} bands, common to them"


def _change(audit: Audit) -> Iterator[str]:
    found = audit.change
    if found is None:
        return
    if found.against is None:
        few = audit_settings().fewest_in_period
        yield f"Whether rates changed cannot be seen: no band has {few} first transfers in both periods."
    else:
        yield (
            f"Of the first transfers of {found.first_year} to {found.last_year}, {found.against.observed:,} of"
            f" {found.against.transfers:,} had a positive test; at the rates of the years before it would be"
            f" {found.against.expected:,.0f}: {ratio_words(found.against.ratio or 0, found.against.ratio or 0)}"
            f" ({ratio_interval(found.against)})."
        )
    if found.worth_a_warning:
        yield "Rates changed: a table of all years together is not today's chance."
    if found.spans_long:
        yield f"The file spans more than {audit_settings().warn_span_years} years: it is not today's chance."
