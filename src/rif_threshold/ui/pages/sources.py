"""Sources: where every number and rule comes from, and what this is not for."""

import streamlit as st

from rif_threshold.ui import controls, judging, reference
from rif_threshold.ui.strip import strip

strip(judging.judge())

st.markdown("Where every number and rule comes from. Nothing here depends on the couple.")

st.markdown("## Method")
st.markdown(reference.formula())

st.markdown("## The published table, computed again")
table, agreement = reference.published_table()
st.markdown(table)
st.caption(agreement)

for title, key, text in (
    ("Where sources disagree, and what is done about it", "fold_conflicts", reference.conflicts),
    ("Every source, and how far it was read", "fold_bibliography", reference.bibliography),
    ("Every rule, and where it stands", "fold_rules", reference.rules),
    ("Every table with its checksum", "fold_files", reference.files),
):
    unfolded, panel = controls.fold(title, key)
    if unfolded:
        with panel:
            st.markdown(text())

st.markdown("## What this is not for")
st.markdown(reference.NOT_FOR)
st.caption(reference.version())
