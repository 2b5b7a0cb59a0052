"""The verdicts of the immune step: one table, a row a protocol, each opening its card; and what stands above them."""

from collections.abc import Iterable, Iterator

import streamlit as st

from rif_threshold.pathway import Protocol, Tacrolimus, facts
from rif_threshold.pathway.tacrolimus import GateItem
from rif_threshold.ui.controls import fold
from rif_threshold.ui.fields import verdict_of
from rif_threshold.ui.markdown import escaped, markdown_table
from rif_threshold.ui.numbered import Numbered
from rif_threshold.ui.whole import say, whole
from rif_threshold.vocabulary import GateEffect, ProtocolVerdict, Verdict
from rif_threshold.wording import CRITERION, capital, gate_word, word

_LIES_HERE = "this ratio lies here in that study"
_ABOUT_STOPS = "Any that stops, and no protocol is met."
_ABOUT_HOLDS = (
    "Any that holds, and what is otherwise met is on hold. Any that is not answered, and nothing can be called met."
)
_MOST_NAMED = 2


def in_force(items: Iterable[GateItem]) -> list[str]:
    """What stops or holds, by name, as it stands inside a sentence."""
    return [
        _inside(item.label) if item.named == item.label else item.named  # medicines are named as they were typed
        for item in items
        if item.verdict == Verdict.YES
    ]


def _inside(label: str) -> str:
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def show(step: Tacrolimus, cited: Numbered) -> None:
    """The sentence, the table, and what stops or holds above it."""
    say("summary", f"## Protocol by protocol\n\n:small[{escaped(step.summary)}]\n\n{_gate(step, cited)}")
    with st.container(key="verdicts"):
        st.markdown("**Protocol** **Verdict** **What decides** **What it gave**")
        for each in step.protocols:
            row = _row(each, step)
            with whole(f"row_{each.id}", row):
                unfolded, panel = fold(row, f"fold_{each.id}")
                if unfolded:
                    with panel:
                        say(f"card_{each.id}", "\n".join((*_card(each, step), *_found(each, cited))))


def gate(step: Tacrolimus, cited: Numbered) -> str:
    """Every stop and hold with its source, also where it is clear."""
    lines: list[str] = []
    for effect, about, items in (
        (GateEffect.STOPS, _ABOUT_STOPS, step.stops),
        (GateEffect.HOLDS, _ABOUT_HOLDS, step.holds),
    ):
        lines += [f"### {capital(word(effect))}", "", about, "", *_lines(items, effect, cited), ""]
    return "\n".join(lines)


def _gate(step: Tacrolimus, cited: Numbered) -> str:
    """Only what stops, holds or is open, and how many are clear."""
    parts = []
    for effect, items in ((GateEffect.STOPS, step.stops), (GateEffect.HOLDS, step.holds)):
        if said := [f"{escaped(item.named)} {cited.number(*item.stands)}" for item in items if item.verdict == "yes"]:
            parts.append(f"**{capital(gate_word(Verdict.YES, effect))}**: {'; '.join(said)}.")
    above = (*step.stops, *step.holds)
    still = [item.label for item in above if item.verdict == Verdict.NOT_KNOWN]
    if len(still) == len(above):
        return ":small[Stops and holds: none is answered.]"
    parts += [f"**Open**: {escaped('; '.join(still))}."] if still else []
    parts += [] if step.questions else ["No verdict waits for another answer."]
    return f":small[{' '.join(parts)} {sum(item.verdict == Verdict.NO for item in above)} clear.]"


def _lines(items: Iterable[GateItem], effect: GateEffect, cited: Numbered) -> Iterator[str]:
    for item in items:
        label = item.label_when_clear if item.verdict == Verdict.NO else item.label
        said = capital(gate_word(item.verdict, effect))
        strong = f"**{said}**" if item.verdict == Verdict.YES else said
        yield f"- {strong}: {escaped(label)} :small[{cited.where(*item.stands)}]"


def _row(each: Protocol, step: Tacrolimus) -> str:
    """Protocol, verdict, what decides and what it gave: four marked pieces, which the style sets side by side."""
    gave = "; ".join(band.dose_as_published for band in each.dose_bands if band.marked) or (
        "see the card" if each.dose_bands else "not shown"
    )
    return f"**{escaped(each.label)}** {verdict_of(each)} :small[{_decides(each, step)}] :small[{escaped(gave)}]"


def _decides(each: Protocol, step: Tacrolimus) -> str:
    """What a verdict rests on, in a line: what stops or holds, the first criterion not met, or what is open."""
    if stopped := in_force(step.stops):
        return escaped(f"stopped: {'; '.join(stopped)}")
    if not each.criteria:
        return "prints no criteria that could be checked"
    match each.verdict:
        case ProtocolVerdict.MEETS_ENTRY_CRITERIA:
            decides = "every criterion is met, and nothing stops or holds"
        case ProtocolVerdict.ON_HOLD:
            decides = "; ".join(each.held_by)
        case ProtocolVerdict.DOES_NOT_MEET:
            refused = [criterion for criterion in each.criteria if criterion.verdict == Verdict.NO]
            decides = _some([f"asks for {criterion.asks} (here: {criterion.here})" for criterion in refused], 1)
        case _:
            decides = _open(each) or "every criterion is met; stops or holds are open"
    return escaped(decides)


def _open(each: Protocol) -> str:
    """The criteria that cannot be said: why, or what is not known."""
    known = facts()
    unsaid = [criterion for criterion in each.criteria if criterion.verdict == Verdict.NOT_KNOWN]
    missing = dict.fromkeys(known[name].label for criterion in unsaid for name in criterion.missing)
    said = [criterion.doubt for criterion in unsaid if criterion.doubt]
    return "; ".join([*said, *(f"open: {_some(list(missing), _MOST_NAMED)}" for _ in list(missing)[:1])])


def _some(said: list[str], most: int) -> str:
    """The first few, and how many more there are."""
    more = len(said) - most
    return "; ".join(said[:most]) + (f"; and {more} more" if more > 0 else "")


def _card(each: Protocol, step: Tacrolimus) -> Iterator[str]:
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


def _reasons(each: Protocol, step: Tacrolimus) -> Iterator[str]:
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


def _found(each: Protocol, cited: Numbered) -> Iterator[str]:
    yield "\n**What it found**\n"
    yield from (f"- {escaped(sentence)}" for sentence in each.found)
    yield "\n**Limits**\n"
    yield from (f"- {escaped(sentence)}" for sentence in each.limits)
    yield f"\n:small[{cited.where(*each.stands)}]"
