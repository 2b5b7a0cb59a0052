"""``rif-threshold app``: open the page."""

import click

from rif_threshold.cli.files import refusing
from rif_threshold.cli.options import json_option
from rif_threshold.cli.printing import as_json as to_json


@click.command("app")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8501, type=click.IntRange(1, 65535), show_default=True, help="Port to listen on.")
@click.option("--open/--no-open", "open_browser", default=True, show_default=True, help="Open a browser.")
@json_option
def app_command(host: str, port: int, *, open_browser: bool, as_json: bool) -> None:
    """Open the calculator in a browser. It listens on this machine only, and asks no other host for anything."""
    if not host:
        raise click.UsageError("--host is empty: that would listen on every address of this machine")
    import rif_threshold.ui.server as page  # noqa: PLC0415 - only this command needs it, and it says what it lacks
    from rif_threshold.serving import check_port  # noqa: PLC0415

    with refusing("--port", "this address cannot be used; choose another --port", f"{host}:{port}"):
        check_port(host, port)
    if as_json:
        click.echo(to_json({"url": f"http://{host}:{port}"}))
    page.serve(host, port, open_browser)
