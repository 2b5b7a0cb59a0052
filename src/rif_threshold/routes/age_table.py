"""A table of rates by age and ploidy: ESHRE's, and beside it each of the clinic's own.

What was done decides, and a chance that is not known is a pair: of the rows that the age may belong to, the lowest and
the highest; for a low-level mosaic from 0 to the euploid row (ours); for several embryos at once up to the chance that
one of them would give if each counted by itself (ours).
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from rif_threshold.errors import InvalidInput
from rif_threshold.pair import Pair
from rif_threshold.rates import PUBLISHED_TABLE, RateTable, Stratum, load_rate_table
from rif_threshold.routes.kind import (
    Chance,
    Chances,
    Given,
    RouteKind,
    Used,
    caveats,
    needs,
    of_table,
    own_chance,
    years,
)
from rif_threshold.transfers import EmbryoKind, Transfer, Transfers, counted_transfers, planned_apart, planned_kind
from rif_threshold.vocabulary import Ploidy, Route, WidenedBy
from rif_threshold.wording import long_word, shown_percent

_SOME = "the table by age and ploidy needs the ploidy of the embryos"


def _published(case: Transfers) -> Chances:
    return _chances(case, load_rate_table(PUBLISHED_TABLE))


def _beside(case: Transfers, own_tables: Mapping[str, RateTable]) -> Iterator[Given]:
    for table_id, table in own_tables.items():
        yield f"{Route.AGE_TABLE}:{table_id}", table.title, partial(_chances, case, table, own=True)


def _chances(case: Transfers, table: RateTable, *, own: bool = False) -> Chances:
    run = counted_transfers(case)
    by_row = [each for each in _numbered(case, run) if each[1].per_transfer_percent is None]
    kind = _kind_of_all(case)
    needs(_missing(case, run, by_row, kind))
    outside = [table.no_row(field, ploidy, age) for field, ploidy, age in _outside(table, by_row)]
    if kind.ploidy is not None and not _rows(table, kind.ploidy, kind.oocyte_age_years):
        no_row = table.no_row("oocyte_age_years, ploidy", kind.ploidy, kind.oocyte_age_years)
        outside = [*([] if run and case.history is not None else [no_row]), *outside]
        kind = EmbryoKind()
    if outside:
        raise InvalidInput(tuple(outside))
    alike = None if kind.ploidy is None else _chance(table, kind, kind)

    found: dict[tuple[Any, ...], Chance] = {}  # the transfers of a couple are of few kinds

    def of(transfer: Transfer) -> Chance:
        if own_percentage := own_chance(transfer):
            return own_percentage
        key = (transfer.ploidy, transfer.oocyte_age_years, transfer.embryos)
        if key not in found:
            found[key] = _chance(table, transfer, kind)
        return found[key]

    rows = () if kind.ploidy is None else _rows(table, kind.ploidy, kind.oocyte_age_years)
    counted = rows[0] if alike and alike.ends.agreed and len(rows) == 1 else None
    widened = {name for each in (alike, *map(of, run)) if each for name in each.widened_by}
    return Chances(
        alike=alike,
        of=of,
        explanation=_explained(rows, kind, "in this table" if own else "printed"),
        outcome=table.outcome,
        denominator=table.denominator,
        sources=(table.source,),
        caveats=(
            *(caveats("own_table") if own else ()),
            *caveats(*(f"widened_by_{name}" for name in WidenedBy if name in widened)),
            *of_table(table.caveats, table.source),
        ),
        successes=counted.successes if counted else None,
        transfers=counted.transfers if counted else None,
    )


def _numbered(case: Transfers, run: tuple[Transfer, ...]) -> list[tuple[str, Transfer]]:
    """The transfers that count, with where each stands in the case. Those that are not listed are alike."""
    if case.history is None:
        return [("", each) for each in run[:1]]
    return [(f"history.{number}", each) for number, each in enumerate(run, start=len(case.history) - len(run) + 1)]


def _kind_of_all(case: Transfers) -> EmbryoKind:
    """The kind that the route speaks of: the planned one, else the one that failed; an empty one where neither is."""
    planned = planned_kind(case)
    if planned is not None:
        return planned
    return EmbryoKind.of(case) if case.history is None else EmbryoKind()


def _missing(
    case: Transfers, run: tuple[Transfer, ...], by_row: list[tuple[str, Transfer]], kind: EmbryoKind
) -> Iterator[tuple[str, str]]:
    """What keeps it from any answer: nothing is known of a transfer that counts, or of any transfer at all."""
    for field, transfer in by_row:
        if transfer.ploidy is None:
            why = f"{_SOME}, or a percentage for this transfer" if field else f"{_SOME} that failed"
            yield f"{field}.ploidy".lstrip("."), why
    if not run and kind.ploidy is None and planned_kind(case) is not None:
        yield "planned.ploidy" if case.planned else "ploidy", f"{_SOME}{' planned next' if case.history else ''}"


def _outside(table: RateTable, by_row: list[tuple[str, Transfer]]) -> Iterator[tuple[str, Ploidy, int | str | None]]:
    """The transfers for which the table has no row."""
    for field, transfer in by_row:
        if transfer.ploidy and not _rows(table, transfer.ploidy, transfer.oocyte_age_years):
            yield field or "oocyte_age_years, ploidy", transfer.ploidy, transfer.oocyte_age_years


def _rows(table: RateTable, ploidy: Ploidy, age: int | str | None) -> tuple[Stratum, ...]:
    """The rows that an embryo may belong to. A mosaic for which none is printed is held against the euploid ones."""
    found = table.rows(ploidy, years(age))
    return found or (table.rows(Ploidy.EUPLOID, years(age)) if ploidy == Ploidy.LOW_LEVEL_MOSAIC else ())


def _chance(table: RateTable, kind: EmbryoKind, alike: EmbryoKind) -> Chance:
    """The chance of one transfer, each end from the ends before it."""
    assert kind.ploidy is not None  # noqa: S101 - asked by _missing
    rows, placed = _rows(table, kind.ploidy, kind.oocyte_age_years), 1 if table.mixed_embryos else kind.embryos or 1
    printed = [Fraction(row.per_transfer_percent) / 100 for row in rows]
    ends = Pair(min(printed), max(printed))
    widened = [WidenedBy.AGE] if ends.agreed is None else []
    if rows[0].ploidy != kind.ploidy:
        ends, widened = Pair(Fraction(0), ends.highest), [*widened, WidenedBy.MOSAIC]
    if placed > 1:
        ends, widened = Pair(ends.lowest, 1 - (1 - ends.highest) ** placed), [*widened, WidenedBy.EMBRYOS]
    same = kind.ploidy == alike.ploidy and (kind.embryos or 1) == (alike.embryos or 1)
    same = same and rows == _rows(table, kind.ploidy, alike.oocyte_age_years)
    return Chance(ends, is_alike=same, widened_by=tuple(widened))


def _explained(rows: tuple[Stratum, ...], kind: EmbryoKind, printed: str) -> str:
    """Where the chance of the kind it speaks of stands."""
    if kind.ploidy is None:
        return "the row of each transfer, or its own percentage"
    first, last = rows[0], rows[-1]
    figures = sorted(row.per_transfer_percent for row in rows)
    chance = " to ".join(dict.fromkeys(shown_percent(figure) for figure in (figures[0], figures[-1])))
    if first.ploidy != kind.ploidy:
        chance = f"0 (ours) to {shown_percent(figures[-1])}"
    ages = first.age_label if first == last else f"{first.age_label} to {last.age_label}"
    known = ("" if len(rows) == 1 else ", as the age is not known") if kind.oocyte_age_years is None else ""
    placed = "" if (kind.embryos or 1) == 1 else f", for one embryo; {kind.embryos} are placed"
    return f"{chance} % {printed} for {long_word(first.ploidy)}, age {ages}{known}{placed}"


def _used(case: Transfers) -> Iterator[Used]:
    planned = planned_kind(case)
    if case.history is None:
        yield from _used_kind(case, "")
    if planned is not None and (case.history is not None or planned_apart(case)):
        yield from _used_kind(planned, "next_")


def _used_kind(kind: EmbryoKind | Transfers, which: str) -> Iterator[Used]:
    age = kind.oocyte_age_years
    if isinstance(age, int):
        yield f"used_{which}age", {"age": age}
    elif age is not None:
        first, last = years(age)
        yield f"used_{which}ages", {"first": first, "last": last}
    if kind.ploidy is not None:
        yield f"used_{which}{kind.ploidy}", {}
    if (kind.embryos or 1) > 1:
        yield f"used_{which}embryos", {"embryos": kind.embryos}


def _described(case: Transfers) -> bool:
    kinds = (*(case.history or ()), *([case.planned] if case.planned else []))
    own = any(transfer.per_transfer_percent is not None for transfer in case.history or ())
    return own or any(kind.ploidy is not None for kind in kinds)


ROUTE = RouteKind(
    name=Route.AGE_TABLE,
    inputs=Transfers,
    figures=("oocyte_age_years", "ploidy"),
    described=_described,
    chances=_published,
    used=_used,
    beside=_beside,
)
