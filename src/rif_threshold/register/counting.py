"""What is counted in a register, as Ibis expressions: the same on every engine, for rows in any order.

A register is kept as one narrow table: patient, number (`codes`), and for the few rows that have them what is wrong and
an individual live-birth chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.register.codes import (
    AWAITED,
    EARLIEST,
    FAILED,
    LATEST,
    POSITIVE,
    coded,
    kind_code,
    part,
)
from rif_threshold.register.engines import Engine
from rif_threshold.vocabulary import Denominator

if TYPE_CHECKING:
    import ibis.expr.types as ir

NOBODY = ""
"""The patient of a row that names none; together they are one couple, which has a problem."""
BETWEEN = "|"
"""What stands between the kinds of a run."""
MILLION = 1_000_000
"""A percentage has at most six decimals: a million of its parts are one percent, and whole."""
PER = tuple(Denominator)
_PER_SIZE = 10
_WIDTH = 12
_SAMPLE = 1000
"""How many rows a part are looked at to find where a register may be cut."""


@dataclass(frozen=True)
class Kept:
    """A register, computed once.

    Attributes:
        rows: ``patient`` (never null), ``number``, and whether the row is ``good``.
        facts: totals of it; see `_facts`.
        said: what must be said of how it was read beside every result.
        bad: the rows that have a problem: ``patient``, ``row``, ``problem``.
        given: the rows with a live-birth chance: ``patient``, ``number``, ``live``.
    """

    rows: "ir.Table"
    facts: dict[str, int]
    said: tuple[str, ...] = ()
    bad: Any = None
    given: Any = None

    @property
    def has_patients(self) -> bool:
        """Whether rows can be put together to couples."""
        return self.facts["named"] > 0


def keep(rows: "ir.Table", engine: Engine, said: tuple[str, ...] = ()) -> Kept:
    """Compute the normalised rows of a register once, and their totals. Raises `InvalidInput` where there are none."""
    beyond = rows["at"].notnull() & ~rows["at"].between(EARLIEST, LATEST)
    problem = beyond.ifelse(
        rows.problem.fill_null("") + rows.problem.isnull().ifelse("", ";") + "range:at", rows.problem
    )
    coded_rows = rows.select(
        "row",
        patient=rows.patient.fill_null(NOBODY),
        number=coded(rows),
        good=problem.isnull(),
        problem=problem,
        live=_live(rows),
    )
    kept = engine.keep(coded_rows.select("patient", "number", "good"), "kept")
    bad = engine.keep(coded_rows.filter(~coded_rows.good).select("patient", "row", "problem"), "bad")
    given = coded_rows.filter(coded_rows.live.notnull()).group_by("patient", "number")
    given = engine.keep(given.aggregate(live=coded_rows.live.min()), "given")
    ((facts,), (lives,)) = engine.rows(_facts(kept)), engine.rows(given.aggregate(live=given.count()))
    if not facts["rows"]:
        why = "it holds no transfer: nothing stands below its headings, or the mapping leaves every row out"
        raise InvalidInput((Problem("FILE", "", why, "empty"),))
    return Kept(kept, {name: value or 0 for name, value in (facts | lives).items()}, said, bad, given)


def _live(rows: "ir.Table") -> "ir.Column":
    """An individual live-birth chance as one number: millionths of a percent, and what it is per."""
    per = rows.live_birth_per.cases(*((str(word), place) for place, word in enumerate(PER, start=1)), else_=0)
    return (rows.live_birth_percent * MILLION).round().cast("int64") * _PER_SIZE + per


def live_birth_of(number: int) -> tuple[str, Denominator | None]:
    """What `_live` made of a percentage, and what it is per.

    >>> live_birth_of(238000001)
    ('23.8', <Denominator.TREATMENT_CYCLE: 'treatment_cycle'>)
    """
    millionths, per = divmod(number, _PER_SIZE)
    whole, part = divmod(millionths, MILLION)
    return f"{whole}.{part:06}".rstrip("0").rstrip("."), PER[per - 1] if per else None


def _facts(kept: "ir.Table") -> "ir.Table":
    return kept.aggregate(
        rows=kept.count(),
        named=(kept.patient != NOBODY).sum(),
        problem=(~kept.good).sum(),
        awaited=(part(kept.number, "result") == AWAITED).sum(),
        embryos_not_known=(kept.good & (part(kept.number, "embryos") == 0)).sum(),
    )


def with_problem(kept: Kept) -> "ir.Table":
    """The couples that have a row with a problem: ``patient`` and ``problem``, its rows in their order."""
    bad = kept.bad
    told = bad.select("patient", told=bad["row"].cast("string").lpad(_WIDTH, "0") + " " + bad.problem)
    return (
        told.group_by("patient")
        .aggregate(problem=told.told.collect())
        .mutate(problem=lambda couple: couple.problem.sort().join("; "))
    )


def positive(numbers: "ir.Column") -> "ir.Column":
    """Whether the transfer of a number led to a positive test."""
    return part(numbers, "result").isin(POSITIVE)


def couples(kept: "ir.Table") -> "ir.Table":
    """One row a couple: ``patient``, ``transfers``, ``awaited``, ``run``, ``kind``.

    ``run`` is the kinds of the failed transfers since the last positive test, oldest first; ``kind`` is that of the
    last row.
    """
    result = part(kept.number, "result")
    couple = kept.group_by("patient").aggregate(
        transfers=kept.count(),
        awaited=(result == AWAITED).sum(),
        numbers=kept.number.collect(),
        positive=kept.number.max(where=result.isin(POSITIVE)).fill_null(-1),
        final=kept.number.max(),
    )
    since = couple.numbers.filter(lambda number: (number > couple.positive) & (part(number, "result") == FAILED))
    return couple.select(
        "patient",
        "transfers",
        "awaited",
        run=since.sort().map(lambda number: kind_code(number).cast("string")).join(BETWEEN).fill_null(""),
        kind=kind_code(couple.final),
    )


def numbered(kept: "ir.Table") -> "ir.Table":
    """One row a transfer whose result is known, with ``run`` and ``rank``: the rank-th transfer of the couple's run.

    A run is consecutive transfers up to and with a positive test, or to the last. Rank 1 is the first in this register:
    transfers before it begins, or elsewhere, are not seen.
    """
    import ibis  # noqa: PLC0415 - loaded only when used

    known = kept.filter(part(kept.number, "result") != AWAITED)
    before = ibis.window(group_by=known.patient, order_by=known.number, preceding=(None, 1))
    known = known.mutate(run=1 + positive(known.number).cast("int64").sum().over(before).fill_null(0))
    within = ibis.window(group_by=[known.patient, known.run], order_by=known.number)
    return known.mutate(rank=1 + ibis.row_number().over(within))


def first_counted(kept: Kept) -> "ir.Table":
    """The live-birth chance of the first failed transfer of each couple's current run: ``patient``, ``live``."""
    rows = numbered(kept.rows)
    last = rows.group_by("patient").aggregate(current=rows.run.max())
    joined = rows.inner_join(last, "patient")
    first = joined.filter((joined.run == joined.current) & (joined.rank == 1) & ~positive(joined.number))
    return first.inner_join(kept.given, ["patient", "number"]).select("patient", "live")


def pieces(kept: Kept, engine: Engine) -> "Iterator[ir.Table]":
    """The register in so many parts that the couples of each fit into memory, by patient; a couple is never split."""
    rows, most = kept.rows, engine.at_once
    count = 1 if most is None else -(-kept.facts["rows"] // most)
    ends = _ends(rows, kept.facts["rows"], count, engine) if count > 1 else []
    for begin, end in pairwise((None, *ends, None)):
        part = rows if begin is None else rows.filter(rows.patient >= begin)
        yield part if end is None else part.filter(part.patient < end)


def _ends(rows: "ir.Table", total: int, count: int, engine: Engine) -> list[str]:
    """Patients at which a register may be cut into about so many parts, from a sample of all of them."""
    one_in = max(1, total // (_SAMPLE * count))
    sample = rows.filter(rows.patient.hash() % one_in == 0)
    patients = sorted(row["patient"] for row in engine.rows(sample.select("patient")))
    cuts = (patients[len(patients) * place // count] for place in range(1, count) if patients)
    return list(dict.fromkeys(cuts))


def standings(kept: Kept, engine: Engine) -> "Iterator[ir.Table]":
    """The couples of each part by patient, with ``problem`` and ``live`` beside what `couples` has."""
    import ibis  # noqa: PLC0415 - loaded only when used

    beside = (("problem", with_problem, "string"), ("live", first_counted, "int64"))
    known = {name: engine.keep(told(kept), f"couples_with_{name}") for name, told, _ in beside if kept.facts[name]}
    for rows in pieces(kept, engine):
        found = couples(rows)
        for name, _, kind in beside:
            if name in known:
                found = found.left_join(known[name], "patient").drop("patient_right")
            else:
                found = found.mutate(**{name: ibis.null(kind)})
        yield found.order_by("patient")
