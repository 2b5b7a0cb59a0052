"""The work-up's lists on the page: one line an item, grade and verdict side by side, never merged."""

from collections.abc import Iterable, Mapping
from functools import cache

import streamlit as st

from rif_threshold.pathway import Workup, WorkupItem, facts, workup_lists
from rif_threshold.pathway.workup import WorkupEntry
from rif_threshold.rules import leaves
from rif_threshold.ui import questions
from rif_threshold.ui.controls import fold
from rif_threshold.ui.fields import CONCERNS, GRADES
from rif_threshold.ui.markdown import escaped
from rif_threshold.ui.numbered import Numbered
from rif_threshold.ui.whole import say
from rif_threshold.ui.widgets import Problems
from rif_threshold.vocabulary import Grade, WorkupState
from rif_threshold.wording import capital


def show(lists: Workup | None, problems: Problems, cited: Numbered) -> None:
    """Every line of both lists. Without an answer (``lists`` is ``None``) what was found stays, to be mended."""
    both, known = workup_lists(), _by_id(lists)
    every = [*both.investigations.values(), *both.interventions.values()]
    source = every[0].source
    st.markdown(
        f"{' '.join(GRADES.values())} :small[is how strongly ESHRE speaks, for everyone; what it means for this "
        f"couple now stands below each item. Both lists: {cited.number(source)}.]"
    )
    _list("##", [entry for entry in every if entry.grade != Grade.NOT_RECOMMENDED], known, problems, cited)
    against = [entry for entry in every if entry.grade == Grade.NOT_RECOMMENDED]
    unfolded, panel = fold(f"Not recommended: {len(against)} items", "fold_not_recommended")
    if unfolded:
        with panel:
            _list("###", against, known, problems, cited)


def _list(
    level: str, entries: list[WorkupEntry], known: Mapping[str, WorkupItem], problems: Problems, cited: Numbered
) -> None:
    """Items below one another: the investigations, then the interventions."""
    tests = workup_lists().investigations
    for title, listed in (
        ("Investigations", [entry for entry in entries if entry.id in tests]),
        ("Interventions", [entry for entry in entries if entry.id not in tests]),
    ):
        with st.container(key=f"items_{title}_{entries[0].grade}"):
            st.markdown(f"{level} {title}")
            for entry in listed:
                _item(entry, known, problems, cited)


def _by_id(lists: Workup | None) -> Mapping[str, WorkupItem]:
    items = (*lists.investigations, *lists.interventions) if lists else ()
    return {item.id: item for item in items}


@cache
def _asked_for() -> Mapping[str, tuple[str, ...]]:
    """The findings and answers that each line of the lists goes by, by the names of their facts."""
    both, known = workup_lists(), facts()
    return {
        entry.id: tuple(dict.fromkeys(leaf.fact for leaf in leaves(entry.when) if known[leaf.fact].kind != "derived"))
        for entry in (*both.investigations.values(), *both.interventions.values())
    }


@cache
def _leads_to() -> Mapping[str, tuple[str, ...]]:
    """The interventions that go by what an investigation found, by the investigation."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in workup_lists().interventions.values():
        for name in _asked_for()[entry.id]:
            if investigation := facts()[name].investigation:
                found[investigation] = (*found.get(investigation, ()), entry.label)
    return found


def _item(entry: WorkupEntry, known: Mapping[str, WorkupItem], problems: Problems, cited: Numbered) -> None:
    """One line: what it is, for whom and how it is graded; what is known; what follows."""
    investigation = entry.id in workup_lists().investigations
    asked = {fact.investigation for fact in facts().values()}
    with st.container(key=f"item_{entry.id}"):
        say(entry.id, "  \n".join(_lines(entry, known.get(entry.id), cited)))
        if investigation and (entry.grade != Grade.NOT_RECOMMENDED or entry.id in asked):
            questions.finding(entry.id, entry.label, problems, label_visibility="collapsed")
        for name in _asked_for()[entry.id]:
            if facts()[name].asked:
                questions.ask(facts()[name], problems)


def _lines(entry: WorkupEntry, item: WorkupItem | None, cited: Numbered) -> Iterable[str]:
    head = f"**{escaped(entry.label)}** · {CONCERNS[entry.concerns]}"
    if entry.grade == Grade.NOT_RECOMMENDED:
        yield head
    else:
        yield f"{head} {GRADES[entry.grade]}"
        follows = [f":small[If abnormal: {escaped(label)}]" for label in _leads_to().get(entry.id, ())]
        yield " · ".join([*_stands(item), *follows])
    for other in entry.other_positions:
        yield f":small[{escaped(other.body)}: {escaped(other.position)} {cited.number(other.source)}]"
    for each in item.beside if item else ():
        yield f":small[{escaped(each.text)}]"
    if entry.note:
        yield f":small[{escaped(entry.note)}]"


def _stands(item: WorkupItem | None) -> Iterable[str]:
    """Whether it is for this couple now, and why."""
    if item is None:
        return
    said_above = facts()["threshold_reached"].label
    parts = (part for reason in item.because for part in reason.split("; "))
    because = "; ".join(part for part in parts if part and not part.startswith(said_above))
    reason = because[:1].lower() + because[1:] if because.startswith("Not") else because
    answer = escaped(capital(item.answer))
    shown = f"**{answer}**" if item.state == WorkupState.APPLIES else answer
    yield f"{shown} :small[({escaped(reason)})]" if reason else shown
