"""The page without a browser: its script run by Streamlit's own test runner, addressed by the keys of its widgets."""

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
PAGES = "src/rif_threshold/ui/pages/"
WORKED = {
    "oocyte_age_years": "36",
    "ploidy": "untested",
    "failed_transfers": "3",
    "live_birth_percent": "23.8",
    "live_birth_per": "treatment_cycle",
}


def as_markdown(piece: str) -> str:
    """What a piece of HTML says, a line for each part, with its bold words as in markdown; nothing of a style."""
    bare = re.sub(r"<style>.*?</style>", "", piece, flags=re.DOTALL)
    bare = bare.replace('<bdi lang="en" dir="ltr">', "\u2066").replace("</bdi>", "\u2069")
    bare = re.sub(r"<h(\d)>", lambda found: "#" * int(found[1]) + " ", bare)
    bare = re.sub(r"</(p|h\d|li|tr|table)>", "\n", re.sub(r"</?strong>", "**", bare))
    return html.unescape(re.sub(r"<[^>]+>", " ", bare))


class Tab:
    """One visitor's page."""

    def __init__(self, page: str = "") -> None:
        self.at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        self.unfolded: set[str] = set()
        self.shown = ""
        self.check()
        if page:
            self.go(page)

    def check(self) -> "Tab":
        assert not self.at.exception, self.at.exception
        return self

    def go(self, page: str) -> "Tab":
        self.at.switch_page(f"{PAGES}{page}.py")
        self.unfolded.clear()
        self.shown = ""
        return self.run()

    def fill(self, **values: Any) -> "Tab":
        for key, value in values.items():
            self.widget(key).set_value(value)
        return self.run()

    def widget(self, key: str) -> Any:
        for kind in ("text_input", "segmented_control", "pills", "selectbox", "toggle", "multiselect"):
            for element in getattr(self.at, kind):
                if element.key == key:
                    return element
        raise KeyError(key)

    def has(self, key: str) -> bool:
        try:
            return self.widget(key) is not None
        except KeyError:
            return False

    def press(self, key: str) -> "Tab":
        self.at.button(key=key).click()
        return self.run()

    def panel(self, key: str, press: str = "", **fields: Any) -> "Tab":
        """Open a panel of the strip, fill its fields, press a button in it. The runner shuts it after each run."""
        self.press(key)
        if fields:
            for name, value in fields.items():
                self.widget(name).set_value(value)
            self.press(key)
        if press:
            self.at.button(key=press).click()
            self.press(key)
        return self

    def unfold(self, key: str) -> "Tab":
        self.unfolded.add(key)
        return self.run()

    def show(self, tab: str) -> "Tab":
        """Bring a tab to the front."""
        self.shown = tab
        return self.run()

    def run(self) -> "Tab":
        if self.shown:
            self.at.session_state["tabs"] = self.shown
        for key in self.unfolded:  # the runner does not send a panel's state back, as a browser does
            self.at.session_state[key] = True
        self.at.run()
        return self.check()

    @property
    def answered(self) -> bool:
        """Whether a state with a number stands on the page."""
        return any(re.match("## [■□◪]", each.value) for each in self.at.markdown)

    @property
    def text(self) -> str:
        at = self.at
        parts = [*at.title, *at.header, *at.markdown, *at.caption, *at.error, *at.info, *at.metric]
        said = [f"{getattr(part, 'label', '')} {part.value}" for part in parts]
        return "\n".join([*said, *(as_markdown(part.proto.body) for part in at.get("html"))])

    @property
    def errors(self) -> list[str]:
        return [error.value.replace("\\", "") for error in self.at.error]

    def charts(self) -> list[Any]:
        return [chart.proto for chart in self.at.get("vega_lite_chart")]

    def rows(self, number: int = 0) -> list[dict[str, Any]]:
        specification = json.loads(self.charts()[number].spec)
        return [row for layer in specification["layer"] for row in layer["data"]["values"]]


@pytest.fixture
def tab() -> Callable[..., Tab]:
    return Tab


@pytest.fixture
def worked() -> Tab:
    return Tab().fill(also_from=["live_birth"]).fill(**WORKED)
