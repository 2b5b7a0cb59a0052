"""Kinds of file: what each holds is read alike, and what cannot be read is refused in one sentence, in words."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rif_threshold.errors import InvalidInput
from rif_threshold.register import cells, loading, scanning
from rif_threshold.register.mappings import read_mapping
from rif_threshold.register.reading import Register, read
from spreadsheets import write_xlsx

HEAD = ["patient", "date", "oocyte_age_years", "ploidy", "embryos", "result"]
ROWS = [
    ["P1", "2024-04-17", "34", "untested", "1", "no_positive_test"],
    ["P1", "2024-09-03", "35", "euploid", "2", "live_birth"],
    ["P2", "2024-02-29", "41", "untested", "1", "awaited"],
]
# Worked out by hand: days since 1970-01-01.
EXPECTED = [
    ("P1", 19830, 34, "untested", 1, "no_positive_test", None),
    ("P1", 19969, 35, "euploid", 2, "live_birth", None),
    ("P2", 19782, 41, "untested", 1, "awaited", None),
]


def text(rows: list[list[str]], separator: str = ",", end: str = "\n", quoting: Any = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


def read_file(path: Path, **changes: object) -> Register:
    mapping = read_mapping().model_copy(update=changes)
    return read(ibis.duckdb.connect(), path, mapping)


def told(register: Register) -> list[tuple[object, ...]]:
    rows = register.rows.order_by("row").to_pyarrow().to_pylist()
    return [
        tuple(row[name] for name in ("patient", "at", "age", "ploidy", "embryos", "result", "problem")) for row in rows
    ]


def refusal(path: Path, **changes: object) -> str:
    """The one sentence with which a file is refused, when it is read or looked at."""
    with pytest.raises(InvalidInput) as caught:
        read_file(path, **changes)
    (problem,) = caught.value.problems
    assert problem.given == ""
    return problem.sentence


PLAIN = text([HEAD, *ROWS])
KINDS = {
    "plain": PLAIN.encode(),
    "byte order mark": PLAIN.encode("utf-8-sig"),
    "lines of Windows": text([HEAD, *ROWS], end="\r\n").encode(),
    "lines of old Macs": text([HEAD, *ROWS], end="\r").encode(),
    "ends of lines mixed": PLAIN.replace("\n", "\r\n", 1).encode(),
    "every cell in quotes": text([HEAD, *ROWS], quoting=csv.QUOTE_ALL).encode(),
    "UTF-16": PLAIN.encode("utf-16"),
    "blank lines": PLAIN.replace("\n", "\n\n").encode(),
    "no end of line at the end": PLAIN.rstrip().encode(),
    "blanks around": PLAIN.replace(",", " , ").encode(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_rows_come_from_every_kind_of_csv(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a file's name.csv"
    path.write_bytes(KINDS[kind])
    assert told(read_file(path)) == EXPECTED


def test_another_encoding_is_read_where_the_mapping_names_it(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(text([HEAD, ["Ü1", *ROWS[0][1:]]]).encode("cp1252"))
    assert "not UTF-8 text" in refusal(path)
    assert told(read_file(path, encoding="cp1252"))[0][0] == "Ü1"
    for no_encoding in ("klingon", "zlib_codec", "rot13", "undefined", "a\0b"):
        assert "this encoding is not known" in refusal(path, encoding=no_encoding)
    assert "is not ascii text" in refusal(path, encoding="ascii")


def test_large_csv_with_quotation_marks_is_read_by_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LARGEST_IN_MEMORY", 10)
    path = tmp_path / "f.csv"
    notes = [[*HEAD, "notes"], *([*row, 'two\nlines, and "quotes"'] for row in ROWS)]
    path.write_text(text(notes), "utf-8")
    assert told(read_file(path)) == EXPECTED


LAYOUTS = [
    {"separator": separator, "end": end, "mark": mark, "last": last}
    for separator in ",;"
    for end in ("\n", "\r\n")
    for mark in ("", "\ufeff")
    for last in (True, False)
]
"""Separator, ends of lines, byte order mark, and whether the last line ends."""


def laid_out(rows: list[str], layout: dict[str, Any]) -> bytes:
    """A file of rows that are written with commas."""
    lines = layout["end"].join(row.replace(",", layout["separator"]) for row in rows)
    return f"{layout['mark']}{lines}{layout['end'] if layout['last'] else ''}".encode()


NOTED = [",".join([*HEAD, "notes"]), *(f"P{n},2024-0{n}-01,34,untested,1,no_positive_test,n{n}" for n in range(1, 6))]
BROKEN = {
    "the last cell of a row": (("n2", '"n2'), "is not closed in the row that begins in line 3:"),
    "a cell in the midst": (("34", '"34'), "is not closed in the row that begins in line 2:"),
    "one that another mark closes": (("n2", '"n2', "n4", 'n4"'), "of the row that begins in line 3 goes over several"),
    "one that is closed in another column": (
        ("n2", '"n2', "untested,1,no_positive_test,n4", 'untested",1,no_positive_test,n4'),
        "in line 3 goes",
    ),
    "one in a row that is closed in a ragged one": (("n2", '"n2', "P3,2024-03-01,34", 'P3,5"'), "in line 3 goes over"),
    "one that a measure in inches closes": (("n2", '"n2', "P4", 'P4"'), "of the row that begins in line 3 goes over"),
    "a heading": (("notes", '"notes', "n1", '5"'), "of the row that begins in line 1 goes over several lines"),
    "text behind a mark": (
        ("n4", '"n4" more'),
        "text stands behind a closing quotation mark in the row that begins in",
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("most", [10, 50_000_000], ids=["by the engine", "in memory"])
def test_a_quotation_mark_that_is_left_open_loses_no_row(
    broken: str, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "LARGEST_IN_MEMORY", most)
    path = tmp_path / "f.csv"
    (*changes, said) = BROKEN[broken]
    rows = "\n".join(NOTED)
    for old, new in zip(changes[0][::2], changes[0][1::2], strict=True):
        rows = rows.replace(old, new, 1)
    for layout in LAYOUTS[::7]:
        path.write_bytes(laid_out(rows.split("\n"), layout))
        assert said in refusal(path, separator=layout["separator"]), layout


def test_no_pair_of_quotation_marks_hides_a_row() -> None:
    cells = [row.split(",") for row in NOTED]
    places = [(row, cell) for row in range(1, 6) for cell in range(len(HEAD) + 1)]
    refused = 0
    for opened in places:
        for closed in places:
            made = [list(row) for row in cells]
            made[opened[0]][opened[1]] = f'"{made[opened[0]][opened[1]]}'
            made[closed[0]][closed[1]] += '"'
            text = "\n".join(map(",".join, made))
            try:
                rows = list(cells_of(text))
            except InvalidInput:
                refused += 1
            else:
                assert len(rows) == len(cells), text
    assert refused > len(places)


def cells_of(text: str) -> Iterator[list[str]]:
    return cells.Lines().rows(io.StringIO(text, newline=""), ",")


def test_a_line_in_which_nothing_stands_is_no_row() -> None:
    assert list(cells_of("a,b\n\n1,2\n\n")) == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize("most", [10, 50_000_000], ids=["by the engine", "in memory"])
def test_a_cell_may_go_over_several_lines_and_that_is_said(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "LARGEST_IN_MEMORY", most)
    path = tmp_path / "f.csv"
    for layout in LAYOUTS[::7]:
        end, rows = layout["end"], list(NOTED)
        rows[2] = rows[2].replace("n2", f'"called{end}{end}, and came"')
        rows[0] = rows[0].replace("notes", f'"notes{end}of the nurse"')
        path.write_bytes(laid_out(rows, layout))
        register = read_file(path, separator=layout["separator"])
        assert [row[0] for row in told(register)] == ["P1", "P2", "P3", "P4", "P5"]
        (warning,) = register.warnings
        assert warning.startswith("2 rows stand on several lines of the file, the first from line 1 on")
    path.write_text("\n".join([*NOTED[:2], NOTED[2].replace("n2", '"a\nb"'), *NOTED[3:]]), "utf-8")
    assert read_file(path).warnings[0].startswith("1 row stands on several lines of the file, the first from line 3 on")


def test_marks_that_can_be_read_in_two_ways_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LARGEST_IN_MEMORY", 10)
    path = tmp_path / "f.csv"
    path.write_text("\n".join([*NOTED, '""']), "utf-8")
    monkeypatch.setattr(loading.in_memory.Lines, "rows", lambda *_: iter([NOTED[0].split(","), ["P1"]]))
    assert "its quotation marks can be read in more than one way" in refusal(path)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_every_line_is_a_row_in_every_layout(layout: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    rows = [*NOTED, "P6,2024-06-01", f"{NOTED[1]}{',more' * 50}", NOTED[5].replace("n5", 'a cyst of 2"')]
    path.write_bytes(laid_out(rows, layout))
    found = told(read_file(path, separator=layout["separator"]))
    assert [row[0] for row in found] == ["P1", "P2", "P3", "P4", "P5", "P6", "P1", "P5"]
    assert [str(row[-1]).startswith("ragged") for row in found[5:]] == [True, True, False]


def test_a_spreadsheet_with_numbers_days_and_texts(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [*HEAD, None, "notes"],
        ["P1", ("day", 45399), 34, "untested", 1, "no_positive_test", None, True],
        ["P1", ("time", 45538.5), 35.7, "euploid", 2, "live_birth"],
        ["P2", "29.02.2024", "41", "untested", 1.0, "awaited"],
        [None, None, None, None, None, None, None, "a note beside the table"],
    ]
    path = write_xlsx(tmp_path / "f.xlsx", rows)
    mapping = read_mapping()
    assert mapping.date
    register = read_file(path, date=mapping.date.model_copy(update={"order": "D.M.Y"}))
    assert told(register) == EXPECTED
    assert [tuple(each) for each in register.dropped] == [("", "", 1)]
    assert register.unknown_columns == ("notes",)
    assert told(read_file(path, sheet="Transfers"))[0] == EXPECTED[0]
    assert "a sheet that the spreadsheet does not have" in refusal(path, sheet="Births")


def test_parquet_with_types(tmp_path: Path) -> None:
    columns = list(zip(*ROWS, strict=True))
    days = [date.fromisoformat(each) for each in columns[1]]
    table = pa.table(
        [columns[0], days, pa.array(map(int, columns[2])), columns[3], pa.array([1.0, 2.0, None]), columns[5]], HEAD
    )
    path = tmp_path / "f.parquet"
    pq.write_table(table, path)
    assert told(read_file(path)) == [*EXPECTED[:2], (*EXPECTED[2][:4], None, *EXPECTED[2][5:])]
    times = table.set_column(1, "date", pa.array(days).cast(pa.timestamp("s")))
    pq.write_table(times, path)
    assert [row[1] for row in told(read_file(path))] == [19830, 19969, 19782]


def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "f"
    for content, said in (
        (b"", "the file is empty"),
        (b"\xff\xfe", "the file is empty"),
        (b"\n\n", "the first row has no headings"),
        (b'""', "the first row has no headings"),
        (b'"', "a quotation mark is not closed in the row that begins in line 1"),
        (text([HEAD, *ROWS], ";").encode(), "its columns look separated by semicolons, and it was to be read with ','"),
        (text([[*HEAD, "date"], *ROWS]).encode(), "the heading date stands twice"),
        (b"x" * 3_000_000, "a line of more than 1,000,000 bytes stands in it"),
        (PLAIN.encode() + b"x" * 3_000_000, "a line of more than 1,000,000 bytes stands in it"),
        (PLAIN.encode() + b"P\xff,", "the file is not UTF-8 text"),
        (b"\n\n" + PLAIN.encode(), "the first row has no headings: an empty line stands there"),
        (b"\xef\xbb\xbf <!DOCTYPE html><table>", "this is a web page and no table"),
        (b"%PDF-1.7", "this is a PDF and no table"),
        (b'[{"patient": "a"}]', "this is JSON and no table"),
        (",".join(f"c{number}" for number in range(1_001)).encode(), "it has 1,001 columns, and at most 1,000"),
        (PLAIN.encode() + b"P\xc3", "the file is not UTF-8 text"),
        (PLAIN.encode() + b"P\0,", "the character zero"),
        (b'"' + b"x" * 900_000 + b'"', "line 1 cannot be read: a cell in it is far too long"),
        (b"PK\x03\x04 no archive", "the spreadsheet cannot be read"),
        (b"\xd0\xcf\x11\xe0 an old one", "this is an old or locked spreadsheet"),
        (b"PAR1 cut off", "the Parquet file cannot be read: it is damaged or was cut off"),
    ):  # fmt: skip
        path.write_bytes(content)
        assert said in refusal(path), said
    path.unlink()
    assert refusal(path) == "the file cannot be read: No such file or directory"


def test_a_parquet_file_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    pq.write_table(pa.table({"patient": ["P1"] * 100}), path)
    path.write_bytes(path.read_bytes()[:-20])
    assert "it is damaged or was cut off" in refusal(path)


def test_merged_headings_of_a_spreadsheet(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "f.xlsx", [["patient", "transfer", None], [None, "date", "result"]], "B1:C1")
    assert refusal(path).startswith("cells are merged in row 1 of the sheet: give every column a heading of its own")
    path = write_xlsx(tmp_path / "f.xlsx", [["patient", "transfer", None], [None, "date", "result"]], "A1:A2")
    assert refusal(path).startswith("cells are merged in row 1 to 2 of the sheet")
    assert refusal(write_xlsx(tmp_path / "f.xlsx", [])) == "the file is empty"


def test_what_is_too_large_for_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(KINDS["UTF-16"])
    sheet = write_xlsx(tmp_path / "f.xlsx", [HEAD, *ROWS])
    monkeypatch.setattr(cells, "_MOST_CELLS", 3)
    assert refusal(sheet) == "the sheet has far too many cells"
    monkeypatch.setattr(cells, "LARGEST_IN_MEMORY", 200)
    assert refusal(path).startswith(
        "CSV with quotation marks or in another encoding than UTF-8 is read up to 200 bytes"
    )
    assert refusal(sheet).startswith("a spreadsheet is read up to 200 bytes")
    monkeypatch.setattr(cells, "LARGEST_IN_MEMORY", sheet.stat().st_size // 10 * 2)
    monkeypatch.setattr(cells, "small_enough", lambda *_: None)
    assert refusal(write_xlsx(sheet, [HEAD, *ROWS * 2000])) == "the spreadsheet is far too large when it is unpacked"


def test_columns_that_are_missing_are_all_named(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("patient,datum,oocyte_age,ploidy\n", "utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_file(path)
    assert [str(problem) for problem in caught.value.problems] == [
        "FILE: the column oocyte_age_years is missing; did you mean oocyte_age?",
        "FILE: the column result is missing",
        "date, order: one of the columns date and order is needed",
    ]
    path.write_text("patient,date,order,oocyte_age_years,ploidy,result\n", "utf-8")
    assert refusal(path) == "one of the columns date and order is needed, and not both"


def test_ragged_rows_are_problems_and_lose_nobody(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    short, long = "P3,2024-05-01,30,untested,1", "P4,2024-05-01,30,untested,1,ongoing,lost, and more"
    path.write_text(f"{PLAIN}{short}\n{long}\n  \n", "utf-8")
    plain = told(read_file(path))
    path.write_text(f'{PLAIN}{short}\n{long}\n"  "\n', "utf-8")
    assert (
        plain
        == told(read_file(path))
        == [
            *EXPECTED,
            ("P3", None, 30, "untested", 1, None, "ragged:row"),
            ("P4", None, 30, "untested", 1, "ongoing", "ragged:row"),
            ("", None, None, None, None, None, "ragged:row"),
        ]
    )


def test_a_row_that_stands_twice_has_advice_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    again, other = ROWS[0], [*ROWS[0][:-1], "live_birth"]
    late = ["P2", "2024-02-29", "41", "untested", "1", "no_positive_test"]
    path.write_text(text([HEAD, *ROWS, again, other, again, late]), "utf-8")
    register = read_file(path)
    assert [row[-1] for row in told(register)] == [
        "same_row:date", None, "same_time:date;not_last:result", "same_row:date", "same_time:date", "same_row:date",
        "same_time:date",
    ]  # fmt: skip
    assert register.problems()[0].allowed.startswith("the row stands twice in the file")
    notes = [[*HEAD, "notes"], *([*row, str(place)] for place, row in enumerate([*ROWS, again]))]
    path.write_text(text(notes), "utf-8")
    assert [row[-1] for row in told(read_file(path))] == ["same_row:date", None, None, "same_row:date"]


def test_an_engine_that_is_not_tried_is_refused(tmp_path: Path) -> None:
    class Other:
        name = "sqlite"

    with pytest.raises(InvalidInput) as caught:
        read(Other(), tmp_path, read_mapping())
    assert caught.value.problems[0].allowed == "only DuckDB and Spark read a register here"


def test_the_pass_over_a_file_sees_ends_of_lines_across_its_parts(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b"a\r\nb\r\n")
    monkeypatch.setattr(scanning, "LONGEST_LINE", 2)
    assert scanning.scan(path, "utf-8").plain
