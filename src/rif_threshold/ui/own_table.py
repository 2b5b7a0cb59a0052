"""The clinic's own table that was made on a page: put in use, said wherever it counts, and taken back."""

from collections.abc import Mapping

import streamlit as st

from rif_threshold.errors import TableError
from rif_threshold.own_tables import own_folder, with_table
from rif_threshold.ui import inputs
from rif_threshold.ui.markdown import escaped

IN_USE = "our clinic's table in use"
_NOT_IN_A_CODE = (
    "Our clinic's table is in use beside ESHRE's, in this tab only. The case code does not carry it: opened elsewhere,"
    " the couple is answered without it."
)


def use(texts: Mapping[str, str]) -> None:
    """Let the couple on the screen be answered by this table too."""
    try:
        inputs.use_table(with_table(own_folder(), texts))
        st.session_state.pop(_REFUSED, None)
    except TableError as error:
        st.session_state[_REFUSED] = str(error)


_REFUSED = "own_table_refused"


def notice(*, where: str) -> None:
    """Say that the table is in use, and offer to take it back; why it could not be used.

    Args:
        where: the part of the page it stands in, for the names of its elements.
    """
    if why := st.session_state.get(_REFUSED):
        with st.container(key=f"problem_own_table_{where}"):
            st.error(f"The table cannot be used. {escaped(why)}")
    if inputs.table_in_use() is None:
        return
    with st.container(key=f"own_table_{where}", horizontal=True, vertical_alignment="center"):
        st.markdown(f":small[◆ {_NOT_IN_A_CODE}]", width="content")
        st.button(
            "Take our table back", key=f"take_back_{where}", on_click=inputs.use_table, args=(None,), type="tertiary"
        )


def said_beside_a_code() -> None:
    """What has to be said where a code is saved."""
    if inputs.table_in_use() is not None:
        st.caption(_NOT_IN_A_CODE)
