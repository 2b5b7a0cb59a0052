"""Find, verify, parse and look up the tables. Everything here is read once and never changes.

A table folder is trusted only as a whole: every file in it is listed in its ``SHA256SUMS`` and has the digest
written there. Whatever is wrong is a `TableError` that names file and line, before any number is used.
"""

import csv
import hashlib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from rif_threshold.case import Count, Percent, Record
from rif_threshold.errors import OutOfRange, Problem, TableError
from rif_threshold.vocabulary import Denominator, Outcome, Ploidy, ReadLevel

SUMS = "SHA256SUMS"
OWN_TABLES_VARIABLE = "RIF_THRESHOLD_TABLES"

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
        return ". ".join(
            part for part in (self.authors, self.title, f"{self.journal} {self.year}".strip(), address) if part
        )


class SourceReference(Record):
    """Where in a source something stands, and how far that source was read."""

    key: str
    locator: str
    read: ReadLevel | None = None
    retrieved: str = ""


class Stratum(Record):
    """One row of a rate table, as printed. Ages are completed years, both ends included; ``None`` is open."""

    ploidy: Ploidy
    age_label: str
    age_min_years: Count | None = None
    age_max_years: Count | None = None
    per_transfer_percent: Percent
    successes: Count | None = None
    transfers: Count | None = None
    printed_cumulative_percent: tuple[Decimal, ...] = ()
    printed_transfers_to_threshold: Count | None = None

    def holds(self, ploidy: Ploidy, oocyte_age_years: int) -> bool:
        """Whether a transfer of such an embryo belongs to this row."""
        return (
            self.ploidy == ploidy
            and (self.age_min_years is None or self.age_min_years <= oocyte_age_years)
            and (self.age_max_years is None or oocyte_age_years <= self.age_max_years)
        )


class RateTable(Record):
    """One published or own table of per-transfer rates by age band and ploidy, with its provenance."""

    id: str
    title: str
    outcome: Outcome
    denominator: Denominator
    ploidy: tuple[Ploidy, ...]
    age_basis: str
    population: str
    valid_from: str
    caveats: tuple[str, ...]
    source: SourceReference
    corrections: tuple[str, ...] = ()
    columns: dict[str, str]
    strata: tuple[Stratum, ...]

    def look_up(self, ploidy: Ploidy, oocyte_age_years: int, field: str = "ploidy") -> Stratum:
        """Return the row for an embryo of this ploidy from an oocyte of this age.

        Raises:
            OutOfRange: where the table has no such row. Nothing is extrapolated.

        >>> load_rate_table("eshre_rif_2023").look_up(Ploidy.UNTESTED, 40).age_label
        '>=40'
        >>> load_rate_table("eshre_rif_2023").look_up(Ploidy.EUPLOID, 40).age_label
        '35-40'
        """
        for stratum in self.strata:
            if stratum.holds(ploidy, oocyte_age_years):
                return stratum
        printed = "; ".join(f"{stratum.ploidy} {stratum.age_label}" for stratum in self.strata)
        raise OutOfRange(
            Problem(
                field,
                f"{ploidy}, {oocyte_age_years} years",
                f"the table {self.id} has no row for it; its rows are {printed}",
                "no_row",
                self.source.key,
                outside_evidence=True,
            )
        )


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


def resolve(folder: Folder, name: str, reference: SourceReference, where: int | str) -> SourceReference:
    """Check that a reference points at a known source, and take over how far it was read. Raises `TableError`."""
    known = dict(sources()) | dict(sources(folder))
    if reference.key not in known:
        raise folder.error(name, f"the source {reference.key!r} is not in sources.toml", where)
    return reference if reference.read else reference.model_copy(update={"read": known[reference.key].read})


class AgeLimits(Record):
    """The ages that are taken as possible. No source prints them; they are ours."""

    minimum_years: Count
    maximum_years: Count
    source: str


class Method(Record):
    """The constants of the calculation, from ``tables/method.toml``."""

    threshold_percent: Percent
    minimum_transfers: Count
    live_birth_to_pregnancy_factor: Decimal
    factor_source: SourceReference
    threshold_source: SourceReference
    oocyte_age: AgeLimits
    most_failed_transfers: Count
    shortest_curve: Count
    longest_curve: Count


@cache
def method() -> Method:
    """The constants of the calculation. Raises `TableError`."""
    name = "method.toml"
    return parse(shipped(), name, Method, shipped().toml(name), 1)


@cache
def load_rate_table(table_id: str, directory: str | Path | None = None) -> RateTable:
    """Load one rate table by its identifier, which is its file name without the ending.

    Args:
        table_id: for instance ``"eshre_rif_2023"``.
        directory: a table folder with its own ``SHA256SUMS``; the shipped tables where left out.

    Raises:
        TableError: where the folder or the table is not as it should be.

    >>> table = load_rate_table("eshre_rif_2023")
    >>> [(row.age_label, float(row.per_transfer_percent)) for row in table.strata][:3]
    [('<35', 31.5), ('35-39', 25.9), ('>=40', 15.0)]
    """
    folder = open_folder(Path(directory).resolve()) if directory else shipped()
    return _rate_table(folder, table_id)


def own_rate_tables(directory: str | Path | None = None) -> Mapping[str, RateTable]:
    """The clinic's own rate tables, by identifier: from ``directory`` or the ``RIF_THRESHOLD_TABLES`` variable."""
    chosen = directory or os.environ.get(OWN_TABLES_VARIABLE)
    if not chosen:
        return {}
    root = Path(chosen).resolve()
    if not root.is_dir():
        raise TableError(str(chosen), "there is no such folder of tables")
    names = [Path(name).stem for name in open_folder(root).names("rates/", ".csv")]
    if not names:
        raise TableError(str(root / "rates"), "there is no rate table in it: rates/<id>.csv with rates/<id>.toml")
    return {name: load_rate_table(name, root) for name in names}


def _rate_table(folder: Folder, table_id: str) -> RateTable:
    name = f"rates/{table_id}.csv"
    strata, lines = [], []
    for line, row in folder.rows(name):
        printed = [cell for column, cell in row.items() if column.startswith("printed_cumulative_percent_") and cell]
        known = {
            column: cell
            for column, cell in row.items()
            if cell and not column.startswith("printed_cumulative_percent_")
        }
        strata.append(parse(folder, name, Stratum, known | {"printed_cumulative_percent": tuple(printed)}, line))
        lines.append(line)
    about = folder.toml(f"rates/{table_id}.toml")
    table = parse(folder, f"rates/{table_id}.toml", RateTable, about | {"id": table_id, "strata": tuple(strata)}, 1)
    _check_strata(folder, name, table, lines)
    reference = resolve(folder, f"rates/{table_id}.toml", table.source, "[source]")
    return table.model_copy(update={"source": reference})


def _check_strata(folder: Folder, name: str, table: RateTable, lines: list[int]) -> None:
    """Raise `TableError` where bands overlap, leave gaps or hold impossible counts."""
    if not table.strata:
        raise folder.error(name, "the table has no rows", 1)
    if missing := {stratum.ploidy for stratum in table.strata} ^ set(table.ploidy):
        raise folder.error(name, f"rows and `ploidy` in the .toml disagree on: {', '.join(sorted(missing))}", 1)
    numbered = list(zip(table.strata, lines, strict=True))
    for stratum, line in numbered:
        if (stratum.successes is None) != (stratum.transfers is None):
            raise folder.error(name, "successes and transfers belong together", line)
        if stratum.transfers is not None and not 0 < (stratum.successes or 0) < stratum.transfers:
            raise folder.error(name, "successes must lie between 0 and transfers, both excluded", line)
    for ploidy in table.ploidy:
        rows = sorted(
            ((stratum, line) for stratum, line in numbered if stratum.ploidy == ploidy),
            key=lambda row: -1 if row[0].age_min_years is None else row[0].age_min_years,
        )
        for (before, _), (after, line) in zip(rows, rows[1:], strict=False):
            if (
                before.age_max_years is None
                or after.age_min_years is None
                or after.age_min_years <= before.age_max_years
            ):
                raise folder.error(name, f"the {ploidy} bands {before.age_label} and {after.age_label} overlap", line)
            if after.age_min_years != before.age_max_years + 1:
                raise folder.error(
                    name, f"ages between the {ploidy} bands {before.age_label} and {after.age_label} are missing", line
                )
