"""What stands around every answer: its headers, and that each refusal and each fault is a problem in JSON."""

import asyncio
import logging
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rif_threshold.api import bounds
from rif_threshold.api.problems import Refused, refusal
from rif_threshold.serving import HEADERS

HEADERS_HERE: Final = {
    **HEADERS,
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}
"""On every answer: as on the page, and nothing may be loaded or kept."""

HEAD_NEEDED: Final = f"a request of HTTP/1.1 is needed, with at most {bounds.LONGEST_HEAD:,} bytes of headers"
_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS_HERE.items()]
_CLOSE = [(b"connection", b"close")]
_LOG = logging.getLogger("uvicorn.error")
_JSON = "application/json"
Answer = TypeVar("Answer")


class Guard:
    """Middleware that puts the headers on every answer, and makes a problem of every fault and every plain refusal."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, but a query: nothing of a couple belongs into an address."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        if sum(len(name) + len(value) for name, value in scope["headers"]) > bounds.LONGEST_HEAD:
            await exchange.refuse(400, HEAD_NEEDED)
            return
        if scope["query_string"]:
            await exchange.refuse(400, "nothing is read behind a question mark; a case is sent as the body")
            return
        try:
            await self.app(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may repeat what was sent
            _LOG.error("A fault in the software: %s", _place(error))
            await exchange.refuse(500, "this is a fault in the software, not in what was sent, and there is no answer")


class _Exchange:
    """One request and its answer.

    A request whose body was not read to its end loses its connection: nobody could tell where the next one begins.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        given = Headers(scope=scope)
        self.unread = "transfer-encoding" in given or given.get("content-length", "0") != "0"
        self.refused = False

    async def receive(self) -> Message:
        message = await self._receive()
        self.unread = self.unread and message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if self.refused:
            return
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"])["content-type"].startswith("text/plain"):
                await self.refuse(message["status"], "this server does not answer under that host name")
                return
            message = {**message, "headers": [*message["headers"], *_HEADERS, *(_CLOSE if self.unread else ())]}
        await self._send(message)

    async def refuse(self, status: int, detail: str) -> None:
        self.refused = True
        answer = refusal(status, detail)
        answer.raw_headers += [*_HEADERS, *_CLOSE]
        await answer(self._scope, self._receive, self._send)


def _place(error: Exception) -> str:
    """Kind and place of an error."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


class Work:
    """Reckons beside the server, in a few threads, so that the probe is answered meanwhile."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(bounds.THREADS)
        self.waiting = 0

    async def do(self, work: Callable[[], Answer]) -> Answer:
        """Call a function in one of the threads. Raises `Refused` where too many wait already."""
        if self.waiting >= bounds.MOST_WAITING:
            raise Refused(503, "too many requests are waiting; send it again a little later", {"retry-after": "1"})
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, work)
        finally:
            self.waiting -= 1


async def read_text(request: Request) -> str:
    """The body of a request as text.

    Raises:
        Refused: where it is not sent as JSON in UTF-8, is too long, or does not come in time.
    """
    kind, _, more = request.headers.get("content-type", "").partition(";")
    charset = more.partition("=")[2].strip(' "').lower() if "charset" in more.lower() else "utf-8"
    if kind.strip().lower() != _JSON or charset not in {"utf-8", "us-ascii"}:
        raise Refused(415, f"JSON in UTF-8 is needed, with the header Content-Type: {_JSON}", {"accept": _JSON})
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "the body must not be compressed", {"accept-encoding": "identity"})
    try:
        async with asyncio.timeout(bounds.HEAD_SECONDS):
            content = await _read(request)
    except TimeoutError:
        raise Refused(408, f"the body must come within {bounds.HEAD_SECONDS} seconds") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(400, "the body is not UTF-8 text") from None


async def _read(request: Request) -> bytes:
    too_long = Refused(413, f"at most {bounds.LONGEST_BODY:,} bytes are taken")
    said = request.headers.get("content-length", "0")
    if int(said) > bounds.LONGEST_BODY_READ:
        raise too_long
    content, length = bytearray(), 0
    async for piece in request.stream():
        length += len(piece)
        if length > bounds.LONGEST_BODY_READ:
            raise too_long
        if length <= bounds.LONGEST_BODY:
            content += piece
    if length > bounds.LONGEST_BODY:
        raise too_long
    return bytes(content)
