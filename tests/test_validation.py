"""The validation table: every published example holds, and one that did not would be seen."""

from pathlib import Path

import pytest

from rif_threshold import validation
from rif_threshold.errors import TableError
from rif_threshold.validation import Check, checks


def test_every_published_example_holds() -> None:
    assert len(checks()) > 40
    assert [check.title for check in checks() if not check.holds] == []


def test_a_figure_that_is_off_does_not_hold() -> None:
    check = Check(title="", what="", source="", why="", tolerance=0.05, published=(23.8, 60.0), computed=(23.84, 60.06))
    assert not check.holds
    assert check.model_copy(update={"computed": (23.84, 60.04)}).holds


def test_without_the_examples_nothing_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "__file__", str(tmp_path / "src/rif_threshold/validation.py"))
    checks.cache_clear()
    with pytest.raises(TableError, match="examples are missing"):
        checks()
    monkeypatch.undo()
    checks.cache_clear()
