"""Bad input for ``rif-threshold register audit``: one message each, in words, and nothing is written."""

from pathlib import Path

import pytest

from rif_threshold.cli import cli
from rif_threshold.cli.ending import ended
from spreadsheets import write_xlsx

HEAD = "patient,date,oocyte_age_years,ploidy,embryos,result"
GOOD = "a,2024-04-17,34,untested,1,no_positive_test"


def audited(capsys: pytest.CaptureFixture[str], path: Path, *arguments: str) -> tuple[int | None, str, str]:
    """Exit code, standard output and standard error as one line each."""
    code = ended(lambda: cli.main(["register", "audit", str(path), *arguments], standalone_mode=False))
    said = capsys.readouterr()
    return code, " ".join(said.out.split()), " ".join(said.err.split())


def file(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "register.csv"
    path.write_text("\n".join([head, *rows, ""]), "utf-8")
    return path


REFUSED = {
    "a missing column": (HEAD.replace(",result", ""), [GOOD.rsplit(",", 1)[0]], "result"),
    "no transfer": (HEAD, [], "nothing stands below its headings"),
    "no patients": (HEAD.removeprefix("patient,"), [GOOD.removeprefix("a,")], "the column patient is missing"),
    "problems alone": (HEAD, [GOOD.replace("no_positive_test", "well")], "every couple has a problem"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_audited_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    head, rows, said = REFUSED[name]
    path = file(tmp_path, *rows, head=head)
    out = tmp_path / "audit.html"
    code, shown, error = audited(capsys, path, "--format", "html", "--output", str(out))
    assert (code, shown) == (2, "")
    assert error.count(said) == 1, error
    assert "Traceback" not in error
    assert not out.exists()


BAD_ROWS = {
    "an unknown word": ([GOOD.replace("no_positive_test", "well")], "the text is none that the mapping names", 1),
    "two transfers on one day": (
        [GOOD, GOOD.replace("no_positive_test", "live_birth")],
        "patient has another transfer at the same time",
        2,
    ),
    "an age that falls by ten years": (
        [GOOD, "a,2024-06-17,24,untested,1,no_positive_test"],
        "the age changes by more years than can have passed",
        2,
    ),
    "a day in another order": (
        [GOOD.replace("2024-04-17", "17.04.2024")],
        "there is no such day in the one order that the mapping names",
        1,
    ),
    "an age of nobody": ([GOOD.replace(",34,", ",134,")], "oocyte_age_years", 1),
    "more cells than headings": ([f"{GOOD},,x"], "more or fewer cells than there are headings", 1),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_told_and_takes_no_other_couple_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    rows, said, couples_rows = BAD_ROWS[name]
    others = [f"b{number},2024-0{number}-17,34,untested,1,no_positive_test" for number in range(1, 8)]
    code, shown, _ = audited(capsys, file(tmp_path, *rows, *others))
    assert code == 0
    assert shown.startswith(
        f"- {7 + couples_rows} rows read: 7 transfers of first runs from 2024-01-17 to 2024-07-17 + 0"
    )
    assert f" + {couples_rows} in couples with a problem." in shown
    assert said in shown
    assert "Of 7 couples in a current run" in shown


@pytest.mark.parametrize(
    ("name", "said"),
    [("r.parquet", "it is damaged or was cut off"), ("nowhere.csv", "cannot be read"), ("r.xlsx", "cells are merged")],
)
def test_a_file_of_another_kind_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    if name == "r.parquet":
        (tmp_path / name).write_bytes(b"PAR1 cut off")
    if name == "r.xlsx":
        write_xlsx(tmp_path / name, [HEAD.split(","), GOOD.split(",")], merged="A1:B1")
    code, shown, error = audited(capsys, tmp_path / name)
    assert (code, shown) == (2, "")
    assert error.count(said) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--below", "10"], "only a report to share has small counts"),
        (["--below", "1", "--share"], "1 is not in the range 2<=x<=100"),
        (["--format", "docx"], "is not one of"),
        (["--date", "yesterday"], "does not match the format"),
        (["--output", "{folder}/no/audit.html", "--format", "html"], "cannot be written"),
        (["--engine", "abacus"], "duckdb, spark"),
    ],
)
def test_options_that_cannot_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    given = [each.format(folder=tmp_path) for each in arguments]
    code, shown, error = audited(capsys, file(tmp_path, GOOD), *given)
    assert (code, shown) == (2, "")
    assert said in error


def test_names_that_stand_for_patients_are_on_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, GOOD.replace("a,", "Maria Muster,"), "Maria Muster,2024-04-17,34,untested,1,live_birth")
    path.write_text(f"{path.read_text('utf-8')}b,2024-04-17,34,untested,1,live_birth\n", "utf-8")
    for more in ([], ["--share"], ["--format", "json"], ["--format", "csv"]):
        code, shown, error = audited(capsys, path, *more)
        assert code == 0
        assert "Muster" not in shown + error
