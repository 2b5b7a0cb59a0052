"""What a mapping file can say: which columns of a clinic's file hold what, in which words, and which rows count.

It is TOML, checked as a whole: everything that is wrong with it is said at once. The words a mapping leads to are
those of a case; nothing is guessed, and a text that it does not name is a problem of its row.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import Field, model_validator

from rif_threshold.record import NotEmpty, Record
from rif_threshold.vocabulary import Denominator, Ploidy, Stage, TransferResult

Word = TypeVar("Word", bound=StrEnum)


class Flag(StrEnum):
    """Yes, no or not known, of an outcome that has a column of its own."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class Tested(StrEnum):
    """What a file says of an embryo's chromosomes. ``tested`` is one whose result it does not give."""

    UNTESTED = Ploidy.UNTESTED.value
    EUPLOID = Ploidy.EUPLOID.value
    LOW_LEVEL_MOSAIC = Ploidy.LOW_LEVEL_MOSAIC.value
    TESTED = "tested"


DateOrder = Literal["Y-M-D", "D.M.Y", "D/M/Y", "M/D/Y", "D.M.YY", "D/M/YY", "M/D/YY", "serial"]
"""How dates are written. ``YY`` is of this century; ``serial`` is a spreadsheet's day number."""
OWN_ORDER: DateOrder = "Y-M-D"
SERIAL: DateOrder = "serial"

ANY = "*"
"""Behind the beginning of a heading, in a sum: every column that begins so. In ``leave_out``: every other text."""
NUMBERED = "{n}"
"""What stands for the number in the heading of a numbered column."""
_Texts = Annotated[tuple[str, ...], Field(min_length=1)]
_When = Annotated[dict[NotEmpty, _Texts], Field(min_length=1)]


class Cell(Record):
    """One column by its heading, exactly as it is written, and the texts in it that mean "not known".

    What is ``optional`` is as if the mapping did not name it where the file has no such column.
    """

    column: NotEmpty
    missing: tuple[str, ...] = ("",)
    optional: bool = False

    def columns(self) -> Iterator[str]:
        """The columns that are read for it."""
        yield self.column


class DateCell(Cell):
    """A column of dates."""

    order: DateOrder = OWN_ORDER


class Rule(Record, Generic[Word]):
    """One rule: where all of these columns hold one of these texts, this is the word."""

    when: _When
    then: Word


class Words(Record, Generic[Word]):
    """A word of a closed list: by a column and its words, by rules of which the first that fits holds, or always one.

    Without ``words`` the column holds the calculator's own.
    """

    column: NotEmpty | None = None
    words: dict[str, Word] | None = None
    missing: tuple[str, ...] = ("",)
    rules: tuple[Rule[Word], ...] = ()
    constant: Word | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        _one_of(self, "column", "rules", "constant")
        if self.words is not None and self.column is None:
            raise ValueError("words belong to a column, and none is named")
        return self

    def columns(self) -> Iterator[str]:
        """The columns that are read for it."""
        if self.column:
            yield self.column
        for rule in self.rules:
            yield from rule.when


class Number(Record):
    """A whole number: from a column, as the sum of several, or always the same."""

    column: NotEmpty | None = None
    sum: tuple[NotEmpty, ...] = ()
    constant: Annotated[int, Field(ge=1)] | None = None
    missing: tuple[str, ...] = ("",)
    optional: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        _one_of(self, "column", "sum", "constant")
        return self

    def columns(self) -> Iterator[str]:
        """The columns that are read for it."""
        if self.column:
            yield self.column
        yield from self.sum


class Age(Record):
    """The woman's age when the oocyte was retrieved: a column of years or bands, or from two dates.

    Where ``known_when`` is given and does not hold, the age is not known: so for a frozen embryo or a donor's egg,
    where a file has the age at treatment.
    """

    column: NotEmpty | None = None
    born: NotEmpty | None = None
    retrieved: NotEmpty | None = None
    order: DateOrder = OWN_ORDER
    missing: tuple[str, ...] = ("",)
    known_when: _When | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        _one_of(self, "column", "born")
        if (self.born is None) != (self.retrieved is None):
            raise ValueError("an age from two dates needs both: born and retrieved")
        if self.born and self.order.endswith("YY"):
            raise ValueError("a date of birth needs its year in four digits")
        return self

    def columns(self) -> Iterator[str]:
        """The columns that are read for it."""
        yield from filter(None, (self.column, self.born, self.retrieved))
        yield from self.known_when or ()


class Keep(Record):
    """Which rows are transfers that count, by the texts of one column. Any other text is a problem of its row."""

    column: NotEmpty
    keep: _Texts
    leave_out: tuple[str, ...] = ()

    def columns(self) -> Iterator[str]:
        """The columns that are read for it."""
        yield self.column


class Mapping(Record):
    """How one kind of file is read.

    Attributes:
        title: what it is called where it is listed.
        about: what kind of file it reads, and what is said with every result.
        untried: whether no real file of this kind was ever read with it; it is said then.
        separator: what stands between the columns of a CSV file.
        decimal: what stands before the decimals of a number.
        encoding: how a CSV file is encoded, where it is not UTF-8.
        sheet: the sheet of a spreadsheet; the first where none is named.
        rows: what a row is: a transfer, an embryo (rows of one transfer are collapsed), or a cycle (numbered columns
            are unfolded).
        tested_means: what an embryo is whose file only says that it was tested.
        ages_may_fall: whether the age may change by any number of years, as with a donor's eggs.
    """

    title: NotEmpty
    about: str = ""
    untried: bool = False
    separator: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] = "."
    encoding: NotEmpty = "utf-8"
    sheet: NotEmpty | None = None
    rows: Literal["transfer", "embryo", "cycle"] = "transfer"
    tested_means: Ploidy | None = None
    ages_may_fall: bool = False
    patient: Cell | None = None
    date: DateCell | None = None
    order: Cell | None = None
    oocyte_age_years: Age | None = None
    ploidy: Words[Tested]
    embryos: Number | None = None
    stage: Words[Stage] | None = None
    result: Words[TransferResult]
    live_birth_percent: Cell | None = None
    live_birth_per: Words[Denominator] | None = None
    clinical_pregnancy: Words[Flag] | None = None
    live_birth: Words[Flag] | None = None
    heartbeats: Words[Flag] | None = None
    keep: tuple[Keep, ...] = ()

    @model_validator(mode="after")
    def _possible(self) -> Self:
        numbered = any(NUMBERED in column for column in self.columns())
        wrong = {
            "a patient needs a date or an order, or nobody knows which transfer came first": self.patient is not None
            and self.date is None
            and self.order is None,
            "a date and an order are given, and one of them decides": self.date is not None
            and self.order is not None
            and not (self.date.optional and self.order.optional),
            "rows of one transfer are found by patient and date: rows = embryo needs both": self.rows == "embryo"
            and (self.patient is None or self.date is None),
            "rows of one transfer are counted: embryos cannot be given for rows = embryo": self.rows == "embryo"
            and self.embryos is not None,
            "rows = cycle needs a numbered column, such as `ET{n} result`": self.rows == "cycle" and not numbered,
            "numbered columns need rows = cycle": self.rows != "cycle" and numbered,
            "live_birth_percent and live_birth_per belong together": (self.live_birth_percent is None)
            != (self.live_birth_per is None),
        }
        if found := [reason for reason, holds in wrong.items() if holds]:
            raise ValueError("; ".join(found))
        return self

    def fields(self) -> Iterator[tuple[str, Cell | Words[StrEnum] | Number | Age]]:
        """What is read, by name."""
        for name in FIELDS:
            if (field := getattr(self, name)) is not None:
                yield name, field

    def columns(self) -> tuple[str, ...]:
        """Every column that is read, as the mapping writes it: a numbered one once, with ``{n}``."""
        read = (column for _, field in self.fields() for column in field.columns())
        kept = (column for each in self.keep for column in each.columns())
        return tuple(dict.fromkeys((*read, *kept)))

    @property
    def flags(self) -> tuple[str, ...]:
        """The outcomes that have a column of their own."""
        return tuple(name for name in FLAGS if getattr(self, name) is not None)


FLAGS = ("clinical_pregnancy", "live_birth", "heartbeats")
FIELDS = (
    "patient",
    "date",
    "order",
    "oocyte_age_years",
    "ploidy",
    "embryos",
    "stage",
    "result",
    "live_birth_percent",
    "live_birth_per",
    *FLAGS,
)
"""What a mapping may read of a transfer, in the order in which it is told."""
CLOSED: dict[str, tuple[StrEnum, ...]] = {
    "ploidy": tuple(Tested),
    "stage": tuple(Stage),
    "result": tuple(TransferResult),
    "live_birth_per": tuple(Denominator),
    **dict.fromkeys(FLAGS, (Flag.NO, Flag.YES)),
}
"""The fields that hold a word of a closed list; a word is packed as its place in it."""


def numbered_columns(pattern: str, heading: tuple[str, ...]) -> dict[int, str]:
    """The columns of a heading that a numbered one means, by number.

    >>> numbered_columns("ET{n} result", ("id", "ET1 result", "ET2 result", "ET2 date"))
    {1: 'ET1 result', 2: 'ET2 result'}
    """
    before, _, after = pattern.partition(NUMBERED)
    form = re.compile(f"{re.escape(before)}([0-9]{{1,2}}){re.escape(after)}")
    return {int(found[1]): name for name in heading if (found := form.fullmatch(name))}


def _one_of(record: Record, *names: str) -> None:
    """Raise `ValueError` unless exactly one of these is given."""
    if sum(bool(getattr(record, name)) for name in names) != 1:
        raise ValueError(f"exactly one of {', '.join(names)} is needed")
