"""The facts that the rules ask about: declared in a table, read from a case, put into words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Literal

from pydantic import Field

from rif_threshold import tables
from rif_threshold.case import Case
from rif_threshold.errors import Problem
from rif_threshold.estimate import Answer
from rif_threshold.forms import echo, read_count, read_decimal
from rif_threshold.messages import did_you_mean
from rif_threshold.pathway.reading import Number
from rif_threshold.record import Record
from rif_threshold.rules import Domain, Kind, Leaf, Value, Values
from rif_threshold.tables import Folder, SourceReference
from rif_threshold.transfers import counted_transfers, had_positive_test
from rif_threshold.vocabulary import (
    LOSSES,
    POSITIVE_TESTS,
    EggSource,
    Finding,
    PregnancyHistory,
    TransferResult,
    Verdict,
)

FACTS = "pathways/facts.toml"
NOT_KNOWN = "not_known"

_YES_NO: Mapping[str, Value | None] = {"yes": True, "no": False}
_FOUND = {"normal": "normal", "abnormal": "abnormal"}


class Fact(Record):
    """One thing that a rule can ask.

    Attributes:
        id: its name in ``answers``.
        kind: ``yes_no``, ``choice``, ``count`` or ``number`` where it is asked; ``derived`` where the calculation
            knows it; ``finding`` where it is recorded in ``findings``.
        label: a short noun phrase for lists.
        question: what is asked, in plain words.
        help: what whoever answers should know.
        unit: of a number.
        options: of a choice, each with its words.
        minimum: the smallest number taken as possible. Ours.
        maximum: the largest.
        type: of a derived fact.
        investigation: of a finding.
        source: where the question comes from, if it has a source of its own.
    """

    id: str
    kind: Literal["yes_no", "choice", "count", "number", "derived", "finding"]
    label: str
    question: str = ""
    help: str = ""
    unit: str = ""
    options: dict[str, str] = Field(default_factory=dict)
    minimum: Number = Decimal(0)
    maximum: Number | None = None
    type: Kind | None = None
    investigation: str | None = None
    source: SourceReference | None = None

    @property
    def asked(self) -> bool:
        """Whether it is answered in ``answers``."""
        return self.kind not in {"derived", "finding"}

    @property
    def value_kind(self) -> Kind:
        """What kind of value it has."""
        if self.kind == "finding":
            return Kind.CHOICE
        return self.type if self.kind == "derived" and self.type else Kind(self.kind)

    @property
    def domain(self) -> Domain:
        """Which values it can have."""
        options = tuple(_FOUND if self.kind == "finding" else self.options)
        return Domain(self.value_kind, options, self.minimum, self.maximum)

    def words(self, value: Value) -> str:
        """A value in words."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return self.options.get(value, value)
        return f"{value} {self.unit}".strip()


@tables.reads(FACTS)
def facts(folder: Folder) -> Mapping[str, Fact]:
    """Every declared fact by its name, in the order in which questions are asked. Raises `TableError`."""
    found = {}
    for name, entry in folder.toml(FACTS).items():
        where = f"[{name}]"
        if not isinstance(entry, dict):
            raise folder.error(FACTS, f"{name}: a fact is a table, [{name}]", name)
        fact = tables.parse(folder, FACTS, Fact, {**entry, "id": name}, where)
        if reason := _incomplete(fact):
            raise folder.error(FACTS, f"{name}: {reason}", where)
        if fact.source:
            fact = fact.model_copy(update={"source": tables.resolve(folder, FACTS, fact.source, where)})
        found[name] = fact
    if wrong := sorted(_DERIVED.keys() ^ {fact.id for fact in found.values() if fact.kind == "derived"}):
        where = f"[{wrong[0]}"
        reason = f"what is derived differs from what can be worked out: {', '.join(wrong)}"
        raise folder.error(FACTS, reason, where if where in folder.text(FACTS) else 1)
    return found


def _incomplete(fact: Fact) -> str | None:
    """What a declaration lacks."""
    if fact.asked and not fact.question:
        return "a fact that is asked needs a question"
    if (fact.kind == "derived") != (fact.type is not None):
        return "a derived fact needs a type, and no other fact has one"
    if (fact.kind == "finding") != (fact.investigation is not None):
        return "a finding needs its investigation, and no other fact has one"
    if (fact.value_kind == Kind.CHOICE and fact.kind != "finding") != bool(fact.options):
        return "a choice needs options, and no other fact has them"
    if fact.maximum is not None and fact.maximum <= fact.minimum:
        return "the maximum must be above the minimum"
    return None


@tables.reads()
def domains(folder: Folder) -> Mapping[str, Domain]:
    """Which values each fact can have."""
    return {name: fact.domain for name, fact in facts(folder).items()}


def read_answer(fact: Fact, text: str, field: str) -> Value | Problem | None:
    """Read what was typed for a fact: its value, ``None`` where it is not known, or the `Problem`."""
    if text == NOT_KNOWN:
        return None
    if fact.kind in {"yes_no", "choice"}:
        options = _YES_NO if fact.kind == "yes_no" else dict(zip(fact.options, fact.options, strict=True))
        if text in options:
            return options[text]
        allowed = f"one of {', '.join([*options, NOT_KNOWN])} is needed"
        return Problem(field, echo(text), allowed, "not_in_list", hint=did_you_mean(text, options))
    number = read_count(text, field) if fact.kind == "count" else read_decimal(text, field)
    if isinstance(number, Problem):
        return number
    if number < fact.minimum or (fact.maximum is not None and number > fact.maximum):
        upto = f" to {fact.maximum}" if fact.maximum is not None else " or more"
        return Problem(
            field,
            echo(text),
            f"{fact.minimum}{upto} {fact.unit}".strip() + " is taken as possible",
            "range",
            "no published limit; ours",
            outside_evidence=True,
        )
    return number


def answer_problems(case: Case, investigations: Mapping[str, object]) -> Iterator[Problem]:
    """Yield every answer and finding that the tables refuse."""
    known = facts()
    asked = {name: fact for name, fact in known.items() if fact.asked}
    for name, found in case.findings.items():
        if name not in investigations:
            field, hint = f"findings.{name}", did_you_mean(name, investigations)
            yield Problem(field, echo(found), "no investigation has this name", "unknown_finding", hint=hint)
    for name, text in case.answers.items():
        field = f"answers.{name}"
        fact = known.get(name)
        if fact is None:
            hint = did_you_mean(name, asked)
            yield Problem(field, echo(text), "no question has this name", "unknown_fact", hint=hint)
        elif fact.kind == "finding":
            yield Problem(field, echo(text), f"record it under findings, as {fact.investigation}", "not_an_answer")
        elif fact.kind == "derived":
            yield Problem(
                field, echo(text), "this is worked out from the rest of the case, not answered", "not_an_answer"
            )
        elif isinstance(answer := read_answer(fact, text, field), Problem):
            yield answer


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


def recurrent_losses(case: Case) -> bool:
    """Whether two pregnancies or more were lost, biochemical ones counted: in the history, or as answered."""
    listed = sum(result in LOSSES for result in _results(case))
    answered = read_count(case.answers.get("miscarriages", NOT_KNOWN), "")
    return max(listed, 0 if isinstance(answered, Problem) else answered) > 1


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
    ages = [case.oocyte_age_years, *(transfer.oocyte_age_years for transfer in case.history or ())]
    return max((age for age in ages if age is not None), default=None)


def _less(first: Value | None, second: int | None) -> Decimal | None:
    """A difference, known where both are."""
    return Decimal(first) - second if first is not None and second is not None else None


_DERIVED: Mapping[str, Callable[[Case, Answer | None, Values], Value | None]] = {
    "threshold_reached": lambda _, answer, __: None if answer is None else answer.reached,
    "failed_transfers": lambda case, _, __: len(counted_transfers(case)),
    "planned_ploidy": lambda case, _, __: case.ploidy and case.ploidy.value,
    "positive_test_in_history": lambda case, _, __: had_positive_test(case),
    "pregnancy_in_the_model": lambda case, _, __: _pregnancy_in_the_model(case),
    "miscarriages_beyond_history": lambda case, _, known: _less(known["miscarriages"], _longest_run_of_losses(case)),
    "failed_transfers_in_all": lambda case, _, known: _failed_transfers_in_all(case, known),
    "years_since_retrieval": lambda case, _, known: _less(known["woman_age_years"], _retrieval_age(case)),
    "years_since_first_transfer": lambda case, _, known: _less(
        known["woman_age_years"], case.prediction.woman_age_years if case.prediction else None
    ),
    "medication_list_complete": lambda case, _, __: _medications_known(case),
    "contraindicated_comedication": lambda _, __, known: known.get("contraindicated_comedication"),
    "serious_interaction": lambda _, __, known: known.get("serious_interaction"),
    "comedication_not_in_list": lambda _, __, known: known.get("comedication_not_in_list"),
}


def known_values(
    case: Case, answer: Answer | None, from_medications: Mapping[str, Value | None]
) -> dict[str, Value | None]:
    """The value of every fact for one case; ``None`` where it is not known. Refused answers are not known."""
    values = values_as_answered(case, answer, from_medications)
    return values | {"any_positive_test": values["positive_test_in_history"] or values["any_positive_test"]}


def values_as_answered(
    case: Case, answer: Answer | None, from_medications: Mapping[str, Value | None]
) -> dict[str, Value | None]:
    """The same before the history speaks for an answer that was not given, so that the two can be compared."""
    values: dict[str, Value | None] = {}
    for name, fact in facts().items():
        if fact.kind == "finding":
            finding = case.findings.get(fact.investigation or "")
            values[name] = finding.value if finding in {Finding.NORMAL, Finding.ABNORMAL} else None
        elif fact.kind != "derived":
            read = read_answer(fact, case.answers.get(name, NOT_KNOWN), name)
            values[name] = None if isinstance(read, Problem) else read
    known = {**values, **from_medications}
    return values | {name: work_out(case, answer, known) for name, work_out in _DERIVED.items()}


def here(leaves: tuple[Leaf, ...], values: Mapping[str, Value | None]) -> str:
    """What is known about the facts of some leaves, in words: ``Th1/Th2 ratio: 11.0; Assay: another``."""
    return said([leaf.fact for leaf in leaves], values)


def said(names: Iterable[str], values: Mapping[str, Value | None]) -> str:
    """What is known about some facts, in words."""
    known = facts()
    answers = {name: value for name in names if (value := values[name]) is not None}
    return "; ".join([f"{known[name].label}: {known[name].words(value)}" for name, value in answers.items()])


def labels(names: Iterable[str]) -> str:
    """The labels of facts, for a sentence on what is missing."""
    known = facts()
    return "; ".join(known[name].label for name in names)
