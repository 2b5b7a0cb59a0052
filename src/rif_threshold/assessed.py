"""What is answered for one case, as one record."""

from typing import TYPE_CHECKING, Any

from rif_threshold import notebook
from rif_threshold.answers import Answer, Estimate, Refused
from rif_threshold.beside import Beside
from rif_threshold.case import Case
from rif_threshold.citing import CitedSource
from rif_threshold.errors import Problem
from rif_threshold.method import Rule
from rif_threshold.record import Record
from rif_threshold.tables import Remark
from rif_threshold.vocabulary import ThresholdState
from rif_threshold.wording import word

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

    from rif_threshold.pathway import Tacrolimus, Workup
    from rif_threshold.perspective import Perspective


class ThresholdAnswer(Answer):
    """The primary route's answer, with the rule it is held against.

    Attributes:
        percent: the cumulative chance that must be exceeded.
        minimum_transfers: the fewest transfers that must have failed.
        next_percent_if_couples_differ: the chance of the next transfer if couples differ as much as published rates
            allow; ``None`` where that is nearly the same.
        counting_cannot_tell: whether the line is further away than counting can tell when to look (ours).
        beside: what could overturn the answer, the nearest first.
        if_negative: the answer in case a test that is awaited is negative, by the route that answers then.
        if_negative_lacks: why there is none.
    """

    percent: float
    minimum_transfers: int
    next_percent_if_couples_differ: float | None
    counting_cannot_tell: bool
    beside: tuple[Beside, ...]
    if_negative: Answer | None = None
    if_negative_lacks: tuple[Problem, ...] = ()


class UsedTable(Record):
    """A table file and the digest it had when it was read."""

    id: str
    sha256: str


class Software(Record):
    """What made the assessment."""

    name: str
    version: str


class Assessment(Record):
    """Everything that is answered for one case. Percentages are unrounded.

    ``threshold`` is ``None`` where the primary route was refused; ``refused`` then says why. Parts that were left out
    are ``None``, and so are the work-up and the tacrolimus step where answers cannot be true together:
    ``contradictions`` says which.
    """

    case: Case
    estimates: tuple[Estimate, ...]
    refused: tuple[Refused, ...]
    primary_route: str | None
    routes_agree: bool
    disagreement: str
    threshold: ThresholdAnswer | None
    notes: tuple[Remark, ...]
    contradictions: tuple[Problem, ...]
    workup: "Workup | None"
    tacrolimus: "Tacrolimus | None"
    perspective: "Perspective | None"
    sources: tuple[CitedSource, ...]
    tables: tuple[UsedTable, ...]
    software: Software
    disclaimer: str

    @classmethod
    def model_rebuild(cls, **options: Any) -> bool | None:
        """Complete this class for pydantic, which asks for it when an assessment is first checked or written."""
        _name_parts()
        return super().model_rebuild(**options)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        _name_parts()
        return handler(source)

    def __repr_str__(self, join_str: str) -> str:
        answer = self.threshold
        total = None if answer is None else answer.transfers_to_threshold
        told = (f"{word(self.state)!r}", f"route={self.primary_route!r}", f"transfers_to_threshold={total}")
        return join_str.join((*told, f"version={self.software.version!r}"))

    def _repr_html_(self) -> str | None:
        return notebook.show and notebook.show(self)

    @property
    def state(self) -> ThresholdState:
        """Where the couple stands, by the primary route."""
        return ThresholdState.NO_ANSWER if self.threshold is None else self.threshold.state

    @property
    def rule(self) -> Rule:
        """The rule that is applied, with the values of this case."""
        return self.case.rule

    @property
    def primary(self) -> Estimate | None:
        """The estimate of the primary route, if it could be computed."""
        return next((estimate for estimate in self.estimates if estimate.route == self.primary_route), None)

    @property
    def opinions(self) -> tuple[Estimate, ...]:
        """The estimates for this couple: one of another population only where it is the main answer."""
        return tuple(each for each in self.estimates if not each.background or each.route == self.primary_route)

    @property
    def primary_problems(self) -> tuple[Problem, ...]:
        """Why the primary route was refused; empty where it was computed."""
        return next((refused.problems for refused in self.refused if refused.route == self.primary_route), ())


def _name_parts() -> None:
    """Import what the parts answer, and name it in this module, where pydantic looks for it."""
    from rif_threshold.pathway import Tacrolimus, Workup  # noqa: PLC0415 - a threshold alone needs neither
    from rif_threshold.perspective import Perspective  # noqa: PLC0415

    globals().update(Tacrolimus=Tacrolimus, Workup=Workup, Perspective=Perspective)
