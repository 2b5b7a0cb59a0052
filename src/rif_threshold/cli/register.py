"""``rif-threshold register``: what a clinic does with its own list of transfers."""

from pathlib import Path

import click

from rif_threshold.cli.commands import Commands, Later
from rif_threshold.cli.files import not_over, refusing, write_whole
from rif_threshold.cli.options import json_option
from rif_threshold.cli.printing import as_json as to_json
from rif_threshold.cli.printing import wrapped
from rif_threshold.folder import shown

COMMANDS = {
    "map": Later(
        "register",
        "map_command",
        "Show the columns and words of FILE and what is not mapped, and write a first mapping to edit.",
    ),
    "couples": Later(
        "clinic",
        "couples_command",
        "Say of every couple how many transfers failed, how far that is, and whether the line is crossed.",
    ),
    "table": Later(
        "clinic",
        "table_command",
        "Make the clinic's own table: rates by age and ploidy, from first transfers and from all.",
    ),
    "audit": Later(
        "audit",
        "audit_command",
        "Audit the clinic's cases: success by rank against ESHRE's table and our own, and whom four definitions flag.",
    ),
}
"""An engine is loaded for none that does not need it."""


@click.group("register", cls=Commands, later=COMMANDS)
def register_group() -> None:
    """Read a clinic's list of transfers: what stands in it, and what comes of it.

    \b
    Examples:
      rif-threshold register map transfers.csv --output mapping.toml
      rif-threshold register couples transfers.csv --map mapping.toml --output couples.csv
      rif-threshold register table transfers.csv --map mapping.toml --output our_tables
      rif-threshold register audit transfers.csv --map mapping.toml --format pdf --output audit.pdf
    """


map_option = click.option(
    "--map",
    "mapping_name",
    metavar="NAME|FILE",
    help="A shipped mapping by name, or a file that ends in .toml.",
)


@click.command("map")
@click.argument("file")
@map_option
@click.option("--output", metavar="FILE", help="Write a first mapping here, to edit.")
@json_option
def map_command(file: str, mapping_name: str | None, output: str | None, *, as_json: bool) -> None:
    """Show the columns and words of FILE and what is not mapped, and write a first mapping to edit.

    Identifiers are not shown. Nothing is read as anything by guess: what stands empty in the mapping has to be filled.
    """
    from rif_threshold.register.exploring import explore  # noqa: PLC0415 - needs an extra
    from rif_threshold.register.first import first_mapping  # noqa: PLC0415
    from rif_threshold.register.mappings import read_mapping  # noqa: PLC0415

    if output and Path(output).exists():  # a mapping that was filled in, or the list itself
        not_over(output, output)
    mapping = read_mapping(mapping_name) if mapping_name else None
    found = explore(Path(file), mapping)
    if output:
        with refusing("--output", "the file cannot be written", output):
            write_whole(output, first_mapping(found).encode())
    if as_json:
        names = ("column", "field", "texts", "unmapped", "orders", "said")
        columns = [
            {name: getattr(each, name) for name in names} | {"words": dict(each.words)} for each in found.columns
        ]
        told = {"mapping": found.mapping.title, "guessed": found.guessed, "rows": found.rows, "said": found.said}
        click.echo(to_json({**told, "columns": columns}))
        return
    read_as = "" if found.guessed else f" Read as: {found.mapping.title}. {found.mapping.about}"
    click.echo(wrapped(f"{found.rows:,} rows.{read_as}"))
    for said in found.said:
        click.echo(wrapped(said))
    for each in found.columns:
        click.echo(wrapped(f"{shown(each.column)}: {each.field or 'not read'}, {each.texts:,} different texts", "- "))
        for said in each.said:
            click.echo(wrapped(shown(said), "    "))
        if each.words:
            words = ", ".join(f"{shown(text) or '(empty)'} {times:,}" for text, times in each.words)
            click.echo(wrapped(words, "    "))
        if each.unmapped:
            click.echo(wrapped(f"not mapped: {', '.join(shown(text) or '(empty)' for text in each.unmapped)}", "    "))
    if output:
        click.echo(wrapped(f"A first mapping is written to {shown(output)}. Fill in what is empty, then use --map."))
