"""Find, verify, parse and look up the tables. Everything here is read once and never changes.

A table folder is trusted only as a whole: every file in it is listed in its ``SHA256SUMS`` and has the digest
written there. Whatever is wrong is a `TableError` that names file and line, before any number is used.
"""

import csv
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from rif_threshold.case import Record
from rif_threshold.errors import TableError
from rif_threshold.vocabulary import ReadLevel

SUMS = "SHA256SUMS"

Model = TypeVar("Model", bound=Record)


class Source(Record):
    """One entry of the bibliography, ``tables/sources.toml``."""

    title: str
    authors: str = ""
    journal: str = ""
    year: str = ""
    doi: str = ""
    url: str = ""
    read: ReadLevel
    note: str = ""

    @property
    def citation(self) -> str:
        """Authors, title, journal, year and address in one line."""
        address = f"doi:{self.doi}" if self.doi else self.url
        journal = self.journal if self.year in self.journal else f"{self.journal} {self.year}".strip()
        return ". ".join(part.rstrip(".") for part in (self.authors, self.title, journal, address) if part)

    @property
    def short(self) -> str:
        """The first author or body, year and address."""
        address = f"doi:{self.doi}" if self.doi else self.url
        who = re.split(r"[:,(]", self.authors)[0].strip() or self.title
        return ", ".join(part for part in (who, self.year, address) if part)


class SourceReference(Record):
    """Where in a source something stands, and how far that source was read."""

    key: str
    locator: str
    read: ReadLevel | None = None
    retrieved: str = ""


OURS = "ours"
"""What a remark has for a source where it is our own reading."""


class Remark(Record):
    """Something that is said, and where it stands: a key of the bibliography, ``ours``, or nothing.

    >>> print(Remark(text="Rates fall with rank.", source="pirtea_2021"))
    Rates fall with rank. [pirtea_2021]
    """

    text: str
    source: str = ""

    def __str__(self) -> str:
        return f"{self.text} [{self.source}]" if self.source else self.text


@dataclass(frozen=True, eq=False)
class Folder:
    """A verified table folder: the text of every file as it was when its digest was checked."""

    root: Path
    texts: Mapping[str, str]
    digests: Mapping[str, str]

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
            raise TableError(str(self.root / name), "there is no such table")
        return self.texts[name]

    def toml(self, name: str) -> dict[str, Any]:
        """One file as TOML, decimals exact. Raises `TableError` with the line of a syntax error."""
        try:
            return tomllib.loads(self.text(name), parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            raise TableError(str(self.root / name), f"this is not TOML: {error}") from None

    def rows(self, name: str) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows of one CSV file with their line numbers. Raises `TableError` on a ragged row."""
        reader = csv.DictReader(self.text(name).splitlines(), strict=True, restkey="", restval=None)
        try:
            for row in reader:
                if "" in row or None in row.values():
                    raise self.error(name, "the number of cells differs from the header", reader.line_num)
                yield reader.line_num, row
        except csv.Error as error:
            raise self.error(name, f"this is not CSV: {error}", reader.line_num) from None

    def error(self, name: str, reason: str, line: int | str | None = None) -> TableError:
        """A `TableError` for a file of this folder. ``line`` is a number, or a text whose line is looked for."""
        if isinstance(line, str):
            found = self.text(name).partition(line)
            line = found[0].count("\n") + 1 if found[1] else None
        return TableError(str(self.root / name), reason, line)


def shipped_directory() -> Path:
    """The folder of tables that belongs to this software: in a checkout its own, in a wheel the packaged copy."""
    packaged = Path(__file__).parent / "_shipped" / "tables"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "tables"


@cache
def open_folder(root: Path) -> Folder:
    """Read and verify a table folder.

    Raises:
        TableError: for a file that is missing, changed, not listed, listed twice or not UTF-8.
    """
    if not (root / SUMS).is_file():
        raise TableError(str(root / SUMS), "there is no list of digests; make one with `sha256sum`")
    digests: dict[str, str] = {}
    for number, line in enumerate((root / SUMS).read_text("utf-8").splitlines(), start=1):
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name or name in digests:
            raise TableError(
                str(root / SUMS), "a line is not `digest, two spaces, name`, or a name comes twice", number
            )
        digests[name] = digest
    on_disk = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and path != root / SUMS}
    if unlisted := sorted(on_disk - digests.keys()):
        raise TableError(str(root / unlisted[0]), f"this file is not listed in {SUMS}")
    texts = {}
    for name, digest in digests.items():
        if name not in on_disk:
            raise TableError(str(root / name), f"this file is listed in {SUMS} but is missing")
        content = (root / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise TableError(str(root / name), f"this file was changed: its digest is not the one in {SUMS}")
        try:
            texts[name] = content.decode("utf-8")
        except UnicodeDecodeError:
            raise TableError(str(root / name), "this file is not UTF-8 text") from None
    return Folder(root, texts, digests)


def shipped() -> Folder:
    """The tables that belong to this software, verified."""
    return open_folder(shipped_directory())


@cache
def sources(folder: Folder | None = None) -> Mapping[str, Source]:
    """The bibliography of a folder (the shipped one by default), by key. Raises `TableError`."""
    folder = folder or shipped()
    name = "sources.toml"
    entries = folder.toml(name) if name in folder.texts else {}
    return {key: parse(folder, name, Source, entry, f"[{key}]") for key, entry in entries.items()}


def parse(folder: Folder, name: str, model: type[Model], data: object, where: int | str) -> Model:
    """Check one entry of a table file against its model. Raises `TableError` naming file and line."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        details = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise folder.error(name, details, where) from None


def check_remark(folder: Folder, name: str, remark: Remark) -> None:
    """Check that a remark of a table is ours or names a known source. Raises `TableError`."""
    if remark.source != OURS and remark.source not in sources():
        raise folder.error(name, f"the source {remark.source!r} is not in sources.toml", remark.text)


def resolve(folder: Folder, name: str, reference: SourceReference, where: int | str) -> SourceReference:
    """Check that a reference points at a known source, and take over how far it was read. Raises `TableError`."""
    known = dict(sources()) | dict(sources(folder))
    if reference.key not in known:
        raise folder.error(name, f"the source {reference.key!r} is not in sources.toml", where)
    return reference if reference.read else reference.model_copy(update={"read": known[reference.key].read})
