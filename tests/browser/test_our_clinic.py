"""The page Our clinic in a real browser: by file and by hand, on paper, beside others, and off every disk."""

import io
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload
from pypdf import PdfReader

from clinic_files import CANARY, HEADING, as_csv, other_words, rows

from .conftest import PATIENCE, Visit, start_server, stop

WIDTHS = (1280, 360)


def payload(content: bytes, name: str = "transfers.csv") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def drop(visit: Visit, content: bytes, name: str = "transfers.csv") -> None:
    visit.page.locator("input[type=file]").first.set_input_files(payload(content, name))


def done(visit: Visit, shows: str) -> Visit:
    """Wait until what is under way is done, by what is shown then."""
    visit.page.get_by_text(shows, exact=True).first.wait_for()
    visit.settle()
    return visit


def whole(visit: Visit) -> None:
    """At both widths, without anything wrong for axe and without scrolling sideways."""
    for width in WIDTHS:
        visit.page.set_viewport_size({"width": width, "height": 900})
        visit.settle()
        visit.no_sideways_scroll()
        visit.accessible()
    visit.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    visit.settle()


def test_by_file_from_the_list_to_an_answer_and_to_paper(visit: Visit, tmp_path: Path) -> None:
    visit.open("our_clinic")
    whole(visit)
    drop(visit, as_csv(rows()))
    done(visit, "How the file is read")
    whole(visit)
    visit.press("Make our table and the audit")
    done(visit, "Files to take")
    assert "12 of 40: 30.0 %" in visit.text
    whole(visit)

    paper = PdfReader(io.BytesIO(visit.page.pdf(format="A4")))
    texts = [page.extract_text() for page in paper.pages]
    assert all(map(str.strip, texts))
    assert "12 of 40: 30.0 %" in "\n".join(texts).replace("\n", " ")
    for control in ("Use this table", "Forget this file", "Our table, ZIP", "How the file is read"):
        assert control not in "\n".join(texts)

    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Our table, ZIP", exact=True).click()
    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(tmp_path)
    from rif_threshold import assess  # noqa: PLC0415

    case = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 2}
    own = [each for each in assess(case, tables=tmp_path / "our_tables").estimates if each.route.endswith("our_clinic")]
    assert [each.transfers_to_threshold for each in own] == [3]  # 1 - 0.7 x 0.7 x 0.7 is 65.7 %
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="The audit, PDF", exact=True).click()
    assert PdfReader(download.value.path()).pages

    visit.press("Use this table")
    visit.go("Threshold")
    visit.couple("36", "Untested", "2")
    assert "Own register, first transfers" in visit.text
    assert "our clinic's table in use" in visit.text.replace("\N{NO-BREAK SPACE}", " ")
    whole(visit)
    visit.press("Save or open")
    visit.page.get_by_role("dialog").get_by_text("The case code does not carry it").wait_for()
    visit.press("Close")
    visit.press("Take our table back")
    assert "Own register" not in visit.text


EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_example_by_its_own_mapping_to_every_table_on_a_phone_and_to_a_report_to_share(
    visit: Visit, tmp_path: Path
) -> None:
    visit.open("our_clinic")
    fields = visit.page.locator("input[type=file]")
    fields.last.set_input_files(EXAMPLES / "register.toml")
    done(visit, "Take another mapping")
    fields.first.set_input_files(EXAMPLES / "register.csv")
    done(visit, "How the file is read")
    visit.press("Make our table and the audit")
    done(visit, "Files to take")
    # As docs/register.md has it from the command line.
    assert "76 of 233: 32.6 % (26.6 to 39.0)" in visit.text
    assert "203 of 568 had a positive test; ESHRE's table expected 205" in visit.text
    visit.page.get_by_text("All tables of the audit", exact=True).first.click()
    visit.settle()
    whole(visit)
    visit.page.set_viewport_size({"width": 360, "height": 900})
    visit.settle()
    # A table of twelve columns is moved sideways in its own box, and no word in it is torn.
    wide = visit.page.get_by_role("region", name="How first runs went on, transfers of all kinds")
    assert wide.evaluate("box => box.scrollWidth > box.clientWidth")
    cell = wide.get_by_role("cell", name="36.5 to 41.3", exact=True)
    assert cell.evaluate("cell => cell.getClientRects()[0].height < 50")
    visit.press("Make a report to share")
    done(visit, "To share, PDF")
    with visit.page.expect_download() as download:
        visit.press("To share, PDF")
    text = " ".join(page.extract_text() for page in PdfReader(download.value.path()).pages)
    assert "May be shared" in text
    assert "not shown" in text
    visit.press("Forget this file")
    assert "register.toml" not in visit.text


def test_by_hand_with_the_keyboard_alone(visit: Visit) -> None:
    visit.open("our_clinic")
    visit.page.locator(".st-key-clinic_from").get_by_role("radio").first.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("Space")
    visit.settle()
    visit.page.locator(".st-key-count_1_positive input").focus()
    visit.page.keyboard.type("76")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.type("233")
    visit.page.keyboard.press("Enter")
    visit.settle()
    visit.page.get_by_role("button", name="Make our table", exact=True).focus()
    visit.page.keyboard.press("Enter")
    done(visit, "Files to take")
    assert "76 of 233: 32.6 % (26.6 to 39.0)" in visit.text
    assert "3 with 0.89" in visit.text
    whole(visit)


def test_columns_and_words_are_assigned(visit: Visit) -> None:
    visit.open("our_clinic")
    drop(visit, other_words())
    done(visit, "1. Which column holds what")

    def pick(key: str, what: str) -> None:
        box = visit.page.locator(f".st-key-assign_{key} input")
        if box.input_value() == what:  # guessed
            return
        box.click()
        box.fill(what)
        visit.page.get_by_role("option", name=what, exact=True).first.click()
        visit.settle()

    for key, what in (
        ("patient", "Case"), ("date", "ET day"), ("oocyte_age_years", "Age OPU"), ("ploidy", "PGT"),
        ("result", "Outcome"), ("embryos", "Number"), ("days", "17.04.2024"),
    ):  # fmt: skip
        pick(key, what)
    visit.press("Show the words of these columns")
    done(visit, "2. What the words mean")
    for key, what in (
        ("word_ploidy_none", "Untested"), ("word_result_LB", "Live birth"), ("word_result_neg", "No positive test"),
    ):  # fmt: skip
        pick(key, what)
    whole(visit)
    visit.press("Make our table and the audit")
    done(visit, "Files to take")
    assert "12 of 40: 30.0 %" in visit.text


# --- beside others


# In place of the process that reads a file one that never answers.
ENDLESS = """
import subprocess
from rif_threshold.ui import work
class Endless(subprocess.Popen):
    def __init__(self, command, **options):
        super().__init__(["sleep", "3600"], **options)
work.subprocess.Popen = Endless
"""


def server_that_first_runs(code: str, folder: Path) -> Iterator[Any]:
    served = start_server(folder, first=code)
    yield served
    stop(served)


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[Any]:
    yield from server_that_first_runs(ENDLESS, tmp_path)


def children(pid: int) -> int:
    """How many processes a server has started that still run."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return sum(len(each.read_text().split()) for each in listed)


def test_others_get_their_answers_a_third_waits_and_who_leaves_makes_room(
    endless: Any, visitor: Callable[..., Visit]
) -> None:
    first, second, third = (visitor(endless.address) for _ in range(3))
    for each in (first, second):
        each.open("our_clinic")
        drop(each, as_csv(rows()))
        each.page.get_by_text("Working on it.").wait_for()
    third.open("our_clinic")
    drop(third, as_csv(rows()))
    third.page.get_by_text("Two other files are being worked on.").wait_for()

    other = visitor(endless.address).open().couple("36", "Untested", "3")
    assert "59.3 % so far" in other.text
    second.go("Threshold")  # and so does who waits
    second.couple("36", "Untested", "3")
    assert "59.3 % so far" in second.text
    assert first.page.get_by_text("Working on it.").is_visible()  # all that time it was under way
    assert children(endless.process.pid) == 2

    first.page.goto("about:blank")  # the session ends in the middle
    third.page.get_by_text("Working on it.").wait_for()
    assert children(endless.process.pid) == 2
    third.press("Stop")
    third.page.locator("input[type=file]").first.wait_for(state="attached")


# --- off every disk


# Starlette would put what is longer than 1 MB into a folder: here that fails.
NO_DISK = """
import tempfile
def refuse(self): raise OSError("on a disk")
tempfile.SpooledTemporaryFile.rollover = refuse
"""


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Any]:
    yield from server_that_first_runs(NO_DISK, tmp_path)


def on_a_disk(word: bytes, since: float, *places: Path) -> list[str]:
    """The files that were written since then and hold a word."""
    found = []
    for place in places:
        for folder, _, names in os.walk(place, onerror=None):
            for name in names:
                path = Path(folder) / name
                try:
                    if path.is_file() and path.stat().st_mtime >= since and word in path.read_bytes():
                        found.append(str(path))
                except OSError:
                    continue
    return found


def test_nothing_of_a_file_is_on_any_disk(watched: Any, visitor: Callable[..., Visit], tmp_path: Path) -> None:
    since = time.time()
    listed = [[*row, "x" * 400] for row in rows(4_000, 1_200, CANARY + "{:06}")]
    content = as_csv(listed, [*HEADING, "filler"])
    assert len(content) > 2_000_000
    visit = visitor(watched.address).open("our_clinic")
    own = f'title = "{CANARY}"\n' + "".join(f'[{name}]\ncolumn = "{name}"\n' for name in HEADING)
    visit.page.locator("input[type=file]").last.set_input_files(payload(own.encode(), f"{CANARY}.toml"))
    done(visit, "Take another mapping")
    drop(visit, content)
    done(visit, "How the file is read")
    visit.press("Make our table and the audit")
    done(visit, "Files to take")
    visit.press("Make a report to share")
    done(visit, "To share, PDF")
    assert "1,200 of 4,000: 30.0 %" in visit.text
    places = (tmp_path, Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home() / ".streamlit")
    assert on_a_disk(CANARY.encode(), since, *places) == []
    visit.press("Forget everything on this page")
    assert "1,200 of 4,000" not in visit.text
    assert on_a_disk(CANARY.encode(), since, *places) == []


def test_the_search_would_find_it(tmp_path: Path) -> None:
    (tmp_path / "left").write_bytes(b"a" + CANARY.encode())
    assert on_a_disk(CANARY.encode(), 0, tmp_path) == [str(tmp_path / "left")]


def test_a_file_that_is_too_large_is_refused_in_the_browser(visit: Visit, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(2_000_000_000)
    visit.open("our_clinic")
    visit.page.locator("input[type=file]").first.set_input_files(large)
    visit.page.get_by_text("File must be 50.0MB or smaller").wait_for(timeout=PATIENCE)
    visit.settle()
    visit.accessible()
