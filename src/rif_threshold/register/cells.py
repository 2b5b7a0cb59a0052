"""A file that is read into memory: a spreadsheet, or CSV that is not plain. Every cell becomes text."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

from rif_threshold.errors import InvalidInput
from rif_threshold.register.scanning import LARGEST_IN_MEMORY, refused

_MOST_CELLS = 20_000_000
_MIDNIGHT = time()
_BREAK = re.compile(r"[\r\n]")


class Cells(NamedTuple):
    """A table in memory: its heading, and each row's cells with their number where it differs from the heading's."""

    heading: tuple[str, ...]
    rows: list[list[str]]


@dataclass
class Lines:
    """Where the rows of a CSV file stand in it, so that none is lost in a cell whose quotation mark is not closed.

    Attributes:
        several: how many rows stand on more than one line, because a cell in quotation marks goes over it.
        first: the line in which the first of them begins; 0 where there is none.
    """

    several: int = 0
    first: int = 0

    def rows(self, file: Iterable[str], separator: str) -> Iterator[list[str]]:
        """The rows, the heading first, blank lines left out; the file may be of any size.

        Raises:
            InvalidInput: where a quotation mark is not closed, or what a cell holds looks like rows of the file.
        """
        reader, width = csv.reader(file, delimiter=separator, strict=True), 0
        while True:
            begins = reader.line_num + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise _unread(begins, str(error)) from None
            if row is None:
                return
            if reader.line_num > begins:
                self.several, self.first = self.several + 1, self.first or begins
                inside = sum(cell.count(separator) for cell in row if _BREAK.search(cell))
                if len(row) != (width or len(row)) or inside >= max(1, width - 1):
                    raise refused(_holds_rows(begins), "quotation_mark")
            if row:
                width = width or len(row)
                yield row

    def warnings(self) -> Iterator[str]:
        """What must be said beside every result."""
        if self.several:
            rows = "row stands" if self.several == 1 else "rows stand"
            yield (
                f"{self.several:,} {rows} on several lines of the file, the first from line {self.first:,} on, because"
                " a cell in quotation marks goes over the end of a line. Where a quotation mark was left open by"
                " mistake, what stands behind it is read as that cell: look there."
            )


def _unread(line: int, error: str) -> InvalidInput:
    """The error for a row that is no CSV."""
    if "field larger" in error:
        return refused(f"line {line} cannot be read: a cell in it is far too long, or a quotation mark is not closed")
    if "end of data" in error:
        return refused(
            f"a quotation mark is not closed in the row that begins in line {line}: all that follows would be one cell."
            " Close it, or write it twice where it belongs to the text",
            "quotation_mark",
        )
    return refused(
        f"text stands behind a closing quotation mark in the row that begins in line {line}: write a quotation mark"
        " twice where it belongs to the text",
        "quotation_mark",
    )


def _holds_rows(line: int) -> str:
    return (
        f"a cell of the row that begins in line {line} goes over several lines and holds what looks like rows: a"
        " quotation mark is not closed, and rows would be lost. Close it, or leave that column out"
    )


def small_enough(size: int, what: str) -> None:
    """Raise `InvalidInput` for a file that is too large to be held in memory."""
    if size > LARGEST_IN_MEMORY:
        raise refused(
            f"{what} is read up to {LARGEST_IN_MEMORY:,} bytes: save the table as plain CSV (UTF-8, without"
            " quotation marks) or as Parquet",
            "too_large",
        )


def csv_cells(path: Path, encoding: str, separator: str) -> tuple[Cells, Lines]:
    """The cells of a CSV file, and on which lines they stand. Blank lines are no rows. Raises `InvalidInput`."""
    lines = Lines()
    try:
        with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
            rows = list(lines.rows(file, separator))
    except UnicodeDecodeError:
        raise refused(f"the file is not {encoding} text, as its mapping says") from None
    if not rows:
        raise refused("the file is empty", "empty")
    return Cells(tuple(map(str.strip, rows[0])), rows[1:]), lines


def xlsx_cells(path: Path, sheet: str | None) -> Cells:
    """The cells of one sheet of a spreadsheet. Raises `InvalidInput`."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - belongs to an extra

    small_enough(path.stat().st_size, "a spreadsheet")
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(each.file_size for each in archive.infolist())
        if unpacked > 10 * LARGEST_IN_MEMORY:
            raise refused("the spreadsheet is far too large when it is unpacked", "too_large")
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))  # whatever its name ends with
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
