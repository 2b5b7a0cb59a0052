"""Threshold: the first answer, from three inputs, beside them."""

import streamlit as st

from rif_threshold.ui import answer, controls, exports, frame, inputs, judging, threshold
from rif_threshold.ui.strip import strip
from rif_threshold.ui.whole import whole

judged = judging.judge()
strip(judged)
beside = judging.beside(judged)

with st.container(key="consultation"):
    with st.container(key="first"):
        threshold.first_fields(beside)
    # All of it follows from what is typed; where that changes nothing of the former answer may stay.
    with st.container(key="answered"), whole("shown", repr(inputs.typed_case())):
        assessment = judging.answered(judged)
        if assessment is not None:
            answer.card(assessment)
            frame.links("workup.py", "explain.py")
            answer.curve(assessment)
            answer.tabs(assessment)
            unfolded, panel = controls.fold("Take it with you: report, machine formats", "fold_exports")
            if unfolded:
                with panel:
                    exports.offer(exports.FOR_THE_RECORD, assessment)
    with st.container(key="more"):
        threshold.more_fields(beside)
        controls.examples()
if assessment is not None:
    answer.footer(assessment)
