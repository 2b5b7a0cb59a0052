"""For the couple: the sheet on the screen, in plain words, large, with a picture."""

import streamlit as st

from rif_threshold.parts import default_parts
from rif_threshold.report.couple_sheet import sheet
from rif_threshold.report.words import words
from rif_threshold.ui import answer, explain, exports, inputs, judging
from rif_threshold.ui.strip import strip
from rif_threshold.ui.whole import whole
from rif_threshold.vocabulary import Part

judged = judging.judge(*(default_parts() & {Part.WORKUP, Part.PERSPECTIVE}))
strip(judged)
with whole("shown", repr(inputs.typed_case())):
    assessment = judging.answered(judged)
    if assessment is not None:
        with st.container(key="explain"):
            explain.page(sheet(assessment, words()))
        with st.container(key="take_away"):
            st.markdown("### To take away")
            exports.offer(exports.FOR_THE_COUPLE, assessment)
            answer.repeated(assessment)
        answer.footer(assessment)
