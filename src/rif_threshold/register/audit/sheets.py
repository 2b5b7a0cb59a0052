"""The tables of an audit as they are shown on every surface: headings and rows of texts."""

from collections.abc import Iterator
from typing import NamedTuple

from rif_threshold.ages import label_words
from rif_threshold.register.audit.audit import Audit
from rif_threshold.register.audit.by_rank import TOTAL, RankRow
from rif_threshold.register.audit.fits import Fits
from rif_threshold.register.audit.shown import LATER, LEFT_OUT, RULES, SAID, Shown, looks
from rif_threshold.register.audit.unlucky import ExpectedShare, Unlucky
from rif_threshold.wording import amount_words, ratio_words, shown_percent


class Sheet(NamedTuple):
    """One table.

    Attributes:
        name: what it is called in a file.
        title: what stands above it.
        headings: of its columns.
        rows: its cells; the first is the row's name.
        said: a sentence between title and table; empty where there is none.
    """

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    said: str = ""


def sheets(audit: Audit) -> tuple[Sheet, ...]:
    """Every table of an audit; none where all of it is withheld."""
    if audit.withheld:
        return ()
    show = Shown(audit.shared)
    alone = () if audit.shared else _of_the_clinic_alone(audit, show)
    return tuple(each for each in (*_sheets(audit, show), *alone) if each.rows)


def _sheets(audit: Audit, show: Shown) -> Iterator[Sheet]:
    # A report to share has none of the expectations rank by rank, nor what is in no rate, nor later runs.
    rows = audit.ranks if audit.shared else (*audit.ranks, audit.later)
    more = () if audit.shared else ("in no rate",)
    left = () if audit.shared else ("ratio if those who left had failed",)
    yield Sheet(
        "ranks",
        "Observed against expected by rank, first runs: positive tests and ESHRE's table",
        ("rank", "transfers", *more, "positive", "ESHRE expects", "ratio", "95 %", *left),
        tuple(
            (
                row.rank,
                show.count(row.transfers),
                *(show.count(row.outside) for _ in more),
                show.count(row.positive),
                *(LEFT_OUT if audit.shared and row.rank != TOTAL else told for told in show.ratio(row.eshre)),
                *(_ratio(row.eshre_if_left_failed) for _ in left),
            )
            for row in rows
        ),
        "" if audit.shared else looks(audit),
    )
    yield Sheet(
        "ends",
        "How first runs went on, transfers of all kinds",
        (
            "rank", "at risk", "positive", "went on", "left", *(["in treatment"] if audit.first_day else []), "awaited",
            "rate %", "95 %", "rate % if those who left had failed", "by then %, optimistic", "by then %, conservative",
        ),
        tuple(
            (
                row.rank,
                *map(show.count, (row.at_risk, row.positive, row.went_on, row.left)),
                *([show.count(row.in_treatment)] if audit.first_day else []),
                show.count(row.awaiting),
                show.percent(row.rate_percent),
                show.between(row.lower_percent, row.upper_percent),
                show.percent(row.rate_if_left_failed_percent),
                show.percent(row.cumulative_optimistic_percent),
                show.percent(row.cumulative_conservative_percent),
            )
            for row in audit.ends
        ),
    )  # fmt: skip
    yield Sheet(
        "own",
        "Our first transfers, beside ESHRE's table",
        ("band", "transfers", "positive", "%", "95 %", "transfers to the threshold", "ESHRE %", "ESHRE's number"),
        tuple(
            (
                label_words(row.stratum),
                *map(show.count, (row.transfers, row.positive)),
                show.percent(row.percent),
                show.between(row.lower_percent, row.upper_percent),
                _number(row.transfers_to_threshold, row.transfers_lower, row.transfers_upper),
                shown_percent(row.printed_percent),
                str(row.printed_transfers),
            )
            for row in audit.own
        ),
    )
    yield from _of_definitions(audit, show)


def _ratio(ratio: float | None) -> str:
    return "" if ratio is None else ratio_words(ratio)


def _number(number: int | None, fewest: int | None, most: int | None) -> str:
    if number is None:
        return ""
    ends = ["more" if end is None else str(end) for end in (fewest, most)]
    return f"{number} ({' to '.join(dict.fromkeys(ends))})"


def _of_definitions(audit: Audit, show: Shown) -> Iterator[Sheet]:
    found = audit.definitions
    doubt = () if audit.shared else ("cannot be said",)
    yield Sheet(
        "flagged",
        "Whom each definition flags: now, of couples in a current run; ever, of all couples",
        ("definition", "when", "couples", "of", "%", "95 %", *doubt),
        tuple(
            (RULES[row.rule], when, *show.share(share), *(show.count(cannot) for _ in doubt))
            for row in found.rules
            for when, share, cannot in (
                ("now", row.now, row.now_cannot_be_said),
                ("ever", row.ever, row.ever_cannot_be_said),
            )
        ),
    )
    yield Sheet(
        "together",
        "What the four say together of couples in a current run",
        (*RULES.values(), "couples"),
        tuple(
            (*(SAID[said] for said in (row.eshre, row.three, row.lugano, row.ata)), show.count(row.couples))
            for row in found.patterns
        ),
    )
    yield Sheet(
        "apart",
        "How many transfers later than ESHRE's another definition was met, first runs that either flagged",
        ("definition", "transfers later", "first runs"),
        tuple((RULES[row.rule], LATER.get(row.later_by, row.later_by), show.count(row.runs)) for row in found.apart),
    )
    after = (
        []
        if audit.shared
        else [("couples flagged now in a run after a positive test", found.now_after_a_positive_test)]
    )
    yield Sheet(
        "crossed",
        "Who crossed ESHRE's line, and went on",
        ("who", "number"),
        tuple(
            (name, show.count(count))
            for name, count in (
                ("first runs that crossed it", found.crossed),
                ("of these, with a further transfer", found.went_on),
                *after,
            )
        ),
    )


def _of_the_clinic_alone(audit: Audit, show: Shown) -> Iterator[Sheet]:
    """What is not in a report to share."""
    yield Sheet(
        "beside",
        "The same by rank: clinical pregnancies against ESHRE's table, and positive tests against our first transfers",
        (
            "rank", "clinical known", "clinical", "ESHRE expects", "ratio", "95 %", "own table expects", "ratio, own",
            "95 %, own",
        ),
        tuple(_beside(row, show) for row in (*audit.ranks, audit.later)),
    )  # fmt: skip
    if audit.fits is not None:
        yield from _fits(audit, audit.fits, show)
    yield from () if audit.unlucky is None else [_unlucky(audit.unlucky)]
    if audit.change is not None:
        yield Sheet(
            "change",
            f"First transfers of {audit.change.first_year} to {audit.change.last_year} and of the years before",
            ("band", "before", "positive", "later", "positive, later", "compared", "each period needs"),
            tuple(
                (
                    label_words(row.stratum),
                    *map(show.count, (row.before, row.before_positive, row.later, row.later_positive)),
                    "yes" if row.compared else "cannot be seen",
                    show.count(row.transfers_to_see),
                )
                for row in audit.change.bands
            ),
            f"So many transfers each period needs, to see a ratio of {_ratio(audit.change.looked_for)}.",
        )
    yield Sheet(
        "calibration",
        "Each band at each rank",
        ("band", "rank", "transfers", "positive", "ESHRE %", "observed %", "95 %"),
        tuple(
            (
                label_words(point.stratum),
                str(point.rank),
                show.count(point.transfers),
                show.count(point.positive),
                shown_percent(point.expected_percent),
                shown_percent(point.observed_percent),
                show.between(point.lower_percent, point.upper_percent),
            )
            for point in audit.calibration
        ),
        looks(audit),
    )


def _beside(row: RankRow, show: Shown) -> tuple[str, ...]:
    return (
        row.rank,
        show.count(row.clinical_known),
        show.count(row.clinical),
        *show.ratio(row.eshre_clinical),
        *show.ratio(row.own),
    )


def _unlucky(found: Unlucky) -> Sheet:
    return Sheet(
        "unlucky",
        "Expected without a lasting problem, first runs, %: ESHRE's chances read in two ways, and our own",
        (
            "if so many of 100 had one", "when", "first runs", "chances of the others", "mean of all",
            "first runs, own", "own table",
        ),
        (
            *(_share(row, "at the crossing", found.crossed, found.own_crossed) for row in found.at_crossing),
            *(_share(row, "flagged now", found.now, found.own_now) for row in found.flagged_now),
        ),
    )  # fmt: skip


def _fits(audit: Audit, fits: Fits, show: Shown) -> Iterator[Sheet]:
    models = {"correlation": fits.beta_geometric, "share that cannot implant": fits.two_class}
    yield Sheet(
        "fits",
        f"Couples that differ: {', '.join(f'{name}, {ranks} ranks' for name, ranks in fits.strata.items())}",
        ("model", "value", "95 %", "deviance", "on", "fits"),
        tuple(
            (
                name,
                ratio_words(model.value),
                ratio_words(model.lower, model.upper),
                amount_words(model.deviance),
                str(fits.degrees_of_freedom),
                "not unusual" if model.fits else "the model does not fit",
            )
            for name, model in models.items()
        ),
        f"{fits.changed:,} first runs are followed only up to a change of their band.",
    )
    yield Sheet(
        "fitted",
        "Observed against the fitted correlation, first runs up to a change of band",
        ("rank", "transfers", "positive", "expected", "ratio", "95 %"),
        tuple(
            (row.rank, show.count(row.fitted.transfers), show.count(row.fitted.observed), *show.ratio(row.fitted))
            for row in audit.ranks
            if row.fitted is not None
        ),
    )


def _share(row: ExpectedShare, when: str, runs: int, own: int) -> tuple[str, ...]:
    others, everybody, ours = (
        "" if each is None else shown_percent(each)
        for each in (row.of_the_others_percent, row.of_all_percent, row.own_percent)
    )
    return (str(row.prevalence_percent), when, f"{runs:,}", others, everybody, f"{own:,}", ours)
