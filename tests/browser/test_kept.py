"""A tab whose server was started anew, or whose connection was cut for longer than the grace."""

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from report_cases import PLAIN
from rif_threshold import assess
from rif_threshold.report.check_code import check_code

from .conftest import PATIENCE, start_server, stop


def restarted(visitor: Callable[..., Any], folder: Path, page: str) -> tuple[Any, Any]:
    """A tab with a couple on three pages, standing on one of them, after its server was started anew."""
    served = start_server(folder)
    visit = visitor(served.address).open()
    visit.couple("36", "Untested", "3")
    visit.go("Work-up")
    visit.choose("finding_karyotype", "Abnormal")
    visit.go(page)
    stop(served)
    served = start_server(folder, int(served.address.rpartition(":")[2]))
    visit.page.wait_for_function(f"fetch('{served.address}/_stcore/health').then(answer => answer.ok)")
    visit.page.wait_for_timeout(3000)  # the tab looks for its server every second or so
    visit.complaints.clear()  # of the server that was away
    return visit, served


@pytest.mark.parametrize("page", ["Threshold", "For the couple"])
def test_a_restart_loses_nothing_and_says_so(visitor: Callable[..., Any], tmp_path: Path, page: str) -> None:
    visit, served = restarted(visitor, tmp_path, page)
    try:
        visit.go("Work-up")
        put_back = visit.page.get_by_text("has been put back from this tab")
        put_back.wait_for(timeout=PATIENCE)
        visit.settle()
        assert "NOT\N{NO-BREAK SPACE}YET\N{NO-BREAK SPACE}59.3" in visit.text
        assert "Abnormal" in visit.page.locator(".st-key-finding_karyotype [aria-checked=true]").inner_text()
        visit.accessible()
        visit.go("Threshold")
        assert visit.page.locator(".st-key-oocyte_age_years input").input_value() == "36"
        visit.press("I have looked")
        expect(put_back).to_have_count(0)
        visit.go("Sources")
        visit.go("Threshold")
        assert "59.3 % so far, one more crosses" in visit.text
    finally:
        stop(served)


def test_what_is_typed_first_after_a_restart_counts(visitor: Callable[..., Any], tmp_path: Path) -> None:
    visit, served = restarted(visitor, tmp_path, "Threshold")
    try:
        visit.type("failed_transfers", "4")
        visit.page.get_by_text("has been put back from this tab").wait_for(timeout=PATIENCE)
        visit.settle()
        assert "4 failed: 69.9 % so far" in visit.text
    finally:
        stop(served)


def test_a_new_couple_leaves_nothing_in_the_tab(visit: Any) -> None:
    visit.open()
    visit.type("oocyte_age_years", "36")
    held = visit.page.locator(".st-key-held_by_the_tab input")
    assert "36" in held.input_value()
    assert not held.is_visible()
    visit.press("New couple")
    assert held.input_value() == ""


def test_a_case_that_is_opened_stands_in_the_fields(visit: Any) -> None:
    """The box that opens it shuts in the same moment. A page left right after comes back with its fields filled."""
    visit.open()
    visit.press("Save or open")
    visit.type("check_code", check_code(assess(PLAIN)))
    visit.press("Put this case into the fields")
    shown = {
        key: visit.page.locator(f".st-key-{key} input").input_value()
        for key in ("oocyte_age_years", "failed_transfers")
    }
    assert shown == {key: str(PLAIN[key]) for key in shown}
    visit.page.get_by_text("Opened from a case code").wait_for()
    visit.press("Save or open")
    visit.press("Close")
    visit.go("Work-up")
    visit.go("Threshold")
    assert shown == {key: visit.page.locator(f".st-key-{key} input").input_value() for key in shown}


@pytest.mark.parametrize(
    "page", ["Threshold", "Work-up", "For the couple", "Immune step (contested)", "Our clinic", "Sources"]
)
def test_the_case_code_is_copied_or_taken_as_a_file_from_every_page(visitor: Callable[..., Any], page: str) -> None:
    visit = visitor(permissions=["clipboard-read", "clipboard-write"]).open()
    visit.couple("36", "Untested", "3")
    if page != "Threshold":
        visit.go(page)
    code = check_code(assess(PLAIN))
    visit.press("Save or open")
    visit.accessible()
    visit.page.get_by_role("dialog").locator(".stCode").hover()
    visit.page.get_by_role("dialog").get_by_role("button", name="Copy to clipboard").click()
    assert visit.page.evaluate("navigator.clipboard.readText()") == code
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Case code, file", exact=True).click()
    assert download.value.suggested_filename == "rif-threshold-case-code.txt"
    assert download.value.path().read_text("ascii") == f"{code}\n"
    visit.press("Close")
    visit.page.get_by_role("heading", level=1, name=page).wait_for()


def test_where_there_is_no_clipboard_the_note_stands_to_be_selected_and_as_a_file(visit: Any) -> None:
    visit.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    visit.open()
    visit.couple("36", "Untested", "3")
    visit.press("Copy note")
    visit.page.get_by_text("where it does not, the text can be selected").wait_for()
    selected = (
        visit.page.get_by_role("dialog")
        .locator(".stCode code")
        .evaluate("code => { getSelection().selectAllChildren(code); return getSelection().toString(); }")
    )
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Clinician note", exact=True).click()
    assert selected.split() == download.value.path().read_text("ascii").split()
    assert "Not yet: the threshold comes after 4 transfers" in selected


def test_two_quick_clicks_add_two_whole_lines(visit: Any) -> None:
    visit.open()
    visit.couple("41", "Untested", "2")
    visit.page.locator(".st-key-history_given label").first.click()
    visit.settle()
    add = visit.page.get_by_role("button", name="Add a transfer")
    add.click()
    add.click()
    visit.settle()
    ages = [box.input_value() for box in visit.page.locator("[class*=oocyte_age_years] input[type=text]:visible").all()]
    assert ages == ["41"] * 5
    assert "4 failed: 47.8 % so far" in visit.text


class Line:
    """What lies between a tab and its server, and can be cut: it hands on bytes in both directions."""

    def __init__(self, port: int) -> None:
        self.port, self.whole = port, True
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.threads = [threading.Thread(target=self._listen)]
        self.threads[0].start()

    def _listen(self) -> None:
        with self.listening, contextlib.suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                self.threads.append(threading.Thread(target=self._hand_on, args=(near,)))
                self.threads[-1].start()

    def _hand_on(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self.port)) as far, contextlib.suppress(OSError):
            while self.whole:
                ready, _, _ = select.select([near, far], [], [], 0.1)
                for one in ready:
                    if not (data := one.recv(1 << 16)):
                        return
                    (far if one is near else near).sendall(data)

    def cut(self) -> None:
        self.whole = False

    def mend(self) -> None:
        self.whole = True

    def end(self) -> None:
        self.cut()
        self.listening.shutdown(socket.SHUT_RDWR)
        for each in self.threads:
            each.join()


_GRACE = """
from streamlit import config
from rif_threshold.ui import server

made = server.make_app


def make_app():
    app = made()  # which reads the settings
    config.set_option("server.disconnectedSessionTTL", {})
    return app


server.make_app = make_app
"""


@pytest.mark.parametrize(("grace", "away"), [(3600, 90), (2, 8)], ids=["within_the_grace", "beyond_it"])
def test_a_connection_that_was_away_loses_nothing(
    visitor: Callable[..., Any], tmp_path: Path, grace: int, away: int
) -> None:
    """A laptop that slept: within the grace nothing is said; beyond it the tab gives back what it held, and says so."""
    served = start_server(tmp_path, first=_GRACE.format(grace))
    line = Line(int(served.address.rpartition(":")[2]))
    try:
        visit = visitor(line.address).open()
        visit.couple("36", "Untested", "3")
        visit.go("Work-up")
        visit.choose("finding_karyotype", "Abnormal")
        before = visit.text
        line.cut()
        visit.page.wait_for_timeout(away * 1000)
        line.mend()
        visit.page.wait_for_function(f"fetch('{line.address}/_stcore/health').then(answer => answer.ok)")
        visit.page.wait_for_timeout(20_000)  # the longer it was away, the later the tab looks again
        visit.complaints.clear()  # of the line that was cut
        visit.go("Threshold")
        said = visit.page.get_by_text("has been put back from this tab")
        if grace > away:
            expect(said).to_have_count(0)
        else:
            said.wait_for(timeout=PATIENCE)
            visit.press("I have looked")
        visit.settle()
        assert "59.3 % so far, one more crosses" in visit.text
        assert visit.page.locator(".st-key-oocyte_age_years input").input_value() == "36"
        visit.go("Work-up")
        assert visit.text == before
    finally:
        line.end()
        stop(served)
