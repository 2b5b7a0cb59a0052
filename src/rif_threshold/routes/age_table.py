"""A table of rates by age and ploidy: ESHRE's, beside it each of the clinic's own, and in the background a register's.

What was done decides, and a chance that is not known is a pair: of the rows that the age may belong to, the lowest and
the highest; for a low-level mosaic from 0 to the euploid row (ours); for several embryos at once up to the chance that
one of them would give if each counted by itself (ours).
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar

from rif_threshold.ages import label_words
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.pair import Pair
from rif_threshold.rates import PUBLISHED_TABLE, background_tables, load_rate_table
from rif_threshold.record import once_a_record
from rif_threshold.routes.kind import (
    Chance,
    Chances,
    Given,
    RouteKind,
    Used,
    caveats,
    eggs_of,
    long_ago,
    needs,
    of_table,
    own_chance,
    years,
)
from rif_threshold.strata import RateTable, Stratum
from rif_threshold.tables import Remark
from rif_threshold.transfers import EmbryoKind, Transfer, Transfers, counted_transfers, planned_apart, planned_kind
from rif_threshold.vocabulary import Eggs, NotCovered, Ploidy, Route, WidenedBy
from rif_threshold.wording import long_word, shown_percent, word

Found = TypeVar("Found")

_COUNTED = "counted"
_SOME = "the table by age and ploidy needs the ploidy of the embryos"


def _published(case: Transfers) -> Chances:
    return _chances(case, load_rate_table(PUBLISHED_TABLE))


def _beside(case: Transfers, own_tables: Mapping[str, RateTable]) -> Iterator[Given]:
    for table_id, table in own_tables.items():
        yield f"{Route.AGE_TABLE}:{table_id}", table.title, partial(_chances, case, table, own=True)
    if _says_enough(case):
        for table_id, table in background_tables().items():
            if _is_asked(table, case):
                yield f"{Route.AGE_TABLE}:{table_id}", table.title, partial(_chances, case, table)


def _says_enough(case: Transfers) -> bool:
    """Whether nothing is missing: what it is, the published table says, and once is enough."""
    return not _missing(case)


def _is_asked(table: RateTable, case: Transfers) -> bool:
    """Whether a table of the background is about eggs like these; that of donors only where they are said."""
    return table.background is not None and table.background.eggs in {Eggs.OWN, eggs_of(case)}


def _chances(case: Transfers, table: RateTable, *, own: bool = False) -> Chances:
    kind, rows_of = _kind_of_all(case), _once_a_kind(partial(_rows, table))
    needs(dict.fromkeys((*_missing(case), *_stage_missing(table, case))))
    outside = [*_not_covered(table, case), *_outside(table, case, rows_of)]
    if kind.ploidy is not None and not rows_of(kind):
        said = case.history is not None and counted_transfers(case)  # by the transfers that are listed
        outside = [*([] if said else [_no_row(table, "", kind)]), *outside]
        kind = EmbryoKind()
    if outside:
        raise InvalidInput(tuple(dict.fromkeys(outside)))
    chance_of = _once_a_kind(partial(_chance, table, kind, rows_of))
    alike = None if kind.ploidy is None else chance_of(kind)
    done = tuple(own_chance(each) or chance_of(each) for each in counted_transfers(case))
    rows, background = () if kind.ploidy is None else rows_of(kind), table.background
    counted = rows[0] if alike and alike.ends.agreed and len(rows) == 1 else None
    widened = {name for each in (alike, *done) if each for name in each.widened_by}
    return Chances(
        alike=alike,
        done=done,
        explanation=_explained(rows, kind, "in this table" if own else _COUNTED if background else "printed"),
        outcome=table.outcome,
        denominator=table.denominator,
        sources=(table.source,),
        caveats=(
            *(caveats("own_table") if own else ()),
            *caveats(*(f"widened_by_{name}" for name in WidenedBy if name in widened)),
            *(caveats("eggs_not_said") if background and eggs_of(case) is None else ()),
            *_said(table),
            *((long_ago(background),) if background else ()),
        ),
        successes=counted.successes if counted else None,
        transfers=counted.transfers if counted else None,
        stage=_stage_words(table, rows),
        rows=rows if background else (),
    )


@once_a_record
def _said(table: RateTable) -> tuple[Remark, ...]:
    """What a table says of itself."""
    return of_table(table.caveats, table.source)


def _stage_words(table: RateTable, rows: tuple[Stratum, ...]) -> str:
    """How far the embryos had grown that the table counted, and what they were where it says so."""
    stages = dict.fromkeys(row.stage for row in rows)
    if set(stages) <= {None}:
        return "stage not printed" if rows else ""
    words = table.background.kinds if table.background else {}
    named = " or ".join(words.get(stage, word(stage)) for stage in stages if stage is not None)
    return named if len(stages) == 1 else f"{named}, as the stage is not said"


@once_a_record
def _numbered(case: Transfers) -> tuple[tuple[str, Transfer], ...]:
    """The transfers that count, with where each stands in the case. Those that are not listed are alike."""
    run = counted_transfers(case)
    if case.history is None:
        return tuple(("", each) for each in run[:1])
    first = len(case.history) - len(run) + 1
    return tuple((f"history.{number}", each) for number, each in enumerate(run, start=first))


def _by_row(case: Transfers) -> Iterator[tuple[str, Transfer]]:
    """Those of them whose chance is that of a row."""
    return (each for each in _numbered(case) if each[1].per_transfer_percent is None)


def _kind_of_all(case: Transfers) -> EmbryoKind:
    """The kind that the route speaks of: the planned one, else the one that failed; an empty one where neither is."""
    planned = planned_kind(case)
    if planned is not None:
        return planned
    return EmbryoKind.of(case) if case.history is None else EmbryoKind()


@once_a_record
def _missing(case: Transfers) -> tuple[tuple[str, str], ...]:
    """What keeps it from any answer: nothing is known of a transfer that counts, or of any transfer at all."""
    found = []
    for field, transfer in _by_row(case):
        if transfer.ploidy is None:
            why = f"{_SOME}, or a percentage for this transfer" if field else f"{_SOME} that failed"
            found.append((f"{field}.ploidy".lstrip("."), why))
    if not counted_transfers(case) and _kind_of_all(case).ploidy is None and planned_kind(case) is not None:
        why = f"{_SOME}{' planned next' if case.history else ''}"
        found.append(("planned.ploidy" if planned_apart(case) else "ploidy", why))
    return tuple(found)


def _stage_missing(table: RateTable, case: Transfers) -> Iterator[tuple[str, str]]:
    """What a table of one stage alone asks for: an embryo of a stage that is not known may be of another."""
    for field, each in (*_by_row(case), ("", _kind_of_all(case))):
        stages = () if each.ploidy is None else table.stages(each.ploidy)
        if each.stage is None and len(stages) == 1 and stages[0] is not None:
            yield f"{field}.stage".lstrip("."), f"this table is of {word(stages[0])} alone: say the stage"


def _not_covered(table: RateTable, case: Transfers) -> Iterator[Problem]:
    """What a table of the background gives no chance for, beside the kinds that it has no row for."""
    background, eggs = table.background, eggs_of(case)
    if background is None:
        return
    if eggs is not None and (why := background.not_covered.get(NotCovered(eggs))):
        yield table.refusal("eggs", eggs, why)
    for field, each in _numbered(case):
        if each.per_transfer_percent is not None and (why := background.not_covered.get(NotCovered.OWN_PERCENTAGE)):
            yield table.refusal(f"{field}.per_transfer_percent", str(each.per_transfer_percent), why)


_Rows = Callable[[EmbryoKind], tuple[Stratum, ...]]


def _once_a_kind(of: Callable[[EmbryoKind], Found]) -> Callable[[EmbryoKind], Found]:
    """The same, looked up once for each kind in a case: the transfers of a couple are of few."""
    found: dict[tuple[Any, ...], Found] = {}

    def once(kind: EmbryoKind) -> Found:
        key = (kind.ploidy, kind.stage, kind.oocyte_age_years, kind.embryos)
        if key not in found:
            found[key] = of(kind)
        return found[key]

    return once


def _outside(table: RateTable, case: Transfers, rows_of: _Rows) -> Iterator[Problem]:
    """The transfers for which the table has no row."""
    for field, transfer in _by_row(case):
        if transfer.ploidy and not rows_of(transfer):
            yield _no_row(table, field, transfer)


def _no_row(table: RateTable, field: str, kind: EmbryoKind) -> Problem:
    assert kind.ploidy is not None  # noqa: S101 - asked by the callers
    if why := _refuses_several(table, kind):
        return table.refusal(f"{field}.embryos".lstrip("."), str(kind.embryos), why)
    return table.no_row(field or "oocyte_age_years, ploidy", kind.ploidy, kind.oocyte_age_years, kind.stage)


def _refuses_several(table: RateTable, kind: EmbryoKind) -> str:
    """Why a table gives no chance for several embryos at once; empty where it does, between two ends."""
    several = (kind.embryos or 1) > 1 and table.background is not None
    return table.background.not_covered.get(NotCovered.EMBRYOS, "") if several and table.background else ""


def _rows(table: RateTable, kind: EmbryoKind) -> tuple[Stratum, ...]:
    """The rows that an embryo may belong to. A mosaic for which none is printed is held against the euploid ones."""
    assert kind.ploidy is not None  # noqa: S101 - asked by _missing
    if _refuses_several(table, kind):
        return ()
    found = table.rows(kind.ploidy, ages := years(kind.oocyte_age_years), kind.stage)
    mosaic = not found and kind.ploidy == Ploidy.LOW_LEVEL_MOSAIC
    return table.rows(Ploidy.EUPLOID, ages, kind.stage) if mosaic else found


def _chance(table: RateTable, alike: EmbryoKind, rows_of: _Rows, kind: EmbryoKind) -> Chance:
    """The chance of one transfer, each end from the ends before it, and whether it is like those spoken of."""
    rows, placed = rows_of(kind), 1 if table.mixed_embryos else kind.embryos or 1
    printed = [row.chance for row in rows]
    ends = Pair(min(printed), max(printed))
    widened: list[WidenedBy] = []
    if ends.agreed is None:
        several = ((WidenedBy.AGE, {row.age_label for row in rows}), (WidenedBy.STAGE, {row.stage for row in rows}))
        widened = [why for why, found in several if len(found) > 1]
    if rows[0].ploidy != kind.ploidy:
        ends, widened = Pair(Fraction(0), ends.highest), [*widened, WidenedBy.MOSAIC]
    if placed > 1:
        ends, widened = Pair(ends.lowest, 1 - (1 - ends.highest) ** placed), [*widened, WidenedBy.EMBRYOS]
    same = kind.ploidy == alike.ploidy and (kind.embryos or 1) == (alike.embryos or 1)
    same = same and rows == rows_of(alike)
    return Chance(ends, is_alike=same, widened_by=tuple(widened))


def _explained(rows: tuple[Stratum, ...], kind: EmbryoKind, printed: str) -> str:
    """Where the chance of the kind it speaks of stands."""
    if kind.ploidy is None:
        return "the row of each transfer, or its own percentage"
    first = rows[0]
    figures = [_figure(row) for row in sorted(rows, key=lambda row: row.per_transfer_percent)]
    chance = " to ".join(dict.fromkeys((figures[0], figures[-1])))
    if first.ploidy != kind.ploidy:
        chance = f"0 (ours) to {figures[-1]}"
    bands = [*dict.fromkeys(label_words(row.age_label) for row in rows)]
    ages = bands[0] if len(bands) == 1 else f"{bands[0]} to {bands[-1]}"
    known = ("" if len(bands) == 1 else ", as the age is not known") if kind.oocyte_age_years is None else ""
    placed = "" if (kind.embryos or 1) == 1 else f", for one embryo; {kind.embryos} are placed"
    counted = f" ({first.successes:,} of {first.transfers:,})" if printed == _COUNTED and len(rows) == 1 else ""
    return f"{chance} %{counted} {printed} for {long_word(first.ploidy)}, age {ages}{known}{placed}"


@once_a_record
def _figure(row: Stratum) -> str:
    """The rate of a row, as it is shown."""
    return shown_percent(row.per_transfer_percent)


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
