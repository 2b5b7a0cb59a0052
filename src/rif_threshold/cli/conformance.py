"""``rif-threshold conformance``: this package, or any other program, against the conformance pack."""

from collections.abc import Iterator, Sequence

import click

from rif_threshold.cli.columns import table
from rif_threshold.cli.options import json_option
from rif_threshold.cli.printing import as_json as to_json
from rif_threshold.cli.printing import wrapped
from rif_threshold.cli.program import answers_of
from rif_threshold.conformance import OfKind, Pack, compared, conformance_directory, load_pack, own_answers
from rif_threshold.errors import InvalidInput, Problem

_SHOWN = 5
"""Cases of a kind that are named."""
_OWN_FAULT, _ITS_FAULT = 1, 2


@click.command("conformance")
@click.option("--program", metavar="CMD", help="Check this program: cases on standard input, answers on its output.")
@click.option(
    "--seconds",
    type=click.IntRange(1, 3600),
    default=120,
    show_default=True,
    help="After so long the program is stopped.",
)
@json_option
@click.pass_context
def conformance_command(ctx: click.Context, program: str | None, seconds: int, *, as_json: bool) -> None:
    """Check this package, or any program that answers the same cases, against the conformance pack.

    The pack's answers come from an independent calculation. Its README, in the folder that is named, says what a case
    and an answer are. With --program, CMD is run once. It reads a case a line, as JSON, and writes a line each. It may
    leave out whole kinds of cases. Exits with 2 where it differs, and with 1 where this package does.

    \b
    Examples:
      rif-threshold conformance
      rif-threshold conformance --program "node rif.mjs"
    """
    pack = load_pack()
    answers = own_answers(pack) if program is None else answers_of(program, list(pack.questions()), seconds)
    kinds = compared(pack, answers)
    claimed = [kind for kind in kinds if kind.claimed]
    if not claimed:
        raise InvalidInput(
            (Problem("--program", "", "it claims no kind of cases, so nothing was compared", "program"),)
        )
    differ = sum(len(kind.differ) for kind in claimed)
    if as_json:
        listed = [kind.model_dump(mode="json") | {"agree": kind.agree} for kind in kinds]
        click.echo(to_json({"version": pack.version, "sha256": pack.sha256, "differ": differ, "kinds": listed}))
    else:
        click.echo("\n".join(_lines(pack, kinds, differ)))
    if differ:
        ctx.exit(_OWN_FAULT if program is None else _ITS_FAULT)


def _lines(pack: Pack, kinds: Sequence[OfKind], differ: int) -> Iterator[str]:
    yield f"Conformance pack {pack.version}, {len(pack.cases):,} cases, sha256 {pack.sha256}"
    yield f"in {conformance_directory()}"
    rows = [
        (each.kind, f"{each.cases:,}", f"{each.agree:,}", f"{len(each.differ):,}")
        if each.claimed
        else (each.kind, f"{each.cases:,}", "not claimed", "")
        for each in kinds
    ]
    yield from table(("kind", "cases", "agree", "differ"), rows, text_columns=1)
    for each in kinds:
        for case in each.differ[:_SHOWN]:
            yield wrapped(f"{case.id}: {', '.join(case.fields)}", "- ")
        if more := each.differ[_SHOWN:]:
            yield wrapped(f"and {len(more):,} more of {each.kind}", "- ")
    claimed = sum(each.cases for each in kinds if each.claimed)
    yield f"{claimed - differ:,} of {claimed:,} cases agree."
