"""What is refused, as ``application/problem+json`` (RFC 9457), with every field at once."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from rif_threshold.errors import InvalidInput, Problem, RifThresholdError
from rif_threshold.record import Record

MEDIA_TYPE: Final = "application/problem+json"
PLAIN, INVALID, OUTSIDE = "about:blank", "urn:rif-threshold:invalid-input", "urn:rif-threshold:outside-evidence"
"""The types of problems: what the status alone says; an input that is malformed or impossible; one that the evidence
does not cover."""


class ProblemDetails(Record):
    """Why a request is refused.

    Attributes:
        type: ``about:blank`` where the status says it all; else what kind of input is refused.
        title: the same in words.
        status: of the answer.
        detail: what is needed. It repeats nothing that was sent, so it may go into a log.
        problems: for each field what was given, what is allowed and why. It repeats what was sent, for whoever sent it.
    """

    type: str
    title: str
    status: int
    detail: str
    problems: tuple[Problem, ...]


class Refused(RifThresholdError):
    """Raised where a request is refused for its form, before anything in it is judged.

    Attributes:
        status: of the answer.
        detail: what is needed, repeating nothing that was sent.
        headers: of the answer.
    """

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def refusal(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that is refused for its form."""
    return _response(PLAIN, HTTPStatus(status).phrase, status, detail, (), headers)


def refused_input(error: InvalidInput) -> Response:
    """The answer to an input that cannot be judged: 400 where it is no JSON, else 422."""
    outside = all(problem.outside_evidence for problem in error.problems)
    kind, title = (OUTSIDE, "Outside what the evidence covers") if outside else (INVALID, "This cannot be answered")
    no_json = any(problem.code == "json" for problem in error.problems)
    status = HTTPStatus.BAD_REQUEST if no_json else HTTPStatus.UNPROCESSABLE_ENTITY
    return _response(kind, title, status, str(error), error.problems)


def _response(
    kind: str,
    title: str,
    status: int,
    detail: str,
    problems: tuple[Problem, ...],
    headers: Mapping[str, str] | None = None,
) -> Response:
    told = {"type": kind, "title": title, "status": int(status), "detail": detail}
    content = json.dumps({**told, "problems": [problem.as_dict() for problem in problems]})
    return Response(content, status, headers, MEDIA_TYPE)
