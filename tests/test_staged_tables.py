"""Rate tables with a stage, with outcomes beside their own, and without percentages: a clinic's own too."""

# ruff: noqa: E501 - one mistake a line is easier to read than one mistake on seven

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from rif_threshold import Estimate, OutOfRange, Ploidy, TableError, assess
from rif_threshold.folder import open_folder
from rif_threshold.own_tables import new_folder, own_rate_tables
from test_background import AT_36, register
from test_tables import sign

BACKGROUND = """[background]
short = "elsewhere"
last_year = 2018
eggs = "own"
said = "Elsewhere."
differs = "It differs."

[background.kinds]
blastocyst = "blastocysts"
cleavage = "embryos"

[background.not_covered]

[columns]"""


STAGED = """ploidy,stage,age_label,age_min_years,age_max_years,successes,transfers,successes_live_birth
untested,cleavage,18-45,18,45,60,200,40
untested,blastocyst,18-45,18,45,55,100,33
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A clinic's table with a stage, a second outcome and no percentages."""
    folder = tmp_path / "clinic"
    new_folder(folder)
    (folder / "rates/example.csv").write_text(STAGED, "utf-8")
    about = (folder / "rates/example.toml").read_text("utf-8")
    about = about.replace('ploidy = ["untested", "euploid"]', 'ploidy = ["untested"]\noutcomes_beside = ["live_birth"]')
    about = about.replace("per_transfer_percent = ", "stage = 'stage'\nsuccesses_live_birth = 'births'\n# ")
    (folder / "rates/example.toml").write_text(about, "utf-8")
    sign(folder)
    return folder


def edited(folder: Path, name: str, before: str, after: str) -> Path:
    text = (folder / "rates" / name).read_text("utf-8")
    assert before in text
    (folder / "rates" / name).write_text(text.replace(before, after, 1), "utf-8")
    sign(folder)
    open_folder.cache_clear()
    return folder


def by_own(folder: Path, **more: Any) -> Estimate:
    return register(assess({**AT_36, **more}, include=(), tables=folder), "age_table:example")


def test_a_clinics_own_table_may_have_a_stage_and_leave_out_what_its_counts_say(own: Path) -> None:
    either = by_own(own)
    assert (either.per_transfer_percent_lowest, either.per_transfer_percent_highest) == (30, 55)
    assert not either.background
    one = by_own(own, stage="cleavage")
    assert (one.per_transfer_percent, one.successes, one.transfers) == (30, 60, 200)
    assert one.stage == "cleavage (day 2 or 3)"
    two = by_own(own, stage="cleavage", embryos=2)  # the clinic's own is widened as before
    assert two.per_transfer_percent_highest == pytest.approx(51)


def test_a_table_of_one_stage_asks_for_it(own: Path) -> None:
    edited(own, "example.csv", "untested,cleavage,18-45,18,45,60,200,40\n", "")
    found = assess(AT_36, include=(), tables=own)
    (refused,) = [each for each in found.refused if each.route == "age_table:example"]
    assert [(each.field, each.code) for each in refused.problems] == [("stage", "missing")]
    assert by_own(own, stage="blastocyst").per_transfer_percent == 55
    (refused,) = [
        each
        for each in assess(AT_36 | {"stage": "cleavage"}, include=(), tables=own).refused
        if "example" in each.route
    ]
    assert [each.code for each in refused.problems] == ["no_row"]
    assert "untested, cleavage, 36 years" in str(refused.problems[0])
    with pytest.raises(OutOfRange):
        own_rate_tables(own)["example"].look_up(Ploidy.UNTESTED, 46)


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("example.csv", "60,200,40", "60,200,61", "61 live_birth cannot be among 60 clinical_pregnancy"),
        ("example.csv", "60,200,40", "260,200,40", "260 of 200: successes must lie between 0 and transfers"),
        ("example.csv", "60,200,40", "60,,40", "per_transfer_percent: this is needed"),
        ("example.csv", "60,200,40", "60,200,", "successes_live_birth: a whole number is needed; nothing was given"),
        ("example.csv", "untested,cleavage", "untested,day 3", "stage: 'day 3' was given; one of 'cleavage' or 'blastocyst'"),
        ("example.csv", "untested,cleavage", "untested,", "of the untested rows some have a stage and some have none"),
        ("example.csv", "cleavage,18-45", "blastocyst,18-45", "the untested blastocyst bands 18-45 and 18-45 overlap"),
        ("example.csv", ",successes_live_birth", ",births", "the column successes_live_birth is missing"),
        ("example.toml", '["live_birth"]', '["implantation_or_pregnancy_as_printed"]', "counted beside each other are of"),
        ("example.toml", "[columns]", BACKGROUND, "is of its own couples and no background to them"),
        ("example.toml", "[columns]", BACKGROUND.replace("cleavage = ", "# "), "words for other stages than the rows have"),
    ],
)  # fmt: skip
def test_what_cannot_be_of_a_staged_table_is_said_in_words(
    own: Path, name: str, before: str, after: str, said: str
) -> None:
    with pytest.raises(TableError) as raised:
        own_rate_tables(edited(own, name, before, after))
    assert said in str(raised.value)


def test_counts_beside_none_of_its_own_and_a_background_without_counts_are_refused(own: Path) -> None:
    rated = STAGED.replace("age_max_years,", "age_max_years,per_transfer_percent,").replace(
        "45,60,200,40", "45,30.0,,,40"
    )
    (own / "rates/example.csv").write_text(rated.replace("45,55,100", "45,55.0,55,100"), "utf-8")
    edited(own, "example.toml", "[columns]", "[columns]\nper_transfer_percent = 'percent'")
    with pytest.raises(TableError, match="counts of other outcomes stand beside none of the table's own"):
        own_rate_tables(own)
    (own / "rates/example.csv").write_text(
        "ploidy,stage,age_label,age_min_years,age_max_years,per_transfer_percent\n"
        "untested,cleavage,18-45,18,45,30\nuntested,blastocyst,18-45,18,45,40\n",
        "utf-8",
    )
    before = (own / "rates/example.toml").read_text("utf-8")
    edited(own, "example.toml", 'outcomes_beside = ["live_birth"]', "")
    edited(own, "example.toml", "[columns]", BACKGROUND)
    with pytest.raises(TableError, match="a table in the background has counts in every row"):
        own_rate_tables(own)
    (own / "rates/example.toml").write_text(before, "utf-8")
    (own / "rates/example.csv").write_text(rated.replace("45,55,100", "45,55.0,55,100"), "utf-8")
    edited(own, "example.csv", "45,30.0,,,40", "45,0.5,1,200,0")  # so few are taken where the counts give them
    assert own_rate_tables(own)["example"].strata[0].chance == Fraction(1, 200)
    edited(own, "example.csv", "45,0.5,1,200,0", "45,0.5,2,200,0")
    with pytest.raises(TableError, match="one of 1 or less is not taken"):
        own_rate_tables(own)
