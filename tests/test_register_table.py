"""A clinic's own table: which transfers are in it, what is said beside it, and that an answer can be had from it."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import pytest

from register_rows import RUNNING, normalised, one_engine, transfer  # noqa: F401 - a fixture of all tests here
from rif_threshold import assess
from rif_threshold.errors import InvalidInput, TableError
from rif_threshold.own_tables import own_rate_tables
from rif_threshold.register.bands import bands_of
from rif_threshold.register.counting import keep
from rif_threshold.register.period import period
from rif_threshold.register.settings import rate_settings
from rif_threshold.register.table import BandRow, ClinicTable, clinic_table
from rif_threshold.register.words import table_cells, table_words
from rif_threshold.register.written import write_table
from rif_threshold.vocabulary import TransferResult

Row = dict[str, Any]
DAY = datetime.date(2024, 12, 31).toordinal() - datetime.date(1970, 1, 1).toordinal()
"""The last day of 2024 as a register has it."""


def women(count: int, positive: int, name: str = "w", **more: Any) -> list[Row]:
    """So many women with one transfer each, the first of them with a live birth."""
    words = ["live_birth"] * positive + ["no_positive_test"] * (count - positive)
    return [transfer(f"{name}{number}", 1, **{"result": word} | more) for number, word in enumerate(words)]


def table_of(rows: list[Row], bands: str | None = None, *, dates: bool = False, **more: Any) -> ClinicTable:
    """The table of these transfers."""
    kept = keep(ibis.memtable(normalised(rows)), RUNNING[0])
    return clinic_table(kept, RUNNING[0], bands_of(bands), dates=dates, **more)


def band(table: ClinicTable, label: str, ploidy: str = "untested") -> BandRow:
    """One band of a table."""
    (found,) = (each for each in table.bands if (each.ploidy, each.age_label) == (ploidy, label))
    return found


def counts(row: BandRow, which: str = "first") -> list[tuple[int, int]]:
    """Transfers and successes of the three outcomes."""
    rates = row.first if which == "first" else row.all
    assert rates is not None
    return [(each.transfers, each.came) for each in rates.outcomes]


RESULTS = [str(word) for word in TransferResult]


def test_what_each_result_counts_for() -> None:
    table = table_of([transfer(word, 1, result=word) for word in RESULTS])
    row = band(table, "<35")
    # Awaited is in nothing; ongoing is positive, and neither in clinical pregnancies nor in live births.
    assert counts(row) == counts(row, "all") == [(8, 7), (7, 4), (7, 1)]
    assert (row.awaited, row.ongoing) == (1, 1)


def test_outcomes_recorded_beside_the_result_come_before_it() -> None:
    rows = [
        transfer("a", 1, result="biochemical", clinical_pregnancy=1, live_birth=0),
        transfer("b", 1, result="ongoing", clinical_pregnancy=1),
        transfer("c", 1, result="ongoing", clinical_pregnancy=0, live_birth=1),
        transfer("d", 1, clinical_pregnancy=0, live_birth=0),
    ]
    assert counts(band(table_of(rows), "<35")) == [(4, 3), (4, 2), (3, 1)]


def test_rates_keep_the_endings_of_runs() -> None:
    # Whoever keeps only what follows the last positive test finds 0 of 4: every run that ended well is lost.
    rows = [transfer("a", 1), transfer("a", 2, result="live_birth"), transfer("a", 3)]
    rows += [transfer("b", 1, result="ectopic"), transfer("b", 2), transfer("c", 1)]
    row = band(table_of(rows), "<35")
    assert counts(row, "all")[0] == (6, 2)
    assert counts(row)[0] == (3, 1)


def test_rates_do_not_mix_one_embryo_with_two() -> None:
    # Whoever counts them together finds 40 of 80.
    rows = women(40, 10) + women(30, 30, "two", embryos=2) + women(10, 0, "unknown", embryos=None)
    row = band(table_of(rows), "<35")
    assert counts(row)[0] == (40, 10)
    assert (row.several, row.embryos_not_known) == (30, 10)
    assert rate_settings().notes["one_embryo"] in table_of(rows).notes
    assert counts(band(table_of(rows, included=("several",)), "<35"))[0] == (70, 40)
    mixed = table_of(rows, included=("several", "not_known"))
    assert counts(band(mixed, "<35"))[0] == (80, 40)
    assert rate_settings().notes["mixed"] in mixed.notes


def test_a_rate_of_mixed_embryos_is_not_widened_once_more(tmp_path: Path) -> None:
    rows = women(100, 40) + women(100, 60, "two", embryos=2)
    case = {"history": [{"oocyte_age_years": 34, "ploidy": "untested", "embryos": 2, "result": "no_positive_test"}]}
    found = {}
    for name, included in (("one", ()), ("mixed", ("several",))):
        write_table(table_of(rows, included=included), tmp_path / name, name, "first")
        answer = assess(case, include=(), tables=tmp_path / name)
        (found[name],) = (each for each in answer.estimates if each.route == f"age_table:{name}")
    assert found["one"].so_far == (40.0, pytest.approx(64.0))
    assert found["mixed"].so_far == (50.0, 50.0)


def test_low_level_mosaics_are_beside_and_by_option_a_band_of_their_own() -> None:
    rows = women(40, 20, ploidy="euploid") + women(35, 9, "m", ploidy="low_level_mosaic")
    assert band(table_of(rows), "<35", "euploid").mosaics == 35
    table = table_of(rows, included=("mosaic",))
    assert counts(band(table, "<35", "low_level_mosaic"))[0] == (35, 9)
    assert counts(band(table, "<35", "euploid"))[0] == (40, 20)


def test_the_first_transfer_is_the_first_in_the_file_whatever_its_kind() -> None:
    rows = [
        transfer("a", 2, result="live_birth"),
        transfer("a", 1, embryos=2),
        transfer("b", 5, age=37),
        transfer("b", 9),
    ]
    table = table_of(rows)
    assert counts(band(table, "<35")) == [(0, 0)] * 3
    assert counts(band(table, "<35"), "all")[0] == (2, 1)
    assert counts(band(table, "35-39"))[0] == (1, 0)


@pytest.mark.parametrize(
    ("low", "high", "label"),
    [(35, 39, "35-39"), (0, 34, "<35"), (40, 99, ">=40"), (38, 40, None), (None, None, None), (0, 99, None)],
)
def test_a_band_of_ages_inside_one_band_is_used_and_one_that_straddles_is_not(
    low: int | None, high: int | None, label: str | None
) -> None:
    table = table_of([transfer("a", 1, age=None, age_low=low, age_high=high)])
    full = [row.age_label for row in table.bands if row.ploidy == "untested" and counts(row, "all")[0] == (1, 0)]
    assert full == ([label] if label else [])
    assert table.outside_bands == (0 if label else 1)


def test_a_couple_with_a_problem_is_in_no_rate_and_many_are_said() -> None:
    rows = [*women(97, 30), transfer("bad", 1, result="live_birth"), transfer("bad", 2, problem="form:embryos")]
    table = table_of(rows)
    assert (table.rows, table.in_period, table.in_couples_with_problem) == (99, 97, 2)
    assert counts(band(table, "<35"), "all")[0] == (97, 30)
    assert not any("with a problem" in note for note in table.notes)
    table = table_of([*rows, *(transfer("bad", at, problem="x:y") for at in range(3, 9))])
    assert any(note.startswith("8 of 105 rows. More rows than usual") for note in table.notes)


@pytest.mark.parametrize(
    ("count", "positive", "reason"),
    [(29, 9, "fewer than 30 women"), (40, 0, "no positive test"), (40, 40, "positive tests only"), (30, 9, "")],
)
def test_too_small_gives_an_interval_and_no_threshold(count: int, positive: int, reason: str) -> None:
    rates = band(table_of(women(count, positive)), "<35").first
    assert rates is not None
    assert rates.too_small == reason
    assert rates.positive.lower_percent is not None
    assert (rates.transfers_to_threshold is None) == bool(reason)
    if not reason:  # at 30 women with 30 %: n* 2 to 7 for 26 %, by the reference
        assert (rates.transfers_lower, rates.transfers_upper, rates.certainty) == (2, 6, "open")


def test_two_transfers_of_few_women_are_too_small_too() -> None:
    rows = [transfer(f"w{number}", at, result="molar" if at == 1 else "no_positive_test")
            for number in range(20) for at in (1, 2)]  # fmt: skip
    assert band(table_of(rows), "<35").all.too_small == "fewer than 30 women"


def test_bands_that_are_too_small_are_joined_with_the_smaller_neighbour_when_asked(tmp_path: Path) -> None:
    rows = (
        women(20, 6, "a") + women(50, 14, "b", age=37) + women(31, 5, "c", age=41) + women(10, 5, "d", ploidy="euploid")
    )
    assert [each.age_label for each in table_of(rows).bands] == ["<35", "35-39", ">=40", "<35", "35-40", ">40"]
    table = table_of(rows, pool=True)
    assert [(each.age_label, each.joined) for each in table.bands] == [
        ("<40", ("<35", "35-39")), (">=40", ()), ("all ages", ("<35", "35-40", ">40")),
    ]  # fmt: skip
    assert counts(band(table, "<40"))[0] == (70, 20)
    assert any("<35 and 35-39 together" in words for words in table_words(table, None))
    written = write_table(table, tmp_path / "own", "pooled", "first")
    assert written.left_out == ()
    text = (tmp_path / "own/rates/pooled.toml").read_text("utf-8")
    assert "untested <40 is <35 and 35-39 together" in text
    assert "euploid all ages is left out: fewer than 30 women: 5 of 10" in text


def test_what_is_written_is_taken_at_once_and_what_is_left_out_gives_no_answer(tmp_path: Path) -> None:
    rows = women(200, 60, "a") + women(12, 4, "b", age=37) + women(40, 6, "c", age=41)
    table = table_of(rows)
    written = write_table(table, tmp_path / "own", "ours-2024", "first")
    assert written.files == ("rates/ours-2024.csv", "rates/ours-2024.toml", "sources.toml", "SHA256SUMS")
    assert written.left_out == ("untested 35-39: fewer than 30 women: 4 of 12 transfers, 12 women",)
    answers = {}
    for age in (34, 37, 41, None):
        case = {"ploidy": "untested", "failed_transfers": 2} | ({"oocyte_age_years": age} if age else {})
        assessment = assess(case, include=(), tables=tmp_path / "own")
        answers[age] = next((each for each in assessment.estimates if each.route == "age_table:ours-2024"), None)
    assert answers[34].per_transfer_percent == 30.0
    assert (answers[34].successes, answers[34].transfers) == (60, 200)
    assert answers[41].per_transfer_percent == 15.0
    assert answers[37] is None
    assert answers[None] is None  # it may lie in the band that is left out
    assert "untested <35: 60 of 200" in (tmp_path / "own/sources.toml").read_text("utf-8")


def test_all_transfers_are_written_without_counts_and_with_their_interval(tmp_path: Path) -> None:
    rows = [transfer(f"w{number}", at, result="biochemical" if at % 3 == number % 3 else "no_positive_test")
            for number in range(60) for at in (1, 2)]  # fmt: skip
    table = table_of(rows)
    write_table(table, tmp_path / "own", "every", "all")
    (row,) = own_rate_tables(tmp_path / "own")["every"].strata
    assert (row.successes, row.transfers, str(row.per_transfer_percent)) == (None, None, "33.333333")
    assert any("of 120 transfers of 60 women" in text for text in own_rate_tables(tmp_path / "own")["every"].caveats)


def test_without_patients_all_transfers_are_taken_for_unrelated_and_it_is_said(tmp_path: Path) -> None:
    rows = [row | {"patient": None} for row in women(100, 30)] + [transfer(None, 1, problem="x:y")]
    table = table_of(rows)
    positive = band(table, "<35").all.positive
    assert (positive.women, positive.transfers, positive.came, positive.design_effect) == (None, 100, 30, None)
    assert positive.lower_percent == pytest.approx(21.24064, abs=1e-4)  # Clopper-Pearson of 30 in 100
    assert band(table, "<35").first is None
    assert table.in_couples_with_problem == 1
    assert rate_settings().notes["no_patient"] in table.notes
    assert write_table(table, tmp_path / "own", "ours", "all").rows == 1
    assert own_rate_tables(tmp_path / "own")["ours"].strata[0].transfers == 100
    with pytest.raises(InvalidInput, match="has no first transfers"):
        write_table(table, tmp_path / "other", "ours", "first")
    assert any(words.startswith("Of all 100") or "Of all 100" in words for words in table_words(table, None))


def test_nothing_is_written_where_no_band_is_large_enough_or_the_name_is_none(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no band has enough"):
        write_table(table_of(women(20, 5)), tmp_path / "own", "ours", "first")
    assert not (tmp_path / "own").exists()
    with pytest.raises(TableError, match="a table is named with small letters"):
        write_table(table_of(women(40, 9)), tmp_path / "own", "Ours", "first")
    assert not (tmp_path / "own").exists()


def dated(*days: int, **more: Any) -> list[Row]:
    """One woman each, with a live birth so many days before the last day of 2024."""
    return [transfer(f"d{day}", DAY - day, result="live_birth") | more for day in days]


def test_the_last_three_whole_years_are_counted_and_live_births_only_when_they_can_be_known() -> None:
    table = table_of(dated(0, 100, 364, 366, 800, 1095, 1096, 4000), dates=True)
    assert (table.period_first, table.period_last) == (datetime.date(2022, 1, 1), datetime.date(2024, 12, 31))
    assert table.births_last == datetime.date(2023, 12, 31)
    said = "Live births are of transfers up to 2023-12-31; what came later is not known yet."
    assert said in table_words(table, None)
    # 364 days before 31 December 2024 is 2 January, 366 is 31 December 2023, 1,095 is 1 January 2022.
    assert counts(band(table, "<35")) == [(6, 6), (6, 6), (3, 3)]
    assert table.outside_period == 2
    assert table.rows == table.in_period + table.outside_period


def test_a_woman_whose_first_transfer_lies_before_that_time_is_in_all_transfers_only() -> None:
    row = band(table_of([transfer("a", DAY - 4000), transfer("a", DAY - 10), transfer("b", DAY)], dates=True), "<35")
    assert (counts(row)[0], counts(row, "all")[0]) == ((1, 0), (2, 0))


def test_a_chosen_time_is_counted_and_one_without_a_transfer_is_refused() -> None:
    day = datetime.date
    table = table_of(dated(0, 100, 4000), dates=True, since=day(2010, 1, 1), until=day(2024, 10, 1))
    assert counts(band(table, "<35"))[0] == (2, 2)
    for since, until in ((day(2025, 2, 1), None), (None, day(2000, 1, 1)), (day(2024, 5, 1), day(2024, 4, 1))):
        with pytest.raises(InvalidInput, match="no transfer of the file lies in this time"):
            table_of(dated(0, 4000), dates=True, since=since, until=until)
    with pytest.raises(InvalidInput, match="has no dates"):
        table_of(women(3, 1), since=day(2024, 1, 1))


def test_a_year_that_is_not_over_is_not_counted_unless_there_is_no_other() -> None:
    day = datetime.date
    assert period(day(2020, 5, 1), day(2024, 12, 30))[:2] == (day(2021, 1, 1), day(2023, 12, 31))
    assert period(day(2024, 2, 1), day(2024, 12, 30))[:2] == (day(2024, 2, 1), day(2024, 12, 30))
    assert period(day(2020, 5, 1), day(2024, 2, 29)).births_last == day(2023, 2, 28)


def test_the_last_days_are_left_out_where_a_test_of_theirs_is_awaited() -> None:
    rows = dated(0, 10, 40, 50)
    assert table_of(rows, dates=True).period_last == datetime.date(2024, 12, 31)
    rows[1]["result"] = "awaited"
    table = table_of(rows, dates=True)
    assert table.period_last == datetime.date(2024, 12, 1)
    assert counts(band(table, "<35"))[0] == (2, 2)
    rows[1]["result"], rows[2]["result"] = "live_birth", "awaited"
    assert table_of(rows, dates=True).period_last == datetime.date(2024, 12, 31)


def test_a_register_in_which_every_couple_has_a_problem_is_refused() -> None:
    with pytest.raises(InvalidInput, match="nothing to count"):
        table_of([transfer("a", 1, problem="x:y")], dates=True)


def test_other_bands_are_set_before_the_file_is_read() -> None:
    table = table_of(women(40, 10, age=38), "<38,38-40,>=41")
    assert counts(band(table, "38-40"))[0] == (40, 10)
    for wrong in ("<35,36-39", "young,old", "35-39,<35", "<35,35-40,40-45"):
        with pytest.raises(InvalidInput, match="without gaps"):
            bands_of(wrong)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (lambda: women(300, 200), "whose first transfer here was untested at <35, 200 had a positive test: 66.7 % ("),
        (lambda: women(300, 200), "2 transfers is settled."),
        (lambda: women(60, 18), "3 transfers is most likely (probability"),
        (lambda: women(40, 7), "The number of transfers is open ("),
        (lambda: women(60, 18), "more would settle it"),
        (lambda: women(403, 106), "no number would settle it"),
        (lambda: women(60, 18) + women(40, 3, "t", embryos=2), "Beside untested at <35: 40 of two or more embryos."),
        (lambda: women(60, 18), "Fewer than 100 transfers: untested <35 (60). A couple's own transfers are in the"),
    ],
)  # fmt: skip
def test_what_is_said(rows: Callable[[], list[Row]], said: str) -> None:
    assert any(said in words for words in table_words(table_of(rows()), None)), list(
        table_words(table_of(rows()), None)
    )


def test_where_first_and_all_transfers_differ_this_is_said_first() -> None:
    rows = [transfer(f"w{number}", at, result="molar" if at == 1 and number % 10 < 7 else "no_positive_test")
            for number in range(100) for at in (1, 2, 3)]  # fmt: skip
    (words,) = (each for each in table_words(table_of(rows), None) if "Of 100 women" in each)
    assert words.startswith("First transfers give 2, all of them 4. Of 100 women")
    assert "those for whom it fails come back" in words


def test_a_rate_so_low_that_no_number_is_counted() -> None:
    rates = band(table_of(women(4_000, 1)), "<35").first
    assert rates is not None
    assert rates.transfers_to_threshold is None
    headings, cells = table_cells(table_of(women(4_000, 1)))
    assert cells[0][headings.index("n*")].startswith("more (")
