"""Write the generated parts of the README, or with --check say whether they are up to date."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from rif_threshold.cli import cli
from rif_threshold.validation import Check, checks

ROOT = Path(__file__).parents[1]
EXAMPLE = "assess --oocyte-age 36 --ploidy untested --live-birth 23.8 --per treatment_cycle --failed 3"


def example() -> str:
    """The terminal example, run."""
    output = CliRunner(env={"COLUMNS": "100"}).invoke(cli, EXAMPLE.split()).stdout
    answer = output[: output.index("\n[")].rstrip()  # The sources and caveats that follow are left out.
    return f"```\n$ rif-threshold {EXAMPLE}\n{answer}\n...\n```"


def numbers(values: tuple[float, ...]) -> str:
    """Numbers as short as they are read."""
    return ", ".join("0" if abs(value) < 0.0005 else f"{value:.5g}" for value in values)


def validation(wanted: Callable[[Check], bool], *, why: bool = False) -> str:
    """The validation table, run, or those rows of it that are wanted."""
    heads = ["example", "figure", "expected", "tolerance", "computed here", "source", *(["why"] if why else [])]
    rows = [heads, ["---"] * len(heads)]
    for check in checks():
        if not check.holds:
            sys.exit(f"A published figure is not reproduced: {check.title}")
        if wanted(check):
            figures = (numbers(check.published), f"{check.tolerance:g}", numbers(check.computed))
            rows.append([check.title, check.what, *figures, check.source, *([check.why] if why else [])])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


# File, mark and what stands between the marks.
PARTS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("README.md", "example", example),
    ("README.md", "validation", lambda: validation(lambda check: check.in_readme)),
    ("docs/validation.md", "validation", lambda: validation(lambda _: True, why=True)),
)


def main() -> None:
    """Replace what stands between the marks."""
    for name, mark, make in PARTS:
        path = ROOT / name
        text = path.read_text("utf-8")
        begin, end = f"<!-- begin {mark} -->", f"<!-- end {mark} -->"
        made = f"{begin}\n\n{make()}\n\n{end}"
        new = re.sub(f"{begin}.*{end}", lambda _, made=made: made, text, flags=re.DOTALL)
        if "--check" not in sys.argv:
            path.write_text(new, "utf-8")
        elif text != new:
            sys.exit(f"{name} is not up to date: run `make docs`")


if __name__ == "__main__":
    main()
