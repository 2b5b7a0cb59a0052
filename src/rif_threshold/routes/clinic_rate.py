"""The clinic's own rate per embryo transfer: from its counts, which give an interval, or as a percentage."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from rif_threshold.errors import InvalidInput, OutOfRange, Problem
from rif_threshold.method import method
from rif_threshold.record import Count, Percent, Typed
from rif_threshold.routes.kind import (
    Chances,
    RouteKind,
    Used,
    asks_back,
    caveats,
    known_chance,
    needs,
    one_for_all,
    one_probability,
)
from rif_threshold.transfers import Transfers
from rif_threshold.vocabulary import Denominator, Outcome, Route
from rif_threshold.wording import shown_percent, word


class ClinicInputs(Transfers):
    """What this route is told."""

    clinic_successes: Annotated[
        Count | None,
        Typed("--successes"),
        Field(title="successes", description="The clinic's own count of transfers that succeeded ..."),
    ] = None
    clinic_transfers: Annotated[
        Count | None,
        Typed("--transfers"),
        Field(title="out of transfers", description="... out of this many transfers."),
    ] = None
    clinic_percent: Annotated[
        Percent | None,
        Typed("--clinic-percent"),
        Field(title="the clinic's rate", description="The clinic's own rate per transfer, instead of the counts."),
    ] = None
    clinic_outcome: Annotated[
        Outcome | None,
        Typed("--outcome", without=(Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED,)),
        Field(title="what a success is", description="What counts as success."),
    ] = None


_REFUSED: Mapping[Outcome, str] = {
    Outcome.LIVE_BIRTH: "a live-birth figure belongs to the live_birth route, which turns it into pregnancy",
    Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED: "this is the ambiguous head of ESHRE's column; a clinic knows what"
    " it counted",
}


def _impossible(case: ClinicInputs) -> Iterator[Problem]:
    successes, transfers = case.clinic_successes, case.clinic_transfers
    if case.clinic_percent is not None and (successes, transfers) != (None, None):
        fields = "clinic_percent, clinic_successes, clinic_transfers"
        yield Problem(fields, "both", "give counts or a percentage, not both", "cross_field")
    if successes is None or transfers is None:
        return
    if transfers == 0:
        yield Problem("clinic_transfers", "0", "at least one transfer is needed", "range")
    elif successes > transfers:
        given, why = f"{successes} of {transfers}", "there cannot be more successes than transfers"
        yield Problem("clinic_successes, clinic_transfers", given, why, "cross_field")


def _chances(case: ClinicInputs) -> Chances:
    counts = _counts(case)
    missing = []
    if case.clinic_outcome is None:
        missing.append(
            ("clinic_outcome", "say what counts as success: positive_test, implantation or clinical_pregnancy")
        )
    if case.clinic_percent is None and counts is None:
        missing.append(("clinic_successes, clinic_transfers", "give successes and transfers, or a percentage"))
    needs(missing)
    outcome = case.clinic_outcome or Outcome.CLINICAL_PREGNANCY
    if outcome in _REFUSED:
        raise InvalidInput((Problem("clinic_outcome", outcome, _REFUSED[outcome], "outcome", hint=_hint(case)),))
    if counts is None:
        percent = case.clinic_percent or Decimal(0)
        p, explanation = Fraction(percent) / 100, f"{percent} % of transfers"
        if problems := tuple(asks_back(case, case, 100 * p, "clinic_percent", percent)):
            raise InvalidInput(problems)
    else:
        p, explanation = Fraction(*counts), f"{counts[0]} of {counts[1]} transfers"
        if p in {0, 1}:
            why = method().caveats["interval_only"].text.rstrip(".")
            given = f"{counts[0]} of {counts[1]}"
            fields = "clinic_successes, clinic_transfers"
            raise OutOfRange(Problem(fields, given, why, "all_or_none", outside_evidence=True))
    return Chances(
        alike=known_chance(p),
        done=one_probability(case, p),
        explanation=f"{explanation}, counting {word(outcome)}",
        outcome=outcome,
        denominator=Denominator.EMBRYO_TRANSFER,
        sources=(method().threshold_source,),
        caveats=(
            *caveats("small_counts" if counts else "percentage_without_counts"),
            *(caveats(outcome) if outcome in method().caveats else ()),
            *one_for_all(case),
        ),
        successes=case.clinic_successes,
        transfers=case.clinic_transfers,
    )


def _hint(case: ClinicInputs) -> str:
    """Where live births that were counted can be entered, so that the counts are not lost."""
    counts = _counts(case)
    if case.clinic_outcome != Outcome.LIVE_BIRTH or counts is None or not 0 < counts[0] < counts[1]:
        return ""
    percent = shown_percent(100 * counts[0] / counts[1])
    return f"{counts[0]} of {counts[1]} is {percent}: enter that as live_birth_percent, per embryo_transfer"


def _counts(case: ClinicInputs) -> tuple[int, int] | None:
    if case.clinic_successes is None or case.clinic_transfers is None:
        return None
    return case.clinic_successes, case.clinic_transfers


def _told(case: ClinicInputs) -> Iterator[str]:
    if counts := _counts(case):
        yield f"clinic {counts[0]} of {counts[1]}"
    elif case.clinic_successes is not None:
        yield f"clinic {case.clinic_successes} successes, of how many is not given"
    elif case.clinic_transfers is not None:
        yield f"clinic {case.clinic_transfers} transfers, how many succeeded is not given"
    if case.clinic_percent is not None:
        yield f"clinic {case.clinic_percent} %"


def _used(case: ClinicInputs) -> Iterator[Used]:
    if case.clinic_percent is not None:
        yield "used_clinic_percent", {"percent": case.clinic_percent}
    else:
        yield "used_clinic_counts", {"successes": case.clinic_successes, "transfers": case.clinic_transfers}


ROUTE = RouteKind(
    name=Route.CLINIC_RATE,
    inputs=ClinicInputs,
    figures=("clinic_percent", "clinic_successes", "clinic_transfers"),
    chances=_chances,
    told=_told,
    used=_used,
    impossible=_impossible,
    counts=_counts,
)
