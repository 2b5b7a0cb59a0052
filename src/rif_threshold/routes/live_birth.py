"""A predicted chance of live birth, as IVFpredict gives it, turned into one of pregnancy."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field

from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.errors import InvalidInput, OutOfRange, Problem
from rif_threshold.exactly import further_to_exceed
from rif_threshold.method import Rule, method
from rif_threshold.ratios import Ratio, ratios_at
from rif_threshold.record import Percent, Typed
from rif_threshold.routes.kind import (
    Chances,
    RouteKind,
    Used,
    asks_back,
    caveats,
    eggs_of,
    known_chance,
    needs,
    of_table,
    one_for_all,
    one_probability,
    years,
)
from rif_threshold.tables import Remark
from rif_threshold.transfers import EmbryoKind, Transfers, planned_kind
from rif_threshold.vocabulary import Denominator, Eggs, EggSource, Outcome, Ploidy, Route
from rif_threshold.wording import between_numbers, line_words, percent_words, plural, ratio_words, word


class LiveBirthInputs(Transfers):
    """What this route is told."""

    live_birth_percent: Annotated[
        Percent | None,
        Typed("--live-birth"),
        Field(title="live-birth chance", description="A predicted chance of live birth, for instance from IVFpredict."),
    ] = None
    live_birth_per: Annotated[
        Denominator | None,
        Typed("--per"),
        Field(title="what the live-birth chance is per", description="What that chance is per."),
    ] = None


def pregnancy(live_birth: Fraction, field: str, given: str) -> Fraction:
    """The chance of pregnancy that goes with one of live birth. Raises `InvalidInput` for 100 % and more.

    Source: ESHRE 2023, worked example; the factor lies in ``tables/method.toml``.
    """
    factor = method().live_birth_to_pregnancy_factor
    p = live_birth * Fraction(factor)
    if p >= 1:
        why = f"× {factor}, the chance must stay below 100 %"
        hint = f"here it is {percent_words(float(100 * p))}"
        raise InvalidInput((Problem(field, given, why, "product_range", method().factor_source.key, hint=hint),))
    return p


def ratios_for(case: Any) -> tuple[Ratio, ...]:
    """A register's ratios for the kind planned next: of untested embryos of own eggs, at an age that it covers.

    The age is that at retrieval; where only the prediction model was told it, and the eggs are her own, the woman's.
    """
    kind = planned_kind(case) or EmbryoKind()
    if kind.ploidy not in {None, Ploidy.UNTESTED} or eggs_of(case) not in {None, Eggs.OWN}:
        return ()
    age, told = kind.oocyte_age_years, case.prediction
    if age is None and told is not None and told.egg_source == EggSource.OWN:
        age = told.woman_age_years
    return ratios_at(years(age), kind.stage)


def in_the_light_of_counts(case: Any, live_birth: Fraction) -> Iterator[Remark]:
    """What a register's ratios are at this age, beside the printed factor and never in its place.

    Args:
        case: the couple's case.
        live_birth: the chance of a live birth, 0 to 1.
    """
    if found := ratios_for(case):
        said = method().caveats["factor_counted"]
        told = "; ".join(_ratio_words(each, live_birth, case.rule) for each in found)
        yield Remark(text=said.text.format(short=found[0].short, ages=found[0].ages, ratios=told), source=said.source)


def _ratio_words(ratio: Ratio, live_birth: Fraction, rule: Rule) -> str:
    """One ratio with its interval, and the number of transfers that follows from it."""
    numbers = [transfers_with(live_birth * Fraction(each), rule) for each in (*ratio.ends, *ratio.bounds)]
    most, fewest, *outer = numbers
    words = [ratio_words(*map(float, ends)) for ends in (ratio.ends, ratio.bounds)]
    span = between_numbers(outer[1], outer[0])
    n = between_numbers(fewest, most)
    return (
        f"{words[0]} {plural(ratio.outcome)} a live birth ({line_words(100 * method().interval_level)} interval"
        f" {words[1]}), by which the line is crossed after {n} transfers{'' if span == n else f' ({span})'}"
    )


def transfers_with(p: Fraction, rule: Rule) -> int | None:
    """Transfers to the threshold if all had probability ``p``; ``None`` for more than 1,000.

    A chance that a ratio carries to 1 leaves the minimum.
    """
    n = rule.minimum if p >= 1 else further_to_exceed(Fraction(1), p, rule.threshold, rule.minimum)
    return n if n <= TRANSFERS_LIMIT else None


def _chances(case: LiveBirthInputs) -> Chances:
    why = "say what the figure is per: treatment_cycle, embryo_transfer or retrieval"
    needs(
        item
        for item, given in (
            (("live_birth_percent", "the live-birth figure itself is missing"), case.live_birth_percent),
            (("live_birth_per", why), case.live_birth_per),
        )
        if given is None
    )
    if case.live_birth_per == Denominator.RETRIEVAL:
        raise OutOfRange(
            Problem(
                "live_birth_per",
                Denominator.RETRIEVAL,
                "a figure per retrieval already sums several transfers; one per treatment cycle or per embryo"
                " transfer is needed",
                "per_retrieval",
                outside_evidence=True,
            )
        )
    percent, per = case.live_birth_percent or Decimal(0), case.live_birth_per or Denominator.TREATMENT_CYCLE
    p = pregnancy(Fraction(percent) / 100, "live_birth_percent", str(percent))
    if problems := tuple(asks_back(case, case, 100 * p, "live_birth_percent", percent)):
        raise InvalidInput(problems)
    example = method().worked_example
    return Chances(
        alike=known_chance(p),
        done=one_probability(case, p),
        explanation=f"{percent} % live birth per {word(per)} × {method().live_birth_to_pregnancy_factor}",
        outcome=Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED,
        denominator=per,
        sources=(method().factor_source,),
        caveats=(
            *(caveats("per_treatment_cycle") if per == Denominator.TREATMENT_CYCLE else ()),
            *caveats("factor"),
            *in_the_light_of_counts(case, Fraction(percent) / 100),
            *one_for_all(case),
            *(of_table((example.text,), method().factor_source) if percent == example.live_birth_percent else ()),
        ),
        live_birth_percent=float(percent),
    )


def _told(case: LiveBirthInputs) -> Iterator[str]:
    if case.live_birth_percent is not None:
        per = f" per {word(case.live_birth_per)}" if case.live_birth_per else ""
        yield f"live birth {case.live_birth_percent} %{per}"


def _used(case: LiveBirthInputs) -> Iterator[Used]:
    yield "used_live_birth", {"percent": case.live_birth_percent}


ROUTE = RouteKind(
    name=Route.LIVE_BIRTH,
    inputs=LiveBirthInputs,
    figures=("live_birth_percent",),
    chances=_chances,
    told=_told,
    used=_used,
)
