"""What is taken away: files made on click, the check code, and the box that reads one again."""

import threading
import time
from collections.abc import Sequence
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
from rif_threshold.ui.whole import say

NOTE = "note.txt"
FOR_THE_COUPLE = ("sheet.pdf", "sheet.html")
FOR_THE_RECORD = tuple(name for name in FORMATS if name not in {*FOR_THE_COUPLE, NOTE})

_A_BREATH = 0.2  # seconds: what was typed just before a click is on its way with the click


class _Desk:
    """What stands in the fields of one visitor now, and from what each file was made that was taken."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._typed: dict[str, object] = {}
        self._taken: dict[str, dict[str, object]] = {}

    def put(self, typed: dict[str, object]) -> None:
        """What stands in the fields from now on."""
        with self._one_at_a_time:
            self._typed = typed

    def take(self, name: str) -> dict[str, object]:
        """What a file is made from; it is noted that this file was taken."""
        time.sleep(_A_BREATH)
        with self._one_at_a_time:
            self._taken[name] = self._typed
            return self._typed

    def made_before(self) -> list[str]:
        """The files that were taken and hold something else than what stands in the fields."""
        with self._one_at_a_time:
            return [name for name, typed in self._taken.items() if typed != self._typed]


def _desk() -> _Desk:
    desk: _Desk = st.session_state.setdefault(inputs.DESK, _Desk())
    return desk


def note_what_is_typed() -> None:
    """To be called first in every run: a file that is asked for while the run lasts is made from what is typed now."""
    _desk().put(inputs.typed_case())


def offer(formats: Sequence[str], assessment: Assessment) -> None:
    """A button for each format. A file is made when it is clicked, in memory, and its name says nothing of the case.

    A click does not run the page again: each run gives every button a new file to ask for, and a second click while it
    lasts got none, or the file of another. So what may lack a letter is made before, and the page says why there is
    none. A file that was clicked just before or after a change is made from what was typed last; if the change came too
    late for that, and for every file taken before, the page says that it holds what stood there before.
    """
    typed, desk = inputs.typed_case(), _desk()
    offered = [name for name in formats if assessment.estimates or not name.startswith("curve")]
    failed = {name: why for name in offered if (why := _why_none(typed, name))} if unusual(assessment) else {}
    with st.container(horizontal=True, key=f"exports_{formats[0]}"):
        for name in offered:
            st.download_button(
                FORMATS[name].label,
                data=partial(_asked_for, desk, name),
                file_name=FORMATS[name].name,
                mime=FORMATS[name].media_type,
                key=f"export_{name.replace('.', '_')}",
                on_click="ignore",
                disabled=name in failed,
            )
    if failed:
        with st.container(key=f"problem_export_{formats[0]}"):
            st.error(
                "\n\n".join(f"**{escaped(FORMATS[name].label)}: no file was made.** {failed[name]}" for name in failed)
            )
    if earlier := [FORMATS[name].label for name in desk.made_before() if name in formats]:
        say(
            f"earlier_{formats[0]}",
            f"Taken before the last change, and made from what stood here then: {'; '.join(earlier)}.",
        )


def _asked_for(desk: _Desk, name: str) -> bytes:
    return _made(desk.take(name), name)


def _made(typed: dict[str, object], name: str) -> bytes:
    return report(assess(typed), name).content


def _why_none(typed: dict[str, object], name: str) -> str:
    """Why the file cannot be made; empty where it can."""
    try:
        _made(typed, name)
    except InvalidInput as error:
        return "\n".join(problem_lines(error.problems))
    except Exception as error:  # noqa: BLE001 - whatever it is, the page has to say that there is no file
        return f"The software failed ({type(error).__name__}). Please report it."
    return ""


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
    inputs.write("check_code", None)
