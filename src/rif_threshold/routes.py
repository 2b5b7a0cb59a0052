"""The four routes to the per-transfer probability: what a case gives for each, and what each makes of it.

A route that cannot be computed raises the problems that keep it from it. Nothing falls back from one route to
another.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial

from rif_threshold.case import Case, Transfer
from rif_threshold.errors import InvalidInput, OutOfRange, Problem
from rif_threshold.method import method
from rif_threshold.prediction import nelson_lawlor_2011
from rif_threshold.probability import exact
from rif_threshold.rates import RateTable, Stratum, load_rate_table
from rif_threshold.tables import Remark, SourceReference
from rif_threshold.vocabulary import Denominator, Outcome, Ploidy, Route, TransferResult
from rif_threshold.wording import capital, long_word, percent_words, word

PUBLISHED_TABLE = "eshre_rif_2023"

PREFERENCE = (Route.LIVE_BIRTH, Route.PREDICTION_MODEL, Route.CLINIC_RATE, Route.AGE_TABLE)
"""ESHRE puts an individual estimate before a crude one."""


@dataclass(frozen=True)
class Chances:
    """What a route knows: the probability of a planned transfer, and of one that was done."""

    planned: Fraction
    of: Callable[[Transfer], tuple[Fraction, bool]]
    explanation: str
    outcome: Outcome
    denominator: Denominator
    sources: tuple[SourceReference, ...]
    caveats: tuple[Remark, ...]
    live_birth_percent: float | None = None
    successes: int | None = None
    transfers: int | None = None


def counted_transfers(case: Case) -> tuple[Transfer, ...]:
    """The failed transfers of the current run: those after the last positive test.

    Without a history they are ``failed_transfers`` transfers of the kind the case describes.

    >>> case = Case(history=[{"result": "biochemical"}, {"result": "no_positive_test"}])
    >>> len(counted_transfers(case))
    1
    """
    if case.history is None:
        alike = Transfer(
            result=TransferResult.NO_POSITIVE_TEST, oocyte_age_years=case.oocyte_age_years, ploidy=case.ploidy
        )
        return (alike,) * (case.failed_transfers or 0)
    run: list[Transfer] = []
    for transfer in case.history:
        run = [*run, transfer] if transfer.result == TransferResult.NO_POSITIVE_TEST else []
    return tuple(run)


def given_routes(case: Case, own_tables: Mapping[str, RateTable]) -> Iterator[tuple[str, str, Callable[[], Chances]]]:
    """The routes the case gives something for: name, label, and the function that reckons what it knows."""
    if case.live_birth_percent is not None or case.live_birth_per is not None:
        yield Route.LIVE_BIRTH, label(Route.LIVE_BIRTH), lambda: _live_birth(case)
    if case.prediction is not None:
        yield Route.PREDICTION_MODEL, label(Route.PREDICTION_MODEL), lambda: _prediction_model(case)
    clinic = (case.clinic_successes, case.clinic_transfers, case.clinic_percent, case.clinic_outcome)
    if any(given is not None for given in clinic):
        yield Route.CLINIC_RATE, label(Route.CLINIC_RATE), lambda: _clinic_rate(case)
    if case.oocyte_age_years is not None or case.ploidy is not None:
        yield Route.AGE_TABLE, label(Route.AGE_TABLE), lambda: _age_table(case, load_rate_table(PUBLISHED_TABLE))
        for table_id, table in own_tables.items():
            yield f"{Route.AGE_TABLE}:{table_id}", table.title, partial(_age_table, case, table, own=True)


def label(route: Route) -> str:
    """What a route is called beside its answer.

    >>> label(Route.LIVE_BIRTH)
    'Live-birth chance × 1.16'
    """
    return capital(long_word(route)).format(factor=method().live_birth_to_pregnancy_factor)


def caveats(*names: str) -> tuple[Remark, ...]:
    """Caveats by their names in ``tables/method.toml``."""
    return tuple(method().caveats[name] for name in names)


def _of_table(texts: Iterable[str], source: SourceReference) -> tuple[Remark, ...]:
    """What a table says of itself."""
    return tuple(Remark(text=text, source=source.key) for text in texts)


def _needs(missing: Iterable[tuple[str, str]]) -> None:
    """Raise `InvalidInput` for what a route still needs; does nothing where nothing is missing."""
    if problems := tuple(Problem(name, "", why, "missing") for name, why in missing):
        raise InvalidInput(problems)


def _one_probability(p: Fraction) -> Callable[[Transfer], tuple[Fraction, bool]]:
    """Every transfer has probability ``p``, unless a percentage of its own was entered."""

    def of(transfer: Transfer) -> tuple[Fraction, bool]:
        own = transfer.per_transfer_percent
        return (p, True) if own is None else (Fraction(own) / 100, False)

    return of


def _knows_no_ploidy(case: Case) -> tuple[Remark, ...]:
    kinds = {transfer.ploidy for transfer in counted_transfers(case)} | {case.ploidy}
    return caveats("one_probability") if kinds - {Ploidy.UNTESTED, None} else ()


def _times_factor(live_birth: Fraction, field_name: str, given: str) -> Fraction:
    p = live_birth * Fraction(method().live_birth_to_pregnancy_factor)
    if p >= 1:
        factor = method().live_birth_to_pregnancy_factor
        raise InvalidInput(
            (
                Problem(
                    field_name,
                    given,
                    f"× {factor}, the chance must stay below 100 %",
                    "product_range",
                    method().factor_source.key,
                    hint=f"here it is {percent_words(float(100 * p))}",
                ),
            )
        )
    return p


def _live_birth(case: Case) -> Chances:
    why = "say what the figure is per: treatment_cycle, embryo_transfer or retrieval"
    _needs(
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
    percent = case.live_birth_percent or Decimal(0)
    p = _times_factor(Fraction(percent) / 100, "live_birth_percent", str(percent))
    per = case.live_birth_per or Denominator.TREATMENT_CYCLE
    example = method().worked_example
    return Chances(
        planned=p,
        of=_one_probability(p),
        explanation=f"{percent} % live birth per {word(per)} × {method().live_birth_to_pregnancy_factor}",
        outcome=Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED,
        denominator=per,
        sources=(method().factor_source,),
        caveats=(
            *(caveats("per_treatment_cycle") if per == Denominator.TREATMENT_CYCLE else ()),
            *caveats("factor"),
            *_knows_no_ploidy(case),
            *(_of_table((example.text,), method().factor_source) if percent == example.live_birth_percent else ()),
        ),
        live_birth_percent=float(percent),
    )


def _prediction_model(case: Case) -> Chances:
    assert case.prediction is not None  # noqa: S101 - asked by given_routes
    live_birth = nelson_lawlor_2011.live_birth_probability(case.prediction)
    p = _times_factor(exact(live_birth), "prediction", f"{percent_words(100 * live_birth)} by the model")
    table = nelson_lawlor_2011.model()
    beside: tuple[Remark, ...] = ()
    if later := nelson_lawlor_2011.after_one_failure(case.prediction):
        figure = 100 * nelson_lawlor_2011.live_birth_probability(later)
        said = (
            f"For a next attempt after one without a pregnancy the model itself gives {percent_words(figure)} live"
            " birth; the threshold keeps the first figure."
        )
        beside = _of_table((said,), table.source)
    return Chances(
        planned=p,
        of=_one_probability(p),
        explanation=f"{percent_words(100 * live_birth)} live birth per treatment cycle, computed by the model,"
        f" × {method().live_birth_to_pregnancy_factor}",
        outcome=Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED,
        denominator=table.denominator,
        sources=(table.source, method().factor_source),
        caveats=(
            *caveats("before_first_transfer"),
            *_of_table(table.caveats, table.source),
            *beside,
            *caveats("factor"),
            *_knows_no_ploidy(case),
        ),
        live_birth_percent=100 * live_birth,
    )


def _clinic_rate(case: Case) -> Chances:
    counts = case.clinic_successes is not None and case.clinic_transfers is not None
    missing = []
    if case.clinic_outcome is None:
        missing.append(
            ("clinic_outcome", "say what counts as success: positive_test, implantation or clinical_pregnancy")
        )
    if case.clinic_percent is None and not counts:
        missing.append(("clinic_successes, clinic_transfers", "give successes and transfers, or a percentage"))
    _needs(missing)
    refusals = {
        Outcome.LIVE_BIRTH: "a live-birth figure belongs to the live_birth route, which turns it into pregnancy",
        Outcome.IMPLANTATION_OR_PREGNANCY_AS_PRINTED: "this is the ambiguous head of ESHRE's column; a clinic knows"
        " what it counted",
    }
    outcome = case.clinic_outcome or Outcome.CLINICAL_PREGNANCY
    if outcome in refusals:
        raise InvalidInput((Problem("clinic_outcome", outcome, refusals[outcome], "outcome"),))
    if counts and case.clinic_successes in (0, case.clinic_transfers):
        raise OutOfRange(
            Problem(
                "clinic_successes, clinic_transfers",
                f"{case.clinic_successes} of {case.clinic_transfers}",
                method().caveats["interval_only"].text.rstrip("."),
                "all_or_none",
                outside_evidence=True,
            )
        )
    if counts:
        p = Fraction(case.clinic_successes or 0, case.clinic_transfers or 1)
        explanation = f"{case.clinic_successes} of {case.clinic_transfers} transfers"
    else:
        p, explanation = Fraction(case.clinic_percent or 0) / 100, f"{case.clinic_percent} % of transfers"
    return Chances(
        planned=p,
        of=_one_probability(p),
        explanation=f"{explanation}, counting {word(outcome)}",
        outcome=outcome,
        denominator=Denominator.EMBRYO_TRANSFER,
        sources=(method().threshold_source,),
        caveats=(
            *caveats("small_counts" if counts else "percentage_without_counts"),
            *(caveats(outcome) if outcome in method().caveats else ()),
            *_knows_no_ploidy(case),
        ),
        successes=case.clinic_successes,
        transfers=case.clinic_transfers,
    )


def _age_table(case: Case, table: RateTable, *, own: bool = False) -> Chances:
    which = " planned next" if case.history is not None else ""
    missing = [
        (name, f"the table by age and ploidy needs {what}{which}")
        for name, what in (
            ("oocyte_age_years", "the age at retrieval of the oocytes for the transfers"),
            ("ploidy", "the ploidy of the embryos"),
        )
        if getattr(case, name) is None
    ]
    run = counted_transfers(case)
    # Those of the history that need a row of the table, with their numbers in it.
    by_row = [
        (number, transfer)
        for number, transfer in enumerate(run, start=len(case.history or run) - len(run) + 1)
        if case.history is not None and transfer.per_transfer_percent is None
    ]
    missing += [
        (f"history.{number}.{name}", "the table by age and ploidy needs it, or a percentage for this transfer")
        for number, transfer in by_row
        for name in ("oocyte_age_years", "ploidy")
        if getattr(transfer, name) is None
    ]
    _needs(missing)
    kinds = [("oocyte_age_years, ploidy", case.ploidy, case.oocyte_age_years)] + [
        (f"history.{number}", transfer.ploidy, transfer.oocyte_age_years) for number, transfer in by_row
    ]
    if outside := tuple(_outside(table, kinds)):
        raise InvalidInput(outside)
    planned = _row(table, case.ploidy, case.oocyte_age_years)

    def of(transfer: Transfer) -> tuple[Fraction, bool]:
        if transfer.per_transfer_percent is not None:
            return Fraction(transfer.per_transfer_percent) / 100, False
        stratum = _row(table, transfer.ploidy, transfer.oocyte_age_years)
        return Fraction(stratum.per_transfer_percent) / 100, stratum == planned

    return Chances(
        planned=Fraction(planned.per_transfer_percent) / 100,
        of=of,
        explanation=f"{planned.per_transfer_percent} % {'in this table' if own else 'printed'} for"
        f" {long_word(planned.ploidy)}, age {planned.age_label}",
        outcome=table.outcome,
        denominator=table.denominator,
        sources=(table.source,),
        caveats=(
            *(caveats("own_table") if own else ()),
            *_of_table(table.caveats, table.source),
        ),
        successes=planned.successes,
        transfers=planned.transfers,
    )


def _row(table: RateTable, ploidy: Ploidy | None, age: int | None, field: str = "") -> Stratum:
    assert ploidy is not None  # noqa: S101 - asked by _age_table
    assert age is not None  # noqa: S101
    return table.look_up(ploidy, age, field)


def _outside(table: RateTable, kinds: Iterable[tuple[str, Ploidy | None, int | None]]) -> Iterator[Problem]:
    """What the table has no row for."""
    for field, ploidy, age in kinds:
        try:
            _row(table, ploidy, age, field)
        except OutOfRange as error:
            yield error.problem
