"""A clinic's own table from counts that were typed by hand, where there is no list to count in."""

from collections.abc import Iterator, Mapping

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import read_count
from rif_threshold.register.bands import Band, published_bands
from rif_threshold.register.rates import Rates, rates_of
from rif_threshold.register.settings import rate_settings
from rif_threshold.register.sums import OUTCOMES
from rif_threshold.register.table import TYPED, BandRow, ClinicTable
from rif_threshold.uncertainty import ClusterSums

Counts = tuple[int, int]
"""Positive tests, and transfers."""


def read_counts(typed: Mapping[str, tuple[str, str]]) -> dict[str, Counts]:
    """The counts of each band of ESHRE's table, as they were typed: positive tests and transfers.

    Args:
        typed: by the name of the band (`band_name`). A band where neither is filled in is left out.

    Raises:
        InvalidInput: with everything that is wrong, and where nothing is filled in.

    >>> read_counts({"untested 35-39": ("76", "233"), "euploid <35": ("", "")})
    {'untested 35-39': (76, 233)}
    """
    problems: list[Problem] = []
    found = {name: counts for name, pair in typed.items() if any(pair) and (counts := _pair(name, *pair, problems))}
    if problems:
        raise InvalidInput(tuple(problems))
    if not found:
        why = "the counts of one band at least are needed: how many transfers, and after how many of them the test was"
        raise InvalidInput((Problem("counts", "", f"{why} positive", "missing"),))
    return found


def _pair(name: str, positive: str, transfers: str, problems: list[Problem]) -> Counts | None:
    read = {part: read_count(text, f"{name}, {part}") for part, text in zip(_PARTS, (positive, transfers), strict=True)}
    wrong = [each for each in read.values() if isinstance(each, Problem)]
    problems += wrong
    came, of = read.values()
    if isinstance(came, Problem) or isinstance(of, Problem):
        return None
    if came > of:
        why = f"more positive tests than transfers: at most {of} can be"
        problems.append(Problem(f"{name}, {_PARTS[0]}", str(came), why, "count_range"))
        return None
    return came, of


_PARTS = ("positive tests", "transfers")


def band_name(band: Band) -> str:
    """What a band is called where its counts are typed.

    >>> [band_name(band) for band in published_bands()][:2]
    ['untested <35', 'untested 35-39']
    """
    return f"{band.ploidy.value} {band.label}"


def typed_table(counts: Mapping[str, Counts]) -> ClinicTable:
    """The table of counts that were typed by hand, each transfer taken for unrelated to the others.

    Args:
        counts: by the name of the band, as `read_counts` gives them.
    """
    bands = tuple(_row(band, *counts.get(band_name(band), (0, 0))) for band in published_bands())
    transfers = sum(of for _, of in counts.values())
    return ClinicTable(
        rows=transfers,
        in_period=transfers,
        outside_period=0,
        outside_bands=0,
        in_couples_with_problem=0,
        period_first=None,
        period_last=None,
        births_last=None,
        included=(),
        bands=bands,
        said=(TYPED,),
        notes=tuple(_notes(bands)),
    )


def _row(band: Band, came: int, of: int) -> BandRow:
    return BandRow(
        ploidy=band.ploidy,
        age_label=band.label,
        age_min_years=band.first,
        age_max_years=band.last,
        joined=(),
        first=None,
        all=_rates(came, of),
        several=0,
        embryos_not_known=0,
        mosaics=0,
        awaited=0,
        ongoing=0,
    )


def _rates(came: int, of: int) -> Rates:
    nothing = (ClusterSums(0, 0, 0, 0, 0, 0),) * (len(OUTCOMES) - 1)
    return rates_of((ClusterSums(of, of, came, came, came, of), *nothing), by_woman=False, patients=False)


def _notes(bands: tuple[BandRow, ...]) -> Iterator[str]:
    notes, settings = rate_settings().notes, rate_settings()
    yield from (notes["positive_test"], _UNRELATED)
    main = {f"{band.ploidy} {band.age_label}": band.all.positive.transfers for band in bands}
    few = [f"{name} ({n})" for name, n in main.items() if 0 < n < settings.circular_below]
    if few:
        yield f"Fewer than {settings.circular_below} transfers: {', '.join(few)}. {notes['circular']}"
    yield from (notes["settle"], notes["not_for_sharing"])


_UNRELATED = (
    "The intervals are those of unrelated transfers. Where some of these are of the same woman they are too narrow:"
    " count the first transfer of each woman where you can."
)
