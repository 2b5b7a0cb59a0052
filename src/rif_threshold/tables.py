"""The register of the tables: which reader reads which file, and what all readers share.

A reader is a function from a verified `Folder` to what its files say. It is entered here by `reads`, so that what
verifies, warms up or lists the tables walks one register. Whatever is wrong is a `TableError` that names file and
line, before any number is used.
"""

import re
from collections.abc import Callable, Collection, Mapping
from fnmatch import fnmatchcase
from functools import cache, wraps
from pathlib import Path
from typing import Protocol, TypeVar, cast

from pydantic import ValidationError

from rif_threshold.bounds import MOST_PROBLEMS
from rif_threshold.folder import Folder, once_a_folder, open_folder, shown
from rif_threshold.forms import echo
from rif_threshold.messages import problems_of
from rif_threshold.record import NotEmpty, Record
from rif_threshold.vocabulary import ReadLevel

SOURCES = "sources.toml"

Model = TypeVar("Model", bound=Record)
Read = TypeVar("Read")
Said_co = TypeVar("Said_co", covariant=True)


class Reader(Protocol[Said_co]):
    """What a folder says, read once for each folder; the shipped one where none is given. Raises `TableError`."""

    def __call__(self, folder: Folder | None = None) -> Said_co:
        """Read."""

    def cache_clear(self) -> None:
        """Forget what the shipped tables said, for tests that change them."""


READERS: dict[str, tuple[Reader[object], ...]] = {}
"""File name, or a pattern of names, to the readers of it."""


def reads(*names: str) -> Callable[[Callable[[Folder], Read]], Reader[Read]]:
    """Enter a function into the register as a reader of these files."""

    def enter(read: Callable[[Folder], Read]) -> Reader[Read]:
        once = once_a_folder(read)

        # The answer for the shipped tables is kept a second time, so that asking for it costs nothing.
        @cache
        def of_shipped() -> Read:
            return once(shipped())

        @wraps(read)
        def reader(folder: Folder | None = None) -> Read:
            return of_shipped() if folder is None else once(folder)

        reader.cache_clear = of_shipped.cache_clear  # type: ignore[attr-defined]
        entered = cast("Reader[Read]", reader)
        for name in names:
            READERS[name] = (*READERS.get(name, ()), entered)
        return entered

    return enter


def readers_of(name: str) -> tuple[Reader[object], ...]:
    """The readers of one file; empty where nothing reads it."""
    return tuple(reader for pattern, readers in READERS.items() if fnmatchcase(name, pattern) for reader in readers)


def verify(folder: Folder | None = None) -> None:
    """Read every file of the shipped tables, or of a copy of them, and what one says of another.

    The register holds the readers of the modules that are imported; a file that none of them reads is refused.

    Raises:
        TableError: for the first thing that is wrong, and for a file that nothing reads.
    """
    folder = folder or shipped()
    for name in sorted(folder.texts):
        if not readers_of(name):
            raise folder.error(name, "nothing reads this file")
    for reader in dict.fromkeys(reader for readers in READERS.values() for reader in readers):
        reader(folder)


class Source(Record):
    """One entry of the bibliography, ``tables/sources.toml``."""

    title: NotEmpty
    authors: str = ""
    journal: str = ""
    year: str = ""
    doi: str = ""
    url: str = ""
    read: ReadLevel
    how: str = ""
    note: str = ""

    @property
    def citation(self) -> str:
        """Authors, title, journal, year and address in one line."""
        address = f"doi:{self.doi}" if self.doi else self.url
        journal = self.journal if self.year in self.journal else f"{self.journal} {self.year}".strip()
        return ". ".join(part.rstrip(".") for part in (self.authors, self.title, journal, address) if part)

    @property
    def read_words(self) -> str:
        """How much of it was read, and where that needs to be said how: ``secondary (a re-saved copy, read whole)``."""
        return f"{self.read} ({self.how})" if self.how else str(self.read)

    @property
    def short(self) -> str:
        """The first author or body, year and address."""
        address = f"doi:{self.doi}" if self.doi else self.url
        return ", ".join(part for part in (self.by, address) if part)

    @property
    def by(self) -> str:
        """The first author or body, and the year."""
        return ", ".join(part for part in (self.who, self.year) if part)

    @property
    def who(self) -> str:
        """The first author or body."""
        return re.split(r"[:,(]", self.authors)[0].strip() or self.title


class SourceReference(Record):
    """Where in a source something stands, and how far that source was read."""

    key: NotEmpty
    locator: NotEmpty
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


@cache
def shipped_directory() -> Path:
    """The folder of tables that belongs to this software: in a checkout its own, in a wheel the packaged copy."""
    packaged = Path(__file__).parent / "_shipped" / "tables"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "tables"


def shipped() -> Folder:
    """The tables that belong to this software, verified."""
    return open_folder(shipped_directory())


@reads(SOURCES)
def sources(folder: Folder) -> Mapping[str, Source]:
    """The bibliography of a folder, by key. Raises `TableError`."""
    if SOURCES not in folder.texts:
        return {}
    entries = folder.toml(SOURCES)
    if not entries:
        raise folder.error(SOURCES, "there is no source in it", 1)
    return {
        key: parse(folder, SOURCES, Source, entry, f"[{key}]" if isinstance(entry, dict) else key)
        for key, entry in entries.items()
    }


def parse(folder: Folder, name: str, model: type[Model], data: object, where: int | str | None) -> Model:
    """Check one entry of a table file against its model.

    Args:
        folder: the folder of the file.
        name: the file.
        model: what the entry must be.
        data: the entry.
        where: the line of the entry, or a text that stands in it; ``None`` where the file is one entry.

    Raises:
        TableError: with everything that is wrong with the entry, naming file and line.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = list(problems_of(error, "entry", "this name is not known here"))
        if where is None:
            where = line_of(folder.text(name), *problems[0].field.split("."))
        told, rest = list(map(str, problems[:MOST_PROBLEMS])), len(problems) - MOST_PROBLEMS
        raise folder.error(name, "; ".join([*told, *([f"and {rest:,} more"] if rest > 0 else [])]), where) from None


def check_remark(folder: Folder, name: str, remark: Remark) -> None:
    """Check that a remark of a table is ours or names a known source. Raises `TableError`."""
    if remark.source != OURS and remark.source not in sources(folder):
        raise folder.error(name, f"the source {remark.source!r} is not in sources.toml", remark.text)


def line_of(text: str, *needles: str) -> int:
    """The line of the last needle that is found, each looked for after the one before."""
    position = 0
    for needle in needles:
        found = text.find(needle, position)
        if found < 0:
            break
        position = found
    return text.count("\n", 0, position) + 1


def check_columns(folder: Folder, name: str, columns: Collection[str]) -> None:
    """Raise `TableError` where the head of a CSV file lacks one of these columns, or has another."""
    head = folder.columns(name)
    wrong = [f"the column {column} is missing" for column in columns if column not in head]
    wrong += [f"the column {shown(echo(column))} is not known" for column in head if column not in columns]
    if wrong:
        raise folder.error(name, f"{'; '.join(wrong)}. The columns are {', '.join(columns)}", head[0])


def resolve(folder: Folder, name: str, reference: SourceReference, where: int | str | None) -> SourceReference:
    """Check that a reference points at a source of its folder, and take over how far it was read.

    Raises `TableError`.
    """
    known = sources(folder)
    if reference.key not in known:
        raise folder.error(name, f"the source {shown(echo(reference.key))!r} is not in {SOURCES}", where)
    return reference if reference.read else reference.model_copy(update={"read": known[reference.key].read})


__all__ = [
    "READERS",
    "Folder",
    "Reader",
    "Source",
    "SourceReference",
    "check_columns",
    "line_of",
    "open_folder",
    "parse",
    "readers_of",
    "reads",
    "resolve",
    "shipped",
    "shipped_directory",
    "sources",
    "verify",
]
