"""Write examples/register.csv: 3,000 made transfers with the dirt of real files. Same seed, same file.

Nobody stands behind a row. The file is as a spreadsheet program exports it: with a byte order mark, semicolons,
decimal commas and days as 17.04.2024.
"""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

ROWS, SEED = 3000, 20260101
FILE = Path(__file__).parents[1] / "examples/register.csv"
HEAD = ["Case no.", "ET date", "Age at OPU", "PGT-A", "No. of embryos", "Day", "Outcome", "Cycle", "Remarks"]
# Made chances of a positive test by age and ploidy; they are nobody's rates.
CHANCES = {"untested": (0.34, 0.28, 0.16), "euploid": (0.66, 0.62, 0.57)}
POSITIVE = {"biochem.": 15, "Miscarriage": 18, "ectopic": 2, "ongoing": 5, "Live  Birth": 60}


def chance(age: int, tested: bool) -> float:
    return CHANCES["euploid" if tested else "untested"][(age >= 35) + (age >= 40)]


def couple(made: random.Random, number: int) -> list[list[str]]:
    """The transfers of one couple, oldest first, until a birth, or until they stop."""
    age, day = min(44, max(24, round(made.gauss(36, 4)))), date(2021, 1, 1) + timedelta(made.randrange(1500))
    rows = []
    for _ in range(made.choice((1, 2, 2, 3, 4, 6))):
        tested = made.random() < 0.25
        positive = made.random() < chance(age, tested)
        outcome = made.choices([*POSITIVE], [*POSITIVE.values()])[0] if positive else "neg"
        embryos, stage = (
            ("1" if tested or made.random() < 0.85 else "2"),
            ("5" if tested or made.random() < 0.8 else "3"),
        )
        result = "normal" if tested else made.choice(("", "-"))
        rows.append([f"{number:05d}", f"{day:%d.%m.%Y}", str(age), result, embryos, stage, outcome, "IVF", ""])
        if outcome == "Live  Birth" or made.random() < 0.2:
            break
        passed = made.randrange(45, 200)
        day, age = day + timedelta(passed), age + (passed > 150)
    return rows


def soiled(made: random.Random, row: list[str]) -> list[str]:  # noqa: C901 - one branch a kind of dirt
    """A row with one of ten kinds of dirt: one row in thirty."""
    row = [*row]
    match made.randrange(300):
        case 0:
            row[1] = f"{row[1][3:5]}/{row[1][:2]}/{row[1][6:]}"  # another order of dates
        case 1:
            row[2] = f"{row[2]},5"  # years with decimals: read, and floored
        case 2:
            row[2] = made.choice(("", "-", "999", "unknown"))  # missing in several ways
        case 3:
            row[6] = made.choice(("None", "pos, lost to FU", "LB (twins)"))  # words that the mapping does not name
        case 4:
            row[2] = made.choice(("38-40", ">=40", "18 - 34", "45+"))  # bands for years
        case 5:
            row[4], row[7] = "0", made.choice(("freeze-all", "cancelled"))  # no transfer
        case 6:
            row[4] = made.choice(("", "1.0"))  # not known; a decimal point where commas are said
        case 7:
            row[2] = f"{row[2][::-1]}"  # digits swapped: an age that cannot be, or falls by years
        case 8:
            row = row[: made.choice((6, 7))]  # a row that is cut off
        case 9:
            row[8] = made.choice(('said "maybe"', "see letter; call back"))  # what breaks careless readers
    return row


def main() -> None:
    made = random.Random(SEED)
    rows: list[list[str]] = []
    number = 1
    while len(rows) < ROWS:
        rows += couple(made, number)
        number += 1
    rows = [soiled(made, row) for row in rows[:ROWS]]
    for place in made.sample(range(ROWS), 6):
        rows[made.randrange(ROWS)] = rows[place]  # one transfer on two rows
    made.shuffle(rows)
    rows[made.randrange(ROWS)] = [""] * len(HEAD)
    with FILE.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\r\n").writerows([HEAD, *rows])


if __name__ == "__main__":
    main()
