"""The tacrolimus step on the page. What speaks against comes first and is never folded away."""

from collections.abc import Iterable
from functools import cache

import streamlit as st

from rif_threshold.charts.evidence import describe_evidence, evidence_specification
from rif_threshold.charts.specification import Specification
from rif_threshold.pathway import Protocol, Tacrolimus, conflicts, evidence, facts, guideline_positions
from rif_threshold.pathway.gate import GateItem, gate_lists
from rif_threshold.tables import SourceReference
from rif_threshold.ui import questions
from rif_threshold.ui.fields import PROTOCOL_VERDICTS, SERIOUSNESS
from rif_threshold.ui.inputs import Problems
from rif_threshold.ui.present import markdown_table, plain, worded
from rif_threshold.vocabulary import Verdict

SURFACE = "tacrolimus"
_LIES_HERE = "this ratio lies here in that study"
_ANSWER = {Verdict.YES: "**Yes**", Verdict.NO: "No", Verdict.NOT_KNOWN: "Not answered"}


def where(source: SourceReference) -> str:
    """A source in brackets."""
    return f"\\[{plain(source.key)}: {plain(source.locator)}\\]"


@cache
def against() -> str:
    """What speaks against the whole step. The same for everyone."""
    return "\n".join(f"- {plain(entry.statement)} :small[{where(entry.source)}]" for entry in gate_lists().against)


@cache
def positions() -> str:
    """What bodies say, and whether their text names the drug."""
    return markdown_table(
        ["Who", "On what", "What they say", "Names tacrolimus"],
        [
            [plain(f"{each.body}, {each.year}"), plain(each.topic), plain(each.position), plain(each.names_tacrolimus)]
            for each in guideline_positions()
        ],
    )


@cache
def disagreements() -> str:
    """Where sources on this step disagree."""
    return markdown_table(
        ["About", "One side", "The other", "What is done here"],
        [
            [f"**{plain(each.topic)}**", plain(each.one_side), plain(each.other_side), plain(each.what_we_do)]
            for each in conflicts()
            if each.surface == SURFACE
        ],
    )


def ask(step: Tacrolimus, problems: Problems) -> None:
    """The questions, as far as they can still change something, and the other medicines."""
    asked = list(questions.worth_asking(step.questions))
    ratio = facts()["th1_th2_ratio"]
    if ratio not in asked:
        asked.insert(0, ratio)
    questions.ask_all(asked, problems)
    if not step.questions:
        st.caption("Nothing more that could be asked would change a verdict.")
    questions.medications(problems)
    for found in step.interactions:
        kind = SERIOUSNESS.get(found.seriousness or "", worded(found.status))
        via = f" (as {plain(found.matched)})" if found.matched and found.matched != found.typed else ""
        effect = f" {plain(found.effect)}." if found.effect else ""
        source = f" :small[{where(found.source)}]" if found.source else ""
        st.markdown(f"- **{plain(found.typed)}**{via}: {kind}.{effect} {plain(found.action)}.{source}")
        if found.suggestions:
            questions.suggestions(found)


def gate(step: Tacrolimus) -> None:
    """The three lists above all protocols."""
    for title, about, items in (
        ("Stops", "Any yes, and no protocol is met.", step.stops),
        ("Holds", "Any yes, or anything not answered, and no protocol can be called met.", step.holds),
    ):
        st.markdown("\n".join((f"### {title}", "", about, "", *_lines(items))))
    applies = [item for item in step.advice if item.verdict != Verdict.NO]
    lines = [f"- {plain(item.label)} :small[{where(item.source)}]" for item in applies]
    st.markdown("\n".join(("### To keep in mind", "", *lines)))


def _lines(items: Iterable[GateItem]) -> Iterable[str]:
    for item in sorted(items, key=lambda item: list(_ANSWER).index(item.verdict)):
        yield f"- {_ANSWER[item.verdict]}: {plain(item.label)} :small[{where(item.source)}]"


def protocols(step: Tacrolimus) -> None:
    """Every protocol with its own verdict and reasons. They are never merged."""
    rows = [[plain(each.label), PROTOCOL_VERDICTS[each.verdict]] for each in step.protocols]
    st.markdown(markdown_table(["Published protocol", "This case"], rows))
    pairs = st.columns(2)
    for number, protocol in enumerate(step.protocols):
        with pairs[number % 2], st.container(border=True, key=f"protocol_{protocol.id}"):
            st.markdown("\n".join(_protocol(protocol)))


def _protocol(each: Protocol) -> Iterable[str]:
    yield f"**{plain(each.label)}**\n"
    yield f"{PROTOCOL_VERDICTS[each.verdict]}\n"
    if each.indirect:
        yield f"*Indirect: another disease.* {plain(each.indirect_note)}\n"
    yield from (f"- {plain(reason)}" for reason in each.because)
    known = facts()
    if each.missing:
        yield f"\nStill missing: {plain('; '.join(known[name].label for name in each.missing))}.\n"
    yield f"\n*What it did.* Start: {plain(each.start)}. Stop: {plain(each.stop)}.\n"
    if each.dose_bands:
        bands = [
            [
                plain(band.dose_as_published),
                plain(band.schedule),
                "this ratio lies here in that study" if band.marked else "",
            ]
            for band in each.dose_bands
        ]
        yield f"\n{markdown_table(['What the protocol gave', 'How', 'Mark'], bands)}\n"
    yield f"\n:small[{plain(each.dose_note)}]\n"
    yield f"\n*What it found.* {plain(' '.join(each.found))}\n"
    yield f"\n*Limits.* {plain(' '.join(each.limits))}\n"
    yield f"\n:small[{where(each.source)}]"


def monitoring(step: Tacrolimus) -> str:
    """What is measured, when, and what the source reacts to."""
    return markdown_table(
        ["What", "When", "Reacts to", "Note"],
        [[plain(each.item), plain(each.when_done), plain(each.trigger), plain(each.note)] for each in step.monitoring],
    )


def pregnancy(step: Tacrolimus) -> str:
    """Label texts on pregnancy and lactation, and outcomes with their denominators."""
    return "\n".join(
        f"- **{plain(each.topic)}.** {plain(each.content)} {plain(each.relevance)} :small[{where(each.source)}]"
        for each in step.pregnancy_and_lactation
    )


@cache
def _evidence() -> tuple[Specification, str, str]:
    compared = [each for study in evidence().studies for each in study.comparisons]
    rows = [
        [
            plain(f"{each.published.study.replace('_', ' ')}: {each.published.compares}"),
            plain(each.published.outcome),
            plain(f"{each.published.first_events}/{each.published.first_total} {each.published.first}"),
            plain(f"{each.published.second_events}/{each.published.second_total} {each.published.second}"),
            plain(each.published.printed or "nothing"),
            f"{each.recomputed.fisher_exact_p:.3f} / {each.recomputed.chi_square_p:.3f}",
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
