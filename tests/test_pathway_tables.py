"""The tables after the threshold: complete, sourced, every rule tried, and every breach named by file and line."""

# ruff: noqa: E501 - one breach a line is easier to read than one breach on seven
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import rif_threshold.listing  # noqa: F401 - enters every reader of tables into the register
from rif_threshold.errors import TableError
from rif_threshold.pathway import (
    conflicts,
    definitions,
    exclusion_checklist,
    facts,
    guideline_positions,
    label_statements,
    model_critique,
    monitoring,
    workup_lists,
)
from rif_threshold.pathway.contradictions import contradictions
from rif_threshold.pathway.facts import domains
from rif_threshold.pathway.interactions import interactions, unlabelled_medicines
from rif_threshold.pathway.protocols import dose_rows, protocols
from rif_threshold.pathway.studies import other_profiles, profiles, study_entries, timing
from rif_threshold.pathway.tacrolimus import gate_lists, notes
from rif_threshold.rules import Condition, evaluate, examples, leaves, together
from rif_threshold.tables import Folder, line_of, open_folder, shipped_directory, sources, verify
from rif_threshold.vocabulary import Grade, Verdict


def all_rules() -> Iterator[tuple[str, Condition]]:
    lists, gate = workup_lists(), gate_lists()
    for entry in (*lists.investigations.values(), *lists.interventions.values()):
        yield f"workup {entry.id}", entry.when
    for each in (*gate.stop, *gate.hold, *gate.advice):
        if each.when is not None:
            yield f"gate {each.id}", each.when
    for note in notes():
        if note.when is not None:
            yield f"note {note.id}", note.when
    for protocol in protocols():
        for criterion in protocol.criterion:
            yield f"{protocol.id}: {criterion.asks}", criterion.when
    for contradiction in contradictions():
        yield f"contradiction {contradiction.id}", contradiction.when


def all_rules_beside() -> Iterator[tuple[str, Condition]]:
    """What is on file, what puts a criterion's no in doubt, and what is said beside an item of the work-up."""
    for fact in facts().values():
        if fact.when is not None:
            yield f"on file {fact.id}", fact.when
    for protocol in protocols():
        for criterion in protocol.criterion:
            if criterion.doubt and criterion.doubt.when is not None:
                yield f"{protocol.id}, doubt: {criterion.asks}", criterion.doubt.when
    for item in (*workup_lists().investigations.values(), *workup_lists().interventions.values()):
        yield from ((f"beside {item.id}: {beside.text}", beside.when) for beside in item.beside)


RULES = {**dict(all_rules()), **dict(all_rules_beside())}


def test_nothing_of_the_lists_is_missing() -> None:
    # Rows as counted in the source documents: ESHRE's slide has 18 investigations and 17 interventions.
    grades = [entry.grade for entry in workup_lists().investigations.values()]
    assert [grades.count(grade) for grade in Grade] == [3, 6, 9]
    grades = [entry.grade for entry in workup_lists().interventions.values()]
    assert [grades.count(grade) for grade in Grade] == [3, 3, 11]
    counted = {
        "protocols": (protocols(), 10),
        "doses": (dose_rows(), 11),
        "interactions": (interactions(), 125),
        "guideline positions": (guideline_positions(), 20),
        "conflicts": (conflicts(), 51),
        "studies": (study_entries(), 27),
        "definitions": (definitions(), 17),
        "critique": (model_critique(), 14),
        "label": (label_statements(), 36),
        "IVF's own medicines and everyday ones": (unlabelled_medicines(), 7 + 62),
        "monitoring": (monitoring(), 10),
        "checklist": (exclusion_checklist(), 18),
        "timing": (timing(), 10),
        "profiles": (profiles(), 5),
        "other profiles": (other_profiles(), 3),
    }
    assert {name: len(rows) for name, (rows, _) in counted.items()} == {name: n for name, (_, n) in counted.items()}
    verify()


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_yes_a_no_and_a_not_known_case(rule: str) -> None:
    found = examples(RULES[rule], domains())
    assert set(found) == set(Verdict)
    for verdict, values in found.items():
        assert evaluate(RULES[rule], values).verdict == verdict


def test_every_protocol_can_be_met_or_names_why_not() -> None:
    for protocol in protocols():
        values = together([criterion.when for criterion in protocol.criterion], domains())
        assert values is not None
        assert all(evaluate(criterion.when, values).verdict == Verdict.YES for criterion in protocol.criterion)
        assert bool(values) == protocol.criteria_given


def test_every_fact_is_asked_for_by_some_rule_or_says_why_it_is_there() -> None:
    used = {leaf.fact for condition in RULES.values() for leaf in leaves(condition)}
    used |= {name for item in exclusion_checklist() for name in item.facts.split()}
    assert set(facts()) - used == set()
    for fact in facts().values():
        assert fact.label[0].isupper()
        assert not fact.question or fact.question.endswith(("?", "."))


def test_no_source_is_left_unread_or_unnamed() -> None:
    for key, source in sources().items():
        assert source.title, key
        assert source.read in {"full text", "abstract", "secondary"}
        assert "unverified" not in source.citation


# Broken copies: one of each kind. What is changed, what the message says, and the line it names.
BREACHES = [
    ("pathways/facts.toml", 'kind = "number"', 'kind = "numbre"', "kind", "[th1_th2_ratio]"),
    ("pathways/facts.toml", "maximum = 100\n", "maximum = 0.1\n", "maximum must be above", "[th1_th2_ratio]"),
    ("pathways/facts.toml", 'question = "How was the ratio measured?"\n', "", "needs a question", "[ratio_assay]"),
    ("pathways/facts.toml", '[ratio_phase.options]\nsecretory = "secretory phase, before the transfer"\nother = "another phase"\n', "", "needs options", "[ratio_phase]"),
    ("pathways/facts.toml", '[failed_transfers]\nkind = "derived"\ntype = "count"', '[failed_transfers]\nkind = "derived"', "needs a type", "[failed_transfers]"),
    ("pathways/facts.toml", 'investigation = "vitamin_d"\n', "", "needs its investigation", "[vitamin_d]"),
    ("pathways/facts.toml", 'investigation = "vitamin_d"', 'investigation = "vitamin_x"', "vitamin_x is no investigation", "[vitamin_d]"),
    ("pathways/facts.toml", 'kind = "on_file"\nlabel = "Lifestyle', 'kind = "yes_no"\nquestion = "Is it?"\nlabel = "Lifestyle', "what is on file needs its rule", "[lifestyle_settled]"),
    ("pathways/facts.toml", 'when = { fact = "lifestyle", is = "normal" }', 'when = { fact = "lifestyle_", is = "normal" }', "'lifestyle_' is not known", 'fact = "lifestyle_"'),
    ("pathways/workup.toml", 'when = { fact = "antiphospholipid", is = "abnormal" }', 'when = { fact = "antiphospholipids", is = "abnormal" }', "'antiphospholipids' is not known", 'fact = "antiphospholipids"'),
    ("pathways/facts.toml", "[serious_interaction]", "[serious_interactions]", "what is derived differs", None),
    ("pathways/facts.toml", 'key = "advagraf_leaflet"', 'key = "advagraf_leaflett"', "is not in sources.toml", "[formulation]"),
    ("pathways/workup.toml", 'fact = "antiphospholipid_risk_factors"', 'fact = "risk"', "'risk' is not known", 'fact = "risk"'),
    ("pathways/workup.toml", 'grade = "can_be_considered"', 'grade = "orange"', "grade", 'id = "karyotype"'),
    ("pathways/workup.toml", "[[intervention]]", "[[therapy]]", "not a list of this table", "therapy"),
    ("pathways/workup.toml", 'key = "eshre_addons_2023"', 'key = "addons"', "is not in sources.toml", 'id = "uterine_cavity"'),
    ("pathways/gate.toml", 'when = { fact = "ciclosporin", is = true }', 'when = { fact = "ciclosporin", equals = true }', "equals", 'id = "ciclosporin"'),
    ("pathways/gate.toml", 'when = { fact = "ciclosporin", is = true }\n', "", "needs its rule", 'id = "ciclosporin"'),
    ("pathways/gate.toml", 'label_when_clear = "No live vaccine due"\n', "", "its words when clear", 'id = "live_vaccine_due"'),
    ("pathways/contradictions.toml", '"answers.good_quality_embryos", "failed_transfers"', '"answers.good_quality", "failed_transfers"', "no case has a field 'answers.good_quality'", 'id = "quality_without_transfers"'),
    ("pathways/contradictions.toml", '"oocyte_age_years"', '"egg_age_years"', "no case has a field 'egg_age_years'", 'id = "younger_than_the_oocytes"'),
    ("pathways/contradictions.toml", 'fact = "years_since_retrieval"', 'fact = "years_since"', "'years_since' is not known", 'fact = "years_since"'),
    ("pathways/ivf_medicines.csv", "letrozole,letrozole,IVF stimulation,,not known,No labelled row found in any label read. That is not the same as safe,no_labelled_row", "letrozole,letrozole,IVF stimulation,,not known,No labelled row found in any label read. That is not the same as safe,caution", "only what has no labelled row", "\nletrozole,"),
    ("pathways/everyday_medicines.csv", "\nfolic_acid,folic acid,", "\nletrozole,folic acid,", "and only once", "\nletrozole,"),
    ("pathways/everyday_medicines.csv", ",thyroid_treated,", ",thyroid,", "'thyroid' is no fact that a medicine tells", "\nlevothyroxine,"),
    ("pathways/facts.toml", 'asked_as = "medication_list_complete"', 'asked_as = "polyps_"', "no fact 'polyps_' has a question", "[contraindicated_comedication]"),
    ("pathways/ivf_medicines.csv", "\nletrozole,letrozole,", "\nletrozole,danazol,", "is the name of another row", "\nletrozole,danazol,"),
    ("pathways/gate.toml", 'id = "potassium"', 'id = "creatinine"', "comes twice", 'id = "creatinine"'),
    ("pathways/gate.toml", "[[stop]]", "[[halt]]", "not a list of this table", "halt"),
    ("pathways/notes.toml", 'fact = "th1_th2_ratio", less_than = 11.8', 'fact = "th1_th2_ratio", less_than = 10.3', "never come out yes", 'fact = "th1_th2_ratio"'),
    ("pathways/protocols.toml", "{failed_transfers_in_all} in all", "{failures} in all", "the fact 'failures' is not known", 'id = "nakagawa_2015"'),
    ("pathways/protocols.toml", "at_least = 5", 'at_least = "many"', "at_least", 'id = "nakagawa_2015"'),
    ("pathways/protocols.toml", "at_least = 5", "at_least = 0", "never come out no", 'fact = "failed_transfers", at_least = 0'),
    ("pathways/protocols.toml", 'is = "blastocyst"', 'is = "morula"', "morula is none of its options", 'is = "morula"'),
    ("pathways/protocols.toml", 'asks = "a Th1/Th2 ratio of 10.3 or more"\nwhen = { fact = "th1_th2_ratio", at_least = 10.3 }', 'asks = "fewer"\nwhen = { fact = "failed_transfers", less_than = 3 }', "can never all be met", 'id = "eshre2024_017_cutoff_10_3"'),
    ("pathways/protocols.toml", "criteria_given = false\n", "", "exactly where criteria_given", 'id = "tabriz_trial_100"'),
    ("pathways/protocols.toml", 'study = "liu_2023"', 'study = "liu_2032"', "no study has the id 'liu_2032'", 'study = "liu_2032"'),
    ("pathways/dose_bands.csv", ",11.8,15.8,", ",11.0,15.8,", "overlap", "eshre2024_11_8,"),
    ("pathways/dose_bands.csv", ",11.8,15.8,", ",,15.8,", "needs its lower limit", "eshre2024_11_8,"),
    ("pathways/dose_bands.csv", "kumhar_clinic,kumhar_clinic", "kumhar_clinic,kumar", "no protocol has the id kumar", "kumhar_clinic,kumar"),
    ("pathways/interactions.csv", ",serious,", ",grave,", "seriousness", ",grave,"),
    ("pathways/interactions.csv", "advagraf_leaflet tacrolimus_smpc", "advagraf_leaflet smpc", "'smpc' is not in sources.toml", "advagraf_leaflet smpc"),
    ("pathways/interactions.csv", "\nitraconazole,", "\nketoconazole,", "comes twice", None),
    ("pathways/medication_names.csv", "enalapril,ace_inhibitors", "enalapril,ace", "no interaction has the id 'ace'", "enalapril,ace"),
    ("pathways/medication_names.csv", "\ncyclosporin,", "\nCyclosporine,", "comes twice", None),
    ("pathways/medication_names.csv", "danazol,danazol,drug\n", "Danocrine,danazol,brand\n", "comes twice", None),
    ("pathways/monitoring.csv", "\npotassium,", "\ncreatinine,", "comes twice", None),
    ("pathways/monitoring.csv", "prograf_malaysia droracle_2026,", "prograf_malaysia dr_oracle,", "'dr_oracle' is not in sources.toml", "prograf_malaysia dr_oracle,"),
    ("pathways/monitoring.csv", "us_label_older prograf_malaysia", "us_label_older us_label_older", "'us_label_older' is named twice", "us_label_older us_label_older"),
    ("pathways/notes.toml", 'further_sources = ["japan_b126"]', 'further_sources = ["japan_126"]', "'japan_126' is not in sources.toml", 'id = "how_common"'),
    ("pathways/notes.toml", 'further_sources = ["japan_b126"]', 'further_sources = ["eshre2024_017"]', "'eshre2024_017' is named twice", 'id = "how_common"'),
    ("pathways/notes.toml", 'further_sources = ["japan_b126"]', 'further_sources = "japan_b126"', "further_sources", 'id = "how_common"'),
    ("pathways/notes.toml", 'locator = "ESHRE 2024 abstract 17, background and results', 'page = "ESHRE 2024 abstract 17, background and results', "page", 'id = "how_common"'),
    ("pathways/workup.toml", 'source = { key = "eshre_addons_2023"', 'further_sources = ["addons"], source = { key = "eshre_addons_2023"', "'addons' is not in sources.toml", 'id = "uterine_cavity"'),
    ("pathways/exclusion_checklist.csv", "first_line_steps_tried", "first_line", "'first_line' is not known", "first_line,"),
    ("evidence/conflicts.csv", ",what_we_do,", ",what_they_do,", "what_they_do", None),
    ("evidence/comparisons.csv", ",75,112,", ",175,112,", "more events than women", "eshre2024_017_11_8,"),
    ("evidence/comparisons.csv", "liu_2023,liu_2023,", "liu_2023,liu_2032,", "no study has the id", "liu_2023,liu_2032,"),
    ("evidence/studies.csv", "\nliu_2023,2023,", "\nliu_2023,", "cells differs", "\nliu_2023,"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "before", "after", "reason", "anchor"), BREACHES, ids=[f"{b[0]}: {b[3]}" for b in BREACHES]
)
def test_a_broken_table_is_named_with_file_and_line(
    tmp_path: Path, name: str, before: str, after: str, reason: str, anchor: str | None
) -> None:
    folder = broken_copy(tmp_path, name, before, after)
    with pytest.raises(TableError) as raised:
        verify(folder)
    assert reason in str(raised.value)
    assert raised.value.path.endswith(name)
    assert raised.value.line is not None
    if anchor:
        found = folder.text(name).index(after if anchor.startswith("\n") else anchor)
        named = folder.text(name).splitlines()[raised.value.line - 1]
        expected = folder.text(name).count("\n", 0, found) + 1
        assert abs(raised.value.line - expected) <= 1, named


def test_a_medicine_without_a_name_is_noticed(tmp_path: Path) -> None:
    text = (shipped_directory() / "pathways/medication_names.csv").read_text("utf-8")
    lines = "".join(line for line in text.splitlines(keepends=True) if ",danazol," in line)
    folder = broken_copy(tmp_path, "pathways/medication_names.csv", lines, "")
    with pytest.raises(TableError, match="danazol has no name"):
        verify(folder)


def test_a_line_is_named_as_closely_as_the_text_allows() -> None:
    assert line_of("one\ntwo\nthree", "two", "three") == 3
    assert line_of("one\ntwo\nthree", "two", "four") == 2


def broken_copy(tmp_path: Path, name: str, before: str, after: str) -> Folder:
    """A copy of the shipped tables with one change, signed anew, so that reading must find the breach."""
    root = tmp_path / "tables"
    shutil.copytree(shipped_directory(), root)
    text = (root / name).read_text("utf-8")
    assert before in text
    changed = text.replace(before, after, 1)
    (root / name).write_text(changed, "utf-8")
    sums = (root / "SHA256SUMS").read_text()
    old = hashlib.sha256(text.encode()).hexdigest()
    (root / "SHA256SUMS").write_text(sums.replace(old, hashlib.sha256(changed.encode()).hexdigest()))
    return open_folder(root)
