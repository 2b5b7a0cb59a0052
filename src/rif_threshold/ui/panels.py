"""What the plain number leaves out: panels that start folded and are computed only when they are opened."""

from collections.abc import Iterable, Iterator

import streamlit as st

from rif_threshold.assessment import Assessment
from rif_threshold.charts.perspective import DRAWN
from rif_threshold.perspective import SECTIONS, CouplesSection
from rif_threshold.perspective.section import Section
from rif_threshold.tables import sources
from rif_threshold.ui.controls import fold
from rif_threshold.ui.markdown import escaped, markdown_table
from rif_threshold.ui.numbered import Numbered
from rif_threshold.vocabulary import SpreadModel
from rif_threshold.wording import capital, long_word

_MODELS = {each: capital(long_word(each)) for each in (SpreadModel.BETA_GEOMETRIC, SpreadModel.TWO_CLASS)}


def panels(assessment: Assessment, keys: Iterable[str]) -> None:
    """Panels for the primary route, by their keys: each one sentence, one picture, one table."""
    primary = assessment.primary
    if primary is None:
        return
    if not primary.known:
        st.markdown("It is reckoned for one chance per transfer that is known. Here one is not.")
        return
    for key in keys:
        section_kind, compute = SECTIONS[key]
        unfolded, panel = fold(section_kind.model_fields["title"].default, f"fold_{key}")
        if unfolded:
            with panel:
                section = compute(assessment.case, primary)
                st.markdown(f"**{escaped(section.sentence)}**")
                model = {"model": _which_model()} if isinstance(section, CouplesSection) else {}
                st.vega_lite_chart(DRAWN[key](section, **model), alt=section.sentence, key=f"chart_{key}")
                rows = [[escaped(cell) for cell in row] for row in section.rows]
                lines = [markdown_table([escaped(cell) for cell in section.headings], rows), ""]
                st.markdown("\n".join((*lines, *_notes(section))))


def _notes(section: Section) -> Iterator[str]:
    """What to know of a panel, with its sources numbered, and the list of them."""
    places: dict[str, list[str]] = {}
    for each in section.sources:
        places.setdefault(each.key, []).append(each.locator)
    for note in section.notes:
        places.setdefault(note.source, [])
    cited = Numbered(key for key in places if key in sources())
    for note in section.notes:
        yield f"- {escaped(note.text)} {cited.key(note.source) if note.source else ''}"
    yield ""
    cited.key(*places)
    yield cited.listed(places)


def _which_model() -> str:
    chosen = st.segmented_control(
        "How couples differ",
        list(_MODELS),
        format_func=lambda option: _MODELS.get(option, str(option)),
        default=SpreadModel.BETA_GEOMETRIC,
        required=True,
        key="couples_model",
        wrap=True,
    )
    return chosen or SpreadModel.BETA_GEOMETRIC
