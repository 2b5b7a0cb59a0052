"""The commands that come after the threshold, as a clinician reads them in a terminal."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rif_threshold.cli import cli

CASES = Path(__file__).parent / "cases"
FIVE = str(CASES / "tacrolimus_five_failed_euploid.json")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def flat(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_tacrolimus_says_first_what_speaks_against_it() -> None:
    text = flat(run("tacrolimus", "--case", FIVE))
    parts = [
        "Now: the threshold",
        "What speaks against it",
        "What bodies say",
        "Sources disagree on",
        "Meets the entry criteria of studies: the series of 2015 (Tokyo), the euploid series of 2024",
        "of cohorts of women already delivered: the series of 2019; of web pages: a clinic's page",
        "Entry criteria, protocol by protocol",
        "Japanese two-dose trial (B126): does not meet them",
        "Stops (any yes",
        "Holds (any yes",
        "Series of 2015 (Tokyo): 16 days around the transfer [nakagawa_2015]: MEETS",
        "this ratio lies here in that study",
        "Monitoring, as sources",
        "Pregnancy and breast-feeding",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "ratio 11.8 to below 15.8: 2 mg a day <- this ratio lies here in that study" in text
    assert "ratio 15.8 or more: 3 mg a day" in text
    assert "Overseen by a transplant physician or nephrologist: clear" in text
    assert "No oversight" not in text
    assert "Hydrosalpinx excluded [coughlan_2014]: not asked here." in text
    assert "Serum creatinine and eGFR: Baseline, then regularly. Trigger: Any rise. [us_label_older]" in text
    assert "30-60 % of the mother's level, as one AI-written article quotes it. [droracle_2026]" in text


def test_each_medicine_says_its_effect_weight_action_and_source() -> None:
    text = flat(run("tacrolimus", "--case", str(CASES / "tacrolimus_comedication.json")))
    assert "clarithromycin: HOLDS. Effect: raises the tacrolimus level (marked;" in text
    assert "a longer interval as needed. An AI-written article, awaiting human review, says of macrolides:" in text
    assert "holds here. [prograf_thailand] [advagraf_leaflet] [tacrolimus_smpc] [droracle_2026]" in text
    assert (
        "oestradiol (row: oestradiol and progesterone for endometrial preparation): neither stops nor holds. Effect:"
        " on the tacrolimus level not known." in text
    )
    assert "foozol: HOLDS. Not in our list." in text
    assert "Not known: Contraindicated co-medication in the list." in text


@pytest.mark.parametrize("command", ["workup", "tacrolimus"])
def test_help_keeps_the_lines_of_its_example(command: str) -> None:
    lines = run(command, "--help").output.splitlines()
    assert f"    rif-threshold {command} --case case.json" in lines
    assert not [line for line in lines if "\\b" in line]


def test_tacrolimus_lists_what_is_still_to_be_answered() -> None:
    text = flat(run("tacrolimus", "--oocyte-age", "36", "--ploidy", "euploid", "--failed", "5"))
    assert "Still to be answered" in text
    assert "th1_th2_ratio: What is the blood Th1/Th2 cell ratio" in text
    assert "Indirect. Another disease" in text


def test_workup_before_and_after_the_threshold() -> None:
    before = flat(run("workup", "--oocyte-age", "36", "--ploidy", "untested", "--failed", "3"))
    assert before.startswith("Not yet: ")
    assert "Testing for chronic endometritis (female): not yet" in before
    assert "Cytokine levels in blood (female): graded not recommended" in before
    assert "Intravenous intralipid (female): graded not recommended" in before
    after = flat(run("workup", "--oocyte-age", "36", "--ploidy", "untested", "--failed", "4"))
    assert "Testing for chronic endometritis (female): applies" in after
    assert "Antibiotics, if chronic endometritis is diagnosed (female): cannot say" in after
    assert "Cytokine levels in blood (female): graded not recommended" in after
    assert "Still to be answered" in after
    found = flat(run("workup", "--case", FIVE))
    assert "Testing for chronic endometritis (female): done; found: normal" in found
    assert "Antibiotics, if chronic endometritis is diagnosed (female): does not apply" in found
    assert "ESHRE Add-ons working group 2023: Endometrial receptivity tests" in found


def test_evidence_and_conflicts() -> None:
    study = flat(run("evidence", "--study", "eshre2024_017"))
    assert "recomputed here: Fisher exact p = 0.054; uncorrected chi-square p = 0.043" in study
    assert "Printed: p < 0.05" in study
    assert "low ratio 248 of 410. Printed: not significant" in study
    listed = flat(run("evidence"))
    assert "Treated: 25. Controls: 17. Clinical pregnancy 64.0 % (16 of 25) against 0 % (0 of 17)" in listed
    assert "nakagawa_2019: 1-4 mg a day (no bands printed)" in listed
    assert run("evidence", "--study", "nobody").exit_code == 2
    assert len(json.loads(run("conflicts", "--json").output)) == 51
    assert "Cut-off of the Th1/Th2 ratio" in flat(run("conflicts"))


def test_json_is_the_part_of_the_assessment() -> None:
    found = json.loads(run("tacrolimus", "--case", FIVE, "--json").output)
    assert list(found)[:2] == ["threshold", "summary"]
    assert len(found["protocols"]) == 10
    assert len(json.loads(run("workup", "--case", FIVE, "--json").output)["investigations"]) == 18


def test_the_drug_step_can_be_left_out_of_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIF_THRESHOLD_WITHOUT", "tacrolimus")
    for command in (["tacrolimus", "--case", FIVE], ["evidence"]):
        result = run(*command)
        assert result.exit_code == 2
        assert "left out" in result.output
    left = run("conflicts").output
    assert "Age 40" in left
    assert "Th1/Th2" not in left
    assert run("workup", "--case", FIVE).exit_code == 0
    assert json.loads(run("assess", "--case", FIVE, "--json").output)["tacrolimus"] is None


def test_a_refused_primary_route_gives_its_exit_code() -> None:
    result = run("workup", "--successes", "0", "--transfers", "20", "--outcome", "implantation", "--failed", "3")
    assert result.exit_code == 3
    assert "cannot be said" in " ".join(result.output.split())


def test_a_refused_answer_is_named(tmp_path: Path) -> None:
    case = json.loads(Path(FIVE).read_text("utf-8"))
    case["answers"]["th1_th2_ration"] = "12"
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case))
    result = run("tacrolimus", "--case", str(path))
    assert result.exit_code == 2
    assert "did you mean th1_th2_ratio?" in " ".join(result.output.split())


def test_answers_that_contradict_each_other_are_refused_by_the_part_they_belong_to(tmp_path: Path) -> None:
    case = {"oocyte_age_years": 36, "ploidy": "untested", "history": [{"result": "pregnancy_loss"}]}
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case | {"answers": {"miscarriages": "0"}}))
    for command in ("workup", "tacrolimus"):
        result = run(command, "--case", str(path))
        assert (result.exit_code, "more losses in a row" in " ".join(result.output.split())) == (2, True)
