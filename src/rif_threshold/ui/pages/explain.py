"""For the couple: the sheet on the screen, in plain words, large, with a picture, in the language chosen."""

from datetime import datetime

import streamlit as st

from rif_threshold.parts import default_parts
from rif_threshold.report import ENGLISH
from rif_threshold.report.couple_sheet import sheet
from rif_threshold.report.words import words
from rif_threshold.ui import explain, exports, inputs, judging
from rif_threshold.ui.strip import strip
from rif_threshold.ui.whole import whole
from rif_threshold.vocabulary import Part

judged = judging.judge(*(default_parts() & {Part.WORKUP, Part.PERSPECTIVE}))
chosen = words(explain.chosen())
strip(judged, folded=chosen.language != ENGLISH)
explain.choose()
with whole("shown", repr((inputs.typed_case(), inputs.table_in_use(), chosen.language))):
    assessment = judging.answered(judging.of_part(judged) if judged.problems else judged)
    if assessment is not None:
        with st.container(key="explain"):
            day = chosen.date(datetime.now().astimezone().date())
            explain.page(sheet(assessment, chosen), chosen("made", date=day, version=assessment.software.version))
        with st.container(key="take_away"):
            explain.take_title(chosen)
            exports.offer(exports.FOR_THE_COUPLE, assessment, chosen)
