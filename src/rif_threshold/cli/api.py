"""``rif-threshold api``: answer other programs, in JSON over HTTP."""

import click

from rif_threshold.cli.files import refusing
from rif_threshold.cli.options import json_option
from rif_threshold.cli.printing import as_json as to_json


@click.command("api")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8601, type=click.IntRange(1, 65535), show_default=True, help="Port to listen on.")
@json_option
def api_command(host: str, port: int, *, as_json: bool) -> None:
    """Answer other programs, in JSON over HTTP. It listens on this machine only, and asks no other host.

    /openapi.json describes it; docs/integration.md shows how it is called.

    \b
    Examples:
      rif-threshold api
      curl -H 'Content-Type: application/json' -d @case.json http://127.0.0.1:8601/v1/assess
    """
    if not host:
        raise click.UsageError("--host is empty: that would listen on every address of this machine")
    from rif_threshold.api.server import serve  # noqa: PLC0415 - only this command needs the server
    from rif_threshold.serving import check_port  # noqa: PLC0415

    with refusing("--port", "this address cannot be used; choose another --port", f"{host}:{port}"):
        check_port(host, port)
    if as_json:
        click.echo(to_json({"url": f"http://{host}:{port}"}))
    serve(host, port)
