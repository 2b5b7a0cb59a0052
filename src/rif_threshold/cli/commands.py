"""Groups of commands: a command is imported when it is called, and listed without being imported."""

import gc
import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click


class Later(NamedTuple):
    """A command that is not imported yet.

    Attributes:
        module: the module below this package.
        name: the command's name in it.
        about: the first lines of its help, from which the list of commands is made.
    """

    module: str
    name: str
    about: str


class Commands(click.Group):
    """Imports a command when it is called."""

    def __init__(self, *given: Any, later: Mapping[str, Later], **more: Any) -> None:
        super().__init__(*given, **more)
        self.later = later

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in their order."""
        return list(self.later)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name, imported now; ``None`` where there is none."""
        if cmd_name not in self.later:
            return None
        module, name, _ = self.later[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"rif_threshold.cli.{module}"), name)
        if not gc.isenabled():  # what was loaded is not looked through, now or later
            gc.freeze()
            gc.enable()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands as click does, from what is known of them."""
        named = self.list_commands(ctx)
        _Listed(commands=[click.Command(name, help=self.later[name].about) for name in named]).format_commands(
            ctx, formatter
        )


class _Listed(click.Group):
    """Commands as a help lists them, in their order."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)
