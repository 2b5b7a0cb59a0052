"""The command line, ``rif-threshold``. Exit codes: 0 answered, 2 input, 3 outside the evidence, 4 tables."""

import sys
from functools import partial
from typing import Any

import click

from rif_threshold._version import __version__
from rif_threshold.cli.commands import Commands, Later
from rif_threshold.cli.ending import ended
from rif_threshold.errors import InvalidInput
from rif_threshold.parts import default_parts, need
from rif_threshold.vocabulary import Part

# The part that a command is about: it is not listed where a setting leaves that part out.
_ABOUT = {"workup": Part.WORKUP, "tacrolimus": Part.TACROLIMUS, "evidence": Part.TACROLIMUS}
COMMANDS = {
    "assess": Later(
        "assess",
        "assess_command",
        "Say after how many transfers the line is crossed, and where this couple stands.",
    ),
    "workup": Later(
        "pathway",
        "workup_command",
        "Show ESHRE's graded investigations and interventions, and which concern this couple now.",
    ),
    "tacrolimus": Later(
        "pathway",
        "tacrolimus_command",
        "Show the contested, off-label tacrolimus step, protocol by protocol. It is no advice to treat.",
    ),
    "evidence": Later(
        "pathway",
        "evidence_command",
        "List the studies with the number in each arm and their outcomes, what bodies say, and definitions.",
    ),
    "conflicts": Later("pathway", "conflicts_command", "List where sources disagree, and what is done about each."),
    "report": Later(
        "report",
        "report_command",
        "Make a couple sheet, a clinician note or report, JSON, FHIR, or the curve as a file.",
    ),
    "verify": Later("report", "verify_command", "Check a code: restore its case, compute it again, compare."),
    "register": Later(
        "register", "register_group", "Read a clinic's list of transfers: what stands in it, and what comes of it."
    ),
    "table": Later(
        "lists", "table_command", "Show the published table, every printed cell beside the one computed here."
    ),
    "sources": Later("lists", "sources_command", "List the bibliography, and how far each source was read."),
    "tables": Later(
        "lists", "tables_group", "List the tables, check them, and start or sign a folder of the clinic's own."
    ),
    "schema": Later("lists", "schema_command", "Print the JSON Schema of a case or of an assessment."),
    "conformance": Later(
        "conformance",
        "conformance_command",
        "Check this package, or any program that answers the same cases, against the conformance pack.",
    ),
    "app": Later(
        "app",
        "app_command",
        "Open the calculator in a browser. It listens on this machine only, and asks no other host for anything.",
    ),
    "api": Later(
        "api",
        "api_command",
        "Answer other programs, in JSON over HTTP. It listens on this machine only, and asks no other host.",
    ),
}


class _Commands(Commands):
    """Lists what a setting does not leave out, and ends with an exit code, whatever happens."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        try:
            left_out = frozenset(Part) - default_parts()
        except InvalidInput:  # this list is shown whatever the setting says; every command then refuses it
            left_out = frozenset(Part)
        return [name for name in super().list_commands(ctx) if _ABOUT.get(name) not in left_out]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if part := _ABOUT.get(cmd_name):
            need(part)
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        default_parts()  # a misspelt setting is refused by every command, also by one that does not ask for it
        return super().invoke(ctx)

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        run = partial(super().main, *args, standalone_mode=False, **extra)
        return sys.exit(ended(run)) if standalone_mode else run()


@click.group(
    cls=_Commands, later=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
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
