"""Take the pictures of the README from the real page: ``python scripts/screenshots.py``.

Starts a server of its own on a free port, types the published worked example, and writes ``docs/screenshots/``.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
TARGET = ROOT / "docs" / "screenshots"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
]  # fmt: skip
SERVE = "import sys; from rif_threshold.ui.server import serve; serve(port=int(sys.argv[1]), open_browser=False)"
LONG = 120_000  # milliseconds for what a clinic's list takes
WIDE, PHONE = {"width": 1180, "height": 1000}, {"width": 360, "height": 780}


def settle(page: Page) -> None:
    page.wait_for_timeout(400)
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
    )
    page.wait_for_timeout(400)


def load_example(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Load an example").click()
    page.get_by_text("The published worked example").click()
    settle(page)


def picture(page: Page, name: str, height: int, at: str = "h1") -> None:
    """Write one picture of the page, so high, with the named place at its top."""
    width = page.viewport_size["width"] if page.viewport_size else WIDE["width"]
    page.set_viewport_size({"width": width, "height": height})
    settle(page)
    page.locator(at).first.evaluate(
        "place => { const main = document.querySelector('[data-testid=stMain]');"
        " main.scrollTop += place.getBoundingClientRect().top - 90; }"
    )
    page.mouse.move(0, 0)
    settle(page)
    page.screenshot(path=TARGET / f"{name}.png")


def take(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport=WIDE, reduced_motion="reduce")
        load_example(page, address)
        picture(page, "threshold", 1180)
        page.get_by_role("link", name="For the couple", exact=True).first.click()
        settle(page)
        picture(page, "explain", 1050)
        page.get_by_role("link", name="Immune step (contested)", exact=True).first.click()
        settle(page)
        picture(page, "tacrolimus", 1100)
        page.locator(".st-key-answer_th1_th2_ratio input").fill("12.5")
        settle(page)
        picture(page, "protocols", 1000, at=".st-key-verdicts")
        page.get_by_role("link", name="Our clinic", exact=True).first.click()
        settle(page)
        fields = page.locator("input[type=file]")
        fields.last.set_input_files(EXAMPLES / "register.toml")
        page.get_by_text("Take another mapping", exact=True).wait_for()
        settle(page)
        fields.first.set_input_files(EXAMPLES / "register.csv")
        page.get_by_role("button", name="Make our table and the audit").click(timeout=LONG)
        page.get_by_text("Files to take", exact=True).wait_for(timeout=LONG)
        settle(page)
        picture(page, "clinic", 1580, at="h2:has-text('Our table')")
        page = browser.new_page(viewport=PHONE, color_scheme="dark", reduced_motion="reduce")
        load_example(page, address)
        picture(page, "phone", 2300)
        browser.close()


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        variables = {**os.environ, "HOME": folder}
        server = subprocess.Popen([sys.executable, "-c", SERVE, str(port)], cwd=folder, env=variables)
        try:
            for _ in range(200):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health").close()
                    break
                except OSError:
                    time.sleep(0.1)
            take(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(10)


if __name__ == "__main__":
    main()
