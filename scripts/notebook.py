"""Run the example notebook from the top and write it with what comes out. `--check` compares, and writes nothing."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FILE = Path(__file__).parents[1] / "examples/calculator.ipynb"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def executed(file: Path) -> str:
    """A notebook as it is after a run, without what differs from machine to machine."""
    notebook = nbformat.read(file, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        record_timing=False,
        coalesce_streams=True,  # a busy machine sends what a cell prints in more than one piece
        resources={"metadata": {"path": FILE.parent}},
    )
    client.execute()
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL})
    return f"{nbformat.writes(notebook)}\n"


def main(check: str = "", file: Path | str = FILE) -> None:
    """Write the notebook, or say that it is not what a run gives."""
    file = Path(file)
    content = executed(file)
    if not check:
        file.write_text(content, "utf-8")
    elif content != file.read_text("utf-8"):
        sys.exit(f"{file.name} holds another output than a run gives: make notebook")


if __name__ == "__main__":
    main(*sys.argv[1:])
