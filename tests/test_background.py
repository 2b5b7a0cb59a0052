"""A national register beside ESHRE's example: its counts, what is said of them, and what they never change."""

import csv
import datetime
import json
import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rif_threshold import Assessment, Estimate, InvalidInput, assess
from rif_threshold.ages import AgeBand
from rif_threshold.background import observed_at
from rif_threshold.charts.curve import curve_specification
from rif_threshold.cli import cli
from rif_threshold.context import _number, context_in_short, context_words, counts_words, other_numbers, shown_routes
from rif_threshold.method import Rule
from rif_threshold.rates import background_tables, load_rate_table
from rif_threshold.ratios import ratio_bounds, ratios_at
from rif_threshold.report.clinician_report import clinician_report
from rif_threshold.report.couple_sheet import sheet
from rif_threshold.report.note import LONGEST, note
from rif_threshold.report.words import words
from rif_threshold.sentences import crossed_words
from rif_threshold.tables import shipped_directory
from rif_threshold.vocabulary import Outcome, Stage

TABLES = shipped_directory()
REGISTER, DONOR = "age_table:hfea_2017_2018", "age_table:hfea_2017_2018_donor"
DAY = datetime.date(2026, 11, 26)
AT_36 = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
BLASTOCYST = AT_36 | {"stage": "blastocyst"}
LIVE_BIRTH = {"live_birth_percent": "23.8", "live_birth_per": "treatment_cycle"}
LISTED = json.loads((Path(__file__).parent / "data/real_cases.json").read_text("utf-8"))
ANSWERED = [each for each in LISTED if "state" in each["expected"]]
REAL = [each for each in LISTED if each["name"].startswith("real ")]

# As the counts were delivered with their description, positive tests, clinical pregnancies and, for blastocysts, live
# births: per cent, transfers to more than 60 %, and the range of those that follows from the 95 % interval.
PRINTED = """
18-34 blastocyst 10801/18286 59.1 2 52.6 2 45.1 2
35-37 blastocyst 4444/8138   54.6 2 48.1 2 38.8 2
38-39 blastocyst 1558/3356   46.4 2 41.0 2 29.8 3
40-42 blastocyst 595/1675    35.5 3(2-3) 31.5 3 20.8 4(4-5)
43-44 blastocyst 44/230      19.1 5(4-6) 14.3 6(5-9) 5.2 18(10-34)
45-50 blastocyst 4/57        7.0 13(5-47) 5.3 17 0.0 -
18-34 cleavage   1104/3145   35.1 3(2-3) 29.6 3
35-37 cleavage   623/2211    28.2 3(3-4) 23.6 4
38-39 cleavage   354/1583    22.4 4(4-5) 17.8 5(5-6)
40-42 cleavage   277/1535    18.0 5(5-6) 13.1 7(6-8)
43-44 cleavage   41/517      7.9 12(9-16) 4.8 19(13-29)
45-50 cleavage   1/182       0.5 167(30-) 0.0 -
"""


def answer(case: dict[str, Any], **more: Any) -> Assessment:
    return assess({**case, **more}, include=())


def register(found: Assessment, route: str = REGISTER) -> Estimate:
    return next(each for each in found.estimates if each.route == route)


def refusals(found: Assessment, route: str = REGISTER) -> str:
    refused = next(each for each in found.refused if each.route == route)
    assert refused.background
    return "; ".join(map(str, refused.problems))


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def printed() -> Iterator[tuple[str, str, str, list[tuple[str, str]]]]:
    for line in PRINTED.strip().splitlines():
        age, stage, counts, *figures = line.split()
        yield age, stage, counts, list(zip(figures[::2], figures[1::2], strict=True))


def transfers_needed(p: Fraction) -> int:
    """Counted up, in fractions: the first number of at least two with more than 60 %."""
    n, miss = 0, Fraction(1)
    while n < 2 or 1 - miss <= Fraction(3, 5):
        n, miss = n + 1, miss * (1 - p)
    return n


def at_least(successes: int, transfers: int, p: float) -> float:
    """The chance of at least so many successes, summed term by term."""
    logs = [
        math.lgamma(transfers + 1) - math.lgamma(k + 1) - math.lgamma(transfers - k + 1)
        + k * math.log(p) + (transfers - k) * math.log1p(-p)
        for k in range(successes, transfers + 1)
    ]  # fmt: skip
    return math.fsum(map(math.exp, logs))


# The counts.


@pytest.mark.parametrize("each", ANSWERED, ids=lambda each: each["name"])
def test_an_answer_is_read_back_as_it_was(each: dict[str, Any]) -> None:
    """Also the rows of a register, whose rates are those of counts and have no end."""
    answer = assess(each["case"])
    again = Assessment.model_validate_json(answer.model_dump_json())
    assert (again.case, again.estimates, again.threshold) == (answer.case, answer.estimates, answer.threshold)
    assert [row.chance for route in again.estimates for row in route.rows] == [
        row.chance for route in answer.estimates for row in route.rows
    ]
    assert again.model_dump_json() == answer.model_dump_json()


def test_the_sums_are_those_that_were_counted() -> None:
    sums: Counter[str] = Counter()
    for row in rows("background/hfea_2017_2018_counts.csv"):
        sums.update({name: int(cell) for name, cell in row.items() if cell.isdigit() and name != "embryos"})
    assert sums == {
        "transfers": 120_358,
        "positive_tests": 58_592,
        "clinical_pregnancies": 49_948,
        "heartbeats": 44_715,
        "live_births": 39_198,
    }


def test_the_rate_table_is_made_of_those_groups() -> None:
    wanted = {"eggs": "own", "tested": "none", "cycle": "fresh", "embryos": "1"}
    stages = {"blastocyst_day_5": "blastocyst", "cleavage_day_2_to_3": "cleavage"}
    names = ("positive_tests", "transfers", "clinical_pregnancies", "live_births")
    counted = {
        (stages[row["stage"]], row["age_band"]): tuple(row[name] for name in names)
        for row in rows("background/hfea_2017_2018_counts.csv")
        if wanted.items() <= row.items() and row["stage"] in stages
    }
    ours = ("successes", "transfers", "successes_clinical_pregnancy", "successes_live_birth")
    found = {
        (row["stage"], row["age_label"]): tuple(row[name] for name in ours) for row in rows("rates/hfea_2017_2018.csv")
    }
    assert found == counted
    assert len(found) == 12
    assert sum(int(row["transfers"]) for row in rows("rates/hfea_2017_2018_donor.csv")) == 1_995


@pytest.mark.parametrize(("age", "stage", "counts", "figures"), list(printed()), ids=lambda each: str(each)[:12])
def test_every_printed_rate_number_and_range(age: str, stage: str, counts: str, figures: list[tuple[str, str]]) -> None:
    found = register(answer(AT_36, oocyte_age_years=age, stage=stage))
    assert f"{found.successes}/{found.transfers}" == counts
    assert found.interval is not None
    assert found.transfers_to_threshold == int(figures[0][1].partition("(")[0])
    (row,) = found.rows
    transfers = row.transfers or 0
    assert list(row.successes_beside) == [Outcome.CLINICAL_PREGNANCY, Outcome.LIVE_BIRTH]
    for successes, (percent, expected) in zip(
        (row.successes or 0, *row.successes_beside.values()), figures, strict=False
    ):
        assert f"{100 * successes / transfers:.1f}" == percent
        said = _number(successes, transfers, Rule(Decimal(60), 2))
        n, _, span = expected.partition("(")
        if expected == "-":
            assert said == "no number"
            continue
        assert int(said.partition(" ")[0]) == int(n) == transfers_needed(Fraction(successes, transfers))
        if span or transfers > 1000:
            words_of = span.removesuffix(")").replace("-", " to ").replace("30 to ", "30 to more than 1,000")
            assert said == (f"{n} ({words_of})" if span else n)


@pytest.mark.parametrize(
    ("age", "stage", "successes", "transfers"), [(36, "blastocyst", 4444, 8138), (43, "cleavage", 41, 517)]
)
def test_the_interval_is_clopper_pearsons_and_the_probabilities_are_those_of_jeffreys(
    age: int, stage: str, successes: int, transfers: int
) -> None:
    from scipy.stats import beta  # noqa: PLC0415 - another way than the code's own

    counted = register(answer(AT_36, oocyte_age_years=age, stage=stage)).interval
    assert counted is not None
    assert (counted.level, counted.method) == (0.95, "Clopper-Pearson")
    # Each bound is where what was seen, or more, or less, has a chance of 2.5 %.
    assert at_least(successes, transfers, counted.lower_percent / 100) == pytest.approx(0.025, rel=1e-6)
    assert 1 - at_least(successes + 1, transfers, counted.upper_percent / 100) == pytest.approx(0.025, rel=1e-6)
    posterior = beta(successes + 0.5, transfers - successes + 0.5)
    for n, share in counted.threshold_probabilities.items():
        above = 1 if n == 2 else 1 - 0.4 ** (1 / (n - 1))
        assert share == pytest.approx(posterior.cdf(above) - posterior.cdf(1 - 0.4 ** (1 / n)), abs=1e-9)


# What it is: context.


def test_it_stands_beside_raises_no_flag_and_is_never_primary_unless_named() -> None:
    found = answer(BLASTOCYST)
    assert [(each.route, each.background) for each in found.estimates] == [("age_table", False), (REGISTER, True)]
    assert found.primary_route == "age_table"
    assert (found.routes_agree, found.disagreement) == (True, "")
    assert found.threshold is not None
    assert not any("register" in each.text for each in found.threshold.beside)
    named = answer(BLASTOCYST, primary_route=REGISTER)
    assert named.threshold is not None
    assert (named.threshold.route, named.threshold.transfers_to_threshold) == (REGISTER, 2)
    assert named.routes_agree
    assert context_words(named) == ()


@pytest.mark.parametrize("real", ANSWERED, ids=[each["name"] for each in ANSWERED])
def test_no_answer_of_a_real_case_is_the_registers(real: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = assess(real["case"])
    monkeypatch.setattr("rif_threshold.routes.age_table.background_tables", dict)
    without = assess(real["case"])
    opinions = [each for each in with_it.estimates if not each.background]
    assert opinions == list(without.estimates)
    assert [each for each in with_it.refused if not each.background] == list(without.refused)
    for name in ("primary_route", "routes_agree", "disagreement", "threshold", "notes", "workup", "tacrolimus"):
        assert getattr(with_it, name) == getattr(without, name)


def test_a_curve_is_of_positive_tests_alone_and_of_no_percentage_of_another_outcome() -> None:
    found = register(answer(BLASTOCYST))
    assert found.outcome == Outcome.POSITIVE_TEST
    p = Fraction(4444, 8138)
    expected = [float(100 * (1 - (1 - p) ** n)) for n in range(1, 7)]
    assert found.cumulative_percent == pytest.approx(expected, rel=1e-12)
    kind = {"oocyte_age_years": 36, "ploidy": "untested", "stage": "blastocyst"}
    failed = {"result": "no_positive_test", **kind}
    mixed = answer({**kind, "history": [failed, failed | {"per_transfer_percent": "31"}]})
    said = refusals(mixed)
    assert "history.2.per_transfer_percent: '31' was given" in said
    assert "one curve never mixes outcomes" in said


def test_the_picture_of_the_answer_holds_no_other_population() -> None:
    def drawn(**more: Any) -> set[str]:
        layers = curve_specification(answer(BLASTOCYST, **more))["layer"]
        return {row["route"] for layer in layers for row in layer["data"]["values"] if "route" in row}

    assert drawn() == {"ESHRE's table by age and ploidy"}
    assert "The UK's register 2017-18, single fresh embryos" in drawn(primary_route=REGISTER)


# The stage, and ages that are bands.


def test_where_the_stage_is_not_said_the_chance_is_a_pair() -> None:
    found = register(answer(AT_36))
    ends = (found.per_transfer_percent_lowest, found.per_transfer_percent_highest)
    assert ends == pytest.approx((100 * 623 / 2211, 100 * 4444 / 8138))
    assert (found.per_transfer_percent, found.interval, found.successes) == (None, None, None)
    assert (found.transfers_to_threshold_lowest, found.transfers_to_threshold_highest) == (3, 2)
    assert found.widened_by == ("stage",)
    assert any("How far the embryos had grown is not said" in each.text for each in found.caveats)


def test_each_transfer_is_looked_up_by_its_own_stage() -> None:
    kind = {"oocyte_age_years": 36, "ploidy": "untested"}
    history = [{"result": "no_positive_test", **kind, "stage": stage} for stage in ("cleavage", "blastocyst")]
    found = register(answer({**kind, "stage": "blastocyst", "history": history}))
    miss = (1 - Fraction(623, 2211)) * (1 - Fraction(4444, 8138))
    assert found.cumulative_percent_so_far == pytest.approx(float(100 * (1 - miss)))


@pytest.mark.parametrize(
    ("age", "counts"),
    [
        ("<35", [(10801, 18286)]),
        ("35-39", [(1558, 3356), (4444, 8138)]),  # ESHRE's band straddles two of the register's
        ("40-44", [(44, 230), (595, 1675)]),
        (None, [(4, 57), (10801, 18286)]),
    ],
)
def test_a_band_that_straddles_two_of_the_registers_is_a_pair(age: str | None, counts: list[tuple[int, int]]) -> None:
    found = register(answer(BLASTOCYST, oocyte_age_years=age))
    ends = (found.per_transfer_percent_lowest, found.per_transfer_percent_highest)
    assert ends == pytest.approx([100 * counts[0][0] / counts[0][1], 100 * counts[-1][0] / counts[-1][1]])
    assert found.widened_by == (() if len(counts) == 1 else ("age",))


# What it does not cover, in words.


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"ploidy": "euploid"}, "no chance for tested embryos: it writes that testing was done, not that the embryo"),
        ({"ploidy": "low_level_mosaic"}, "no chance for mosaic embryos"),
        ({"embryos": 2}, "embryos: '2' was given; the UK's register gives no chance for more than one embryo"),
        ({"eggs": "own_thawed"}, "no chance for thawed eggs: it writes the age at treatment"),
        ({"oocyte_age_years": 51}, "an age outside its bands, 18 to 50 years"),
        ({"oocyte_age_years": ">=40"}, "an age outside its bands, 18 to 50 years"),
        ({"eggs": "donor"}, "for donor eggs its table by the donor's age stands beside"),
        ({"prediction": {"egg_source": "donor"}}, "for donor eggs its table by the donor's age stands beside"),
    ],
)
def test_what_it_does_not_cover_is_refused_in_words(more: dict[str, Any], said: str) -> None:
    found = answer(BLASTOCYST, **more)
    assert said in refusals(found)
    assert REGISTER not in {each.route for each in found.estimates}
    assert found.threshold is not None


def test_a_refused_one_among_the_transfers_done_is_named() -> None:
    kind = {"oocyte_age_years": 36, "ploidy": "untested", "stage": "blastocyst"}
    done = [{"result": "no_positive_test", **kind}, {"result": "no_positive_test", **kind, "embryos": 2}]
    assert "history.2.embryos: '2' was given" in refusals(answer({**kind, "history": done}))


def test_what_a_case_still_lacks_is_asked_once() -> None:
    found = answer({"oocyte_age_years": 36, "failed_transfers": 3, **LIVE_BIRTH})
    assert [each.route for each in found.refused] == ["age_table"]


def test_donor_eggs_have_a_table_by_the_donors_age_at_registration() -> None:
    found = answer(BLASTOCYST, eggs="donor", oocyte_age_years=27)
    beside = register(found, DONOR)
    assert (beside.successes, beside.transfers, beside.transfers_to_threshold) == (375, 612, 2)
    assert any(
        "the donor's age at registration, when she was entered as a donor" in each.text for each in beside.caveats
    )
    assert DONOR not in {each.route for each in (*answer(BLASTOCYST).estimates, *answer(BLASTOCYST).refused)}
    (line,) = context_words(found)
    assert "single fresh day-5 blastocysts of donor eggs at 26-30, 2 transfers" in line
    unknown = answer(AT_36, eggs="donor", oocyte_age_years=19)  # day 2-3 embryos have no such band
    assert "no group of ten transfers or more" in refusals(unknown, DONOR)


def test_frozen_transfers_have_a_caveat_with_the_registers_own_figures_and_no_route() -> None:
    said = next(each.text for each in register(answer(AT_36)).caveats if "Frozen transfers" in each.text)
    wanted = {"eggs": "own", "tested": "none", "cycle": "frozen", "embryos": "1"}
    for row in rows("background/hfea_2017_2018_counts.csv"):
        if wanted.items() <= row.items() and row["age_band"] != "45-50":
            percent = 100 * int(row["positive_tests"]) / int(row["transfers"])
            assert f"{percent:.1f} % ({row['age_band']})" in said


def test_own_eggs_are_taken_where_none_are_said_and_that_is_said() -> None:
    text = "Whose eggs they were is not said"
    assert any(text in each.text for each in register(answer(AT_36)).caveats)
    assert not any(text in each.text for each in register(answer(AT_36, eggs="own")).caveats)


# How it is said.


def test_36_with_blastocysts_in_one_breath() -> None:
    found = answer(BLASTOCYST)
    (line,) = context_words(found)
    assert (
        "single fresh day-5 blastocysts at 35-37, 2 transfers by positive tests (4,444 of 8,138, 54.6 %), 2 by clinical"
        " pregnancies (48.1 %), 2 by live births (38.8 %). Another population, another time, chosen by good prognosis;"
        " it corrects nothing. The difference to ESHRE's example is mostly stage, narrower bands of age, selection,"
        " years and country, not the outcome. 21 of 100 such couples have 2 transfers fail by chance alone."
    ) in line
    output = " ".join(CliRunner().invoke(cli, ["assess", *_options(BLASTOCYST)]).stdout.split())
    assert "3 failed: 59.3 % so far" in output
    assert line in output
    assert context_in_short(found) == (
        "The UK's register, 2017-18, single fresh day-5 blastocysts: 2 transfers by positive tests (4,444 of 8,138)."
        " Another population; it corrects nothing. Why: under Routes.",
    )


def test_43_with_day_3_embryos_is_6_and_12() -> None:
    found = answer(AT_36, oocyte_age_years=43, stage="cleavage")
    assert [each.transfers_to_threshold for each in found.estimates] == [6, 12]
    (line,) = context_words(found)
    assert "12 (9 to 16) transfers by positive tests (41 of 517, 7.9 %), 19 (13 to 29) by clinical pregnancies" in line
    assert "34 (20 to 62) by live births (2.7 %)" in line
    assert crossed_words(register(found)) == "12 transfers (9 to 16)"


def _options(case: dict[str, Any]) -> list[str]:
    names = {"oocyte_age_years": "--oocyte-age", "failed_transfers": "--failed"}
    return [part for name, value in case.items() for part in (names.get(name, f"--{name}"), str(value))]


def test_where_the_stage_is_not_said_both_have_their_number() -> None:
    (line,) = context_words(answer(AT_36))
    assert "day-5 blastocysts at 35-37, 2 transfers by positive tests (4,444 of 8,138, 54.6 %)" in line
    assert "day 2-3 embryos at 35-37, 3 (3 to 4) transfers by positive tests (623 of 2,211, 28.2 %)" in line
    assert "live births" not in line


def test_an_answer_names_its_outcome_and_stage_on_every_surface() -> None:
    found = answer(BLASTOCYST)
    said = (
        "counts an implantation or pregnancy (printed without saying which); stage not printed",
        "counts a positive pregnancy test; single fresh day-5 blastocysts",
    )
    assert tuple(map(counts_words, found.estimates)) == said
    report = clinician_report(found, DAY)
    assert [each["basis"].partition("; per embryo transfer; ")[2] for each in report["routes"]] == [said[0]]
    assert report["context"] == list(context_words(found))
    text = note(found, DAY)
    assert said[0] in text
    assert len(text.splitlines()) <= LONGEST
    assert "2 transfers by positive tests (4,444 of 8,138, 54.6 %)" in text
    assert said[0] in " ".join(CliRunner().invoke(cli, ["assess", *_options(BLASTOCYST)]).stdout.split())


def test_a_rate_by_tests_is_never_read_as_one_of_babies() -> None:
    """Wherever a number of it stands, what was counted stands with it, and births beside it."""
    for case in (BLASTOCYST, AT_36 | {"oocyte_age_years": 43, "stage": "cleavage"}):
        found = answer(case)
        (line,) = context_words(found)
        assert re.search(r"[0-9)] transfers by positive tests \(", line)
        assert " by positive tests (" in context_in_short(found)[0]
        assert re.search(r"by live births \([0-9.]+ %\)", line)


def test_what_was_done_is_added_up_where_nothing_is_planned() -> None:
    done = {"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "untested", "stage": "blastocyst"}
    found = answer({"history": [done, done], "planned": "none"})
    # 1 - (3694 / 8138)^2 is 79.4 %, and 1 - 0.741^2 is 45.1 %.
    said = "79.4 % so far by positive tests of transfers such as those done."
    assert said in context_words(found)[0]
    assert said in context_in_short(found)[0]
    same = answer({"history": [done], "planned": "none"})
    assert context_words(same) == ("The UK's register, 2017-18: no other number by positive tests.",)


def test_transfers_of_several_kinds_are_said_to_be_taken_as_alike() -> None:
    kind = {"oocyte_age_years": 36, "ploidy": "untested", "stage": "blastocyst"}
    done = [{"result": "no_positive_test", **kind, "stage": "cleavage"}]
    (line,) = context_words(answer({**kind, "history": done}))
    assert "were all transfers of the kind planned next: single fresh day-5 blastocysts at 35-37, 2 transfers" in line


def test_without_an_answer_it_is_the_same_as_none() -> None:
    found = answer(BLASTOCYST, live_birth_percent="23.8", live_birth_per="retrieval")
    assert found.threshold is None
    assert "2 transfers by positive tests" in context_words(found)[0]
    assert context_in_short(found) == ()


def test_how_long_ago_it_was_counted_follows_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    for year, ago in ((2019, "1 year ago"), (2026, "8 years ago"), (2031, "13 years ago")):
        monkeypatch.setattr(time, "localtime", lambda year=year: time.struct_time((year, 6, 1, 0, 0, 0, 0, 152, 0)))
        found = answer(BLASTOCYST)
        assert any(f"Counted up to 2018, {ago}:" in each.text for each in register(found).caveats)
        assert f"2017-18, {ago}:" in context_words(found)[0]


def test_where_it_comes_from_is_said_in_full() -> None:
    found = answer(BLASTOCYST)
    source = next(each for each in found.sources if each.key == "hfea_2017_2018")
    assert source.read == "secondary (a re-saved copy, read whole)"
    for part in ("169,616 rows", "re-saved as CSV", "own file was not compared", "no licence", "157 groups, 456"):
        assert part in source.note
    caveats = " ".join(each.text for each in register(found).caveats)
    for part in ("a success is a positive test", "Left out:", "was not compared", "Chosen by good prognosis"):
        assert part in caveats
    output = CliRunner().invoke(cli, ["sources"]).stdout
    assert "Read: secondary (a re-saved copy, read whole)." in " ".join(output.split())


# A page that always disagrees is not read.


def speaks_of_another_number(found: Assessment) -> bool:
    """Whether any line has a number of transfers that the answer does not have."""
    if found.threshold is None:
        return False
    total = found.threshold.total
    ratios = [each.text for estimate in found.estimates for each in estimate.caveats if "a live birth (95" in each.text]
    numbers = {int(n) for text in ratios for n in re.findall(r"is crossed after (\d+)", text)}
    shown = {each.total for each in shown_routes(found) if each.background}
    return bool(shown - {total}) or bool(other_numbers(found)) or bool(numbers - {total.lowest, total.highest})


def test_at_most_a_third_of_the_real_cases_show_another_number() -> None:
    shown = []
    for real in REAL:
        try:
            found = assess(real["case"], include=())
        except InvalidInput:
            continue
        if speaks_of_another_number(found):
            shown.append(real["name"])
    assert len(REAL) == 38
    assert 0 < len(shown) <= len(REAL) / 3, shown


def test_where_it_gives_no_other_number_none_is_said() -> None:
    found = answer(AT_36, oocyte_age_years=33)  # 2 or 3 by stage, and ESHRE's is 3
    (line,) = context_words(found)
    assert line.endswith(": 2 to 3 transfers by positive tests, the answer's number among them.")
    (line,) = context_words(answer(AT_36, oocyte_age_years=33, stage="cleavage"))
    assert line.endswith("single fresh day 2-3 embryos: no other number by positive tests.")
    assert context_in_short(found) == ()
    assert [each.route for each in shown_routes(found)] == ["age_table"]  # "2 to 3" would look like another
    same = answer(AT_36, oocyte_age_years=33, stage="cleavage")
    assert [each.route for each in shown_routes(same)] == ["age_table", REGISTER]


@pytest.mark.parametrize(("case", "says"), [(BLASTOCYST, True), (AT_36 | {"oocyte_age_years": 33}, False)])
def test_the_sheet_keeps_to_the_main_route_and_says_in_one_sentence_that_others_exist(
    case: dict[str, Any], says: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = sheet(answer(case), words("en"))
    sentence = "Counts of other people, in another country, give another number."
    assert (sentence in page.range) == says
    monkeypatch.setattr("rif_threshold.routes.age_table.background_tables", dict)
    without = sheet(answer(case), words("en"))
    assert [each for each in page.range if each != sentence] == list(without.range)
    same = ("first_line", "standing", "people", "framing", "box", "columns", "used", "options", "sources")
    assert all(getattr(page, name) == getattr(without, name) for name in same)


def test_a_sheet_by_the_register_says_whose_counts_they_are() -> None:
    page = sheet(answer(AT_36, primary_route=REGISTER), words("en"))
    assert "The chance for each transfer is from a country's count of other people." in page.sources
    assert any("How far the embryos had grown is not known" in each for each in page.standing)


# 1.16 in the light of counts.


def test_the_ratios_are_those_of_the_counts_with_the_interval_of_the_proportion_turned_over() -> None:
    found = {each.outcome: each for each in ratios_at(AgeBand(36, 36), Stage.BLASTOCYST)}
    for outcome, whole in ((Outcome.CLINICAL_PREGNANCY, 3918), (Outcome.POSITIVE_TEST, 4444)):
        assert found[outcome].ends == (Fraction(whole, 3159), Fraction(whole, 3159))
        low, high = found[outcome].bounds
        assert at_least(3159, whole, 1 / high) == pytest.approx(0.025, rel=1e-6)
        assert 1 - at_least(3160, whole, 1 / low) == pytest.approx(0.025, rel=1e-6)
    both = {each.outcome: each for each in ratios_at(AgeBand(36, 36), None)}[Outcome.POSITIVE_TEST]
    assert both.ends == (Fraction(4444, 3159), Fraction(623, 412))
    assert both.bounds == (ratio_bounds(3159, 4444, 0.95).lowest, ratio_bounds(412, 623, 0.95).highest)
    assert ratios_at(AgeBand(46, 46), None) == ()  # no live birth was counted there
    assert ratios_at(AgeBand(None, None), None) == ratios_at(AgeBand(52, 52), None) == ()


def test_a_live_birth_chance_keeps_the_factor_and_says_what_was_counted_at_that_age() -> None:
    found = answer(BLASTOCYST, **LIVE_BIRTH)
    assert found.estimates[0].per_transfer_percent == pytest.approx(27.608)
    (said,) = [each for each in found.estimates[0].caveats if each.source == "hfea_2017_2018"]
    # 4444 / 3159 and 3918 / 3159; 23.8 % x 1.24 is 29.5 %, x 1.41 is 33.5 %: 3 by either.
    assert (
        "at 35-37, single fresh untested embryos: 1.24 clinical pregnancies a live birth (95 % interval 1.22 to 1.26),"
        " by which the line is crossed after 3 transfers; 1.41 positive tests a live birth (95 % interval 1.38 to 1.43)"
    ) in said.text
    assert "The factor stays as printed" in said.text
    assert "wrong" not in said.text
    high = answer(BLASTOCYST, oocyte_age_years=41, **LIVE_BIRTH | {"live_birth_percent": "25"})
    (said,) = [each for each in high.estimates[0].caveats if each.source == "hfea_2017_2018"]
    # 527 / 348 x 25 % is 37.9 %: 2, and 3 at 1.43; by 1.16 it is 29 %, and 3.
    assert (
        "1.51 clinical pregnancies a live birth (95 % interval 1.43 to 1.62), by which the line is crossed after 2"
        in said.text
    )
    assert "after 2 transfers (2 to 3)" in said.text


@pytest.mark.parametrize(
    "more", [{"ploidy": "euploid"}, {"eggs": "donor"}, {"oocyte_age_years": None}, {"oocyte_age_years": 46}]
)
def test_no_ratio_is_said_where_none_was_counted(more: dict[str, Any]) -> None:
    found = answer(BLASTOCYST | LIVE_BIRTH, **more)
    assert not any("a live birth (95" in each.text for each in found.estimates[0].caveats)


def test_the_model_says_it_for_the_womans_age_where_the_eggs_are_hers() -> None:
    woman = {
        "woman_age_years": 36, "trying_years": 3, "egg_source": "own", "cause": "unknown", "icsi": False,
        "attempt": "first", "unsuccessful_cycles": 0, "pregnancy_history": "no_ivf_never_pregnant",
        "cycle_medication": "gonadotrophin",
    }  # fmt: skip
    found = answer({"failed_transfers": 3, "prediction": woman})
    assert any(
        "at 35-37, single fresh untested embryos: 1.24 to 1.27 clinical" in each.text
        for each in found.estimates[0].caveats
    )
    donor = answer({"failed_transfers": 3, "prediction": woman | {"egg_source": "donor"}})
    assert not any("at 35-37" in each.text for each in donor.estimates[0].caveats)


def test_a_ratio_that_carries_a_chance_to_certainty_leaves_the_minimum() -> None:
    found = answer(BLASTOCYST, live_birth_percent="75", live_birth_per="embryo_transfer", high_percent_confirmed=True)
    (said,) = [each for each in found.estimates[0].caveats if each.source == "hfea_2017_2018"]
    assert (
        "1.41 positive tests a live birth (95 % interval 1.38 to 1.43), by which the line is crossed after 2"
        in said.text
    )


def test_what_moves_the_answer_has_the_ratios_beside_the_range_of_the_factor() -> None:
    found = assess(BLASTOCYST | LIVE_BIRTH, include=["perspective"])
    assert found.perspective is not None
    moves = [each for each in found.perspective.what_moves_the_answer.moves if each.source.key == "hfea_2017_2018"]
    assert {(each.change.partition(",")[0], each.fewest, each.most) for each in moves} == {
        ("in place of the factor 1.22 to 1.26 clinical pregnancies a live birth", 3, 3),
        ("in place of the factor 1.38 to 1.43 positive tests a live birth", 3, 3),
    }


# What was observed, never an effect.


def test_what_was_observed_stands_in_what_it_means_and_says_that_it_is_selected() -> None:
    found = assess(BLASTOCYST, include=["perspective"])
    assert found.perspective is not None
    section = found.perspective.meaning_of_crossing
    assert [each.id for each in section.observed] == ["earlier_cycles", "embryos", "pgt_a"]
    told = {each.id: each.text for each in section.observed}
    assert all("selected" in text and "not an effect" in text for text in told.values())
    assert set(told.values()) <= {note.text for note in section.notes}
    assert "one and two at once: a positive test in 54.6 and 53.6 %" in told["embryos"]
    assert "61.8 % of 343 transfers" in told["pgt_a"]


def test_the_figures_by_earlier_cycles_are_those_printed() -> None:
    (young,) = [each for each in observed_at(AgeBand(30, 30)) if each.id == "earlier_cycles"]
    assert young.groups == ("0", "1", "2", "3", "4", "5", "more than 5")
    assert [f"{each:.1f}" for each in young.percents] == ["59.7", "58.1", "56.1", "58.8", "53.8", "44.2", "42.4"]
    two = {each.age_label: each.percents for each in observed_at(AgeBand(18, 42)) if each.id == "embryos"}
    assert {age: tuple(f"{each:.1f}" for each in figures) for age, figures in two.items()} == {
        "18-34": ("59.1", "56.6"),
        "35-37": ("54.6", "53.6"),
        "38-39": ("46.4", "52.5"),
        "40-42": ("35.5", "43.5"),
    }
    tested = [each.percents for each in observed_at(AgeBand(18, 44)) if each.id == "pgt_a"]
    assert tested == [(64.2,), (61.8,), (61.2,), (57.6,), (51.1,)]


@pytest.mark.parametrize("more", [{"eggs": "donor"}, {"oocyte_age_years": ">=40", "eggs": "own_thawed"}])
def test_nothing_is_observed_for_eggs_of_another_age(more: dict[str, Any]) -> None:
    found = assess(BLASTOCYST | more, include=["perspective"])
    assert found.perspective is not None
    assert found.perspective.meaning_of_crossing.observed == ()
    assert observed_at(AgeBand(None, None)) == observed_at(AgeBand(52, 55)) == ()


def test_the_shipped_tables_of_the_background_are_these() -> None:
    assert list(background_tables()) == ["hfea_2017_2018", "hfea_2017_2018_donor"]
    assert load_rate_table("eshre_rif_2023").background is None


def test_the_band_of_counts_is_drawn_only_where_all_transfers_are_of_the_kind_that_was_counted() -> None:
    """36 with day-5 blastocysts, 54.6 %: its interval is no band around a curve that begins with another row."""

    def rows(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
        case = AT_36 | {"stage": "blastocyst", "history": history, "primary_route": REGISTER}
        del case["failed_transfers"]
        layers = curve_specification(assess(case, include=()))["layer"]
        return [row for layer in layers for row in layer["data"]["values"] if "lowest" in row]

    alike = {"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "untested", "stage": "blastocyst"}
    assert rows([alike, alike])
    assert not rows([alike | {"stage": "cleavage"}, alike])
