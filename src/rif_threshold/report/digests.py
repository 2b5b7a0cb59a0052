"""What a code compares: short digests of the tables that an answer rests on, and of each answer."""

import hashlib
import json
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

from rif_threshold.answers import Estimate
from rif_threshold.assessed import Assessment, UsedTable
from rif_threshold.rates import in_background
from rif_threshold.sentences import total_words
from rif_threshold.vocabulary import Part
from rif_threshold.wording import shown_between

ALL, EACH, ANSWER = 3, 2, 3
"""Bytes of the digest of all tables, of each table, of each answer."""
NONE = bytes(ANSWER)
"""The digest of what is not answered."""


def fingerprints(tables: Collection[UsedTable]) -> dict[str, bytes]:
    """A short fingerprint of each table's name and digest, of those that an answer is made from."""
    named = (table for table in tables if not in_background(table.id))
    return {table.id: digest(f"{table.id} {table.sha256}")[:EACH] for table in named}


def all_fingerprint(tables: Collection[UsedTable]) -> bytes:
    """A short fingerprint of all tables together."""
    return digest("\n".join(f"{table.id} {table.sha256}" for table in tables))[:ALL]


def answer_digests(assessment: Assessment) -> dict[str, bytes]:
    """A short digest of what each part answers; zeros for a part that was left out."""
    routes = [
        [each.route, each.transfers_to_threshold, each.reached, *map(_rounded, _curve(each))]
        for each in assessment.opinions
    ]
    problems = [(each.route, each.problems) for each in assessment.refused if not each.background]
    refused = [[route, [problem.code for problem in found]] for route, found in problems]
    answers = {"threshold": digest(canonical([assessment.primary_route, routes, refused]))[:ANSWER]}
    for part in (Part.WORKUP, Part.TACROLIMUS):
        value = getattr(assessment, part)
        found = [] if value is None else list(_verdicts(value.model_dump(mode="json")))
        answers[part] = NONE if value is None else digest(canonical(found))[:ANSWER]
    return answers


def _curve(estimate: Estimate) -> tuple[float, ...]:
    """The curve, or both its ends where they differ."""
    low, high = estimate.cumulative_percent_lowest, estimate.cumulative_percent_highest
    return low if low == high else (*low, *high)


def answer_now(assessment: Assessment) -> dict[str, Any]:
    """The primary route's answer, as little of it as a reader compares."""
    answer = assessment.threshold
    if answer is None:
        return {"route": assessment.primary_route}
    now = {
        "route": answer.route,
        "transfers": answer.transfers_to_threshold,
        "reached": answer.reached,
        "so_far": shown_between(*answer.so_far, answer.percent),
    }
    single = answer.total.lowest == answer.total.highest and not answer.open_ended
    return now if single else now | {"total": total_words(answer)}


def _verdicts(value: Any) -> Iterator[list[Any]]:
    """Everything below a result that has a verdict: which one, and what it is."""
    if isinstance(value, list):
        for each in value:
            yield from _verdicts(each)
    elif isinstance(value, dict):
        if "verdict" in value:
            yield [value.get("id"), value.get("grade"), value["verdict"]]
        for each in value.values():
            yield from _verdicts(each)


def _rounded(percent: float) -> float:
    return round(percent, 6)


def digest(text: str) -> bytes:
    """The SHA-256 digest of a text."""
    return hashlib.sha256(text.encode()).digest()


def canonical(value: object) -> str:
    """A value as JSON that is always written alike; exact decimals as text."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_decimal)


def _decimal(value: object) -> str:
    assert isinstance(value, Decimal)  # noqa: S101 - nothing else in a case is not plain
    return f"{value:f}"
