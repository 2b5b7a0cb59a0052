"""The condition language of the tables, and its three-valued evaluation. There is no medicine in it.

A condition is a *leaf* about one fact (``{ fact = "age", at_least = 18 }``) or a *node* over conditions (``all``,
``any``, ``not``). A fact that is not known makes a leaf *not known*, and Kleene's logic carries that upwards: what
is missing is neither yes nor no, unless the rest has decided already.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import chain, islice, pairwise, product
from typing import Annotated, Any, NamedTuple, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from rif_threshold.record import Record
from rif_threshold.vocabulary import Verdict

Value: TypeAlias = bool | int | Decimal | str
Values: TypeAlias = Mapping[str, Value | None]

MOST_TRIALS = 100 * 100
"""How many combinations of values are tried, at most, to find out whether a rule can be yes and can be no."""

_NUMERIC: Mapping[str, Callable[[Any, Any], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
}


class Leaf(Record):
    """One question about one fact, with exactly one operator."""

    fact: str
    is_: bool | str | None = Field(default=None, alias="is")
    one_of: tuple[str, ...] | None = Field(default=None, min_length=1)
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    more_than: Decimal | None = None
    less_than: Decimal | None = None

    @model_validator(mode="after")
    def _one_operator(self) -> "Leaf":
        if len(self.model_fields_set - {"fact"}) != 1:
            raise ValueError("exactly one operator is needed beside `fact`")
        return self

    @property
    def comparison(self) -> tuple[str, Any]:
        """The operator's name and what the fact is compared with."""
        (name,) = self.model_fields_set - {"fact"}
        return name.rstrip("_"), getattr(self, name)

    def holds(self, value: Value) -> bool:
        """Whether a known value satisfies the leaf."""
        if self.is_ is not None:
            return value == self.is_
        name, wanted = ("one_of", self.one_of) if self.one_of else self.comparison
        return value in wanted if name == "one_of" else _NUMERIC[name](value, wanted)


class All(Record):
    """Yes where every condition is."""

    all: tuple["Condition", ...] = Field(min_length=1)


class AnyOf(Record):
    """Yes where at least one condition is."""

    any: tuple["Condition", ...] = Field(min_length=1)


class Not(Record):
    """The opposite of a condition; what is not known stays not known."""

    not_: "Condition" = Field(alias="not")


_SHAPES: Mapping[type, str] = {All: "all", AnyOf: "any", Not: "not"}


def _shape(data: object) -> str:
    """Which kind of condition is meant, by its key. Whatever has none is read as a leaf, and refused there."""
    if isinstance(data, Mapping):
        return next((key for key in _SHAPES.values() if key in data), "leaf")
    return _SHAPES.get(type(data), "leaf")


Condition: TypeAlias = Annotated[
    Annotated[Leaf, Tag("leaf")]
    | Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(_shape),
]


class Judgement(NamedTuple):
    """What a condition came to: the verdict, the facts still missing, and the leaves that decided.

    ``missing`` is empty unless the verdict is *not known*; ``decided`` is empty if it is.
    """

    verdict: Verdict
    missing: tuple[str, ...] = ()
    decided: tuple[Leaf, ...] = ()


def both(verdicts: Iterable[Verdict]) -> Verdict:
    """Kleene's *and*: no where one is no, else not known where one is not known, else yes."""
    seen = set(verdicts)
    return next((verdict for verdict in (Verdict.NO, Verdict.NOT_KNOWN) if verdict in seen), Verdict.YES)


def either(verdicts: Iterable[Verdict]) -> Verdict:
    """Kleene's *or*: yes where one is yes, else not known where one is not known, else no."""
    seen = set(verdicts)
    return next((verdict for verdict in (Verdict.YES, Verdict.NOT_KNOWN) if verdict in seen), Verdict.NO)


def opposite(verdict: Verdict) -> Verdict:
    """Kleene's *not*."""
    return {Verdict.YES: Verdict.NO, Verdict.NO: Verdict.YES}.get(verdict, verdict)


def evaluate(condition: Condition, values: Values) -> Judgement:
    """Judge a condition by the facts that are known. A fact that is absent or ``None`` is not known.

    >>> evaluate(Leaf.model_validate({"fact": "age", "at_least": 18}), {"age": 17}).verdict
    <Verdict.NO: 'no'>
    >>> evaluate(Leaf.model_validate({"fact": "age", "at_least": 18}), {}).missing
    ('age',)
    """
    if isinstance(condition, Leaf):
        value = values.get(condition.fact)
        if value is None:
            return Judgement(Verdict.NOT_KNOWN, missing=(condition.fact,))
        return Judgement(Verdict.YES if condition.holds(value) else Verdict.NO, decided=(condition,))
    if isinstance(condition, Not):
        inner = evaluate(condition.not_, values)
        return Judgement(opposite(inner.verdict), inner.missing, inner.decided)
    parts = [evaluate(part, values) for part in _parts(condition)]
    return combine(parts, both if isinstance(condition, All) else either)


def combine(parts: Iterable[Judgement], join: Callable[[Iterable[Verdict]], Verdict] = both) -> Judgement:
    """Join judgements, keeping only what made the joint verdict."""
    parts = tuple(parts)
    verdict = join(part.verdict for part in parts)
    deciding = [part for part in parts if part.verdict == verdict]
    if len(deciding) == 1:
        return deciding[0]
    return Judgement(
        verdict,
        tuple(dict.fromkeys(chain.from_iterable(part.missing for part in deciding))),
        tuple(dict.fromkeys(chain.from_iterable(part.decided for part in deciding))),
    )


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield every leaf of a condition, from left to right."""
    if isinstance(condition, Leaf):
        yield condition
    else:
        for part in _parts(condition):
            yield from leaves(part)


def _parts(condition: All | AnyOf | Not) -> tuple[Condition, ...]:
    if isinstance(condition, Not):
        return (condition.not_,)
    return condition.all if isinstance(condition, All) else condition.any


class Kind(StrEnum):
    """What kind of value a fact has."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    COUNT = "count"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Domain:
    """Which values a fact can have."""

    kind: Kind
    options: tuple[str, ...] = ()
    minimum: Decimal = Decimal(0)
    maximum: Decimal | None = None


Domains: TypeAlias = Mapping[str, Domain]


def defect(condition: Condition, domains: Domains) -> tuple[str, str] | None:
    """What is wrong with a condition: a reason and the fact it is about. ``None`` where nothing is.

    A fact must be known by name, its operator must fit its kind, what it is compared with must be possible, and
    the whole condition must be able to come out yes and no: a rule that always or never holds is a mistake.
    """
    for leaf in leaves(condition):
        if leaf.fact not in domains:
            return f"the fact {leaf.fact!r} is not known", leaf.fact
        if reason := _misfit(leaf, domains[leaf.fact]):
            return f"{leaf.fact}: {reason}", leaf.fact
    fact = next(leaves(condition)).fact
    try:
        found = examples(condition, domains)
    except OverflowError:
        return "the condition is about too many facts at once; split it", fact
    never = [verdict for verdict in (Verdict.YES, Verdict.NO) if verdict not in found]
    return (f"the condition can never come out {never[0]}", fact) if never else None


def _misfit(leaf: Leaf, domain: Domain) -> str | None:
    """Why an operator or its value does not fit a fact."""
    name, wanted = leaf.comparison
    match domain.kind:
        case Kind.YES_NO:
            fits = name == "is" and isinstance(wanted, bool)
            return None if fits else "a yes-or-no fact takes only is = true or false"
        case Kind.CHOICE:
            asked = (wanted,) if name == "is" else wanted
            if name not in {"is", "one_of"} or not all(isinstance(option, str) for option in asked):
                return "a choice takes only `is` or `one_of`, with its options"
            unknown = [option for option in asked if option not in domain.options]
            return f"{', '.join(unknown)} is none of its options" if unknown else None
        case _:
            if name not in _NUMERIC:
                return "a number takes only at_least, at_most, more_than or less_than"
            return "a whole number is needed" if domain.kind == Kind.COUNT and wanted % 1 else None


def examples(condition: Condition, domains: Domains) -> dict[Verdict, dict[str, Value | None]]:
    """Find values that make a condition yes, no and not known, as far as there are any.

    For numbers it is enough to try both ends of the range, every limit that the condition names, and a value
    between any two neighbours: nothing else can change a verdict.

    Raises:
        OverflowError: where there are too many combinations to try.
    """
    facts = list(dict.fromkeys(leaf.fact for leaf in leaves(condition)))
    choices = [list(_candidates(fact, condition, domains[fact])) for fact in facts]
    found: dict[Verdict, dict[str, Value | None]] = {Verdict.NOT_KNOWN: dict.fromkeys(facts)}
    trials = product(*choices)
    for trial in islice(trials, MOST_TRIALS):
        values: dict[str, Value | None] = dict(zip(facts, trial, strict=True))
        found.setdefault(evaluate(condition, values).verdict, values)
        if len(found) == len(Verdict):
            return found
    if next(trials, None) is not None:
        raise OverflowError
    return found


def _candidates(fact: str, condition: Condition, domain: Domain) -> Iterable[Value]:
    """The values of one fact between which a condition can tell."""
    if domain.kind == Kind.YES_NO:
        return (True, False)
    if domain.kind == Kind.CHOICE:
        return domain.options
    limits = {leaf.comparison[1] for leaf in leaves(condition) if leaf.fact == fact} | {domain.minimum}
    limits.add(max(limits) + 1 if domain.maximum is None else domain.maximum)
    if domain.kind == Kind.COUNT:
        near: set[Any] = {int(limit) + step for limit in limits for step in (-1, 0, 1)}
    else:
        near = limits | {(low + high) / 2 for low, high in pairwise(sorted(limits))}
    return sorted(
        value for value in near if domain.minimum <= value and (domain.maximum is None or value <= domain.maximum)
    )


def together(conditions: Iterable[Condition], domains: Domains) -> dict[str, Value | None] | None:
    """Find values that satisfy all conditions at once; ``None`` where they contradict each other.

    Conditions that share no fact cannot contradict each other, so each group that does share is tried alone.
    """
    groups: list[tuple[set[str], list[Condition]]] = []
    for condition in conditions:
        facts, members = {leaf.fact for leaf in leaves(condition)}, [condition]
        for group in [group for group in groups if group[0] & facts]:
            groups.remove(group)
            facts, members = facts | group[0], group[1] + members
        groups.append((facts, members))
    values: dict[str, Value | None] = {}
    for _, members in groups:
        found = examples(All(all=tuple(members)), domains)
        if Verdict.YES not in found:
            return None
        values |= found[Verdict.YES]
    return values
