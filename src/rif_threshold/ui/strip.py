"""The strip on every page: whose answer this is, where the couple stands, and what can be done with it."""

import streamlit as st

from rif_threshold._version import __version__
from rif_threshold.answers import chance_words
from rif_threshold.assessment import Assessment, assess
from rif_threshold.method import method
from rif_threshold.repeated import who_words
from rif_threshold.report import report
from rif_threshold.ui import exports, inputs, kept
from rif_threshold.ui.judging import Judged
from rif_threshold.ui.markdown import escaped, unbroken
from rif_threshold.ui.whole import announce
from rif_threshold.wording import NOT_KNOWN, STATE_SHAPES, between_percent, line_words, transfers_words, word

_KEPT = "Kept in this tab only. Save the case code to come back."


def strip(judged: Judged, verdicts: str = "") -> None:
    """Who, the state with its number, the next chance; the note, the code, another couple. Each page begins with it.

    Args:
        judged: what the page has judged.
        verdicts: what the page has to add to it.
    """
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
    with st.container(key="strip"):
        announce("strip", words)
        _note(judged.assessment)
        _save(judged.assessment)
        _another(untouched=judged.untouched)
    kept.notice()


def _words(assessment: Assessment) -> str:
    answer, primary = assessment.threshold, assessment.primary
    state = f"{STATE_SHAPES[assessment.state]} {word(assessment.state).upper()}"
    parts = [escaped(who_words(assessment))]
    if answer is None or primary is None:
        return " · ".join([*parts, f"**{state}**"])
    following = NOT_KNOWN if answer.following is None else chance_words(primary)
    parts += [f"**{state} {between_percent(*answer.so_far, answer.percent)}**", f"next {following}"]
    return " · ".join(map(unbroken, parts))


def _note(assessment: Assessment | None) -> None:
    panel = st.popover("Copy note", key="note", on_change="rerun", type="tertiary", disabled=assessment is None)
    if panel.open and assessment is not None:
        with panel:
            note = report(assess(inputs.typed_case()), exports.NOTE).content.decode("ascii")
            st.caption("The sign at the corner copies it; where it does not, the text can be selected.")
            st.code(note, language=None, wrap_lines=True)
            exports.offer((exports.NOTE,), assessment)


def _save(assessment: Assessment | None) -> None:
    panel = st.popover("Save or open", key="save", on_change="rerun", type="tertiary")
    if panel.open:
        with panel:
            st.caption(_KEPT)
            if assessment is not None:
                exports.check_code(assess(inputs.typed_case()))
            exports.read_code()


def _another(*, untouched: bool) -> None:
    if untouched and inputs.can_undo():
        st.button("Undo: take the couple back", key="undo", on_click=inputs.take_back, type="tertiary")
        return
    if not untouched:
        inputs.forget_undo()
    about = "Clears every field on every page. It can be undone until the next input."
    st.button("New couple", key="new_couple", on_click=inputs.new_couple, help=about, type="tertiary")
