"""The real program against streams, encodings, places and signals that are not as they should be."""

import codecs
import errno
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import click
import pytest

from rif_threshold.cli import cli, files
from rif_threshold.cli.columns import places
from rif_threshold.cli.ending import ended
from rif_threshold.errors import InvalidInput, Problem
from test_cli import argv, run

__all__ = ["argv"]

PROGRAM = (sys.executable, "-m", "rif_threshold")
CASE = ("--oocyte-age", "36", "--ploidy", "untested", "--failed", "3")
ASSESS = ("assess", *CASE)
NOTE = ("report", "--format", "note.txt", *CASE)
TOO_OLD = ("assess", "--oocyte-age", "56", "--ploidy", "untested", "--failed", "3")


def shell(command: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of a shell in which ``$P`` stands for the program with these arguments."""
    line = command.replace("$P", '"$@"')
    result = subprocess.run(
        ["bash", "-c", line, "bash", *PROGRAM, *arguments],
        capture_output=True,
        check=False,
        env=os.environ | environment,
    )
    assert b"Traceback" not in result.stderr, result.stderr
    assert b"Exception ignored" not in result.stderr, result.stderr
    return result


@pytest.mark.parametrize(
    ("command", "arguments", "code", "said"),
    [
        ("$P >/dev/full", ASSESS, 2, "No space left on device"),
        ("$P >/dev/full", (*TOO_OLD, "--json"), 3, "No space left on device"),
        ("$P >/dev/full 2>/dev/full", (*ASSESS, "--json"), 2, ""),
        ("$P 2>/dev/full", TOO_OLD, 3, ""),
        ("$P >&-", ASSESS, 0, ""),
        ("$P >&- 2>&- <&-", TOO_OLD, 3, ""),
        ("$P <&-", ("assess", "--case", "-"), 2, "standard input is closed"),
        ("$P <&-", ("verify", "-"), 2, "standard input is closed"),
        (r"printf '\377\376' | $P", ("verify", "-"), 2, "not UTF-8"),
        ("set -o pipefail; $P | true", ("evidence", "--json"), 0, ""),
        ("$P", ("assess", "--case", "/"), 2, "Is a directory"),
        ("$P", (*NOTE, "--output", "/dev/full"), 2, "No space left on device"),
        ("$P", (*NOTE, "--output", ""), 2, "Is a directory"),
        ("$P", ("app", "--no-open", "--host", "192.0.2.1"), 2, "choose another --host"),
        ("cd $(mktemp -d) && rmdir $(pwd) && $P", ("report", "--format", "report.pdf", *CASE), 0, ""),
    ],
)
def test_streams_that_are_closed_full_or_not_there(
    command: str, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = shell(command, *arguments)
    assert (result.returncode, said in " ".join(result.stderr.decode().split())) == (code, True), result.stderr
    assert said or result.stderr == b""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1", "utf-16", "utf-8", "idna"])
def test_every_encoding_of_the_output(encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an encoding lacks is escaped as JSON does it. One that is no encoding for text is not used."""
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE_WITH_A_LETTER))
    shown = "プ" if encoding.startswith(("utf", "idna")) else r"\u30d7"
    for more, check in (((), lambda text: f"- {shown}" in text), (("--json",), lambda text: typed(text) == "プ")):
        out = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding=encoding, newline="\n"))
        arguments = ["tacrolimus", "--case", str(file), *more]
        assert ended(partial(cli.main, arguments, standalone_mode=False)) == 0
        text = out.getvalue().decode("utf-8" if encoding == "idna" else encoding)
        assert check(text)


def test_no_other_encoding_is_claimed() -> None:
    assert ended(str) == 0
    with pytest.raises(LookupError):
        codecs.lookup("rif_threshold_unknown")


def typed(text: str) -> str:
    return str(json.loads(text)["interactions"][0]["typed"])


def test_an_encoding_in_the_real_program() -> None:
    case = json.dumps(CASE_WITH_A_LETTER).replace('"', '\\"')
    data = shell(f'echo "{case}" | $P', "tacrolimus", "--json", "--case", "-", PYTHONIOENCODING="ascii")
    assert (data.returncode, typed(data.stdout.decode("ascii"))) == (0, "プ")


def test_streams_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert ended(partial(cli.main, list(ASSESS), standalone_mode=False)) == 0
    assert ended(partial(cli.main, ["verify", "-"], standalone_mode=False)) == 2


def test_a_stream_that_fills_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the problems are what would have been written: their own code is kept, and the reason said."""
    monkeypatch.setattr(sys, "argv", ["rif-threshold", "--json"])
    for more, code in ((ASSESS, 2), (TOO_OLD, 3)):
        said = io.StringIO()
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            monkeypatch.setattr(sys, "stdout", full)
            monkeypatch.setattr(sys, "stderr", said)
            assert ended(partial(cli.main, [*more], standalone_mode=False)) == code
            assert sys.stdout is not full  # or the interpreter would complain at the end
            with suppress(OSError):
                full.close()
        assert "No space left on device" in said.getvalue()


def test_a_pipe_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.close(read)
    monkeypatch.setattr(sys, "stdout", os.fdopen(write, "w", encoding="utf-8"))
    assert ended(partial(cli.main, ["schema", "assessment"], standalone_mode=False)) == 0


CASE_WITH_A_LETTER = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3, "medications": ["プ"]}


@pytest.mark.parametrize("zone", ["XXX+99", ""])
def test_every_time_zone(zone: str) -> None:
    assert shell("$P", *NOTE, TZ=zone).stdout.startswith(b"RIF threshold note, 20")


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "COLUMNS": "0"},
        {"LC_ALL": "xx", "LANG": "tr_TR", "COLUMNS": "1", "HOME": "/nowhere"},
        {"COLUMNS": "abc", "HOME": ""},
    ],
)
def test_odd_locales_and_terminals(environment: dict[str, str]) -> None:
    result = shell("unset PYTHONIOENCODING; $P", *ASSESS, **environment)
    assert result.returncode == 0
    assert b"59.3" in result.stdout


HALF = '{"medications": ["\\ud800"], "oocyte_age_years": "\\ud800", "\\ud800": 1, "answers": {"\\u001b[31m": "x"}}'


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_half_a_character_is_refused_and_can_be_shown(more: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(HALF)
    result = shell("$P", "assess", "--case", str(tmp_path / "case.json"), *more)
    assert result.returncode == 2
    assert b"ud800" in result.stdout + result.stderr
    assert b"\x1b" not in result.stdout + result.stderr
    raw = shell(r"$P --live-birth $'\xff' --per embryo_transfer", *ASSESS, *more)
    assert raw.returncode == 2
    assert b"udcff" in raw.stdout + raw.stderr


def test_a_problem_holds_nothing_that_cannot_be_written() -> None:
    problem = Problem("answers.\x1b[2J", "\ud800é", "x", "y")
    assert (problem.field, problem.given) == (r"answers.\x1b[2J", r"\ud800é")


def test_an_interrupt_ends_with_130(tmp_path: Path) -> None:
    """While a command waits for its input, and while the program is still loading."""
    waiting = tmp_path / "pipe"
    os.mkfifo(waiting)
    # A suite that runs in the background has interrupts switched off, and its children would have too.
    listens = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    command = [*PROGRAM, "assess", "--case", str(waiting)]
    reading = subprocess.Popen(command, stderr=subprocess.PIPE, preexec_fn=listens)  # noqa: PLW1509 - no threads here
    loading = (
        "import sys, _thread, importlib.abc\n"
        "class Stop(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'rif_threshold.cli': raise KeyboardInterrupt\n"
        "from rif_threshold.__main__ import main\n"
        "sys.meta_path.insert(0, Stop())\n"
        "main()\n"
    )
    early = subprocess.run([sys.executable, "-c", loading], capture_output=True, check=False)
    assert (early.returncode, early.stderr) == (130, b"")
    with waiting.open("wb"):  # opens once the program has opened its end
        time.sleep(0.1)
        reading.send_signal(signal.SIGINT)
        _, said = reading.communicate(timeout=60)
    assert (reading.returncode, said.strip()) == (130, b"")


def test_a_fault_is_one_sentence_without_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        raise KeyError("what was typed")

    assert ended(broken) == 1
    said = capsys.readouterr().err
    assert "a fault in the software" in said
    assert "KeyError at test_cli_streams.py:" in said
    assert "what was typed" not in said


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (BrokenPipeError(), 0, ""),
        (PermissionError(errno.EACCES, "Permission denied", "x.csv"), 2, "x.csv cannot be read or written"),
        (click.ClickException("no"), 2, "no"),
        (click.Abort(), 130, ""),
        (SystemExit(0), 0, ""),
        (SystemExit(3), 2, ""),  # as uvicorn ends where it cannot start; 3 means something else here
        (ImportError(name="streamlit.web"), 2, "rif-threshold[app]"),
    ],
)
def test_every_end_has_its_code(error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        raise error

    assert ended(broken) == code
    shown = capsys.readouterr().err
    assert said in shown if said else shown == ""


def test_as_part_of_another_program_the_commands_raise() -> None:
    with pytest.raises(InvalidInput):
        cli.main(["assess", "--failed", "-1"], standalone_mode=False)


def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "note.txt"
    old.write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    result = run(*NOTE, "--output", str(old))
    assert (result.exit_code, "No space left on device" in " ".join(result.stderr.split())) == (2, True)
    assert old.read_text() == "old"
    assert run(*NOTE, "--output", str(tmp_path / "new.txt")).exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_limit_of_the_system_in_the_middle_of_a_file(tmp_path: Path) -> None:
    result = shell(f"ulimit -f 1; trap '' XFSZ; $P --output {tmp_path}/note.txt", *NOTE)
    assert (result.returncode, b"File too large" in result.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_keeps_its_rights_and_its_link(tmp_path: Path) -> None:
    real, link, pipe = tmp_path / "real", tmp_path / "link", tmp_path / "pipe"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    files.write_whole(str(link), b"new")
    assert (link.is_symlink(), real.read_bytes(), stat.S_IMODE(real.stat().st_mode)) == (True, b"new", 0o640)
    before = os.umask(0o027)
    try:
        files.write_whole(str(tmp_path / "fresh"), b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "fresh").stat().st_mode) == 0o640
    os.mkfifo(pipe)
    read = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    files.write_whole(str(pipe), b"new")
    assert read.communicate()[0] == b"new"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert {path.name for path in tmp_path.iterdir()} == {"real", "link", "fresh", "pipe"}
    written = shell("$P --output /dev/stdout | cat", *NOTE).stdout
    assert written == shell("$P --output -", *NOTE).stdout
    assert written.count(b"RIF threshold note") == 1


HIGH = ("--live-birth", "80", "--per", "embryo_transfer", "--percent-is-high")


@pytest.mark.parametrize("width", [40, 80, 110])
@pytest.mark.parametrize("route", ["ours", "r" * 40])
def test_columns_never_touch(width: int, route: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from test_tables import own_folder  # noqa: PLC0415

    monkeypatch.setenv("COLUMNS", str(width))
    tables = ("--tables", str(own_folder(tmp_path, route)))
    # 80 % x 1.16 is 92.8 %: 1-(0.072)^n in as many decimals as tell it from certainty.
    wanted = ["92.8", "99.5!", "99.96", "99.997"]
    shown = run("assess", *CASE, *HIGH, *tables, "--more").stdout
    line = " ".join(shown.split("n =\n", 1)[1].split("p: chance", 1)[0].split()).replace("p 92.8 %", "")
    found = [word.rstrip(";") for word in line.split() if word.rstrip(";!").replace(".", "").isdigit()]
    assert [word for word in found if word in wanted] == wanted
    assert all(len(word.partition(".")[2].rstrip("!")) <= 6 and len(word) <= 9 for word in found)
    for text in (shown, run("table").stdout):
        assert max(map(places, text.splitlines())) <= width
