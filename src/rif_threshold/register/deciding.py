"""The decision on one run, by the same functions that judge a single case: exact, with bounds, by every route."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from rif_threshold.answers import Answer
from rif_threshold.case import Case, read_case
from rif_threshold.errors import Problem
from rif_threshold.estimate import estimate_routes
from rif_threshold.method import method
from rif_threshold.ranges import range_problems
from rif_threshold.rates import PUBLISHED_TABLE, RateTable, Stratum, load_rate_table
from rif_threshold.register.codes import KIND, kind_of, worth_of
from rif_threshold.register.counting import BETWEEN, live_birth_of
from rif_threshold.routes.kind import row_of
from rif_threshold.transfers import Transfer, counted_transfers
from rif_threshold.uncertainty import Group, crossed_probability
from rif_threshold.vocabulary import Route, TransferResult

PROBLEM = "problem"
"""The state of a couple that cannot be judged."""

_LOW, _HIGH = (worth // KIND for worth in (worth_of("age_low"), worth_of("age_high")))
ANSWERED = {
    "so_far_percent_low": "cumulative_percent_so_far_lowest",
    "so_far_percent_high": "cumulative_percent_so_far_highest",
    "state": "state",
    "crossed_at": "crossed_at",
    "crossed_at_lowest": "crossed_at_lowest",
    "crossed_at_highest": "crossed_at_highest",
    "further_transfers": "further_transfers",
    "next_percent": "next_transfer_percent",
}
"""Columns of a route, and the fields of an answer that they hold."""
ENDS = {
    "further_transfers_lowest": "further_transfers_lowest",
    "further_transfers_highest": "further_transfers_highest",
    "next_percent_low": "next_transfer_percent_lowest",
    "next_percent_high": "next_transfer_percent_highest",
}
"""Columns behind those: both ends of what is said of the next transfer, whose kind may leave them apart."""


class Run(NamedTuple):
    """What a decision depends on.

    Attributes:
        kinds: the kinds of the failed transfers since the last positive test, oldest first, with ``|`` between.
        last: the kind of the couple's last row, which is taken for the next transfer.
        live: an individual live-birth chance, if one holds.
    """

    kinds: str
    last: int
    live: int | None = None

    @property
    def failed(self) -> int:
        """How many transfers of the run failed."""
        return self.kinds.count(BETWEEN) + 1 if self.kinds else 0


def case_of(run: Run) -> dict[str, Any]:
    """The run as the case that would be typed.

    >>> case_of(Run("34341010|34341010", 34341010))["planned"]
    {'oocyte_age_years': 34, 'ploidy': <Ploidy.UNTESTED: 'untested'>, 'embryos': 1}
    """
    codes = map(int, run.kinds.split(BETWEEN)) if run.kinds else ()
    failed = {"result": TransferResult.NO_POSITIVE_TEST}
    history = [kind_of(code).fields | failed for code in codes]
    planned = kind_of(run.last).fields
    done: dict[str, Any] = {"history": history} if history else {"failed_transfers": 0}
    # Nothing failed: the kind that is planned is then the only one, and is planned next all the same.
    case = done | ({"planned": planned} if planned else {})
    if run.live is not None:
        percent, per = live_birth_of(run.live)
        case |= {"live_birth_percent": percent} | ({"live_birth_per": per} if per else {})
    return case


def cells(own_tables: Mapping[str, RateTable]) -> tuple[int, ...]:
    """The ages at which a row of any table begins, youngest first, from the youngest to beyond the oldest taken."""
    limits = method().oocyte_age
    bands = [row for table in (load_rate_table(PUBLISHED_TABLE), *own_tables.values()) for row in table.bands]
    starts = {limits.minimum_years, limits.maximum_years + 1}
    starts |= {row.age_min_years for row in bands if row.age_min_years is not None}
    starts |= {row.age_max_years + 1 for row in bands if row.age_max_years is not None}
    return tuple(sorted(starts))


def alike(run: Run, starts: tuple[int, ...]) -> Run:
    """The run with every age put at the beginning of its cell: no table tells ages within one cell apart.

    So runs that differ in nothing else are decided once.

    >>> alike(Run("36361010|38381010", 40991010), (18, 35, 40, 56)).kinds
    '35351010|35351010'
    """

    def start(age: int) -> int:
        return max((each for each in starts if each <= age), default=age) if age < starts[-1] else age

    def of(code: int) -> int:
        low, high, rest = code // _LOW, code // _HIGH % 100, code % _HIGH
        return start(low) * _LOW + start(high) * _HIGH + rest

    kinds = BETWEEN.join(str(of(int(code))) for code in run.kinds.split(BETWEEN)) if run.kinds else ""
    return Run(kinds, of(run.last), run.live)


def decide(run: Run, own_tables: Mapping[str, RateTable]) -> dict[str, dict[str, Any]]:
    """What every route answers on a run: route to its values, by the names of their columns.

    They are those of `ANSWERED` and `ENDS`, ``problem`` and ``probability_reached``. A route that is refused has the
    state `PROBLEM` and the codes of what is wrong. So has every route where the run itself is refused.
    """
    case, problems = read_case(case_of(run))
    problems += tuple(range_problems(case, (), own_tables))
    routes = (Route.AGE_TABLE, *(f"{Route.AGE_TABLE}:{each}" for each in own_tables))
    if problems:
        return {route: _refused(problems) for route in (*routes, Route.LIVE_BIRTH)}
    found = estimate_routes(case, own_tables)
    # Another population is context beside an answer; a list of couples has no place for it.
    answers = {each.route: _answered(each.answer) for each in found.estimates if not each.background}
    answers |= {each.route: _refused(each.problems) for each in found.refused if not each.background}
    for table_id, table in own_tables.items():
        answers[f"{Route.AGE_TABLE}:{table_id}"]["probability_reached"] = _probability(case, table)
    return answers


def _answered(answer: Answer) -> dict[str, Any]:
    values = {column: getattr(answer, name) for column, name in (ANSWERED | ENDS).items()}
    return values | {"state": str(answer.state), "problem": None, "probability_reached": None}


def _refused(problems: Iterable[Problem]) -> dict[str, Any]:
    told = "; ".join(dict.fromkeys(f"{each.code}:{each.field.rpartition('.')[2]}" for each in problems))
    return dict.fromkeys((*ANSWERED, *ENDS)) | {"state": PROBLEM, "problem": told, "probability_reached": None}


def _probability(case: Case, table: RateTable) -> float | None:
    """The probability that the run has crossed the line, given what the counts of an own table leave open."""
    rows = Counter(_counted_row(transfer, table) for transfer in counted_transfers(case))
    if None in rows:
        return None
    groups = [Group(row.successes or 0, row.transfers or 0, failed) for row, failed in rows.items() if row]
    return crossed_probability(groups, case.rule.threshold, case.rule.minimum)


def _counted_row(transfer: Transfer, table: RateTable) -> Stratum | None:
    """The row whose counts give the chance of a transfer; ``None`` where it rests on no counts, or not on one row's."""
    row = row_of(table, transfer.ploidy, transfer.oocyte_age_years)
    several = (transfer.embryos or 1) > 1
    return row if row is not None and row.transfers and not several else None
