"""Rules of the gate and the work-up that recorded findings, other readings and silent sources decide.

Each new rule has a yes, a no and a not-known case, made from the table that holds it.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rif_threshold import assess
from rif_threshold.case import Case
from rif_threshold.pathway import Tacrolimus, Workup, WorkupItem
from rif_threshold.pathway import workup as judged_workup

ROOT = Path(__file__).parents[1]
CASE = json.loads((ROOT / "tests/cases/tacrolimus_five_failed_euploid.json").read_text("utf-8"))
FACTS = tomllib.loads((ROOT / "tables/pathways/facts.toml").read_text("utf-8"))
CAUSES = [(leaf["fact"], leaf["is"]) for leaf in FACTS["cause_on_file"]["when"]["any"]]
# The trial's own assay, so that the Japanese trial is met too.
MET = {**CASE, "answers": CASE["answers"] | {"ratio_assay": "flow_cytometry_srl"}}
ASK_FOR_NO_CAUSE = ("japan_b126", "kumhar_clinic")


def changed(**changes: Any) -> dict[str, Any]:
    """The case that meets the trial and the clinic page, with findings and answers changed; ``None`` takes one away."""
    case = {**MET}
    for name, value in changes.items():
        both = case[name] | value if isinstance(value, dict) else value
        case[name] = {k: v for k, v in both.items() if v is not None} if isinstance(both, dict) else both
    return {name: value for name, value in case.items() if value is not None}


def step(case: dict[str, Any]) -> Tacrolimus:
    found = assess(case, include={"tacrolimus"}).tacrolimus
    assert found is not None
    return found


def verdict(case: dict[str, Any], protocol: str) -> str:
    return next(each.verdict.value for each in step(case).protocols if each.id == protocol)


def reasons(case: dict[str, Any], protocol: str) -> str:
    return " ".join(next(each.because for each in step(case).protocols if each.id == protocol))


def recorded(fact: str, *, as_cause: bool) -> dict[str, Any]:
    """A finding or an answer that is a cause, or one that is none."""
    if FACTS[fact]["kind"] == "finding":
        return changed(findings={FACTS[fact]["investigation"]: "abnormal" if as_cause else "normal"})
    return changed(answers={fact: "yes" if as_cause else "no"})


# No other cause: what is recorded decides, whatever was answered.


@pytest.mark.parametrize(("fact", "value"), CAUSES)
@pytest.mark.parametrize("protocol", ASK_FOR_NO_CAUSE)
def test_a_recorded_cause_decides_whatever_was_answered(fact: str, value: object, protocol: str) -> None:
    assert value in ("abnormal", True)
    assert verdict(recorded(fact, as_cause=False), protocol) == "meets_entry_criteria"
    for answered in ("no", "not_known", "yes"):
        case = recorded(fact, as_cause=True)
        case["answers"] = case["answers"] | {"other_cause_known": answered}
        assert verdict(case, protocol) == "does_not_meet"
        assert next(each for each in step(case).protocols if each.id == protocol).dose_bands == ()
    named = FACTS[fact]["label"]
    assert f"Another cause among what is recorded: yes ({named}: " in reasons(recorded(fact, as_cause=True), protocol)


@pytest.mark.parametrize("protocol", ASK_FOR_NO_CAUSE)
def test_where_no_cause_is_recorded_the_answer_decides(protocol: str) -> None:
    for answered, expected in (("no", "meets_entry_criteria"), ("yes", "does_not_meet"), (None, "cannot_say")):
        assert verdict(changed(answers={"other_cause_known": answered}), protocol) == expected
    # A test that was not done has found nothing.
    for finding in ("not_done", None):
        assert verdict(changed(findings={"karyotype": finding}), protocol) == "meets_entry_criteria"


def test_the_causes_are_those_that_the_sources_name() -> None:
    """The clinic page names four conditions of the pelvis and endometritis; the rest are ESHRE's tests, and B126's."""
    pelvis = {"adenomyosis", "endometriosis", "fibroids", "polyps"}
    tests = {"endometrial_thickness", "antiphospholipid", "karyotype", "uterine_cavity", "endometrial_function"}
    tests |= {"chronic_endometritis", "thyroid_function", "progesterone"}
    assert {fact for fact, _ in CAUSES} == pelvis | tests | {"coagulation_disorder"}
    assert verdict(changed(findings={"lifestyle": "abnormal", "peripheral_nk": "abnormal"}), "kumhar_clinic") == (
        "meets_entry_criteria"
    )


@pytest.mark.parametrize(("fact", "value"), CAUSES)
def test_adding_a_cause_never_improves_a_verdict(fact: str, value: object) -> None:
    del value
    rank = {"does_not_meet": 0, "cannot_say": 1, "on_hold": 2, "meets_entry_criteria": 3}
    for case in (MET, changed(answers={"fasting_glucose_abnormal": "yes"}), changed(answers={"adenomyosis": None})):
        with_cause = recorded(fact, as_cause=True)
        spoilt = {
            **case,
            "findings": case["findings"] | {k: v for k, v in with_cause["findings"].items() if v == "abnormal"},
        }
        if FACTS[fact]["kind"] != "finding":
            spoilt["answers"] = case["answers"] | {fact: "yes"}
        before = {each.id: each.verdict.value for each in step(case).protocols}
        for each in step(spoilt).protocols:
            assert rank[each.verdict.value] <= rank[before[each.id]], each.id


# The clinic page asks for signs of an immune cause, and names no test that would rule it out.

NO_SIGN = {
    "th1_th2_ratio": "5.0",
    "ratio_reported_raised": "no",
    "il33_st2_raised": "no",
    "endometrial_profile": "balanced",
}


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ({"ratio_reported_raised": "yes"}, "meets_entry_criteria"),
        ({"th1_th2_ratio": "10.3"}, "meets_entry_criteria"),
        ({"th1_th2_ratio": "10.2"}, "cannot_say"),
        ({"th1_th2_ratio": "10.3", "ratio_assay": "other"}, "cannot_say"),
        ({"il33_st2_raised": "yes"}, "meets_entry_criteria"),
        ({"endometrial_profile": "high"}, "meets_entry_criteria"),
        ({"endometrial_profile": "mixed"}, "meets_entry_criteria"),
        ({"endometrial_profile": "low"}, "cannot_say"),
        ({"endometrial_profile": "unclassified"}, "cannot_say"),
        ({}, "cannot_say"),
        (dict.fromkeys(NO_SIGN), "cannot_say"),
    ],
)
def test_the_clinic_page_asks_for_signs_of_an_immune_cause(sign: dict[str, str | None], expected: str) -> None:
    case = changed(answers=NO_SIGN | sign)
    assert verdict(case, "kumhar_clinic") == expected
    found = next(each for each in step(case).protocols if each.id == "kumhar_clinic")
    assert bool(found.dose_bands) == (expected == "meets_entry_criteria")
    criterion = next(each for each in found.criteria if "immune" in each.asks)
    if sign == {}:  # all is known, and still nothing rules it out
        assert found.missing == ()
        assert "the page names none that would rule it out" in criterion.doubt
        assert criterion.doubt in " ".join(found.because)
    if None in sign.values():
        assert set(criterion.missing) == set(NO_SIGN)
        assert criterion.doubt == ""


# "In a row" is our reading of the number of failures.

FAILED, BIOCHEMICAL = {"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "euploid"}, "biochemical"


def history(*runs: int) -> list[dict[str, Any]]:
    """Runs of failures with a biochemical pregnancy between them."""
    found: list[dict[str, Any]] = []
    for run in runs:
        found += [{**FAILED, "result": BIOCHEMICAL}] if found else []
        found += [FAILED] * run
    return found


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ((5,), "meets_entry_criteria"),
        ((4,), "does_not_meet"),
        ((3, 3), "cannot_say"),
        ((1, 4), "cannot_say"),
        ((2, 2), "does_not_meet"),
        ((3, 5), "meets_entry_criteria"),
    ],
)
@pytest.mark.parametrize("protocol", ["nakagawa_2015", "eshre2024_017_cutoff_10_3", "eshre2024_017_cutoff_11_8"])
def test_a_no_that_rests_on_in_a_row_alone_cannot_be_said(runs: tuple[int, ...], expected: str, protocol: str) -> None:
    answers = {"any_positive_test": "yes" if len(runs) > 1 else "no"}
    case = changed(failed_transfers=None, history=history(*runs), answers=answers)
    assert verdict(case, protocol) == expected
    said = f"{sum(runs)} in all, {runs[-1]} since the positive test"
    assert (said in reasons(case, protocol)) == (expected == "cannot_say")
    assert "in a row'" not in reasons(case, protocol) or expected == "cannot_say"


def test_every_criterion_of_a_number_of_failures_doubts_the_same_number() -> None:
    protocols = tomllib.loads((ROOT / "tables/pathways/protocols.toml").read_text("utf-8"))["protocol"]
    found = 0
    for protocol in protocols:
        for criterion in protocol.get("criterion", []):
            leaves = [criterion["when"], *criterion["when"].get("any", [])]
            for leaf in leaves:
                if leaf.get("fact") == "failed_transfers":
                    found += 1
                    assert criterion["doubt"]["when"] == leaf | {"fact": "failed_transfers_in_all"}, protocol["id"]
    assert found == 5


def test_a_criterion_that_cannot_be_said_reads_the_same_on_page_and_command_line() -> None:
    from click.testing import CliRunner  # noqa: PLC0415

    from rif_threshold.cli import cli  # noqa: PLC0415
    from rif_threshold.ui.verdicts import _reasons  # noqa: PLC0415

    case = changed(failed_transfers=None, history=history(3, 3), answers={"any_positive_test": "yes"})
    said = "6 in all, 3 since the positive test; no source prints 'in a row'"
    found = step(case)
    page = "\n".join(_reasons(next(each for each in found.protocols if each.id == "nakagawa_2015"), found))
    assert said in page.replace("\\", "")
    result = CliRunner().invoke(cli, ["tacrolimus", "--case", "-"], input=json.dumps(case))
    assert said in " ".join(result.output.split())


# The work-up.

CROSSED = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 4}


def workup(**more: Any) -> Workup:
    found = assess(CROSSED | more, include={"workup"}).workup
    assert found is not None
    return found


def item(found: Workup, name: str) -> WorkupItem:
    return next(each for each in (*found.investigations, *found.interventions) if each.id == name)


@pytest.mark.parametrize(
    ("finding", "verdict"), [("normal", "no"), ("abnormal", "yes"), ("not_done", "yes"), (None, "yes")]
)
def test_a_lifestyle_without_a_factor_needs_no_optimisation(finding: str | None, verdict: str) -> None:
    findings = {"lifestyle": finding} if finding else {}
    found = item(workup(findings=findings), "lifestyle_optimisation")
    assert found.verdict == verdict
    assert found.state == ("applies" if verdict == "yes" else "does_not_apply")
    unknown = judged_workup(Case.model_validate({"findings": findings}), None)
    assert item(unknown, "lifestyle_optimisation").verdict == ("no" if finding == "normal" else "not_known")


NOTHING_FOLLOWS = ("antiphospholipid", "uterine_cavity", "endometrial_function", "thyroid_function", "progesterone")


@pytest.mark.parametrize("name", NOTHING_FOLLOWS)
def test_a_finding_for_which_eshre_lists_no_intervention_says_so(name: str) -> None:
    said = "ESHRE's list of interventions has no row for this finding."
    for finding in ("normal", "abnormal", "not_done"):
        found = workup(findings={name: finding})
        assert [each.text for each in item(found, name).beside] == ([said] if finding == "abnormal" else [])
    assert item(workup(), name).beside == ()


def test_what_leads_nowhere_is_just_what_no_intervention_asks_about() -> None:
    tables = tomllib.loads((ROOT / "tables/pathways/workup.toml").read_text("utf-8"))
    asked = json.dumps([each["when"] for each in tables["intervention"]])
    silent = {
        each["id"]
        for each in tables["investigation"]
        if each["grade"] != "not_recommended" and f'"{each["id"]}"' not in asked and each["id"] != "lifestyle"
    }
    assert silent == set(NOTHING_FOLLOWS)


def test_heparin_for_antiphospholipid_syndrome_is_another_indication() -> None:
    for finding in ("abnormal", "normal"):
        found = item(workup(findings={"antiphospholipid": finding}), "lmwh")
        assert any("another indication" in each.text for each in found.beside) == (finding == "abnormal")
        assert found.state == "not_recommended"


# A pregnancy now, and breast-feeding.


@pytest.mark.parametrize("name", ["pregnant", "breastfeeding"])
def test_a_present_pregnancy_and_breast_feeding_are_asked_and_hold(name: str) -> None:
    for answered, expected in (("yes", "on_hold"), ("no", "meets_entry_criteria"), (None, "cannot_say")):
        case = changed(answers={name: answered})
        assert verdict(case, "nakagawa_2015") == expected
        assert (name in step(case).questions) == (answered is None)


def test_an_ongoing_pregnancy_in_the_history_is_a_present_one() -> None:
    ongoing = [*history(5, 5), {**FAILED, "result": "ongoing"}]
    case = changed(failed_transfers=None, history=ongoing, answers={"any_positive_test": "yes", "pregnant": None})
    assert next(each.verdict for each in step(case).holds if each.id == "pregnant") == "yes"
    found = assess(case | {"answers": case["answers"] | {"pregnant": "no"}})
    assert [each.field for each in found.contradictions] == ["answers.pregnant, history"]

    # While a test is awaited nobody knows.
    awaited = changed(failed_transfers=None, history=[*[FAILED] * 5, {**FAILED, "result": "awaited"}])
    assert verdict(awaited, "nakagawa_2015") == "cannot_say"
