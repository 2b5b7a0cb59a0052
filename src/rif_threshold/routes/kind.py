"""What a route to the per-transfer probability is made of, and what all routes share."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from rif_threshold.ages import AgeBand, band_of, label_words
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.method import method
from rif_threshold.pair import Pair
from rif_threshold.rates import PUBLISHED_TABLE, load_rate_table
from rif_threshold.record import once_a_record
from rif_threshold.strata import Background, RateTable, Stratum
from rif_threshold.tables import Remark, SourceReference
from rif_threshold.transfers import EmbryoKind, Transfer, Transfers, counted_transfers, planned_age, planned_kind
from rif_threshold.vocabulary import Denominator, Eggs, EggSource, Outcome, Ploidy, Route, WidenedBy
from rif_threshold.wording import capital, long_word, percent_words, word


class Chance(NamedTuple):
    """The probability of one transfer, as far as it is known.

    Attributes:
        ends: the lowest and the highest that it may be. Only the lowest may be 0.
        is_alike: whether it is of the kind that the route speaks of, and moves with it.
        widened_by: why the ends differ; empty where they do not.
    """

    ends: Pair[Fraction]
    is_alike: bool = True
    widened_by: tuple[WidenedBy, ...] = ()


def known_chance(p: Fraction, *, is_alike: bool = True) -> Chance:
    """A probability that is known."""
    return Chance(Pair(p, p), is_alike)


@dataclass(frozen=True)
class Chances:
    """What a route knows: the probability of a transfer of the kind it speaks of, and of each that has failed.

    ``alike`` is that of the kind planned next or, where nothing is planned, of the kind that failed; ``None`` where
    nothing is known of it. ``stage`` says in words how far the embryos had grown, as far as a source says so, and
    ``rows`` are those of a table of the background that ``alike`` is from.
    """

    alike: Chance | None
    done: tuple[Chance, ...]
    explanation: str
    outcome: Outcome
    denominator: Denominator
    sources: tuple[SourceReference, ...]
    caveats: tuple[Remark, ...]
    live_birth_percent: float | None = None
    successes: int | None = None
    transfers: int | None = None
    stage: str = ""
    rows: tuple[Stratum, ...] = ()


Given = tuple[str, str, Callable[[], Chances]]
"""A route the case gives something for: its name, its label, and the function that reckons what it knows."""


Used = tuple[str, Mapping[str, Decimal | int | None]]
"""A key of the catalogue of plain words, and its numbers."""


def _nothing(_: Any, __: Any = None) -> Iterator[Any]:
    return iter(())


@dataclass(frozen=True)
class RouteKind:
    """One way to the per-transfer probability: what it is told, and what it makes of it.

    Attributes:
        name: what it is called in JSON.
        inputs: the fields of a case that it asks for. They become fields of `Case`.
        figures: the fields without all of which it has nothing to reckon with.
        chances: what it knows of a case. Raises the problems that keep it from an answer.
        told: its inputs in words, to be repeated beside an answer.
        used: the same for the couple: keys of the catalogue of plain words, each with its numbers.
        impossible: the problems of a case that no table needs to be asked for.
        counts: successes and transfers, where they are all that it is told.
        beside: the same route by a clinic's own tables.
        described: whether the transfers that are listed or planned give it something to reckon with.
        short: what it is called in a list, where the closed list of routes does not name it.
        long: what it is called beside its answer, likewise.
    """

    name: str
    inputs: type[Transfers]
    figures: tuple[str, ...]
    chances: Callable[[Any], Chances]
    told: Callable[[Any], Iterator[str]] = _nothing
    used: Callable[[Any], Iterator[Used]] = _nothing
    impossible: Callable[[Any], Iterator[Problem]] = _nothing
    counts: Callable[[Any], tuple[int, int] | None] = lambda _: None
    beside: Callable[[Any, Mapping[str, RateTable]], Iterator[Given]] = _nothing
    described: Callable[[Any], bool] = lambda _: False
    short: str = ""
    long: str = ""

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields that are its own. A route without any takes what every route is told."""
        return tuple(name for name in self.inputs.model_fields if name not in Transfers.model_fields) or self.figures

    @property
    def title(self) -> str:
        """What it is called in a list."""
        return capital(self.short or word(Route(self.name)))

    @property
    def label(self) -> str:
        """What it is called beside its answer."""
        return capital(self.long or long_word(Route(self.name))).format(factor=method().live_birth_to_pregnancy_factor)

    def has_figure(self, case: Any) -> bool:
        """Whether the case gives it something to reckon with."""
        return any(getattr(case, name) is not None for name in self.figures) or self.described(case)

    def given(self, case: Any, own_tables: Mapping[str, RateTable]) -> Iterator[Given]:
        """This route, and those beside it, where the case gives something for it."""
        if any(getattr(case, name) is not None for name in self.fields) or self.has_figure(case):
            yield self.name, self.label, lambda: self.chances(case)
            yield from self.beside(case, own_tables)


def caveats(*names: str) -> tuple[Remark, ...]:
    """Caveats by their names in ``tables/method.toml``."""
    return tuple(method().caveats[name] for name in names)


def of_table(texts: Iterable[str], source: SourceReference) -> tuple[Remark, ...]:
    """What a table says of itself."""
    return tuple(Remark(text=text, source=source.key) for text in texts)


def long_ago(background: Background) -> Remark:
    """How long ago a table of the background was counted, today."""
    said = method().caveats["counted_long_ago"]
    text = said.text.format(year=background.last_year, ago=ago_words(background.last_year))
    return Remark(text=text, source=said.source)


def ago_words(year: int) -> str:
    """How long ago a year is, on this day."""
    ago = time.localtime().tm_year - year
    return f"{ago} year{'' if ago == 1 else 's'} ago"


def eggs_of(case: Any) -> Eggs | None:
    """Whose eggs the case says they are: in its own field, or in the inputs of the prediction model."""
    source = case.prediction and case.prediction.egg_source
    return case.eggs or (Eggs.DONOR if source == EggSource.DONOR else None)


def needs(missing: Iterable[tuple[str, str]]) -> None:
    """Raise `InvalidInput` for what a route still needs; does nothing where nothing is missing."""
    if problems := tuple(Problem(name, "", why, "missing") for name, why in missing):
        raise InvalidInput(problems)


def one_probability(case: Transfers, p: Fraction) -> tuple[Chance, ...]:
    """Every transfer that counts has probability ``p``, unless a percentage of its own was entered."""
    return tuple(own_chance(transfer) or known_chance(p) for transfer in counted_transfers(case))


def own_chance(transfer: Transfer) -> Chance | None:
    """The chance that was entered for this very transfer."""
    own = transfer.per_transfer_percent
    return None if own is None else known_chance(Fraction(own) / 100, is_alike=False)


def one_for_all(case: Transfers) -> tuple[Remark, ...]:
    """What is to be said where one probability is taken for embryos of several kinds, ages or numbers at once."""
    done, planned = counted_transfers(case), planned_kind(case)
    kinds = (*done, planned) if planned else done
    several = any((kind.embryos or 1) > 1 for kind in kinds)
    return (
        *(caveats("one_probability") if {kind.ploidy for kind in kinds} - {Ploidy.UNTESTED, None} else ()),
        *(caveats("one_age") if ages_differ(case) else ()),
        *(caveats("one_embryo") if several else ()),
    )


def years(age: int | str | None) -> AgeBand:
    """The ages that one may be; an open end of a band is the youngest or oldest that is taken."""
    first, last = band_of(age)
    limits = method().oocyte_age
    if age is None:
        return AgeBand(first, last)
    return AgeBand(limits.minimum_years if first is None else first, limits.maximum_years if last is None else last)


def row_of(table: RateTable, ploidy: Ploidy | None, age: int | str | None) -> Stratum | None:
    """The row for an embryo; ``None`` where the table has none, or which it would be is not known."""
    rows = () if ploidy is None else table.rows(ploidy, years(age))
    return rows[0] if len(rows) == 1 else None


@once_a_record
def ages_differ(case: Transfers) -> bool:
    """Whether ages of counted transfers and of one planned next have other rows in the table, for untested embryos.

    Ages that are not known differ from none.
    """
    ages = [each.oocyte_age_years for each in counted_transfers(case) if each.per_transfer_percent is None]
    table = load_rate_table(PUBLISHED_TABLE)
    found = {row_of(table, Ploidy.UNTESTED, age) for age in {*ages, planned_age(case)} - {None}}
    return len(found - {None}) > 1


def asks_back(
    case: Transfers, kind: EmbryoKind | Transfers, percent: Fraction, field: str, given: object
) -> Iterator[Problem]:
    """Ask whether a typed chance is for one transfer, where it is far above what is printed for its kind.

    Above is more than so many times (ours, in ``tables/method.toml``) the printed row; where there is none, more than
    the highest printed rate.
    """
    if case.high_percent_confirmed:
        return
    table = load_rate_table(PUBLISHED_TABLE)
    row = row_of(table, kind.ploidy, kind.oocyte_age_years)
    limit = max(each.per_transfer_percent for each in table.strata)
    beyond = f"above the highest printed rate per transfer, {percent_words(limit)}"
    if row is not None:
        limit = method().high_percent_factor * row.per_transfer_percent
        printed = f"the {percent_words(row.per_transfer_percent)} printed for {row.ploidy} {label_words(row.age_label)}"
        beyond = f"more than {method().high_percent_factor} times {printed}"
    if percent > limit:
        why = (
            f"this is {percent_words(float(percent), limit)} per transfer, {beyond}. Is it for one transfer or cycle,"
            " or for several added up? If for one, confirm that high percentages are meant"
        )
        yield Problem(field, str(given), why, "high_percent", table.source.key)
