"""Page 1 by the keys of its widgets."""

import json
import re
from typing import Any

import pytest

from rif_threshold import assess, sentences
from rif_threshold.charts.curve import describe_curve
from rif_threshold.repeated import inputs_words
from rif_threshold.ui import inputs
from rif_threshold.wording import percent_words

from .conftest import WORKED


def unescaped_text(page: Any) -> str:
    return str(page.text).replace("\\", "")


def test_starts_empty(tab: Any) -> None:
    page = tab()
    assert "No couple yet" in page.text
    assert not page.charts()
    assert not page.answered
    assert all(box.value is None for box in page.at.text_input)


def test_a_first_answer_from_three_inputs(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="36", ploidy="untested", failed_transfers="3")
    assert "## □ Not yet: the threshold comes after **4** transfers" in page.text
    assert "59.3 % so far, one more crosses" in page.text
    assert "age at egg retrieval 36" in page.text


def test_every_number_on_screen_is_in_the_assessment(worked: Any) -> None:
    assessment = assess(WORKED, include=())
    answer, text = assessment.threshold, worked.text
    assert answer is not None
    assert sentences.headline(assessment) in text.replace("**", "")
    strip = text.replace("\N{NO-BREAK SPACE}", " ").replace("\\", "")
    assert f"REACHED {percent_words(answer.cumulative_percent_so_far, answer.percent)}** · next" in strip
    assert f"next {percent_words(answer.next_transfer_percent)}" in strip
    drawn = [row["percent"] for row in worked.rows() if "state" in row]
    opinions = [each for each in assessment.estimates if not each.background]
    curves = [percent for estimate in opinions for percent in estimate.cumulative_percent]
    assert sorted(drawn[: len(curves)]) == pytest.approx(sorted(curves))
    # Another population is not drawn, and has its line.
    assert "by positive tests, the answer's number among them" in text.replace("\\", "")
    text = worked.show("Numbers").text
    for estimate in opinions:
        for percent in estimate.cumulative_percent:
            assert percent_words(percent, 60) in text
        assert estimate.label in text.replace("\\", "")
    assert "The routes disagree" in text
    assert worked.charts()[0].alt == describe_curve(assessment)


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("oocyte_age_years", "17", "ages from 18 to 55"),
        ("oocyte_age_years", "56", "ages from 18 to 55"),
        ("oocyte_age_years", "36.5", "it is not whole, and it is not rounded"),
        ("oocyte_age_years", "abc", "not a plainly written number"),
        ("oocyte_age_years", "３６", "digits 0 to 9"),
        ("oocyte_age_years", "1e400", "without an exponent"),
        ("oocyte_age_years", "0E99999999", "without an exponent"),
        ("oocyte_age_years", "nan", "not a plainly written number"),
        ("failed_transfers", "-5", "must not be negative"),
        ("failed_transfers", "3.0", "whole number is needed"),
        ("failed_transfers", "101", "at most 100"),
        ("live_birth_percent", "0.238", "did you mean 23.8"),
        ("live_birth_percent", "23,8", "decimal comma"),
        ("live_birth_percent", "100", "below 100"),
        ("live_birth_percent", "0", "above 0"),
        ("live_birth_percent", "23.8 %", "leave out the % sign"),
    ],
)
def test_a_refused_input_says_why_keeps_what_was_typed_and_removes_the_answer(
    worked: Any, key: str, typed: str, said: str
) -> None:
    assert worked.answered
    worked.fill(**{key: typed})
    assert any(said.lower() in error.lower().replace("\\", "") for error in worked.errors), worked.errors
    assert worked.widget(key).value == typed
    assert not worked.answered
    assert not worked.charts()
    assert "crossed after" not in worked.text
    worked.fill(**{key: WORKED[key]})
    assert not worked.errors
    assert worked.answered


def test_a_figure_per_retrieval_is_refused_and_the_table_is_shown_but_does_not_answer(worked: Any) -> None:
    worked.fill(live_birth_per="retrieval")
    assert "already sums several transfers" in worked.text.replace("\\", "")
    assert not worked.answered
    worked.unfold("fold_more").fill(primary_route="age_table")
    assert "Not yet: the threshold comes after **4** transfers" in worked.text


def test_an_embryo_the_table_has_no_row_for(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="36", ploidy="low_level_mosaic", failed_transfers="2")
    # From 0 to what two euploid ones at 36 give: 87.1 % is printed.
    assert "Cannot be said: the chance so far is between **0** and 87.1 %" in page.text
    assert "what a low-level mosaic counts is not known" in page.text


def test_the_clinics_own_counts(tab: Any) -> None:
    page = tab().fill(failed_transfers="3", also_from=["clinic_rate"])
    page.fill(clinic_successes="300", clinic_transfers="200", clinic_outcome="clinical_pregnancy")
    assert any("more successes than transfers" in error for error in page.errors)
    page.fill(clinic_successes="52")
    assert "52 of 200 transfers" in unescaped_text(page)
    page.fill(clinic_percent="26")
    assert any("Give counts or a percentage" in error for error in page.errors)


def test_the_prediction_model_gives_the_published_figure(tab: Any) -> None:
    example = {
        "prediction_woman_age_years": "36",
        "prediction_trying_years": "4",
        "prediction_egg_source": "own",
        "prediction_icsi": "no",
    }
    page = tab().fill(failed_transfers="3", also_from=["prediction_model"]).fill(**example)
    assert "Nelson & Lawlor" in page.text
    assert "could not be computed" in page.text
    assert "Still needed" in page.text


def test_a_history_in_place_of_a_number(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="37", ploidy="euploid").fill(history_given=True)
    assert not page.has("failed_transfers")
    page.fill(history_1_result="no_positive_test", history_1_oocyte_age_years="36", history_1_ploidy="untested")
    page.press("history_add")
    page.fill(history_2_result="biochemical", history_2_oocyte_age_years="36", history_2_ploidy="untested")
    assert "0 failed" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "the count starts again" in page.show("What it means").text
    page.fill(history_2_result="no_positive_test", history_2_embryos="0")
    assert any("at least one embryo" in error for error in page.errors)
    page.press("history_remove_2")
    assert not page.errors
    assert "25.9 % so far" in page.text


def test_a_small_percentage_can_be_confirmed(worked: Any) -> None:
    worked.fill(live_birth_percent="0.9")
    assert not worked.answered
    worked.unfold("fold_more").fill(small_percent_confirmed=True)
    assert worked.answered


def test_inputs_survive_other_pages_and_new_couple_clears_them(worked: Any) -> None:
    worked.go("sources").go("workup")
    assert "age at egg retrieval 36" in worked.text
    worked.go("threshold")
    assert worked.widget("oocyte_age_years").value == "36"
    assert worked.answered
    worked.press("new_couple")
    assert all(box.value is None for box in worked.at.text_input)
    assert all(control.value is None for control in worked.at.segmented_control)
    assert "No couple yet" in worked.text
    worked.go("workup")
    assert "No couple yet" in worked.text


@pytest.mark.parametrize("label", ["The published worked example", "A mixed history", "A euploid case"])
def test_each_example_gives_an_answer_and_is_offered_where_it_takes_no_couples_place(worked: Any, label: str) -> None:
    from rif_threshold.ui import inputs  # noqa: PLC0415

    assert not worked.at.get("menu_button")
    worked.press("new_couple").at.menu_button(key="example").click(label).run()
    worked.check()
    assessment = assess(inputs.examples()[label], include=())
    assert sentences.headline(assessment) in worked.text.replace("**", "")
    assert inputs_words(assessment) in worked.text.replace("\\", "")


def test_panels_cost_nothing_while_folded_and_show_a_sentence_a_picture_and_a_table(worked: Any) -> None:
    from rif_threshold import perspective  # noqa: PLC0415

    assert len(worked.charts()) == 1
    sure = ("interval", "couples_differ", "what_moves_the_answer")
    assessment = assess(WORKED, include=("perspective",))
    assert assessment.perspective is not None
    text, charts = "", []
    for title, keys in (
        ("How sure", sure),
        ("What it means", [key for key in perspective.SECTIONS if key not in sure]),
    ):
        worked.show(title)
        assert len(worked.charts()) == 1
        for key in keys:
            worked.unfold(f"fold_{key}")
        text += worked.text.replace("\\", "")
        charts += [chart.alt for chart in worked.charts()[1:]]
    for section in assessment.perspective.sections:
        assert section.sentence in text
        assert all(cell in text for row in section.rows for cell in row)
    assert sorted(charts) == sorted(section.sentence for section in assessment.perspective.sections)


def test_nothing_derived_is_kept(worked: Any) -> None:
    state = worked.at.session_state
    kept = {key: state[key] for key in state}
    desk = kept.pop(inputs.DESK)  # what stands in the fields, for a file asked for while the page runs
    typed, table = desk.take("json")
    assert (typed.keys(), table) == (set(WORKED), None)
    assert json.loads(kept.pop("held_by_the_tab")) == WORKED  # what was typed, for the tab to give back
    assert {key for key, value in kept.items() if value} == {*WORKED, "also_from", "tabs", "begun", "said_strip"}


def test_at_most_a_hundred_problems_are_shown_and_the_rest_is_counted(worked: Any) -> None:
    from rif_threshold.report import check_code as codes  # noqa: PLC0415

    def code(case: str) -> str:
        head = bytes([0, 1]) + b"0" + bytes(3) + bytes([0]) + bytes(9)
        return codes._written(b"RIF1" + head + codes.deflated(f'{{"case":{case},"was":{{"route":null}}}}'))

    worked.panel("save", check_code=code('{"history":[' + "{}," * 9_900 + "{}]}"))
    assert "The transfers one by one: `more than 100 entries` was given" in worked.errors[0]
    assert len(worked.errors[0].splitlines()) == 1
    worked.panel("save", check_code=code('{"history":[' + "{}," * 98 + '{"x":1,"y":2}]}'))
    lines = worked.errors[0].splitlines()
    assert lines[0] == "- Transfer 99: `x` was given. This name is not known; see `rif-threshold schema case`."
    assert len(lines) == 101
    assert lines[-1] == "- And 1 more problem, not shown."
    assert worked.answered  # the couple's own answer stands


def test_a_new_couple_can_be_undone_until_something_is_typed(worked: Any) -> None:
    worked.press("new_couple")
    assert not worked.answered
    worked.press("undo")
    assert {key: worked.widget(key).value for key in WORKED} == WORKED
    worked.press("new_couple").fill(oocyte_age_years="30")
    assert not [button for button in worked.at.button if button.key == "undo"]
    assert "23.8" not in str({key: worked.at.session_state[key] for key in worked.at.session_state})


def test_a_route_that_is_left_out_again_answers_no_longer(worked: Any) -> None:
    assert worked.widget("also_from").value == ["live_birth"]
    worked.fill(also_from=["clinic_rate"])
    assert not worked.has("live_birth_percent")
    assert "live birth" not in worked.text.split("For:")[1].split("\n")[0]
    worked.fill(also_from=["live_birth"])  # nothing typed is lost
    assert {key: worked.widget(key).value for key in WORKED} == WORKED
    assert "live birth" in worked.text.split("For:")[1].split("\n")[0]
    worked.fill(also_from=[]).press("new_couple").fill(also_from=["live_birth"])
    assert worked.widget("live_birth_percent").value is None  # the next couple's


def test_the_list_begins_with_what_was_said_and_a_new_line_copies_the_one_above(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="41", ploidy="untested", failed_transfers="2").fill(history_given=True)
    assert [page.widget(f"history_{row}_result").value for row in (1, 2)] == ["no_positive_test"] * 2
    assert [page.widget(f"history_{row}_oocyte_age_years").value for row in (1, 2)] == ["41"] * 2
    page.press("history_add").fill(history_3_result="biochemical").press("history_add")
    assert page.widget("history_4_oocyte_age_years").value == "41"
    assert page.widget("history_4_result").value is None  # a positive test is not copied: two losses were made of one
    page.fill(history_4_result="no_positive_test").press("history_add")
    assert page.widget("history_5_result").value == "no_positive_test"
    assert "2 failed since the last positive test: 27.8 %" in page.text.replace("**", "")
    page.press("history_remove_3")
    assert page.widget("history_3_result").value == "no_positive_test"
    assert not page.has("history_5_result")
    assert "4 failed: 47.8 %" in page.text.replace("**", "")


@pytest.mark.parametrize(("key", "begun"), [("oocyte_age_years", "4"), ("oocyte_age_years", "<3")])
def test_a_number_that_is_still_being_typed_is_no_error(worked: Any, key: str, begun: str) -> None:
    worked.fill(**{key: begun})
    assert not worked.errors
    assert not worked.answered
    assert "Still needed here" in worked.text
    assert "Not enough yet for an answer" in worked.text


def test_an_age_in_the_list_that_is_still_being_typed_is_no_error(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="41", ploidy="untested", failed_transfers="2").fill(history_given=True)
    page.fill(history_2_oocyte_age_years="3")
    assert not page.errors
    page.fill(history_2_oocyte_age_years="6")
    assert any("18 to 55" in error for error in page.errors)


def test_a_list_that_is_left_leaves_its_own_count(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="38", ploidy="untested", failed_transfers="4").fill(history_given=True)
    page.fill(history_2_result="biochemical")
    assert "2 failed since the last positive test" in page.text.replace("**", "")
    page.fill(history_given=False)
    assert page.widget("failed_transfers").value == "2"
    page.fill(failed_transfers=None).fill(history_given=True)
    assert page.widget("history_4_result").value == "no_positive_test"


def test_a_list_that_is_begun_first_has_the_kind_at_the_top(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="41", ploidy="untested").fill(history_given=True)
    assert page.widget("history_1_oocyte_age_years").value == "41"
    assert page.widget("history_1_result").value is None


def test_a_list_that_is_left_counts_no_test_still_to_come(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="38", ploidy="untested", failed_transfers="3").fill(history_given=True)
    page.fill(history_3_result="awaited").fill(history_given=False)
    assert page.widget("failed_transfers").value == "2"


def test_a_new_line_is_of_the_kind_that_was_planned(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="36", ploidy="untested", failed_transfers="2").fill(history_given=True)
    page.fill(ploidy="euploid").press("history_add")
    assert page.widget("history_3_ploidy").value == "euploid"
    # 36: 25.9 % printed for untested embryos, 64.1 % for euploid ones: 1 - 0.741 x 0.741 x 0.359.
    assert "80.3 % so far" in page.text
    assert "3 failed, not all alike" in page.text.replace("\N{NO-BREAK SPACE}", " ").replace("\\", "")


def test_who_it_is_has_the_kind_that_failed_and_not_the_next(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="36", ploidy="untested", failed_transfers="3").fill(history_given=True)
    page.fill(ploidy="euploid")
    assert "36 y, untested, 3 failed" in page.text.replace("\N{NO-BREAK SPACE}", " ").replace("\\", "")


def test_a_list_of_another_kind_carries_no_number_over(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="36", ploidy="untested", failed_transfers="2").fill(history_given=True)
    page.fill(ploidy="euploid").fill(history_given=False)
    assert page.widget("failed_transfers").value is None  # two untested ones that failed are not two euploid ones
    assert not page.answered


def test_a_number_typed_beside_a_list_is_said(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="36", ploidy="untested", failed_transfers="3").fill(history_given=True)
    page.fill(history_given=False).fill(failed_transfers="5").fill(history_given=True)
    assert any("5 was typed" in each.value and "the list: 3" in each.value for each in page.at.warning)


def test_the_strip_has_the_range_that_the_card_has(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="36", ploidy="euploid", failed_transfers="3")
    card = re.search(r"The next transfer by itself: ([0-9.]+ to [0-9.]+)", page.text.replace("\\", ""))
    assert card is not None
    assert f"next {card.group(1)}" in page.text.replace("\N{NO-BREAK SPACE}", " ").replace("\\", "")
