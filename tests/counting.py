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
