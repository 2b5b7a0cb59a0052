"""``rif-threshold api``: answer other programs, in JSON over HTTP."""

import click

from rif_threshold.cli.listening import address_options, check_address
from rif_threshold.cli.options import json_option


@click.command("api")
@address_options(8601)
@json_option
def api_command(host: str, port: int, *, as_json: bool) -> None:
    """Answer other programs, in JSON over HTTP. It listens on this machine only, and asks no other host.

    /openapi.json describes it; docs/integration.md shows how it is called.

    \b
    Examples:
      rif-threshold api
      curl -H 'Content-Type: application/json' -d @case.json http://127.0.0.1:8601/v1/assess
    """
    from rif_threshold.api.server import serve  # noqa: PLC0415 - only this command needs the server

    check_address(host, port, as_json=as_json)
    serve(host, port)
