"""Immune and tacrolimus: what speaks against it, then the questions, then the published protocols one by one."""

from functools import partial

import streamlit as st

from rif_threshold.ui import answer, controls, judging, markdown, tacrolimus
from rif_threshold.ui.whole import say
from rif_threshold.vocabulary import Part

st.markdown(f"## What speaks against it\n\n{tacrolimus.against()}")
st.markdown(f"### What guidelines say\n\n{tacrolimus.positions()}")
unfolded, panel = controls.fold("Where sources disagree about this step", "fold_disagreements")
if unfolded:
    with panel:
        st.markdown(tacrolimus.disagreements())

judged = judging.of_part(judging.judge(Part.TACROLIMUS))
beside = judging.beside(judged)
assessment = judging.answered(judged)
step = assessment.tacrolimus if assessment is not None else None
if judged.problems:
    tacrolimus.ask(None, beside)
if assessment is not None and step is not None:
    st.markdown("## This case")
    answer.repeated(assessment)
    say("statement", markdown.statement(step.threshold))
    tacrolimus.ask(step, beside)
    notes = (f"- {markdown.escaped(note.text)}" for note in step.notes)
    say("notes", "\n".join(("### Before the verdicts", "", *notes)))
    with st.container(key="answer"):
        say("summary", f"## Protocol by protocol\n\n{step.summary}")
    say("side_by_side", tacrolimus.side_by_side(step))
    tacrolimus.stops_and_holds(step)
    tacrolimus.protocols(step)
    for label, key, text in (
        ("Monitoring: what, when, why", "fold_monitoring", partial(tacrolimus.monitoring, step)),
        ("Pregnancy and lactation", "fold_pregnancy", partial(tacrolimus.pregnancy, step)),
    ):
        unfolded, panel = controls.fold(label, key)
        if unfolded:
            with panel:
                st.markdown(text())
    unfolded, panel = controls.fold("The evidence in counts", "fold_evidence")
    if unfolded:
        with panel:
            tacrolimus.forest()
    answer.footer(assessment)
