"""What lies in deploy/: units that systemd takes and that give a service no rights, and one set of steps to install."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from left_out import command

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
PROGRAM = "/opt/rif-threshold/.venv/bin/rif-threshold"


def started(unit: Path) -> list[str]:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text("utf-8"), re.M)
    program, *arguments = line.split()
    assert program == PROGRAM
    return arguments


@pytest.fixture
def placed(tmp_path: Path) -> dict[str, Path]:
    """The units with the program where this machine has it, and nothing else changed; a template for one port."""
    program = Path(sys.executable).parent / "rif-threshold"
    assert program.is_file()
    found = {}
    for unit in UNITS:
        file = tmp_path / unit.name.replace("@.", "@8501.")
        file.write_text(unit.read_text("utf-8").replace(PROGRAM, str(program)), "utf-8")
        found[unit.name] = file
    return found


@pytest.mark.systemd
@pytest.mark.parametrize("name", [unit.name for unit in UNITS])
def test_systemd_finds_nothing_wrong_with_a_unit(name: str, placed: dict[str, Path]) -> None:
    analyze = [str(command("systemd-analyze"))]
    result = subprocess.run([*analyze, "verify", "--man=no", placed[name]], capture_output=True, text=True, check=False)
    assert (result.returncode, ours(result.stderr, placed[name])) == (0, [])
    broken = (
        placed[name].read_text("utf-8").replace("PrivateTmp=yes", "PrivateTmp=perhaps").replace("ExecStart", "Exec")
    )
    placed[name].write_text(broken, "utf-8")
    result = subprocess.run([*analyze, "verify", "--man=no", placed[name]], capture_output=True, text=True, check=False)
    assert ours(result.stderr, placed[name]) != []


def ours(said: str, unit: Path) -> list[str]:
    """What is said of this unit, and not of others of the machine."""
    return [line for line in said.splitlines() if unit.name in line]


@pytest.mark.systemd
@pytest.mark.parametrize("name", [unit.name for unit in UNITS])
def test_a_unit_has_few_rights(name: str, placed: dict[str, Path]) -> None:
    analyze = [str(command("systemd-analyze")), "security", "--offline=true", "--no-pager", "--threshold=20"]
    result = subprocess.run([*analyze, str(placed[name])], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"Overall exposure level for .*: [01]\.\d OK", result.stdout)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_cannot_write_dumps_nothing_and_is_bounded(unit: Path) -> None:
    settings = re.findall(r"^([A-Za-z]+)=(.*)$", unit.read_text("utf-8"), re.M)
    for each in (("ProtectSystem", "strict"), ("ProtectHome", "yes"), ("PrivateTmp", "yes"), ("DynamicUser", "yes"),
                 ("LimitCORE", "0"), ("NoNewPrivileges", "yes"), ("CapabilityBoundingSet", "")):  # fmt: skip
        assert each in settings
    names = {name for name, _ in settings}
    assert names & {"ReadWritePaths", "StateDirectory", "LogsDirectory", "CacheDirectory", "User"} == set()
    assert re.fullmatch(r"[0-9]+[MG]", dict(settings)["MemoryMax"])


def test_a_unit_starts_what_the_command_line_knows() -> None:
    from click.testing import CliRunner  # noqa: PLC0415

    from rif_threshold.cli import cli  # noqa: PLC0415

    commands = {unit.name: started(unit) for unit in UNITS}
    assert commands == {
        "rif-threshold-api.service": ["api", "--port", "8601"],
        "rif-threshold-page@.service": ["app", "--no-open", "--port", "%i"],
    }
    for arguments in commands.values():
        said = CliRunner().invoke(cli, [arguments[0], "--help"]).output
        assert all(option in said for option in arguments if option.startswith("--"))


def test_the_container_is_made_by_the_steps_of_make_app() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    steps = [line.removeprefix("RUN ") for line in lines if line.startswith("RUN ")]
    shown = subprocess.run(["make", "-n", "-B", ".venv/runtime"], cwd=ROOT, capture_output=True, text=True, check=True)
    made = [line.strip() for line in shown.stdout.splitlines() if "/pip " in line and not line.startswith("test ")]
    expected = [made[0].replace("requirements.lock", "$LOCK"), made[1].replace("-e .", "."), made[2]]
    assert steps == ["python3 -m venv .venv", *expected, ".venv/bin/rif-threshold tables verify"]
    assert "ARG LOCK=requirements.lock" in lines
    assert (ROOT / "requirements-api.lock").is_file()
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    assert all((ROOT / name).exists() for name in copied if name != "$LOCK")
    wanted = re.findall(r'^"(\S+)" = "rif_threshold/_shipped', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    assert set(wanted) <= set(copied)
    assert "USER 65534:65534" in lines
    assert "not built in the tests" in " ".join(line.strip("# ") for line in lines)


def test_the_documents_name_what_is_there() -> None:
    for name in ("deploy.md", "integration.md", "upgrade.md"):
        text = (ROOT / "docs" / name).read_text("utf-8")
        for target in re.findall(r"\]\((?!http|#)([^)#]+)\)", text):
            assert (ROOT / "docs" / target).exists(), (name, target)
