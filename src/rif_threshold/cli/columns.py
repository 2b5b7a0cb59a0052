"""Tables for the terminal: columns that never touch, whatever stands in them."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from rif_threshold.cli.printing import line_width, wrapped

_GAP = "  "


def places(text: str) -> int:
    """How many places of a terminal a text takes: two for a wide letter, none for a mark on the letter before.

    >>> places("age_table"), places("当院"), places("e\u0301")
    (9, 4, 1)
    """
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(bool(unicodedata.combining(letter)) for letter in text)


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, text_columns: int | None = None, indent: str = ""
) -> Iterator[str]:
    """A table in columns where the terminal is wide enough, else row by row, each cell behind its heading.

    Args:
        headings: one for each column; an empty one is left out where a row is told in words.
        rows: the cells.
        text_columns: how many columns are text and begin on the left; the others are numbers and end on the right. All
            are text where this is left out.
        indent: what each line begins with.
    """
    if not fits(headings, rows, indent):
        for row in rows:
            cells = (f"{head}: {cell}" if head else cell for head, cell in zip(headings, row, strict=True) if cell)
            yield wrapped("; ".join(cells), "  . ")
        return
    widths = _widths(headings, rows)
    for row in (headings, *rows):
        cells = (
            cell + space if text_columns is None or column < text_columns else space + cell
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            for space in [" " * (width - places(cell))]
        )
        yield f"{indent}{_GAP.join(cells)}".rstrip()


def fits(headings: Sequence[str], rows: Iterable[Sequence[str]], indent: str = "") -> bool:
    """Whether the terminal is wide enough for these columns."""
    widths = _widths(headings, rows)
    return len(indent) + sum(widths) + len(_GAP) * (len(widths) - 1) <= line_width()


def _widths(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[int]:
    return [max(map(places, column)) for column in zip(headings, *rows, strict=True)]
