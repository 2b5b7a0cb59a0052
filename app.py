"""The page: its configuration, its navigation, and the page that was asked for."""

import streamlit as st

from rif_threshold.ui import exports, frame
from rif_threshold.ui.whole import whole

st.set_page_config(
    page_title="RIF threshold", page_icon=frame.icon(), layout="centered", initial_sidebar_state="collapsed"
)
frame.keep_texts_out_of_the_log()
exports.note_what_is_typed()
page = st.navigation(frame.pages(), position="top")
with frame.turns:
    frame.style()
    with whole("page", page.url_path):
        page.run()
frame.settle(page.url_path)
