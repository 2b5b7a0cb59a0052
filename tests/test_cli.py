"""The command line as a user meets it: output, exit codes, no traceback."""

import base64
import gc
import importlib
import json
import runpy
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from rif_threshold.cli import COMMANDS, cli
from rif_threshold.cli.commands import Commands
from rif_threshold.cli.register import register_group
from rif_threshold.rates import load_rate_table
from rif_threshold.tables import open_folder
from test_tables import edit, own, sign

__all__ = ["own", "sign"]


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """Run a command in this process; an exception that is not an exit is a failure of the test."""
    result = CliRunner().invoke(cli, list(arguments), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def as_json(*arguments: str, stdin: str | None = None) -> Any:
    return json.loads(run(*arguments, "--json", stdin=stdin).stdout)


@pytest.fixture(autouse=True)
def argv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Problems look at the arguments of the process to see whether JSON is wanted."""
    monkeypatch.setattr(sys, "argv", ["rif-threshold"])


BASIC = ("assess", "--oocyte-age", "36", "--ploidy", "untested", "--failed", "3")


def test_the_answer_comes_first() -> None:
    result = run(*BASIC)
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == "Not yet: the threshold comes after 4 transfers"
    assert lines[1] == "3 failed: 59.3 % so far, one more crosses."
    assert lines[2] == "The next transfer by itself: 25.9 %. That is not the cumulative chance."
    assert len(lines) <= 40
    assert "more than 0.42 points up gives 3" in " ".join(result.stdout.split())


def test_both_routes_and_why_they_disagree() -> None:
    answer = as_json(*BASIC, "--live-birth", "23.8", "--per", "treatment_cycle")
    opinions = [each for each in answer["estimates"] if not each["background"]]
    assert {each["route"]: each["transfers_to_threshold"] for each in opinions} == {
        "live_birth": 3,
        "age_table": 4,
    }
    assert "0.42 percentage points" in answer["disagreement"]
    text = run(*BASIC, "--live-birth", "23.8", "--per", "treatment_cycle").stdout
    assert "3 failed: 62.1 % so far, the 60 % line is crossed." in text
    assert "The routes disagree" in text
    assert "it truncates" in text


def test_the_model_by_options() -> None:
    answer = as_json(
        *("assess", "--failed", "3", "--woman-age", "36", "--trying-years", "3", "--egg-source", "own"),
        *("--cause", "damaged_tubes", "--icsi", "false", "--attempt", "first", "--unsuccessful-cycles", "0"),
        *("--pregnancy-history", "no_ivf_never_pregnant", "--cycle-medication", "gonadotrophin"),
    )
    assert round(answer["estimates"][0]["live_birth_percent"], 1) == 23.8


def test_a_case_from_a_file_and_from_standard_input(tmp_path: Path) -> None:
    case = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
    (tmp_path / "case.json").write_text(json.dumps(case))
    from_file = as_json("assess", "--case", str(tmp_path / "case.json"))
    assert from_file == as_json("assess", "--case", "-", stdin=json.dumps(case)) == as_json(*BASIC)
    both = as_json("assess", "--case", str(tmp_path / "case.json"), "--live-birth", "23.8", "--per", "embryo_transfer")
    assert [each["route"] for each in both["estimates"]] == ["live_birth", "age_table", "age_table:hfea_2017_2018"]
    model = json.dumps(case | {"prediction": {"cause": "cervical"}})
    added = as_json("assess", "--case", "-", "--icsi", "true", stdin=model)
    assert added["case"]["prediction"]["cause"] == "cervical"
    assert added["case"]["prediction"]["icsi"] is True


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--oocyte-age", "17"), 3, "ages from 18 to 55"),
        (("--oocyte-age", "56"), 3, "ages from 18 to 55"),
        (("--oocyte-age", "36.5"), 2, "it is not rounded for you"),
        (("--oocyte-age", "abc"), 2, "not a plainly written number"),
        (("--live-birth", "0.238", "--per", "treatment_cycle"), 2, "did you mean 23.8"),
        (("--live-birth", "-5", "--per", "treatment_cycle"), 2, "must not be negative"),
        (("--live-birth", "NaN", "--per", "treatment_cycle"), 2, "not a plainly written number"),
        (("--live-birth", "1e400", "--per", "treatment_cycle"), 2, "without an exponent"),
        (("--live-birth", "0E99999999", "--per", "treatment_cycle"), 2, "without an exponent"),
        (("--live-birth", "２３", "--per", "treatment_cycle"), 2, "use the digits 0 to 9"),
        (("--live-birth", "23,8", "--per", "treatment_cycle"), 2, "decimal comma"),
        (("--successes", "9", "--transfers", "3", "--outcome", "implantation"), 2, "more successes than transfers"),
        (("--live-birth", "23.8", "--per", "retrieval"), 3, "already sums several transfers"),
        (("--live-birth", "95", "--per", "embryo_transfer"), 0, "must stay below 100 %"),
        (("--clinic-percent", "26", "--outcome", "live_birth"), 2, "belongs to the live_birth route"),
        (("--primary-route", "clinic_rate"), 2, "a route this case gives something for: age_table"),
        (("--case", "nowhere.json"), 2, "cannot be read"),
        (("--case", "/dev/zero"), 2, "at most 100000 characters"),
        (("--oocyte-age", "20", "--minimum", "3"), 2, "this option is given twice"),
        (("--live-birth", "86.206897", "--per", "embryo_transfer"), 0, "'86.206897' was given"),
        (("--tables", "nowhere"), 4, "no such folder"),
    ],
)
def test_bad_input_has_a_message_and_an_exit_code(arguments: tuple[str, ...], code: int, words: str) -> None:
    age = () if arguments[0] == "--oocyte-age" and len(arguments) == 2 else ("--oocyte-age", "36")
    result = run("assess", "--ploidy", "untested", *age, "--failed", "3", *arguments)
    flat = " ".join((result.stdout + result.stderr).split())
    assert (result.exit_code, words in flat) == (code, True), flat
    assert "Traceback" not in flat


def test_all_problems_come_at_once() -> None:
    result = run("assess", "--oocyte-age", "36.5", "--ploidy", "x", "--failed", "-1")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n- ") == 3
    assert "(--oocyte-age)" in result.stderr


def test_problems_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["rif-threshold", "--json"])
    result = run("assess", "--oocyte-age", "17", "--ploidy", "untested", "--failed", "3", "--json")
    assert result.exit_code == 3
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["field"], problem["given"], problem["code"]) == ("oocyte_age_years", "17", "age_range")


@pytest.mark.parametrize(
    "text", ['{"oocyte_age_years": 36', "[]", b"\xff\xfe", '{"history": [], "ploidy": "euploid"}', '{"patient": "x"}']
)
def test_broken_case_files(text: str | bytes) -> None:
    result = run("assess", "--case", "-", stdin=text)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr


def test_what_is_given_twice_is_refused() -> None:
    case = '{"failed_transfers": 3, "prediction": {"icsi": true}}'
    result = run("assess", "--case", "-", "--failed", "2", "--icsi", "false", stdin=case)
    assert result.exit_code == 2
    assert result.stderr.count("both in the case and as an option") == 2


def test_a_primary_that_fails_gives_its_own_code_and_the_others_are_shown() -> None:
    result = run(*BASIC, "--live-birth", "23.8", "--per", "retrieval")
    assert result.exit_code == 3
    assert result.stdout.startswith("No answer")
    assert "age_table" in result.stdout
    assert run(*BASIC, "--live-birth", "23.8", "--per", "retrieval", "--primary-route", "age_table").exit_code == 0


def test_the_published_table_is_recomputed() -> None:
    result = run("table")
    assert "36 of 36 cells equal, 6 of 6 answers equal." in result.stdout
    answer = as_json("table")
    assert (answer["cells"], answer["equal"]) == (36, 36)


def test_schemas_sources_and_tables() -> None:
    schema = as_json("schema", "case")
    assert (schema["title"], schema["$id"]) == ("Case", "urn:rif-threshold:case:2")
    assert as_json("schema", "assessment")["title"] == "Assessment"
    assert "eshre_rif_2023" in as_json("sources")
    assert "eshre_rif_2023" in run("sources").stdout
    assert "rates/eshre_rif_2023.csv" in run("tables", "list").stdout
    assert {"id", "sha256"} == set(as_json("tables", "list")[0])
    assert "tables verified" in run("tables", "verify").stdout
    assert len(as_json("tables", "verify")["digest"]) == 64


def test_own_tables(own: Path) -> None:
    assert "age_table:ours" in run(*BASIC, "--tables", str(own)).stdout
    assert "own:rates/ours.csv" in run("tables", "list", "--tables", str(own)).stdout
    edit(own, "rates/ours.csv", "untested,35-39,35", "untested,35-39,36")
    open_folder.cache_clear()
    load_rate_table.cache_clear()
    result = run(*BASIC, "--tables", str(own))
    assert result.exit_code == 4
    assert "ours.csv, line 3" in result.stderr


def test_a_changed_table_stops_everything(own: Path) -> None:
    path = own / "rates/ours.csv"
    path.write_text(path.read_text().replace("25.9", "26.9", 1))
    result = run("tables", "verify", "--tables", str(own))
    assert (result.exit_code, "was changed" in result.stderr) == (4, True)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert len(result.stdout) > 150
    if command not in {"tables", "register"}:
        assert "--json" in result.stdout
    for group, of_it in (("tables", "list"), ("register", "couples"), ("register", "table")):
        assert "--json" in run(group, of_it, "--help").stdout


@pytest.mark.parametrize("group", [cli, register_group])
def test_a_list_of_commands_says_what_their_help_begins_with(group: Commands) -> None:
    for name, later in group.later.items():
        command = group.get_command(click.Context(group), name)
        assert command is not None
        assert " ".join(str(command.help).partition("\n\n")[0].split()) == later.about
        assert not command.hidden
        assert command.short_help is None
    assert "\n  couples  Say of every couple how many" in run("register", "--help").stdout


def test_the_list_of_commands_loads_no_model_and_no_array() -> None:
    heavy = ["numpy", "pydantic", "scipy", "rapidfuzz", "rif_threshold.case", "rif_threshold.tables"]
    code = (
        "import sys; from rif_threshold.cli import cli;\n"
        "try: cli.main(['--help'])\nexcept SystemExit: pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stderr.strip() == "[]"


def test_the_examples_of_a_help_keep_their_lines() -> None:
    for command in ((), ("assess",), ("report",), ("verify",)):
        shown = run(*command, "--help").stdout
        assert "\b" not in shown.replace("\n", "")
        assert "\\b" not in shown
        assert any(line.startswith("    rif-threshold ") for line in shown.splitlines())


def test_a_report_as_json() -> None:
    made = as_json("report", *BASIC[1:], "--format", "note.txt")
    assert base64.b64decode(made["content_base64"]).startswith(b"RIF threshold note")


def test_what_a_setting_leaves_out_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIF_THRESHOLD_WITHOUT", "tacrolimus")
    for arguments in (BASIC, (*BASIC, "--without", "workup")):
        assert as_json(*arguments)["tacrolimus"] is None
    assert "protocols" not in run("report", *BASIC[1:], "--format", "note.txt", "--without", "workup").stdout


def test_the_page_is_never_opened_to_every_address_by_mistake() -> None:
    assert run("app", "--host", "").exit_code == 2
    assert run("app", "--port", "99999999").exit_code == 2


def test_an_unknown_command_is_a_usage_error() -> None:
    assert run("asess").exit_code == 2


def test_the_whole_program_in_a_process_of_its_own() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "rif_threshold", *BASIC], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert result.stdout.startswith("Not yet: the threshold comes after 4 transfers")


def test_wide_and_narrow_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    prose = [line for line in run(*BASIC).stdout.splitlines() if not line.startswith(("age_table", "cumul", "p:"))]
    assert max(len(line) for line in prose) <= 60
    monkeypatch.setenv("COLUMNS", "80")
    for command in (
        ("table",),
        (*BASIC, "--more"),
        ("assess", "--clinic-percent", "3", "--outcome", "implantation", "--failed", "1"),
    ):
        assert max(len(line) for line in run(*command).stdout.splitlines()) <= 82


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("app", "--no-open", "--port", str(taken.getsockname()[1]))
    assert (result.exit_code, "choose another --port" in result.stderr) == (2, True)


@pytest.mark.parametrize("host", ["999.1.1.1", "192.0.2.1"])
def test_a_host_that_is_none_of_this_machine_is_said(host: str) -> None:
    result = run("app", "--no-open", "--host", host)
    assert (result.exit_code, "choose another --host" in result.stderr) == (2, True)


COUNTED = ("assess", "--transfers", "200", "--outcome", "clinical_pregnancy", "--failed", "3", "--successes")


def test_counts_bring_their_interval() -> None:
    text = " ".join(run(*COUNTED, "52").stdout.split())
    assert "95 % interval (Clopper-Pearson): 20.1 % to 32.7 % per transfer, 3 to 5 transfers." in text
    assert "Probability of each: 3: 0.46, 4: 0.51." in text
    wide = " ".join(run(*COUNTED, "2").stdout.split())
    assert "No single number of them is likely" in wide
    sure = " ".join(run(*COUNTED, "150").stdout.split())
    assert "2 transfers throughout." in sure
    few = ("assess", "--successes", "1", "--transfers", "50", "--outcome", "implantation", "--failed", "0")
    assert "more than 1,000 transfers. Probability of each: more than 40: 0.48." in " ".join(run(*few).stdout.split())


def test_all_or_none_bring_an_interval_and_no_threshold() -> None:
    result = run(*COUNTED, "0")
    assert result.exit_code == 3
    # 1 - 0.025**(1/200) is 1.83 %: the exact upper bound for none of 200.
    assert "0.0 % to 1.8 % per transfer" in " ".join(result.stdout.split())


def test_a_case_whose_only_route_is_refused_shows_no_number() -> None:
    result = run("assess", "--live-birth", "23.8", "--per", "retrieval", "--failed", "3")
    assert result.exit_code == 3
    assert "cumulative % after" not in result.stdout


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ImportError

    monkeypatch.setattr("rif_threshold.cli.report.report", missing)
    report = run("report", *BASIC[1:], "--format", "sheet.pdf")
    assert (report.exit_code, "rif-threshold[report]" in report.stderr) == (2, True)
    monkeypatch.setitem(sys.modules, "rif_threshold.ui.server", None)
    app = run("app", "--no-open")
    assert (app.exit_code, "rif-threshold[app]" in app.stderr) == (2, True)
    for package in ("fastapi", "uvicorn", "starlette.middleware"):
        monkeypatch.setitem(sys.modules, package, None)
        for module in ("rif_threshold.api.server", "rif_threshold.serving"):
            monkeypatch.delitem(sys.modules, module, raising=False)
        api = run("api")
        assert (api.exit_code, "rif-threshold[api]" in api.stderr) == (2, True), api.stderr


def test_servers_say_their_address_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    import rif_threshold.api.server  # noqa: PLC0415
    import rif_threshold.serving  # noqa: PLC0415
    import rif_threshold.ui.server  # noqa: PLC0415

    monkeypatch.setattr(rif_threshold.serving, "check_port", lambda *_: None)
    for module in (rif_threshold.ui.server, rif_threshold.api.server):
        monkeypatch.setattr(module, "serve", lambda *_: None)
    for command in (["app", "--no-open"], ["api"]):
        assert as_json(*command, "--port", "8123") == {"url": "http://127.0.0.1:8123"}
        assert run(*command).stdout == ""
        assert as_json(*command, "--host", "::1", "--port", "8123") == {"url": "http://[::1]:8123"}
    assert run("api", "--host", "").exit_code == 2


def test_main_is_the_command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(gc, "disable", lambda: None)
    monkeypatch.setattr(sys, "argv", ["rif-threshold", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("rif_threshold", run_name="__main__")
    assert ended.value.code == 0
    assert "0." in capsys.readouterr().out


def test_a_program_collects_again_once_its_command_is_loaded() -> None:
    gc.disable()
    try:
        run("--help")
        assert not gc.isenabled()
        run("schema", "--help")
        assert gc.isenabled()
    finally:
        gc.unfreeze()
        gc.enable()


def test_an_interrupt_before_a_command_runs_ends_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gc, "disable", lambda: None)
    monkeypatch.setattr("rif_threshold.cli.cli", interrupted)
    with pytest.raises(SystemExit) as ended:
        importlib.import_module("rif_threshold.__main__").main()
    assert ended.value.code == 130


def test_above_the_line_but_below_the_minimum_is_said() -> None:
    result = run("assess", "--oocyte-age", "33", "--ploidy", "euploid", "--failed", "1")
    assert "1 failed: 68.4 % so far, above 60 %, but at least 2 transfers must have failed: 1 more to come." in (
        " ".join(result.stdout.split())
    )
