"""The cumulative curve: one line and one point shape for each route, the threshold, the crossing, what is done."""

from collections.abc import Iterator
from functools import cache
from textwrap import wrap
from typing import Any

import altair as alt

from rif_threshold.answers import Estimate, RateInterval
from rif_threshold.assessment import Assessment
from rif_threshold.charts.specification import DASHES, SHAPES, Specification, fill, places, with_names
from rif_threshold.pair import Pair
from rif_threshold.sentences import curve_words, total_words
from rif_threshold.wording import DONE, TO_COME, between_percent, line_words, transfer_state, transfers_words

_HEIGHT = 220
_FOOT = 12  # percent of the height that words at the foot take
_ROOM = 10  # percent of the height below the line from where a value stands beside a name above it
_LEGEND_WIDTH = 34  # letters that fit beside a mark on a phone
_MOST_NAMED = 8  # points that have room for their values


def curve_specification(assessment: Assessment) -> Specification:
    """The Vega-Lite specification of the curve, with the data of this assessment."""
    estimates = _main_first(assessment)
    threshold = float(assessment.rule.percent)
    return fill(
        with_names(_template(len(estimates)), [*map(_named, estimates)]),
        {
            "done": list(_done(estimates)),
            "line": [_line(estimates, threshold)],
            "points": [row for estimate in estimates for row in _points(estimate, estimates, threshold)],
            "bands": [row for estimate in estimates for row in _band(estimate)],
            "crossings": [row for estimate in estimates for row in _crossing(estimate)],
        },
    )


def describe_curve(assessment: Assessment) -> str:
    """What the curve shows, in words: the chart's text for those who do not see it."""
    line = assessment.rule.percent
    threshold = line_words(line)
    parts = []
    for estimate in _main_first(assessment):
        steps = ", ".join(f"{value} %" for value in curve_words(estimate, line))
        total = estimate.total.lowest
        crossed = f"passes {threshold} after {total_words(estimate)}"
        if total == estimate.total.highest is None:
            crossed = "does not pass"
        parts.append(f"By {estimate.label} the chance {crossed}; transfer by transfer it adds up to {steps}.")
        if (interval := _interval(estimate)) is not None:
            ends = (f"{between_percent(row['lowest'], row['highest'], line)}" for row in _band(estimate))
            parts.append(f"The {_level(interval)} interval of these is {'; '.join(ends)}.")
    done = assessment.threshold.failed_transfers if assessment.threshold else 0
    return f"Cumulative chance by number of transfers. {' '.join(parts)} Done so far: {transfers_words(done)}."


def _main_first(assessment: Assessment) -> list[Estimate]:
    """The main route first. Another population's curve is none of this couple's, unless it was asked for by name."""
    return sorted(assessment.opinions, key=lambda estimate: estimate.route != assessment.primary_route)


def _named(estimate: Estimate) -> str:
    """A route's name, and where it crosses: words beside a point would stand beside another curve's point too."""
    total, interval = estimate.transfers_to_threshold, _interval(estimate)
    crossing = "" if total is None else f": {'crossed' if estimate.reached else 'crosses'} at {total}"
    shaded = "" if interval is None else f" (shaded: {_level(interval)} interval)"
    if interval is None and any(lowest != highest for lowest, highest in estimate.curve):
        shaded = " (line: lowest chance; shaded: up to the highest)"
    return "\n".join(wrap(f"{estimate.label}{crossing}{shaded}", _LEGEND_WIDTH))


def _interval(estimate: Estimate) -> RateInterval | None:
    """The interval of counts, where it is of this curve: it is that of transfers all of the kind planned."""
    return estimate.interval if len(set(estimate.transfer_percents)) == 1 else None


def _level(interval: RateInterval) -> str:
    return line_words(100 * interval.level)


def _band(estimate: Estimate) -> Iterator[dict[str, Any]]:
    """What lies between both ends of a chance that is not known, or in the interval of one that was counted."""
    curve, interval, named = estimate.curve, _interval(estimate), _named(estimate)
    if interval is not None:
        curve = tuple(map(Pair, interval.cumulative_lower_percent, interval.cumulative_upper_percent))[: len(curve)]
    if all(lowest == highest for lowest, highest in curve):
        return
    for number, (lowest, highest) in enumerate(curve, start=1):
        yield {"transfer": number, "lowest": lowest, "highest": highest, "named": named}


def _points(estimate: Estimate, estimates: list[Estimate], threshold: float) -> Iterator[dict[str, Any]]:
    """The points of a curve; those of the main one carry their values, on the side where no other curve runs."""
    main = estimate is estimates[0]
    others = [other.cumulative_percent_lowest for other in estimates[1:]]
    known = estimate.cumulative_percent_lowest == estimate.cumulative_percent_highest
    named = _named(estimate)
    for number, (lowest, highest) in enumerate(estimate.curve, start=1):
        shown = between_percent(lowest, highest, threshold)
        above = all(len(other) < number or lowest >= other[number - 1] for other in others)
        crowded = len(estimate.curve) > _MOST_NAMED and number not in {
            estimate.failed_transfers, estimate.transfers_to_threshold,
        }  # fmt: skip
        value = shown if main and known and not crowded else ""
        yield {
            "transfer": number,
            "percent": lowest,
            "shown": shown,
            "above": value if above else "",
            "below": "" if above else value,
            "route": estimate.label,
            "named": named,
            "unnamed": named,  # under a name of its own: what is looked up by it is kept out of the legend
            "state": transfer_state(number, estimate.failed_transfers),
        }


def _crossing(estimate: Estimate) -> Iterator[dict[str, Any]]:
    total = estimate.transfers_to_threshold
    if total is not None and total <= len(estimate.cumulative_percent_lowest):
        percent = estimate.cumulative_percent_lowest[total - 1]
        yield {"transfer": total, "percent": percent, "unnamed": _named(estimate)}


def _line(estimates: list[Estimate], threshold: float) -> dict[str, Any]:
    """The threshold and its name: on the left above the line, or on the right below it where a curve comes near it."""
    words = f"{line_words(threshold)} threshold"
    begins = [percent for estimate in estimates for percent in _first_half(estimate)]
    high = max(begins, default=0.0) > threshold - _ROOM
    return {"percent": threshold, "left": "" if high else words, "right": words if high else ""}


def _done(estimates: list[Estimate]) -> Iterator[dict[str, Any]]:
    """The band behind the transfers that are done, and its two names: at the foot, or on top of a low curve."""
    done, last = estimates[0].failed_transfers, len(estimates[0].cumulative_percent_lowest)
    low = min(map(_first, estimates)) < _FOOT
    place = {"at": 100 - _FOOT / 3 if low else _FOOT / 3}
    if done:
        yield place | {"from": 0.5, "to": done + 0.5, "middle": (done + 1) / 2, "words": DONE}
    if last > done:
        yield place | {"from": done + 0.5, "to": last + 0.5, "middle": (done + last + 1) / 2, "words": TO_COME}


def _first_half(estimate: Estimate) -> tuple[float, ...]:
    """Where the left half of a curve runs."""
    return estimate.cumulative_percent_highest[: (len(estimate.curve) + 1) // 2]


def _first(estimate: Estimate) -> float:
    """Where a curve begins, at its lowest; one without a transfer begins nowhere."""
    return next(iter(estimate.cumulative_percent_lowest), 0.0)


@cache
def _template(count: int) -> dict[str, Any]:
    """The specification for so many routes, without their names and data. Authored once."""
    routes = places(count)
    legend = alt.Legend(
        title=None,
        orient="bottom",
        direction="vertical",
        labelLimit=600,
        labelExpr="split(datum.label, '\\n')",
        symbolSize=110,
        symbolDash=[1, 0],
        symbolOpacity=1,
    )
    colour = alt.Color("named:N", scale=alt.Scale(domain=routes), legend=legend)
    shape = alt.Shape("named:N", scale=alt.Scale(domain=routes, range=list(SHAPES[: len(routes)])), legend=legend)
    dash = alt.StrokeDash("unnamed:N", scale=alt.Scale(domain=routes, range=list(DASHES[: len(routes)])), legend=None)
    x = alt.X(
        "transfer:Q",
        title="Embryo transfers",
        scale=alt.Scale(nice=False, zero=False),
        axis=alt.Axis(tickMinStep=1, format="d", grid=False, labelAngle=0),
    )
    y = alt.Y(
        "percent:Q",
        title="Cumulative chance, %",
        scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(values=[0, 20, 40, 60, 80, 100]),
    )
    tooltip = [
        alt.Tooltip("route:N"),
        alt.Tooltip("transfer:Q", title="transfers"),
        alt.Tooltip("shown:N", title="chance"),
    ]

    band = (
        alt.Chart(alt.NamedData("done"))
        .mark_rect(color="#7a8790", tooltip=False)
        .encode(
            x=alt.X("from:Q"), x2="to:Q", opacity=alt.condition("datum.words == 'done'", alt.value(0.14), alt.value(0))
        )
    )
    words = (
        alt.Chart(alt.NamedData("done"))
        .mark_text(baseline="middle", fontSize=13, fontStyle="italic")
        .encode(x=alt.X("middle:Q"), y=alt.Y("at:Q", scale=alt.Scale(domain=[0, 100])), text="words:N")
    )
    threshold = (
        alt.Chart(alt.NamedData("line")).mark_rule(strokeWidth=1.5, strokeDash=[5, 3], color="#7a8790").encode(y=y)
    )
    named_left = (
        alt.Chart(alt.NamedData("line"))
        .mark_text(align="left", baseline="bottom", dx=4, dy=-4, fontSize=12)
        .encode(x=alt.value(0), y=y, text="left:N")
    )
    named_right = (
        alt.Chart(alt.NamedData("line"))
        .mark_text(align="right", baseline="top", dx=-4, dy=5, fontSize=12)
        .encode(x=alt.value("width"), y=y, text="right:N")
    )
    bands = alt.Chart(alt.NamedData("bands"))
    lowest, highest = (alt.Y(f"{end}:Q", scale=alt.Scale(domain=[0, 100])) for end in ("lowest", "highest"))
    between = bands.mark_area(opacity=0.2, tooltip=False).encode(x=x, y=lowest, y2="highest:Q", color=colour)
    edges = [bands.mark_line(strokeWidth=1).encode(x=x, y=end, color=colour) for end in (lowest, highest)]
    lines = (
        alt.Chart(alt.NamedData("points")).mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour, strokeDash=dash)
    )
    points = (
        alt.Chart(alt.NamedData("points"))
        .mark_point(size=110, strokeWidth=2.5, opacity=1)
        .encode(
            x=x,
            y=y,
            color=colour,
            shape=shape,
            fill=alt.Fill("unnamed:N", scale=alt.Scale(domain=routes), legend=None),
            fillOpacity=alt.condition("datum.state == 'done'", alt.value(1), alt.value(0)),
            tooltip=tooltip,
        )
    )
    rings = (
        alt.Chart(alt.NamedData("crossings"))
        .mark_point(size=520, strokeWidth=2, shape="circle", filled=False, opacity=1)
        .encode(x=x, y=y, stroke=alt.Stroke("unnamed:N", scale=alt.Scale(domain=routes), legend=None))
    )
    named = alt.Chart(alt.NamedData("points"))
    # To the left of its point, but the first one would stand on the numbers of the axis.
    beside = alt.ExprRef("datum.transfer == 1 ? 8 : -6")
    above = named.mark_text(baseline="bottom", align="right", dx=beside, dy=-8, fontSize=12).encode(
        x=x, y=y, text="above:N", color=colour
    )
    below = named.mark_text(baseline="top", align="left", dx=8, dy=6, fontSize=12).encode(
        x=x, y=y, text="below:N", color=colour
    )
    chart = alt.layer(
        band, words, threshold, named_left, named_right, between, *edges, lines, points, rings, above, below
    ).properties(height=_HEIGHT)
    specification: dict[str, Any] = chart.to_dict()
    return specification
