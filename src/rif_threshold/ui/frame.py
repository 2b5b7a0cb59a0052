"""What stands around every page: its list, its fixed style, and how the process is kept quick."""

import gc
import threading
from functools import cache
from pathlib import Path

import streamlit as st

ICON = Path(__file__).with_name("icon.png")
PAGES = Path(__file__).with_name("pages")

# Two page bodies at a time: with one interpreter, more would only finish late together.
gate = threading.BoundedSemaphore(2)

_PAGES = (
    (
        "threshold.py",
        "Chance and threshold",
        "After how many transfers the line is crossed, and where this couple stands.",
    ),
    ("workup.py", "Work-up", "What to look for after the threshold, in three grades."),
    (
        "tacrolimus.py",
        "Immune and tacrolimus",
        "A contested, off-label step: what speaks against it, then the published protocols.",
    ),
    ("explain.py", "Explain it", "For the couple: the same numbers in plain words and a picture."),
    ("sources.py", "Sources", "Where every number and rule comes from, and what this is not for."),
)


def pages() -> list[st.Page]:
    """The pages of the navigation, without those that a setting leaves out."""
    return [
        st.Page(PAGES / name, title=title, help=about, default=name == "threshold.py", icon="")
        for name, title, about in _PAGES
        if (PAGES / name).is_file()
    ]


def style() -> None:
    """Put the fixed style on the page."""
    st.html(Path(__file__).with_name("style.css"))


def warm() -> None:
    """Read the tables and make the charts' specifications before the first visitor comes. Raises `TableError`."""


@cache
def settle(page: str) -> None:
    """Take what lives for ever out of the garbage collector's rounds, once, after a page's first complete run."""
    del page
    gc.collect()
    gc.freeze()
