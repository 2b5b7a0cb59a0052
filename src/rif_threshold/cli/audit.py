"""``rif-threshold register audit``: what happened at a clinic, held against expectations and definitions."""

import datetime

import click

from rif_threshold.cli.clinic import engine_options, kept_register
from rif_threshold.cli.columns import table as in_columns
from rif_threshold.cli.files import not_over, refusing, write_whole
from rif_threshold.cli.options import date_option
from rif_threshold.cli.printing import wrapped


@click.command("audit")
@engine_options
@click.option(
    "--share", is_flag=True, help="Make it so that it may be shared: no small count, nor what gives one away."
)
@click.option(
    "--below",
    type=click.IntRange(2, 100),
    metavar="N",
    help="With --share: counts from 1 to below this are small. The same for all reports of a file.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "pdf", "json", "csv"]),
    help="What to make; text for the terminal where left out.",
)
@click.option("--output", metavar="FILE", help="Write to this file; standard output where left out or -.")
@date_option
def audit_command(
    file: str,
    mapping: str,
    engine: str,
    master: str | None,
    memory: str,
    below: int | None,
    kind: str | None,
    output: str | None,
    date: datetime.date | None,
    *,
    share: bool,
) -> None:
    """Audit the clinic's cases: success by rank against ESHRE's table and our own, and whom four definitions flag.

    The whole file is audited, in ESHRE's bands. First runs are the population: later transfers of a couple that had a
    positive test are one line. Nothing is ranked and no person, place or treatment is compared. Without --share the
    report is for the clinic alone.

    \b
    Examples:
      rif-threshold register audit transfers.csv --map mapping.toml
      rif-threshold register audit transfers.csv --map mapping.toml --format pdf --output audit.pdf
      rif-threshold register audit transfers.csv --map mapping.toml --share --format html --output to_share.html
    """
    from rif_threshold.register.audit.audit import audit  # noqa: PLC0415 - loads the engine
    from rif_threshold.register.audit.histories import histories_of  # noqa: PLC0415
    from rif_threshold.register.audit.sharing import shareable  # noqa: PLC0415
    from rif_threshold.register.audit.sheets import sheets  # noqa: PLC0415
    from rif_threshold.register.audit.words import result_words  # noqa: PLC0415
    from rif_threshold.register.words import read_words  # noqa: PLC0415

    if below is not None and not share:
        raise click.UsageError("--below: only a report to share has small counts; give --share too")
    if output not in {None, "-"}:
        not_over(str(output), file, *([mapping] if mapping else []))
    with kept_register(file, mapping, engine, master, memory) as (kept, running, read):
        histories = histories_of(kept, running, dates=read["kind_at"] == "date")
    made = shareable(histories, below) if share else audit(histories)
    # What stands in the file beside the transfers, and how it was read, is for the clinic alone.
    beside = () if share else tuple(read_words(read))
    for said in histories.said if share else ():
        click.echo(wrapped(said), err=True)
    if kind is None:
        parts = [wrapped(each, "- ") for each in result_words(made)]
        for sheet in sheets(made):
            lead = [wrapped(sheet.said)] if sheet.said else []
            parts += ["", sheet.title, *lead, *in_columns(sheet.headings, sheet.rows, text_columns=1)]
        parts += ["", *(wrapped(each, "- ") for each in (*made.notes, *beside))]
        content = "\n".join([*parts, ""]).encode()
    else:
        from rif_threshold.report.audit_report import audit_export  # noqa: PLC0415 - needs an extra for paper

        content = audit_export(made, kind, beside, date).content
    if output in {None, "-"}:
        click.echo(content, nl=False)
        return
    with refusing("--output", "the file cannot be written"):
        write_whole(str(output), content)
