"""The strip on every page: whose answer this is, where the couple stands, and what can be done with it."""

import streamlit as st

from rif_threshold._version import __version__
from rif_threshold.assessment import Assessment, assess
from rif_threshold.errors import InvalidInput
from rif_threshold.method import method
from rif_threshold.repeated import who_words
from rif_threshold.report import report
from rif_threshold.sentences import next_chance
from rif_threshold.ui import codes, exports, inputs, kept, own_table
from rif_threshold.ui.judging import Judged
from rif_threshold.ui.markdown import escaped, unbroken
from rif_threshold.ui.whole import announce
from rif_threshold.wording import STATE_SHAPES, between_percent, line_words, transfers_words, word

_KEPT = "Kept in this tab only. Save the case code to come back."


def strip(judged: Judged, verdicts: str = "", *, folded: bool = False) -> None:
    """Who, the state with its number, the next chance; the note, the code, another couple. Each page begins with it.

    Args:
        judged: what the page has judged.
        verdicts: what the page has to add to it.
        folded: lay it in a fold, named in no language: beside a sheet in another language than its own.
    """
    if folded:
        with st.expander(f"RIF threshold {__version__}", key="folded_strip"):
            _strip(judged, verdicts)
    else:
        _strip(judged, verdicts)
    codes.notice()
    kept.notice()


def _strip(judged: Judged, verdicts: str) -> None:
    if judged.untouched:
        rule = f"above {line_words(method().threshold_percent)} after at least "
        rule += transfers_words(method().minimum_transfers)
        words = (
            f":small[RIF threshold {__version__}. ESHRE 2023: {rule}. It informs a clinician; it is not a medical"
            " device. Nothing is stored, and nothing goes to another host.]"
        )
    elif judged.assessment is None:
        words = "**No answer**"
    else:
        words = _words(judged.assessment) + (f" · {escaped(verdicts)}" if verdicts else "")
    if inputs.table_in_use() is not None:
        words += f" · ◆ {unbroken(own_table.IN_USE)}"
    with st.container(key="strip"):
        announce("strip", words)
        if st.button(
            "Copy note", key="note", type="tertiary", disabled=judged.assessment is None or bool(judged.problems)
        ):
            _note()
        if st.button("Save or open", key="save", type="tertiary"):
            _save()
        _another(untouched=judged.untouched)


def _words(assessment: Assessment) -> str:
    answer, primary = assessment.threshold, assessment.primary
    state = f"{STATE_SHAPES[assessment.state]} {word(assessment.state).upper()}"
    parts = [escaped(who_words(assessment))]
    if answer is None or primary is None:
        return " · ".join([*parts, f"**{state}**"])
    parts += [f"**{state} {between_percent(*answer.so_far, answer.percent)}**", f"next {next_chance(assessment)}"]
    return " · ".join(map(unbroken, parts))


# Panels that are laid over the page and shut by themselves. One that tells the page when it is shut can do so while the
# page is being left, and that page then comes back with fields that look empty.


@st.dialog("Copy note", width="large")
def _note() -> None:
    assessment = assess(inputs.typed_case(), tables=inputs.table_in_use())
    st.caption("The sign at the corner copies it; where it does not, the text can be selected.")
    st.code(report(assessment, exports.NOTE).content.decode("ascii"), language=None, wrap_lines=True)
    exports.offer((exports.NOTE,), assessment)


@st.dialog("Save or open", width="large")
def _save() -> None:
    st.caption(_KEPT)
    if typed := inputs.typed_case():
        try:
            codes.case_code(assess(typed, tables=inputs.table_in_use()))
            own_table.said_beside_a_code()
        except InvalidInput:
            st.caption("There is no case code while something typed cannot be used.")
    codes.read_code()


def _another(*, untouched: bool) -> None:
    if untouched and inputs.can_undo():
        st.button("Undo: take the couple back", key="undo", on_click=inputs.take_back, type="tertiary")
        return
    if not untouched:
        inputs.forget_undo()
    about = "Clears every field on every page. It can be undone until the next input."
    st.button("New couple", key="new_couple", on_click=inputs.new_couple, help=about, type="tertiary")
