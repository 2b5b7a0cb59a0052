"""How each kind of text is read, one by one; what it comes to was worked out by hand."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pytest

from rif_threshold.register.mapping import Mapping
from rif_threshold.register.reading import read

BASE: dict[str, Any] = {
    "title": "t",
    "separator": ";",
    "patient": {"column": "p"},
    "order": {"column": "n"},
    "ploidy": {"constant": "untested"},
    "result": {"constant": "no_positive_test"},
}


def rows_of(tmp_path: Path, mapping: dict[str, Any], *lines: str, today: date | None = None) -> list[dict[str, Any]]:
    path = tmp_path / "f.csv"
    path.write_text("\n".join(lines), "utf-8")
    given = {name: value for name, value in (BASE | mapping).items() if value is not None}
    rows = read(ibis.duckdb.connect(), path, Mapping.model_validate(given), today).rows
    return rows.order_by("row").to_pyarrow().to_pylist()


DAYS = {
    # order -> texts, and the days since 1970-01-01, or the code; 19816 is 2024-04-03, 19785 is 2024-03-03.
    "Y-M-D": {"2024-04-03": 19816, "2024-4-3": 19816, " 2024-04-03T10:00:00Z ": 19816, "2024-02-30": "date_form"},
    "D.M.Y": {"03.04.2024": 19816, "3.4.2024": 19816, "03.04.2024 10:00": 19816, "03/04/2024": "date_form",
              "17.04.2024": 19830, "04.17.2024": "date_form", "2024-04-03": "date_form", "aa.bb.cccc": "date_form"},
    "D/M/Y": {"03/04/2024": 19816, "3/4/2024": 19816, "04/17/2024": "date_form"},
    "M/D/Y": {"04/03/2024": 19816, "4/3/2024": 19816, "17/04/2024": "date_form"},
    "D.M.YY": {"03.04.24": 19816, "3.4.24": 19816, "03.04.2024": "date_form"},
    "D/M/YY": {"03/04/24": 19816},
    "M/D/YY": {"04/03/24": 19816},
    "serial": {"45385": 19816, "45385.0": 19816, "45385,5": 19816, "2024-04-03": "date_form"},
}  # fmt: skip


@pytest.mark.parametrize("order", DAYS)
def test_a_day_is_read_in_the_one_order_that_is_named(order: str, tmp_path: Path) -> None:
    mapping = {"order": None, "date": {"column": "d", "order": order}}
    texts = {**DAYS[order], "": "missing"} | ({"1024-04-03": "range"} if order == "Y-M-D" else {})
    rows = rows_of(tmp_path, mapping, "p;d", *(f"P{n};{text}" for n, text in enumerate(texts)))
    assert [(row["problem"] or "").removesuffix(":date") or row["at"] for row in rows] == [*texts.values()]


def test_a_day_that_is_still_to_come_is_a_problem_in_every_way_to_write_it(tmp_path: Path) -> None:
    today = date(2024, 4, 2)  # 19815
    written = {"Y-M-D": ("2024-04-02", "2024-04-03"), "D.M.Y": ("2.4.2024", "03.04.2034"),
               "D/M/YY": ("02/04/24", "02/04/25"), "M/D/Y": ("04/02/2024", "4/3/2024"),
               "serial": ("45384", "45385")}  # fmt: skip
    for order, days in written.items():
        mapping = {"order": None, "date": {"column": "d", "order": order}}
        rows = rows_of(tmp_path, mapping, "p;d", *(f"P{n};{day}" for n, day in enumerate(days)), today=today)
        assert [(row["at"], row["problem"]) for row in rows] == [(19815, None), (None, "future:date")]
    mapping = {"oocyte_age_years": {"column": None, "born": "b", "retrieved": "r", "order": "D.M.Y"}}
    days = ["A;1;17.04.1989;02.04.2024", "B;1;17.04.1989;17.04.2034", "C;1;17.04.2054;17.04.2014"]
    rows = rows_of(tmp_path, mapping, "p;n;b;r", *days, today=today)
    assert [row["problem"] for row in rows] == [None, "future:oocyte_age_years", "future:oocyte_age_years"]


def test_a_day_that_is_still_to_come_is_told_by_the_clock(tmp_path: Path) -> None:
    now = datetime.now().astimezone().date()
    mapping = {"order": None, "date": {"column": "d"}}
    rows = rows_of(tmp_path, mapping, "p;d", f"A;{now}", f"B;{now + timedelta(2)}", "C;2098-12-31", "D;2100-01-01")
    assert [row["problem"] for row in rows] == [None, "future:date", "future:date", "range:date"]


AGES: dict[str, Any] = {
    "34": (34, 34, 34), " 34 ": (34, 34, 34), "34,9": (34, 34, 34), "034": (34, 34, 34), "": (None, None, None),
    "34.9": "decimal_sign", "1e5": "form", "abc": "form", "17": "age_range", "56": "age_range", "999": "age_range",
    "18": (18, 18, 18), "55": (55, 55, 55), "38-40": (None, 38, 40), "38 – 40": (None, 38, 40), "40-38": "range",
    "38 to 40": (None, 38, 40), ">=40": (None, 40, 99), "≥ 40": (None, 40, 99), ">40": (None, 41, 99),
    "over 40": (None, 41, 99), "<35": (None, 0, 34), "under 35": (None, 0, 34), "<=35": (None, 0, 35),
    "≤35": (None, 0, 35), "45+": (None, 45, 99), "35-35": (35, 35, 35), "-5": "form", "3 4": "form",
}  # fmt: skip


def test_ages_as_years_and_as_bands(tmp_path: Path) -> None:
    mapping = {"decimal": ",", "oocyte_age_years": {"column": "a"}}
    rows = rows_of(tmp_path, mapping, "p;n;a", *(f"P{n};1;{text}" for n, text in enumerate(AGES)))
    found = [
        (row["problem"] or "").removesuffix(":oocyte_age_years") or (row["age"], row["age_low"], row["age_high"])
        for row in rows
    ]
    assert dict(zip(AGES, found, strict=True)) == AGES


def test_an_age_from_two_dates_is_in_completed_years(tmp_path: Path) -> None:
    mapping = {"oocyte_age_years": {"column": None, "born": "b", "retrieved": "r", "order": "D.M.Y"}}
    rows = rows_of(
        tmp_path, mapping, "p;n;b;r",
        "A;1;17.04.1989;16.04.2024", "B;1;17.04.1989;17.04.2024", "C;1;29.02.1988;28.02.2024",
        "D;1;;17.04.2024", "E;1;31.02.1989;17.04.2024", "F;1;17.04.2010;17.04.2024", "G;1;01.12.1969;30.11.2000",
    )  # fmt: skip
    assert [row["age"] for row in rows] == [34, 35, 35, None, None, None, 30]
    assert [row["problem"] for row in rows] == [
        None, None, None, None, "date_form:oocyte_age_years", "age_range:oocyte_age_years", None,
    ]  # fmt: skip


def test_numbers_of_embryos(tmp_path: Path) -> None:
    texts = {"1": 1, "10": 10, " 2 ": 2, "2.0": 2, "": None, "0": "no_transfer", "11": "range", "2,0": "decimal_sign",
             "1.5": "form", "two": "form", "-": None}  # fmt: skip
    mapping = {"embryos": {"column": "e", "missing": ["", "-"]}}
    rows = rows_of(tmp_path, mapping, "p;n;e", *(f"P{n};1;{text}" for n, text in enumerate(texts)))
    assert [(row["problem"] or "").removesuffix(":embryos") or row["embryos"] for row in rows] == [*texts.values()]
    (row,) = rows_of(tmp_path, {"embryos": {"constant": 2}}, "p;n", "P;1")
    assert row["embryos"] == 2


def test_a_sum_of_columns_is_not_known_only_where_all_are(tmp_path: Path) -> None:
    lines = {"1;": 1, ";2": 2, "1;1": 2, ";": None, "0;0": "no_transfer", "x;1": "form", "9;9": "range"}
    rows = rows_of(
        tmp_path, {"embryos": {"sum": ["e*"]}}, "p;n;e1;e2", *(f"P{n};1;{text}" for n, text in enumerate(lines))
    )
    assert [(row["problem"] or "").removesuffix(":embryos") or row["embryos"] for row in rows] == [*lines.values()]


def test_places_in_an_order(tmp_path: Path) -> None:
    texts = {"1": 1, "12": 12, "0": 0, "3.0": 3, "": "missing", "-1": "form", "second": "form"}
    rows = rows_of(tmp_path, {}, "p;n", *(f"P{n};{text}" for n, text in enumerate(texts)))
    assert [(row["problem"] or "").removesuffix(":order") or row["at"] for row in rows] == [*texts.values()]


def test_a_predicted_chance_and_what_it_is_per(tmp_path: Path) -> None:
    mapping = {
        "decimal": ",",
        "live_birth_percent": {"column": "l"},
        "live_birth_per": {"column": "u"},
        "stage": {"column": "s"},
    }
    texts = {"23,8": 23.8, "23": 23.0, "": None, "100": "range", "0": "range", "23.8": "decimal_sign", "23 %": "form"}
    rows = rows_of(
        tmp_path, mapping, "p;n;l;u;s", *(f"P{n};1;{text};treatment_cycle;blastocyst" for n, text in enumerate(texts))
    )
    found = [(row["problem"] or "").removesuffix(":live_birth_percent") or row["live_birth_percent"] for row in rows]
    assert found == [*texts.values()]
    assert {(row["live_birth_per"], row["stage"]) for row in rows} == {("treatment_cycle", "blastocyst")}


BETWEEN = [
    # Two by two: the first, the second, and what is said of the second.
    ("2020-01-01;42", "2020-06-01;32", "age_change:oocyte_age_years"),
    ("2020-01-01;42", "2020-06-01;33", None),
    ("2020-01-01;32", "2020-06-01;42", "age_change:oocyte_age_years"),
    ("2020-01-01;32", "2021-06-01;42", None),
    ("2020-01-01;>=40", "2020-06-01;<35", None),
    ("2020-01-01;42", "2020-06-01;", None),
]


@pytest.mark.parametrize(("first", "second", "said"), BETWEEN)
def test_an_age_changes_by_fewer_than_ten_years_beside_those_that_passed(
    first: str, second: str, said: str | None, tmp_path: Path
) -> None:
    mapping = {"order": None, "date": {"column": "d"}, "oocyte_age_years": {"column": "a"}}
    # The later row stands first: the order of the file says nothing.
    rows = rows_of(tmp_path, mapping, "p;d;a", f"P;{second}", f"P;{first}")
    assert [row["problem"] for row in rows] == [said, None]
    rows = rows_of(tmp_path, mapping | {"ages_may_fall": True}, "p;d;a", f"P;{second}", f"P;{first}")
    assert [row["problem"] for row in rows] == [None, None]


def test_with_an_order_only_a_fall_can_be_seen(tmp_path: Path) -> None:
    mapping = {"oocyte_age_years": {"column": "a"}}
    rows = rows_of(tmp_path, mapping, "p;n;a", "P;1;30", "P;2;45", "P;3;30")
    assert [row["problem"] for row in rows] == [None, None, "age_change:oocyte_age_years"]


def test_a_result_is_awaited_for_the_last_transfer_only_and_no_other_patient_matters(tmp_path: Path) -> None:
    mapping = {"result": {"column": "r"}}
    rows = rows_of(
        tmp_path,
        mapping,
        "p;n;r",
        "P;1;awaited",
        "P;2;live_birth",
        "Q;1;awaited",
        "P;x;awaited",
        ";1;awaited",
        ";1;awaited",
    )
    assert [row["problem"] for row in rows] == [
        "not_last:result", None, None, "form:order", "missing:patient", "missing:patient",
    ]  # fmt: skip


def test_rules_of_a_row_that_is_kept_by_a_word_nobody_named(tmp_path: Path) -> None:
    mapping = {"keep": [{"column": "k", "keep": ["ET"], "leave_out": ["IUI"]}]}
    rows = rows_of(tmp_path, mapping, "p;n;k", "P;1;ET", "Q;1;IUI", "R;1;et")
    assert [(row["row"], row["problem"]) for row in rows] == [(1, None), (3, "not_in_list:keep")]


def test_where_an_age_is_known_only_for_some_rows(tmp_path: Path) -> None:
    mapping = {"oocyte_age_years": {"column": "a", "known_when": {"f": ["fresh"]}}}
    rows = rows_of(tmp_path, mapping, "p;n;a;f", "P;1;40;fresh", "Q;1;40;frozen", "R;1;x;frozen")
    assert [(row["age"], row["problem"]) for row in rows] == [(40, None), (None, None), (None, None)]
