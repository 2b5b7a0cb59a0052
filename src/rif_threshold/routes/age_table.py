"""A table of rates by age and ploidy: ESHRE's, and beside it each of the clinic's own."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import partial

from rif_threshold.errors import InvalidInput, OutOfRange, Problem
from rif_threshold.rates import PUBLISHED_TABLE, RateTable, Stratum, load_rate_table
from rif_threshold.routes.kind import Chances, Given, RouteKind, Used, caveats, needs, of_table
from rif_threshold.transfers import Transfer, Transfers, counted_transfers
from rif_threshold.vocabulary import Ploidy, Route
from rif_threshold.wording import long_word


def _published(case: Transfers) -> Chances:
    return _chances(case, load_rate_table(PUBLISHED_TABLE))


def _beside(case: Transfers, own_tables: Mapping[str, RateTable]) -> Iterator[Given]:
    for table_id, table in own_tables.items():
        yield f"{Route.AGE_TABLE}:{table_id}", table.title, partial(_chances, case, table, own=True)


def _chances(case: Transfers, table: RateTable, *, own: bool = False) -> Chances:
    which = " planned next" if case.history is not None else ""
    missing = [
        (name, f"the table by age and ploidy needs {what}{which}")
        for name, what in (
            ("oocyte_age_years", "the age at retrieval of the oocytes for the transfers"),
            ("ploidy", "the ploidy of the embryos"),
        )
        if getattr(case, name) is None
    ]
    run = counted_transfers(case)
    # Those of the history that need a row of the table, with their numbers in it.
    by_row = [
        (number, transfer)
        for number, transfer in enumerate(run, start=len(case.history or run) - len(run) + 1)
        if case.history is not None and transfer.per_transfer_percent is None
    ]
    missing += [
        (f"history.{number}.{name}", "the table by age and ploidy needs it, or a percentage for this transfer")
        for number, transfer in by_row
        for name in ("oocyte_age_years", "ploidy")
        if getattr(transfer, name) is None
    ]
    needs(missing)
    kinds = [("oocyte_age_years, ploidy", case.ploidy, case.oocyte_age_years)] + [
        (f"history.{number}", transfer.ploidy, transfer.oocyte_age_years) for number, transfer in by_row
    ]
    if outside := tuple(_outside(table, kinds)):
        raise InvalidInput(outside)
    planned = _row(table, case.ploidy, case.oocyte_age_years)

    def of(transfer: Transfer) -> tuple[Fraction, bool]:
        if transfer.per_transfer_percent is not None:
            return Fraction(transfer.per_transfer_percent) / 100, False
        stratum = _row(table, transfer.ploidy, transfer.oocyte_age_years)
        return Fraction(stratum.per_transfer_percent) / 100, stratum == planned

    return Chances(
        planned=Fraction(planned.per_transfer_percent) / 100,
        of=of,
        explanation=f"{planned.per_transfer_percent} % {'in this table' if own else 'printed'} for"
        f" {long_word(planned.ploidy)}, age {planned.age_label}",
        outcome=table.outcome,
        denominator=table.denominator,
        sources=(table.source,),
        caveats=(*(caveats("own_table") if own else ()), *of_table(table.caveats, table.source)),
        successes=planned.successes,
        transfers=planned.transfers,
    )


def _row(table: RateTable, ploidy: Ploidy | None, age: int | None, field: str = "") -> Stratum:
    assert ploidy is not None  # noqa: S101 - asked by _chances
    assert age is not None  # noqa: S101
    return table.look_up(ploidy, age, field)


def _outside(table: RateTable, kinds: Iterable[tuple[str, Ploidy | None, int | None]]) -> Iterator[Problem]:
    """What the table has no row for."""
    for field, ploidy, age in kinds:
        try:
            _row(table, ploidy, age, field)
        except OutOfRange as error:
            yield error.problem


def _used(case: Transfers) -> Iterator[Used]:
    which = "" if case.history is None else "next_"
    yield f"used_{which}age", {"age": case.oocyte_age_years}
    yield f"used_{which}{case.ploidy}", {}


ROUTE = RouteKind(
    name=Route.AGE_TABLE,
    inputs=Transfers,
    figures=("oocyte_age_years", "ploidy"),
    chances=_published,
    used=_used,
    beside=_beside,
)
