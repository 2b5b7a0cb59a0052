"""What the two commands install is what the lock names, and nothing is resolved when it is installed."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
OURS = "rif-threshold"
# Lock -> the extras of this project that it serves.
LOCKS = {
    "requirements.lock": {"app"},
    "requirements-api.lock": {"api"},
    "requirements-dev.lock": {"app", "api", "report"},
}


def pins(lock: str) -> dict[str, Requirement]:
    """What a lock pins on this machine, by name, with the extras written there: that is all pip goes by."""
    lines = [Requirement(line.rstrip("\\ ")) for line in lock.splitlines() if re.match(r"[a-z0-9]", line)]
    return {canonicalize_name(each.name): each for each in lines if not each.marker or each.marker.evaluate()}


def wanted(name: str, extras: Iterable[str]) -> Iterator[Requirement]:
    """What an installed package asks for on this machine, with these extras of it."""
    for text in metadata.distribution(name).requires or ():
        requirement = Requirement(text)
        if not requirement.marker or any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def unpinned(lock: str, extras: Iterable[str]) -> list[str]:
    """Every requirement of everything that the lock installs, and of this project, that the lock does not pin."""
    pinned = pins(lock)
    asked = {OURS: set(extras)} | {name: pin.extras for name, pin in pinned.items()}
    return [
        f"{name}: {requirement}"
        for name, with_extras in asked.items()
        for requirement in wanted(name, with_extras)
        if (wants := canonicalize_name(requirement.name)) != OURS
        if not (pin := pinned.get(wants))
        or not requirement.extras <= pin.extras
        or not requirement.specifier.contains(next(iter(pin.specifier)).version, prereleases=True)
    ]


@pytest.mark.parametrize(("name", "extras"), LOCKS.items(), ids=list(LOCKS))
def test_every_requirement_of_everything_installed_is_pinned(name: str, extras: set[str]) -> None:
    lock = (ROOT / name).read_text("utf-8")
    assert unpinned(lock, extras) == []
    for package, pin in pins(lock).items():
        installed = str(Version(metadata.version(package)))  # some write 2.012 for 2.12
        assert installed == str(Version(next(iter(pin.specifier)).version)), f"run `make test`: {package}"


def test_a_lock_that_pip_would_resolve_again_is_found() -> None:
    """As in 0.1.0: `coverage` was pinned without the extra that pytest-cov asks for, so pip took the newest."""
    lock = (ROOT / "requirements-dev.lock").read_text("utf-8")
    without_extras = re.sub(r"^([a-z0-9.-]+)\[[a-z,]+\]==", r"\1==", lock, flags=re.M)
    assert any(re.fullmatch(r"pytest-cov: coverage\[toml\].*", each) for each in unpinned(without_extras, {"app"}))
    without_numpy = re.sub(r"^numpy==.*(\n +--hash.*)+\n", "", lock, flags=re.M)
    assert any(each.startswith("rif-threshold: numpy") for each in unpinned(without_numpy, {"app"}))


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_has_a_version_and_hashes(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    heads = [place for place, line in enumerate(lines) if not line.startswith(" ")]
    assert heads
    for place in heads:
        assert re.match(r"[a-z0-9-]+(\[[a-z,-]+\])?==\S+( ; .+)? \\$", lines[place]), lines[place]
        assert re.match(r"    --hash=sha256:[0-9a-f]{64}", lines[place + 1]), lines[place]


def test_all_locks_name_the_same_versions() -> None:
    *programs, everything = (pins((ROOT / name).read_text("utf-8")) for name in LOCKS)
    for program in programs:
        assert {name: str(pin.specifier) for name, pin in program.items()} == {
            name: str(everything[name].specifier) for name in program
        }


def test_page_and_api_are_locked_with_what_each_needs_and_no_more() -> None:
    page, api = (pins((ROOT / name).read_text("utf-8")) for name in ("requirements.lock", "requirements-api.lock"))
    assert "fastapi" not in page
    assert {"streamlit", "pandas", "altair", "typst"} & api.keys() == set()


def test_installing_resolves_nothing_and_checks_what_it_installed() -> None:
    shown = subprocess.run(["make", "-n", "-B", ".venv/dev"], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line.split() for line in shown.stdout.splitlines() if "pip" in line]
    installs = [line for line in lines if "install" in line]
    assert len(installs) == 3
    assert all("--no-deps" in line for line in installs)
    assert all("--require-hashes" in line for line in installs if "-r" in line)
    assert [line[-2:] for line in lines if "check" in line] == [[".venv/bin/pip", "check"]] * 2
