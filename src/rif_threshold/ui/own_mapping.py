"""A mapping file of the visitor's own, beside the list: taken as ``--map`` takes it, and refused in the same words."""

from pathlib import Path

import streamlit as st

from rif_threshold.errors import InvalidInput
from rif_threshold.register.mappings import mapping_of
from rif_threshold.ui.clinic import Clinic
from rif_threshold.ui.markdown import escaped
from rif_threshold.ui.uploads import taken
from rif_threshold.ui.whole import say

_MOST_SHOWN = 8


def field(kept: Clinic) -> None:
    """The field that takes a mapping or, where one is held, its name and the button that lets go of it."""
    if kept.mapping:
        with st.container(horizontal=True, vertical_alignment="center", key="the_mapping"):
            say("mapping", f"Mapping: **{escaped(kept.mapping_name)}**, {escaped(str(kept.mapping['title']))}")
            st.button("Take another mapping", key="forget_mapping", on_click=_let_go, args=(kept,))
        return
    given = st.file_uploader(
        "A mapping of your own, if you have one: TOML, as `--map` takes it",
        key=f"mapping_{kept.uploads}",
        max_upload_size=1,
        help="It says what the columns and words of the list mean. Without one, columns and words are assigned here.",
    )
    if given is None:
        return
    content, name = taken(given), given.name
    kept.uploads += 1
    kept.problems = []
    try:
        read = mapping_of(Path(Path(name).name or "mapping"), content)
    except InvalidInput as error:
        kept.problems = [f"The mapping could not be used: {each.allowed}" for each in error.problems]
    else:
        kept.mapping, kept.mapping_name = read.model_dump(mode="json", exclude_unset=True), name
        if kept.content:
            look(kept)
    st.rerun()


def _let_go(kept: Clinic) -> None:
    kept.mapping, kept.mapping_name, kept.problems = {}, "", []


def look(kept: Clinic) -> None:
    """Look at the file through the mapping that is held."""
    kept.begin({"do": "look", "mapping": kept.mapping, "own": True})


def ready(kept: Clinic) -> bool:
    """Whether the file was looked at through the mapping; else the button that does so. Says what it does not name."""
    if not kept.mapping or kept.work is not None:
        return False
    if kept.look["by"] != kept.mapping:
        if st.button("Look at the file by this mapping", key="look_by_mapping"):
            look(kept)
            st.rerun()
        return False
    left = [f"{each['column']}: {text or '(empty)'}" for each in kept.look["columns"] for text in each["unmapped"]]
    if left:
        more = f"; and {len(left) - _MOST_SHOWN} more" if len(left) > _MOST_SHOWN else ""
        told = "; ".join(map(escaped, left[:_MOST_SHOWN]))
        say("unmapped", f":small[The mapping does not name, so that rows with them are problems: {told}{more}.]")
    return True
