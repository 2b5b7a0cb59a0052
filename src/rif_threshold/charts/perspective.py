"""One picture for each section of the perspective. The section's own sentence describes it.

Every picture can be read without colour: by place, shape, dashes and words. Specifications are authored in Altair once
and only filled afterwards.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from rif_threshold.charts.perspective_templates import (
    band_template,
    budget_template,
    lines_template,
    observed_template,
    tornado_template,
    zones_template,
)
from rif_threshold.charts.specification import Specification, fill
from rif_threshold.perspective import (
    BudgetSection,
    CouplesSection,
    IntervalSection,
    MeaningSection,
    MovesSection,
    ObservedSection,
)
from rif_threshold.vocabulary import SpreadModel
from rif_threshold.wording import (
    DONE,
    TO_COME,
    between_percent,
    line_words,
    number_words,
    percent_words,
    shown_line,
    shown_percent,
    transfers_words,
)

_BAR = 46
"""Height of one bar of the tornado with its words."""

_NARROW = 0.03
"""A box of the budget narrower than this share of the picture holds no number."""

_CUT = 10
"""Percentage points that are drawn of a zone that reaches far beyond the chance."""


def interval_chart(section: IntervalSection) -> Specification:
    """With counts the curve and its band; without, the chances that give each number of transfers."""
    if section.level is None:
        return fill(zones_template(), {"zones": list(_zone_rows(section)), "here": list(_here(section))})
    rows = [
        {
            "transfers": point.transfers,
            "percent": point.cumulative_percent,
            "lower": point.lower_percent,
            "upper": point.upper_percent,
            "shown": percent_words(point.cumulative_percent, section.threshold_percent),
            "between": between_percent(point.lower_percent or 0, point.upper_percent or 0),
        }
        for point in section.points
    ]
    return fill(band_template(), {"points": rows, "line": [_threshold_row(section.threshold_percent)]})


def budget_chart(section: BudgetSection) -> Specification:
    """The transfers side by side on a scale where the threshold is 100 %."""
    rows = [
        {
            "from": each.from_percent,
            "to": each.to_percent,
            "middle": (each.from_percent + each.to_percent) / 2,
            "name": str(each.transfer),
            # A number that does not fit into its box is left to the tooltip.
            "words": str(each.transfer) if each.share_percent > _NARROW * section.transfers[-1].to_percent else "",
            "state": each.state,
            "shown": percent_words(each.share_percent),
        }
        for each in section.transfers
    ]
    line = [{"percent": 100, "words": "100 %: the line"}]
    return fill(budget_template(), {"transfers": rows, "states": list(_states(section)), "line": line})


def couples_chart(section: CouplesSection, model: str = SpreadModel.BETA_GEOMETRIC) -> Specification:
    """The curve for couples all alike and for each setting of one model: ``beta_geometric`` or ``two_class``."""
    shown = [each for each in section.settings if each.model in {SpreadModel.INDEPENDENCE, model}]
    rows = [
        {
            "transfers": number,
            "percent": percent,
            "shown": percent_words(percent, section.threshold_percent),
            "series": each.label,
            "dashes": each.label,
        }
        for each in shown
        for number, percent in enumerate(each.cumulative_percent, start=1)
    ]
    template = lines_template(tuple(each.label for each in shown), "Cumulative chance, %")
    return fill(template, {"points": rows, "line": [_threshold_row(section.threshold_percent)], "marks": []})


def meaning_chart(section: MeaningSection) -> Specification:
    """Of those who get this far, how many have no problem, transfer by transfer."""
    names = [f"without a problem, if {percent_words(each)} have one" for each in section.prevalence_percents]
    labelled = "of couples without a problem, those who get this far"
    rows = []
    for point in section.points:
        shares = {**dict(zip(names, point.unexplained_percents, strict=True)), labelled: point.labelled_percent}
        rows += [
            {
                "transfers": point.transfers,
                "percent": share,
                "shown": percent_words(share),
                "series": name,
                "dashes": name,
            }
            for name, share in shares.items()
        ]
    words, n = "the line is crossed", section.transfers
    # The words stand on the side where there is room.
    early = n is not None and 2 * n <= len(section.points)
    marks = [] if n is None else [{"transfers": n, "after": words if early else "", "before": "" if early else words}]
    return fill(lines_template((*names, labelled), "Share of couples, %"), {"points": rows, "line": [], "marks": marks})


def observed_chart(section: ObservedSection) -> Specification:
    """Observed rates by rank, with their intervals, and the first rate held as a level line."""
    rows = [
        {
            "rank": point.rank,
            "percent": point.observed_percent,
            "lower": point.lower_percent,
            "upper": point.upper_percent,
            "shown": percent_words(point.observed_percent),
            "series": each.label,
            "dashes": each.label,
        }
        for each in section.series
        for point in each.points
    ]
    levels = [
        {"rank": first.rank, "until": last.rank, "percent": first.expected_percent}
        for each in section.series
        for first, last in [(each.points[0], each.points[-1])]
        if first.expected_percent is not None
    ]
    return fill(observed_template(tuple(each.label for each in section.series)), {"points": rows, "levels": levels})


def tornado_chart(section: MovesSection) -> Specification:
    """One bar for each change, from the fewest to the most transfers, with the answer as it stands as a line."""
    known = [n for move in section.moves for n in (move.fewest, move.most) if n is not None]
    answer = section.transfers_to_threshold
    # "More than 1,000" is drawn a little beyond the largest known number, and says so in words.
    beyond = max([*known, answer or 1]) + 2
    rows = []
    for place, move in enumerate(section.moves):
        most, fewest = number_words(move.most), number_words(move.fewest)
        numbers = fewest if fewest == most else f"{fewest} to {most}"
        rows.append(
            {
                "place": place,
                "from": (beyond if move.fewest is None else move.fewest) - 1 / 8,
                "to": (beyond if move.most is None else move.most) + 1 / 8,
                "words": move.change,
                "numbers": numbers,
                "label": f"{move.change}: {numbers}",
            }
        )
    line = [{"transfers": beyond if answer is None else answer}]
    template = dict(fill(tornado_template(), {"moves": rows, "line": line}))
    return template | {"height": _BAR * len(rows)}


DRAWN: Mapping[str, Callable[..., Specification]] = {
    "interval": interval_chart,
    "budget": budget_chart,
    "couples_differ": couples_chart,
    "meaning_of_crossing": meaning_chart,
    "against_observed": observed_chart,
    "what_moves_the_answer": tornado_chart,
}
"""What draws each section."""


def _states(section: BudgetSection) -> Iterator[Mapping[str, Any]]:
    """One word for each run of transfers, done and to come."""
    for state in (DONE, TO_COME):
        if run := [each for each in section.transfers if each.state == state]:
            yield {"middle": (run[0].from_percent + run[-1].to_percent) / 2, "words": state}


def _threshold_row(percent: float) -> dict[str, Any]:
    return {"percent": percent, "words": f"{line_words(percent)}: the threshold"}


def _zone_rows(section: IntervalSection) -> Iterator[Mapping[str, Any]]:
    """The zones. The highest reaches to 100 % and is cut short where the chance itself does not lie in it."""
    p, shown = section.per_transfer_percent, Decimal(_shown_chance(section))
    for number, zone in enumerate(section.zones):
        to = zone.to_percent
        if number == 0 and p <= zone.from_percent:
            to = min(to, zone.from_percent + _CUT)
        yield {
            "from": zone.from_percent,
            "to": to,
            "middle": (zone.from_percent + to) / 2,
            "name": str(zone.transfers),
            "shown": f"{transfers_words(zone.transfers)}: above {shown_line(zone.from_percent, shown, above=True)} %",
            "even": number % 2 == 0,
        }


def _here(section: IntervalSection) -> Iterator[Mapping[str, Any]]:
    yield {"percent": section.per_transfer_percent, "words": f"{_shown_chance(section)} %"}


def _shown_chance(section: IntervalSection) -> str:
    """The chance on its own side of every line of the zones."""
    return shown_percent(section.per_transfer_percent, *(zone.from_percent for zone in section.zones))
