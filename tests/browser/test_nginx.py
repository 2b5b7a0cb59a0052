"""deploy/nginx.conf as it lies there, started with Debian's nginx: two processes, and a visitor keeps the same one."""

import re
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from left_out import command

from .client import Visitor, run, widgets
from .conftest import Served, free_port, start_server, stop

ROOT = Path(__file__).parents[2]
CONF = (ROOT / "deploy/nginx.conf").read_text("utf-8")
NAME = "rif.clinic.example"
AROUND = """
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass
class Proxy:
    """A running nginx, and the two servers behind it."""

    port: int
    folder: Path
    replicas: list[Served]
    trust: ssl.SSLContext

    def visitor(self, **options: Any) -> Visitor:
        return Visitor(f"https://127.0.0.1:{self.port}", f"{NAME}:{self.port}", self.trust, **options)


def certificate(folder: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
         "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1", "-keyout", folder / f"{NAME}.key",
         "-out", folder / f"{NAME}.crt"],
        check=True, capture_output=True,
    )  # fmt: skip


def at_ports(conf: str, folder: Path, port: int, replicas: list[Served]) -> str:
    """The configuration with its three ports and its two files put where this machine has them, and nothing else."""
    changes = {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "server 127.0.0.1:8501;": f"server {replicas[0].address.removeprefix('http://')};",
        "server 127.0.0.1:8502;": f"server {replicas[1].address.removeprefix('http://')};",
        "/etc/ssl/": f"{folder}/",
    }
    for old, new in changes.items():
        assert old in conf, old
        conf = conf.replace(old, new)
    return conf


def test_the_document_shows_exactly_this_configuration() -> None:
    (shown,) = re.findall(
        r"^```nginx\n(.*?)^```$", (ROOT / "docs/deploy.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert shown == CONF


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    replicas = [
        start_server(tmp_path_factory.mktemp(f"replica{number}"), RIF_THRESHOLD_HOSTS=NAME) for number in (1, 2)
    ]
    port = free_port()
    certificate(folder)
    (folder / "site.conf").write_text(at_ports(CONF, folder, port, replicas), "utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), "utf-8")
    program = [str(command("nginx")), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with (folder / "output.log").open("wb") as output:
        process = subprocess.Popen(program, stdout=output, stderr=output)
    proxy = Proxy(port, folder, replicas, ssl.create_default_context(cafile=folder / f"{NAME}.crt"))
    try:
        for _ in range(200):
            assert process.poll() is None, (folder / "output.log").read_text()
            try:
                if proxy.visitor().get("/_stcore/health")[1] == "ok":
                    break
            except OSError:
                time.sleep(0.05)
        yield proxy
    finally:
        process.terminate()
        process.wait(20)
        for each in replicas:
            stop(each)


def take_away(visitor: Visitor, proxy: Proxy, age: int) -> int:
    """Take a note of that age away through the proxy; which of the two processes had made it."""
    status, note, path = visitor.download(age)
    assert status == 200
    assert f"age at egg retrieval {age}" in note
    (made_by,) = (
        number for number, replica in enumerate(proxy.replicas) if Visitor(replica.address).get(path)[0] == 200
    )
    return made_by


def test_every_visitor_has_pages_websocket_and_download_from_one_process_and_both_are_used(proxy: Proxy) -> None:
    visitors = {age: proxy.visitor() for age in range(30, 42)}
    first = {age: take_away(visitor, proxy, age) for age, visitor in visitors.items()}
    assert set(first.values()) == {0, 1}
    assert {age: take_away(visitor, proxy, age - 10) for age, visitor in visitors.items()} == first


def test_the_cookie_is_random_set_once_and_says_nothing(proxy: Proxy) -> None:
    visitor = proxy.visitor()
    (cookie,) = set_by_nginx(visitor.get("/workup"))
    assert re.fullmatch(r"rif_sid=[0-9a-f]{32}; Path=/; Secure; HttpOnly; SameSite=Lax", cookie)
    assert not set_by_nginx(visitor.get("/workup"))
    assert not set_by_nginx(visitor.get("/_stcore/health"))
    for forged in ("", "1", "x" * 32, "0" * 33):
        visitor.cookies["rif_sid"] = forged
        assert set_by_nginx(visitor.get("/"))
        assert re.fullmatch(r"[0-9a-f]{32}", visitor.cookies["rif_sid"])


def set_by_nginx(answer: tuple[int, str, Any]) -> list[str]:
    assert answer[0] == 200
    return [cookie for cookie in answer[2].get_all("Set-Cookie", ()) if cookie.startswith("rif_sid")]


def test_a_visitor_who_keeps_no_cookies_still_gets_pages_and_answers(proxy: Proxy) -> None:
    for _ in range(6):
        visitor = proxy.visitor(keeps_cookies=False)
        assert [visitor.get(path)[0] for path in ("/", "/workup", "/_stcore/health")] == [200, 200, 200]
        with visitor.connect() as websocket:
            assert "oocyte_age_years" in widgets(run(websocket))
        assert not visitor.cookies


def test_headers_and_refusals_come_through(proxy: Proxy) -> None:
    visitor = proxy.visitor()
    status, text, headers = visitor.get("/health")
    assert (status, text) == (404, "There is nothing at this address; the calculator is at /.\n")
    assert f"wss://{visitor.host}" in headers["Content-Security-Policy"]
    assert headers["Server"] == "nginx"
    visitor.host = "evil.example"
    assert visitor.get("/")[0] == 400


def test_a_browser_goes_all_the_way(visitor: Callable[..., Any], proxy: Proxy) -> None:
    visit = visitor(f"https://127.0.0.1:{proxy.port}", ignore_https_errors=True).open()
    visit.couple("36", "Untested", "3")
    visit.go("For the couple")
    visit.press("Copy note")
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Clinician note").click()
    assert "59.3" in download.value.path().read_text("utf-8")
    visit.open("workup")
    (cookie,) = (each for each in visit.page.context.cookies() if each["name"] == "rif_sid")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    # Chromium starts a request anew for each certificate error it is told to ignore, and on a busy machine may give up
    # on a file of a page that is being left. That is about this test's own certificate, not about the proxy.
    visit.complaints[:] = [each for each in visit.complaints if "net::ERR_TOO_MANY_RETRIES" not in each]


def test_the_proxy_writes_nothing_down(proxy: Proxy) -> None:
    take_away(proxy.visitor(), proxy, 43)
    written = {path.name: path.read_text("utf-8") for path in proxy.folder.rglob("*") if path.is_file()}
    assert "access.log" not in written or written["access.log"] == ""
    assert [name for name in written if name.isdigit()] == []  # nginx numbers what it lays aside
