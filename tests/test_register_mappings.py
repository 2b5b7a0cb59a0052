"""Every shipped mapping on a made file in its layout: what each row comes to was written by hand."""

from pathlib import Path

import ibis
import pytest

from rif_threshold.register.mappings import mappings, read_mapping
from rif_threshold.register.reading import Register, read

MADE = Path(__file__).parent / "data/register"

# Fields that are told -> each row of the file, in its order.
EXPECTED: dict[str, tuple[str, list[tuple[object, ...]]]] = {
    "embryo_rows": (
        "row patient at age ploidy embryos stage result problem",
        [
            (1, "P7", 19830, 34, "untested", 2, "blastocyst", "live_birth", None),
            (3, "P7", 19967, 34, "untested", 1, "cleavage", "no_positive_test", None),
            (4, "P8", 19845, 39, None, 2, "blastocyst", "no_positive_test", "two_in_one:ploidy"),
            (6, "P9", 19877, 41, "untested", 2, "blastocyst", None, "two_in_one:result"),
            (8, "P9", 19938, 41, "untested", 1, None, "awaited", None),
            (9, "", 19939, 41, "untested", 1, "blastocyst", "no_positive_test", "missing:patient"),
            (10, "P5", None, 41, "untested", 1, "blastocyst", "no_positive_test", "date_form:date"),
            (11, "P5", 19939, None, "untested", 2, "blastocyst", "no_positive_test", "form:oocyte_age_years"),
        ],
    ),
    "cycle_rows": (
        "row patient at age ploidy embryos result problem",
        [
            (1, "P7", 19734, 34, "untested", 1, "no_positive_test", None),
            (1, "P7", 19877, 34, "untested", 1, "biochemical", None),
            (2, "P7", 20120, 35, "untested", 2, "live_birth", None),
            (3, "P8", 19754, 40, None, 1, "no_positive_test", "tested_only:ploidy"),
            (4, "P9", 19783, 38, "untested", 1, "no_positive_test", None),
            (4, "P9", 19844, 38, "untested", 1, "awaited", "not_last:result"),
            (4, "P9", 19967, 38, "untested", 1, "no_positive_test", None),
        ],
    ),
    "flags": (
        "row patient age ploidy embryos result clinical_pregnancy live_birth problem",
        [
            (1, "A", 36, "untested", 1, "no_positive_test", 0, 0, None),
            (2, "A", 36, "untested", 1, "biochemical", None, None, None),
            (3, "A", 36, "euploid", 1, "pregnancy_loss", 1, 0, None),
            (4, "B", None, "untested", 2, "ongoing", 1, None, None),
            (5, "B", 41, "untested", 1, "live_birth", 1, 1, None),
            (6, "C", 30, "untested", 1, "awaited", None, None, None),
            (7, "D", 30, "untested", 1, "live_birth", 1, 1, None),
            (8, "E", 30, "untested", 1, None, None, None, "no_rule:result"),
        ],
    ),
    "hfea_2017_2018": (
        "row patient at age_low age_high stage result clinical_pregnancy heartbeats live_birth problem",
        [
            (1, None, None, 18, 34, "blastocyst", "live_birth", 1, 1, 1, None),
            (2, None, None, 18, 34, "blastocyst", "no_positive_test", 0, 0, 0, None),
            (3, None, None, 18, 34, "blastocyst", "no_positive_test", 0, 0, 0, None),
            (4, None, None, 35, 37, "cleavage", "live_birth", 1, 1, 1, None),
            (5, None, None, 38, 39, "cleavage", "biochemical", 0, 0, 0, None),
            (6, None, None, 40, 42, "blastocyst", "pregnancy_loss", 1, 1, 0, None),
            (7, None, None, 40, 42, "blastocyst", "ongoing", 1, 1, 0, None),
            (8, None, None, 43, 44, None, "ectopic", 1, 0, 0, None),
            (9, None, None, 45, 50, None, "awaited", None, None, None, None),
            (10, None, None, None, None, "blastocyst", "pregnancy_loss", 1, 0, 0, None),
            (20, None, None, 18, 34, "blastocyst", None, None, None, 0,
             "no_rule:result;no_rule:clinical_pregnancy;no_rule:heartbeats"),
        ],
    ),
    "sart_cors": (
        "row patient at age ploidy embryos result problem",
        [
            (1, "11", 1, 36, "untested", 1, "pregnancy_loss", None),
            (2, "11", 2, None, "untested", 2, "live_birth", None),
            (3, "12", 1, None, "untested", None, "ongoing", None),
            (4, "12", 2, 41, None, 2, None, "tested_only:ploidy;no_rule:result"),
        ],
    ),
}  # fmt: skip
# In five languages the same five rows, with a byte order mark, semicolons and decimal commas.
for language in ("de", "es", "fr", "it", "pt"):
    EXPECTED[f"own_words_{language}"] = (
        "row patient at age age_low age_high ploidy embryos stage result problem",
        [
            (1, "P1", 19830, 34, 34, 34, "untested", 1, "blastocyst", "no_positive_test", None),
            (2, "P1", 19969, None, 0, 34, "euploid", None, "cleavage", "biochemical", None),
            (3, "P2", None, 40, 40, 40, "low_level_mosaic", 2, None, "live_birth", "date_form:date"),
            (4, "P3", 19754, None, None, None, "untested", 1, None, "awaited", "decimal_sign:oocyte_age_years"),
            (5, "P4", 19782, 41, 41, 41, None, 1, None, "ongoing", "not_in_list:ploidy"),
        ],
    )


def register_of(name: str) -> Register:
    return read(ibis.duckdb.connect(), MADE / f"{name}.csv", read_mapping(name))


def test_every_shipped_mapping_has_a_made_file() -> None:
    assert {*EXPECTED, "own_words"} == set(mappings())


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_made_file_comes_to(name: str) -> None:
    columns, expected = EXPECTED[name]
    rows = register_of(name).rows.order_by("row", "at").to_pyarrow().to_pylist()
    assert [tuple(row[column] for column in columns.split()) for row in rows] == expected


def test_what_the_uk_register_leaves_out_is_counted_by_the_mappings_own_words() -> None:
    assert [tuple(each) for each in register_of("hfea_2017_2018").dropped] == [
        ("Type of treatment - IVF or DI", "DI", 1),
        ("Embryos transferred", "0.0", 1),
        ("Embryos transferred", "2.0", 1),
        ("Egg source", "Donor", 1),
        ("Donated embryo", "1", 1),
        ("Eggs thawed (0/1)", "1", 1),
        ("Fresh cycle", "0.0", 1),
        ("PGT-A treatment", "1", 1),
        ("PGT-M treatment", "1", 1),
    ]


def test_what_a_mapping_left_out_by_any_other_text_is_never_that_text() -> None:
    assert [tuple(each) for each in register_of("sart_cors").dropped] == [("reason_for_no_transfer", "*", 1)]


def test_an_untried_mapping_says_so() -> None:
    (said,) = register_of("sart_cors").warnings
    assert said.endswith("was never tried on real rows. Check what it makes of yours.")


def test_a_file_without_patients_has_no_place_in_time() -> None:
    uk = register_of("hfea_2017_2018")
    assert (uk.kind_at, uk.warnings, uk.problems()[0].field) == ("", (), "row.20.result")
    assert register_of("sart_cors").kind_at == "order"
