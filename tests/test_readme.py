"""The README's commands run as written, its Python runs, and its generated parts are up to date."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(command: str) -> None:
    program, *arguments = command.split()
    assert program == "rif-threshold"
    result = subprocess.run(
        [sys.executable, "-m", "rif_threshold", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert len(result.stdout) > 10


def test_the_python_of_the_readme_runs() -> None:
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert failed == 0
    assert tried >= 6


def test_the_generated_parts_are_up_to_date() -> None:
    result = subprocess.run(
        [sys.executable, "scripts/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_links_to_files_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_recipe_for_a_clinics_own_table_runs_as_printed(tmp_path: Path) -> None:
    """Every command of the section in its order, and what it prints put into the files it names."""
    section = README.partition("## A clinic's own table\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```(\w+)\n(.*?)```", section, re.DOTALL)
    assert [kind for kind, _ in blocks] == ["console", "csv", "toml", "toml", "console", "console"]
    (_, start), (_, rows), (_, changed), (_, source), (_, use), (_, by_hand) = blocks
    run_lines(tmp_path, start)
    folder = tmp_path / "our_tables"
    (folder / "rates/ours_2025.csv").write_text(rows, "utf-8")
    about = (folder / "rates/ours_2025.toml").read_text("utf-8")
    for line in changed.splitlines():
        about, times = re.subn(rf"(?m)^{line.split()[0]} = .*$", line.replace("\\", r"\\"), about, count=1)
        assert times == 1, line
    (folder / "rates/ours_2025.toml").write_text(about, "utf-8")
    (folder / "sources.toml").write_text(source, "utf-8")
    said = run_lines(tmp_path, use)
    assert "ours_2025 (Our clinic, 2022 to 2024): 3 rows, 3,591 transfers counted." in said  # 1606 + 1383 + 602
    assert "age_table:ours_2025" in said
    assert "Transfers of donor oocytes are left out." in said
    assert "made up" not in said
    digests = (folder / "SHA256SUMS").read_text()
    run_lines(tmp_path, by_hand)
    assert sorted((folder / "SHA256SUMS").read_text().splitlines()) == sorted(digests.splitlines())


def run_lines(folder: Path, block: str) -> str:
    """Run the lines of a block as a shell would, with this project's command on the path."""
    printed = ""
    for line in block.splitlines():
        command = line.removeprefix("$ ").replace("rif-threshold", f"'{sys.executable}' -m rif_threshold")
        result = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stderr) == (0, ""), line
        printed += result.stdout
    return " ".join(printed.split())


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.json")), ids=lambda path: path.name)
def test_every_example_is_answered(path: Path) -> None:
    from rif_threshold import Case, assess  # noqa: PLC0415

    assert assess(Case.from_json(path.read_text("utf-8"))).threshold is not None
