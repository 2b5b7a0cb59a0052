"""A real server and a real browser. Any request to another host, policy violation or page error fails the test."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from rif_threshold.report.fonts import folders

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
]  # fmt: skip
PATIENCE = 120_000  # milliseconds; the machine may be busy
SERVE = "import sys; from rif_threshold.ui.server import serve; serve(port=int(sys.argv[1]), open_browser=False)"


# One look a frame, until so many in a row saw nothing under way: the script, elements of the run before, places where
# something is still to come, charts that are not drawn, fonts, animations, and any change of the document.
QUIET_FRAMES = 6
QUIET = """frames => {
    const watch = window.__settling ??= (() => {
        const watch = {quiet: 0};
        new MutationObserver(() => { watch.quiet = 0; }).observe(
            document, {subtree: true, childList: true, attributes: true, characterData: true});
        return watch;
    })();
    const app = document.querySelector('[data-testid=stApp]');
    const busy = document.readyState !== 'complete'
        || app && app.dataset.testScriptState !== 'notRunning'
        || document.querySelector('[data-stale=true], [data-testid=stSkeleton]')
        || [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
            .some(each => !each.querySelector('svg, canvas'))
        || document.fonts.status !== 'loaded'
        || document.getAnimations().some(each => each.playState === 'running'
            && each.effect.getComputedTiming().endTime !== Infinity);
    watch.quiet = busy ? 0 : watch.quiet + 1;
    return watch.quiet >= frames;
}"""


def settled(page: Page) -> Page:
    """Wait until a page, ours or an export, is drawn and at rest."""
    page.evaluate("() => { if (window.__settling) window.__settling.quiet = 0; }")
    page.wait_for_function(QUIET, arg=QUIET_FRAMES, polling="raf", timeout=PATIENCE)
    return page


# What Streamlit's own elements are built like, and no option changes: the rule, and the one element.
OF_STREAMLIT = {"presentation-role-conflict": 'data-testid="stFileUploaderDropzone"'}


def is_of_streamlit(rule: str, html: str) -> bool:
    return rule in OF_STREAMLIT and OF_STREAMLIT[rule] in html.partition(">")[0]


@dataclass
class Served:
    """A running server: where it is, and what it wrote."""

    address: str
    log: Path
    home: Path
    process: subprocess.Popen[bytes]


@dataclass
class Visit:
    """One visitor's tab, with everything it must not do noted down."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    running: bool = False

    def open(self, path: str = "") -> "Visit":
        self.page.goto(f"{self.address}/{path}")
        self.page.locator("h1").first.wait_for()
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until every run that was asked for has ended and all of it is drawn.

        A run is followed on the websocket: a page that is still only waiting for its answer looks as quiet as a
        finished one.
        """
        was_running = True
        while was_running or self.running:
            was_running = self.running
            settled(self.page)

    def note_websocket(self, websocket: WebSocket) -> None:
        """From now on know whether a run is under way: asked for, and not yet ended to the last."""

        def sent(payload: str | bytes) -> None:
            if BackMsg.FromString(payload).HasField("rerun_script"):  # type: ignore[arg-type]
                self.running = True

        def received(payload: str | bytes) -> None:
            message = ForwardMsg.FromString(payload)  # type: ignore[arg-type]
            if message.WhichOneof("type") == "script_finished":
                self.running = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN

        self.running = True
        websocket.on("framesent", sent)
        websocket.on("framereceived", received)

    def type(self, key: str, text: str) -> None:
        box = self.page.locator(f".st-key-{key} input").first
        box.fill(text)
        box.press("Enter")
        self.settle()

    def couple(self, age: str, embryos: str, failed: str) -> "Visit":
        """What a first answer needs."""
        self.type("oocyte_age_years", age)
        self.choose("ploidy", embryos)
        self.type("failed_transfers", failed)
        return self

    def choose(self, key: str, label: str) -> None:
        self.page.locator(f".st-key-{key}").get_by_role("radio", name=label, exact=True).first.click()
        self.settle()

    def pick(self, key: str, label: str) -> None:
        """Choose one of several that may be chosen together, or leave it out again."""
        self.page.locator(f".st-key-{key} button").filter(has_text=label).click()
        self.settle()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.settle()

    def go(self, title: str) -> None:
        self.page.get_by_role("link", name=title, exact=True).first.click()
        self.page.get_by_role("heading", level=1, name=title).wait_for()
        self.settle()

    @property
    def text(self) -> str:
        return self.page.locator("section.stMain, [data-testid=stMain]").first.inner_text()

    def accessible(self) -> None:
        """Assert that axe finds nothing wrong in our content."""
        found = Axe().run(self.page, context="[data-testid=stMain]").response["violations"]
        found = [item for item in found if not all(is_of_streamlit(item["id"], node["html"]) for node in item["nodes"])]
        assert not found, "\n".join(
            f"{item['impact']} {item['id']}: {item['help']}: {[node['html'][:200] for node in item['nodes']]}"
            for item in found
        )

    def no_sideways_scroll(self) -> None:
        wide = self.page.evaluate(
            "() => { const main = document.querySelector('[data-testid=stMain]');"
            " return [main.scrollWidth - main.clientWidth,"
            " document.documentElement.scrollWidth - document.documentElement.clientWidth]; }"
        )
        assert max(wide) <= 0, wide


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(folder: Path, port: int | None = None, first: str = "", **environment: str) -> Served:
    """Start a server, with a statement that is carried out before it serves."""
    port, log, home = port or free_port(), folder / "server.log", folder / "home"
    home.mkdir(exist_ok=True)
    variables = {
        **os.environ, "HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1", **environment,
    }  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", f"{first}\n{SERVE}", str(port)], cwd=folder, env=variables, stdout=out, stderr=out
        )
    address = f"http://127.0.0.1:{port}"
    for _ in range(6000):  # ten minutes: the machine may be busy
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health") as answer:
                if answer.read() == b"ok":
                    return Served(address, log, home, process)
        except OSError:
            time.sleep(0.1)
        if process.poll() is not None:
            break
    process.kill()
    process.wait()
    pytest.fail(f"the server did not start:\n{log.read_text()}")


def stop(served: Served) -> None:
    served.process.terminate()
    try:
        served.process.wait(10)
    except subprocess.TimeoutExpired:
        served.process.kill()
        served.process.wait()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = start_server(tmp_path_factory.mktemp("served"))
    yield served
    stop(served)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser on a machine that has the fonts of the Python packages."""
    folder = tmp_path_factory.mktemp("fonts")
    named = "".join(f"<dir>{each}</dir>" for each in folders())
    around = f"<include>/etc/fonts/fonts.conf</include>{named}<cachedir>{folder}</cachedir>"
    (folder / "fonts.conf").write_text(f'<?xml version="1.0"?><fontconfig>{around}</fontconfig>', "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=FLAGS,
            env=os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser: Browser, served: Served) -> Iterator[Callable[..., Visit]]:
    """Open tabs: ``visitor(width=360, dark=True)``. What any of them complained of fails the test at its end."""
    visits: list[tuple[BrowserContext, Visit]] = []

    def start(address: str = "", width: int = 1280, height: int = 900, dark: bool = False, **options: Any) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **options,
        )
        visit = Visit(context.new_page(), address or served.address)
        visit.page.set_default_timeout(PATIENCE)
        watch(visit)
        visits.append((context, visit))
        return visit

    yield start
    for context, visit in visits:
        context.close()
        assert not visit.complaints, visit.complaints


def watch(visit: Visit) -> None:
    def on_request(url: str) -> None:
        visit.requests.append(url)
        if not url.startswith((visit.address, visit.address.replace("http", "ws", 1), "data:", "blob:")):
            visit.complaints.append(f"a request to another host: {url}")

    def on_console(kind: str, text: str, source: str) -> None:
        if "Content Security Policy" in text or "Refused to" in text:
            visit.complaints.append(f"content policy: {text}")
        elif kind == "error" and "/_stcore/" not in source:  # a page opened by its path asks below that path first
            visit.complaints.append(f"console error: {text}")
        elif text.startswith("WARN"):  # a chart that is not drawn as it was meant
            visit.complaints.append(f"chart: {text}")

    visit.page.on("request", lambda request: on_request(request.url))
    visit.page.on("websocket", lambda websocket: on_request(websocket.url))
    visit.page.on("websocket", visit.note_websocket)
    visit.page.on("console", lambda message: on_console(message.type, message.text, message.location["url"]))
    visit.page.on("pageerror", lambda error: visit.complaints.append(f"page error: {error}"))


@pytest.fixture
def visit(visitor: Callable[..., Visit]) -> Visit:
    """One tab on a desk's screen."""
    return visitor()
