"""The page: its configuration, its navigation, and the page that was asked for."""

import streamlit as st

from rif_threshold.ui import exports, frame, kept
from rif_threshold.ui.whole import whole

st.set_page_config(page_icon=frame.icon(), layout="wide", initial_sidebar_state="collapsed")
frame.keep_texts_out_of_the_log()
kept.begin()
exports.note_what_is_typed()
page = st.navigation(frame.pages(), position="top")
st.set_page_config(page_title=f"{page.title} - RIF threshold")
with frame.turns:
    frame.style()
    with whole("page", page.url_path):
        st.markdown(f"# {page.title}")
        page.run()
        frame.next_page(page.title)
kept.end()
frame.settle(page.url_path)
