"""The constants of the calculation and what is said beside a result, from ``tables/method.toml``."""

from decimal import Decimal
from functools import cache

from rif_threshold.case import Count, Percent, Record
from rif_threshold.tables import Remark, SourceReference, check_remark, parse, resolve, shipped


class AgeLimits(Record):
    """The ages that are taken as possible. No source prints them; they are ours."""

    minimum_years: Count
    maximum_years: Count
    source: str


class WorkedExample(Remark):
    """What is said where the published worked example is computed again."""

    live_birth_percent: Percent


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
    shortest_curve: Count
    longest_curve: Count
    interval_level: Decimal
    disclaimer: str
    caveats: dict[str, Remark]
    worked_example: WorkedExample


@cache
def method() -> Method:
    """The constants of the calculation. Raises `TableError`."""
    name = "method.toml"
    read = parse(shipped(), name, Method, shipped().toml(name), 1)
    for remark in (*read.caveats.values(), read.worked_example):
        check_remark(shipped(), name, remark)
    return read.model_copy(
        update={
            "threshold_source": resolve(shipped(), name, read.threshold_source, "[threshold_source]"),
            "factor_source": resolve(shipped(), name, read.factor_source, "[factor_source]"),
        }
    )
