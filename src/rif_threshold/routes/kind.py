"""What a route to the per-transfer probability is made of, and what all routes share."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.method import method
from rif_threshold.rates import PUBLISHED_TABLE, RateTable, load_rate_table
from rif_threshold.tables import Remark, SourceReference
from rif_threshold.transfers import Transfer, Transfers, counted_transfers
from rif_threshold.vocabulary import Denominator, Outcome, Ploidy, Route
from rif_threshold.wording import capital, long_word, percent_words, word


@dataclass(frozen=True)
class Chances:
    """What a route knows: the probability of a planned transfer, and of one that was done."""

    planned: Fraction
    of: Callable[[Transfer], tuple[Fraction, bool]]
    explanation: str
    outcome: Outcome
    denominator: Denominator
    sources: tuple[SourceReference, ...]
    caveats: tuple[Remark, ...]
    live_birth_percent: float | None = None
    successes: int | None = None
    transfers: int | None = None


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
    short: str = ""
    long: str = ""

    @property
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

    def given(self, case: Any, own_tables: Mapping[str, RateTable]) -> Iterator[Given]:
        """This route, and those beside it, where the case gives something for it."""
        if any(getattr(case, name) is not None for name in self.fields):
            yield self.name, self.label, lambda: self.chances(case)
            yield from self.beside(case, own_tables)


def caveats(*names: str) -> tuple[Remark, ...]:
    """Caveats by their names in ``tables/method.toml``."""
    return tuple(method().caveats[name] for name in names)


def of_table(texts: Iterable[str], source: SourceReference) -> tuple[Remark, ...]:
    """What a table says of itself."""
    return tuple(Remark(text=text, source=source.key) for text in texts)


def needs(missing: Iterable[tuple[str, str]]) -> None:
    """Raise `InvalidInput` for what a route still needs; does nothing where nothing is missing."""
    if problems := tuple(Problem(name, "", why, "missing") for name, why in missing):
        raise InvalidInput(problems)


def one_probability(p: Fraction) -> Callable[[Transfer], tuple[Fraction, bool]]:
    """Every transfer has probability ``p``, unless a percentage of its own was entered."""

    def of(transfer: Transfer) -> tuple[Fraction, bool]:
        own = transfer.per_transfer_percent
        return (p, True) if own is None else (Fraction(own) / 100, False)

    return of


def one_for_all(case: Transfers) -> tuple[Remark, ...]:
    """What is to be said where one probability is taken for embryos of several kinds, or of several ages."""
    kinds = {transfer.ploidy for transfer in counted_transfers(case)} | {case.ploidy}
    return (
        *(caveats("one_probability") if kinds - {Ploidy.UNTESTED, None} else ()),
        *(caveats("one_age") if ages_differ(case) else ()),
    )


def ages_differ(case: Transfers) -> bool:
    """Whether ages of counted transfers and of one planned next have other rows in the table, for untested embryos.

    Ages that are not known differ from none.
    """
    ages = [each.oocyte_age_years for each in counted_transfers(case) if each.per_transfer_percent is None]
    table = load_rate_table(PUBLISHED_TABLE)
    rows = {table.row(Ploidy.UNTESTED, age) for age in (*ages, case.oocyte_age_years) if age is not None}
    return len(rows) > 1


def asks_back(
    case: Transfers, kind: Transfer | Transfers, percent: Fraction, field: str, given: object
) -> Iterator[Problem]:
    """Ask whether a typed chance is for one transfer, where it is far above what is printed for its kind.

    Above is more than so many times (ours, in ``tables/method.toml``) the printed row; where there is none, more than
    the highest printed rate.
    """
    if case.high_percent_confirmed:
        return
    table = load_rate_table(PUBLISHED_TABLE)
    row = table.row(kind.ploidy, kind.oocyte_age_years)
    limit = max(each.per_transfer_percent for each in table.strata)
    beyond = f"above the highest printed rate per transfer, {percent_words(limit)}"
    if row is not None:
        limit = method().high_percent_factor * row.per_transfer_percent
        printed = f"the {percent_words(row.per_transfer_percent)} printed for {row.ploidy} {row.age_label}"
        beyond = f"more than {method().high_percent_factor} times {printed}"
    if percent > limit:
        why = (
            f"this is {percent_words(float(percent), limit)} per transfer, {beyond}. Is it for one transfer or cycle,"
            " or for several added up? If for one, confirm that high percentages are meant"
        )
        yield Problem(field, str(given), why, "high_percent", table.source.key)
