"""Shared by all tests: hypothesis runs small and deterministic here, and long and at random in `make fuzz`."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from rif_threshold import pathway, perspective, tables
from rif_threshold.register import limits, mappings
from rif_threshold.tables import shipped_directory

pytest_plugins = ["left_out", "spark_cluster"]
os.environ.pop("COLUMNS", None)  # readline sets it, and a shell may: lines are broken as for no terminal
# They read tables of their own, and what verifies knows only readers that are imported.
READERS = (pathway, perspective, limits, mappings)
settings.register_profile("small", max_examples=100, deadline=None, derandomize=True)
# For `make mutate`, which runs the tests thousands of times.
settings.register_profile("few", settings.get_profile("small"), max_examples=10)
settings.register_profile(
    "fuzz",
    max_examples=500,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("small")


@pytest.fixture
def copied_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped tables that a test may break, in the place of the shipped ones."""
    folder = tmp_path / "tables"
    shutil.copytree(shipped_directory(), folder)
    monkeypatch.setattr(tables, "shipped_directory", lambda: folder)
    return folder
