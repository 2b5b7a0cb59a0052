"""The audit of a clinic's cases: one object, from which every surface is made."""

import datetime
from collections.abc import Iterator
from itertools import chain

from rif_threshold._version import __version__
from rif_threshold.method import method
from rif_threshold.record import Record
from rif_threshold.register.audit.adding import FIRST, LATER, SURE, atoms_of
from rif_threshold.register.audit.by_rank import (
    Against,
    CalibrationPoint,
    RankRow,
    calibration,
    of_strata,
    rank_rows,
    to_eshre,
)
from rif_threshold.register.audit.change import Change, change_of
from rif_threshold.register.audit.endings import EndRow, end_rows
from rif_threshold.register.audit.fits import Fits, fits_of
from rif_threshold.register.audit.flagged import Definitions, definitions_of
from rif_threshold.register.audit.histories import Histories
from rif_threshold.register.audit.ledger import Counts
from rif_threshold.register.audit.own import OwnRow, own_rows
from rif_threshold.register.audit.unlucky import Unlucky, unlucky_of
from rif_threshold.register.settings import audit_settings, rate_settings


class Rows(Record):
    """The rows that were read, added up: the first five make the last. ``None`` where one is not shown.

    Attributes:
        first_runs: transfers of first runs.
        later_runs: transfers after a positive test of the couple.
        awaited: whose test is awaited.
        too_recent: of the last days, left out because tests of theirs are awaited.
        in_couples_with_problem: of couples of which a row has a problem.
        read: all of them.
    """

    first_runs: int | None
    later_runs: int | None
    awaited: int | None
    too_recent: int | None
    in_couples_with_problem: int | None
    read: int | None


class Audit(Record):
    """An audit.

    Attributes:
        software: what made it, with its version.
        shared: whether it may leave the clinic: small counts are not shown then, nor what gives them back.
        small_below: counts from 1 to below this are the small ones of a report to share; ``None`` in any other.
        withheld: whether nothing of it could be shown safely; then it has no tables.
        first_day: the first date in the file; ``None`` without dates.
        last_day: the last date that is counted.
        rows: the rows that were read.
        embryos_not_known: transfers for which the number of embryos is not recorded; ``None`` in a report to share.
        own: the clinic's own first transfers, by band.
        ranks: observed against expected.
        later: transfers of later runs against ESHRE's table, one line.
        without_early: first runs without those that begin early in the file, total; ``None`` without dates.
        calibration: bands at ranks; empty in a report to share.
        intervals: how many intervals are shown against ESHRE's table by band and rank, or by rank.
        outside_by_chance: how many of them would lie beside the truth.
        any_outside: the probability that one or more does.
        ends: how first runs ended.
        definitions: the audit of definitions.
        fits: couples that differ; ``None`` where there are too few, and in a report to share.
        unlucky: expected shares without a problem; ``None`` in a report to share.
        change: the last whole years against those before; ``None`` without dates, and in a report to share.
        notes: what must be said beside it.
    """

    software: str
    shared: bool
    small_below: int | None
    withheld: bool
    first_day: datetime.date | None
    last_day: datetime.date | None
    rows: Rows
    embryos_not_known: int | None
    own: tuple[OwnRow, ...]
    ranks: tuple[RankRow, ...]
    later: RankRow
    without_early: Against | None
    calibration: tuple[CalibrationPoint, ...]
    intervals: int
    outside_by_chance: float
    any_outside: float
    ends: tuple[EndRow, ...]
    definitions: Definitions
    fits: Fits | None
    unlucky: Unlucky | None
    change: Change | None
    notes: tuple[str, ...]


def audit(histories: Histories) -> Audit:
    """The audit of a register, with every count: for the clinic alone.

    Args:
        histories: of the register (`histories_of`).
    """
    return audit_from(histories, Counts(atoms_of(histories)))


def audit_from(histories: Histories, counts: Counts, *, withheld: bool = False) -> Audit:
    """The audit from these counts, of which some may be hidden."""
    dates, shared = histories.dates, counts.shared
    found = None if shared else fits_of(counts)
    common, fitted = (found[1], found[2]) if found else (None, ())
    points = () if shared else tuple(calibration(counts))
    ranks = rank_rows(counts, common, fitted)
    intervals = len(points) or sum(row.eshre is not None for row in ranks)
    outside = 1 - float(method().interval_level)
    made = Audit(
        software=f"rif-threshold {__version__}",
        shared=shared,
        small_below=counts.small_below,
        withheld=withheld,
        first_day=dates and dates.first,
        last_day=dates and dates.until,
        rows=_rows(counts),
        embryos_not_known=None if shared else histories.embryos_not_known,
        own=own_rows(counts),
        ranks=ranks,
        later=_later(counts),
        without_early=None if shared or dates is None else _without_early(counts),
        calibration=points,
        intervals=intervals,
        outside_by_chance=outside * intervals,
        any_outside=1 - (1 - outside) ** intervals,
        ends=tuple(end_rows(counts, dates=dates is not None)),
        definitions=definitions_of(counts),
        fits=found and found[0],
        unlucky=None if shared else unlucky_of(histories, counts),
        change=None if shared or dates is None else change_of(counts, dates),
        notes=(),
    )
    return made.model_copy(update={"notes": tuple(_notes(made, histories))})


def _rows(counts: Counts) -> Rows:
    def transfers(group: str) -> int | None:
        return counts.of(*((group, "at_rank", rank) for rank in range(1, counts.ranks(group) + 1)))

    return Rows(
        first_runs=transfers(FIRST),
        later_runs=transfers(LATER),
        awaited=counts.of(("rows", "awaited")),
        too_recent=counts.of(("rows", "too_recent")),
        in_couples_with_problem=counts.of(("rows", "problem")),
        read=counts.of(("rows",)),
    )


def _later(counts: Counts) -> RankRow:
    """Runs after a positive test: counted, and not mixed in."""
    ranks = range(1, counts.ranks(LATER) + 1)
    names = ("risk", "positive", "known", "clinical")
    cells = {name: counts.alone(*chain.from_iterable(of_strata(name, ranks, LATER))) for name in names}
    return RankRow(
        rank="later runs",
        transfers=cells["risk"],
        outside=counts.alone(*((LATER, "outside", rank) for rank in ranks)),
        positive=cells["positive"],
        clinical_known=cells["known"],
        clinical=cells["clinical"],
    )


def _without_early(counts: Counts) -> Against | None:
    ranks = range(1, counts.ranks(FIRST) + 1)
    came = counts.of(*chain.from_iterable(of_strata("positive", ranks, SURE)))
    return to_eshre(counts, came, of_strata("risk", ranks, SURE))


def _notes(made: Audit, histories: Histories) -> Iterator[str]:
    """What must be said beside the audit, in the order in which it is shown."""
    notes, rates = audit_settings().notes, rate_settings()
    if made.small_below is None:
        yield notes["not_for_sharing"]
        yield from histories.said
    else:
        yield f"Counts from 1 to {made.small_below - 1} are small. {notes['shared']}"
        yield notes["left_out"]
    yield from (notes[name] for name in ("first", "outcome", "own_table", "total", "leave"))
    yield rates.notes["one_embryo"]
    yield rates.notes["clinical"]
    if made.embryos_not_known:
        yield f"In {made.embryos_not_known:,} transfers the number of embryos is not recorded: they are in no rate."
    bad, read = histories.in_couples_with_problem, histories.rows
    if 100 * bad > rates.warn_problem_percent * read:
        yield rates.notes["problems"] if made.shared else f"{bad:,} of {read:,} rows. {rates.notes['problems']}"
    yield from (notes[name] for name in ("now_and_ever", "censored", "went_on", "lugano"))
    if not made.shared:
        yield from (notes[name] for name in ("share", "fitted", "fits"))
        if made.fits is None:
            yield notes["no_fit"]
    if histories.dates is None:
        yield notes["no_dates"]
    yield notes["many"]
    yield notes["what"]
