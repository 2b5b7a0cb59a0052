"""The command line, ``rif-threshold``. Exit codes: 0 answered, 2 input, 3 outside the evidence, 4 tables."""

import importlib
import sys
from functools import partial
from typing import Any

import click

from rif_threshold._version import __version__
from rif_threshold.cli.ending import ended
from rif_threshold.errors import InvalidInput
from rif_threshold.parts import default_parts, need
from rif_threshold.vocabulary import Part

# The part that a command is about: it is not listed where a setting leaves that part out.
_ABOUT = {"workup": Part.WORKUP, "tacrolimus": Part.TACROLIMUS, "evidence": Part.TACROLIMUS}
# Command -> module below this one and the name in it. A module is imported when its command is called.
COMMANDS = {
    "assess": ("assess", "assess_command"),
    "workup": ("pathway", "workup_command"),
    "tacrolimus": ("pathway", "tacrolimus_command"),
    "evidence": ("pathway", "evidence_command"),
    "conflicts": ("pathway", "conflicts_command"),
    "report": ("report", "report_command"),
    "verify": ("report", "verify_command"),
    "register": ("register", "register_group"),
    "table": ("lists", "table_command"),
    "sources": ("lists", "sources_command"),
    "tables": ("lists", "tables_group"),
    "schema": ("lists", "schema_command"),
    "app": ("app", "app_command"),
    "api": ("api", "api_command"),
}


class _Commands(click.Group):
    """Imports a command when it is called, and ends with an exit code, whatever happens."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        try:
            left_out = frozenset(Part) - default_parts()
        except InvalidInput:  # this list is shown whatever the setting says; every command then refuses it
            left_out = frozenset(Part)
        return [name for name in COMMANDS if _ABOUT.get(name) not in left_out]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        if part := _ABOUT.get(cmd_name):
            need(part)
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"rif_threshold.cli.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        default_parts()  # a misspelt setting is refused by every command, also by one that does not ask for it
        return super().invoke(ctx)

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        run = partial(super().main, *args, standalone_mode=False, **extra)
        return sys.exit(ended(run)) if standalone_mode else run()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="rif-threshold")
def cli() -> None:
    """After how many embryo transfers without a pregnancy is it time to look for a reason, and what then?

    ESHRE (2023) suspects recurrent implantation failure once the cumulative predicted chance of implantation,
    1-(1-p)^n, is above 60 % and at least two transfers have failed. This reckons p by up to four routes, shows them
    side by side, and lists what follows after the threshold, with its sources.

    \b
    Example:
      rif-threshold assess --oocyte-age 36 --ploidy untested --failed 3

    \b
    Exit codes:
      0    answered
      2    an input is malformed or impossible; a file or the output cannot be read or written; a port is taken
      3    the inputs are well formed but outside what the evidence covers
      4    a table is missing or was changed
      130  interrupted (Ctrl-C)
      1    a fault in the software, which says so: please report it
    """
