"""A file through its mapping: every value and every problem, against what was worked out by hand."""

import random
from pathlib import Path
from typing import Any

import ibis
import pytest

from rif_threshold.register.mappings import read_mapping
from rif_threshold.register.reading import read

OWN = """patient,date,oocyte_age_years,ploidy,embryos,result,notes
A,2024-01-02,34,untested,1,no_positive_test,x
A,2024-03-02,34.7,untested,1.0,biochemical,
A,2024-03-02,34,untested,2,awaited,
B,2024-02-30,38-40,euploid,0,live_birth,
C,2024-02-20 10:00+02:00,>=40,euploid,,ongoing,
C,2024-05-20,20,euplod,1,ongoing,
,2024-05-20,,untested,1
,,,,,,
"""


def rows_of(path: Path, mapping: str = "own_words") -> list[dict[str, Any]]:
    register = read(ibis.duckdb.connect(), path, read_mapping(mapping))
    return register.rows.order_by("row").to_pyarrow().to_pylist()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(OWN, "utf-8")
    return path


def test_every_value_and_every_problem_of_a_small_file(own: Path) -> None:
    rows = rows_of(own)
    assert [row["at"] for row in rows] == [19724, 19784, 19784, None, 19773, 19863, None]
    assert [(row["age"], row["age_low"], row["age_high"]) for row in rows] == [
        (34, 34, 34), (34, 34, 34), (34, 34, 34), (None, 38, 40), (None, 40, 99), (20, 20, 20), (None, None, None),
    ]  # fmt: skip
    assert [row["embryos"] for row in rows] == [1, 1, 2, None, None, 1, 1]
    assert [row["problem"] for row in rows] == [
        None,
        "same_time:date",
        "same_time:date",
        "date_form:date;no_transfer:embryos",
        None,
        "not_in_list:ploidy;age_change:oocyte_age_years",
        "ragged:row",
    ]
    assert [row["patient"] for row in rows] == ["A", "A", "A", "B", "C", "C", ""]


def test_what_is_wrong_between_transfers_is_found_however_far_apart_and_however_many_they_are(tmp_path: Path) -> None:
    """Against looking at every pair: few transfers and many, close together and far apart."""
    chance, path = random.Random(11), tmp_path / "f.csv"
    rows = [
        (f"P{patient}", chance.randint(1, 400 if patient % 2 else 12), chance.choice([30, 30, 31, 41]), result)
        for patient in range(600)
        for result in chance.choices(
            ["no_positive_test", "ongoing", "awaited"], [40, 10, 1], k=chance.choice([1, 2, 9])
        )
    ]
    lines = (f"{patient},{order},{age},untested,1,{result}" for patient, order, age, result in rows)
    path.write_text("\n".join(["patient,order,oocyte_age_years,ploidy,embryos,result", *lines]), "utf-8")
    wrong = set()
    for number, (patient, order, age, result) in enumerate(rows, start=1):
        others = [(*row[1:], place) for place, row in enumerate(rows, start=1) if row[0] == patient and place != number]
        if any(other[0] == order for other in others):
            wrong.add((number, "same_row" if (order, age, result) in {other[:3] for other in others} else "same_time"))
        if result == "awaited" and any((other[0], other[3]) > (order, number) for other in others):
            wrong.add((number, "not_last"))
        before = max((other for other in others if (other[0], other[3]) < (order, number)), default=None, key=key)
        if before and before[1] - age >= 10:
            wrong.add((number, "age_change"))
    told = rows_of(path)
    found = {
        (row["row"], problem.partition(":")[0])
        for row in told
        if row["problem"]
        for problem in row["problem"].split(";")
    }
    assert found == wrong
    assert {code for _, code in wrong} == {"same_row", "same_time", "not_last", "age_change"}


def key(row: tuple[int, int, str, int]) -> tuple[int, int]:
    """When a transfer was: its order, then its row."""
    return row[0], row[3]


def test_a_row_in_which_nothing_stands_is_counted(own: Path) -> None:
    register = read(ibis.duckdb.connect(), own, read_mapping())
    assert [tuple(each) for each in register.dropped] == [("", "", 1)]
    assert register.unknown_columns == ("notes",)
    assert register.kind_at == "date"
