"""The couple's page: the sentences of the couple sheet, large, with the picture of 100, in the language chosen."""

import re
from collections.abc import Iterable

import streamlit as st

from rif_threshold.charts.people import people_specification
from rif_threshold.report.couple_sheet import Sheet
from rif_threshold.report.words import ENGLISH, languages, words
from rif_threshold.ui import inputs
from rif_threshold.ui.markdown import escaped, markdown_table
from rif_threshold.wording import GRADE_SHAPES


def chosen() -> str:
    """The language of the sheet; English where none was chosen, or one that is no longer there."""
    language = st.session_state.get(inputs.LANGUAGE)
    return language if language in languages() else ENGLISH


def choose() -> None:
    """The choice of a language, each by its own name, where there is more than one."""
    known = languages()
    if len(known) > 1:
        st.selectbox(
            "Language of the sheet",
            known,
            index=None,
            placeholder=_own_name(ENGLISH),
            format_func=_own_name,
            key=inputs.LANGUAGE,
            persist_state="session",
        )


def _own_name(language: str) -> str:
    return str(words(language).locale.get_display_name() or language)


def starred(text: str) -> str:
    """A sentence of the catalogue as markdown: ``*stars*`` make bold, everything else is text.

    >>> starred("about *70*")
    'about **70**'
    """
    return re.sub(r"\\\*(.+?)\\\*", r"**\1**", escaped(text))


def page(sheet: Sheet) -> None:
    """The whole page, from the same strings as the sheet on paper."""
    with st.container(key=f"sheet_{sheet.direction}"):
        if sheet.translation:
            st.markdown("\n\n".join(f"**{escaped(part)}**" for part in sheet.translation))
        _page(sheet)


def _page(sheet: Sheet) -> None:
    st.markdown("\n\n".join((f"## {starred(sheet.first_line)}", *map(starred, sheet.standing))))
    if sheet.people is None:
        st.markdown("\n\n".join(_lists(sheet)))
        return
    picture, beside = st.columns([1, 1.2], vertical_alignment="center")
    with picture:
        specification = people_specification(sheet.people, sheet.maybe, sheet.direction)
        st.vega_lite_chart(specification, alt=sheet.picture_words, width="content", key="people")
    with beside:
        intro, *drawn = map(starred, sheet.framing)
        shapes = "●○□" if sheet.maybe else "●□"
        said = [f"{shape} {part}" for shape, part in zip(shapes, drawn, strict=True)]
        st.markdown("\n\n".join([intro, *said, starred(sheet.not_a_baby)]))
    with st.container(border=True, key="misreading"):
        st.markdown("\n\n".join((_title(sheet, "box_title"), *map(starred, sheet.box))))
    rows = [[_after(each.transfer, each.mark), escaped(each.yes), escaped(each.no)] for each in sheet.columns]
    head = [escaped(sheet.labels[name]) for name in ("table_after", "table_yes", "table_no")]
    st.markdown(f"{_title(sheet, 'table_title')}\n\n{markdown_table(head, rows)}")
    st.markdown("\n\n".join(_lists(sheet)))


def _title(sheet: Sheet, name: str) -> str:
    return f"### {escaped(sheet.labels[name])}"


def _after(transfer: str, mark: str) -> str:
    return f"{transfer}, **{escaped(mark)}**" if mark else transfer


def _lists(sheet: Sheet) -> list[str]:
    parts = [_title(sheet, "range_title"), *map(starred, sheet.range)] if sheet.range else []
    for title, lines in (("used_title", sheet.used), ("options_title", sheet.options)):
        parts += [_title(sheet, title), _listed(map(starred, lines))] if lines else []
    if sheet.grades_title:
        shown = (f"{GRADE_SHAPES[each.grade]} **{escaped(each.name)}:** {escaped(each.items)}" for each in sheet.grades)
        parts += [f"### {escaped(sheet.grades_title)}", escaped(sheet.grades_note), *shown]
    parts += [_title(sheet, "teach_title"), _listed(map(starred, sheet.teach))] if sheet.teach else []
    parts += [_title(sheet, "source_title"), *map(starred, sheet.sources)]
    return [*parts, escaped(sheet.labels["reference"]), escaped(sheet.labels["no_medicine"])]


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
