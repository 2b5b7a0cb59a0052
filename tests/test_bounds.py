"""Work and output are bounded by what a case can be, whatever is handed over and whatever it says of its length."""

import itertools
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from report_cases import PLAIN
from rif_threshold import Case, InvalidInput, Problem, assess, read_case
from rif_threshold.bounds import LONGEST_TEXT, MOST_ENTRIES, MOST_PROBLEMS, MOST_REASONS
from rif_threshold.cli import cli
from rif_threshold.method import method
from rif_threshold.pathway import facts, find_medication, workup_lists
from rif_threshold.report import check_code as codes
from rif_threshold.report.check_code import PREFIX, check_code
from rif_threshold.report.verification import verify


class Liar(dict[str, Any]):
    """A dictionary that says it is empty."""

    def __len__(self) -> int:
        return 0


class LyingList(list[Any]):
    def __len__(self) -> int:
        return 1


def nested(depth: int) -> list[Any]:
    inside: list[Any] = []
    for _ in range(depth):
        inside = [inside]
    return inside


def names(count: int) -> dict[str, Any]:
    return {f"name{number}": "x" for number in range(count)}


def calls(do: Callable[[], object]) -> int:
    """How many functions are called, built-in ones included: work, counted the same on every machine."""
    counted = itertools.count()

    def count(_: object, event: str, __: object) -> None:
        if event in ("call", "c_call"):
            next(counted)

    sys.setprofile(count)
    try:
        do()
    except InvalidInput:
        pass
    finally:
        sys.setprofile(None)
    return next(counted)


def problems_of(case: Any) -> tuple[Problem, ...]:
    with pytest.raises(InvalidInput) as raised:
        assess(case)
    return raised.value.problems


DEEP = nested(50_000)
# What may be handed over, and where it is refused. Each is one problem of size, or of kind, and nothing is built of it.
LARGE: dict[str, tuple[Callable[[], Any], str, str]] = {
    "3,000 transfers": (lambda: {"history": [{}] * 3_000}, "history", "count_range"),
    "9,900 transfers": (lambda: {"history": [{}] * 9_900}, "history", "count_range"),
    "a tuple": (lambda: {"history": ({},) * 101}, "history", "count_range"),
    "a lying list": (lambda: {"history": LyingList([{}] * 3_000)}, "history", "count_range"),
    "transfers without end": (lambda: {"history": itertools.repeat({})}, "history", "count_range"),
    "a range": (lambda: PLAIN | {"medications": range(10**12)}, "medications", "count_range"),
    "an array": (lambda: {"history": np.zeros(1_000_000)}, "history", "count_range"),
    "10,000 medicines": (lambda: PLAIN | {"medications": ["x"] * 10_000}, "medications", "count_range"),
    "9,000 names": (lambda: names(9_000), "case", "count_range"),
    "9,000 lying names": (lambda: Liar(names(9_000)), "case", "count_range"),
    "9,000 answers": (lambda: PLAIN | {"answers": names(9_000)}, "answers", "count_range"),
    "9,000 findings": (lambda: PLAIN | {"findings": Liar(names(9_000))}, "findings", "count_range"),
    "9,000 names of the model": (lambda: PLAIN | {"prediction": names(9_000)}, "prediction", "count_range"),
    "9,000 names of a transfer": (lambda: {"history": [names(9_000)]}, "history.1", "count_range"),
    "a long name": (lambda: PLAIN | {"x" * 100_000: 1}, "case", "unknown_field"),
    "a long name of an answer": (lambda: PLAIN | {"answers": {"x" * 100_000: "yes"}}, "answers", "text"),
    "a long medicine": (lambda: PLAIN | {"medications": ["x" * 1_000_000]}, "medications.1", "text"),
    "a long number": (lambda: PLAIN | {"failed_transfers": "3" * 1_000_000}, "failed_transfers", "too_long"),
    "a deep age": (lambda: PLAIN | {"oocyte_age_years": DEEP}, "oocyte_age_years", "form"),
    "a deep word": (lambda: PLAIN | {"ploidy": DEEP}, "ploidy", "not_in_list"),
    "a deep list": (lambda: {"history": DEEP}, "history.1", "not_named"),
    "a deep answer": (lambda: PLAIN | {"answers": {"hypersensitivity": DEEP}}, "answers.hypersensitivity", "text"),
}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_too_large_is_one_problem_and_costs_no_more_than_a_case(name: str) -> None:
    large, field, code = LARGE[name]
    case = large()
    ordinary = calls(lambda: assess(PLAIN))
    assert calls(lambda: assess(case)) < ordinary
    problems = problems_of(large())
    assert (field, code) in {(problem.field, problem.code) for problem in problems}
    assert len(problems) <= 3
    assert sum(len(str(problem)) for problem in problems) < 700


def test_what_is_not_read_is_not_asked_for_more() -> None:
    assert [problem.code for problem in problems_of(PLAIN | names(9_000))] == ["count_range"]
    assert [problem.code for problem in problems_of([])] == ["not_a_case"]


@pytest.mark.parametrize(
    "make",
    [
        lambda count: {"history": [{}] * count},
        lambda count: {"history": [{"result": "no_positive_test", "embryos": 0}] * count},
        lambda count: {"history": [names(count) | {"result": "live_birth"}] * count},
        lambda count: PLAIN | {"medications": [None] * count},
        lambda count: PLAIN | {"medications": [f"cyclosporan {place}" for place in range(count)]},
        lambda count: names(count - 4),
        lambda count: PLAIN | {"answers": {f"th1_th2_rati{place}": "1" for place in range(count)}},
        lambda count: PLAIN | {"findings": {f"karyotip{place}": "normal" for place in range(count)}},
    ],
    ids=range(8),
)
def test_twice_the_entries_are_at_most_twice_the_work_for_each(make: Callable[[int], Any]) -> None:
    """The largest cases that are still read: the work grows with the number of values, not faster."""
    few, many = (len(json.dumps(make(count))) for count in (50, 100))
    calls(lambda: assess(make(100)))  # tables are read once
    less, more = (calls(lambda count=count: assess(make(count))) for count in (50, 100))
    assert more <= 1.1 * less * many / few


def test_at_most_a_hundred_problems_are_shown_and_the_rest_is_counted() -> None:
    shown = problems_of({"history": [names(30) | {"result": "live_birth"}] * 100})
    assert len(shown) == MOST_PROBLEMS + 1
    assert str(shown[-1]) == "case: and 2,900 more problems, not shown"  # the names
    assert not shown[-1].outside_evidence
    many = tuple(Problem(str(number), "", "", "x", outside_evidence=True) for number in range(3_000))
    assert InvalidInput(many[:100]).problems == many[:100]
    assert InvalidInput(many[:101]).problems[100].allowed == "and 1 more problem, not shown"
    assert InvalidInput(InvalidInput(many).problems).problems[100].allowed == "and 2,900 more problems, not shown"
    assert InvalidInput(many).problems[100].outside_evidence  # the exit code stays that of what is not shown
    assert not InvalidInput((*many, Problem("y", "", "", "y"))).problems[100].outside_evidence
    assert len(read_case({"history": [{}] * 100})[1]) == 100


def test_the_text_of_an_error_is_bounded() -> None:
    long = tuple(Problem("field", "given", "x" * 10_000, "code") for _ in range(10_000))
    assert len(str(InvalidInput(long))) < MOST_REASONS * 300
    assert str(InvalidInput(long)).endswith("; and more, in .problems")
    assert "more" not in str(InvalidInput(long[:MOST_REASONS]))


@pytest.mark.parametrize("count", [3_000, 30_000])
def test_large_json_is_refused_by_library_and_command_line(count: int) -> None:
    text = json.dumps({"history": [{}] * count}, separators=(",", ":"))
    with pytest.raises(InvalidInput) as raised:
        Case.from_json(text)
    assert [problem.code for problem in raised.value.problems] == ["count_range"]
    result = CliRunner().invoke(cli, ["assess", "--case", "-"], input=text)
    assert result.exit_code == 2
    assert len(result.output) < 700


def test_a_name_that_stands_twice_among_thousands_is_found_in_one_pass() -> None:
    def doubled(count: int) -> str:
        return "{" + ",".join(f'"n{number}":1' for number in [*range(count), 0]) + "}"

    few, many = (calls(lambda count=count: read(doubled(count))) for count in (1_000, 4_000))
    assert many < 4.5 * few


def read(text: str) -> None:
    Case.from_json(text)


@pytest.mark.parametrize(
    "text", ["[" * 99_000, '{"a":' * 900 + "1" + "}" * 900, '{"a":' * 19_000], ids=["lists", "closed", "open"]
)
def test_deep_json_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Case.from_json(text)


def signed(text: str) -> str:
    head = bytes([0, 1]) + b"0" + bytes(3) + bytes([0]) + bytes(9)
    return codes._written(PREFIX.encode() + head + codes.deflated(text))


@pytest.mark.parametrize(
    ("case", "field"),
    [
        ('{"history":[' + "{}," * 3_000 + "{}]}", "history"),
        ('{"history":[' + "{}," * 9_900 + "{}]}", "history"),
        ('{"medications":[' + '"x",' * 9_900 + '"x"]}', "medications"),
        ('{"answers":{"' + "x" * 30_000 + '":"yes"}}', "answers"),
        ('{"history":' + "[" * 900 + "]" * 900 + "}", "history.1"),
    ],
    ids=range(5),
)
def test_a_short_code_that_holds_much_is_refused(case: str, field: str) -> None:
    code = signed(f'{{"case":{case},"was":{{"route":null}}}}')
    assert len(code) < 300
    with pytest.raises(InvalidInput) as raised:
        verify(code)
    assert field in {problem.field for problem in raised.value.problems}
    assert len(raised.value.problems) <= 3
    result = CliRunner().invoke(cli, ["verify", code])
    assert result.exit_code == 2
    assert len(result.output) < 900


def test_an_endless_code_is_not_read_to_its_end() -> None:
    result = CliRunner().invoke(cli, ["verify", "-"], input="RIF1" + "A" * 1_000_000)
    assert result.exit_code == 2
    assert "at most 600 characters" in result.output


def test_every_code_that_is_made_can_be_read() -> None:
    """The longest texts a case may hold, so alike that they fit a code: four bytes a letter."""
    case = assess(PLAIN | {"medications": ["😀" * LONGEST_TEXT] * 60}, include=())
    assert len(case.model_dump_json().encode()) > 24_000
    assert verify(check_code(case)).case == case.case


def test_a_letter_that_is_written_out_as_many_is_no_name_of_a_medicine() -> None:
    """The letter has eighteen in its plain form; what would be cut off could make it another medicine."""
    found = find_medication("fluconazole" + "…" * 85 + "x")
    assert (found.matched, found.suggestions) == (None, ())
    long = PLAIN | {"medications": ["ﷺ" * LONGEST_TEXT] * MOST_ENTRIES}
    assert calls(lambda: assess(long)) < 2 * calls(lambda: assess(long | {"medications": ["x" * 100] * 100}))


def test_no_bound_is_below_what_can_be_asked() -> None:
    asked: Iterator[str] = (name for name, fact in facts().items() if fact.asked)
    for known in (set(asked), workup_lists().investigations, Case.model_fields):
        assert len(known) <= MOST_ENTRIES
        assert all(len(name) <= LONGEST_TEXT for name in known)
    assert method().most_entries == MOST_ENTRIES


def test_the_bounds_stand_in_the_schema() -> None:
    fields = Case.model_json_schema()["properties"]
    assert fields["history"]["anyOf"][0]["maxItems"] == MOST_ENTRIES
    assert fields["medications"]["anyOf"][0]["maxItems"] == MOST_ENTRIES
    assert fields["medications"]["anyOf"][0]["items"]["maxLength"] == LONGEST_TEXT
    for field in ("findings", "answers"):
        assert fields[field]["maxProperties"] == MOST_ENTRIES


def test_a_hundred_transfers_are_answered() -> None:
    case = {"oocyte_age_years": 36, "ploidy": "untested"} | {
        "history": [{"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "untested"}] * 100
    }
    answer = assess(case, include=()).threshold
    assert answer is not None
    assert answer.failed_transfers == 100
