"""The immune step on the page: what speaks against it, the questions in three sections, and what is folded."""

from collections.abc import Iterable
from functools import cache

import streamlit as st

from rif_threshold.charts.forest import describe_evidence, evidence_specification
from rif_threshold.charts.specification import Specification
from rif_threshold.pathway import Fact, Tacrolimus, conflicts_about, evidence, facts, guideline_positions
from rif_threshold.pathway.studies import study_words
from rif_threshold.pathway.summary import protocol_names
from rif_threshold.pathway.tacrolimus import gate_lists
from rif_threshold.ui import inputs, questions, widgets
from rif_threshold.ui.markdown import escaped, markdown_table
from rif_threshold.ui.numbered import Numbered
from rif_threshold.ui.questions import Standing
from rif_threshold.ui.verdicts import in_force
from rif_threshold.ui.whole import say
from rif_threshold.ui.widgets import Problems
from rif_threshold.vocabulary import Part, ProtocolVerdict
from rif_threshold.wording import shown_p

_RATIO = "th1_th2_ratio"
_LIST = "medication_list_complete"
_SHARED = ("failed_transfers", "ploidy")
"""Fields of the first page that the protocols ask about."""


def strip_words(step: Tacrolimus) -> str:
    """The verdict line: what is still to be answered, what stops or holds, and what is met. There is no total."""
    met = [
        name.removeprefix("the ").removeprefix("a ")
        for name in protocol_names(
            each for each in step.protocols if each.verdict == ProtocolVerdict.MEETS_ENTRY_CRITERIA
        )
    ]
    parts = {
        "": f"{len(step.questions)} unanswered" if step.questions else "",
        "stopped: ": "; ".join(in_force(step.stops)),
        "on hold: ": "; ".join(in_force(step.holds)),
        "met: ": "; ".join(met) or ("" if step.questions else "none"),
    }
    return " · ".join(f"{begins}{said}" for begins, said in parts.items() if said)


def against(cited: Numbered) -> None:
    """What speaks against the whole step: five lines, the same for everyone."""
    short = [entry for entry in gate_lists().against if entry.short]
    st.markdown("\n".join(f"- {escaped(entry.short)} {cited.number(*entry.stands)}" for entry in short))


def bodies() -> int:
    """How many bodies are quoted."""
    return len({each.body for each in guideline_positions()})


def positions(cited: Numbered) -> str:
    """What speaks against it in full; what bodies say, and whether their text names the drug."""
    full = [f"- {escaped(entry.statement)} :small[{cited.where(*entry.stands)}]" for entry in gate_lists().against]
    said = [
        [
            escaped(f"{each.body}, {each.year}"),
            escaped(each.topic),
            f"{escaped(each.position)} :small[(read: {each.source.read}) {cited.number(*each.stands)}]",
            escaped(each.names_tacrolimus),
        ]
        for each in guideline_positions()
    ]
    return "\n".join((*full, "", markdown_table(["Who", "On what", "What they say", "Names tacrolimus"], said)))


def disagreements(cited: Numbered) -> str:
    """Where sources on this step disagree."""
    return markdown_table(
        ["About", "One side", "The other", "What is done here"],
        [
            [
                f"**{escaped(each.topic)}** {cited.number(*each.stands)}",
                *map(escaped, (each.one_side, each.other_side, each.what_we_do)),
            ]
            for each in conflicts_about(Part.TACROLIMUS)
        ],
    )


def entry(step: Tacrolimus | None, problems: Problems, standing: Standing) -> None:
    """The couple, the blood test and what the work-up showed: the ratio first."""
    asked = questions.entry()
    ratio = facts()[_RATIO]
    with st.container(key="ask_entry"):
        say("entry", f"## Entry\n\n{_counter(asked, step, standing)}")
        questions.ask(ratio, problems, standing)
        say("ratio", f":small[{escaped(_without_ratio(step))} {_still_open(step)}]")
        if not st.session_state.get(inputs.HISTORY_GIVEN):
            for name in _SHARED:
                widgets.field(name, problems)
        for fact in asked:
            if fact != ratio:
                questions.ask(fact, problems, standing)


def safety(step: Tacrolimus | None, problems: Problems, standing: Standing) -> None:
    """What would stop or hold. "No" is clear throughout."""
    asked = questions.safety()
    with st.container(key="ask_safety"):
        say("safety", f"## Safety\n\n{_counter(asked, step, standing)}")
        for fact in asked:
            questions.ask(fact, problems, standing)


def medicines_head(step: Tacrolimus | None) -> None:
    """The head of the list of medicines, and whether a verdict waits for it."""
    found = step.interactions if step else ()
    listed = f"{len(found)} listed" if found else "None listed"
    say("medicines", f"## Medicines\n\n:small[{listed}. {_still_open(step, only=_LIST)}]")


def _still_open(step: Tacrolimus | None, *, only: str = "") -> str:
    """What a verdict waits for that has no question of its own: it is given with the case, or as a list."""
    derived = [name for name in (step.questions if step else ()) if facts()[name].kind == "derived"]
    wanted = [name for name in derived if (name == only if only else name != _LIST)]
    asked = [(facts()[name].question or "").partition("?")[0] for name in wanted]  # how to answer it is seen here
    return " ".join(f"Still open: {question}?" for question in asked)


def _counter(asked: Iterable[Fact], step: Tacrolimus | None, standing: Standing) -> str:
    """How many are answered and open, and why the rest is grey."""
    found = list(asked)
    done = [fact for fact in found if questions.answered(fact)]
    still = [fact for fact in found if fact.id in standing.open]
    grey = [fact for fact in found if not standing.matters(fact)]
    known = [fact for fact in found if fact.id in standing.known]
    counted = {
        "known from the rest of the case": len(known),
        "answered": len(done),
        "open": len(still) if standing.decided else 0,
    }
    line = " · ".join(f"{count} {said}" for said, count in counted.items() if count) or "None answered"
    if step and grey:
        why = "what stops, stops them all" if in_force(step.stops) else "no verdict turns on them any more"
        line += f" · {len(grey)} grey: {why}"
    return f":small[{line}.]"


def _without_ratio(step: Tacrolimus | None) -> str:
    """Which protocols can still be met without a ratio."""
    if step is None or _RATIO not in step.questions:
        return "The ratio decides most protocols."
    alive = [each for each in step.protocols if each.verdict != ProtocolVerdict.DOES_NOT_MEET and each.criteria]
    free = [each for each in alive if all(_RATIO not in criterion.missing for criterion in each.criteria)]
    said = "; ".join(dict.fromkeys(each.named for each in free)) or "no protocol"
    return f"Without a ratio, still possible: {said}."


def notes(step: Tacrolimus, *, of_this_case: bool) -> str:
    """The sentences beside the verdicts: those that this case gives rise to, or those for everyone."""
    said = [note for note in step.notes if bool(note.when) == of_this_case]
    return "\n".join(f"- {escaped(note.text)}" for note in said)


def keep_in_mind(step: Tacrolimus, cited: Numbered) -> str:
    """What changes no verdict."""
    return "\n".join(f"- {escaped(item.label)} :small[{cited.where(*item.stands)}]" for item in step.advice)


def monitoring(step: Tacrolimus) -> str:
    """What is measured, when, and what the source reacts to."""
    return markdown_table(
        ["What", "When", "Reacts to", "Note"],
        [list(map(escaped, (each.item, each.when_done, each.trigger, each.note))) for each in step.monitoring],
    )


def pregnancy(step: Tacrolimus, cited: Numbered) -> str:
    """Label texts on pregnancy and lactation, and outcomes with their denominators."""
    return "\n".join(
        f"- **{escaped(each.topic)}.** {escaped(each.content)} {escaped(each.relevance)}"
        f" :small[{cited.where(*each.stands)}]"
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
