"""What is read of a case, and every problem of it, each a field and a code. It imports nothing of the package."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import oracle_forms as forms
import oracle_tables as tables

Problem = tuple[str, str]
MOST = 100
"""Transfers, failed or listed, and the highest minimum."""
MOST_EMBRYOS = 10
FAILED = {"result": "no_positive_test"}
"""Stands for a transfer of which nothing, or no result, could be read."""
ROUTES = ("live_birth", "prediction_model", "clinic_rate", "age_table")


@dataclass
class Known:
    """A case as far as it can be read: the fields of the case, the transfers that are listed, and what is planned."""

    case: dict[str, Any]
    history: list[dict[str, Any]] | None = None
    planned: dict[str, Any] | None = None
    nothing_planned: bool = False
    prediction: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)

    def get(self, name: str) -> Any:
        return self.case.get(name)

    @property
    def flat(self) -> dict[str, Any]:
        """The kind of transfer that the case itself describes."""
        return {name: self.case[name] for name in forms.KIND if name in self.case}

    @property
    def next_kind(self) -> dict[str, Any] | None:
        """The kind planned next; ``None`` where nothing is."""
        return None if self.nothing_planned else self.planned or self.flat

    @property
    def run(self) -> list[tuple[str, dict[str, Any]]]:
        """The failed transfers since the last positive test, each with its place in the case."""
        if self.history is None:
            return [("", self.flat)] * (self.get("failed_transfers") or 0)
        counted: list[tuple[str, dict[str, Any]]] = []
        for number, each in enumerate(self.history, start=1):
            if each["result"] in forms.POSITIVE:
                counted = []
            elif each["result"] == "no_positive_test":
                counted.append((f"history.{number}.", each))
        return counted


def read(given: dict[str, Any]) -> Known:
    """Read a case: first the form of each field, then what cannot be together, then limits and what is missing."""
    known = Known({})
    parts = {"history", "planned", "prediction"}
    flat = {name: value for name, value in given.items() if name not in parts}
    known.case = _fields(flat, forms.CASE, "", known.problems)
    if given.get("history") is not None:
        known.history = _history(given["history"], known.problems)
    match given.get("planned"):
        case None:
            pass
        case "none":
            known.nothing_planned = True
        case planned:
            known.planned = _part(planned, forms.KIND, "planned", known.problems)
    if given.get("prediction") is not None:
        known.prediction = _part(given["prediction"], forms.PREDICTION, "prediction", known.problems)
    together = list(_together(known))
    known.problems += together
    for problem in together:
        _leave_out(known, problem)
    known.problems += [*_limits(known), *_lacking(known)]
    return known


def _fields(given: dict[str, Any], readers: dict[str, forms.Reader], place: str, problems: list[Problem]) -> Any:
    read_well = {}
    for name, value in given.items():
        if name not in readers:
            problems.append((place.rstrip(".") or "case", "unknown_field"))
        elif value is not None:
            found = readers[name](value)
            if isinstance(found, forms.Wrong):
                problems.append((f"{place}{name}", found.code))
            else:
                read_well[name] = found
    return read_well


def _part(given: Any, readers: dict[str, forms.Reader], place: str, problems: list[Problem]) -> dict[str, Any] | None:
    if not isinstance(given, dict):
        problems.append((place, "not_named"))
        return None
    return _fields(given, readers, f"{place}.", problems) or None


def _history(given: Any, problems: list[Problem]) -> list[dict[str, Any]] | None:
    if not isinstance(given, list):
        problems.append(("history", "not_a_list"))
        return None
    if len(given) > MOST:
        problems.append(("history", "count_range"))
        return None
    entries = []
    for number, entry in enumerate(given, start=1):
        place = f"history.{number}"
        if not isinstance(entry, dict):
            problems.append((place, "not_named"))
        entries.append(_transfer(entry if isinstance(entry, dict) else FAILED, place, problems))
    return entries


def _transfer(given: dict[str, Any], place: str, problems: list[Problem]) -> dict[str, Any]:
    result = given.get("result")
    if result is None or result in forms.NO_TRANSFER:
        problems.append((f"{place}.result", "missing" if result is None else "no_transfer"))
        given = given | FAILED
    return FAILED | _fields(given, forms.TRANSFER, f"{place}.", problems)


def _together(known: Known) -> Any:
    """What cannot be true together, and what is impossible whatever any table says."""
    history = known.history or []
    if known.history is not None and known.get("failed_transfers") is not None:
        yield "failed_transfers, history", "cross_field"
    for number, each in enumerate(history[:-1], start=1):
        if each["result"] == "awaited":
            yield f"history.{number}.result", "cross_field"
    if known.history == []:
        yield "history", "empty"
    placed = [("", known.case), *_listed(known)]
    for place, kind in [*placed, ("planned.", known.planned or {})]:
        if kind.get("embryos") == 0:
            yield f"{place}embryos", "range"
    if (known.planned or known.nothing_planned) and known.history is not None and known.flat:
        yield ", ".join([*(name for name in forms.KIND if name in known.flat), "planned"]), "cross_field"
    yield from _of_counts(known)
    if known.get("minimum_transfers") == 0:
        yield "minimum_transfers", "range"
    if not known.get("small_percent_confirmed"):
        percentages = [(name, known.get(name)) for name in forms.PERCENTAGES]
        percentages += [(f"{place}per_transfer_percent", each.get("per_transfer_percent")) for place, each in placed]
        yield from ((name, "small_percent") for name, value in percentages if value is not None and value <= 1)


def _of_counts(known: Known) -> Any:
    successes, transfers = known.get("clinic_successes"), known.get("clinic_transfers")
    if known.get("clinic_percent") is not None and (successes is not None or transfers is not None):
        yield "clinic_percent, clinic_successes, clinic_transfers", "cross_field"
    if transfers == 0 and successes is not None:
        yield "clinic_transfers", "range"
    elif None not in (successes, transfers) and successes > transfers:
        yield "clinic_successes, clinic_transfers", "cross_field"


def _listed(known: Known) -> list[tuple[str, dict[str, Any]]]:
    return [(f"history.{number}.", each) for number, each in enumerate(known.history or [], start=1)]


def _leave_out(known: Known, problem: Problem) -> None:
    """What has a problem is not looked at again."""
    for name in problem[0].split(", "):
        top, _, rest = name.partition(".")
        number, _, part = rest.partition(".")
        if top == "history" and part and known.history:
            known.history[int(number) - 1].pop(part, None)
            known.history[int(number) - 1].setdefault("result", "no_positive_test")
        elif top == "history":
            known.history = None
        elif top == "planned" and rest:
            (known.planned or {}).pop(rest, None)
        elif top == "planned":
            known.planned, known.nothing_planned = None, False
        else:
            known.case.pop(top, None)


def _limits(known: Known) -> Any:
    """What lies outside what is taken."""
    if known.get("primary_route") is not None and known.get("primary_route") not in ROUTES:
        yield "primary_route", "not_in_list"
    for place, kind in [("", known.case), *_listed(known), ("planned.", known.planned or {})]:
        years = kind.get("oocyte_age_years")
        if years and not all(forms.YOUNGEST <= end <= forms.OLDEST for end in years):
            yield f"{place}oocyte_age_years", "age_range"
        if (kind.get("embryos") or 0) > MOST_EMBRYOS:
            yield f"{place}embryos", "count_range"
    for name in ("failed_transfers", "minimum_transfers"):
        if (known.get(name) or 0) > MOST:
            yield name, "count_range"
    asked = known.run
    if known.history and known.history[-1]["result"] == "awaited":
        asked = [*asked, (f"history.{len(known.history)}.", known.history[-1])]
    for place, each in asked:
        own = each.get("per_transfer_percent")
        if own is not None and high(known, each, own):
            yield f"{place}per_transfer_percent", "high_percent"


def high(known: Known, kind: dict[str, Any], percent: Fraction) -> bool:
    """Whether a chance is far above what is printed for its kind, so that it may be several added up."""
    if known.get("high_percent_confirmed"):
        return False
    rows = tables.rows(kind["ploidy"], kind["oocyte_age_years"]) if {"ploidy", "oocyte_age_years"} <= {*kind} else []
    return percent > (2 * rows[0].percent if len(rows) == 1 else max(row.percent for row in tables.printed()))


def has_figure(known: Known, route: str) -> bool:
    """Whether the case gives a route something to reckon with."""
    listed = known.history or []
    by_route = {
        "live_birth": known.get("live_birth_percent"),
        "prediction_model": known.prediction,
        "clinic_rate": [known.get(f"clinic_{name}") for name in ("percent", "successes", "transfers")] != [None] * 3,
        "age_table": known.get("oocyte_age_years")
        or known.get("ploidy")
        or (known.planned or {}).get("ploidy")
        or any("ploidy" in each or "per_transfer_percent" in each for each in listed),
    }
    return bool(by_route[route])


def _lacking(known: Known) -> Any:
    """What is still needed. Of a field that could not be read this is not said as well."""
    touched = {name.partition(".")[0] for fields, _ in known.problems for name in fields.split(", ")}
    if (
        known.history is None
        and known.get("failed_transfers") is None
        and not touched & {"history", "failed_transfers"}
    ):
        yield "failed_transfers", "missing"
    figures = {"live_birth_percent", "prediction", "clinic_percent", "clinic_successes", "clinic_transfers"}
    figures |= {"oocyte_age_years", "ploidy", "history", "planned"}
    if not any(has_figure(known, route) for route in ROUTES) and not touched & figures:
        yield "case", "missing"
