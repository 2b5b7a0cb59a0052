"""The example notebook runs from the top, and holds what comes out of it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "examples/calculator.ipynb"


def check(file: Path, folder: Path) -> str:
    """What a run says of a notebook; nothing where it holds what comes out. Jupyter keeps its files in the folder."""
    own = {
        name: str(folder) for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    command = [sys.executable, str(ROOT / "scripts/notebook.py"), "--check", str(file)]
    ran = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, timeout=180, check=False)
    return ran.stderr if ran.returncode else ""


def cells() -> list[dict[str, Any]]:
    return list(json.loads(NOTEBOOK.read_text("utf-8"))["cells"])


def test_a_run_from_the_top_gives_what_the_notebook_holds(tmp_path: Path) -> None:
    assert check(NOTEBOOK, tmp_path) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.42 up, 5.43 down", "0.43 up, 5.43 down", "make notebook"),
        ("transfers_to_exceed(chances, 0.60", "transfers_to_exceed(chances, 1.60", "ValueError"),
    ],
)
def test_another_output_and_a_cell_that_fails_are_found(old: str, new: str, said: str, tmp_path: Path) -> None:
    """The first cells are enough for it."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8")) | {"cells": cells()[:5]}
    spoilt = tmp_path / NOTEBOOK.name
    text = f"{json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)}\n"
    assert old in text
    spoilt.write_text(text, "utf-8")
    assert check(spoilt, tmp_path) == ""
    spoilt.write_text(text.replace(old, new), "utf-8")
    assert said in check(spoilt, tmp_path)


def test_what_is_printed_with_a_pause_is_one_output(tmp_path: Path) -> None:
    """A busy machine pauses between any two lines."""
    source = "import time\n\nprint(1)\ntime.sleep(1)\nprint(2)"
    first = next(cell for cell in cells() if cell["cell_type"] == "code")
    printed = {"name": "stdout", "output_type": "stream", "text": ["1\n", "2\n"]}
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    notebook["cells"] = [first | {"source": source.splitlines(keepends=True), "outputs": [printed]}]
    paused = tmp_path / NOTEBOOK.name
    paused.write_text(f"{json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)}\n", "utf-8")
    assert check(paused, tmp_path) == ""


def test_it_shows_arrays_a_couple_a_register_and_an_own_table() -> None:
    headings = [
        line for cell in cells() if cell["cell_type"] == "markdown" for line in cell["source"] if line[0] == "#"
    ]
    assert [heading.strip() for heading in headings] == [
        "# The calculator from Python",
        "## Arrays",
        "## One couple",
        "## A register",
        "## An own table",
    ]
    outputs = [output for cell in cells() if cell["cell_type"] == "code" for output in cell["outputs"]]
    assert sum("text/html" in output.get("data", {}) for output in outputs) == 3
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert not any(word in NOTEBOOK.read_text("utf-8") for word in (str(ROOT), str(Path.home()), "/tmp"))
