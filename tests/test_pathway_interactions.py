"""Other medicines: found under every name, never guessed, never called safe."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rif_threshold.case import Case
from rif_threshold.pathway import find_medication
from rif_threshold.pathway.interactions import (
    interactions,
    medication_names,
    medication_rows,
    normal_form,
    unlabelled_medicines,
)
from rif_threshold.pathway.medications import facts_from
from rif_threshold.tables import shipped
from rif_threshold.vocabulary import Seriousness


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        # Names the issue gives: synonyms and members of a class.
        ("cyclosporine", "ciclosporin"),
        ("rifampin", "rifampicin"),
        ("tobramycin", "gentamicin and other aminoglycosides"),
        ("enalapril", "ACE inhibitors"),
        # Case, spaces, accents, apostrophes and a dose behind the name.
        ("CLARITHROMYCIN", "clarithromycin"),
        ("  Fluconazole 150 mg ", "fluconazole"),
        ("St. John’s wort", "St John's wort (Hypericum)"),
        ("œstradiol".replace("œ", "oe"), "oestradiol and progesterone for endometrial preparation"),
        ("Clexane 40mg", "heparins incl. LMWH"),
        ("MMR", "live attenuated vaccines"),
        ("amphotericin B", "amphotericin B"),
        # A close name of another medicine is nearer to these than their own: they are found as themselves.
        ("Nizoral", "ketoconazole"),
        ("prednisone", "prednisolone / methylprednisolone"),
    ],
)
def test_found_by_drug_class_member_synonym_and_brand(typed: str, row: str) -> None:
    found = find_medication(typed)
    assert found.row == row
    assert found.matched is not None
    assert found.typed == typed
    assert found.source is not None


def test_a_near_miss_is_offered_and_never_taken() -> None:
    found = find_medication("fluconazol")
    assert (found.matched, found.row, found.status.value) == (None, None, "did_you_mean")
    assert found.suggestions[0] == "fluconazole"
    assert found.action.startswith("Not in our list; near it: fluconazole")
    assert found.gate.value == "holds"
    assert facts_from([found])["comedication_not_in_list"] is True


def test_an_unknown_medicine_is_not_in_our_list_and_never_safe() -> None:
    found = find_medication("foozol")
    assert (found.matched, found.status.value, found.suggestions) == (None, "not_in_list", ())
    assert "does not make it safe" in found.action
    assert facts_from([found]) == {
        "contraindicated_comedication": None,
        "serious_interaction": None,
        "tacrolimus_taken": None,
        "comedication_not_in_list": True,
        "thyroid_treated": None,
        "diabetes_known": None,
        "blood_pressure_treated": None,
    }
    assert find_medication("250 mg").matched is None


@pytest.mark.parametrize(
    "typed",
    [
        *("oestradiol", "estradiol", "progesterone", "aspirin", "enoxaparin", "intralipid", "doxycycline"),
        # IVF's own medicines. Absent from every label read.
        *("FSH", "hMG", "follitropin alfa", "triptorelin", "cetrorelix", "letrozole"),
        *("clomiphene", "Ovitrelle", "hCG"),
    ],
)
def test_what_is_common_beside_ivf_is_there_without_a_labelled_row(typed: str) -> None:
    found = find_medication(typed)
    assert found.status.value == "no_labelled_row"
    assert found.action == "No labelled row found in any label read. That is not the same as safe"


def test_seriousness_follows_what_the_source_says() -> None:
    weights = {row.id: row.seriousness for row in interactions().values()}
    ruled_out = {row for row, weight in weights.items() if weight == Seriousness.CONTRAINDICATED}
    ruled_out_in_pregnancy = {"mycophenolate", "ace_inhibitors", "angiotensin_receptor_blockers"}
    ruled_out_in_pregnancy |= {"warfarin", "methotrexate", "cyclophosphamide", "isotretinoin", "leflunomide", "danazol"}
    ruled_out_in_pregnancy |= {"acitretin", "ribavirin", "valproate"}
    assert ruled_out == {"ciclosporin", "live_attenuated_vaccines"} | ruled_out_in_pregnancy
    for row in interactions().values():
        assert ("contraindicated in pregnancy" in row.action) <= (row.id in ruled_out_in_pregnancy), row.id
    assert find_medication("enalapril").gate.value == "stops"
    assert find_medication("clarithromycin").gate.value == "holds"
    assert {find_medication(name).gate.value for name in ("simvastatin", "oestradiol")} == {"none"}
    for row in interactions().values():
        if any(word in row.action for word in ("monitor", "avoided", "levels", "close checks")):
            assert row.seriousness in {Seriousness.SERIOUS, Seriousness.CONTRAINDICATED}, row.id
        if row.action.startswith("Not compatible with trying for a pregnancy"):
            assert row.seriousness == Seriousness.CONTRAINDICATED, row.id


def test_a_list_says_what_it_says() -> None:
    assert facts_from(None) == {}
    assert set(facts_from([]).values()) == {False}
    serious = facts_from([find_medication("clarithromycin")])
    assert {name for name, value in serious.items() if value is True} == {"serious_interaction"}
    assert {value for name, value in serious.items() if name != "serious_interaction"} == {False}


def test_every_row_and_every_name_finds_itself() -> None:
    for row in csv.DictReader(shipped().text("pathways/medication_names.csv").splitlines()):
        for typed in (row["name"], row["name"].upper(), f" {row['name']}  10 mg"):
            found = find_medication(typed)
            assert found.matched == row["name"]
            assert found.row == medication_rows()[row["interaction"]].name


def test_what_the_tool_prints_is_found_when_typed_back() -> None:
    for row in medication_rows().values():
        case = Case(medications=[row.name])
        assert case.medications == (row.name,)
        assert find_medication(row.name).row == row.name


def test_what_has_no_labelled_row_stands_apart_from_what_labels_name() -> None:
    assert not unlabelled_medicines().keys() & interactions().keys()
    for row in unlabelled_medicines().values():
        assert (row.seriousness, row.source.key) == (Seriousness.NO_LABELLED_ROW, "own")
    progestogen = find_medication("Duphaston")
    assert progestogen.status.value == "no_labelled_row"
    assert "gestodene and norethisterone" in progestogen.action
    assert find_medication("norethisterone").status.value == "labelled"


@given(st.text(max_size=30))
def test_any_text_is_answered(typed: str) -> None:
    found = find_medication(typed)
    assert found.typed == typed
    assert (found.matched is None) == (normal_form(typed) not in medication_names())
