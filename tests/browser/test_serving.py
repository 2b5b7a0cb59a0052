"""How the page is served: headers, settings, what reaches a log, a disk or a link."""

import json
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from .conftest import free_port, start_server, stop

ROOT = Path(__file__).parents[2]
SETTINGS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "viewer",
    "runner.magicEnabled": False,
    "runner.postScriptGC": False,
    "server.address": "127.0.0.1",
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxMessageSize": 20,
    "server.maxUploadSize": 50,
    "server.disconnectedSessionTTL": 3600,
    "server.xsrfCookieSameSite": "strict",
}
ASK = """
import json, sys
from streamlit import config
json.dump({name: config.get_option(name) for name in json.loads(sys.argv[1])}, sys.stdout)
"""


@pytest.mark.parametrize(
    "launch",
    [
        "from rif_threshold.ui.server import make_app; make_app()",
        "from streamlit.web import bootstrap; from streamlit import config;"
        "from rif_threshold.ui.server import app_script; config._main_script_path = str(app_script());"
        "bootstrap.load_config_options({})",
    ],
    ids=["rif-threshold app", "streamlit run app.py"],
)
def test_settings_are_effective_under_both_launchers(launch: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", launch + ASK, json.dumps(list(SETTINGS))],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert json.loads(result.stdout) == SETTINGS


def test_every_answer_has_the_security_headers(served: Any) -> None:
    for path in ("/", "/workup", "/_stcore/health", "/media/none", "/nothing/here"):
        try:
            with urllib.request.urlopen(served.address + path) as answer:
                headers = answer.headers
        except urllib.error.HTTPError as error:
            headers = error.headers
            error.close()
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self' 'sha256-" in policy
        assert "unsafe-eval" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in headers or "uvicorn" not in headers["Server"]
        if path.startswith("/media"):
            assert headers["Cache-Control"] == "no-store"


def test_another_host_name_is_refused(served: Any) -> None:
    request = urllib.request.Request(served.address, headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 400
    refused.value.close()


def test_a_page_of_another_site_cannot_open_our_websocket(served: Any) -> None:
    stream = served.address.replace("http", "ws") + "/_stcore/stream"
    for origin in ("http://evil.example", "null", f"{served.address}.evil.example"):
        with pytest.raises(InvalidStatus) as refused:
            connect(stream, origin=origin)
        assert refused.value.response.status_code == 403
    with connect(stream, origin=served.address) as websocket:
        assert websocket


def test_a_taken_port_is_an_error_before_anything_is_loaded(served: Any) -> None:
    from rif_threshold.ui.server import check_port  # noqa: PLC0415

    port = int(served.address.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        check_port("127.0.0.1", port)
    check_port("127.0.0.1", free_port())


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("no-such-host.invalid", "not known|failure in name resolution"),
        ("192.0.2.1", "assign"),  # of the block for documentation: nobody's address
        ("a" * 64, "not a host name"),
        ("a..b", "not a host name"),
        ("::1%none", "."),
        ("1.2.3.4.5", "."),
    ],
)
def test_an_address_that_is_not_this_machines_is_an_error_of_the_system(host: str, why: str) -> None:
    from rif_threshold.ui.server import serve  # noqa: PLC0415

    with pytest.raises(OSError, match=why) as refused:
        serve(host, free_port(), open_browser=False)
    assert refused.value.strerror


def test_a_port_that_is_taken_in_the_last_moment_is_an_error_of_the_system(served: Any, tmp_path: Path) -> None:
    code = """
import sys
from rif_threshold.ui import server
server.check_port = lambda host, port: None
try:
    server.serve(port=int(sys.argv[1]), open_browser=False)
except OSError as error:
    print("an error of the system:", error.strerror)
"""
    port = served.address.rsplit(":", 1)[1]
    shown = subprocess.run(
        [sys.executable, "-c", code, port], capture_output=True, text=True, check=True, cwd=tmp_path
    )  # fmt: skip
    assert shown.stdout == "an error of the system: Address already in use\n"


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Any]:
    served = start_server(tmp_path)
    yield served
    stop(served)


def test_nothing_of_a_patient_in_url_log_disk_cookie_or_storage(visitor: Any, alone: Any, tmp_path: Path) -> None:
    canary = f"CANARY-{uuid.uuid4()}"
    visit = visitor(alone.address).open()
    visit.pick("also_from", "Live-birth chance")
    for field in ("oocyte_age_years", "failed_transfers", "live_birth_percent"):
        visit.type(field, canary)
    assert canary in visit.text
    visit.couple("34", "Euploid", "5")
    visit.type("live_birth_percent", "")
    visit.go("Immune step (contested)")
    box = visit.page.get_by_role("combobox").last
    box.fill(canary)
    box.press("Enter")
    visit.settle()
    visit.type("answer_th1_th2_ratio", canary)
    assert canary in visit.text
    seen = json.dumps([visit.page.url, visit.requests, visit.page.context.cookies()])
    seen += visit.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.title])")
    assert canary not in seen
    visit.page.close()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert alone.log in written
    assert not [path for path in written if canary.encode() in path.read_bytes()]


def test_an_error_reaches_the_log_without_its_text(tmp_path: Path) -> None:
    code = """
import logging, sys
from rif_threshold.ui import frame
frame.keep_texts_out_of_the_log()
logging.basicConfig(stream=sys.stdout)
log = logging.getLogger("streamlit.error_util")
try:
    raise ValueError("CANARY")
except ValueError as error:
    log.error("Uncaught app execution", exc_info=error)
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "the page failed: ValueError at" in shown.stdout + shown.stderr
    assert "CANARY" not in shown.stdout + shown.stderr
