"""The conformance pack is what an independent calculation gives; the package agrees with it, wrong rules do not."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import oracle_answer
from rif_threshold import TableError
from rif_threshold.cli import cli
from rif_threshold.conformance import FIELDS, agreed_fields, load_pack
from rif_threshold.own_tables import new_folder

ROOT = Path(__file__).parents[1]
PACK = ROOT / "conformance"
README = (PACK / "README.md").read_text("utf-8")
COUNTS = json.loads((PACK / "pack.json").read_text("utf-8"))["kinds"]
# Python without any installed package: whatever it runs cannot import the one under test.
BARE = [sys.executable, "-S"]
ORACLE = shlex.join([*BARE, str(ROOT / "tests/conformance_program.py")])


def conformance(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["conformance", *arguments])


def differing(program: str) -> dict[str, int]:
    """How many cases of each kind a program answers otherwise; those of which it does so."""
    result = conformance("--json", "--program", program)
    said = json.loads(result.stdout)
    assert result.exit_code == (2 if said["differ"] else 0)
    return {each["kind"]: len(each["differ"]) for each in said["kinds"] if each["differ"]}


def test_the_pack_is_made_anew_byte_by_byte_where_the_package_cannot_be_imported(tmp_path: Path) -> None:
    missing = subprocess.run(
        [*BARE, "-c", "import rif_threshold"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "No module named 'rif_threshold'" in missing.stderr
    script = str(ROOT / "scripts/conformance.py")
    subprocess.run([*BARE, script, "--output", str(tmp_path)], cwd=tmp_path, check=True)
    for name in ("cases.jsonl", "pack.json"):
        assert (tmp_path / name).read_bytes() == (PACK / name).read_bytes(), f"{name}: run `make conformance`"
    (tmp_path / "cases.jsonl").write_text("")
    check = [*BARE, script, "--output", str(tmp_path), "--check"]
    assert "make conformance" in subprocess.run(check, capture_output=True, text=True, check=False).stderr


def test_the_package_agrees_with_every_case() -> None:
    result = conformance()
    assert result.exit_code == 0
    assert "5,000 of 5,000 cases agree." in result.stdout
    for kind, cases in COUNTS.items():
        assert re.search(rf"^{kind} +{cases:,} +{cases:,} +0$", result.stdout, re.MULTILINE)


def test_a_package_that_differs_says_where_and_ends_with_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rif_threshold.conformance.agreed_fields", lambda _: {"state": "reached"})
    result = conformance()
    assert result.exit_code == 1
    assert "- table-0001: state, route, routes, failed_transfers" in result.stdout
    assert "and 240 more of table" in result.stdout


def test_the_independent_calculation_is_a_program_that_conforms() -> None:
    assert differing(ORACLE) == {}


def test_equality_taken_for_above_fails_at_ties_alone() -> None:
    assert differing(f"{ORACLE} at_least").keys() == {"ties"}


def test_the_formula_with_logarithms_fails_at_ties_alone() -> None:
    assert differing(f"{ORACLE} by_logarithms").keys() == {"ties"}


def test_no_minimum_of_two_fails_wherever_one_transfer_may_cross_the_line() -> None:
    failing = differing(f"{ORACLE} without_a_minimum")
    # Euploid embryos up to 40: ten ages and one band, none to six failed.
    assert failing.pop("table") == 77
    assert failing.keys() == {"minimum", "histories", "bounds", "routes"}


@pytest.mark.javascript
def test_the_example_in_javascript_passes_the_kinds_it_claims() -> None:
    program = shlex.join(["node", str(PACK / "example/rif.mjs")])
    result = conformance("--program", program)
    assert result.exit_code == 0, result.output
    claimed = {"table", "ties", "minimum", "histories"}
    assert f"{sum(COUNTS[kind] for kind in claimed):,} of 2,600 cases agree." in result.stdout
    for kind in COUNTS.keys() - claimed:
        assert re.search(rf"^{kind} +{COUNTS[kind]:,} +not claimed$", result.stdout, re.MULTILINE)
    source = (PACK / "example/rif.mjs").read_text("utf-8")
    assert len(source.splitlines()) <= 70


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import sys; sys.exit(7)", "it ended with 7 after 0 of 5,000 lines"),
        ("print('{}'); raise SystemExit(1)", "it ended with 1 after 1 of 5,000 lines"),
        ("pass", "5,000 lines are needed, one for each case, and it wrote 0"),
        ("print('{}')", "5,000 lines are needed, one for each case, and it wrote 1"),
        ("print('{}\\n' * 5001, end='')", "5,000 lines are needed, one for each case, and it wrote 5,001"),
        ("print('{}\\n' * 5000, end='')", "line 1 of what it wrote must have the id of its case, table-0001"),
        ("print('reached\\n' * 5000, end='')", "line 1 of what it wrote is no JSON object: one is needed for table"),
        ("print('[1]\\n' * 5000, end='')", "line 1 of what it wrote is no JSON object"),
        ("print(('[' * 9000 + '\\n') * 5000, end='')", "line 1 of what it wrote is no JSON object"),
        ("print('\\xff\\n' * 5000, end='')", "line 1 of what it wrote is no JSON object"),
        ("import time; time.sleep(60)", "it did not end within 1 seconds, and was stopped"),
        ("import sys\nwhile True: sys.stdout.write('x' * 10**7)", "it wrote far more than was asked for"),
        ("import os; os.truncate(1, 10**9)", "it wrote far more than was asked for"),
    ],
)
def test_a_program_that_does_not_answer_is_told_from_one_that_answers_otherwise(program: str, why: str) -> None:
    result = conformance("--seconds", "1", "--program", shlex.join([*BARE, "-c", program]))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"was given; {why}" in " ".join(result.stderr.split())
    assert result.stderr.count("--program") == 1


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("no-such-program-anywhere", "it cannot be started: No such file or directory"),
        ("node 'rif.mjs", "it cannot be started: this is no command"),
        ("", "it cannot be started: this is no command"),
    ],
)
def test_what_is_no_program_is_refused(command: str, why: str) -> None:
    result = conformance("--program", command)
    assert result.exit_code == 2
    assert why in " ".join(result.stderr.split())


ANSWERING = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps({"id": asked["id"], "state": %s}))
"""


def test_a_kind_is_claimed_whole_or_not_at_all() -> None:
    state = "'not_claimed' if asked['kind'] != 'far' or asked['id'] == 'far-0002' else 'not_yet'"
    assert differing(shlex.join([*BARE, "-c", ANSWERING % state])) == {"far": 100}
    nothing = conformance("--program", shlex.join([*BARE, "-c", ANSWERING % "'not_claimed'"]))
    assert nothing.exit_code == 2
    assert "it claims no kind of cases" in nothing.stderr


def test_a_program_gets_the_cases_and_not_their_answers() -> None:
    asked = [json.loads(each) for each in load_pack().questions()]
    assert len(asked) == 5000
    assert {tuple(each) for each in asked} == {("id", "kind", "case")}


def test_a_pack_with_another_digest_has_another_version() -> None:
    """Whoever changes a case or an answer says so in `VERSION`, and here."""
    pack = load_pack()
    assert (pack.version, pack.sha256[:12]) == ("1.0.0", "31add1bbf107")


def test_every_case_is_another_one_and_every_kind_is_whole() -> None:
    cases = load_pack().cases
    assert len({each.id for each in cases}) == len({(each.kind, json.dumps(each.case)) for each in cases}) == 5000
    assert Counter(each.kind for each in cases) == COUNTS
    states = {each.expected["state"] for each in cases}
    assert states == {"reached", "not_yet", "cannot_be_said", "no_answer", "refused"}
    assert {name for each in cases for name in each.expected} == set(FIELDS)


def test_no_percentage_lies_so_near_to_half_a_unit_that_rounding_would_need_more_than_a_float(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A program may print from floating point: a value is halfway exactly, or clearly on one side."""
    shown: list[Fraction] = []
    rounded = oracle_answer.rounded
    monkeypatch.setattr(oracle_answer, "rounded", lambda chance: shown.append(chance) or rounded(chance))
    for each in load_pack().cases[::3]:
        oracle_answer.answer(each.case)
    assert len(shown) > 5000
    assert not any(map(oracle_answer.unclear, shown))
    assert rounded(Fraction("0.4509190045")) == "45.091900"
    assert rounded(Fraction("0.450919005")) == "45.091901"


@pytest.mark.parametrize("spoilt", ["changed", "no digest", "missing", "no object"])
def test_a_pack_that_was_changed_is_refused(spoilt: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "conformance"
    shutil.copytree(PACK, folder)
    if spoilt == "changed":
        cases = (folder / "cases.jsonl").read_text("utf-8")
        (folder / "cases.jsonl").write_text(cases.replace('"failed_transfers":3', '"failed_transfers":4', 1))
    else:
        content = {"no digest": "{}", "missing": "", "no object": "[]"}[spoilt]
        (folder / "pack.json").write_text(content)
    with pytest.raises(TableError, match="conformance/"):
        load_pack(folder)
    monkeypatch.setattr("rif_threshold.conformance.conformance_directory", lambda: folder)
    assert conformance().exit_code == 4


def test_settings_of_a_clinic_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_folder(tmp_path / "ours")
    monkeypatch.setenv("RIF_THRESHOLD_TABLES", str(tmp_path / "ours"))
    monkeypatch.setenv("RIF_THRESHOLD_WITHOUT", "tacrolimus,workup")
    found = agreed_fields({"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3})
    assert (found["route"], found["routes"]) == ("age_table", ["age_table"])


def codes_of(cases: Any) -> set[str]:
    return {problem["code"] for each in cases for problem in each.expected.get("problems", ())}


def test_the_readme_says_what_every_field_kind_and_code_is() -> None:
    pack = load_pack()
    rows = {word for row in re.findall(r"^\|.*", README, re.MULTILINE) for word in re.findall(r"`([a-z_]+)`", row)}
    assert set(FIELDS) | set(COUNTS) | codes_of(pack.cases) <= rows
    fields = {name for each in pack.cases for name in each.case} - {"first_name", "age"}
    assert fields <= rows
    for kind, cases in COUNTS.items():
        assert re.search(rf"^\| `{kind}` \| {cases:,} \|", README, re.MULTILINE)
    assert pack.version in README


def test_the_example_in_the_readme_is_a_case_of_the_pack() -> None:
    (line,) = re.findall(r"^```json\n(.*)\n```", README, re.MULTILINE)
    assert f"{line}\n" in (PACK / "cases.jsonl").read_text("utf-8")
