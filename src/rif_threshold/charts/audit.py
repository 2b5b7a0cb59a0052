"""Pictures of an audit: observed over expected by rank, and each band at each rank against what was expected."""

from collections.abc import Iterable, Iterator
from typing import Any

import altair as alt

from rif_threshold.ages import label_words
from rif_threshold.charts.specification import DASHES, SHAPES, Specification, fill
from rif_threshold.register.audit.audit import Audit
from rif_threshold.register.audit.by_rank import TOTAL, Against
from rif_threshold.register.audit.shown import RULES, ratio_interval
from rif_threshold.wording import percent_words, ratio_words, shown_percent

_EXPECTED = {"eshre": "ESHRE's table", "own": "own first transfers", "fitted": "fitted correlation"}


def by_rank_specification(audit: Audit) -> Specification | None:
    """Observed over expected by rank, with intervals; ``None`` where there is no rank to draw, but the total alone."""
    rows = list(_ratios(audit))
    if all(row["rank"] == TOTAL for row in rows):
        return None
    named = {row["expected"] for row in rows}
    order = [label for label in _EXPECTED.values() if label in named]
    return fill(_by_rank_template(order), {"ratios": rows, "one": [{"one": 1}]})


def by_rank_lines(audit: Audit) -> list[str]:
    """The same in words, a line for each expectation."""
    told = [
        (row["expected"], f"{row['rank'] if row['rank'] == TOTAL else 'rank ' + row['rank']}: {row['words']}")
        for row in _ratios(audit)
    ]
    return _grouped(told)


def describe_by_rank(audit: Audit) -> str:
    """The same in one text."""
    lead = "Observed over expected by rank of the first run, with 95 % intervals; 1 is as expected."
    return f"{lead} {'. '.join(by_rank_lines(audit))}."


def _grouped(told: Iterable[tuple[str, str]]) -> list[str]:
    """A line for each beginning, with all that goes on from it."""
    lines: dict[str, list[str]] = {}
    for begins, goes_on in told:
        lines.setdefault(begins, []).append(goes_on)
    return [f"{begins}, {'; '.join(parts)}" for begins, parts in lines.items()]


def _ratios(audit: Audit) -> Iterator[dict[str, Any]]:
    for row in audit.ranks:
        for name, label in _EXPECTED.items():
            against: Against | None = getattr(row, name)
            if against is None or against.ratio is None or against.upper is None:
                continue
            yield {
                "rank": row.rank,
                "expected": label,
                "ratio": against.ratio,
                "low": against.lower,
                "high": against.upper,
                "words": f"{ratio_words(against.ratio)} ({ratio_interval(against)})",
            }


def _by_rank_template(order: list[str]) -> dict[str, Any]:
    data = alt.NamedData("ratios")
    x = alt.X("rank:N", sort=None, title="transfer of the first run", axis=alt.Axis(labelAngle=0))
    offset = alt.XOffset("expected:N", sort=order)
    # One under the other, for a narrow screen; no dashes around so small a sign.
    legend = alt.Legend(title="expected by", orient="top", columns=1, labelLimit=0, symbolStrokeWidth=0)
    colour = alt.Color("expected:N", sort=order, scale=alt.Scale(domain=order), legend=legend)
    y = alt.Y("low:Q", title="observed over expected", scale=alt.Scale(zero=True))
    dash = alt.StrokeDash(
        "expected:N", sort=order, scale=alt.Scale(domain=order, range=list(DASHES[: len(order)])), legend=legend
    )
    intervals = (
        alt.Chart(data)
        .mark_rule(strokeWidth=2)
        .encode(x=x, xOffset=offset, y=y, y2="high:Q", color=colour, strokeDash=dash)
    )
    shape = alt.Shape(
        "expected:N", sort=order, scale=alt.Scale(domain=order, range=list(SHAPES[: len(order)])), legend=legend
    )
    points = (
        alt.Chart(data)
        .mark_point(size=70, filled=True, opacity=1)
        .encode(
            x=x, xOffset=offset, y=alt.Y("ratio:Q"), color=colour, shape=shape,
            tooltip=[alt.Tooltip("expected:N"), alt.Tooltip("words:N")],
        )
    )  # fmt: skip
    line = alt.Chart(alt.NamedData("one")).mark_rule(strokeDash=[4, 3]).encode(y=alt.Y("one:Q"))
    chart: dict[str, Any] = alt.layer(line, intervals, points).to_dict()
    return chart


def calibration_specification(audit: Audit) -> Specification | None:
    """Observed against expected, a point a band and rank; ``None`` where there is nothing to draw."""
    rows = [
        {
            "expected": point.expected_percent,
            "observed": point.observed_percent,
            "low": point.lower_percent,
            "high": point.upper_percent,
            "rank": str(point.rank),
            "hue": str(point.rank),
            "transfers": point.transfers,
            "words": f"{label_words(point.stratum)}, rank {point.rank}: {point.positive:,} of {point.transfers:,}",
        }
        for point in audit.calibration
    ]
    if not rows:
        return None
    return fill(_calibration_template(), {"points": rows, "diagonal": [{"x": 0, "y": 0}, {"x": 100, "y": 100}]})


def calibration_lines(audit: Audit) -> list[str]:
    """The same in words, a line for each band."""
    return _grouped(
        (
            f"{label_words(point.stratum)}, expected {percent_words(point.expected_percent)}",
            f"rank {point.rank}: {percent_words(point.observed_percent)} of {point.transfers:,}",
        )
        for point in audit.calibration
    )


def describe_calibration(audit: Audit) -> str:
    """The same in one text."""
    lead = "Positive tests observed against ESHRE's table, a point a band and rank."
    return f"{lead} {'. '.join(calibration_lines(audit))}."


def _calibration_template() -> dict[str, Any]:
    data, scale = alt.NamedData("points"), alt.Scale(domain=[0, 100])
    x = alt.X("expected:Q", title="expected by ESHRE's table, %", scale=scale)
    legend = alt.Legend(title="rank", orient="top", direction="horizontal")
    colour = alt.Color("hue:N", sort=None, legend=None)  # ranks are told apart by shape: one legend
    intervals = (
        alt.Chart(data)
        .mark_rule(strokeWidth=1.2)
        .encode(x=x, y=alt.Y("low:Q", title="observed, %", scale=scale), y2="high:Q", color=colour)
    )
    points = (
        alt.Chart(data)
        .mark_point(filled=False, opacity=1, strokeWidth=1.8)
        .encode(
            x=x, y=alt.Y("observed:Q"), color=colour,
            shape=alt.Shape("rank:N", sort=None, scale=alt.Scale(range=list(SHAPES)), legend=legend),
            size=alt.Size("transfers:Q", legend=None), tooltip=[alt.Tooltip("words:N")],
        )
    )  # fmt: skip
    diagonal = (
        alt.Chart(alt.NamedData("diagonal"))
        .mark_line(strokeDash=[4, 3], color="#6b7280")
        .encode(x=alt.X("x:Q", scale=scale), y=alt.Y("y:Q", scale=scale))
    )
    chart: dict[str, Any] = alt.layer(diagonal, intervals, points).to_dict()
    return chart


def definitions_specification(audit: Audit) -> Specification | None:
    """Whom each definition flags, now and ever, side by side; ``None`` where there is nothing to draw."""
    rows = list(_flagged(audit))
    return fill(_definitions_template(), {"flagged": rows}) if rows else None


def definitions_lines(audit: Audit) -> list[str]:
    """The same in words, a line for each definition."""
    return _grouped((row["definition"], f"{row['when']}: {row['words']}") for row in _flagged(audit))


def describe_definitions(audit: Audit) -> str:
    """The same in one text."""
    lead = "Share of couples whom each definition flags, % with 95 % intervals."
    return f"{lead} {'. '.join(definitions_lines(audit))}."


_HEIGHT = 240
_NOW, _EVER = "now, of couples in a current run", "ever, of all couples"


def _flagged(audit: Audit) -> Iterator[dict[str, Any]]:
    for row in audit.definitions.rules:
        for when, share in ((_NOW, row.now), (_EVER, row.ever)):
            if share.percent is None or share.couples is None or share.among is None:
                continue
            low, high = share.lower_percent or 0, share.upper_percent or 0
            yield {
                "definition": RULES[row.rule],
                "when": when,
                "percent": share.percent,
                "low": low,
                "high": high,
                "words": f"{share.couples:,} of {share.among:,}, {shown_percent(share.percent)}"
                f" ({shown_percent(low)} to {shown_percent(high)})",
            }


def _definitions_template() -> dict[str, Any]:
    order = [_NOW, _EVER]
    data, rules = alt.NamedData("flagged"), list(RULES.values())
    x = alt.X("low:Q", title="couples flagged, %", scale=alt.Scale(zero=True))
    y = alt.Y("definition:N", sort=rules, title=None)
    offset = alt.YOffset("when:N", sort=order, scale=alt.Scale(paddingInner=0.5, paddingOuter=0.5))
    colour = alt.Color("when:N", sort=order, legend=alt.Legend(title=None, orient="top", columns=1, labelLimit=0))
    intervals = alt.Chart(data).mark_rule(strokeWidth=2).encode(x=x, x2="high:Q", y=y, yOffset=offset, color=colour)
    points = (
        alt.Chart(data)
        .mark_point(size=80, filled=True, opacity=1)
        .encode(
            x=alt.X("percent:Q"), y=y, yOffset=offset, color=colour,
            shape=alt.Shape("when:N", sort=order, scale=alt.Scale(domain=order, range=list(SHAPES[:2]))),
            tooltip=[alt.Tooltip("definition:N"), alt.Tooltip("words:N")],
        )
    )  # fmt: skip
    chart: dict[str, Any] = alt.layer(intervals, points).properties(height=_HEIGHT).to_dict()
    return chart
