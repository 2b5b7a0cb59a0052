"""What the server answers: the pages and what they need. Everything else is refused, unread, in one sentence."""

import http.client
import shlex
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from .conftest import start_server, stop

DEPLOY = (Path(__file__).parents[2] / "docs/deploy.md").read_text("utf-8")
PAGES = ("/", "/workup", "/tacrolimus", "/explain", "/our_clinic", "/sources")
# Written down from Streamlit's own list of routes, and from what probes, scanners and typing errors ask for.
NOTHING = (
    "/health", "/healthz", "/api/assess", "/openapi.json", "/docs", "/robots.txt", "/.git/config", "/.env",
    "/index.html", "/static", "/static/", "/static/js", "/static/none.js", "/app/static/x", "/app.py",
    "/threshold", "/threshold/extra", "/workup/extra", "/workup//", "//workup", "/Workup", "/workup.py", "/work%75p%2e",
    "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/%2e%2e/index.html", "/static/..%2findex.html", "/..%5c",
    "/_stcore", "/_stcore/", "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/stream", "/_stcore/none",
    "/_stcore/health/", "/_stcore/upload_file", "/_stcore/bidi-components/a", "/component/a/b",
    "/_stcore/agent/mcp", "/_stcore/agent/openapi.json", "/_stcore/agent/interact",
    "/auth/login", "/auth/logout", "/oauth2callback",
    *(f"{page}/_stcore/{each}" for page in PAGES[1:] for each in ("health", "host-config")),
)  # fmt: skip


def ask(address: str, path: str, method: str = "GET", **options: Any) -> http.client.HTTPResponse:
    """One request, its path sent as it is written here."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request(method, path, **options)
    answer = connection.getresponse()
    answer.text = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


@pytest.mark.parametrize("path", NOTHING)
def test_a_path_that_is_none_of_ours_is_404_in_plain_words(served: Any, path: str) -> None:
    answer = ask(served.address, path)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text == "There is nothing at this address; the calculator is at /.\n"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_a_page(served: Any, path: str) -> None:
    answer = ask(served.address, path)
    assert answer.status == 200
    assert "<title>" in answer.text
    assert ask(served.address, f"{path}?anything=1").status == 200
    assert ask(served.address, path, "HEAD").status == 200
    if path != "/":
        sent_on = ask(served.address, f"{path}/")
        assert (sent_on.status, sent_on.headers["Location"]) == (301, path)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_another_method_is_405_and_the_right_ones_are_named(served: Any, method: str) -> None:
    for path in (*PAGES, "/_stcore/health", "/_stcore/host-config", "/favicon.png", "/media/none"):
        answer = ask(served.address, path, method)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD"), path
        assert answer.text == "This address does not take that method.\n"


def test_an_unknown_download_is_404(served: Any) -> None:
    answer = ask(served.address, "/media/0123.txt")
    assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store")


@pytest.fixture
def without_tacrolimus(tmp_path: Path) -> Iterator[Any]:
    served = start_server(tmp_path, RIF_THRESHOLD_WITHOUT="tacrolimus")
    yield served
    stop(served)


def test_a_page_that_is_left_out_is_404(without_tacrolimus: Any) -> None:
    assert ask(without_tacrolimus.address, "/tacrolimus").status == 404
    assert ask(without_tacrolimus.address, "/workup").status == 200


@pytest.mark.curl
def test_the_probe_is_as_documented(served: Any) -> None:
    (line,) = (line for line in DEPLOY.splitlines() if line.startswith("curl "))
    command = shlex.split(line.replace("http://127.0.0.1:8501", served.address))
    assert served.address in line.replace("http://127.0.0.1:8501", served.address)
    probe = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (probe.returncode, probe.stdout, probe.stderr) == (0, "ok", "")
    wrong = subprocess.run([*command[:-1], f"{served.address}/health"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 22  # curl's own word for an answer of 400 or more


# --- uploads and websockets


def stream(address: str) -> str:
    return address.replace("http", "ws") + "/_stcore/stream"


def _asks_to_upload(served: Any, session: str, method: str, number: int) -> int:
    """1 MB, as a browser would send it, with its token in cookie and header."""
    token = ask(served.address, "/_stcore/health").headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
    headers = {
        "Cookie": f"_streamlit_xsrf={token}",
        "X-Xsrftoken": token,
        "Content-Type": "multipart/form-data; boundary=b",
    }
    body = (
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + b"x" * 1_000_000 + b"\r\n--b--\r\n"
    )
    return ask(served.address, f"/_stcore/upload_file/{session}/{number}", method, body=body, headers=headers).status


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "GET"])
def test_a_file_is_put_and_nothing_else(served: Any, method: str) -> None:
    assert _asks_to_upload(served, "nobody", method, 0) == 405


def test_a_file_is_taken_from_a_session_that_lives(served: Any) -> None:
    """How many of them are held, `test_one_file_a_visitor_waits_and_few_of_all` says."""
    assert _asks_to_upload(served, "nobody", "PUT", 0) == 400
    with connect(stream(served.address), max_size=None) as websocket:
        websocket.send(b"\x5a\x00")  # run the script
        while not (message := ForwardMsg.FromString(websocket.recv(60))).HasField("new_session"):
            pass
        session = message.new_session.initialize.session_id
        assert session
        assert _asks_to_upload(served, session, "PUT", 0) == 204
        assert _asks_to_upload(served, session, "DELETE", 0) == 204
    no_token = ask(served.address, f"/_stcore/upload_file/{session}/1", "PUT", body=b"x")
    assert no_token.status == 403


@pytest.mark.parametrize(("path", "status"), [("/_stcore/upload_file/a/b", b"403"), ("/_stcore/upload/a", b"404")])
def test_an_upload_is_refused_before_it_is_read(served: Any, path: str, status: bytes) -> None:
    place = urlsplit(served.address)
    head = f"PUT {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 1000000000\r\n\r\n"
    with socket.create_connection((place.hostname, place.port), 60) as client:
        client.sendall(head.encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 " + status)  # though not one byte of the body was sent


def test_another_websocket_is_refused(served: Any) -> None:
    for path in ("/", "/workup/_stcore/stream", "/_stcore/health", "/ws"):
        with pytest.raises(InvalidStatus) as refused:
            connect(served.address.replace("http", "ws") + path)
        assert refused.value.response.status_code == 403


def say_and_hear(websocket: ClientConnection, pieces: list[bytes]) -> None:
    websocket.send(iter(pieces))
    while True:
        websocket.recv(60)


@pytest.mark.parametrize("pieces", [1, 100], ids=["one frame", "a hundred frames"])
def test_a_message_that_no_page_would_send_ends_its_connection(served: Any, pieces: int) -> None:
    piece = bytes(3_000_000 // pieces)
    with connect(stream(served.address)) as websocket, pytest.raises(ConnectionClosedError) as closed:
        say_and_hear(websocket, [piece] * pieces)
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009  # too big, where that word still came through
    assert ask(served.address, "/_stcore/health").text == "ok"


# --- the pages, in a browser


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_by_its_own_path(visitor: Any, path: str) -> None:
    visit = visitor()
    answers: list[tuple[int, str]] = []
    visit.page.on("response", lambda answer: answers.append((answer.status, urlsplit(answer.url).path)))
    visit.open(path.removeprefix("/"))
    # Opened by its path, a page looks for the server below that path first.
    assert {path for status, path in answers if status != 200} <= {
        f"{path}/_stcore/health", f"{path}/_stcore/host-config"
    }  # fmt: skip
    links = visit.page.locator("a[href]").evaluate_all(
        "all => all.map(each => new URL(each.href))"
        ".filter(each => each.origin === location.origin).map(each => each.pathname)"
    )
    assert set(PAGES) <= set(links)
    assert {ask(visit.address, link).status for link in set(links)} == {200}
