"""CONTRIBUTING.md names what is there: files, functions, codes of problems, layers."""

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/rif_threshold"
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
QUOTED = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL))


def test_every_file_it_names_is_there() -> None:
    paths = {name for name in QUOTED if re.fullmatch(r"[\w./]*\w\.(py|toml|csv|md|po)|[\w/]+/", name)}
    assert len(paths) > 25
    for path in paths - {"<id>.csv"}:
        assert any((base / path).exists() for base in (ROOT, SOURCE, SOURCE / "ui", ROOT / "tables/pathways")), path


def test_every_function_it_names_is_there() -> None:
    names = {name for name in QUOTED if re.fullmatch(r"[a-z_]+(?:/[a-z_]+)*\.[A-Za-z_]+", name)} - {
        name for name in QUOTED if name.endswith((".py", ".toml", ".csv", ".md", ".po"))
    }
    assert len(names) > 20
    for name in names:
        module, _, function = name.rpartition(".")
        assert hasattr(importlib.import_module(f"rif_threshold.{module.replace('/', '.')}"), function), name


def codes() -> Iterator[str]:
    """The fourth argument of every problem, and the codes that tables of messages hold."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            problem = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem" and node.args[3:]
            if problem and isinstance(problem[0], ast.Constant):
                yield str(problem[0].value)
            refused = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "refused" and node.args[1:]
            if refused and isinstance(refused[0], ast.Constant):
                yield str(refused[0].value)


def test_every_code_of_a_problem_is_listed_and_no_other() -> None:
    from rif_threshold import forms, messages  # noqa: PLC0415
    from rif_threshold.register.telling import SAID  # noqa: PLC0415

    listed = set(re.findall(r"`([a-z_]+)`", TEXT[TEXT.index("## Codes of") : TEXT.index("## Two walks")]))
    told_elsewhere = {"more", "code_form", "code_version", "code_check", *(code for _, code, _ in forms._FAULTS)}
    made = {*codes(), *told_elsewhere, *SAID, *(code for code, _ in messages._KINDS.values())}
    assert made - listed == set()
    assert listed - made == set()


def test_every_layer_of_the_contract_is_in_the_picture() -> None:
    picture = TEXT[TEXT.index("```\nui") : TEXT.index("## Our own words")]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = re.findall(r"rif_threshold\.(\w+)", " ".join(contracts[0]["layers"]))
    missing = [name for name in layers if not re.search(rf"\b{name}\b", picture)]
    assert missing == []
