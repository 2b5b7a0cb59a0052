"""How messages and results are printed in the terminal."""

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable

import click

from rif_threshold.errors import Problem


def exit_code(problems: Iterable[Problem]) -> int:
    """3 where all is well formed but outside the evidence, else 2."""
    return 3 if all(problem.outside_evidence for problem in problems) else 2


def wants_json() -> bool:
    """Whether the running command was asked for JSON, at whatever depth it is."""
    return "--json" in sys.argv[1:]


def show_problems(problems: Iterable[Problem]) -> None:
    """Print every problem: as JSON on standard output where JSON was asked for, else as text on standard error."""
    if wants_json():
        click.echo(as_json({"problems": [problem.as_dict() for problem in problems]}))
        return
    from rif_threshold.fields import FIELDS  # noqa: PLC0415 - needed only where something is refused

    click.echo("This cannot be answered:", err=True)
    for problem in problems:
        known = (FIELDS[name].option for name in problem.field.split(", ") if name in FIELDS)
        options = [option for option in known if option]
        named = f"  ({', '.join(options)})" if options else ""
        click.echo(wrapped(f"{problem}{named}", "- "), err=True)


def as_json(data: object) -> str:
    """Plain data as JSON text."""
    return json.dumps(data, indent=2, ensure_ascii=False)


def line_width() -> int:
    """How many characters a line may have: the terminal's width, at least 40 and at most 110."""
    return max(40, min(shutil.get_terminal_size((100, 24)).columns, 110))


def wrapped(text: str, bullet: str = "") -> str:
    """Text broken at the width of the terminal, with a hanging indent below the bullet."""
    return textwrap.fill(text, line_width(), initial_indent=bullet, subsequent_indent=" " * len(bullet))
