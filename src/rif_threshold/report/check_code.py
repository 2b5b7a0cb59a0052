"""Check codes: what was entered, what it was made with and what came out, as text that can be copied.

There are two kinds. The *case code* holds everything that was entered, and is the clinician's. The *couple code* is the
sheet's, and holds what the sheet uses; see `rif_threshold.report.couple_code`. Each begins with its own letters.

Version 1 is ``RIF1-`` (case) or ``RIFC1-`` (couple) and base32 (A to Z, 2 to 7) in groups of eight, at most 600
characters in all. Inside lie, in this order: which parts were asked for, the software's version, fingerprints of the
tables, digests of the answers, the case and its answer as deflated JSON, and a CRC-32 of it all. The CRC finds every
single wrong character and every swapped pair for certain. Nothing in it is secret: anyone can read it.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rif_threshold.assessment import Assessment
from rif_threshold.case import Case
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import read_json_object
from rif_threshold.method import method
from rif_threshold.pathway import as_first_named
from rif_threshold.report.deflate import deflated, inflated
from rif_threshold.report.digests import (
    ALL,
    ANSWER,
    EACH,
    NONE,
    all_fingerprint,
    answer_digests,
    answer_now,
    canonical,
    fingerprints,
)
from rif_threshold.vocabulary import Part


class CodeKind(StrEnum):
    """Which of the two codes it is, by the letters it begins with."""

    CASE = "case_code"
    COUPLE = "couple_code"


PREFIXES: Mapping[CodeKind, str] = {CodeKind.CASE: "RIF1", CodeKind.COUPLE: "RIFC1"}
PREFIX = PREFIXES[CodeKind.CASE]
LONGEST = 600
_GROUP = 8
_PERCENT = re.compile(r"([0-9]{1,3}(\.[0-9]{1,9})? to )?[0-9]{1,3}\.[0-9]{1,9}")
_COUNT, _TOTAL = re.compile(r"[0-9]{1,4}"), re.compile(r"[a-z0-9, ]{0,60}")
_LANGUAGE = re.compile(r"[A-Za-z_]{0,12}")
_PARTS = (Part.WORKUP, Part.TACROLIMUS, Part.PERSPECTIVE)


@dataclass(frozen=True)
class Code:
    """A code, or the sentence that says why there is none."""

    text: str
    why_not: str = ""


@dataclass(frozen=True)
class Content:
    """What a code holds. ``was`` is the answer when it was made, ``language`` that of the sheet it stands on."""

    kind: CodeKind
    case: Mapping[str, Any] = field(repr=False)
    parts: frozenset[Part] = field(repr=False)
    version: str
    all_tables: bytes = field(repr=False)
    each_table: frozenset[bytes] = field(repr=False)
    answers: Mapping[str, bytes] = field(repr=False)
    was: Mapping[str, Any]
    language: str = ""


def check_code(assessment: Assessment) -> str:
    """The case code of an assessment: all that was entered.

    Raises:
        InvalidInput: where the case is too long for a code.
    """
    return made_code(CodeKind.CASE, assessment, assessment.case, answer_digests(assessment))


def code_or_why(assessment: Assessment) -> Code:
    """The case code, or why there is none."""
    return or_why(lambda: check_code(assessment))


def or_why(made: Callable[[], str]) -> Code:
    """A code that is to be made, or why there is none."""
    try:
        return Code(made())
    except InvalidInput as error:
        return Code("", error.problems[0].allowed)


def made_code(
    kind: CodeKind, assessment: Assessment, case: Case, answers: Mapping[str, bytes], language: str = ""
) -> str:
    """The code of a kind.

    Args:
        kind: which of the two it is.
        assessment: what came out.
        case: what of its case is written down.
        answers: a digest of three bytes for each answer that is compared, in the order of `answer_digests`.
        language: of the sheet it stands on; left out where that is the first one.

    Raises:
        InvalidInput: where the case is too long for a code.
    """
    code = _written(PREFIXES[kind].encode() + _packed(assessment, case, answers, language), PREFIXES[kind])
    if len(code) > LONGEST:
        why = f"too much was entered for a code: it would have more than {LONGEST} characters"
        raise InvalidInput((Problem("code", f"{len(code)} characters", why, "code_too_long"),))
    return code


def read_code(typed: str) -> Content:
    """Read a code of either kind as it was typed: spaces, line breaks, hyphens and small letters do not matter.

    Raises:
        InvalidInput: where it is no code, or a character is wrong or missing. The case in it is not judged.
    """
    if len(typed) > 2 * LONGEST:
        raise _refused(f"a code has at most {LONGEST} characters", "code_form")
    text = "".join(typed.split()).replace("-", "").upper()
    begins = f"{PREFIX} (a case code) or {PREFIXES[CodeKind.COUPLE]} (a couple code)"
    if not text.startswith(PREFIX[:-1]):
        raise _refused(f"a code begins with {begins}", "code_form")
    kind = next((kind for kind, prefix in PREFIXES.items() if text.startswith(prefix)), None)
    if kind is None:
        raise _refused(f"this software reads codes that begin with {begins}", "code_version")
    prefix = PREFIXES[kind]
    content = _bytes(text[len(prefix) :], prefix)
    if len(content) <= 4 or zlib.crc32(prefix.encode() + content[:-4]) != int.from_bytes(content[-4:], "little"):
        raise _refused("a character is wrong, missing or too many; please compare it once more", "code_check")
    try:
        return _unpacked(content[:-4], kind)
    except (IndexError, KeyError, TypeError, ValueError, zlib.error, InvalidInput):
        raise _refused("this code was not made by this software", "code_form") from None


def _packed(assessment: Assessment, case: Case, answers: Mapping[str, bytes], language: str) -> bytes:
    version = assessment.software.version.encode()
    tables = sorted(fingerprints(assessment.tables).values())
    # A part whose answers are not compared is not asked for again.
    parts = [part for part in _PARTS if getattr(assessment, part, None) is not None and answers.get(part) != NONE]
    data = {"case": _plain_case(case), "was": answer_now(assessment)} | ({"language": language} if language else {})
    return b"".join(
        (
            bytes([sum(1 << _PARTS.index(part) for part in parts), len(version)]),
            version,
            all_fingerprint(assessment.tables),
            bytes([len(tables)]),
            *tables,
            *answers.values(),
            deflated(canonical(data)),
        )
    )


def _unpacked(content: bytes, kind: CodeKind) -> Content:
    place = 0

    def take(count: int) -> bytes:
        nonlocal place
        place += count
        if place > len(content):
            raise ValueError("too short")
        return content[place - count : place]

    flags, length = take(2)
    version = take(length).decode("utf-8")
    everything, count = take(ALL), take(1)[0]
    each = frozenset(take(EACH) for _ in range(count))
    answers = {name: take(ANSWER) for name in ("threshold", Part.WORKUP, Part.TACROLIMUS)}
    data = read_json_object(inflated(content[place:]))
    if not isinstance(data["case"], dict):
        raise TypeError("a case is an object")
    language = data.get("language", "")
    if not (isinstance(language, str) and _LANGUAGE.fullmatch(language)):
        raise ValueError("not a language")
    return Content(
        kind=kind,
        case=data["case"],
        parts=frozenset(part for place, part in enumerate(_PARTS) if flags >> place & 1),
        version=version,
        all_tables=everything,
        each_table=each,
        answers=answers,
        was=_was(data["was"]),
        language=language,
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


def _written(content: bytes, prefix: str = PREFIX) -> str:
    payload = content[len(prefix) :] + zlib.crc32(content).to_bytes(4, "little")
    letters = base64.b32encode(payload).decode().rstrip("=")
    return "-".join([prefix, *(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))])


def _bytes(letters: str, prefix: str) -> bytes:
    if len(letters) > LONGEST:
        raise _refused(f"a code has at most {LONGEST} characters", "code_form")
    try:
        content = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        allowed = f"after {prefix} a code has only the letters A to Z and the digits 2 to 7"
        raise _refused(f"{allowed}, and none may be missing", "code_form") from None
    if base64.b32encode(content).decode().rstrip("=") != letters:
        raise _refused("the last character is wrong; please compare it once more", "code_check")
    return content


def _refused(allowed: str, code: str) -> InvalidInput:
    """What is wrong with a code. The code itself is not repeated: it holds a case."""
    return InvalidInput((Problem("code", "", allowed, code),))
