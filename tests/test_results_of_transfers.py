"""Every result of a transfer has a word; what is no transfer is refused; the count starts again where it should."""

from typing import Any

import pytest

from rif_threshold import InvalidInput, TransferResult, assess
from rif_threshold.report.couple_sheet import sheet
from rif_threshold.report.words import words
from rif_threshold.sentences import headline, standing

FAILED = "no_positive_test"


def listed(*results: str, age: int = 36, ploidy: str = "untested", **more: Any) -> dict[str, Any]:
    kind = {"oocyte_age_years": age, "ploidy": ploidy}
    return {**kind, "history": [{**kind, "result": result} for result in results], **more}


@pytest.mark.parametrize(
    ("results", "failed", "percent"),
    [
        # 31.5 % per transfer below 35, and 25.9 % at 36, as printed.
        ((FAILED, FAILED, "ectopic", FAILED), 1, 25.9),
        ((FAILED, "unknown_location"), 0, 0.0),
        ((FAILED, "molar", FAILED, FAILED), 2, 45.0919),
        ((FAILED, "ongoing"), 0, 0.0),
        ((FAILED, "live_birth", FAILED), 1, 25.9),
        ((FAILED, FAILED, "awaited"), 2, 45.0919),
        (("biochemical", "awaited"), 0, 0.0),
    ],
)
def test_only_a_failed_transfer_counts_and_a_positive_test_starts_again(
    results: tuple[str, ...], failed: int, percent: float
) -> None:
    answer = assess(listed(*results), include=()).threshold
    assert answer is not None
    assert answer.failed_transfers == failed
    assert answer.cumulative_percent_so_far == pytest.approx(percent)


def test_a_test_that_is_awaited_is_answered_for_both_ways() -> None:
    found = assess(listed(FAILED, "awaited", ploidy="euploid"), include=())
    answer = found.threshold
    assert answer is not None
    assert (answer.failed_transfers, answer.reached) == (1, False)
    assert answer.cumulative_percent_so_far == pytest.approx(64.1)
    assert answer.if_negative is not None
    # 1 - 0.359^2 = 0.871119: a second failure crosses the line, and the minimum of two is then met.
    assert answer.if_negative.cumulative_percent_so_far == pytest.approx(87.1119)
    assert answer.if_negative.reached
    said = "If the test still to come is negative: 2 failed: 87.1 % so far, the 60 % line is crossed."
    assert standing(found).endswith(said)
    assert assess(listed(FAILED), include=()).threshold.if_negative is None  # type: ignore[union-attr]


def test_only_the_last_test_can_be_awaited() -> None:
    with pytest.raises(InvalidInput) as raised:
        assess(listed("awaited", FAILED, "awaited"), include=())
    (problem,) = raised.value.problems
    assert (problem.field, problem.given, problem.code) == ("history.1.result", "awaited", "cross_field")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("cancelled", "a cycle without a transfer is no transfer"),
        ("no_transfer", "a cycle without a transfer is no transfer"),
        ("failed_thaw", "a thaw without a transfer is no transfer"),
        ("natural_pregnancy_loss", "a natural pregnancy is no transfer"),
    ],
)
def test_what_is_no_transfer_is_refused_in_a_sentence_and_the_rest_is_still_judged(typed: str, said: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        assess(listed(FAILED, typed, age=99) | {"oocyte_age_years": 98}, include=())
    problems = {each.field: each for each in raised.value.problems}
    assert {"history.1.oocyte_age_years", "history.2.oocyte_age_years"} < problems.keys()
    assert problems["history.2.result"].source == "ours"
    assert said in problems["history.2.result"].allowed
    assert problems["history.2.result"].given == typed
    assert "oocyte_age_years" in problems


def test_the_restart_stands_where_the_number_stands() -> None:
    said = standing(assess(listed(FAILED, FAILED, "biochemical", FAILED, FAILED, age=41), include=()))
    assert said.startswith("2 failed since the last positive test: 27.8 % so far")  # 1 - 0.85^2 = 0.2775


@pytest.mark.parametrize(
    ("results", "miscarriages", "said"),
    [
        (4 * ("biochemical",), None, True),
        (("biochemical", "pregnancy_loss"), None, True),
        (("biochemical",), None, False),
        (("ectopic", "molar", "unknown_location"), None, False),
        (("biochemical",), "2", True),
        ((FAILED,), "3", True),
    ],
)
def test_two_losses_of_either_kind_stand_first(results: tuple[str, ...], miscarriages: str | None, said: bool) -> None:
    answers = {} if miscarriages is None else {"answers": {"miscarriages": miscarriages}}
    found = assess(listed(*results, **answers), include=())
    assert standing(found).startswith("Two or more pregnancies were lost") == said
    assert ("recurrent pregnancy loss" in found.notes[0].text) == said
    assert sheet(found, words()).first_line.startswith("Two or more pregnancies ended early.") == said


def test_the_sheet_does_not_say_none_so_far_where_there_were_transfers() -> None:
    assert sheet(assess(listed("biochemical"), include=()), words()).standing == (
        "You have had none since your last positive test.",
    )


def test_a_pregnancy_under_way_has_a_sentence_of_its_own() -> None:
    found = assess(listed(FAILED, "ongoing"), include=())
    assert headline(found) == "Nothing is counted now: a pregnancy is under way"
    page = sheet(found, words())
    assert page.first_line == "You are pregnant now, so nothing is counted."
    assert (page.people, page.options, page.box, page.teach, page.grades) == (None, (), (), (), ())
    assert headline(assess(listed("ongoing", FAILED), include=())).startswith("Not yet")


@pytest.mark.parametrize("surface", ["workup", "tacrolimus"])
def test_losses_and_a_pregnancy_under_way_stand_first_after_the_threshold_too(surface: str) -> None:
    found = assess(listed("biochemical", "pregnancy_loss", "ongoing"), include=(surface,))
    said = found.workup.statement if found.workup else found.tacrolimus.threshold  # type: ignore[union-attr]
    assert said.startswith("A pregnancy is under way: nothing is being counted now. Two or more pregnancies were lost")


def test_losses_are_said_where_there_is_no_answer() -> None:
    found = assess({"oocyte_age_years": 36, "history": 3 * [{"result": "pregnancy_loss"}]}, include=())
    assert found.threshold is None
    assert standing(found).startswith("Two or more pregnancies were lost")
    assert sheet(found, words()).first_line.startswith("Two or more pregnancies ended early.")


def test_a_negative_test_is_answered_by_the_route_that_would_answer_then() -> None:
    own = {"clinic_percent": "25", "clinic_outcome": "implantation"}
    young, old = listed(FAILED, FAILED, age=30)["history"], listed("awaited", age=41)["history"]
    case = {"oocyte_age_years": 30, "ploidy": "untested", **own}
    found = assess({**case, "history": [*young, *old]}, include=()).threshold
    after = assess({**case, "history": [*young, {**old[0], "result": FAILED}]}, include=())
    assert found is not None
    assert found.if_negative is not None
    assert (found.route, found.if_negative.route) == ("clinic_rate", after.primary_route)
    # 1 - 0.685^2 * 0.85 = 0.60115875
    assert found.if_negative.cumulative_percent_so_far == pytest.approx(60.115875)
    assert found.if_negative.reached


def test_what_a_negative_test_would_mean_is_said_to_be_unknown_where_it_is() -> None:
    case = listed(FAILED)
    found = assess(case | {"history": [*case["history"], {"result": "awaited"}]}, include=())
    assert found.threshold is not None
    assert found.threshold.if_negative is None
    assert "What it would mean if the test still to come is negative cannot be said: transfer 2" in standing(found)
    assert sheet(found, words()).standing[0] == "Your last test is still to come."


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        (1, "Your last test is still to come. If there is no pregnancy, 2 more would make 4."),
        (2, "Your last test is still to come. If there is no pregnancy, one more would make 4."),
        (3, "Your last test is still to come. If there is no pregnancy, it is time to look for a reason then."),
    ],
)
def test_the_sheet_waits_for_a_test_that_is_still_to_come(failed: int, said: str) -> None:
    page = sheet(assess(listed(*failed * (FAILED,), "awaited"), include=()), words())
    assert page.standing[0] == said
    assert page.options[0].startswith("*Wait for the test.*")


@pytest.mark.parametrize("typed", ["Cancelled", "canceled", "cancelled cycle", " cancelled ", "freeze-all"])
def test_no_transfer_is_recognised_however_it_is_spelled(typed: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        assess(listed(FAILED, typed), include=())
    assert [each.code for each in raised.value.problems] == ["no_transfer"]


@pytest.mark.parametrize("result", TransferResult)
def test_every_result_is_repeated_beside_the_answer_in_words(result: TransferResult) -> None:
    from rif_threshold.repeated import inputs_words  # noqa: PLC0415
    from rif_threshold.wording import word  # noqa: PLC0415

    assert f"({word(result)})" in inputs_words(assess(listed(FAILED, result.value), include=()))
