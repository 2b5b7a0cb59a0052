"""The page Our clinic without a browser: by file and by hand, what is refused in words, what is used and forgotten."""

import base64
import gc
import io
import subprocess
import sys
import time
import weakref
import zipfile
from pathlib import Path
from typing import Any, get_args

import pytest
from streamlit.testing.v1 import AppTest

from clinic_files import HEADING, as_csv, other_words, rows
from rif_threshold import assess
from rif_threshold.errors import InvalidInput
from rif_threshold.register.mapping import DateOrder
from rif_threshold.register.mappings import read_mapping
from rif_threshold.ui import assigning, work
from rif_threshold.ui.mapping_file import toml
from rif_threshold.ui.uploads import LARGEST, FewFiles
from spreadsheets import write_xlsx

from .conftest import ROOT


def wait(page: Any) -> Any:
    """Until what is under way is done, and the page has it."""
    while page.at.session_state["our_clinic"].work is not None:
        time.sleep(0.2)
        page.run()
    return page


def drop(page: Any, content: bytes, name: str = "transfers.csv") -> Any:
    page.at.file_uploader[0].set_value((name, content, "application/octet-stream"))
    return wait(page.run())


def page_with_table(tab: Any) -> Any:
    page = drop(tab("our_clinic"), as_csv(rows()))
    return wait(page.press("make_file"))


def plain(page: Any) -> str:
    return str(page.text).replace("\\", "")


def test_a_file_becomes_a_table_a_picture_and_a_route(tab: Any) -> None:
    page = page_with_table(tab)
    text = plain(page)
    # Twelve of forty first transfers, and of all fifty-four: counted by hand in `clinic_files.rows`.
    assert "12 of 40: 30.0 %" in text
    assert "12 of 54: 22.2 %" in text
    (steps,) = (chart.alt for chart in page.charts() if "35-39: 12 of 40, 30.0" in chart.alt)
    # ESHRE's row, and the UK's register at 35-37: 4,444 of 8,138 and 623 of 2,211.
    assert all(part in steps for part in ("35-39 25.9 %", "35-37 54.6 %", "35-37 28.2 %"))
    assert "four definitions side by side" in text.lower()
    # 30.0 %: after three 65.7 %, so the third crosses.
    page.press("use_table").go("threshold")
    page.fill(oocyte_age_years="36", ploidy="untested", failed_transfers="2")
    assert "Own register, first transfers" in plain(page)
    assert "Our clinic's table is in use" in plain(page)
    assert "our clinic's table in use" in plain(page).replace("\N{NO-BREAK SPACE}", " ")
    page.press("take_back_threshold")
    assert "Own register" not in plain(page)
    assert "table in use" not in plain(page).replace("\N{NO-BREAK SPACE}", " ")


def test_the_table_in_use_answers_as_the_same_table_from_a_folder(tab: Any, tmp_path: Path) -> None:
    page = page_with_table(tab)
    page.press("use_table")
    folder = page.at.session_state["own_table_in_use"]
    (archive,) = (each.proto for each in page.at.get("download_button") if "ZIP" in each.proto.label)
    assert archive.label == "Our table, ZIP"
    from rif_threshold.own_tables import write_folder  # noqa: PLC0415

    write_folder(tmp_path / "our_tables", folder.texts)
    case = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 2}
    assert assess(case, tables=folder) == assess(case, tables=tmp_path / "our_tables")


def test_the_zip_is_a_folder_that_tables_takes(tmp_path: Path) -> None:
    from rif_threshold.register.typed import typed_table  # noqa: PLC0415
    from rif_threshold.ui.results import _zipped  # noqa: PLC0415
    from rif_threshold.ui.shown_table import shown_table  # noqa: PLC0415

    shown = shown_table(typed_table({"untested 35-39": (76, 233)}))
    with zipfile.ZipFile(io.BytesIO(_zipped(shown["files"]["all"]["texts"]))) as archive:
        archive.extractall(tmp_path)
    case = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 2}
    found = assess(case, tables=tmp_path / "our_tables")
    (own,) = (each for each in found.estimates if each.route == "age_table:our_clinic")
    # 76 of 233 are 32.6 %: two failed are 54.6 %, three 69.4 %.
    assert (own.transfers_to_threshold, own.successes, own.transfers) == (3, 76, 233)


def test_counts_typed_by_hand_become_a_table(tab: Any) -> None:
    page = tab("our_clinic").fill(clinic_from="Counts typed by hand")
    page.fill(count_1_positive="233", count_1_transfers="76").press("make_counts")
    assert "More positive tests than transfers: at most 76 can be" in plain(page) or "at most 76 can be" in plain(page)
    assert page.widget("count_1_positive").value == "233"  # what was typed stays
    page.fill(count_1_positive="76", count_1_transfers="233")
    wait(page.press("make_counts"))
    text = plain(page)
    assert "76 of 233: 32.6 % (26.6 to 39.0)" in text
    assert "3 with 0.89" in text  # as docs/register.md has it for the same counts
    assert "There is no audit" in text
    assert "no transfers" in text


def test_counts_of_nothing_are_a_table_of_nothing(tab: Any) -> None:
    page = tab("our_clinic").fill(clinic_from="Counts typed by hand")
    page.fill(count_1_positive="0", count_1_transfers="0")
    wait(page.press("make_counts"))
    assert "0 transfers in 0 bands" in plain(page)
    assert "This table cannot be used" in plain(page)
    assert page.charts() == []


def test_columns_and_words_are_assigned_on_the_page(tab: Any) -> None:
    page = drop(tab("our_clinic"), other_words())
    assert "Still needed" in plain(page)
    page.fill(assign_patient="Case", assign_date="ET day", assign_oocyte_age_years="Age OPU")
    page.fill(assign_ploidy="PGT", assign_result="Outcome", assign_embryos="Number", assign_days="D.M.Y")
    wait(page.press("look_again"))
    assert "Not decided, so that rows with them are problems" in plain(page)
    page.fill(assign_word_ploidy_none="untested", assign_word_result_LB="live_birth")
    page.fill(assign_word_result_neg="no_positive_test")
    assert "Not decided, so" not in plain(page)
    wait(page.press("make_file"))
    assert "12 of 40: 30.0 %" in plain(page)
    mapping = page.at.session_state["our_clinic"].order["mapping"]
    assert mapping["date"] == {"column": "ET day", "order": "D.M.Y"}


def test_a_mapping_that_was_assigned_is_a_file_that_map_takes(tmp_path: Path) -> None:
    made = {
        "title": 'our "transfers"', "separator": ";", "decimal": ",",
        "patient": {"column": "Case"}, "date": {"column": "ET", "order": "D.M.Y"},
        "ploidy": {"column": "PGT", "words": {"": "untested", "n\u00f6": "euploid"}, "missing": ["?"]},
        "result": {"column": "R", "words": {"neg": "no_positive_test"}, "missing": []},
        "keep": [{"column": "Cycle", "keep": ["IVF"], "leave_out": ["*"]}],
    }  # fmt: skip
    (tmp_path / "mapping.toml").write_text(toml(made), "utf-8")
    read = read_mapping(str(tmp_path / "mapping.toml"))
    assert read == type(read).model_validate(made)


OWN = """
title = "ours"
[patient]
column = "Case"
[date]
column = "ET day"
order = "D.M.Y"
[oocyte_age_years]
column = "Age OPU"
[ploidy]
column = "PGT"
words = {none = "untested"}
[embryos]
column = "Number"
[result]
column = "Outcome"
words = {LB = "live_birth", neg = "no_positive_test"}
"""


def hand_over(page: Any, mapping: str | bytes, name: str = "ours.toml") -> Any:
    """Drop a mapping: its field is the last one."""
    content = mapping if isinstance(mapping, bytes) else mapping.encode()
    page.at.file_uploader[-1].set_value((name, content, "application/octet-stream"))
    return wait(page.run())


@pytest.mark.parametrize("first", ["mapping", "list"])
def test_an_own_mapping_is_dropped_beside_the_list(tab: Any, first: str) -> None:
    page = tab("our_clinic")
    if first == "mapping":
        drop(hand_over(page, OWN), other_words())
    else:
        hand_over(drop(page, other_words()).fill(read_as="own_file"), OWN)
    assert "Mapping: **ours.toml**, ours" in plain(page)
    wait(page.press("make_file"))
    assert "12 of 40: 30.0 %" in plain(page)
    page.press("forget_file")
    kept = page.at.session_state["our_clinic"]
    assert (kept.mapping, kept.mapping_name, kept.content) == ({}, "", b"")
    assert "ours.toml" not in plain(page)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("title = ", "ours.toml, line 1: this is not TOML"),
        (b"\xff\xfe", "the file is not UTF-8 text"),
        (
            OWN.replace('"untested"', '"unknown"'),
            "one of 'untested', 'euploid', 'low_level_mosaic' or 'tested' is needed",
        ),
        (OWN.replace("[embryos]", "[embrios]"), "this name is not known here"),
        (OWN.replace('[date]\ncolumn = "ET day"\norder = "D.M.Y"\n', ""), "a patient needs a date or an order"),
        (as_csv(rows()), "this is not TOML"),
        ("#" + "x" * 1_000_001, "the file is too large for a mapping"),
        ("".join(f"k{number} = 1\n" for number in range(5000)), "more"),
    ],
)
def test_a_mapping_that_is_wrong_is_refused_as_by_the_command(
    tab: Any, tmp_path: Path, mapping: str | bytes, said: str
) -> None:
    page = hand_over(tab("our_clinic"), mapping)
    (error,) = page.errors
    assert said in error
    assert len(error) < 20_000
    assert page.at.session_state["our_clinic"].mapping == {}
    (tmp_path / "ours.toml").write_bytes(mapping if isinstance(mapping, bytes) else mapping.encode())
    with pytest.raises(InvalidInput) as refused:
        read_mapping(str(tmp_path / "ours.toml"))
    (problem,) = refused.value.problems
    assert error.replace("`", "") == "The mapping could not be used: " + problem.allowed.replace(
        f"{tmp_path}/", ""
    ).replace("`", "").replace("\\", "")
    drop(page, as_csv(rows()))
    assert page.has("read_as")  # the list is taken as ever


def test_a_mapping_of_another_layout_names_every_column_that_is_missing(tab: Any) -> None:
    page = hand_over(drop(tab("our_clinic"), as_csv(rows())).fill(read_as="own_file"), OWN)
    (error,) = page.errors
    assert all(f"he column {name} is missing" in error for name in ("Case", "ET day", "Age OPU", "PGT", "Outcome"))
    assert not any(each.key == "make_file" for each in page.at.button)
    page.fill(read_as="own_words")  # what was there before is there
    wait(page.press("make_file"))
    assert "12 of 40: 30.0 %" in plain(page)


def test_what_an_own_mapping_does_not_name_is_said_before_it_is_used(tab: Any) -> None:
    page = hand_over(drop(tab("our_clinic"), other_words()).fill(read_as="own_file"), OWN.replace("LB", "LB1"))
    assert "does not name, so that rows with them are problems: Outcome: LB." in plain(page)
    page.press("forget_mapping")
    hand_over(page, OWN)
    assert "does not name" not in plain(page)


def test_a_file_in_another_encoding_is_read_by_a_mapping_that_names_it(tab: Any) -> None:
    content = other_words().replace(b"none", "k\u00f6nnen".encode("cp1252"))
    page = drop(tab("our_clinic"), content)
    assert any("name its encoding in the mapping" in error for error in page.errors)
    mapping = OWN.replace('title = "ours"', 'title = "ours"\nencoding = "cp1252"').replace("none", '"k\u00f6nnen"')
    drop(hand_over(page, mapping), content)
    wait(page.press("make_file"))
    assert "12 of 40: 30.0 %" in plain(page)


def test_the_years_that_the_table_counts_are_chosen(tab: Any) -> None:
    listed = [*rows(), *([f"v{number}", "2021-05-01", "36", "untested", "1", "live_birth"] for number in range(30))]
    page = drop(tab("our_clinic"), as_csv(listed))
    wait(page.press("make_file"))
    # Thirty in 2021, all positive; forty women in 2024, which is not over in the file, and twelve positive.
    assert "30 of 30: 100.0 %" in plain(page)
    assert "counted: 2021-01-01 to 2023-12-31" in plain(page)
    page.fill(years_since="2021", years_until="2024")
    assert "What is shown below was made before the last change here." in plain(page)
    wait(page.press("make_file"))
    assert "42 of 70: 60.0 %" in plain(page)
    page.fill(years_since="2024")
    wait(page.press("make_file"))
    assert "12 of 40: 30.0 %" in plain(page)
    for since, until, said in (
        ("21", "2024", "`21` was given; a year of four digits is needed"),
        ("0000", "9999", "`0000` and `9999` was given; a year of four digits is needed"),
        ("2019", "2020", "No transfer of the file lies in this time"),
        ("2024", "2021", "No transfer of the file lies in this time"),
    ):
        page.fill(years_since=since, years_until=until)
        if page.errors == []:
            wait(page.press("make_file"))
        assert [said in error for error in page.errors] == [True]
    page.press("forget_all")
    drop(page, as_csv(listed))
    assert not page.widget("years_since").value


def test_a_year_is_refused_where_the_list_has_no_dates(tab: Any) -> None:
    listed = [[row[0], str(1 + (row[1] > "2024-04")), *row[2:]] for row in rows()]
    page = drop(tab("our_clinic"), as_csv(listed, ["patient", "order", *HEADING[2:]])).fill(years_since="2024")
    wait(page.press("make_file"))
    assert page.errors == ["The register has no dates, so no time can be chosen"]


def downloads(page: Any) -> list[str]:
    return [each.proto.label for each in page.at.get("download_button")]


def test_a_report_to_share_is_made_when_it_is_asked_for(tab: Any) -> None:
    page = page_with_table(tab)
    assert not any("To share" in label for label in downloads(page))
    wait(page.press("make_share"))
    assert downloads(page)[-2:] == ["To share, HTML", "To share, PDF"]
    made = page.at.session_state["our_clinic"].result["shared"]
    text = base64.b64decode(made["reports"]["html"]).decode()
    assert "May be shared" in text
    assert "12 of 40" in plain(page)  # what was shown is still there
    page.press("make_file")
    wait(page)
    assert not any("To share" in label for label in downloads(page))  # it belongs to what was made before
    page.press("forget_all")
    assert downloads(page) == []


def test_every_way_to_write_a_day_can_be_chosen() -> None:
    assert set(assigning._ORDERS) - {assigning._NUMBERS} == set(get_args(DateOrder))


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("transfers.csv", as_csv(rows()))
    return out.getvalue()


def merged(folder: Path) -> bytes:
    path = write_xlsx(folder / "merged.xlsx", [["patient", "date", ""], ["w1", "2024-03-01", "x"]], merged="B1:C1")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zip", "this is a ZIP and no table: unpack it"),
        ("parquet", "the Parquet file cannot be read: it is damaged or was cut off"),
        ("merged", "cells are merged in row 1"),
        ("large", "at most 50,000,000 are taken here"),
        ("nothing", "headings"),
        ("no bytes", "transfers.csv could not be used: the file is empty"),
        ("web page", "transfers.csv could not be used: this is a web page and no table: open it, and save it as CSV"),
        ("latin", "name its encoding in the mapping, such as cp1252"),
        ("wide", "it has 20,000 columns, and at most 1,000 are read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(tab: Any, tmp_path: Path, name: str, said: str) -> None:
    content = {
        "zip": zipped, "parquet": lambda: b"PAR1" + b"\0" * 50, "merged": lambda: merged(tmp_path),
        "large": lambda: bytes(LARGEST + 1), "nothing": lambda: b"\n",
        "no bytes": lambda: b"", "web page": lambda: b"\n<HTML><table><tr><td>patient</td></tr></table></HTML>",
        "latin": lambda: as_csv(rows(patient="\u00e9{:04}")).decode().encode("latin-1"),
        "wide": lambda: ",".join(f"c{number}" for number in range(20_000)).encode(),
    }[name]()  # fmt: skip
    page = tab("our_clinic").fill(clinic_from="Counts typed by hand").fill(count_0_positive="7")
    page.fill(clinic_from="A list of transfers")
    drop(page, content)
    assert sum(said in error for error in page.errors) == 1
    assert len(page.errors) == 1
    page.fill(clinic_from="Counts typed by hand")
    assert page.widget("count_0_positive").value == "7"


def test_a_mapping_in_the_field_of_the_list_is_told_where_it_belongs(tab: Any) -> None:
    page = drop(tab("our_clinic"), OWN.encode(), "ours.TOML")
    assert page.errors == ["ours.TOML is a mapping and no list: drop it into the field of the mapping."]
    assert len(page.at.file_uploader) == 2


def test_days_in_two_orders_are_told_of_before_and_after(tab: Any) -> None:
    listed = rows()
    for number, row in enumerate(listed):
        year, month, day = row[1].split("-")
        row[1] = f"{day}.{month}.{year}" if number % 2 else f"{month}/{day}/{year}"
    page = drop(tab("our_clinic"), as_csv(listed))
    assert "It is no column of days in the order Y-M-D." in plain(page)
    wait(page.press("make_file"))
    (error,) = page.errors
    assert error.startswith("Every couple has a problem: there is nothing to count\n\nRow.1.date: there is no such day")
    assert error.count("there is no such day") == 1
    assert "and 44 more rows with problems, not shown" in error


def test_days_that_may_be_of_two_orders_are_not_decided_by_guess(tab: Any) -> None:
    listed = [[row[0], "/".join(reversed(row[1].split("-"))), *row[2:]] for row in rows()]
    page = drop(tab("our_clinic"), as_csv(listed))
    assert "Not decided: nothing in the file tells which it is." in plain(page)


def test_names_in_a_file_are_warned_of_before_anything_else(tab: Any) -> None:
    page = drop(tab("our_clinic"), as_csv(_named()))
    (warning,) = (error for error in page.errors if "may tell who people are" in error)
    assert "looks like names" in warning
    assert "Muster" not in plain(page)
    order = [each.type for each in page.at.main]
    assert order.index("error") < order.index("info")  # the box of the strip, which is the first of every other page
    page.press("forget_people")
    assert not page.errors


def _named() -> list[list[str]]:
    first, last = ("Anna", "Berta", "Clara", "Dora", "Emma"), ("Muster", "Beispiel", "Probe", "Test")
    names = [f"{a} {b}" for a in first for b in last]
    return [[names[place % 20], *row[1:]] for place, row in enumerate(rows(20, 6))]


def test_one_button_forgets_all_of_it(tab: Any) -> None:
    page = page_with_table(tab)
    page.press("use_table")
    folder = weakref.ref(page.at.session_state["own_table_in_use"])
    content = page.at.session_state["our_clinic"].content
    assert content
    page.press("forget_all")
    assert "12 of 40" not in plain(page)
    kept = page.at.session_state["our_clinic"]
    assert (kept.content, kept.look, kept.result, kept.work) == (b"", {}, {}, None)
    assert page.at.session_state["own_table_in_use"] is None
    del kept, content
    page.run()
    gc.collect()
    assert folder() is None  # nothing that keeps answers keeps the table


def test_a_folder_is_kept_no_longer_than_it_is_used() -> None:
    from rif_threshold.own_tables import own_folder, with_table  # noqa: PLC0415
    from rif_threshold.register.typed import typed_table  # noqa: PLC0415
    from rif_threshold.register.written import table_texts  # noqa: PLC0415

    folder = with_table(own_folder(), table_texts(typed_table({"untested 35-39": (76, 233)}), "our_clinic", "all"))
    assess({"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 2}, tables=folder)
    seen = weakref.ref(folder)
    del folder
    gc.collect()
    assert seen() is None


def test_without_the_extra_one_sentence_says_what_to_install(tab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from rif_threshold.ui import clinic  # noqa: PLC0415

    found = clinic.importlib.util.find_spec
    monkeypatch.setattr(
        clinic.importlib.util, "find_spec", lambda name, *more: None if name == "duckdb" else found(name, *more)
    )
    page = tab("our_clinic")
    assert "pip install 'rif-threshold[register]'" in plain(page)
    assert not page.at.file_uploader
    page.fill(clinic_from="Counts typed by hand")
    assert page.has("count_0_positive")


def test_a_third_is_told_to_wait_and_then_goes_on(tab: Any) -> None:
    taken = [work._places.acquire(blocking=False) for _ in range(work.PLACES)]
    assert all(taken)
    page = tab("our_clinic")
    page.at.file_uploader[0].set_value(("transfers.csv", as_csv(rows()), "text/csv"))
    page.run()
    assert page.at.session_state["our_clinic"].work.state == work.WAITING
    assert "Two other files are being worked on" in plain(page)
    for _ in taken:
        work._places.release()
    wait(page)
    assert "54 rows" in plain(page)


def test_what_is_stopped_leaves_the_file_and_its_place(tab: Any) -> None:
    taken = [work._places.acquire(blocking=False) for _ in range(work.PLACES)]
    page = tab("our_clinic")
    page.at.file_uploader[0].set_value(("transfers.csv", as_csv(rows()), "text/csv"))
    page.run()
    begun = page.at.session_state["our_clinic"].work
    page.press("stop_work")
    for _ in taken:
        work._places.release()
    while begun.state != work.DONE:
        time.sleep(0.1)
    assert begun.result == {"problems": [work.STOPPED]}
    assert page.run().at.file_uploader  # another can be dropped


def test_work_is_given_up_when_its_visitor_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_is_there", lambda session: False)
    begun = work.Work({"do": "look"}, as_csv(rows()))
    while begun.state != work.DONE:
        time.sleep(0.1)
    assert begun.result == {"problems": [work.STOPPED]}


def test_work_that_takes_too_long_or_dies_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for seconds, do, said in ((1, "look", work.TOO_LONG), (300, "no such thing", work.apart.FAILED)):
        monkeypatch.setattr(work.apart, "SECONDS", seconds)
        begun = work.Work({"do": do}, as_csv(rows()) if seconds > 1 else as_csv(rows(200_000)))
        while begun.state != work.DONE:
            time.sleep(0.1)
        assert [each.partition(" (")[0] for each in begun.result["problems"]] == [said.partition(" (")[0]]


def test_the_process_that_reads_a_file_can_write_no_other() -> None:
    code = (
        "import io, sys, tempfile; from rif_threshold.ui import apart\n"
        "with apart._in_memory(io.BytesIO(b'a;b')) as path:\n"
        "    assert path.read_bytes() == b'a;b'\n"
        "    try:\n"
        "        with tempfile.TemporaryFile() as file: file.write(b'x'); file.flush()\n"
        "    except OSError: print('refused')\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "refused\n"


def test_one_file_a_visitor_waits_and_few_of_all() -> None:
    held = FewFiles("/upload")
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec  # noqa: PLC0415

    for visitor in range(20):
        for number in range(3):
            held.add_file(f"v{visitor}", UploadedFileRec(f"f{number}", "n", "t", b"x"))
    files = [each for files in held.file_storage.values() for each in files]
    assert files == ["f2"] * 8


def test_the_server_loads_no_engine_before_or_while_a_file_is_worked_on() -> None:
    code = (
        "import sys, time; sys.path.insert(0, 'tests'); from clinic_files import as_csv, rows;"
        "from streamlit.testing.v1 import AppTest;"
        f"at = AppTest.from_file({str(ROOT / 'app.py')!r}, default_timeout=60).run();"
        "at.switch_page('src/rif_threshold/ui/pages/our_clinic.py').run();"
        "at.file_uploader[0].set_value(('t.csv', as_csv(rows()), 'text/csv')); at.run();"
        "[(time.sleep(0.2), at.run()) for _ in range(2000) if at.session_state['our_clinic'].work];"
        "assert at.session_state['our_clinic'].look, at.session_state['our_clinic'].problems;"
        "print([name for name in ('ibis', 'duckdb', 'pyarrow', 'python_calamine', 'scipy') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip().endswith("[]")


def test_a_tab_that_comes_back_without_its_table_says_so(tab: Any) -> None:
    from rif_threshold.own_tables import own_folder, with_table  # noqa: PLC0415
    from rif_threshold.register.typed import typed_table  # noqa: PLC0415
    from rif_threshold.register.written import table_texts  # noqa: PLC0415

    page = tab().fill(oocyte_age_years="36", ploidy="untested", failed_transfers="2")
    texts = table_texts(typed_table({"untested 35-39": (76, 233)}), "our_clinic", "all")
    page.at.session_state["own_table_in_use"] = with_table(own_folder(), texts)
    held = page.run().at.session_state["held_by_the_tab"]

    later = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    later.session_state["held_by_the_tab"] = held
    later.run()
    assert any("Our clinic's table was in use and is gone" in each.value for each in later.warning)
    later.button(key="looked").click().run()
    assert not later.warning
