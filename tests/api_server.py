"""The API on a real port, in a thread of the test's own process, and a client that is only Python's own."""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

from rif_threshold.api.server import make_app, served
from rif_threshold.serving import Server

JSON = {"Content-Type": "application/json"}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Api:
    """A running API."""

    port: int
    app: FastAPI | None = None
    server: Server | None = None
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.address = f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, body: bytes | str | None = None, method: str = "", **headers: str) -> Answer:
        """One request on a connection of its own. Underscores in the names of headers are hyphens."""
        return self.send(path, body, method, {name.replace("_", "-"): text for name, text in headers.items()})

    def send(self, path: str, body: Any, method: str = "", headers: Mapping[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method or ("GET" if body is None else "POST"), path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def post(self, path: str, given: Any) -> Answer:
        """Something as JSON."""
        return self.send(path, json.dumps(given), "POST", JSON)


@contextmanager
def running_api() -> Iterator[Api]:
    """The API until the block ends."""
    ready = threading.Event()
    app = make_app()
    server = Server(served(app, "127.0.0.1", 0), ready.set)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(60)
        yield Api(server.servers[0].sockets[0].getsockname()[1], app, server)
    finally:
        server.should_exit = True
        thread.join(60)
