"""Fill data into a specification that was made once.

The rows go into the layers themselves: Streamlit turns data at the top of a specification into a data frame, which
costs more than everything else on the page together.
"""

from collections.abc import Mapping, Sequence
from typing import Any

# As wide as there is room; the height is that of the plot alone, whatever the legend needs.
_AUTOSIZE = {"type": "fit-x", "contains": "padding"}

DASHES = ([1, 0], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
"""How one line is told from another without colour."""

Rows = Sequence[Mapping[str, Any]]
Specification = dict[str, Any]


def places(count: int) -> list[str]:
    """What stands in the domains of a template in the place of so many names."""
    return [f"name {number}" for number in range(count)]


def with_names(template: Any, names: Sequence[str]) -> Any:
    """A copy of a template with names in the domains: a name may hold a number of this case, a template none.

    >>> with_names({"domain": ["name 0", "name 1"]}, ["ours", "theirs"])
    {'domain': ['ours', 'theirs']}
    """
    if isinstance(template, dict):
        return {key: with_names(part, names) for key, part in template.items()}
    if isinstance(template, list):
        return [*names] if template == places(len(names)) else [with_names(part, names) for part in template]
    return template


def fill(template: Mapping[str, Any], rows: Mapping[str, Rows]) -> Specification:
    """Return a copy of a layered specification with each named data set replaced by its rows.

    A layer without rows is left out: an empty group of marks has no name for those who hear the chart.

    >>> fill({"layer": [{"data": {"name": "a"}}]}, {"a": [{"x": 1}]})["layer"]
    [{'data': {'values': [{'x': 1}]}}]
    """
    template = {"autosize": _AUTOSIZE, **template}
    if "data" in template:  # Altair lifts what all layers share
        rest = {name: value for name, value in template.items() if name not in {"data", "layer"}}
        shared = {"data": {"values": list(rows[template["data"]["name"]])}, "layer": template["layer"]}
        return {**rest, "layer": [shared]}
    layers = [
        {**layer, "data": {"values": list(rows[layer["data"]["name"]])}} if "data" in layer else layer
        for layer in template["layer"]
        if "data" not in layer or rows[layer["data"]["name"]]
    ]
    return {**template, "layer": layers}
