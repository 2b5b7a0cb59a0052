"""The numbers and notes of a clinic's own table and of the audit of its cases. All of them are ours."""

from collections.abc import Mapping, Set
from decimal import Decimal

from rif_threshold.record import Count, NotEmpty, Record
from rif_threshold.tables import Folder, parse, reads

RATES = "register/rates.toml"
AUDIT = "register/audit.toml"

NOTES = {
    "both",
    "circular",
    "clinical",
    "first",
    "mixed",
    "no_dates",
    "no_patient",
    "not_for_sharing",
    "one_embryo",
    "positive_test",
    "problems",
    "settle",
}
"""The notes that are said by name."""


class RateSettings(Record):
    """What a clinic's own table is made by."""

    source: NotEmpty
    fewest_women: Count
    settled_probability: Decimal
    likely_probability: Decimal
    circular_below: Count
    warn_problem_percent: Decimal
    period_years: Count
    untold_days: Count
    birth_known_months: Count
    notes: Mapping[str, NotEmpty]


@reads(RATES)
def rate_settings(folder: Folder) -> RateSettings:
    """The numbers and notes of a clinic's own table. Raises `TableError`.

    >>> rate_settings().fewest_women
    30
    """
    read = parse(folder, RATES, RateSettings, folder.toml(RATES), None)
    possible = {
        "fewest_women": read.fewest_women > 1,
        "settled_probability": read.likely_probability <= read.settled_probability < 1,
        "likely_probability": read.likely_probability > 0,
        "warn_problem_percent": 0 <= read.warn_problem_percent <= 100,
        "period_years": read.period_years > 0,
    }
    _check(folder, RATES, possible, NOTES ^ read.notes.keys())
    return read


AUDIT_NOTES = {
    "censored",
    "first",
    "fits",
    "fitted",
    "leave",
    "left_out",
    "lugano",
    "many",
    "no_change",
    "no_dates",
    "no_fit",
    "not_for_sharing",
    "now_and_ever",
    "outcome",
    "own_table",
    "rank_and_year",
    "share",
    "shared",
    "total",
    "went_on",
    "what",
}
"""The notes that are said by name."""


class AuditSettings(Record):
    """What an audit is made by. The file says of each number what it decides."""

    source: NotEmpty
    fewest_for_ratio: Count
    fewest_expected: Count
    fewest_in_cell: Count
    fewest_ranks: Count
    refused_probability: Decimal
    failures_in_a_row: Count
    in_treatment_months: Count
    early_months: Count
    later_years: Count
    fewest_in_period: Count
    worth_warning_lower: Decimal
    worth_warning_upper: Decimal
    warn_span_years: Count
    seen_ratio: Decimal
    seen_power: Decimal
    prevalence_percents: tuple[Count, ...]
    small_cell: Count
    notes: Mapping[str, NotEmpty]


@reads(AUDIT)
def audit_settings(folder: Folder) -> AuditSettings:
    """The numbers and notes of an audit. Raises `TableError`.

    >>> audit_settings().small_cell
    5
    """
    read = parse(folder, AUDIT, AuditSettings, folder.toml(AUDIT), None)
    possible = {
        "fewest_for_ratio": read.fewest_for_ratio > 0,
        "fewest_in_cell": read.fewest_in_cell > 0,
        "fewest_ranks": read.fewest_ranks > 2,
        "refused_probability": 0 < read.refused_probability < 1,
        "failures_in_a_row": read.failures_in_a_row > 0,
        "later_years": read.later_years > 0,
        "fewest_in_period": read.fewest_in_period > 0,
        "worth_warning_lower": 0 < read.worth_warning_lower < 1,
        "worth_warning_upper": read.worth_warning_upper > 1,
        "seen_ratio": read.seen_ratio > 1,
        "seen_power": 0 < read.seen_power < 1,
        "prevalence_percents": all(0 < each < 100 for each in read.prevalence_percents),
        "small_cell": read.small_cell > 1,
    }
    _check(folder, AUDIT, possible, AUDIT_NOTES ^ read.notes.keys())
    return read


def _check(folder: Folder, name: str, possible: Mapping[str, bool], differ: Set[str]) -> None:
    """Raise `TableError` for a number that is not possible, and for notes that are not those that are said."""
    for number, holds in possible.items():
        if not holds:
            raise folder.error(name, f"{number} is not possible", number)
    if differ:
        raise folder.error(name, f"the note {min(differ)} is missing, or nothing says it", "[notes]")
