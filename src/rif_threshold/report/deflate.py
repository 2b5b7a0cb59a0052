"""A text made small for a code: deflate with the names and words of a case at hand."""

import zlib
from functools import cache
from pathlib import Path

from rif_threshold.bounds import LONGEST_CASE_FILE


@cache
def _dictionary() -> bytes:
    """What deflate may refer back to: the names and words of a case. It belongs to version 1 and never changes."""
    return (Path(__file__).parent / "code_words_1.txt").read_bytes().rstrip(b"\n")


def deflated(text: str) -> bytes:
    """The text, made small."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, _dictionary())
    return press.compress(text.encode()) + press.flush()


def inflated(content: bytes) -> str:
    """The text again. It is cut off, and refused, where it would grow beyond any case."""
    press = zlib.decompressobj(-15, _dictionary())
    text = press.decompress(content, LONGEST_CASE_FILE)
    if not press.eof or press.unused_data:
        raise ValueError("not one whole text")
    return text.decode("utf-8")
