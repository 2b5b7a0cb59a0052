"""What may be shared of an audit: worked tables, made ones, and an attack on the files themselves."""

import csv
import io
import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from scipy.optimize import LinearConstraint, milp

from rif_threshold.cli import cli
from rif_threshold.register.audit.histories import Histories, History
from rif_threshold.register.audit.sharing import shareable
from rif_threshold.register.audit.sheets import sheets
from rif_threshold.register.audit.suppression import System, suppressed
from rif_threshold.register.audit.words import WITHHELD, result_words

Table = list[list[int]]


def system(table: Table) -> System[str]:
    """A table with its margins: cells ``c01``, rows ``r0``, columns ``k1`` and the total."""
    rows, columns = range(len(table)), range(len(table[0]))
    cells: dict[str, dict[Any, int]] = {f"c{i}{j}": {(i, j): 1} for i in rows for j in columns}
    cells |= {f"r{i}": {(i, j): 1 for j in columns} for i in rows}
    cells |= {f"k{j}": {(i, j): 1 for i in rows} for j in columns}
    cells["total"] = {(i, j): 1 for i in rows for j in columns}
    return System(cells, {(i, j): table[i][j] for i in rows for j in columns}, 5)


def ranges(found: System[str], hidden: frozenset[str]) -> list[tuple[int, tuple[int, int]]]:
    """The true value of each secret, and how little and how much it may be: by an attack of the test's own."""
    rows = list(zip(found.names, found.sums, found.values, strict=True))
    shown = [(row, int(value)) for name, row, value in rows if name not in hidden]
    away = [row for name, row, _ in rows if name in hidden]
    return [(secret.value, attack(shown, away, secret.sum)) for secret in found.secrets]


def test_a_table_of_two_columns() -> None:
    found = system([[40, 3], [25, 12], [9, 6]])
    hidden = suppressed(found, ["total"])
    assert hidden == {"c01", "r0", "c21", "r2"}
    assert ranges(found, hidden) == [(3, (1, 8))]


CORNER = [[3, 1, 30], [1, 0, 25], [28, 31, 60]]


def test_two_hidden_in_every_line_are_not_enough() -> None:
    found = system(CORNER)
    rows = dict(zip(found.names, found.sums, strict=True))
    shortcut = {"c00", "c01", "c10", "c11"}  # two in each of the lines that have a small count
    shown = [(rows[name], int(rows[name] @ found.known[0])) for name in found.names if name not in shortcut]
    assert attack(shown, [], rows["c00"]) == (3, 4)
    hidden = suppressed(found, ["total"])
    assert hidden == {"c00", "c01", "c02", "c10", "c12", "c20", "c21", "c22"}
    assert all(most >= 5 and most - least >= 5 for _, (least, most) in ranges(found, hidden))


def test_a_table_of_small_counts_alone_is_withheld() -> None:
    assert suppressed(system([[2, 2], [1, 3]]), ["total"]) is None


def test_a_total_that_is_small_itself_cannot_be_forced() -> None:
    assert suppressed(system([[1, 0], [1, 0]]), ["total"]) is None


def test_failures_that_are_not_in_the_report_are_read_by_subtraction() -> None:
    transfers, positive = [60, 48, 30, 22, 18, 9], [19, 12, 3, 15, 12, 6]
    unknowns = {
        (i, came): x if came else n - x
        for i, (n, x) in enumerate(zip(transfers, positive, strict=True))
        for came in (0, 1)
    }
    cells: dict[str, dict[Any, int]] = {}
    for i in range(6):
        cells |= {f"n{i}": {(i, 0): 1, (i, 1): 1}, f"x{i}": {(i, 1): 1}}
    cells |= {"n": dict.fromkeys(unknowns, 1), "x": {(i, 1): 1 for i in range(6)}}
    found = System(cells, unknowns, 5)
    hidden = suppressed(found, ["n"])
    assert hidden == {"n2", "x2", "n5", "x"}
    assert ranges(found, hidden) == [(3, (1, 33)), (3, (0, 32))]


def attack(shown: list[tuple[Any, int]], hidden: list[Any], wanted: Any) -> tuple[int, int]:
    """The least and the most of a sum, by integer programming of the test's own."""
    wide = len(wanted)
    rules = [LinearConstraint(np.array([row for row, _ in shown]), [v for _, v in shown], [v for _, v in shown])]
    if hidden:
        rules.append(LinearConstraint(np.array(hidden), 1, np.inf))
    ends = []
    for sign in (1, -1):
        answer = milp(sign * np.array(wanted), constraints=rules, integrality=np.ones(wide), bounds=(0, 10_000))
        assert answer.status == 0
        ends.append(round(sign * answer.fun))
    return ends[0], ends[1]


@pytest.mark.parametrize("seed", range(25))
def test_no_attack_on_a_random_table_is_won(seed: int) -> None:
    draw = random.Random(seed)
    table = [[draw.choice([0, 1, 2, 3, 4, 6, 9, 15, 30, 60]) for _ in range(2)] for _ in range(3)]
    found = system(table)
    hidden = suppressed(found, ["total"])
    if hidden is None:
        return
    rows = dict(zip(found.names, found.sums, strict=True))
    shown = [(rows[name], int(rows[name] @ found.known[0])) for name in found.names if name not in hidden]
    for name, row in rows.items():
        if 0 < (value := int(row @ found.known[0])) < 5:
            assert name in hidden
            least, most = attack(shown, [rows[each] for each in hidden], row)
            assert least <= value <= most
            assert most >= 5
            assert most - least >= 5


HEAD = ("patient", "order", "oocyte_age_years", "ploidy", "embryos", "result")
BANDS = {"untested": ((0, 34), (35, 39), (40, 99)), "euploid": ((0, 34), (35, 40), (41, 99))}


def made(couples: int, seed: int) -> list[list[tuple[int, str, str]]]:
    """Transfers of couples: age, ploidy, result."""
    draw, found = random.Random(seed), []
    for _ in range(couples):
        age, rows = draw.choice([31, 33, 36, 38, 41]), []
        ploidy = draw.choice(["untested"] * 4 + ["euploid"])
        for _ in range(draw.choice([1, 1, 2, 2, 3, 4])):
            came = draw.random() < {"untested": 0.28, "euploid": 0.6}[ploidy]
            rows.append((age, ploidy, "live_birth" if came else "no_positive_test"))
            if came and draw.random() < 0.8:
                break
        found.append(rows)
    return found


def added(couples: list[list[tuple[int, str, str]]]) -> list[Counter[Any]]:
    """What each couple adds to the counts of three tables, by the names under which they stand in the files."""
    adds = []
    for rows in couples:
        own: Counter[Any] = Counter()
        for rank, (age, ploidy, result) in enumerate(rows, start=1):
            came = result == "live_birth"
            own["ends", rank, "at risk"] += 1
            own["ends", rank, "positive"] += came
            own["ends", rank, "went on"] += not came and rank < len(rows)
            own["ends", rank, "left"] += not came and rank == len(rows)
            own["ranks", rank, "transfers"] += 1
            own["ranks", rank, "positive"] += came
            if rank == 1:
                names = [f"{ploidy} {place}" for place, (low, high) in enumerate(BANDS[ploidy]) if low <= age <= high]
                own["own", names[0], "transfers"] += 1
                own["own", names[0], "positive"] += came
            if came:
                break
        adds.append(own)
    return adds


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], list[list[tuple[int, str, str]]]]:
    """A report to share in every format, and the couples it is of."""
    folder = tmp_path_factory.mktemp("shared")
    couples = made(260, 3)
    with (folder / "register.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEAD)
        for number, rows in enumerate(couples):
            out.writerows((f"p{number}", order, a, p, 1, r) for order, (a, p, r) in enumerate(rows, start=1))
    found = {}
    for kind in ("csv", "html", "pdf", "json"):
        arguments = ["register", "audit", str(folder / "register.csv"), "--share", "--format", kind, "--output"]
        result = CliRunner().invoke(cli, [*arguments, str(folder / f"report.{kind}")])
        assert result.exit_code == 0, result.output
        found[kind] = (folder / f"report.{kind}").read_bytes()
    return found, couples


def cells_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def shown_in(content: bytes) -> dict[tuple[str, Any, str], str]:
    """The cells of the three tables, by the names of `added`."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for cell in cells_of(content):
        rows.setdefault((cell["table"], cell["row"]), {})[cell["column"]] = cell["value"]
    found: dict[tuple[str, Any, str], str] = {}
    bands = {"<35": 0, "35-39": 1, ">=40": 2, "35-40": 1, ">40": 2}
    for (table, _), row in rows.items():
        if table not in {"ends", "ranks", "own"}:
            continue
        name: Any = row.get("rank") or row["band"]
        if table == "own":
            ploidy, label = name.split(" ")
            name = f"{ploidy} {bands[label]}"
        elif name.isdecimal():
            name = int(name)
        for column, value in row.items():
            found[table, name, column] = value
    return found


def test_no_hidden_count_can_be_won_back_from_the_file(files: Any) -> None:
    content, couples = files
    adds = added(couples)
    texts = shown_in(content["csv"])
    ranks = {name for table, name, _ in texts if table == "ends" and isinstance(name, int)}
    beyond = max(ranks) + 1

    def named(key: tuple[str, Any, str]) -> tuple[str, Any, str]:
        table, name, column = key
        late = table != "own" and isinstance(name, int) and name >= beyond
        return (table, f"{beyond} and more", column) if late else key

    vectors: Counter[tuple[tuple[Any, int], ...]] = Counter()
    for each in adds:
        merged: Counter[Any] = Counter()
        for key, times in each.items():
            merged[named(key)] += times
            if key[0] == "ranks":
                merged["ranks", "total", key[2]] += times
        vectors[tuple(sorted(((k, v) for k, v in merged.items() if v), key=str))] += 1
    atoms = list(vectors)
    names = sorted({key for atom in atoms for key, _ in atom}, key=str)
    rows = {name: np.array([dict(atom).get(name, 0) for atom in atoms]) for name in names}
    true = np.array([vectors[atom] for atom in atoms])
    shown, hidden = [], []
    for name in names:
        text = texts[name]
        if text == "not shown":
            hidden.append(rows[name])
        else:
            assert int(text.replace(",", "")) == rows[name] @ true  # what is shown is true
            shown.append((rows[name], int(rows[name] @ true)))
    small = [name for name in names if 0 < rows[name] @ true < 5]
    assert len(small) >= 2
    for name in small:
        assert texts[name] == "not shown", name
        least, most = attack(shown, hidden, rows[name])
        assert most >= 5, name
        assert most - least >= 5, name


def test_every_format_has_the_same_cells_and_nothing_more(files: Any) -> None:
    content, _ = files
    rows: dict[tuple[str, str], list[str]] = {}
    for cell in cells_of(content["csv"]):
        if cell["table"] not in {"report", "results", "notes"}:
            rows.setdefault((cell["table"], cell["row"]), []).append(cell["value"].removeprefix("'"))
    html = content["html"].decode()
    in_html = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", html)
    plain = [[name, *re.findall(r"<td>(.*?)</td>", rest)] for name, rest in in_html]
    assert [
        [each.replace("&gt;", ">").replace("&lt;", "<").replace("&#39;", "'") for each in row] for row in plain
    ] == list(rows.values())
    paper = " ".join(
        "".join(page.extract_text() + "\n" for page in PdfReader(io.BytesIO(content["pdf"])).pages).split()
    )
    for (table, _), row in rows.items():
        if table in {"own", "together"}:
            assert " ".join(" ".join(filter(None, row)).split()) in paper
    told = json.loads(content["json"])
    assert told["shared"] is True
    assert (told["fits"], told["unlucky"], told["change"], told["calibration"]) == (None, None, None, [])
    hidden = sum(value == "not shown" for row in rows.values() for value in row)
    assert hidden > 5
    positives = [row["positive"] for row in told["ends"]]
    shown = shown_in(content["csv"])
    names = [name for (table, name, column) in shown if (table, column) == ("ends", "positive")]
    for name, value in zip(names, positives, strict=True):
        assert shown["ends", name, "positive"] == ("not shown" if value is None else f"{value:,}")


def test_a_count_comes_with_all_that_gives_it_back(files: Any) -> None:
    content, _ = files
    told = json.loads(content["json"])
    for row in told["ends"]:
        if row["positive"] is None or row["at_risk"] is None:
            assert row["rate_percent"] is row["lower_percent"] is row["cumulative_optimistic_percent"] is None
    for row in told["own"]:
        if row["positive"] is None or row["transfers"] is None:
            assert row["percent"] is row["lower_percent"] is row["transfers_to_threshold"] is None
    for rule in told["definitions"]["rules"]:
        for share in (rule["now"], rule["ever"]):
            if share["couples"] is None or share["among"] is None:
                assert share["percent"] is share["upper_percent"] is None
    assert all(row["eshre"] is None for row in told["ranks"][:-1])


def test_the_picture_of_a_report_to_share_has_no_hidden_number(files: Any) -> None:
    html = files[0]["html"].decode()
    told = json.loads(files[0]["json"])
    total = told["ranks"][-1]["eshre"]
    drawn = re.findall(r"rank (\w+): ", html)
    assert set(drawn) <= ({"total"} if total else set())


def alike(text: str) -> History:
    """A history without dates."""
    return History(text, awaited=False, recent=False, early=False, era=0)


def test_where_nothing_is_safe_all_is_withheld() -> None:
    few = Histories(
        couples=((alike("181810100"), 2), (alike("181810102"), 1)),
        dates=None, rows=3, awaited=0, too_recent=0, in_couples_with_problem=0, embryos_not_known=0, said=(),
    )  # fmt: skip
    found = shareable(few)
    assert found.withheld
    assert sheets(found) == ()
    assert list(result_words(found))[1:] == [WITHHELD]
    assert not re.search(r"\d", next(result_words(found)))
    numbers = re.findall(r": (\d+)[,\n}]", found.model_dump_json(exclude={"notes"}, indent=1))
    assert set(numbers) <= {"0", "2", "3", "4", "6"}  # intervals, and ESHRE's own numbers of transfers


def test_where_nothing_is_small_nothing_is_hidden() -> None:
    couples = (
        (alike("181810100"), 30),
        (alike("181810102"), 20),
        (alike("181810100|181810100"), 40),
    )
    many = Histories(couples, None, 130, 0, 0, 0, 0, ())
    found = shareable(many)
    assert (found.withheld, found.rows.read, found.ends[0].positive) == (False, 130, 20)
    assert found.shared
    assert any(note.startswith("Counts below five") for note in found.notes)


def test_a_report_to_share_names_no_column_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    rows = [",".join((*HEAD, "doctor")), *(f"p{n},1,34,untested,1,no_positive_test,Dr House" for n in range(40))]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    shared, alone = (
        CliRunner().invoke(cli, ["register", "audit", str(path), *more]).output for more in (["--share"], [])
    )
    assert "doctor" not in shared
    assert "Columns that were not read: doctor." in " ".join(alone.split())
    assert "House" not in shared + alone
