"""How Spark reads a file: as texts, with rows numbered in the order of the file, however many parts it is read in.

The file must lie where the driver and every worker can read it.
"""

from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa

READS_QUOTED = False
_PART_BITS = 33
"""Where Spark's increasing number holds the part of the file; the bits below count its rows."""


def csv(backend: ibis.BaseBackend, name: str, path: Path, separator: str, width: int, *, quoted: bool) -> None:  # noqa: ARG001
    """Name a view on a plain CSV file: lines, numbered and split. One short job counts the lines of each part."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - belongs to an extra

    session = backend._session  # noqa: SLF001 - Ibis has no other way to a reader of lines
    lines = session.read.text(f"file://{path.resolve()}").where("length(value) > 0")
    lines = lines.withColumn("place", f.monotonically_increasing_id())
    part = f.shiftright("place", _PART_BITS)
    counted = sorted(lines.groupBy(part.alias("part")).count().collect())
    before, begins = 0, []
    for number, count in counted:
        begins.append((number, before))
        before += count
    starts = session.createDataFrame(begins or [(0, 0)], "part long, start long")
    inside = f.col("place") - f.shiftleft(part, _PART_BITS)
    cells = f.split("value", f"\\Q{separator}\\E", -1)
    (
        lines.withColumn("part", part)
        .join(f.broadcast(starts), "part")
        .withColumn("row", f.col("start") + inside)
        .where("row > 0")
        .withColumn("cells", cells)
        .select(
            "row",
            (f.size("cells") != width).alias("ragged"),
            *(f.get("cells", f.lit(place)).alias(f"c{place}") for place in range(width)),
        )
        .createOrReplaceTempView(name)
    )


def parquet(backend: ibis.BaseBackend, name: str, path: Path) -> ir.Table:
    """A Parquet file with the number of each row from 0 in ``__row``."""
    session = backend._session  # noqa: SLF001 - Ibis does not show the place of a row
    session.read.parquet(f"file://{path.resolve()}").selectExpr(
        "*", "_metadata.row_index AS __row"
    ).createOrReplaceTempView(name)
    return backend.table(name)


def in_memory(backend: ibis.BaseBackend, name: str, table: pa.Table) -> ir.Table:
    """A table that is in memory already."""
    backend._session.createDataFrame(table).createOrReplaceTempView(name)  # noqa: SLF001 - Ibis goes through pandas
    return backend.table(name)


def staged(backend: ibis.BaseBackend, name: str, query: str, *, numbered: bool) -> ir.Table:  # noqa: ARG001
    """A query by a name, kept where it was reckoned; its rows have their numbers."""
    session = backend._session  # noqa: SLF001 - Ibis names views for good only
    session.sql(query).createOrReplaceTempView(name)
    session.catalog.cacheTable(name)
    return backend.table(name)
