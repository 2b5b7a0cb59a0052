"""What the tables refuse of a case that is well formed, and what a case still needs."""

from collections.abc import Collection, Iterator
from fractions import Fraction

from rif_threshold.ages import band_of
from rif_threshold.case import Case
from rif_threshold.errors import Problem
from rif_threshold.method import method
from rif_threshold.rates import background_tables
from rif_threshold.routes import ROUTES
from rif_threshold.routes.kind import asks_back
from rif_threshold.transfers import EmbryoKind, Transfers
from rif_threshold.vocabulary import POSITIVE_TESTS, Route


def range_problems(case: Case, malformed: Collection[str], own_tables: Collection[str]) -> Iterator[Problem]:
    """What the tables refuse, and what is still needed. Fields already known to be malformed are passed over."""
    beside = (*own_tables, *background_tables())
    known = [*(route.name for route in ROUTES), *(f"{Route.AGE_TABLE}:{table_id}" for table_id in beside)]
    if case.primary_route is not None and case.primary_route not in known:
        yield Problem("primary_route", case.primary_route, f"one of {', '.join(known)} is needed", "not_in_list")
    kinds: dict[str, EmbryoKind | Transfers] = {"": case}
    kinds |= {f"history.{number}.": transfer for number, transfer in enumerate(case.history or (), start=1)}
    kinds |= {"planned.": case.planned} if case.planned else {}
    limits, most = method().oocyte_age, method().most_entries
    for place, kind in kinds.items():
        ends = [end for end in band_of(kind.oocyte_age_years) if end is not None]
        if any(not limits.minimum_years <= end <= limits.maximum_years for end in ends):
            field, allowed = (
                f"{place}oocyte_age_years",
                f"ages from {limits.minimum_years} to {limits.maximum_years} completed years are taken",
            )
            given = str(kind.oocyte_age_years)
            yield Problem(field, given, allowed, "age_range", limits.source, outside_evidence=True)
        if kind.embryos is not None and kind.embryos > method().most_embryos:
            allowed = f"at most {method().most_embryos} embryos in a transfer are taken"
            yield Problem(f"{place}embryos", str(kind.embryos), allowed, "count_range", "ours")
    counts = {"failed_transfers": case.failed_transfers, "minimum_transfers": case.minimum_transfers}
    for name, count in counts.items():
        if count is not None and count > most:
            yield Problem(name, str(count), f"at most {most} are taken", "count_range", "ours")
    yield from _of_transfers(case)
    if case.history is None and case.failed_transfers is None and not {"history", "failed_transfers"} & set(malformed):
        yield Problem("failed_transfers", "", "this is needed; 0 where no transfer has failed yet", "missing")
    figures = {name for route in ROUTES for name in route.figures} | {"history", "planned"}
    if not any(route.has_figure(case) for route in ROUTES) and not figures & set(malformed):
        yield Problem(
            "case",
            "",
            "something to reckon with is needed: the age at egg retrieval and the kind of embryos, a live-birth"
            " chance, the inputs of the model, or the clinic's own rate",
            "missing",
        )


def _of_transfers(case: Case) -> Iterator[Problem]:
    """What is asked of single transfers: whether a chance that counts, or may yet, is one of several added up."""
    history = case.history or ()
    since = max((n for n, each in enumerate(history, start=1) if each.result in POSITIVE_TESTS), default=0)
    for number, transfer in enumerate(history[since:], start=since + 1):
        if transfer.per_transfer_percent is not None:
            field, percent = f"history.{number}.per_transfer_percent", transfer.per_transfer_percent
            yield from asks_back(case, transfer, Fraction(percent), field, percent)
