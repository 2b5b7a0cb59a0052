"""Shared by all tests: hypothesis runs small and deterministic here."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from rif_threshold import tables
from rif_threshold.tables import shipped_directory

pytest_plugins = ["left_out"]
settings.register_profile("small", max_examples=100, deadline=None, derandomize=True)
# For `make mutate`, which runs the tests thousands of times.
settings.register_profile("few", settings.get_profile("small"), max_examples=10)
settings.load_profile("small")


@pytest.fixture
def copied_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped tables that a test may break, in the place of the shipped ones."""
    folder = tmp_path / "tables"
    shutil.copytree(shipped_directory(), folder)
    monkeypatch.setattr(tables, "shipped_directory", lambda: folder)
    return folder
