"""A clinic's own tables: what a folder of them may hold, a filled-in example to start from, and its digests.

They stand beside the published table and can neither replace it nor borrow its name: a folder names its own sources,
and neither a table nor a source in it may have the name of one of ours.
"""

import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

from rif_threshold.errors import InvalidInput, Problem, TableError
from rif_threshold.folder import SUMS, Folder, all_at_once, ignored, once_a_folder, open_folder, shown, unsigned_folder
from rif_threshold.forms import echo
from rif_threshold.rates import rate_tables
from rif_threshold.record import Record
from rif_threshold.strata import RateTable
from rif_threshold.tables import SOURCES, shipped, sources
from rif_threshold.vocabulary import Denominator, Outcome

OWN_TABLES_VARIABLE = "RIF_THRESHOLD_TABLES"

_EXAMPLE = Path(__file__).parent / "example_tables"
_LONGEST_TEXT = 1000
_REFUSED: Mapping[str, str] = {
    Outcome.LIVE_BIRTH: "a live birth is not what the threshold counts; positive_test, implantation or"
    " clinical_pregnancy is needed",
    Denominator.RETRIEVAL: "a rate per retrieval sums several transfers; embryo_transfer is needed",
    Denominator.TREATMENT_CYCLE: "a rate per treatment cycle may sum several transfers; embryo_transfer is needed",
}


Directory = str | Path | Folder | None
"""A folder of own tables: by its path, as it was read, or that of the ``RIF_THRESHOLD_TABLES`` variable."""


def own_folder(directory: Directory = None) -> Folder | None:
    """The clinic's own folder, verified: ``directory``, or what the ``RIF_THRESHOLD_TABLES`` variable names."""
    if isinstance(directory, Folder):
        return directory
    chosen = directory or os.environ.get(OWN_TABLES_VARIABLE)
    return open_folder(_resolved(chosen)) if chosen else None


def own_rate_tables(directory: Directory = None) -> Mapping[str, RateTable]:
    """The clinic's own rate tables, by identifier: from ``directory`` or the ``RIF_THRESHOLD_TABLES`` variable.

    Raises:
        TableError: with everything that is wrong in the folder, naming file and line.
    """
    folder = own_folder(directory)
    return own_tables_of(folder) if folder else {}


@once_a_folder
def own_tables_of(folder: Folder) -> Mapping[str, RateTable]:
    """The rate tables of a clinic's folder, by identifier. Raises `TableError` with everything that is wrong."""
    all_at_once(_not_its_own(folder))
    tables = rate_tables(folder)
    if not tables:
        reason = (
            "there is no rate table in it: rates/<id>.csv with rates/<id>.toml. `rif-threshold tables new` shows one"
        )
        raise folder.error("rates", reason)
    all_at_once(error for table in tables.values() for error in _not_usable(folder, table))
    return tables


def _not_its_own(folder: Folder) -> Iterator[TableError]:
    """What belongs to nobody, or has the name of something of ours."""
    for name in sorted(folder.texts):
        if name != SOURCES and not (name.startswith("rates/") and name.endswith((".csv", ".toml"))):
            reason = f"nothing reads this file: own tables are {SOURCES}, rates/<id>.csv and rates/<id>.toml"
            yield folder.error(name, reason)
    for table_id in rate_tables(shipped()):
        if (name := f"rates/{table_id}.csv") in folder.texts:
            yield folder.error(name, f"{table_id} is the name of a table of ours; give yours a name of its own")
    for key, source in sources(folder).items():
        where = f"[{key}]"
        if key in sources():
            yield folder.error(SOURCES, f"{key} is the key of a source of ours; give yours a key of its own", where)
        elif not key.isidentifier():
            yield folder.error(SOURCES, "a source's key is made of letters, digits and _: ours_2025", where)
        yield from _texts(folder, SOURCES, source)


def _not_usable(folder: Folder, table: RateTable) -> Iterator[TableError]:
    """What a table may be, and yet no answer can be made from it."""
    name = f"rates/{table.id}.toml"
    for key, word in (("outcome", table.outcome), ("denominator", table.denominator)):
        if word in _REFUSED:
            yield folder.error(name, f"{key}: {word.value!r} was given; {_REFUSED[word]}", key)
    if table.background is not None:
        reason = "a clinic's own table is of its own couples and no background to them: leave this section out"
        yield folder.error(name, reason, "[background]")
    example = _example()
    made_up = [row.per_transfer_percent for row in example.strata]
    if [row.per_transfer_percent for row in table.strata] == made_up and not set(example.caveats) <= set(table.caveats):
        yield folder.error(name, "the numbers are still those of the example, which are made up", "caveats")
    yield from _texts(folder, name, table)


def _texts(folder: Folder, name: str, value: object) -> Iterator[TableError]:
    """The texts that would not fit on a page: too long, or with what cannot be printed."""
    if isinstance(value, str) and (len(value) > _LONGEST_TEXT or not value.isprintable()):
        yield folder.error(name, f"a text has at most {_LONGEST_TEXT} characters, all on one line", value[:100])
    elif isinstance(value, Record):
        yield from _texts(folder, name, value.__dict__)
    elif isinstance(value, Mapping):
        yield from _texts(folder, name, [*value.keys(), *value.values()])
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(folder, name, part)


@cache
def _example() -> RateTable:
    """The example table, whose numbers are made up."""
    (table,) = rate_tables(unsigned_folder(_EXAMPLE)).values()
    return table


def new_folder(directory: str | Path) -> tuple[str, ...]:
    """Write a filled-in example, with its digests, into a folder that is new or empty.

    Returns:
        the files written, by their path in the folder.

    Raises:
        InvalidInput: where something is in the folder already, or it cannot be written.
    """
    return write_folder(directory, unsigned_folder(_EXAMPLE).texts)


def new_or_empty(directory: str | Path) -> bool:
    """Whether a folder is not there yet; one that is there must be empty.

    Raises:
        InvalidInput: where something is in the folder already, it is a file, or it cannot be looked at.
    """
    root = Path(str(directory))
    try:
        new = not root.exists()
        if not new and not (root.is_dir() and all(ignored(path.name) for path in root.iterdir())):
            raise InvalidInput(
                (Problem("DIR", str(directory), "a folder that is new or empty is needed", "not_empty"),)
            )
    except (OSError, ValueError) as error:
        raise _not_written(directory, error) from None
    return new


def with_table(own: Folder | None, texts: Mapping[str, str]) -> Folder:
    """A folder in memory: the clinic's own as it is, and one table more, which nobody has written to a disk.

    Args:
        own: the clinic's own folder.
        texts: the files of the table, by their path in a folder.

    Raises:
        TableError: with everything that is wrong, so too where the folder has a table of that name.
    """
    before = dict(own.texts) if own else {}
    root = own.root if own else Path("in memory")
    both = sorted((before.keys() & texts.keys()) - {SOURCES})
    all_at_once(TableError(shown(name), "the clinic's own folder has a table of this name already") for name in both)
    joined = {**before, **texts}
    joined[SOURCES] = "\n".join(each[SOURCES] for each in (before, texts) if SOURCES in each)
    folder = Folder(root, joined, {name: _digest(text) for name, text in joined.items()})
    own_tables_of(folder)
    return folder


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def signed(texts: Mapping[str, str]) -> Mapping[str, str]:
    """The files of a folder with the list of their digests, as `write_folder` writes them."""
    return {**texts, SUMS: _sums({name: _digest(text) for name, text in texts.items()})}


def write_folder(directory: str | Path, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Write a folder of tables, with its digests, where there is none: into a folder that is new or empty.

    Args:
        directory: the folder.
        texts: what is written, by the path in the folder.

    Returns:
        the files written, by their path in the folder.

    Raises:
        InvalidInput: where something is in the folder already, or it cannot be written.
    """
    root = Path(str(directory))
    digests = {name: _digest(text) for name, text in texts.items()}
    begun: list[Path] = []
    new = new_or_empty(directory)
    try:
        for name, text in texts.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            begun.append(root / name)
            (root / name).write_bytes(text.encode())
        _write_sums(root, digests)
    except (OSError, ValueError) as error:
        _take_back(begun, root, new=new)
        raise _not_written(directory, error) from None
    return (*sorted(texts), SUMS)


def _take_back(files: Collection[Path], root: Path, *, new: bool) -> None:
    """Remove what was written of a folder that could not be written whole, and the folders that were made for it."""
    for path in files:
        with suppress(OSError, ValueError):
            path.unlink()
    for folder in (*({path.parent for path in files} - {root}), *([root] if new else ())):
        with suppress(OSError, ValueError):
            folder.rmdir()


def sign_folder(directory: str | Path) -> Folder:
    """Check a clinic's folder, then write its ``SHA256SUMS`` anew. Nothing is written where something is wrong.

    Raises:
        TableError: with everything that is wrong in the folder, and for the folder of the shipped tables.
        InvalidInput: where the list cannot be written.
    """
    root = _resolved(directory)
    if root == shipped().root.resolve():
        raise TableError(shown(str(root)), "these are the tables of this software, and no clinic's own")
    folder = unsigned_folder(root)
    own_tables_of(folder)
    try:
        _write_sums(root, folder.digests)
    except OSError as error:
        raise _not_written(directory, error) from None
    return folder


def _sums(digests: Mapping[str, str]) -> str:
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))


def _write_sums(root: Path, digests: Mapping[str, str]) -> None:
    """Write the list beside, then put it in place, so that there is never half of one."""
    beside = root / f".{SUMS}.new"
    try:
        beside.write_bytes(_sums(digests).encode())
        beside.replace(root / SUMS)
    finally:
        beside.unlink(missing_ok=True)


def _not_written(directory: str | Path, error: OSError | ValueError) -> InvalidInput:
    why = getattr(error, "strerror", None) or "it is no path"
    return InvalidInput((Problem("DIR", str(directory), f"it cannot be written: {why}", "file"),))


def _resolved(directory: str | Path) -> Path:
    """Where a folder is, without links on the way."""
    root = None
    with suppress(OSError, ValueError, TypeError):  # a working directory that was deleted, or what is no path
        named = os.fspath(directory)
        found = os.stat(named)
        if isinstance(named, str) and stat.S_ISDIR(found.st_mode):
            root = _where(named, (found.st_dev, found.st_ino, found.st_ctime_ns))
    if root is None:
        raise TableError(shown(echo(directory)), "there is no such folder of tables")
    return root


@lru_cache
def _where(directory: str, folder: tuple[int, int, int]) -> Path:  # noqa: ARG001
    """It is looked for once as long as it is that folder on the disk: a link may come to lead to another."""
    return Path(os.path.realpath(directory))
