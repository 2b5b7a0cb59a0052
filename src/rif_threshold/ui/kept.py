"""What a tab keeps while its connection is away, or the program is started anew.

The tab holds what was typed, on whichever page, in a field that nobody sees. A session that knows of nothing yet gets
it back from there with the first thing that is done, and says so. Nothing is stored anywhere else.
"""

import json
from typing import Any

import streamlit as st

from rif_threshold.ui import inputs

_BEGUN, _HELD, _PUT_BACK, _SAY = "begun", "held_by_the_tab", "put_back", "say_put_back"
_TABLE, _TABLE_GONE = "own_table", "own_table_gone"
"""In the tab's copy, that the clinic's own table was in use, which a new session does not have; and that it is gone."""
_MOST = 100_000  # characters; a case with all its transfers takes less than a tenth of it


def begin() -> None:
    """To be called first in every run: the tab's own copy is brought up to date, or asked for."""
    state = st.session_state
    inputs.send_again()
    if _PUT_BACK in state:
        inputs.put(state.pop(_PUT_BACK))
    if _BEGUN in state:
        typed = inputs.typed_case()
        table = {_TABLE: True} if inputs.table_in_use() else {}
        state[_HELD] = json.dumps(typed | table) if typed else None
    st.text_input("Kept in this tab", value=None, key=_HELD, label_visibility="collapsed")


def end() -> None:
    """To be called last in every run: a new session takes back what the tab held."""
    state = st.session_state
    if _BEGUN not in state:
        state[_BEGUN] = True
        held = _read(state.get(_HELD))
        if held:
            now = {name: value for name, value in inputs.typed_case().items() if not isinstance(value, (list, dict))}
            state[_PUT_BACK], state[_SAY] = held | now, True
            st.rerun()
    inputs.sent()


def notice() -> None:
    """Say that something was put back, until it has been looked at."""
    if st.session_state.get(_SAY):
        with st.container(key="put_back"):
            st.warning(
                "The connection was away for too long, or the program was started anew. What was typed has been put "
                "back from this tab. Look whether the last change is there."
                + (_WITHOUT_TABLE if st.session_state.get(_TABLE_GONE) else "")
            )
            st.button("I have looked", key="looked", on_click=_looked)


_WITHOUT_TABLE = (
    " Our clinic's table was in use and is gone: the answer is without it now. On *Our clinic* it can be made again."
)


def _looked() -> None:
    st.session_state[_SAY] = st.session_state[_TABLE_GONE] = False


def _read(text: object) -> dict[str, Any]:
    """What a tab sent as its copy, as far as it is one."""
    try:
        found = json.loads(str(text or "")[:_MOST])
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    st.session_state[_TABLE_GONE] = found.pop(_TABLE, False) is True
    return found if inputs.can_put(found) else {}
