"""The published table and the published model, read from their files. It imports nothing of the package."""

import csv
import tomllib
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

TABLES = Path(__file__).parents[1] / "tables"
RATES = TABLES / "rates/eshre_rif_2023.csv"
MODEL = TABLES / "prediction/nelson_lawlor_2011.toml"


class Row(NamedTuple):
    """A row as it is printed; an end that is not printed is none."""

    ploidy: str
    first: int
    last: int
    percent: Fraction


@cache
def printed() -> tuple[Row, ...]:
    """The rows of the published table."""
    with RATES.open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(
                each["ploidy"],
                int(each["age_min_years"] or 0),
                int(each["age_max_years"] or 999),
                Fraction(each["per_transfer_percent"]),
            )
            for each in csv.DictReader(file)
        )


def rows(ploidy: str, years: tuple[int, int] | None) -> list[Row]:
    """The rows that an embryo may belong to: of its ploidy, and of any age that it may be."""
    first, last = years or (0, 999)
    return [row for row in printed() if row.ploidy == ploidy and row.first <= last and first <= row.last]


@cache
def model() -> dict[str, Any]:
    """The model's file, with its numbers as they are written."""
    return tomllib.loads(MODEL.read_text("utf-8"), parse_float=Fraction)


def band(bands: list[dict[str, Any]], years: int) -> dict[str, Any] | None:
    """The band of the model that an age or a time falls into."""
    return next(
        (each for each in bands if each["minimum_years"] <= years <= each.get("maximum_years", 999_999_999)), None
    )


def live_birth(given: dict[str, Any]) -> Fraction:
    """The model's chance of a live birth: the logistic function of a sum of eight coefficients, to 40 digits."""
    numbers = model()["coefficients"]
    age = band(model()["age_bands"], given["woman_age_years"])
    trying = band(model()["trying_bands"], given["trying_years"])
    assert age is not None
    assert trying is not None
    side = numbers["with_icsi" if given["icsi"] else "without_icsi"]
    cycles = numbers["unsuccessful_cycles"]
    total = (
        numbers["intercept"]
        + age["trying"][trying["label"]]
        + age["egg_source"][given["egg_source"]]
        + side["cause"][given["cause"]]
        + side["attempt"][given["attempt"]]
        + cycles[str(min(given["unsuccessful_cycles"], max(map(int, cycles))))]
        + numbers["pregnancy_history"][given["pregnancy_history"]]
        + numbers["cycle_medication"][given["cycle_medication"]]
    )
    with localcontext(prec=50):
        exponent = -Decimal(total.numerator) / Decimal(total.denominator)
        return Fraction(round(1 / (1 + exponent.exp()), 40))
