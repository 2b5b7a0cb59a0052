"""Threshold: the first answer, from three inputs, beside them."""

import streamlit as st

from rif_threshold.ui import answer, controls, inputs, judging, own_table, threshold
from rif_threshold.ui.strip import strip
from rif_threshold.ui.whole import whole
from rif_threshold.vocabulary import ThresholdState

judged = judging.judge()
strip(judged)
own_table.notice(where="threshold")
beside = judging.beside(judged)

# One box, in the order of a phone: three inputs, the answer, what is optional. A wide screen puts the answer beside.
with st.container(key="consultation"):
    threshold.first_fields(beside)
    # All of it follows from what is typed; where that changes nothing of the former answer may stay.
    state = judged.assessment.state if judged.assessment else ThresholdState.NO_ANSWER
    with whole(f"shown_{state}", repr((inputs.typed_case(), inputs.table_in_use()))):
        assessment = judging.answered(judged)
        if assessment is not None:
            answer.card(assessment)
            answer.next_step(assessment)
            answer.curve(assessment)
            answer.tabs(assessment)
    threshold.more_fields(beside)
    if judged.untouched:  # an example would take the place of what was typed
        controls.examples()
