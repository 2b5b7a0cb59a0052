"""Which route gives the main answer: what is unfinished takes none away, ages decide like ploidy, high figures ask."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from rif_threshold import Assessment, InvalidInput, assess
from rif_threshold.cli import cli
from rif_threshold.sentences import headline

TABLE = {"oocyte_age_years": 36, "ploidy": "untested"}
FAILED = {"failed_transfers": 2}
LIVE_BIRTH = {"live_birth_percent": "20", "live_birth_per": "treatment_cycle"}
AGES_37: list[dict[str, Any]] = [{"result": "no_positive_test", "oocyte_age_years": 37, "ploidy": "untested"}] * 2


def answer(**case: Any) -> Assessment:
    return assess(case, include=())


@pytest.mark.parametrize(
    "half",
    [
        {"live_birth_percent": "20"},
        {"live_birth_per": "treatment_cycle"},
        {"prediction": {"woman_age_years": 36}},
        {"clinic_successes": 5},
        {"clinic_percent": "30"},
        {"clinic_outcome": "implantation"},
    ],
)
def test_a_half_filled_route_takes_no_answer_away(half: dict[str, Any]) -> None:
    found = answer(**TABLE, **FAILED, **half)
    assert found.threshold is not None
    assert (found.primary_route, found.threshold.transfers_to_threshold) == ("age_table", 4)
    (refused,) = found.refused
    assert refused.unfinished


def test_a_figure_that_cannot_be_used_is_no_unfinished_one() -> None:
    found = answer(**TABLE, **FAILED, live_birth_percent="20", live_birth_per="retrieval")
    assert (found.primary_route, found.threshold) == ("live_birth", None)
    assert not found.refused[0].unfinished


def test_ages_with_other_rows_make_the_table_the_main_answer_and_it_is_said() -> None:
    case = {"oocyte_age_years": 43, "ploidy": "untested", **LIVE_BIRTH, "live_birth_percent": "6"}
    found = answer(**case, history=AGES_37)
    assert found.primary_route == "age_table"
    assert found.threshold is not None
    assert found.threshold.cumulative_percent_so_far == pytest.approx(45.0919)  # 1 - 0.741^2
    assert any("is the main answer here, because" in note.text for note in found.notes)
    beside = next(each for each in found.estimates if each.route == "live_birth")
    assert any("retrieved at an age with another row" in caveat.text for caveat in beside.caveats)
    named = answer(**case, history=AGES_37, primary_route="live_birth")
    assert named.primary_route == "live_birth"
    assert not any("is the main answer here" in note.text for note in named.notes)


@pytest.mark.parametrize("age", [35, 37, 39])
def test_ages_with_the_same_row_change_nothing(age: int) -> None:
    case = {"oocyte_age_years": age, "ploidy": "untested", **LIVE_BIRTH}
    found = answer(**case, history=AGES_37)
    assert found.primary_route == "live_birth"
    assert not any("another row" in each.text for each in (*found.notes, *found.estimates[0].caveats))


@pytest.mark.parametrize(
    ("case", "asks"),
    [
        # 80 % live birth is 92.8 % per transfer: above 68.4 %, the highest printed rate, where the kind is not known.
        (LIVE_BIRTH | {"live_birth_percent": "80"}, True),
        (LIVE_BIRTH | {"live_birth_percent": "58.9"}, False),  # 68.32 %
        (LIVE_BIRTH | {"live_birth_percent": "59"}, True),  # 68.44 %
        # Twice 25.9 % is 51.8 %: 44.6 % live birth is 51.74 %, 44.7 % is 51.85 %.
        (TABLE | LIVE_BIRTH | {"live_birth_percent": "44.6"}, False),
        (TABLE | LIVE_BIRTH | {"live_birth_percent": "44.7"}, True),
        (TABLE | {"clinic_percent": "51.8", "clinic_outcome": "implantation"}, False),
        (TABLE | {"clinic_percent": "51.9", "clinic_outcome": "implantation"}, True),
        # Twice 64.1 % is more than any chance, and counts are what they are.
        (TABLE | {"ploidy": "euploid", "clinic_percent": "85", "clinic_outcome": "implantation"}, False),
        (TABLE | {"clinic_successes": 90, "clinic_transfers": 100, "clinic_outcome": "implantation"}, False),
    ],
)
def test_a_typed_chance_far_above_what_is_printed_is_asked_back(case: dict[str, Any], asks: bool) -> None:
    found = answer(**case, **FAILED)
    codes = [each.code for refused in found.refused if not refused.background for each in refused.problems]
    assert codes == (["high_percent"] if asks else [])
    confirmed = answer(**case, **FAILED, high_percent_confirmed=True)
    assert [each for each in confirmed.refused if not each.background] == []
    assert confirmed.threshold is not None


def test_a_chance_is_asked_back_only_where_its_transfer_counts_or_may() -> None:
    """The first and the third are alike; a birth lies between them, so the first is not reckoned with."""
    high = {"result": "no_positive_test", "per_transfer_percent": "95"}
    waiting = {"result": "awaited", "per_transfer_percent": "96"}
    with pytest.raises(InvalidInput) as refused:
        answer(**TABLE, history=[high, {"result": "live_birth"}, high, waiting])
    asked = [(each.field, each.code) for each in refused.value.problems]
    assert asked == [(f"history.{number}.per_transfer_percent", "high_percent") for number in (3, 4)]


@pytest.mark.parametrize(("planned", "field"), [({}, "ploidy"), ({"oocyte_age_years": 36}, "planned.ploidy")])
def test_what_is_lacking_is_asked_for_where_it_would_be_said(planned: dict[str, Any], field: str) -> None:
    """A kind planned next that says nothing is as if it were not given."""
    found = answer(history=[{"result": "molar", "ploidy": "untested"}], planned=planned)
    assert [(each.field, each.code) for each in found.primary_problems] == [(field, "missing")]


@pytest.mark.parametrize(
    "case",
    [
        TABLE | {"history": [{"result": "no_positive_test", "oocyte_age_years": 34}]},
        {"oocyte_age_years": 36, "history": AGES_37},
        {**TABLE, **FAILED, "live_birth_percent": "90", "live_birth_per": "treatment_cycle"},
    ],
)
def test_what_the_table_lacks_or_what_is_no_chance_leaves_the_answer_to_another(case: dict[str, Any]) -> None:
    found = answer(**case, clinic_percent="33", clinic_outcome="implantation")
    assert found.threshold is not None
    assert found.primary_route == "clinic_rate"
    assert not any("is the main answer here" in note.text for note in found.notes)


def test_only_a_chance_that_counts_is_asked_back() -> None:
    before = {"result": "live_birth", "oocyte_age_years": 41, "ploidy": "untested", "per_transfer_percent": "35"}
    history = [before, AGES_37[0] | {"oocyte_age_years": 41}]
    assert answer(oocyte_age_years=41, ploidy="untested", history=history).threshold is not None


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"clinic_percent": "68.41"}, "this is 68.41 % per transfer, above the highest printed rate"),
        (TABLE | {"clinic_percent": "51.81"}, "this is 51.81 % per transfer, more than 2 times the 25.9 % printed"),
    ],
)
def test_the_question_keeps_its_figures_on_their_sides(case: dict[str, Any], said: str) -> None:
    (problem,) = answer(**FAILED, **case, clinic_outcome="implantation").refused[0].problems
    assert problem.allowed.startswith(said)
    assert (problem.field, problem.given) == ("clinic_percent", case["clinic_percent"])


def test_the_question_leaves_the_answer_of_the_table_standing() -> None:
    found = answer(**TABLE, **FAILED, live_birth_percent="80", live_birth_per="treatment_cycle")
    assert found.primary_route == "age_table"
    (problem,) = found.refused[0].problems
    assert "several added up?" in problem.allowed
    assert (problem.field, problem.given, problem.source) == ("live_birth_percent", "80", "eshre_rif_2023")


def test_a_chance_of_one_transfer_is_asked_back_by_its_own_age() -> None:
    history = [AGES_37[0] | {"oocyte_age_years": 41, "per_transfer_percent": "31"}]
    with pytest.raises(InvalidInput) as raised:
        answer(**TABLE, history=history)  # twice 15 % is 30 %
    assert [(each.field, each.code) for each in raised.value.problems] == [
        ("history.1.per_transfer_percent", "high_percent")
    ]
    assert answer(**TABLE, history=history, high_percent_confirmed=True).threshold is not None


def test_the_state_is_said_first_and_stands_in_the_json() -> None:
    for case, state, said in (
        (TABLE | FAILED, "not_yet", "Not yet: the threshold comes after 4 transfers"),
        (TABLE | {"failed_transfers": 4}, "reached", "Reached: the threshold was crossed after 4 transfers"),
    ):
        found = answer(**case)
        assert json.loads(found.model_dump_json())["threshold"]["state"] == found.state == state
        assert headline(found) == said
    nothing = answer(**TABLE, **FAILED, **LIVE_BIRTH | {"live_birth_per": "retrieval"})
    assert nothing.state == "no_answer"
    assert headline(nothing).startswith("No answer: ")


def test_counts_of_live_births_are_told_where_to_go() -> None:
    counts = {"clinic_successes": 71, "clinic_transfers": 194, "clinic_outcome": "live_birth"}
    (problem,) = answer(**FAILED, **counts).refused[0].problems
    assert problem.hint == "71 of 194 is 36.6: enter that as live_birth_percent, per embryo_transfer"  # 36.598 %
    (problem,) = answer(**FAILED, **counts | {"clinic_successes": 1}).refused[0].problems
    assert problem.hint.startswith("1 of 194 is 0.5: ")
    for successes in (0, 194):
        (problem,) = answer(**FAILED, **counts | {"clinic_successes": successes}).refused[0].problems
        assert problem.hint == ""


def test_all_or_none_gives_an_interval_and_no_number_of_transfers() -> None:
    options = ("--failed", "2", "--successes", "18", "--transfers", "18", "--outcome", "implantation")
    shown = " ".join(CliRunner().invoke(cli, ["assess", *options]).stdout.split())
    assert "95 % interval (Clopper-Pearson): 81.5 % to 100.0 % per transfer." in shown  # 0.025^(1/18) = 0.8147
    assert "throughout" not in shown
