"""A predicted chance of live birth, as IVFpredict gives it, turned into one of pregnancy."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from rif_threshold.errors import InvalidInput, OutOfRange, Problem
from rif_threshold.method import method
from rif_threshold.record import Percent, Typed
from rif_threshold.routes.kind import (
    Chances,
    RouteKind,
    Used,
    asks_back,
    caveats,
    known_chance,
    needs,
    of_table,
    one_for_all,
    one_probability,
)
from rif_threshold.transfers import Transfers
from rif_threshold.vocabulary import Denominator, Outcome, Route
from rif_threshold.wording import percent_words, word


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
        of=one_probability(p),
        explanation=f"{percent} % live birth per {word(per)} × {method().live_birth_to_pregnancy_factor}",
        outcome=Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED,
        denominator=per,
        sources=(method().factor_source,),
        caveats=(
            *(caveats("per_treatment_cycle") if per == Denominator.TREATMENT_CYCLE else ()),
            *caveats("factor"),
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
