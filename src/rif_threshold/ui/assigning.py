"""A clinic's file read by hand: which column holds what, and what the words in it mean."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import streamlit as st
from pydantic import ValidationError

from rif_threshold.messages import problems_of
from rif_threshold.register.mapping import CLOSED, Tested
from rif_threshold.register.mapping import Mapping as Read
from rif_threshold.register.mappings import known_words
from rif_threshold.ui.markdown import escaped
from rif_threshold.vocabulary import Ploidy
from rif_threshold.wording import capital, word

_COLUMNS = {
    "patient": "Patient (any pseudonym)",
    "date": "Date of the transfer, or its number",
    "oocyte_age_years": "Age at retrieval",
    "ploidy": "Embryos tested",
    "result": "Result",
    "embryos": "Embryos placed",
    "stage": "Stage",
    "keep": "Which rows count",
}
"""What is asked for, by field; the first five are needed."""
_NEEDED = ("oocyte_age_years", "ploidy", "result")
_OF_WORDS = ("ploidy", "result", "stage")
"""The fields whose texts are words of a closed list."""
_NUMBERS = "numbers"
_ORDERS = {
    "Y-M-D": "2024-04-17",
    "D.M.Y": "17.04.2024",
    "D/M/Y": "17/04/2024",
    "M/D/Y": "04/17/2024",
    "D.M.YY": "17.04.24",
    "D/M/YY": "17/04/24",
    "M/D/YY": "04/17/24",
    "serial": "a spreadsheet's day number",
    _NUMBERS: "no dates: 1, 2, 3 …",
}
_NOT_KNOWN = "not_known"
_OPEN = "not decided"
_PREFIX = "assign_"
KEEP_WORDS = f"{_PREFIX}keep_words"
"""Where the texts stand of the rows that count."""


def _key(*parts: object) -> str:
    return _PREFIX + "_".join(map(str, parts))


def named(field: str) -> str:
    """What a field is called."""
    return _COLUMNS[field]


def columns(look: Mapping[str, Any]) -> None:
    """The choice of a column for each field, and how days and decimals are written."""
    names = [each["column"] for each in look["columns"]]
    guessed = {each["field"]: each["column"] for each in reversed(look["columns"]) if each["field"]}
    guessed["date"] = guessed.get("date") or guessed.get("order", "")
    for first in range(0, len(_COLUMNS), 2):
        for box, name in zip(st.columns(2), list(_COLUMNS)[first : first + 2], strict=False):
            with box:
                _choose(_COLUMNS[name], names, _key(name), guessed.get(name), "not in the file")
    date = next((each for each in look["columns"] if each["column"] == chosen("date")), None)
    likely = date["orders"] if date else []
    left, right = st.columns(2)
    with left:
        first_order = likely[0] if len(likely) == 1 else None
        if st.session_state.get(_key("days_of")) != chosen("date"):  # another column: what it says of itself
            st.session_state[_key("days_of")] = chosen("date")
            st.session_state[_key("days")] = first_order
        _choose("How a day is written", list(_ORDERS), _key("days"), first_order, "choose", _ORDERS)
    with right:
        signs = {".": "a point: 34.5", ",": "a comma: 34,5"}
        found = look["decimals"][0] if len(look["decimals"]) == 1 else None
        _choose("What stands before decimals", list(signs), _key("decimal"), found, "a point: 34.5", signs)
    st.text_input(
        "Texts that mean “not known” where an age or a number of embryos stands, with commas between them",
        value=None, key=_key("missing"), persist_state="session", autocomplete="off", placeholder="-, 999, unknown",
    )  # fmt: skip
    st.toggle(
        "One row is one embryo: rows of one patient and day are one transfer",
        key=_key("embryo_rows"),
        persist_state="session",
    )


def words(look: Mapping[str, Any]) -> None:
    """What each word of the chosen columns means; the closed list of a case's words to choose from."""
    for name in _OF_WORDS:
        found = _of(look, name)
        if not found:
            continue
        known = {text: each for text, each in known_words(name).items() if text}  # what is empty is never guessed
        st.markdown(f"**{escaped(_COLUMNS[name])}: column {escaped(found['column'])}**")
        options = {str(each): _meaning(each) for each in CLOSED[name]}
        options |= {_NOT_KNOWN: "Not known"}
        for first in range(0, len(found["words"]), 2):
            for box, (text, times) in zip(st.columns(2), found["words"][first : first + 2], strict=False):
                with box:
                    label = f"{escaped(text) or '(empty)'}, {times:,} {'row' if times == 1 else 'rows'}"
                    _choose(label, list(options), _key("word", name, text), known.get(text), _OPEN, options)
    if found := _of(look, "keep"):
        st.markdown(f"**{escaped(_COLUMNS['keep'])}: column {escaped(found['column'])}**")
        st.multiselect(
            "Rows with these texts are transfers; all others are left out, and counted",
            [text for text, _ in found["words"]],
            key=KEEP_WORDS, persist_state="session", placeholder="Choose",
            format_func=lambda text: text or "(empty)",
        )  # fmt: skip
    if any(meant == Tested.TESTED for meant in _meant("ploidy").values()):
        options = {each.value: capital(word(each)) for each in (Ploidy.EUPLOID, Ploidy.LOW_LEVEL_MOSAIC)}
        _choose("What “tested” stands for", list(options), _key("tested_means"), None, "not known", options)


def _meaning(each: StrEnum) -> str:
    if isinstance(each, Tested):
        return "Tested, result not said" if each == Tested.TESTED else capital(word(Ploidy(each.value)))
    return capital(word(each))


def _choose(
    label: str, options: list[str], key: str, guess: str | None, empty: str, words: Mapping[str, str] | None = None
) -> None:
    """A menu that begins with what was guessed, and where nothing need be chosen."""
    if key not in st.session_state:
        st.session_state[key] = guess if guess in options else None
    elif st.session_state[key] not in options:
        st.session_state[key] = None
    st.selectbox(
        label, options, index=None, key=key, persist_state="session", placeholder=empty,
        format_func=lambda option: (words or {}).get(option, option),
    )  # fmt: skip


def chosen(name: str) -> str | None:
    """What is chosen in a menu."""
    value = st.session_state.get(_key(name))
    return value if isinstance(value, str) else None


def _of(look: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The column that is chosen for a field, as it was looked at."""
    return next((each for each in look["columns"] if each["column"] == chosen(name)), None)


def _meant(name: str) -> dict[str, str]:
    """What was chosen for each text of a column."""
    begin = f"{_key('word', name)}_"
    found = {
        str(key).removeprefix(begin): value for key, value in st.session_state.items() if str(key).startswith(begin)
    }
    return {text: value for text, value in found.items() if value}


def lacking() -> list[str]:
    """What is still needed before the words can be looked at."""
    wanted = [_COLUMNS[name] for name in _NEEDED if not chosen(name)]
    if chosen("patient") and not chosen("date"):
        wanted.append(_COLUMNS["date"])
    if chosen("date") and not chosen("days"):
        wanted.append("How a day is written")
    return wanted


def mapping(look: Mapping[str, Any], *, with_words: bool) -> dict[str, Any]:
    """What was assigned, as a mapping.

    Args:
        look: what stands in the file.
        with_words: whether the words have been assigned too; else the columns alone, to look at their words.
    """
    made: dict[str, Any] = {
        "title": "our transfers",
        "separator": look["mapping"].get("separator", ","),
        "decimal": chosen("decimal") or ".",
    }
    typed = str(st.session_state.get(_key("missing")) or "")
    missing = ["", *filter(None, map(str.strip, typed.split(",")))]
    made |= _who_and_when()
    made["oocyte_age_years"] = {"column": chosen("oocyte_age_years"), "missing": missing}
    made |= {name: _field(look, name, with_words=with_words) for name in _OF_WORDS if chosen(name)}
    if st.session_state.get(_key("embryo_rows")):
        made["rows"] = "embryo"
    elif chosen("embryos"):
        made["embryos"] = {"column": chosen("embryos"), "missing": missing}
    if with_words and chosen("tested_means"):
        made["tested_means"] = chosen("tested_means")
    return made | _kept_rows(with_words=with_words)


def _who_and_when() -> dict[str, Any]:
    made: dict[str, Any] = {"patient": {"column": chosen("patient")}} if chosen("patient") else {}
    if chosen("date") and chosen("days") == _NUMBERS:
        made["order"] = {"column": chosen("date")}
    elif chosen("date"):
        made["date"] = {"column": chosen("date"), "order": chosen("days")}
    return made


def _field(look: Mapping[str, Any], name: str, *, with_words: bool) -> dict[str, Any]:
    """A field that is read by words, with what its texts mean."""
    made: dict[str, Any] = {"column": chosen(name), "words": {}}
    if with_words and (found := _of(look, name)):
        texts = {text for text, _ in found["words"]}
        meant = {text: each for text, each in _meant(name).items() if text in texts}
        made["missing"] = [text for text, each in meant.items() if each == _NOT_KNOWN]
        made["words"] = {text: each for text, each in meant.items() if each != _NOT_KNOWN}
    return made


def _kept_rows(*, with_words: bool) -> dict[str, Any]:
    """Which rows count. To look at the words of its column, the column alone is named."""
    column, kept = chosen("keep"), list(st.session_state.get(KEEP_WORDS) or [])
    if not column or (with_words and not kept):
        return {}
    return {"keep": [{"column": column, "keep": kept if with_words else [""], "leave_out": ["*"]}]}


def wrong(made: Mapping[str, Any]) -> list[str]:
    """What keeps a mapping from being one, in words."""
    try:
        Read.model_validate(made)
    except ValidationError as error:
        return [f"{each.field}: {each.allowed}" for each in problems_of(error)]
    return []


def undecided(look: Mapping[str, Any]) -> list[str]:
    """The texts of the chosen columns of which nobody has said what they mean."""
    return [
        f"{_COLUMNS[name]}: {text or '(empty)'}"
        for name in _OF_WORDS
        if (found := _of(look, name))
        for text, _ in found["words"]
        if text not in _meant(name)
    ]
