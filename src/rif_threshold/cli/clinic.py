"""``rif-threshold register couples`` and ``table``: every couple's standing, and the clinic's own table."""

import datetime
import functools
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from rif_threshold.cli.columns import table as in_columns
from rif_threshold.cli.files import not_over, refusing, whole_file, write_whole
from rif_threshold.cli.options import day_option, json_option
from rif_threshold.cli.printing import as_json as to_json
from rif_threshold.cli.printing import wants_json, wrapped
from rif_threshold.own_tables import new_or_empty, own_rate_tables

_MOST_PROBLEMS = 10
"""Of how many rows the problems are told; the couples' file has all of them."""
_SECONDS = 2
"""How long a command works before it says how far it is."""


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that both commands have: the file, how it is read, and what counts it."""
    options = (
        click.argument("file", metavar="FILE"),
        click.option(
            "--map", "mapping", default="own_words", show_default=True, metavar="FILE|NAME", help="The mapping."
        ),
        click.option("--engine", default="duckdb", show_default=True, metavar="NAME", help="duckdb or spark."),
        click.option("--master", metavar="URL", help="Where Spark runs: local[2], spark://host:7077."),
        click.option(
            "--memory", default="512MB", show_default=True, metavar="SIZE", help="How much the engine may use."
        ),
    )
    return functools.reduce(lambda decorated, option: option(decorated), reversed(options), command)


@click.command("couples")
@engine_options
@click.option("--tables", metavar="DIR", help="A folder with the clinic's own rate tables, beside ESHRE's.")
@click.option("--output", required=True, metavar="FILE", help="Where to write: a name that ends with .csv or .parquet.")
@click.option(
    "--with-patient", is_flag=True, help="Write the pseudonyms too. Without it, couples stand in their order."
)
@json_option
def couples_command(
    file: str,
    mapping: str,
    engine: str,
    master: str | None,
    memory: str,
    tables: str | None,
    output: str,
    *,
    with_patient: bool,
    as_json: bool,
) -> None:
    """Say of every couple how many transfers failed, how far that is, and whether the line is crossed.

    Every distinct run is decided as `rif-threshold assess` decides a case. A row with a problem makes its couple a
    problem; no row and no couple is lost. The file is for the clinic alone. Beside a CSV its columns are described in a
    file of the same name that ends with -metadata.json.
    """
    from rif_threshold.register.couples import Couples  # noqa: PLC0415 - loads the engine
    from rif_threshold.register.output import BESIDE, described, kind_of_file, write_couples  # noqa: PLC0415

    kind, own = kind_of_file(output), own_rate_tables(tables)
    not_over(output, file, *([mapping] if mapping else []))
    with kept_register(file, mapping, engine, master, memory) as (kept, running, read):
        couples = Couples(kept, running, own, with_patient)
        with refusing("--output", "the file cannot be written"), whole_file(output) as out:
            write_couples(couples, out, kind, _progress("couples"))
        if kind == "csv":
            beside = json.dumps(described(couples, Path(output).name), indent=2, ensure_ascii=False)
            with refusing("--output", "the file beside it cannot be written"):
                write_whole(f"{output}{BESIDE}", f"{beside}\n".encode())
        summary = couples.summary
    if as_json:
        click.echo(to_json(summary.model_dump(mode="json") | read | {"output": output}))
        return
    from rif_threshold.register.words import couples_words, read_words  # noqa: PLC0415

    for words in (*couples_words(summary), *read_words(read)):
        click.echo(wrapped(words))


@click.command("table")
@engine_options
@click.option("--output", metavar="DIR", help="Write it as a folder for --tables: one that is new or empty.")
@click.option("--name", default="own_register", show_default=True, metavar="NAME", help="What the table is called.")
@click.option(
    "--rates", type=click.Choice(["first", "all"]), default=None, help="Transfers that are written; first ones."
)
@click.option("--bands", metavar="LIST", help="Bands of ages, such as <35,35-37,38-39,>=40; ESHRE's where left out.")
@click.option(
    "--include",
    type=click.Choice(["several", "not_known", "mosaic"]),
    multiple=True,
    help="Take into the rates also transfers of several embryos, of an unrecorded number, or of low-level mosaics.",
)
@click.option("--pool", is_flag=True, help="Join a band that is too small with a neighbour of the same ploidy.")
@day_option("--from", "since", about="The first day that is counted.")
@day_option("--to", "until", about="The last day.")
@json_option
def table_command(
    file: str,
    mapping: str,
    engine: str,
    master: str | None,
    memory: str,
    output: str | None,
    name: str,
    rates: str | None,
    bands: str | None,
    include: tuple[str, ...],
    *,
    pool: bool,
    since: datetime.date | None,
    until: datetime.date | None,
    as_json: bool,
) -> None:
    """Make the clinic's own table: rates by age and ploidy, from first transfers and from all.

    With --output it is written as a folder that `--tables` takes at once. Without dates all is counted, else the last
    three whole calendar years (ours).
    """
    from rif_threshold.register.bands import bands_of  # noqa: PLC0415 - loads the engine
    from rif_threshold.register.table import clinic_table  # noqa: PLC0415
    from rif_threshold.register.words import read_words, table_cells, table_words  # noqa: PLC0415
    from rif_threshold.register.written import write_table  # noqa: PLC0415

    strata = bands_of(bands)
    if output is not None:
        new_or_empty(output)  # before a long list is read
    with kept_register(file, mapping, engine, master, memory) as (kept, running, read):
        dates = read["kind_at"] == "date"
        made = clinic_table(kept, running, strata, dates=dates, included=include, pool=pool, since=since, until=until)
        default = "first" if kept.has_patients else "all"
    written = None if output is None else write_table(made, output, name, rates or default)
    if as_json:
        told = {} if written is None else {"written": written.model_dump(mode="json")}
        click.echo(to_json(made.model_dump(mode="json") | read | told))
        return
    click.echo("\n".join(in_columns(*table_cells(made), text_columns=2)))
    for words in (*table_words(made, written), *read_words(read)):
        click.echo(wrapped(words))


@contextmanager
def kept_register(
    file: str, mapping: str, name: str, master: str | None, memory: str
) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """The register of a file, kept in a running engine, and what is to be said of how it was read."""
    from rif_threshold.register.counting import keep  # noqa: PLC0415 - loads the engine
    from rif_threshold.register.engines import engine  # noqa: PLC0415
    from rif_threshold.register.mappings import read_mapping  # noqa: PLC0415
    from rif_threshold.register.reading import read  # noqa: PLC0415

    how, progress = read_mapping(mapping), _progress("rows")
    with _ended_politely(), engine(name, master=master, memory=memory) as running:
        register = read(running.backend, Path(file), how)
        kept = keep(register.rows, running, register.warnings)
        progress(kept.facts["rows"])
        problems = register.problems(_MOST_PROBLEMS) if kept.facts["problem"] else ()
        dropped = [{"column": each.column, "text": each.text, "rows": each.rows} for each in register.dropped]
        unknown = list(register.unknown_columns)
        told = [problem.as_dict() for problem in problems]
        read_as = {"kind_at": register.kind_at, "dropped": dropped, "unknown_columns": unknown, "problems": told}
        yield kept, running, read_as


@contextmanager
def _ended_politely() -> Iterator[None]:
    """Let an order to end the process take the private folder with it."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _progress(what: str) -> Callable[[int], None]:
    """Says on standard error how far long work is; nothing where it is short, or JSON was asked for."""
    begun = said = time.monotonic()

    def say(done: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= _SECONDS and not wants_json():
            click.echo(f"{done:,} {what}, {int(now - begun)} s", err=True)
            said = now

    return say
