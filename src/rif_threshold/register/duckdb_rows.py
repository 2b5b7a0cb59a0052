"""How DuckDB reads a file: as texts, never held whole, its rows numbered by the order in which they are kept."""

from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa

READS_QUOTED = True
_LONGEST_LINE = 8_000_000
_NO_TEXT = "\u0001"


def csv(backend: ibis.BaseBackend, name: str, path: Path, separator: str, width: int, *, quoted: bool) -> None:
    """Name a view on a CSV file. A row that lacks cells has nulls, so that it is known from one with empty cells.

    One column more than the heading has shows which rows have more cells; what stands behind it is let go.
    """
    names = [f"c{place}" for place in range(width)]
    columns = ", ".join(f"'{each}': 'VARCHAR'" for each in (*names, "more"))
    mark = '"' if quoted else ""
    backend.raw_sql(
        f"CREATE TEMP VIEW {name} AS SELECT"  # noqa: S608 - names of our own
        f" ({names[-1]} IS NULL OR more IS NOT NULL) AS ragged, {', '.join(names)}"
        f" FROM read_csv({_quoted(str(path))}, columns = {{{columns}}}, auto_detect = false, header = true,"
        f" delim = {_quoted(separator)}, quote = '{mark}', escape = '{mark}', nullstr = '{_NO_TEXT}',"
        f" null_padding = true, strict_mode = false, parallel = {not quoted}, max_line_size = {_LONGEST_LINE})"
    )


def parquet(backend: ibis.BaseBackend, name: str, path: Path) -> ir.Table:
    """A Parquet file with the number of each row from 0 in ``__row``."""
    backend.raw_sql(
        f"CREATE TEMP VIEW {name} AS SELECT *, file_row_number AS __row"  # noqa: S608 - names of our own
        f" FROM read_parquet({_quoted(str(path))}, file_row_number = true)"
    )
    return backend.table(name)


def in_memory(backend: ibis.BaseBackend, name: str, table: pa.Table) -> ir.Table:
    """A table that is in memory already."""
    backend.con.register(name, table)
    return backend.table(name)


def staged(backend: ibis.BaseBackend, name: str, query: str, *, numbered: bool) -> ir.Table:
    """The rows of a query, reckoned once and kept in their order, numbered by it where they are not."""
    backend.raw_sql(f"CREATE TEMP TABLE {name}_rows AS {query}")
    number = "" if numbered else "rowid + 1 AS row, "
    backend.raw_sql(f"CREATE TEMP VIEW {name} AS SELECT {number}* FROM {name}_rows")  # noqa: S608 - names of our own
    return backend.table(name)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
