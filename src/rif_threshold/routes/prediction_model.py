"""The live-birth model of Nelson & Lawlor, computed here, turned into a chance of pregnancy."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from rif_threshold.exactly import exact
from rif_threshold.method import method
from rif_threshold.prediction import nelson_lawlor_2011
from rif_threshold.prediction.nelson_lawlor_2011 import PredictionInput
from rif_threshold.routes.kind import (
    Chances,
    RouteKind,
    Used,
    caveats,
    known_chance,
    of_table,
    one_for_all,
    one_probability,
)
from rif_threshold.routes.live_birth import in_the_light_of_counts, pregnancy
from rif_threshold.tables import Remark
from rif_threshold.transfers import Transfers
from rif_threshold.vocabulary import Outcome, Route
from rif_threshold.wording import percent_words


class PredictionInputs(Transfers):
    """What this route is told."""

    prediction: Annotated[
        PredictionInput | None,
        Field(
            title="the prediction model",
            description="Nelson & Lawlor 2011: the couple as they were before the first counted transfer.",
        ),
    ] = None


def _chances(case: PredictionInputs) -> Chances:
    assert case.prediction is not None  # noqa: S101 - asked by RouteKind.given
    live_birth = nelson_lawlor_2011.live_birth_probability(case.prediction)
    p = pregnancy(exact(live_birth), "prediction", f"{percent_words(100 * live_birth)} by the model")
    table = nelson_lawlor_2011.model()
    return Chances(
        alike=known_chance(p),
        done=one_probability(case, p),
        explanation=f"{percent_words(100 * live_birth)} live birth per treatment cycle, computed by the model,"
        f" × {method().live_birth_to_pregnancy_factor}",
        outcome=Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED,
        denominator=table.denominator,
        sources=(table.source, method().factor_source),
        caveats=(
            *caveats("before_first_transfer"),
            *of_table(table.caveats, table.source),
            *_next_attempt(case.prediction),
            *caveats("factor"),
            *in_the_light_of_counts(case, exact(live_birth)),
            *one_for_all(case),
        ),
        live_birth_percent=100 * live_birth,
    )


def _next_attempt(given: PredictionInput) -> tuple[Remark, ...]:
    """What the model itself gives for the attempt after this one, where that is unambiguous."""
    later = nelson_lawlor_2011.after_one_failure(given)
    if later is None:
        return ()
    figure = percent_words(100 * nelson_lawlor_2011.live_birth_probability(later))
    said = (
        f"For a next attempt after one without a pregnancy the model itself gives {figure} live birth; the threshold"
        " keeps the first figure."
    )
    return of_table((said,), nelson_lawlor_2011.model().source)


def _told(case: PredictionInputs) -> Iterator[str]:
    if case.prediction is not None:
        yield "inputs of the prediction model"


def _used(_: PredictionInputs) -> Iterator[Used]:
    yield "used_model", {}


ROUTE = RouteKind(
    name=Route.PREDICTION_MODEL,
    inputs=PredictionInputs,
    figures=("prediction",),
    chances=_chances,
    told=_told,
    used=_used,
)
