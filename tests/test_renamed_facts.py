"""Questions of version 0.1.0 that are asked otherwise now: its files and codes are read, and mean what they meant."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from rif_threshold import InvalidInput, assess
from rif_threshold.pathway import as_first_named, as_now_named, facts
from rif_threshold.pathway.protocols import protocols
from rif_threshold.pathway.tacrolimus import gate_lists
from rif_threshold.report.check_code import check_code, read_code
from rif_threshold.rules import evaluate, leaves

NOW = json.loads((Path(__file__).parent / "cases/tacrolimus_five_failed_euploid.json").read_text("utf-8"))
# What version 0.1.0 asked, and how it was answered where everything was fine.
FINE_THEN = {
    "specialist_oversight": "yes",
    "glucose_abnormal": "no",
    "blood_pressure_abnormal": "no",
    "latent_infection": "no",
    "excipient_intolerance": "no",
}
HALVES = {
    "glucose_abnormal": ("fasting_glucose_abnormal", "diabetes"),
    "blood_pressure_abnormal": ("baseline_blood_pressure_abnormal", "hypertension_treated"),
    "latent_infection": ("latent_infection_found", "latent_infection_search_missing"),
    "excipient_intolerance": ("peanut_or_soya_allergy", "lactose_intolerance"),
}
RENAMED = {"oversight_missing", *(half for halves in HALVES.values() for half in halves)}
THEN = NOW | {"answers": {name: text for name, text in NOW["answers"].items() if name not in RENAMED} | FINE_THEN}


def verdicts(case: dict[str, Any], **answers: str) -> dict[str, str]:
    step = assess(case | {"answers": case["answers"] | answers}, include=("tacrolimus",)).tacrolimus
    assert step is not None
    return {each.id: each.verdict.value for each in step.protocols}


def test_a_file_of_the_first_version_means_what_it_meant() -> None:
    assert assess(THEN).case.answers == assess(NOW).case.answers
    assert verdicts(THEN) == verdicts(NOW)
    assert "meets_entry_criteria" in verdicts(THEN).values()


def test_a_turned_answer_is_turned() -> None:
    assert verdicts(THEN, specialist_oversight="no")["nakagawa_2015"] == "on_hold"
    assert verdicts(THEN, specialist_oversight="not_known")["nakagawa_2015"] == "cannot_say"
    assert as_now_named({"specialist_oversight": "no"}) == {"oversight_missing": "yes"}
    assert as_now_named({"specialist_oversight": "not_known"}) == {"oversight_missing": "not_known"}


@pytest.mark.parametrize(("name", "halves"), HALVES.items())
def test_a_yes_to_a_double_question_does_not_say_to_which_half(name: str, halves: tuple[str, str]) -> None:
    assert as_now_named({name: "yes"}) == dict.fromkeys(halves, "not_known")
    assert as_now_named({name: "no"}) == dict.fromkeys(halves, "no")
    assert verdicts(THEN, **{name: "yes"})["nakagawa_2015"] == "cannot_say"
    for half in halves:
        assert verdicts(NOW, **{half: "yes"})["nakagawa_2015"] == "on_hold"
        assert verdicts(NOW, **{half: "not_known"})["nakagawa_2015"] == "cannot_say"


def test_an_answer_under_both_names_is_refused_and_not_chosen_from() -> None:
    with pytest.raises(InvalidInput) as refused:
        assess(NOW | {"answers": NOW["answers"] | {"specialist_oversight": "no"}})
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == ("answers.specialist_oversight", "unknown_fact")


def test_what_was_no_answer_is_still_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        assess(THEN | {"answers": THEN["answers"] | {"specialist_oversight": "perhaps"}})
    (problem,) = refused.value.problems
    assert (problem.field, problem.given, problem.code) == ("answers.oversight_missing", "perhaps", "not_in_list")


def test_a_check_code_of_the_first_version_is_read() -> None:
    found = assess(NOW)
    as_then = found.case.model_copy(update={"answers": THEN["answers"]})
    inside = read_code(check_code(found.model_copy(update={"case": as_then}))).case
    assert inside["answers"]["specialist_oversight"] == "yes"
    assert assess(inside).case.answers == found.case.answers


def test_a_check_code_holds_what_was_answered_under_whichever_name() -> None:
    for half, text in itertools.product(RENAMED, ("yes", "no", "not_known")):
        answers = NOW["answers"] | {half: text}
        assert as_now_named(as_first_named(answers)) == answers
        inside = read_code(check_code(assess(NOW | {"answers": answers}))).case
        assert assess(inside).case.answers == answers
    assert as_first_named(NOW["answers"]) == THEN["answers"]
    some = {"diabetes": "no"}  # the other half is not answered, which an old name cannot say
    assert as_first_named(some) == some


def test_no_is_clear_throughout_what_stops_and_holds() -> None:
    """But for the list of medicines, which is not one of the questions: it is a list, and is said to be complete."""
    known = facts()
    asked = 0
    for entry in (*gate_lists().stop, *gate_lists().hold):
        assert entry.when is not None
        names = [leaf.fact for leaf in leaves(entry.when)]
        if all(known[name].kind == "yes_no" for name in names):
            asked += len(names)
            assert evaluate(entry.when, dict.fromkeys(names, False)).verdict == "no"
            for name in names:
                assert evaluate(entry.when, dict.fromkeys(names, False) | {name: True}).verdict == "yes"
    assert asked == 21


def test_no_protocol_asks_by_an_old_name() -> None:
    asked = {leaf.fact for each in protocols() for criterion in each.criterion for leaf in leaves(criterion.when)}
    assert not asked & FINE_THEN.keys()


@pytest.mark.parametrize(("medicine", "hold"), [("Lantus", "glucose"), ("labetalol", "blood_pressure")])
def test_what_a_medicine_says_fills_in_the_answer(medicine: str, hold: str) -> None:
    half = {"glucose": "diabetes", "blood_pressure": "hypertension_treated"}[hold]
    answers = {name: text for name, text in NOW["answers"].items() if name != half}
    step = assess(NOW | {"answers": answers, "medications": [medicine]}).tacrolimus
    assert step is not None
    assert next(item.verdict for item in step.holds if item.id == hold) == "yes"
    assert half not in step.questions


def test_the_stage_given_with_the_case_fills_in_the_answer() -> None:
    answers = {name: text for name, text in NOW["answers"].items() if name != "planned_stage"}
    for stage, verdict in (("blastocyst", "meets_entry_criteria"), ("cleavage", "does_not_meet")):
        assert verdicts(NOW | {"answers": answers, "stage": stage})["eshre2024_017_cutoff_10_3"] == verdict
    (problem,) = assess(NOW | {"stage": "cleavage"}).contradictions
    assert problem.field == "answers.planned_stage, stage"
