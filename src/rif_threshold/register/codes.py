"""One transfer as one whole number, the same on every engine: when, of what kind, and what followed.

From high to low: the place in time, then ten digits: lowest age (2), highest age (2), ploidy, embryos (2), stage,
outcomes recorded beside the result, result. Zero means not known. Numbers of one patient sort as her transfers did, so
the first, the last and the run in between are plain comparisons, and a register becomes a few distinct numbers.
"""

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from rif_threshold.vocabulary import POSITIVE_TESTS, Ploidy, Stage, TransferResult

if TYPE_CHECKING:
    import ibis.expr.types as ir

PLOIDIES, STAGES, RESULTS = tuple(Ploidy), tuple(Stage), tuple(TransferResult)
"""Closed lists in the order of their digits; the first has 1."""
POSITIVE = tuple(RESULTS.index(word) + 1 for word in RESULTS if word in POSITIVE_TESTS)
FAILED, AWAITED = (RESULTS.index(word) + 1 for word in (TransferResult.NO_POSITIVE_TEST, TransferResult.AWAITED))

_TEN = 10
_SIZES = {
    "age_low": 100,
    "age_high": 100,
    "ploidy": _TEN,
    "embryos": 100,
    "stage": _TEN,
    "outcomes": _TEN,
    "result": _TEN,
}
"""The parts of a number, from high to low, and how many values each can have."""
ROW = 10**10
"""What one step in time is worth."""
KIND = 100
"""What the kind of a transfer is worth: outcomes and result lie below it."""
OLDEST = 99
"""The highest age of a band that is open there; 0 is the lowest."""
EARLIEST, LATEST = -100_000, 900_000_000
"""The places in time that a number can hold: days from 1696, or an order of nine digits."""


class Kind(NamedTuple):
    """The kind of one transfer, as far as it is known.

    Attributes:
        age_low: the youngest that the oocyte's age may be, completed years; ``None`` where it is open.
        age_high: the oldest; likewise.
        ploidy: what was known of the embryo's chromosomes.
        embryos: how many were placed; ``None`` where that is not recorded.
        stage: how far it had grown.
    """

    age_low: int | None
    age_high: int | None
    ploidy: Ploidy | None
    embryos: int | None
    stage: Stage | None

    @property
    def fields(self) -> dict[str, Any]:
        """As the fields of a case; what is not known is left out.

        >>> kind_of(0).fields
        {}
        >>> kind_of(35382010).fields
        {'oocyte_age_years': '35-38', 'ploidy': <Ploidy.EUPLOID: 'euploid'>, 'embryos': 1}
        """
        named = {"oocyte_age_years": self._age, "ploidy": self.ploidy, "embryos": self.embryos, "stage": self.stage}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def _age(self) -> int | str | None:
        """The age as a case takes it: years, or a band.

        >>> [kind_of(code)._age for code in (34341010, 341010, 40991010, 991010)]
        [34, '<=34', '>=40', None]
        """
        low, high = self.age_low, self.age_high
        if low == high:
            return low
        if low is None:
            return f"<={high}"
        return f">={low}" if high is None else f"{low}-{high}"


def worth_of(name: str) -> int:
    """What one unit of a part is worth.

    >>> worth_of("result"), worth_of("ploidy")
    (1, 100000)
    """
    parts = list(_SIZES)
    return prod(_SIZES[lower] for lower in parts[parts.index(name) + 1 :])


def part(number: Any, name: str) -> Any:
    """One part of a number, or of a column of them."""
    worth, size = worth_of(name), _SIZES[name]
    if worth == 1:
        return number % size
    # First what lies above is cut off: engines divide in floating point, which holds ten digits and not nineteen.
    return (number % (worth * size) - number % worth) // worth


def kind_of(code: int) -> Kind:
    """The kind that a number without outcomes and result means.

    >>> kind_of(34341010)
    Kind(age_low=34, age_high=34, ploidy=<Ploidy.UNTESTED: 'untested'>, embryos=1, stage=None)
    """
    ploidy, stage = part(code * KIND, "ploidy"), part(code * KIND, "stage")
    return Kind(
        part(code * KIND, "age_low") or None,
        None if (high := part(code * KIND, "age_high")) == OLDEST else high or None,
        PLOIDIES[ploidy - 1] if ploidy else None,
        part(code * KIND, "embryos") or None,
        STAGES[stage - 1] if stage else None,
    )


def kind_code(number: Any) -> Any:
    """The kind within a number, or within a column of them."""
    return (number % ROW - number % KIND) // KIND


def in_time(at: Any) -> Any:
    """The smallest number of a place in time."""
    return (at - EARLIEST) * ROW


def coded(rows: "ir.Table") -> "ir.Column":
    """The number of each row of a register, never null: what a problem made null counts as not known."""
    at = rows["at"].fill_null(0).clip(EARLIEST, LATEST)
    digits = {
        "age_low": rows.age_low,
        "age_high": rows.age_high,
        "ploidy": _digit(rows.ploidy, PLOIDIES),
        "embryos": rows.embryos,
        "stage": _digit(rows.stage, STAGES),
        "outcomes": _outcomes(rows),
        "result": _digit(rows.result, RESULTS),
    }
    number = in_time(at)
    for name, digit in digits.items():
        worth, size = worth_of(name), _SIZES[name]
        number = number + digit.fill_null(0).clip(0, size - 1) * worth
    return number


def _digit(words: "ir.Column", known: tuple[str, ...]) -> "ir.Column":
    return words.cases(*((str(word), place) for place, word in enumerate(known, start=1)), else_=0).cast("int64")


_RECORDED = ("clinical_pregnancy", "live_birth")
"""Outcomes that a file may record beside the result, in the order of their digits to the base of three."""
_THREE = len((0, 1, None))


def _outcomes(rows: "ir.Table") -> "ir.Column":
    import ibis  # noqa: PLC0415 - loaded only when used

    total = ibis.literal(0, "int64")
    for name in _RECORDED:
        recorded = (rows[name].cast("int64") + 1).fill_null(0) if name in rows.columns else 0
        total = total * _THREE + recorded
    return total
