"""The tacrolimus step shows what the tables hold, whole and in its place, and says what it knows and what it lacks.

The tables are read here by tomllib and csv alone.
"""

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rif_threshold import assess
from rif_threshold.case import Case
from rif_threshold.pathway import Tacrolimus, facts

TABLES = Path(__file__).parents[1] / "tables"
CASE = Case.from_json((Path(__file__).parent / "cases/tacrolimus_five_failed_euploid.json").read_text("utf-8"))
GATE = tomllib.loads((TABLES / "pathways/gate.toml").read_text("utf-8"))
PROTOCOLS = {
    each["id"]: each for each in tomllib.loads((TABLES / "pathways/protocols.toml").read_text("utf-8"))["protocol"]
}


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((TABLES / name).read_text("utf-8").splitlines()))


def step(**answers: str | None) -> Tacrolimus:
    """The step for a case that meets five protocols, with answers changed or, where ``None``, taken away."""
    changed = {name: answer for name, answer in (CASE.answers | answers).items() if answer is not None}
    found = assess(CASE.model_copy(update={"answers": changed}), include={"tacrolimus"}).tacrolimus
    assert found is not None
    return found


def protocol(name: str, **answers: str | None) -> Any:
    return next(each for each in step(**answers).protocols if each.id == name)


def test_every_entry_of_the_lists_stands_in_its_list() -> None:
    found = step()
    for key, shown in (("stop", found.stops), ("hold", found.holds)):
        assert [(each.id, each.label, each.label_when_clear, each.source.key) for each in shown] == [
            (each["id"], each["label"], each["label_when_clear"], each["source"]["key"]) for each in GATE[key]
        ]
    assert [(each.id, each.statement, each.source.key) for each in found.against] == [
        (each["id"], each["statement"], each["source"]["key"]) for each in GATE["against"]
    ]
    assert {each.id for each in found.monitoring} == {row["id"] for row in rows("pathways/monitoring.csv")}
    assert {each.id for each in found.conflicts} == {
        row["id"] for row in rows("evidence/conflicts.csv") if row["surface"] in {"tacrolimus", "pregnancy"}
    }
    safety = rows("pathways/label_safety.csv")
    assert [each.id for each in found.label] == [row["id"] for row in safety if row["kind"] != "pregnancy"]
    both = {row["id"] for row in safety if row["kind"] == "pregnancy"}
    both |= {row["id"] for row in rows("pathways/pregnancy_outcomes.csv")}
    assert {each.id for each in found.pregnancy_and_lactation} == both
    assert [each.id for each in found.checklist] == [row["id"] for row in rows("pathways/exclusion_checklist.csv")]
    assert [each.typed for each in found.interactions] == ["oestradiol", "progesterone"]


def test_an_entry_says_its_verdict_and_why() -> None:
    for answer, verdict in (("yes", "yes"), ("no", "no"), (None, "not_known")):
        found = step(active_infection=answer, creatinine_abnormal=answer)
        for shown, name in ((found.stops, "active_infection"), (found.holds, "creatinine")):
            item = next(each for each in shown if each.id == name)
            fact = "active_infection" if name == "active_infection" else "creatinine_abnormal"
            assert item.verdict == verdict
            assert item.missing == ((fact,) if answer is None else ())
            assert bool(item.because) == (answer is not None)
            assert all(facts()[fact].label in each for each in item.because)


def test_advice_is_shown_unless_it_does_not_concern_the_case() -> None:
    everyone = [each["id"] for each in GATE["advice"] if "when" not in each]
    assert [each.id for each in step().advice] == everyone
    assert {each.verdict for each in step().advice} == {"yes"}
    assert [each.because for each in step().advice] == [()] * len(everyone)
    order = [each["id"] for each in GATE["advice"]]
    asked = step(qt_risk="yes", formulation=None)
    shown = {each.id: each for each in asked.advice}
    assert [each.id for each in asked.advice] == [name for name in order if name in shown]
    assert set(shown) == {*everyone, "qt", "formulation_unknown"}
    assert (shown["qt"].verdict, shown["formulation_unknown"].verdict) == ("yes", "not_known")
    assert shown["formulation_unknown"].missing == ("formulation",)
    assert "formulation" in asked.questions


def test_further_sources_are_those_of_the_column() -> None:
    found = step()
    for row in rows("pathways/exclusion_checklist.csv"):
        line = next(each for each in found.checklist if each.id == row["id"])
        assert [each.key for each in (line.source, *line.further_sources)] == row["source_keys"].split()
        assert {each.locator for each in (line.source, *line.further_sources)} == {row["locator"]}
    assert [each.key for line in found.checklist if line.id == "euploid" for each in line.further_sources] == [
        "eshre2024_017"
    ]
    assert [each.key for each in protocol("nakagawa_2015").further_sources] == ["nasehi_slides"]


def test_the_checklist_says_what_is_known_and_what_is_not() -> None:
    for answer in ("no", None):
        for line in step(adenomyosis=answer, endometriosis="no").checklist:
            row = next(each for each in rows("pathways/exclusion_checklist.csv") if each["id"] == line.id)
            assert (line.item, line.kind, line.source.key) == (row["item"], row["kind"], row["source_keys"].split()[0])
            asked = row["facts"].split()
            assert set(line.missing) <= set(asked)
            assert ("Known: " in line.status) == bool(line.here) == (set(asked) > set(line.missing))
            assert ("Not known: " in line.status) == bool(line.missing)
            assert (line.status == "Not asked here.") == (not asked)
            for name in asked:
                assert (facts()[name].label in line.here) == (name not in line.missing)
                assert facts()[name].label in line.status
            if "adenomyosis" in asked:
                assert ("adenomyosis" in line.missing) == (answer is None)


def test_a_note_is_shown_where_its_rule_is_yes() -> None:
    assert {"between_cut_offs", "near_a_cut_off"} <= {each.id for each in step(th1_th2_ratio="11.5").notes}
    assert "between_cut_offs" not in {each.id for each in step(th1_th2_ratio="11.8").notes}
    assert "between_cut_offs" not in {each.id for each in step(th1_th2_ratio=None).notes}
    assert "near_a_cut_off" not in {each.id for each in step(th1_th2_ratio="12.5").notes}
    note = next(each for each in step(th1_th2_ratio="11.5").notes if each.id == "between_cut_offs")
    assert "20 of 36" in note.text
    assert note.source.key == "eshre2024_017"
    assert "th1_is_normal" in {each.id for each in step(th1_th2_ratio=None).notes}  # for everyone


# Each protocol.


def test_a_protocol_shows_its_table_entry_whole() -> None:
    for found in step().protocols:
        entry = PROTOCOLS[found.id]
        for name in ("label", "study", "start", "stop"):
            assert getattr(found, name) == entry[name]
        assert (list(found.found), list(found.limits)) == (entry["found"], entry["limits"])
        assert found.indirect == entry.get("indirect", False)
        assert found.indirect_note == entry.get("indirect_note", "")
        assert found.source.key == entry["source"]["key"]
        assert [(each.asks, each.note) for each in found.criteria] == [
            (each["asks"], each.get("note", "")) for each in entry.get("criterion", [])
        ]


def test_a_met_protocol_says_criterion_by_criterion_why() -> None:
    found = protocol("nakagawa_2015")
    assert found.verdict == "meets_entry_criteria"
    assert len(found.because) == len(found.criteria) == 3
    for reason, criterion in zip(found.because, found.criteria, strict=True):
        assert criterion.verdict == "yes"
        assert criterion.missing == ()
        assert criterion.asks in reason
        assert criterion.here in reason
    assert ["5" in found.criteria[0].here, "12.5" in found.criteria[1].here] == [True, True]


def test_a_protocol_that_is_not_met_names_only_what_is_against_it() -> None:
    found = protocol("nakagawa_2015", th1_th2_ratio="10.2", ratio_assay=None)
    assert found.verdict == "does_not_meet"
    assert [each.verdict for each in found.criteria] == ["yes", "no", "not_known"]
    (reason,) = found.because
    assert found.criteria[1].asks in reason
    assert "10.2" in reason
    assert found.missing == ()


def test_an_open_protocol_names_what_is_unanswered() -> None:
    found = protocol("nakagawa_2015", ratio_assay=None, active_infection=None)
    assert found.verdict == "cannot_say"
    assert set(found.missing) == {"ratio_assay", "active_infection"}
    said = " ".join(found.because)
    assert found.criteria[2].asks in said
    assert facts()["ratio_assay"].label in said
    assert next(each["label"] for each in GATE["stop"] if each["id"] == "active_infection") in said
    assert not any(found.criteria[place].asks in said for place in (0, 1))
    assert len(found.because) == 2  # nothing is on hold, so nothing is said of it
    assert len(protocol("nakagawa_2015", ratio_assay=None).because) == 1


def test_a_stop_is_named_first_in_every_protocol() -> None:
    label = next(each["label"] for each in GATE["stop"] if each["id"] == "ciclosporin")
    for found in step(ciclosporin="yes", fasting_glucose_abnormal="yes", potassium_abnormal=None).protocols:
        assert found.verdict == "does_not_meet"
        assert label in found.because[0]
        assert found.missing == ()
        assert found.dose_bands == ()
    assert step(ciclosporin="yes", potassium_abnormal=None).questions == ()


def test_a_hold_is_named_where_the_criteria_are_met() -> None:
    label = next(each["label"] for each in GATE["hold"] if each["id"] == "glucose")
    met = [each.id for each in step().protocols if each.verdict == "meets_entry_criteria"]
    held = {each.id: each for each in step(fasting_glucose_abnormal="yes").protocols}
    assert len(met) == 5
    for name in met:
        assert any(label in reason for reason in held[name].because)
        assert held[name].verdict != "meets_entry_criteria"
    for name, found in held.items():
        if name not in met and PROTOCOLS[name].get("criterion"):
            assert found.verdict == "does_not_meet"
            assert not any(label in reason for reason in found.because)


@pytest.mark.parametrize(
    ("answers", "bands", "note"),
    [
        ({}, 3, True),
        ({"formulation": "prolonged_release"}, 0, False),
        ({"formulation": None}, 0, False),
        ({"potassium_abnormal": "yes"}, 0, False),
        ({"potassium_abnormal": None}, 0, False),
        ({"ciclosporin": "yes"}, 0, False),
        ({"th1_th2_ratio": "10.2"}, 0, False),
    ],
)
def test_a_dose_is_printed_only_where_met_and_immediate(answers: dict[str, str | None], bands: int, note: bool) -> None:
    found = protocol("eshre2024_017_cutoff_10_3", **answers)
    assert len(found.dose_bands) == bands
    assert (PROTOCOLS[found.id]["dose_note"] in found.dose_note) == note
    assert found.dose_note
    assert ("No dose is shown" in found.dose_note) == (not note)


def test_a_formulation_not_answered_and_another_one_are_told_apart() -> None:
    unknown, another = (
        protocol("eshre2024_017_cutoff_10_3", formulation=answer).dose_note for answer in (None, "prolonged_release")
    )
    assert unknown != another
    assert ("not answered" in unknown, "not answered" in another) == (True, False)


def test_a_protocol_without_bands_says_only_its_own_note() -> None:
    found = protocol("nakagawa_2015")
    assert found.dose_bands == ()
    assert found.dose_note == PROTOCOLS["nakagawa_2015"]["dose_note"]
    kumhar = protocol("kumhar_clinic")
    assert [each.dose_as_published for each in kumhar.dose_bands] == [
        row["dose_as_published"] for row in rows("pathways/dose_bands.csv") if row["id"] == "kumhar_clinic"
    ]
    assert kumhar.dose_note.startswith("What the protocol gave, the same for everyone. It is no advice on a dose.")
    assert not any(each.marked for each in kumhar.dose_bands)
