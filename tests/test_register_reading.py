"""A file through its mapping: every value and every problem, against what was worked out by hand."""

from pathlib import Path

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


def rows_of(path: Path, mapping: str = "own_words") -> list[dict[str, object]]:
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


def test_a_row_in_which_nothing_stands_is_counted(own: Path) -> None:
    register = read(ibis.duckdb.connect(), own, read_mapping())
    assert [tuple(each) for each in register.dropped] == [("", "", 1)]
    assert register.unknown_columns == ("notes",)
    assert register.kind_at == "date"
