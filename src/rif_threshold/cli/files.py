"""Files that a command reads and writes, whole or not at all."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rif_threshold.errors import InvalidInput, Problem


@contextmanager
def refusing(option: str, what: str, given: str = "") -> Iterator[None]:
    """Turn what the system refuses in this block into a problem of an option: ``what`` and the system's reason.

    Raises:
        InvalidInput: where the block raises `OSError`, or a name cannot be handed to the system.
    """
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "this is no name that the system knows"
        raise InvalidInput((Problem(option, given, f"{what}: {reason}", "file"),)) from None


def read_text(name: str, field: str, most: int) -> str:
    """Read a UTF-8 text from a file, or from standard input where the name is ``-``.

    Args:
        name: the file.
        field: what a problem is said of.
        most: how many characters are wanted. No more is read than those need, and one byte to see that there is more.

    Raises:
        InvalidInput: where it cannot be read, or is no UTF-8 text.
    """
    at_most = 4 * most + 1
    with refusing(field, "the file cannot be read"):
        if name != "-":
            with Path(name).open("rb") as file:
                content = file.read(at_most)
        elif sys.stdin is None:
            raise OSError(0, "standard input is closed")
        else:
            content = sys.stdin.buffer.read(at_most)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput((Problem(field, "", "the file is not UTF-8 text", "file"),)) from None


def not_over(output: str, *kept: str) -> None:
    """Raise `InvalidInput` where a file that must stay would be written over."""
    if any(os.path.realpath(output) == os.path.realpath(each) for each in kept):
        allowed = "this file would be written over; a name that no file has is needed"
        raise InvalidInput((Problem("--output", output, allowed, "not_empty"),))


def write_whole(name: str, content: bytes) -> None:
    """Write a file as `whole_file` does, from what is in memory. Raises `OSError` where it cannot be written."""
    with whole_file(name) as out:
        out.write(content)


@contextmanager
def whole_file(name: str) -> Iterator[BinaryIO]:
    """Open a file to write it so that it is there whole or, where that fails, as it was before.

    It is written beside and then renamed, with the rights that the old file had or that a new one gets. A link stays
    a link: what it points to is replaced. What is no file, such as a pipe or ``/dev/stdout``, is written to directly.

    Raises:
        OSError: where it cannot be written.
    """
    file = Path(os.path.realpath(name))
    if name.startswith("/dev/") or (file.exists() and not file.is_file()):
        with Path(name).open("wb") as out:
            yield out
        return
    if file.exists():
        file.open("ab").close()  # a file that may not be written to is not replaced either
    beside = file.with_name(f".{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if file.exists():
            shutil.copymode(file, beside)
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
