"""Section 5: the formula against what happened, by rank."""

from rif_threshold.ages import band_of
from rif_threshold.answers import Estimate
from rif_threshold.case import Case
from rif_threshold.method import method
from rif_threshold.perspective.assumptions import ObservedSeries, observed
from rif_threshold.perspective.section import Section
from rif_threshold.probability import cumulative_probability
from rif_threshold.record import Record
from rif_threshold.tables import Folder, Remark, reads
from rif_threshold.transfers import planned_age, planned_ploidy
from rif_threshold.uncertainty import clopper_pearson
from rif_threshold.vocabulary import Ploidy
from rif_threshold.wording import between_percent, line_words, percent_words, rank_word


class RankPoint(Record):
    """What happened at one rank, and what the formula expects from the first rank's rate."""

    rank: int
    observed_percent: float
    lower_percent: float | None
    upper_percent: float | None
    expected_percent: float | None
    transfers: int | None
    successes: int | None


class SeriesAgainst(Record):
    """One study. The cumulative figures are those after its last rank."""

    id: str
    label: str
    population: str
    rank_is: str
    cumulative_observed_percent: float | None
    cumulative_observed_lower_percent: float | None
    cumulative_observed_upper_percent: float | None
    cumulative_expected_percent: float | None
    points: tuple[RankPoint, ...]


class ObservedSection(Section):
    """The independence formula against observed rates by rank. ``nearest`` names the study the sentence is about."""

    title: str = "What happened to couples who went on?"
    nearest: str
    series: tuple[SeriesAgainst, ...]


def against_observed(case: Case, estimate: Estimate) -> ObservedSection:  # noqa: ARG001 - called like every section
    """What was observed at the first, second, third ... transfer, against one chance for all ranks.

    Args:
        case: its ploidy and age decide which study the sentence is about.
        estimate: the route it stands beside. It changes nothing.
    """
    studies, series, rows = observed(), *_compared()
    at = next(place for place, each in enumerate(studies) if _concerns(each, case))
    return ObservedSection(
        sentence=_sentence(series[at]),
        headings=(
            "study",
            "rank",
            "observed",
            f"{line_words(100 * method().interval_level)} interval",
            "expected if all ranks were alike",
        ),
        rows=rows,
        notes=(
            Remark(
                text="Expected is the rate of the first rank, held. A cycle of Smith 2015 is one stimulation with all"
                " its transfers. Those who stopped are not in the later ranks, and the best embryo goes first.",
                source="smith_2015",
            ),
        ),
        sources=tuple(each.source for each in studies),
        nearest=series[at].id,
        series=series,
    )


@reads()
def _compared(folder: Folder) -> tuple[tuple[SeriesAgainst, ...], tuple[tuple[str, ...], ...]]:
    """Every study against the formula, and the same as a table. No couple's case changes it, so it is made once."""
    series = tuple(map(_series, observed(folder)))
    return series, tuple(_row(each, point) for each in series for point in each.points)


def _concerns(study: ObservedSeries, case: Case) -> bool:
    """Whether a study had embryos and women like these. One without limits of age takes what is left."""
    wanted = Ploidy.EUPLOID if planned_ploidy(case) == Ploidy.EUPLOID else Ploidy.UNTESTED
    first, last = band_of(planned_age(case))
    youngest, oldest = study.age_min_years, study.age_max_years
    within = (youngest is None or last is None or youngest <= last) and (
        oldest is None or first is None or first <= oldest
    )
    return study.ploidy == wanted and within


def _series(study: ObservedSeries) -> SeriesAgainst:
    level = float(method().interval_level)
    first = study.ranks[0]
    # A series that begins later than the first rank says nothing of a first rate to hold.
    expected = float(first.rate_percent) if first.rank == 1 else None
    points = []
    for rank in study.ranks:
        lower = upper = None
        if rank.successes is not None and rank.transfers is not None:
            lower, upper, _, _ = clopper_pearson(rank.successes, rank.transfers, level)
        points.append(
            RankPoint(
                rank=rank.rank,
                observed_percent=float(rank.rate_percent),
                lower_percent=None if lower is None else 100 * lower,
                upper_percent=None if upper is None else 100 * upper,
                expected_percent=expected,
                transfers=rank.transfers,
                successes=rank.successes,
            )
        )
    return SeriesAgainst(
        id=study.id,
        label=study.label,
        population=study.population,
        rank_is=rank_word(study.denominator),
        cumulative_observed_percent=_float(study.cumulative_percent),
        cumulative_observed_lower_percent=_float(study.cumulative_lower_percent),
        cumulative_observed_upper_percent=_float(study.cumulative_upper_percent),
        cumulative_expected_percent=None
        if expected is None
        else 100 * cumulative_probability(first.rate_percent / 100, study.ranks[-1].rank),
        points=tuple(points),
    )


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))


def _row(series: SeriesAgainst, point: RankPoint) -> tuple[str, ...]:
    between = "counts not read"
    if point.lower_percent is not None and point.upper_percent is not None:
        between = between_percent(point.lower_percent, point.upper_percent)
    expected = "" if point.expected_percent is None else percent_words(point.expected_percent)
    return (
        series.label,
        f"{series.rank_is} {point.rank}",
        percent_words(point.observed_percent),
        between,
        expected,
    )


def _sentence(series: SeriesAgainst) -> str:
    first, last = series.points[0], series.points[-1]
    rates = (
        f"{series.label}: the rate was {percent_words(first.observed_percent)} at the first {series.rank_is} and"
        f" {percent_words(last.observed_percent)} at number {last.rank}"
    )
    if series.cumulative_observed_percent is None or series.cumulative_expected_percent is None:
        return f"{rates}, where one chance for all would stay the same."
    return (
        f"{rates}; by then {percent_words(series.cumulative_observed_percent)} would have succeeded, had nobody"
        f" stopped, where one chance for all would give {percent_words(series.cumulative_expected_percent)}."
    )
