"""What is taken away: files made on click."""

import threading
import time
from collections.abc import Sequence
from functools import partial

import streamlit as st

from rif_threshold.assessment import Assessment, assess
from rif_threshold.errors import InvalidInput
from rif_threshold.folder import Folder
from rif_threshold.report import ENGLISH, FORMATS, report
from rif_threshold.report.fonts import lacking
from rif_threshold.report.letters import unusual
from rif_threshold.report.words import Words
from rif_threshold.ui import inputs
from rif_threshold.ui.judging import problem_lines
from rif_threshold.ui.markdown import escaped
from rif_threshold.ui.whole import say

NOTE, CASE_CODE = "note.txt", "code.txt"
FOR_THE_COUPLE = ("sheet.pdf", "sheet.html")
FOR_THE_RECORD = tuple(name for name in FORMATS if name not in {*FOR_THE_COUPLE, NOTE, CASE_CODE})

_A_BREATH = 0.2  # seconds: what was typed just before a click is on its way with the click


Stands = tuple[dict[str, object], Folder | None]
"""What is typed, and the clinic's own table in use."""


class _Desk:
    """What stands in the fields of one visitor now, and from what each file was made that was taken."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._typed: Stands = ({}, None)
        self._taken: dict[str, Stands] = {}

    def put(self, typed: Stands) -> None:
        """What stands in the fields from now on, and the table that is in use."""
        with self._one_at_a_time:
            self._typed = typed

    def take(self, name: str) -> Stands:
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
    _desk().put(_stands())


def _stands() -> Stands:
    return inputs.typed_case(), inputs.table_in_use()


def offer(formats: Sequence[str], assessment: Assessment, words: Words | None = None) -> None:
    """A button for each format. A file is made when it is clicked, in memory, and its name says nothing of the case.

    With words, its label and what is in it are in their language.

    A click does not run the page again: each run gives every button a new file to ask for, and a second click while it
    lasts got none, or the file of another. So what may lack a letter or a font is made before, and the page says why
    there is none. A file that was clicked just before or after a change is made from what was typed last; if the change
    came too late for that, and for every file taken before, the page says that it holds what stood there before.
    """
    typed, desk = _stands(), _desk()
    offered = [name for name in formats if assessment.estimates or not name.startswith("curve")]
    language = words.language if words else ENGLISH
    doubtful = unusual(assessment) or (words is not None and lacking(words))
    failed = {name: why for name in offered if (why := _why_none(typed, name, language))} if doubtful else {}
    with st.container(horizontal=True, key=f"exports_{formats[0]}"):
        for name in offered:
            st.download_button(
                words(f"take_{name}") if words else FORMATS[name].label,
                data=partial(_asked_for, desk, name, language),
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


def _asked_for(desk: _Desk, name: str, language: str) -> bytes:
    return _made(desk.take(name), name, language)


def _made(stands: Stands, name: str, language: str) -> bytes:
    typed, table = stands
    return report(assess(typed, tables=table), name, language).content


def _why_none(typed: Stands, name: str, language: str) -> str:
    """Why the file cannot be made; empty where it can."""
    try:
        _made(typed, name, language)
    except InvalidInput as error:
        return "\n".join(problem_lines(error.problems))
    except Exception as error:  # noqa: BLE001 - whatever it is, the page has to say that there is no file
        return f"The software failed ({type(error).__name__}). Please report it."
    return ""
