"""What came of a clinic's file or counts: the table, its pictures with their words, the audit, the files to take."""

import base64
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from rif_threshold.own_tables import signed
from rif_threshold.register.written import ALL, FIRST
from rif_threshold.ui import inputs, own_table
from rif_threshold.ui.clinic import Clinic
from rif_threshold.ui.controls import fold
from rif_threshold.ui.frame import wide_table
from rif_threshold.ui.mapping_file import toml
from rif_threshold.ui.markdown import escaped, markdown_table
from rif_threshold.ui.whole import say

_WHICH = "which_transfers"
_WORDS = {FIRST: "First transfers", ALL: "All transfers"}
_FOLDER = "our_tables"


def sheet(shown: Mapping[str, Any]) -> str:
    """One table with its title."""
    rows = [[f"**{escaped(row[0])}**", *map(escaped, row[1:])] for row in shown["rows"]]
    return f"### {escaped(shown['title'])}\n\n{markdown_table([*map(escaped, shown['headings'])], rows)}"


def table(found: Mapping[str, Any]) -> None:
    """Our table: the rates, the numbers of transfers, the pictures over the steps of others."""
    st.markdown("## Our table")
    counted, *words = found["words"]
    st.markdown(escaped(counted))
    for place, each in enumerate(found["sheets"]):
        with st.container(key=f"sheet_{place}"):
            st.markdown(sheet(each))
    for place, (box, each) in enumerate(zip(_boxes(len(found["pictures"])), found["pictures"], strict=True)):
        with box:
            _picture(each, f"steps_{place}")
    unfolded, panel = fold("What each band says, and what must be said beside it", "fold_table_words")
    if unfolded:
        with panel:
            st.markdown("\n".join(f"- {escaped(each)}" for each in words))
            if found["outcomes"]:
                st.markdown(sheet(found["outcomes"]))


def _boxes(number: int) -> list[Any]:
    return list(st.columns(number)) if number > 1 else [st.container()] * number


def _picture(each: Mapping[str, Any], key: str) -> None:
    """A picture, and beneath it what it shows in words."""
    with st.container(key=f"picture_{key}"):
        _drawn(each, key)


def _drawn(each: Mapping[str, Any], key: str) -> None:
    st.markdown(f"### {escaped(each['title'])}")
    st.vega_lite_chart(each["drawing"], alt=each["words"], key=key)
    st.markdown("\n".join(f"- :small[{escaped(line)}]" for line in each["lines"]))


def audit(result: Mapping[str, Any]) -> None:
    """The audit: results in words, pictures, tables, method."""
    st.markdown("## The audit of our cases")
    found = result["audit"]
    if found is None:
        st.markdown(f"There is no audit: {escaped(result['why_no_audit'])}.")
        return
    st.markdown("\n".join(f"- {escaped(each)}" for each in found["words"]))
    for place, each in enumerate(found["pictures"]):
        _picture(each, f"audit_{place}")
    unfolded, panel = fold("All tables of the audit", "fold_audit_sheets")
    if unfolded:
        with panel:
            for each in found["sheets"]:
                wide_table(each["title"], each["headings"], each["rows"])
    unfolded, panel = fold("Method and limits", "fold_audit_notes")
    if unfolded:
        with panel:
            st.markdown("\n".join(f"- {escaped(each)}" for each in found["notes"]))


def use(found: Mapping[str, Any]) -> None:
    """Put the table in use for the couple on the screen, or take it back."""
    files = found["files"]
    st.markdown("## Use it for the couple on the screen")
    if len(files) > 1:
        st.segmented_control(
            "By which transfers", list(files), default=FIRST, required=True, key=_WHICH, persist_state="session",
            format_func=lambda each: _WORDS[each],
            help="First transfers: the chance of couples who start. All: of a transfer as carried out here.",
        )  # fmt: skip
    written = _written(found)
    if written["why_not"]:
        st.markdown(f"This table cannot be used: {escaped(written['why_not'])}.")
        return
    st.markdown(
        "It then stands beside ESHRE's table as a route of its own, on every page and every paper, in this tab only."
        " The case code does not carry it."
    )
    own_table.notice(where="clinic")
    if inputs.table_in_use() is None:
        st.button("Use this table", key="use_table", type="primary", on_click=own_table.use, args=(written["texts"],))


def _written(found: Mapping[str, Any]) -> Mapping[str, Any]:
    files: Mapping[str, Any] = found["files"]
    chosen = str(st.session_state.get(_WHICH))
    picked: Mapping[str, Any] = files[chosen] if chosen in files else next(iter(files.values()))
    return picked


def downloads(kept: Clinic) -> None:
    """The files to take, made already and in memory; the report to share is made when it is asked for."""
    result = kept.result
    st.markdown("## Files to take")
    st.caption("For the clinic alone, and not for sharing: small counts may tell who is meant.")
    with st.container(horizontal=True, key="clinic_files"):
        for name, label, media, content in _offered(result):
            st.download_button(label, content, file_name=name, mime=media, key=f"take_{name}", on_click="ignore")
    st.caption(
        "The folder in the ZIP is what `--tables` takes, and RIF_THRESHOLD_TABLES for everybody who uses this"
        " installation."
    )
    if result["audit"]:
        _to_share(kept)


def _to_share(kept: Clinic) -> None:
    st.markdown("### A report to share")
    st.caption(
        "Without small counts, and without those from which they could be worked out. Two reports of one file, or of"
        " two states of it, can be held against each other: share one."
    )
    made = kept.result.get("shared")
    if made is None:
        under_way = kept.work is not None
        if st.button("Make a report to share", key="make_share", disabled=under_way):
            kept.begin({"do": "share", "mapping": kept.result["order"]["mapping"]})
            st.rerun()
        if under_way and kept.order["do"] == "share":
            say("sharing", ":small[It is being made, which may take a minute.]")
        return
    if made["withheld"]:
        say("withheld", "Nothing of this list can be shown without giving small counts away: the report says no more.")
    with st.container(horizontal=True, key="share_files"):
        for kind, media in (("html", "text/html"), ("pdf", "application/pdf")):
            name = f"audit_to_share.{kind}"
            content = base64.b64decode(made["reports"][kind])
            st.download_button(
                f"To share, {kind.upper()}", content, file_name=name, mime=media, key=f"take_{name}", on_click="ignore"
            )


def _offered(result: Mapping[str, Any]) -> Iterator[tuple[str, str, str, bytes]]:
    written = _written(result["table"])
    if written["texts"]:
        yield f"{_FOLDER}.zip", "Our table, ZIP", "application/zip", _zipped(written["texts"])
    if mapping := result["order"].get("mapping"):
        yield "mapping.toml", "The mapping, TOML", "application/toml", toml(mapping).encode()
    if result["audit"]:
        reports = {kind: base64.b64decode(each) for kind, each in result["audit"]["reports"].items()}
        yield "audit.html", "The audit, HTML", "text/html", reports["html"]
        yield "audit.pdf", "The audit, PDF", "application/pdf", reports["pdf"]


def _zipped(texts: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(signed(texts).items()):
            archive.writestr(f"{_FOLDER}/{name}", text)
    return out.getvalue()
