"""What is wrong between rows: of one patient's transfers, and of the embryos of one transfer."""

import ibis
import ibis.expr.types as ir

from rif_threshold.register.limits import limits
from rif_threshold.vocabulary import TransferResult

TWO = "two_in_one"
"""The code of a transfer whose rows do not agree."""
_DAYS_IN_YEAR = 365


def embryo_rows_collapsed(rows: ir.Table, time: str, codes: dict[str, tuple[str, ...]]) -> ir.Table:
    """Put the packed rows of one transfer together: those with one patient and one day.

    A row that lacks either stays alone. What must be one in one transfer, and is not, is a problem of it: the last of
    its codes.
    """
    alone = (rows[time] < 0) | (rows["patient"] == "")
    keyed = rows.mutate(alone=ibis.ifelse(alone, rows["row"], 0))
    one = {name: _agreed(keyed[name], len(codes[name])) for name in codes if name not in {time, "embryos"}}
    grouped = keyed.group_by("patient", time, "alone").agg(
        row=keyed["row"].min(), ragged=keyed["ragged"].max(), embryos=keyed.count(), **one
    )
    return grouped.drop("alone")


def _agreed(values: ir.NumericColumn, last: int) -> ir.NumericScalar:
    lowest, highest = values.min(), values.max()
    return ibis.cases((lowest < 0, lowest), (lowest != highest, -last), else_=highest)


def between_rows(rows: ir.Table, kind_at: str, *, ages_may_fall: bool) -> ir.Table:
    """Add to the problems of each row what is wrong between a patient's transfers, each with the one before it.

    Two on one day (or with one number) are both marked. An awaited result before another transfer, and an age that
    changes by more years than can be, are marked where they stand; a row without a place in time is left aside.
    """
    window = ibis.window(group_by="patient", order_by=[rows["at"].isnull(), rows["at"], rows["row"]])
    no = ibis.literal(value=False)
    before, after = rows["at"].lag().over(window), rows["at"].lead().over(window)
    marks = {
        f"same_time:{kind_at}": (before == rows["at"]).fill_null(no) | (after == rows["at"]).fill_null(no),
        "not_last:result": (rows["result"] == str(TransferResult.AWAITED)).fill_null(no) & after.notnull(),
    }
    if not ages_may_fall:
        most = limits().age_change_years
        fell = rows["age_low"].lag().over(window) - rows["age_high"]
        rose = rows["age_low"] - rows["age_high"].lag().over(window)
        passed = ((rows["at"] - before) / _DAYS_IN_YEAR).floor()
        far = (rose - passed >= most).fill_null(no) if kind_at == "date" else no
        marks["age_change:oocyte_age_years"] = (fell >= most).fill_null(no) | far
    marked = rows.mutate(**{f"mark{place}": mark for place, mark in enumerate(marks.values())})
    known = (marked["patient"] != "") & marked["at"].notnull()
    told = marked["problem"].fill_null("")
    for place, code in enumerate(marks):
        told = told + ibis.ifelse(known & marked[f"mark{place}"], f";{code}", "")
    return marked.mutate(problem=told.re_replace("^;", "").nullif("")).select(*rows.columns)
