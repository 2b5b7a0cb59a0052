"""Immune and tacrolimus: what speaks against it, then the questions, then the published protocols one by one."""

from functools import partial

import streamlit as st

from rif_threshold.ui import present, tacrolimus
from rif_threshold.vocabulary import Part

st.title("Immune and tacrolimus")
st.markdown(f"## What speaks against it\n\n{tacrolimus.against()}")
st.markdown(f"### What guidelines say\n\n{tacrolimus.positions()}")
unfolded, panel = present.fold("Where sources disagree about this step", "fold_disagreements")
if unfolded:
    with panel:
        st.markdown(tacrolimus.disagreements())

judged = present.judge(Part.TACROLIMUS)
beside = present.beside(judged)
assessment = present.answered(judged)
step = assessment.tacrolimus if assessment is not None else None
if judged.problems:
    tacrolimus.ask(None, beside)
if assessment is not None and step is not None:
    st.markdown("## This case")
    present.repeated(assessment)
    st.markdown(present.statement(step.threshold))
    tacrolimus.ask(step, beside)
    st.markdown("\n".join(("### Before the verdicts", "", *(f"- {present.plain(note.text)}" for note in step.notes))))
    with st.container(key="answer"):
        st.markdown(f"## Protocol by protocol\n\n{step.summary}")
    st.markdown(tacrolimus.side_by_side(step))
    tacrolimus.stops_and_holds(step)
    tacrolimus.protocols(step)
    for label, key, text in (
        ("Monitoring: what, when, why", "fold_monitoring", partial(tacrolimus.monitoring, step)),
        ("Pregnancy and lactation", "fold_pregnancy", partial(tacrolimus.pregnancy, step)),
    ):
        unfolded, panel = present.fold(label, key)
        if unfolded:
            with panel:
                st.markdown(text())
    unfolded, panel = present.fold("The evidence in counts", "fold_evidence")
    if unfolded:
        with panel:
            tacrolimus.forest()
    present.footer(assessment)
