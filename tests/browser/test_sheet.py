"""The sheet and the report in a real browser: accessible, printed on their pages, alone, and on a phone."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from report_cases import CASES, DATE, REFUSED, answer
from rif_threshold.report import ENGLISH, report
from rif_threshold.report.words import languages

from .conftest import settled


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Any:
    """Open an export from a file, with the network off; a request to anywhere fails the test."""
    context = browser.new_context(viewport={"width": 1000, "height": 900}, offline=True, reduced_motion="reduce")
    asked: list[str] = []

    def show(name: str, kind: str, width: int = 1000) -> Any:
        file = tmp_path / f"{name}.html"
        file.write_bytes(report(answer(name), kind, date=DATE).content)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: asked.append(message.text))
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(file.as_uri())
        return settled(page)

    yield show
    context.close()
    assert all(url.startswith(tmp_path.as_uri()) for url in asked), asked


@pytest.mark.parametrize(
    ("kind", "pages", "name"),
    [
        *(("sheet.html", 1, name) for name in (*CASES, *REFUSED)),
        *(("report.html", 4, name) for name in ("plain", "reached", "model", "history", "fullest", "missing")),
    ],
)
def test_it_prints_on_its_pages_of_a4(open_page: Any, name: str, kind: str, pages: int) -> None:
    printed = PdfReader(io.BytesIO(open_page(name, kind).pdf(prefer_css_page_size=True)))
    # The sheet is one page; the report takes the pages it needs.
    assert len(printed.pages) == pages if kind == "sheet.html" else 2 <= len(printed.pages) <= pages
    width, height = (round(float(side) / 72 * 25.4) for side in printed.pages[0].mediabox[2:])
    assert (width, height) == (210, 297)


@pytest.mark.parametrize("name", ["plain", "fullest", "out_of_reach", "missing"])
@pytest.mark.parametrize("kind", ["sheet.html", "report.html"])
@pytest.mark.parametrize("width", [1000, 360])
def test_it_is_accessible(open_page: Any, name: str, kind: str, width: int) -> None:
    page = open_page(name, kind, width)
    # The page's policy forbids scripts; axe is one, so the test's copy goes without the policy.
    content = page.content().replace("Content-Security-Policy", "x-test-without-policy")
    page.set_content(content)
    settled(page)
    found = Axe().run(page).response["violations"]
    assert not found, "\n".join(f"{item['id']}: {[node['html'][:200] for node in item['nodes']]}" for item in found)


@pytest.mark.parametrize("kind", ["sheet.html", "report.html"])
def test_nothing_scrolls_sideways_on_a_phone(open_page: Any, kind: str) -> None:
    page = open_page("fullest", kind, 360)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_body_text_of_the_printed_sheet_has_eleven_points(open_page: Any) -> None:
    page = open_page("plain", "sheet.html")
    page.emulate_media(media="print")
    settled(page)
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('p, li, td, th, dd, dt, h1, h2')]"
        ".map(each => parseFloat(getComputedStyle(each).fontSize) * 72 / 96)"
    )
    assert min(sizes) >= 10.99


# In every language.

TRANSLATIONS = [language for language in languages() if language != ENGLISH]
TEN = ["plain", "reached", "counts", "percent", "out_of_reach", "history", "mosaic", "no_age", "fullest", "losses"]


@pytest.fixture(scope="module")
def sheet_page(browser: Any) -> Iterator[Any]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("name", TEN)
@pytest.mark.parametrize("language", TRANSLATIONS)
def test_it_prints_on_one_page_in_every_language(sheet_page: Any, tmp_path: Path, language: str, name: str) -> None:
    page, file = sheet_page, tmp_path / "sheet.html"
    file.write_bytes(report(answer(name), "sheet.html", language, date=DATE).content)
    page.emulate_media(media="print")
    page.goto(file.as_uri())
    (printed,) = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert [round(float(side) / 72 * 25.4) for side in printed.mediabox[2:]] == [210, 297]
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('p, li, td, th, dd, dt, h1, h2')]"
        ".map(each => parseFloat(getComputedStyle(each).fontSize) * 72 / 96)"
    )
    assert min(sizes) >= 10.99
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(media="screen")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
