"""What could not be run is named at the very end, and in continuous integration it is a failure."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from left_out import TOOLS

ROOT = Path(__file__).parents[1]
HIDDEN = """
TOOLS = {marker: tool._replace(commands=("no-such-program",)) for marker, tool in TOOLS.items()}

@pytest.fixture
def browser():
    raise AssertionError("a fixture was made for a test that is not run")
"""
RUNS = "def test_runs():\n    pass\n"


def run(folder: Path, tests: str, *options: str, require_all: bool = False) -> subprocess.CompletedProcess[str]:
    """Run these tests in a folder of their own, with every tool hidden."""
    (folder / "conftest.py").write_text((ROOT / "tests/left_out.py").read_text("utf-8") + HIDDEN, "utf-8")
    markers = "".join(f"\n  {marker}" for marker in TOOLS)
    (folder / "pytest.ini").write_text(f"[pytest]\naddopts = --strict-markers\nmarkers ={markers}\n", "utf-8")
    (folder / "test_some.py").write_text(f"import pytest\n\n{tests}", "utf-8")
    environment = {
        **os.environ, "RIF_THRESHOLD_REQUIRE_ALL": str(int(require_all)), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, str(folder)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_missing_tool_leaves_green_and_the_last_lines_say_how_to_get_it(tmp_path: Path) -> None:
    marked = "".join(
        f"@pytest.mark.{marker}\n@pytest.mark.parametrize('n', [1, 2])\ndef test_{marker}(n):\n    assert False\n"
        for marker in TOOLS
    )
    result = run(tmp_path, RUNS + marked)
    assert result.returncode == 0, result.stdout
    assert result.stdout.splitlines()[-len(TOOLS) :] == [
        f"Not run (2): {tool.name} is missing. To get it: {tool.get}" for tool in TOOLS.values()
    ]
    assert all(tool.get.startswith("apt-get install -y ") for tool in TOOLS.values())


def test_a_test_that_takes_the_browser_needs_no_mark(tmp_path: Path) -> None:
    result = run(tmp_path, "@pytest.fixture\ndef tab(browser):\n    pass\n\ndef test_it(tab):\n    pass\n")
    assert result.returncode == 0, result.stdout
    assert "Not run (1): Chromium is missing" in result.stdout.splitlines()[-1]


@pytest.mark.parametrize("processes", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["alone", "shared"])
@pytest.mark.parametrize(
    ("tests", "options", "why"),
    [
        ("@pytest.mark.node\ndef test_it():\n    pass\n", (), "Node is missing"),
        ("def test_it():\n    pytest.skip('not today')\n", (), "not today"),
        ("@pytest.mark.skip(reason='never')\ndef test_it():\n    pass\n", (), "never"),
        ("pytest.importorskip('no_such_module')\n", (), "could not import 'no_such_module'"),
        ("def test_it():\n    pass\n", ("-k", "runs"), "deselected"),
    ],
)  # fmt: skip
def test_where_all_must_run_any_skip_at_all_fails(
    tests: str, options: tuple[str, ...], why: str, processes: tuple[str, ...], tmp_path: Path
) -> None:
    result = run(tmp_path, RUNS + tests, *options, *processes, require_all=True)
    assert result.returncode != 0, result.stdout
    assert re.search(rf"^Not run \(1\): {why}", result.stdout, re.MULTILINE), result.stdout
    assert result.stdout.splitlines()[-1].startswith("FAILED: ")


def test_nothing_is_said_where_nothing_was_left_out(tmp_path: Path) -> None:
    result = run(tmp_path, RUNS, require_all=True)
    assert result.returncode == 0
    assert "Not run" not in result.stdout
    assert "1 passed" in result.stdout.splitlines()[-1]


def test_a_failure_stays_one(tmp_path: Path) -> None:
    assert run(tmp_path, "def test_it():\n    assert False\n").returncode == 1


def test_continuous_integration_installs_every_tool_and_lets_nothing_be_left_out() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    installed = set(re.findall(r"[a-z0-9-]+", script))
    for tool in TOOLS.values():
        assert {*tool.commands, *tool.get.split(" && ")[0].split()[3:]} <= installed, tool.name
    assert "export RIF_THRESHOLD_REQUIRE_ALL=1" in script
    assert [line for line in script.splitlines() if line.startswith("make")] == [
        "make node",
        "make check",
        "make test",
    ]
