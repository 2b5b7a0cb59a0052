"""Work-up: not yet or now, and why; what to look for in three grades; what is known, ticked off."""

import streamlit as st

from rif_threshold.ui import answer, judging, markdown, questions, workup
from rif_threshold.ui.whole import say
from rif_threshold.vocabulary import Part

st.markdown("What to look for after the threshold, as ESHRE grades it.")

judged = judging.of_part(judging.judge(Part.WORKUP))
beside = judging.beside(judged)
assessment = judging.answered(judged)
if judged.problems:
    questions.ask_all(questions.worth_asking((), among=questions.workup_facts()), beside)
if assessment is not None and assessment.workup is not None:
    lists = assessment.workup
    answer.repeated(assessment)
    with st.container(key="answer"):
        say("statement", markdown.statement(lists.statement))
    workup.legend()
    asked = [
        fact
        for fact in questions.worth_asking(lists.questions, among=questions.workup_facts())
        if fact.kind != "finding"
    ]
    if asked:
        st.markdown("## To ask")
        questions.ask_all(asked, beside)
    st.markdown("## Investigations")
    st.caption("Tick off what is known. The interventions below answer.")
    workup.investigations(lists, beside)
    st.markdown("## Interventions")
    workup.interventions(lists)
    answer.footer(assessment)
