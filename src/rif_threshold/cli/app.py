"""``rif-threshold app``: open the page."""

import click

from rif_threshold.cli.listening import address_options, check_address
from rif_threshold.cli.options import json_option


@click.command("app")
@address_options(8501)
@click.option("--open/--no-open", "open_browser", default=True, show_default=True, help="Open a browser.")
@json_option
def app_command(host: str, port: int, *, open_browser: bool, as_json: bool) -> None:
    """Open the calculator in a browser. It listens on this machine only, and asks no other host for anything."""
    import rif_threshold.ui.server as page  # noqa: PLC0415 - only this command needs it, and it says what it lacks

    check_address(host, port, as_json=as_json)
    page.serve(host, port, open_browser)
