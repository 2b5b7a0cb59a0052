"""Pages 2 to 5 by the keys of their widgets."""

import json
import re
from itertools import takewhile
from typing import Any

import pytest

from rif_threshold import assess
from rif_threshold.report import ENGLISH, fonts
from rif_threshold.report.words import languages, words
from rif_threshold.ui import inputs
from rif_threshold.vocabulary import Grade

from .conftest import WORKED

GATE = {
    "oocyte_age_years": "34",
    "ploidy": "euploid",
    "failed_transfers": "5",
}


def unescaped(page: Any) -> str:
    return str(page.text).replace("\\", "")


@pytest.mark.parametrize("page", ["workup", "explain", "tacrolimus"])
def test_without_a_couple_there_is_no_answer(tab: Any, page: str) -> None:
    shown = tab(page)
    assert "No couple yet" in shown.text
    assert not shown.charts()


def test_workup_says_now_and_shows_every_item_once_with_its_grade(worked: Any) -> None:
    worked.go("workup").unfold("fold_not_recommended")
    workup = assess(WORKED, include=("workup",)).workup
    assert workup is not None
    text = unescaped(worked)
    assert "**Now:**" in text
    for item in (*workup.investigations, *workup.interventions):
        (line,) = (line for line in text.split("\n") if line.strip().startswith(f"**{item.label}** · "))
        badge = {"recommended": "◆ Recommended", "can_be_considered": "◇ Can be considered"}.get(item.grade, "")
        assert badge in line
        assert item.grade != Grade.NOT_RECOMMENDED or "badge" not in line
    assert "✕ Not recommended" in text  # said once, of all of them
    assert "Graded not recommended" not in text


def test_workup_says_not_yet_before_the_threshold(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="36", ploidy="untested", failed_transfers="2").go("workup")
    assert "**Not yet:**" in page.text
    assert "**Applies**" not in page.text


def test_nothing_graded_not_recommended_reads_as_applying(worked: Any) -> None:
    worked.go("workup").unfold("fold_not_recommended")
    workup = assess(WORKED, include=("workup",)).workup
    assert workup is not None
    against = [item for item in (*workup.investigations, *workup.interventions) if item.grade == Grade.NOT_RECOMMENDED]
    lines = unescaped(worked).split("\n")
    for item in against:
        (at,) = (number for number, line in enumerate(lines) if f"**{item.label}**" in line)
        own = takewhile(lambda line: not line.startswith(" **"), lines[at + 1 :])
        assert not any("pplies" in line for line in own)


def test_a_finding_drives_the_interventions(worked: Any) -> None:
    worked.go("workup").fill(finding_chronic_endometritis="abnormal")
    assert re.search(r"Antibiotics[^\n]*\n\*\*Applies\*\*", unescaped(worked))
    worked.fill(finding_chronic_endometritis="normal")
    assert re.search(r"Antibiotics[^\n]*\nDoes not apply", unescaped(worked))
    worked.go("threshold").go("workup")
    assert worked.widget("finding_chronic_endometritis").value == "normal"


def test_what_speaks_against_comes_first_and_is_not_folded(tab: Any) -> None:
    page = tab("tacrolimus")
    text = unescaped(page)
    for line in (
        "No guideline that was read recommends it",
        "Contested: it rests on a blood test of a kind that ESHRE grades as not recommended",
        "Off-label",
        "Boxed warning",
        "live birth 135 of 357 against 139 of 358",
    ):
        assert text.index(line) < text.index("No couple yet")
    text = unescaped(page.unfold("fold_positions"))
    assert "No guideline that was read recommends tacrolimus" in text
    assert "ESHRE Working Group on RIF" in text


def test_two_failures_meet_neither_series_although_the_threshold_is_crossed(tab: Any) -> None:
    page = tab().fill(**(GATE | {"failed_transfers": "2"})).go("tacrolimus").fill(answer_th1_th2_ratio="12.5")
    text = unescaped(page)
    assert "**Now:**" in text
    assert "Meets the entry criteria of none" in text
    assert "asks for more than 4 failed transfers" in row_of(page, "Euploid series of 2024 at the cut-off 11.8")
    page.unfold("fold_eshre2024_017_cutoff_11_8")
    assert "**Not met**: asks for more than 4 failed transfers" in unescaped(page)


def row_of(page: Any, label: str) -> str:
    """The row of a protocol: the label of the panel that it opens."""
    (row,) = (each.label for each in page.at.expander if f"**{label}**" in each.label.replace("\\", ""))
    return str(row).replace("\\", "")


def answer_everything(page: Any) -> Any:
    """Answer what is asked, harmlessly, until nothing more is asked."""
    settled = {
        "ratio_assay": "flow_cytometry",
        "ratio_phase": "secretory",
        "planned_stage": "blastocyst",
        "formulation": "immediate_release",
        "frozen_embryos": "yes",
        "good_quality_embryos": "yes",
        "first_line_steps_tried": "yes",
        "rif_diagnosed": "yes",
        "ratio_reported_raised": "yes",
        "woman_age_years": "34",
        "good_embryos_transferred": "5",
        "miscarriages": "0",
        "endometrial_profile": "unclassified",
        "th1_th2_ratio": "12.5",
    }
    for _ in range(6):
        wanted = {}
        for kind in ("text_input", "segmented_control", "selectbox"):
            for widget in getattr(page.at, kind):
                if widget.value or not str(widget.key).startswith(("answer_", "finding_")):
                    continue
                name = widget.key.split("_", 1)[1]
                wanted[widget.key] = "normal" if widget.key.startswith("finding_") else settled.get(name, "no")
        if not wanted:
            break
        page.fill(**wanted)
    return page.fill(no_medications=True, medication_list_complete="yes")


def test_everything_answered_meets_the_2024_series_and_shows_its_bands(tab: Any) -> None:
    page = answer_everything(tab().fill(**GATE).go("tacrolimus"))
    assessment = assess(inputs_of(page), include=("tacrolimus",))
    step = assessment.tacrolimus
    assert step is not None
    text = unescaped(page)
    assert step.summary in text
    met = [protocol for protocol in step.protocols if protocol.verdict == "meets_entry_criteria"]
    assert {protocol.id for protocol in met} >= {
        protocol.id for protocol in step.protocols if "11.8" in protocol.label or "10.3" in protocol.label
    }
    assert "■ Meets" in row_of(page, "Euploid series of 2024 at the cut-off 11.8")
    text = unescaped(page.unfold("fold_eshre2024_017_cutoff_11_8"))
    assert "this ratio lies here in that study" in text
    assert "What the protocol gave" in text
    page.fill(answer_active_infection="yes")
    text = unescaped(page)
    assert "Meets the entry criteria of none" in text
    assert "What the protocol gave" not in text


def inputs_of(page: Any) -> dict[str, Any]:
    """What the page's own reader makes of the fields."""
    state = page.at.session_state
    case: dict[str, Any] = {name: state[name] for name in GATE}
    prefixes = {"answers": inputs.ANSWER, "findings": inputs.FINDING}
    for field, prefix in prefixes.items():
        keys = [key for key in state if str(key).startswith(prefix) and state[key]]
        case[field] = {str(key).removeprefix(prefix): state[key] for key in keys}
    return case | {"medications": [], "medication_list_complete": "yes"}


def test_a_bad_ratio_removes_the_verdicts(tab: Any) -> None:
    page = tab().fill(**GATE).go("tacrolimus").fill(answer_th1_th2_ratio="12,5")
    assert any("decimal comma" in error for error in page.errors)
    assert page.widget("answer_th1_th2_ratio").value == "12,5"
    assert "Th1/Th2 ratio" in unescaped(page)
    assert "Protocol by protocol" not in page.text
    assert "Boxed warning" in page.text


def test_what_is_mistyped_on_the_immune_step_leaves_the_threshold_standing(tab: Any) -> None:
    page = tab().fill(**GATE).go("threshold")
    answer = page.at.button(key="note").disabled, [each.value for each in page.at.info if "REACHED" in each.value]
    page.go("tacrolimus").fill(answer_th1_th2_ratio="12,5", answer_miscarriages="abc").go("threshold")
    text = unescaped(page)
    assert "Typed on another page, and it cannot be used. The threshold does without it:" in text
    assert "12,5" in text
    assert "abc" in text
    assert [each.value for each in page.at.info if "REACHED" in each.value] == answer[1] != []
    assert (answer[0], page.at.button(key="note").disabled) == (False, True)  # a note would leave out what was answered
    assert "Protocol by protocol" not in page.go("tacrolimus").text
    page.fill(answer_th1_th2_ratio="12.5", answer_miscarriages="0").go("threshold")
    assert "Typed on another page" not in page.text
    page.fill(oocyte_age_years="abc")  # what the threshold rests on takes it away
    assert not [each.value for each in page.at.info if "REACHED" in each.value]


def test_medicines_are_found_offered_or_not_in_our_list(tab: Any) -> None:
    page = tab().fill(**GATE).go("tacrolimus")
    page.fill(medications=["clarithromycin", "fluconazol", "foozol"])
    text = unescaped(page)
    assert "Serious interaction" in text
    assert "Not in our list" in text
    page.press("suggestion_1_fluconazole")
    assert page.widget("medications").value == ["clarithromycin", "fluconazole", "foozol"]


def test_a_medicine_that_is_not_in_the_list_can_be_checked_and_one_that_is_cannot(tab: Any) -> None:
    page = answer_everything(tab().fill(**GATE).go("tacrolimus"))
    page.fill(medications=["folic acid", "levothyroxine", "xyzmab"])
    assert "Meets the entry criteria of none" in unescaped(page)
    assert "No verdict waits" not in page.text
    assert [str(each.key) for each in page.at.toggle if str(each.key).startswith("checked_")] == ["checked_xyzmab"]
    page.fill(checked_xyzmab=True)
    text = unescaped(page)
    assert "Meets the entry criteria of studies: the series of 2015" in text
    assert "Checked by the user in the product text, not by us: xyzmab." in text
    assert "That is the user's own statement" in text
    page.fill(medications=["folic acid", "levothyroxine"])  # taken out again: nothing is left of the statement
    assert "Checked by the user" not in unescaped(page)
    assert "No verdict waits for another answer." in page.text
    page.go("threshold").press("new_couple")  # the next couple's medicine of that name is not checked
    page = page.fill(**GATE).go("tacrolimus").fill(medications=["xyzmab"])
    assert page.widget("checked_xyzmab").value is False


def test_what_holds_is_named_on_the_page(tab: Any) -> None:
    page = answer_everything(tab().fill(**GATE).go("tacrolimus")).fill(medications=["fluconazole"])
    text = unescaped(page)
    assert "On hold (fluconazole), every criterion met: those of studies" in text
    assert "On hold] :small[fluconazole]" in row_of(page, "Series of 2015 (Tokyo): 16 days around the transfer")
    page.unfold("fold_nakagawa_2015")
    text = unescaped(page)
    assert "What the protocol gave" not in text
    assert "50-75% prophylactically" in text
    page.fill(medications=["methotrexate"])
    assert "Stopped: methotrexate." in unescaped(page)
    page.fill(medications=["fluconazole"])
    page.go("workup").fill(finding_karyotype="abnormal").go("tacrolimus")
    assert "Does not meet" in row_of(page, "A clinic's web page")


def test_the_strip_says_what_is_unanswered_held_and_met(tab: Any) -> None:
    def strip(page: Any) -> str:
        said = str(next(each.value for each in page.at.info if "REACHED" in each.value)).replace("\\", "")
        return said.removeprefix(":small[").strip("*]")

    page = tab().fill(**GATE).go("tacrolimus")
    assert re.search(r" · \d\d unanswered$", strip(page))
    assert "No entry criteria are decided yet." in unescaped(page)
    page = answer_everything(page).fill(medications=["fluconazole"])
    assert strip(page).endswith(" · on hold: fluconazole · met: none")
    page.fill(medications=[])
    assert " · met: series of 2015 (Tokyo); euploid series of 2024 (cut-offs 10.3 and 11.8); " in strip(page)
    assert "met:" not in strip(page.go("workup"))


def test_what_the_case_says_elsewhere_is_counted_as_known(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="34", ploidy="euploid", failed_transfers="2").fill(history_given=True)
    page.fill(history_2_result="biochemical").unfold("fold_more").fill(stage="blastocyst").go("tacrolimus")
    text = unescaped(page)
    entry, safety = (line for line in text.splitlines() if re.match(r"\s*:small\[.*\d open", line))
    assert ":small[2 known from the rest of the case · " in entry  # a positive test, and the stage
    assert text.count("the rest of the case says so") == 2
    assert "answered" not in entry + safety
    page.fill(answer_hypersensitivity="no")
    assert ":small[1 answered · " in unescaped(page)


def test_a_medicine_says_what_rises(tab: Any) -> None:
    page = tab().fill(**GATE).go("tacrolimus").fill(medications=["fluconazole", "fluconazloe"])
    text = unescaped(page)
    assert "Effect: raises the tacrolimus level." in text
    folic = unescaped(page.fill(medications=["folic acid"]))
    assert folic.count("No labelled row found") == 1
    assert "Not in our list; near it: fluconazole. What was meant is not guessed" in text


def test_the_list_of_medicines_is_asked_while_it_is_open(tab: Any) -> None:
    page = answer_everything(tab().fill(**GATE).go("tacrolimus"))
    assert "No verdict waits for another answer." in page.text
    page.fill(no_medications=False, medication_list_complete=None)
    assert "No verdict waits" not in page.text
    assert "Still open: Which other medicines, foods and herbal remedies are taken" in page.text


def test_listed_medicines_win_over_none_are_taken(tab: Any) -> None:
    page = answer_everything(tab().fill(**GATE).go("tacrolimus"))
    assert "Meets the entry criteria of none" not in unescaped(page)
    for listed in ("clarithromycin", "fluconazol"):
        page.fill(medications=[listed])
        assert page.widget("no_medications").value
        assert not page.widget("medications").disabled
        text = unescaped(page)
        assert "Meets the entry criteria of none" in text
        assert f"- `{listed}`" in text
        assert any("'None are taken' is not used" in error for error in page.errors)
    page.fill(medications=[])
    assert not page.errors
    assert "Meets the entry criteria of none" not in unescaped(page)


def test_medicines_offer_no_select_all_and_no_fuzzy_matches(tab: Any) -> None:
    offered = tab().fill(**GATE).go("tacrolimus").widget("medications").proto
    assert offered.filter_mode == 2  # FILTER_MODE_PREFIX
    assert offered.select_all == 0


def test_folded_parts_of_the_step(tab: Any) -> None:
    page = tab().fill(**GATE).go("tacrolimus")
    for key in ("fold_disagreements", "fold_monitoring", "fold_pregnancy", "fold_evidence"):
        page.unfold(key)
    text = unescaped(page)
    assert "75/112" in text
    assert "0.054 / 0.043" in text
    assert "< 0.001" in text
    assert not re.search(r"0\.000\b|\| nothing \|", text)
    assert "not printed" in text
    assert "113 babies of 109 women" in text
    assert page.charts()[0].alt.startswith("Share with the outcome")


def test_leaving_the_drug_step_out_takes_its_page_away(tab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from rif_threshold.ui import frame  # noqa: PLC0415

    assert "Immune step (contested)" in [title for _, title, _ in frame.wanted()]
    monkeypatch.setenv("RIF_THRESHOLD_WITHOUT", "tacrolimus")
    assert "Immune step (contested)" not in [title for _, title, _ in frame.wanted()]
    assert "tacrolimus" not in tab().fill(**GATE).text.lower()


def test_the_couples_page_says_the_same_as_the_sheet(worked: Any) -> None:

    from rif_threshold.report.couple_sheet import sheet  # noqa: PLC0415
    from rif_threshold.report.words import words  # noqa: PLC0415

    worked.go("explain")
    paper = sheet(assess(WORKED, include=("workup", "perspective")), words())
    text = unescaped(worked).replace("**", "*")
    said = (paper.first_line, *paper.standing, *paper.framing, paper.not_a_baby, *paper.box, *paper.range)
    for sentence in (*said, paper.grades_note):
        assert sentence in text
    assert (
        worked.charts()[0].alt
        == "100 shapes: 62 filled circles for a pregnancy that has started, 38 empty squares for none yet."
    )
    assert sum(row["state"] == "started" for row in worked.rows()) == 62


def test_the_couples_page_names_no_dose_and_blames_nobody(worked: Any) -> None:
    text = worked.go("explain").text.lower()
    for word in ("mg", "dose", "tacrolimus", "fault", "failure", "your failed", "you should"):
        assert word not in text.replace("dosen", "")


def test_the_couples_page_where_there_is_no_number(tab: Any) -> None:
    page = tab().fill(also_from=["clinic_rate"])
    page.fill(clinic_successes="0", clinic_transfers="20", clinic_outcome="implantation", failed_transfers="2")
    page.go("explain")
    assert "We have no number for you today" in page.text
    assert not page.charts()


def test_sources_show_every_table_source_and_conflict(tab: Any) -> None:
    from rif_threshold.tables import shipped, sources  # noqa: PLC0415

    page = tab("sources")
    assert "36 of 36 cells equal, 6 of 6 answers equal" in page.text
    for key in ("fold_conflicts", "fold_bibliography", "fold_rules", "fold_files"):
        page.unfold(key)
    text = unescaped(page)
    for number, source in enumerate(sources().values(), start=1):  # by number: keys are for files and scripts
        assert f"- [{number}] {source.citation} *Read" in text
    beside_files = re.sub(r"^\| \S+\.(csv|toml) \|", "", text, flags=re.MULTILINE)
    assert [key for key in sources() if "_" in key and key in beside_files] == []
    assert all(name in text and digest[:16] in text for name, digest in shipped().digests.items())


def test_a_case_code_restores_the_case(worked: Any) -> None:
    from rif_threshold.report.check_code import check_code  # noqa: PLC0415

    worked.panel("save")
    code = worked.at.code[0].value
    assert code == check_code(assess(WORKED))
    worked.press("new_couple").panel("save", check_code=code)
    assert "This is a case code" in worked.text
    assert "Same result" in worked.text
    worked.panel("save", press="restore", check_code=code)
    assert {key: worked.widget(key).value for key in WORKED} == WORKED
    assert worked.answered
    assert "Opened from a case code" in worked.text
    worked.panel("save", check_code=code[:-1] + ("A" if code[-1] != "A" else "B"))
    assert any("character is wrong" in error for error in worked.errors)


def test_a_couple_code_fills_what_it_holds_empties_the_rest_and_says_so(worked: Any) -> None:
    from rif_threshold.report.couple_code import couple_code  # noqa: PLC0415

    couple = {"oocyte_age_years": 41, "ploidy": "euploid", "failed_transfers": 4, "medications": ["fluconazole"]}
    couple |= {"answers": {"malignancy": "yes", "planned_stage": "cleavage"}, "findings": {"karyotype": "abnormal"}}
    code = couple_code(assess(couple))
    worked.panel("save", press="restore", check_code=code)
    assert json.loads(worked.at.session_state["held_by_the_tab"]) == {
        "oocyte_age_years": "41",
        "ploidy": "euploid",
        "failed_transfers": "4",
        "answers": {"planned_stage": "cleavage"},
        "findings": {"karyotype": "abnormal"},
    }
    for page in ("workup", "explain", "tacrolimus", "sources"):
        worked.go(page)
        assert "Opened from a couple code, which holds only what the sheet uses" in worked.text
    worked.press("opened_looked")
    assert "couple code" not in worked.text


def test_after_opening_the_next_transfer_is_added_and_its_result_is_asked_for(worked: Any) -> None:
    from rif_threshold.report.check_code import check_code  # noqa: PLC0415

    worked.panel("save", press="restore", check_code=check_code(assess(WORKED)))
    worked.press("opened_add")
    assert [worked.widget(f"history_{row}_result").value for row in (1, 2, 3, 4)] == ["no_positive_test"] * 3 + [None]
    assert worked.widget("history_4_oocyte_age_years").value == "36"
    assert not worked.answered
    worked.fill(history_4_result="no_positive_test")
    assert "4 failed" in worked.text.replace("**", "")
    assert "Opened from" not in worked.text


def test_adding_to_a_couple_without_a_transfer_begins_its_list(tab: Any) -> None:
    from rif_threshold.report.check_code import check_code  # noqa: PLC0415

    page = tab().panel("save", press="restore", check_code=check_code(assess(WORKED | {"failed_transfers": "0"})))
    page.press("opened_add")
    assert page.widget("history_1_result").value is None
    assert not page.has("history_2_result")


def test_a_stop_that_is_clear_says_so_and_not_no_to_a_negative(tab: Any) -> None:
    page = answer_everything(tab().fill(**GATE).go("tacrolimus"))
    step = assess(inputs_of(page), include=("tacrolimus",)).tacrolimus
    assert step is not None
    assert "22 clear" in unescaped(page)
    text = unescaped(page.unfold("fold_gate"))
    clear = [item for item in (*step.stops, *step.holds) if item.verdict == "no"]
    assert clear
    for item in clear:
        assert f"- Clear: {item.label_when_clear}" in text
    assert "No: No" not in text


def test_a_small_percentage_says_where_to_confirm_it(worked: Any) -> None:
    worked.fill(live_birth_percent="0.9")
    assert any("the switch in 'Planned next, several embryos, eggs, settings'" in error for error in worked.errors)
    assert any("small percentages are meant" in error for error in worked.errors)


@pytest.mark.parametrize("language", [each for each in languages() if each != ENGLISH])
def test_the_couples_page_speaks_each_language_and_says_who_has_checked_it(worked: Any, language: str) -> None:
    ours = words(language)
    page = worked.go("explain").fill(**{inputs.LANGUAGE: language})
    text = unescaped(page)
    for said in (*ours.notes(), ours("box_title"), ours("take_title")):
        assert said in text
    assert "Easy to mix up" not in text
    first = next(row for row in page.rows() if row["row"] == 0 and row["state"] == "started")
    assert first["column"] == (9 if ours.direction == "rtl" else 0)


def test_where_the_font_of_a_language_is_missing_the_page_says_what_to_install(
    worked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_families", lambda: frozenset({fonts.LATIN}))
    page = worked.go("explain")
    for language in languages():
        font, source = words(language).catalogue.font, words(language).catalogue.font_from
        page.fill(**{inputs.LANGUAGE: language})
        said = " ".join(page.errors)
        assert ("no file was made" in said) == bool(font)
        assert f"install {source}" in said or not font
        buttons = {button.proto.label: button.proto.disabled for button in page.at.get("download_button")}
        assert buttons[words(language)("take_sheet.pdf")] == bool(font)
        assert not buttons[words(language)("take_sheet.html")]
