"""An icon array of 100: filled circles, empty ones for what cannot be said, and squares: told apart by shape."""

from functools import cache
from typing import Any

import altair as alt

from rif_threshold.charts.specification import Specification, fill

_SIDE = 320
_GREY = "#7a8790"


def people_specification(first: int, maybe: int = 0, direction: str = "ltr") -> Specification:
    """The Vega-Lite specification of 100 shapes: so many filled circles, so many empty ones, and squares.

    They fill the rows in the direction of writing: from the right where that is ``rtl``.
    """
    states = ["started"] * first + ["cannot be said"] * maybe + ["not yet"] * (100 - first - maybe)
    across = range(10)[:: -1 if direction == "rtl" else 1]
    rows = [
        {"column": across[place % 10], "row": place // 10, "state": state, "colour": "started"}
        for place, state in enumerate(states)
    ]
    return fill(_template(frozenset(states)), {"people": rows})


@cache
def _template(drawn: frozenset[str]) -> dict[str, Any]:
    scale = alt.Scale(domain=[-0.5, 9.5], nice=False, zero=False)
    people = alt.Chart(alt.NamedData("people")).encode(
        x=alt.X("column:Q", axis=None, scale=scale), y=alt.Y("row:Q", axis=None, scale=scale, sort="descending")
    )
    colour = alt.Color("colour:N", scale=alt.Scale(domain=["started"]), legend=None)
    started = (
        people.transform_filter("datum.state == 'started'")
        .mark_point(shape="circle", filled=True, opacity=1, size=420)
        .encode(color=colour)
    )
    maybe = (
        people.transform_filter("datum.state == 'cannot be said'")
        .mark_point(shape="circle", filled=False, opacity=1, size=340, strokeWidth=1.6)
        .encode(color=colour)
    )
    not_yet = people.transform_filter("datum.state == 'not yet'").mark_point(
        shape="square", filled=False, opacity=1, size=230, strokeWidth=1.6, color=_GREY
    )
    # A layer without a shape would be a picture without words.
    layers = {"started": started, "cannot be said": maybe, "not yet": not_yet}
    chart = alt.layer(*(layer for state, layer in layers.items() if state in drawn))
    chart = chart.properties(width=_SIDE, height=_SIDE).configure_view(stroke=None)
    specification: dict[str, Any] = chart.to_dict()
    return specification
