"""What is typed is judged here, and problems become words. This is the only place that catches errors."""

import copy
import re
import string
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from rif_threshold.assessment import Assessment, assess
from rif_threshold.errors import InvalidInput, Problem, TableError
from rif_threshold.fields import FIELDS, TRANSFER_FIELDS, place_words, without_codes
from rif_threshold.pathway import facts, workup_lists
from rif_threshold.tables import sources
from rif_threshold.ui import inputs
from rif_threshold.ui.markdown import escaped, literal
from rif_threshold.ui.whole import say, whole
from rif_threshold.vocabulary import Part
from rif_threshold.wording import capital, choices

_STILL_NEEDED = {"missing"}
_OF_PARTS = {"answers", "findings", "medications", "medications_checked", "medication_list_complete"}
_NEEDED = "this is needed"
"""How a problem begins that says no more than that something is missing; the page says it in other words."""


@dataclass(frozen=True)
class Judged:
    """What the page knows after judging what is typed: an assessment, or the problems that keep it from one.

    Both where something that only the work-up or the immune step asks for cannot be used: the threshold stands all the
    same, and the assessment is without them.
    """

    assessment: Assessment | None = None
    problems: tuple[Problem, ...] = ()
    untouched: bool = False

    def for_field(self, field: str) -> list[Problem]:
        """The problems that belong beside one field."""
        refused = [each for each in self.assessment.refused if not each.background] if self.assessment else []
        everything = [*self.problems, *(problem for route in refused for problem in route.problems)]
        return list(dict.fromkeys(problem for problem in everything if problem.field.split(", ")[0] == field))


def judge(*parts: Part) -> Judged:
    """Judge what is typed, now. Nothing is kept from an earlier run."""
    typed = inputs.typed_case()
    if not typed:
        return Judged(untouched=True)
    try:
        return Judged(assess(typed, include=parts, tables=inputs.table_in_use()))
    except InvalidInput as error:
        return Judged(_threshold_alone(typed, error.problems), error.problems)
    except TableError as error:
        st.error(f"The tables are not as they should be, and nothing is computed. {escaped(str(error))}")
        st.stop()


def _threshold_alone(typed: Mapping[str, Any], problems: Iterable[Problem]) -> Assessment | None:
    """The threshold, where all that cannot be used was asked by the parts that stand after it."""
    if {problem.field.partition(".")[0] for problem in problems} <= _OF_PARTS:
        rest = {name: value for name, value in typed.items() if name not in _OF_PARTS}
        with suppress(InvalidInput):
            return assess(rest, include=(), tables=inputs.table_in_use())
    return None


def still_open(problem: Problem) -> bool:
    """Whether something is only missing, or is still being typed: one more digit would make it right."""
    return problem.code in _STILL_NEEDED or _goes_on(problem.field, problem.given or "")


def _goes_on(field: str, given: str) -> bool:
    if not given or given.startswith("0"):
        return False
    typed = inputs.typed_case()
    return any(_right(typed, field, f"{given}{digit}") for digit in string.digits)


def _right(typed: Mapping[str, Any], field: str, longer: str) -> bool:
    """Whether a case with this in the field has no problem there."""
    case = copy.deepcopy(dict(typed))
    *way, last = field.split(".")
    place: Any = case
    try:
        for step in way:
            place = place[int(step) - 1] if isinstance(place, list) else place[step]
        if not isinstance(place[last], str):
            return False
        place[last] = longer
        judged = Judged(assess(case, include=(), tables=inputs.table_in_use()))
    except InvalidInput as error:
        judged = Judged(problems=error.problems)
    except (LookupError, TypeError, ValueError):  # a problem of no single field
        return False
    return not judged.for_field(field)


def of_part(judged: Judged) -> Judged:
    """The same for a page of a part, which answers that contradict each other or cannot be used leave without one."""
    assessment = judged.assessment
    if judged.problems:
        return Judged(problems=judged.problems)
    return Judged(problems=assessment.contradictions) if assessment and assessment.contradictions else judged


def said(problem: Problem) -> str:
    """One problem in words, for the person who typed it."""
    known = sources().get(problem.source)
    why = f" ({escaped(known.by if known else problem.source)})" if problem.source else ""
    confirmed = problem.code in {"small_percent", "high_percent"}
    place = f" with the switch in '{inputs.MORE}'" if confirmed else ""
    hint = problem.hint if problem.given else ""  # the word for something that is chosen here
    sentence = without_codes(replace(problem, allowed=f"{problem.allowed}{place}", hint=hint).sentence)
    if not problem.given:
        sentence = sentence.replace(_NEEDED, "still needed", 1)
    end = "" if sentence.endswith("?") and not why else "."
    return f"{_given(problem)}{escaped(capital(sentence))}{why}{end}"


def _given(problem: Problem) -> str:
    """What was typed, as it was; what was chosen, in its words."""
    if not problem.given:
        return ""
    if chosen := _options(problem.field).get(problem.given):
        return f"{literal(chosen)} is chosen. "
    several = "," in problem.field
    return f"{literal(without_codes(problem.given) if several else problem.given)} was given. "


def _options(field: str) -> Mapping[str, str]:
    """What a field of the case offers to choose from, in words; nothing where it is typed."""
    name = re.sub(r"^history\.\d+", "history", field)
    described = FIELDS.get(name) or TRANSFER_FIELDS.get(name)
    return choices(*described.choices) if described else {}


def beside(judged: Judged) -> Callable[[str], None]:
    """The function that shows a field's problems under it."""

    def show(field: str) -> None:
        for number, problem in enumerate(judged.for_field(field)):
            if still_open(problem):
                key = f"needed_{inputs.key_of(field)}_{number}"
                wanted = without_codes(problem.allowed).removeprefix(_NEEDED).removeprefix("; ")
                say(key, f":small[Still needed here{f': {escaped(wanted)}' if wanted else ''}.]")
            else:
                text = said(problem)
                with st.container(key=f"problem_{inputs.key_of(field)}_{number}"), whole(f"{field}_{number}", text):
                    st.error(text)

    return show


def answered(judged: Judged) -> Assessment | None:
    """Show why there is no answer, or return the assessment there is."""
    if judged.assessment is not None:
        if judged.problems:
            lines = "\n".join(problem_lines(judged.problems))
            say("of_parts", f"Typed on another page, and it cannot be used. The threshold does without it:\n{lines}")
        return judged.assessment
    wrong = [problem for problem in judged.problems if not still_open(problem)]
    with st.container(border=True, key="no_answer"), whole("no_answer", repr(judged)):
        if judged.untouched:
            st.markdown(
                "**No couple yet.** On the page *Threshold*, type the age, choose the embryos, and say how many "
                "transfers have failed.  \n:small[A couple that was here before is gone after an hour without a "
                "connection, or when the program was started anew. Its case code opens it.]"
            )
        elif wrong:
            st.markdown("**No answer: something typed cannot be used.**")
        else:
            st.markdown("**Not enough yet for an answer.**")
        if judged.problems:
            st.markdown("\n".join(problem_lines(judged.problems)))
    return None


def field_words(field: str) -> str:
    """A field's name as words: ``history.2.embryos`` is ``Transfer 2, embryos placed``."""
    return capital(" and ".join(map(_field, field.split(", "))))


def _field(name: str) -> str:
    kind, _, part = name.partition(".")
    if kind == "answers" and part in facts():
        return facts()[part].label
    if kind == "findings" and part in workup_lists().investigations:
        return workup_lists().investigations[part].label
    return place_words(name)


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """Problems as the lines of a list, each with the field it is about; what is said of several of one part once."""
    alike: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        whole_case = problem.field == "case"  # that is what the page is about
        part, _, field = ("" if whole_case else field_words(problem.field)).partition(", ")
        alike.setdefault((said(problem), part), []).append(field)
    lines = []
    for (text, part), listed in alike.items():
        place = ", ".join(filter(None, (part, "; ".join(listed))))
        lines.append(f"- {escaped(place)}: {text}" if place else f"- {text}")
    return lines
