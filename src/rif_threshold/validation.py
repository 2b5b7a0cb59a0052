"""The published worked examples, computed here: what the README's and the page's validation tables show.

The examples lie in ``tests/published`` and travel with the package, so that anyone can run them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from rif_threshold import heterogeneity, uncertainty
from rif_threshold.assessment import assess
from rif_threshold.errors import TableError
from rif_threshold.record import Record

_MODULES = {"heterogeneity": heterogeneity, "uncertainty": uncertainty}


class Check(Record):
    """One published figure beside the one computed here."""

    title: str
    what: str
    source: str
    published: tuple[float, ...]
    computed: tuple[float, ...]
    tolerance: float
    why: str
    in_readme: bool = False

    @property
    def holds(self) -> bool:
        """Whether all figures agree within the tolerance."""
        pairs = zip(self.published, self.computed, strict=True)
        return all(abs(published - computed) <= self.tolerance for published, computed in pairs)


@cache
def checks() -> tuple[Check, ...]:
    """Compute every published example. Raises `TableError` where the examples are not there."""
    packaged = Path(__file__).parent / "_shipped" / "published"
    folder = packaged if packaged.is_dir() else Path(__file__).parents[2] / "tests" / "published"
    files = sorted(folder.glob("*.toml"), reverse=True)  # the threshold before the statistics
    if not files:
        raise TableError(str(folder), "the published examples are missing")
    return tuple(check for path in files for check in _of(tomllib.loads(path.read_text("utf-8"))))


def _of(data: Mapping[str, Any]) -> Iterator[Check]:
    for example in data.get("example", ()):
        yield from _example(example)
    for statistic in data.get("statistic", ()):
        yield _statistic(statistic)


def _about(entry: Mapping[str, Any], figure: str) -> dict[str, Any]:
    """What an example and a statistic say alike of one of their figures."""
    names = ("title", "source", "tolerance", "why")
    return {name: entry[name] for name in names} | {"in_readme": figure in entry.get("in_readme", ())}


def _example(example: Mapping[str, Any]) -> Iterator[Check]:
    """A case: figures of the primary estimate, and points of its curve."""
    estimate = assess(example["case"], include=()).primary
    for name, expected in example["expect"].items():
        what = name.replace("_", " ").replace(" percent", ", percent")
        about = _about(example, name)
        if isinstance(expected, int):  # a number of transfers is right or wrong
            about |= {"tolerance": 0, "why": "a count"}
        yield Check(what=what, published=(expected,), computed=(getattr(estimate, name),), **about)
    if points := example["cumulative"]:
        computed = tuple(estimate.cumulative_percent[int(n) - 1] for n in points) if estimate else ()
        what = f"cumulative percent after {', '.join(points)}"
        published = tuple(points.values())
        yield Check(what=what, published=published, computed=computed, **_about(example, "cumulative"))


def _statistic(statistic: Mapping[str, Any]) -> Check:
    """A function of the library, called as the example says."""
    module, _, name = statistic["call"].partition(".")
    arguments = dict(statistic["arguments"])
    if "groups" in arguments:
        arguments["groups"] = [uncertainty.Group(*group) for group in arguments["groups"]]
    answer = getattr(_MODULES[module], name)(**arguments)
    if "take" in statistic:
        answer = attrgetter(statistic["take"])(answer)
    return Check(
        what=" ".join((name, statistic.get("take", ""))).replace("_", " ").strip(),
        published=tuple(np.atleast_1d(statistic["expected"]).astype(float).tolist()),
        computed=tuple(np.atleast_1d(answer).astype(float).tolist()),
        **_about(statistic, "expected"),
    )
