"""What is taken away: files made on click, the check code, and the box that reads one again."""

import threading
from collections.abc import Collection

import streamlit as st

from rif_threshold.assessment import Assessment, assess
from rif_threshold.errors import InvalidInput
from rif_threshold.method import method
from rif_threshold.report import FORMATS, report
from rif_threshold.report.check_code import code_or_why
from rif_threshold.report.verification import Verification, verify
from rif_threshold.ui import inputs
from rif_threshold.ui.present import plain, problem_lines

FOR_THE_COUPLE = ("sheet.pdf", "sheet.html", "note.txt")
FOR_THE_RECORD = tuple(name for name in FORMATS if name not in FOR_THE_COUPLE)

_FAILED = "export_failed"


def offer(formats: Collection[str], assessment: Assessment) -> None:
    """A button for each format. A file is made when it is clicked, in memory, and its name says nothing of the case."""
    typed = inputs.typed_case()
    with st.container(horizontal=True, key="exports"):
        for name in formats:
            if name.startswith("curve") and not assessment.estimates:
                continue
            made = _Made(typed, name)
            st.download_button(
                FORMATS[name].label,
                data=made.content,
                file_name=FORMATS[name].name,
                mime=FORMATS[name].media_type,
                key=f"export_{name.replace('.', '_')}",
                on_click=_note_failure,
                args=(made,),
            )
    if why := st.session_state.pop(_FAILED, None):
        with st.container(key="problem_export"):
            st.error(why)


class _Made:
    """One export, made once, by whoever asks first: the browser for the file, or the page for why there is none."""

    def __init__(self, typed: dict[str, object], name: str) -> None:
        self.name, self._typed = name, typed
        self._lock = threading.Lock()
        self._content, self._why = b"", ""

    def content(self) -> bytes:
        """The file. Raises `RuntimeError`, which holds nothing that was typed, where it could not be made."""
        if self.why_not():
            raise RuntimeError("the export could not be made")
        return self._content

    def why_not(self) -> str:
        """Why the file could not be made, in words; empty where it was."""
        with self._lock:
            if not (self._content or self._why):
                try:
                    self._content = report(assess(self._typed), self.name).content
                except InvalidInput as error:
                    self._why = "\n".join(problem_lines(error.problems))
                except Exception as error:  # noqa: BLE001 - whatever it is, the page has to say that there is no file
                    self._why = f"The software failed ({type(error).__name__}). Please report it."
            return self._why


def _note_failure(made: _Made) -> None:
    """Keep why an export failed for the run that follows the click; a failure elsewhere would be said by nobody."""
    if why := made.why_not():
        st.session_state[_FAILED] = f"**{plain(FORMATS[made.name].label)}: no file was made.** {why}"


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
            st.error("\n".join(problem_lines(error.problems)))
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
