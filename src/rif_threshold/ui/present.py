"""Results become Streamlit calls here. This is the only place that catches errors."""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

import streamlit as st

from rif_threshold import sentences
from rif_threshold.assessment import Assessment, assess
from rif_threshold.errors import InvalidInput, Problem, TableError
from rif_threshold.estimate import chance_words
from rif_threshold.fields import title_of, without_codes
from rif_threshold.pathway import facts, workup_lists
from rif_threshold.tables import OURS, Remark, SourceReference
from rif_threshold.ui import inputs
from rif_threshold.vocabulary import Part
from rif_threshold.wording import (
    capital,
    long_word,
    number_words,
    percent_words,
    transfer_state,
    transfers_words,
)

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_HISTORY = re.compile(r"^history\.(\d+)\.?")
_STILL_NEEDED = {"missing"}


@dataclass(frozen=True)
class Judged:
    """What the page knows after judging what is typed: an assessment, or the problems that keep it from one."""

    assessment: Assessment | None = None
    problems: tuple[Problem, ...] = ()
    untouched: bool = False

    def for_field(self, field: str) -> list[Problem]:
        """The problems that belong beside one field."""
        refused = self.assessment.refused if self.assessment else ()
        everything = [*self.problems, *(problem for route in refused for problem in route.problems)]
        return list(dict.fromkeys(problem for problem in everything if problem.field.split(", ")[0] == field))


def judge(*parts: Part) -> Judged:
    """Judge what is typed, now. Nothing is kept from an earlier run."""
    typed = inputs.typed_case()
    if not typed:
        return Judged(untouched=True)
    try:
        return Judged(assess(typed, include=parts))
    except InvalidInput as error:
        return Judged(problems=error.problems)
    except TableError as error:
        st.error(f"The tables are not as they should be, and nothing is computed. {plain(str(error))}")
        st.stop()


def plain(text: str) -> str:
    r"""Text that is shown as it is, with nothing in it taken for markup.

    >>> print(plain("[x](y)"))
    \[x\]\(y\)
    """
    return _PUNCTUATION.sub(r"\\\1", text)


def literal(text: str) -> str:
    """What was typed, set apart as it is: neither markup nor a link.

    >>> literal("http://x.y `z`")
    "`http://x.y 'z'`"
    """
    return f"`{text.replace('`', chr(39))}`"


def said(problem: Problem) -> str:
    """One problem in words, for the person who typed it."""
    given = f"{literal(problem.given)} was given. " if problem.given else ""
    why = f" ({plain(problem.source)})" if problem.source else ""
    place = " with the switch in 'The threshold and the main route'" if problem.code == "small_percent" else ""
    sentence = without_codes(replace(problem, allowed=f"{problem.allowed}{place}").sentence)
    end = "" if sentence.endswith("?") and not why else "."
    return f"{given}{plain(capital(sentence))}{why}{end}"


def beside(judged: Judged) -> Callable[[str], None]:
    """The function that shows a field's problems under it."""

    def show(field: str) -> None:
        for number, problem in enumerate(judged.for_field(field)):
            if problem.code in _STILL_NEEDED:
                st.caption(f"Still needed here: {plain(without_codes(problem.allowed))}.")
            else:
                with st.container(key=f"problem_{inputs.key_of(field)}_{number}"):
                    st.error(said(problem))

    return show


def answered(judged: Judged) -> Assessment | None:
    """Show why there is no answer, or return the assessment there is."""
    if judged.assessment is not None:
        return judged.assessment
    wrong = [problem for problem in judged.problems if problem.code not in _STILL_NEEDED]
    with st.container(border=True, key="no_answer"):
        if judged.untouched:
            st.markdown(
                "**No couple yet.** On the page *Chance and threshold*, type the age, choose the embryos, and say "
                "how many transfers have failed."
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
    return " and ".join(map(_field, field.split(", ")))


def _field(name: str) -> str:
    if at := _HISTORY.match(name):
        part = name.removeprefix(at.group())
        return f"transfer {at.group(1)}{f', {title_of(part)}' if part else ''}"
    if title := title_of(name):
        return title if name == "case" else capital(title)
    kind, _, part = name.partition(".")
    if kind == "answers" and part in facts():
        return facts()[part].label
    if kind == "findings" and part in workup_lists().investigations:
        return workup_lists().investigations[part].label
    return f"{title_of(kind) or kind}, {title_of(part) or part}"


def repeated(assessment: Assessment) -> None:
    """Repeat the inputs a result is for."""
    st.caption(f"For: {plain(sentences.inputs_words(assessment))}.")


def statement(text: str) -> str:
    """A statement with the word before its colon in bold: ``Now: ...``, ``Not yet: ...``."""
    word, colon, rest = text.partition(":")
    return f"**{word}{colon}**{rest}" if colon else text


def footer(assessment: Assessment) -> None:
    """What this is not, and which version made it."""
    st.caption(f"{assessment.disclaimer} {assessment.software.name} {assessment.software.version}.")


def where(source: SourceReference) -> str:
    """A source in brackets."""
    return f"\\[{plain(source.key)}: {plain(source.locator)}\\]"


def bold_numbers(text: str) -> str:
    """Text with its whole numbers in bold."""
    return re.sub(r"(?<![\d.,])(\d+(?:,\d{3})*)(?![\d.]|\s*%)", r"**\1**", text)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""A small table as markdown. Cells are markdown; what was typed has to come through `plain`.

    >>> print(markdown_table(["a"], [["1"]]))
    | a |
    | --- |
    | 1 |
    """
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell.replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def fold(label: str, key: str) -> tuple[bool, AbstractContextManager[object]]:
    """A panel that starts folded and costs nothing while it is. Returns whether it is open, and the panel."""
    panel = st.expander(label, key=key, on_change="rerun")
    return (True, panel) if panel.open else (False, nullcontext())


def actions() -> None:
    """Load an example, or forget everything."""
    with st.container(horizontal=True, key="actions"):
        st.menu_button(
            "Load an example", list(inputs.examples()), key="example", on_click=inputs.load, args=("example",)
        )
        st.button("New couple", key="new_couple", on_click=inputs.clear, help="Clears every field on every page.")


def threshold_answer(assessment: Assessment) -> None:
    """The answer in words, where this couple stands, and the three numbers that must not be mixed up."""
    answer, primary = assessment.threshold, assessment.primary
    lines = [
        f"## {bold_numbers(sentences.headline(assessment))}",
        bold_numbers(sentences.standing(assessment)),
        f":small[For: {plain(sentences.inputs_words(assessment))}.]",
    ]
    if answer is None or primary is None:
        lines.append("\n".join(problem_lines(assessment.primary_problems)))
    else:
        lines.append(f":small[Margin: {sentences.margin_words(primary)}. {sentences.rule_words(assessment)}]")
    with st.container(key="answer"):
        st.markdown("\n\n".join(lines))
    if answer is None or primary is None:
        return
    so_far = percent_words(answer.cumulative_percent_so_far, answer.percent)
    after = number_words(answer.transfers_to_threshold)
    with st.container(horizontal=True):
        st.metric(f"So far, after {transfers_words(answer.failed_transfers)}", so_far, border=True)
        st.metric("The next transfer by itself", chance_words(primary), border=True)
        st.metric("Transfers to the threshold", after, border=True)


def curve_table(assessment: Assessment) -> str:
    """The same numbers as the curve, as a table."""
    estimates = assessment.estimates
    done, threshold = estimates[0].failed_transfers, float(assessment.rule.percent)
    rows = []
    for number in range(1, max(len(estimate.cumulative_percent) for estimate in estimates) + 1):
        cells = [str(number), transfer_state(number, done)]
        for estimate in estimates:
            if number > len(estimate.cumulative_percent):
                cells.append("")
                continue
            shown = percent_words(estimate.cumulative_percent[number - 1], threshold)
            cells.append(f"**{shown}** crosses" if number == estimate.transfers_to_threshold else shown)
        rows.append(cells)
    return markdown_table(["Transfer", "State", *(estimate.label for estimate in estimates)], rows)


def routes(assessment: Assessment) -> str:
    """The routes side by side, with a flag where they disagree."""
    threshold = float(assessment.rule.percent)
    lines = ["### The routes side by side", ""]
    if assessment.disagreement:
        lines += [f"> ⚑ {statement(plain(without_codes(assessment.disagreement)))}", ""]
    rows = []
    for estimate in assessment.estimates:
        main = " *(the main answer)*" if estimate.route == assessment.primary_route else ""
        counts = f"It counts {long_word(estimate.outcome)}."
        rows.append(
            [
                f"**{plain(estimate.label)}**{main} :small[From {plain(estimate.explanation)}. {counts}]",
                _unbroken(chance_words(estimate)),
                transfers_words(estimate.transfers_to_threshold),
                _unbroken(percent_words(estimate.cumulative_percent_so_far, threshold)),
            ]
        )
    lines.append(markdown_table(["Route", "Per transfer", "Crossed after", "So far"], rows))
    for refused in assessment.refused:
        lines += ["", f"**{plain(refused.label)}** could not be computed:", "", *problem_lines(refused.problems)]
    return "\n".join(lines)


def _unbroken(text: str) -> str:
    """Text that stays on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """Problems as the lines of a list, each with the field it is about."""
    return [f"- {plain(field_words(problem.field))}: {said(problem)}" for problem in problems]


def caveats(assessment: Assessment) -> None:
    """What to bear in mind, and where the numbers come from. Sources are numbered."""
    numbers = {source.key: number for number, source in enumerate(assessment.sources, start=1)}

    def cited(remark: Remark) -> str:
        source = "(our own reading)" if remark.source == OURS else f"\\[{numbers[remark.source]}\\]"
        return f"- {plain(remark.text)} {source}"

    remarks = [*assessment.notes, *(each for estimate in assessment.estimates for each in estimate.caveats)]
    lines = ["### To bear in mind", "", *map(cited, dict.fromkeys(remarks))]
    lines += ["", "### Sources", ""]
    lines += [f"{numbers[each.key]}. {plain(each.citation)} (read: {each.read})" for each in assessment.sources]
    software = assessment.software
    lines += ["", f":small[{assessment.disclaimer} {software.name} {software.version}.]"]
    st.markdown("\n".join(lines))
