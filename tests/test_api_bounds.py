"""How much and how long the API takes from one client. Where a time is tried, the bound is made short, not the wait."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from api_server import JSON, Api, running_api
from report_cases import PLAIN
from rif_threshold.api import bounds
from test_api import refused

SOON = 0.3


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with running_api() as running:
        yield running


def connected(api: Api) -> socket.socket:
    return socket.create_connection(("127.0.0.1", api.port), timeout=60)


def takes(connection: socket.socket, sent: bytes) -> bool:
    """Whether something can still be sent."""
    try:
        connection.sendall(sent)
    except OSError:
        return False
    return True


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side closes, in whichever way."""
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


HEAD = b"POST /v1/assess HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def test_a_body_that_is_too_long_is_refused_and_its_sender_reads_why(api: Api) -> None:
    longest = b" " * (bounds.LONGEST_BODY - 2) + b"{}"
    assert api.send("/v1/assess", longest, "POST", JSON).status == 422
    for path in ("/v1/assess", "/v1/threshold"):
        answer = api.send(path, b" " + longest, "POST", JSON)
        assert "at most 100,000 bytes" in refused(answer, 413)["detail"]
        refused(api.send(path, iter([b" " * 50_000] * 3), "POST", JSON), 413)  # in chunks


def test_a_body_far_too_long_is_not_read(api: Api) -> None:
    with connected(api) as connection:
        connection.sendall(HEAD + b"Content-Length: 99999999999\r\n\r\n")
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer
    with connected(api) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        sent = 0
        while sent < 100 * bounds.LONGEST_BODY_READ and takes(connection, b"10000\r\n" + b" " * 0x10000 + b"\r\n"):
            sent += 0x10000
    assert sent < 10 * bounds.LONGEST_BODY_READ


def test_a_refusal_before_the_body_was_read_ends_the_connection(api: Api) -> None:
    with connected(api) as connection:
        connection.sendall(HEAD.replace(b"json", b"xml") + b"Content-Length: 20\r\n\r\n")
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 415 ")


def test_a_connection_serves_several_requests(api: Api) -> None:
    with connected(api) as connection:
        for _ in range(3):
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b""
            while not answer.endswith(b'{"status": "ok"}'):
                answer += connection.recv(65536)
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2 + b"\r\n")
        answer = b""
        while answer.count(b'{"status": "ok"}') < 2:
            answer += connection.recv(65536)


def test_a_body_that_does_not_come_is_a_problem(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    monkeypatch.setattr(bounds, "HEAD_SECONDS", SOON)
    with connected(api) as connection:
        connection.sendall(HEAD + b'Content-Length: 20\r\n\r\n{"plo')
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer


@pytest.mark.parametrize("sent", [b"", b"GET /health HT", b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: "])
def test_a_head_that_does_not_come_loses_its_connection(sent: bytes, monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    monkeypatch.setattr(bounds, "HEAD_SECONDS", SOON)
    with connected(api) as connection:
        connection.sendall(sent)
        assert everything(connection) == b""


def test_a_head_that_drips_loses_its_connection_too(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    monkeypatch.setattr(bounds, "HEAD_SECONDS", SOON)
    with connected(api) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nX: ")
        assert eventually(lambda: not takes(connection, b"x"))


def test_a_client_that_leaves_while_it_sends_is_no_fault(api: Api) -> None:
    with connected(api) as connection:
        connection.sendall(HEAD + b'Content-Length: 20\r\n\r\n{"plo')
    assert api.post("/v1/assess", PLAIN).status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000,
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 17_000,
        b"GET /health HTTP/1.1\r\nHost: localhost" + b"\r\nX: y" * 9_000,
        b"POST /v1/assess HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
)
def test_what_is_no_request_of_http_is_a_problem(sent: bytes, api: Api) -> None:
    with connected(api) as connection:
        connection.sendall(sent + b"\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in answer
    assert b"x-content-type-options: nosniff" in answer


def test_who_asks_for_a_websocket_gets_none(api: Api) -> None:
    answer = api.send("/health", None, "GET", {"Connection": "Upgrade", "Upgrade": "websocket"})
    assert answer.status == 200


def test_one_connection_too_many_is_closed_unread(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    monkeypatch.setattr(bounds, "MOST_CONNECTIONS", 3)
    held = [connected(api) for _ in range(3)]
    try:
        for each in held:
            each.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert each.recv(65536)
        with connected(api) as one_more:
            assert everything(one_more) == b""
    finally:
        for each in held:
            each.close()


def test_an_idle_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "HEAD_SECONDS", SOON)
    with running_api() as hasty, connected(hasty) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert everything(connection).endswith(b'{"status": "ok"}')


@pytest.mark.parametrize(
    ("path", "how", "times"),
    [("/v1/schema/assessment", b"", 1), ("/v1/schema/assessment", b"Connection: close\r\n", 1),
     ("/v1/tables/method.toml", b"Connection: close\r\n", 1), ("/v1/tables/method.toml", b"", 1),
     ("/v1/schema/assessment", b"", 3)],
    ids=["long", "long and last", "short and last", "short", "several"],
)  # fmt: skip
def test_an_answer_that_nobody_takes_is_given_up(
    path: str, how: bytes, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "HEAD_SECONDS", SOON)
    monkeypatch.setattr(bounds, "TAKING_SECONDS", SOON)
    with running_api() as hasty, socket.socket() as held:
        listening = hasty.server.servers[0].sockets[0]
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        held.connect(("127.0.0.1", hasty.port))
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n".encode() + how + b"\r\n"
        held.sendall(request * times)
        assert eventually(lambda: hasty.server.server_state.connections)
        assert eventually(lambda: not hasty.server.server_state.connections)


def test_an_answer_that_is_taken_slowly_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_api() as hasty, socket.socket() as slow:
        hasty.server.servers[0].sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        slow.connect(("127.0.0.1", hasty.port))
        slow.sendall(b"GET /v1/schema/assessment HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        time.sleep(SOON)
        answer = everything(slow).partition(b"\r\n\r\n")[2]
        assert answer == hasty.ask("/v1/schema/assessment").content


def eventually(holds: Callable[[], object]) -> bool:
    """Whether something comes to hold within a minute, however busy the machine is."""
    end = time.monotonic() + 60
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
