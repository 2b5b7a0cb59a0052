"""Write the generated parts of the README, or with --check say whether they are up to date."""

import re
import sys
from pathlib import Path

from click.testing import CliRunner

from rif_threshold.cli import cli
from rif_threshold.validation import checks

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


def validation() -> str:
    """The validation table, run."""
    rows = ["| example | figure | expected | computed here | source |", "|---|---|---|---|---|"]
    for check in checks():
        if not check.holds:
            sys.exit(f"A published figure is not reproduced: {check.title}")
        cells = (check.title, check.what, numbers(check.published), numbers(check.computed), check.source)
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def main() -> None:
    """Replace what stands between the markers."""
    path = ROOT / "README.md"
    text = path.read_text("utf-8")
    for name, make in (("example", example), ("validation", validation)):
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        replacement = f"{begin}\n\n{make()}\n\n{end}"
        text = re.sub(f"{begin}.*{end}", lambda _, new=replacement: new, text, flags=re.DOTALL)
    if "--check" in sys.argv:
        if text != path.read_text("utf-8"):
            sys.exit("README.md is not up to date: run `make docs`")
        return
    path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
