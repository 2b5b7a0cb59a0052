"""The immune step: what speaks against it, three sections of questions, then the published protocols in one table."""

from functools import partial

import streamlit as st

from rif_threshold.pathway.facts import known_values
from rif_threshold.repeated import inputs_words
from rif_threshold.ui import answer, controls, judging, markdown, medicines, questions, tacrolimus, verdicts
from rif_threshold.ui.numbered import Numbered, keys_of
from rif_threshold.ui.strip import strip
from rif_threshold.ui.whole import say
from rif_threshold.vocabulary import Part

cited = Numbered(keys_of(Part.TACROLIMUS))
judged = judging.judge(Part.TACROLIMUS)
step = judged.assessment.tacrolimus if judged.assessment is not None else None
strip(judged, tacrolimus.strip_words(step) if step is not None else "")
judged = judging.of_part(judged)
beside = judging.beside(judged)

tacrolimus.against(cited)
controls.folds(
    "against",
    (f"In full, and what {tacrolimus.bodies()} bodies say", "positions", partial(tacrolimus.positions, cited)),
    ("Where sources disagree about this step", "disagreements", partial(tacrolimus.disagreements, cited)),
)

assessment = judging.answered(judged)
standing = questions.NOTHING_JUDGED
if assessment is not None and step is not None:
    who = markdown.escaped(inputs_words(assessment))
    say("statement", f"{markdown.statement(step.threshold)}  \n:small[For: {who}.]")
    values = known_values(assessment.case, assessment.primary, {})
    standing = questions.standing(step, values, assessment.case.answers)
if not judged.untouched:
    tacrolimus.entry(step, beside, standing)
    tacrolimus.safety(step, beside, standing)
    with st.container(key="ask_medicines"):
        tacrolimus.medicines_head(step)
        medicines.ask(step, beside, cited)
if assessment is not None and step is not None:
    verdicts.show(step, cited)
    say("notes", tacrolimus.notes(step, of_this_case=True))
    controls.folds(
        "more",
        ("Every stop and hold, one by one", "gate", partial(verdicts.gate, step, cited)),
        ("To keep in mind", "advice", partial(tacrolimus.keep_in_mind, step, cited)),
        ("Before the verdicts are read", "notes", partial(tacrolimus.notes, step, of_this_case=False)),
        ("Monitoring: what, when, why", "monitoring", partial(tacrolimus.monitoring, step)),
        ("Pregnancy and lactation", "pregnancy", partial(tacrolimus.pregnancy, step, cited)),
        ("The evidence in counts", "evidence", tacrolimus.forest),
    )
say("sources", f"## Sources\n\n{cited.listed()}")
if assessment is not None:
    answer.footer(assessment)
