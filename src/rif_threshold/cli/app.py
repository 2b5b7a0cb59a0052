"""``rif-threshold app``: open the page."""

import click

from rif_threshold.cli.common import as_json as to_json
from rif_threshold.cli.common import json_option


@click.command("app")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8501, type=click.IntRange(1, 65535), show_default=True, help="Port to listen on.")
@click.option("--open/--no-open", "open_browser", default=True, show_default=True, help="Open a browser.")
@json_option
def app_command(host: str, port: int, *, open_browser: bool, as_json: bool) -> None:
    """Open the calculator in a browser. It listens on this machine only, and asks no other host for anything."""
    try:
        from rif_threshold.ui.server import serve  # noqa: PLC0415 - only this command needs the page
    except ImportError:
        raise click.ClickException("the page is not installed; install rif-threshold[app]") from None
    if as_json:
        click.echo(to_json({"url": f"http://{host}:{port}"}))
    if not host:
        raise click.UsageError("--host is empty: that would listen on every address of this machine")
    try:
        serve(host, port, open_browser)
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be used ({error.strerror}); choose another --port") from None
