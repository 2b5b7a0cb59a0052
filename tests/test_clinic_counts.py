"""Counts that a clinic types by hand: read, refused in words, and shown over the steps of the published tables."""

import pytest
from scipy.stats import binomtest

from rif_threshold import InvalidInput
from rif_threshold.charts.clinic_table import (
    describe_steps,
    rates_of_band,
    registers,
    steps_lines,
    steps_specification,
)
from rif_threshold.register.bands import published_bands
from rif_threshold.register.typed import band_name, read_counts, typed_table
from rif_threshold.vocabulary import Ploidy

BAND = "untested 35-39"


def refused(typed: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as error:
        read_counts(typed)
    return [(each.field, each.allowed) for each in error.value.problems]


def test_counts_are_read_and_empty_bands_are_left_out() -> None:
    typed = {BAND: ("76", " 233"), "untested <35": ("", ""), "euploid <35": ("0", "12")}
    assert read_counts(typed) == {BAND: (76, 233), "euploid <35": (0, 12)}


def test_everything_that_is_wrong_is_said_at_once_by_its_band() -> None:
    told = refused(
        {BAND: ("77", "76"), "untested <35": ("", "40"), "euploid <35": ("x", "4.5"), "euploid 35-40": ("1", "2")}
    )
    assert [field for field, _ in told] == [
        f"{BAND}, positive tests",
        "untested <35, positive tests",
        "euploid <35, positive tests",
        "euploid <35, transfers",
    ]
    assert told[0][1] == "more positive tests than transfers: at most 76 can be"
    ((field, why),) = refused({BAND: ("", "")})
    assert field == "counts"
    assert "at least are needed" in why


def test_the_table_has_the_exact_interval_of_each_band_and_nothing_for_the_others() -> None:
    table = typed_table({BAND: (76, 233), "euploid <35": (0, 12)})
    assert [band_name(band) for band in published_bands()] == [
        f"{band.ploidy} {band.age_label}" for band in table.bands
    ]
    found = {f"{band.ploidy} {band.age_label}": band.all.positive for band in table.bands}
    for name, came, of in ((BAND, 76, 233), ("euploid <35", 0, 12)):
        exact = binomtest(came, of).proportion_ci(0.95, "exact")
        assert (found[name].came, found[name].transfers) == (came, of)
        assert found[name].lower_percent == pytest.approx(100 * exact.low, abs=1e-9)
        assert found[name].upper_percent == pytest.approx(100 * exact.high, abs=1e-9)
    assert found["untested <35"].transfers == 0
    assert found["untested <35"].percent is None
    assert (table.rows, table.period_first) == (245, None)
    assert any("euploid <35 (12)" in note for note in table.notes)
    assert any("they are too narrow" in note for note in table.notes)


def test_a_band_with_many_transfers_is_not_said_to_be_small() -> None:
    assert not any(note.startswith("Fewer than") for note in typed_table({BAND: (400, 1500)}).notes)


def test_the_picture_has_our_rate_over_every_step_and_the_same_in_words() -> None:
    table = typed_table({BAND: (76, 233)})
    drawn = steps_specification(table, Ploidy.UNTESTED)
    assert drawn is not None
    rows = [row for layer in drawn["layer"] for row in layer["data"]["values"]]
    assert max(row["percent"] for row in rows if row["source"] == "ours") == pytest.approx(100 * 76 / 233)
    assert {row["percent"] for row in rows if row["source"] == "ESHRE's table"} == {31.5, 25.9, 15.0}
    first, *beside = steps_lines(table, Ploidy.UNTESTED)
    assert first.startswith("Ours: 35-39: 76 of 233, 32.6 (26.")
    assert beside[0] == "ESHRE's table: <35 31.5 %, 35-39 25.9 %, ≥40 15.0 %"
    assert len(beside) > len(list(registers()))  # a line for each stage of a register, too
    assert all(line in describe_steps(table, Ploidy.UNTESTED) for line in (first, *beside))


def test_where_we_have_no_transfer_there_is_no_picture() -> None:
    assert steps_specification(typed_table({BAND: (76, 233)}), Ploidy.EUPLOID) is None


def test_first_transfers_stand_for_a_band_where_there_are_any() -> None:
    (band,) = (
        each
        for each in typed_table({BAND: (76, 233)}).bands
        if each.age_label == "35-39" and each.first is None and each.all.positive.came
    )
    assert rates_of_band(band) == band.all
    first = typed_table({BAND: (20, 80)}).bands[1].all
    assert rates_of_band(band.model_copy(update={"first": first})) == first
