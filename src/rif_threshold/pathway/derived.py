"""The facts that nobody is asked, because the rest of a case says them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import groupby

from rif_threshold.answers import Answer
from rif_threshold.case import Case
from rif_threshold.rules import Value, Values
from rif_threshold.transfers import counted_transfers, had_positive_test, last_result, planned_kind, planned_ploidy
from rif_threshold.vocabulary import (
    POSITIVE_TESTS,
    EggSource,
    PregnancyHistory,
    Stage,
    TransferResult,
    Verdict,
)

NOT_KNOWN = "not_known"


def _medications_known(case: Case) -> bool | None:
    if case.medications is None:
        return None
    return {Verdict.YES: True, Verdict.NO: False}.get(case.medication_list_complete)


def _results(case: Case) -> list[TransferResult]:
    return [transfer.result for transfer in case.history or ()]


def _longest_run_of_losses(case: Case) -> int:
    """Losses that followed each other with no other pregnancy between them."""
    pregnancies = [result for result in _results(case) if result in POSITIVE_TESTS]
    runs = [len(list(run)) for result, run in groupby(pregnancies) if result == TransferResult.PREGNANCY_LOSS]
    return max(runs, default=0)


def _pregnancy_in_the_model(case: Case) -> bool | None:
    """Whether the model was told of a pregnancy. Without one it was told of IVF alone, or of nothing."""
    given = case.prediction and case.prediction.pregnancy_history
    none = {None, PregnancyHistory.NO_IVF_NEVER_PREGNANT, PregnancyHistory.PREVIOUS_IVF_NO_PREGNANCY}
    return None if given in none else True


def _failed_transfers_in_all(case: Case, answers: Values) -> int | None:
    """Also those before a positive test. Not known where there was one and the history is not given."""
    if case.history is not None:
        return _results(case).count(TransferResult.NO_POSITIVE_TEST)
    pregnant = (answers[name] for name in ("any_positive_test", "recurrent_pregnancy_loss", "miscarriages"))
    return None if any(pregnant) or _pregnancy_in_the_model(case) else case.failed_transfers


def _retrieval_age(case: Case) -> int | None:
    """Her highest age at a retrieval. Not known where the oocytes are a donor's."""
    if case.prediction and case.prediction.egg_source == EggSource.DONOR:
        return None
    planned = case.planned.oocyte_age_years if case.planned else None
    ages = [case.oocyte_age_years, planned, *(transfer.oocyte_age_years for transfer in case.history or ())]
    return max((age for age in ages if isinstance(age, int)), default=None)


def _planned_stage(case: Case) -> Stage | None:
    """The stage of the kind planned next; ``None`` where it is not known, or nothing is planned."""
    planned = planned_kind(case)
    return planned.stage if planned else None


def _pregnant_in_history(case: Case) -> bool | None:
    """Whether the last transfer listed led to a pregnancy that goes on. Not known while its test is awaited."""
    return None if last_result(case) == TransferResult.AWAITED else last_result(case) == TransferResult.ONGOING


def _less(first: Value | None, second: int | None) -> Decimal | None:
    """A difference, known where both are."""
    return Decimal(first) - second if first is not None and second is not None else None


FROM_MEDICINES = (
    "contraindicated_comedication",
    "serious_interaction",
    "tacrolimus_taken",
    "comedication_not_in_list",
    "thyroid_treated",
    "diabetes_known",
    "blood_pressure_treated",
)
"""What the list of medicines says; see `rif_threshold.pathway.medications.facts_from`."""


def _from_medicines(name: str) -> Callable[[Case, Answer | None, Values], Value | None]:
    return lambda _, __, known: known.get(name)


DERIVED: Mapping[str, Callable[[Case, Answer | None, Values], Value | None]] = {
    "threshold_reached": lambda _, answer, __: None if answer is None else answer.reached,
    "failed_transfers": lambda case, _, __: len(counted_transfers(case)),
    "planned_ploidy": lambda case, _, __: planned_ploidy(case),
    "stage_in_the_case": lambda case, _, __: _planned_stage(case),
    "positive_test_in_history": lambda case, _, __: had_positive_test(case),
    "pregnancy_in_the_model": lambda case, _, __: _pregnancy_in_the_model(case),
    "miscarriages_beyond_history": lambda case, _, known: _less(known["miscarriages"], _longest_run_of_losses(case)),
    "failed_transfers_in_all": lambda case, _, known: _failed_transfers_in_all(case, known),
    "years_since_retrieval": lambda case, _, known: _less(known["woman_age_years"], _retrieval_age(case)),
    "years_since_first_transfer": lambda case, _, known: _less(
        known["woman_age_years"], case.prediction.woman_age_years if case.prediction else None
    ),
    "pregnant_in_history": lambda case, _, __: _pregnant_in_history(case),
    "medication_list_complete": lambda case, _, __: _medications_known(case),
    **{name: _from_medicines(name) for name in FROM_MEDICINES},
}
"""How each derived fact is worked out, from the case, its answer, and what was answered."""
