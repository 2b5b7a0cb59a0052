"""One word for one state, one form for one number, on every surface; and no figure on the wrong side of a line."""

import ast
import datetime
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rif_threshold import Assessment, assess, sentences, vocabulary
from rif_threshold.bounds import TRANSFERS_LIMIT
from rif_threshold.charts.curve import curve_specification, describe_curve
from rif_threshold.charts.perspective import interval_chart
from rif_threshold.cli import cli
from rif_threshold.report.clinician_report import clinician_report
from rif_threshold.report.couple_sheet import sheet
from rif_threshold.report.grades import plain_grades
from rif_threshold.report.note import ascii_only, note
from rif_threshold.report.words import words
from rif_threshold.vocabulary import Grade, ProtocolVerdict, WorkupState
from rif_threshold.wording import (
    MORE_THAN_LIMIT,
    factor_words,
    in_hundred,
    long_word,
    p_words,
    points_words,
    probability_words,
    protocol_word,
    shown_line,
    shown_percent,
    word,
)

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/rif_threshold"
DATE = datetime.date(2026, 11, 25)
CASES = [*sorted((ROOT / "tests/cases").glob("*.json")), *sorted((ROOT / "examples").glob("*.json"))]
LISTS = {
    name: found
    for name, found in vars(vocabulary).items()
    if isinstance(found, type) and issubclass(found, StrEnum) and found is not StrEnum
}


# The house: one place for each wording.


def trees() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text("utf-8"))


def key_text(key: ast.expr | None) -> tuple[str, str] | None:
    """The value of a key and, where it says so, the list it is of."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return key.value, ""
    if isinstance(key, ast.Attribute):
        of = key.value.attr if isinstance(key.value, ast.Attribute) else getattr(key.value, "id", "")
        if of in LISTS and key.attr in LISTS[of].__members__:
            return LISTS[of][key.attr].value, of
    return None


def is_wording(key: str, value: ast.expr) -> bool:
    if isinstance(value, ast.JoinedStr):
        value = value.values[0]
    texts = [each.value for each in ast.walk(value) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return any(re.search(r"[a-z]", text) and text != key and not text.startswith("<") for text in texts)


def second_maps(tree: ast.AST) -> list[int]:
    """The lines of the dictionaries that map members of one closed list to words."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Dict) or len(node.keys) < 2:
            continue
        keys = [key_text(key) for key in node.keys]
        if None in keys:
            continue
        values = {value for value, _ in keys}
        named = {of for _, of in keys} - {""}
        lists = [LISTS[of] for of in named] or list(LISTS.values())
        if any(values <= {member.value for member in listed} for listed in lists) and any(
            is_wording(key[0], value) for key, value in zip(keys, node.values, strict=True)
        ):
            found.append(node.lineno)
    return found


def test_no_second_dictionary_words_a_closed_list() -> None:
    found = {name for name, tree in trees() if second_maps(tree)}
    # Beside the words themselves one dictionary says why an outcome is refused for a rate.
    assert found == {"wording/words.py", "routes/clinic_rate.py"}
    assert len(second_maps(dict(trees())["routes/clinic_rate.py"])) == 1


def test_the_search_for_second_dictionaries_would_notice() -> None:
    for bad in (
        'X = {Verdict.YES: "now", Verdict.NO: "not now"}',
        'X = {"normal": "done: normal", "abnormal": "done: abnormal"}',
        'X = {v.Grade.RECOMMENDED: Words("Recommended"), v.Grade.NOT_RECOMMENDED: Words("No")}',
    ):
        assert second_maps(ast.parse(bad))
    assert second_maps(ast.parse(next(text for text in [(SOURCE / "wording/words.py").read_text("utf-8")])))
    assert not second_maps(ast.parse('X = {"normal": "normal", "abnormal": "abnormal"}'))


def calls(tree: ast.AST, *arguments: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "replace"
        and tuple(getattr(each, "value", None) for each in node.args) == arguments
    ]


def test_no_code_is_turned_into_words_by_its_letters() -> None:
    found = {name for name, tree in trees() if calls(tree, "_", " ")}
    assert found == {"validation.py"}  # the names of figures in a file of published examples, which are no closed list


# A spec with decimals formats a number for a reader. Exactly these are no percentage, probability or p-value.
OTHER_FORMATS = {
    ("perspective/budget.py", ".4f"),  # a sum of logarithms
    ("report/digests.py", "f"),  # a typed decimal, for a machine
    ("forms.py", "f"),  # a typed decimal, repeated
    ("register/written.py", "f"),  # the percentage of a written table, for a machine
}


def test_no_number_is_formatted_elsewhere() -> None:
    found = set()
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
                spec = "".join(str(getattr(part, "value", "")) for part in node.format_spec.values)
                if re.search(r"[feg%]$", spec, re.IGNORECASE):
                    found.add((name, spec))
    assert {each for each in found if each[0] != "wording/figures.py"} == OTHER_FORMATS


@pytest.mark.parametrize("listed", [found for name, found in LISTS.items() if name not in {"ReadLevel", "Surface"}])
def test_every_member_of_a_closed_list_has_a_word(listed: type[StrEnum]) -> None:
    said = [word(member) for member in listed]
    assert all(said)
    assert len(set(said)) == len(said)
    assert not any("_" in text for text in said)


def test_the_limit_in_words_is_the_limit() -> None:
    assert f"more than {TRANSFERS_LIMIT:,}" == MORE_THAN_LIMIT


# One state, one word.


def assessed(path: Path) -> Assessment:
    return assess(json.loads(path.read_text("utf-8")), include=("workup", "tacrolimus", "perspective"))


def cli_lines(command: str, path: Path) -> str:
    result = CliRunner().invoke(cli, [command, "--case", str(path)], terminal_width=4000)
    return " ".join(result.output.split())


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_surface_says_the_same_of_the_work_up(path: Path) -> None:
    from rif_threshold.ui.workup import _stands  # noqa: PLC0415

    found = assessed(path)
    workup = found.workup
    assert workup is not None
    items = (*workup.investigations, *workup.interventions)
    text, noted = cli_lines("workup", path), note(found, DATE)
    paper = clinician_report(found, DATE)["workup"]
    printed = {
        row["label"].removesuffix(" (doubtful, see its note on the page)"): row["state"]
        for part in paper["lists"] for grade in part["grades"] for row in grade["rows"]
    }  # fmt: skip
    due = {grade: line for line in noted.splitlines() if line.startswith("Work-up (ESHRE), now:") for grade in Grade}
    for item in items:
        assert f"{item.label} ({word(item.concerns)}): {item.answer}" in text
        if item.grade != Grade.NOT_RECOMMENDED:  # the page says that of all of them at once
            (page,) = _stands(item)
            assert unescaped(page).replace("*", "").lower().startswith(item.answer)
            assert printed[item.label] == item.answer
        if due:
            listed = due[item.grade].partition(f"{word(item.grade)}: ")[2].partition("; ")[0]
            applies = item.state == WorkupState.APPLIES and item.grade != Grade.NOT_RECOMMENDED
            assert (item.label in listed and applies) == applies


def test_a_grade_of_which_nothing_applies_is_not_named() -> None:
    found = assessed(CASES[0])
    assert found.workup is not None
    items = {
        name: tuple(
            item.model_copy(update={"state": WorkupState.DOES_NOT_APPLY}) if item.grade == Grade.RECOMMENDED else item
            for item in getattr(found.workup, name)
        )
        for name in ("investigations", "interventions")
    }
    without = found.model_copy(update={"workup": found.workup.model_copy(update=items)})
    assert [grade for grade, *_ in plain_grades(without, words())] == [Grade.CAN_BE_CONSIDERED, Grade.NOT_RECOMMENDED]


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_sheet_lists_nothing_that_does_not_apply(path: Path) -> None:
    found, english = assessed(path), words()
    assert found.workup is not None
    items = (*found.workup.investigations, *found.workup.interventions)
    listed = {grade: set(names) for grade, _, names in plain_grades(found, english)}
    for item in items:
        key = f"item_{item.id}"
        name = english(key) if english.has(key) else item.label
        alike = [
            other.state
            for other in items
            if other.grade == item.grade
            and (english(f"item_{other.id}") if english.has(f"item_{other.id}") else "") == name
        ]
        if item.state == WorkupState.DOES_NOT_APPLY and set(alike) == {WorkupState.DOES_NOT_APPLY}:
            assert name not in listed.get(item.grade, set())


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_surface_says_the_same_of_each_protocol(path: Path) -> None:
    from rif_threshold.ui.verdicts import _row  # noqa: PLC0415

    found = assessed(path)
    step = found.tacrolimus
    assert step is not None
    text = cli_lines("tacrolimus", path)
    paper = {row["label"]: row["verdict"] for row in clinician_report(found, DATE)["gate"]["protocols"]}
    for protocol in step.protocols:
        loud = str.upper if protocol.verdict == ProtocolVerdict.MEETS_ENTRY_CRITERIA else str
        short = protocol_word(protocol.verdict, protocol.held_by)
        assert f"{protocol.label}: {loud(short)}" in text
        assert f"{protocol.label} [{protocol.id}]: {loud(long_word(protocol.verdict))}" in text
        row = unescaped(_row(protocol, step))
        assert row.startswith(f"**{protocol.label}**")
        assert word(protocol.verdict).removesuffix(" them") in row.lower()
        assert next(said for label, said in paper.items() if label.startswith(protocol.label)) == short
        assert all(held in row for held in protocol.held_by if protocol.verdict == ProtocolVerdict.ON_HOLD)
    assert ascii_only(step.summary) in note(found, DATE)


def test_embryo_tests_for_euploid_embryos_apply_on_no_surface() -> None:
    """ESHRE's list has PGT-A as can be considered; embryos that were tested already are not tested again."""
    path = ROOT / "examples/five_failed_euploid.json"
    found = assessed(path)
    assert "Preimplantation genetic testing (PGT-A) (both): does not apply" in cli_lines("workup", path) or (
        re.search(r"PGT-A[^-]*: does not apply", cli_lines("workup", path))
    )
    rows = [
        row
        for part in clinician_report(found, DATE)["workup"]["lists"]
        for grade in part["grades"]
        for row in grade["rows"]
    ]
    assert {row["state"] for row in rows if "PGT-A" in row["label"]} == {"does not apply"}
    assert not {"now", "not now"} & {row["state"] for row in rows}
    assert "PGT-A" not in note(found, DATE)
    assert not any("tests of the embryos" in box.items for box in sheet(found, words()).grades)


def test_what_will_never_apply_is_not_to_wait_for() -> None:
    case = {"oocyte_age_years": 34, "ploidy": "euploid", "failed_transfers": 1}
    workup = assess(case, include=("workup",)).workup
    assert workup is not None
    states = {item.id: item.answer for item in (*workup.investigations, *workup.interventions)}
    assert states["pgt_a"] == "does not apply"
    assert states["endometrial_thickness"] == "not yet"


# No figure lies on the wrong side of a line.

STEPS = [Decimal(step) for step in ("0", "0.000001", "0.00001", "0.0001", "0.001", "0.009", "0.03", "0.05", "0.3")]


def answer_of(percent: Fraction, threshold: Fraction, minimum: int = 2) -> int:
    """The rule itself, in exact arithmetic: the first number of transfers above the threshold."""
    miss, n = 1 - percent / 100, minimum
    while not 1 - miss**n > threshold / 100:
        n += 1
    return n


def near_the_lines() -> list[tuple[str, str]]:
    """Typed chances at and around every breakpoint of some thresholds."""
    cases = []
    for threshold in ("60", "75", "50.5"):
        for n in (2, 3, 4, 5, 6, 8):
            line = Decimal(repr(100 * (1 - (1 - float(threshold) / 100) ** (1 / n)))).quantize(Decimal("0.000001"))
            cases += [(threshold, f"{line + sign * step}") for step in STEPS for sign in (1, -1)]
    return list(dict.fromkeys(cases))


def judged(threshold: str, chance: str, failed: int = 1) -> Assessment:
    case = {
        "clinic_percent": chance, "clinic_outcome": "implantation", "failed_transfers": failed,
        "threshold_percent": threshold, "oocyte_age_years": 36, "ploidy": "untested",
    }  # fmt: skip
    return assess(case, include=("perspective",))


def sheet_range(threshold: str, chance: str, failed: int = 1) -> str:
    """How far the answer may move, on the sheet. It speaks of one route's margin where there is no other route."""
    case = {
        "clinic_percent": chance, "clinic_outcome": "implantation", "failed_transfers": failed,
        "threshold_percent": threshold,
    }  # fmt: skip
    return " ".join(sheet(assess(case, include=()), words()).range)


FIGURE = r"(\d+(?:\.\d+)?)"


def upwards(text: str) -> list[tuple[str, str]]:
    """Each rise that is said to give another answer, with that answer."""
    return re.findall(rf"(more than {FIGURE}|less than 0\.01) points up gives (\d+)", text)


@pytest.mark.parametrize("threshold", ["60", "75", "50.5"])
def test_no_figure_contradicts_the_answer_at_a_breakpoint(threshold: str) -> None:  # noqa: C901, PLR0912
    line = Fraction(Decimal(threshold))
    tiny = Fraction(1, 10**6)
    for limit, chance in near_the_lines():
        if limit != threshold:
            continue
        exact = Fraction(Decimal(chance))
        right = answer_of(exact, line)
        found = judged(threshold, chance)
        primary = found.primary
        assert primary is not None
        assert primary.transfers_to_threshold == right, chance

        def gives(figure: str) -> int:
            return answer_of(Fraction(Decimal(figure)), line)

        said = sentences.margin_words(primary)
        assert gives(re.match(rf"{FIGURE} %", said)[1]) == right, said
        for whole, points, n in upwards(said):
            assert answer_of(exact + Fraction(points or "0.01") + tiny, line) <= int(n) < right, (chance, whole)
        for points, n in re.findall(rf"(?<!than ){FIGURE} points down gives (\d+)", said):
            assert answer_of(exact - Fraction(points), line) >= int(n) > right, (chance, points)
        for n in re.findall(r"less than 0\.01 points down gives (\d+)", said):
            assert answer_of(exact - Fraction(1, 100), line) >= int(n) > right

        paper = sheet_range(threshold, chance)
        assert "It becomes" in paper
        for n, figure in re.findall(rf"It becomes (\d+) if your chance each time is above {FIGURE}", paper):
            assert gives(f"{Decimal(figure) + Decimal('0.000001')}") <= int(n) < right, paper
        for n, figure in re.findall(rf"It becomes (\d+) if [^.]* is near {FIGURE} in 100 or lower", paper):
            assert gives(figure) >= int(n) > right, (chance, paper)
            assert Fraction(figure) < exact

        section = found.perspective.interval
        assert gives(re.search(rf"{FIGURE} %", section.sentence)[1]) == right, section.sentence
        for row in section.rows[:-1]:
            figure, n = re.match(FIGURE, row[1])[1], int(row[3].split()[0])
            beyond = Decimal("0.000001") if "up" in row[0] else Decimal(0)
            assert (gives(f"{Decimal(figure) + beyond}") - n) * (1 if n >= right else -1) >= 0, (chance, row)
            assert row[2] != "× 1" or row is section.rows[0]
            assert row[2] not in {"× 1.000"}
        layers = [node["data"]["values"] for node in interval_chart(section)["layer"]]
        here = next(Decimal(row["words"].removesuffix(" %")) for rows in layers for row in rows if "words" in row)
        assert gives(f"{here}") == right
        for rows in layers:
            for zone in rows:
                if "shown" in zone:
                    n, figure = re.match(rf"(\d+) transfers?: above {FIGURE} %", zone["shown"]).groups()
                    assert gives(f"{Decimal(figure) + Decimal('0.000001')}") <= int(n), (chance, zone)
                    assert (Decimal(figure) < here) == (int(n) >= right), (chance, zone)

        for text in (
            said,
            found.disagreement,
            section.sentence,
            note(found, DATE),
            *(cell for row in section.rows for cell in row),
        ):
            assert not re.search(r"(?<!\d)0\.00 |\de-\d|(?<!\d)0\.00 points", text), text
        for figure, route in re.findall(rf"{FIGURE} % per transfer\)", found.disagreement) and [
            (re.search(rf"clinic_rate gives \d+ \({FIGURE} %", found.disagreement)[1], "clinic_rate")
        ]:
            assert gives(figure) == right, (route, found.disagreement)


@pytest.mark.parametrize(("threshold", "chance"), [pair for pair in near_the_lines() if Decimal(pair[1]) < 50][::3])
def test_a_cumulative_figure_stands_on_its_side_of_the_threshold(threshold: str, chance: str) -> None:
    line = Fraction(Decimal(threshold))
    p = Fraction(Decimal(chance)) / 100
    for failed in (2, 3):
        found = judged(threshold, chance, failed)
        so_far = re.search(rf"failed: {FIGURE} % so far", sentences.standing(found))[1]
        exact = 100 * (1 - (1 - p) ** failed)
        assert (Fraction(so_far) > line, Fraction(so_far) == line) == (exact > line, exact == line), so_far
    told = re.search(r"clinic's own rate .*? adds up to (.*?)\. ", describe_curve(found))
    assert told
    for n, figure in enumerate(re.findall(rf"{FIGURE} %", told[1]), start=1):
        exact = 100 * (1 - (1 - p) ** n)
        assert (Fraction(figure) > line) == (exact > line), (n, figure)
    for node in curve_specification(found)["layer"]:
        for point in node.get("data", {}).get("values", []):
            if point.get("route") == "The clinic's own rate" and "shown" in point:
                exact = 100 * (1 - (1 - p) ** point["transfer"])
                assert (Fraction(point["shown"].removesuffix(" %")) > line) == (exact > line), point


@pytest.mark.parametrize(
    ("chance", "failed"), [("20.4729", 2), ("36.76", 1), ("36.75", 1)], ids=["tiny margin", "just above", "just below"]
)
def test_the_cases_that_were_seen(chance: str, failed: int) -> None:
    found = judged("60", chance, failed)
    text = " ".join([sentences.margin_words(found.primary), found.disagreement, sheet_range("60", chance, failed)])
    if chance == "20.4729":
        assert "less than 0.01 points" in text
    if chance == "36.76":
        assert "It becomes 3 if your chance each time is near 36.7 in 100 or lower." in text
    if chance == "36.75":
        assert sentences.margin_words(found.primary).startswith("36.75 %: less than 0.01 points up gives 2")


@pytest.mark.parametrize(
    ("percent", "line", "text"), [(60.6, "60.7", "just under 60.7"), (60.8, "60.7", "61"), (60.3, "60", "just over 60")]
)
def test_a_count_of_100_stands_on_its_side_of_the_line(percent: float, line: str, text: str) -> None:
    from rif_threshold.report.counts import Counts  # noqa: PLC0415

    assert text in Counts(words(), float(line)).of(percent)


def test_a_threshold_is_shown_as_it_was_typed() -> None:
    assert "above 99.999999 %" in sentences.rule_words(judged("99.999999", "60"))


# Numbers at their ends.


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (p_words(0.0000004), "p < 0.001"),
        (p_words(0.001), "p = 0.001"),
        (p_words(0.9999), "p > 0.999"),
        (p_words(1), "p = 1"),
        (probability_words(0.0049), "< 0.01"),
        (probability_words(0.996), "> 0.99"),
        (probability_words(1), "1"),
        (points_words(0), "less than 0.01"),
        (points_words(2.0000000000000004), "2.00"),
        (points_words(5.4271), "5.43"),
        (factor_words(1.0000001), "1.001"),
        (in_hundred(0.4), "0.4 of 100"),
        (in_hundred(62.5), "63 of 100"),
        (shown_percent(60.0000003, 60), "60.0000003"),
        (shown_line(0.04, above=False), "0.04"),
        (shown_line(99.97, above=True), "99.97"),
    ],
)
def test_numbers_are_never_rounded_onto_their_ends(made: str, expected: str) -> None:
    assert made == expected


def test_no_p_value_is_nought() -> None:
    text = " ".join(CliRunner().invoke(cli, ["evidence", "--study", "nakagawa_2015"]).output.split())
    assert "p < 0.001" in text
    studies = json.loads(CliRunner().invoke(cli, ["evidence", "--json"]).output)["studies"]
    for study in (each["study"]["id"] for each in studies):
        shown: Any = CliRunner().invoke(cli, ["evidence", "--study", study]).output
        ours = " ".join(shown.split()).split("recomputed here: ")[1:]
        assert not any(re.match(r"Fisher exact p = 0\.000|.{1,60}chi-square p = 0\.000", line) for line in ours)


def test_what_is_said_of_a_criterion_reaches_page_and_terminal() -> None:
    from rif_threshold.ui.verdicts import _reasons  # noqa: PLC0415

    path = next(path for path in CASES if path.stem == "tacrolimus_five_failed_euploid")
    step = assessed(path).tacrolimus
    assert step is not None
    noted = [(each, criterion.note) for each in step.protocols for criterion in each.criteria if criterion.note]
    assert noted
    text = cli_lines("tacrolimus", path)
    for judged_protocol, said in noted:
        assert said in unescaped(" ".join(_reasons(judged_protocol, step)))
        assert " ".join(said.split()) in text
