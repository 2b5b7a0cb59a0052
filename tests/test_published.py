"""Every published example, and every printed cell of the published table, comes out of the code."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from rif_threshold import assess, load_rate_table
from rif_threshold.wording import shown_percent

EXAMPLES = tomllib.loads((Path(__file__).parent / "published/threshold.toml").read_text("utf-8"))["example"]

# nasehi_slides, table of cumulative likelihoods: ploidy, an age of the band, printed cells for n = 1..6, answer.
PRINTED = [
    ("untested", 30, "31.5 53.1 67.9 78.0 84.9 89.7", 3),
    ("untested", 37, "25.9 45.1 59.3 69.9 77.7 83.4", 4),
    ("untested", 40, "15.0 27.8 38.6 47.8 55.6 62.3", 6),
    ("euploid", 30, "68.4 90.0 96.8 99.0 99.7 99.9", 2),
    ("euploid", 40, "64.1 87.1 95.4 98.3 99.4 99.8", 2),
    ("euploid", 41, "58.0 82.4 92.6 96.9 98.7 99.5", 2),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_published_example(example: dict[str, Any]) -> None:
    answer = assess(example["case"], include=())
    estimate = answer.primary
    assert estimate is not None
    for name, expected in example["expect"].items():
        assert getattr(estimate, name) == pytest.approx(expected, abs=example["tolerance"]), name
    for n, expected in example["cumulative"].items():
        assert estimate.cumulative_percent[int(n) - 1] == pytest.approx(expected, abs=example["tolerance"]), n


@pytest.mark.parametrize(("ploidy", "age", "cells", "answer"), PRINTED)
def test_every_printed_cell_to_the_printed_decimal(ploidy: str, age: int, cells: str, answer: int) -> None:
    estimate = assess({"oocyte_age_years": age, "ploidy": ploidy, "failed_transfers": 0}, include=()).primary
    assert estimate is not None
    assert [shown_percent(percent) for percent in estimate.cumulative_percent[:6]] == cells.split()
    assert estimate.transfers_to_threshold == answer


def test_the_table_file_holds_the_same_cells() -> None:
    strata = load_rate_table("eshre_rif_2023").strata
    assert [" ".join(f"{cell:.1f}" for cell in row.printed_cumulative_percent) for row in strata] == [
        cells for _, _, cells, _ in PRINTED
    ]
