"""Spark and DuckDB read every file to the same rows, however many parts Spark reads it in."""

from collections.abc import Iterator
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from rif_threshold.errors import InvalidInput
from rif_threshold.register import loading
from rif_threshold.register.counting import keep
from rif_threshold.register.engines import Engine, engine
from rif_threshold.register.mapping import Mapping
from rif_threshold.register.mappings import read_mapping
from rif_threshold.register.reading import read
from test_register_files import LAYOUTS, NOTED, laid_out
from test_register_values import AGES, BASE, DAYS

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore"),
]
ROOT = Path(__file__).parents[1]
MADE = [
    ROOT / f"tests/data/register/{name}.csv" for name in ("own_words_de", "embryo_rows", "cycle_rows", "hfea_2017_2018")
]


@pytest.fixture(scope="module")
def spark(cluster: Engine) -> Iterator[ibis.BaseBackend]:
    """The cluster, where it cuts a file after every two hundred bytes."""
    session, name = cluster.backend._session, "spark.sql.files.maxPartitionBytes"
    before = session.conf.get(name)
    session.conf.set(name, "200")
    yield ibis.pyspark.connect(session)
    session.conf.set(name, before)


def same(spark: ibis.BaseBackend, path: Path, mapping: str | Mapping) -> list[dict[str, object]]:
    """The rows of a file, which both engines must agree on."""
    by = mapping if isinstance(mapping, Mapping) else read_mapping(mapping)
    found = [read(engine, path, by) for engine in (ibis.duckdb.connect(), spark)]
    ours, theirs = (
        sorted(each.rows.to_pyarrow().to_pylist(), key=lambda row: (row["row"], row["at"] or 0)) for each in found
    )
    assert ours == theirs
    assert found[0].dropped == found[1].dropped
    return ours


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.stem)
def test_every_made_file(path: Path, spark: ibis.BaseBackend) -> None:
    assert same(spark, path, path.stem)


def test_a_plain_file_in_many_parts_with_ragged_rows_and_blank_lines(spark: ibis.BaseBackend, tmp_path: Path) -> None:
    path = tmp_path / "a plain file's.csv"
    rows = [f" P{n % 70} ,2024-0{1 + n % 9}-{10 + n % 18},{30 + n % 9},untested,1,no_positive_test" for n in range(100)]
    rows[7], rows[40], rows[41] = "P7,2024-01-01", f"{rows[40]},more,and more", "  "
    path.write_text(
        "\n".join(["patient,date,oocyte_age_years,ploidy,embryos,result", "", *rows, "\x0b0,,,,,", ""]), "utf-8"
    )
    found = same(spark, path, "own_words")
    assert [row["row"] for row in found] == list(range(1, 102))
    assert [row["row"] for row in found if str(row["problem"]).startswith("ragged")] == [8, 41, 42]


def test_every_way_to_write_an_age_and_a_day(spark: ibis.BaseBackend, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    days = [*DAYS["D.M.Y"], *["03.04.2024"] * (len(AGES) - len(DAYS["D.M.Y"]))]
    lines = (f"P{n};{day};{age}" for n, (day, age) in enumerate(zip(days, AGES, strict=True)))
    path.write_text("\n".join(["p;d;a", *lines]), "utf-8")
    mapping = BASE | {"decimal": ",", "date": {"column": "d", "order": "D.M.Y"}, "oocyte_age_years": {"column": "a"}}
    del mapping["order"]
    rows = same(spark, path, Mapping.model_validate(mapping))
    assert [row["at"] for row in rows if row["row"] <= 5] == [19816, 19816, 19816, None, 19830]


def test_parquet(spark: ibis.BaseBackend, tmp_path: Path) -> None:
    table = pa.csv.read_csv(ROOT / "tests/data/register/flags.csv")
    pq.write_table(table, tmp_path / "f.parquet", row_group_size=2)
    assert len(same(spark, tmp_path / "f.parquet", "flags")) == 8


@pytest.mark.parametrize("layout", LAYOUTS[::7], ids=str)
def test_every_line_is_a_row_in_every_layout(layout: dict[str, str], spark: ibis.BaseBackend, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    by = read_mapping().model_copy(update={"separator": layout["separator"]})
    path.write_bytes(laid_out([*NOTED, "P6,2024-06-01", f"{NOTED[1]}{',more' * 50}"], layout))
    assert [row["patient"] for row in same(spark, path, by)] == ["P1", "P2", "P3", "P4", "P5", "P6", "P1"]
    quoted = [*NOTED[:5], NOTED[5].replace("n5", f'"on two{layout["end"]}lines"')]
    path.write_bytes(laid_out(quoted, layout))
    assert len(same(spark, path, by)) == 5
    path.write_bytes(laid_out([*NOTED[:5], NOTED[5].replace("n5", '"n5')], layout))
    with pytest.raises(InvalidInput, match="a quotation mark is not closed in the row that begins in line 6"):
        read(spark, path, by)


def test_a_session_that_runs_goes_on_and_keeps_nothing_of_ours(spark: ibis.BaseBackend) -> None:
    session = spark._session
    with engine("spark") as running:
        assert running.backend._session is session
        rows = read(running.backend, MADE[0], read_mapping("own_words_de")).rows
        assert keep(rows, running).facts["rows"] > 1
        assert [each.name for each in session.catalog.listTables() if each.name.startswith("register_")]
    assert [each.name for each in session.catalog.listTables() if each.name.startswith("register_")] == []
    assert session.range(3).count() == 3


def test_large_csv_with_quotation_marks_is_not_read(
    spark: ibis.BaseBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f.csv"
    path.write_text('"patient",date\n', "utf-8")
    monkeypatch.setattr(loading, "LARGEST_IN_MEMORY", 3)
    monkeypatch.setattr(loading.in_memory, "LARGEST_IN_MEMORY", 3)
    with pytest.raises(InvalidInput, match="save the table as plain CSV"):
        read(spark, path, read_mapping())
