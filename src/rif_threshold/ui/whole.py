"""Text that changes while it is on the screen is replaced as a whole, never in pieces.

A browser that translates puts elements of its own in the place of each piece of text. A piece that is then changed
where it stood stays on the screen as it was, beside others that did change: an old number beside a new one. A
container whose key changes with what it holds is taken away and put anew, and so is everything in it.
"""

import hashlib

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_LONG_ENOUGH = 8
_SAID = "said_{}"


def whole(name: str, holds: str) -> DeltaGenerator:
    """A container that is put anew whenever what it holds is another.

    Args:
        name: what it is, once on a page.
        holds: its text, or whatever its text follows from.
    """
    digest = hashlib.blake2b(holds.encode("utf-8", "backslashreplace"), digest_size=_LONG_ENOUGH).hexdigest()
    return st.container(key=f"whole_{name}_{digest}")


def announce(name: str, text: str) -> None:
    """Words that are read out when they change. The box stays, as that needs; what it holds is put anew each time.

    An element of another kind is another one for the browser: so the kind changes with the words.
    """
    was, other = st.session_state.get(_SAID.format(name), (0, False))
    other = other if was == hash(text) else not other
    st.session_state[_SAID.format(name)] = (hash(text), other)
    st.info(f"*{text}*" if other else f":small[{text}]")


def say(name: str, text: str) -> None:
    """Markdown that is put anew whenever it changes."""
    with whole(name, text):
        st.markdown(text)
