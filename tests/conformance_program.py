"""A program for `rif-threshold conformance --program`: the independent calculation, as it is or with one rule wrong."""

import json
import math
import sys
from fractions import Fraction

import oracle_answer


def without_a_minimum() -> None:
    """One failed transfer is enough where the case names no number."""
    oracle_answer.LEAST = 1


def at_least() -> None:
    """60 % is taken for above 60 %."""
    oracle_answer.above = lambda missed, whole, line: (whole - missed) * line.denominator >= line.numerator * whole


def by_logarithms() -> None:
    """The textbook formula for transfers that are alike: wrong where it comes to a whole number."""
    counted = oracle_answer.crossing

    def crossing(
        done: list[Fraction], following: Fraction | None, line: Fraction, least: int
    ) -> tuple[int | None, int | None]:
        chances = {*done, following}
        if None in chances or len(chances) > 1 or chances == {0}:
            return counted(done, following, line, least)
        total = max(least, math.ceil(math.log(1 - line) / math.log(1 - following)))
        total = total if total <= oracle_answer.LIMIT else None
        return (total if total and total <= len(done) else None), total

    oracle_answer.crossing = crossing


if __name__ == "__main__":
    for name in sys.argv[1:]:
        globals()[name]()
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps({"id": asked["id"]} | oracle_answer.answer(asked["case"])))  # noqa: T201
