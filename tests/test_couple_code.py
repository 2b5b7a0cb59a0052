"""The couple code holds what the sheet uses, all of it and nothing else. The sheet itself decides what that is."""

import json
import re
from typing import Any

import pytest

from report_cases import CASES, PLAIN, REFUSED, answer
from rif_threshold import Assessment, Case, assess
from rif_threshold.pathway import facts, workup_lists
from rif_threshold.report import check_code as codes
from rif_threshold.report.check_code import CodeKind, check_code, read_code
from rif_threshold.report.couple_code import HELD, couple_case, couple_code, couple_code_or_why, couple_digests
from rif_threshold.report.couple_sheet import Sheet, sheet
from rif_threshold.report.verification import verify
from rif_threshold.report.words import words
from test_check_code import SINGLE, body, refusal, signed

EVERY = [*CASES, *REFUSED]
PARTS = ("workup", "tacrolimus", "perspective")


def shown(assessment: Assessment) -> Sheet:
    return sheet(assessment, words())


@pytest.mark.parametrize("name", EVERY)
def test_what_it_holds_gives_the_same_sheet(name: str) -> None:
    found = verify(couple_code(answer(name)))
    assert (found.kind, found.same, found.sentence) == (CodeKind.COUPLE, True, "Same result.")
    assert shown(found.assessment) == shown(answer(name))


@pytest.mark.parametrize("name", EVERY)
def test_it_is_told_from_the_case_code_before_it_is_read(name: str) -> None:
    of_couple, of_case = couple_code(answer(name)), check_code(answer(name))
    assert re.match("RIFC1-[A-Z2-7]{8}-", of_couple)
    assert re.match("RIF1-[A-Z2-7]{8}-", of_case)
    assert "couple code, from a couple's sheet" in verify(of_couple).holds
    assert "This is a case code" in verify(of_case).holds


# Every field of a case. What is left out changes nothing on the sheet, whatever stands in it.


BASES = [
    PLAIN,
    PLAIN | {"failed_transfers": 4},
    PLAIN | {"failed_transfers": 4, "findings": {"chronic_endometritis": "abnormal", "karyotype": "abnormal"}},
    PLAIN | {"failed_transfers": 4, "answers": {"antiphospholipid_risk_factors": "no", "planned_stage": "blastocyst"}},
]


def values(name: str) -> list[str]:
    """Everything that a question can be answered with, as far as it can be listed."""
    fact = facts()[name]
    if fact.kind == "yes_no":
        return ["yes", "no"]
    if fact.options:
        return list(fact.options)
    low, high = fact.minimum, fact.maximum or fact.minimum + 9
    return [f"{each:f}" for each in (low, low + 1, (low + high) // 2, high)]


def changed() -> list[tuple[str, str, dict[str, Any]]]:
    """Findings, answers and medicines, each with every value it can have."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for name in workup_lists().investigations:
        found += [("findings", name, {"findings": {name: each}}) for each in ("normal", "abnormal", "not_done")]
    for name in (name for name, fact in facts().items() if fact.asked):
        found += [("answers", name, {"answers": {name: each}}) for each in values(name)]
    medicines: list[dict[str, Any]] = [
        {"medications": []},
        {"medications": ["fluconazole", "xyzmab"], "medication_list_complete": "yes"},
        {"medications": ["xyzmab"], "medications_checked": ["xyzmab"]},
        {"medication_list_complete": "no"},
    ]
    return found + [("medications", "", each) for each in medicines]


def added(base: dict[str, Any], more: dict[str, Any]) -> Assessment:
    case = dict(base)
    for field, value in more.items():
        case[field] = {**base.get(field, {}), **value} if isinstance(value, dict) else value
    return assess(case, include=PARTS)


def test_a_field_that_is_left_out_changes_nothing_and_one_that_is_held_may() -> None:
    moved: dict[tuple[str, str], bool] = {}
    kept: dict[tuple[str, str], bool] = {}
    for base in BASES:
        before = shown(assess(base, include=PARTS))
        for field, name, more in changed():
            after = added(base, more)
            if after.contradictions:
                continue  # what cannot be true together leaves the list off the sheet, and is said on the page
            moved[field, name] = moved.get((field, name), False) or shown(after) != before
            inside = couple_case(after)
            kept[field, name] = kept.get((field, name), False) or name in (getattr(inside, field) or ())
    assert {where for where, moves in moved.items() if moves} == {where for where, is_in in kept.items() if is_in}
    # By hand, from the sheet of 36 years and the work-up's rules.
    assert {name for (_, name), is_in in kept.items() if is_in} == {
        "antiphospholipid", "chronic_endometritis", "endometrial_thickness", "karyotype",
        "antiphospholipid_risk_factors", "planned_stage", "miscarriages",
    }  # fmt: skip


def test_every_field_of_a_case_is_held_or_known_to_be_left_out() -> None:
    assert Case.model_fields.keys() - HELD == {
        "findings", "answers", "medications", "medications_checked", "medication_list_complete",
    }  # fmt: skip


@pytest.mark.parametrize("fields", [each for each in SINGLE if each.keys() <= set(HELD) - {"primary_route"}], ids=str)
def test_what_the_routes_are_told_is_held_as_it_is(fields: dict[str, Any]) -> None:
    case = {name: value for name, value in (PLAIN | fields).items() if value is not None}
    if "history" in case:
        case.pop("failed_transfers", None)
    if "clinic_successes" in case:
        case["clinic_outcome"] = "implantation"
    found = assess(case, include=PARTS)
    assert verify(couple_code(found)).case == found.case


def test_an_immune_case_leaves_its_malignancy_ratio_and_medicines_at_the_clinic() -> None:
    """The code on the sheet, read as anyone can read it."""
    fullest = answer("fullest")
    assert {"malignancy", "th1_th2_ratio"} <= fullest.case.answers.keys()
    assert fullest.case.medications
    inside = dict(read_code(couple_code(fullest)).case)
    assert not {"medications", "medications_checked", "medication_list_complete"} & inside.keys()
    assert inside.get("answers", {}).keys() <= {"antiphospholipid_risk_factors", "planned_stage", "miscarriages"}
    text = str(inside)
    for word in ("malignancy", "ratio", *fullest.case.medications):
        assert word not in text
    assert len(couple_code(fullest)) < len(check_code(fullest))


def test_without_the_work_up_nothing_is_held_that_decides_about_a_test() -> None:
    case = PLAIN | {
        "findings": {"karyotype": "abnormal"},
        "answers": {"miscarriages": "2", "planned_stage": "cleavage"},
    }
    found = couple_case(assess(case, include=()))
    assert (found.findings, found.answers) == ({}, {"miscarriages": "2"})


def test_contradictory_answers_leave_the_same_sheet() -> None:
    case = PLAIN | {"answers": {"miscarriages": "2", "any_positive_test": "no"}}
    found = assess(case, include=PARTS)
    assert found.contradictions
    restored = verify(couple_code(found))
    assert restored.same
    assert shown(restored.assessment) == shown(found)


def test_a_changed_list_of_tests_is_noticed() -> None:
    """By the code of one case over the digests of another."""
    found = assess(PLAIN | {"failed_transfers": 4, "findings": {"karyotype": "normal"}}, include=PARTS)
    without = assess(PLAIN | {"failed_transfers": 4}, include=PARTS)

    code = codes.made_code(CodeKind.COUPLE, without, couple_case(without), couple_digests(found))
    assert verify(code).sentence.startswith("Changed: the work-up")


def test_a_wrong_letter_in_front_is_refused_and_one_kind_never_passes_for_the_other() -> None:

    code = couple_code(answer("plain"))
    assert refusal(code.replace("RIFC1", "RIF1")) == "code_check"
    assert refusal(code.replace("RIFC1", "RIFD1")) == "code_version"
    assert refusal(check_code(answer("plain")).replace("RIF1", "RIFC1")) == "code_check"
    assert refusal(code[:-1]) in {"code_check", "code_form"}


def test_it_says_the_language_of_its_sheet() -> None:
    assert verify(couple_code(answer("plain"))).language == "en"
    assert verify(couple_code(answer("plain"), "fa")).language == "fa"
    assert len(couple_code(answer("plain"))) < len(couple_code(answer("plain"), "fa"))


@pytest.mark.parametrize("language", ["../../etc", "x" * 13, 3, ["en"], None])
def test_a_language_of_another_form_is_refused(language: Any) -> None:

    text = json.dumps({"case": {}, "was": {"route": None}, "language": language})
    assert refusal(signed(body(text))) == "code_form"


def test_too_much_for_the_sheets_code_says_so() -> None:
    chances = [f"{30 + place % 29}.{place}7" for place in range(80)]
    kinds = [{"result": "no_positive_test", "per_transfer_percent": each} for each in chances]
    found = assess({"history": kinds, "planned": "none"}, include=PARTS)
    code = couple_code_or_why(found)
    assert code.text == ""
    assert "too much was entered for a code" in code.why_not
