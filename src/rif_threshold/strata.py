"""What a rate table is: its rows, what it says of itself, and how a row is found."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Self

from pydantic import model_validator

from rif_threshold.ages import AgeBand
from rif_threshold.errors import OutOfRange, Problem
from rif_threshold.forms import read_count
from rif_threshold.record import Count, NotEmpty, Percent, Record
from rif_threshold.tables import SourceReference
from rif_threshold.vocabulary import Denominator, Eggs, NotCovered, Outcome, Ploidy, Stage

_RATE, _FINEST = "per_transfer_percent", Decimal("0.000001")
NESTED = (Outcome.POSITIVE_TEST, Outcome.IMPLANTATION, Outcome.CLINICAL_PREGNANCY, Outcome.LIVE_BIRTH)
"""Outcomes each of which is among those before it: a transfer with a birth has had a positive test."""


class Years(Record):
    """A band of ages of one ploidy. Ages are completed years, both ends included; ``None`` is open."""

    ploidy: Ploidy
    age_label: NotEmpty
    age_min_years: Count | None = None
    age_max_years: Count | None = None

    def meets(self, ages: AgeBand) -> bool:
        """Whether an age within the band may belong to this row."""
        oldest, youngest = self.age_max_years, self.age_min_years
        below = oldest is not None and ages.first is not None and oldest < ages.first
        above = youngest is not None and ages.last is not None and ages.last < youngest
        return not below and not above


class LeftOut(Years):
    """A band that a table deliberately has no row for, and why. No answer reaches into it or across it."""

    why: NotEmpty


class Stratum(Years):
    """One row of a rate table, as printed.

    ``per_transfer_percent`` is what is printed or, where only counts are, theirs. ``successes`` count the table's own
    outcome and ``successes_beside`` others, of the same transfers. ``stage`` is ``None`` where no stage is printed.
    """

    stage: Stage | None = None
    per_transfer_percent: Percent
    successes: Count | None = None
    transfers: Count | None = None
    successes_beside: dict[Outcome, Count] = {}  # noqa: RUF012 - pydantic copies it
    printed_cumulative_percent: tuple[Decimal, ...] = ()
    printed_transfers_to_threshold: Count | None = None

    @model_validator(mode="wrap")
    @classmethod
    def _by_its_counts(cls, data: Any, handler: Callable[[Any], Self]) -> Self:
        """A rate that is that of the counts is reckoned from them: it may have more decimals than one that is typed."""
        rate = _rate_of_counts(data)
        if rate is None:
            return handler(data)
        return handler(data | {_RATE: str(rate.quantize(_FINEST))}).model_copy(update={_RATE: rate})

    def __hash__(self) -> int:
        return hash((self.ploidy, self.stage, self.age_label, self.per_transfer_percent))

    @property
    def chance(self) -> Fraction:
        """The probability per transfer, exactly: that of the counts where they are all that there is of it."""
        return self._chance

    @cached_property  # its name begins so that it is none of the record's parts
    def _chance(self) -> Fraction:
        if self.successes is not None and self.transfers and self.per_transfer_percent == percent_of(self):
            return Fraction(self.successes, self.transfers)
        return Fraction(self.per_transfer_percent) / 100

    @property
    def name(self) -> str:
        """What it is called in a message: ``untested blastocyst 35-37``."""
        return " ".join(part for part in (self.ploidy, self.stage, self.age_label) if part)


def percent_of(row: Stratum) -> Decimal:
    """The percentage of the counts of a row that has some."""
    return Decimal(100 * (row.successes or 0)) / (row.transfers or 1)


class Background(Record):
    """What makes a table one of another population: context beside an answer, and no second opinion on it.

    Attributes:
        short: which population, in a sentence.
        last_year: the last year that was counted, so that it can be said how long ago that is.
        eggs: whose eggs. A table of donors' eggs is asked only where they are said.
        kinds: what was transferred, by stage, in a sentence.
        said: what must be said wherever a number of it is.
        differs: why its number is another one.
        not_covered: what it gives no chance for, and why.
    """

    short: NotEmpty
    last_year: Count
    eggs: Eggs
    kinds: dict[Stage, NotEmpty]
    said: NotEmpty
    differs: NotEmpty
    not_covered: dict[NotCovered, NotEmpty]


def _rate_of_counts(data: Any) -> Decimal | None:
    """The rate of the counts of a row, exactly, where it gives none, or that one as JSON has it."""
    if not isinstance(data, dict):
        return None
    successes, transfers = (read_count(data.get(name), name) for name in ("successes", "transfers"))
    if isinstance(successes, Problem) or isinstance(transfers, Problem) or not 0 < successes < transfers:
        return None
    rate, given = Decimal(100 * successes) / transfers, data.get(_RATE)
    return rate if given is None or (isinstance(given, float) and given == float(rate)) else None


class About(Record):
    """What a rate table says of itself, in the ``.toml`` beside its rows.

    ``left_out`` are bands that it has no row for, ``mixed_embryos`` says that its rates are of transfers of one embryo
    and of several together: they are not widened once more where several were placed.
    """

    title: NotEmpty
    outcome: Outcome
    outcomes_beside: tuple[Outcome, ...] = ()
    denominator: Denominator
    ploidy: tuple[Ploidy, ...]
    age_basis: NotEmpty
    population: NotEmpty
    valid_from: NotEmpty
    caveats: tuple[NotEmpty, ...]
    source: SourceReference
    corrections: tuple[NotEmpty, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    mixed_embryos: bool = False
    columns: dict[str, NotEmpty]
    background: Background | None = None


class RateTable(About):
    """One published or own table of per-transfer rates by age band, ploidy and, where printed, stage."""

    id: str
    strata: tuple[Stratum, ...]

    @property
    def bands(self) -> tuple[Years, ...]:
        """Its rows, and the bands that it has none for."""
        return (*self.strata, *self.left_out)

    @cached_property
    def _by_kind(self) -> dict[Ploidy, dict[Stage | None, list[Stratum]]]:
        found: dict[Ploidy, dict[Stage | None, list[Stratum]]] = {}
        for row in self.strata:
            found.setdefault(row.ploidy, {}).setdefault(row.stage, []).append(row)
        return found

    def stages(self, ploidy: Ploidy) -> tuple[Stage | None, ...]:
        """The stages that it has rows for; one ``None`` where it prints none."""
        return tuple(self._by_kind.get(ploidy, ()))

    def rows(self, ploidy: Ploidy, ages: AgeBand, stage: Stage | None = None) -> tuple[Stratum, ...]:
        """The rows that an embryo may belong to, from an oocyte of an age within the band.

        None where an end of the band lies in no row: nothing is extrapolated. Ages of which nothing is known, open at
        both ends, may belong to every row of that ploidy. A stage that is not known may be any that the table prints,
        and each of them needs rows. None either where an age may lie in a band that is left out.
        """
        if any(band.ploidy == ploidy and band.meets(ages) for band in self.left_out):
            return ()
        found: list[Stratum] = []
        one_age = ages.first == ages.last  # a row that it meets holds it whole
        ends = [] if one_age else [AgeBand(end, end) for end in ages if end is not None]
        for each, of_stage in self._by_kind.get(ploidy, {}).items():
            if stage is not None and each is not None and stage != each:
                continue
            meeting = [row for row in of_stage if row.meets(ages)]
            if not meeting or not all(any(row.meets(end) for row in meeting) for end in ends):
                return ()
            found += meeting
        return tuple(found)

    def look_up(
        self, ploidy: Ploidy, oocyte_age_years: int, field: str = "ploidy", stage: Stage | None = None
    ) -> Stratum:
        """Return the row for an embryo of this ploidy and stage from an oocyte of this age.

        Raises:
            OutOfRange: where the table has no such row, or more than one because it prints stages and none is given.
                Nothing is extrapolated.

        >>> from rif_threshold.rates import load_rate_table
        >>> load_rate_table("eshre_rif_2023").look_up(Ploidy.UNTESTED, 40).age_label
        '>=40'
        >>> load_rate_table("eshre_rif_2023").look_up(Ploidy.EUPLOID, 40).age_label
        '35-40'
        """
        found = self.rows(ploidy, AgeBand(oocyte_age_years, oocyte_age_years), stage)
        if len(found) == 1:
            return found[0]
        raise OutOfRange(self.no_row(field, ploidy, oocyte_age_years, stage))

    def no_row(
        self, field: str, ploidy: Ploidy, oocyte_age_years: int | str | None, stage: Stage | None = None
    ) -> Problem:
        """What is said where the table has no row."""
        age = "" if oocyte_age_years is None else f"{oocyte_age_years} years"
        given = ", ".join(part for part in (ploidy, stage, age) if part)
        printed = "; ".join(stratum.name for stratum in self.strata)
        why = f"the table {self.id} has no row for it; its rows are {printed}"
        if self.background is not None:
            reason = NotCovered.AGE if self.stages(ploidy) else NotCovered(ploidy)
            why = self.background.not_covered.get(reason, why)
        return self.refusal(field, given, why)

    def refusal(self, field: str, given: str, why: str) -> Problem:
        """Something it gives no chance for."""
        return Problem(field, given, why, "no_row", self.source.key, outside_evidence=True)
