"""The page *Our clinic*: what a visitor's session holds of a clinic's file, and how work on it is begun and ended."""

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rif_threshold.ui import inputs, years
from rif_threshold.ui.markdown import escaped
from rif_threshold.ui.uploads import LARGEST, taken
from rif_threshold.ui.whole import say, whole
from rif_threshold.ui.work import DONE, WAITING, Work
from rif_threshold.wording import capital

_KEPT = "our_clinic"
READ_AS = "read_as"
"""Where it stands how the file is read."""
NOT_INSTALLED = (
    "To read a list of transfers here, whoever runs this program installs one thing more:"
    " `pip install 'rif-threshold[register]'`. Counts can be typed without it."
)
NOT_HERE = "A list of transfers is read here under Linux only, where it can be kept off every disk."


@dataclass
class Clinic:
    """What the session holds of a file.

    Attributes:
        name: of the file.
        content: its bytes; empty where there is none.
        look: what stands in it, after it was looked at.
        work: what is being done.
        order: what `result` was made from.
        result: the table and the audit.
        mapping: the visitor's own, from a file; empty where there is none.
        mapping_name: of that file.
        problems: why something could not be done, in words.
        people: what must be said before anything else.
        uploads: how many files were taken: the field that takes one is a new one each time.
    """

    name: str = ""
    content: bytes = b""
    look: dict[str, Any] = field(default_factory=dict)
    work: Work | None = None
    order: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    mapping: dict[str, Any] = field(default_factory=dict)
    mapping_name: str = ""
    problems: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    uploads: int = 0

    def begin(self, order: Mapping[str, Any]) -> None:
        """Begin some work; what was under way is given up."""
        self.stop()
        self.order, self.problems = dict(order), []
        self.work = Work(order, b"" if order["do"] == "count" else self.content)

    def stop(self) -> None:
        """Give up what is under way."""
        if self.work is not None:
            self.work.stop()
            self.work = None
            self._let_go_unseen()

    def _let_go_unseen(self) -> None:
        """A file that could not be looked at is of no use, and another can be dropped at once."""
        if not self.look:
            self.content = b""

    def collect(self) -> None:
        """Take in what is done. What does not succeed takes nothing away that was there before."""
        if self.work is None or self.work.state != DONE:
            return
        did, done, self.work = self.work.do, self.work.result, None
        if "problems" in done:
            first, *others = done["problems"]
            first = f"{self.name} could not be used: {first}" if did == "look" else capital(first)
            self.problems = [first, *map(capital, others)]
            self._let_go_unseen()
            return
        self.people = done.get("people", []) if did == "look" else self.people
        if did == "look":
            self.look = done | {"by": self.order.get("mapping")}
        elif did == "share":
            self.result["shared"] = done
        else:
            self.result = done | {"order": self.order}


def clinic() -> Clinic:
    """What this session holds, with what has been done since."""
    kept: Clinic = st.session_state.setdefault(_KEPT, Clinic())
    kept.collect()
    return kept


def forget() -> None:
    """Forget the file and all that came of it; what is under way is given up, and a table in use is taken back."""
    kept = clinic()
    kept.stop()
    st.session_state[_KEPT] = Clinic(uploads=kept.uploads + 1)
    inputs.use_table(None)
    for key in [
        str(key) for key in st.session_state if str(key).startswith(("assign_", "count_", years.PREFIX, READ_AS))
    ]:
        del st.session_state[key]


def why_no_file() -> str:
    """Why no file can be read here; empty where one can."""
    if any(importlib.util.find_spec(name) is None for name in ("ibis", "duckdb", "python_calamine")):
        return NOT_INSTALLED
    return "" if sys.platform == "linux" else NOT_HERE


def take(kept: Clinic) -> None:
    """The field that takes a file, and what was wrong with the last one."""
    given = st.file_uploader(
        "A list of transfers: CSV, XLSX or Parquet, at most 50 MB",
        key=f"file_{kept.uploads}",
        max_upload_size=LARGEST // 1_000_000,
        help="One row a transfer, an embryo or a cycle. Leave names, dates of birth and notes out before you drop it.",
    )
    if given is not None:
        _taken(kept, given)
        st.rerun()


def _taken(kept: Clinic, given: UploadedFile) -> None:
    """The bytes go to the session, and nowhere else are they kept."""
    content, name = taken(given), given.name
    kept.uploads += 1
    kept.look, kept.problems, kept.people = {}, [], []
    if name.lower().endswith(".toml"):
        kept.problems = [f"{name} is a mapping and no list: drop it into the field of the mapping."]
        return
    if len(content) > LARGEST:
        kept.problems = [f"The file has {len(content):,} bytes, and at most {LARGEST:,} are taken here."]
        return
    kept.name, kept.content = name, content
    st.session_state.pop(READ_AS, None)  # it is guessed anew
    kept.begin({"do": "look"} | ({"mapping": kept.mapping, "own": True} if kept.mapping else {}))


def waiting(kept: Clinic) -> None:
    """Say what is under way; the page goes on by itself when it is done."""
    if kept.work is None:
        return
    with st.container(key="working", border=True):
        _watch(kept.work.state)
        st.button("Stop", key="stop_work", on_click=kept.stop)


@st.fragment(run_every=1)
def _watch(shown: str) -> None:
    work = clinic_work()
    if work is None or work.state != shown:
        st.rerun()
    if shown == WAITING:
        say("work", "Two other files are being worked on. Yours is next, and begins by itself.")
    else:
        say("work", "Working on it. You can go on with other pages; it stays here.")


def clinic_work() -> Work | None:
    """What is under way in this session."""
    kept: Clinic | None = st.session_state.get(_KEPT)
    return kept.work if kept else None


def warn_of_people(kept: Clinic) -> None:
    """A file by which people can be known: said before anything else."""
    if kept.people:
        with st.container(key="people"):
            lines = "\n".join(f"- {escaped(each)}" for each in kept.people)
            st.error(f"**This file may tell who people are.** Forget it, and drop one without them.\n\n{lines}")
            st.button("Forget this file", key="forget_people", on_click=forget)


def problems(kept: Clinic) -> None:
    """Why something could not be done."""
    if kept.problems:
        text = "\n\n".join(escaped(each) for each in kept.problems)
        with st.container(key="problem_clinic"), whole("problem_clinic", text):
            st.error(text)
