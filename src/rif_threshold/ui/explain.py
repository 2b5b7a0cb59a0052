"""The couple's page: the sentences of the couple sheet, large, with the picture of 100, in the language chosen."""

from collections.abc import Iterable, Sequence

import streamlit as st
from markupsafe import Markup

from rif_threshold.charts.people import people_specification
from rif_threshold.report import ENGLISH
from rif_threshold.report.couple_sheet import Sheet
from rif_threshold.report.marked import said
from rif_threshold.report.words import Words, languages, words
from rif_threshold.ui import inputs
from rif_threshold.ui.frame import spoken
from rif_threshold.wording import GRADE_SHAPES


def chosen() -> str:
    """The language of the sheet; English where none was chosen, or one that is no longer there."""
    language = st.session_state.get(inputs.LANGUAGE)
    return language if language in languages() else ENGLISH


def choose() -> None:
    """The choice of a language, each by its own name, where there is more than one.

    All stand in sight. A list that opens would do so under the pointer, and a quick click then takes what lies there.
    """
    known = languages()
    if len(known) > 1:
        st.session_state[inputs.LANGUAGE] = chosen()
        st.pills(
            "Language of the sheet",
            known,
            format_func=_own_name,
            key=inputs.LANGUAGE,
            persist_state="session",
            required=True,
            wrap=True,
        )


def _own_name(language: str) -> str:
    return str(words(language).locale.get_display_name() or language)


def page(sheet: Sheet, made: str) -> None:
    """The whole page, from the same strings as the sheet on paper; ``made`` says when, and with what."""
    with st.container(key=f"sheet_{sheet.direction}"):
        _say(sheet, *(Markup("<p><strong>{}</strong></p>").format(said(part)) for part in sheet.translation))
        _page(sheet, made)


def take_title(chosen: Words) -> None:
    """The title above the files."""
    spoken(chosen.language, chosen.direction, _title(chosen("take_title")))


def _say(sheet: Sheet, *parts: Markup) -> None:
    if parts:
        spoken(sheet.language, sheet.direction, *parts)


def _page(sheet: Sheet, made: str) -> None:
    _say(sheet, Markup("<h2>{}</h2>").format(said(sheet.first_line)), *_told(sheet.standing))
    if sheet.people is None:
        _say(sheet, *_lists(sheet), *_told((made,)))
        return
    picture, beside = st.columns([1, 1.2], vertical_alignment="center")
    with picture:
        specification = people_specification(sheet.people, sheet.maybe, sheet.direction)
        st.vega_lite_chart(specification, alt=sheet.picture_words, width="content", key="people")
    with beside:
        intro, *drawn = sheet.framing
        shapes = "●○□" if sheet.maybe else "●□"
        counted = [f"{shape} {part}" for shape, part in zip(shapes, drawn, strict=True)]
        _say(sheet, *_told((intro, *counted, sheet.not_a_baby)))
    with st.container(border=True, key="misreading"):
        _say(sheet, _title(sheet.labels["box_title"]), *_told(sheet.box))
    rows = [[_after(each.transfer, each.mark), said(each.yes), said(each.no)] for each in sheet.columns]
    head = [said(sheet.labels[name]) for name in ("table_after", "table_yes", "table_no")]
    _say(sheet, _title(sheet.labels["table_title"]), _table(head, rows), *_lists(sheet), *_told((made,)))


def _title(text: str) -> Markup:
    return Markup("<h3>{}</h3>").format(said(text))


def _told(sentences: Iterable[str]) -> list[Markup]:
    return [Markup("<p>{}</p>").format(said(each)) for each in sentences]


def _after(transfer: str, mark: str) -> Markup:
    return Markup("{} – <strong>{}</strong>").format(transfer, said(mark)) if mark else said(transfer)


def _table(head: Sequence[Markup], rows: Iterable[Sequence[Markup]]) -> Markup:
    top = Markup().join(Markup('<th scope="col">{}</th>').format(cell) for cell in head)
    below = (Markup().join(Markup("<td>{}</td>").format(cell) for cell in row) for row in rows)
    body = Markup().join(Markup("<tr>{}</tr>").format(row) for row in below)
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(top, body)


def _lists(sheet: Sheet) -> list[Markup]:
    parts = [_title(sheet.labels["range_title"]), *_told(sheet.range)] if sheet.range else []
    for title, lines in (("used_title", sheet.used), ("options_title", sheet.options)):
        parts += [_title(sheet.labels[title]), _listed(lines)] if lines else []
    if sheet.grades_title:
        shown = (f"{GRADE_SHAPES[each.grade]} *{each.name}:* {each.items}" for each in sheet.grades)
        parts += [_title(sheet.grades_title), *_told((sheet.grades_note, *shown))]
    parts += [_title(sheet.labels["teach_title"]), _listed(sheet.teach)] if sheet.teach else []
    parts += [_title(sheet.labels["source_title"]), *_told(sheet.sources)]
    return parts + _told((sheet.labels["reference"], sheet.labels["no_medicine"]))


def _listed(lines: Iterable[str]) -> Markup:
    return Markup("<ul>{}</ul>").format(Markup().join(Markup("<li>{}</li>").format(said(line)) for line in lines))
