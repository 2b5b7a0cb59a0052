"""Immune and tacrolimus: what speaks against it, then the questions, then the published protocols one by one."""

from functools import partial

import streamlit as st

from rif_threshold.ui import gate, present
from rif_threshold.vocabulary import Part

st.title("Immune and tacrolimus")
st.markdown("## What speaks against it")
st.markdown(gate.against())
st.markdown("### What guidelines say")
st.markdown(gate.positions())

judged = present.judge(Part.TACROLIMUS)
beside = present.beside(judged)
assessment = present.answered(judged)
step = assessment.tacrolimus if assessment is not None else None
if assessment is not None and step is not None:
    st.markdown("## This case")
    present.repeated(assessment)
    st.markdown(present.statement(step.threshold))
    gate.ask(step, beside)
    with st.container(key="answer"):
        st.markdown(f"## Protocol by protocol\n\n{step.summary}")
    st.markdown("\n".join(f"- {present.plain(note.text)}" for note in step.notes))
    gate.gate(step)
    gate.protocols(step)
    for label, key, text in (
        ("Where sources disagree about this step", "fold_disagreements", partial(gate.disagreements)),
        ("Monitoring: what, when, why", "fold_monitoring", partial(gate.monitoring, step)),
        ("Pregnancy and lactation", "fold_pregnancy", partial(gate.pregnancy, step)),
    ):
        unfolded, panel = present.fold(label, key)
        if unfolded:
            with panel:
                st.markdown(text())
    unfolded, panel = present.fold("The evidence in counts", "fold_evidence")
    if unfolded:
        with panel:
            gate.forest()
    present.footer(assessment)
