"""Which years a clinic's own table counts, as typed beside the list; the audit is of the whole file."""

import re

import streamlit as st

from rif_threshold.register.settings import rate_settings
from rif_threshold.ui.markdown import literal

_PARTS = {"since": ("Our table counts from the year", "{}-01-01"), "until": ("to the year", "{}-12-31")}
_YEAR = re.compile("[12][0-9]{3}")
PREFIX = "years_"


def fields() -> dict[str, str] | None:
    """Two fields, and the first and last day that is wanted of them; ``None`` where one is no year, and says so."""
    with st.container(key="years", horizontal=True, vertical_alignment="bottom"):
        typed = {
            part: st.text_input(
                label, value=None, key=f"{PREFIX}{part}", persist_state="session", autocomplete="off", width=220,
                placeholder="not chosen",
            )
            for part, (label, _) in _PARTS.items()
        }  # fmt: skip
    st.caption(f"Where none is chosen: the last {rate_settings().period_years} whole years. The audit is of all.")
    years = {part: year.strip() for part, year in typed.items() if year and year.strip()}
    wrong = [each for each in years.values() if not _YEAR.fullmatch(each)]
    if wrong:
        st.error(f"{' and '.join(map(literal, wrong))} was given; a year of four digits is needed, such as 2024.")
        return None
    return {part: _PARTS[part][1].format(year) for part, year in years.items()}
