"""What is taken away: files made on click, the check code, and the box that reads one again."""

from collections.abc import Collection
from functools import partial

import streamlit as st

from rif_threshold.assessment import Assessment, assess
from rif_threshold.errors import InvalidInput
from rif_threshold.method import method
from rif_threshold.report import FORMATS, report
from rif_threshold.report.check_code import code_or_why
from rif_threshold.report.letters import unusual
from rif_threshold.report.verification import Verification, verify
from rif_threshold.ui import inputs
from rif_threshold.ui.judging import problem_lines
from rif_threshold.ui.markdown import escaped

FOR_THE_COUPLE = ("sheet.pdf", "sheet.html", "note.txt")
FOR_THE_RECORD = tuple(name for name in FORMATS if name not in FOR_THE_COUPLE)


def offer(formats: Collection[str], assessment: Assessment) -> None:
    """A button for each format. A file is made when it is clicked, in memory, and its name says nothing of the case.

    A click does not run the page again: each run gives every button a new file to ask for, and a second click while it
    lasts got none, or the file of another. So what may lack a letter is made before, and the page says why there is
    none.
    """
    typed = inputs.typed_case()
    offered = [name for name in formats if assessment.estimates or not name.startswith("curve")]
    tried = {name: _tried(typed, name) for name in offered} if unusual(assessment) else {}
    with st.container(horizontal=True, key="exports"):
        for name in offered:
            made = tried.get(name)
            st.download_button(
                FORMATS[name].label,
                data=made if isinstance(made, bytes) else partial(_made, typed, name),
                file_name=FORMATS[name].name,
                mime=FORMATS[name].media_type,
                key=f"export_{name.replace('.', '_')}",
                on_click="ignore",
                disabled=isinstance(made, str),
            )
    failed = {name: why for name, why in tried.items() if isinstance(why, str)}
    if failed:
        with st.container(key="problem_export"):
            st.error(
                "\n\n".join(f"**{escaped(FORMATS[name].label)}: no file was made.** {failed[name]}" for name in failed)
            )


def _made(typed: dict[str, object], name: str) -> bytes:
    return report(assess(typed), name).content


def _tried(typed: dict[str, object], name: str) -> bytes | str:
    """The file, or why it cannot be made."""
    try:
        return _made(typed, name)
    except InvalidInput as error:
        return "\n".join(problem_lines(error.problems))
    except Exception as error:  # noqa: BLE001 - whatever it is, the page has to say that there is no file
        return f"The software failed ({type(error).__name__}). Please report it."


def check_code(assessment: Assessment) -> None:
    """The code that holds the inputs, to be copied."""
    code = code_or_why(assessment)
    if not code.text:
        st.caption(f"There is no check code: {escaped(code.why_not)}.")
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
            st.error("\n".join(problem_lines(error.problems)))
        return
    st.markdown(f"**{escaped(found.sentence)}**")
    st.button("Put this case into the fields", key="restore", on_click=_restore, args=(found,))


def _restore(found: Verification) -> None:
    case = found.case.model_dump(exclude_defaults=True)
    for name in ("threshold_percent", "minimum_transfers"):
        if case.get(name) == getattr(method(), name):
            del case[name]
    inputs.put(case)
    st.session_state["check_code"] = None
