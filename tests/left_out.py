"""Which programs some tests need. What could not be run is named at the very end of a run."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HERE = Path(__file__).parent


class Tool(NamedTuple):
    """A program that some tests need: its name, the commands and files it is found by, and how to get it."""

    name: str
    commands: tuple[str, ...]
    get: str
    files: tuple[Path, ...] = ()


# Marker -> what its tests need. Where it is missing they are left out, and named after everything else.
TOOLS = {
    "browser": Tool("Chromium", ("chromium",), "apt-get install -y chromium fonts-dejavu-core"),
    "nginx": Tool("nginx", ("nginx", "openssl"), "apt-get install -y nginx openssl"),
    "curl": Tool("curl", ("curl",), "apt-get install -y curl"),
    "javascript": Tool("Node", ("node",), "apt-get install -y nodejs"),
    "node": Tool("Node", ("node",), "apt-get install -y nodejs npm && make node", (HERE / "r4/node_modules",)),
    "systemd": Tool("systemd-analyze", ("systemd-analyze",), "apt-get install -y systemd"),
    "spark": Tool("Java", ("java",), "apt-get install -y openjdk-17-jre-headless"),
}
# Fixture -> the marker of every test that uses it.
FIXTURES = {"browser": "browser", "proxy": "nginx"}
# With this set to 1, as in continuous integration, anything left out is a failure, for whatever reason.
REQUIRE_ALL = os.environ.get("RIF_THRESHOLD_REQUIRE_ALL") == "1"
_left_out: dict[str, str] = {}  # a test or file -> why it was not run


def command(name: str) -> str | None:
    """Where a program lies. Debian keeps servers where only root looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin")


def needed_but_missing(item: pytest.Item) -> list[Tool]:
    tools = [TOOLS[mark.name] for mark in item.iter_markers() if mark.name in TOOLS]
    return [tool for tool in tools if not all(map(command, tool.commands)) or not all(map(Path.is_dir, tool.files))]


def pytest_itemcollected(item: pytest.Item) -> None:
    for name in FIXTURES.keys() & set(getattr(item, "fixturenames", ())):
        item.add_marker(FIXTURES[name])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for tool in needed_but_missing(item):
        pytest.skip(f"{tool.name} is missing. To get it: {tool.get}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _left_out[report.nodeid] = reason(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _left_out[report.nodeid] = reason(report)


def pytest_deselected(items: list[pytest.Item]) -> None:
    if REQUIRE_ALL:
        _left_out.update((item.nodeid, "deselected") for item in items)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """One of several processes has ended (`pytest -n`): what it left out counts once, whoever else left it out too."""
    _left_out.update(getattr(node, "workeroutput", {}).get("left_out", {}))


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(text).removeprefix("Skipped: ")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Say after everything else what was not run; where all must run, that is a failure."""
    one_of_several = hasattr(session.config, "workeroutput")
    if one_of_several:
        session.config.workeroutput["left_out"] = _left_out
    yield
    if one_of_several or not _left_out:
        return
    lines = [f"Not run ({count}): {why}" for why, count in Counter(_left_out.values()).items()]
    if REQUIRE_ALL:
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        lines += [f"  {name}" for name in _left_out]
        lines.append("FAILED: RIF_THRESHOLD_REQUIRE_ALL=1 lets nothing be left out")
    print("", *lines, sep="\n")  # noqa: T201 - pytest has closed its own summary by now
