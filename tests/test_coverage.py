"""Every statement of the five source documents has a place in the tables that holds it, or a reason."""

# ruff: noqa: E501 - one breach a line is easier to read than one breach on seven

import csv
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from rif_threshold.cli import cli
from rif_threshold.errors import TableError
from rif_threshold.pathway import coverage
from rif_threshold.pathway.studies import study_entries
from rif_threshold.tables import shipped_directory, verify
from test_pathway_tables import broken_copy

ROWS = list(csv.DictReader((shipped_directory() / "coverage.csv").read_text("utf-8").splitlines()))


def flat(value: object) -> str:
    """Every text and number below a value."""
    if isinstance(value, dict):
        return "\n".join(map(flat, value.values()))
    return "\n".join(map(flat, value)) if isinstance(value, list) else str(value)


def at(pointer: str) -> str:
    """What stands at a place, found apart from the reader: a row of a CSV file, an entry or a key of a TOML file."""
    name, key = pointer.split("#")
    text = (shipped_directory() / name).read_text("utf-8")
    if name.endswith(".csv"):
        found = [row for row in csv.reader(text.splitlines()) if row[0] == key or ",".join(row[:2]) == key]
        assert len(found) == 1, pointer
        return flat(list(found[0]))
    data = tomllib.loads(text)
    listed = [entry for entries in data.values() if isinstance(entries, list) for entry in entries]
    if named := [entry for entry in listed if isinstance(entry, dict) and entry.get("id") == key]:
        assert len(named) == 1 or name == "pathways/gate.toml", pointer
        return flat(named)
    for part in key.split("."):
        data = data[part]
    return flat(data)


def test_every_document_is_there_from_beginning_to_end() -> None:
    # Counted while the documents were read: statements, and those that are not carried.
    assert Counter(row["source_keys"].split()[0] for row in ROWS) == {
        "droracle_2026": 61, "kumhar_clinic": 49, "nasehi_slides": 180, "tabriz_rct100": 15, "liu_2023": 12,
    }  # fmt: skip
    assert Counter(row["source_keys"].split()[0] for row in ROWS if row["reason"]) == {
        "droracle_2026": 3, "kumhar_clinic": 4, "nasehi_slides": 6, "tabriz_rct100": 4, "liu_2023": 1,
    }  # fmt: skip
    assert len(coverage()) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_statement_stands_where_its_row_says(row: dict[str, str]) -> None:
    if row["reason"]:
        assert row["reason"] in {"no_claim", "background", "notice", "advertising"}
        assert not row["stands_in"] + row["words"]
        return
    places = [at(pointer) for pointer in row["stands_in"].split()]
    assert places
    for words in row["words"].split(" | "):
        assert re.search(rf"(?<![\w.]){re.escape(words)}(?!\w)", "\n".join(places)), words


def test_numbers_of_a_statement_are_among_the_words_that_must_stand() -> None:
    """A figure in a statement is one that is looked for at its place, so that a table cannot lose it unseen."""
    lost = {}
    for row in ROWS:
        if row["reason"]:
            continue
        figures = set(re.findall(r"[0-9]+(?:\.[0-9]+)?(?:-[0-9]+(?:\.[0-9]+)?)? ?%", row["statement"]))
        if gone := {figure for figure in figures if figure.rstrip(" %") not in row["words"]}:
            lost[row["id"]] = gone
    assert lost == {}


@pytest.fixture(scope="module")
def surfaces() -> str:
    """What the terminal shows of the tables, in one text, without what it says of coverage itself."""
    path = Path(__file__).parent / "cases/tacrolimus_five_failed_euploid.json"
    medicine = json.dumps({**json.loads(path.read_text("utf-8")), "medications": ["mycophenolate"]})
    table = ["assess", "--oocyte-age", "36", "--ploidy", "untested", "--failed", "3"]
    shown = [
        ["evidence"], ["conflicts"], ["table"], ["sources"], ["tacrolimus", "--case", "-"],
        ["tacrolimus", "--case", str(path)], ["workup", "--case", str(path)],
        [*table, "--live-birth", "23.8", "--per", "treatment_cycle"],
        [*table, "--successes", "52", "--transfers", "200", "--outcome", "positive_test"],
        *(["evidence", "--study", each.id] for each in study_entries()),
    ]  # fmt: skip
    return as_read(" ".join(CliRunner().invoke(cli, arguments, input=medicine).stdout for arguments in shown))


def as_read(text: str) -> str:
    """A text without its line ends, hyphens at them and capitals; a grade as it is shown."""
    return " ".join(text.split()).replace("- ", "-").replace("_", " ").lower()


@pytest.mark.parametrize("row", [row for row in ROWS if row["words"]], ids=lambda row: row["id"])
def test_a_statement_is_shown(row: dict[str, str], surfaces: str) -> None:
    assert [words for words in row["words"].split(" | ") if as_read(words) not in surfaces] == []


# One statement of each kind broken: what stands there, what it becomes, what is said.
BREACHES = [
    ("evidence/conflicts.csv#call,calls for", "evidence/conflicts.csv#calls,calls for", "nothing stands at evidence/conflicts.csv#calls"),
    ("evidence/conflicts.csv#call,calls for", "evidence/conflict.csv#call,calls for", "nothing stands at evidence/conflict.csv#call"),
    ("method.toml#threshold_percent", "method.toml#threshold", "nothing stands at method.toml#threshold"),
    ("two small series", "two large series", "the words 'two large series' do not stand at"),
    ("rates/eshre_rif_2023.csv#untested,<35", "rates/eshre_rif_2023.csv#euploid,<35", "none of the words stand at"),
    (",no_claim,", ",uninteresting,", "reason"),
    (",,,no_claim,", ",method.toml#threshold_percent,60.0,no_claim,", "or a reason why it is not carried"),
    (",,,no_claim,", ",,,,", "or a reason why it is not carried"),
    (",,,no_claim,", ",method.toml#threshold_percent,,,", "or a reason why it is not carried"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "reason"), BREACHES, ids=[each[2][:40] + each[1][:20] for each in BREACHES]
)
def test_a_pointer_that_leads_nowhere_is_refused(tmp_path: Path, before: str, after: str, reason: str) -> None:
    with pytest.raises(TableError) as raised:
        verify(broken_copy(tmp_path, "coverage.csv", before, after))
    assert reason in str(raised.value)
    assert raised.value.path.endswith("coverage.csv")
    assert raised.value.line


def test_a_table_that_loses_a_statement_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"none of the words stand at evidence/studies\.csv#bahrami_2020"):
        verify(broken_copy(tmp_path, "evidence/studies.csv", "IL-10 went with implantation", "IL-10 was measured"))


def test_how_much_is_carried_is_shown() -> None:
    shown = CliRunner().invoke(cli, ["evidence"]).stdout
    assert (
        "droracle_2026: 58 of 61 stand in the tables. Not carried: advertising 1, no claim 1, notices 1."
        in " ".join(shown.split())
    )
