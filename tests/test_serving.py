"""How a server of ours starts, and how it says that it cannot."""

import contextlib
import errno
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn

from api_server import Api
from report_cases import PLAIN
from rif_threshold import TableError
from rif_threshold.api import server as api_server_module
from rif_threshold.api.server import make_app, serve
from rif_threshold.serving import Server, check_port
from test_api import free_port


def test_the_api_is_served_until_it_is_stopped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[Server] = []
    monkeypatch.setattr(Server, "__init__", noting(started, Server.__init__))
    port = free_port()
    thread = threading.Thread(target=serve, kwargs={"port": port})
    thread.start()
    try:
        while not (started and started[0].started):
            assert thread.is_alive()
            time.sleep(0.01)
        assert Api(port).post("/v1/assess", PLAIN).status == 200
        with pytest.raises(OSError, match="in use"):
            check_port("127.0.0.1", port)
        with pytest.raises(OSError, match="in use"):
            serve(port=port)
    finally:
        started[0].should_exit = True
        thread.join(60)
    assert not thread.is_alive()
    assert capsys.readouterr().err == f"The API is at http://127.0.0.1:{port} (Ctrl-C stops it).\n"
    check_port("127.0.0.1", port)


def noting(started: list[Server], original: object) -> object:
    def init(self: Server, *arguments: object) -> None:
        original(self, *arguments)  # type: ignore[operator]
        started.append(self)

    return init


def aside(run: Callable[[], None]) -> None:
    """Run a server in a thread of its own: a browser's tests leave a loop of events running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result(60)


def test_a_port_that_is_taken_in_the_last_moment_is_an_error_of_the_system_for_the_api(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(api_server_module, "check_port", lambda *_: None)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        aside(lambda: serve(port=taken.getsockname()[1]))


def test_an_application_that_does_not_start_is_an_error_of_the_system(caplog: pytest.LogCaptureFixture) -> None:
    async def fails(scope: object, receive: object, send: object) -> None:
        raise RuntimeError

    ready: list[str] = []
    server = Server(uvicorn.Config(fails, port=free_port(), lifespan="on"), lambda: ready.append("ready"))
    with pytest.raises(OSError, match="could not be started"):
        aside(server.run)
    assert ready == []


@pytest.mark.parametrize("host", ["a" * 64, "a..b"])
def test_what_is_no_host_name_is_an_error_of_the_system(host: str) -> None:
    with pytest.raises(OSError, match="not a host name") as refused:
        check_port(host, free_port())
    assert refused.value.errno == errno.EINVAL


def test_an_address_of_the_newer_kind_can_be_listened_on() -> None:
    with contextlib.suppress(OSError):  # a machine without IPv6 says so
        check_port("::1", free_port())


def test_nothing_is_served_from_tables_that_were_changed(copied_tables: Path) -> None:
    (copied_tables / "method.toml").write_text("changed = true\n", "utf-8")
    with pytest.raises(TableError):
        make_app()
