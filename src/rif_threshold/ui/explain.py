"""The couple's page: the sentences of the couple sheet, large, with the picture of 100."""

import re

import streamlit as st

from rif_threshold.assessment import Assessment
from rif_threshold.charts.people import people_specification
from rif_threshold.report.grades import plain_grades
from rif_threshold.report.plain import Plain
from rif_threshold.report.shapes import of_100
from rif_threshold.report.words import words
from rif_threshold.ui.present import markdown_table, plain
from rif_threshold.wording import GRADE_SHAPES


def starred(text: str) -> str:
    """A sentence of the catalogue as markdown: ``*stars*`` make bold, everything else is text.

    >>> starred("about *70*")
    'about **70**'
    """
    return re.sub(r"\\\*(.+?)\\\*", r"**\1**", plain(text))


def page(assessment: Assessment) -> None:
    """The whole page, from the same sentences as the sheet on paper."""
    said = words()
    sentences = Plain(assessment, said)
    if sentences.answer is None:
        st.markdown(f"## {plain(said('first_line_refused'))}")
        lines = [*dict.fromkeys(sentences.refusals()), said("refused_more")]
        st.markdown("\n\n".join(starred(line) for line in lines))
        return
    st.markdown(f"## {starred(sentences.first_line())}\n\n{starred(sentences.standing())}")
    first, rest = of_100(sentences.shown_percent)
    picture, beside = st.columns([1, 1.2], vertical_alignment="center")
    with picture:
        words_for_it = said("picture", yes=first, no=rest)
        st.vega_lite_chart(people_specification(first), alt=words_for_it, width="content", key="people")
    with beside:
        intro, yes, no = sentences.framing()
        lines = [starred(intro), f"● {starred(yes)}", f"□ {starred(no)}", starred(said("not_a_baby"))]
        st.markdown("\n\n".join(lines))
    with st.container(border=True, key="misreading"):
        st.markdown("\n\n".join((f"### {plain(said('box_title'))}", *(starred(line) for line in sentences.box()))))
    _table(sentences)
    _lists(assessment, sentences)


def _table(sentences: Plain) -> None:
    said, answer = sentences.words, sentences.answer
    assert answer is not None  # noqa: S101 - asked by the caller
    rows = []
    for number in sentences.table_transfers():
        yes, no = sentences.counts.cells(sentences.curve[number - 1])
        here, line = number == answer.failed_transfers, number == answer.transfers_to_threshold
        mark = {(True, True): "table_here_line", (True, False): "table_here", (False, True): "table_line"}
        note = mark.get((here, line))
        after = f"{number}, **{plain(said(note))}**" if note else str(number)
        rows.append([after, plain(yes), plain(no)])
    head = [plain(said(key)) for key in ("table_after", "table_yes", "table_no")]
    st.markdown(f"### {plain(said('table_title'))}\n\n{markdown_table(head, rows)}")


def _lists(assessment: Assessment, sentences: Plain) -> None:
    said = sentences.words
    parts = [f"### {plain(said('range_title'))}"]
    parts += [starred(line) for line in (*sentences.range_(), said("assumption"))]
    parts += [f"### {plain(said('used_title'))}", "\n".join(f"- {starred(line)}" for line in sentences.used())]
    parts += [f"### {plain(said('options_title'))}", "\n".join(f"- {starred(line)}" for line in sentences.options())]
    grades = list(plain_grades(assessment, said))
    if grades:
        parts.append(f"### {plain(_grades_title(sentences))}")
        lines = [
            f"- {GRADE_SHAPES[grade]} **{plain(name)}:** {plain(', '.join(items))}" for grade, name, items in grades
        ]
        parts.append("\n".join(lines))
    parts += [f"### {plain(said('teach_title'))}", "\n".join(f"- {starred(line)}" for line in sentences.teach())]
    parts += [f"### {plain(said('source_title'))}", *(starred(line) for line in sentences.sources())]
    parts += [plain(said("reference")), plain(said("no_medicine"))]
    st.markdown("\n\n".join(parts))


def _grades_title(sentences: Plain) -> str:
    answer = sentences.answer
    if answer is not None and not answer.reached and answer.transfers_to_threshold is not None:
        later = answer.transfers_to_threshold
        return sentences.words("grades_title_later", later, n=later)
    return sentences.words("grades_title_now")
