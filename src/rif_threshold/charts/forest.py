"""Published comparisons in counts as a forest-style plot: two groups a row, each with its exact interval."""

from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt

from rif_threshold.charts.specification import Specification, fill
from rif_threshold.pathway.studies import RecomputedComparison, study_words
from rif_threshold.wording import percent_words

_ROW = 62
_FIRST, _SECOND = "first-named group", "second-named group"


def evidence_specification(comparisons: Sequence[RecomputedComparison]) -> Specification:
    """The Vega-Lite specification of the plot."""
    rows = [row for comparison in comparisons for row in _groups(comparison)]
    return fill(_template(len(comparisons)), {"groups": rows})


def describe_evidence(comparisons: Sequence[RecomputedComparison]) -> str:
    """What the plot shows, in words."""
    said = "; ".join(
        f"{study_words(each.published.study)}, {each.published.compares}: {each.published.outcome} in"
        f" {each.published.first_events} of {each.published.first_total} {each.published.first} and"
        f" {each.published.second_events} of {each.published.second_total} {each.published.second}"
        for each in comparisons
    )
    return f"Share with the outcome in two groups of each comparison, with exact 95 % intervals. {said}."


def _groups(comparison: RecomputedComparison) -> Iterator[dict[str, Any]]:
    published, recomputed = comparison.published, comparison.recomputed
    row = f"{study_words(published.study)}|{published.outcome}|{published.compares}"
    for arm, name, events, total, percent, interval in (
        (
            _FIRST,
            published.first,
            published.first_events,
            published.first_total,
            recomputed.first_percent,
            recomputed.first_percent_interval,
        ),
        (
            _SECOND,
            published.second,
            published.second_events,
            published.second_total,
            recomputed.second_percent,
            recomputed.second_percent_interval,
        ),
    ):
        yield {
            "row": row,
            "arm": arm,
            "percent": percent,
            "low": interval[0],
            "high": interval[1],
            "words": f"{name} {events}/{total}",
            "shown": percent_words(percent),
        }


def _template(rows: int) -> dict[str, Any]:
    order = [_FIRST, _SECOND]
    y = alt.Y(
        "row:N",
        sort=None,
        title=None,
        axis=alt.Axis(
            labelExpr="[split(datum.label, '|')[0], split(datum.label, '|')[1]]", labelLimit=150, labelFontSize=12
        ),
    )
    offset = alt.YOffset("arm:N", sort=order, scale=alt.Scale(paddingInner=0.4, paddingOuter=0.4))
    x = alt.X("percent:Q", title="Share with the outcome, %", scale=alt.Scale(domain=[0, 100]))
    colour = alt.Color("arm:N", sort=order, legend=alt.Legend(title=None, orient="top"))
    data = alt.NamedData("groups")
    intervals = (
        alt.Chart(data)
        .mark_rule(strokeWidth=2)
        .encode(x=alt.X("low:Q", title="Share with the outcome, %"), x2="high:Q", y=y, yOffset=offset, color=colour)
    )
    points = (
        alt.Chart(data)
        .mark_point(size=90, filled=True, opacity=1)
        .encode(
            x=x,
            y=y,
            yOffset=offset,
            color=colour,
            shape=alt.Shape("arm:N", sort=order, scale=alt.Scale(domain=order, range=["circle", "square"])),
            tooltip=[alt.Tooltip("words:N"), alt.Tooltip("shown:N")],
        )
    )
    words = (
        alt.Chart(data)
        .mark_text(align="left", baseline="bottom", dy=-5, fontSize=12)
        .encode(x=alt.X("low:Q"), y=y, yOffset=offset, text="words:N")
    )
    chart = alt.layer(intervals, points, words).properties(height=rows * _ROW + 60)
    specification: dict[str, Any] = chart.to_dict()
    return specification
