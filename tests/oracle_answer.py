"""The whole answer for a case, in fractions: routes, their order, both ends, and refusals. It imports nothing of the
package under test. Written from the contract and the guideline's rule, not from the code."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import oracle_forms as forms
import oracle_tables as tables
from oracle_problems import ROUTES, Known, Problem, has_figure, high, read

LINE, LEAST, FACTOR = Fraction(60), 2, Fraction("1.16")
"""Percent that must be exceeded, the fewest failed transfers, and what turns a live birth into a pregnancy."""
LIMIT = 1000
"""Beyond so many transfers the answer is "more than 1,000"."""
DECIMALS = 6
End = Fraction
Pair = tuple[End, End]


class Refused(Exception):
    """A route that has no answer, with why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems)
        self.problems = problems


def answer(given: dict[str, Any]) -> dict[str, Any]:
    """The agreed fields for a case. What is nothing is left out."""
    known = read(given)
    if known.problems:
        return {"state": "refused", "problems": told(known.problems)}
    computed: dict[str, tuple[list[Pair], Pair | None]] = {}
    refused: dict[str, tuple[Problem, ...]] = {}
    for route in ROUTES:
        if gives_something(known, route):
            try:
                computed[route] = CHANCES[route](known)
            except Refused as why:
                refused[route] = why.problems
    primary = chosen(known, computed.keys(), refused)
    if primary not in computed and primary not in refused:
        return {"state": "refused", "problems": told([("primary_route", "not_in_list")])}
    said = {"route": primary, "routes": [route for route in ROUTES if route in computed]}
    if primary in refused:
        return {"state": "no_answer", **said, "problems": told(refused[primary])}
    return said | standing(known, *computed[primary])


def told(problems: Any) -> list[dict[str, str]]:
    """Every problem once, in the order of field and code."""
    return [{"field": field, "code": code} for field, code in sorted(set(problems))]


# The routes. Each gives the chances of the failed transfers and that of the next one, as pairs of ends.


def gives_something(known: Known, route: str) -> bool:
    """Whether the case says anything that only this route asks for."""
    also = {"live_birth": "live_birth_per", "clinic_rate": "clinic_outcome"}.get(route, "")
    return has_figure(known, route) or known.get(also) is not None


def single(known: Known, chance: Fraction) -> tuple[list[Pair], Pair | None]:
    """One chance for all, but for a transfer that has a percentage of its own."""
    run = [own(each) or (chance, chance) for _, each in known.run]
    return run, None if known.next_kind is None else (chance, chance)


def own(transfer: dict[str, Any]) -> Pair | None:
    percent = transfer.get("per_transfer_percent")
    return None if percent is None else (percent / 100, percent / 100)


def by_live_birth(known: Known) -> tuple[list[Pair], Pair | None]:
    percent, per = known.get("live_birth_percent"), known.get("live_birth_per")
    lacking = [name for name in ("live_birth_percent", "live_birth_per") if known.get(name) is None]
    if lacking:
        raise Refused(*((name, "missing") for name in lacking))
    if per == "retrieval":
        raise Refused(("live_birth_per", "per_retrieval"))
    chance = pregnancy(percent / 100, "live_birth_percent")
    if high(known, known.flat, 100 * chance):
        raise Refused(("live_birth_percent", "high_percent"))
    return single(known, chance)


def pregnancy(live_birth: Fraction, field: str) -> Fraction:
    if live_birth * FACTOR >= 1:
        raise Refused((field, "product_range"))
    return live_birth * FACTOR


def by_model(known: Known) -> tuple[list[Pair], Pair | None]:
    given = known.prediction or {}
    lacking = [name for name in forms.PREDICTION if name not in given]
    if lacking:
        raise Refused(*((f"prediction.{name}", "missing") for name in lacking))
    problems = list(_of_model(given))
    if problems:
        raise Refused(*problems)
    return single(known, pregnancy(tables.live_birth(given), "prediction"))


def _of_model(given: dict[str, Any]) -> Any:
    model = tables.model()
    age = tables.band(model["age_bands"], given["woman_age_years"])
    trying = tables.band(model["trying_bands"], given["trying_years"])
    if age is None:
        yield "prediction.woman_age_years", "outside_model"
    for cell in model["doubtful"]:
        if age and trying and (age["label"], trying["label"]) == (cell["age_band"], cell["trying_band"]):
            yield "prediction.woman_age_years, prediction.trying_years", "doubtful_cell"
    first, cycles = given["attempt"] == "first", given["unsuccessful_cycles"]
    if (first and cycles > 0) or (given["attempt"] == "second" and cycles > 1):
        yield "prediction.attempt, prediction.unsuccessful_cycles", "contradiction"
    if first == given["pregnancy_history"].startswith("previous_ivf"):
        yield "prediction.attempt, prediction.pregnancy_history", "contradiction"


def by_clinic(known: Known) -> tuple[list[Pair], Pair | None]:
    percent, outcome = known.get("clinic_percent"), known.get("clinic_outcome")
    successes, transfers = known.get("clinic_successes"), known.get("clinic_transfers")
    counted = successes is not None and transfers is not None
    lacking = [] if outcome else [("clinic_outcome", "missing")]
    if percent is None and not counted:
        lacking.append(("clinic_successes, clinic_transfers", "missing"))
    if lacking:
        raise Refused(*lacking)
    if outcome in ("live_birth", "implantation_or_pregnancy_as_printed"):
        raise Refused(("clinic_outcome", "outcome"))
    if not counted:
        if high(known, known.flat, percent):
            raise Refused(("clinic_percent", "high_percent"))
        return single(known, percent / 100)
    if successes in (0, transfers):
        raise Refused(("clinic_successes, clinic_transfers", "all_or_none"))
    return single(known, Fraction(successes, transfers))


def by_table(known: Known) -> tuple[list[Pair], Pair | None]:
    lacking = [
        (f"{place}ploidy", "missing")
        for place, each in known.run
        if "per_transfer_percent" not in each and "ploidy" not in each
    ]
    kind = known.next_kind
    if not known.run and kind is not None and "ploidy" not in kind:
        lacking.append(("planned.ploidy" if known.planned else "ploidy", "missing"))
    if lacking:
        raise Refused(*lacking)
    return [own(each) or ends(each) for _, each in known.run], ends(kind) if kind and "ploidy" in kind else None


def ends(kind: dict[str, Any]) -> Pair:
    """The lowest and the highest chance: by the age, then for a mosaic, then for several embryos."""
    mosaic = kind["ploidy"] == "low_level_mosaic"
    rows = tables.rows("euploid" if mosaic else kind["ploidy"], kind.get("oocyte_age_years"))
    lowest = Fraction(0) if mosaic else min(row.percent for row in rows) / 100
    highest = max(row.percent for row in rows) / 100
    return lowest, 1 - (1 - highest) ** kind.get("embryos", 1)


CHANCES = {"live_birth": by_live_birth, "prediction_model": by_model, "clinic_rate": by_clinic, "age_table": by_table}


def chosen(known: Known, computed: Any, refused: dict[str, tuple[Problem, ...]]) -> str:
    """The route that answers: the one that is named, else by the order, with the table first where one chance for all
    transfers cannot be right."""
    if named := known.get("primary_route"):
        return str(named)
    given = [route for route in ROUTES if route in computed or route in refused]
    open_routes = {route for route, why in refused.items() if stands_back({code for _, code in why})}
    finished = [route for route in given if route not in open_routes]
    kind = known.next_kind or {}
    other_kind = any(each.get("ploidy") not in (None, "untested") for _, each in known.run)
    if "age_table" in finished and (other_kind or kind.get("ploidy") == "euploid" or other_age(known, kind)):
        return "age_table"
    for among in (finished, given):
        for route in among:
            if has_figure(known, route):
                return route
    return given[0]


def stands_back(codes: set[str]) -> bool:
    """Whether a refused route leaves the answer to another: it only lacks something, or is asked back, or its figure
    can be no chance of one transfer."""
    return codes <= {"missing", "high_percent"} or codes == {"product_range"}


def other_age(known: Known, planned: dict[str, Any]) -> bool:
    """Whether transfers that count and the planned one were of eggs whose ages stand in different rows."""
    kinds = [planned, *(each for _, each in known.run if "per_transfer_percent" not in each)]
    found = [tables.rows("untested", each["oocyte_age_years"]) for each in kinds if "oocyte_age_years" in each]
    alone = [rows for rows in found if len(rows) == 1]
    return any(before != after for before, after in pairwise(alone))


# Where a couple stands, by the chances of one route.


def standing(known: Known, run: list[Pair], following: Pair | None) -> dict[str, Any]:
    line, least = (known.get("threshold_percent") or LINE) / 100, known.get("minimum_transfers") or LEAST
    crossed, total = [], []
    for end in (0, 1):
        at, whole = crossing([each[end] for each in run], following and following[end], line, least)
        crossed.append(at)
        total.append(whole)
    reached = [at is not None for at in crossed]
    so_far = [1 - miss([each[end] for each in run]) for end in (0, 1)]
    figures = {
        "failed_transfers": len(run),
        "crossed_at": crossed,
        "transfers_to_threshold": total,
        "further_transfers": [None if each is None else max(0, each - len(run)) for each in total],
        "so_far_percent": [rounded(each) for each in so_far],
        "next_percent": [None if following is None else rounded(following[end]) for end in (0, 1)],
    }
    state = "reached" if all(reached) else "cannot_be_said" if any(reached) else "not_yet"
    return {"state": state} | {name: value for name, value in figures.items() if value != [None, None]}


def miss(chances: list[Fraction]) -> Fraction:
    """The chance that all fail."""
    product = Fraction(1)
    for each in chances:
        product *= 1 - each
    return product


def above(missed: int, whole: int, line: Fraction) -> bool:
    """Whether the chance of at least one success lies above the line: strictly."""
    return (whole - missed) * line.denominator > line.numerator * whole


def crossing(
    done: list[Fraction], following: Fraction | None, line: Fraction, least: int
) -> tuple[int | None, int | None]:
    """The failed transfer that crossed the line, if any did, and the transfer that does. Counted one by one; whole
    numbers stand for the chance that all fail, so that nothing is rounded and nothing has to be reduced."""
    missed = whole = 1
    for number in range(1, LIMIT + 1):
        chance = done[number - 1] if number <= len(done) else following
        if chance is None:
            break
        missed *= chance.denominator - chance.numerator
        whole *= chance.denominator
        if number >= least and above(missed, whole, line):
            return (number if number <= len(done) else None), number
    return None, None


def rounded(chance: Fraction) -> str:
    """A chance as percent with six decimals, half up."""
    units = chance * 100 * 10**DECIMALS
    whole = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return f"{whole // 10**DECIMALS}.{whole % 10**DECIMALS:0{DECIMALS}d}"


def unclear(chance: Fraction) -> bool:
    """Whether floating point might round a chance to another last decimal: it lies next to half a unit, not on it."""
    units = chance * 100 * 10**DECIMALS
    apart = abs(units - units.numerator // units.denominator - Fraction(1, 2))
    return 0 < apart < Fraction(1, 10**6)
