"""Lines that decide an answer, each held by a case that comes out otherwise without it.

Those of reading a case are in test_decisive_lines_of_cases.py. The chances are ESHRE's as printed (2023, table of
cumulative likelihoods): untested 31.5, 25.9 and 15.0 %, euploid 68.4, 64.1 and 58.0 %; the crossings follow by
counting, in `oracle`.
"""

import math
import re
import tomllib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import oracle
from rif_threshold import Estimate, assess
from rif_threshold.case import Case
from rif_threshold.exactly import chance_that_all_fail, further_to_exceed
from rif_threshold.heterogeneity import unexplained_share
from rif_threshold.own_tables import new_folder
from rif_threshold.pathway import Tacrolimus
from rif_threshold.probability import (
    TRANSFERS_LIMIT,
    cumulative_probability,
    margin,
    transfers_to_exceed,
)
from rif_threshold.repeated import inputs_words
from rif_threshold.report.couple_sheet import sheet
from rif_threshold.report.words import words
from rif_threshold.rules import Condition, Domain, Kind, Leaf, Not, defect, evaluate
from rif_threshold.vocabulary import Verdict
from test_prediction import WOMAN

CASES = Path(__file__).parent / "cases"
TABLES = Path(__file__).parents[1] / "tables"
METHOD = tomllib.loads((TABLES / "method.toml").read_text("utf-8"))
NEXT = "next: age at egg retrieval 36, untested embryos"
UNTESTED = {"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "untested"}
EUPLOID = UNTESTED | {"ploidy": "euploid"}
AT_36 = {"oocyte_age_years": 36, "ploidy": "untested"}
LIVE_BIRTH = {"live_birth_percent": "23.8", "live_birth_per": "treatment_cycle"}
SIXTY = Fraction(3, 5)


def primary(**case: Any) -> Estimate:
    found = assess(case, include=()).primary
    assert found is not None
    return found


def read(name: str) -> Case:
    return Case.from_json((CASES / f"tacrolimus_{name}.json").read_text("utf-8"))


def step(case: Case, **answers: str | None) -> Tacrolimus:
    """The tacrolimus step of a case, with answers changed or, where ``None``, taken away."""
    changed = {name: answer for name, answer in (case.answers | answers).items() if answer is not None}
    found = assess(case.model_copy(update={"answers": changed}), include={"tacrolimus"}).tacrolimus
    assert found is not None
    return found


# Where the line was crossed stays where it was, however many transfers followed.


@pytest.mark.parametrize(
    "done",
    [
        {"failed_transfers": 6},
        {"history": [UNTESTED] * 6},
        {"history": [{"result": "live_birth"}] + [UNTESTED] * 6},
    ],
)
def test_six_failed_where_the_fourth_crossed_says_four(done: dict[str, Any]) -> None:
    assert oracle.transfers_to_exceed(Fraction("0.259"), SIXTY, 2) == 4
    found = primary(**AT_36, **done)
    assert (found.transfers_to_threshold, found.reached, found.further_transfers) == (4, True, 0)


def test_the_first_crossing_counts_in_a_history_of_unlike_transfers() -> None:
    # 1 - 0.359 = 64.1 % after one, but never before the minimum of two; then two more that change nothing.
    found = primary(**AT_36, history=[EUPLOID, UNTESTED, UNTESTED, EUPLOID])
    assert (found.transfers_to_threshold, found.reached) == (2, True)
    # 15 % twice is 27.8 %; the euploid third makes 74.1 %.
    old = UNTESTED | {"oocyte_age_years": 41}
    found = primary(**AT_36, history=[old, old, EUPLOID, UNTESTED, UNTESTED])
    assert (found.transfers_to_threshold, found.further_transfers) == (3, 0)


@pytest.mark.parametrize(("failed", "total", "further"), [(0, 4, 4), (3, 4, 1), (4, 4, 0), (5, 4, 0), (30, 4, 0)])
def test_further_is_what_is_left_of_the_total(failed: int, total: int, further: int) -> None:
    found = primary(**AT_36, failed_transfers=failed)
    assert (found.transfers_to_threshold, found.further_transfers, found.failed_transfers) == (total, further, failed)


# The table by ploidy is primary where one probability for all transfers would be wrong.


@pytest.mark.parametrize(
    ("done", "planned", "route"),
    [
        ({"history": [UNTESTED] * 2}, "untested", "live_birth"),
        ({"history": [UNTESTED] * 2}, "euploid", "age_table"),
        ({"history": [UNTESTED, EUPLOID]}, "untested", "age_table"),
        ({"failed_transfers": 0}, "euploid", "age_table"),
        ({"failed_transfers": 0}, "untested", "live_birth"),
        ({"history": [EUPLOID, {"result": "live_birth"}, UNTESTED]}, "untested", "live_birth"),
    ],
)
def test_a_euploid_embryo_done_or_planned_makes_the_table_primary(
    done: dict[str, Any], planned: str, route: str
) -> None:
    assert assess({**AT_36, **LIVE_BIRTH, **done, "ploidy": planned}, include=()).primary_route == route


# The curve: at least ESHRE's six, at least one beyond what was done, one beyond the crossing, and never endless.


@pytest.mark.parametrize(
    ("case", "length"),
    [
        (AT_36 | {"failed_transfers": 0}, 6),  # crosses at 4: six, as ESHRE's table prints
        (AT_36 | {"failed_transfers": 5}, 6),
        (AT_36 | {"failed_transfers": 6}, 7),
        (AT_36 | {"failed_transfers": 50}, 51),
        (AT_36 | {"oocyte_age_years": 41, "failed_transfers": 0}, 7),  # 15.0 % crosses at 6
        ({"live_birth_percent": "5", "live_birth_per": "embryo_transfer", "failed_transfers": 0}, 17),  # 5.8 %: at 16
        ({"live_birth_percent": "2", "live_birth_per": "embryo_transfer", "failed_transfers": 0}, 40),  # 2.32 %: at 40
        (
            {"live_birth_percent": "1.5", "live_birth_per": "embryo_transfer", "failed_transfers": 0},
            40,
        ),  # 1.74 %: at 53
    ],
)
def test_the_curve_ends_one_beyond_what_matters(case: dict[str, Any], length: int) -> None:
    found = primary(**case)
    assert len(found.cumulative_percent) == len(found.transfer_percents) == length
    chance = Fraction(str(found.transfer_percents[0])) / 100
    expected = [float(100 * each) for each in oracle.cumulative([chance] * length)]
    assert list(found.cumulative_percent) == pytest.approx(expected, rel=1e-12)


def test_the_crossings_behind_those_lengths() -> None:
    assert oracle.transfers_to_exceed(Fraction("0.15"), SIXTY, 2) == 6
    assert oracle.transfers_to_exceed(Fraction("0.058"), SIXTY, 2) == 16
    assert oracle.transfers_to_exceed(Fraction("0.0232"), SIXTY, 2) == 40
    assert oracle.transfers_to_exceed(Fraction("0.0174"), SIXTY, 2) == 53


# A printed band begins at its lower limit and ends before its upper one: ">=11.8 but <15.8 -> 2 mg".


@pytest.mark.parametrize(
    ("ratio", "band"),
    [
        ("10.3", "eshre2024_10_3"),
        ("11.799999", "eshre2024_10_3"),
        ("11.8", "eshre2024_11_8"),
        ("15.799999", "eshre2024_11_8"),
        ("15.8", "eshre2024_15_8"),
        ("99", "eshre2024_15_8"),
    ],
)
def test_a_ratio_on_a_printed_limit_lies_in_the_band_above(ratio: str, band: str) -> None:
    found = step(read("five_failed_euploid"), th1_th2_ratio=ratio)
    bands = next(each.dose_bands for each in found.protocols if each.id == "eshre2024_017_cutoff_10_3")
    assert [each.id for each in bands if each.marked] == [band]
    # Bands of other studies have no limits, so none of theirs is marked.
    assert {each.id for protocol in found.protocols for each in protocol.dose_bands if each.marked} == {band}


# What the lists above all protocols still need is missing in every protocol that is still open.


def test_an_unanswered_stop_or_hold_is_missing_in_every_open_protocol() -> None:
    found = step(read("five_failed_euploid"), active_infection=None, potassium_abnormal=None)
    still_open = [each for each in found.protocols if each.verdict == "cannot_say"]
    assert {"nakagawa_2015", "kumhar_clinic", "eshre2024_017_cutoff_11_8"} <= {each.id for each in still_open}
    for protocol in still_open:
        assert {"active_infection", "potassium_abnormal"} <= set(protocol.missing), protocol.id
    assert {"active_infection", "potassium_abnormal"} <= set(found.missing)
    assert set(found.questions) == {"active_infection", "potassium_abnormal"}
    decided = [each for each in found.protocols if each.verdict == "does_not_meet"]
    assert decided
    assert not any(each.missing for each in decided)


def test_what_a_protocol_and_the_lists_both_need_is_all_missing() -> None:
    found = step(read("endometritis_unknown"), active_infection=None)
    missing = next(each.missing for each in found.protocols if each.id == "kumhar_clinic")
    assert set(missing) == {"chronic_endometritis", "active_infection"}


# A negation says what decided it, and what it still needs.


def test_a_negation_keeps_what_decided_it_and_what_is_missing() -> None:
    one = {"fact": "a", "is": True}
    negated = Not.model_validate({"not": one})
    for value, verdict in ((True, Verdict.NO), (False, Verdict.YES)):
        found = evaluate(negated, {"a": value})
        assert (found.verdict, [leaf.fact for leaf in found.decided], found.missing) == (verdict, ["a"], ())
    found = evaluate(negated, {"a": None})
    assert (found.verdict, found.decided, found.missing) == (Verdict.NOT_KNOWN, (), ("a",))
    nested: Condition = Not.model_validate({"not": {"any": [one, {"fact": "b", "at_least": 3}]}})
    found = evaluate(nested, {"a": False, "b": 4})
    assert (found.verdict, [leaf.fact for leaf in found.decided]) == (Verdict.NO, ["b"])
    assert evaluate(nested, {"a": False, "b": None}).missing == ("b",)


def test_what_only_the_end_of_a_range_satisfies_can_be_satisfied() -> None:
    domains = {"ratio": Domain(Kind.NUMBER, maximum=Decimal(100))}
    assert defect(Leaf.model_validate({"fact": "ratio", "more_than": Decimal("99.9")}), domains) is None


def test_the_summary_names_the_protocols_of_each_verdict_by_kind() -> None:
    trial = "the placebo-controlled trial of 100 women (Tabriz)"
    one_cut_off = step(read("five_failed_euploid"), th1_th2_ratio="10.5").summary
    assert one_cut_off == (
        "Meets the entry criteria of studies: the series of 2015 (Tokyo), the euploid series of 2024 (cut-off 10.3);"
        " of cohorts of women already delivered: the series of 2019; of web pages: a clinic's page for patients."
        f" This is not advice to treat. Cannot be said: those of studies: {trial}. The others: not met."
    )
    held = step(read("five_failed_euploid"), fasting_glucose_abnormal="yes").summary
    assert held == (
        "Meets the entry criteria of none without a hold. This is not advice to treat. On hold (Baseline glucose"
        " abnormal or missing, or diabetes known), every criterion met: those of studies: the series of 2015 (Tokyo),"
        " the euploid series of 2024 (cut-offs 10.3 and 11.8);"
        " of cohorts of women already delivered: the series of 2019; of web pages: a clinic's page for patients."
        f" Cannot be said: those of studies: {trial}. The others: not met."
    )
    unsaid = step(read("five_failed_euploid"), fasting_glucose_abnormal="yes", active_infection=None).summary
    assert unsaid.startswith("Meets the entry criteria of none so far. This is not advice to treat. Cannot be said:")
    fresh = assess({"oocyte_age_years": 34, "ploidy": "euploid", "failed_transfers": 5}, include={"tacrolimus"})
    assert fresh.tacrolimus is not None
    assert fresh.tacrolimus.summary == "No entry criteria are decided yet. This is not advice to treat."
    assert unsaid.endswith("What holds all the same: Baseline glucose abnormal or missing, or diabetes known.")
    assert step(read("five_failed_euploid"), ciclosporin="yes").summary == (
        "Meets the entry criteria of none. This is not advice to treat."
        " Stopped: Ciclosporin, now or in the last 24 hours."
    )
    assert not re.search(r"\b[0-9]+ of (the )?[0-9]+\b|\b[0-9]+ (published )?protocols", f"{one_cut_off} {held}")


# The arithmetic takes every kind of number, and is right at both ends of its range.


def change_at(n: int) -> float:
    """The chance above which `n` transfers exceed 60 %: 1 - 0.4^(1/n)."""
    return float(1 - 0.4 ** (1 / n))


def test_one_chance_and_many_counts_make_a_curve() -> None:
    assert cumulative_probability(0.5, [0, 1, 2]).tolist() == pytest.approx([0, 0.5, 0.75])


@pytest.mark.parametrize("number", [float, Decimal, Fraction])
def test_every_kind_of_number_is_taken_alone_and_in_a_list(number: Callable[[str], Any]) -> None:
    p, line = number("0.259"), number("0.6")
    assert transfers_to_exceed(p, line, 2) == 4
    assert transfers_to_exceed([p], line, 2).tolist() == transfers_to_exceed([p], [line], 2).tolist() == [4]
    assert cumulative_probability([p], 2).tolist() == pytest.approx([0.450919])
    distances = (change_at(3) - 0.259, 0.259 - change_at(4))
    assert margin(p, line, 2) == pytest.approx(distances)
    assert np.ravel(margin([p], [line], 2)).tolist() == pytest.approx(distances)


def test_one_transfer_can_be_enough_where_no_minimum_is_named() -> None:
    assert transfers_to_exceed(0.7, 0.6) == 1
    assert transfers_to_exceed([0.7], 0.6).tolist() == [1]
    assert margin(0.7, 0.6).to_more == pytest.approx(0.7 - 0.6)
    assert further_to_exceed(Fraction(1, 10), Fraction(1, 2), Fraction(3, 5)) == 0  # 90 % already


@pytest.mark.parametrize("n", [1, 2, 1000])
def test_a_hair_decides_on_either_side_of_a_change(n: int) -> None:
    near = [change_at(n)]
    for direction in (0.0, 1.0):
        near += [math.nextafter(near[0], direction), near[0] + (direction - 0.5) * 1e-12]
    for p, answer in zip(near, transfers_to_exceed(np.array(near), 0.6).tolist(), strict=True):
        miss = 1 - Fraction(repr(p))
        assert [1 - miss**m > SIXTY for m in (answer - 1, answer)] == [False, True]


def test_a_thousand_transfers_are_an_answer_and_more_are_not() -> None:
    p = Fraction("0.00091588")
    assert oracle.transfers_to_exceed(p, SIXTY) == 1000
    assert margin(float(p), 0.6) == pytest.approx((change_at(999) - float(p), float(p) - change_at(1000)), abs=1e-13)
    assert further_to_exceed(Fraction(1), Fraction(1, 2), SIXTY, at_least=1002) == TRANSFERS_LIMIT + 1
    found = primary(
        clinic_percent="0.091588", clinic_outcome="implantation", small_percent_confirmed=True, failed_transfers=0
    )
    assert (found.transfers_to_threshold, found.further_transfers) == (1000, 1000)


@pytest.mark.parametrize("failed", [0, 1, 100])
def test_transfers_that_failed_are_among_the_thousand(failed: int) -> None:
    """One chance for all: the number is the same however many of them are done, also where it is "more than 1,000"."""
    near = {"clinic_outcome": "implantation", "small_percent_confirmed": True, "failed_transfers": failed}
    assert oracle.transfers_to_exceed(Fraction("0.00091587"), SIXTY) == 1001
    beyond = primary(clinic_percent="0.091587", **near)
    assert (beyond.transfers_to_threshold, beyond.further_transfers, beyond.reached) == (None, None, False)
    within = primary(clinic_percent="0.091588", **near)
    assert (within.transfers_to_threshold, within.further_transfers) == (1000, 1000 - failed)


def test_a_line_too_near_certainty_for_a_float_is_crossed_exactly() -> None:
    # 1 - 2^-100 is reached by a hundred transfers of one half, and exceeded by one more.
    assert transfers_to_exceed(Fraction(1, 2), 1 - Fraction(1, 2**100)) == 101


def test_the_chance_that_all_of_none_fail_is_an_exact_one() -> None:
    found = chance_that_all_fail([])
    assert (found, type(found)) == (1, Fraction)


def test_a_chance_that_is_none_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match=r"^p must be"):
        cumulative_probability(1, 2)


# A chance is shown on its own side of the chances at which the answer changes.


@pytest.mark.parametrize(
    ("percent", "n"),
    [
        ("20.46", 5),  # 4 only above 20.473 %, and 20.5 would lie there
        ("26.32", 3),  # 4 below 26.319 %, and 26.3 would lie there
    ],
)
def test_rounding_moves_no_chance_over_a_change(percent: str, n: int) -> None:
    assert oracle.transfers_to_exceed(Fraction(percent) / 100, SIXTY, 2) == n
    found = assess(
        AT_36 | {"clinic_percent": percent, "clinic_outcome": "implantation", "failed_transfers": 0}, include=()
    )
    assert f"clinic_rate gives {n} ({percent} % per transfer)" in found.disagreement
    assert "age_table gives 4 (25.9 % per transfer)" in found.disagreement


# Each route: whose words stand beside it, what it still needs, and which transfers move with its chance.


@pytest.mark.parametrize(
    ("done", "fewer", "more"),
    [
        ({"failed_transfers": 3}, 100 * change_at(3) - 25.9, 25.9 - 100 * change_at(4)),
        # A first of 30 % stays as it is: two suffice from 1 - 0.4/0.7, four are needed from 1 - sqrt(0.4/0.7).
        (
            {"history": [{"result": "no_positive_test", "per_transfer_percent": "30"}, {"result": "no_positive_test"}]},
            100 * (1 - 0.4 / 0.7) - 25.9,
            25.9 - 100 * (1 - (0.4 / 0.7) ** 0.5),
        ),
    ],
)
def test_a_transfer_with_a_percentage_of_its_own_does_not_move_with_the_others(
    done: dict[str, Any], fewer: float, more: float
) -> None:
    found = primary(clinic_percent="25.9", clinic_outcome="implantation", **done).margin
    assert (found.to_fewer_points, found.to_more_points) == pytest.approx((fewer, more), abs=1e-9)


def test_a_live_birth_chance_is_labelled_with_its_factor() -> None:
    assert primary(**LIVE_BIRTH, failed_transfers=0).label.endswith("× 1.16")  # 23.8 % and 27.6 % in ESHRE's example


@pytest.mark.parametrize(
    ("case", "name"),
    [(AT_36, "rates/eshre_rif_2023.toml"), ({"prediction": WOMAN}, "prediction/nelson_lawlor_2011.toml")],
)
def test_what_a_table_says_of_itself_is_cited(case: dict[str, Any], name: str) -> None:
    table = tomllib.loads((TABLES / name).read_text("utf-8"))
    cited = {remark.text: remark.source for remark in primary(**case, failed_transfers=0).caveats}
    assert table["caveats"]
    assert {cited[text] for text in table["caveats"]} == {table["source"]["key"]}


def test_a_clinics_own_table_is_called_so_and_the_published_one_printed(tmp_path: Path) -> None:
    new_folder(tmp_path / "clinic")
    published, own, _ = assess(AT_36 | {"failed_transfers": 0}, include=(), tables=tmp_path / "clinic").estimates
    warning = METHOD["caveats"]["own_table"]["text"]
    for found, is_own in ((published, False), (own, True)):
        assert (warning in {remark.text for remark in found.caveats}) == is_own
        assert ("in this table" in found.explanation, "printed" in found.explanation) == (is_own, not is_own)


@pytest.mark.parametrize(
    ("done", "which"),
    [
        ({"failed_transfers": 0}, ""),
        ({"failed_transfers": 1}, " that failed"),
        ({"history": [{"result": "biochemical"}]}, " planned next"),
    ],
)
def test_what_is_missing_is_asked_of_the_transfers_that_need_it(done: dict[str, Any], which: str) -> None:
    (problem,) = assess({"oocyte_age_years": 36} | done, include=()).refused[0].problems
    assert (problem.field, problem.given, problem.code) == ("ploidy", "", "missing")
    assert problem.allowed.endswith(f"embryos{which}")


@pytest.mark.parametrize(
    ("case", "told", "used"),
    [
        (LIVE_BIRTH, "live birth 23.8 % per treatment cycle", "A chance of a baby of 23.8 in 100"),
        (LIVE_BIRTH | {"live_birth_per": "embryo_transfer"}, "live birth 23.8 % per embryo transfer", "23.8 in 100"),
        ({"prediction": WOMAN}, "inputs of the prediction model", "Your answers to questions on your health"),
        (
            {"clinic_successes": 52, "clinic_transfers": 200, "clinic_outcome": "implantation"},
            "clinic 52 of 200",
            "Your clinic's results: 52 of 200",
        ),
        ({"clinic_percent": "26", "clinic_outcome": "implantation"}, "clinic 26 %", "clinic's results: 26 in 100"),
        (AT_36, "age at egg retrieval 36", "Age when the eggs were collected: 36."),
        (AT_36, "untested embryos", "Embryos: not tested."),
        (
            AT_36 | {"history": [UNTESTED]},
            "next: age at egg retrieval 36, untested embryos",
            "Age when the eggs for the next transfer were",
        ),
        (
            AT_36 | {"history": [UNTESTED]},
            "next: age at egg retrieval 36, untested embryos",
            "Embryos for the next transfer: not tested.",
        ),
    ],
)
def test_what_a_route_was_told_is_repeated_beside_its_answer(case: dict[str, Any], told: str, used: str) -> None:
    found = assess(case if "history" in case else case | {"failed_transfers": 0}, include=())
    assert told in inputs_words(found).split("; ")
    assert any(used in line for line in sheet(found, words()).used)


def test_half_of_a_figure_that_keeps_the_answer_from_being_made_is_told_as_far_as_it_was_given() -> None:
    alone = assess({"live_birth_percent": "23.8", "failed_transfers": 0}, include=())
    assert inputs_words(alone) == "0 failed; live birth 23.8 %"


@pytest.mark.parametrize("given", [{"live_birth_percent": "23.8"}, {"live_birth_per": "embryo_transfer"}])
def test_an_answer_that_was_made_without_half_of_a_figure_is_not_for_it(given: dict[str, Any]) -> None:
    said = inputs_words(assess(AT_36 | given | {"failed_transfers": 0}, include=())).split("; ")
    assert said == ["age at egg retrieval 36", "untested embryos", "0 failed"]


def test_one_value_comes_back_as_a_float_and_several_as_an_array() -> None:
    one, several = unexplained_share(0.343, 0.1), unexplained_share([0.343], 0.1)
    assert type(one) is float
    assert several.shape == (1,)
