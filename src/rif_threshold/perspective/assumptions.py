"""What the perspective is reckoned with: observed rates by rank, assumptions and definitions, from ``tables/``."""

from decimal import Decimal

from rif_threshold.rates import counts_give
from rif_threshold.record import Count, Percent, Record
from rif_threshold.tables import Folder, Remark, SourceReference, check_columns, check_remark, parse, reads, resolve
from rif_threshold.vocabulary import Denominator, Outcome, Ploidy

_ASSUMPTIONS = "perspective/assumptions.toml"
_DEFINITIONS = "perspective/definitions.toml"
_OBSERVED = "perspective/observed_by_rank.csv"
_SERIES = "perspective/observed_by_rank.toml"


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
    worth_saying_points: Decimal
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


class CountedDefinition(Record):
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


class _Series(Record):
    """What a series of observed rates says of itself."""

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


class ObservedSeries(_Series):
    """One study's rates by rank."""

    ranks: tuple[ObservedRank, ...]


class _Definitions(Record):
    """``tables/perspective/definitions.toml``."""

    definition: tuple[CountedDefinition, ...]


class _SeriesFile(Record):
    """``tables/perspective/observed_by_rank.toml``."""

    title: str
    columns: dict[str, str]
    series: tuple[_Series, ...]


@reads(_ASSUMPTIONS)
def assumptions(folder: Folder) -> Assumptions:
    """The values of the sensitivities. Raises `TableError`."""
    read = parse(folder, _ASSUMPTIONS, Assumptions, folder.toml(_ASSUMPTIONS), None)
    _resolve_all(folder, _ASSUMPTIONS, read)
    if sum(each.main for each in read.prevalence) != 1:
        raise folder.error(_ASSUMPTIONS, "one prevalence, and only one, is the main one", "[[prevalence]]")
    for caution in read.caution:
        check_remark(folder, _ASSUMPTIONS, caution)
    for kind, listed in (("spread", read.spread), ("prevalence", read.prevalence), ("fall", read.fall)):
        if not all(0 <= each.value < 1 for each in listed):
            raise folder.error(_ASSUMPTIONS, f"a {kind} is a share: 0 or more, and below 1", f"[[{kind}]]")
    if not 0 < read.shared_uterus.value <= 1:
        raise folder.error(_ASSUMPTIONS, "a probability lies above 0, and is 1 at most", "[shared_uterus]")
    if not 0 < read.factor.lower < read.factor.upper:
        raise folder.error(_ASSUMPTIONS, "a range begins above 0 and ends above its beginning", "[factor]")
    return read


@reads(_DEFINITIONS)
def definitions(folder: Folder) -> tuple[CountedDefinition, ...]:
    """Other definitions of recurrent implantation failure. Raises `TableError`."""
    read = parse(folder, _DEFINITIONS, _Definitions, folder.toml(_DEFINITIONS), None).definition
    for each in read:
        _resolve_all(folder, _DEFINITIONS, each)
        if [each.transfers, each.euploid_transfers, each.cumulative_percent].count(None) != 2:
            raise folder.error(_DEFINITIONS, "a definition has one count or one cumulative chance", each.id)
    return read


@reads(_OBSERVED, _SERIES)
def observed(folder: Folder) -> tuple[ObservedSeries, ...]:
    """The observed rates by rank, in the order of the file.

    Raises:
        TableError: unless the series are those of the file beside it, their ranks follow each other, and the counts
            give the printed rates.
    """
    about = parse(folder, _SERIES, _SeriesFile, folder.toml(_SERIES), None)
    check_columns(folder, _OBSERVED, ["series", *ObservedRank.model_fields])
    check_columns(folder, _OBSERVED, about.columns)
    ranks: dict[str, list[ObservedRank]] = {}
    for line, row in folder.rows(_OBSERVED):
        known = {column: cell for column, cell in row.items() if cell and column != "series"}
        rank: ObservedRank = parse(folder, _OBSERVED, ObservedRank, known, line)
        if not row["series"]:
            raise folder.error(_OBSERVED, "series: this is needed", line)
        earlier = ranks.setdefault(row["series"], [])
        if earlier and rank.rank != earlier[-1].rank + 1:
            raise folder.error(_OBSERVED, "the ranks of a series must follow each other", line)
        if problem := _impossible(rank):
            raise folder.error(_OBSERVED, problem, line)
        earlier.append(rank)
    if wrong := sorted({each.id for each in about.series} ^ ranks.keys()):
        raise folder.error(_OBSERVED, f"its series are not those of the .toml beside it: {', '.join(wrong)}", wrong[0])
    return tuple(
        ObservedSeries(
            **each.__dict__ | {"source": resolve(folder, _SERIES, each.source, each.id)}, ranks=tuple(ranks[each.id])
        )
        for each in about.series
    )


def _impossible(rank: ObservedRank) -> str:
    if (rank.transfers is None) != (rank.successes is None):
        return "transfers and successes belong together"
    if rank.transfers is None or rank.successes is None:
        return ""
    if not 0 < rank.successes < rank.transfers:
        return "successes must lie between 0 and transfers, both excluded"
    given = counts_give(rank.rate_percent, rank.successes, rank.transfers)
    return "" if given else "the counts do not give the printed rate"


def _resolve_all(folder: Folder, name: str, value: object) -> None:
    """Check every reference in a record. Raises `TableError` for a source that is not known."""
    if isinstance(value, SourceReference):
        resolve(folder, name, value, value.key)
    elif isinstance(value, Record):
        for part in value.__dict__.values():
            _resolve_all(folder, name, part)
    elif isinstance(value, tuple):
        for part in value:
            _resolve_all(folder, name, part)
