"""A clinic's own rates, with their intervals, over the steps of ESHRE's table and of a national register."""

from collections.abc import Iterator
from typing import Any

import altair as alt

from rif_threshold.ages import label_words
from rif_threshold.charts.specification import DASHES, Specification, fill
from rif_threshold.rates import PUBLISHED_TABLE, background_tables, load_rate_table
from rif_threshold.register.rates import Rates
from rif_threshold.register.table import BandRow, ClinicTable
from rif_threshold.strata import RateTable, Stratum
from rif_threshold.vocabulary import Eggs, Ploidy
from rif_threshold.wording import capital, shown_percent, word

_ESHRE = "ESHRE's table"
_OURS = "ours"


def rates_of_band(band: BandRow) -> Rates:
    """The rates that stand for a band: of first transfers, where there are any."""
    return band.all if band.first is None else band.first


def steps_specification(table: ClinicTable, ploidy: Ploidy) -> Specification | None:
    """The picture for one kind of embryo; ``None`` where we have no transfer of it."""
    ours = list(_ours(table, ploidy))
    return fill(_template(ploidy), {"steps": list(_steps(ploidy)), "ours": ours}) if ours else None


def describe_steps(table: ClinicTable, ploidy: Ploidy) -> str:
    """The same in words."""
    lines = " ".join(f"{line}." for line in steps_lines(table, ploidy))
    return f"Positive tests per transfer by age at retrieval, {word(ploidy)}, % with 95 % intervals. {lines}"


def steps_lines(table: ClinicTable, ploidy: Ploidy) -> list[str]:
    """The same in words, a line for us and for each table beside us."""
    ours = [f"{row['band']}: {row['words']}" for row in _ours(table, ploidy)]
    steps: dict[str, list[str]] = {}
    for row in _steps(ploidy):
        steps.setdefault(str(row["told"]), []).append(f"{row['band']} {row['shown']}")
    beside = (f"{capital(told)}: {', '.join(rows)}" for told, rows in steps.items())
    return [f"{capital(_OURS)}: {'; '.join(ours)}", *beside]


def registers() -> Iterator[RateTable]:
    """The national registers of own eggs that stand in the background."""
    yield from (
        table for table in background_tables().values() if table.background and table.background.eggs == Eggs.OWN
    )


def _ends() -> tuple[int, int]:
    """The youngest and the oldest age of any register: an open band goes so far in the picture."""
    rows = [row for table in registers() for row in table.strata]
    return (
        min(row.age_min_years for row in rows if row.age_min_years is not None),
        max(row.age_max_years for row in rows if row.age_max_years is not None) + 1,
    )


def _between(first: int | None, last: int | None) -> tuple[int, int]:
    youngest, oldest = _ends()
    return youngest if first is None else first, oldest if last is None else last + 1


def _steps(ploidy: Ploidy) -> Iterator[dict[str, Any]]:
    for table in (load_rate_table(PUBLISHED_TABLE), *registers()):
        for row in table.strata:
            if row.ploidy == ploidy:
                begins, ends = _between(row.age_min_years, row.age_max_years)
                percent = float(row.per_transfer_percent)
                yield {
                    "source": _source(table, row),
                    "told": _told(table, row),
                    "band": label_words(row.age_label),
                    "begins": begins,
                    "ends": ends,
                    "percent": percent,
                    "shown": f"{shown_percent(percent)} %",
                }


def _source(table: RateTable, row: Stratum) -> str:
    if table.background is None:
        return _ESHRE
    return ", ".join(filter(None, (table.background.short.partition(",")[0], row.stage and row.stage.value)))


def _told(table: RateTable, row: Stratum) -> str:
    """The same with its years, and what was transferred."""
    if table.background is None:
        return _ESHRE
    return ", ".join(filter(None, (table.background.short, row.stage and table.background.kinds.get(row.stage))))


def _ours(table: ClinicTable, ploidy: Ploidy) -> Iterator[dict[str, Any]]:
    for band in table.bands:
        positive = rates_of_band(band).positive
        if band.ploidy != ploidy or positive.percent is None:
            continue
        begins, ends = _between(band.age_min_years, band.age_max_years)
        low, high = positive.lower_percent or 0, positive.upper_percent or 0
        interval = f"{shown_percent(low)} to {shown_percent(high)}"
        yield {
            "source": _OURS,
            "band": label_words(band.age_label),
            "begins": begins,
            "ends": ends,
            "middle": (begins + ends) / 2,
            "percent": positive.percent,
            "low": low,
            "high": high,
            "shown": f"{shown_percent(positive.percent)} %",
            "words": f"{positive.came:,} of {positive.transfers:,}, {shown_percent(positive.percent)} ({interval})",
        }


def _template(ploidy: Ploidy) -> dict[str, Any]:
    order = [_OURS, *dict.fromkeys(str(row["source"]) for row in _steps(ploidy))]
    title = "age at retrieval, completed years"
    x = alt.X("begins:Q", title=title, scale=alt.Scale(domain=list(_ends()), nice=False))
    y = alt.Y("percent:Q", title="positive tests, % of transfers", scale=alt.Scale(domain=[0, 100]))
    legend = alt.Legend(title=None, orient="top", columns=1, labelLimit=0, symbolType="stroke", symbolSize=300)
    colour = alt.Color("source:N", sort=order, scale=alt.Scale(domain=order), legend=legend)
    dash = alt.StrokeDash(
        "source:N", sort=order, scale=alt.Scale(domain=order, range=list(DASHES[: len(order)])), legend=legend
    )
    tips = [alt.Tooltip("source:N"), alt.Tooltip("band:N"), alt.Tooltip("shown:N")]
    steps = (
        alt.Chart(alt.NamedData("steps"))
        .mark_rule(strokeWidth=2)
        .encode(x=x, x2="ends:Q", y=y, color=colour, strokeDash=dash, tooltip=tips)
    )
    ours = alt.Chart(alt.NamedData("ours"))
    step = ours.mark_rule(strokeWidth=3).encode(x=x, x2="ends:Q", y=y, color=colour, strokeDash=dash)
    interval = ours.mark_rule(strokeWidth=2).encode(x=alt.X("middle:Q"), y=alt.Y("low:Q"), y2="high:Q", color=colour)
    point = ours.mark_point(size=80, filled=True, opacity=1).encode(
        x=alt.X("middle:Q"), y=y, color=colour, tooltip=[alt.Tooltip("band:N"), alt.Tooltip("words:N")]
    )
    number = ours.mark_text(dy=-8, fontSize=12, fontWeight="bold").encode(  # above its interval, off the lines
        x=alt.X("middle:Q"), y=alt.Y("high:Q"), text="shown:N"
    )
    chart: dict[str, Any] = alt.layer(steps, step, interval, point, number).to_dict()
    return chart
