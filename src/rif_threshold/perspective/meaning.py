"""Section 4: what a crossing means, and where other definitions stand on the same curve."""

from collections.abc import Iterator

from rif_threshold.answers import Estimate
from rif_threshold.background import Observed, observed_at
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.case import Case
from rif_threshold.heterogeneity import unexplained_share
from rif_threshold.perspective.assumptions import Assumptions, CountedDefinition, assumptions, definitions
from rif_threshold.perspective.section import (
    Section,
    chance_percent,
    limited,
    misses,
    without_repeats,
)
from rif_threshold.probability import cumulative_probability, transfers_to_exceed
from rif_threshold.rates import PUBLISHED_TABLE, load_rate_table
from rif_threshold.record import Record
from rif_threshold.routes.kind import eggs_of, row_of, years
from rif_threshold.tables import Remark
from rif_threshold.transfers import counted_transfers, planned_age, planned_ploidy
from rif_threshold.vocabulary import Eggs, Ploidy
from rif_threshold.wording import in_hundred, number_words, percent_words, transfers_words


class MeaningPoint(Record):
    """What reaching this many failures means.

    Attributes:
        transfers: how many have failed.
        labelled_percent: share of couples without a problem who get this far, ``(1 - p)**n``.
        unexplained_percents: share of all who get this far and have no problem, by prevalence in the order of
            ``prevalence_percents``.
    """

    transfers: int
    labelled_percent: float
    unexplained_percents: tuple[float, ...]


class DefinitionOnCurve(Record):
    """Another definition on the same curve."""

    id: str
    label: str
    rule: str
    transfers: int | None
    cumulative_percent: float | None
    unexplained_percent: float | None


class MeaningSection(Section):
    """How many of those who cross the threshold are simply unlucky.

    Attributes:
        transfers: the number of failures the sentence is about: the crossing.
        labelled_percent: share of couples without a problem who get there.
        unexplained_percent: share of those who get there and have no problem, at the main prevalence. It is 1 - PPV.
        prevalence_percent: the main prevalence.
        prevalence_percents: all prevalences.
        points: the same after each transfer.
        definitions: other definitions on this curve.
        threshold_percent: the threshold of the case.
        observed: what a register saw at this age in groups that were chosen, each with why it is no effect.
    """

    title: str = "What does crossing the line mean?"
    transfers: int | None
    labelled_percent: float | None
    unexplained_percent: float | None
    prevalence_percent: float
    prevalence_percents: tuple[float, ...]
    points: tuple[MeaningPoint, ...]
    definitions: tuple[DefinitionOnCurve, ...]
    threshold_percent: float
    observed: tuple[Observed, ...]


def meaning_of_crossing(case: Case, estimate: Estimate) -> MeaningSection:
    """Of the couples who cross the threshold, how many have no problem.

    The chance per transfer is taken as that of couples without a problem, and couples with one as unable to
    implant, as Somigliana 2018 and Busnelli 2020 do.

    Args:
        case: the couple's case.
        estimate: the route it is about.
    """
    known, n = assumptions(), estimate.transfers_to_threshold
    length = max(len(estimate.cumulative_percent_lowest), n or 0)
    longest = max(max(each.transfers or 0, each.minimum_transfers) for each in definitions())
    missed = misses(estimate, max(length, longest))
    points = tuple(_points(missed[:length], known))
    at = None if n is None else points[n - 1]
    main = known.prevalence.index(known.main_prevalence)
    on_curve = tuple(_on_curve(case, estimate, missed, float(known.main_prevalence.value)))
    seen = _seen(case)
    prevalences = tuple(float(100 * each.value) for each in known.prevalence)
    return MeaningSection(
        sentence=_sentence(at, main, prevalences[main]),
        headings=("definition", "failed transfers", "chance by then", "have no problem, of those who get there"),
        rows=tuple(
            (
                f"{each.label}: {each.rule}",
                number_words(each.transfers) if each.cumulative_percent is not None else "cannot say without the age",
                "" if each.cumulative_percent is None else percent_words(each.cumulative_percent, case.rule.percent),
                "" if each.unexplained_percent is None else percent_words(each.unexplained_percent),
            )
            for each in on_curve
        ),
        notes=(
            Remark(
                text=f"Shares hold if {percent_words(prevalences[main])} of couples have a lasting problem and cannot"
                " implant, and the chance per transfer is that of the others. The share without a problem is 1 - PPV;"
                " Somigliana 2018 and Busnelli 2020 call it false-positive rate.",
                source="somigliana_2018",
            ),
            *_since(estimate, points, main),
            Remark(text="Crossing is time to talk and look, not a diagnosis."),
            *(Remark(text=each.text, source=each.source.key) for each in seen),
        ),
        sources=without_repeats(
            (
                *(each.source for each in known.prevalence),
                *(each.source for each in definitions()),
                *(each.source for each in seen),
            )
        ),
        transfers=n,
        labelled_percent=None if at is None else at.labelled_percent,
        unexplained_percent=None if at is None else at.unexplained_percents[main],
        prevalence_percent=prevalences[main],
        prevalence_percents=prevalences,
        points=points,
        definitions=on_curve,
        threshold_percent=float(case.rule.percent),
        observed=seen,
    )


def _since(estimate: Estimate, points: tuple[MeaningPoint, ...], main: int) -> Iterator[Remark]:
    """The same share of those with whom as many transfers failed, where more have since the line was crossed."""
    done, crossed = estimate.failed_transfers, estimate.transfers_to_threshold
    if crossed is not None and done > crossed:
        share = in_hundred(points[done - 1].unexplained_percents[main])
        yield Remark(
            text=f"Of couples with whom {transfers_words(done)} failed, as here, {share} are simply unlucky.",
            source="somigliana_2018",
        )


def _seen(case: Case) -> tuple[Observed, ...]:
    """What a register saw of women of this age, with eggs of their own that were never frozen."""
    return observed_at(years(planned_age(case))) if eggs_of(case) in {None, Eggs.OWN} else ()


def _points(missed: list[float], known: Assumptions) -> Iterator[MeaningPoint]:
    shares = unexplained_share([[miss] for miss in missed], [float(each.value) for each in known.prevalence])
    for number, (miss, row) in enumerate(zip(missed, shares.tolist(), strict=True), start=1):
        percents = tuple(100 * share for share in row)
        yield MeaningPoint(transfers=number, labelled_percent=100 * miss, unexplained_percents=percents)


def _on_curve(
    case: Case, estimate: Estimate, missed: list[float], main_prevalence: float
) -> Iterator[DefinitionOnCurve]:
    numbers = [_transfers_of(case, estimate, each, missed) for each in definitions()]
    longest = max(n or 0 for n in numbers)
    missed = missed if longest <= len(missed) else misses(estimate, longest)
    chances = [None if n is None else 1 - missed[n - 1] for n in numbers]
    shares = unexplained_share([1 - (chance or 0) for chance in chances], main_prevalence)
    for each, n, chance, unlucky in zip(definitions(), numbers, chances, shares.tolist(), strict=True):
        yield DefinitionOnCurve(
            id=each.id,
            label=each.label,
            rule=each.rule,
            transfers=n,
            cumulative_percent=None if chance is None else 100 * chance,
            unexplained_percent=None if chance is None else 100 * unlucky,
        )


def _transfers_of(case: Case, estimate: Estimate, definition: CountedDefinition, missed: list[float]) -> int | None:
    """How many transfers of this curve fulfil a definition; ``None`` where that cannot be said."""
    if definition.transfers is not None:
        return definition.transfers
    if definition.cumulative_percent is not None:
        target = float(definition.cumulative_percent) / 100
        return _first_beyond(estimate, missed, target, definition.minimum_transfers)
    # Three euploid ones, or others with the same cumulative chance together.
    wanted = definition.euploid_transfers or 0
    kinds = [*(each.ploidy for each in counted_transfers(case)), *[planned_ploidy(case)] * wanted]
    by_count = [number for number, ploidy in enumerate(kinds, start=1) if ploidy == Ploidy.EUPLOID][wanted - 1 : wanted]
    age = planned_age(case)
    euploid = None if age is None else row_of(load_rate_table(PUBLISHED_TABLE), Ploidy.EUPLOID, age)
    if set(kinds) != {Ploidy.EUPLOID} and euploid is not None:
        target = cumulative_probability(euploid.per_transfer_percent / 100, wanted)
        by_count.append(_first_beyond(estimate, missed, target, 1) or TRANSFERS_LIMIT + 1)
    return limited(min(by_count)) if by_count else None


def _first_beyond(estimate: Estimate, missed: list[float], target: float, least: int) -> int | None:
    """The first transfer of this curve by which the chance is above a target; ``None`` beyond 1,000."""
    for number, miss in enumerate(missed, start=1):
        if number >= least and miss < 1 - target:
            return number
    # Beyond the curve every transfer is a planned one.
    beyond = 1 - (1 - target) / missed[-1]
    further = transfers_to_exceed(chance_percent(estimate) / 100, beyond) if beyond > 0 else 1
    return limited(len(missed) + further)


def _sentence(at: MeaningPoint | None, main: int, prevalence: float) -> str:
    if at is None:
        return "With a chance so low the line is out of reach, and nothing can be said of those who cross it."
    return (
        f"{in_hundred(at.labelled_percent)} couples with nothing wrong have"
        f" {transfers_words(at.transfers)} fail by bad luck alone; if {in_hundred(prevalence)} couples have a"
        f" lasting problem, {in_hundred(at.unexplained_percents[main])} who cross the line are simply unlucky:"
        " time to talk and look, not a diagnosis."
    )
