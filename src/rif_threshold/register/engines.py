"""The engine that counts: DuckDB inside this process, or Spark on as many machines as it is given.

Both run the same Ibis expressions. What does not fit into memory goes into one private folder that is removed at the
end, whatever happens. Nothing is fetched from anywhere.
"""

import os
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rif_threshold.errors import InvalidInput, Problem

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

ENGINES = ("duckdb", "spark")
MEMORY = "512MB"
"""What an engine may use where nothing is said."""

_MEMORY = re.compile(r"([1-9][0-9]{0,6}) ?(MB|GB)")
_numbers = count()
"""So that a name can be used again."""
STAGED = "register_"
"""How the names of what is read from a file begin."""
_BATCH = 100_000
"""Rows that are handed over at once."""
_PARTS = 4
"""Parts for each core of a cluster that rows are sorted into."""
_PIECE = 2_000_000
"""Rows whose couples are put together at once: lists of transfers cannot be written aside, so they have to fit."""


@dataclass(frozen=True)
class Engine:
    """An engine that is running.

    Attributes:
        name: ``duckdb`` or ``spark``.
        backend: the Ibis backend.
        keep: computes a table once, under a name, so that it can be asked several times.
        batches: the rows of an expression as Arrow batches, in their order.
        at_once: how many rows it can put together at once; ``None`` for any number.
    """

    name: str
    backend: Any
    keep: "Callable[[ir.Table, str], ir.Table]"
    batches: "Callable[[ir.Table], Iterator[pa.RecordBatch]]"
    at_once: int | None

    def rows(self, expression: "ir.Table") -> list[dict[str, Any]]:
        """The rows of a small result as plain data; what is missing is ``None``."""
        return [row for batch in self.batches(expression) for row in batch.to_pylist()]


def checked_memory(memory: str) -> str:
    """A limit of memory as the engines take it. Raises `InvalidInput`.

    >>> checked_memory("2 GB")
    '2GB'
    """
    found = _MEMORY.fullmatch(memory.strip().upper())
    if found is None:
        raise InvalidInput((Problem("--memory", memory, "a size such as 512MB or 2GB is needed", "form"),))
    return "".join(found.groups())


@contextmanager
def engine(
    name: str = "duckdb", *, master: str | None = None, memory: str = MEMORY, on_disk: bool = True
) -> Iterator[Engine]:
    """Start an engine, and stop it at the end of the block.

    Args:
        name: ``duckdb`` or ``spark``.
        master: for Spark, where it runs: ``local[2]``, ``spark://host:7077``; this machine where left out.
        memory: how much it may use, such as ``512MB``; with Spark each executor.
        on_disk: whether DuckDB may put aside on a disk what does not fit; else that is refused.

    Raises:
        InvalidInput: for another name, and for what one engine does not take.
    """
    memory = checked_memory(memory)
    if name not in ENGINES:
        raise InvalidInput((Problem("--engine", name, f"one of {', '.join(ENGINES)} is needed", "not_in_list"),))
    if master is not None and name != "spark":
        raise InvalidInput((Problem("--master", master, "only Spark has a master: add --engine spark", "cross_field"),))
    if not on_disk:
        yield from _duckdb(None, memory)
        return
    with tempfile.TemporaryDirectory(prefix="rif-threshold-") as private:  # for its owner alone
        yield from _duckdb(private, memory) if name == "duckdb" else _spark(private, memory, master)


def _duckdb(private: str | None, memory: str) -> Iterator[Engine]:
    import duckdb  # noqa: PLC0415 - loaded only when used
    import ibis  # noqa: PLC0415

    backend = ibis.duckdb.connect(
        ":memory:" if private is None else Path(private) / "register.duckdb",
        memory_limit=memory,
        temp_directory="" if private is None else str(Path(private) / "spill"),
        autoinstall_known_extensions="false",
    )

    def keep(expression: "ir.Table", name: str) -> "ir.Table":
        return backend.create_table(f"{name}_{next(_numbers)}", expression, temp=True)

    def batches(expression: "ir.Table") -> "Iterator[pa.RecordBatch]":
        # Ibis 12 asks DuckDB 2.0 for batches by a name that it no longer has.
        for batch in backend.con.sql(backend.compile(expression)).to_arrow_reader(_BATCH):
            yield batch.cast(expression.schema().to_pyarrow())  # sums of whole numbers come as decimals

    try:
        yield Engine("duckdb", backend, keep, batches, _PIECE)
    except duckdb.OutOfMemoryException:
        if private is None:
            raise
        why = "the list needs more, also with what is put aside on the disk: allow more, or make room on that disk"
        raise InvalidInput((Problem("--memory", memory, why, "range"),)) from None
    finally:
        backend.disconnect()


def _spark(private: str, memory: str, master: str | None) -> Iterator[Engine]:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with warnings.catch_warnings():
        # Nothing here goes through pandas, of which Spark warns that it is newer than it knows.
        warnings.filterwarnings("ignore", message=".*pandas.*", category=FutureWarning)
        import ibis  # noqa: PLC0415 - loaded only when used
        from pyspark.sql import SparkSession  # noqa: PLC0415

        running = SparkSession.getActiveSession()
        session = running or (
            SparkSession.builder.master(master or "local[*]")
            .appName("rif-threshold")
            .config("spark.executor.memory", memory.removesuffix("B"))
            .config("spark.local.dir", private)
            .config("spark.sql.warehouse.dir", str(Path(private) / "warehouse"))
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .getOrCreate()
        )
        if running is None:  # else every small table is put together from 200 pieces
            session.conf.set("spark.sql.shuffle.partitions", _PARTS * session.sparkContext.defaultParallelism)
        backend = ibis.pyspark.connect(session)
        kept: list[tuple[str, Any]] = []

        def keep(expression: "ir.Table", name: str) -> "ir.Table":
            frame = session.sql(backend.compile(expression)).persist()
            named = f"{name}_{next(_numbers)}"
            frame.createOrReplaceTempView(named)
            kept.append((named, frame))
            return backend.table(named)

        def batches(expression: "ir.Table") -> "Iterator[pa.RecordBatch]":
            table = session.sql(backend.compile(expression)).toArrow()
            yield from table.cast(expression.schema().to_pyarrow()).to_batches(_BATCH)

        try:
            yield Engine("spark", backend, keep, batches, None)
        finally:
            for name, frame in kept:
                session.catalog.dropTempView(name)
                frame.unpersist()
            for view in session.catalog.listTables():
                if view.name.startswith(STAGED):
                    session.catalog.uncacheTable(view.name)
                    session.catalog.dropTempView(view.name)
            if running is None:  # one that ran before goes on
                session.stop()
