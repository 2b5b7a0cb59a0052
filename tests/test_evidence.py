"""Studies, counts and what follows from them. Expected values stand in the sources or were computed elsewhere."""

from math import comb

import pytest
from click.testing import CliRunner

from rif_threshold.cli import cli
from rif_threshold.errors import InvalidInput
from rif_threshold.method import method
from rif_threshold.pathway import (
    conflicts,
    evidence,
    guideline_positions,
    label_statements,
    model_critique,
    recompute,
    workup_lists,
)
from rif_threshold.pathway.protocols import protocols
from rif_threshold.pathway.studies import comparisons, study_entries
from rif_threshold.tables import sources


def fisher_two_sided(a: int, n: int, b: int, m: int) -> float:
    """Fisher's exact test from its definition: tables no more likely than the one seen (Fisher 1935)."""
    total, events = n + m, a + b
    weight = {k: comb(n, k) * comb(m, events - k) for k in range(max(0, events - m), min(n, events) + 1)}
    return sum(w for w in weight.values() if w <= weight[a]) / comb(total, events)


@pytest.mark.parametrize(
    ("comparison", "fisher", "chi_square"),
    [
        # ESHRE 2024 abstract 17: 75/112 against 4/11, printed p < 0.05. Fisher 0.054, uncorrected chi-square 0.043.
        ("eshre2024_017_11_8", 0.054, 0.043),
        # 95/148 against 15/26, printed as similar: 0.52.
        ("eshre2024_017_10_3", 0.518, 0.526),
        # Against women with a low ratio, printed as not significant.
        ("eshre2024_017_11_8_low", 0.228, 0.211),
        # ESHRE 2024 abstract 374, back-calculated counts: 0.0003, 0.023, 0.31 and 0.71 against the unclassified.
        ("profile_high", 0.0003, 0.0002),
        ("profile_low", 0.023, 0.017),
        ("profile_mixed", 0.309, 0.261),
        ("profile_balanced", 0.715, 0.709),
    ],
)
def test_recomputed_figures(comparison: str, fisher: float, chi_square: float) -> None:
    found = recompute(comparison)
    assert found.fisher_exact_p == pytest.approx(fisher, abs=5e-4)
    assert found.chi_square_p == pytest.approx(chi_square, abs=1e-3)
    assert found.label == "recomputed here"


@pytest.mark.parametrize("each", comparisons(), ids=lambda each: each.id)
def test_fisher_agrees_with_its_definition(each: object) -> None:
    counts = (each.first_events, each.first_total, each.second_events, each.second_total)  # type: ignore[attr-defined]
    assert recompute(each.id).fisher_exact_p == pytest.approx(fisher_two_sided(*counts), abs=1e-6)  # type: ignore[attr-defined]


def test_exact_intervals() -> None:
    # 0 of 17: the upper limit solves (1 - p)^17 = 0.025, that is 19.5 %.
    low, high = recompute("nakagawa_2015").second_percent_interval
    assert low == 0
    assert high == pytest.approx(100 * (1 - 0.025 ** (1 / 17)), abs=1e-6)
    assert high == pytest.approx(19.5, abs=0.05)
    # The Japanese trial prints 38.4-88.2 % (2 mg) and 21.2-86.3 % (4 mg): our counts of 10/15 and 5/9 give them back.
    trial = recompute("japan_b126")
    assert [round(limit, 1) for limit in trial.first_percent_interval] == [38.4, 88.2]
    assert [round(limit, 1) for limit in trial.second_percent_interval] == [21.2, 86.3]


def test_subtractions_agree_with_the_counts_they_come_from() -> None:
    counts = {each.id: each for each in comparisons()}
    wide, narrow, band = (counts[f"eshre2024_017_{name}"] for name in ("10_3", "11_8", "band"))
    assert (wide.first_events - narrow.first_events, wide.first_total - narrow.first_total) == (20, 36)
    assert (wide.second_events - narrow.second_events, wide.second_total - narrow.second_total) == (11, 15)
    assert (band.first_events, band.first_total, band.second_events, band.second_total) == (20, 36, 11, 15)


def test_printed_percentages_fit_the_counts() -> None:
    # As printed: 64.0 (16/25), 64.2 (95/148), 57.7 (15/26), 60.0 (237/395), 67.0 (75/112), 60.5 (248/410), 80.0, 63.5.
    printed = {(16, 25): 64.0, (95, 148): 64.2, (15, 26): 57.7, (237, 395): 60.0, (75, 112): 67.0, (248, 410): 60.5,
               (60, 75): 80.0, (47, 74): 63.5, (50, 71): 70.4, (135, 357): 37.8, (139, 358): 38.8}  # fmt: skip
    for (events, total), percent in printed.items():
        assert round(100 * events / total, 1) == percent
    seen = {(each.first_events, each.first_total) for each in comparisons()}
    seen |= {(each.second_events, each.second_total) for each in comparisons()}
    assert printed.keys() <= seen


def test_all_or_one_study() -> None:
    assert len(evidence().studies) == len(study_entries())
    (study,) = evidence("eshre2024_017").studies
    assert study.citation == sources()["eshre2024_017"].citation
    assert {each.published.id for each in study.comparisons} >= {"eshre2024_017_11_8", "eshre2024_017_11_8_low"}
    with pytest.raises(InvalidInput) as raised:
        evidence("nakagawa_2014")
    assert "did you mean nakagawa_2015?" in str(raised.value.problems[0])


def test_derived_figures_say_that_they_are_ours() -> None:
    for row in study_entries():
        if "exact test" in row.limits or "subtraction" in row.limits or "95 % interval 0-" in row.limits:
            assert "our" in row.limits.casefold(), row.id
    for each in comparisons():
        assert each.counts.startswith(("our", "printed counts"))


def test_figures_recomputed_in_a_text_are_those_recomputed_here() -> None:
    # The step must not wait for scipy, so a table repeats the two figures; they must stay what they are.
    found = recompute("eshre2024_017_11_8")
    series = next(each for each in protocols() if each.id == "eshre2024_017_cutoff_11_8")
    text = f"Fisher exact p = {found.fisher_exact_p:.3f}, chi-square without correction p = {found.chi_square_p:.3f}"
    assert any(line.startswith("Recomputed here") and text in line for line in series.found)
    row = next(each for each in conflicts() if each.id == "effect_11_8")
    assert f"Fisher {found.fisher_exact_p:.3f} and uncorrected chi-square {found.chi_square_p:.3f}" in row.one_side
    assert "recomputed here" in row.one_side


def test_the_prednisone_trial_is_said_to_be_of_another_medicine_wherever_it_stands() -> None:
    # JAMA 2023: live birth 135 of 357 against 139 of 358, RR 0.97 (0.81-1.17), P = 0.78, 10 mg a day.
    row = next(each for each in study_entries() if each.id == "sun_2023")
    assert row.drug == "prednisone, another medicine"
    assert "not selected by an immune test" in row.limits
    assert "135 of 357 (37.8 %) against 139 of 358 (38.8 %), RR 0.97 (0.81-1.17), p = 0.78" in row.outcomes
    found = next(each for each in comparisons() if each.study == "sun_2023")
    assert "another medicine" in found.compares
    first, second = recompute("sun_2023").first_percent, recompute("sun_2023").second_percent
    assert first / second == pytest.approx(0.97, abs=0.005)
    # What was read in a summary only is said to come from one.
    assert row.outcomes.index("By a third party's summary") < row.outcomes.index("RR 1.75 (1.03-2.99)")


def test_a_registered_trial_and_what_was_not_read_have_no_outcome() -> None:
    said = {each.id: each.outcomes for each in study_entries()}
    assert said["irct_74174"].startswith("No result was found")
    assert (said["bulletti_2025"], said["farias_2024"]) == ("It exists; not read.", "Not read.")


def test_titles_are_those_of_the_papers() -> None:
    # As indexes and reference lists print them.
    begin = {
        "nakagawa_2017": "Immunosuppressive treatment using tacrolimus promotes pregnancy outcome",
        "somigliana_2022": "Recurrent implantation failure: a plea for a widely adopted rational definition",
        "cimadomo_survey_2021": "Definition, diagnostic and therapeutic options in recurrent implantation failure",
        "busnelli_meta_2021": "Efficacy of therapies and interventions for repeated embryo implantation failure",
        "lu_2025": "Variability and implications of recurrent implantation failure definitions",
        "nakagawa_2024_review": "Tacrolimus treatment in women with repeated implantation failures",
    }
    for key, title in begin.items():
        assert sources()[key].title.startswith(title)
        assert "our description" not in sources()[key].note
    assert sources()["droracle_2026"].url == "https://www.droracle.ai/articles/868359"


def test_second_hand_positions_say_so() -> None:
    for each in guideline_positions():
        if each.id in {"eular_2024", "japan_rpl_2025"}:
            assert "Second hand" in each.position
            assert each.source.read == "secondary"


def test_the_label_names_the_present_sections() -> None:
    # The list of sections of the US label of 22 December 2024.
    present = {
        "infections": "5.2", "diabetes": "5.4", "nephrotoxicity": "5.5", "neurotoxicity": "5.6", "hyperkalaemia": "5.7",
        "hypertension": "5.8", "myocardial_hypertrophy": "5.13", "red_cell_aplasia": "5.15", "tma": "5.16",
        "cannabidiol": "5.17",
    }  # fmt: skip
    rows = {each.id: each for each in label_statements()}
    for name, section in present.items():
        said = rows[name].source.locator
        assert f"now {section} (" in said or f"section {section}" in said, name
        assert "prograf_us_2024" in {each.key for each in (rows[name].source, *rows[name].further_sources)}
        assert f" {section} " in sources()["prograf_us_2024"].note
    for name in ("pre_eclampsia", "gestational_diabetes", "pregnancy_review", "pregnancy_eular"):
        assert rows[name].kind == "pregnancy"
    assert "increase pre-eclampsia" in rows["pre_eclampsia"].content
    assert "less frequent than with ciclosporin" in rows["pre_eclampsia"].relevance


def test_what_other_reviews_found_stands_beside_the_grade() -> None:
    # Busnelli 2021: no effect of hysteroscopy, PGT-A and blastocyst transfer; PRP 2.45 (1.55-3.86).
    lists = workup_lists()
    both = {**lists.investigations, **lists.interventions}
    said = {name: " ".join(each.position for each in entry.other_positions) for name, entry in both.items()}
    assert "No effect was found for hysteroscopy" in said["uterine_cavity"]
    assert "No effect was found for PGT-A" in said["pgt_a"]
    assert "No effect was found for blastocyst transfer" in said["blastocyst_transfer"]
    for name, figures in {
        "prp": ("2.45 (1.55-3.86)", "4.38 (1.50-12.90)"),
        "pbmc": ("2.41 (1.40-4.16)", "2.15", "2.96 (1.67-5.27)"),
        "g_csf": ("2.29 (1.58-3.31)", "2.46"),
    }.items():
        assert all(figure in said[name] for figure in figures), name
    assert "Another indication, not judged here" in said["lmwh"]


def test_what_is_known_of_the_factor_is_said_and_not_that_it_is_wrong() -> None:
    # The UK's anonymised register, 2017-18, own eggs, untested, counted apart from the tables.
    births, outcomes = 35285, {40274: "1.14", 44925: "1.27", 52803: "1.50"}
    row = next(each for each in model_critique() if each.id == "ratio_to_live_birth")
    caveat = method().caveats["factor"].text
    for count, ratio in outcomes.items():
        assert f"{count / births:.2f}" == ratio
        assert f"{count} " in row.figures
        assert all(ratio in text for text in (row.figures, row.finding, caveat))
    for text in (row.finding, caveat):
        assert "oes not show what ESHRE meant" in text
        assert "makes the line come late" in text
        assert "wrong" not in text
    assert {row.source.key, *(each.key for each in row.further_sources)} == {
        "hfea_register_2017_2018",
        "eshre_rif_2023",
    }


def test_the_list_of_studies_says_how_far_each_was_read_and_what_limits_it() -> None:
    listed = " ".join(CliRunner().invoke(cli, ["evidence"]).stdout.split())
    for each in study_entries():
        assert f"[{each.source.key}; read: {each.source.read}]" in listed
        assert f"Limits: {each.limits[:16]}" in listed
    assert "now 5.5 (the US label of 2024, heading); read: secondary]" in listed
    assert "less frequent than with ciclosporin" in listed
