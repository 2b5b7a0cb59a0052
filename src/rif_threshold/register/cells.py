"""A file that is read into memory: a spreadsheet, or CSV that is not plain. Every cell becomes text."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

from rif_threshold.register.scanning import LARGEST_IN_MEMORY, refused

_MOST_CELLS = 20_000_000
_MIDNIGHT = time()


class Cells(NamedTuple):
    """A table in memory: its heading, and each row's cells with their number where it differs from the heading's."""

    heading: tuple[str, ...]
    rows: list[list[str]]


def small_enough(size: int, what: str) -> None:
    """Raise `InvalidInput` for a file that is too large to be held in memory."""
    if size > LARGEST_IN_MEMORY:
        raise refused(
            f"{what} is read up to {LARGEST_IN_MEMORY:,} bytes: save the table as plain CSV (UTF-8, without"
            " quotation marks) or as Parquet",
            "too_large",
        )


def csv_cells(path: Path, encoding: str, separator: str) -> Cells:
    """The cells of a CSV file. Blank lines are no rows. Raises `InvalidInput`."""
    try:
        text = path.read_bytes().decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError:
        raise refused(f"the file is not {encoding} text, as its mapping says") from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [row for row in reader if row]
    except csv.Error:
        raise refused(f"line {reader.line_num} cannot be read: a cell in it is far too long") from None
    if not rows:
        raise refused("the file is empty", "empty")
    return Cells(tuple(map(str.strip, rows[0])), rows[1:])


def xlsx_cells(path: Path, sheet: str | None) -> Cells:
    """The cells of one sheet of a spreadsheet. Raises `InvalidInput`."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - belongs to an extra

    small_enough(path.stat().st_size, "a spreadsheet")
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(each.file_size for each in archive.infolist())
        if unpacked > 10 * LARGEST_IN_MEMORY:
            raise refused("the spreadsheet is far too large when it is unpacked", "too_large")
        book = CalamineWorkbook.from_path(str(path))
        if sheet is not None and sheet not in book.sheet_names:
            raise refused("the mapping names a sheet that the spreadsheet does not have", "no_sheet", "sheet")
        found = book.get_sheet_by_name(sheet) if sheet is not None else book.get_sheet_by_index(0)
        merged = found.merged_cell_ranges or []
        if found.height * found.width > _MOST_CELLS:
            raise refused("the sheet has far too many cells", "too_large")
        rows = [[_text(value) for value in row] for row in found.to_python(skip_empty_area=False)]
    except (CalamineError, zipfile.BadZipFile, OSError):
        raise refused("the spreadsheet cannot be read: it is damaged, locked with a password, or no XLSX") from None
    if merged:
        (first, _), (last, _) = merged[0]
        raise refused(
            f"cells are merged in row {first + 1}{f' to {last + 1}' if last > first else ''} of the sheet: give every"
            " column a heading of its own in one row, and every row its own cells",
            "merged",
        )
    if not rows:
        raise refused("the file is empty", "empty")
    return Cells(tuple(map(str.strip, rows[0])), rows[1:])


def _text(value: object) -> str:
    """A cell of a spreadsheet as the text that would stand in a file: a day as 2024-04-17, 1.0 as 1."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def by_column(cells: Cells) -> Iterator[list[str | None]]:
    """The cells of each column of the heading, ``None`` where a row has none, and last which rows are ragged."""
    width = len(cells.heading)
    for place in range(width):
        yield [row[place] if place < len(row) else None for row in cells.rows]


def ragged(rows: Iterable[list[str]], width: int) -> list[bool]:
    """Which rows have another number of cells than the heading."""
    return [len(row) != width for row in rows]


def first_row(file: io.TextIOBase, separator: str) -> tuple[str, ...]:
    """The first row of a CSV file that is open, blank lines left out; empty where there is none."""
    return tuple(next((row for row in csv.reader(file, delimiter=separator) if row), ()))
