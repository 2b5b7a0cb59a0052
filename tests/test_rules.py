"""The condition language: full three-valued truth tables, and every way a rule can be wrong."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rif_threshold.rules import (
    All,
    Condition,
    Domain,
    Kind,
    Values,
    defect,
    evaluate,
    examples,
    leaves,
    opposite,
    together,
)
from rif_threshold.vocabulary import Verdict

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.NOT_KNOWN
MEANING = {YES: True, NO: False, UNKNOWN: None}

DOMAINS = {
    "a": Domain(Kind.YES_NO),
    "b": Domain(Kind.YES_NO),
    "count": Domain(Kind.COUNT, maximum=Decimal(10)),
    "ratio": Domain(Kind.NUMBER, minimum=Decimal("0.1"), maximum=Decimal(100)),
    "open": Domain(Kind.NUMBER),
    "stage": Domain(Kind.CHOICE, ("early", "late")),
}


def rule(data: object) -> Condition:
    return TypeAdapter(Condition).validate_python(data)


def fact(name: str) -> dict[str, object]:
    return {"fact": name, "is": True}


def values(**verdicts: Verdict) -> Values:
    return {name: MEANING[verdict] for name, verdict in verdicts.items()}


# Kleene's strong logic, written out (S. C. Kleene, Introduction to Metamathematics, 1952, section 64).
AND = {
    (YES, YES): YES, (YES, UNKNOWN): UNKNOWN, (YES, NO): NO,
    (UNKNOWN, YES): UNKNOWN, (UNKNOWN, UNKNOWN): UNKNOWN, (UNKNOWN, NO): NO,
    (NO, YES): NO, (NO, UNKNOWN): NO, (NO, NO): NO,
}  # fmt: skip
OR = {
    (YES, YES): YES, (YES, UNKNOWN): YES, (YES, NO): YES,
    (UNKNOWN, YES): YES, (UNKNOWN, UNKNOWN): UNKNOWN, (UNKNOWN, NO): UNKNOWN,
    (NO, YES): YES, (NO, UNKNOWN): UNKNOWN, (NO, NO): NO,
}  # fmt: skip
NOT = {YES: NO, UNKNOWN: UNKNOWN, NO: YES}


@pytest.mark.parametrize(("a", "b"), list(product(Verdict, Verdict)))
def test_truth_tables(a: Verdict, b: Verdict) -> None:
    known = values(a=a, b=b)
    assert evaluate(rule({"all": [fact("a"), fact("b")]}), known).verdict == AND[a, b]
    assert evaluate(rule({"any": [fact("a"), fact("b")]}), known).verdict == OR[a, b]
    assert evaluate(rule({"not": fact("a")}), known).verdict == NOT[a] == opposite(a)


@pytest.mark.parametrize(
    ("leaf", "value", "verdict"),
    [
        ({"is": True}, True, YES),
        ({"is": True}, False, NO),
        ({"is": False}, False, YES),
        ({"is": "late"}, "late", YES),
        ({"is": "late"}, "early", NO),
        ({"one_of": ["early", "late"]}, "late", YES),
        ({"one_of": ["early"]}, "late", NO),
        # The four comparisons at, just below and just above their limit: 10.3 and 11.8 decide protocols.
        ({"at_least": Decimal("10.3")}, Decimal("10.3"), YES),
        ({"at_least": Decimal("10.3")}, Decimal("10.299999"), NO),
        ({"more_than": 4}, 4, NO),
        ({"more_than": 4}, 5, YES),
        ({"at_most": Decimal("11.8")}, Decimal("11.8"), YES),
        ({"at_most": Decimal("11.8")}, Decimal("11.800001"), NO),
        ({"less_than": 40}, 40, NO),
        ({"less_than": 40}, 39, YES),
    ],
)
def test_every_operator(leaf: dict[str, object], value: bool | str | Decimal | int, verdict: Verdict) -> None:
    condition = rule({"fact": "x", **leaf})
    assert evaluate(condition, {"x": value}).verdict == verdict
    assert evaluate(condition, {"x": None}).verdict == UNKNOWN
    assert evaluate(condition, {}).missing == ("x",)


def test_only_what_decided_is_reported() -> None:
    condition = rule({"all": [fact("a"), fact("b"), {"any": [fact("c"), fact("d")]}]})
    no = evaluate(condition, {"a": True, "b": False, "c": None, "d": None})
    assert (no.verdict, [leaf.fact for leaf in no.decided], no.missing) == (NO, ["b"], ())
    unknown = evaluate(condition, {"a": True, "b": None, "c": False, "d": None})
    assert (unknown.verdict, unknown.decided, unknown.missing) == (UNKNOWN, (), ("b", "d"))
    yes = evaluate(condition, {"a": True, "b": True, "c": False, "d": True})
    assert (yes.verdict, [leaf.fact for leaf in yes.decided]) == (YES, ["a", "b", "d"])
    assert [leaf.fact for leaf in leaves(rule({"not": condition.model_dump(by_alias=True, exclude_unset=True)}))] == [
        "a", "b", "c", "d",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"fact": "a", "bigger_than": 3}, "bigger_than"),
        ({"fact": "a"}, "exactly one operator"),
        ({"fact": "ratio", "at_least": 1, "at_most": 2}, "exactly one operator"),
        ({"fact": "stage", "one_of": []}, "one_of"),
        ({"all": []}, "all"),
        ({"any": [fact("a")], "all": [fact("b")]}, "any"),
        ({"nothing": 1}, "nothing"),
        ("a", "dict"),
    ],
)
def test_a_malformed_rule_is_refused(data: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        rule(data)


@pytest.mark.parametrize(
    ("data", "reason", "about"),
    [
        (fact("misspelt"), "not known", "misspelt"),
        ({"fact": "a", "is": "true"}, "only is = true or false", "a"),
        ({"fact": "a", "at_least": 1}, "only is = true or false", "a"),
        ({"fact": "stage", "is": True}, "`is` or `one_of`", "stage"),
        ({"fact": "stage", "more_than": 1}, "`is` or `one_of`", "stage"),
        ({"fact": "stage", "one_of": ["early", "never"]}, "never is none of its options", "stage"),
        ({"fact": "ratio", "is": "high"}, "at_least, at_most", "ratio"),
        ({"fact": "count", "at_least": Decimal("2.5")}, "whole number", "count"),
        # A rule that can never come out yes, or never no, is a mistake.
        ({"fact": "ratio", "at_least": 101}, "never come out yes", "ratio"),
        ({"fact": "count", "at_least": 0}, "never come out no", "count"),
        (
            {"all": [{"fact": "count", "more_than": 4}, {"fact": "count", "less_than": 5}]},
            "never come out yes",
            "count",
        ),
        ({"any": [fact("a"), {"not": fact("a")}]}, "never come out no", "a"),
        ({"all": [fact("a"), {"fact": "a", "is": False}]}, "never come out yes", "a"),
        ({"fact": "stage", "one_of": ["early", "late"]}, "never come out no", "stage"),
    ],
)
def test_a_rule_that_does_not_fit_its_facts_is_named(data: object, reason: str, about: str) -> None:
    found = defect(rule(data), DOMAINS)
    assert found is not None
    assert reason in found[0]
    assert found[1] == about


def test_a_number_between_two_limits_is_found() -> None:
    # 10.3 <= ratio < 11.8 can be yes only between the limits; a count in (4, 6) only at 5.
    band = rule(
        {"all": [{"fact": "ratio", "more_than": Decimal("10.3")}, {"fact": "ratio", "less_than": Decimal("11.8")}]}
    )
    assert defect(band, DOMAINS) is None
    five = rule({"all": [{"fact": "count", "more_than": 4}, {"fact": "count", "less_than": 6}]})
    assert examples(five, DOMAINS)[YES] == {"count": 5}
    assert defect(rule({"fact": "open", "at_least": 3}), DOMAINS) is None


def test_too_many_facts_at_once_are_refused() -> None:
    many = {f"f{number}": Domain(Kind.YES_NO) for number in range(20)}
    never = rule({"all": [fact(name) for name in many] + [{"not": fact("f0")}]})
    assert defect(never, many) == ("the condition is about too many facts at once; split it", "f0")


def test_contradictions_are_found_across_conditions() -> None:
    high, low = rule({"fact": "ratio", "at_least": 50}), rule({"fact": "ratio", "at_most": 40})
    both = rule({"all": [fact("a"), {"fact": "count", "at_least": 3}]})
    assert together([high, both], DOMAINS) == {"ratio": Decimal(50), "a": True, "count": 3}
    assert together([high, both, low], DOMAINS) is None
    joined = together([rule(fact("a")), rule({"fact": "count", "at_most": 3}), both], DOMAINS)
    assert joined == {"a": True, "count": 3}
    assert together([], DOMAINS) == {}


@given(st.data())
def test_knowing_more_never_turns_a_decided_verdict(data: st.DataObject) -> None:
    names = list("abcd")
    tree = data.draw(
        st.recursive(
            st.sampled_from([fact(name) for name in names]),
            lambda inner: st.one_of(
                st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
                st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
                inner.map(lambda part: {"not": part}),
            ),
            max_leaves=6,
        )
    )
    some = data.draw(st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in names}))
    more = {name: data.draw(st.booleans()) if value is None else value for name, value in some.items()}
    before, after = evaluate(rule(tree), some), evaluate(rule(tree), more)
    assert after.verdict != UNKNOWN
    assert before.verdict in {after.verdict, UNKNOWN}
    assert (before.verdict == UNKNOWN) == bool(before.missing)
    assert all(some[name] is None for name in before.missing)
    assert isinstance(rule({"all": [tree]}), All)
