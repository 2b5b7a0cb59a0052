"""Every couple of a register: where it stands, by every route that the register gives something for.

The engine says of each couple which run it is in; every distinct run is decided once, and the decision is put beside
the couple. So no engine, no order of rows and no rounding can change an answer.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.rates import RateTable
from rif_threshold.record import Record
from rif_threshold.register.counting import NOBODY, Kept, standings
from rif_threshold.register.deciding import ANSWERED, ENDS, PROBLEM, Run, alike, cells, decide
from rif_threshold.register.engines import Engine
from rif_threshold.vocabulary import Route

if TYPE_CHECKING:
    import pyarrow as pa

LAST_ROW = (
    "further_transfers and next_percent are for transfers of the kind of the couple's last row, at that age: a register"
    " does not say what is planned. Where that kind leaves the chance between two ends (an age not known exactly, a"
    " mosaic, several embryos), they are empty, and both ends stand in the columns behind."
)
NOT_FOR_SHARING = "One row is one couple. This file is for the clinic alone and not for sharing, whatever its columns."

_COUNTS = ("transfers", "failed_in_run")
_PERCENTS = (
    "so_far_percent_low",
    "so_far_percent_high",
    "next_percent",
    "next_percent_low",
    "next_percent_high",
    "probability_reached",
)


class CouplesSummary(Record):
    """What came of a register, with counts that reconcile.

    Attributes:
        rows: the rows that were read: the four counts below, added up.
        failed_in_current_run: transfers that failed after the last positive test of their couple, or without one.
        up_to_last_positive: transfers up to and with it.
        awaited: transfers whose test is awaited.
        in_couples_with_problem: transfers of couples of which a row has a problem.
        couples: the couples: the states below, added up.
        states: how many couples are in each state, by ESHRE's table.
        rows_with_problem: rows that have one themselves.
        embryos_not_known: transfers for which the number of embryos is not recorded; one is taken.
        distinct_runs: how many different runs were decided.
        routes: the routes that are answered.
        notes: what must be said beside the file.
    """

    rows: int
    failed_in_current_run: int
    up_to_last_positive: int
    awaited: int
    in_couples_with_problem: int
    couples: int
    states: dict[str, int]
    rows_with_problem: int
    embryos_not_known: int
    distinct_runs: int
    routes: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Couples:
    """The couples of a register, to be read once, batch by batch; then their summary is known.

    Attributes:
        kept: the register.
        engine: the engine that it lies in.
        own_tables: the clinic's own rate tables.
        with_patient: whether the pseudonyms are given out.
    """

    kept: Kept
    engine: Engine
    own_tables: Mapping[str, RateTable]
    with_patient: bool = False
    _decided: dict[str, dict[str, Any]] = field(default_factory=dict)
    _runs: dict[Run, dict[str, Any]] = field(default_factory=dict)
    _counted: Counter[str] = field(default_factory=Counter)
    _states: Counter[str] = field(default_factory=Counter)

    @cached_property
    def routes(self) -> tuple[str, ...]:
        """The routes that are answered, ESHRE's table first."""
        own = tuple(f"{Route.AGE_TABLE}:{table_id}" for table_id in self.own_tables)
        return (Route.AGE_TABLE, *own, *((Route.LIVE_BIRTH,) if self.kept.facts["live"] else ()))

    @cached_property
    def columns(self) -> dict[str, tuple[str, str]]:
        """Every column of a decision, with the route and the value that it holds."""
        first, *others = self.routes
        columns = {name: (first, name) for name in (*ANSWERED, "problem", *ENDS)}
        for route in others:
            counted = ("probability_reached",) if route.partition(":")[2] else ()
            columns |= {f"{route}_{name}": (route, name) for name in (*ANSWERED, *counted, "problem", *ENDS)}
        return columns

    @cached_property
    def schema(self) -> "pa.Schema":
        """The columns of the file and their types."""
        import pyarrow as pa  # noqa: PLC0415 - loaded only when used

        patient = {"patient": pa.string()} if self.with_patient else {}
        counts = dict.fromkeys(_COUNTS, pa.int64())
        return pa.schema(patient | counts | {name: self._type(value) for name, (_, value) in self.columns.items()})

    def _type(self, value: str) -> "pa.DataType":
        import pyarrow as pa  # noqa: PLC0415

        if value in _PERCENTS:
            return pa.float64()
        return pa.string() if value in {"state", "problem"} else pa.int64()

    def batches(self, progress: Callable[[int], object] = lambda _: None) -> "Iterator[pa.RecordBatch]":
        """The couples by patient, with the decisions beside them. ``progress`` is told how many are done.

        Raises:
            InvalidInput: where the register has no patients.
        """
        if not self.kept.has_patients:
            why = "the register has no patients: its rows cannot be put together to couples. Its own table can be made"
            raise InvalidInput((Problem("patient", "", why, "missing"),))
        last = None
        for part in standings(self.kept, self.engine):
            for batch in self.engine.batches(part):
                last = _last_in_order(batch["patient"], last)
                yield self._with_decisions(batch)
                progress(self._counted["couples"])
        self._check_rows()

    def _with_decisions(self, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        import pyarrow as pa  # noqa: PLC0415 - loaded only when used
        import pyarrow.compute as pc  # noqa: PLC0415

        told = pc.replace_substring_regex(batch["problem"], r"(^|; )0*(\d+)", r"\1row \2:")
        told = pc.if_else(pc.equal(batch["patient"], NOBODY), pc.coalesce(told, "missing:patient"), told)
        live = pc.coalesce(batch["live"].cast("string"), "")
        keys = pc.binary_join_element_wise(batch["run"], batch["kind"].cast("string"), live, "#")
        keys = pc.if_else(pc.is_valid(told), "", keys).dictionary_encode()
        decided = pa.RecordBatch.from_pylist(list(map(self._decision, keys.dictionary.to_pylist())), self._of_decisions)
        beside = decided.take(keys.indices)
        problem = pc.coalesce(told, beside["problem"])
        columns = {
            "patient": batch["patient"],
            "transfers": batch["transfers"],
            **dict(zip(beside.schema.names, beside.columns, strict=True)),
            "problem": problem,
        }
        self._count(batch, beside)
        return pa.RecordBatch.from_arrays([columns[name] for name in self.schema.names], schema=self.schema)

    @cached_property
    def _of_decisions(self) -> "pa.Schema":
        import pyarrow as pa  # noqa: PLC0415 - loaded only when used

        names = [name for name in self.schema.names if name not in {"patient", "transfers"}]
        return pa.schema([self.schema.field(name) for name in names])

    def _decision(self, key: str) -> dict[str, Any]:
        """The decision on a run, written as one text; an empty one is that of a couple with a problem."""
        if not key:
            return {name: PROBLEM for name, (_, value) in self.columns.items() if value == "state"}
        if key not in self._decided:
            kinds, last, live = key.split("#")
            run = alike(Run(kinds, int(last), int(live) if live else None), self._cells)
            if run not in self._runs:
                answers = decide(run, self.own_tables)
                values = {name: answers.get(route, {}).get(value) for name, (route, value) in self.columns.items()}
                self._runs[run] = values | {"failed_in_run": None if values["state"] == PROBLEM else run.failed}
            self._decided[key] = self._runs[run]
        return self._decided[key]

    @cached_property
    def _cells(self) -> tuple[int, ...]:
        return cells(self.own_tables)

    def _count(self, batch: "pa.RecordBatch", beside: "pa.RecordBatch") -> None:
        import pyarrow.compute as pc  # noqa: PLC0415 - loaded only when used

        good = pc.not_equal(beside["state"], PROBLEM)
        sums = {"transfers": batch["transfers"], "failed": beside["failed_in_run"], "awaited": batch["awaited"]}
        for name, column in sums.items():
            self._counted[name] += pc.sum(column.filter(good)).as_py() or 0
        self._counted["rows"] += pc.sum(batch["transfers"]).as_py()
        self._counted["couples"] += batch.num_rows
        for each in pc.value_counts(beside["state"]).to_pylist():
            self._states[each["values"]] += each["counts"]

    def _check_rows(self) -> None:
        """Whether every row that went in came out."""
        if self._counted["rows"] != self.kept.facts["rows"]:
            raise AssertionError("rows were lost")

    @property
    def summary(self) -> CouplesSummary:
        """What came of it, after all batches were read."""
        counted, facts = self._counted, self.kept.facts
        return CouplesSummary(
            rows=counted["rows"],
            failed_in_current_run=counted["failed"],
            up_to_last_positive=counted["transfers"] - counted["failed"] - counted["awaited"],
            awaited=counted["awaited"],
            in_couples_with_problem=counted["rows"] - counted["transfers"],
            couples=counted["couples"],
            states={state: self._states[state] for state in sorted(self._states)},
            rows_with_problem=facts["problem"],
            embryos_not_known=facts["embryos_not_known"],
            distinct_runs=len(self._runs),
            routes=self.routes,
            notes=(*self.kept.said, LAST_ROW, NOT_FOR_SHARING, *self._of_embryos()),
        )

    def _of_embryos(self) -> Iterator[str]:
        if unknown := self.kept.facts["embryos_not_known"]:
            yield f"In {unknown:,} transfers the number of embryos is not recorded: one is taken; nothing is widened."


def _last_in_order(patients: "pa.Array", before: str | None) -> str:
    """The last of these, after a look whether every couple comes once, by patient. Nothing else is an answer."""
    import pyarrow.compute as pc  # noqa: PLC0415 - loaded only when used

    rising = pc.all(pc.less(patients[:-1], patients[1:]), min_count=0).as_py()
    if not rising or (before is not None and before >= patients[0].as_py()):
        raise AssertionError("couples came twice")
    last: str = patients[-1].as_py()
    return last
