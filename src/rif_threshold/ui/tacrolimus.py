"""The tacrolimus step on the page. What speaks against comes first and is never folded away."""

from collections.abc import Iterable
from functools import cache

import streamlit as st

from rif_threshold.charts.forest import describe_evidence, evidence_specification
from rif_threshold.charts.specification import Specification
from rif_threshold.pathway import (
    Medication,
    Protocol,
    Tacrolimus,
    conflicts_about,
    evidence,
    facts,
    guideline_positions,
)
from rif_threshold.pathway.medications import held_near
from rif_threshold.pathway.studies import study_words
from rif_threshold.pathway.tacrolimus import GateItem, gate_lists
from rif_threshold.rules import leaves
from rif_threshold.ui import questions
from rif_threshold.ui.controls import fold
from rif_threshold.ui.fields import verdict_of
from rif_threshold.ui.inputs import Problems
from rif_threshold.ui.markdown import escaped, literal, markdown_table, where
from rif_threshold.ui.whole import say
from rif_threshold.vocabulary import GateEffect, Part, Verdict
from rif_threshold.wording import CRITERION, capital, gate_word, shown_p, word

_RATIO = "th1_th2_ratio"
_LIES_HERE = "this ratio lies here in that study"
_ABOUT_HOLDS = (
    "Any that holds, and what is otherwise met is on hold. Any that is not answered, and nothing can be called met."
)
_ORDER = (Verdict.YES, Verdict.NO, Verdict.NOT_KNOWN)


@cache
def against() -> str:
    """What speaks against the whole step. The same for everyone."""
    return "\n".join(f"- {escaped(entry.statement)} :small[{where(entry.source)}]" for entry in gate_lists().against)


@cache
def positions() -> str:
    """What bodies say, and whether their text names the drug."""
    return markdown_table(
        ["Who", "On what", "What they say", "Names tacrolimus"],
        [
            [
                escaped(f"{each.body}, {each.year}"),
                escaped(each.topic),
                f"{escaped(each.position)} :small[(read: {each.source.read})]",
                escaped(each.names_tacrolimus),
            ]
            for each in guideline_positions()
        ],
    )


@cache
def disagreements() -> str:
    """Where sources on this step disagree."""
    return markdown_table(
        ["About", "One side", "The other", "What is done here"],
        [
            [f"**{escaped(each.topic)}**", escaped(each.one_side), escaped(each.other_side), escaped(each.what_we_do)]
            for each in conflicts_about(Part.TACROLIMUS)
        ],
    )


@cache
def _safety() -> frozenset[str]:
    """The facts that the stops and holds ask about."""
    entries = (*gate_lists().stop, *gate_lists().hold)
    return frozenset(leaf.fact for entry in entries if entry.when for leaf in leaves(entry.when))


def ask(step: Tacrolimus | None, problems: Problems) -> None:
    """The questions, as far as they can still change something, and the other medicines.

    Without an answer (``step`` is ``None``) what was answered stays, so that it can be mended.
    """
    asked = [fact.id for fact in questions.worth_asking(step.questions if step else ())]
    asked = list(dict.fromkeys([_RATIO, *asked]))
    for title, names in (
        ("The couple and the blood test", [name for name in asked if name not in _safety()]),
        ("What would stop or hold", [name for name in asked if name in _safety()]),
    ):
        if names:
            st.markdown(f"### {title}")
            questions.ask_all([facts()[name] for name in names], problems)
    if step and not step.questions:
        say("nothing_more", ":small[Nothing more that could be asked would change a verdict.]")
    for name in step.questions if step else ():
        if facts()[name].kind == "derived":  # asked elsewhere: on the first page, or as the list that follows
            say(f"still_open_{name}", f":small[Still open: {facts()[name].question}]")
    st.markdown("### Other medicines")
    questions.medications(problems)
    for number, found in enumerate(step.interactions if step else ()):
        _medicine(found, number)


def _medicine(found: Medication, number: int) -> None:
    """What was found for one medicine, and close names to choose from where it is not in the list."""
    kind = f" {capital(word(found.seriousness))}." if found.seriousness else ""
    via = f" (as {escaped(found.matched)})" if found.matched and found.matched != found.typed else ""
    effect = f" Effect: {escaped(found.effect)}." if found.effect else ""
    quoted = f" {escaped(found.quoted)}." if found.quoted else ""
    source = f" :small[{where(found.source)}]" if found.source else ""
    say(f"medicine_{number}", f"- {literal(found.typed)}{via}:{kind}{effect} {escaped(found.action)}.{quoted}{source}")
    if found.matched is None and not held_near(found):
        questions.checked(found)
    if found.suggestions:
        questions.suggestions(found)


def stops_and_holds(step: Tacrolimus) -> None:
    """The three lists above all protocols."""
    for effect, about, items in (
        (GateEffect.STOPS, "Any that stops, and no protocol is met.", step.stops),
        (GateEffect.HOLDS, _ABOUT_HOLDS, step.holds),
    ):
        say(effect, "\n".join((f"### {capital(word(effect))}", "", about, "", *_lines(items, effect))))
    applies = [item for item in step.advice if item.verdict != Verdict.NO]
    lines = [f"- {escaped(item.label)} :small[{where(item.source)}]" for item in applies]
    say("advice", "\n".join(("### To keep in mind", "", *lines)))


def _lines(items: Iterable[GateItem], effect: GateEffect) -> Iterable[str]:
    for item in sorted(items, key=lambda item: _ORDER.index(item.verdict)):
        label = item.label_when_clear if item.verdict == Verdict.NO else item.label
        said = capital(gate_word(item.verdict, effect))
        strong = f"**{said}**" if item.verdict == Verdict.YES else said
        yield f"- {strong}: {escaped(label)} :small[{where(item.source)}]"


def side_by_side(step: Tacrolimus) -> str:
    """Every protocol and its verdict, in one table."""
    rows = [[escaped(each.label), verdict_of(each)] for each in step.protocols]
    return markdown_table(["Published protocol", "This case"], rows)


def protocols(step: Tacrolimus) -> None:
    """Every protocol with its own verdict and reasons. They are never merged."""
    st.markdown("### Each protocol with its reasons")
    for first in range(0, len(step.protocols), 2):
        for column, protocol in zip(st.columns(2), step.protocols[first : first + 2], strict=False):
            with column, st.container(border=True, key=f"protocol_{protocol.id}"):
                say(f"reasons_{protocol.id}", "\n".join(_protocol(protocol, step)))
                unfolded, panel = fold("What it found, and its limits", f"fold_{protocol.id}")
                if unfolded:
                    with panel:
                        st.markdown("\n".join(_found(protocol)))


def _protocol(each: Protocol, step: Tacrolimus) -> Iterable[str]:
    yield f"**{escaped(each.label)}**\n"
    yield f"{verdict_of(each)}\n"
    if each.indirect:
        yield f"*Indirect: another disease.* {escaped(each.indirect_note)}\n"
    yield from _reasons(each, step)
    yield f"\nStart: {escaped(each.start)}. Stop: {escaped(each.stop)}.\n"
    if each.dose_bands:
        bands = [
            [escaped(band.dose_as_published), escaped(band.schedule), _LIES_HERE if band.marked else ""]
            for band in each.dose_bands
        ]
        yield f"\n{markdown_table(['What the protocol gave', 'How', 'Mark'], bands)}\n"
    yield f"\n:small[{escaped(each.dose_note)}]\n"


def _reasons(each: Protocol, step: Tacrolimus) -> Iterable[str]:
    """The protocol's own criteria, each with its answer; then what stands above all protocols, in one line."""
    known = facts()
    if not each.criteria:
        yield from (f"- {escaped(reason)}" for reason in each.because[:1])
    for criterion in each.criteria:
        if criterion.verdict == Verdict.NOT_KNOWN:
            here = criterion.doubt or f"not known: {'; '.join(known[name].label for name in criterion.missing)}"
        else:
            here = f"here: {criterion.here}"
        said = capital(CRITERION[criterion.verdict])
        said = f"**{said}**" if criterion.verdict == Verdict.NO else said
        note = f" :small[{escaped(criterion.note)}]" if criterion.note else ""
        yield f"- {said}: asks for {escaped(criterion.asks)} ({escaped(here)}){note}"
    stops = [item.verdict for item in step.stops]
    holds = [item.verdict for item in step.holds]
    if Verdict.YES in stops:
        yield f"- **Stopped** by {stops.count(Verdict.YES)} of the stops above"
    still = holds.count(Verdict.YES), holds.count(Verdict.NOT_KNOWN) + stops.count(Verdict.NOT_KNOWN)
    if any(still):
        yield f"- Above all protocols: {still[0]} on hold, {still[1]} not answered"


def _found(each: Protocol) -> Iterable[str]:
    yield from (f"- {escaped(sentence)}" for sentence in each.found)
    yield "\n**Limits**\n"
    yield from (f"- {escaped(sentence)}" for sentence in each.limits)
    yield f"\n:small[{where(each.source)}]"


def monitoring(step: Tacrolimus) -> str:
    """What is measured, when, and what the source reacts to."""
    return markdown_table(
        ["What", "When", "Reacts to", "Note"],
        [list(map(escaped, (each.item, each.when_done, each.trigger, each.note))) for each in step.monitoring],
    )


def pregnancy(step: Tacrolimus) -> str:
    """Label texts on pregnancy and lactation, and outcomes with their denominators."""
    return "\n".join(
        f"- **{escaped(each.topic)}.** {escaped(each.content)} {escaped(each.relevance)} :small[{where(each.source)}]"
        for each in step.pregnancy_and_lactation
    )


@cache
def _evidence() -> tuple[Specification, str, str]:
    compared = [each for study in evidence().studies for each in study.comparisons]
    rows = [
        [
            escaped(f"{study_words(each.published.study)}: {each.published.compares}"),
            escaped(each.published.outcome),
            escaped(f"{each.published.first_events}/{each.published.first_total} {each.published.first}"),
            escaped(f"{each.published.second_events}/{each.published.second_total} {each.published.second}"),
            escaped(each.published.printed or "not printed"),
            escaped(f"{shown_p(each.recomputed.fisher_exact_p)} / {shown_p(each.recomputed.chi_square_p)}"),
        ]
        for each in compared
    ]
    head = ["Comparison", "Outcome", "First group", "Second group", "Printed", "Fisher / chi-square p, recomputed here"]
    return evidence_specification(compared), describe_evidence(compared), markdown_table(head, rows)


def forest() -> None:
    """The published counts as a plot, and the same as a table. The intervals are recomputed here."""
    specification, words, table = _evidence()
    st.markdown("The shares are as published or counted back from what was published; the 95 % intervals are ours.")
    st.vega_lite_chart(specification, alt=words, key="forest")
    st.markdown(table)
