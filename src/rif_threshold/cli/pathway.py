"""``rif-threshold workup``, ``tacrolimus``, ``evidence`` and ``conflicts``: what comes after the threshold."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from rif_threshold.assessment import Assessment, assess
from rif_threshold.cli.evidence import cited, dose_words, evidence_lines, study_lines, titled
from rif_threshold.cli.options import case_options, json_option
from rif_threshold.cli.printing import as_json as to_json
from rif_threshold.cli.printing import exit_code, wrapped
from rif_threshold.errors import InvalidInput
from rif_threshold.parts import default_parts
from rif_threshold.pathway import Medication, Protocol, Tacrolimus, Workup, WorkupItem, conflicts_about, evidence, facts
from rif_threshold.pathway.ledger import Monitoring
from rif_threshold.pathway.tacrolimus import GateItem
from rif_threshold.vocabulary import GateEffect, Grade, Part, ProtocolVerdict, Verdict
from rif_threshold.wording import gate_word, long_word, protocol_word, word


@click.command("workup")
@case_options
@json_option
@click.pass_context
def workup_command(ctx: click.Context, given: Mapping[str, Any], tables: str | None, *, as_json: bool) -> None:
    """Show ESHRE's graded investigations and interventions, and which concern this couple now.

    Before the threshold is crossed the lists are there and say "not yet". Findings of investigations are recorded in
    the case file under "findings", as normal, abnormal, not_done or not_known.

    \b
    Example:
      rif-threshold workup --case case.json
    """
    assessment = _assess(given, tables, Part.WORKUP)
    assert assessment.workup is not None  # noqa: S101 - it was asked for
    _print(ctx, assessment, assessment.workup, _workup_lines(assessment.workup), as_json=as_json)


@click.command("tacrolimus")
@case_options
@json_option
@click.pass_context
def tacrolimus_command(ctx: click.Context, given: Mapping[str, Any], tables: str | None, *, as_json: bool) -> None:
    """Show the contested, off-label tacrolimus step, protocol by protocol. It is no advice to treat.

    What speaks against it comes first. Answers stand in the case file under "answers", other medicines under
    "medications". Whatever is not answered is never read as fine.

    \b
    Example:
      rif-threshold tacrolimus --case case.json
    """
    assessment = _assess(given, tables, Part.TACROLIMUS)
    assert assessment.tacrolimus is not None  # noqa: S101 - it was asked for
    _print(ctx, assessment, assessment.tacrolimus, _tacrolimus_lines(assessment.tacrolimus), as_json=as_json)


@click.command("evidence")
@click.option("--study", metavar="ID", help="Show one study in full.")
@json_option
def evidence_command(study: str | None, *, as_json: bool) -> None:
    """List the studies with the number in each arm and their outcomes, what bodies say, and definitions."""
    found = evidence(study)
    lines = study_lines(found.studies[0]) if study else evidence_lines(found)
    click.echo(found.model_dump_json(indent=2) if as_json else "\n".join(lines))


@click.command("conflicts")
@json_option
def conflicts_command(*, as_json: bool) -> None:
    """List where sources disagree, and what is done about each."""
    found = conflicts_about(None, *default_parts())
    if as_json:
        click.echo(to_json([conflict.model_dump(mode="json") for conflict in found]))
        return
    for conflict in found:
        click.echo(wrapped(f"{conflict.topic} [{conflict.source.key}]"))
        click.echo(wrapped(conflict.one_side, "  - "))
        click.echo(wrapped(conflict.other_side, "  - "))
        click.echo(wrapped(conflict.what_we_do, "  > "))


def _assess(given: Mapping[str, Any], tables: str | None, part: Part) -> Assessment:
    assessment = assess(given, include={part}, tables=tables)
    if assessment.contradictions:
        raise InvalidInput(assessment.contradictions)
    return assessment


def _print(
    ctx: click.Context, assessment: Assessment, part: Workup | Tacrolimus, lines: Iterable[str], *, as_json: bool
) -> None:
    click.echo(part.model_dump_json(indent=2) if as_json else "\n".join([*lines, "", wrapped(assessment.disclaimer)]))
    if assessment.threshold is None:
        ctx.exit(exit_code(assessment.primary_problems))


def _workup_lines(workup: Workup) -> Iterator[str]:
    yield wrapped(workup.statement)
    for title, items in (("Investigations", workup.investigations), ("Interventions", workup.interventions)):
        for grade in Grade:
            yield ""
            yield f"{title}: {word(grade)}"
            for item in items:
                if item.grade == grade:
                    yield from _workup_item(item, now=workup.now)
    yield from _questions(workup.questions)


def _workup_item(item: WorkupItem, *, now: bool) -> Iterator[str]:
    yield wrapped(f"{item.label} ({word(item.concerns)}): {item.answer}", "- ")
    if now and item.verdict != Verdict.YES:
        yield from (wrapped(reason, "    ") for reason in item.because)
    if item.note:
        yield wrapped(item.note, "    ")
    yield from (wrapped(f"{each.text} [{each.source.key}]", "    ") for each in item.beside)
    for other in item.other_positions:
        yield wrapped(f"{other.body}: {other.position} [{other.source.key}]", "    ")


def _tacrolimus_lines(step: Tacrolimus) -> Iterator[str]:
    yield wrapped(step.threshold)
    yield from titled("What speaks against it", (f"{each.statement} {cited(each.source)}" for each in step.against))
    yield from titled(
        "What bodies say",
        (
            f"{each.body} ({each.year}), {each.topic}: {each.position} {cited(each.source)}"
            for each in step.guideline_positions
        ),
    )
    topics = "; ".join(conflict.topic for conflict in step.conflicts)
    yield from titled("Sources disagree on", [f"{topics}. See `rif-threshold conflicts`."])
    yield ""
    yield wrapped(step.summary)
    yield from titled(
        "Entry criteria, protocol by protocol",
        (f"{each.label}: {_verdict(each, protocol_word(each.verdict, each.held_by))}" for each in step.protocols),
    )
    yield from titled("To be read with it", (f"{note.text} {cited(note.source)}" for note in step.notes))
    yield from titled(
        "Stops (any yes: no protocol is met)", (_gate_words(item, GateEffect.STOPS) for item in step.stops)
    )
    yield from titled(
        "Holds (any yes: on hold, or not known: none can be called met)",
        (_gate_words(item, GateEffect.HOLDS) for item in step.holds),
    )
    yield from titled("Other medicines", map(_medicine_words, step.interactions))
    yield from titled(
        "What sources ask to be ruled out first",
        (f"{line.item} {cited(line.source)}: {line.status[:1].lower()}{line.status[1:]}" for line in step.checklist),
    )
    for protocol in step.protocols:
        yield ""
        yield from _protocol_lines(protocol)
    yield from titled("Beside every protocol", (f"{item.label} {cited(item.source)}" for item in step.advice))
    yield from titled("Monitoring, as sources describe it", map(_monitoring_words, step.monitoring))
    yield from titled(
        "What the label says", (f"{each.topic}: {each.content} {cited(each.source)}" for each in step.label)
    )
    yield from titled(
        "Pregnancy and breast-feeding",
        (
            f"{each.topic}: {each.content} {each.relevance}".strip() + f" {cited(each.source)}"
            for each in step.pregnancy_and_lactation
        ),
    )
    yield from _questions(step.questions)


def _loud(text: str, loud: bool) -> str:
    """A terminal has no bold type: what must not be overlooked is in capitals."""
    return text.upper() if loud else text


def _verdict(protocol: Protocol, words: str) -> str:
    return _loud(words, protocol.verdict == ProtocolVerdict.MEETS_ENTRY_CRITERIA)


def _gate_words(item: GateItem, effect: GateEffect) -> str:
    label = item.label_when_clear if item.verdict == Verdict.NO else item.label
    return f"{label}: {_loud(gate_word(item.verdict, effect), item.verdict != Verdict.NO)}"


def _medicine_words(found: Medication) -> str:
    """What was found for one medicine: its row, the effect, what it does to the step, what the source says."""
    named = f" (row: {found.row})" if found.row and found.row != found.typed else ""
    effect = f"Effect: {found.effect}. " if found.effect else ""
    keys = " ".join(cited(each) for each in (found.source, *found.further_sources) if each)
    does = _loud(word(found.gate), found.gate != GateEffect.NONE)
    quoted = f"{found.quoted}. " if found.quoted else ""
    return f"{found.typed}{named}: {does}. {effect}{found.action}. {quoted}{keys}".strip()


def _monitoring_words(each: Monitoring) -> str:
    trigger = f"Trigger: {each.trigger}. " if each.trigger else ""
    note = f"{each.note.rstrip('.')}. " if each.note else ""
    keys = " ".join(map(cited, (each.source, *each.further_sources)))
    return f"{each.item}: {each.when_done}. {trigger}{note}{keys}"


def _protocol_lines(protocol: Protocol) -> Iterator[str]:
    yield wrapped(f"{protocol.label} [{protocol.id}]: {_verdict(protocol, long_word(protocol.verdict))}")
    if protocol.indirect:
        yield wrapped(f"Indirect. {protocol.indirect_note}", "    ")
    yield from (wrapped(reason, "  - ") for reason in protocol.because)
    yield from (wrapped(f"{each.asks}: {each.note}", "    Note: ") for each in protocol.criteria if each.note)
    yield wrapped(f"Began: {protocol.start}. Ended: {protocol.stop}.", "    ")
    yield wrapped(protocol.dose_note, "    ")
    for band in protocol.dose_bands:
        mark = "  <- this ratio lies here in that study" if band.marked else ""
        yield wrapped(f"{dose_words(band)}{mark}", "    * ")
    yield from (wrapped(text, "    Found: ") for text in protocol.found)
    yield from (wrapped(text, "    Limit: ") for text in protocol.limits)
    yield wrapped(f"{cited(protocol.source)} {protocol.source.locator}", "    ")


def _questions(names: tuple[str, ...]) -> Iterator[str]:
    known = facts()
    yield from titled(
        "Still to be answered",
        (f"{name}: {known[name].question or f'{known[name].label} (recorded under findings)'}" for name in names),
    )
