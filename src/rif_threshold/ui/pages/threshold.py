"""Chance and threshold: the first answer, from three or four inputs."""

import streamlit as st

from rif_threshold.assessment import assess
from rif_threshold.charts.curve import curve_specification, describe_curve
from rif_threshold.parts import default_parts
from rif_threshold.ui import answer, controls, exports, inputs, judging, panels, threshold
from rif_threshold.ui.whole import whole
from rif_threshold.vocabulary import Part

st.markdown(
    "# Chance and threshold\n\nAfter how many embryo transfers without a pregnancy is it time to look for a reason?"
)

judged = judging.judge()
beside = judging.beside(judged)

with st.container(key="inputs"):
    threshold.first_fields(beside)
    for label, key, draw in (
        ("More routes: the clinic's own rate, the prediction model", "fold_routes", threshold.more_routes),
        ("The transfers one by one", "fold_history", threshold.history_editor),
        ("What is planned next, several embryos at once, stage and eggs", "fold_kinds", threshold.kinds),
        ("The threshold and the main route", "fold_settings", threshold.settings),
    ):
        unfolded, panel = controls.fold(label, key)
        if unfolded:
            with panel:
                draw(beside)
    controls.actions()

# All of it follows from what is typed; where that changes nothing of the former answer may stay.
with whole("shown", repr(inputs.typed_case())):
    assessment = judging.answered(judged)
    if assessment is not None:
        answer.threshold_answer(assessment)
        if assessment.estimates:
            st.vega_lite_chart(curve_specification(assessment), alt=describe_curve(assessment), key="curve")
            st.markdown(f"{answer.curve_table(assessment)}\n\n{answer.routes(assessment)}")
            if Part.PERSPECTIVE in default_parts():
                panels.panels(assessment)
        unfolded, panel = controls.fold("Take it with you: report, machine formats, check code", "fold_exports")
        if unfolded:
            with panel:
                exports.offer(exports.FOR_THE_RECORD, assessment)
                exports.check_code(assess(inputs.typed_case()))
        answer.caveats(assessment)
unfolded, panel = controls.fold("Check a code from a sheet, note or report", "fold_code")
if unfolded:
    with panel:
        exports.read_code()
