"""What a CSV file is like, seen in one quick pass over its bytes before any engine opens it."""

import codecs
from pathlib import Path
from typing import NamedTuple

from rif_threshold.errors import InvalidInput, Problem

LONGEST_LINE = 1_000_000
"""Bytes of a line; the largest row anybody needs has less than a hundredth of it. Ours."""
LARGEST_IN_MEMORY = 50_000_000
"""Bytes of a file that is not read by the engine itself: a spreadsheet, or CSV that is not plain. Ours."""
MOST_COLUMNS = 1_000
"""Columns of a file; the widest export that is read has some hundred. Ours."""
_OTHERS = {
    b"%pdf": "a PDF",
    b"{\\rtf": "a text of a word processor",
    b"<!doctype html": "a web page",
    b"<html": "a web page",
    b"<table": "a web page",
    b"<?xml": "XML",
    b'{"': "JSON",
    b"[{": "JSON",
}
"""How files begin that are often taken for a table, whatever their names end with."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Scan(NamedTuple):
    """What a pass over a CSV file found.

    Attributes:
        encoding: how it is encoded: as said, or UTF-16 where it begins with its mark.
        quoted: whether a quotation mark stands anywhere in it.
        mixed: whether its lines end in more than one way.
        size: in bytes.
    """

    encoding: str
    quoted: bool
    mixed: bool
    size: int

    @property
    def plain(self) -> bool:
        """Whether every engine reads it alike: UTF-8, no quotation marks, one kind of line end."""
        return self.encoding == "utf-8" and not self.quoted and not self.mixed


def refused(allowed: str, code: str = "file", field: str = "FILE") -> InvalidInput:
    """The error for a file that cannot be read as a whole. What is in it is not repeated."""
    return InvalidInput((Problem(field, "", allowed, code),))


def scan(path: Path, encoding: str) -> Scan:
    """Look over a CSV file. Raises `InvalidInput` for one that is empty, not text or without lines."""
    try:
        encoding = codecs.lookup(encoding).name
        " ".encode(encoding)  # there are codecs of other things than text
    except (LookupError, ValueError):
        raise refused("this encoding is not known; utf-8, utf-16 or cp1252 are usual", field="encoding") from None
    decoder = codecs.getincrementaldecoder("utf-8")()
    quoted, size, since = False, 0, 0
    ends = [0, 0, 0]
    last = b""
    with path.open("rb") as file:
        begins = file.read(100)
        if begins[:2] in _UTF_16:
            encoding = "utf-16"
        start = begins.removeprefix(codecs.BOM_UTF8).lstrip().lower()
        if found := next((each for text, each in _OTHERS.items() if start.startswith(text)), ""):
            raise refused(f"this is {found} and no table: open it, and save it as CSV, XLSX or Parquet")
        file.seek(0)
        while chunk := file.read(LONGEST_LINE):
            size += len(chunk)
            last_end = chunk.rfind(b"\n")
            since = len(chunk) - last_end - 1 if last_end >= 0 else since + len(chunk)
            if since > LONGEST_LINE:
                raise refused(f"a line of more than {LONGEST_LINE:,} bytes stands in it: this is no table of rows")
            quoted = quoted or b'"' in chunk
            returns = chunk.count(b"\r")
            both = (chunk.count(b"\r\n") if returns else 0) + (last == b"\r" and chunk[:1] == b"\n")
            ends = [ends[0] + returns, ends[1] + chunk.count(b"\n"), ends[2] + both]
            last = chunk[-1:]
            if encoding == "utf-8":
                _decoded(decoder, chunk)
        if encoding == "utf-8":
            _decoded(decoder, b"", final=True)
    if not size:
        raise refused("the file is empty", "empty")
    returns, feeds, both = ends
    return Scan(encoding, quoted, bool(returns and not returns == feeds == both), size)


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> None:
    if b"\0" in chunk:
        raise refused("the file is no text: it holds the character zero")
    if chunk.isascii() and not decoder.getstate()[0]:  # nearly always, and far quicker
        return
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        raise refused(
            "the file is not UTF-8 text: save it as CSV UTF-8, or name its encoding in the mapping, such as cp1252"
        ) from None
