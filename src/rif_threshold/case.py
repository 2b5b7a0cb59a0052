"""What the user says: one couple's case, checked for form.

Ranges that have a source (ages, published bands) live in ``tables/`` and are checked by `rif_threshold.assess`,
which reports both kinds of problems together. No identifiers: a case has no field for a name, a date or a number
of a record.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, ValidationInfo, model_validator

from rif_threshold.bounds import MOST_ENTRIES
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import as_typed, echo, read_json_object
from rif_threshold.given import listed, named, plain
from rif_threshold.messages import problems_of
from rif_threshold.record import Count, Percent, Record, ShortText, TypedRecord, YesNo
from rif_threshold.vocabulary import (
    Attempt,
    CycleMedication,
    Denominator,
    EggSource,
    Finding,
    InfertilityCause,
    Outcome,
    Ploidy,
    PregnancyHistory,
    TransferResult,
    Verdict,
)

_CROSS = "cross_field"


class Transfer(TypedRecord):
    """One embryo transfer that has been done, in a case's ``history``, oldest first.

    Attributes:
        result: what happened after it.
        oocyte_age_years: the woman's age in completed years when the oocyte was retrieved.
        ploidy: what was known of the embryo's chromosomes.
        per_transfer_percent: a chance of implantation for this very transfer, in percent, if one is known. It
            then serves every route.
        embryos: how many embryos were placed. Recorded; no source read gives a rate for two.
    """

    result: TransferResult
    oocyte_age_years: Count | None = None
    ploidy: Ploidy | None = None
    per_transfer_percent: Percent | None = None
    embryos: Count | None = None


class PredictionInput(TypedRecord):
    """The inputs of the Nelson & Lawlor 2011 live-birth model, for the couple before the first counted transfer.

    Source: Nelson SM, Lawlor DA. PLoS Med 2011;8(1):e1000386. Bands are those of the published model.

    Attributes:
        woman_age_years: completed years when that treatment began.
        trying_years: completed years of trying to conceive.
        egg_source: own or donor.
        cause: cause of the infertility.
        icsi: whether sperm injection (ICSI) was used.
        attempt: which IVF attempt it was.
        unsuccessful_cycles: earlier IVF cycles without a live birth.
        pregnancy_history: earlier pregnancies, with and without IVF.
        cycle_medication: what the cycle was stimulated or prepared with.
    """

    woman_age_years: Count | None = None
    trying_years: Count | None = None
    egg_source: EggSource | None = None
    cause: InfertilityCause | None = None
    icsi: YesNo | None = None
    attempt: Attempt | None = None
    unsuccessful_cycles: Count | None = None
    pregnancy_history: PregnancyHistory | None = None
    cycle_medication: CycleMedication | None = None


class Case(Record):
    """What is known of one couple. Percentages are typed as percent (``23.8``), never as fractions.

    All fields may be left out; `rif_threshold.assess` says what a route still needs. A list has at most 100 entries,
    ``findings`` and ``answers`` at most 100 names, a name or text at most 100 characters (ours).

    Attributes:
        oocyte_age_years: the woman's age, completed years, at retrieval of the oocytes for the transfers planned
            next and, where no ``history`` is given, for those that failed.
        ploidy: likewise, what is known of the embryos.
        failed_transfers: transfers without a positive pregnancy test since the last positive one.
        history: the transfers one by one, oldest first, instead of ``failed_transfers``.
        live_birth_percent: a predicted chance of live birth, with ``live_birth_per`` saying what it is per.
        clinic_successes: the clinic's own count, out of ``clinic_transfers``, with ``clinic_outcome``.
        clinic_percent: the clinic's own rate per embryo transfer, instead of the two counts.
        prediction: inputs of the published live-birth model.
        threshold_percent: cumulative chance that must be exceeded; the default is ESHRE's and lies in the tables.
        minimum_transfers: fewest failed transfers before the threshold can count; default likewise.
        primary_route: the route to answer with, where the default order is not wanted.
        small_percent_confirmed: says that percentages of 1 or less are really meant as percent.
        findings: results of investigations, by the identifier of the work-up item.
        answers: answers to the questions of the parts that ask them, by the identifier of the fact.
        medications: other medicines taken. ``None`` means not asked, an empty list means none.
        medication_list_complete: whether that list was confirmed as complete.

    Raises:
        InvalidInput: with every problem of form at once.

    >>> Case(oocyte_age_years=36, ploidy="untested", failed_transfers=3).oocyte_age_years
    36
    """

    oocyte_age_years: Count | None = None
    ploidy: Ploidy | None = None
    failed_transfers: Count | None = None
    history: Annotated[tuple[Transfer, ...], Field(max_length=MOST_ENTRIES)] | None = None
    live_birth_percent: Percent | None = None
    live_birth_per: Denominator | None = None
    clinic_successes: Count | None = None
    clinic_transfers: Count | None = None
    clinic_percent: Percent | None = None
    clinic_outcome: Outcome | None = None
    prediction: PredictionInput | None = None
    threshold_percent: Percent | None = None
    minimum_transfers: Count | None = None
    primary_route: ShortText | None = None
    small_percent_confirmed: YesNo = False
    findings: Annotated[dict[ShortText, Finding], Field(max_length=MOST_ENTRIES)] = {}  # noqa: RUF012 - pydantic copies it
    answers: Annotated[dict[ShortText, ShortText], Field(max_length=MOST_ENTRIES)] = {}  # noqa: RUF012 - pydantic copies it
    medications: Annotated[tuple[ShortText, ...], Field(max_length=MOST_ENTRIES)] | None = None
    medication_list_complete: Verdict = Verdict.NOT_KNOWN

    @model_validator(mode="wrap")
    @classmethod
    def _all_problems_at_once(cls, data: Any, handler: Callable[[Any], Self], info: ValidationInfo) -> Self:
        if isinstance(data, cls) or info.context is _PLAIN:
            return handler(data)
        taken, problems = _taken(data)
        try:
            case = handler(taken)
        except ValidationError:
            case = None
        if case is None or problems or any(case.contradictions()):
            raise InvalidInput(_judged(taken, problems)[1]) from None
        return case

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a case from JSON text. Numbers are taken exactly as written. Raises `InvalidInput`."""
        return cls.model_validate(read_json_object(text))

    def contradictions(self) -> Iterator[Problem]:
        """Yield what cannot be true together. The fields involved are joined by ``, `` in ``field``."""
        if self.history is not None and self.failed_transfers is not None:
            yield Problem(
                "failed_transfers, history", "both", "give the transfers one by one or their number, not both", _CROSS
            )
        if self.history == ():
            yield Problem("history", "an empty list", "leave it out, or list the transfers that were done", "empty")
        for number, transfer in enumerate(self.history or (), start=1):
            if transfer.embryos == 0:
                yield Problem(f"history.{number}.embryos", "0", "a transfer places at least one embryo", "range")
        if self.clinic_percent is not None and (self.clinic_successes, self.clinic_transfers) != (None, None):
            yield Problem(
                "clinic_percent, clinic_successes, clinic_transfers",
                "both",
                "give counts or a percentage, not both",
                _CROSS,
            )
        if self.clinic_successes is not None and self.clinic_transfers is not None:
            if self.clinic_transfers == 0:
                yield Problem("clinic_transfers", "0", "at least one transfer is needed", "range")
            elif self.clinic_successes > self.clinic_transfers:
                yield Problem(
                    "clinic_successes, clinic_transfers",
                    f"{self.clinic_successes} of {self.clinic_transfers}",
                    "there cannot be more successes than transfers",
                    _CROSS,
                )
        if self.minimum_transfers == 0:
            yield Problem("minimum_transfers", "0", "at least one transfer is needed", "range")
        yield from self._small_percentages()

    def _small_percentages(self) -> Iterator[Problem]:
        if self.small_percent_confirmed:
            return
        typed = {
            name: getattr(self, name) for name in ("live_birth_percent", "clinic_percent", "threshold_percent")
        } | {
            f"history.{number}.per_transfer_percent": transfer.per_transfer_percent
            for number, transfer in enumerate(self.history or (), start=1)
        }
        for field, percent in typed.items():
            if percent is not None and percent <= 1:
                yield Problem(
                    field,
                    as_typed(percent),
                    "percent are meant here; if 1 % or less is really meant, confirm that small percentages are meant",
                    "small_percent",
                    hint="" if percent == 1 else f"did you mean {(percent * 100).normalize():f}?",
                )


def read_case(data: Mapping[str, Any]) -> tuple[Case, tuple[Problem, ...]]:
    """Read what can be read of a case, and every problem of form, in one pass.

    What has a problem is left out of the returned case, so that the rest can still be checked against the tables and
    all problems be shown together. Anything with ``keys`` and ``items`` is read as a mapping: a dictionary, or a row of
    a data frame. Lists may be arrays or columns; a missing value (``None``, NaN, pandas' NA and NaT) in a named field
    means that it is not given. More than 100 names or entries in one place are one problem, and are not read.
    """
    return _judged(*_taken(data))


_PLAIN = object()
"""Says to the validator of `Case` that what it gets has been taken in already."""
_ANY_RESULT = {"result": TransferResult.NO_POSITIVE_TEST}
"""A transfer without a result is none; for the checks that follow, any result will do."""


def _taken(data: Any) -> tuple[dict[str, Any], list[Problem]]:
    """A case as plain dictionaries and lists, none larger than a case can be, less what is not even that."""
    problems: list[Problem] = []
    if not hasattr(type(data), "items"):
        return {}, [Problem("case", echo(data), "a case has named fields", "not_a_case")]
    taken: dict[str, Any] = {}
    for field, value in (named(data, "", problems, Case.model_fields) or {}).items():
        match field:
            case "history":
                taken[field] = _taken_history(value, problems)
            case "medications":
                entries = listed(value, field, problems)
                taken[field] = None if entries is None else [plain(entry) for entry in entries]
            case "findings" | "answers":
                taken[field] = named(value, field, problems)
            case "prediction" if not isinstance(value, PredictionInput):
                taken[field] = named(value, field, problems, PredictionInput.model_fields)
            case "prediction":
                taken[field] = value
            case _:
                taken[field] = plain(value)
    return {name: value for name, value in taken.items() if value is not None}, problems


def _taken_history(given: Any, problems: list[Problem]) -> list[Any] | None:
    if (rows := listed(given, "history", problems)) is None:
        return None
    taken = []
    for number, row in enumerate(rows, start=1):
        read = row if isinstance(row, Transfer) else named(row, f"history.{number}", problems, Transfer.model_fields)
        taken.append(_ANY_RESULT if read is None else read)
    return taken


def _judged(taken: dict[str, Any], problems: list[Problem]) -> tuple[Case, tuple[Problem, ...]]:
    """The case in what was taken in, less all that has a problem, and all problems."""
    try:
        case = Case.model_validate(taken, context=_PLAIN)
    except ValidationError as error:
        problems = [*problems, *problems_of(error)]
        case = _less(taken, [detail["loc"] for detail in error.errors(include_url=False, include_context=False)])
    if contradictions := tuple(case.contradictions()):
        fields = [field.split(".") for problem in contradictions for field in problem.field.split(", ")]
        case = _less(taken, [[int(part) - 1 if part.isdecimal() else part for part in field] for field in fields])
    return case, (*problems, *contradictions)


def _less(taken: dict[str, Any], places: Iterable[Sequence[str | int]]) -> Case:
    """The case without what stands in these places. Of a transfer only the part goes, of a list of medicines all."""
    for name, *path in places:
        match name, path:
            case "history", [int(place), part]:
                row = dict(taken["history"][place])
                row.pop(part, None)
                taken["history"][place] = _ANY_RESULT | row
            case "prediction" | "findings" | "answers", [part, *_]:
                taken[name].pop(part, None)
            case _:
                taken.pop(str(name), None)
    return Case.model_validate(taken, context=_PLAIN)
