"""An icon array of 100: filled circles and empty squares, told apart by shape as well as by shade."""

from functools import cache
from typing import Any

import altair as alt

from rif_threshold.charts.specification import Specification, fill

_SIDE = 320
_GREY = "#7a8790"


def people_specification(first: int) -> Specification:
    """The Vega-Lite specification of 100 shapes, the first so many of them filled circles."""
    rows = [
        {"column": place % 10, "row": place // 10, "state": "started" if place < first else "not yet"}
        for place in range(100)
    ]
    return fill(_template(), {"people": rows})


@cache
def _template() -> dict[str, Any]:
    scale = alt.Scale(domain=[-0.5, 9.5], nice=False, zero=False)
    people = alt.Chart(alt.NamedData("people")).encode(
        x=alt.X("column:Q", axis=None, scale=scale), y=alt.Y("row:Q", axis=None, scale=scale, sort="descending")
    )
    started = (
        people.transform_filter("datum.state == 'started'")
        .mark_point(shape="circle", filled=True, opacity=1, size=420)
        .encode(color=alt.Color("state:N", scale=alt.Scale(domain=["started"]), legend=None))
    )
    not_yet = people.transform_filter("datum.state == 'not yet'").mark_point(
        shape="square", filled=False, opacity=1, size=230, strokeWidth=1.6, color=_GREY
    )
    chart = alt.layer(started, not_yet).properties(width=_SIDE, height=_SIDE).configure_view(stroke=None)
    specification: dict[str, Any] = chart.to_dict()
    return specification
