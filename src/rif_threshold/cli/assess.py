"""``rif-threshold assess``: a case in, the answer out, on one screen."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from rif_threshold.answers import Estimate, chance_words
from rif_threshold.assessment import Assessment, assess
from rif_threshold.cli.columns import fits, table
from rif_threshold.cli.options import PARTS, case_options, json_option
from rif_threshold.cli.printing import exit_code, wrapped
from rif_threshold.context import context_words, counts_words, shown_routes
from rif_threshold.parts import default_parts, need
from rif_threshold.repeated import inputs_words
from rif_threshold.sentences import (
    beside_words,
    bounds_words,
    contradiction_words,
    curve_words,
    headline,
    interval_words,
    margin_words,
    next_transfer,
    refused_word,
    rule_words,
    standing,
)
from rif_threshold.vocabulary import Part
from rif_threshold.wording import capital, line_words

if TYPE_CHECKING:
    from rif_threshold.perspective import Perspective

_MOST_COLUMNS, _FEWEST_COLUMNS = 12, 5
"""With fewer columns than these, name and chance among them, a row is told in words."""


@click.command("assess")
@case_options
@click.option(
    "--without",
    type=PARTS,
    multiple=True,
    help="Leave a part out. May be given more than once.",
)
@click.option("--more", is_flag=True, help="Add how sure the number is, and what the plain formula leaves out.")
@json_option
@click.pass_context
def assess_command(
    ctx: click.Context,
    given: Mapping[str, Any],
    tables: str | None,
    without: tuple[str, ...],
    *,
    more: bool,
    as_json: bool,
) -> None:
    """Say after how many transfers the line is crossed, and where this couple stands.

    A case is described by options, by a JSON file (--case), or both. Give the age and ploidy for the published
    table, a live-birth chance, the inputs of the prediction model, or the clinic's own rate: all that can be computed
    are shown side by side, and one of them is primary. `rif-threshold schema case` prints every field of a case,
    with the list of single transfers (history), which only a file can hold.

    \b
    Examples:
      rif-threshold assess --oocyte-age 36 --ploidy untested --failed 3
      rif-threshold assess --oocyte-age 36 --ploidy untested --failed 3 --live-birth 23.8 --per treatment_cycle
      rif-threshold assess --successes 52 --transfers 200 --outcome clinical_pregnancy --failed 3 --json
      rif-threshold assess --case case.json --more
    """
    # The text shows the threshold, and with --more the perspective; the other parts have commands of their own.
    if more:
        need(Part.PERSPECTIVE)
    shown = default_parts() if as_json else ({Part.PERSPECTIVE} if more else set())
    include = frozenset(shown) - {Part(part) for part in without}
    assessment = assess(given, include=include, tables=tables)
    click.echo(assessment.model_dump_json(indent=2) if as_json else "\n".join(_lines(assessment)))
    if assessment.threshold is None:
        ctx.exit(exit_code(assessment.primary_problems))


def _lines(assessment: Assessment) -> Iterator[str]:
    """The answer first, then where the couple stands, then what it rests on."""
    for words in (headline(assessment), standing(assessment), next_transfer(assessment)):
        if words:
            yield wrapped(words)
    for words in beside_words(assessment):
        yield wrapped(words, "- ")
    yield ""
    yield wrapped(f"For: {inputs_words(assessment)}")
    yield wrapped(rule_words(assessment))
    if assessment.estimates:
        yield ""
        yield from _routes(assessment)
    yield from _refused(assessment)
    if assessment.perspective:
        yield from _perspective(assessment.perspective)
    yield from map(wrapped, contradiction_words(assessment))
    yield ""
    yield from _basis(assessment)


def _refused(assessment: Assessment) -> Iterator[str]:
    """The routes that could not be computed, and why."""
    for refused in assessment.refused:
        for problem in refused.problems:
            yield wrapped(f"{refused.route}: {problem}", f"{capital(refused_word(refused))}: ")
        if refused.interval:
            yield wrapped(f"{bounds_words(refused.interval)}.")


def _basis(assessment: Assessment) -> Iterator[str]:
    """Sources, caveats and the disclaimer."""
    for source in assessment.sources:
        yield wrapped(f"[{source.key}] {source.short} (read: {source.read})")
    # What must be said of another population fills a screen of its own: it comes with --more, and is in the JSON.
    told = [each for each in assessment.estimates if not each.background or assessment.perspective]
    seen = dict.fromkeys((*assessment.notes, *(text for each in told for text in each.caveats)))
    for caveat in seen:
        yield wrapped(str(caveat), "- ")
    yield wrapped(assessment.disclaimer)


def _perspective(perspective: "Perspective") -> Iterator[str]:
    """The sections beside the answer: a question, a sentence, a table, what must be said beside it."""
    for section in perspective.sections:
        yield ""
        yield section.title
        yield wrapped(section.sentence)
        yield from table(section.headings, section.rows, indent="  ")
        for note in section.notes:
            yield wrapped(str(note), "- ")


def _routes(assessment: Assessment) -> Iterator[str]:
    """The curves side by side: one row a route, one column a transfer."""
    estimates = shown_routes(assessment)
    rows = [_route(each, assessment) for each in estimates]
    most = min(_MOST_COLUMNS, *(len(each.cumulative_percent_lowest) for each in estimates))
    headings = ("", "", *map(str, range(1, most + 1)))
    yield "cumulative % after n transfers, n ="
    for columns in range(len(headings), _FEWEST_COLUMNS, -1):
        shown = [row[:columns] for row in rows]
        if fits(headings[:columns], shown):
            yield from table(headings[:columns], shown, text_columns=2)
            break
    else:
        yield from table(headings, [row[: len(headings)] for row in rows])
    line = line_words(assessment.rule.percent)
    yield wrapped(f"p: chance per transfer   *: primary route   !: first above {line}")
    for each in assessment.opinions:
        yield wrapped(f"{each.route}: {each.explanation}; {counts_words(each)}. Margin: {margin_words(each)}.", "")
        if each.interval:
            yield wrapped(interval_words(each.interval))
    yield from map(wrapped, context_words(assessment))


def _route(each: Estimate, assessment: Assessment) -> tuple[str, ...]:
    threshold = float(assessment.rule.percent)
    return (
        f"{each.route}{' *' if each.route == assessment.primary_route else ''}",
        f"p {chance_words(each)}",
        *(
            shown.replace(" to ", "-") + ("!" if number == each.transfers_to_threshold else "")
            for number, shown in enumerate(curve_words(each, threshold), start=1)
        ),
    )
