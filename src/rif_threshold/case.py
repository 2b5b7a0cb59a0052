"""What the user says: one couple's case, checked for form.

Ranges that have a source (ages, published bands) live in ``tables/`` and are checked by `rif_threshold.assess`,
which reports both kinds of problems together. No identifiers: a case has no field for a name, a date or a number
of a record.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from numbers import Number
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import as_typed, echo, read_count, read_json_object, read_percent
from rif_threshold.messages import problems_of
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


def _form(read: Callable[[object, str], Any]) -> Callable[[object], Any]:
    """Turn a reader of forms into a pydantic validator that keeps the reader's own words."""

    def validate(given: object) -> Any:
        answer = read(given, "")
        if isinstance(answer, Problem):
            raise PydanticCustomError("form", "{code}", {"code": answer.code, "problem": answer})
        return answer

    return validate


def _text(given: object, _: str) -> str | Problem:
    text = as_typed(given) if isinstance(given, str | bool | Number) else ""
    if not text or len(text) > 100 or not text.isprintable():
        return Problem("", echo(given), "a short plain text is needed, at most 100 characters", "text")
    return text


def _yes_or_no(given: object, _: str) -> bool | Problem:
    known = {"true": True, "yes": True, "false": False, "no": False}
    answer = known.get(as_typed(given)) if isinstance(given, str | bool) else None
    return Problem("", echo(given), "true or false is needed", "not_true_or_false") if answer is None else answer


_PERCENT_SCHEMA = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100}
_COUNT_SCHEMA = {"type": "integer", "minimum": 0, "maximum": 9_999_999}

Percent = Annotated[
    Decimal,
    BeforeValidator(_form(read_percent)),
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema(_PERCENT_SCHEMA),
]
Count = Annotated[int, BeforeValidator(_form(read_count)), WithJsonSchema(_COUNT_SCHEMA)]
YesNo = Annotated[bool, BeforeValidator(_form(_yes_or_no))]
ShortText = Annotated[str, BeforeValidator(_form(_text))]


class Record(BaseModel):
    """Base of everything that is read or reported: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Transfer(Record):
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


class PredictionInput(Record):
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

    All fields may be left out; `rif_threshold.assess` says what a route still needs.

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
        answers: answers to the questions of the work-up and of the tacrolimus step, by the identifier of the fact.
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
    history: tuple[Transfer, ...] | None = None
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
    findings: dict[ShortText, Finding] = {}
    answers: dict[ShortText, ShortText] = {}
    medications: tuple[ShortText, ...] | None = None
    medication_list_complete: Verdict = Verdict.NOT_KNOWN

    @model_validator(mode="wrap")
    @classmethod
    def _all_problems_at_once(cls, data: Any, handler: Callable[[Any], Self]) -> Self:
        try:
            case = handler(data)
        except ValidationError as error:
            raise InvalidInput(tuple(problems_of(error))) from None
        if problems := tuple(case.contradictions()):
            raise InvalidInput(problems)
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
                meant = "" if percent == 1 else f": did you mean {(percent * 100).normalize():f}?"
                yield Problem(
                    field,
                    as_typed(percent),
                    f"percent are meant here{meant or '.'} If {percent} % is really meant, confirm that small"
                    " percentages are meant",
                    "small_percent",
                )


def read_case(data: Mapping[str, Any]) -> tuple[Case, tuple[Problem, ...]]:
    """Read what can be read of a case, and every problem of form.

    What has a problem is left out of the returned case, so that the rest can still be checked against the tables and
    all problems be shown together.
    """
    if not isinstance(data, Mapping):
        return Case(), (Problem("case", echo(data), "a case has named fields", "not_a_case"),)
    remaining = {str(name): value for name, value in data.items()}
    problems: list[Problem] = []
    while True:
        try:
            return Case.model_validate(remaining), tuple(problems)
        except InvalidInput as error:
            problems += error.problems
            remaining = _without(remaining, [name for each in error.problems for name in each.field.split(", ")])


def _without(data: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """The data less the fields named, and less all names that are not known. Of a transfer only the part goes."""
    kept = {name: value for name, value in data.items() if name in Case.model_fields}
    for field in fields:
        name, *path = field.split(".")
        inside = kept.get(name)
        match path:
            case [number, *part] if name == "history" and all(isinstance(each, Mapping) for each in inside or ()):
                # A transfer without a result is none; for the checks that follow, any result will do.
                kept[name] = [
                    {"result": TransferResult.NO_POSITIVE_TEST} | _less(Transfer, transfer, *part)
                    if str(place) == number
                    else transfer
                    for place, transfer in enumerate(inside or (), start=1)
                ]
            case part if name == "prediction" and isinstance(inside, Mapping):
                kept[name] = _less(PredictionInput, inside, *part)
            case _:
                kept.pop(name, None)
    return kept


def _less(model: type[Record], data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in names and key in model.model_fields}
