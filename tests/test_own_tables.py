"""A clinic's own tables: what is refused, in which words and at which line, and what a clinic can start from."""

# ruff: noqa: E501 - one mistake a line is easier to read than one mistake on seven

import errno
import json
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from rif_threshold import assess
from rif_threshold.cli import cli
from rif_threshold.errors import InvalidInput, TableError
from rif_threshold.folder import LARGEST_FILE, MOST_FILES, open_folder
from rif_threshold.own_tables import new_folder, new_or_empty, own_rate_tables, own_tables_of, sign_folder
from rif_threshold.tables import shipped_directory
from test_tables import sign

CSV, TOML, SOURCES, SUMS = "rates/example.csv", "rates/example.toml", "sources.toml", "SHA256SUMS"
COUPLE = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """The example, as `tables new` writes it."""
    new_folder(tmp_path / "clinic")
    return tmp_path / "clinic"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)))


def refusal(folder: Path) -> str:
    """What is said of a folder."""
    open_folder.cache_clear()
    with pytest.raises(TableError) as raised:
        own_rate_tables(folder)
    assert "should be" not in str(raised.value)  # pydantic's own words
    return str(raised.value)


def changed(folder: Path, name: str, before: str, after: str) -> Path:
    """A folder with one change, signed."""
    text = (folder / name).read_text("utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1), "utf-8", newline="")
    sign(folder)
    return folder


# What a clinic may do wrong: file, what stands there, what it becomes, and what must be said.
WRONG = [
    (CSV, "30.0,30,100", "60.0,30,100", "example.csv, line 3: per_transfer_percent is 60.0, but 30 of 100 transfers are 30.0 %"),
    (CSV, "30.0,30,100", "30.1,30,100", "line 3: per_transfer_percent is 30.1, but"),
    (CSV, "30.0,30,100", "30.0,130,100", "line 3: 130 of 100: successes must lie between"),
    (CSV, "30.0,30,100", "30.0,0,0", "line 3: 0 of 0: successes must lie between"),
    (CSV, "30.0,30,100", "30.0,,100", "line 3: successes and transfers belong together"),
    (CSV, "30.0,30,100", "30.0,30,", "line 3: successes and transfers belong together"),
    (CSV, "30.0,30,100", '"30,0",30,100', "line 3: per_transfer_percent: '30,0' was given; a percentage such as 23.8 is needed; it has a decimal comma; write a point"),
    (CSV, "30.0,30,100", "30,0,30,100", "line 3: the number of cells differs from the header: 8 where it has 7"),
    (CSV, "30.0,30,100", "30.0 %,30,100", "leave out the % sign"),
    (CSV, "30.0,30,100", "30.0,30.5,100", "successes: '30.5' was given; a whole number is needed"),
    (CSV, "untested,35-39", "tested,35-39", "line 3: ploidy: 'tested' was given; one of 'untested', 'euploid' or 'low_level_mosaic' is needed"),
    (CSV, "untested,35-39,35,39", "untested,35-39,36,39", "ages between the untested bands <35 and 35-39 are missing"),
    (CSV, "untested,35-39,35,39", "untested,35-39,34,39", "the untested bands <35 and 35-39 overlap"),
    (CSV, "untested,35-39,35,39", "untested,30-39,35,39", "line 3: the label 30-39 and the ages in the row are different bands"),
    *(
        (CSV, "untested,<35,,34", f"untested,{label},,34", f"the label {label} and the ages in the row are different bands")
        for label in ("35–39", "≥40", "35 - 39", "40+", "34", "under 30", "35 to 39", "40 and over", "≤35", "over 40")
    ),
    (CSV, "untested,35-39,35,39,30.0,30,100", ",,,,,,", "line 3: this row is empty"),
    (CSV, "ploidy,age_label", "\n\nploidy;age_label", "line 3: the column ploidy is missing"),
    (CSV, "successes,transfers", "transfers,transfers", "line 1: the column transfers stands twice"),
    (CSV, "successes,transfers", "successes,cycles", "line 1: the column cycles is not known. The columns are ploidy, age_label"),
    (CSV, "ploidy,age_label", "ploidy,", "line 1: a column has no name"),
    (CSV, ",age_label", "", "line 1: the column age_label is missing"),
    (TOML, '"clinical_pregnancy"', '"pregnancy"', "example.toml, line 5: outcome: 'pregnancy' was given; one of 'positive_test', 'implantation'"),
    (TOML, '"clinical_pregnancy"', '"live_birth"', "example.toml, line 5: outcome: 'live_birth' was given; a live birth is not what the threshold counts"),
    (TOML, '"embryo_transfer"', '"retrieval"', "example.toml, line 6: denominator: 'retrieval' was given; a rate per retrieval"),
    (TOML, '"embryo_transfer"', '"treatment_cycle"', "a rate per treatment cycle may sum several transfers"),
    (TOML, '"embryo_transfer"', '"transfer"', "denominator: 'transfer' was given; one of 'treatment_cycle', 'embryo_transfer' or 'retrieval'"),
    (TOML, 'ploidy = ["untested", "euploid"]', 'ploidy = "untested"', "line 7: ploidy: 'untested' was given; a list is needed"),
    (TOML, 'ploidy = ["untested", "euploid"]', 'ploidy = ["untested"]', "disagree on: euploid"),
    (TOML, 'title = "Example: replace every number"', "title = 5", "line 4: title: '5' was given; a text in quotes is needed"),
    (TOML, 'title = "Example: replace every number"', 'titel = "Ours"', "title: this is needed; entry: 'titel' was given; this name is not known here"),
    (TOML, 'title = "Example: replace every number"', 'title = "\\u001b[2J"', "a text has at most 1000 characters, all on one line"),
    (TOML, 'title = "Example: replace every number"', f'title = "{1001 * "x"}"', "a text has at most 1000 characters"),
    (TOML, 'title = "Example: replace every number"', 'title = " "', "title: words are needed here"),
    (TOML, '"who was counted: first year to last year, which transfers, who was left out"', '""', "population: words are needed here"),
    (TOML, 'caveats = ["EXAMPLE: every number in this table is made up. It says nothing about any couple."]', 'caveats = [""]', "caveats.1: words are needed here"),
    (SOURCES, 'title = "', 'title = "" # "', "title: words are needed here"),
    (TOML, 'title = "Example: replace every number"', "title = Ours", "line 4: this is not TOML"),
    (TOML, 'valid_from = "2025"', f"valid_from = {5000 * '9'}", "a number in it is far too long"),
    (TOML, 'valid_from = "2025"', "valid_from = 1e99999999999999999999", "a number in it is far too long"),
    (TOML, 'valid_from = "2025"', f"valid_from = 0x{5000 * 'f'}", "valid_from: 'a number of over 30 digits' was given; a text in quotes"),
    (TOML, 'valid_from = "2025"', f"valid_from = {100_000 * '['}", "nested too deeply"),
    (TOML, 'valid_from = "2025"', f"{100_000 * 'a.'}a = 1", "line 10: a line with more than 200 dots is not read"),
    (TOML, 'valid_from = "2025"', "valid_from = 2025-01-31", "valid_from: 'a date' was given; a text in quotes is needed"),
    (TOML, "EXAMPLE: every", "Every", "the numbers are still those of the example"),
    (TOML, 'key = "example_clinic_records"', 'key = "eshre_rif_2023"', "line 14: the source 'eshre_rif_2023' is not in sources.toml"),
    (SOURCES, "[example_clinic_records]", "[eshre_rif_2023]\ntitle = 'x'\nread = 'abstract'\n[example_clinic_records]", "sources.toml, line 3: eshre_rif_2023 is the key of a source of ours"),
    (SOURCES, "[example_clinic_records]", '["our records"]', "a source's key is made of letters"),
    (SOURCES, 'read = "full text"', 'read = "twice"', "read: 'twice' was given; one of 'full text', 'abstract' or 'secondary' is needed"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "after", "said"), WRONG, ids=[each[3][-60:] for each in WRONG])
def test_what_a_clinic_does_wrong_is_said_in_words(clinic: Path, name: str, before: str, after: str, said: str) -> None:
    assert said in refusal(changed(clinic, name, before, after))


def test_everything_that_is_wrong_in_a_folder_is_said_at_once(clinic: Path) -> None:
    changed(clinic, CSV, "30.0,30,100", "60.0,30,100")
    changed(clinic, CSV, "untested,>=40,40", "untested,>=40,41")
    for suffix in ("csv", "toml"):
        shutil.copy(clinic / f"rates/example.{suffix}", clinic / f"rates/second.{suffix}")
    changed(clinic, "rates/second.toml", 'outcome = "clinical_pregnancy"', 'outcome = "birth"')
    lines = refusal(clinic).splitlines()
    places = [line.split(": ")[0].rpartition("/")[2] for line in lines]
    assert places == ["example.csv, line 3", "example.csv, line 4", "example.csv, line 4", "second.toml, line 5"]


def test_of_very_many_problems_the_first_are_shown_and_the_rest_counted(clinic: Path) -> None:
    rows = "".join(f"untested,all,{n},{n},10.0,90,100\n" for n in range(1000))
    changed(clinic, CSV, "untested,<35,,34,40.0,40,100\n", rows)
    lines = refusal(clinic).splitlines()
    assert len(lines) == 21
    assert lines[-1].startswith("and ")


# What two decimals of a percentage can hide, by hand: 1108 of 4712 are 23.514431...; 1 of 8 is 12.5 exactly.
@pytest.mark.parametrize(
    ("percent", "counts", "fits"),
    [
        ("23.5", "1108,4712", True),
        ("24", "1108,4712", True),
        ("23.51", "1108,4712", True),
        ("23.514431", "1108,4712", True),
        ("23.52", "1108,4712", False),
        ("23", "1108,4712", False),
        ("60.0", "1108,4712", False),
        ("12", "1,8", True),  # 12.5 lies as far from 12 as from 13: either is a rounding of it
        ("13", "1,8", True),
        ("12.4", "1,8", False),
    ],
)
def test_a_percentage_may_differ_from_its_counts_by_its_rounding(
    clinic: Path, percent: str, counts: str, fits: bool
) -> None:
    changed(clinic, CSV, "30.0,30,100", f"{percent},{counts}")
    if fits:
        assert f"{own_rate_tables(clinic)['example'].strata[1].per_transfer_percent}" == percent
    else:
        assert f"per_transfer_percent is {percent}" in refusal(clinic)


@pytest.mark.parametrize("name", ["Ours 2025", "Ours", "ours.2025", "2025", "ö", "x" * 41, "a/b"])
def test_a_table_has_a_plain_name(clinic: Path, name: str) -> None:
    for suffix in ("csv", "toml"):
        (clinic / f"rates/{name}.{suffix}").parent.mkdir(exist_ok=True)
        (clinic / f"rates/example.{suffix}").rename(clinic / f"rates/{name}.{suffix}")
    sign(clinic)
    assert "small letters, digits, _ and -, a letter first" in refusal(clinic)


def test_a_table_may_not_have_the_name_of_ours(clinic: Path) -> None:
    for suffix in ("csv", "toml"):
        (clinic / f"rates/example.{suffix}").rename(clinic / f"rates/eshre_rif_2023.{suffix}")
    sign(clinic)
    assert "eshre_rif_2023 is the name of a table of ours" in refusal(clinic)


@pytest.mark.parametrize(("gone", "missing"), [(CSV, "rates/example.csv"), (TOML, "rates/example.toml")])
def test_rows_and_what_they_are_belong_together(clinic: Path, gone: str, missing: str) -> None:
    (clinic / gone).unlink()
    sign(clinic)
    assert f"{missing} is missing" in refusal(clinic)


def test_without_a_list_of_sources_nothing_is_cited(clinic: Path) -> None:
    (clinic / SOURCES).write_text("")
    sign(clinic)
    assert "sources.toml, line 1: there is no source in it" in refusal(clinic)
    (clinic / SOURCES).unlink()
    sign(clinic)
    assert "the source 'example_clinic_records' is not in sources.toml" in refusal(clinic)


@pytest.mark.parametrize("name", ["notes.txt", "rates/example.xlsx", "method.toml", "rates/older/ours.csv"])
def test_a_file_that_nothing_reads_is_refused(clinic: Path, name: str) -> None:
    (clinic / name).parent.mkdir(exist_ok=True)
    (clinic / name).write_text("x")
    sign(clinic)
    said = refusal(clinic)
    assert "nothing reads this file" in said or "small letters" in said or "is missing" in said


# Files as other systems write them.


@pytest.mark.parametrize("name", [CSV, TOML, SOURCES, SUMS])
def test_a_mark_before_the_text_and_line_ends_of_windows_are_read(clinic: Path, name: str) -> None:
    before = own_rate_tables(clinic)["example"].strata
    content = (clinic / name).read_bytes().replace(b"\n", b"\r\n")
    (clinic / name).write_bytes(b"\xef\xbb\xbf" + content)
    if name != SUMS:
        sign(clinic)
    open_folder.cache_clear()
    assert own_rate_tables(clinic)["example"].strata == before


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolons"), ("\t", "tabulators")])
def test_another_separator_is_named(clinic: Path, separator: str, word: str) -> None:
    text = (clinic / CSV).read_text()
    (clinic / CSV).write_text(text.replace(",", separator).replace(".", ","))
    sign(clinic)
    assert f"line 1: its columns are separated by {word}, and commas are needed" in refusal(clinic)


def test_a_list_of_digests_as_windows_writes_it_is_read(clinic: Path) -> None:
    lines = (clinic / SUMS).read_text().splitlines()
    upper = [f"{line[:64].upper()} *./{line[66:]}" for line in lines]
    (clinic / SUMS).write_text("\r\n".join([*upper, "", ""]))
    open_folder.cache_clear()
    assert own_rate_tables(clinic)
    assert open_folder(clinic).digests == {line[66:]: line[:64] for line in lines}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0" * 64 + "  ../secret", "only files inside this folder"),
        ("0" * 64 + "  /etc/passwd", "only files inside this folder"),
        ("0" * 64 + "  C:/x.csv", "only files inside this folder"),
        ("0" * 64 + "  rates\\..\\x.csv", "only files inside this folder"),
        ("0" * 64 + f"  {SOURCES}", "sources.toml is listed twice"),
        ("0" * 63 + "  x", "a line is not `digest, two spaces, name`"),
        ("0" * 64 + "  gone.toml", "gone.toml: this file is listed in SHA256SUMS but is missing"),
    ],
)
def test_a_list_of_digests_names_only_what_is_here(clinic: Path, line: str, said: str) -> None:
    with (clinic / SUMS).open("a") as file:
        file.write(f"{line}\n")
    assert said in refusal(clinic)


@pytest.mark.parametrize("content", ["x".encode("utf-16"), b"\xff\xfe\x00", b"\xe9\n"])
def test_a_file_that_is_not_utf_8_is_named(clinic: Path, content: bytes) -> None:
    (clinic / SUMS).write_bytes(content)
    assert "SHA256SUMS, line 1: this file is not UTF-8 text" in refusal(clinic)
    (clinic / CSV).write_bytes(content)
    sign(clinic)
    assert "example.csv, line 1: this file is not UTF-8 text" in refusal(clinic)


@pytest.mark.parametrize(
    "name", [".DS_Store", "._example.csv", "Thumbs.db", "rates/desktop.ini", "rates/~$example.csv"]
)
def test_litter_is_ignored_also_where_it_is_listed(clinic: Path, name: str) -> None:
    (clinic / name).write_bytes(b"\xff")
    open_folder.cache_clear()
    assert own_rate_tables(clinic)
    with (clinic / SUMS).open("a") as file:
        file.write(f"{'0' * 64}  {name}\n")
    open_folder.cache_clear()
    assert own_rate_tables(clinic)
    sign_folder(clinic)
    assert name not in (clinic / SUMS).read_text()


# What is no plain file.


def test_what_is_no_plain_file_is_never_opened(clinic: Path) -> None:
    os.mkfifo(clinic / "rates/pipe.csv")
    assert "pipe.csv: this is no plain file" in refusal(clinic)
    (clinic / "rates/pipe.csv").unlink()
    (clinic / "rates/zero.csv").symlink_to("/dev/zero")
    assert "zero.csv: this is no plain file" in refusal(clinic)
    (clinic / "rates/zero.csv").unlink()
    (clinic / "rates/loop").symlink_to(clinic)
    assert "loop: this is no plain file, but a pipe, a device or a link to a folder" in refusal(clinic)
    (clinic / "rates/loop").unlink()
    (clinic / "rates/away.csv").symlink_to(clinic / "nowhere")
    assert "away.csv: this file cannot be read: No such file" in refusal(clinic)
    (clinic / "rates/away.csv").unlink()
    (clinic / "rates/folder.csv").mkdir()
    assert "folder.csv: this is a folder, and a file is needed" in refusal(clinic)


def test_a_link_to_a_file_is_read_as_the_file(clinic: Path, tmp_path: Path) -> None:
    (clinic / CSV).rename(tmp_path / "elsewhere.csv")
    (clinic / CSV).symlink_to(tmp_path / "elsewhere.csv")
    open_folder.cache_clear()
    assert own_rate_tables(clinic)
    (tmp_path / "elsewhere.csv").write_text("x")
    assert "was changed" in refusal(clinic)


def test_a_link_may_come_to_lead_to_another_folder(clinic: Path, tmp_path: Path) -> None:
    other = changed(Path(shutil.copytree(clinic, tmp_path / "other")), TOML, "title = ", 'title = "Other" # ')
    link = tmp_path / "link"
    link.symlink_to(clinic)
    (first,) = own_rate_tables(link).values()
    link.unlink()
    link.symlink_to(other)
    (second,) = own_rate_tables(link).values()
    assert (first.title != "Other", second.title) == (True, "Other")


def test_a_relative_name_is_looked_for_where_the_process_is(
    clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert own_rate_tables("clinic")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(TableError, match="there is no such folder of tables"):
        own_rate_tables("clinic")


@pytest.mark.parametrize("given", [3, ["clinic"], "a\0b"])
def test_what_is_no_path_is_no_folder(given: Any) -> None:
    with pytest.raises(TableError, match="there is no such folder of tables"):
        own_rate_tables(given)


def test_sizes_are_bounded_before_anything_is_read(clinic: Path) -> None:
    with (clinic / CSV).open("r+b") as file:
        file.truncate(2**30)
    assert f"at most {LARGEST_FILE:,} bytes" in refusal(clinic)
    for number in range(MOST_FILES):
        (clinic / f"{number}.csv").touch()
    assert f"more than {MOST_FILES} files and folders" in refusal(clinic)


def test_what_may_not_be_read_is_named(clinic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        assert "example.csv: this file cannot be read: Permission denied" in refusal(clinic)
    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", refuse)
        assert "this folder cannot be read: Permission denied" in refusal(clinic)


def test_a_name_that_cannot_be_printed_is_shown_without_it(clinic: Path) -> None:
    (clinic / "a\n\x1b[2J.csv").write_text("x")
    (clinic / os.fsdecode(b"\xff.csv")).write_text("x")
    assert refusal(clinic).isprintable() is False  # one line end between the two problems
    assert all(line.isprintable() for line in refusal(clinic).splitlines())
    assert len(refusal(clinic).splitlines()) == 2


# Starting and signing.


def test_the_example_is_complete_and_says_that_it_is_made_up(tmp_path: Path) -> None:
    made = run("tables", "new", tmp_path / "ours", "--json")
    assert json.loads(made.stdout)["files"] == [CSV, TOML, SOURCES, SUMS]
    subprocess.run(["sha256sum", "--quiet", "-c", SUMS], cwd=tmp_path / "ours", check=True)
    answer = assess(COUPLE, tables=tmp_path / "ours", include=())
    (own,) = (estimate for estimate in answer.estimates if estimate.route == "age_table:example")
    assert any("every number in this table is made up" in str(caveat) for caveat in own.caveats)
    assert answer.primary_route == "age_table"
    checked = json.loads(run("tables", "verify", tmp_path / "ours", "--json").stdout)["own"]
    # By hand: three rows of untested and two of euploid embryos, a hundred transfers each.
    title = "Example: replace every number"
    assert checked == [{"id": "example", "title": title, "rows": 5, "transfers": 500}]
    assert "example (Example: replace every number): 5 rows, 500 transfers counted." in " ".join(
        run("tables", "verify", "--tables", tmp_path / "ours").stdout.split()
    )


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").touch()
    assert run("tables", "new", tmp_path).exit_code == 0
    (tmp_path / CSV).write_text("mine")
    for there in (tmp_path, tmp_path / CSV, "a\0b"):
        result = run("tables", "new", there)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "DIR: " in result.stderr
    assert (tmp_path / CSV).read_text() == "mine"


def test_a_full_disk_leaves_no_half_list(clinic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (clinic / SUMS).read_bytes()

    def full(path: Path, content: bytes) -> None:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    for command in ("sums", "new"):
        result = run("tables", command, clinic if command == "sums" else clinic / "new")
        assert (result.exit_code, "cannot be written: No space left" in " ".join(result.stderr.split())) == (2, True)
    assert (clinic / SUMS).read_bytes() == before
    assert not list(clinic.glob(".SHA*"))
    assert not (clinic / "new").exists()


def test_signing_checks_first(clinic: Path) -> None:
    before = (clinic / SUMS).read_text()
    good = (clinic / CSV).read_text()
    (clinic / CSV).write_text(good.replace("30.0,30,100", "60.0,30,100"))
    result = run("tables", "sums", clinic)
    assert (result.exit_code, "per_transfer_percent is 60.0" in result.stderr) == (4, True)
    assert (clinic / SUMS).read_text() == before
    (clinic / CSV).write_text(good.replace("30.0,30,100", "31.0,31,100"))
    result = run("tables", "sums", clinic)
    assert (result.exit_code, "SHA256SUMS written, of 3 files." in result.stdout) == (0, True)
    subprocess.run(["sha256sum", "--quiet", "-c", SUMS], cwd=clinic, check=True)
    assert [each["id"] for each in json.loads(run("tables", "sums", clinic, "--json").stdout)["files"]] == [
        CSV,
        TOML,
        SOURCES,
    ]
    (clinic / SUMS).unlink()
    assert run("tables", "sums", clinic).exit_code == 0


def test_only_a_clinics_own_folder_is_signed(tmp_path: Path) -> None:
    result = run("tables", "sums", shipped_directory())
    assert (result.exit_code, "these are the tables of this software" in result.stderr) == (4, True)
    shutil.copytree(shipped_directory(), tmp_path / "copy")
    assert "nothing reads this file" in run("tables", "sums", tmp_path / "copy").stderr
    assert "no such folder" in run("tables", "sums", tmp_path / "nowhere").stderr


def test_a_folder_is_named_once(clinic: Path) -> None:
    assert run("tables", "verify", clinic, "--tables", clinic).exit_code == 2
    assert run("tables", "list", "--tables", clinic).exit_code == 0


def test_a_table_without_counts_says_so(clinic: Path) -> None:
    text = (clinic / CSV).read_text()
    rows = [line.rsplit(",", 2)[0] for line in text.splitlines()]
    (clinic / CSV).write_text("\n".join(rows))
    assert "5 rows, no transfers counted." in " ".join(run("tables", "sums", clinic).stdout.split())


# Whatever is in the files, it is taken or refused by name. Settings come from the profile.

EXAMPLE = {
    name: (Path(shipped_directory().parent) / "src/rif_threshold/example_tables" / name).read_bytes()
    for name in (CSV, TOML, SOURCES)
}
PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([b"", b",", b'"', b"\n", b"\r", b"\0", b"\xff", b"=", b"[", b"]", b"#", b"nan", b"inf", b"-1", b"1e9",
                     b"[[", b"{", b"'''", b"99999999999", b"\xe2\x80\xa8", b"untested", b"true", b"1979-05-27", b"key"]),
)  # fmt: skip


@st.composite
def broken(draw: st.DrawFn) -> dict[str, bytes]:
    """The example with up to three pieces cut out or put in, or lines and cells exchanged."""
    files = dict(EXAMPLE)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(files)))
        content = files[name]
        how = draw(st.sampled_from(["bytes", "lines", "cells"]))
        if how == "bytes":
            start = draw(st.integers(0, len(content)))
            end = start + draw(st.integers(0, 20))
            files[name] = content[:start] + draw(PIECES) + content[end:]
        else:
            separator = b"\n" if how == "lines" else b","
            parts = content.split(separator)
            at, to = draw(st.integers(0, len(parts) - 1)), draw(st.integers(0, len(parts) - 1))
            parts[at] = draw(st.sampled_from([parts[to], b"", parts[at] + parts[to]]))
            files[name] = separator.join(parts)
    return files


@given(broken())
def test_whatever_stands_in_the_files_is_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    root = tmp_path_factory.mktemp("fuzz")
    (root / "rates").mkdir()
    for name, content in files.items():
        (root / name).write_bytes(content)
    sign(root)
    with suppress(TableError):
        tables = own_tables_of(open_folder(root))
        assert all(0 < row.per_transfer_percent < 100 for table in tables.values() for row in table.strata)
    shutil.rmtree(root)


@given(st.binary(max_size=300))
def test_whatever_stands_in_the_list_of_digests_is_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    root = tmp_path_factory.mktemp("fuzz")
    (root / SUMS).write_bytes(content)
    with suppress(TableError):
        assert open_folder(root).texts == {}
    shutil.rmtree(root)


def test_an_example_that_could_not_be_written_leaves_nothing_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for folder in (tmp_path / "new", tmp_path):
        with monkeypatch.context() as disk:
            disk.setattr(Path, "write_bytes", full)
            with pytest.raises(InvalidInput, match="cannot be written"):
                new_folder(folder)
        assert list(tmp_path.iterdir()) == []
    assert "rates/example.csv" in new_folder(tmp_path / "new")


def test_the_name_of_a_folder_is_said_in_one_short_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TableError) as refused:
        own_rate_tables("\x1b[31mRED\nTables: all is well" + "x" * 10_000)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(TableError, match="no such folder of tables"):
        own_rate_tables(".")


def test_a_folder_that_the_system_cannot_look_at_is_refused_in_words() -> None:
    with pytest.raises(InvalidInput) as refused:
        new_or_empty("x" * 5_000)
    ((problem),) = refused.value.problems
    assert problem.allowed == "it cannot be written: File name too long"
