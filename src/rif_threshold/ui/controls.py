"""What a page can be told to do: unfold a part, load an example."""

from contextlib import AbstractContextManager, nullcontext

import streamlit as st

from rif_threshold.ui import inputs


def fold(label: str, key: str) -> tuple[bool, AbstractContextManager[object]]:
    """A panel that starts folded and costs nothing while it is. Returns whether it is open, and the panel."""
    panel = st.expander(label, key=key, on_change="rerun")
    return (True, panel) if panel.open else (False, nullcontext())


def examples() -> None:
    """Load an example: nobody's data."""
    st.menu_button("Load an example", list(inputs.examples()), key="example", on_click=inputs.load, args=("example",))
