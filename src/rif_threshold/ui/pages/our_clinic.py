"""Our clinic: a list of transfers, or counts typed by hand, become our own table and the audit of our cases."""

import streamlit as st

from rif_threshold.ui import clinic, counts, filed, judging, results
from rif_threshold.ui.strip import strip
from rif_threshold.ui.whole import whole

kept = clinic.clinic()
clinic.warn_of_people(kept)
strip(judging.judge())
FILE, TYPED = "A list of transfers", "Counts typed by hand"
st.markdown(
    "From a list of your transfers, or from counts: your own rates by age and embryo, after how many transfers the line"
    " is crossed by them, and an audit of your cases. It is read in the memory of the computer that runs this program,"
    " never written to a disk, and gone with this tab or when you forget it."
)
source = st.segmented_control(
    "From", [FILE, TYPED], default=FILE, required=True, key="clinic_from", persist_state="session",
)  # fmt: skip
with st.container(key="clinic_source"):
    if source == FILE:
        filed.show(kept)
    else:
        counts.fields()
        counts.make(kept)
    clinic.problems(kept)
    clinic.waiting(kept)
if kept.result:
    with whole("clinic_result", repr(id(kept.result))):
        filed.said(kept)
        results.table(kept.result["table"])
        with st.container(key="clinic_use"):
            results.use(kept.result["table"])
        results.audit(kept.result)
        with st.container(key="clinic_take"):
            results.downloads(kept)
if kept.result or kept.content or kept.mapping or counts.typed():
    st.button("Forget everything on this page", key="forget_all", on_click=clinic.forget)
