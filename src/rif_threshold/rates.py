"""Rate tables are read here: per-transfer rates by age band, ploidy and stage, published or a clinic's own."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

from rif_threshold.ages import band_of_label
from rif_threshold.errors import Problem, TableError
from rif_threshold.folder import all_at_once
from rif_threshold.forms import read_count, read_decimal
from rif_threshold.strata import NESTED, About, Background, LeftOut, RateTable, Stratum, Years
from rif_threshold.tables import Folder, check_columns, open_folder, parse, reads, resolve, shipped
from rif_threshold.vocabulary import Outcome
from rif_threshold.wording import percent_words

PUBLISHED_TABLE = "eshre_rif_2023"

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PRINTED, _BESIDE = "printed_cumulative_percent_", "successes_"
_NEEDED = ("ploidy", "age_label", "age_min_years", "age_max_years")
_RATE, _COUNTS = "per_transfer_percent", ("successes", "transfers")
_BETWEEN = "successes must lie between 0 and transfers, both excluded"
_OPTIONAL = ("stage", *_COUNTS, "printed_transfers_to_threshold")


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


@reads()
def background_tables(folder: Folder) -> Mapping[str, RateTable]:
    """The tables of another population, by identifier: context beside an answer, not a second opinion on it."""
    return {table_id: table for table_id, table in rate_tables(folder).items() if table.background}


def in_background(name: str) -> bool:
    """Whether a table file only stands in the background: no answer is made from it, unless it is asked by name."""
    kind, _, file = name.partition("/")
    return kind == "background" or (kind == "rates" and file.rpartition(".")[0] in background_tables())


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
    if len(counted := {about.outcome, *about.outcomes_beside}) > 1 and not counted <= set(NESTED):
        reason = f"outcomes that are counted beside each other are of {', '.join(NESTED)}"
        raise folder.error(about_name, reason, "outcomes_beside")
    strata, errors = {}, []
    head = folder.columns(name)
    cumulative = [f"{_PRINTED}{n}" for n in range(1, sum(column.startswith(_PRINTED) for column in head) + 1)]
    optional = [column for column in _OPTIONAL if column in head]
    rate = [_RATE] if _RATE in head or not set(_COUNTS) <= set(head) else []
    beside = {outcome: f"{_BESIDE}{outcome}" for outcome in about.outcomes_beside}
    check_columns(folder, name, (*_NEEDED, *rate, *optional, *beside.values(), *cumulative))
    for line, row in folder.rows(name):
        try:
            strata[line] = _stratum(folder, name, line, row, cumulative, beside)
        except TableError as error:
            errors.append(error)
    all_at_once(errors)
    table = RateTable(**about.__dict__ | {"source": source}, id=table_id, strata=tuple(strata.values()))
    all_at_once(folder.error(name, reason, line) for line, reason in _contradictions(table, strata))
    if table.background is not None:
        _check_background(folder, about_name, table, table.background)
    return table


def _stratum(
    folder: Folder, name: str, line: int, row: Mapping[str, str], cumulative: list[str], beside: Mapping[Outcome, str]
) -> Stratum:
    cells = {column: stripped for column, cell in row.items() if (stripped := cell.strip())}
    if not cells:
        raise folder.error(name, "this row is empty; take it out", line)
    printed = [read_decimal(cells.pop(column), column) for column in cumulative if column in cells]
    counted = {outcome: read_count(cells.pop(column, ""), column) for outcome, column in beside.items()}
    if wrong := [each for each in (*printed, *counted.values()) if isinstance(each, Problem)]:
        raise folder.error(name, "; ".join(map(str, wrong)), line)
    known = cells | {"printed_cumulative_percent": tuple(printed), "successes_beside": counted}
    successes, transfers = (read_count(cells.get(column, ""), column) for column in _COUNTS)
    if (
        _RATE not in cells
        and isinstance(successes, int)
        and isinstance(transfers, int)
        and not 0 < successes < transfers
    ):
        raise folder.error(name, f"{successes} of {transfers}: {_BETWEEN}", line)
    return parse(folder, name, Stratum, known, line)


def _check_background(folder: Folder, name: str, table: RateTable, background: Background) -> None:
    """Raise `TableError` where a table that stands in the background cannot say what was counted."""
    stages = {row.stage for row in table.strata}
    if stages != set(background.kinds):
        raise folder.error(name, "kinds: it has words for other stages than the rows have", "kinds")
    if any(row.successes is None for row in table.strata):
        raise folder.error(name, "a table in the background has counts in every row", "[background]")


def _contradictions(table: RateTable, strata: Mapping[int, Stratum]) -> Iterator[tuple[int, str]]:
    """Bands that overlap, leave gaps or hold impossible counts: line and reason."""
    if not table.strata:
        yield 1, "the table has no rows"
    elif differ := {stratum.ploidy for stratum in table.strata} ^ set(table.ploidy):
        yield 1, f"rows and `ploidy` in the .toml disagree on: {', '.join(sorted(differ))}"
    for line, stratum in strata.items():
        for reason in (*_impossible(stratum), *_not_nested(table.outcome, stratum)):
            yield line, reason
        if len(stages := table.stages(stratum.ploidy)) > 1 and None in stages:
            yield line, f"of the {stratum.ploidy} rows some have a stage and some have none"
    yield from _of_bands(strata, table.left_out)


def _of_bands(strata: Mapping[int, Stratum], left_out: Iterable[LeftOut]) -> Iterator[tuple[int, str]]:
    """Bands of one kind of embryo that overlap or leave gaps. What is left out on purpose is no gap."""
    for ploidy, stage in dict.fromkeys((stratum.ploidy, stratum.stage) for stratum in strata.values()):
        bands: list[tuple[Years, int]] = [(row, line) for line, row in strata.items() if row.stage == stage]
        bands += [(band, 1) for band in left_out]
        rows = sorted(
            (row for row in bands if row[0].ploidy == ploidy),
            key=lambda row: -1 if row[0].age_min_years is None else row[0].age_min_years,
        )
        kind = f"{ploidy} {stage}" if stage else ploidy
        for (before, _), (after, line) in pairwise(rows):
            if (
                before.age_max_years is None
                or after.age_min_years is None
                or after.age_min_years <= before.age_max_years
            ):
                yield line, f"the {kind} bands {before.age_label} and {after.age_label} overlap"
            elif after.age_min_years != before.age_max_years + 1:
                yield line, f"ages between the {kind} bands {before.age_label} and {after.age_label} are missing"


def _label_fits(stratum: Stratum) -> bool:
    """Whether a label that is written as bands usually are means the ages of its row."""
    meant = band_of_label(stratum.age_label)
    row = (stratum.age_min_years, stratum.age_max_years)
    return meant is None or all(end in {None, year} for end, year in zip(meant, row, strict=True))


def _impossible(stratum: Stratum) -> Iterator[str]:
    """What cannot be true of one row."""
    percent = stratum.per_transfer_percent
    counted = stratum.successes is not None and stratum.transfers is not None and stratum.transfers > 0
    if percent <= 1 and not (counted and counts_give(percent, stratum.successes or 0, stratum.transfers or 1)):
        yield "per_transfer_percent is in percent, and one of 1 or less is not taken"
    if stratum.age_max_years is not None and stratum.age_max_years < (stratum.age_min_years or 0):
        yield f"the band {stratum.age_label} ends before it begins"
    if not _label_fits(stratum):
        yield f"the label {stratum.age_label} and the ages in the row are different bands"
    yield from _wrong_counts(percent, stratum.successes, stratum.transfers)
    for n, printed in enumerate(stratum.printed_cumulative_percent, start=1):
        # Some sources cut to whole percent, so a whole point is allowed.
        if abs(Fraction(printed) - 100 * (1 - (1 - Fraction(percent) / 100) ** n)) >= 1:
            yield f"the cell printed for n = {n} does not follow from the rate"


def _not_nested(outcome: Outcome, stratum: Stratum) -> Iterator[str]:
    """What cannot be true of counts beside each other: a transfer with a birth has had a positive test."""
    if not stratum.successes_beside or stratum.successes is None:
        yield from ["counts of other outcomes stand beside none of the table's own"] if stratum.successes_beside else []
        return
    counts = {outcome: stratum.successes, **stratum.successes_beside}
    for wider, narrower in pairwise(sorted(counts, key=NESTED.index)):
        if counts[narrower] > counts[wider]:
            yield f"{counts[narrower]} {narrower} cannot be among {counts[wider]} {wider}"


def _wrong_counts(percent: Decimal, successes: int | None, transfers: int | None) -> Iterator[str]:
    """What cannot be true of the counts beside a percentage."""
    if successes is None and transfers is None:
        return
    if successes is None or transfers is None:
        yield "successes and transfers belong together: one of the two is empty"
    elif not 0 < successes < transfers:
        yield f"{successes} of {transfers}: {_BETWEEN}"
    elif not counts_give(percent, successes, transfers):
        yield (
            f"per_transfer_percent is {percent}, but {successes} of {transfers} transfers are"
            f" {percent_words(100 * successes / transfers, percent)}: correct whichever is wrong"
        )


__all__ = [
    "PUBLISHED_TABLE",
    "About",
    "RateTable",
    "Stratum",
    "background_tables",
    "counts_give",
    "described_columns",
    "in_background",
    "load_rate_table",
    "rate_tables",
]
