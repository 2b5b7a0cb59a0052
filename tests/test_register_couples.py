"""Every couple of a register, against `assess` on each by itself, and what is lost nowhere."""

import csv
import dataclasses
import io
import json
import random
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from register_rows import normalised, transfer
from rif_threshold import assess
from rif_threshold.errors import InvalidInput
from rif_threshold.own_tables import new_folder, own_rate_tables
from rif_threshold.register import engines
from rif_threshold.register.counting import Kept, keep, numbered
from rif_threshold.register.couples import LAST_ROW, Couples
from rif_threshold.register.engines import engine
from rif_threshold.register.mappings import read_mapping
from rif_threshold.register.output import described, kind_of_file, write_couples
from rif_threshold.register.reading import read

HEAD = (
    "patient",
    "order",
    "oocyte_age_years",
    "ploidy",
    "embryos",
    "stage",
    "result",
    "live_birth_percent",
    "live_birth_per",
)
RESULTS = ["no_positive_test"] * 12 + ["biochemical", "live_birth", "ectopic", "ongoing", "pregnancy_loss", "molar"]


def made_couples(count: int, seed: int) -> dict[str, list[dict[str, str]]]:
    """Couples as they stand in files: unknown and banded ages, mosaics, several embryos, and what cannot be read."""
    draw = random.Random(seed)
    found = {}
    for number in range(count):
        rows = []
        age = draw.randint(24, 44)
        for order in range(1, draw.choice([1, 1, 2, 2, 3, 4, 5, 7, 9]) + 1):
            band = "<35" if age < 35 else "35-39" if age < 40 else ">=40"
            written = draw.choice([str(age)] * 6 + ["", band, f"{age - 2}-{age + 1}"])
            row = {
                "patient": f"p{number:05d}",
                "order": str(order * draw.choice([1, 1, 1, 10])) if number % 7 == 0 else str(order),
                "oocyte_age_years": written,
                "ploidy": draw.choice(["untested"] * 5 + ["euploid"] * 3 + ["low_level_mosaic"]),
                "embryos": draw.choice(["1"] * 6 + ["", "2", "3"]),
                "stage": draw.choice(["", "blastocyst", "cleavage"]),
                "result": draw.choice(RESULTS),
            }
            row |= {"live_birth_percent": "23.8", "live_birth_per": "treatment_cycle"} if number % 5 == 0 else {}
            rows.append(row)
        if draw.random() < 0.1:
            rows[-1]["result"] = "awaited"
        if draw.random() < 0.1:
            field, dirt = draw.choice([("result", "perhaps"), ("ploidy", "euplod"), ("oocyte_age_years", "3x")])
            draw.choice(rows)[field] = dirt
        found[f"p{number:05d}"] = sorted(rows, key=lambda row: int(row["order"]))
    return found


def written(couples: dict[str, list[dict[str, str]]], path: Path, seed: int) -> None:
    """The rows of all couples in one file, shuffled."""
    rows = [row for each in couples.values() for row in each]
    random.Random(seed).shuffle(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, HEAD, restval="", lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def kind(row: dict[str, str]) -> dict[str, str]:
    """The kind of a transfer as a case takes it."""
    names = ("oocyte_age_years", "ploidy", "embryos", "stage")
    return {name: row[name] for name in names if row[name]}


def case_of(rows: list[dict[str, str]]) -> dict[str, Any]:
    """The couple as one would type it, all its transfers one by one."""
    history = [kind(row) | {"result": row["result"]} for row in rows]
    case: dict[str, Any] = {"history": history, "planned": kind(rows[-1])}
    failed: list[dict[str, str]] = []
    for row in rows:
        positive = row["result"] not in {"no_positive_test", "awaited"}
        failed = [] if positive else [*failed, row] if row["result"] == "no_positive_test" else failed
    if failed and failed[0].get("live_birth_percent"):
        case |= {"live_birth_percent": "23.8", "live_birth_per": "treatment_cycle"}
    return case


def is_bad(rows: list[dict[str, str]]) -> bool:
    """Whether a row of a couple cannot be read, two have one number, or one waits and is not the last."""
    words = {"perhaps", "euplod", "3x"}
    if any(row["result"] == "awaited" for row in rows[:-1]):
        return True
    return any(words & set(row.values()) for row in rows) or len({row["order"] for row in rows}) < len(rows)


def couples_of(kept: Kept, running: Any, tables: Any = None) -> tuple[list[dict[str, Any]], Couples]:
    """All couples, and what they were read from."""
    couples = Couples(kept, running, tables or {}, with_patient=True)
    return [row for batch in couples.batches() for row in batch.to_pylist()], couples


def of_rows(*rows: dict[str, Any], tables: Any = None) -> tuple[list[dict[str, Any]], Couples]:
    """The couples of a few transfers."""
    with engine() as running:
        return couples_of(keep(ibis.memtable(normalised(rows)), running), running, tables)


def columns_of(answer: Any) -> dict[str, Any]:
    """The columns of a route that its answer fills."""
    return {
        "so_far_percent_low": answer.cumulative_percent_so_far_lowest,
        "so_far_percent_high": answer.cumulative_percent_so_far_highest,
        "state": answer.state.value,
        "crossed_at": answer.crossed_at,
        "crossed_at_lowest": answer.crossed_at_lowest,
        "crossed_at_highest": answer.crossed_at_highest,
        "further_transfers": answer.further_transfers,
        "next_percent": answer.next_transfer_percent,
        "further_transfers_lowest": answer.further_transfers_lowest,
        "further_transfers_highest": answer.further_transfers_highest,
        "next_percent_low": answer.next_transfer_percent_lowest,
        "next_percent_high": answer.next_transfer_percent_highest,
    }


def test_two_thousand_couples_are_answered_as_each_by_itself(tmp_path: Path) -> None:
    made = made_couples(2_000, 15)
    written(made, tmp_path / "register.csv", 15)
    own = own_rate_tables(tmp_path / "own") if new_folder(tmp_path / "own") else {}
    with engine() as running:
        register = read(running.backend, tmp_path / "register.csv", read_mapping())
        rows, couples = couples_of(keep(register.rows, running), running, own)
    assert [row["patient"] for row in rows] == sorted(made)
    states = set()
    for row in rows:
        transfers = made[row["patient"]]
        assert row["transfers"] == len(transfers)
        states.add(row["state"])
        if is_bad(transfers):
            assert row["state"] == "problem" == row["age_table:example_state"]
            assert row["problem"]
            assert row["so_far_percent_low"] is None
            continue
        answer = assess(case_of(transfers), include=(), tables=tmp_path / "own")
        by_route = {each.route: each for each in answer.estimates}
        expected = columns_of(by_route["age_table"]) | {"failed_in_run": by_route["age_table"].failed_transfers}
        for route in ("age_table:example", "live_birth"):
            if route in by_route:
                expected |= {f"{route}_{name}": value for name, value in columns_of(by_route[route]).items()}
        assert {name: row[name] for name in expected} == expected
        assert row["problem"] is None
    assert states == {"reached", "not_yet", "cannot_be_said", "problem"}
    summary = couples.summary
    assert summary.rows == sum(map(len, made.values()))
    bad = [each for each in made.values() if is_bad(each)]
    assert summary.in_couples_with_problem == sum(map(len, bad))
    assert summary.states["problem"] == len(bad)
    assert summary.couples == 2_000
    good = [each for each in made.values() if not is_bad(each)]
    assert summary.awaited == sum(row["result"] == "awaited" for each in good for row in each)
    assert summary.failed_in_current_run == sum(row["failed_in_run"] or 0 for row in rows)
    assert summary.rows == (
        summary.failed_in_current_run + summary.up_to_last_positive + summary.awaited + summary.in_couples_with_problem
    )
    assert any("the number of embryos is not recorded" in note for note in summary.notes)


def test_a_run_starts_again_after_a_positive_test_in_whatever_order_the_rows_stand() -> None:
    rows = [transfer("a", at) for at in (1, 2, 3)] + [transfer("a", 4, result="ectopic"), transfer("a", 5)]
    for order in (rows, rows[::-1], rows[2:] + rows[:2]):
        ((row,), couples) = of_rows(*order)
        assert (row["failed_in_run"], row["so_far_percent_low"], row["state"]) == (1, 31.5, "not_yet")
        assert (couples.summary.failed_in_current_run, couples.summary.up_to_last_positive) == (1, 4)


def test_the_kind_of_the_last_row_is_taken_for_the_next_and_the_file_says_so() -> None:
    ((row,), couples) = of_rows(transfer("a", 1), transfer("a", 2, ploidy="euploid", result="awaited"))
    assert (row["failed_in_run"], row["next_percent"], row["further_transfers"]) == (1, 68.4, 1)
    assert LAST_ROW in described(couples, "couples.csv")["dc:description"]
    assert couples.summary.awaited == 1


def test_a_last_row_whose_chance_lies_between_two_ends_shows_both_by_every_route(tmp_path: Path) -> None:
    own = own_rate_tables(tmp_path / "own") if new_folder(tmp_path / "own") else {}
    chance = {"live_birth_percent": 23.8, "live_birth_per": "treatment_cycle"}
    two, mosaic, one = (
        transfer("a", 1, age=34, embryos=2, **chance),
        transfer("b", 1, age=34, ploidy="low_level_mosaic", **chance),
        transfer("c", 1, age=34, **chance),
    )
    rows, couples = of_rows(two, mosaic, one, tables=own)
    names = ("next_percent", "next_percent_low", "next_percent_high", "further_transfers", "further_transfers_highest")
    found = [[row[name] for name in names] for row in rows]
    # ESHRE: 31.5 % untested below 35, 68.4 % euploid. Two embryos: 1 - 0.685**2 = 0.530775; missed 0.469225 now, and
    # 0.2202 after one more. A mosaic has between no chance and a euploid embryo's; one more makes the two that are
    # needed at least.
    assert found[0] == [None, 31.5, pytest.approx(53.0775), None, 1]
    assert found[1] == [None, 0.0, 68.4, None, 1]
    assert found[2] == [31.5, 31.5, 31.5, 2, 2]
    assert couples.columns["next_percent_low"] == ("age_table", "next_percent_low")
    # The clinic's example: 40 % untested below 35, 50 % euploid; 1 - 0.6**2. The individual chance is 23.8 x 1.16.
    ends = {
        route: [(row[f"{route}_next_percent_low"], row[f"{route}_next_percent_high"]) for row in rows]
        for route in couples.routes[1:]
    }
    assert ends == {
        "age_table:example": [(40.0, pytest.approx(64.0)), (0.0, 50.0), (40.0, 40.0)],
        "live_birth": [(pytest.approx(27.608), pytest.approx(27.608))] * 3,
    }


def test_a_couple_of_which_only_a_test_is_awaited_has_no_failed_transfer() -> None:
    ((row,), _) = of_rows(transfer("a", 1, result="awaited"))
    assert (row["transfers"], row["failed_in_run"], row["state"], row["so_far_percent_high"]) == (1, 0, "not_yet", 0.0)


def test_a_bad_row_makes_its_couple_a_problem_with_row_and_field_and_no_other() -> None:
    bad = transfer("a", 2, problem="not_in_list:result;form:embryos", result=None)
    rows, couples = of_rows(transfer("a", 1), transfer("b", 1), bad, transfer("a", 3, problem="range:date"))
    assert [row["state"] for row in rows] == ["problem", "not_yet"]
    assert rows[0]["problem"] == "row 3: not_in_list:result;form:embryos; row 4: range:date"
    assert rows[0]["failed_in_run"] is None
    assert (couples.summary.in_couples_with_problem, couples.summary.rows_with_problem) == (3, 2)


def test_a_row_that_names_no_patient_is_in_a_couple_with_a_problem() -> None:
    rows, _ = of_rows(transfer("a", 1), transfer(None, 1), transfer("", 2, problem="missing:patient"))
    told = [(row["patient"], row["transfers"], row["state"]) for row in rows]
    assert told == [("", 2, "problem"), ("a", 1, "not_yet")]


def test_what_one_case_refuses_is_a_problem_with_its_code() -> None:
    ((row,), couples) = of_rows(transfer("a", 1, age=12))
    assert (row["state"], row["problem"]) == ("problem", "age_range:oocyte_age_years")
    assert couples.summary.in_couples_with_problem == 1
    assert of_rows(*(transfer("a", at) for at in range(101)))[0][0]["state"] == "problem"


def test_a_place_in_time_that_no_number_holds_is_a_problem() -> None:
    rows, _ = of_rows(transfer("a", 10**12), transfer("b", 10**12, problem="form:embryos"), transfer("c", -5))
    assert [row["problem"] for row in rows] == ["row 1: range:at", "row 2: form:embryos;range:at", None]


def test_the_live_birth_chance_of_the_first_counted_row_holds() -> None:
    given = {"live_birth_per": "embryo_transfer"}
    rows, couples = of_rows(
        transfer("a", 1, result="molar", live_birth_percent=10.0, **given),
        transfer("a", 2, live_birth_percent=20.5, **given),
        transfer("a", 3, live_birth_percent=30.0, **given),
        transfer("b", 1),
        transfer("c", 1, live_birth_percent=20.0),
        transfer("d", 1, live_birth_percent=80.0, **given),
    )
    assert rows[0]["live_birth_next_percent"] == pytest.approx(20.5 * 1.16)
    assert (rows[1]["live_birth_state"], rows[1]["state"]) == (None, "not_yet")
    assert (rows[2]["live_birth_state"], rows[2]["live_birth_problem"]) == ("problem", "missing:live_birth_per")
    assert (rows[3]["live_birth_problem"], rows[3]["state"]) == ("high_percent:live_birth_percent", "not_yet")
    assert couples.routes == ("age_table", "live_birth")


def test_the_probability_that_an_own_table_has_crossed_rests_on_the_counts_of_its_rows(tmp_path: Path) -> None:
    own = own_rate_tables(tmp_path / "own") if new_folder(tmp_path / "own") else {}
    rows, _ = of_rows(
        *(transfer("a", at) for at in (1, 2)),
        transfer("b", 1), transfer("b", 2, embryos=2),
        transfer("c", 1), transfer("c", 2, age=None),
        tables=own,
    )  # fmt: skip
    # 40 of 100, two failed: P(1 - (1 - p)**2 > 0.6) with p ~ Beta(40.5, 60.5) is scipy.stats.beta.sf(1 - 0.4**0.5, ...)
    shares = [row["age_table:example_probability_reached"] for row in rows]
    assert shares == [pytest.approx(0.7510838, abs=1e-6), None, None]
    assert rows[0]["age_table:example_state"] == "reached"


def test_runs_that_no_table_tells_apart_are_decided_once() -> None:
    rows, couples = of_rows(transfer("a", 1, age=30), transfer("b", 1, age=34), transfer("c", 1, age=35))
    assert [row["so_far_percent_low"] for row in rows] == [31.5, 31.5, 25.9]
    assert couples.summary.distinct_runs == 2


def test_a_run_that_comes_again_in_a_later_batch_is_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_BATCH", 2048)
    rows, couples = of_rows(*(transfer(f"p{number:05d}", 1) for number in range(5000)))
    assert [row["so_far_percent_low"] for row in rows] == [31.5] * 5000
    assert couples.summary.distinct_runs == 1
    assert couples.summary.failed_in_current_run == 5000


def test_without_patients_there_are_no_couples() -> None:
    with pytest.raises(InvalidInput, match="has no patients"):
        of_rows(transfer(None, 1))


def test_run_and_rank_of_each_transfer() -> None:
    rows = [transfer("a", at, result=word) for at, word in enumerate(
        ("no_positive_test", "live_birth", "biochemical", "no_positive_test", "no_positive_test", "awaited"), start=1
    )]  # fmt: skip
    with engine() as running:
        kept = keep(ibis.memtable(normalised([*rows, transfer("b", 7)])), running)
        found = running.rows(numbered(kept.rows).order_by("patient", "number"))
    places = [(row["run"], row["rank"]) for row in found]
    assert places == [(1, 1), (1, 2), (2, 1), (3, 1), (3, 2), (1, 1)]


def test_pseudonyms_are_written_only_when_asked_and_never_as_a_formula() -> None:
    with engine() as running:
        kept = keep(ibis.memtable(normalised([transfer("=1+1", 1), transfer("b", 1)])), running)
        files = []
        for patient in (False, True):
            out = io.BytesIO()
            write_couples(Couples(kept, running, {}, patient), out, "csv", lambda _: None)
            files.append(list(csv.reader(out.getvalue().decode().splitlines())))
    assert "patient" not in files[0][0]
    assert [row[0] for row in files[1]] == ["patient", "'=1+1", "b"]
    assert files[1][0] == [
        "patient", "transfers", "failed_in_run", "so_far_percent_low", "so_far_percent_high", "state", "crossed_at",
        "crossed_at_lowest", "crossed_at_highest", "further_transfers", "next_percent", "problem",
        "further_transfers_lowest", "further_transfers_highest", "next_percent_low", "next_percent_high",
    ]  # fmt: skip
    assert [row[1:] for row in files[1]] == files[0]


def test_parquet_says_what_its_columns_are(tmp_path: Path) -> None:
    with engine() as running, (tmp_path / "couples.parquet").open("wb") as out:
        kept = keep(ibis.memtable(normalised([transfer("a", 1), transfer("b", 1, problem="x:y")])), running)
        write_couples(Couples(kept, running, {}, with_patient=True), out, "parquet", lambda _: None)
    table = pq.read_table(tmp_path / "couples.parquet")
    assert table["crossed_at"].type == pa.int64()
    assert table["so_far_percent_low"].to_pylist() == [31.5, None]
    told = json.loads(table.schema.metadata[b"description"])
    assert LAST_ROW in told["dc:description"]
    assert [each["name"] for each in told["tableSchema"]["columns"]] == table.column_names


def test_a_file_is_csv_or_parquet() -> None:
    assert kind_of_file("a.CSV") == "csv"
    with pytest.raises(InvalidInput):
        kind_of_file("couples.xlsx")


def test_a_register_in_pieces_gives_the_same_and_what_is_lost_is_no_answer() -> None:
    rows = [transfer(f"p{number}", at) for number in range(20) for at in range(1 + number % 3)]
    whole, _ = of_rows(*rows)
    with engine() as running:
        few = dataclasses.replace(running, at_once=7)
        kept = keep(ibis.memtable(normalised(rows)), few)
        assert couples_of(kept, few)[0] == whole
        kept.facts["rows"] += 1
        with pytest.raises(AssertionError, match="lost"):
            couples_of(Kept(kept.rows.limit(3), kept.facts), few)
        kept.facts["rows"] -= 1
        twice = dataclasses.replace(running, batches=lambda table: [*running.batches(table)] * 2)
        with pytest.raises(AssertionError, match="twice"):
            couples_of(kept, twice)


def test_many_rows_without_a_patient_are_one_couple_in_pieces_too() -> None:
    rows = [*(transfer("", at) for at in range(30)), *(transfer(f"p{number}", 1) for number in range(10))]
    with engine() as running:
        kept = keep(ibis.memtable(normalised(rows)), running)
        whole = couples_of(kept, running)[0]
        assert len(whole) == 11
        assert couples_of(kept, dataclasses.replace(running, at_once=4))[0] == whole
