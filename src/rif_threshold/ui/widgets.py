"""How a field of a case is asked for: a box for a number, a few choices, a menu. What is typed is judged elsewhere."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any

import streamlit as st

from rif_threshold.fields import FIELDS, InputField, Kind
from rif_threshold.ui.inputs import key_of
from rif_threshold.vocabulary import Verdict
from rif_threshold.wording import capital, choices

Problems = Callable[[str], None]

_YES_NO = choices(Verdict.YES, Verdict.NO)
_NUMBERS_IN_A_ROW = 3


def number(field: str, label: str, problems: Problems, **options: Any) -> None:
    """A field for a number: a plain text box, so that what is typed is what is judged."""
    key = key_of(field)
    st.text_input(label, value=None, key=key, persist_state="session", live=True, autocomplete="off", **options)
    problems(field)


def choice(field: str, label: str, options: Mapping[str, str], problems: Problems, **more: Any) -> None:
    """A choice out of a few; choosing it again takes it back."""
    st.segmented_control(
        label,
        list(options),
        format_func=lambda option: options.get(option, str(option)),
        key=key_of(field),
        persist_state="session",
        wrap=True,
        **more,
    )
    problems(field)


def menu(field: str, label: str, options: Mapping[str, str], problems: Problems, **more: Any) -> None:
    """A choice out of many."""
    st.selectbox(
        label,
        list(options),
        index=None,
        format_func=lambda option: options.get(option, str(option)),
        key=key_of(field),
        persist_state="session",
        placeholder="Choose",
        **more,
    )
    problems(field)


def field(path: str, problems: Problems, described: InputField | None = None, **more: Any) -> None:
    """One field of a case, as it is described: its name, its help, and what it takes.

    Args:
        path: where it stands in a case, such as ``history.2.ploidy``.
        problems: shows what is wrong with it.
        described: its description, where the path alone does not say it.
        more: options of the widget.
    """
    what = described or FIELDS[path]
    label = capital(what.title) + (", %" if what.unit == "percent" else "")
    options = choices(*what.choices) if what.choices else _YES_NO
    match what.kind:
        case Kind.NUMBER:
            number(path, label, problems, help=what.help, **more)
        case Kind.MENU:
            menu(path, label, options, problems, help=what.help, **more)
        case _:
            choice(path, label, options, problems, help=what.help, **more)


def line(path: str, described: InputField, label: str, *, shown: bool) -> None:
    """One field in a line of several, named where it is the first of its column; a choice is a menu.

    What is wrong with it has no room here, and stands beneath the line.
    """
    visibility = "visible" if shown else "collapsed"
    name = capital(label) + (", %" if described.unit == "percent" else "")
    if described.kind == Kind.NUMBER:
        number(path, name, _elsewhere, label_visibility=visibility)
    else:
        menu(path, name, choices(*described.choices), _elsewhere, label_visibility=visibility)


def _elsewhere(_: str) -> None:
    pass


def fields(described: Iterable[InputField], problems: Problems) -> None:
    """Fields side by side: numbers three in a row, the others two."""
    places = {Kind.NUMBER: 0, Kind.MENU: 1}  # the rest last: choices and yes or no, which look alike

    def place(each: InputField) -> int:
        return places.get(each.kind, len(places))

    for kind, alike in groupby(sorted(described, key=place), place):
        listed = list(alike)
        wide = min(_NUMBERS_IN_A_ROW if kind == places[Kind.NUMBER] else 2, len(listed))
        for first in range(0, len(listed), wide):
            for column, each in zip(st.columns(wide), listed[first : first + wide], strict=False):
                with column:
                    field(each.path, problems)
