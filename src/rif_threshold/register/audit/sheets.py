"""The tables of an audit as they are shown on every surface: headings and rows of texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rif_threshold.register.audit.adding import CANNOT, ONLY_ESHRE, ONLY_OTHER
from rif_threshold.register.audit.audit import Audit
from rif_threshold.register.audit.by_rank import Against, RankRow
from rif_threshold.register.audit.flagged import Share
from rif_threshold.register.audit.rules import Rule
from rif_threshold.register.audit.unlucky import ExpectedShare
from rif_threshold.wording import ratio_words, shown_between, shown_percent

RULES = {Rule.ESHRE: "ESHRE", Rule.THREE: "three failures", Rule.LUGANO: "Lugano", Rule.ATA: "Ata, 95 %"}
_LATER = {ONLY_ESHRE: "not reached when the run ended", ONLY_OTHER: "ESHRE not reached", CANNOT: "cannot be said"}
_SAID = {"yes": "yes", "no": "no", CANNOT: "cannot be said"}
NOT_SHOWN = "not shown"


class Sheet(NamedTuple):
    """One table.

    Attributes:
        name: what it is called in a file.
        title: what stands above it.
        headings: of its columns.
        rows: its cells; the first is the row's name.
    """

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sheets(audit: Audit) -> tuple[Sheet, ...]:
    """Every table of an audit; none where all of it is withheld."""
    if audit.withheld:
        return ()
    return tuple(each for each in _sheets(audit, _Shown(audit.shared)) if each.rows)


@dataclass(frozen=True)
class _Shown:
    """How a figure is written: what is hidden in a report to share, whatever it is, looks alike."""

    shared: bool

    def count(self, count: int | None) -> str:
        return self._lacking() if count is None else f"{count:,}"

    def percent(self, percent: float | None) -> str:
        return self._lacking() if percent is None else shown_percent(percent)

    def between(self, lower: float | None, upper: float | None) -> str:
        return self._lacking() if lower is None or upper is None else shown_between(lower, upper)

    def ratio(self, against: Against | None) -> tuple[str, str, str]:
        """Expected, ratio and interval."""
        if against is None:
            return (self._lacking(), self._lacking(), self._lacking())
        ratio = "" if against.ratio is None else ratio_words(against.ratio, against.ratio)
        return (f"{against.expected:,.1f}", ratio, ratio_interval(against))

    def share(self, share: Share) -> tuple[str, str, str]:
        return (
            self.count(share.couples),
            self.percent(share.percent),
            self.between(share.lower_percent, share.upper_percent),
        )

    def _lacking(self) -> str:
        return NOT_SHOWN if self.shared else ""


def ratio_interval(against: Against) -> str:
    """The interval of a ratio: ``0.75 to 0.82``."""
    if against.upper is None:
        return f"{ratio_words(against.lower, against.lower)} or more"
    return ratio_words(against.lower, against.upper)


def _sheets(audit: Audit, show: _Shown) -> Iterator[Sheet]:
    yield Sheet(
        "ranks",
        "Observed against expected by rank, first runs",
        (
            "rank", "transfers", "positive", "ESHRE expects", "ratio", "95 %", "clinical known", "clinical",
            "ratio, clinical", "95 %, clinical", "own table expects", "ratio, own", "95 %, own",
        ),
        tuple(_rank(row, show) for row in (*audit.ranks, audit.later)),
    )  # fmt: skip
    yield Sheet(
        "ends",
        "How first runs went on, transfers of all kinds",
        (
            "rank", "at risk", "positive", "went on", "left", "in treatment", "awaited", "rate %", "95 %",
            "rate % if those who left had failed", "by then %, optimistic", "by then %, conservative",
        ),
        tuple(
            (
                row.rank,
                *map(show.count, (row.at_risk, row.positive, row.went_on, row.left)),
                "" if audit.first_day is None else show.count(row.in_treatment),
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
                row.stratum,
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
    yield from _of_the_clinic_alone(audit, show)


def _rank(row: RankRow, show: _Shown) -> tuple[str, ...]:
    clinical = show.ratio(row.eshre_clinical)
    return (
        row.rank,
        show.count(row.transfers),
        show.count(row.positive),
        *show.ratio(row.eshre),
        show.count(row.clinical_known),
        show.count(row.clinical),
        *clinical[1:],
        *show.ratio(row.own),
    )


def _number(number: int | None, fewest: int | None, most: int | None) -> str:
    if number is None:
        return ""
    ends = ["more" if end is None else str(end) for end in (fewest, most)]
    return f"{number} ({' to '.join(dict.fromkeys(ends))})"


def _of_definitions(audit: Audit, show: _Shown) -> Iterator[Sheet]:
    found = audit.definitions
    yield Sheet(
        "flagged",
        "Whom each definition flags: now, of couples in a current run; ever, of all",
        (
            "definition",
            "now",
            "%",
            "95 %",
            "now, cannot be said",
            "ever",
            "% ever",
            "95 % ever",
            "ever, cannot be said",
        ),
        tuple(
            (
                RULES[row.rule],
                *show.share(row.now),
                show.count(row.now_cannot_be_said),
                *show.share(row.ever),
                show.count(row.ever_cannot_be_said),
            )
            for row in found.rules
        ),
    )
    yield Sheet(
        "together",
        "What the four say together of couples in a current run",
        (*RULES.values(), "couples"),
        tuple(
            (*(_SAID[said] for said in (row.eshre, row.three, row.lugano, row.ata)), show.count(row.couples))
            for row in found.patterns
        ),
    )
    yield Sheet(
        "apart",
        "How many transfers later than ESHRE's another definition was met, first runs that either flagged",
        ("definition", "transfers later", "first runs"),
        tuple((RULES[row.rule], _LATER.get(row.later_by, row.later_by), show.count(row.runs)) for row in found.apart),
    )


def _of_the_clinic_alone(audit: Audit, show: _Shown) -> Iterator[Sheet]:
    """What is not in a report to share."""
    if audit.fits is not None:
        models = {"correlation": audit.fits.beta_geometric, "share that cannot implant": audit.fits.two_class}
        yield Sheet(
            "fits",
            f"Couples that differ: {', '.join(audit.fits.strata)}",
            ("model", "value", "95 %", "deviance", "on", "fits"),
            tuple(
                (
                    name,
                    f"{model.value:.3f}",
                    f"{model.lower:.3f} to {model.upper:.3f}",
                    f"{model.deviance:.1f}",
                    str(audit.fits.degrees_of_freedom),
                    "yes" if model.fits else "the model does not fit",
                )
                for name, model in models.items()
            ),
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
    if audit.unlucky is not None:
        yield Sheet(
            "unlucky",
            "Expected without a lasting problem, first runs, %: ESHRE's chances read in two ways, and our own",
            ("if so many of 100 had one", "when", "chances of the others", "mean of all", "own table"),
            (
                *(_share(row, "at the crossing") for row in audit.unlucky.at_crossing),
                *(_share(row, "flagged now") for row in audit.unlucky.flagged_now),
            ),
        )
    if audit.change is not None:
        yield Sheet(
            "change",
            f"First transfers of {audit.change.first_year} to {audit.change.last_year} and of the years before",
            ("band", "before", "positive", "later", "positive, later", "compared", "each period needs"),
            tuple(
                (
                    row.stratum,
                    *map(show.count, (row.before, row.before_positive, row.later, row.later_positive)),
                    "yes" if row.compared else "cannot be seen",
                    show.count(row.transfers_to_see),
                )
                for row in audit.change.bands
            ),
        )
    yield Sheet(
        "calibration",
        "Each band at each rank",
        ("band", "rank", "transfers", "positive", "ESHRE %", "observed %", "95 %"),
        tuple(
            (
                point.stratum,
                str(point.rank),
                show.count(point.transfers),
                show.count(point.positive),
                shown_percent(point.expected_percent),
                shown_percent(point.observed_percent),
                show.between(point.lower_percent, point.upper_percent),
            )
            for point in audit.calibration
        ),
    )


def _share(row: ExpectedShare, when: str) -> tuple[str, ...]:
    percents = (row.of_the_others_percent, row.of_all_percent, row.own_percent)
    return (str(row.prevalence_percent), when, *("" if each is None else shown_percent(each) for each in percents))
