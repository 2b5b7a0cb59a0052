"""What the user says: one couple's case, checked for form.

Ranges that have a source (ages, published bands) live in ``tables/`` and are checked by `rif_threshold.assess`,
which reports both kinds of problems together. No identifiers: a case has no field for a name, a date or a number
of a record.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Self, get_args

from pydantic import Field, ValidationError, ValidationInfo, model_validator

from rif_threshold.bounds import MOST_ENTRIES
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import as_typed, asks_whether_small, echo, read_json_object
from rif_threshold.given import as_in_json, listed, named
from rif_threshold.messages import problems_of
from rif_threshold.method import Rule, hinted, method, no_transfer
from rif_threshold.record import Count, Percent, ShortText, Typed, TypedRecord, YesNo
from rif_threshold.routes import ROUTES, RouteInputs
from rif_threshold.transfers import NOTHING, EmbryoKind, Transfer
from rif_threshold.vocabulary import Finding, TransferResult, Verdict

_CROSS = "cross_field"


class Case(RouteInputs):
    """What is known of one couple. Percentages are typed as percent (``23.8``), never as fractions.

    All fields may be left out; `rif_threshold.assess` says what a route still needs. A list has at most 100 entries,
    ``findings`` and ``answers`` at most 100 names, a name or text at most 100 characters (ours). Every field is
    described where it stands, and `rif-threshold schema case` prints all of them; those that one route asks for stand
    in that route's module.

    Raises:
        InvalidInput: with every problem of form at once.

    >>> Case(oocyte_age_years=36, ploidy="untested", failed_transfers=3).oocyte_age_years
    36
    """

    threshold_percent: Annotated[
        Percent | None,
        Typed("--threshold"),
        Field(title="threshold", description="The cumulative chance to exceed; ESHRE's where left out."),
    ] = None
    minimum_transfers: Annotated[
        Count | None,
        Typed("--minimum"),
        Field(title="fewest transfers", description="The fewest failed transfers; ESHRE's where left out."),
    ] = None
    primary_route: Annotated[
        ShortText | None,
        Typed("--primary-route"),
        Field(
            title="answer with",
            description="The route to answer with. Left open, an individual figure comes before the table.",
        ),
    ] = None
    small_percent_confirmed: Annotated[
        YesNo,
        Typed("--percent-is-small"),
        Field(
            title="percentages of 1 or less are meant",
            description="Percentages of 1 or less are really meant as percent.",
        ),
    ] = False
    findings: Annotated[
        dict[ShortText, Finding],
        Field(
            max_length=MOST_ENTRIES,
            title="findings",
            description="Results of investigations, by the identifier of the work-up item.",
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it
    answers: Annotated[
        dict[ShortText, ShortText],
        Field(
            max_length=MOST_ENTRIES,
            title="answers",
            description="Answers to the questions of the parts that ask them, by the identifier of the fact.",
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it
    medications: Annotated[
        Annotated[tuple[ShortText, ...], Field(max_length=MOST_ENTRIES)] | None,
        Field(
            title="other medicines",
            description="Other medicines taken. Left out means not asked, an empty list means none.",
        ),
    ] = None
    medications_checked: Annotated[
        tuple[ShortText, ...],
        Field(
            max_length=MOST_ENTRIES,
            title="medicines checked by you in their product texts: no interaction",
            description="Those of the other medicines that are not in our list, and in whose product text the user"
            " found no interaction.",
        ),
    ] = ()
    medication_list_complete: Annotated[
        Verdict,
        Field(
            title="whether the list of medicines is complete",
            description="Whether that list was confirmed as complete.",
        ),
    ] = Verdict.NOT_KNOWN

    @property
    def rule(self) -> Rule:
        """The rule that is applied: what the case names, and ESHRE's values where it names none.

        >>> Case().rule, Case(minimum_transfers=3).rule.minimum
        (Rule(percent=Decimal('60.0'), minimum=2), 3)
        """
        return Rule(
            self.threshold_percent or method().threshold_percent, self.minimum_transfers or method().minimum_transfers
        )

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
        *before, _ = self.history or (None,)
        for number, transfer in enumerate(before, start=1):
            if transfer is not None and transfer.result == TransferResult.AWAITED:
                yield Problem(
                    f"history.{number}.result",
                    TransferResult.AWAITED,
                    "only the last transfer can still wait for its test",
                    _CROSS,
                )
        if self.history == ():
            yield Problem("history", "an empty list", "leave it out, or list the transfers that were done", "empty")
        yield from self._of_kinds()
        for route in ROUTES:
            yield from route.impossible(self)
        if self.minimum_transfers == 0:
            yield Problem("minimum_transfers", "0", "at least one transfer is needed", "range")
        yield from self._small_percentages()

    def _of_kinds(self) -> Iterator[Problem]:
        """What cannot be true of the kinds of transfers."""
        placed = {f"history.{number}": transfer.embryos for number, transfer in enumerate(self.history or (), start=1)}
        placed |= {"": self.embryos, "planned": self.planned.embryos if self.planned else None}
        for place, embryos in placed.items():
            if embryos == 0:
                field = f"{place}.embryos".lstrip(".")
                yield Problem(field, "0", "a transfer places at least one embryo", "range")
        if self.planned is None or self.planned.says_nothing:
            return
        named = [name for name in EmbryoKind.model_fields if getattr(self, name) is not None]
        if self.history is not None and named:
            fields = ", ".join((*named, "planned"))
            why = "with a list of transfers each has its own kind there, and the next one its kind in planned"
            yield Problem(fields, "both", why, _CROSS)
        if self.planned.nothing and any(getattr(self.planned, name) is not None for name in EmbryoKind.model_fields):
            yield Problem("planned", "both", "say what is planned next, or that nothing is, not both", _CROSS)

    def _small_percentages(self) -> Iterator[Problem]:
        if self.small_percent_confirmed:
            return
        typed = {name: getattr(self, name) for name in _PERCENTAGES} | {
            f"history.{number}.per_transfer_percent": transfer.per_transfer_percent
            for number, transfer in enumerate(self.history or (), start=1)
        }
        for field, percent in typed.items():
            if percent is not None and percent <= 1:
                yield asks_whether_small(field, percent)


def read_case(data: Mapping[str, Any]) -> tuple[Case, tuple[Problem, ...]]:
    """Read what can be read of a case, and every problem of form, in one pass.

    What has a problem is left out of the returned case, so that the rest can still be checked against the tables and
    all problems be shown together. Anything with ``keys`` and ``items`` is read as a mapping: a dictionary, or a row of
    a data frame. Lists may be arrays or columns; a missing value (``None``, NaN, pandas' NA and NaT) in a named field
    means that it is not given. More than 100 names or entries in one place are one problem, and are not read.
    """
    return _judged(*_taken(data))


_PERCENTAGES = [
    name for name, field in Case.model_fields.items() if Percent in (field.annotation, *get_args(field.annotation))
]
"""The fields in percent, each of which asks back where what was typed looks like a fraction."""
PARTS: dict[str, type[TypedRecord]] = {
    name: part
    for name, field in Case.model_fields.items()
    for part in get_args(field.annotation)
    if isinstance(part, type) and issubclass(part, TypedRecord)
}
"""The fields that have fields of their own."""
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
            case "medications" | "medications_checked":
                entries = listed(value, field, problems)
                taken[field] = None if entries is None else [as_in_json(entry) for entry in entries]
            case "findings" | "answers":
                taken[field] = named(value, field, problems)
            case "planned" if as_typed(value).lower() in {NOTHING, "nothing"}:
                taken[field] = {"nothing": True}
            case _ if (part := PARTS.get(field)) and not isinstance(value, part):
                taken[field] = named(value, field, problems, part.model_fields)
            case _ if field in PARTS:
                taken[field] = value
            case _:
                taken[field] = as_in_json(value)
    return {name: value for name, value in taken.items() if value is not None}, problems


def _taken_history(given: Any, problems: list[Problem]) -> list[Any] | None:
    if (rows := listed(given, "history", problems)) is None:
        return None
    taken = []
    for number, row in enumerate(rows, start=1):
        read = row if isinstance(row, Transfer) else named(row, f"history.{number}", problems, Transfer.model_fields)
        if isinstance(read, dict) and (none := no_transfer(read.get("result"))):
            field = f"history.{number}.result"
            problems.append(Problem(field, echo(read["result"]), none.text, "no_transfer", none.source))
            read |= _ANY_RESULT
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
    return case, (*map(hinted, problems), *contradictions)


def _less(taken: dict[str, Any], places: Iterable[Sequence[str | int]]) -> Case:
    """The case without what stands in these places. Of a transfer only the part goes, of a list of medicines all."""
    for name, *path in places:
        match name, path:
            case "history", [int(place), part] if "history" in taken:  # it may have gone as a whole before
                row = dict(taken["history"][place])
                row.pop(part, None)
                taken["history"][place] = _ANY_RESULT | row
            case _, [part, *_] if isinstance(taken.get(str(name)), dict):
                taken[str(name)].pop(part, None)
            case _:
                taken.pop(str(name), None)
    return Case.model_validate(taken, context=_PLAIN)
