"""Rate tables: per-transfer rates by age band and ploidy, published or a clinic's own."""

import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

from rif_threshold.case import Count, Percent, Record
from rif_threshold.errors import OutOfRange, Problem, TableError
from rif_threshold.probability import cumulative_probability
from rif_threshold.tables import Folder, SourceReference, open_folder, parse, resolve, shipped
from rif_threshold.vocabulary import Denominator, Outcome, Ploidy

OWN_TABLES_VARIABLE = "RIF_THRESHOLD_TABLES"


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
    folder = Path(str(chosen))
    if not folder.is_dir():
        raise TableError(str(chosen), "there is no such folder of tables")
    root = folder.resolve()
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
        for reason in _impossible(stratum):
            raise folder.error(name, reason, line)
    for ploidy in table.ploidy:
        rows = sorted(
            ((stratum, line) for stratum, line in numbered if stratum.ploidy == ploidy),
            key=lambda row: -1 if row[0].age_min_years is None else row[0].age_min_years,
        )
        for (before, _), (after, line) in pairwise(rows):
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


def _impossible(stratum: Stratum) -> Iterator[str]:
    """What cannot be true of one row."""
    if stratum.per_transfer_percent <= 1:
        yield "per_transfer_percent is in percent, and one of 1 or less is not taken"
    if stratum.age_max_years is not None and stratum.age_max_years < (stratum.age_min_years or 0):
        yield f"the band {stratum.age_label} ends before it begins"
    if (stratum.successes is None) != (stratum.transfers is None):
        yield "successes and transfers belong together"
    if stratum.transfers is not None and not 0 < (stratum.successes or 0) < stratum.transfers:
        yield "successes must lie between 0 and transfers, both excluded"
    for n, printed in enumerate(stratum.printed_cumulative_percent, start=1):
        # Some sources cut to whole percent, so a whole point is allowed.
        if abs(float(printed) - 100 * cumulative_probability(stratum.per_transfer_percent / 100, n)) >= 1:
            yield f"the cell printed for n = {n} does not follow from the rate"
