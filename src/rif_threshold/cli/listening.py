"""What the commands that start a server have in common: where it listens, and that this is possible."""

import errno
from collections.abc import Callable
from typing import Any

import click

from rif_threshold.cli.files import refusing
from rif_threshold.cli.printing import as_json as to_json


def _named(_: click.Context, __: click.Parameter, host: str) -> str:
    if not host:
        raise click.UsageError("--host is empty: that would listen on every address of this machine")
    return host


def address_options(port: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options ``--host`` and ``--port`` of a server, with the port that it has where none is named."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        ports = click.IntRange(1, 65535)
        for option in (
            click.option("--port", default=port, type=ports, show_default=True, help="Port to listen on."),
            click.option(
                "--host", default="127.0.0.1", show_default=True, callback=_named, help="Address to listen on."
            ),
        ):
            command = option(command)
        return command

    return decorate


def check_address(host: str, port: int, *, as_json: bool) -> None:
    """End with a refusal where the address cannot be listened on; as JSON say where the server will be reached."""
    from rif_threshold.serving import address, check_port  # noqa: PLC0415 - only what serves needs it

    try:
        check_port(host, port)
    except OSError as error:
        option = "--port" if error.errno in {errno.EADDRINUSE, errno.EACCES} else "--host"
        with refusing(option, f"this address cannot be used; choose another {option}", f"{host}:{port}"):
            raise
    if as_json:
        click.echo(to_json({"url": address(host, port)}))
