"""The description of the API, OpenAPI 3.1. Its schemas are the published ones, so it cannot say anything else."""

import re
from functools import cache
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from rif_threshold._version import __version__
from rif_threshold.api import bounds
from rif_threshold.api.problems import MEDIA_TYPE, ProblemDetails
from rif_threshold.api.threshold import ThresholdRequest, ThresholdRows
from rif_threshold.assessed import Assessment, Software
from rif_threshold.case import Case
from rif_threshold.method import method
from rif_threshold.parts import default_parts
from rif_threshold.rates import PUBLISHED_TABLE, load_rate_table
from rif_threshold.record import Record

_TEXT = """\
After how many embryo transfers without a pregnancy is it time to look for a reason, and what then?

It informs a clinician. It is not a medical device, makes no diagnosis, and tells nobody to take or stop a medicine.
Nothing that is sent is kept or written to a log. Percentages are percent: 23.8, not 0.238.
"""
_REF = "#/components/schemas/{model}"
_ALWAYS = (400, 500)
_BODY = (408, 413, 415, 422, 503)
_WHY = {
    400: "The request cannot be read: it is no JSON, no UTF-8, has a query or long headers, or names an unknown host",
    404: "There is no such table",
    408: f"The body did not come within {bounds.HEAD_SECONDS} seconds",
    413: f"The body is longer than {bounds.LONGEST_BODY:,} bytes",
    415: "Its header does not say that the body is JSON in UTF-8, or says that it is compressed",
    422: "The input is malformed, impossible or outside the evidence; every problem is named, each with its field",
    500: "A fault in the software",
    503: "Too many requests are waiting",
}


class TableFile(Record):
    """A file of tables as it was read. The SHA-256 digest of ``text``, in UTF-8, is ``sha256``."""

    id: str
    sha256: str
    text: str


class Version(Record):
    """What answers here.

    Attributes:
        software: its name and version.
        schema_version: of the JSON of cases and assessments.
        tables_sha256: one digest of all its tables.
        own_tables_sha256: one digest of the clinic's own tables, if it has some.
        parts: what an assessment can include.
    """

    software: Software
    schema_version: int
    tables_sha256: str
    own_tables_sha256: str | None
    parts: tuple[str, ...]


class Health(Record):
    """It answers."""

    status: str


class JsonSchema(BaseModel):
    """A JSON Schema, draft 2020-12."""


class _Operation(NamedTuple):
    """What is done at a path: by which method, what for, what it answers with, and how else it may end."""

    method: str
    summary: str
    answer: type[BaseModel]
    further: tuple[int, ...] = ()


_OPERATIONS = {
    "/v1/assess": _Operation("post", "Judge one case, as `rif-threshold assess --json` does", Assessment, _BODY),
    "/v1/threshold": _Operation("post", "Judge many chances by the formula alone", ThresholdRows, _BODY),
    "/v1/tables/{id}": _Operation("get", "A file of tables, by its id in an assessment's `tables`", TableFile, (404,)),
    "/v1/schema/case": _Operation("get", "The published schema of a case", JsonSchema),
    "/v1/schema/assessment": _Operation("get", "The published schema of an assessment", JsonSchema),
    "/v1/version": _Operation("get", "Which software, schema and tables answer here", Version),
    "/health": _Operation("get", "Whether it answers; the only probe", Health),
}
_ASSESS_REQUEST = "AssessRequest"


def made_case() -> dict[str, Any]:
    """A case that is made up: the published table's second row, and as many failures as the rule asks at least."""
    row = load_rate_table(PUBLISHED_TABLE).strata[1]
    failed = method().minimum_transfers
    return {"oocyte_age_years": row.age_min_years, "ploidy": row.ploidy, "failed_transfers": failed}


def _made_chances() -> dict[str, Any]:
    rows = load_rate_table(PUBLISHED_TABLE).strata
    failed = [method().minimum_transfers] * len(rows)
    return {"per_transfer_percent": [float(row.per_transfer_percent) for row in rows], "failed_transfers": failed}


@cache
def description() -> dict[str, Any]:
    """The whole description, as JSON has it."""
    paths = {path: {about.method: _operation(path, about)} for path, about in _OPERATIONS.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "rif-threshold", "version": __version__, "description": _TEXT, "license": {"name": "MIT"}},
        "paths": paths,
        "components": {"schemas": _schemas()},
    }


def _operation(path: str, about: _Operation) -> dict[str, Any]:
    answers = {
        "200": {"description": "The answer", "content": _content("application/json", about.answer.__name__)},
        **{str(status): _refusal(status) for status in sorted((*_ALWAYS, *about.further))},
    }
    name = re.sub(r"\W+", "_", path).strip("_")
    told: dict[str, Any] = {"summary": about.summary, "operationId": name}
    if "{id}" in path:
        words = "For example rates/eshre_rif_2023.csv, with its slash as it is or as %2F."
        schema = {"type": "string", "minLength": 1, "examples": ["rates/eshre_rif_2023.csv"]}
        told["parameters"] = [
            {"name": "id", "in": "path", "required": True, "description": words, "schema": schema},
        ]
    sent = {"/v1/assess": (_ASSESS_REQUEST, made_case), "/v1/threshold": (ThresholdRequest.__name__, _made_chances)}
    if path in sent:
        model, example = sent[path]
        content = _content("application/json", model)
        content["application/json"]["example"] = example()
        told["requestBody"] = {"required": True, "content": content}
    return {**told, "responses": answers}


def _refusal(status: int) -> dict[str, Any]:
    words = _WHY[status]
    headers = {"Retry-After": {"schema": {"type": "string"}}} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return {"description": words, "content": _content(MEDIA_TYPE, ProblemDetails.__name__), "headers": headers}


def _content(media_type: str, model: str) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": _REF.format(model=model)}}}


def _schemas() -> dict[str, Any]:
    read: list[type[BaseModel]] = [Case, ThresholdRequest]
    written: list[type[BaseModel]] = [*(about.answer for about in _OPERATIONS.values()), ProblemDetails]
    ways: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        *((model, "validation") for model in read),
        *((model, "serialization") for model in dict.fromkeys(written)),
    ]
    named, made = models_json_schema(ways, ref_template=_REF)
    schemas: dict[str, Any] = made["$defs"]
    case = schemas.pop(named[Case, "validation"]["$ref"].rpartition("/")[2])
    include = {
        "type": "array",
        "items": {"enum": sorted(default_parts())},
        "maxItems": bounds.MOST_PARTS,
        "title": "parts",
        "description": "The parts beside the threshold; all that are not left out here, where this is not given.",
    }
    schemas[_ASSESS_REQUEST] = {
        **case,
        "title": _ASSESS_REQUEST,
        "description": "A case as it is published (/v1/schema/case), and beside its fields what to include.",
        "properties": {**case["properties"], "include": include},
    }
    return dict(sorted(schemas.items()))
