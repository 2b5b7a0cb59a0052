"""Rate tables: per-transfer rates by age band and ploidy, published or a clinic's own."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

from rif_threshold.ages import AgeBand, band_of_label
from rif_threshold.errors import OutOfRange, Problem, TableError
from rif_threshold.folder import all_at_once
from rif_threshold.forms import read_decimal
from rif_threshold.probability import cumulative_probability
from rif_threshold.record import Count, NotEmpty, Percent, Record
from rif_threshold.tables import Folder, SourceReference, check_columns, open_folder, parse, reads, resolve, shipped
from rif_threshold.vocabulary import Denominator, Outcome, Ploidy
from rif_threshold.wording import percent_words

PUBLISHED_TABLE = "eshre_rif_2023"

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PRINTED = "printed_cumulative_percent_"
_NEEDED = ("ploidy", "age_label", "age_min_years", "age_max_years", "per_transfer_percent")
_OPTIONAL = ("successes", "transfers", "printed_transfers_to_threshold")


class Years(Record):
    """A band of ages of one ploidy. Ages are completed years, both ends included; ``None`` is open."""

    ploidy: Ploidy
    age_label: NotEmpty
    age_min_years: Count | None = None
    age_max_years: Count | None = None

    def meets(self, ages: AgeBand) -> bool:
        """Whether an age within the band may belong to this row."""
        oldest, youngest = self.age_max_years, self.age_min_years
        below = oldest is not None and ages.first is not None and oldest < ages.first
        above = youngest is not None and ages.last is not None and ages.last < youngest
        return not below and not above


class LeftOut(Years):
    """A band that a table deliberately has no row for, and why. No answer reaches into it or across it."""

    why: NotEmpty


class Stratum(Years):
    """One row of a rate table, as printed."""

    per_transfer_percent: Percent
    successes: Count | None = None
    transfers: Count | None = None
    printed_cumulative_percent: tuple[Decimal, ...] = ()
    printed_transfers_to_threshold: Count | None = None

    def holds(self, ploidy: Ploidy, oocyte_age_years: int) -> bool:
        """Whether a transfer of such an embryo belongs to this row."""
        return self.ploidy == ploidy and self.meets(AgeBand(oocyte_age_years, oocyte_age_years))


class About(Record):
    """What a rate table says of itself, in the ``.toml`` beside its rows.

    ``left_out`` are bands that it has no row for, ``mixed_embryos`` says that its rates are of transfers of one embryo
    and of several together: they are not widened once more where several were placed.
    """

    title: NotEmpty
    outcome: Outcome
    denominator: Denominator
    ploidy: tuple[Ploidy, ...]
    age_basis: NotEmpty
    population: NotEmpty
    valid_from: NotEmpty
    caveats: tuple[NotEmpty, ...]
    source: SourceReference
    corrections: tuple[NotEmpty, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    mixed_embryos: bool = False
    columns: dict[str, NotEmpty]


class RateTable(About):
    """One published or own table of per-transfer rates by age band and ploidy, with its provenance."""

    id: str
    strata: tuple[Stratum, ...]

    @property
    def bands(self) -> tuple[Years, ...]:
        """Its rows, and the bands that it has none for."""
        return (*self.strata, *self.left_out)

    def rows(self, ploidy: Ploidy, ages: AgeBand) -> tuple[Stratum, ...]:
        """The rows that an embryo may belong to, from an oocyte of an age within the band.

        None where an end of the band lies in no row: nothing is extrapolated. Ages of which nothing is known, open at
        both ends, may belong to every row of that ploidy. None either where an age may lie in a band that is left out.
        """
        if any(band.ploidy == ploidy and band.meets(ages) for band in self.left_out):
            return ()
        found = tuple(row for row in self.strata if row.ploidy == ploidy and row.meets(ages))
        ends = [end for end in ages if end is not None]
        return found if all(any(row.holds(ploidy, end) for row in found) for end in ends) else ()

    def look_up(self, ploidy: Ploidy, oocyte_age_years: int, field: str = "ploidy") -> Stratum:
        """Return the row for an embryo of this ploidy from an oocyte of this age.

        Raises:
            OutOfRange: where the table has no such row. Nothing is extrapolated.

        >>> load_rate_table("eshre_rif_2023").look_up(Ploidy.UNTESTED, 40).age_label
        '>=40'
        >>> load_rate_table("eshre_rif_2023").look_up(Ploidy.EUPLOID, 40).age_label
        '35-40'
        """
        if found := self.rows(ploidy, AgeBand(oocyte_age_years, oocyte_age_years)):
            return found[0]
        raise OutOfRange(self.no_row(field, ploidy, oocyte_age_years))

    def no_row(self, field: str, ploidy: Ploidy, oocyte_age_years: int | str | None) -> Problem:
        """What is said where the table has no row."""
        printed = "; ".join(f"{stratum.ploidy} {stratum.age_label}" for stratum in self.strata)
        return Problem(
            field,
            f"{ploidy}{'' if oocyte_age_years is None else f', {oocyte_age_years} years'}",
            f"the table {self.id} has no row for it; its rows are {printed}",
            "no_row",
            self.source.key,
            outside_evidence=True,
        )


def counts_give(percent: Decimal, successes: int, transfers: int) -> bool:
    """Whether counts give a percentage, to within half a unit of the last decimal it is written with. Exact.

    >>> counts_give(Decimal("26.0"), 52, 200), counts_give(Decimal("60.0"), 1108, 4712)
    (True, False)
    """
    unit = Fraction(Decimal((0, (1,), min(0, int(percent.as_tuple().exponent)))))
    return abs(Fraction(percent) - Fraction(100 * successes, transfers)) <= unit / 2


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
    folder.text(f"rates/{table_id}.csv")
    return rate_tables(folder)[table_id]


@reads("rates/*.csv", "rates/*.toml")
def rate_tables(folder: Folder) -> Mapping[str, RateTable]:
    """Every rate table of a folder, by its identifier. Raises `TableError` with everything that is wrong."""
    stems = {
        suffix: {name.removeprefix("rates/").removesuffix(suffix) for name in folder.names("rates/", suffix)}
        for suffix in (".csv", ".toml")
    }
    tables, errors = {}, []
    for suffix, other in ((".csv", ".toml"), (".toml", ".csv")):
        for alone in sorted(stems[suffix] - stems[other]):
            reason = f"rates/{alone}{other} is missing: a table is its rows (.csv) and what they are (.toml)"
            errors.append(folder.error(f"rates/{alone}{suffix}", reason))
    for table_id in sorted(stems[".csv"] & stems[".toml"]):
        try:
            tables[table_id] = _rate_table(folder, table_id)
        except TableError as error:
            errors.append(error)
    all_at_once(errors)
    return tables


@reads("rates/*.csv", "rates/*.toml")
def described_columns(folder: Folder) -> None:
    """Raise `TableError` where a rate table has other columns than the ``.toml`` beside it describes."""
    for table_id, table in rate_tables(folder).items():
        check_columns(folder, f"rates/{table_id}.csv", table.columns)


def _rate_table(folder: Folder, table_id: str) -> RateTable:
    name, about_name = f"rates/{table_id}.csv", f"rates/{table_id}.toml"
    if not _ID.fullmatch(table_id):
        reason = "a table is named with small letters, digits, _ and -, a letter first, at most 40: ours_2025.csv"
        raise folder.error(name, reason)
    about = parse(folder, about_name, About, folder.toml(about_name), None)
    source = resolve(folder, about_name, about.source, "[source]")
    strata, errors = {}, []
    printed = sum(column.startswith(_PRINTED) for column in folder.columns(name))
    cumulative = [f"{_PRINTED}{n}" for n in range(1, printed + 1)]
    optional = [column for column in _OPTIONAL if column in folder.columns(name)]
    check_columns(folder, name, (*_NEEDED, *optional, *cumulative))
    for line, row in folder.rows(name):
        try:
            strata[line] = _stratum(folder, name, line, row, cumulative)
        except TableError as error:
            errors.append(error)
    all_at_once(errors)
    table = RateTable(**about.__dict__ | {"source": source}, id=table_id, strata=tuple(strata.values()))
    all_at_once(folder.error(name, reason, line) for line, reason in _contradictions(table, strata))
    return table


def _stratum(folder: Folder, name: str, line: int, row: Mapping[str, str], cumulative: list[str]) -> Stratum:
    cells = {column: stripped for column, cell in row.items() if (stripped := cell.strip())}
    if not cells:
        raise folder.error(name, "this row is empty; take it out", line)
    printed = [read_decimal(cells.pop(column), column) for column in cumulative if column in cells]
    if wrong := [each for each in printed if isinstance(each, Problem)]:
        raise folder.error(name, "; ".join(map(str, wrong)), line)
    return parse(folder, name, Stratum, cells | {"printed_cumulative_percent": tuple(printed)}, line)


def _contradictions(table: RateTable, strata: Mapping[int, Stratum]) -> Iterator[tuple[int, str]]:
    """Bands that overlap, leave gaps or hold impossible counts: line and reason."""
    if not table.strata:
        yield 1, "the table has no rows"
    elif differ := {stratum.ploidy for stratum in table.strata} ^ set(table.ploidy):
        yield 1, f"rows and `ploidy` in the .toml disagree on: {', '.join(sorted(differ))}"
    for line, stratum in strata.items():
        for reason in _impossible(stratum):
            yield line, reason
    for ploidy in dict.fromkeys(table.ploidy):
        bands: list[tuple[Years, int]] = [(stratum, line) for line, stratum in strata.items()]
        bands += [(left_out, 1) for left_out in table.left_out]
        rows = sorted(
            (row for row in bands if row[0].ploidy == ploidy),
            key=lambda row: -1 if row[0].age_min_years is None else row[0].age_min_years,
        )
        for (before, _), (after, line) in pairwise(rows):
            if (
                before.age_max_years is None
                or after.age_min_years is None
                or after.age_min_years <= before.age_max_years
            ):
                yield line, f"the {ploidy} bands {before.age_label} and {after.age_label} overlap"
            elif after.age_min_years != before.age_max_years + 1:
                yield line, f"ages between the {ploidy} bands {before.age_label} and {after.age_label} are missing"


def _label_fits(stratum: Stratum) -> bool:
    """Whether a label that is written as bands usually are means the ages of its row."""
    meant = band_of_label(stratum.age_label)
    row = (stratum.age_min_years, stratum.age_max_years)
    return meant is None or all(end in {None, year} for end, year in zip(meant, row, strict=True))


def _impossible(stratum: Stratum) -> Iterator[str]:
    """What cannot be true of one row."""
    percent = stratum.per_transfer_percent
    if percent <= 1:
        yield "per_transfer_percent is in percent, and one of 1 or less is not taken"
    if stratum.age_max_years is not None and stratum.age_max_years < (stratum.age_min_years or 0):
        yield f"the band {stratum.age_label} ends before it begins"
    if not _label_fits(stratum):
        yield f"the label {stratum.age_label} and the ages in the row are different bands"
    yield from _wrong_counts(percent, stratum.successes, stratum.transfers)
    for n, printed in enumerate(stratum.printed_cumulative_percent, start=1):
        # Some sources cut to whole percent, so a whole point is allowed.
        if abs(float(printed) - 100 * cumulative_probability(percent / 100, n)) >= 1:
            yield f"the cell printed for n = {n} does not follow from the rate"


def _wrong_counts(percent: Decimal, successes: int | None, transfers: int | None) -> Iterator[str]:
    """What cannot be true of the counts beside a percentage."""
    if successes is None and transfers is None:
        return
    if successes is None or transfers is None:
        yield "successes and transfers belong together: one of the two is empty"
    elif not 0 < successes < transfers:
        yield f"{successes} of {transfers}: successes must lie between 0 and transfers, both excluded"
    elif not counts_give(percent, successes, transfers):
        yield (
            f"per_transfer_percent is {percent}, but {successes} of {transfers} transfers are"
            f" {percent_words(100 * successes / transfers, percent)}: correct whichever is wrong"
        )
