"""The answer on the page: the numbers, the routes side by side, what to bear in mind."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from rif_threshold import sentences
from rif_threshold.answers import chance_words
from rif_threshold.assessment import Assessment
from rif_threshold.charts.curve import curve_specification, describe_curve
from rif_threshold.context import context_in_short, context_words, counts_words, shown_routes
from rif_threshold.fields import without_codes
from rif_threshold.parts import default_parts
from rif_threshold.perspective import SECTIONS
from rif_threshold.repeated import inputs_words
from rif_threshold.ui import exports, frame, panels
from rif_threshold.ui.inputs import TABS
from rif_threshold.ui.judging import problem_lines
from rif_threshold.ui.markdown import bold_numbers, escaped, markdown_table, statement
from rif_threshold.ui.numbered import Numbered
from rif_threshold.ui.whole import say
from rif_threshold.vocabulary import Part, ThresholdState
from rif_threshold.wording import (
    STATE_SHAPES,
    between_percent,
    transfer_state,
)


def card(assessment: Assessment) -> None:
    """The state with its number, what could overturn it, what it is for; and the links to the next step."""
    answer, primary = assessment.threshold, assessment.primary
    lines = [
        f"## {STATE_SHAPES[assessment.state]} {bold_numbers(sentences.headline(assessment))}",
        bold_numbers(sentences.standing(assessment)),
        *(f"⚑ {statement(escaped(without_codes(each)))}" for each in sentences.beside_words(assessment)),
    ]
    if answer is None or primary is None:
        lines.append("\n".join(problem_lines(assessment.primary_problems)))
    elif answer.following is not None:
        lines.append(f":small[{escaped(sentences.next_transfer(assessment))}]")
    lines += [f":small[{escaped(each)}]" for each in context_in_short(assessment)]
    lines += [f":small[{escaped(each)}]" for each in sentences.contradiction_words(assessment)]
    lines.append(_for(assessment))  # seen on paper, where the strip and the fields are not
    st.markdown("\n\n".join(lines))


def next_step(assessment: Assessment) -> None:
    """Where this answer leads: to the couple while the line is not crossed, and then to the work-up."""
    if assessment.state in {ThresholdState.NOT_YET, ThresholdState.NO_ANSWER}:
        frame.link("explain.py", "Explain it to the couple")
    else:
        frame.link("workup.py", "What to look for: the work-up")


def curve(assessment: Assessment) -> None:
    """The curve; its table stands among the numbers."""
    if assessment.estimates:
        st.vega_lite_chart(curve_specification(assessment), alt=describe_curve(assessment), key="curve")


_SURE = ("interval", "couples_differ", "what_moves_the_answer")
_MEANS = tuple(key for key in SECTIONS if key not in _SURE)


def tabs(assessment: Assessment) -> None:
    """What stands behind the answer, one at a time; what is not shown is not reckoned. The last text ends the page."""
    drawn: dict[str, Callable[[Assessment], str]] = {
        "Routes": routes,
        "How sure": _sure,
        "What it means": _means,
        "Numbers": _numbers,
        "Sources": _sources,
        "Files": _files,
    }
    # One choice: five tabs are six boxes, which costs as much as everything else on the page.
    shown = st.segmented_control(
        "Behind the answer",
        list(drawn),
        default=next(iter(drawn)),
        required=True,
        key=TABS,
        persist_state="session",
        label_visibility="collapsed",
        wrap=True,
    )
    text = drawn[str(shown)](assessment)
    st.markdown("\n\n".join(filter(None, (text, footer_words(assessment)))))


def _sure(assessment: Assessment) -> str:
    if Part.PERSPECTIVE in default_parts() and assessment.estimates:
        panels.panels(assessment, _SURE)
    return ""


def _means(assessment: Assessment) -> str:
    if Part.PERSPECTIVE in default_parts() and assessment.estimates:
        panels.panels(assessment, _MEANS)
    return caveats(assessment)


def _files(assessment: Assessment) -> str:
    exports.offer(exports.FOR_THE_RECORD, assessment)
    return ""


def _numbers(assessment: Assessment) -> str:
    lines = [curve_table(assessment)] if assessment.estimates else []
    if assessment.threshold is not None and assessment.primary is not None:
        margin = sentences.margin_words(assessment.primary)
        lines.append(f":small[Margin: {margin}. {sentences.rule_words(assessment)}]")
    return "\n\n".join(lines)


def curve_table(assessment: Assessment) -> str:
    """The same numbers as the curve, as a table."""
    estimates = assessment.opinions
    done, threshold = estimates[0].failed_transfers, float(assessment.rule.percent)
    rows = []
    curves = [sentences.curve_words(estimate, threshold) for estimate in estimates]
    for number in range(1, max(map(len, curves)) + 1):
        cells = [str(number), transfer_state(number, done)]
        for estimate, curve in zip(estimates, curves, strict=True):
            shown = f"{curve[number - 1]} %" if number <= len(curve) else ""
            cells.append(f"**{shown}** crosses" if number == estimate.transfers_to_threshold else shown)
        rows.append(cells)
    return markdown_table(["Transfer", "State", *(estimate.label for estimate in estimates)], rows)


def routes(assessment: Assessment) -> str:
    """The routes side by side, with a flag where they disagree."""
    threshold = float(assessment.rule.percent)
    rows = []
    for estimate in shown_routes(assessment):
        main = " *(the main answer)*" if estimate.route == assessment.primary_route else ""
        rows.append(
            [
                f"**{escaped(estimate.label)}**{main}",
                chance_words(estimate),
                sentences.crossed_words(estimate),
                between_percent(*estimate.so_far, threshold),
            ]
        )
    # Another population has its line beneath, with all that it counts.
    told = [
        f"- {escaped(each.label)}: from {escaped(f'{each.explanation}; {counts_words(each)}')}."
        for each in assessment.opinions
    ]
    lines = [markdown_table(["Route", "Per transfer", "Crossed after", "So far"], rows), "", *told]
    for line in context_words(assessment):
        lines += ["", escaped(line)]
    for refused in assessment.refused:
        title = f"**{escaped(refused.label)}** is {sentences.refused_word(refused)}:"
        lines += ["", title, "", *problem_lines(refused.problems)]
    return "\n".join(lines)


def caveats(assessment: Assessment) -> str:
    """What to bear in mind. Sources are numbered as in the list of them."""
    cited = _numbered(assessment)
    remarks = [*assessment.notes, *(each for estimate in assessment.estimates for each in estimate.caveats)]
    lines = [f"- {escaped(each.text)} {cited.key(each.source)}" for each in dict.fromkeys(remarks)]
    return "\n".join(["### To bear in mind", "", *lines])


def _numbered(assessment: Assessment) -> Numbered:
    return Numbered(source.key for source in assessment.sources)


def _sources(assessment: Assessment) -> str:
    cited = _numbered(assessment)
    lines = [f"{cited.key(each.key)} {escaped(each.citation)} (read: {each.read})" for each in assessment.sources]
    return "  \n".join(lines)


def repeated(assessment: Assessment) -> None:
    """Repeat the inputs a result is for."""
    say("for", _for(assessment))


def _for(assessment: Assessment) -> str:
    return f":small[For: {escaped(inputs_words(assessment))}.]"


def footer(assessment: Assessment) -> None:
    """The foot of a page."""
    with st.container(key="footer"):
        st.markdown(footer_words(assessment))


def footer_words(assessment: Assessment) -> str:
    """What this is not, which version made it, and when; on paper the style adds a place for initials."""
    made = f"{assessment.software.name} {assessment.software.version}, {datetime.now().astimezone().date().isoformat()}"
    return f":small[{escaped(assessment.disclaimer)} {escaped(made)}.]"
