"""The numbers and notes of a clinic's own table, from ``tables/register/rates.toml``. All of them are ours."""

from collections.abc import Mapping
from decimal import Decimal

from rif_threshold.record import Count, NotEmpty, Record
from rif_threshold.tables import Folder, parse, reads

RATES = "register/rates.toml"

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
    for name, holds in possible.items():
        if not holds:
            raise folder.error(RATES, f"{name} is not possible", name)
    if differ := NOTES ^ read.notes.keys():
        raise folder.error(RATES, f"the note {min(differ)} is missing, or nothing says it", "[notes]")
    return read
