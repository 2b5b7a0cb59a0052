"""``rif-threshold register couples`` and ``table``: files in, files and sentences out, and nothing else left behind."""

import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from rif_threshold.cli import cli, clinic
from rif_threshold.cli.ending import ended
from rif_threshold.register import engines
from test_register_couples import made_couples, written


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["register", *map(str, arguments)])


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Some 300 couples with dirt."""
    path = tmp_path / "register.csv"
    written(made_couples(300, 8), path, 8)
    return path


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders lie, and nothing else."""
    folder = tmp_path / "private"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_couples_are_written_and_the_counts_reconcile_in_text_and_json(register: Path, private: Path) -> None:
    out = register.parent / "couples.csv"
    text = run("couples", register, "--output", out)
    assert text.exit_code == 0, text.output
    told = json.loads(run("couples", register, "--output", out, "--json").stdout)
    parts = ("failed_in_current_run", "up_to_last_positive", "awaited", "in_couples_with_problem")
    assert told["rows"] == sum(told[name] for name in parts) == len(register.read_text("utf-8").splitlines()) - 1
    for name in ("rows", *parts):
        assert f"{told[name]:,} " in " ".join(text.output.split())
    assert told["couples"] == sum(told["states"].values()) == len(rows(out)) == 300
    assert "300 couples in, 300 out, by ESHRE's table: " in " ".join(text.output.split())
    assert sum(int(row["transfers"]) for row in rows(out)) == told["rows"]
    described = json.loads((register.parent / "couples.csv-metadata.json").read_text("utf-8"))
    assert [each["name"] for each in described["tableSchema"]["columns"]] == list(rows(out)[0])
    assert list(private.iterdir()) == []


def test_parquet_describes_itself(register: Path) -> None:
    out = register.parent / "couples.parquet"
    assert run("couples", register, "--output", out).exit_code == 0
    assert out.read_bytes()[:4] == b"PAR1"
    assert not (register.parent / "couples.parquet-metadata.json").exists()


def test_a_table_is_written_used_and_its_route_stands_beside(register: Path) -> None:
    folder = register.parent / "own"
    made = run("table", register, "--output", folder, "--pool", "--name", "ours_2024", "--bands", "<38,>=38")
    assert made.exit_code == 0, made.output
    assert "ours_2024.csv" in made.output
    assert "in couples with a problem" in " ".join(made.output.split())
    out = register.parent / "couples.csv"
    used = run("couples", register, "--tables", folder, "--with-patient", "--output", out)
    assert used.exit_code == 0, used.output
    head = rows(out)[0]
    assert head["patient"] == "p00000"
    assert {"age_table:ours_2024_state", "age_table:ours_2024_probability_reached"} <= head.keys()
    answer = CliRunner().invoke(
        cli,
        ["assess", "--oocyte-age", "30", "--ploidy", "untested", "--failed", "2", "--tables", str(folder), "--json"],
    )
    assert "age_table:ours_2024" in answer.stdout


def test_a_table_as_json_has_every_number_and_what_was_written(register: Path) -> None:
    told = json.loads(
        run("table", register, "--output", register.parent / "own", "--include", "mosaic", "--json").stdout
    )
    assert told["rows"] == sum(
        told[name] for name in ("in_period", "outside_period", "outside_bands", "in_couples_with_problem")
    )
    assert told["written"]["table"] == "own_register"
    assert {band["ploidy"] for band in told["bands"]} == {"untested", "euploid", "low_level_mosaic"}
    assert "written" not in json.loads(run("table", register, "--json").stdout)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("couples", "{file}", "--output", "couples.xlsx"), 2, "ends with .csv or .parquet"),
        (("couples", "{file}.nowhere", "--output", "{folder}/c.csv"), 2, "cannot be read"),
        (("couples", "{file}", "--output", "{folder}/no/c.csv"), 2, "cannot be written"),
        (("couples", "{file}", "--output", "{folder}/c.csv", "--engine", "abacus"), 2, "duckdb, spark"),
        (("couples", "{file}", "--output", "{folder}/c.csv", "--master", "local[2]"), 2, "only Spark has a master"),
        (("couples", "{file}", "--output", "{folder}/c.csv", "--memory", "much"), 2, "a size such as 512MB"),
        (("couples", "{file}", "--output", "{folder}/c.csv", "--memory", "1MB"), 2, "the list needs more"),
        (("couples", "{file}", "--output", "{folder}/c.csv", "--map", "nobody"), 2, "shipped mapping"),
        (("couples", "{file}", "--output", "{folder}/c.csv", "--tables", "{folder}/no"), 4, "no such folder of tables"),
        (
            ("couples", "{empty}", "--output", "{folder}/c.csv"),
            2,
            "it holds no transfer: nothing stands below its head",
        ),
        (
            ("table", "{empty}"),
            2,
            "it holds no transfer: nothing stands below its headings, or the mapping leaves every",
        ),
        (("table", "{file}", "--bands", "young"), 2, "bands of ages are needed"),
        (("table", "{file}", "--from", "2024-01-01"), 2, "has no dates"),
        (("table", "{file}.nowhere", "--output", "{folder}"), 2, "new or empty"),  # before the list is read
        (("table", "{small}", "--output", "{folder}/own"), 3, "no band has enough transfers"),
        (("table", "{file}", "--output", "{folder}/own", "--name", "OURS"), 4, "a table is named with small letters"),
    ],
)
def test_what_is_refused_is_refused_in_words(
    register: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, said: str
) -> None:
    small = register.parent / "small.csv"
    written(made_couples(5, 1), small, 1)
    empty = register.parent / "empty.csv"
    empty.write_text("patient,order,oocyte_age_years,ploidy,embryos,result\n,,,,,\n", "utf-8")
    given = [
        each.format(file=register, folder=register.parent, small=small, empty=empty)
        for each in ("register", *arguments)
    ]
    before = sorted(register.parent.iterdir())
    assert ended(lambda: cli.main(given, standalone_mode=False)) == code
    assert said in " ".join(capsys.readouterr().err.split())
    assert sorted(register.parent.iterdir()) == before


def test_long_work_says_how_far_it_is_and_json_is_not_disturbed(
    register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clinic, "_SECONDS", -1)
    out = register.parent / "couples.csv"
    assert "300 couples, " in run("couples", register, "--output", out).stderr
    monkeypatch.setattr(sys, "argv", ["rif-threshold", "--json"])
    assert run("couples", register, "--output", out, "--json").stderr == ""


def test_rows_that_are_none_and_columns_that_are_not_read_are_said(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(
        "patient,order,oocyte_age_years,ploidy,embryos,result,notes\na,1,34,untested,1,no_positive_test,x\n,,,,,,\n",
        "utf-8",
    )
    said = " ".join(run("couples", tmp_path / "r.csv", "--output", tmp_path / "c.csv").output.split())
    assert "1 row of the file is no transfer: nothing stands there." in said
    assert "Columns that were not read: notes." in said


def test_a_day_that_is_still_to_come_moves_no_period_and_is_said(tmp_path: Path) -> None:
    lines = [f"p{n},202{n % 4}-06-01,36,untested,1,no_positive_test" for n in range(12)]
    path, out = tmp_path / "r.csv", tmp_path / "c.csv"
    found = []
    for more in ([], ["q,2021-06-01,36,untested,1,no_positive_test", "q,2062-06-01,36,untested,1,no_positive_test"]):
        path.write_text("\n".join(["patient,date,oocyte_age_years,ploidy,embryos,result", *lines, *more]), "utf-8")
        found.append(json.loads(run("table", path, "--json").stdout))
    before, after = found
    assert (before["period_first"], before["period_last"]) == ("2020-01-01", "2022-12-31")
    for name in ("period_first", "period_last", "births_last", "in_period", "outside_period"):
        assert after[name] == before[name]
    assert after["in_couples_with_problem"] == 2
    said = " ".join(run("couples", path, "--output", out).output.split())
    assert "row.14.date: the day lies after today, so that it cannot have been" in said
    assert [row["problem"] for row in rows(out) if row["state"] == "problem"] == ["row 14: future:date"]


def test_an_order_to_end_takes_the_private_folder_with_it(register: Path, tmp_path: Path) -> None:
    private = tmp_path / "temp"
    private.mkdir()
    code = (
        "import time; from rif_threshold.cli import clinic, cli; import rif_threshold.register.counting as c;"
        "c.keep = lambda *_: (print('kept', flush=True), time.sleep(60));"
        f"cli.main(['register', 'couples', {str(register)!r}, '--output', {str(tmp_path / 'c.csv')!r}])"
    )
    environment = os.environ | {"TMPDIR": str(private)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"kept\n"
        assert [path.name.startswith("rif-threshold-") for path in private.iterdir()] == [True]
        (folder,) = private.iterdir()
        assert folder.stat().st_mode & 0o077 == 0
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert list(private.iterdir()) == []
    assert not (tmp_path / "c.csv").exists()


def test_help_loads_no_engine() -> None:
    heavy = ["ibis", "duckdb", "pyarrow", "pyspark", "pandas", "scipy"]
    for arguments in (["--help"], ["register", "--help"], ["register", "couples", "--help"]):
        code = (
            "import sys; from rif_threshold.cli import cli;\n"
            f"try: cli.main({arguments!r})\nexcept SystemExit: pass\n"
            f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
        )
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert found.stderr.strip() == "[]"


def test_an_engine_is_ended_whatever_happens(private: Path) -> None:
    def broken() -> Any:
        with engines.engine() as running:
            assert running.name == "duckdb"
            assert list(private.iterdir()) != []
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        broken()
    assert list(private.iterdir()) == []


def test_an_engine_without_a_disk_makes_no_folder(private: Path) -> None:
    with engines.engine(on_disk=False) as running:
        assert running.backend.con.sql("SELECT current_setting('temp_directory')").fetchall() == [("",)]
        assert list(private.iterdir()) == []


def test_what_an_engine_without_a_disk_cannot_hold_is_for_its_caller_to_say() -> None:
    with pytest.raises(duckdb.OutOfMemoryException), engines.engine(memory="1MB", on_disk=False) as running:
        running.backend.con.sql("CREATE TABLE held AS SELECT i, md5(i::VARCHAR) FROM range(1000000) AS numbers(i)")
