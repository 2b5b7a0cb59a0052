"""Every control in the hazard log names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_control_names_a_test_that_exists() -> None:
    log = (ROOT / "SAFETY.md").read_text("utf-8")
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.M)
    }
    named = set(re.findall(r"`(test_\w+)`", log))
    assert len(named) > 30
    assert named - written == set()
    for row in re.findall(r"^\| H\d+ .*$", log, re.M):
        assert re.search(r"`test_\w+` ?(,|\|)", row), row
