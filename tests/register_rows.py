"""Registers for tests: made from plain data, and the simulated ones with a known truth."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pytest

from rif_threshold.register.engines import Engine, engine

COLUMNS = {
    "row": pa.int64(),
    "patient": pa.string(),
    "at": pa.int64(),
    "age": pa.int64(),
    "age_low": pa.int64(),
    "age_high": pa.int64(),
    "ploidy": pa.string(),
    "embryos": pa.int64(),
    "stage": pa.string(),
    "result": pa.string(),
    "live_birth_percent": pa.float64(),
    "live_birth_per": pa.string(),
    "clinical_pregnancy": pa.int64(),
    "live_birth": pa.int64(),
    "problem": pa.string(),
}
"""The normalised table that a file is read into, with the two outcomes that it may have beside the result."""


def transfer(patient: str | None, at: int, **more: Any) -> dict[str, Any]:
    """A transfer of one untested embryo at 34 that failed, but for what is said."""
    row = {"patient": patient, "at": at, "ploidy": "untested", "embryos": 1, "result": "no_positive_test", "age": 34}
    row |= more
    row.setdefault("age_low", row["age"])
    row.setdefault("age_high", row["age"])
    return row


def normalised(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """The normalised table of these transfers, numbered as they stand."""
    numbered = [{"row": number} | dict(row) for number, row in enumerate(rows, start=1)]
    return pa.Table.from_pylist([{name: row.get(name) for name in COLUMNS} for row in numbered], pa.schema(COLUMNS))


RUNNING: list[Engine] = []
"""The engine of a module's tests, where it takes `one_engine`."""


@pytest.fixture(scope="module", autouse=True)
def one_engine() -> Iterator[None]:
    with engine() as running:
        RUNNING.append(running)
        yield
    RUNNING.clear()
