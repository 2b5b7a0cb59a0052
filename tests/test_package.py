"""The wheel works by itself, outside the checkout, with its tables, its page and its settings."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from rif_threshold import __version__
from rif_threshold.tables import shipped

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path) -> Path:
    """The wheel, unpacked into an empty folder."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(wheel.parent / "site")
    return wheel.parent / "site"


def run(unpacked: Path, *arguments: str) -> str:
    """Run Python outside the checkout, with the unpacked wheel before everything that is installed."""
    environment = os.environ | {"PYTHONPATH": str(unpacked)}
    return subprocess.run(
        [sys.executable, *arguments], cwd="/", env=environment, check=True, capture_output=True, text=True
    ).stdout


def test_the_wheel_answers_with_the_same_tables(unpacked: Path) -> None:
    where = run(unpacked, "-c", "import rif_threshold; print(rif_threshold.__file__)").strip()
    assert Path(where).is_relative_to(unpacked)
    verified = json.loads(run(unpacked, "-m", "rif_threshold", "tables", "verify", "--json"))
    assert verified["digest"] == shipped().digest
    assert "36 of 36 cells equal" in run(unpacked, "-m", "rif_threshold", "table")
    pack = "from rif_threshold.conformance import load_pack; print(len(load_pack().cases))"
    assert run(unpacked, "-c", pack).strip() == "5000"
    assert run(unpacked, "-c", "from rif_threshold.validation import checks; print(all(c.holds for c in checks()))")


def test_the_wheel_holds_the_page_and_nothing_from_the_workbench(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if not name.endswith("/")}
    for name in (
        "app.py",
        ".streamlit/config.toml",
        "tables/SHA256SUMS",
        "published/threshold.toml",
        "conformance/README.md",
    ):
        assert f"rif_threshold/_shipped/{name}" in files
    assert "rif_threshold/py.typed" in files
    tops = {name.split("/")[0] for name in files}
    assert tops == {"rif_threshold", f"rif_threshold-{__version__}.dist-info"}
    assert not [name for name in files if name.endswith((".pyc", ".coverage")) or "/tests/" in name]


def kept_files() -> Iterator[str]:
    """Every file here that .gitignore does not name. An unpacked archive has no list of git's to ask."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines() if line]
    for folder, inside, files in os.walk(ROOT):
        inside[:] = [name for name in inside if name != ".git" and not any(fnmatch(name, each) for each in ignored)]
        for name in files:
            if name != ".git" and not any(fnmatch(name, each) for each in ignored):
                yield (Path(folder) / name).relative_to(ROOT).as_posix()


def test_the_source_archive_holds_all_that_is_tested_here(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        shipped_files = {member.name.partition("/")[2] for member in archive if member.isfile()}
    assert set(kept_files()) - shipped_files == set()
    assert {"pyproject.toml", "examples/mixed_history.json", "scripts/generate.py", "bench/bench.py"} <= shipped_files


def test_the_version_is_the_same_everywhere() -> None:
    assert f"version: {__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    release, _, unreleased = __version__.partition(".dev")
    heading = f"## {release} (unreleased)" if unreleased else f"## {release} (20"
    assert heading in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"dist/rif_threshold-{__version__}-py3-none-any.whl" in (ROOT / "README.md").read_text("utf-8")
