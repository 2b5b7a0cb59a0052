"""What the perspective is reckoned with: observed rates by rank, assumptions and definitions, from ``tables/``."""

from decimal import Decimal
from functools import cache
from typing import Any

from rif_threshold.case import Count, Percent, Record
from rif_threshold.errors import TableError
from rif_threshold.tables import Folder, Remark, SourceReference, check_remark, parse, resolve, shipped
from rif_threshold.vocabulary import Denominator, Outcome, Ploidy

_ASSUMPTIONS = "perspective/assumptions.toml"
_DEFINITIONS = "perspective/definitions.toml"
_OBSERVED = "perspective/observed_by_rank"


class Assumed(Record):
    """A value that something is reckoned with, and where it stands. Source ``own``: a step of ours to look at."""

    value: Decimal
    label: str = ""
    main: bool = False
    source: SourceReference


class Way(Record):
    """A way of reckoning that has a name and a source but no value."""

    label: str
    source: SourceReference


class FactorRange(Record):
    """The range looked at for the factor from live birth to pregnancy."""

    lower: Decimal
    upper: Decimal
    label: str
    source: SourceReference


class Assumptions(Record):
    """``tables/perspective/assumptions.toml``."""

    supposed_transfers: Count
    supposed_source: SourceReference
    spread: tuple[Assumed, ...]
    caution: tuple[Remark, ...]
    prevalence: tuple[Assumed, ...]
    fall: tuple[Assumed, ...]
    shared_uterus: Assumed
    independent_embryos: Way
    factor: FactorRange

    @property
    def main_prevalence(self) -> Assumed:
        """The prevalence that sentences are written with."""
        return next(each for each in self.prevalence if each.main)


class Definition(Record):
    """Another definition: a number of transfers, of euploid transfers, or a cumulative chance."""

    id: str
    label: str
    rule: str
    transfers: Count | None = None
    euploid_transfers: Count | None = None
    cumulative_percent: Percent | None = None
    minimum_transfers: Count = 1
    source: SourceReference


class ObservedRank(Record):
    """What happened at one rank, as printed."""

    rank: Count
    rate_percent: Percent
    transfers: Count | None = None
    successes: Count | None = None


class ObservedSeries(Record):
    """One study's rates by rank."""

    id: str
    label: str
    ploidy: Ploidy
    outcome: Outcome
    denominator: Denominator
    population: str
    age_min_years: Count | None = None
    age_max_years: Count | None = None
    cumulative_percent: Percent | None = None
    cumulative_lower_percent: Percent | None = None
    cumulative_upper_percent: Percent | None = None
    source: SourceReference
    ranks: tuple[ObservedRank, ...]


@cache
def assumptions() -> Assumptions:
    """The values of the sensitivities. Raises `TableError`."""
    read = parse(shipped(), _ASSUMPTIONS, Assumptions, shipped().toml(_ASSUMPTIONS), 1)
    _resolve_all(_ASSUMPTIONS, read)
    if sum(each.main for each in read.prevalence) != 1:
        raise shipped().error(_ASSUMPTIONS, "one prevalence, and only one, is the main one", "[[prevalence]]")
    for caution in read.caution:
        check_remark(shipped(), _ASSUMPTIONS, caution)
    return read


@cache
def definitions() -> tuple[Definition, ...]:
    """Other definitions of recurrent implantation failure. Raises `TableError`."""
    entries = shipped().toml(_DEFINITIONS).get("definition", [])
    read = tuple(parse(shipped(), _DEFINITIONS, Definition, entry, str(entry.get("id"))) for entry in entries)
    for each in read:
        _resolve_all(_DEFINITIONS, each)
        if [each.transfers, each.euploid_transfers, each.cumulative_percent].count(None) != 2:
            raise shipped().error(_DEFINITIONS, "a definition has one count or one cumulative chance", each.id)
    return read


@cache
def observed() -> tuple[ObservedSeries, ...]:
    """Observed rates by rank, in the order of the file. Raises `TableError`."""
    return observed_in(shipped())


def observed_in(folder: Folder) -> tuple[ObservedSeries, ...]:
    """The observed rates of a folder, checked: known series, rising ranks, counts that give the printed rate."""
    name = f"{_OBSERVED}.csv"
    ranks: dict[str, list[ObservedRank]] = {}
    for line, row in folder.rows(name):
        known = {column: cell for column, cell in row.items() if cell and column != "series"}
        rank: ObservedRank = parse(folder, name, ObservedRank, known, line)
        earlier = ranks.setdefault(row["series"], [])
        if earlier and rank.rank != earlier[-1].rank + 1:
            raise folder.error(name, "the ranks of a series must follow each other", line)
        if problem := _impossible(rank):
            raise folder.error(name, problem, line)
        earlier.append(rank)
    entries = folder.toml(f"{_OBSERVED}.toml")["series"]
    if {entry["id"] for entry in entries} != ranks.keys():
        raise TableError(str(folder.root / name), "its series are not those of the .toml beside it")
    return tuple(_series(folder, entry, tuple(ranks[entry["id"]])) for entry in entries)


def _impossible(rank: ObservedRank) -> str:
    if (rank.transfers is None) != (rank.successes is None):
        return "transfers and successes belong together"
    if rank.transfers is None or rank.successes is None:
        return ""
    if not 0 < rank.successes < rank.transfers:
        return "successes must lie between 0 and transfers, both excluded"
    rate = Decimal(100 * rank.successes) / rank.transfers
    # Printed rates have one decimal; half of its step is what rounding can take.
    return "" if abs(rate - rank.rate_percent) <= Decimal("0.05") else "the counts do not give the printed rate"


def _series(folder: Folder, entry: dict[str, Any], ranks: tuple[ObservedRank, ...]) -> ObservedSeries:
    name = f"{_OBSERVED}.toml"
    read: ObservedSeries = parse(folder, name, ObservedSeries, entry | {"ranks": ranks}, str(entry["id"]))
    return read.model_copy(update={"source": resolve(folder, name, read.source, read.id)})


def _resolve_all(name: str, value: object) -> None:
    """Check every reference in a record. Raises `TableError` for a source that is not known."""
    if isinstance(value, SourceReference):
        resolve(shipped(), name, value, value.key)
    elif isinstance(value, Record):
        for part in value.__dict__.values():
            _resolve_all(name, part)
    elif isinstance(value, tuple):
        for part in value:
            _resolve_all(name, part)
