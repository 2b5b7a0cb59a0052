"""What a history must give on the published table, counted transfer by transfer. Imports nothing of the package."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import oracle


def printed(transfer: dict[str, Any]) -> Fraction:
    """The rate of a transfer, written down again from the document."""
    if "per_transfer_percent" in transfer:
        return Fraction(transfer["per_transfer_percent"], 100)
    age, euploid = transfer["oocyte_age_years"], transfer["ploidy"] == "euploid"
    if euploid:
        rate = "68.4" if age < 35 else "64.1" if age <= 40 else "58.0"
    else:
        rate = "31.5" if age < 35 else "25.9" if age < 40 else "15.0"
    return Fraction(rate) / 100


@dataclass(frozen=True)
class Counted:
    """A history counted: the chances of the failed transfers, of the planned ones, the curve and where it crosses."""

    run: list[Fraction]
    planned: Fraction
    line: Fraction
    curve: list[Fraction]
    crossing: int

    def figures(self) -> dict[str, Any]:
        """What the estimate must say, by the names it says it under."""
        failed = len(self.run)
        return {
            "failed_transfers": failed,
            "transfers_to_threshold": self.crossing,
            "reached": self.crossing <= failed,
            "further_transfers": max(0, self.crossing - failed),
            "cumulative_percent_so_far": float(100 * self.curve[failed - 1]) if failed else 0,
        }


def count(history: list[dict[str, Any]], age: int, ploidy: str, percent: int, minimum: int) -> Counted:
    """Count one history. ``age`` and ``ploidy`` are those of the embryos planned next."""
    run: list[Fraction] = []
    for transfer in history:
        run = [*run, printed(transfer)] if transfer["result"] == "no_positive_test" else []
    planned, line = printed({"oocyte_age_years": age, "ploidy": ploidy}), Fraction(percent, 100)
    curve = oracle.cumulative([*run, *[planned] * 60])
    crossing = next(n for n, chance in enumerate(curve, start=1) if n >= minimum and chance > line)
    return Counted(run, planned, line, curve, crossing)


# What is not known: a chance is a pair of ends, each counted as one that is known.

BANDS = {
    "untested": ((18, 34, "31.5"), (35, 39, "25.9"), (40, 55, "15.0")),
    "euploid": ((18, 34, "68.4"), (35, 40, "64.1"), (41, 55, "58.0")),
}


def ends(kind: dict[str, Any]) -> tuple[Fraction, Fraction]:
    """The lowest and the highest chance of a transfer: rows of the age, then the mosaic, then several embryos."""
    if "per_transfer_percent" in kind:
        own = Fraction(kind["per_transfer_percent"]) / 100
        return own, own
    age, mosaic = kind.get("oocyte_age_years"), kind["ploidy"] == "low_level_mosaic"
    first, last = (18, 55) if age is None else (age, age) if isinstance(age, int) else READ[age]
    rows = BANDS["euploid" if mosaic else kind["ploidy"]]
    rates = [Fraction(rate) / 100 for low, high, rate in rows if low <= last and first <= high]
    lowest, highest = Fraction(0) if mosaic else min(rates), max(rates)
    return lowest, 1 - (1 - highest) ** kind.get("embryos", 1)


READ = {"<35": (18, 34), "35-39": (35, 39), ">=40": (40, 55), ">40": (41, 55), "33-36": (33, 36), "25-30": (25, 30)}
"""Bands of ages and the years they mean, within the 18 to 55 that are taken."""


def standing(run: list[Fraction], planned: Fraction, line: Fraction, minimum: int) -> tuple[Fraction, int | None, bool]:
    """The chance so far, the transfer that crosses (``None`` beyond 1,000), and whether it is done already."""
    miss, number, so_far, crossing = Fraction(1), 0, Fraction(0), None
    while crossing is None and number < len(run) + 1000:
        number += 1
        miss *= 1 - (run[number - 1] if number <= len(run) else planned)
        if number >= minimum and 1 - miss > line:
            crossing = number
        if number > len(run) and planned == 0:
            break
    miss = Fraction(1)
    for chance in run:
        miss *= 1 - chance
    so_far = 1 - miss
    return so_far, crossing, crossing is not None and crossing <= len(run)
