"""The six sections beside the answer: their numbers, their words, their pictures and what their tables refuse."""

import hashlib
import json
import math
import re
from fractions import Fraction

import altair as alt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from rif_threshold import assess
from rif_threshold.charts.perspective import (
    budget_chart,
    couples_chart,
    interval_chart,
    meaning_chart,
    observed_chart,
    tornado_chart,
)
from rif_threshold.errors import TableError
from rif_threshold.perspective import Perspective, perspective
from rif_threshold.perspective.assumptions import assumptions, definitions, observed
from rif_threshold.tables import open_folder, shipped, sources
from rif_threshold.wording import in_hundred, settle_words

AT_36 = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
COUNTS = {"clinic_successes": 52, "clinic_transfers": 200, "clinic_outcome": "clinical_pregnancy"}
CHARTS = {
    "interval": interval_chart,
    "budget": budget_chart,
    "couples_differ": couples_chart,
    "meaning_of_crossing": meaning_chart,
    "against_observed": observed_chart,
    "what_moves_the_answer": tornado_chart,
}


def of(**case) -> Perspective:
    answer = assess({**case, "high_percent_confirmed": True}, include=())
    return perspective(answer.case, answer.primary)


def failed(*kinds: dict) -> list[dict]:
    return [{"result": "no_positive_test", **kind} for kind in kinds]


@pytest.fixture(scope="module")
def at_36() -> Perspective:
    return of(**AT_36)


@pytest.fixture(scope="module")
def counted() -> Perspective:
    return of(**COUNTS, failed_transfers=3)


def test_what_a_clinician_reads_for_36_years_after_3_failures(at_36: Perspective) -> None:
    assert "0.42 points more would give 3 instead of 4" in at_36.interval.sentence
    assert "73 of 100 who cross the line are simply unlucky" in at_36.meaning_of_crossing.sentence
    assert "time to talk and look, not a diagnosis" in at_36.meaning_of_crossing.sentence


def test_the_case_of_the_issue_with_counts(counted: Perspective) -> None:
    section = counted.interval
    assert section.per_transfer_percent == pytest.approx(26.0)
    assert (section.lower_percent, section.upper_percent) == pytest.approx((20.1, 32.7), abs=0.05)
    assert (section.transfers_to_threshold, section.transfers_lower, section.transfers_upper) == (4, 3, 5)
    shares = {point.transfers: point.threshold_probability for point in section.points}
    assert (shares[3], shares[4]) == pytest.approx((0.46, 0.51), abs=0.005)
    assert "after 3 with probability 0.46 and 4 with probability 0.51" in section.sentence
    assert section.crossed_probability == pytest.approx(0.46, abs=0.005)


def test_the_perspective_is_part_of_the_assessment_and_of_its_json() -> None:
    answer = assess(COUNTS | {"failed_transfers": 3}, include=["perspective"])
    assert json.loads(answer.model_dump_json())["perspective"]["interval"]["transfers_upper"] == 5
    assert assess(COUNTS | {"failed_transfers": 3}, include=()).perspective is None
    cited = {source.key for source in answer.sources}
    assert {"somigliana_2018", "busnelli_2020", "smith_2015", "pirtea_2021", "gill_2024"} <= cited


@pytest.mark.parametrize(
    ("percent", "to_fewer", "to_more", "settle"),
    [("25.9", 0.42, 5.43, "42,500"), ("31.5", 5.25, 5.18, "340"), ("15.0", 1.74, 0.84, "6,860")],
)
def test_without_counts_the_margin_and_the_records_that_would_settle_it(percent, to_fewer, to_more, settle) -> None:
    # Reference: about 42,600, 340 and 6,900 records; headroom of the rows to 0.01 points.
    section = of(clinic_percent=percent, clinic_outcome="implantation", failed_transfers=0).interval
    assert section.to_fewer_points == pytest.approx(to_fewer, abs=0.006)
    assert section.to_more_points == pytest.approx(to_more, abs=0.006)
    assert section.level is section.lower_percent is section.crossed_probability is None
    assert section.rows[-1][-1] == settle
    chance, up, down = (float(row[2].removeprefix("× ")) for row in section.rows[:3])
    assert (chance, up * float(percent), down * float(percent)) == pytest.approx(
        (1, float(percent) + to_fewer, float(percent) - to_more), abs=0.03
    )


def test_a_large_number_is_written_as_the_size_it_is() -> None:
    assert [settle_words(count) for count in (7, 42, 999, 1000, 9_876_543)] == [
        "7",
        "42",
        "1,000",
        "1,000",
        "9,880,000",
    ]


def test_crossed_already_with_percentages_of_their_own() -> None:
    # Two of the three transfers have a percentage of their own: only the third hangs on the counts.
    history = failed({"per_transfer_percent": "20"}, {"per_transfer_percent": "40"}, {})
    section = of(**COUNTS, history=history).interval
    assert section.sentence.startswith("Were all transfers of the kind planned next: ")
    # 0.8 * 0.6 (1 - p) < 0.4 is p > 1/6.
    assert section.crossed_probability == pytest.approx(beta(52.5, 148.5).sf(1 / 6))


def test_the_budget_of_a_third_and_of_more_than_all(at_36: Perspective) -> None:
    section = at_36.budget
    assert section.budget == pytest.approx(0.9163, abs=5e-5)
    assert "one untested transfer at 36 uses 32.7 %, one euploid transfer 111.8 %" in section.sentence
    assert section.used_percent == pytest.approx(98.1, abs=0.05)
    assert [each.state for each in section.transfers] == ["done"] * 3 + ["to come"]


@pytest.mark.parametrize(
    ("history", "planned", "used", "chance"),
    [
        # Reference: cumulative chance and share of the budget for five histories, computed elsewhere.
        ([(30, "untested")] * 2, (30, "euploid"), 82.6, 53.08),
        ([(30, "untested"), (36, "untested")], (41, "untested"), 74.0, 49.24),
        ([(36, "untested")] * 3, (41, "untested"), 98.1, 59.31),
        ([(41, "untested")] * 3, (41, "euploid"), 53.2, 38.59),
        ([(36, "euploid")], (36, "untested"), 111.8, 64.10),
    ],
)
def test_mixed_histories_add_up(history, planned, used, chance) -> None:
    transfers = failed(*({"oocyte_age_years": age, "ploidy": ploidy} for age, ploidy in history))
    section = of(history=transfers, oocyte_age_years=planned[0], ploidy=planned[1]).budget
    backwards = of(history=transfers[::-1], oocyte_age_years=planned[0], ploidy=planned[1]).budget
    assert section.used_percent == pytest.approx(used, abs=0.05)
    assert 100 * (1 - math.exp(-section.used_percent / 100 * section.budget)) == pytest.approx(chance, abs=0.005)
    assert backwards.used_percent == pytest.approx(section.used_percent)


@given(st.lists(st.integers(5, 90), min_size=1, max_size=5), st.integers(5, 90))
@settings(max_examples=20)
def test_the_budget_is_crossed_where_the_chance_is(percents: list[int], planned: int) -> None:
    history = failed(*({"per_transfer_percent": str(percent)} for percent in percents))
    case = {"history": history, "clinic_percent": str(planned), "clinic_outcome": "implantation"}
    answer = assess({**case, "high_percent_confirmed": True}, include=())
    section = perspective(answer.case, answer.primary).budget
    last = answer.threshold.transfers_to_threshold
    if last <= len(section.transfers):
        assert section.transfers[last - 1].to_percent > 100
    assert section.transfers[-1].to_percent == pytest.approx(sum(each.share_percent for each in section.transfers))


@pytest.mark.parametrize(
    ("age", "ploidy", "plain", "moved"),
    [(30, "untested", 3, 3), (36, "untested", 4, 4), (41, "untested", 6, 10), (36, "euploid", 2, 2)],
)
def test_couples_that_differ_beside_those_that_do_not(age, ploidy, plain, moved) -> None:
    section = of(oocyte_age_years=age, ploidy=ploidy, failed_transfers=2).couples_differ
    assert [each.value for each in section.settings if each.model != "two_class"] == [0, 0.05, 0.10, 0.15]
    assert section.settings[0].transfers_to_threshold == plain
    largest = [each for each in section.settings if each.model == "beta_geometric"][-1]
    assert largest.transfers_to_threshold == moved
    assert section.settings[0].next_transfer_percent > largest.next_transfer_percent
    assert f"stays {plain}" in section.sentence or f"from {plain} to {moved}" in section.sentence
    assert any("0.147 only" in note.text for note in section.notes)


def test_a_share_too_large_for_the_chance_is_left_out() -> None:
    section = of(clinic_percent="90", clinic_outcome="implantation", failed_transfers=0).couples_differ
    assert [each.value for each in section.settings if each.model == "two_class"] == [0.05]
    assert "the chance of a first transfer is the same" in section.sentence


def test_shares_of_the_unlucky_and_other_definitions(at_36: Perspective) -> None:
    section = at_36.meaning_of_crossing
    assert section.labelled_percent == pytest.approx(30.15, abs=0.005)
    assert section.unexplained_percent == pytest.approx(73.1, abs=0.05)
    assert section.prevalence_percents == (5, 10, 15)
    found = {each.id: each for each in section.definitions}
    assert found["eshre_2023"].transfers == 4
    # 1 - 0.741**10 is the first above 95 %; three euploid at 36 are 95.4 %, first passed at 11.
    assert found["ata_2021"].transfers == 10
    assert found["lugano_2023"].transfers == 11
    assert found["coughlan_2014"].cumulative_percent == pytest.approx(59.3, abs=0.05)


def test_three_euploid_transfers_on_a_euploid_curve() -> None:
    section = of(oocyte_age_years=36, ploidy="euploid", failed_transfers=1).meaning_of_crossing
    assert {each.id: each.transfers for each in section.definitions}["lugano_2023"] == 3


def test_euploid_transfers_cannot_be_compared_without_an_age(counted: Perspective) -> None:
    rows = {row[0]: row for row in counted.meaning_of_crossing.rows}
    assert next(row for name, row in rows.items() if "Lugano" in name)[1] == "cannot say without the age"


def test_definitions_beyond_the_curve_and_out_of_reach() -> None:
    low = of(clinic_percent="1.5", clinic_outcome="implantation", failed_transfers=0).meaning_of_crossing
    # 1 - 0.985**n > 0.95 at n = 199.
    assert {each.id: each.transfers for each in low.definitions}["ata_2021"] == 199
    hopeless = of(
        clinic_percent="0.01", small_percent_confirmed=True, clinic_outcome="implantation", failed_transfers=0
    )
    assert hopeless.meaning_of_crossing.transfers is None
    assert {each.id: each.transfers for each in hopeless.meaning_of_crossing.definitions}["ata_2021"] is None
    assert hopeless.interval.zones == ()
    assert "out of reach" in hopeless.interval.sentence
    barely = of(clinic_percent="0.3", small_percent_confirmed=True, clinic_outcome="implantation", failed_transfers=0)
    assert {each.id: each.transfers for each in barely.meaning_of_crossing.definitions}["ata_2021"] == 998


def test_the_studies_as_printed(at_36: Perspective) -> None:
    section = at_36.against_observed
    found = {each.id: each for each in section.series}
    pirtea = found["pirtea_implantation"]
    assert (pirtea.cumulative_observed_percent, pirtea.cumulative_observed_lower_percent) == (95.2, 94.0)
    # README of the source data: 1 - (1 - 0.699)**3 is 97.3 %.
    assert pirtea.cumulative_expected_percent == pytest.approx(97.3, abs=0.05)
    smith = found["smith_under_40"]
    assert smith.cumulative_expected_percent == pytest.approx(97.0, abs=0.05)
    assert smith.cumulative_observed_percent == 89.4
    # Table 3 prints 32.0-32.5 and 8.7-30.5: the large count agrees, for the small one the method differs.
    assert (smith.points[0].lower_percent, smith.points[0].upper_percent) == pytest.approx((32.0, 32.5), abs=0.05)
    assert found["gill_live_birth"].points[0].expected_percent is None
    assert "89.4 %" in section.sentence
    assert "97.0 %" in section.sentence


@pytest.mark.parametrize(
    ("case", "study"),
    [
        ({"oocyte_age_years": 36, "ploidy": "untested"}, "smith_under_40"),
        ({"oocyte_age_years": 41, "ploidy": "untested"}, "smith_40_to_42"),
        ({"oocyte_age_years": 44, "ploidy": "untested"}, "linz"),
        ({"oocyte_age_years": 41, "ploidy": "euploid"}, "pirtea_implantation"),
        (COUNTS, "smith_under_40"),
    ],
)
def test_the_nearest_study(case: dict, study: str) -> None:
    section = of(**case, failed_transfers=1).against_observed
    assert section.nearest == study
    assert section.sentence.startswith(next(each.label for each in section.series if each.id == study))


def test_what_moves_the_answer(at_36: Perspective) -> None:
    section = at_36.what_moves_the_answer
    found = {move.change: (move.fewest, move.most) for move in section.moves}
    assert section.transfers_to_threshold == 4
    # Two independent embryos: 1 - 0.741**2 = 45.1 %, crossed after 2.
    assert found["two embryos at once, each on its own"] == (2, 4)
    # 259 of 1000: 3 to 4 in the reference.
    assert found["the rate itself, if it rested on 1,000 transfers"] == (3, 4)
    fall = Fraction(1)
    for k in range(5):
        fall *= 1 - Fraction("0.259") * Fraction("0.84") ** k
        assert (1 - fall > Fraction(3, 5)) == (k + 1 >= 5)
    assert found["the rate falls by 16 % of itself at each failure"] == (4, 5)
    assert not any("factor" in change for change in found)


def test_two_embryos_that_share_a_uterus() -> None:
    # Reference: e = 0.15, two embryos, u = 0.8 permanent; here u is drawn each cycle and p = u e.
    section = of(clinic_percent="12", clinic_outcome="implantation", failed_transfers=0).what_moves_the_answer
    found = {move.change: (move.fewest, move.most) for move in section.moves}
    p = 0.8 * (1 - 0.85**2)
    expected = next(n for n in range(2, 20) if 1 - (1 - p) ** n > 0.6)
    assert next(numbers for change, numbers in found.items() if "one uterus" in change)[0] == expected
    high = of(clinic_percent="85", clinic_outcome="implantation", failed_transfers=0).what_moves_the_answer
    assert not any("one uterus" in move.change for move in high.moves)


def test_the_factor_moves_only_routes_that_use_it() -> None:
    section = of(live_birth_percent="22.5", live_birth_per="treatment_cycle", failed_transfers=0).what_moves_the_answer
    found = {move.change: (move.fewest, move.most) for move in section.moves}
    # 22.5 x 1.10 = 24.75 gives 4; x 1.16 = 26.1 gives 4; x 1.25 = 28.1 gives 3.
    assert next(numbers for change, numbers in found.items() if "factor" in change) == (3, 4)
    high = of(live_birth_percent="85", live_birth_per="treatment_cycle", failed_transfers=0).what_moves_the_answer
    assert "none of the changes" in high.sentence


def test_nothing_or_little_left_where_it_is() -> None:
    section = of(clinic_percent="5.8", clinic_outcome="implantation", failed_transfers=0).what_moves_the_answer
    assert "more than 1,000" in section.sentence
    assert "leave it where it is" not in section.sentence
    assert section.moves[0].most is None


CASES = [
    AT_36,
    COUNTS | {"failed_transfers": 3},
    {"oocyte_age_years": 36, "ploidy": "euploid", "failed_transfers": 0},
    {"oocyte_age_years": 41, "ploidy": "untested", "failed_transfers": 12},
    {"clinic_successes": 1, "clinic_transfers": 3, "clinic_outcome": "implantation", "failed_transfers": 1},
    {"clinic_successes": 9999, "clinic_transfers": 10000, "clinic_outcome": "implantation", "failed_transfers": 1},
    {"clinic_successes": 1, "clinic_transfers": 9999999, "clinic_outcome": "implantation", "failed_transfers": 1},
    {"clinic_percent": "0.2", "small_percent_confirmed": True, "clinic_outcome": "implantation", "failed_transfers": 2},
    {
        "clinic_percent": "0.01",
        "small_percent_confirmed": True,
        "clinic_outcome": "implantation",
        "failed_transfers": 0,
    },
    {"live_birth_percent": "86.206896", "live_birth_per": "treatment_cycle", "failed_transfers": 1},
    {"clinic_percent": "99.999999", "clinic_outcome": "implantation", "failed_transfers": 100},
    COUNTS | {"failed_transfers": 1, "threshold_percent": "95", "minimum_transfers": 5},
    {
        "oocyte_age_years": 36,
        "ploidy": "euploid",
        "history": failed(*[{"oocyte_age_years": 33, "ploidy": "untested"}] * 2),
    },
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_section_is_whole(case: dict) -> None:
    answer = of(**case)
    assert Perspective.model_validate_json(answer.model_dump_json()) == answer
    for section in answer.sections:
        assert section.sentence.endswith(".")
        assert section.rows
        assert section.sources
        assert all(len(row) == len(section.headings) for row in section.rows)
        assert all(reference.key in sources() for reference in section.sources)
        words = " ".join([section.sentence, *map(str, section.notes), *(cell for row in section.rows for cell in row)])
        assert not re.search(r"\b(nan|inf|None|should|must take|recommend)\b", words)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("name", CHARTS)
def test_pictures_hold_the_numbers_of_their_section(case: dict, name: str) -> None:
    section = getattr(of(**case), name)
    specification = CHARTS[name](section)
    assert all("values" in layer["data"] for layer in specification["layer"])
    text = json.dumps(specification, allow_nan=False)
    assert not re.search(r'"color": "(red|green|orange|yellow)"', text)
    assert CHARTS[name](section) == specification


def values(specification: dict, key: str) -> list[list]:
    found = [layer["data"]["values"] for layer in specification["layer"]]
    return next([row[key] for row in rows] for rows in found if rows and key in rows[0])


def test_the_numbers_drawn_are_those_of_the_record(at_36: Perspective, counted: Perspective) -> None:
    band = interval_chart(counted.interval)
    assert values(band, "lower") == [point.lower_percent for point in counted.interval.points]
    assert values(interval_chart(at_36.interval), "from") == [zone.from_percent for zone in at_36.interval.zones]
    assert values(budget_chart(at_36.budget), "to") == [each.to_percent for each in at_36.budget.transfers]
    two_class = couples_chart(at_36.couples_differ, "two_class")
    shown = [each for each in at_36.couples_differ.settings if each.model != "beta_geometric"]
    assert sorted(values(two_class, "series")) == sorted(each.label for each in shown for _ in each.cumulative_percent)
    assert len(values(observed_chart(at_36.against_observed), "rank")) > 0
    assert tornado_chart(at_36.what_moves_the_answer)["height"] > 0


def test_pictures_are_valid_vega_lite(at_36: Perspective, counted: Perspective) -> None:
    for each in (at_36, counted):
        for name, chart in CHARTS.items():
            alt.Chart.from_dict(chart(getattr(each, name)))


def test_small_shares_are_not_rounded_to_all_or_none() -> None:
    assert [in_hundred(percent) for percent in (73.1, 0.1, 99.9)] == ["73 of 100", "0.1 of 100", "99.9 of 100"]


def broken(folder, name: str, old: str, new: str) -> None:
    """Change a copied table and write its digest anew, so that only its content is wrong."""
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    sums = folder / "SHA256SUMS"
    lines = [line for line in sums.read_text("utf-8").splitlines() if not line.endswith(f"  {name}")]
    sums.write_text("\n".join([*lines, f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}", ""]), "utf-8")


ASSUMPTIONS, DEFINITIONS = "perspective/assumptions.toml", "perspective/definitions.toml"
RANKS, SERIES = "perspective/observed_by_rank.csv", "perspective/observed_by_rank.toml"


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        (ASSUMPTIONS, "main = true\n", "", "main one"),
        (ASSUMPTIONS, 'source = "smith_2015"', 'source = "nobody"', "'nobody'"),
        (ASSUMPTIONS, 'key = "eshre_rif_2023"', 'key = "nobody"', "'nobody'"),
        (ASSUMPTIONS, "value = 0.05", 'value = "much"', "value"),
        (DEFINITIONS, "transfers = 3", "transfers = 3\ncumulative_percent = 90.0", "one count"),
        (DEFINITIONS, 'key = "ata_2021"', 'key = "nobody"', "'nobody'"),
        (RANKS, "pirtea_implantation,3,", "pirtea_implantation,4,", "follow each other"),
        (RANKS, "53568,14532", "53568,", "belong together"),
        (RANKS, "53568,14532", "53568,53568", "between 0 and transfers"),
        (RANKS, "53568,14532", "53568,15000", "do not give the printed rate"),
        (RANKS, "linz,1,32.8", "elsewhere,1,32.8", "not those of the .toml"),
        (SERIES, 'key = "linz_2024"', 'key = "nobody"', "'nobody'"),
        (SERIES, 'ploidy = "euploid"', 'ploidy = "mixed"', "ploidy"),
    ],
)
def test_a_broken_table_is_refused(copied_tables, name: str, old: str, new: str, reason: str) -> None:
    broken(copied_tables, name, old, new)
    read = {ASSUMPTIONS: assumptions, DEFINITIONS: definitions, RANKS: observed, SERIES: observed}[name]
    open_folder.cache_clear()
    with pytest.raises(TableError, match=reason):
        read(open_folder(copied_tables))


def test_the_shipped_tables_are_whole() -> None:
    assert observed(shipped()) == observed()
    assert len(definitions()) == 5
    assert assumptions().main_prevalence.value * 10 == 1


@pytest.mark.parametrize(("failed", "share"), [(2, None), (3, "29"), (5, "5")])
def test_beyond_the_crossing_the_share_of_those_with_as_many_failures_is_told(failed: int, share: str | None) -> None:
    """Of couples of whom one in ten cannot implant, at 64.1 %: 0.9 * 0.359**n / (0.1 + 0.9 * 0.359**n)."""
    case = {"oocyte_age_years": 36, "ploidy": "euploid", "failed_transfers": failed}
    perspective = assess(case, include=["perspective"]).perspective
    assert perspective is not None
    told = [note.text for note in perspective.meaning_of_crossing.notes if "as here" in note.text]
    expected = f"Of couples with whom {failed} transfers failed, as here, {share} of 100 are simply unlucky."
    assert told == ([] if share is None else [expected])
