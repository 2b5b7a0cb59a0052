"""What a page can be told to do: unfold a part, load an example."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import streamlit as st

from rif_threshold.ui import inputs
from rif_threshold.ui.whole import say


def fold(label: str, key: str) -> tuple[bool, AbstractContextManager[object]]:
    """A panel that starts folded and costs nothing while it is. Returns whether it is open, and the panel."""
    panel = st.expander(label, key=key, on_change="rerun")
    return (True, panel) if panel.open else (False, nullcontext())


def examples() -> None:
    """Load an example: nobody's data."""
    st.menu_button("Load an example", list(inputs.examples()), key="example", on_click=inputs.load, args=("example",))


def folds(name: str, *parts: tuple[str, str, Callable[[], str | None]]) -> None:
    """Folded parts side by side, an open one over the whole width: label, key, and what draws it or is its text."""
    with st.container(key=f"folds_{name}"):
        for label, key, draw in parts:
            unfolded, panel = fold(label, f"fold_{key}")
            if unfolded:
                with panel:
                    if text := draw():
                        say(f"unfolded_{key}", text)
