"""A folder of tables on disk: what lies in it, held against its digests, and read as text.

A folder is trusted only as a whole: every file in it is listed in its ``SHA256SUMS`` and has the digest written
there. Sizes are bounded before anything is read, and nothing but plain files is opened.
"""

import csv
import hashlib
import io
import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property, wraps
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from rif_threshold.errors import TableError
from rif_threshold.forms import echo

SUMS = "SHA256SUMS"

MOST_FILES = 200
"""How many files and folders a folder of tables may hold, hidden ones included. Ours."""
LARGEST_FILE = 1_000_000
"""How many bytes one table may have. Ours; the largest that is shipped has less than a tenth of it."""
_MOST_SHOWN = 20
_MOST_DOTS = 200
"""How many dots a line of TOML may have: the parser's work grows with the square of a key's parts."""

_LISTED = re.compile(r"([0-9a-fA-F]{64}) [ *](?:\./)?(.+)")
_LITTER = {"thumbs.db", "desktop.ini"}
_SEMICOLONS = (
    "its columns are separated by {0}, and commas are needed: save it as a CSV with commas, or replace every {0} by a"
    " comma in a text editor, and write decimals with a point"
)


def ignored(name: str) -> bool:
    """Whether a file or folder is left alone: hidden, or litter of an operating system or of an office program.

    >>> [name for name in (".DS_Store", "._ours.csv", "Thumbs.db", "~$ours.csv", "ours.csv") if not ignored(name)]
    ['ours.csv']
    """
    return name.startswith((".", "~$")) or name.lower() in _LITTER


def all_at_once(errors: Iterable[TableError]) -> None:
    """Raise one `TableError` for all of several, each on a line of its own; does nothing where there are none."""
    found = list(errors)
    if not found:
        return
    others = [str(error) for error in found[1:_MOST_SHOWN]]
    others += [f"and {len(found) - _MOST_SHOWN} more"] if len(found) > _MOST_SHOWN else []
    raise TableError(found[0].path, "\n".join([found[0].reason, *others]), found[0].line)


@dataclass(frozen=True, eq=False)
class Folder:
    """A folder of tables: the text of every file as it was when its digest was taken."""

    root: Path
    texts: Mapping[str, str] = field(repr=False)
    digests: Mapping[str, str] = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """One digest for the whole folder: that of its sorted list of digests."""
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.digests.items()))
        return hashlib.sha256(lines.encode()).hexdigest()

    def names(self, prefix: str, suffix: str = "") -> tuple[str, ...]:
        """The files below a prefix, sorted."""
        return tuple(sorted(name for name in self.texts if name.startswith(prefix) and name.endswith(suffix)))

    def text(self, name: str) -> str:
        """The text of one file. Raises `TableError` where there is none."""
        if name not in self.texts:
            raise self.error(name, "there is no such table")
        return self.texts[name]

    def toml(self, name: str) -> dict[str, Any]:
        """One file as TOML, decimals exact. Raises `TableError` with the line of a syntax error."""
        text = self.text(name)
        for number, line in enumerate(text.split("\n"), start=1):
            if line.count(".") > _MOST_DOTS:
                raise self.error(name, f"a line with more than {_MOST_DOTS} dots is not read", number)
        try:
            return tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line ([0-9]+)", str(error))
            raise self.error(
                name, f"this is not TOML: {error}", int(found[1]) if found else text.count("\n") + 1
            ) from None
        except RecursionError:
            raise self.error(name, "this is not TOML that can be read: it is nested too deeply") from None
        except (ValueError, InvalidOperation):
            raise self.error(name, "this is not TOML that can be read: a number in it is far too long") from None

    def columns(self, name: str) -> tuple[str, ...]:
        """The head of one CSV file. Raises `TableError` where it is empty, or a name is missing or stands twice."""
        return tuple(next(self._csv(name))[1])

    def rows(self, name: str) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows of one CSV file with their line numbers. Raises `TableError` on a ragged row."""
        lines = self._csv(name)
        _, head = next(lines)
        for number, cells in lines:
            if len(cells) != len(head):
                reason = (
                    f"the number of cells differs from the header: {len(cells)} where it has {len(head)}. A text with"
                    " a comma in it stands in double quotes, and a decimal is written with a point"
                )
                raise self.error(name, reason, number)
            yield number, dict(zip(head, cells, strict=True))

    def _csv(self, name: str) -> Iterator[tuple[int, list[str]]]:
        """The lines of one CSV file that are not empty, split into cells; the head first, and checked."""
        reader = csv.reader(io.StringIO(self.text(name), newline=""), strict=True)
        head: list[str] | None = None
        try:
            for cells in reader:
                if cells and head is None:
                    head = cells
                    self._check_head(name, head, reader.line_num)
                if cells:
                    yield reader.line_num, cells
        except csv.Error as error:
            raise self.error(name, f"this is not CSV: {error}", reader.line_num) from None
        if head is None:
            raise self.error(name, "the table has no rows: it is empty", 1)

    def _check_head(self, name: str, head: list[str], line: int) -> None:
        for separator, word in ((";", "semicolons"), ("\t", "tabulators")):
            if len(head) == 1 and separator in head[0]:
                raise self.error(name, _SEMICOLONS.format(word), line)
        if "" in map(str.strip, head):
            raise self.error(name, "a column has no name; take the empty column out, or name it", line)
        if twice := sorted({column for column in head if head.count(column) > 1}):
            raise self.error(name, f"the column {', '.join(map(shown, twice))} stands twice", line)

    def error(self, name: str, reason: str, line: int | str | None = None) -> TableError:
        """A `TableError` for a file of this folder. ``line`` is a number, or a text whose line is looked for."""
        if isinstance(line, str):
            before, found, _ = self.text(name).partition(line)
            before += line[:1]  # a text that begins with a line's end stands in the next
            line = before.count("\n") + 1 if found else None
        return TableError(shown(str(self.root / name)), reason, line)


Read = TypeVar("Read")


def once_a_folder(read: Callable[[Folder], Read]) -> Callable[[Folder], Read]:
    """What a function says of a folder is kept as long as the folder is, and no longer: a visitor's is forgotten."""
    known: WeakKeyDictionary[Folder, Read] = WeakKeyDictionary()

    @wraps(read)
    def once(folder: Folder) -> Read:
        return known[folder] if folder in known else known.setdefault(folder, read(folder))

    return once


def shown(text: str) -> str:
    """A name from a disk or a file, fit for one line of a message: what cannot be printed is replaced."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


@cache
def open_folder(root: Path) -> Folder:
    """Read and verify a table folder. Hidden files are ignored, also where they are listed.

    Raises:
        TableError: with everything that is missing, changed, not listed, listed twice, not UTF-8 or no plain file.
    """
    contents = _contents(root)
    if SUMS not in contents:
        reason = "there is no list of digests; `rif-threshold tables sums` writes one, and so does `sha256sum`"
        raise TableError(shown(str(root / SUMS)), reason)
    digests = _listed(root, contents.pop(SUMS))
    found = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    all_at_once(
        TableError(shown(str(root / name)), reason)
        for name in sorted(found.keys() | digests.keys())
        if (reason := _differs(found.get(name), digests.get(name)))
    )
    return Folder(root, _texts(root, contents), digests)


def _differs(found: str | None, listed: str | None) -> str:
    """What is wrong between a file and its line in the list; empty where they agree."""
    if listed is None:
        return f"this file is not listed in {SUMS}"
    if found is None:
        return f"this file is listed in {SUMS} but is missing"
    return "" if found == listed else f"this file was changed: its digest is not the one in {SUMS}"


def unsigned_folder(root: Path) -> Folder:
    """Read a folder whatever its ``SHA256SUMS`` says, with the digests that belong into it. Raises `TableError`."""
    contents = _contents(root)
    contents.pop(SUMS, None)
    digests = {name: hashlib.sha256(contents[name]).hexdigest() for name in sorted(contents)}
    return Folder(root, _texts(root, contents), digests)


def _texts(root: Path, contents: Mapping[str, bytes]) -> dict[str, str]:
    """Every file as text, without the mark that some programs put before UTF-8. Raises `TableError`."""
    texts, errors = {}, []
    for name, content in contents.items():
        try:
            texts[name] = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            reason = "this file is not UTF-8 text; save it as UTF-8 (in Excel: CSV UTF-8)"
            errors.append(TableError(shown(str(root / name)), reason, line))
    all_at_once(errors)
    return texts


def _listed(root: Path, content: bytes) -> dict[str, str]:
    """The digests of a list as `sha256sum` writes it, on whatever system. Raises `TableError`."""
    digests: dict[str, str] = {}
    errors = []
    for number, line in enumerate(_texts(root, {SUMS: content})[SUMS].splitlines(), start=1):
        found = _LISTED.fullmatch(line)
        if not found and line:
            reason = "a line is not `digest, two spaces, name`; `rif-threshold tables sums` writes the list anew"
            errors.append(TableError(shown(str(root / SUMS)), reason, number))
        if not found:
            continue
        digest, name = found[1].lower(), found[2]
        if {"..", "", "."} & set(re.split(r"[/\\]", name)) or ":" in name:
            reason = f"{shown(echo(name))} is listed; only files inside this folder may be, by their path from here"
            errors.append(TableError(shown(str(root / SUMS)), reason, number))
        elif name in digests:
            errors.append(TableError(shown(str(root / SUMS)), f"{shown(echo(name))} is listed twice", number))
        elif not any(map(ignored, name.split("/"))):
            digests[name] = digest
    all_at_once(errors)
    return digests


def _contents(root: Path) -> dict[str, bytes]:
    """Every file of a folder and of the folders in it, by its path from there. Raises `TableError`."""
    contents, errors = {}, []
    for name, path in sorted(_files(root).items()):
        try:
            contents[name] = _content(path)
        except OSError as error:
            reason = f"this file cannot be read: {error.strerror}"
            errors.append(TableError(shown(str(path)), reason))
        except TableError as error:
            errors.append(error)
    all_at_once(errors)
    return contents


def _content(path: Path) -> bytes:
    """A plain file of a size that a table has. Raises `TableError` and `OSError`."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise TableError(shown(str(path)), "this is no plain file, but a pipe, a device or a link to a folder")
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise TableError(shown(str(path)), f"this file is too large for a table: at most {LARGEST_FILE:,} bytes")
    return content


def _files(root: Path) -> dict[str, Path]:
    """What lies in a folder, at any depth, links to folders not followed. Raises `TableError`."""
    found: dict[str, Path] = {}
    folders, seen = [root], 0
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as listing:
                for entry in listing:
                    seen += 1
                    if seen > MOST_FILES:
                        reason = f"more than {MOST_FILES} files and folders lie in it: this is no folder of tables"
                        raise TableError(shown(str(root)), reason)
                    path = folder / entry.name
                    if ignored(entry.name):
                        continue
                    if not entry.is_dir(follow_symlinks=False):
                        found[path.relative_to(root).as_posix()] = path
                    elif path.suffix in {".csv", ".toml"}:
                        raise TableError(shown(str(path)), "this is a folder, and a file is needed")
                    else:
                        folders.append(path)
        except OSError as error:
            raise TableError(shown(str(folder)), f"this folder cannot be read: {error.strerror}") from None
    return found
