"""``rif-threshold report`` and ``rif-threshold verify``: take an answer away, and check what was taken away."""

import base64
import datetime
from collections.abc import Mapping
from typing import Any

import click

from rif_threshold.assessment import assess
from rif_threshold.cli.files import read_text, refusing, write_whole
from rif_threshold.cli.options import PARTS, case_options, date_option, json_option
from rif_threshold.cli.printing import as_json as to_json
from rif_threshold.cli.printing import exit_code, wrapped
from rif_threshold.parts import default_parts
from rif_threshold.repeated import inputs_words
from rif_threshold.report import FORMATS, report
from rif_threshold.sentences import headline, standing
from rif_threshold.vocabulary import Part


@click.command("report")
@case_options
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), required=True, help="What to make.")
@click.option("--output", metavar="FILE", help="Write to this file; standard output where left out or -.")
@click.option("--language", default="en", show_default=True, metavar="CODE", help="Language of the couple sheet.")
@click.option("--incomplete", is_flag=True, help="Take a language that lacks texts: these are in English, and marked.")
@date_option
@click.option(
    "--without",
    type=PARTS,
    multiple=True,
    help="Leave a part out. May be given more than once.",
)
@json_option
@click.pass_context
def report_command(
    ctx: click.Context,
    given: Mapping[str, Any],
    tables: str | None,
    kind: str,
    output: str | None,
    language: str,
    date: datetime.date | None,
    without: tuple[str, ...],
    *,
    incomplete: bool,
    as_json: bool,
) -> None:
    """Make a couple sheet, a clinician note or report, JSON, FHIR, or the curve as a file.

    The case is described as in `rif-threshold assess`. Nothing is fetched, and nothing is written but the file named.

    \b
    Examples:
      rif-threshold report --format sheet.pdf --oocyte-age 36 --ploidy untested --failed 3 --output sheet.pdf
      rif-threshold report --format note.txt --case case.json
      rif-threshold report --format fhir.json --case - < case.json
    """
    assessment = assess(given, include=default_parts() - {Part(part) for part in without}, tables=tables)
    made = report(assessment, kind, language, date=date, incomplete=incomplete)
    content = made.content
    if as_json:
        encoded = base64.b64encode(content).decode("ascii")
        whole = to_json({"name": made.name, "media_type": made.media_type, "content_base64": encoded})
        content = f"{whole}\n".encode()
    if output in (None, "-"):
        click.echo(content, nl=False)
    else:
        with refusing("--output", "the file cannot be written"):
            write_whole(str(output), content)
    if assessment.threshold is None:
        ctx.exit(exit_code(assessment.primary_problems))


@click.command("verify")
@click.argument("code", nargs=-1, required=True)
@click.option("--tables", metavar="DIR", help="A folder with the clinic's own rate tables.")
@json_option
def verify_command(code: tuple[str, ...], tables: str | None, *, as_json: bool) -> None:
    """Check a code: restore its case, compute it again, compare.

    A case code (RIF1-), from a note, a report or the page, holds everything that was entered. A couple code (RIFC1-),
    from a couple's sheet, holds only what the sheet uses. Says which it is, whether the result is the same and, where
    it is not, what it was and which table changed. Spaces, line breaks and small letters do not matter; any other
    mistake in typing is found. - reads the code from standard input.

    \b
    Example:
      rif-threshold verify RIF1-AACTALRR-FYYDDB62-...
    """
    from rif_threshold.report.check_code import LONGEST  # noqa: PLC0415 - likewise
    from rif_threshold.report.verification import verify  # noqa: PLC0415 - only this command computes again

    typed = read_text("-", "CODE", 2 * LONGEST + 1) if code == ("-",) else " ".join(code)
    checked = verify(typed, tables)
    if as_json:
        click.echo(checked.model_dump_json(indent=2))
        return
    click.echo(wrapped(checked.holds))
    click.echo(wrapped(checked.sentence))
    click.echo(wrapped(f"For: {inputs_words(checked.assessment)}"))
    click.echo(wrapped(f"{headline(checked.assessment)}. {standing(checked.assessment)}"))
    for reason in checked.reasons:
        click.echo(wrapped(reason, "- "))
