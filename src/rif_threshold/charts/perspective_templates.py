"""The specifications of the perspective's pictures, authored in Altair once, without data."""

from functools import cache
from typing import Any

import altair as alt

from rif_threshold.charts.specification import DASHES, SHAPES

# One hue of the theme's, light or dark, for what a picture is about; a grey that can be seen on both beside it.
_STRONG = alt.Color("hue:N", legend=None)
_QUIET = "#7a8790"
_HEIGHT, _STRIP = 300, 90
_FONT = 13


def _percent_axis(title: str) -> alt.Y:
    return alt.Y(
        "percent:Q", title=title, scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(values=[0, 20, 40, 60, 80, 100])
    )


def _count_axis(field: str, title: str) -> alt.X:
    axis = alt.Axis(tickMinStep=1, format="d", grid=False, labelAngle=0)
    return alt.X(f"{field}:Q", title=title, scale=alt.Scale(nice=False, zero=False), axis=axis)


def _threshold_line(y: alt.Y) -> tuple[alt.Chart, alt.Chart]:
    rule = _of("line").mark_rule(strokeWidth=1.5, strokeDash=[5, 3], color=_QUIET).encode(y=y)
    words = (
        _of("line")
        .mark_text(align="left", baseline="bottom", dx=6, dy=-4, fontSize=_FONT)
        .encode(x=alt.value(0), y=y, text="words:N")
    )
    return rule, words


def _of(rows: str) -> alt.Chart:
    """A picture of the rows of that name, all in one hue where a mark asks for it."""
    return alt.Chart(alt.NamedData(rows)).transform_calculate(hue="''")


def _finished(*layers: Any, height: int = _HEIGHT) -> dict[str, Any]:
    specification: dict[str, Any] = alt.layer(*layers).properties(height=height).to_dict()
    return specification


@cache
def band_template() -> dict[str, Any]:
    """A curve with its band and the threshold: ``points``, ``line``."""
    x, y = _count_axis("transfers", "Embryo transfers"), _percent_axis("Cumulative chance, %")
    points = _of("points")
    tooltip = [
        alt.Tooltip("transfers:Q", title="transfers"),
        alt.Tooltip("shown:N", title="chance"),
        alt.Tooltip("between:N", title="interval"),
    ]
    area = points.mark_area(opacity=0.2).encode(x=x, y=alt.Y("lower:Q"), y2="upper:Q", color=_STRONG)
    edges = [
        points.mark_line(strokeDash=[2, 3]).encode(x=x, y=alt.Y(f"{bound}:Q"), color=_STRONG)
        for bound in ("lower", "upper")
    ]
    line = points.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=_STRONG)
    dots = points.mark_point(size=90, filled=True).encode(x=x, y=y, color=_STRONG, tooltip=tooltip)
    return _finished(area, *edges, *_threshold_line(y), line, dots)


@cache
def zones_template() -> dict[str, Any]:
    """A strip of chances, cut by answer, and where this one lies: ``zones``, ``here``."""
    x = alt.X("from:Q", title="Chance per transfer, %", scale=alt.Scale(nice=False, zero=False))
    zones = _of("zones")
    shade = alt.condition("datum.even", alt.value(0.16), alt.value(0.34))
    boxes = zones.mark_rect(color=_QUIET, stroke=_QUIET).encode(
        x=x, x2="to:Q", opacity=shade, tooltip=alt.Tooltip("shown:N", title="threshold after")
    )
    names = zones.mark_text(fontSize=18, fontWeight="bold").encode(x="middle:Q", text="name:N")
    here = _of("here")
    rule = here.mark_rule(strokeWidth=3).encode(x="percent:Q", color=_STRONG)
    words = here.mark_text(baseline="bottom", dy=-4, fontSize=_FONT, fontWeight="bold").encode(
        x="percent:Q", y=alt.value(0), text="words:N"
    )
    return _finished(boxes, names, rule, words, height=_STRIP)


@cache
def budget_template() -> dict[str, Any]:
    """Transfers side by side: ``transfers``, ``states``, ``line``."""
    x = alt.X("from:Q", title="Used of the budget, %", scale=alt.Scale(zero=True, nice=False))
    transfers = _of("transfers")
    done = "datum.state == 'done'"
    boxes = transfers.mark_rect(strokeWidth=2).encode(
        x=x,
        x2="to:Q",
        color=_STRONG,
        stroke=alt.Stroke("hue:N", legend=None),
        fillOpacity=alt.condition(done, alt.value(0.4), alt.value(0.05)),
        tooltip=[alt.Tooltip("name:N", title="transfer"), alt.Tooltip("shown:N", title="uses"), "state:N"],
    )
    names = transfers.mark_text(fontSize=16, fontWeight="bold").encode(x="middle:Q", text="words:N")
    states = _of("states").mark_text(fontSize=_FONT, dy=20).encode(x="middle:Q", text="words:N")
    line = _of("line")
    rule = line.mark_rule(strokeWidth=2.5, strokeDash=[5, 3], color=_QUIET).encode(x="percent:Q")
    words = line.mark_text(baseline="bottom", dy=-4, fontSize=_FONT).encode(
        x="percent:Q", y=alt.value(0), text="words:N"
    )
    return _finished(boxes, names, states, rule, words, height=_STRIP)


@cache
def lines_template(series: tuple[str, ...], title: str) -> dict[str, Any]:
    """One line and one point shape for each series: ``points``, ``line``, ``marks``."""
    x, y = _count_axis("transfers", "Embryo transfers"), _percent_axis(title)
    shade, shape, dash = _by_series(series)
    points = _of("points")
    lines = points.mark_line(strokeWidth=2).encode(x=x, y=y, color=shade, strokeDash=dash)
    tooltip = [
        alt.Tooltip("series:N", title="couples"),
        alt.Tooltip("transfers:Q", title="transfers"),
        alt.Tooltip("shown:N", title="share"),
    ]
    dots = points.mark_point(size=80, strokeWidth=2).encode(x=x, y=y, color=shade, shape=shape, tooltip=tooltip)
    marks = _of("marks")
    rule = marks.mark_rule(strokeWidth=1.5, strokeDash=[5, 3], color=_QUIET).encode(x=x)
    top = alt.value(0)
    after = marks.mark_text(align="left", baseline="top", dx=5, fontSize=_FONT).encode(x=x, y=top, text="after:N")
    before = marks.mark_text(align="right", baseline="top", dx=-5, fontSize=_FONT).encode(x=x, y=top, text="before:N")
    return _finished(*_threshold_line(y), rule, after, before, lines, dots)


@cache
def observed_template(series: tuple[str, ...]) -> dict[str, Any]:
    """Rates by rank with intervals: ``points``, ``levels``."""
    x = _count_axis("rank", "Rank of the transfer or cycle")
    y = alt.Y("percent:Q", title="Success at this rank, %", scale=alt.Scale(domainMin=0))
    shade, shape, dash = _by_series(series)
    points = _of("points")
    levels = _of("levels").mark_rule(strokeWidth=1, strokeDash=[5, 3], color=_QUIET).encode(x=x, x2="until:Q", y=y)
    between = points.mark_rule(strokeWidth=1.5).encode(x=x, y=alt.Y("lower:Q"), y2="upper:Q", color=shade)
    lines = points.mark_line(strokeWidth=2).encode(x=x, y=y, color=shade, strokeDash=dash)
    tooltip = [
        alt.Tooltip("series:N", title="study"),
        alt.Tooltip("rank:Q", title="rank"),
        alt.Tooltip("shown:N", title="observed"),
    ]
    dots = points.mark_point(size=80, strokeWidth=2).encode(x=x, y=y, color=shade, shape=shape, tooltip=tooltip)
    return _finished(levels, between, lines, dots)


@cache
def tornado_template() -> dict[str, Any]:
    """One bar for each change: ``moves``, ``line``."""
    x = alt.X(
        "from:Q",
        title="Transfers to the threshold",
        scale=alt.Scale(nice=False, zero=False, padding=12),
        axis=alt.Axis(tickMinStep=1, format="d", labelAngle=0),
    )
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.6, paddingOuter=0.4))
    moves = _of("moves")
    tooltip = [alt.Tooltip("words:N", title="change"), alt.Tooltip("numbers:N", title="transfers")]
    bars = moves.mark_bar(opacity=0.7, height=12).encode(x=x, x2="to:Q", y=y, color=_STRONG, tooltip=tooltip)
    names = moves.mark_text(align="left", baseline="bottom", dy=-9, fontSize=_FONT - 1).encode(
        x=alt.value(4), y=y, text="label:N"
    )
    line = _of("line").mark_rule(strokeWidth=2, strokeDash=[5, 3], color=_QUIET)
    return _finished(line.encode(x="transfers:Q"), bars, names)


def _by_series(series: tuple[str, ...]) -> tuple[alt.Color, alt.Shape, alt.StrokeDash]:
    legend = alt.Legend(
        title=None, orient="bottom", direction="vertical", labelLimit=600, symbolSize=100, symbolDash=[1, 0]
    )
    names = list(series)

    def scale(values: tuple[Any, ...]) -> alt.Scale:
        return alt.Scale(domain=names, range=list(values[: len(names)]))

    return (
        alt.Color("series:N", scale=alt.Scale(domain=names), legend=legend),
        alt.Shape("series:N", scale=scale(SHAPES), legend=legend),
        # Under a name of its own: a legend would dash the edges of the shapes too.
        alt.StrokeDash("dashes:N", scale=scale(DASHES), legend=None),
    )
