"""Many chances at once: after how many transfers each crosses the line, and where each stands after its failures."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from rif_threshold._version import __version__
from rif_threshold.api.bounds import MOST_ROWS
from rif_threshold.assessed import Software
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import asks_whether_small
from rif_threshold.messages import problems_of
from rif_threshold.method import Rule, method
from rif_threshold.probability import transfers_to_exceed
from rif_threshold.record import Count, Percent, Record, YesNo
from rif_threshold.tables import SourceReference
from rif_threshold.uncertainty import clopper_pearson, transfers_interval

WHOLE = "request"
"""What a request is called in a problem that is of no one field."""
_PERCENTS, _COUNTS = "per_transfer_percent", ("successes", "transfers")
_LISTS = (_PERCENTS, *_COUNTS, "failed_transfers")
_ANY = "1"
_UNKNOWN = "this name is not known; see /openapi.json"
# Held here and not by pydantic, which takes a list of entries that cannot be read for an empty one.
_ROWS = Field(json_schema_extra={"minItems": 1, "maxItems": MOST_ROWS})


class ThresholdRequest(Record):
    """Chances of implantation per transfer, as percentages or as counts, and what each is held against.

    Every list has one entry for each chance. No table and no route is asked: a chance is taken as it is given.
    """

    per_transfer_percent: Annotated[
        Annotated[tuple[Percent, ...], _ROWS] | None,
        Field(description="Each chance in percent, 25.9 and not 0.259; or else successes and transfers."),
    ] = None
    successes: Annotated[
        Annotated[tuple[Count, ...], _ROWS] | None, Field(description="How many transfers succeeded ...")
    ] = None
    transfers: Annotated[
        Annotated[tuple[Count, ...], _ROWS] | None, Field(description="... out of how many, at least one.")
    ] = None
    failed_transfers: Annotated[
        Annotated[tuple[Count, ...], _ROWS] | None,
        Field(description="How many transfers have failed at that chance. Left out, it is not said where each stands."),
    ] = None
    threshold_percent: Annotated[
        Percent | None, Field(description="The cumulative chance to exceed; ESHRE's where left out.")
    ] = None
    minimum_transfers: Annotated[
        Count | None, Field(description="The fewest failed transfers; ESHRE's where left out.")
    ] = None
    small_percent_confirmed: Annotated[
        YesNo, Field(description="Percentages of 1 or less are really meant as percent.")
    ] = False

    @property
    def rule(self) -> Rule:
        """The rule that is applied: what the request names, and ESHRE's values where it names none."""
        return Rule(
            self.threshold_percent or method().threshold_percent, self.minimum_transfers or method().minimum_transfers
        )


class CountedRows(Record):
    """What counts leave open, a list each with one entry for each pair of counts.

    Attributes:
        method: of the intervals.
        level: their coverage, 0 to 1.
        lower_percent: of the chance per transfer.
        upper_percent: of the chance per transfer.
        transfers_lower: the fewest transfers to the threshold.
        transfers_upper: the most; ``None`` says more than 1,000.
    """

    method: Literal["Clopper-Pearson"]
    level: float
    lower_percent: tuple[float, ...]
    upper_percent: tuple[float, ...]
    transfers_lower: tuple[int | None, ...]
    transfers_upper: tuple[int | None, ...]


class ThresholdRows(Record):
    """The answers, a list each with one entry for each chance, in the order they were sent. Percentages are unrounded.

    Attributes:
        threshold_percent: the cumulative chance that must be exceeded.
        minimum_transfers: the fewest transfers that must have failed.
        per_transfer_percent: the chance that was reckoned with.
        transfers_to_threshold: the first number of transfers above the threshold; ``None`` says more than 1,000, and
            where counts are none or all that there is no answer.
        cumulative_percent_so_far: after the failed transfers; ``None`` where they were not given.
        reached: whether the threshold was crossed after the failed transfers.
        further_transfers: how many more to it; 0 where it was crossed.
        interval: what the counts leave open, where counts were given.
    """

    threshold_percent: float
    minimum_transfers: int
    per_transfer_percent: tuple[float, ...]
    transfers_to_threshold: tuple[int | None, ...]
    cumulative_percent_so_far: tuple[float | None, ...] | None
    reached: tuple[bool | None, ...] | None
    further_transfers: tuple[int | None, ...] | None
    interval: CountedRows | None
    source: SourceReference
    software: Software
    disclaimer: str


def threshold_rows(data: dict[str, Any]) -> ThresholdRows:
    """Answer for every chance of a request. Each is decided as `rif_threshold.assess` decides one.

    Args:
        data: the request, as `read_json_object` reads it.

    Raises:
        InvalidInput: with every problem at once.

    Source: ESHRE Working Group on Recurrent Implantation Failure, Hum Reprod Open 2023(3):hoad023.

    >>> rows = threshold_rows({"per_transfer_percent": ["31.5", "25.9"], "failed_transfers": ["3", "3"]})
    >>> rows.transfers_to_threshold, rows.reached, rows.further_transfers
    ((3, 4), (True, False), (0, 1))
    """
    request = _read(data)
    rule = request.rule
    chances, totals = _of_percentages(request, rule) if request.per_transfer_percent else _of_counts(request, rule)
    failed = request.failed_transfers
    answered = None if failed is None else tuple(map(_after, chances, failed, totals))
    so_far, reached, further = (None, None, None) if answered is None else zip(*answered, strict=True)
    return ThresholdRows(
        threshold_percent=float(rule.percent),
        minimum_transfers=rule.minimum,
        per_transfer_percent=tuple(float(100 * chance) for chance in chances),
        transfers_to_threshold=tuple(map(_within, totals)),
        cumulative_percent_so_far=so_far,
        reached=reached,
        further_transfers=further,
        interval=_interval(request, rule),
        source=method().threshold_source,
        software=Software(name="rif-threshold", version=__version__),
        disclaimer=method().disclaimer,
    )


def _of_percentages(request: ThresholdRequest, rule: Rule) -> tuple[list[Fraction], list[int]]:
    chances = [Fraction(percent) / 100 for percent in request.per_transfer_percent or ()]
    # The nearest float prints as the decimal that was typed, so the array agrees with exact arithmetic.
    totals = transfers_to_exceed(np.array([float(chance) for chance in chances]), float(rule.threshold), rule.minimum)
    return chances, totals.tolist()


def _of_counts(request: ThresholdRequest, rule: Rule) -> tuple[list[Fraction], list[int | None]]:
    """None or all of the counts says nothing certain, so there is no answer to it."""
    chances = list(map(Fraction, request.successes or (), request.transfers or ()))
    return chances, [
        None if chance in {0, 1} else transfers_to_exceed(chance, rule.threshold, rule.minimum) for chance in chances
    ]


def _after(chance: Fraction, failed: int, total: int | None) -> tuple[float | None, bool | None, int | None]:
    if total is None:
        return None, None, None
    above, below = (1 - chance).as_integer_ratio()
    miss, whole = above**failed, below**failed
    reached = failed >= total
    # Beyond the limit the total is not known, and neither is what is missing to it.
    return 100 * (whole - miss) / whole, reached, 0 if reached else None if total > TRANSFERS_LIMIT else total - failed


def _interval(request: ThresholdRequest, rule: Rule) -> CountedRows | None:
    if request.successes is None:
        return None
    level = float(method().interval_level)
    found = clopper_pearson(request.successes, request.transfers or (), level)
    fewest, most = transfers_interval(found, rule.threshold, rule.minimum)
    return CountedRows(
        method="Clopper-Pearson",
        level=level,
        lower_percent=tuple(100 * found.lower),
        upper_percent=tuple(100 * found.upper),
        transfers_lower=tuple(map(_within, fewest.tolist())),
        transfers_upper=tuple(map(_within, most.tolist())),
    )


def _within(total: int | None) -> int | None:
    return None if total is None or total > TRANSFERS_LIMIT else total


def _read(data: dict[str, Any]) -> ThresholdRequest:
    data = {name: each for name, each in data.items() if each is not None}
    too_long = {name for name in _LISTS if isinstance(data.get(name), list) and len(data[name]) > MOST_ROWS}
    problems = [
        Problem(name, f"{len(data[name]):,} entries", f"at most {MOST_ROWS:,} entries are taken", "count_range")
        for name in _LISTS
        if name in too_long
    ]
    data, wrong = {name: each for name, each in data.items() if name not in too_long}, too_long
    try:
        request = ThresholdRequest.model_validate(data)
    except ValidationError as error:
        found = list(problems_of(error, WHOLE, _UNKNOWN))
        problems, wrong = [*problems, *found], wrong | {problem.field for problem in found}
        request = _less(data, [detail["loc"] for detail in error.errors(include_url=False, include_context=False)])
    further = (*_of_lists(request), *_of_numbers(request))
    problems += [problem for problem in further if wrong.isdisjoint(problem.field.split(", "))]
    if problems:
        raise InvalidInput(problems)
    return request


def _less(data: dict[str, Any], places: Iterable[tuple[int | str, ...]]) -> ThresholdRequest:
    """The request without what stands in these places, so that the rest is still looked at.

    Of a list only the entry goes: any other stands in for it, of which nothing is said.
    """
    kept = dict(data)
    for name, *entry in places:
        if entry:
            kept[str(name)] = [_ANY if n == entry[0] else each for n, each in enumerate(kept[str(name)])]
        else:
            kept.pop(str(name), None)
    return ThresholdRequest.model_validate(kept)


def _of_lists(request: ThresholdRequest) -> Iterator[Problem]:
    """What cannot be true of the lists together."""
    given = {name: each for name in _LISTS if (each := getattr(request, name)) is not None}
    percents, counts = _PERCENTS in given, set(_COUNTS) & given.keys()
    chances = ", ".join((_PERCENTS, *_COUNTS))
    if percents and counts:
        yield Problem(chances, "both", "give percentages or counts, not both", "cross_field")
    elif not percents and len(counts) < len(_COUNTS):
        yield Problem(chances, "", f"give {_PERCENTS}, or {' and '.join(_COUNTS)}", "missing")
    for name, each in given.items():
        if not each:
            yield Problem(name, "an empty list", "leave it out, or give at least one entry", "empty")
    lengths = {len(each) for each in given.values()}
    if len(lengths) > 1:
        told = ", ".join(str(len(each)) for each in given.values())
        yield Problem(", ".join(given), told, "the lists must have the same number of entries", "cross_field")


def _of_numbers(request: ThresholdRequest) -> Iterator[Problem]:
    """What no single number can be."""
    percents = {f"{_PERCENTS}.{n}": each for n, each in enumerate(request.per_transfer_percent or (), start=1)}
    for field, percent in {**percents, "threshold_percent": request.threshold_percent}.items():
        if percent is not None and percent <= 1 and not request.small_percent_confirmed:
            yield asks_whether_small(field, percent)
    most = method().most_entries
    counts = {f"failed_transfers.{n}": each for n, each in enumerate(request.failed_transfers or (), start=1)}
    for field, count in {**counts, "minimum_transfers": request.minimum_transfers}.items():
        if count is not None and count > most:
            yield Problem(field, str(count), f"at most {most} are taken", "count_range", "ours")
    if request.minimum_transfers == 0:
        yield Problem("minimum_transfers", "0", "at least one transfer is needed", "range")
    for n, each in enumerate(request.transfers or (), start=1):
        if each == 0:
            yield Problem(f"transfers.{n}", "0", "at least one transfer is needed", "range")
    pairs = zip(request.successes or (), request.transfers or (), strict=False)
    for n, (success, of) in enumerate(pairs, start=1):
        if success > of > 0:
            why = "there cannot be more successes than transfers"
            yield Problem(f"successes.{n}, transfers.{n}", f"{success} of {of}", why, "cross_field")
