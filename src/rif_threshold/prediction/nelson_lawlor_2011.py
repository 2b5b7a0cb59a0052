"""The live-birth model of Nelson & Lawlor 2011: at least one live birth per treatment cycle started.

Source: Nelson SM, Lawlor DA. PLoS Med 2011;8(1):e1000386, doi:10.1371/journal.pmed.1000386. The coefficients and
what is known of their reading lie in ``tables/prediction/nelson_lawlor_2011.toml``.
"""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, TypeVar

from pydantic import Field

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.record import Count, Record, Typed, TypedRecord, YesNo
from rif_threshold.tables import Folder, SourceReference, parse, reads, resolve
from rif_threshold.vocabulary import (
    Attempt,
    CycleMedication,
    Denominator,
    EggSource,
    InfertilityCause,
    Outcome,
    PregnancyHistory,
)

TABLE = "prediction/nelson_lawlor_2011.toml"


class PredictionInput(TypedRecord):
    """The inputs of the model, for the couple before the first counted transfer. Bands are those of the publication."""

    woman_age_years: Annotated[
        Count | None,
        Typed("--woman-age"),
        Field(title="woman's age", description="Her age in completed years when that treatment began."),
    ] = None
    trying_years: Annotated[
        Count | None,
        Typed("--trying-years"),
        Field(title="years of trying", description="Completed years of trying to conceive."),
    ] = None
    egg_source: Annotated[EggSource | None, Typed("--egg-source"), Field(title="eggs", description="Whose eggs.")] = (
        None
    )
    cause: Annotated[
        InfertilityCause | None,
        Typed("--cause", menu=True),
        Field(title="cause of infertility", description="Cause of the infertility."),
    ] = None
    icsi: Annotated[
        YesNo | None,
        Typed("--icsi"),
        Field(title="sperm injection (ICSI)", description="Whether sperm injection (ICSI) was used."),
    ] = None
    attempt: Annotated[
        Attempt | None,
        Typed("--attempt", menu=True),
        Field(title="which attempt", description="Which IVF attempt it was."),
    ] = None
    unsuccessful_cycles: Annotated[
        Count | None,
        Typed("--unsuccessful-cycles"),
        Field(title="earlier IVF cycles without a birth", description="Earlier IVF cycles without a live birth."),
    ] = None
    pregnancy_history: Annotated[
        PregnancyHistory | None,
        Typed("--pregnancy-history", menu=True),
        Field(title="earlier pregnancies", description="Earlier pregnancies, with and without IVF."),
    ] = None
    cycle_medication: Annotated[
        CycleMedication | None,
        Typed("--cycle-medication", menu=True),
        Field(title="cycle medication", description="What the cycle was stimulated or prepared with."),
    ] = None


_AnyBand = TypeVar("_AnyBand", bound="_Band")


class _Band(Record):
    label: str
    minimum_years: Count
    maximum_years: Count | None = None


class _AgeBand(_Band):
    egg_source: dict[EggSource, Decimal]
    trying: dict[str, Decimal]


class _Treatment(Record):
    cause: dict[InfertilityCause, Decimal]
    attempt: dict[Attempt, Decimal]


class _Coefficients(Record):
    intercept: Decimal
    without_icsi: _Treatment
    with_icsi: _Treatment
    unsuccessful_cycles: dict[Count, Decimal]
    pregnancy_history: dict[PregnancyHistory, Decimal]
    cycle_medication: dict[CycleMedication, Decimal]


class _DoubtfulCell(Record):
    age_band: str
    trying_band: str
    why: str


class Model(Record):
    """The model's table: coefficients, bands, provenance and the cells that are not computed."""

    id: str
    title: str
    outcome: Outcome
    denominator: Denominator
    caveats: tuple[str, ...]
    corrections: tuple[str, ...]
    source: SourceReference
    coefficients: _Coefficients
    age_bands: tuple[_AgeBand, ...]
    trying_bands: tuple[_Band, ...]
    doubtful: tuple[_DoubtfulCell, ...]


@reads(TABLE)
def model(folder: Folder) -> Model:
    """The model as tabulated. Raises `TableError`."""
    read = parse(folder, TABLE, Model, folder.toml(TABLE), None)
    whole = {
        "egg_source": all(set(band.egg_source) == set(EggSource) for band in read.age_bands),
        "trying": all(set(band.trying) == {b.label for b in read.trying_bands} for band in read.age_bands),
        "cause": all(set(side.cause) == set(InfertilityCause) for side in _sides(read)),
        "attempt": all(set(side.attempt) == set(Attempt) for side in _sides(read)),
        "pregnancy_history": set(read.coefficients.pregnancy_history) == set(PregnancyHistory),
        "cycle_medication": set(read.coefficients.cycle_medication) == set(CycleMedication),
    }
    for name, complete in whole.items():
        if not complete:
            raise folder.error(TABLE, f"the coefficients for {name} are not complete", name)
    for bands, name in ((read.age_bands, "[[age_bands]]"), (read.trying_bands, "[[trying_bands]]")):
        for before, after in pairwise(bands):
            if before.maximum_years is None or after.minimum_years != before.maximum_years + 1:
                reason = f"the bands {before.label} and {after.label} overlap, or years between them are missing"
                raise folder.error(TABLE, reason, name)
        if any(band.maximum_years is not None and band.maximum_years < band.minimum_years for band in bands):
            raise folder.error(TABLE, "a band ends before it begins", name)
    known = {(age.label, trying.label) for age in read.age_bands for trying in read.trying_bands}
    if not known >= {(cell.age_band, cell.trying_band) for cell in read.doubtful}:
        raise folder.error(TABLE, "a cell in doubt is none of the table's", "[[doubtful]]")
    if set(read.coefficients.unsuccessful_cycles) != set(range(len(read.coefficients.unsuccessful_cycles))):
        raise folder.error(TABLE, "unsuccessful cycles are counted from 0, none left out", "unsuccessful_cycles")
    return read.model_copy(update={"source": resolve(folder, TABLE, read.source, "[source]")})


def live_birth_probability(given: PredictionInput) -> float:
    """Chance of at least one live birth from one treatment cycle started, unrounded.

    ``logit(p)`` is the sum of the intercept, age by years of trying, age by source of the oocytes, treatment (with
    or without ICSI) by cause and by attempt, earlier unsuccessful cycles, earlier pregnancies and medication.

    Args:
        given: all nine inputs; ages 18 to 50 completed years.

    Returns:
        A probability between 0 and 1.

    Raises:
        InvalidInput: with every problem at once: inputs that are missing, contradict each other or lie outside the
            model, and the one cell whose coefficient is in doubt.

    Source: Nelson & Lawlor 2011.

    >>> woman = PredictionInput(woman_age_years=36, trying_years=3, egg_source="own", cause="damaged_tubes", icsi=False,
    ...     attempt="first", unsuccessful_cycles=0, pregnancy_history="no_ivf_never_pregnant",
    ...     cycle_medication="gonadotrophin")
    >>> round(100 * live_birth_probability(woman), 1)
    23.8
    """
    if problems := tuple(_problems(given)):
        raise InvalidInput(problems)
    return 1 / (1 + math.exp(-float(sum(_terms(given)))))


def after_one_failure(given: PredictionInput) -> PredictionInput | None:
    """The same couple at their next attempt, had this one brought no pregnancy; ``None`` past the first attempt.

    Only the step from a first attempt to a second is unambiguous in the model's groups.
    """
    first = given.attempt == Attempt.FIRST and given.unsuccessful_cycles == 0
    if not first or given.pregnancy_history is None:
        return None
    return given.model_copy(
        update={
            "attempt": Attempt.SECOND,
            "unsuccessful_cycles": 1,
            "pregnancy_history": PregnancyHistory.PREVIOUS_IVF_NO_PREGNANCY,
        }
    )


def _sides(read: Model) -> tuple[_Treatment, _Treatment]:
    return read.coefficients.without_icsi, read.coefficients.with_icsi


def _terms(given: PredictionInput) -> Iterator[Decimal]:
    table = model()
    numbers = table.coefficients
    age = _band(table.age_bands, given.woman_age_years or 0)
    trying = _band(table.trying_bands, given.trying_years or 0)
    side = numbers.with_icsi if given.icsi else numbers.without_icsi
    # `_problems` has seen to these; they are here for the type checker.
    assert age is not None  # noqa: S101
    assert trying is not None  # noqa: S101
    assert given.egg_source is not None  # noqa: S101
    assert given.cause is not None  # noqa: S101
    assert given.attempt is not None  # noqa: S101
    assert given.pregnancy_history is not None  # noqa: S101
    assert given.cycle_medication is not None  # noqa: S101
    yield numbers.intercept
    yield age.trying[trying.label]
    yield age.egg_source[given.egg_source]
    yield side.cause[given.cause]
    yield side.attempt[given.attempt]
    yield numbers.unsuccessful_cycles[min(given.unsuccessful_cycles or 0, max(numbers.unsuccessful_cycles))]
    yield numbers.pregnancy_history[given.pregnancy_history]
    yield numbers.cycle_medication[given.cycle_medication]


def _band(bands: Sequence[_AnyBand], years: int) -> _AnyBand | None:
    for band in bands:
        if band.minimum_years <= years and (band.maximum_years is None or years <= band.maximum_years):
            return band
    return None


def _problems(given: PredictionInput) -> Iterator[Problem]:
    table = model()
    missing = [name for name in PredictionInput.model_fields if getattr(given, name) is None]
    for name in missing:
        yield Problem(f"prediction.{name}", "", "the model needs this as well", "missing", table.source.key)
    if missing:
        return
    age, trying = _band(table.age_bands, given.woman_age_years or 0), _band(table.trying_bands, given.trying_years or 0)
    if age is None:
        printed = f"{table.age_bands[0].minimum_years} to {table.age_bands[-1].maximum_years}"
        yield Problem(
            "prediction.woman_age_years",
            str(given.woman_age_years),
            f"the model covers women of {printed} completed years",
            "outside_model",
            table.source.key,
            outside_evidence=True,
        )
    for cell in table.doubtful:
        if age and trying and (age.label, trying.label) == (cell.age_band, cell.trying_band):
            yield Problem(
                "prediction.woman_age_years, prediction.trying_years",
                f"{age.label} years, trying for {trying.label} years",
                f"this cell is not computed: {cell.why}",
                "doubtful_cell",
                table.source.key,
                outside_evidence=True,
            )
    yield from _contradictions(given)


def _contradictions(given: PredictionInput) -> Iterator[Problem]:
    first = given.attempt == Attempt.FIRST
    had_ivf = (given.pregnancy_history or "").startswith("previous_ivf")
    if first and given.unsuccessful_cycles:
        yield Problem(
            "prediction.attempt, prediction.unsuccessful_cycles",
            f"first attempt, {given.unsuccessful_cycles} unsuccessful",
            "at a first attempt there are no earlier cycles",
            "contradiction",
        )
    if first == had_ivf:
        yield Problem(
            "prediction.attempt, prediction.pregnancy_history",
            f"{given.attempt} attempt, {given.pregnancy_history}",
            "a first attempt has no earlier IVF, and a later attempt has one",
            "contradiction",
        )
    if given.attempt == Attempt.SECOND and (given.unsuccessful_cycles or 0) > 1:
        yield Problem(
            "prediction.attempt, prediction.unsuccessful_cycles",
            f"second attempt, {given.unsuccessful_cycles} unsuccessful",
            "before a second attempt there was one cycle",
            "contradiction",
        )
