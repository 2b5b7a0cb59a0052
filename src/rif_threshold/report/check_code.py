"""The check code: what was entered, what it was made with and what came out, as text that can be copied.

Version 1 is ``RIF1-`` and base32 (A to Z, 2 to 7) in groups of eight, at most 600 characters in all. Inside lie, in
this order: which parts were asked for, the software's version, fingerprints of the tables, digests of the answers,
the case and its answer as deflated JSON, and a CRC-32 of it all. The CRC finds every single wrong character and every
swapped pair for certain. Nothing in it is secret: anyone can read it.
"""

import base64
import binascii
import hashlib
import json
import re
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rif_threshold.answers import Estimate
from rif_threshold.assessment import Assessment, UsedTable
from rif_threshold.case import Case
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import read_json_object
from rif_threshold.method import method
from rif_threshold.pathway import as_first_named
from rif_threshold.rates import in_background
from rif_threshold.report.deflate import deflated, inflated
from rif_threshold.sentences import total_words
from rif_threshold.vocabulary import Part
from rif_threshold.wording import shown_between

PREFIX = "RIF1"
LONGEST = 600
_GROUP = 8
_ALL, _EACH, _ANSWER = 3, 2, 3
"""Bytes of the digest of all tables, of each table, of each answer."""
_PERCENT = re.compile(r"([0-9]{1,3}(\.[0-9]{1,9})? to )?[0-9]{1,3}\.[0-9]{1,9}")
_COUNT, _TOTAL = re.compile(r"[0-9]{1,4}"), re.compile(r"[a-z0-9, ]{0,60}")
_PARTS = (Part.WORKUP, Part.TACROLIMUS, Part.PERSPECTIVE)


@dataclass(frozen=True)
class Code:
    """A check code, or the sentence that says why there is none."""

    text: str
    why_not: str = ""


@dataclass(frozen=True)
class Content:
    """What a check code holds. ``was`` is the answer when it was made."""

    case: Mapping[str, Any] = field(repr=False)
    parts: frozenset[Part] = field(repr=False)
    version: str
    all_tables: bytes = field(repr=False)
    each_table: frozenset[bytes] = field(repr=False)
    answers: Mapping[str, bytes] = field(repr=False)
    was: Mapping[str, Any]


def check_code(assessment: Assessment) -> str:
    """The check code of an assessment.

    Raises:
        InvalidInput: where the case is too long for a code.
    """
    code = _written(PREFIX.encode() + _packed(assessment))
    if len(code) > LONGEST:
        why = f"too much was entered for a check code: it would have more than {LONGEST} characters"
        raise InvalidInput((Problem("code", f"{len(code)} characters", why, "code_too_long"),))
    return code


def code_or_why(assessment: Assessment) -> Code:
    """The check code, or why there is none."""
    try:
        return Code(check_code(assessment))
    except InvalidInput as error:
        return Code("", error.problems[0].allowed)


def read_code(typed: str) -> Content:
    """Read a check code as it was typed: spaces, line breaks, hyphens and small letters do not matter.

    Raises:
        InvalidInput: where it is not a check code, or a character is wrong or missing. The case in it is not judged.
    """
    if len(typed) > 2 * LONGEST:
        raise _refused(f"a check code has at most {LONGEST} characters", "code_form")
    text = "".join(typed.split()).replace("-", "").upper()
    if not text.startswith(PREFIX[:-1]):
        raise _refused(f"a check code begins with {PREFIX}", "code_form")
    if not text.startswith(PREFIX):
        raise _refused(f"this software reads codes that begin with {PREFIX}", "code_version")
    content = _bytes(text[len(PREFIX) :])
    if len(content) <= 4 or zlib.crc32(PREFIX.encode() + content[:-4]) != int.from_bytes(content[-4:], "little"):
        raise _refused("a character is wrong, missing or too many; please compare it once more", "code_check")
    try:
        return _unpacked(content[:-4])
    except (IndexError, KeyError, TypeError, ValueError, zlib.error, InvalidInput):
        raise _refused("this code was not made by this software", "code_form") from None


def fingerprints(tables: Collection[UsedTable]) -> dict[str, bytes]:
    """A short fingerprint of each table's name and digest, of those that an answer is made from."""
    named = (table for table in tables if not in_background(table.id))
    return {table.id: _digest(f"{table.id} {table.sha256}")[:_EACH] for table in named}


def all_fingerprint(tables: Collection[UsedTable]) -> bytes:
    """A short fingerprint of all tables together."""
    return _digest("\n".join(f"{table.id} {table.sha256}" for table in tables))[:_ALL]


def answer_digests(assessment: Assessment) -> dict[str, bytes]:
    """A short digest of what each part answers; zeros for a part that was left out."""
    routes = [
        [each.route, each.transfers_to_threshold, each.reached, *map(_rounded, _curve(each))]
        for each in assessment.opinions
    ]
    problems = [(each.route, each.problems) for each in assessment.refused if not each.background]
    refused = [[route, [problem.code for problem in found]] for route, found in problems]
    answers = {"threshold": _digest(_canonical([assessment.primary_route, routes, refused]))[:_ANSWER]}
    for part in (Part.WORKUP, Part.TACROLIMUS):
        value = getattr(assessment, part)
        found = [] if value is None else list(_verdicts(value.model_dump(mode="json")))
        answers[part] = bytes(_ANSWER) if value is None else _digest(_canonical(found))[:_ANSWER]
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


def _packed(assessment: Assessment) -> bytes:
    version = assessment.software.version.encode()
    tables = sorted(fingerprints(assessment.tables).values())
    parts = [part for part in _PARTS if getattr(assessment, part, None) is not None]
    return b"".join(
        (
            bytes([sum(1 << _PARTS.index(part) for part in parts), len(version)]),
            version,
            all_fingerprint(assessment.tables),
            bytes([len(tables)]),
            *tables,
            *answer_digests(assessment).values(),
            deflated(_canonical({"case": _plain_case(assessment.case), "was": answer_now(assessment)})),
        )
    )


def _unpacked(content: bytes) -> Content:
    place = 0

    def take(count: int) -> bytes:
        nonlocal place
        place += count
        if place > len(content):
            raise ValueError("too short")
        return content[place - count : place]

    flags, length = take(2)
    version = take(length).decode("utf-8")
    everything, count = take(_ALL), take(1)[0]
    each = frozenset(take(_EACH) for _ in range(count))
    answers = {name: take(_ANSWER) for name in ("threshold", Part.WORKUP, Part.TACROLIMUS)}
    data = read_json_object(inflated(content[place:]))
    if not isinstance(data["case"], dict):
        raise TypeError("a case is an object")
    return Content(
        case=data["case"],
        parts=frozenset(part for place, part in enumerate(_PARTS) if flags >> place & 1),
        version=version,
        all_tables=everything,
        each_table=each,
        answers=answers,
        was=_was(data["was"]),
    )


def _was(data: Mapping[str, Any]) -> dict[str, Any]:
    """The answer in a code, if it has the form of one. Raises `ValueError`."""
    route, transfers = data["route"], data.get("transfers")
    good = route is None or (isinstance(route, str) and len(route) <= 100)
    if "reached" in data:
        so_far = data["so_far"]
        good &= data["reached"] in {True, False, None} and isinstance(so_far, str) and bool(_PERCENT.fullmatch(so_far))
        total = data.get("total", "")
        good &= isinstance(total, str) and bool(_TOTAL.fullmatch(total))
        good &= transfers is None or (isinstance(transfers, str) and bool(_COUNT.fullmatch(transfers)))
    if not good:
        raise ValueError("not an answer")
    return dict(data)


def _plain_case(case: Case) -> dict[str, Any]:
    """What was entered, without what is only the default; exact decimals as text."""
    data = case.model_dump(exclude_defaults=True)
    defaults = {"threshold_percent": method().threshold_percent, "minimum_transfers": method().minimum_transfers}
    for name, default in defaults.items():
        if data.get(name) == default:
            del data[name]
    if "answers" in data:  # by the names that the dictionary knows, so that the code stays short
        data["answers"] = as_first_named(data["answers"])
    for name in ("findings", "answers"):
        if name in data:
            data[name] = dict(sorted(data[name].items()))
    return data


def _canonical(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_decimal)


def _decimal(value: object) -> str:
    assert isinstance(value, Decimal)  # noqa: S101 - nothing else in a case is not plain
    return f"{value:f}"


def _rounded(percent: float) -> float:
    return round(percent, 6)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _written(content: bytes) -> str:
    payload = content[len(PREFIX) :] + zlib.crc32(content).to_bytes(4, "little")
    letters = base64.b32encode(payload).decode().rstrip("=")
    return "-".join([PREFIX, *(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))])


def _bytes(letters: str) -> bytes:
    if len(letters) > LONGEST:
        raise _refused(f"a check code has at most {LONGEST} characters", "code_form")
    try:
        content = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        allowed = f"after {PREFIX} a check code has only the letters A to Z and the digits 2 to 7"
        raise _refused(f"{allowed}, and none may be missing", "code_form") from None
    if base64.b32encode(content).decode().rstrip("=") != letters:
        raise _refused("the last character is wrong; please compare it once more", "code_check")
    return content


def _refused(allowed: str, code: str) -> InvalidInput:
    """What is wrong with a code. The code itself is not repeated: it holds a case."""
    return InvalidInput((Problem("code", "", allowed, code),))
