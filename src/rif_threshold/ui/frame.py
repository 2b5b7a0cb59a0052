"""What stands around every page: its list, its fixed style, and how the process is kept quick."""

import base64
import copy
import gc
import logging
import threading
import traceback
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from rif_threshold import pathway, perspective
from rif_threshold.assessment import assess
from rif_threshold.charts.curve import curve_specification, describe_curve
from rif_threshold.parts import default_parts
from rif_threshold.register import limits, mappings, settings
from rif_threshold.tables import verify
from rif_threshold.ui import inputs
from rif_threshold.vocabulary import Part

PAGES = Path(__file__).with_name("pages")

# Two page bodies at a time: with one interpreter, more would only finish late together.
turns = threading.BoundedSemaphore(2)

FIRST = "threshold.py"
_PAGES = (
    (FIRST, "Threshold", "After how many transfers the line is crossed.", None),
    ("workup.py", "Work-up", "What to look for after the threshold, in three grades.", Part.WORKUP),
    ("explain.py", "For the couple", "The same numbers in plain words and a picture.", None),
    (
        "tacrolimus.py",
        "Immune step (contested)",
        "A contested, off-label step: what speaks against it first.",
        Part.TACROLIMUS,
    ),
    ("our_clinic.py", "Our clinic", "Our own table and audit, from a list of transfers or from counts.", None),
    ("sources.py", "Sources", "Where every number and rule comes from, and what this is not for.", None),
)


@cache
def icon() -> str:
    """The page's icon, from this package."""
    return f"data:image/png;base64,{base64.b64encode(Path(__file__).with_name('icon.png').read_bytes()).decode()}"


class _NoTexts(logging.Filter):
    """Keeps the texts of errors out of the log: they may repeat what was typed."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace a record that carries an exception by the kind of error and its place."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            last = traceback.extract_tb(error.__traceback__)[-1:]
            where = f"{Path(last[0].filename).name}:{last[0].lineno}" if last else "an unknown place"
            record.msg, record.args = f"the page failed: {type(error).__name__} at {where}", ()
            record.exc_info = record.exc_text = None
        return True


@cache
def keep_texts_out_of_the_log() -> None:
    """From now on the log names the kind and place of an error, never its text."""
    for name in (
        "streamlit.error_util",
        "streamlit.runtime.backend_operation_handler",
        "streamlit.runtime.scriptrunner.script_runner",
        "uvicorn.error",
    ):
        logging.getLogger(name).addFilter(_NoTexts())


def wanted() -> list[tuple[str, str, str]]:
    """File, title and help of each page, without those that a setting leaves out."""
    parts = default_parts()
    return [(name, title, about) for name, title, about, part in _PAGES if part is None or part in parts]


def pages() -> list[st.Page]:
    """The pages of the navigation. A page notes whether it may run, so every run gets copies of its own."""
    return [copy.copy(page) for page in _pages(tuple(wanted()))]


@cache
def _pages(listed: tuple[tuple[str, str, str], ...]) -> tuple[st.Page, ...]:
    return tuple(
        st.Page(PAGES / name, title=title, help=about, default=name == FIRST, icon="") for name, title, about in listed
    )


def link(file: str, label: str) -> None:
    """A link to a page by its file; one that a setting leaves out has none."""
    listed = tuple(wanted())
    for (name, _, _), page in zip(listed, _pages(listed), strict=True):
        if name == file:
            st.page_link(page, label=label, icon=":material/arrow_forward:")


def next_page(title: str) -> None:
    """The link to the page after this one; the last leads back to the first."""
    listed = tuple(wanted())
    place = [each for _, each, _ in listed].index(title)
    following = _pages(listed)[(place + 1) % len(listed)]
    st.page_link(following, label=f"Next: {following.title}")


class _Style:
    """The fixed style, read once; Streamlit would read the file in every run."""

    def __init__(self) -> None:
        self.text = f"<style>{Path(__file__).with_name('style.css').read_text('utf-8')}</style>"

    def _repr_html_(self) -> str:
        return self.text


_STYLE = _Style()
_READERS = (pathway, perspective, limits, mappings, settings)
"""What they read is verified with the rest, also where a setting leaves their part out."""


def style() -> None:
    """Put the fixed style on the page."""
    st.html(_STYLE)


def spoken(language: str, direction: str, *parts: Markup) -> None:
    """Put text on the page as one piece that says which language it is in, and which way it is written.

    Whatever is not `Markup` is escaped.
    """
    whole = Markup('<div lang="{}" dir="{}">{}</div>').format(language, direction, Markup("\n").join(parts))
    st.html(whole)


def warm() -> None:
    """Read every table and make the first chart's specification before the first visitor comes. Raises `TableError`."""
    verify()
    for example in inputs.examples().values():
        assessment = assess(example)
        curve_specification(assessment)
        describe_curve(assessment)


@cache
def settle(page: str) -> None:
    """Take what lives for ever out of the garbage collector's rounds, once, after a page's first complete run."""
    del page
    gc.collect()
    gc.freeze()


def wide_table(title: str, headings: Iterable[str], rows: Iterable[Sequence[str]]) -> None:
    """Put a table on the page with its title, which a narrow screen moves sideways, by hand or keyboard.

    Whatever stands in it is escaped.
    """
    head = Markup().join(Markup('<th scope="col">{}</th>').format(each) for each in headings)
    cells = Markup("<td>{}</td>")
    body = Markup().join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(row[0], Markup().join(map(cells.format, row[1:])))
        for row in rows
    )
    st.html(
        Markup(
            '<h3>{0}</h3><div class="wide" tabindex="0" role="region" aria-label="{0}">'
            "<table><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>"
        ).format(title, head, body)
    )
