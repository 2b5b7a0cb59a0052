"""Serve the API: FastAPI under uvicorn, a process and a port of its own."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import click
import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from rif_threshold._version import SCHEMA_VERSION, __version__
from rif_threshold.api import bounds
from rif_threshold.api.connection import BoundedConnection
from rif_threshold.api.description import Health, TableFile, Version, description, made_case
from rif_threshold.api.guard import Guard, Work, read_text
from rif_threshold.api.problems import Refused, refusal, refused_input
from rif_threshold.api.threshold import WHOLE, threshold_rows
from rif_threshold.assessed import Software
from rif_threshold.assessment import assess
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.folder import Folder
from rif_threshold.forms import read_json_object
from rif_threshold.given import listed
from rif_threshold.listing import listed_tables, published_schema
from rif_threshold.own_tables import own_folder, own_tables_of
from rif_threshold.parts import default_parts, named_parts, need
from rif_threshold.register import limits, mappings, settings
from rif_threshold.serving import KnownHosts, Server, address, check_port
from rif_threshold.tables import shipped, verify
from rif_threshold.vocabulary import Part

# What they read is verified with the rest.
_READ_FOR_REGISTERS = (limits, mappings, settings)
_INCLUDE = "include"
_NO_TABLE = (
    "no such table is served: an assessment names them in its tables, and those of a part left out here stay out"
)
_SAID = {404: "there is nothing at this address; /openapi.json says what there is", 405: "another method is needed"}


def answer_case(text: str, own: Folder | None) -> str:
    """A case as JSON text, with ``include`` beside its fields; its assessment as JSON text.

    Raises:
        InvalidInput: with every problem at once.
    """
    case = read_json_object(text)
    include, problems = _included(case.pop(_INCLUDE, None))
    try:
        assessment = assess(case, include=include, tables=own)
    except InvalidInput as error:
        raise InvalidInput((*problems, *error.problems)) from None
    if problems:
        raise InvalidInput(problems)
    return assessment.model_dump_json()


def _included(given: Any) -> tuple[frozenset[Part] | None, tuple[Problem, ...]]:
    """The parts that a request names, and what is wrong with them. A part that a setting leaves out stays out."""
    if given is None:
        return None, ()
    problems: list[Problem] = []
    try:
        parts = named_parts(listed(given, _INCLUDE, problems) or (), _INCLUDE)
        for part in parts:
            need(part, _INCLUDE)
    except InvalidInput as error:
        return frozenset(), error.problems
    return parts, tuple(problems)


def answer_many(text: str) -> str:
    """A request of many chances as JSON text; its answer as JSON text. Raises `InvalidInput`."""
    return threshold_rows(read_json_object(text, WHOLE)).model_dump_json()


def make_app() -> FastAPI:
    """The API as an ASGI application.

    Raises:
        InvalidInput: where a setting is misspelt.
        TableError: where the tables are not as they should be.
    """
    default_parts()
    verify()
    own = own_folder()
    if own:
        own_tables_of(own)
    work = Work()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(work.pool.shutdown)

    app = FastAPI(
        title="rif-threshold",
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=[Middleware(Guard), Middleware(KnownHosts)],
        exception_handlers={Refused: _refused, InvalidInput: _invalid, HTTPException: _of_http},
    )
    app.state.work = work

    @app.post("/v1/assess")
    async def _assess(request: Request) -> Response:
        text = await read_text(request)
        return _as_json(await work.do(lambda: answer_case(text, own)))

    @app.post("/v1/threshold")
    async def _threshold(request: Request) -> Response:
        text = await read_text(request)
        return _as_json(await work.do(lambda: answer_many(text)))

    @app.get("/v1/tables/{name:path}")
    async def _table(name: str) -> Response:
        found = {key: (shipped(), key) for key in listed_tables()}
        found |= {f"own:{key}": (own, key) for key in own.digests} if own else {}
        if name not in found:
            raise Refused(404, _NO_TABLE)
        folder, key = found[name]
        return _as_json(TableFile(id=name, sha256=folder.digests[key], text=folder.texts[key]).model_dump_json())

    fixed: Mapping[str, Callable[[], Any]] = {
        "/v1/schema/case": lambda: published_schema("case"),
        "/v1/schema/assessment": lambda: published_schema("assessment"),
        "/v1/version": lambda: _version(own),
        "/health": lambda: Health(status="ok").model_dump(),
        "/openapi.json": description,
    }
    for path, made in fixed.items():
        app.add_api_route(path, _always(_as_json(json.dumps(made()))), methods=["GET"])
    return app


def _always(answer: Response) -> Callable[[], Any]:
    async def endpoint() -> Response:
        return answer

    return endpoint


def _version(own: Folder | None) -> dict[str, Any]:
    return Version(
        software=Software(name="rif-threshold", version=__version__),
        schema_version=SCHEMA_VERSION,
        tables_sha256=shipped().digest,
        own_tables_sha256=own.digest if own else None,
        parts=tuple(sorted(default_parts())),
    ).model_dump()


def _as_json(text: str) -> Response:
    return Response(text, media_type="application/json")


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for it
    return refusal(error.status, error.detail, error.headers)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, InvalidInput)  # noqa: S101 - registered for it
    return refused_input(error)


async def _of_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    return refusal(error.status_code, _SAID[error.status_code], error.headers)


def served(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    """How the API is served: nothing of a request in a log, and every connection within bounds."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_level="error",
        server_header=False,
        http=BoundedConnection,
        ws="none",
        lifespan="on",
        proxy_headers=False,
        h11_max_incomplete_event_size=bounds.LONGEST_HEAD,
        timeout_keep_alive=bounds.HEAD_SECONDS,
        timeout_graceful_shutdown=bounds.STOP_SECONDS,
    )


def serve(host: str = "127.0.0.1", port: int = 8601) -> None:
    """Serve the API until it is stopped.

    Args:
        host: the address to listen on.
        port: the port to listen on.

    Raises:
        OSError: where the port is taken or may not be used, or the host is no name or address of this machine.
        TableError: where the tables are not as they should be; then nothing is served.
    """
    check_port(host, port)
    app = make_app()
    answer_case(json.dumps(made_case()), None)  # all that is read once has then been read
    gc.collect()
    gc.freeze()
    ready = f"The API is at {address(host, port)} (Ctrl-C stops it)."
    Server(served(app, host, port), lambda: click.echo(ready, err=True)).run()
