"""What is taken away: files made on click, the check code, and the box that reads one again."""

from collections.abc import Collection
from functools import partial

import streamlit as st

from rif_threshold.assessment import Assessment, assess
from rif_threshold.errors import InvalidInput
from rif_threshold.method import method
from rif_threshold.report import FORMATS, report
from rif_threshold.report.check_code import code_or_why
from rif_threshold.report.verification import Verification, verify
from rif_threshold.ui import inputs
from rif_threshold.ui.present import plain, said

FOR_THE_COUPLE = ("sheet.pdf", "sheet.html", "note.txt")
FOR_THE_RECORD = tuple(name for name in FORMATS if name not in FOR_THE_COUPLE)


def offer(formats: Collection[str], assessment: Assessment) -> None:
    """A button for each format. A file is made when it is clicked, in memory, and its name says nothing of the case."""
    typed = inputs.typed_case()
    with st.container(horizontal=True, key="exports"):
        for name in formats:
            if name.startswith("curve") and not assessment.estimates:
                continue
            st.download_button(
                FORMATS[name].label,
                data=partial(_made, typed, name),
                file_name=FORMATS[name].name,
                mime=FORMATS[name].media_type,
                key=f"export_{name.replace('.', '_')}",
                on_click="ignore",
            )


def _made(typed: dict[str, object], name: str) -> bytes:
    return report(assess(typed), name).content


def check_code(assessment: Assessment) -> None:
    """The code that holds the inputs, to be copied."""
    code = code_or_why(assessment)
    if not code.text:
        st.caption(f"There is no check code: {plain(code.why_not)}.")
        return
    st.code(code.text, language=None, wrap_lines=True)
    st.caption("The check code holds what was typed in. It is not secret: anyone can read it.")


def read_code() -> None:
    """The box that reads a check code, says whether the result is still the same, and restores the case."""
    st.text_input("Check a code from paper", value=None, key="check_code", autocomplete="off", placeholder="RIF1-…")
    typed = st.session_state.get("check_code")
    if not typed:
        return
    try:
        found = verify(str(typed))
    except InvalidInput as error:
        with st.container(key="problem_check_code"):
            st.error("  \n".join(said(problem) for problem in error.problems))
        return
    st.markdown(f"**{plain(found.sentence)}**")
    st.button("Put this case into the fields", key="restore", on_click=_restore, args=(found,))


def _restore(found: Verification) -> None:
    case = found.case.model_dump(exclude_defaults=True)
    for name in ("threshold_percent", "minimum_transfers"):
        if case.get(name) == getattr(method(), name):
            del case[name]
    inputs.put(case)
    st.session_state["check_code"] = None
