"""Codes on the page: the case code to be taken, the box that opens one or a sheet's, and what is said of it then."""

from collections.abc import Mapping

import streamlit as st

from rif_threshold.assessment import Assessment
from rif_threshold.errors import InvalidInput
from rif_threshold.method import method
from rif_threshold.report.check_code import CodeKind, code_or_why
from rif_threshold.report.verification import Verification, verify
from rif_threshold.report.words import languages
from rif_threshold.ui import exports, frame, inputs, threshold
from rif_threshold.ui.judging import problem_lines
from rif_threshold.ui.markdown import escaped


def case_code(assessment: Assessment) -> None:
    """The code that holds all that was typed, to be copied or taken as a file."""
    code = code_or_why(assessment)
    if not code.text:
        st.caption(f"There is no case code: {escaped(code.why_not)}.")
        return
    st.code(code.text, language=None, wrap_lines=True)
    st.caption(
        "The case code holds everything that was typed in, medicines too. It is not secret: anyone can read it. The "
        "sign at its corner copies it; where it does not, the text can be selected."
    )
    exports.offer((exports.CASE_CODE,), assessment)


def read_code() -> None:
    """The box that reads a code, says which it is and whether the result is still the same, and opens it."""
    label = "Open a case code, or a couple code from a sheet"
    st.text_input(label, value=None, key="check_code", autocomplete="off", placeholder="RIF1-… or RIFC1-…")
    typed = st.session_state.get("check_code")
    if not typed:
        return
    try:
        found = verify(str(typed))
    except InvalidInput as error:
        with st.container(key="problem_check_code"):
            st.error("\n".join(problem_lines(error.problems)))
        return
    st.markdown(f"{escaped(found.holds)} **{escaped(found.sentence)}**")
    if st.button("Put this case into the fields", key="restore"):
        _restore(found)
        st.rerun()  # the whole page, which shuts the panel


def _restore(found: Verification) -> None:
    case = found.case.model_dump(exclude_defaults=True)
    for name in ("threshold_percent", "minimum_transfers"):
        if case.get(name) == getattr(method(), name):
            del case[name]
    inputs.put(case)
    inputs.opened(found.kind)
    if found.language in languages():
        inputs.write(inputs.LANGUAGE, found.language)


_OPENED: Mapping[str, str] = {
    CodeKind.CASE: "Opened from a case code. Is there a new result? Add the transfer, and say how it ended.",
    CodeKind.COUPLE: "Opened from a couple code, which holds only what the sheet uses: medicines, the questions of the"
    " immune step and most findings are empty now, whatever was known of them. The case code has them.",
}


def _add() -> None:
    threshold.add_a_transfer()
    inputs.opened()


def notice() -> None:
    """Say what was opened, until it has been looked at; and offer to add the next result."""
    kind = st.session_state.get(inputs.OPENED)
    if kind:
        with st.container(key="opened", horizontal=True, vertical_alignment="center"):
            st.markdown(_OPENED[kind])
            if st.button("Add a transfer", key="opened_add", on_click=_add):
                st.switch_page(frame.PAGES / frame.FIRST)
            st.button("I have looked", key="opened_looked", on_click=inputs.opened)
