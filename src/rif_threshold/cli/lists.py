"""The commands that show what the calculator rests on: the published table, sources, tables, schemas."""

from typing import Any

import click

from rif_threshold.cli.columns import table
from rif_threshold.cli.options import json_option
from rif_threshold.cli.printing import as_json as to_json
from rif_threshold.cli.printing import wrapped
from rif_threshold.folder import SUMS, shown
from rif_threshold.listing import equal_words, listed_sources, listed_tables, published_schema, recomputed_table
from rif_threshold.own_tables import new_folder, own_folder, own_tables_of, sign_folder
from rif_threshold.rates import PUBLISHED_TABLE, load_rate_table
from rif_threshold.register import limits, mappings, settings
from rif_threshold.tables import Folder, shipped, verify

# What they read is verified with the rest.
_READ_FOR_REGISTERS = (limits, mappings, settings)


@click.command("table")
@json_option
def table_command(*, as_json: bool) -> None:
    """Show the published table, every printed cell beside the one computed here."""
    rows = recomputed_table()
    if as_json:
        cells = [cell.equal for row in rows for cell in row.cells]
        shown_rows = [row.model_dump(mode="json") for row in rows]
        click.echo(to_json({"table": PUBLISHED_TABLE, "rows": shown_rows, "cells": len(cells), "equal": sum(cells)}))
        return
    headings = ("", "", *(str(cell.n) for cell in rows[0].cells), "after")
    lines: list[tuple[str, ...]] = []
    for row in rows:
        name = f"{row.ploidy} {row.age_label}, {row.per_transfer_percent} %"
        lines.append((name, "printed", *(each.printed for each in row.cells), str(row.printed_transfers_to_threshold)))
        lines.append((name, "computed", *(each.computed for each in row.cells), str(row.transfers_to_threshold)))
    click.echo("cumulative % after n transfers, n =")
    click.echo("\n".join(table(headings, lines, text_columns=2)))
    click.echo()
    click.echo(wrapped(equal_words(rows)))
    for caveat in load_rate_table(PUBLISHED_TABLE).caveats:
        click.echo(wrapped(caveat, "- "))


@click.command("sources")
@json_option
def sources_command(*, as_json: bool) -> None:
    """List the bibliography, and how far each source was read."""
    if as_json:
        click.echo(to_json({key: source.model_dump(mode="json") for key, source in listed_sources().items()}))
        return
    for key, source in listed_sources().items():
        click.echo(wrapped(f"{key}: {source.citation}. Read: {source.read_words}. {source.note}", "- "))


@click.group("tables")
def tables_group() -> None:
    """List the tables, check them, and start or sign a folder of the clinic's own.

    \b
    Examples:
      rif-threshold tables verify
      rif-threshold tables new our_tables
      rif-threshold tables sums our_tables
    """


_own_option = click.option("--tables", metavar="DIR", help="A folder with the clinic's own rate tables.")


@tables_group.command("list")
@_own_option
@json_option
def list_command(tables: str | None, *, as_json: bool) -> None:
    """List every table with its SHA-256 digest."""
    own = own_folder(tables)
    if own:
        own_tables_of(own)
    entries = listed_tables() | {f"own:{name}": digest for name, digest in (sorted(own.digests.items()) if own else ())}
    if as_json:
        click.echo(to_json([{"id": name, "sha256": digest} for name, digest in entries.items()]))
        return
    for name, digest in entries.items():
        click.echo(f"{digest}  {name}")


@tables_group.command("verify")
@click.argument("directory", metavar="[DIR]", required=False)
@_own_option
@json_option
def verify_command(directory: str | None, tables: str | None, *, as_json: bool) -> None:
    """Check every table against its digest and read it. Exits with 4 where one is not as it should be.

    With DIR (or --tables DIR, or the variable RIF_THRESHOLD_TABLES) a folder of the clinic's own is checked as well.
    """
    if directory and tables:
        raise click.UsageError("give the folder once, as DIR or with --tables")
    verify()
    own = own_folder(directory or tables)
    found = _found(own) if own else []
    if as_json:
        click.echo(to_json({"verified": len(shipped().digests), "digest": shipped().digest, "own": found}))
        return
    click.echo(f"{len(shipped().digests)} shipped tables verified.")
    _say_own(found)


@tables_group.command("new")
@click.argument("directory", metavar="DIR")
@json_option
def new_command(directory: str, *, as_json: bool) -> None:
    """Write a filled-in example of a clinic's own table into DIR, a folder that is new or empty.

    Its numbers are made up, and every answer from it says so. Replace them, name the source in sources.toml, rename
    both files in rates/, and run `rif-threshold tables sums DIR`.
    """
    files = new_folder(directory)
    if as_json:
        click.echo(to_json({"folder": directory, "files": list(files)}))
        return
    click.echo(f"Written to {shown(directory)}: {', '.join(files)}.")
    click.echo(wrapped("Every number in it is made up. Replace them, then run `rif-threshold tables sums` on it."))


@tables_group.command("sums")
@click.argument("directory", metavar="DIR")
@json_option
def sums_command(directory: str, *, as_json: bool) -> None:
    """Check a folder of the clinic's own tables, then write its SHA256SUMS anew.

    Use it after every change made on purpose. It needs no other program. Where something is wrong, nothing is written.
    """
    folder = sign_folder(directory)
    found = _found(folder)
    if as_json:
        files = [{"id": name, "sha256": digest} for name, digest in folder.digests.items()]
        click.echo(to_json({"folder": directory, "files": files, "own": found}))
        return
    click.echo(f"{SUMS} written, of {len(folder.digests)} files.")
    _say_own(found)


def _found(own: Folder) -> list[dict[str, Any]]:
    """What the clinic's own tables hold."""
    return [
        {
            "id": table.id,
            "title": table.title,
            "rows": len(table.strata),
            "transfers": sum(stratum.transfers or 0 for stratum in table.strata),
        }
        for table in own_tables_of(own).values()
    ]


def _say_own(found: list[dict[str, Any]]) -> None:
    for each in found:
        counted = f"{each['transfers']:,} transfers counted" if each["transfers"] else "no transfers counted"
        click.echo(wrapped(f"{each['id']} ({each['title']}): {each['rows']} rows, {counted}.", "- "))


@click.command("schema")
@click.argument("of", type=click.Choice(["case", "assessment"]))
@click.option("--json", "_", is_flag=True, help="The schema is always JSON.")
def schema_command(of: str, _: bool) -> None:
    """Print the JSON Schema of a case or of an assessment."""
    click.echo(to_json(published_schema(of)))
