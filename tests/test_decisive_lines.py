"""Lines that decide an answer, each held by a case that comes out otherwise without it.

The chances are ESHRE's as printed (2023, table of cumulative likelihoods): untested 31.5, 25.9 and 15.0 %, euploid
68.4, 64.1 and 58.0 %; the crossings follow by counting, in `oracle`.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import oracle
from rif_threshold import Estimate, assess
from rif_threshold.case import Case
from rif_threshold.pathway import Tacrolimus
from rif_threshold.rules import Condition, Not, evaluate
from rif_threshold.vocabulary import Verdict

CASES = Path(__file__).parent / "cases"
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
