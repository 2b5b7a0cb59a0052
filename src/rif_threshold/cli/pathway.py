"""``rif-threshold workup``, ``tacrolimus``, ``evidence`` and ``conflicts``: what comes after the threshold."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from rif_threshold.assessment import Assessment, assess, default_parts
from rif_threshold.cli.common import as_json as to_json
from rif_threshold.cli.common import case_options, exit_code, json_option, wrapped
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.pathway import Evidence, Protocol, Study, Tacrolimus, Workup, WorkupItem, conflicts, evidence, facts
from rif_threshold.pathway.gate import ChecklistLine, GateItem
from rif_threshold.pathway.protocols import DoseRow
from rif_threshold.tables import SourceReference
from rif_threshold.vocabulary import Grade, Part, ProtocolVerdict, Verdict

_GRADES = {
    Grade.RECOMMENDED: "recommended",
    Grade.CAN_BE_CONSIDERED: "can be considered",
    Grade.NOT_RECOMMENDED: "not recommended",
}
_APPLIES = {Verdict.YES: "applies", Verdict.NO: "does not apply", Verdict.NOT_KNOWN: "cannot say"}
_VERDICTS = {
    ProtocolVerdict.MEETS_ENTRY_CRITERIA: "MEETS THE ENTRY CRITERIA",
    ProtocolVerdict.DOES_NOT_MEET: "does not meet the entry criteria",
    ProtocolVerdict.CANNOT_SAY: "cannot say whether it meets the entry criteria",
}


@click.command("workup")
@case_options
@json_option
@click.pass_context
def workup_command(ctx: click.Context, given: Mapping[str, Any], tables: str | None, *, as_json: bool) -> None:
    r"""Show ESHRE's graded investigations and interventions, and which concern this couple now.

    Before the threshold is crossed the lists are there and say *not yet*. Findings of investigations are recorded in
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
    r"""Show the contested, off-label tacrolimus step, protocol by protocol. It is no advice to treat.

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
    """List the studies with their counts, what bodies say, and definitions; figures of ours are labelled so."""
    _needs(Part.TACROLIMUS)
    found = evidence(study)
    lines = _study_lines(found.studies[0]) if study else _evidence_lines(found)
    click.echo(found.model_dump_json(indent=2) if as_json else "\n".join(lines))


@click.command("conflicts")
@json_option
def conflicts_command(*, as_json: bool) -> None:
    """List where sources disagree, and what is done about each."""
    surfaces = {"threshold", "workup"} | ({"tacrolimus", "pregnancy"} if Part.TACROLIMUS in default_parts() else set())
    found = [conflict for conflict in conflicts() if conflict.surface in surfaces]
    if as_json:
        click.echo(to_json([conflict.model_dump(mode="json") for conflict in found]))
        return
    for conflict in found:
        click.echo(wrapped(f"{conflict.topic} [{conflict.source.key}]"))
        click.echo(wrapped(conflict.one_side, "  - "))
        click.echo(wrapped(conflict.other_side, "  - "))
        click.echo(wrapped(conflict.what_we_do, "  > "))


def _needs(part: Part) -> None:
    """Raise `InvalidInput` where a setting leaves this part out of every surface."""
    if part not in default_parts():
        raise InvalidInput((Problem("RIF_THRESHOLD_WITHOUT", part.value, "this part is left out here", "left_out"),))


def _assess(given: Mapping[str, Any], tables: str | None, part: Part) -> Assessment:
    _needs(part)
    return assess(given, include={part}, tables=tables)


def _print(
    ctx: click.Context, assessment: Assessment, part: Workup | Tacrolimus, lines: Iterable[str], *, as_json: bool
) -> None:
    click.echo(part.model_dump_json(indent=2) if as_json else "\n".join([*lines, "", wrapped(assessment.disclaimer)]))
    if assessment.threshold is None:
        ctx.exit(exit_code(assessment.primary_problems))


def _workup_lines(workup: Workup) -> Iterator[str]:
    yield wrapped(workup.statement)
    for title, items in (("Investigations", workup.investigations), ("Interventions", workup.interventions)):
        for grade, words in _GRADES.items():
            yield ""
            yield f"{title}: {words}"
            for item in items:
                if item.grade == grade:
                    yield from _workup_item(item, now=workup.now)
    yield from _questions(workup.questions)


def _workup_item(item: WorkupItem, *, now: bool) -> Iterator[str]:
    answer = _APPLIES[item.verdict] if now or item.verdict == Verdict.NOT_KNOWN else "not yet"
    if item.grade == Grade.NOT_RECOMMENDED and item.verdict == Verdict.YES:
        answer = "graded not recommended"
    finding = f"; found: {item.finding.value.replace('_', ' ')}" if item.finding else ""
    yield wrapped(f"{item.label} ({item.concerns.value}): {answer}{finding}", "- ")
    if now and item.verdict != Verdict.YES:
        yield from (wrapped(reason, "    ") for reason in item.because)
    if item.note:
        yield wrapped(item.note, "    ")
    for other in item.other_positions:
        yield wrapped(f"{other.body}: {other.position} [{other.source.key}]", "    ")


def _tacrolimus_lines(step: Tacrolimus) -> Iterator[str]:
    yield wrapped(step.threshold)
    yield from _titled("What speaks against it", (f"{each.statement} {_cited(each.source)}" for each in step.against))
    yield from _titled(
        "What bodies say",
        (f"{each.body} ({each.year}), {each.topic}: {each.position}" for each in step.guideline_positions),
    )
    topics = "; ".join(conflict.topic for conflict in step.conflicts)
    yield from _titled("Sources disagree on", [f"{topics}. See `rif-threshold conflicts`."])
    yield ""
    yield wrapped(step.summary)
    yield from (wrapped(f"{note.text} {_cited(note.source)}", "- ") for note in step.notes)
    yield from _titled("Stops (any yes: no protocol is met)", (_gate_words(item, "STOPS") for item in step.stops))
    yield from _titled(
        "Holds (any yes or not known: none can be called met)", (_gate_words(item, "HOLDS") for item in step.holds)
    )
    yield from _titled("Other medicines", (f"{each.typed}: {each.action}" for each in step.interactions))
    yield from _titled("What sources ask to be ruled out first", map(_checklist_words, step.checklist))
    for protocol in step.protocols:
        yield ""
        yield from _protocol_lines(protocol)
    yield from _titled("Beside every protocol", (f"{item.label} {_cited(item.source)}" for item in step.advice))
    yield from _titled(
        "Monitoring, as sources describe it",
        (f"{each.item}: {each.when_done}. {each.note}".strip() for each in step.monitoring),
    )
    yield from _titled("What the label says", (f"{each.topic}: {each.content}" for each in step.label))
    yield from _titled(
        "Pregnancy and breast-feeding",
        (f"{each.topic}: {each.content} {each.relevance}".strip() for each in step.pregnancy_and_lactation),
    )
    yield from _questions(step.questions)


def _gate_words(item: GateItem, yes: str) -> str:
    words = {Verdict.YES: yes, Verdict.NO: "clear", Verdict.NOT_KNOWN: "NOT ANSWERED"}
    return f"{item.label}: {words[item.verdict]}"


def _checklist_words(line: ChecklistLine) -> str:
    known = f"Known: {line.here}." if line.here else ""
    unknown = f"Not known: {len(line.missing)}." if line.missing else ""
    return f"{line.item} [{line.source.key}]. {known} {unknown}".strip()


def _protocol_lines(protocol: Protocol) -> Iterator[str]:
    yield wrapped(f"{protocol.label} [{protocol.id}]: {_VERDICTS[protocol.verdict]}")
    if protocol.indirect:
        yield wrapped(f"Indirect. {protocol.indirect_note}", "    ")
    yield from (wrapped(reason, "  - ") for reason in protocol.because)
    yield wrapped(f"Began: {protocol.start}. Ended: {protocol.stop}.", "    ")
    yield wrapped(protocol.dose_note, "    ")
    for band in protocol.dose_bands:
        mark = "  <- this ratio lies here in that study" if band.marked else ""
        note = f" ({band.note})" if band.note else ""
        yield wrapped(f"{_band_edges(band)}{band.dose_as_published}{note}{mark}", "    * ")
    yield from (wrapped(text, "    Found: ") for text in protocol.found)
    yield from (wrapped(text, "    Limit: ") for text in protocol.limits)
    yield wrapped(f"{_cited(protocol.source)} {protocol.source.locator}", "    ")


def _band_edges(row: DoseRow) -> str:
    if row.ratio_from is None:
        return ""
    return f"ratio {row.ratio_from}{' or more' if row.ratio_below is None else f' to below {row.ratio_below}'}: "


def _evidence_lines(found: Evidence) -> Iterator[str]:
    yield from _titled("Studies", (f"{each.study.id}: {each.study.design}. {each.citation}" for each in found.studies))
    yield ""
    yield "One in full: rif-threshold evidence --study ID"
    yield from _titled(
        "What bodies say",
        (f"{each.body} ({each.year}), {each.topic}: {each.position}" for each in found.guideline_positions),
    )
    yield from _titled(
        "Doses, as published",
        (
            f"{each.source.key}: {_band_edges(each)}{each.dose_as_published}. {each.note}".strip()
            for each in found.doses
        ),
    )
    yield from _titled(
        "Start and stop",
        (f"{each.source.key}: {each.start or 'start not stated'}; {each.stop}" for each in found.timing),
    )
    yield from _titled(
        "Endometrial profiles (ESHRE 2024 abstract 374; percentages as printed, counts back-calculated by us)",
        (
            f"{each.id}, {each.women} women, {each.treatment}: clinical pregnancy"
            f" {each.clinical_pregnancy_percent_printed} % ({each.clinical_pregnancies_back_calculated}), live birth"
            f" {each.live_birth_percent_printed} % ({each.live_births_back_calculated})"
            for each in found.profiles
        ),
    )
    yield from _titled("Profiles elsewhere", (f"{each.women}: {each.finding}" for each in found.other_profiles))
    yield from _titled("What the label says", (f"{each.topic}: {each.content}" for each in found.label))
    yield from _titled(
        "Definitions of recurrent implantation failure",
        (f"{each.body} ({each.year}): {each.number}. {each.embryos}".rstrip(". ") for each in found.definitions),
    )
    yield from _titled(
        "What is known about the formula",
        (f"{each.model}: {each.finding} {_cited(each.source)}" for each in found.model_critique),
    )


def _study_lines(study: Study) -> Iterator[str]:
    yield wrapped(study.citation)
    for name, value in study.study:
        if name not in {"id", "source", "further_sources"} and value:
            yield wrapped(f"{name.replace('_', ' ')}: {value}", "- ")
    yield wrapped(f"read: {study.study.source.read} ({study.study.source.locator})", "- ")
    for each in study.comparisons:
        published, ours = each.published, each.recomputed
        yield ""
        yield wrapped(
            f"{published.outcome}, {published.compares}: {published.first} {published.first_events} of"
            f" {published.first_total}, {published.second} {published.second_events} of {published.second_total}."
            f" Printed: {published.printed or 'no test'}. Counts: {published.counts}."
        )
        low, high = ours.second_percent_interval
        yield wrapped(
            f"{ours.label}: Fisher exact p = {ours.fisher_exact_p:.3f}; uncorrected chi-square p ="
            f" {ours.chi_square_p:.3f}; exact 95 % interval of {published.second}: {low:.1f} to {high:.1f} %",
            "    ",
        )


def _titled(title: str, texts: Iterable[str]) -> Iterator[str]:
    """A heading and a list below it; nothing where the list is empty."""
    listed = list(texts)
    if listed:
        yield ""
        yield title
        yield from (wrapped(text, "- ") for text in listed)


def _questions(names: tuple[str, ...]) -> Iterator[str]:
    known = facts()
    yield from _titled(
        "Still to be answered",
        (f"{name}: {known[name].question or f'{known[name].label} (recorded under findings)'}" for name in names),
    )


def _cited(source: SourceReference) -> str:
    return f"[{source.key}]"
