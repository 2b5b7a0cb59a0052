"""The counts of a clinic, typed by hand: positive tests and transfers by ESHRE's bands."""

import streamlit as st

from rif_threshold.ages import label_words
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.register.bands import Band, published_bands
from rif_threshold.register.typed import band_name, read_counts
from rif_threshold.ui.clinic import Clinic
from rif_threshold.wording import capital, word

_PARTS = {"positive": "positive tests", "transfers": "of transfers"}
_WIDTH = 240


def fields() -> None:
    """Two fields a band."""
    st.caption(
        "Transfers of one embryo, by the age at which the oocyte was retrieved; a positive test is one after which the"
        " transfer does not count as failed. Count the first transfer of each woman where you can. Leave a band empty"
        " that you have no counts for."
    )
    for place, band in enumerate(published_bands()):
        with st.container(key=f"counts_{place}", horizontal=True, vertical_alignment="bottom"):
            for part, label in _PARTS.items():
                st.text_input(
                    f"{_name(band)}: {label}", value=None, key=_key(place, part), persist_state="session",
                    autocomplete="off", width=_WIDTH,
                )  # fmt: skip


def _name(band: Band) -> str:
    return f"{capital(word(band.ploidy))}, {label_words(band.label)}"


def _key(place: int, part: str) -> str:
    return f"count_{place}_{part}"


def typed() -> bool:
    """Whether something is typed."""
    return any(any(pair) for pair in _typed().values())


def _typed() -> dict[str, tuple[str, str]]:
    return {
        band_name(band): tuple(str(st.session_state.get(_key(place, part)) or "").strip() for part in _PARTS)  # type: ignore[misc]
        for place, band in enumerate(published_bands())
    }


def make(kept: Clinic) -> None:
    """The button that makes the table, and what is wrong with what was typed."""
    if not st.button("Make our table", key="make_counts", type="primary"):
        return
    try:
        counts = read_counts(_typed())
    except InvalidInput as error:
        kept.problems = [_said(each) for each in error.problems]
        return
    kept.begin({"do": "count", "counts": counts})
    st.rerun()


def _said(problem: Problem) -> str:
    given = f"{problem.given!r} was given; " if problem.given else ""
    return f"{capital(problem.field)}: {given}{problem.allowed}."
