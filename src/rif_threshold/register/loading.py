"""A file as a table of texts on an engine: every cell as it is written, rows numbered, ragged rows marked.

CSV and Parquet are read by the engine itself and never held whole; a spreadsheet, and CSV with quotation marks or in
another encoding, is read into memory up to a size. Rows are numbered in the order of the file, on every engine and in
however many parts it reads: DuckDB keeps the order of a file, and Spark numbers the rows of each part from where the
parts before it end.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from rif_threshold.errors import InvalidInput
from rif_threshold.register import cells as in_memory
from rif_threshold.register import duckdb_rows, spark_rows
from rif_threshold.register.engines import STAGED
from rif_threshold.register.mapping import Mapping
from rif_threshold.register.scanning import LARGEST_IN_MEMORY, MOST_COLUMNS, Scan, refused, scan

_PARQUET, _ZIP, _OLE = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENGINES = {"duckdb": duckdb_rows, "pyspark": spark_rows}


class Raw(NamedTuple):
    """A file as it is written.

    Attributes:
        table: ``ragged``, the cells as text in ``c0``, ``c1``, ... (null where there is none), and ``row`` from 1; that
            is left out where the engine numbers rows as it stages them, so that it can read them side by side.
        heading: the columns by name, less the blanks around them.
        typed: whether a day may stand there as 2024-04-17 whatever the mapping says, because cells have types.
        said: what must be said of how its rows stand in the file.
    """

    table: ir.Table
    heading: tuple[str, ...]
    typed: bool = False
    said: tuple[str, ...] = ()

    def text(self, column: str) -> ir.StringColumn:
        """A column by its heading."""
        return self.table[f"c{self.heading.index(column)}"]


def stage(backend: ibis.BaseBackend, table: ir.Table) -> ir.Table:
    """The same table by a name, with ``row``: the engine then reckons its columns once, however often they are used."""
    named, query = f"{STAGED}{uuid.uuid4().hex}", backend.compile(table)
    return _ENGINES[backend.name].staged(backend, named, query, numbered="row" in table.columns)


def load(backend: ibis.BaseBackend, path: Path, mapping: Mapping) -> Raw:
    """Make a file a table on an engine. Nothing but its beginning and its bytes are looked at yet.

    Raises:
        InvalidInput: where it cannot be read as a table at all.
    """
    if backend.name not in _ENGINES:
        raise refused("only DuckDB and Spark read a register here", "engine", "engine")
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start == _PARQUET:
            return _parquet(backend, path)
        if start == _ZIP:
            return _in_memory(backend, in_memory.xlsx_cells(path, mapping.sheet), typed=True)
        if start == _OLE:
            raise refused("this is an old or locked spreadsheet: save it as XLSX without a password, or as CSV")
        return _csv(backend, path, mapping, scan(path, mapping.encoding))
    except OSError as error:
        raise refused(f"the file cannot be read: {error.strerror or 'it is damaged'}") from None


@contextmanager
def tried() -> Iterator[None]:
    """A block that is left where a file cannot be read in the way that is tried."""
    with suppress(InvalidInput):
        yield


def _csv(backend: ibis.BaseBackend, path: Path, mapping: Mapping, found: Scan) -> Raw:
    engine, separator = _ENGINES[backend.name], mapping.separator
    if found.encoding == "utf-8":
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = next(file, "")
        if not first.strip():  # the engine would take what follows for rows, the headings too
            raise refused("the first row has no headings: an empty line stands there", "empty")
        _parted(first, separator)
    if not found.plain and not (engine.READS_QUOTED and found.encoding == "utf-8" and found.size > LARGEST_IN_MEMORY):
        in_memory.small_enough(found.size, "CSV with quotation marks or in another encoding than UTF-8")
        cells, lines = in_memory.csv_cells(path, found.encoding, separator)
        return _in_memory(backend, cells, separator)._replace(said=tuple(lines.warnings()))
    name, lines = f"{STAGED}{uuid.uuid4().hex}", in_memory.Lines()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = lines.rows(file, separator)
        heading = _heading(tuple(next(rows, ())))
        count = sum(1 for _ in rows) if found.quoted else None
    engine.csv(backend, name, path, separator, len(heading), quoted=found.quoted)
    table = backend.table(name)
    if count is not None and table.count().to_pyarrow().as_py() != count:
        raise refused("its quotation marks can be read in more than one way: save it as plain CSV, or as Parquet")
    return Raw(table, heading, said=tuple(lines.warnings()))


def _in_memory(backend: ibis.BaseBackend, cells: in_memory.Cells, separator: str = "", *, typed: bool = False) -> Raw:
    if separator:
        _parted(separator.join(cells.heading), separator)
    heading = _heading(cells.heading)
    columns = {f"c{place}": pa.array(column, pa.string()) for place, column in enumerate(in_memory.by_column(cells))}
    numbers = pa.array(range(1, len(cells.rows) + 1), pa.int64())
    ragged = pa.array(in_memory.ragged(cells.rows, len(cells.heading)), pa.bool_())
    table = pa.table({"row": numbers, "ragged": ragged, **columns})
    return Raw(_ENGINES[backend.name].in_memory(backend, f"{STAGED}{uuid.uuid4().hex}", table), heading, typed)


def _parquet(backend: ibis.BaseBackend, path: Path) -> Raw:
    import pyarrow.parquet as pq  # noqa: PLC0415 - only for this kind of file

    try:
        schema = pq.read_schema(path)
    except pa.ArrowException:
        raise refused("the Parquet file cannot be read: it is damaged or was cut off") from None
    heading = _heading(tuple(schema.names))
    rows = _ENGINES[backend.name].parquet(backend, f"{STAGED}{uuid.uuid4().hex}", path)
    texts = {f"c{place}": rows[name].cast("string") for place, name in enumerate(schema.names)}
    return Raw(rows.select(row=rows["__row"] + 1, ragged=ibis.literal(value=False), **texts), heading, typed=True)


def _parted(line: str, separator: str) -> None:
    """Raise `InvalidInput` where the line of headings is parted by another separator."""
    for other, word in ((";", "semicolons"), ("\t", "tabulators"), (",", "commas"), ("|", "upright lines")):
        if separator not in line and other in line:
            raise refused(
                f"its columns look separated by {word}, and it was to be read with {separator!r}: name the separator in"
                " a mapping, and what stands before decimals; `rif-threshold register map` writes a first one",
                "separator",
            )


def _heading(names: tuple[str, ...]) -> tuple[str, ...]:
    """The headings, each once; a column without one is not read. Raises `InvalidInput`."""
    heading = tuple(name.strip() for name in names)
    if len(heading) > MOST_COLUMNS:
        raise refused(
            f"it has {len(heading):,} columns, and at most {MOST_COLUMNS:,} are read: leave out those that are not"
            " needed",
            "too_large",
        )
    if twice := sorted({name for name in heading if name and heading.count(name) > 1}):
        raise refused(f"the heading {', '.join(twice)} stands twice: which column is meant cannot be known", "twice")
    if not any(heading):
        raise refused("the first row has no headings", "empty")
    return heading
