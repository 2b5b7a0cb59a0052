"""The conformance pack: cases with the answers that an independent calculation gives, and what agrees with them.

The pack lies in ``conformance/`` and travels with the package. Its README says what each field means, so that a program
in any language can be held against it; this module holds the package, or what such a program wrote, against it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from rif_threshold.answers import Answer
from rif_threshold.assessment import assess
from rif_threshold.errors import InvalidInput, Problem, TableError
from rif_threshold.forms import read_json_object
from rif_threshold.record import Record
from rif_threshold.vocabulary import ThresholdState

FIELDS = (
    "state",
    "route",
    "routes",
    "failed_transfers",
    "crossed_at",
    "transfers_to_threshold",
    "further_transfers",
    "so_far_percent",
    "next_percent",
    "problems",
)
"""The agreed fields of an answer."""
NOT_CLAIMED = "not_claimed"
"""What a program gives as state for a case of a kind that it does not answer."""
_REFUSED = "refused"
_FINEST = Decimal("0.000001")
_CASES, _ABOUT = "cases.jsonl", "pack.json"


class Expected(Record):
    """A case of the pack, and what it must come to."""

    id: str
    kind: str
    case: dict[str, Any]
    expected: dict[str, Any]


class Pack(Record):
    """The pack: its version, its digest, and every case."""

    version: str
    sha256: str
    cases: tuple[Expected, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of cases, in the order of the pack."""
        return tuple(dict.fromkeys(each.kind for each in self.cases))

    def questions(self) -> Iterator[str]:
        """What a program is handed: every case as a JSON line, without what it must come to."""
        for each in self.cases:
            yield json.dumps(each.model_dump(mode="json", include={"id", "kind", "case"}))


class Difference(Record):
    """A case whose answer is another than that of the pack, and the fields that are."""

    id: str
    fields: tuple[str, ...]


class OfKind(Record):
    """What came out for the cases of one kind. One that was claimed is claimed whole."""

    kind: str
    cases: int
    claimed: bool
    differ: tuple[Difference, ...]

    @property
    def agree(self) -> int:
        """How many agree with the pack."""
        return self.cases - len(self.differ) if self.claimed else 0


def conformance_directory() -> Path:
    """Where the pack lies: in the installed package, else in the checkout beside it."""
    packaged = Path(__file__).parent / "_shipped" / "conformance"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "conformance"


def load_pack(directory: Path | None = None) -> Pack:
    """Read the pack and check its digest.

    Args:
        directory: a folder with ``cases.jsonl`` and ``pack.json``; the shipped pack where left out.

    Raises:
        TableError: where it is missing or was changed.
    """
    folder = directory or conformance_directory()
    try:
        content, about = (folder / _CASES).read_bytes(), json.loads((folder / _ABOUT).read_bytes())
        version, sha256 = str(about["version"]), str(about["sha256"])
    except (OSError, ValueError, LookupError, TypeError):
        raise TableError(f"conformance/{_ABOUT}", "the conformance pack is missing or cannot be read") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise TableError(f"conformance/{_CASES}", f"it was changed: its digest is not the one in {_ABOUT}")
    return Pack(version=version, sha256=sha256, cases=tuple(map(Expected.model_validate_json, content.splitlines())))


def own_answers(pack: Pack) -> Iterator[dict[str, Any]]:
    """What this package answers, a case at a time, in the agreed fields."""
    return (agreed_fields(each.case) | {"id": each.id} for each in pack.cases)


def agreed_fields(case: Mapping[str, Any]) -> dict[str, Any]:
    """The answer for one case in the agreed fields; what is nothing is left out.

    Args:
        case: the fields of a case, as JSON holds them.

    >>> found = agreed_fields({"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3})
    >>> found["state"], found["transfers_to_threshold"], found["so_far_percent"]
    ('not_yet', [4, 4], ['59.313098', '59.313098'])
    """
    try:
        assessment = assess(read_json_object(json.dumps(case)), include=())
    except InvalidInput as error:
        return {"state": _REFUSED, "problems": _told(error.problems)}
    routes = [each.route for each in assessment.estimates if not each.background and ":" not in each.route]
    said = {"state": str(assessment.state), "route": assessment.primary_route, "routes": routes}
    if assessment.state == ThresholdState.NO_ANSWER or assessment.threshold is None:
        return said | {"problems": _told(assessment.primary_problems)}
    return said | _plain(_figures(assessment.threshold))


def _figures(answer: Answer) -> dict[str, Any]:
    return {
        "failed_transfers": answer.failed_transfers,
        "crossed_at": [answer.crossed_at_lowest, answer.crossed_at_highest],
        "transfers_to_threshold": list(answer.total),
        "further_transfers": list(answer.further),
        "so_far_percent": [_written(end) for end in answer.so_far],
        "next_percent": [_written(answer.next_transfer_percent_lowest), _written(answer.next_transfer_percent_highest)],
    }


def _written(percent: float | None) -> str | None:
    """A percentage with six decimals, half up.

    The float is the nearest to the exact value, so its shortest decimal form shows where that lies halfway.
    """
    return None if percent is None else str(Decimal(repr(percent)).quantize(_FINEST, ROUND_HALF_UP))


def _told(problems: Iterable[Problem]) -> list[dict[str, str]]:
    return [{"field": field, "code": code} for field, code in sorted({(each.field, each.code) for each in problems})]


def _plain(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The agreed fields of an answer, less those that say nothing, problems without an order."""
    found = {name: answer[name] for name in FIELDS if answer.get(name) not in (None, [None, None])}
    if isinstance(problems := found.get("problems"), list):
        found["problems"] = sorted(problems, key=lambda each: json.dumps(each, sort_keys=True))
    return found


def compared(pack: Pack, answers: Iterable[Mapping[str, Any]]) -> tuple[OfKind, ...]:
    """Hold answers against the pack, kind by kind.

    A kind of which every case is *not claimed* is left out of the comparison; of any other, a case that is not claimed
    differs.

    Args:
        pack: the pack.
        answers: as many as the pack has cases, in its order.
    """
    given = list(zip(pack.cases, answers, strict=True))
    found = []
    for kind in pack.kinds:
        own = [(each, answer) for each, answer in given if each.kind == kind]
        claimed = any(answer.get("state") != NOT_CLAIMED for _, answer in own)
        differ = [_difference(each, answer) for each, answer in own] if claimed else []
        found.append(OfKind(kind=kind, cases=len(own), claimed=claimed, differ=tuple(each for each in differ if each)))
    return tuple(found)


def _difference(case: Expected, answer: Mapping[str, Any]) -> Difference | None:
    expected, given = _plain(case.expected), _plain(answer)
    fields = tuple(name for name in FIELDS if expected.get(name) != given.get(name))
    return Difference(id=case.id, fields=fields) if fields else None
