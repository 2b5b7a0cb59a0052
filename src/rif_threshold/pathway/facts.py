"""The facts that the rules ask about: declared in a table, read from a case, put into words."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal

from pydantic import Field

from rif_threshold import tables
from rif_threshold.answers import Answer
from rif_threshold.case import Case
from rif_threshold.errors import Problem
from rif_threshold.forms import echo, read_count, read_decimal
from rif_threshold.messages import did_you_mean
from rif_threshold.pathway.derived import DERIVED, NOT_KNOWN
from rif_threshold.pathway.reading import Number, check_rules
from rif_threshold.record import Record, once_a_record
from rif_threshold.rules import Condition, Domain, Kind, Leaf, Value, Values, evaluate
from rif_threshold.tables import Folder, SourceReference
from rif_threshold.vocabulary import Finding, Verdict

FACTS = "pathways/facts.toml"

_YES_NO: Mapping[str, Value | None] = {"yes": True, "no": False}
_TURNED = dict(zip(_YES_NO, reversed(tuple(_YES_NO)), strict=True))
_FOUND = {"normal": "normal", "abnormal": "abnormal"}


class Fact(Record):
    """One thing that a rule can ask.

    Attributes:
        id: its name in ``answers``.
        kind: ``yes_no``, ``choice``, ``count`` or ``number`` where it is asked; ``derived`` where the calculation
            knows it; ``finding`` where it is recorded in ``findings``; ``on_file`` where it is yes if what is recorded
            says so, and no otherwise: what nobody recorded is not on file.
        label: a short noun phrase for lists.
        question: what is asked, in plain words.
        help: what whoever answers should know.
        unit: of a number.
        options: of a choice, each with its words.
        minimum: the smallest number taken as possible. Ours.
        maximum: the largest.
        type: of a derived fact.
        asked_as: of a derived fact: the fact whose question asks for it.
        formerly: the name under which version 0.1.0 asked it, where what is asked has changed.
        turned: whether its yes is what was a no under that name.
        investigation: of a finding.
        when: of what is on file: what must be recorded.
        source: where the question comes from, if it has a source of its own.
    """

    id: str
    kind: Literal["yes_no", "choice", "count", "number", "derived", "finding", "on_file"]
    label: str
    question: str = ""
    help: str = ""
    unit: str = ""
    options: dict[str, str] = Field(default_factory=dict)
    minimum: Number = Decimal(0)
    maximum: Number | None = None
    type: Kind | None = None
    asked_as: str | None = None
    formerly: str | None = None
    turned: bool = False
    investigation: str | None = None
    when: Condition | None = Field(default=None, exclude=True)
    source: SourceReference | None = None

    @property
    def asked(self) -> bool:
        """Whether it is answered in ``answers``."""
        return self.kind not in {"derived", "finding", "on_file"}

    @property
    def value_kind(self) -> Kind:
        """What kind of value it has."""
        if self.kind == "finding":
            return Kind.CHOICE
        if self.kind == "on_file":
            return Kind.YES_NO
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
    on_file = [(f"[{fact.id}]", fact.when) for fact in found.values() if fact.when]
    known = {name: fact.domain for name, fact in found.items() if fact.kind != "on_file"}
    check_rules(folder, FACTS, on_file, known)
    for fact in found.values():
        if fact.asked_as is not None and not (fact.asked_as in found and found[fact.asked_as].question):
            raise folder.error(FACTS, f"{fact.id}: no fact {fact.asked_as!r} has a question", f"[{fact.id}]")
    if wrong := sorted(DERIVED.keys() ^ {fact.id for fact in found.values() if fact.kind == "derived"}):
        where = f"[{wrong[0]}"
        reason = f"what is derived differs from what can be worked out: {', '.join(wrong)}"
        raise folder.error(FACTS, reason, where if where in folder.text(FACTS) else 1)
    return found


def _incomplete(fact: Fact) -> str | None:
    """What a declaration lacks."""
    choice = fact.kind == "choice" or fact.type == Kind.CHOICE
    wrong = {
        "a fact that is asked needs a question": fact.asked and not fact.question,
        "a derived fact needs a type, and no other fact has one": (fact.kind == "derived") != (fact.type is not None),
        "a finding needs its investigation, and no other fact has one": (fact.kind == "finding")
        != (fact.investigation is not None),
        "what is on file needs its rule, and no other fact has one": (fact.kind == "on_file")
        != (fact.when is not None),
        "a choice needs options, and no other fact has them": choice != bool(fact.options),
        "the maximum must be above the minimum": fact.maximum is not None and fact.maximum <= fact.minimum,
    }
    return next((reason for reason, found in wrong.items() if found), None)


def as_now_named(answers: Mapping[str, str]) -> dict[str, str]:
    """Answers by the names that the facts have now.

    A question whose polarity was turned has its answer turned. Where two facts were one question, a no was a no to
    both; a yes does not say to which, and neither is known; ``no yes`` is what `as_first_named` makes of two answers.
    An old name beside the new one stays, and is refused.
    """
    found = dict(answers)
    for old, now in _formerly().items():
        if old not in answers or any(fact.id in answers for fact in now):
            continue
        text = found.pop(old)
        texts = text.split(" ")
        if len(texts) != len(now):
            texts = [NOT_KNOWN if text == "yes" else text] * len(now)
        turned = [_TURNED.get(each, each) if fact.turned else each for fact, each in zip(now, texts, strict=True)]
        found |= zip((fact.id for fact in now), turned, strict=True)
    return found


def as_first_named(answers: Mapping[str, str]) -> dict[str, str]:
    """The same by the names of version 0.1.0, for a code whose dictionary has those; `as_now_named` gives them back."""
    found = dict(answers)
    for old, now in _formerly().items():
        if all(fact.id in answers for fact in now):
            texts = [found.pop(fact.id) for fact in now]
            turned = [_TURNED.get(each, each) if fact.turned else each for fact, each in zip(now, texts, strict=True)]
            found[old] = turned[0] if set(turned) in ({"no"}, {NOT_KNOWN}) or len(now) == 1 else " ".join(turned)
    return found


def _formerly() -> dict[str, list[Fact]]:
    """The facts that had another name, by that name."""
    found: dict[str, list[Fact]] = {}
    for fact in facts().values():
        if fact.formerly:
            found.setdefault(fact.formerly, []).append(fact)
    return found


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
        elif not fact.asked:
            yield Problem(
                field, echo(text), "this is worked out from the rest of the case, not answered", "not_an_answer"
            )
        elif isinstance(answer := read_answer(fact, text, field), Problem):
            yield answer


def known_values(case: Case, answer: Answer | None, from_medications: Values) -> dict[str, Value | None]:
    """The value of every fact for one case; ``None`` where it is not known. Refused answers are not known."""
    values = values_as_answered(case, answer, from_medications)
    values["any_positive_test"] = values["positive_test_in_history"] or values["any_positive_test"]
    values["planned_stage"] = values["planned_stage"] or values["stage_in_the_case"]
    values["diabetes"] = values["diabetes_known"] or values["diabetes"]
    values["hypertension_treated"] = values["blood_pressure_treated"] or values["hypertension_treated"]
    # While a test is awaited, "not pregnant" is not known to be so.
    awaited = values["pregnant_in_history"] is None and not values["pregnant"]
    values["pregnant"] = None if awaited else values["pregnant_in_history"] or values["pregnant"]
    on_file = {name: fact.when for name, fact in facts().items() if fact.when}
    return values | {name: evaluate(when, values).verdict == Verdict.YES for name, when in on_file.items()}


def values_as_answered(case: Case, answer: Answer | None, from_medications: Values) -> dict[str, Value | None]:
    """The same before the history speaks for an answer that was not given, so that the two can be compared."""
    values = _answered(case)
    known = {**values, **from_medications}
    return values | {name: work_out(case, answer, known) for name, work_out in DERIVED.items()}


@once_a_record
def _answered(case: Case) -> dict[str, Value | None]:
    """What was found and answered, as read."""
    values: dict[str, Value | None] = {}
    for name, fact in facts().items():
        if fact.kind == "finding":
            finding = case.findings.get(fact.investigation or "")
            values[name] = finding.value if finding in {Finding.NORMAL, Finding.ABNORMAL} else None
        elif fact.kind != "derived":
            read = read_answer(fact, case.answers.get(name, NOT_KNOWN), name)
            values[name] = None if isinstance(read, Problem) else read
    return values


def here(leaves: tuple[Leaf, ...], values: Values) -> str:
    """What is known about the facts of some leaves, in words: ``Th1/Th2 ratio: 11.0; Assay: another``."""
    return said([leaf.fact for leaf in leaves], values)


def said(names: Iterable[str], values: Values) -> str:
    """What is known about some facts, in words. What is on file says what was recorded."""
    known = facts()
    parts = []
    for name in names:
        fact, value = known[name], values[name]
        if value is None:
            continue
        recorded = here(evaluate(fact.when, values).decided, values) if fact.when and value else ""
        parts.append(f"{fact.label}: {fact.words(value)}" + (f" ({recorded})" if recorded else ""))
    return "; ".join(parts)


def labels(names: Iterable[str]) -> str:
    """The labels of facts, for a sentence on what is missing."""
    known = facts()
    return "; ".join(known[name].label for name in names)
