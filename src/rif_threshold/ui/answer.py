"""The answer on the page: the numbers, the routes side by side, what to bear in mind."""

import streamlit as st

from rif_threshold import sentences
from rif_threshold.answers import chance_words
from rif_threshold.assessment import Assessment
from rif_threshold.context import context_in_short, context_words, counts_words, shown_routes
from rif_threshold.fields import without_codes
from rif_threshold.repeated import inputs_words
from rif_threshold.tables import OURS, Remark
from rif_threshold.ui.judging import problem_lines
from rif_threshold.ui.markdown import bold_numbers, escaped, markdown_table, statement, unbroken
from rif_threshold.ui.whole import say
from rif_threshold.wording import (
    NOT_KNOWN,
    STATE_SHAPES,
    between_percent,
    transfer_state,
    transfers_words,
)


def threshold_answer(assessment: Assessment) -> None:
    """The answer in words, where this couple stands, and the three numbers that must not be mixed up."""
    answer, primary = assessment.threshold, assessment.primary
    lines = [
        f"## {STATE_SHAPES[assessment.state]} {bold_numbers(sentences.headline(assessment))}",
        bold_numbers(sentences.standing(assessment)),
        *(f"⚑ {statement(escaped(without_codes(each)))}" for each in sentences.beside_words(assessment)),
        f":small[For: {escaped(inputs_words(assessment))}.]",
        *(f":small[{escaped(each)}]" for each in context_in_short(assessment)),
    ]
    if answer is None or primary is None:
        lines.append("\n".join(problem_lines(assessment.primary_problems)))
    else:
        lines.append(f":small[Margin: {sentences.margin_words(primary)}. {sentences.rule_words(assessment)}]")
    lines += [f":small[{escaped(each)}]" for each in sentences.contradiction_words(assessment)]
    with st.container(key="answer"):
        st.markdown("\n\n".join(lines))
    if answer is None or primary is None:
        return
    so_far = between_percent(*answer.so_far, answer.percent)
    after = sentences.total_words(answer).partition(" transfer")[0]
    following = NOT_KNOWN if answer.following is None else chance_words(primary)
    with st.container(horizontal=True):
        st.metric(f"So far, after {transfers_words(answer.failed_transfers)}", so_far, border=True)
        st.metric("The next transfer by itself", following, border=True)
        st.metric("Transfers to the threshold", after, border=True)


def curve_table(assessment: Assessment) -> str:
    """The same numbers as the curve, as a table."""
    estimates = [each for each in assessment.estimates if not each.background or each is assessment.primary]
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
    lines = ["### The routes side by side", ""]
    rows = []
    for estimate in shown_routes(assessment):
        basis = f"{estimate.explanation}; {counts_words(estimate)}"
        main = " *(the main answer)*" if estimate.route == assessment.primary_route else ""
        rows.append(
            [
                f"**{escaped(estimate.label)}**{main} :small[From {escaped(basis)}.]",
                unbroken(chance_words(estimate)),
                sentences.crossed_words(estimate),
                unbroken(between_percent(*estimate.so_far, threshold)),
            ]
        )
    lines.append(markdown_table(["Route", "Per transfer", "Crossed after", "So far"], rows))
    for line in context_words(assessment):
        lines += ["", escaped(line)]
    for refused in assessment.refused:
        title = f"**{escaped(refused.label)}** is {sentences.refused_word(refused)}:"
        lines += ["", title, "", *problem_lines(refused.problems)]
    return "\n".join(lines)


def caveats(assessment: Assessment) -> None:
    """What to bear in mind, and where the numbers come from. Sources are numbered."""
    numbers = {source.key: number for number, source in enumerate(assessment.sources, start=1)}

    def cited(remark: Remark) -> str:
        source = "(our own reading)" if remark.source == OURS else f"\\[{numbers[remark.source]}\\]"
        return f"- {escaped(remark.text)} {source}"

    remarks = [*assessment.notes, *(each for estimate in assessment.estimates for each in estimate.caveats)]
    lines = ["### To bear in mind", "", *map(cited, dict.fromkeys(remarks))]
    lines += ["", "### Sources", ""]
    lines += [f"{numbers[each.key]}. {escaped(each.citation)} (read: {each.read})" for each in assessment.sources]
    software = assessment.software
    lines += ["", f":small[{assessment.disclaimer} {software.name} {software.version}.]"]
    st.markdown("\n".join(lines))


def repeated(assessment: Assessment) -> None:
    """Repeat the inputs a result is for."""
    say("for", f":small[For: {escaped(inputs_words(assessment))}.]")


def footer(assessment: Assessment) -> None:
    """What this is not, and which version made it."""
    st.caption(f"{assessment.disclaimer} {assessment.software.name} {assessment.software.version}.")
