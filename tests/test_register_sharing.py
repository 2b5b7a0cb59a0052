"""What may be shared of an audit: worked tables, made ones, and an attack on the files themselves."""

import csv
import datetime
import io
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from scipy.optimize import LinearConstraint, milp

from rif_threshold.cli import cli
from rif_threshold.register.audit import sharing
from rif_threshold.register.audit.histories import Histories, History, histories_of
from rif_threshold.register.audit.sharing import shareable
from rif_threshold.register.audit.sheets import sheets
from rif_threshold.register.audit.suppression import System, suppressed
from rif_threshold.register.audit.words import WITHHELD, result_words
from rif_threshold.register.counting import keep
from rif_threshold.register.engines import engine
from rif_threshold.register.mappings import read_mapping
from rif_threshold.register.reading import read
from rif_threshold.report.audit_report import audit_export

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


CHANCES = {"untested": ("0.315", "0.259", "0.15"), "euploid": ("0.684", "0.641", "0.58")}
NAMES = ("ESHRE", "three failures", "Lugano", "Ata, 95 %")


def band(age: int, ploidy: str) -> int:
    return next(place for place, (low, high) in enumerate(BANDS[ploidy]) if low <= age <= high)


def reached(failed: list[tuple[int, str, str]]) -> dict[str, int]:
    """After which failure each definition is first met; reckoned here in fractions, from the definitions."""
    miss, found = Fraction(1), dict[str, int]()
    for number, (age, ploidy, _) in enumerate(failed, start=1):
        miss *= 1 - Fraction(CHANCES[ploidy][band(age, ploidy)])
        able = Fraction(CHANCES["euploid"][band(age, "euploid")])
        euploid = sum(kind == "euploid" for _, kind, _ in failed[:number])
        met = {
            "ESHRE": number >= 2 and miss < Fraction(2, 5),
            "three failures": number >= 3,
            "Lugano": euploid >= 3 or miss <= (1 - able) ** 3,
            "Ata, 95 %": miss < Fraction(1, 20),
        }
        for name in NAMES:
            if met[name]:
                found.setdefault(name, number)
    return found


def runs(rows: list[tuple[int, str, str]]) -> list[list[tuple[int, str, str]]]:
    found: list[list[tuple[int, str, str]]] = [[]]
    for row in rows:
        found[-1].append(row)
        if row[2] == "live_birth":
            found.append([])
    return [each for each in found if each]


def added(couples: list[list[tuple[int, str, str]]], beyond: int) -> list[Counter[Any]]:
    """What each couple adds to every count of a report, by the names under which they stand in the files.

    Ranks from `beyond` on are one row. ``risk`` is what an expectation can be reckoned from: transfers of a band.
    """
    return [_added(rows, beyond) for rows in couples]


def _added(rows: list[tuple[int, str, str]], beyond: int) -> Counter[Any]:
    own: Counter[Any] = Counter()
    first, *later = of = runs(rows)
    own["rows", "", "read"] = len(rows)
    own["rows", "", "first"], own["rows", "", "later"] = len(first), sum(map(len, later))
    for rank, (age, ploidy, result) in enumerate(first, start=1):
        came, name = result == "live_birth", rank if rank < beyond else f"{beyond} and more"
        own["ends", name, "at risk"] += 1
        own["ends", name, "positive"] += came
        own["ends", name, "went on"] += not came and rank < len(first)
        own["ends", name, "left"] += not came and rank == len(first)
        for each in (name, "total"):
            own["ranks", each, "transfers"] += 1
            own["ranks", each, "positive"] += came
        own["risk", ploidy, band(age, ploidy)] += 1
        if rank == 1:
            own["own", (ploidy, band(age, ploidy)), "transfers"] += 1
            own["own", (ploidy, band(age, ploidy)), "positive"] += came
    failed = [[row for row in run if row[2] != "live_birth"] for run in of]
    met = [reached(each) for each in failed]
    current = rows[-1][2] != "live_birth"
    for name in NAMES:
        own["flagged", (name, "ever"), "couples"] += any(name in each for each in met)
        own["flagged", (name, "ever"), "of"] += 1
        own["flagged", (name, "now"), "couples"] += current and name in met[-1]
        own["flagged", (name, "now"), "of"] += current
    if current:
        own["together", tuple("yes" if name in met[-1] else "no" for name in NAMES), "couples"] += 1
    eshre, three = met[0].get("ESHRE"), met[0].get("three failures")
    if eshre or three:
        far = f"{three - eshre:+}" if eshre and three else "not reached when the run ended" if eshre else ""
        own["apart", ("three failures", far or "ESHRE not reached"), "first runs"] += 1
    if eshre:
        own["crossed", "first runs that crossed it", "number"] += 1
        own["crossed", "of these, with a further transfer", "number"] += len(first) > eshre
    return own


KINDS = ("csv", "html", "pdf", "json")
Files = tuple[dict[str, bytes], list[list[tuple[int, str, str]]]]


def exported(folder: Path, couples: list[list[tuple[int, str, str]]]) -> dict[str, bytes]:
    """A report to share of these couples, in every format."""
    with (folder / "register.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEAD)
        for number, rows in enumerate(couples):
            out.writerows((f"p{number}", order, a, p, 1, r) for order, (a, p, r) in enumerate(rows, start=1))
    with engine() as running:
        kept = keep(read(running.backend, folder / "register.csv", read_mapping()).rows, running)
        found = shareable(histories_of(kept, running, dates=False))
    return {kind: audit_export(found, kind, (), datetime.date(2026, 11, 26)).content for kind in KINDS}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A report to share, and the couples it is of."""
    couples = made(260, 3)
    return exported(tmp_path_factory.mktemp("shared"), couples), couples


def cells_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def in_rows(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """Every row of every table, with the table's name."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for cell in cells_of(content):
        if cell["table"] not in {"report", "results", "notes"}:
            rows.setdefault((cell["table"], cell["row"]), {})[cell["column"]] = cell["value"].removeprefix("'")
    return [(table, row) for (table, _), row in rows.items()]


def shown_in(content: bytes) -> dict[tuple[str, Any, str], str]:
    """The cells of a report as text, by the names of `added`."""
    found: dict[tuple[str, Any, str], str] = {}
    labels = {"<35": 0, "35-39": 1, "≥40": 2, "35-40": 1, ">40": 2}
    for table, row in in_rows(content):
        match table:
            case "ends" | "ranks":
                name: Any = int(row["rank"]) if row["rank"].isdecimal() else row["rank"]
            case "own":
                ploidy, label = row["band"].split(" ")
                name = (ploidy, labels[label])
            case "flagged":
                name = (row["definition"], row["when"])
            case "together":
                name = tuple(row[each] for each in NAMES)
            case "apart":
                name = (row["definition"], row["transfers later"])
            case _:
                name = row["who"]
        found |= {(table, name, column): value for column, value in row.items()}
    (line,) = (cell["value"] for cell in cells_of(content) if (cell["table"], cell["row"]) == ("results", "1"))
    told = re.match(r"(.*) rows read: (.*) transfers of first runs \+ (.*) after a positive test \+ ", line)
    return found | {("rows", "", name): told[place] for place, name in enumerate(("read", "first", "later"), start=1)}


OF = {"ends": "at risk", "ranks": "transfers", "own": "transfers", "flagged": "of"}
"""In each table the column that the others are counts of."""


def at_least_one(texts: dict[tuple[str, Any, str], str], name: tuple[str, Any, str]) -> bool:
    """Whether a hidden count cannot be none: it can, where what it is of is not shown either."""
    of = OF.get(name[0], name[2])
    return name[2] == of or texts[*name[:2], of] != "not shown"


def won_back(content: bytes, couples: list[list[tuple[int, str, str]]]) -> Iterator[str]:
    """What of a report's small counts can be worked out from its text, by integer programming of the test's own.

    Counts that are shown are known; one that is not is at least 1; an expectation is known as it is printed, and the
    numbers that it is of as well. Wanted are small counts, and small numbers of failures.
    """
    texts = shown_in(content)
    beyond = max(name for table, name, _ in texts if table == "ends" and isinstance(name, int)) + 1
    vectors = Counter(
        tuple(sorted(((key, times) for key, times in each.items() if times), key=str))
        for each in added(couples, beyond)
    )
    atoms = [dict(atom) for atom in vectors]
    names = sorted({key for atom in atoms for key in atom}, key=str)
    rows = {name: np.array([atom.get(name, 0) for atom in atoms]) for name in names}
    true = np.array(list(vectors.values()))
    shown, hidden = [], []
    for name in names:
        if name[0] == "risk":
            if texts["ranks", "total", "ESHRE expects"] != "not shown":
                shown.append((rows[name], int(rows[name] @ true)))
        elif texts[name] == "not shown":
            hidden += [rows[name]] * at_least_one(texts, name)
        else:
            assert int(texts[name].replace(",", "")) == rows[name] @ true, name  # what is shown is true
            shown.append((rows[name], int(rows[name] @ true)))
    wanted = {name: rows[name] for name in names if name[0] != "risk"}
    for name in names:
        if name[2] in {"at risk", "transfers"}:
            positive = rows.get((name[0], name[1], "positive"), 0 * rows[name])
            wanted[*name, "failed"] = rows[name] - positive
    small = {name: row for name, row in wanted.items() if 0 < row @ true < 5}
    assert len(small) >= 2
    for name, row in small.items():
        if name in texts and texts[name] != "not shown":
            yield f"{name} is shown"
            continue
        least, most = attack(shown, hidden, row)
        if most < 5 or most - least < 5:
            yield f"{name} is {least} to {most}"


def test_no_hidden_count_can_be_won_back_from_the_file(files: Files) -> None:
    content, couples = files
    assert list(won_back(content["csv"], couples)) == []


def test_two_hidden_cells_are_won_back_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def shortcut(found: System[Any], forced: Any) -> frozenset[Any]:
        """Beside every small count the smallest that has couples in common with it: two in every line."""
        value = dict(zip(found.names, map(int, found.values), strict=True))
        rows = dict(zip(found.names, found.sums, strict=True))
        small = {name for name in found.names if 0 < value[name] < found.small}
        hidden = set(small)
        for name in small:
            beside = [each for each in found.names if value[each] >= found.small and np.any(rows[each] * rows[name])]
            hidden.add(min((each for each in beside if each not in forced), key=value.__getitem__))
        return frozenset(hidden)

    monkeypatch.setattr(sharing, "suppressed", shortcut)
    couples = made(260, 3)
    assert next(won_back(exported(tmp_path, couples)["csv"], couples), None) is not None


NUMBER = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?")


def test_every_format_has_the_same_cells_and_no_further_number(files: Files) -> None:
    content, _ = files
    rows = [list(row.values()) for _, row in in_rows(content["csv"])]
    html = unescape(content["html"].decode())
    in_html = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", html)
    assert [[name, *re.findall(r"<td>(.*?)</td>", rest)] for name, rest in in_html] == rows
    known = {
        number for cell in cells_of(content["csv"]) for number in NUMBER.findall(f"{cell['value']} {cell['column']}")
    }
    plain = re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL)
    assert set(NUMBER.findall(plain)) <= known
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content["pdf"])).pages]
    folios = {str(number) for number in range(1, len(pages) + 1)}
    assert {number for page in pages for number in NUMBER.findall(page)} <= known | folios
    paper = " ".join("\n".join(pages).split())
    for table, row in in_rows(content["csv"]):
        if table in {"own", "together"}:
            assert " ".join(" ".join(filter(None, row.values())).split()) in paper
    told = json.loads(content["json"])
    assert told["shared"] is True
    assert (told["fits"], told["unlucky"], told["change"], told["calibration"]) == (None, None, None, [])
    whole = {f"{each:,}" for each in numbers_of({name: told[name] for name in ("rows", "ranks", "ends", "own")})}
    whole |= {f"{each:,}" for each in numbers_of(told["definitions"])}
    assert whole <= known
    assert sum(value == "not shown" for row in rows for value in row) > 5
    shown = shown_in(content["csv"])
    names = [name for (table, name, column) in shown if (table, column) == ("ends", "positive")]
    for name, row in zip(names, told["ends"], strict=True):
        value = row["positive"]
        assert shown["ends", name, "positive"] == ("not shown" if value is None else f"{value:,}")


def numbers_of(told: Any) -> Iterator[int]:
    """Every whole number in a piece of JSON."""
    if isinstance(told, dict | list):
        for each in told.values() if isinstance(told, dict) else told:
            yield from numbers_of(each)
    elif isinstance(told, int) and not isinstance(told, bool):
        yield told


def test_a_count_of_none_stands_only_beside_what_it_is_of() -> None:
    couples = [(alike("181810100"), 40), (alike("181810102"), 20), (alike("181810102|181810100"), 30)]
    # Had a second transfer of their first run, without a positive test and none awaited: three couples, or forty.
    found = shareable(Histories((*couples, (alike("181810100|181810100"), 3)), None, 126, 0, 0, 0, 0, ()))
    assert not found.withheld
    second, crossed = found.ends[1], found.definitions
    assert (second.at_risk, second.positive, second.awaiting) == (None, None, None)
    assert (crossed.couples, crossed.crossed, crossed.went_on) == (None, None, None)
    assert {(rule.ever.among, rule.ever.couples) for rule in crossed.rules} == {(None, None)}
    assert found.rows.awaited == 0  # of the rows that were read, which are known
    written = audit_export(found, "csv", ()).content.decode()
    assert not re.search(r"^(ends|ranks|flagged),\d+,[^,]*,0\r?$", written, re.MULTILINE)

    found = shareable(Histories((*couples, (alike("181810100|181810100"), 40)), None, 200, 0, 0, 0, 0, ()))
    second = found.ends[1]
    assert (second.at_risk, second.positive, second.awaiting) == (40, 0, 0)
    assert found.definitions.crossed == 0


@pytest.mark.parametrize("seed", range(12))
def test_many_given_back_at_once_are_those_given_back_one_by_one(seed: int) -> None:
    draw = random.Random(seed)
    table = [[draw.choice([0, 1, 2, 3, 6, 9, 15, 30]) for _ in range(3)] for _ in range(3)]
    found, again = system(table), system(table)
    hidden = suppressed(found, ["total"])
    if hidden is None:
        return
    value = dict(zip(again.names, map(int, again.values), strict=True))
    place = {name: number for number, name in enumerate(again.names)}
    one_by_one = small = frozenset(name for name in again.names if 0 < value[name] < 5)
    for secret in again.secrets:
        while not again.safe(secret, one_by_one):
            shown = [name for name in again.names if name not in one_by_one and name != "total" and value[name]]
            near = [name for name in shown if np.any(again.sums[place[name]] * secret.sum)] or shown
            one_by_one |= {min(near, key=lambda name: (value[name], place[name]))}
    for name in sorted(one_by_one - small, key=lambda name: (-value[name], place[name])):
        if all(again.safe(secret, one_by_one - {name}) for secret in again.secrets):
            one_by_one -= {name}
    assert hidden == one_by_one


def test_no_percentage_stands_where_a_count_of_it_is_hidden(files: Files) -> None:
    counts = {"own": ("transfers", "positive"), "ends": ("at risk", "positive"), "flagged": ("couples", "of")}
    hidden = 0
    started = True
    for table, row in in_rows(files[0]["csv"]):
        away = "not shown" in [row[name] for name in counts.get(table, ())]
        hidden += away
        reckoned = [name for name in row if "%" in name and "ESHRE" not in name] if table in counts else []
        if table == "ends":
            started = started and not away
            up_to_here = [name for name in reckoned if "by then" in name or "left" in name]
            if not started:
                assert {row[name] for name in up_to_here} == {"not shown"}
        if away:
            assert {row[name] for name in reckoned} == {"not shown"}
    assert hidden > 2


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


def test_a_report_to_share_has_no_picture_of_ranks(files: Any) -> None:
    html = files[0]["html"].decode()
    assert json.loads(files[0]["json"])["ranks"][-1]["eshre"]  # the total alone, which the table shows
    assert "<svg" not in html


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
    assert set(numbers) <= {"0", "2", "3", "4", "5", "6"}  # what is small, and ESHRE's own numbers of transfers


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
    assert any(note.startswith("Counts from 1 to 4 are small. They, and") for note in found.notes)


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


def test_what_is_said_of_how_the_file_was_read_is_for_the_clinic_alone(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    rows = [",".join(HEAD), *(f'"Maria\nMuster{n}",1,34,untested,1,no_positive_test' for n in range(3))]
    rows += [f"p{n},1,34,untested,1,no_positive_test" for n in range(40)]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    shared, alone = (CliRunner().invoke(cli, ["register", "audit", str(path), *more]) for more in (["--share"], []))
    said = "3 rows stand on several lines of the file"
    assert said in " ".join(alone.stdout.split())
    assert said not in " ".join(shared.stdout.split())
    assert said in " ".join(shared.stderr.split())


def test_what_is_small_can_be_set_higher_and_is_said() -> None:
    couples = ((alike("181810100"), 30), (alike("181810102"), 8), (alike("181810100|181810100"), 40))
    register = Histories(couples, None, 118, 0, 0, 0, 0, ())
    assert shareable(register).ends[0].positive == 8
    more = shareable(register, 10)
    assert (more.small_below, more.ends[0].positive, more.rows.read) == (10, None, 118)
    assert any(note.startswith("Counts from 1 to 9 are small.") for note in more.notes)
