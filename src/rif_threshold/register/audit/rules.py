"""Four definitions on one run: after which failed transfer each of them is met, by the lowest and the highest chances.

Each distinct run is decided once, in exact arithmetic, with the chances by which a single case is judged.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from rif_threshold.case import read_case
from rif_threshold.errors import InvalidInput
from rif_threshold.exactly import chances_that_all_fail
from rif_threshold.method import method
from rif_threshold.pair import Pair
from rif_threshold.perspective.assumptions import CountedDefinition, definitions
from rif_threshold.rates import PUBLISHED_TABLE, load_rate_table
from rif_threshold.register.codes import Kind, kind_of
from rif_threshold.register.settings import audit_settings
from rif_threshold.routes import route_of
from rif_threshold.routes.kind import years
from rif_threshold.vocabulary import Ploidy, Route, TransferResult


class Rule(StrEnum):
    """A definition that is audited."""

    ESHRE = "eshre"
    THREE = "three"
    LUGANO = "lugano"
    ATA = "ata"


Crossing = Pair[int | None]
"""The failed transfer at which a rule is first met, by the lowest and by the highest chances; ``None`` where never."""


class Transfer(NamedTuple):
    """What the rules need of one failed transfer.

    Attributes:
        chance: its chance by ESHRE's table, as far as it is known.
        euploid: the chance of a euploid embryo at its age: at the lowest and at the highest of the rows.
        ploidy: of the embryo.
    """

    chance: Pair[Fraction]
    euploid: Pair[Fraction]
    ploidy: Ploidy | None


@cache
def transfer_of(kind: int) -> Transfer:
    """What the rules need of a transfer of this kind; where nothing gives it a chance, any from 0 to 1."""
    of = kind_of(kind)
    # A row with a problem is in no run, so its fields make none here.
    case, _ = read_case({"history": [of.fields | {"result": TransferResult.NO_POSITIVE_TEST}]})
    chance = Pair(Fraction(0), Fraction(1))
    with suppress(InvalidInput):  # of an unknown ploidy no table has a row
        chance = route_of(Route.AGE_TABLE).chances(case).done[0].ends
    return Transfer(chance, _euploid(of), of.ploidy)


def _euploid(of: Kind) -> Pair[Fraction]:
    rows = load_rate_table(PUBLISHED_TABLE).rows(Ploidy.EUPLOID, years(of.fields.get("oocyte_age_years")))
    chances = [row.chance for row in rows]
    return Pair(min(chances), max(chances))


@cache
def crossings(failed: tuple[int, ...]) -> dict[Rule, Crossing]:
    """After which of these failed transfers each rule is first met.

    Args:
        failed: the codes of their kinds, oldest first.

    >>> {str(rule): crossed.agreed for rule, crossed in crossings((35351010,) * 4).items()}
    {'eshre': 4, 'three': 3, 'lugano': None, 'ata': None}
    """
    run = [transfer_of(kind) for kind in failed]
    lowest, highest = _misses(run, lambda ends: ends.lowest), _misses(run, lambda ends: ends.highest)
    found = {
        Rule.ESHRE: _beyond(lowest, highest, method().threshold_percent / 100, method().minimum_transfers),
        Rule.THREE: _counted(len(run)),
        Rule.LUGANO: Pair(_first(_lugano(run, lowest, sure=True)), _first(_lugano(run, highest, sure=False))),
    }
    ata = _definition("ata_2021")
    return found | {Rule.ATA: _beyond(lowest, highest, (ata.cumulative_percent or 0) / 100, ata.minimum_transfers)}


def _definition(name: str) -> CountedDefinition:
    return next(each for each in definitions() if each.id == name)


def _misses(run: list[Transfer], end: Callable[[Pair[Fraction]], Fraction]) -> list[Fraction]:
    """The chance that all fail, after each."""
    return [Fraction(miss, whole) for miss, whole in chances_that_all_fail(end(each.chance) for each in run)]


def _first(holds: Iterator[bool]) -> int | None:
    return next((number for number, each in enumerate(holds, start=1) if each), None)


def _beyond(lowest: list[Fraction], highest: list[Fraction], share: object, minimum: int) -> Crossing:
    """Where the chance is above a share, strictly, and no fewer than so many transfers have failed."""
    allowed = 1 - Fraction(str(share))

    def first(misses: list[Fraction]) -> int | None:
        return _first(number >= minimum and miss < allowed for number, miss in enumerate(misses, start=1))

    return Pair(first(lowest), first(highest))


def _counted(failed: int) -> Crossing:
    wanted = audit_settings().failures_in_a_row
    crossed = wanted if failed >= wanted else None
    return Pair(crossed, crossed)


def _lugano(run: list[Transfer], misses: list[Fraction], *, sure: bool) -> Iterator[bool]:
    """Whether three euploid ones failed, or others that are equal to them at the age of each: surely, or possibly."""
    wanted = _definition("lugano_2023").euploid_transfers or 0
    counted = {Ploidy.EUPLOID} if sure else {Ploidy.EUPLOID, Ploidy.LOW_LEVEL_MOSAIC}
    number = 0
    for each, miss in zip(run, misses, strict=True):
        number += each.ploidy in counted
        euploid = each.euploid.highest if sure else each.euploid.lowest
        yield number >= wanted or miss <= (1 - euploid) ** wanted
