"""What is wrong between rows: of one patient's transfers, and of the embryos of one transfer."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from rif_threshold.register.limits import limits
from rif_threshold.register.values import true_of
from rif_threshold.vocabulary import TransferResult

Faults = dict[tuple[str, str], str]
"""Code and field -> the column of a table that says whether a row has this problem."""

_DAYS_IN_YEAR = 365


def embryo_rows_collapsed(rows: ir.Table, faults: Faults, flags: tuple[str, ...]) -> tuple[ir.Table, Faults]:
    """Put the rows of one transfer together: those with one patient and one day. A row that lacks either stays alone.

    What must be one in one transfer, and is not, is a problem of it.
    """
    alone = rows["at"].isnull() | (rows["patient"] == "")
    keyed = rows.mutate(alone=ibis.ifelse(alone, rows["row"], 0), at_key=rows["at"].fill_null(0))
    kinds = ("age_low", "age_high", "ploidy", "stage")
    same = ("live_birth_percent", "live_birth_per", "age")
    grouped = keyed.group_by("patient", "at_key", "alone").aggregate(
        row=keyed["row"].min(),
        at=keyed["at"].min(),
        embryos=keyed["embryos"].sum().cast("int64"),
        result=keyed["result"].min(),
        two_kinds=_any(_differs(keyed, kinds)),
        two_results=_any(_differs(keyed, ("result", *flags))),
        **{name: keyed[name].min() for name in (*kinds, *same, *flags)},
        **{name: _any(keyed[name].max()) for name in faults.values()},
    )
    more = {("two_kinds", "ploidy"): "two_kinds", ("two_results", "result"): "two_results"}
    return grouped.drop("at_key", "alone"), faults | more


def _differs(rows: ir.Table, names: tuple[str, ...]) -> ir.BooleanScalar:
    found = ibis.literal(value=False)
    for name in names:
        found = found | (rows[name].min() != rows[name].max()).fill_null(ibis.literal(value=False))
    return found


def _any(found: ir.BooleanScalar) -> ir.BooleanScalar:
    return found.fill_null(ibis.literal(value=False))


def between_rows(rows: ir.Table, kind_at: str, *, ages_may_fall: bool) -> tuple[ir.Table, Faults]:
    """Mark what is wrong between a patient's transfers, each with the one before it.

    Two on one day (or with one number) are both marked. An awaited result before another transfer, and an age that
    changes by more years than can be, are marked where they stand; a row without a place in time is left aside.
    """
    window = ibis.window(group_by="patient", order_by=[rows["at"].isnull(), rows["at"], rows["row"]])
    before, after = rows["at"].lag().over(window), rows["at"].lead().over(window)
    known = (rows["patient"] != "") & rows["at"].notnull()
    marked: Mapping[str, ir.BooleanValue] = {
        "same_time": true_of(before == rows["at"]) | true_of(after == rows["at"]),
        "not_last": true_of(rows["result"] == str(TransferResult.AWAITED)) & after.notnull(),
    }
    faults: Faults = {("same_time", kind_at): "same_time", ("not_last", "result"): "not_last"}
    if not ages_may_fall:
        most = limits().age_change_years
        fell = rows["age_low"].lag().over(window) - rows["age_high"]
        passed = ((rows["at"] - before) / _DAYS_IN_YEAR).floor() if kind_at == "date" else most * most
        rose = rows["age_low"] - rows["age_high"].lag().over(window) - passed
        marked = {**marked, "age_change": true_of(fell >= most) | true_of(rose >= most)}
        faults |= {("age_change", "oocyte_age_years"): "age_change"}
    return rows.mutate(**{name: known & found for name, found in marked.items()}), faults
