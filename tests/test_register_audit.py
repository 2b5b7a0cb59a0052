"""The audit of made registers by hand: what is counted where, what is left out, and what is said."""

import datetime
import json
import re
from collections import Counter
from fractions import Fraction
from typing import Any

import ibis
import pytest

from register_rows import RUNNING, normalised, one_engine, transfer  # noqa: F401 - a fixture of all tests here
from rif_threshold.charts.audit import (
    by_rank_lines,
    by_rank_specification,
    calibration_lines,
    definitions_specification,
    describe_definitions,
)
from rif_threshold.errors import InvalidInput
from rif_threshold.heterogeneity import fit
from rif_threshold.register.audit.adding import FIRST, LATER, atoms_of
from rif_threshold.register.audit.audit import Audit, audit, audit_from
from rif_threshold.register.audit.histories import Histories, History, histories_of
from rif_threshold.register.audit.ledger import Counts
from rif_threshold.register.audit.rules import Rule, crossings
from rif_threshold.register.audit.runs import strata
from rif_threshold.register.audit.sharing import shareable
from rif_threshold.register.audit.shown import ratio_interval
from rif_threshold.register.audit.unlucky import reading
from rif_threshold.register.audit.words import result_words
from rif_threshold.register.codes import part
from rif_threshold.register.counting import keep, numbered, positive
from rif_threshold.register.mappings import read_mapping
from rif_threshold.register.reading import read
from rif_threshold.vocabulary import TransferResult
from test_register_couples import made_couples, written

Row = dict[str, Any]


def histories(rows: list[Row], *, dates: bool = False) -> Histories:
    return histories_of(keep(ibis.memtable(normalised(rows)), RUNNING[0]), RUNNING[0], dates=dates)


def counts(rows: list[Row], *, dates: bool = False) -> Counts:
    return Counts(atoms_of(histories(rows, dates=dates)))


def audited(rows: list[Row], *, dates: bool = False) -> Audit:
    return audit(histories(rows, dates=dates))


def run(patient: str, *results: str, at: int = 1, **more: Any) -> list[Row]:
    """Transfers of one couple, one after another; ``-`` fails and ``+`` is a live birth."""
    words = {"-": "no_positive_test", "+": "live_birth"}
    return [
        transfer(patient, at + place, **{"result": words.get(result, result)} | more)
        for place, result in enumerate(results)
    ]


def day(text: str) -> int:
    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def test_ranks_and_runs_are_those_of_the_window(tmp_path: Any) -> None:
    path = tmp_path / "register.csv"
    written(made_couples(1500, 5), path, 5)
    running = RUNNING[0]
    kept = keep(read(running.backend, path, read_mapping()).rows, running)
    bad = {row["patient"] for row in running.rows(kept.rows.filter(~kept.rows.good).select("patient"))}
    rows = numbered(kept.rows)
    rows = running.rows(
        rows.select("patient", "run", "rank", came=positive(rows.number), embryos=part(rows.number, "embryos"))
    )
    expected: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        if row["patient"] not in bad:
            group = FIRST if row["run"] == 1 else LATER
            expected[group, "at_rank", row["rank"]] += 1
            expected[group, "came", row["rank"]] += row["came"]
    found = Counts(atoms_of(histories_of(kept, running, dates=False)))
    assert {key: found.true(key) for key in expected} == dict(expected)
    assert sum(expected[key] for key in expected if key[1] == "at_rank") > 3000


def test_the_parts_of_a_large_register_are_added_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    import dataclasses  # noqa: PLC0415

    path = tmp_path / "register.csv"
    written(made_couples(200, 6), path, 6)
    running = RUNNING[0]
    kept = keep(read(running.backend, path, read_mapping()).rows, running)
    whole = histories_of(kept, running, dates=False)
    assert histories_of(kept, dataclasses.replace(running, at_once=100), dates=False) == whole


def test_a_second_run_begins_after_a_positive_test_and_first_runs_stay_apart() -> None:
    found = counts([*run("a", "-", "+", "-", "-"), *run("b", "biochemical", "+")])
    assert [found.true((FIRST, "at_rank", rank)) for rank in (1, 2, 3)] == [2, 1, 0]
    assert [found.true((LATER, "at_rank", rank)) for rank in (1, 2)] == [2, 1]
    assert (found.true((FIRST, "came", 1)), found.true((FIRST, "came", 2)), found.true((LATER, "came", 1))) == (1, 1, 1)


def test_what_each_result_is() -> None:
    found = counts([transfer(str(word), 1, result=str(word)) for word in TransferResult])
    names = {name: found.true((FIRST, name, 1, 0)) for name in ("risk", "positive", "known", "clinical")}
    # Ten results: awaited is in nothing, ongoing is positive and not known as clinical.
    assert names == {"risk": 8, "positive": 7, "known": 7, "clinical": 4}
    assert found.true(("couples", "without_a_result")) == found.true(("rows", "awaited")) == 1


def test_outcomes_recorded_beside_the_result_come_before_it() -> None:
    found = counts([transfer("a", 1, result="ongoing", clinical_pregnancy=1), transfer("b", 1, result="biochemical")])
    assert (found.true((FIRST, "known", 1, 0)), found.true((FIRST, "clinical", 1, 0))) == (2, 1)


def test_only_one_embryo_of_a_sure_band_is_in_a_rate_and_the_rank_goes_on_all_the_same() -> None:
    kinds = [{"embryos": 2}, {"embryos": None}, {"ploidy": "low_level_mosaic"}, {"age_low": 33, "age_high": 36}]
    rows = [transfer("a", place, **kind) for place, kind in enumerate(kinds, start=1)] + run("a", "+", at=5)
    found = counts(rows)
    assert [found.true((FIRST, "outside", rank)) for rank in range(1, 6)] == [1, 1, 1, 1, 0]
    assert (found.true((FIRST, "risk", 5, 0)), found.true((FIRST, "positive", 5, 0))) == (1, 1)
    assert sum(found.true((FIRST, "risk", rank, s)) for rank in range(1, 6) for s in range(6)) == 1


def test_a_band_that_changes_ends_what_is_fitted() -> None:
    found = counts([*run("a", "-", "-"), transfer("a", 3, age=35), *run("a", "+", at=4, age=35)])
    assert [found.true(("chain", 0, rank, "n")) for rank in (1, 2, 3)] == [1, 1, 0]
    assert found.true(("changed",)) == 1


def test_couples_with_a_problem_are_counted_by_their_rows() -> None:
    rows = [*run("a", "-", "-"), transfer("b", 1), transfer("b", 2, problem="no_rule:result")]
    found = audited(rows)
    assert (found.rows.read, found.rows.first_runs, found.rows.in_couples_with_problem) == (4, 2, 2)
    assert any(note.startswith("2 of 4 rows. ") for note in found.notes)


def test_without_patients_or_with_problems_alone_there_is_nothing_to_audit() -> None:
    with pytest.raises(InvalidInput) as refused:
        histories([transfer(None, 1)])
    assert refused.value.problems[0].code == "missing"
    with pytest.raises(InvalidInput) as refused:
        histories([transfer("a", 1, problem="no_rule:result")])
    assert refused.value.problems[0].code == "empty"


LEAVERS = [
    *run("first", "-", at=day("2018-01-10")),
    *run("left", "-", at=day("2023-12-31")),
    *run("recent", "-", at=day("2024-01-01")),
    *run("waits", "-", "awaited", at=day("2024-12-30")),
    *run("new", "-", at=day("2024-12-20")),
    *run("birth", "+", at=day("2024-06-01")),
]


def test_who_left_who_may_come_back_and_who_waits() -> None:
    found = counts(LEAVERS, dates=True)
    # The file ends on 31 December 2024; a test of that day is awaited, so December is not counted.
    assert {name: found.true((FIRST, name, 1)) for name in ("left", "in_treatment", "awaiting", "came")} == {
        "left": 2, "in_treatment": 1, "awaiting": 0, "came": 1,
    }  # fmt: skip
    assert found.true(("rows", "too_recent")) == 2
    assert found.true(("rows", "awaited")) == 1
    assert found.true(("rows",)) == 7


def test_without_an_awaited_test_the_last_days_are_counted() -> None:
    found = counts([row for row in LEAVERS if row["result"] != "awaited"], dates=True)
    assert found.true(("rows", "too_recent")) == 0
    assert found.true((FIRST, "in_treatment", 1)) == 4  # the file now ends a day earlier


def test_an_awaited_test_that_is_near() -> None:
    found = counts([*run("a", "-", at=day("2024-11-01")), *run("a", "awaited", at=day("2024-12-30"))], dates=True)
    assert found.true((FIRST, "awaiting", 1)) == 1


def test_without_dates_all_who_did_not_come_back_left() -> None:
    found = audited(run("a", "-"))
    assert (found.ends[0].left, found.ends[0].in_treatment) == (1, None)
    assert any("cannot be told apart" in note for note in found.notes)


def test_early_women_and_the_years_of_the_first_transfer() -> None:
    rows = [
        *run("early", "-", at=day("2018-12-31")),
        *run("before", "+", at=day("2019-03-01")),
        *run("later", "+", at=day("2023-01-01")),
        *run("last", "-", at=day("2024-12-31")),
        *run("beyond", "-", at=day("2025-02-01")),
        *run("first", "-", at=day("2018-01-01")),
    ]
    found = counts(rows, dates=True)
    assert [found.true(("era", era, 0, "n")) for era in (0, 1, 2)] == [3, 2, 1]
    assert [found.true(("era", era, 0, "x")) for era in (0, 1, 2)] == [1, 1, 0]
    assert found.true(("sure", "risk", 1, 0)) == 4


def many(name: str, number: int, *results: str, **more: Any) -> list[Row]:
    return [row for each in range(number) for row in run(f"{name}{each}", *results, **more)]


def test_a_change_over_the_years_is_said_with_how_many_it_takes() -> None:
    rows = [
        *many("a", 100, "-", at=day("2017-03-01")), *many("b", 50, "+", at=day("2018-03-01")),
        *many("c", 60, "-", at=day("2023-03-01")), *many("d", 60, "+", at=day("2024-12-31")),
        *many("e", 99, "+", at=day("2023-03-01"), age=36), *many("f", 300, "+", at=day("2018-03-01"), age=36),
    ]  # fmt: skip
    change = audited(rows, dates=True).change
    assert change is not None
    assert (change.first_year, change.last_year, change.spans_long, change.worth_a_warning) == (2023, 2024, True, True)
    assert [band.compared for band in change.bands[:2]] == [True, False]
    # 60 of 120 against 50 of 150: 60 / 40 expected.
    assert (change.against.observed, change.against.transfers, change.against.expected) == (60, 120, pytest.approx(40))
    assert change.bands[0].transfers_to_see == pytest.approx(3150, abs=100)  # two proportions of 33.3 and 36.7 %
    assert change.bands[1].transfers_to_see is None  # a rate of all has none above it
    assert change.bands[2].transfers_to_see is None


def test_a_small_change_and_one_that_cannot_be_seen_are_no_warning() -> None:
    rows = [*many("a", 200, "-", at=day("2021-01-01")), *many("b", 100, "+", at=day("2022-03-01"))]
    later = [*many("c", 200, "-", at=day("2023-03-01")), *many("d", 102, "+", at=day("2024-12-31"))]
    change = audited([*rows, *later], dates=True).change
    assert change is not None
    assert not change.worth_a_warning
    assert not change.spans_long
    few = audited([*rows, *later[:99]], dates=True).change
    assert few is not None
    assert few.against is None
    assert not few.worth_a_warning


def test_nothing_that_succeeds_later_is_a_change_without_an_upper_end() -> None:
    rows = [*many("a", 100, "+", at=day("2021-01-01")), *many("c", 200, "-", at=day("2024-12-31"))]
    change = audited([*rows, *many("b", 100, "-", at=day("2022-01-01"))], dates=True).change
    assert change is not None
    assert (change.against.ratio, change.against.upper) == (0, None)


def test_now_and_ever_the_cross_table_and_who_went_on() -> None:
    rows = [
        *run("a", "-", "-", "-"),  # all at 34, untested: ESHRE and three at the third
        *run("b", "-", "-", "-", "+"),  # crossed and then succeeded
        *run("c", "+", "-", "-", "-"),  # crossed in a later run
        *run("d", "-", "-", "-", "-", "-"),
        *run("e", "-", "-", ploidy="euploid"),  # ESHRE alone
        *run("f", "-", "-", "-", age=40),  # three alone
        *run("g", "-", "-", embryos=2),  # cannot be said
        *run("h", "+"),
    ]
    definitions = audited(rows).definitions
    rules = {rule.rule: rule for rule in definitions.rules}
    eshre = rules[Rule.ESHRE]
    assert (definitions.couples, definitions.current) == (8, 6)
    assert (eshre.now.couples, eshre.now_cannot_be_said, eshre.ever.couples, eshre.ever_cannot_be_said) == (4, 1, 5, 1)
    assert (rules[Rule.THREE].now.couples, rules[Rule.THREE].ever.couples) == (4, 5)
    said = {(p.eshre, p.three): p.couples for p in definitions.patterns}
    assert said == {("yes", "yes"): 3, ("yes", "no"): 1, ("no", "yes"): 1, ("cannot_be_said", "no"): 1}
    apart = {row.later_by: row.runs for row in definitions.apart if row.rule == Rule.THREE}
    assert apart == {"+0": 3, "only_eshre": 1, "only_other": 1, "cannot_be_said": 1}
    assert (definitions.crossed, definitions.went_on, definitions.now_after_a_positive_test) == (4, 2, 1)


def test_few_transfers_have_counts_and_no_ratio_and_ranks_beyond_are_one_row() -> None:
    rows = [*many("a", 12, "-", "-", "-"), *many("b", 9, "+"), *many("c", 8, "-", "+")]
    found = audited(rows)
    assert [row.rank for row in found.ranks] == ["1", "2", "3 and more", "total"]
    first, second, more, _ = found.ranks
    assert (first.transfers, second.transfers, more.transfers) == (29, 20, 12)
    assert first.eshre.ratio == pytest.approx(9 / (29 * 0.315))
    assert first.own is None
    assert second.own.ratio == pytest.approx(8 / (20 * 9 / 29))
    assert (more.eshre, more.own, more.positive) == (None, None, 0)
    assert found.fits is None
    assert any(note.startswith("Too few transfers for a fit") for note in found.notes)
    assert [row.rank for row in found.ends] == ["1", "2", "3 and more"]
    # 29 started: 9, then 8 of 20; 12 / 29 of all if ... nobody left before the third.
    assert found.ends[1].cumulative_conservative_percent == pytest.approx(100 * 17 / 29)
    assert found.ends[1].cumulative_optimistic_percent == pytest.approx(100 * (1 - 20 / 29 * 12 / 20))


def test_where_fewer_than_five_are_expected_there_is_an_interval_and_no_ratio() -> None:
    found = audited([*many("a", 19, "-", age=42), *many("b", 2, "+", age=42)])
    assert (found.ranks[0].eshre.ratio, found.ranks[0].eshre.observed) == (None, 2)
    assert found.ranks[0].eshre.lower > 0


def test_those_who_left_stay_at_risk_in_the_cautious_ratio() -> None:
    found = audited([*many("a", 30, "-"), *many("b", 20, "-", "-"), *many("c", 10, "-", "+", age=36)])
    # 20 at 34 and 10 at 36 had a second; 30 at 34 left.
    assert found.ranks[1].eshre_if_left_failed == pytest.approx(10 / (50 * 0.315 + 10 * 0.259))
    assert found.ranks[1].eshre.ratio == pytest.approx(10 / (20 * 0.315 + 10 * 0.259))


def test_a_band_without_first_transfers_has_no_own_rate() -> None:
    rows = [*many("a", 30, "-", "-"), *many("b", 10, "+")]
    rows += [
        row | {"age": 42, "age_low": 42, "age_high": 42} if row["at"] == 2 else row for row in rows if row["at"] == 2
    ]
    rows = [row for row in rows if not (row["at"] == 2 and row["age_low"] == 34)]
    found = audited(rows)
    assert found.ranks[1].own is None
    assert found.ranks[1].eshre is not None
    assert audited(many("a", 30, "-", "-")).ranks[1].own is None  # nothing is expected where nothing ever came


def test_the_own_table_beside_eshres() -> None:
    found = audited([*many("a", 31, "-"), *many("b", 9, "+"), *many("c", 3, "+", age=42)])
    first, _, old, *_ = found.own
    assert (first.stratum, first.transfers, first.positive, first.percent) == ("untested <35", 40, 9, 22.5)
    assert (first.transfers_to_threshold, first.printed_transfers) == (4, 3)
    assert (old.transfers_to_threshold, old.percent) == (None, 100)  # three of three
    assert found.own[1].transfers == 0


def test_own_rates_give_an_expected_share_where_they_are_enough() -> None:
    rows = [*many("a", 40, "-", "-", "-"), *many("b", 20, "+"), *many("c", 2, "-", "-", ploidy="euploid")]
    shares = audited(rows).unlucky
    assert shares is not None
    assert (shares.crossed, shares.own_crossed, shares.now, shares.own_now) == (42, 40, 42, 40)
    ten = shares.at_crossing[1]
    able = 1 - (1 / 3) / 0.9
    assert ten.own_percent == pytest.approx(100 * 0.9 * able**3 / (0.9 * able**3 + 0.1))
    both = [0.9 * m / (0.9 * m + 0.1) for m in (0.685**3, 0.316**2)]
    assert ten.of_the_others_percent == pytest.approx(100 * (40 * both[0] + 2 * both[1]) / 42)


def test_a_share_that_one_reading_alone_has_is_told_alone() -> None:
    found = audited(many("a", 40, "-", "-", "-"))
    assert found.unlucky is not None
    rows = [row.model_copy(update={"of_all_percent": None}) for row in found.unlucky.at_crossing]
    told = " ".join(
        result_words(found.model_copy(update={"unlucky": found.unlucky.model_copy(update={"at_crossing": rows})}))
    )
    # 0.9 x 0.685^3 / (0.9 x 0.685^3 + 0.1) is 0.743.
    assert "no lasting problem: 74 of 100 if 10 in 100 of all couples had one; 65 of 100 if 15 in 100" in told


def test_where_nobody_crossed_there_is_no_share() -> None:
    shares = audited(many("a", 2, "-")).unlucky
    assert shares is not None
    assert (shares.crossed, shares.at_crossing, shares.flagged_now) == (0, (), ())


def test_how_many_intervals_lie_outside_by_chance_is_said_with_the_real_number() -> None:
    found = audited([*many("a", 30, "-", "-"), *many("b", 30, "+", age=36)])
    assert found.intervals == len(found.calibration) == 3
    assert found.outside_by_chance == pytest.approx(0.15)
    assert found.any_outside == pytest.approx(1 - 0.95**3)


def test_transfers_of_an_unrecorded_number_of_embryos_are_said() -> None:
    found = audited(many("a", 2, "-", embryos=None))
    assert found.embryos_not_known == 2
    assert any(note.startswith("In 2 transfers the number of embryos") for note in found.notes)
    assert found.ranks[-1].eshre is None


def test_strata_are_eshres_rows() -> None:
    assert [f"{row.ploidy} {row.age_label}" for row in strata()][:3] == [
        "untested <35",
        "untested 35-39",
        "untested >=40",
    ]


def test_a_change_is_told_in_words_and_so_is_that_none_can_be_seen() -> None:
    rows = [*many("a", 100, "-", at=day("2017-03-01")), *many("b", 50, "+", at=day("2018-03-01"))]
    later = [*many("c", 60, "-", at=day("2023-03-01")), *many("d", 60, "+", at=day("2024-12-31"))]
    told = list(result_words(audited([*rows, *later], dates=True)))
    assert any(
        line.startswith("Of the first transfers of 2023 to 2024, 60 of 120 had a positive test; at the rates")
        for line in told
    )
    assert "Rates changed: a table of all years together is not today's chance." in told
    few = list(result_words(audited([*rows[-20:], *later[-20:]], dates=True)))
    assert any("no band has 100 first transfers in both periods" in line for line in few)


def test_a_short_file_without_a_change_is_told_without_a_warning() -> None:
    rows = [*many("a", 100, "-", at=day("2022-01-01")), *many("b", 50, "+", at=day("2022-03-01"))]
    rows += [*many("c", 100, "-", at=day("2023-03-01")), *many("d", 50, "+", at=day("2024-12-31"))]
    told = " ".join(result_words(audited(rows, dates=True)))
    # exp(1.96 sqrt(2 x 150 x 1/3 x 2/3 / 50 ** 2)) is 1.377.
    assert "1.00 (95 % interval 0.73 to 1.38)" in told
    assert "Rates changed" not in told
    assert "spans more" not in told


def test_a_report_to_share_of_a_file_with_dates_has_no_periods() -> None:
    rows = [*many("a", 40, "-", at=day("2022-01-01")), *many("b", 50, "+", at=day("2022-03-01"))]
    found = shareable(histories(rows, dates=True))
    assert (found.change, found.without_early, found.ends[0].positive) == (None, None, 50)
    assert not any("not no change" in note for note in found.notes)


def test_what_is_hidden_at_one_rank_leaves_no_cumulative_figure_beyond_it() -> None:
    made = histories([*many("a", 40, "-", "-"), *many("b", 30, "+"), *many("c", 25, "-", "+")])
    found = audit_from(made, Counts(atoms_of(made), frozenset({((FIRST, "came", 1),)}), 5))
    first, second = found.ends[:2]
    assert (first.positive, first.rate_percent, second.positive) == (None, None, 25)
    assert second.rate_percent == pytest.approx(100 * 25 / 65)
    assert (second.cumulative_optimistic_percent, second.rate_if_left_failed_percent) == (None, None)


def test_what_rests_on_hidden_counts_is_not_reckoned() -> None:
    made = histories([*many("a", 40, "-", "-"), *many("b", 30, "+"), *many("c", 25, "-", "+")])
    asked = Counts(atoms_of(made), small_below=5)
    shown = audit_from(made, asked)
    assert shown.ranks[-1].eshre is not None
    found = audit_from(made, Counts(asked.atoms, frozenset(asked.asked), 5))
    assert (found.ranks[-1].transfers, found.ranks[-1].eshre) == (None, None)
    assert not re.search(r"\d", " ".join(result_words(found)))


def test_where_all_had_a_positive_test_nobody_stopped() -> None:
    told = " ".join(result_words(audited([*many("a", 30, "+"), *many("b", 30, "-", "+")])))
    assert "0 of the 30 who had failed just before did not come back." in told


def test_a_rank_at_which_nearly_all_changed_their_band_has_no_fitted_ratio() -> None:
    rows = [*many("a", 40, "-"), *many("b", 30, "+"), *many("c", 20, "-", "-"), *many("d", 20, "-", "+")]
    rows += [*many("e", 15, "-", "-", "-"), *many("f", 15, "-", "-", "+")]
    for number in range(25):
        rows += [*run(f"g{number}", "-", "-", "-"), transfer(f"g{number}", 4, age=36)]
    found = audited(rows)
    assert found.fits is not None
    assert [row.fitted is None for row in found.ranks] == [False, False, False, True, True]
    assert found.fits.changed == 25


def test_a_chance_that_cannot_be_has_no_reading_and_too_many_embryos_no_chance() -> None:
    assert reading(Fraction(1, 2), all_couples=True)([Fraction(684, 1000)]) is None
    assert crossings((18181990,) * 2)[Rule.ESHRE] == (None, 2)


def test_an_interval_without_an_upper_end_is_told_so() -> None:
    rows = [*many("a", 100, "+", at=day("2021-01-01")), *many("c", 200, "-", at=day("2024-12-31"))]
    change = audited([*rows, *many("b", 100, "-", at=day("2022-01-01"))], dates=True).change
    assert change is not None
    assert ratio_interval(change.against) == "0.00 or more"


def test_bands_thrown_together_would_find_couples_that_differ_where_none_does() -> None:
    young, old = "18181010", "41411010"
    couples = []
    for kind, came in ((young, (400, 240, 144)), (old, (100, 90, 81))):  # 4 of 10 at each rank, and 1 of 10
        for rank, number in enumerate(came, start=1):
            couples.append((one("|".join([f"{kind}0"] * (rank - 1) + [f"{kind}2"])), number))
        couples.append((one("|".join([f"{kind}0"] * 3)), 1000 - sum(came)))
    found = audit(Histories(tuple(couples), None, 4670, 0, 0, 0, 0, ()))
    assert found.fits is not None
    assert found.fits.beta_geometric.value == pytest.approx(0, abs=1e-4)
    assert found.fits.two_class.value == pytest.approx(0, abs=1e-4)
    together = fit([(2000, 500), (1500, 330), (1170, 225)], 0.95).beta_geometric
    assert together.correlation > 0.05
    assert any("would be 0.00 (0.00 to " in line for line in result_words(found))


def one(text: str) -> History:
    """A history without dates."""
    return History(text, awaited=False, recent=False, early=False, era=0)


def test_the_picture_of_definitions_has_now_and_ever_and_the_same_in_words() -> None:
    # Four of ten couples failed three times, and are still there; six had a birth at once.
    found = audited([*many("a", 4, "-", "-", "-", age=30), *many("b", 6, "+", age=30)])
    drawn = definitions_specification(found)
    assert drawn is not None
    rows = [row for layer in drawn["layer"] for row in layer["data"]["values"]]
    assert {row["percent"] for row in rows if row["definition"].startswith("three")} <= {100.0, 40.0}
    told = describe_definitions(found)
    assert "now, of couples in a current run: 4 of 4, 100.0" in told
    assert (
        "ever, of all couples: 4 of 10, 40.0 (12.2 to 73.8)" in told
    )  # Clopper-Pearson of 4 in 10, from printed tables


def test_the_picture_by_rank_names_what_is_in_it_and_no_total_alone() -> None:
    # Thirty start and fail, and twenty of them have a second transfer, of which ten are positive.
    found = audited([*many("a", 10, "-", age=30), *many("b", 10, "-", "-", age=30), *many("c", 10, "-", "+", age=30)])
    drawn = by_rank_specification(found)
    assert drawn is not None
    rows = [row for layer in drawn["layer"] for row in layer["data"]["values"] if "rank" in row]
    assert {(row["rank"], row["expected"]) for row in rows} >= {("2", "ESHRE's table"), ("total", "ESHRE's table")}
    assert "fitted correlation" not in json.dumps(drawn)  # no model fits so few
    (line,) = by_rank_lines(found)
    # Twenty at 31.5 % are 6.3 expected, and of all fifty 15.75: ten are 1.59 and 0.63 of that.
    assert line.startswith("ESHRE's table, rank 1: 0.00 (")
    assert "; rank 2: 1.59 (" in line
    assert "; total: 0.63 (" in line
    alone = found.model_copy(update={"ranks": found.ranks[-1:]})
    assert by_rank_specification(alone) is None
    bands = calibration_lines(found)
    assert bands == ["untested <35, expected 31.5 %, rank 1: 0.0 % of 30; rank 2: 50.0 % of 20"]


def test_what_no_couple_is_in_is_not_drawn() -> None:
    ended = audited(many("b", 3, "+"))
    assert "now, of" not in describe_definitions(ended)
    nothing = ended.model_copy(update={"definitions": ended.definitions.model_copy(update={"rules": ()})})
    assert definitions_specification(nothing) is None
