"""The work-up's lists on the page: grade and verdict side by side, never merged."""

from collections.abc import Iterator

import streamlit as st

from rif_threshold.pathway import Workup, WorkupItem, facts
from rif_threshold.ui import questions
from rif_threshold.ui.fields import CONCERNS, GRADES
from rif_threshold.ui.inputs import Problems
from rif_threshold.ui.markdown import escaped, where
from rif_threshold.ui.whole import say
from rif_threshold.vocabulary import Grade, WorkupState
from rif_threshold.wording import capital


def legend() -> None:
    """What the three grades look like."""
    st.markdown(
        f"{' '.join(GRADES.values())}  \n:small[A grade is how strongly the source speaks, for everyone. "
        "Whether it applies to this couple now stands beside each item.]"
    )


def investigations(workup: Workup, problems: Problems) -> None:
    """The investigations by grade, with a place for what each showed."""
    for grade, items in _by_grade(workup.investigations):
        st.markdown(f"### {GRADES[grade]}")
        asked = {fact.investigation for fact in facts().values()}
        silent = [item for item in items if grade == Grade.NOT_RECOMMENDED and item.id not in asked]
        if silent:
            say(f"silent_{grade}", "\n".join(f"- {_line(item)}" for item in silent))
        for item in [item for item in items if item not in silent]:
            with st.container(border=True, key=f"item_{item.id}"):
                say(item.id, _line(item))
                questions.finding(item.id, item.label, problems, label_visibility="collapsed")


def interventions(workup: Workup) -> None:
    """The interventions by grade."""
    for grade, items in _by_grade(workup.interventions):
        say(f"interventions_{grade}", "\n".join((f"### {GRADES[grade]}", "", *(f"- {_line(item)}" for item in items))))


def _by_grade(items: tuple[WorkupItem, ...]) -> Iterator[tuple[Grade, list[WorkupItem]]]:
    for grade in Grade:
        if of_grade := [item for item in items if item.grade == grade]:
            yield grade, of_grade


def _line(item: WorkupItem) -> str:
    """One item in words: what it is, whom it concerns, whether it is for this couple now, and why."""
    because = "; ".join(reason for reason in item.because if reason)
    reason = because[:1].lower() + because[1:] if because.startswith("Not") else because
    why = f" ({escaped(reason)})" if reason and item.grade != Grade.NOT_RECOMMENDED else ""
    answer = escaped(capital(item.answer))
    shown = f"**{answer}**" if item.state == WorkupState.APPLIES else answer
    parts = [f"**{escaped(item.label)}** · {CONCERNS[item.concerns]}  \n{shown}{why}"]
    parts += [f"{escaped(other.body)}: {escaped(other.position)}" for other in item.other_positions]
    parts += [escaped(each.text) for each in item.beside]
    parts += [escaped(item.note)] if item.note else []
    parts.append(where(item.source))
    return "  \n".join([parts[0], *(f":small[{part}]" for part in parts[1:])])
