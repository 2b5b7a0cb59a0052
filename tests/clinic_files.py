"""Small files of a clinic, made for the page: forty women at 36 whose first transfer is known, some with a second."""

import csv
import io

HEADING = ["patient", "date", "oocyte_age_years", "ploidy", "embryos", "result"]
CANARY = "canary7f3a"


def rows(women: int = 40, positive: int = 12, patient: str = "w{:04}") -> list[list[str]]:
    """One first transfer a woman, ``positive`` of them positive; every other woman who failed comes back and fails."""
    made = []
    for number in range(women):
        came = number < positive
        who = patient.format(number)
        result = "live_birth" if came else "no_positive_test"
        made.append([who, "2024-03-01", "36", "untested", "1", result])
        if not came and number % 2:
            made.append([who, "2024-09-01", "36", "untested", "1", "no_positive_test"])
    return made


def as_csv(listed: list[list[str]], heading: list[str] | None = None) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([heading or HEADING, *listed])
    return out.getvalue().encode()


def other_words() -> bytes:
    """The same in headings and words that no shipped mapping knows."""
    words = {"live_birth": "LB", "no_positive_test": "neg"}
    listed = [
        [who, ".".join(reversed(day.split("-"))), age, "none", number, words[result]]
        for who, day, age, _, number, result in rows()
    ]
    return as_csv(listed, ["Case", "ET day", "Age OPU", "PGT", "Number", "Outcome"])
