"""The constants of the calculation and what is said beside a result, from ``tables/method.toml``."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from rif_threshold.errors import Problem
from rif_threshold.forms import as_typed
from rif_threshold.messages import did_you_mean
from rif_threshold.record import Count, NotEmpty, Percent, Record
from rif_threshold.tables import Folder, Remark, SourceReference, check_remark, parse, reads, resolve
from rif_threshold.vocabulary import Ploidy, TransferResult, WidenedBy

METHOD = "method.toml"

# The caveats that are said by name.
CAVEATS = {
    "after_positive_test",
    "before_first_transfer",
    "beyond_counting",
    "clinical_pregnancy",
    "counted_long_ago",
    "eggs_not_said",
    "factor",
    "factor_counted",
    "independence",
    "interval_only",
    "more_than_limit",
    "one_probability",
    "one_age",
    "one_embryo",
    "ongoing",
    "own_percentage",
    "own_table",
    "per_treatment_cycle",
    "percentage_without_counts",
    "planned_not_known",
    "positive_test",
    "pregnancy_loss",
    "recurrent_loss",
    "small_counts",
    "table_for_ages",
    "unknown_location",
    *(f"widened_by_{each}" for each in WidenedBy),
}


class AgeLimits(Record):
    """The ages that are taken as possible. No source prints them; they are ours."""

    minimum_years: Count
    maximum_years: Count
    source: str


class WorkedExample(Remark):
    """What is said where the published worked example is computed again."""

    live_birth_percent: Percent


class NoTransfer(Remark):
    """What is said where something is listed as a transfer that is none. ``names`` are the words it is typed with."""

    names: tuple[str, ...]


class OtherWord(Record):
    """What is said where a word of a closed list is typed in other words. ``names`` are those; an empty one is none."""

    field: str
    names: tuple[str, ...]
    text: NotEmpty


class Method(Record):
    """The constants of the calculation, from ``tables/method.toml``."""

    threshold_percent: Percent
    minimum_transfers: Count
    live_birth_to_pregnancy_factor: Decimal
    factor_source: SourceReference
    threshold_source: SourceReference
    oocyte_age: AgeLimits
    most_entries: Count
    most_embryos: Count
    high_percent_factor: Decimal
    close_call_points: Decimal
    most_countable: Count
    shortest_curve: Count
    longest_curve: Count
    interval_level: Decimal
    disclaimer: str
    caveats: dict[str, Remark]
    worked_example: WorkedExample
    no_transfer: tuple[NoTransfer, ...]
    other_word: tuple[OtherWord, ...]


class Rule(NamedTuple):
    """ESHRE's rule with the values of one case.

    Attributes:
        percent: the cumulative chance that must be exceeded, as it was typed.
        minimum: the fewest transfers that must have failed.
    """

    percent: Decimal
    minimum: int

    @property
    def threshold(self) -> Fraction:
        """The chance that must be exceeded, 0 to 1, exactly."""
        return _as_chance(self.percent)


@lru_cache  # nearly every case has ESHRE's
def _as_chance(percent: Decimal) -> Fraction:
    return Fraction(percent) / 100


@reads(METHOD)
def method(folder: Folder) -> Method:
    """The constants of the calculation. Raises `TableError`."""
    read = parse(folder, METHOD, Method, folder.toml(METHOD), None)
    for remark in (*read.caveats.values(), read.worked_example, *read.no_transfer):
        check_remark(folder, METHOD, remark)
    possible = {
        "minimum_transfers": read.minimum_transfers > 0,
        "live_birth_to_pregnancy_factor": read.live_birth_to_pregnancy_factor > 0,
        "minimum_years": read.oocyte_age.minimum_years <= read.oocyte_age.maximum_years,
        "most_entries": read.most_entries > 0,
        "most_embryos": read.most_embryos > 0,
        "close_call_points": read.close_call_points >= 0,
        "most_countable": read.most_countable > 0,
        "high_percent_factor": read.high_percent_factor >= 1,
        "shortest_curve": 0 < read.shortest_curve <= read.longest_curve,
        "interval_level": 0 < read.interval_level < 1,
    }
    for name, holds in possible.items():
        if not holds:
            raise folder.error(METHOD, f"{name} is not possible", name)
    if missing := CAVEATS - read.caveats.keys():
        raise folder.error(METHOD, f"the caveat {min(missing)} is missing, and something says it", 1)
    return read.model_copy(
        update={
            "threshold_source": resolve(folder, METHOD, read.threshold_source, "[threshold_source]"),
            "factor_source": resolve(folder, METHOD, read.factor_source, "[factor_source]"),
        }
    )


def no_transfer(given: object) -> NoTransfer | None:
    """What is to be said of something that is listed and is no transfer."""
    return next((each for each in method().no_transfer if _as_code(given) in each.names), None)


def hinted(problem: Problem) -> Problem:
    """The problem with what may have been meant, where a word of a closed list was typed in other words."""
    name = problem.field.rpartition(".")[2]
    known = {"result": TransferResult, "ploidy": Ploidy}.get(name)
    if problem.code not in {"not_in_list", "missing"} or known is None:
        return problem
    said = (each.text for each in method().other_word if each.field == name and _as_code(problem.given) in each.names)
    return replace(problem, hint=next(said, "") or (did_you_mean(problem.given, known) if problem.given else ""))


def _as_code(given: object) -> str:
    return as_typed(given).lower().replace(" ", "_").replace("-", "_")
