"""The edges of what is read and of what a rule can ask: limits from both sides, refusals with what was typed."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

import oracle
from rif_threshold import InvalidInput, cumulative_curve, cumulative_probability, margin, transfers_to_exceed
from rif_threshold.case import Case, read_case
from rif_threshold.errors import Problem
from rif_threshold.forms import as_typed, echo, read_count, read_decimal, read_json_object, read_percent
from rif_threshold.rules import Condition, Domain, Kind, defect, evaluate, examples, together
from rif_threshold.vocabulary import Verdict

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.NOT_KNOWN


# What was typed is repeated in the field where it was typed.


@pytest.mark.parametrize("read", [read_percent, read_count, read_decimal])
@pytest.mark.parametrize(
    ("typed", "given_", "code"),
    [
        ("12,5", "12,5", "decimal_comma"),
        (" -3 ", "-3", "negative"),
        ("x" * 101, "x" * 100 + "…", "form"),
        (True, "true", "form"),
        (None, "", "missing"),
        ("5 %", "5 %", "percent_sign"),
    ],
)
def test_a_refusal_repeats_what_was_typed(
    read: Callable[[object, str], Any], typed: object, given_: str, code: str
) -> None:
    found = read(typed, "some_field")
    assert isinstance(found, Problem)
    assert (found.field, found.given, found.code) == ("some_field", given_, code)
    assert found.allowed
    assert not found.outside_evidence


def test_a_percentage_out_of_range_is_repeated() -> None:
    found = read_percent("100", "f")
    assert isinstance(found, Problem)
    assert (found.field, found.given, found.code) == ("f", "100", "range")
    assert read_percent("99.999999", "f") == Decimal("99.999999")


def test_space_around_a_number_is_no_part_of_it() -> None:
    for text in ("\t36", "36\r\n", " 36 "):
        assert read_count(text, "f") == 36
        assert read_decimal(text, "f") == 36
    assert isinstance(read_count("\u00a036", "f"), Problem)
    assert isinstance(read_count("3 6", "f"), Problem)


def test_what_is_repeated_ends_at_a_hundred_letters() -> None:
    assert echo("x" * 100) == "x" * 100
    assert echo("x" * 101) == "x" * 100 + "…"
    assert as_typed(given=False) == "false"
    assert as_typed(np.float64(0.1)) == as_typed(np.float32(0.5)).replace("5", "1") == "0.1"
    assert as_typed(Decimal("0.10")) == "0.10"


def test_json_names_what_is_wrong() -> None:
    for text, given_ in (('{"b": 1, "a": 1, "a": 2, "b": 3}', "a, b"), ("[]", ""), ("{", "")):
        with pytest.raises(InvalidInput) as raised:
            read_json_object(text)
        (problem,) = raised.value.problems
        assert (problem.field, problem.given, problem.code) == ("case", given_, "json")
    with pytest.raises(InvalidInput) as raised:
        read_json_object('{"a": 1,\n "b" 2}')
    assert "line 2, column 6" in raised.value.problems[0].allowed
    assert read_json_object('{"a": 1, "b": {"a": 2}}') == {"a": "1", "b": {"a": "2"}}


# A case.


def problems(**data: Any) -> list[tuple[str, str, str]]:
    return [(problem.field, problem.given, problem.code) for problem in read_case(data)[1]]


FAILED = {"result": "no_positive_test"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"clinic_successes": 5, "clinic_transfers": 3}, ("clinic_successes, clinic_transfers", "5 of 3")),
        ({"clinic_successes": 0, "clinic_transfers": 0}, ("clinic_transfers", "0")),
        ({"minimum_transfers": 0}, ("minimum_transfers", "0")),
        ({"history": [FAILED, FAILED | {"embryos": 0}]}, ("history.2.embryos", "0")),
        ({"live_birth_percent": "0.238"}, ("live_birth_percent", "0.238")),
        ({"history": [FAILED, FAILED | {"per_transfer_percent": "1"}]}, ("history.2.per_transfer_percent", "1")),
        ({"small_percent_confirmed": "perhaps"}, ("small_percent_confirmed", "perhaps")),
        ({"medications": ["a", "x" * 101]}, ("medications.2", "x" * 100 + "…")),
    ],
)
def test_what_cannot_be_is_repeated_beside_its_field(data: dict[str, Any], expected: tuple[str, str]) -> None:
    assert [each[:2] for each in problems(**data)] == [expected]


@pytest.mark.parametrize(
    "data",
    [
        {"clinic_successes": 5, "clinic_transfers": 5},
        {"clinic_successes": 5},
        {"clinic_transfers": 5},
        {"clinic_percent": "1.000001"},
        {"minimum_transfers": 1},
        {"failed_transfers": 0},
        {"history": [FAILED | {"embryos": 1}]},
        {"history": [FAILED | {"per_transfer_percent": "0.3"}], "small_percent_confirmed": "yes"},
        {"medications": ["a" * 100]},
        {"medications": []},
    ],
)
def test_what_can_be_is_taken(data: dict[str, Any]) -> None:
    assert problems(**data) == []


def test_the_small_percentage_that_was_meant_is_offered() -> None:
    (problem,) = read_case({"live_birth_percent": "0.238"})[1]
    assert "did you mean 23.8?" in problem.sentence
    (problem,) = read_case({"live_birth_percent": "1"})[1]
    assert "did you mean" not in problem.sentence


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("yes", True), ("no", False), ("true", True), ("false", False), (True, True), (False, False), (" yes ", True)],
)
def test_yes_and_no_are_read_in_each_form(typed: object, answer: bool) -> None:
    assert Case(small_percent_confirmed=typed).small_percent_confirmed is answer


def test_names_may_be_typed_as_numbers() -> None:
    assert Case(answers={"miscarriages": 3, "adenomyosis": True}).answers == {
        "miscarriages": "3",
        "adenomyosis": "true",
    }


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (
            {"prediction": {"woman_age_years": 36, "icsi": "perhaps", "x": 1}, "ploidy": "euploid"},
            {"prediction": {"woman_age_years": 36}, "ploidy": "euploid"},
        ),
        (
            {"history": [FAILED | {"ploidy": "euploid", "embryos": 0}, {"result": "x", "ploidy": "untested"}]},
            {"history": [FAILED | {"ploidy": "euploid"}, FAILED | {"ploidy": "untested"}]},
        ),
        ({"history": [5], "ploidy": "euploid"}, {"history": [FAILED], "ploidy": "euploid"}),
        ({"clinic_successes": 5, "clinic_transfers": 3, "oocyte_age_years": 36}, {"oocyte_age_years": 36}),
        ({"answers": {"a": "", "b": "yes"}, "ploidy": "euploid"}, {"answers": {"b": "yes"}, "ploidy": "euploid"}),
    ],
)
def test_what_has_no_problem_is_kept(data: dict[str, Any], kept: dict[str, Any]) -> None:
    case, found = read_case(data)
    assert found
    assert case == Case(**kept)


# The condition language.

DOMAINS = {
    "a": Domain(Kind.YES_NO),
    "b": Domain(Kind.YES_NO),
    "count": Domain(Kind.COUNT, maximum=Decimal(10)),
    "from_two": Domain(Kind.COUNT, minimum=Decimal(2), maximum=Decimal(4)),
    "ratio": Domain(Kind.NUMBER, minimum=Decimal("0.1"), maximum=Decimal(100)),
    "open": Domain(Kind.NUMBER),
    "stage": Domain(Kind.CHOICE, ("early", "middle", "late")),
}


def rule(data: object) -> Condition:
    return TypeAdapter(Condition).validate_python(data)


@pytest.mark.parametrize(
    "data",
    [
        {"fact": "a", "is": True},
        {"fact": "stage", "is": "early"},
        {"fact": "stage", "one_of": ["early", "late"]},
        {"fact": "count", "at_least": 10},
        {"fact": "count", "at_most": 0},
        {"fact": "from_two", "more_than": 2},
        {"fact": "from_two", "less_than": 4},
        {"fact": "ratio", "more_than": Decimal("0.1")},
        {"fact": "ratio", "less_than": 100},
        {"fact": "ratio", "at_least": 100},
        {"fact": "open", "more_than": 1000},
        {"all": [{"fact": "ratio", "more_than": 50}, {"fact": "ratio", "less_than": 51}]},
    ],
)
def test_a_rule_at_the_end_of_its_range_is_a_rule(data: object) -> None:
    condition = rule(data)
    assert defect(condition, DOMAINS) is None
    found = examples(condition, DOMAINS)
    assert set(found) == {YES, NO, UNKNOWN}
    for verdict, values in found.items():
        assert evaluate(condition, values).verdict == verdict
        for name, value in values.items():
            domain = DOMAINS[name]
            if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
                assert domain.minimum <= value
                assert domain.maximum is None or value <= domain.maximum


@pytest.mark.parametrize(
    ("data", "never"),
    [
        ({"fact": "from_two", "less_than": 2}, "yes"),
        ({"fact": "from_two", "more_than": 4}, "yes"),
        ({"fact": "from_two", "at_least": 2}, "no"),
        ({"fact": "from_two", "at_most": 4}, "no"),
        ({"fact": "ratio", "less_than": Decimal("0.1")}, "yes"),
        ({"fact": "open", "less_than": 0}, "yes"),
        ({"fact": "open", "at_least": 0}, "no"),
        ({"all": [{"fact": "count", "more_than": 4}, {"fact": "count", "less_than": 5}]}, "yes"),
    ],
)
def test_a_rule_beyond_the_end_of_its_range_is_a_mistake(data: object, never: str) -> None:
    assert defect(rule(data), DOMAINS) == (f"the condition can never come out {never}", next(iter(_facts(data))))


def _facts(data: Any) -> list[str]:
    return [data["fact"]] if "fact" in data else [name for part in data["all"] for name in _facts(part)]


def test_every_unknown_option_is_named() -> None:
    found = defect(rule({"fact": "stage", "one_of": ["early", "x", "y"]}), DOMAINS)
    assert found == ("stage: x, y is none of its options", "stage")
    assert defect(rule({"any": [{"fact": "a", "is": True}, {"fact": "x", "is": True}]}), DOMAINS) == (
        "the fact 'x' is not known",
        "x",
    )


def test_conditions_that_share_a_fact_over_several_steps_are_tried_together() -> None:
    links = [
        rule({"any": [{"fact": "a", "is": True}, {"fact": "count", "at_least": 5}]}),
        rule({"any": [{"fact": "b", "is": True}, {"fact": "stage", "is": "late"}]}),
        rule({"all": [{"fact": "a", "is": False}, {"fact": "b", "is": False}]}),
    ]
    found = together(links, DOMAINS)
    assert found is not None
    assert set(found) == {"a", "b", "count", "stage"}
    assert (found["a"], found["b"], found["stage"]) == (False, False, "late")
    assert all(evaluate(link, found).verdict == YES for link in links)
    assert together([*links, rule({"fact": "stage", "is": "early"})], DOMAINS) is None
    assert together([*links, rule({"fact": "count", "less_than": 5})], DOMAINS) is None


def test_what_decides_and_what_is_missing_is_named_once_and_in_order() -> None:
    one, two = {"fact": "b", "is": True}, {"fact": "a", "is": True}
    found = evaluate(rule({"all": [one, two, one]}), {"a": True, "b": True})
    assert [leaf.fact for leaf in found.decided] == ["b", "a"]
    assert evaluate(rule({"any": [one, two, one]}), {}).missing == ("b", "a")


# The arithmetic, at the edges of what it takes.


@pytest.mark.parametrize(
    "call",
    [
        lambda: cumulative_probability(0.2, 1001),
        lambda: cumulative_probability(0.2, -1),
        lambda: cumulative_probability(0.2, 1.5),
        lambda: cumulative_probability(1, 2),
        lambda: cumulative_probability(0, 2),
        lambda: transfers_to_exceed(0.2, 0.6, 0),
        lambda: transfers_to_exceed(0.2, 0.6, 1001),
        lambda: transfers_to_exceed(0.2, 1),
        lambda: transfers_to_exceed(0.2, [0.5, 1.0]),
        lambda: transfers_to_exceed([0.2, 0.3], 0.6, [1, 0]),
        lambda: transfers_to_exceed("x", 0.6),
        lambda: cumulative_curve(0.3),
        lambda: cumulative_curve([0.3, 1.0]),
    ],
)
def test_what_lies_outside_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="must"):
        call()


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: cumulative_probability([[0.2, 0.3], [0.3, 1.0]], 2), r"^p\[1\]\[1\] must"),
        (lambda: cumulative_probability(np.append(np.full(70_000, 0.2), 0.0), 2), r"^p\[70000\] must"),
        (lambda: transfers_to_exceed([0.2, float("nan")], 0.6), r"^p\[1\] must"),
        (lambda: transfers_to_exceed([0.2, 0.3], [0.6, 0.0]), r"^threshold\[1\] must"),
        (lambda: transfers_to_exceed(0.2, 0.6, 0), r"^minimum must .* 1 to 1000"),
        (lambda: cumulative_probability(0.2, [3, 1001]), r"^n must .* 0 to 1000"),
        (lambda: cumulative_probability(0.2, [1.5]), r"^n must be a whole number$"),
        (lambda: cumulative_curve([[0.2], [1.2]]), r"^probabilities\[1\]\[0\] must"),
        (lambda: transfers_to_exceed(1.0, 0.6), r"^p must"),
        (lambda: transfers_to_exceed(0.5, 0), r"^threshold must"),
    ],
)
def test_the_first_that_lies_outside_is_named(call: Callable[[], object], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        call()


def test_the_edges_are_taken() -> None:
    assert cumulative_probability(0.2, 0) == 0
    assert cumulative_probability(0.001, 1000) == pytest.approx(1 - 0.999**1000, rel=1e-12)
    assert cumulative_probability([0.2], [0, 1000]).tolist() == pytest.approx([0, 1])
    assert transfers_to_exceed(0.5, 0.2, 1) == 1
    assert transfers_to_exceed(0.5, 0.2, 1000) == 1000
    assert transfers_to_exceed([0.5, 0.5], 0.2, [1, 1000]).tolist() == [1, 1000]
    assert cumulative_probability([], 3).shape == (0,)
    assert transfers_to_exceed(np.empty((0, 2)), 0.6).shape == (0, 2)


def test_the_limit_of_a_thousand_is_exact() -> None:
    # At 1000 transfers the chance is 1 - (1 - p)^1000; just above the line, and just not.
    for p in ("0.000916", "0.000915", "0.000917", "0.0001", "0.000001"):
        expected = oracle.transfers_to_exceed(Fraction(p), Fraction(3, 5), 2)
        assert transfers_to_exceed(Decimal(p), Decimal("0.6"), 2) == expected
        assert transfers_to_exceed([float(p)] * 3, 0.6, 2).tolist() == [expected] * 3
    assert oracle.transfers_to_exceed(Fraction("0.000916"), Fraction(3, 5), 2) == 1000
    assert oracle.transfers_to_exceed(Fraction("0.000915"), Fraction(3, 5), 2) == 1001


def test_broadcasting_over_chunks_keeps_each_value_in_its_place() -> None:
    # Two chunks and a bit, p down the rows, thresholds along the columns, a minimum for each row.
    p = np.array([0.684, 0.315, 0.259, 0.15, 0.7])[:, None]
    line = np.tile([0.5, 0.6, 0.91], 10_000)
    least = np.array([2, 1, 3, 8, 1])[:, None]
    found = transfers_to_exceed(p, line, least)
    assert found.shape == (5, 30_000)
    assert found.dtype == np.int32
    for row, (chance, few) in enumerate(zip(p[:, 0], least[:, 0], strict=True)):
        expected = [
            oracle.transfers_to_exceed(Fraction(str(chance)), Fraction(each), int(few))
            for each in ("0.5", "0.6", "0.91")
        ]
        assert (found[row].reshape(-1, 3) == expected).all()
    counts = np.tile([0, 1, 5], 10_000)
    chances = cumulative_probability(p, counts)
    for row, chance in enumerate(p[:, 0]):
        assert np.allclose(chances[row].reshape(-1, 3), [0, chance, 1 - (1 - chance) ** 5], rtol=1e-12)


def test_margins_of_arrays_and_scalars_are_the_distances() -> None:
    up, down = margin([0.259, 0.684, 0.0001], 0.6, [2, 2, 2])
    assert up.tolist() == pytest.approx([1 - 0.4 ** (1 / 3) - 0.259, np.nan, np.nan], nan_ok=True)
    assert down.tolist() == pytest.approx([0.259 - (1 - 0.4 ** (1 / 4)), 0.684 - (1 - 0.4**0.5), np.nan], nan_ok=True)
    for p, least in ((0.259, 4), (0.259, 3), (0.684, 1)):
        one = margin(p, 0.6, least)
        n = oracle.transfers_to_exceed(Fraction(str(p)), Fraction(3, 5), least)
        assert isinstance(one.to_more, float)
        assert one.to_more == pytest.approx(p - (1 - 0.4 ** (1 / n)))
        assert one.to_fewer == pytest.approx(1 - 0.4 ** (1 / (n - 1)) - p if n > least else np.nan, nan_ok=True)
    assert margin(0.259, [0.6], 2).to_more.shape == (1,)
    assert margin([0.259], 0.6, 2).to_more.shape == margin(0.259, 0.6, [2]).to_more.shape == (1,)


def test_a_curve_runs_along_the_last_axis_and_is_as_exact_as_can_be() -> None:
    found = cumulative_curve([[0.259, 0.259, 0.641], [0.5, 0.5, 0.5]])
    assert found.tolist() == [
        pytest.approx([0.259, 0.450919, 0.802879921]),
        pytest.approx([0.5, 0.75, 0.875]),
    ]
    assert cumulative_curve(np.array([0.5, 0.25], dtype=np.float32)).dtype == np.float64
