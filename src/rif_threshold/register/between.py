"""What is wrong between rows: of one patient's transfers, and of the embryos of one transfer."""

from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from rif_threshold.register.limits import limits
from rif_threshold.vocabulary import TransferResult

TWO = "two_in_one"
"""The code of a transfer whose rows do not agree."""
_DAYS_IN_YEAR = 365
_REMAINDERS, _BITS = 20, 3
"""By what times are divided for a first look, and how many bits count each remainder: 60 of a number's 64."""


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


def marks_between(alone: ir.Table, kind_at: str, *, of_embryos: bool, ages_may_fall: bool) -> ir.Table:
    """What is wrong between a patient's transfers, each held against the one before it: ``row``, ``at``, ``marks``.

    Two on one day (or with one number) are both marked, and have a code of their own where all that is read of them is
    the same. An awaited result before another transfer, and an age that changes by more years than can be, are marked
    where they stand; a row without a place in time is left aside.
    """
    placed = alone.filter((alone["patient"] != "") & alone["at"].notnull())
    waits = (placed["result"] == str(TransferResult.AWAITED)).fill_null(ibis.literal(value=False))
    narrow = placed.select("patient", "at", "row", "age_low", "age_high", waits=waits)
    narrow = narrow.semi_join(_suspected(narrow), "patient").select(*narrow.columns)
    window = ibis.window(group_by="patient", order_by=["at", "row"])
    no = ibis.literal(value=False)
    before, after = narrow["at"].lag().over(window), narrow["at"].lead().over(window)
    found = {
        "same_time": (before == narrow["at"]).fill_null(no) | (after == narrow["at"]).fill_null(no),
        "not_last": narrow["waits"] & after.notnull(),
        "age_change": no,
    }
    if not ages_may_fall:
        most = limits().age_change_years
        fell = narrow["age_low"].lag().over(window) - narrow["age_high"]
        rose = narrow["age_low"] - narrow["age_high"].lag().over(window)
        passed = ((narrow["at"] - before) / _DAYS_IN_YEAR).floor()
        far = (rose - passed >= most).fill_null(no) if kind_at == "date" else no
        found["age_change"] = (fell >= most).fill_null(no) | far
    seen = narrow.select("row", "at", **found)
    seen = seen.filter(seen["same_time"] | seen["not_last"] | seen["age_change"])
    # Transfers that are unfolded from one row share its number.
    seen = seen.group_by("row", "at").agg(**{name: seen[name].any() for name in found})
    seen = seen.mutate(twice=no) if of_embryos else _twice(seen, placed)
    told = {
        f";same_row:{kind_at}": seen["twice"],
        f";same_time:{kind_at}": seen["same_time"] & ~seen["twice"],
        ";not_last:result": seen["not_last"],
        ";age_change:oocyte_age_years": seen["age_change"],
    }
    texts = [ibis.ifelse(mark, text, "") for text, mark in told.items()]
    return seen.select("row", "at", marks=reduce(add, texts))


def _suspected(narrow: ir.Table) -> ir.Table:
    """The patients with whom anything may be wrong, and some more: what is dear is asked of their transfers only.

    How often each remainder of a time comes stands in bits of one sum. Where a bit above the lowest is set, or so many
    transfers are there that bits may run over, two times may be the same.
    """
    counted = ibis.literal(1, "int64") << (narrow["at"].abs() % _REMAINDERS * _BITS)
    above = sum(2**_BITS - 2 << place * _BITS for place in range(_REMAINDERS))
    found = narrow.group_by("patient").agg(
        rows=narrow.count(),
        counted=counted.sum(),
        last=narrow["at"].max(),
        waits=narrow["at"].min(where=narrow["waits"]),
        years=narrow["age_low"].max() - narrow["age_high"].min(),
    )
    no = ibis.literal(value=False)
    waited = (found["waits"] < found["last"]).fill_null(no)
    aged = (found["years"] >= limits().age_change_years).fill_null(no)
    twice = (found["rows"] >= 2**_BITS) | ((found["counted"].cast("int64") & above) != 0)
    return found.filter(twice | waited | aged).select("patient")


def _twice(seen: ir.Table, placed: ir.Table) -> ir.Table:
    """The rows that were seen, and which of them stand twice with the same in everything that is read."""
    on_one_day = placed.semi_join(seen.filter(seen["same_time"]), ["row", "at"]).select(*placed.columns)
    read = [name for name in on_one_day.columns if name != "row"]
    alike = on_one_day.select("row", "at", times=on_one_day.count().over(ibis.window(group_by=read)))
    alike = alike.group_by("row", "at").agg(twice=(alike["times"] > 1).any())
    joined = seen.left_join(alike, ["row", "at"])
    return joined.select(*seen.columns, twice=joined["twice"].fill_null(ibis.literal(value=False)))


def marked(alone: ir.Table, marks: ir.Table) -> ir.Table:
    """The rows with what is wrong between them behind what is wrong with each by itself."""
    joined = alone.left_join(marks, ["row", "at"])
    both = (joined["problem"].fill_null("") + joined["marks"]).re_replace("^;", "")
    problem = ibis.ifelse(joined["marks"].isnull(), joined["problem"], both)
    return joined.select(**{name: joined[name] for name in alone.columns if name != "problem"}, problem=problem)
