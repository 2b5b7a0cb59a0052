"""What is not known is said: bounds in place of silence, real cases with the answers they must give.

The real cases were gathered from what couples and clinics ask; their figures were counted apart, in fractions. What
lies between two ends is held against `counting`, which imports nothing of the package.
"""

import datetime
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import counting
from rif_threshold import Assessment, InvalidInput, Problem, assess
from rif_threshold.charts.curve import curve_specification
from rif_threshold.repeated import inputs_words
from rif_threshold.report.couple_sheet import sheet
from rif_threshold.report.note import note
from rif_threshold.report.words import words
from rif_threshold.sentences import beside_words, headline, next_chance, next_transfer, standing

REAL = json.loads((Path(__file__).parent / "data/real_cases.json").read_text("utf-8"))
FAILED = {"result": "no_positive_test"}
DOUBLES = {"oocyte_age_years": 38, "ploidy": "untested", "embryos": 2, "failed_transfers": 3}


def answer(case: dict[str, Any], **more: Any) -> Assessment:
    return assess(case | more, include=())


def refused(case: dict[str, Any]) -> tuple[Problem, ...]:
    """Why there is no answer: the case is refused, or its main route."""
    try:
        return answer(case).primary_problems
    except InvalidInput as error:
        return error.problems


@pytest.mark.parametrize("real", REAL, ids=lambda real: real["name"])
def test_a_real_case_has_its_answer(real: dict[str, Any]) -> None:
    expected = real["expected"]
    if "says" in expected:
        assert any(expected["says"] in problem.sentence for problem in refused(real["case"]))
        return
    found = answer(real["case"])
    stands = found.threshold
    assert stands is not None
    assert stands.state == expected["state"]
    assert stands.cumulative_percent_so_far_lowest == pytest.approx(float(expected["lowest"]), abs=1e-9)
    assert stands.cumulative_percent_so_far_highest == pytest.approx(float(expected["highest"]), abs=1e-9)
    # Where what is planned is not known, only what is crossed already has a number.
    assert list(stands.total) == expected["total"] or (stands.open_ended and not stands.reached)
    for name, field in (("failed", "failed_transfers"), ("further", "further_transfers")):
        assert getattr(stands, field) == expected.get(name, getattr(stands, field))
    if "next" in expected:
        assert stands.next_transfer_percent == pytest.approx(float(expected["next"]), abs=1e-9)


kinds = st.fixed_dictionaries(
    {"ploidy": st.sampled_from(["untested", "euploid", "low_level_mosaic"])},
    optional={
        "oocyte_age_years": st.one_of(st.integers(18, 55), st.sampled_from(sorted(counting.READ))),
        "embryos": st.integers(1, 3),
        "stage": st.sampled_from(["cleavage", "blastocyst"]),
    },
)
own = st.integers(2, 30).map(lambda percent: {"ploidy": "untested", "per_transfer_percent": str(percent)})
lines, minima = st.sampled_from([30, 60, 60, 60, 85]), st.sampled_from([1, 2, 2, 3])


@settings(deadline=None)
@given(
    run=st.lists(st.one_of(kinds, kinds, own), max_size=5), planned=kinds, line=lines, minimum=minima, data=st.data()
)
def test_every_choice_within_the_bounds_lies_within_what_is_said(
    run: list[dict[str, Any]], planned: dict[str, Any], line: int, minimum: int, data: st.DataObject
) -> None:
    rule = {"threshold_percent": str(line), "minimum_transfers": minimum, "primary_route": "age_table"}
    history = {"history": [FAILED | each for each in run]} if run else {"failed_transfers": 0}
    said = answer({**history, "planned": planned, **rule}).threshold
    assert said is not None
    pairs, nexts = [counting.ends(each) for each in run], counting.ends(planned)
    at = Fraction(line, 100)
    counted = [counting.standing([pair[end] for pair in pairs], nexts[end], at, minimum) for end in (0, 1)]
    for end, (so_far, crossing, reached) in zip(("lowest", "highest"), counted, strict=True):
        assert getattr(said, f"cumulative_percent_so_far_{end}") == pytest.approx(float(100 * so_far), abs=1e-9)
        assert getattr(said, f"transfers_to_threshold_{end}") == crossing
        assert getattr(said, f"crossed_at_{end}") == (crossing if reached else None)
    both = [reached for _, _, reached in counted]
    assert said.reached == (both[0] if both[0] == both[1] else None)
    assert said.state == {True: "reached", False: "not_yet", None: "cannot_be_said"}[said.reached]
    chosen = [low + data.draw(st.fractions(0, 1, max_denominator=50)) * (high - low) for low, high in [*pairs, nexts]]
    so_far, crossing, reached = counting.standing(chosen[:-1], chosen[-1], at, minimum)
    assert counted[0][0] <= so_far <= counted[1][0]
    assert said.reached in {None, reached}
    most, fewest = (1001 if end is None else end for end in said.total)
    assert fewest <= (crossing or 1001) <= most
    if said.transfers_to_threshold is not None:
        assert said.transfers_to_threshold == crossing


@pytest.mark.parametrize(
    ("case", "lines"),
    [
        (
            DOUBLES,
            [
                "Cannot be said: the chance so far is between 59.3 and 83.4 %",
                "3 failed: between 59.3 and 83.4 % so far. Whether the 60 % line is crossed cannot be said, because"
                " what several embryos at once count is not known. One more would cross it for certain.",
            ],
        ),
        (
            {"ploidy": "euploid", "failed_transfers": 2},
            [
                "Reached: the threshold was crossed after 2 transfers, whatever the age",
                "2 failed: between 82.4 and 90.0 % so far, the 60 % line is crossed, whatever the age.",
            ],
        ),
        (
            {"ploidy": "untested", "failed_transfers": 1},
            [
                "Not yet: the threshold comes after 3 to 6 transfers",
                "1 failed: between 15.0 and 31.5 % so far; 2 to 5 more cross, because the age at egg retrieval is not"
                " known.",
            ],
        ),
        (
            {"ploidy": "low_level_mosaic", "oocyte_age_years": 36, "failed_transfers": 0},
            [
                "Not yet: counting transfers cannot tell this couple when to look",
                "0 failed: 0.0 % so far; 2 more cross, or none ever does, because what a low-level mosaic counts is not"
                " known.",
            ],
        ),
        (
            {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 1, "planned": "none"},
            [
                "Not yet: how many more transfers it takes is not known",
                "1 failed: 25.9 % so far, not above 60 %; how many more it takes is not known.",
            ],
        ),
        (
            {"live_birth_percent": "2", "live_birth_per": "treatment_cycle", "failed_transfers": 6},
            [
                "Not yet: counting transfers cannot tell this couple when to look",
                "6 failed: 13.1 % so far, 34 more cross.",
            ],
        ),
    ],
)
def test_the_state_comes_first_then_the_number_then_why(case: dict[str, Any], lines: list[str]) -> None:
    found = answer(case)
    assert [headline(found), standing(found)] == lines


def test_one_embryo_and_none_that_fails_to_count() -> None:
    """A transfer that may count for nothing still counts towards the minimum, and a mosaic may never cross."""
    mosaic = {"oocyte_age_years": 36, "ploidy": "low_level_mosaic"}
    euploid = {"oocyte_age_years": 36, "ploidy": "euploid"}
    found = answer({"history": [FAILED | mosaic, FAILED | euploid], "planned": "none"}).threshold
    assert found is not None
    assert (found.state, found.crossed_at) == ("reached", 2)  # 64.1 % after the second, and two have failed
    alone = answer({**mosaic, "failed_transfers": 40}).threshold
    assert alone is not None
    assert (alone.state, alone.cumulative_percent_so_far_lowest, alone.further_transfers_lowest) == (
        "cannot_be_said", 0, None,
    )  # fmt: skip


def test_the_kind_that_failed_and_the_kind_planned_are_two_things() -> None:
    failed = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
    euploid = {"oocyte_age_years": 36, "ploidy": "euploid"}
    found = answer(failed, planned=euploid)
    assert found.threshold is not None
    assert found.threshold.cumulative_percent_so_far == pytest.approx(59.3130979)
    assert found.threshold.next_transfer_percent == 64.1
    assert found.threshold.further_transfers == 1
    planned = "next: age at egg retrieval 36, euploid embryos"
    assert inputs_words(found) == f"age at egg retrieval 36; untested embryos; 3 failed; {planned}"
    # As in 0.1.0 the fields alone mean both, and beside a history the kind planned next.
    both = answer(euploid, failed_transfers=3).threshold
    assert both is not None
    assert both.state == "reached"
    listed = answer(euploid, history=[FAILED | {"oocyte_age_years": 36, "ploidy": "untested"}] * 3)
    assert listed.threshold is not None
    assert (listed.threshold.state, listed.threshold.next_transfer_percent) == ("not_yet", 64.1)
    assert Assessment.model_validate_json(found.model_dump_json()).case == found.case


@pytest.mark.parametrize(
    ("case", "field", "said"),
    [
        (
            {"oocyte_age_years": 36, "history": [FAILED | {"ploidy": "untested"}], "planned": {"ploidy": "euploid"}},
            "oocyte_age_years, planned",
            "each has its own kind there",
        ),
        (DOUBLES | {"planned": {"nothing": "yes", "ploidy": "euploid"}}, "planned", "or that nothing is, not both"),
        (DOUBLES | {"embryos": 0}, "embryos", "at least one embryo"),
        (DOUBLES | {"embryos": 11}, "embryos", "at most 10 embryos"),
        (DOUBLES | {"planned": {"embryos": 0}}, "planned.embryos", "at least one embryo"),
        (DOUBLES | {"planned": {"oocyte_age_years": 17}}, "planned.oocyte_age_years", "ages from 18 to 55"),
        (DOUBLES | {"oocyte_age_years": "39-35"}, "oocyte_age_years", "ends before it begins"),
        (DOUBLES | {"oocyte_age_years": "10-20"}, "oocyte_age_years", "ages from 18 to 55"),
        (DOUBLES | {"oocyte_age_years": "about 35"}, "oocyte_age_years", "a band such as <35, 35-39 or >=40"),
        (DOUBLES | {"planned": "later"}, "planned", "named fields are needed"),
        (DOUBLES | {"stage": "day 3"}, "stage", "'cleavage' or 'blastocyst' is needed"),
    ],
)
def test_what_cannot_be_is_refused_in_words(case: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        answer(case)
    assert {problem.field: said in problem.sentence for problem in caught.value.problems} == {field: True}


@pytest.mark.parametrize(
    ("typed", "known"),
    [("under 35", "<35"), ("35 to 39", "35-39"), ("≥ 40", ">=40"), ("40+", ">=40"), (" 36 ", 36), ("<= 34", "<=34")],
)
def test_a_band_is_read_as_it_is_usually_written(typed: str, known: int | str) -> None:
    case = answer({"oocyte_age_years": typed, "ploidy": "untested", "failed_transfers": 0}).case
    assert case.oocyte_age_years == known


def test_what_could_overturn_it_stands_beside_it_nearest_first() -> None:
    live_birth = {"live_birth_percent": "23.8", "live_birth_per": "treatment_cycle", "primary_route": "age_table"}
    found = answer(DOUBLES | live_birth)
    assert found.threshold is not None
    assert [each.kind for each in found.threshold.beside] == ["bounds"]  # 3 lies between 2 and 4: no disagreement
    assert beside_words(found) == (
        "What several embryos at once count is not known: by the lowest chance 59.3 % so far, and the line is crossed"
        " after 4 transfers; by the highest chance 83.4 % so far, and the line is crossed after 2 transfers.",
    )
    single = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3} | live_birth
    found = answer(single)
    assert found.threshold is not None
    assert [each.kind for each in found.threshold.beside] == ["disagreement", "close_call"]
    counts = {"clinic_successes": 52, "clinic_transfers": 200, "clinic_outcome": "implantation"}
    restarted = [FAILED] * 2 + [{"result": "biochemical"}] + [FAILED] * 2
    found = answer(counts, history=restarted, planned={"embryos": 1})
    assert found.threshold is not None
    assert [each.kind for each in found.threshold.beside] == ["close_call", "interval", "restart"]
    assert "2 transfers that failed before it are left out" in beside_words(found)[2]
    assert "3 to 5 transfers" in beside_words(found)[1]  # printed for 52 of 200 in the README


def test_the_sheet_and_the_note_say_what_was_used_and_what_is_not_known() -> None:
    case = {
        "oocyte_age_years": "33-36",
        "ploidy": "untested",
        "embryos": 2,
        "stage": "blastocyst",
        "failed_transfers": 2,
    }
    found = answer(case, planned={"ploidy": "euploid", "oocyte_age_years": "<35", "embryos": 1})
    used = sheet(found, words()).used
    assert used[:5] == (
        "Age when the eggs were collected: from 33 to 36.",
        "Embryos: not tested.",
        "Embryos placed at once: 2.",
        "Age when the eggs for the next transfer were collected: from 18 to 34.",
        "Embryos for the next transfer: tested and found normal.",
    )
    assert inputs_words(found) == (
        "age at egg retrieval 33-36; untested embryos; 2 embryos at once; blastocyst (day 5 or 6); 2 failed;"
        " next: age at egg retrieval <35, euploid embryos, one embryo at a time"
    )
    open_ended = answer({"history": [FAILED | {"oocyte_age_years": 36, "ploidy": "euploid"}]})
    assert "Route: ESHRE's table by age and ploidy, not known per transfer" in note(
        open_ended, datetime.date(2026, 11, 26)
    )


def test_the_next_chance_of_the_long_crossed_is_a_range_of_both_models() -> None:
    """33 years, untested, 8 failed: 31.5 % if couples are alike; 0.315 x 0.85 / (0.85 + 0.15 x 8) if they differ."""
    found = answer({"oocyte_age_years": 33, "ploidy": "untested", "failed_transfers": 8})
    assert found.threshold is not None
    differ = 100 * 0.315 * 0.85 / (0.85 + 0.15 * 8)
    assert found.threshold.next_percent_if_couples_differ == pytest.approx(differ)
    assert "13.1 to 31.5 %, as couples differ or not" in next_transfer(found)
    crossed_just_now = answer({"oocyte_age_years": 33, "ploidy": "untested", "failed_transfers": 3}).threshold
    assert crossed_just_now is not None
    assert crossed_just_now.next_percent_if_couples_differ is None


@pytest.mark.parametrize(("failed", "percent", "cannot"), [(0, "8.8", False), (0, "8.7", True), (12, "8.7", False)])
def test_above_ten_counting_cannot_tell(failed: int, percent: str, cannot: bool) -> None:
    """1 - 0.912^10 is 60.2 %; 1 - 0.913^10 is 59.8 % and 1 - 0.913^11 63.2 %. What is reached is reached."""
    found = answer({"clinic_percent": percent, "clinic_outcome": "implantation", "failed_transfers": failed}).threshold
    assert found is not None
    assert found.counting_cannot_tell == cannot


@pytest.mark.parametrize(
    ("case", "said"),
    [
        # Where the minimum decides, the figure and the line are on their own sides.
        (
            {"oocyte_age_years": 36, "ploidy": "euploid", "failed_transfers": 1, "planned": "none"},
            "1 failed: 64.1 % so far, above 60 %, but at least 2 transfers must have failed; how many more it takes is"
            " not known.",
        ),
        (
            {"ploidy": "euploid", "failed_transfers": 1},
            "1 failed: between 58.0 and 68.4 % so far, not surely above 60 %, and at least 2 transfers must have"
            " failed: 1 more to come.",
        ),
        (
            {"oocyte_age_years": 36, "ploidy": "low_level_mosaic", "failed_transfers": 1},
            "1 failed: between 0 and 64.1 % so far; one more crosses, or none ever does, because what a low-level"
            " mosaic counts is not known.",
        ),
        # What is planned says nothing of what was done.
        (
            {"ploidy": "untested", "failed_transfers": 8, "planned": {"ploidy": "euploid", "embryos": 2}},
            "8 failed: between 72.8 and 95.2 % so far, the 60 % line is crossed, whatever the age.",
        ),
    ],
)
def test_what_is_said_of_where_they_stand(case: dict[str, Any], said: str) -> None:
    assert standing(answer(case)) == said


@pytest.mark.parametrize("planned", [{}, {"nothing": "no"}, {"nothing": None}, None])
def test_a_plan_that_says_nothing_is_none_given(planned: Any) -> None:
    case = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
    found = answer(case, planned=planned).threshold
    assert found is not None
    assert found.further_transfers == 1


@pytest.mark.parametrize("planned", ["none", "None", "nothing", {"nothing": "yes"}])
def test_nothing_planned_is_said_in_any_of_its_words(planned: Any) -> None:
    found = answer({"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 4}, planned=planned).threshold
    assert found is not None
    assert (found.state, found.following) == ("reached", None)


def test_own_percentages_are_enough_and_so_is_nothing_to_count() -> None:
    """Three transfers of 30 %: 1 - 0.7^3 is 65.7 %. After a positive test, with nothing planned, nothing is asked."""
    found = answer({"history": [FAILED | {"per_transfer_percent": "30"}] * 3}).threshold
    assert found is not None
    assert (found.state, found.cumulative_percent_so_far) == ("reached", pytest.approx(65.7))
    found = answer({"history": [{"result": "biochemical", "ploidy": "untested"}], "planned": "none"}).threshold
    assert found is not None
    assert (found.state, found.failed_transfers) == ("not_yet", 0)


def test_the_sheet_promises_no_never_and_no_chance_as_before() -> None:
    open_ended = sheet(answer({"ploidy": "untested", "failed_transfers": 3, "planned": "none"}), words())
    assert "Not all is known. The answer is 3 or more." in open_ended.range
    kind = {"oocyte_age_years": 36, "ploidy": "untested"}
    another = sheet(answer(kind, failed_transfers=3, planned=kind | {"ploidy": "euploid"}), words())
    assert another.options[0].startswith("*Carry on.* Have the next transfer as planned.")
    mosaic = sheet(answer(kind | {"ploidy": "low_level_mosaic"}, failed_transfers=1), words())
    assert not any("too low" in line for line in mosaic.standing)


def test_every_route_that_disagrees_is_named() -> None:
    case = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3, "planned": "none"}
    found = answer(case, live_birth_percent="23.8", live_birth_per="treatment_cycle")
    assert "live_birth gives 3" in found.disagreement
    assert "age_table gives not yet" in found.disagreement


def test_a_close_call_is_told_of_what_was_done_whatever_is_planned() -> None:
    """59.3 % is 0.69 points below 60; of two transfers at 37 %, 60.31 % is 0.31 above."""
    kind = {"oocyte_age_years": 36, "ploidy": "untested"}
    for planned in ("none", kind | {"ploidy": "euploid"}):
        assert "A close call: so far is 0.69 points below 60 %." in beside_words(
            answer(kind, failed_transfers=3, planned=planned)
        )
    rate = {"clinic_percent": "37", "clinic_outcome": "implantation", "failed_transfers": 2}
    assert beside_words(answer(rate, planned="none")) == ("A close call: so far is 0.31 points above 60 %.",)


@pytest.mark.parametrize(
    ("failed", "told"),
    [
        (2, ("A close call: a chance more than 0.42 points higher would give 3.",)),  # 25.9 %: 26.319 gives 3
        (3, ("A close call: a chance more than 0.42 points higher would give 3.",)),
        (4, ()),  # crossed: a higher chance crosses it sooner
        (9, ()),
    ],
)
def test_a_close_call_is_one_that_could_turn_the_answer(failed: int, told: tuple[str, ...]) -> None:
    found = answer({"oocyte_age_years": 36, "ploidy": "untested"}, failed_transfers=failed)
    assert tuple(each for each in beside_words(found) if "higher" in each or "lower" in each) == told


@pytest.mark.parametrize(("failed", "told"), [(2, True), (3, True), (4, False)])
def test_a_lower_chance_turns_only_what_has_just_been_crossed(failed: int, told: bool) -> None:
    """27 % gives 3; 1 - 0.4**(1/3), 26.319 %, gives 4, and then a fourth failure has crossed it too."""
    rate = {"clinic_percent": "27", "clinic_outcome": "implantation", "failed_transfers": failed}
    assert any("0.69 points lower would give 4" in each for each in beside_words(answer(rate))) is told


def test_the_sheet_of_a_couple_beyond_counting_names_no_other_number() -> None:
    far = {"live_birth_percent": "2", "live_birth_per": "treatment_cycle"}
    for failed in (0, 6):
        page = sheet(answer(far, failed_transfers=failed), words())
        assert ("You have had 6." in page.standing) == (failed == 6)
        assert not any("becomes" in line for line in page.range)


def test_what_is_planned_may_be_known_in_part() -> None:
    kind = {"oocyte_age_years": 36, "ploidy": "untested"}
    found = answer(kind, failed_transfers=4, planned={"oocyte_age_years": 38})
    assert "Age when the eggs for the next transfer were collected: 38." in sheet(found, words()).used
    assert found.threshold is not None
    assert (found.threshold.state, found.threshold.following) == ("reached", None)


def test_the_number_of_embryos_does_not_run_into_the_age() -> None:
    twice = {"result": "no_positive_test", "oocyte_age_years": 38, "ploidy": "untested", "embryos": 2}
    told = inputs_words(assess({"oocyte_age_years": 38, "ploidy": "untested", "history": [twice, twice]}))
    assert told.startswith("2 transfers listed: 2 × untested at 38 with 2 embryos at once (no positive test); next: ")


def test_whose_eggs_is_repeated() -> None:
    told = inputs_words(assess({"oocyte_age_years": 26, "ploidy": "untested", "failed_transfers": 2, "eggs": "donor"}))
    assert told.startswith("age at egg retrieval 26; untested embryos; 2 failed; ")
    assert "donor" in told


def test_nothing_is_said_of_a_next_chance_where_nothing_is_planned() -> None:
    found = assess({"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3, "planned": "none"}, include=())
    assert next_chance(found) == "not known"


def test_the_curve_says_what_its_line_is_where_a_chance_lies_between_two_ends() -> None:
    for more, said in (({"embryos": 2}, "(line: lowest chance; shaded: up to the highest)"), ({}, ": crosses at 4")):
        found = answer(more, oocyte_age_years=38, ploidy="untested", failed_transfers=3)
        text = json.dumps(curve_specification(found)).replace("\\n", " ")
        assert f"ESHRE's table by age and ploidy{' ' * bool(more)}{said}" in text
        assert ("shaded" in text) is bool(more)
