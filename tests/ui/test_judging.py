"""What is refused or still needed, in the words of the page."""

from collections.abc import Mapping
from typing import Any

import pytest

COUPLE = {"oocyte_age_years": "36", "ploidy": "untested", "failed_transfers": "3"}


def shown(tab: Any, values: Mapping[str, Any], *opened: str) -> Any:
    page = tab()
    for key, value in values.items():
        page.at.session_state[key] = value
    for each in opened:
        page.unfold(each)
    return page.run()


def listed(*transfers: Mapping[str, str]) -> dict[str, Any]:
    rows = {f"history_{row}_{part}": value for row, each in enumerate(transfers, 1) for part, value in each.items()}
    planned = {"oocyte_age_years": "36", "ploidy": "untested"}
    return planned | rows | {"history_given": True, "history_length": len(transfers)}


def test_what_was_chosen_is_told_by_its_name_and_what_was_typed_as_it_was(tab: Any) -> None:
    kind = {"oocyte_age_years": "36", "ploidy": "untested"}
    page = shown(tab, listed(kind | {"result": "awaited"}, kind | {"result": "no_positive_test"}))
    assert "`Test still to come` is chosen. Only the last transfer" in " ".join(page.errors)
    page = shown(tab, COUPLE | {"failed_transfers": "live_birth"})
    assert "`live_birth` was given." in page.errors[0]


def test_a_transfer_without_a_result_says_so_in_two_words(tab: Any) -> None:
    page = shown(tab, listed({"oocyte_age_years": "36", "ploidy": "untested"}))
    text = page.text.replace("\\", "")
    assert ":small[Still needed here.]" in text
    assert "- Transfer 1, what followed: Still needed." in text
    assert "this is needed" not in text.lower()


def test_what_the_model_still_needs_is_one_line(tab: Any) -> None:
    page = shown(tab, COUPLE | {"prediction_cause": "unknown"}).show("Routes")
    lines = [line for line in page.text.replace("\\", "").splitlines() if "The model needs" in line]
    assert len(lines) == 1
    assert lines[0].startswith("- The prediction model, woman's age; years of trying; ")
    assert lines[0].endswith("(Nelson SM, 2011).")


@pytest.mark.parametrize(
    ("half", "told"),
    [({"clinic_successes": "52"}, ""), ({"clinic_successes": "52", "clinic_transfers": "200"}, "clinic 52 of 200")],
)
def test_what_an_answer_is_for_leaves_out_what_it_was_not_made_from(tab: Any, half: dict[str, str], told: str) -> None:
    outcome = {"clinic_outcome": "clinical_pregnancy"} if told else {}
    text = shown(tab, COUPLE | half | outcome).text.replace("\\", "")
    (line,) = (line for line in text.splitlines() if ":small[For:" in line)
    assert ("clinic" in line) == bool(told)
    assert told in line


def test_an_open_band_is_written_with_its_sign(tab: Any) -> None:
    page = shown(tab, COUPLE | {"oocyte_age_years": "42"}).show("Routes")
    assert "age ≥40" in page.text
    assert ">=40" not in page.text.replace("\\", "")
