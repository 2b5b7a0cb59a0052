"""The check code: nothing is lost in it, no mistake in it passes, and what changed since is named."""

import itertools
import json
import string
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from report_cases import CASES, PLAIN, REFUSED, answer
from rif_threshold import Case, InvalidInput, assess
from rif_threshold.pathway import facts, workup_lists
from rif_threshold.rates import load_rate_table
from rif_threshold.report import check_code as codes
from rif_threshold.report.check_code import LONGEST, PREFIX, check_code, code_or_why, read_code
from rif_threshold.report.digests import canonical
from rif_threshold.report.verification import verify
from rif_threshold.tables import open_folder
from rif_threshold.vocabulary import (
    Attempt,
    CycleMedication,
    Denominator,
    Eggs,
    EggSource,
    Finding,
    InfertilityCause,
    Outcome,
    Ploidy,
    PregnancyHistory,
    Stage,
    TransferResult,
    Verdict,
)
from test_tables import edit, own, sign

__all__ = ["own", "sign"]

ALPHABET = string.ascii_uppercase + "234567"


def refusal(code: str) -> str:
    """Why a code is refused; the message never repeats it."""
    with pytest.raises(InvalidInput) as caught:
        read_code(code)
    (problem,) = caught.value.problems
    assert (problem.field, problem.given) == ("code", "")
    return problem.code


def test_a_case_code_needs_nothing_of_paper_to_be_read_and_compared() -> None:
    """What makes the couple's paper is an extra; the code on a note is not, and nor is the curve as a table."""
    code = (
        "import sys; sys.modules |= dict.fromkeys(('babel', 'jinja2', 'altair', 'typst', 'segno', 'vl_convert'));"
        "from rif_threshold import assess; from rif_threshold.report import report;"
        "from rif_threshold.report.verification import verify;"
        f"answer = assess({PLAIN!r});"
        "code = report(answer, 'code.txt').content.decode();"
        "print(verify(code).sentence, len(report(answer, 'curve.csv').content) > 100)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == ("Same result. True\n", "")


@pytest.mark.parametrize("name", [*CASES, *REFUSED])
def test_a_code_restores_its_case_and_its_answer(name: str) -> None:
    code = check_code(answer(name))
    assert len(code) <= LONGEST
    assert set(code) <= set(ALPHABET + "-1")
    checked = verify(code)
    assert checked.case == answer(name).case
    assert checked.same
    assert checked.sentence == "Same result."
    assert checked.reasons == ()
    assert checked.assessment == answer(name)


@pytest.mark.parametrize(("name", "most"), [("plain", 200), ("fullest", 450)])
def test_codes_are_short(name: str, most: int) -> None:
    assert len(check_code(answer(name))) <= most


@pytest.mark.parametrize("name", ["plain", "fullest"])
def test_it_may_be_typed_in_any_shape(name: str) -> None:
    code = check_code(answer(name))
    for shape in (
        code.lower(),
        code.replace("-", ""),
        f"  {code} \n",
        code.replace("-", "- \n"),
        code.replace("-", " "),
    ):
        assert read_code(shape) == read_code(code)


# Every input.

SINGLE: list[dict[str, Any]] = [
    {"oocyte_age_years": 18},
    *({"ploidy": each} for each in Ploidy),
    {"failed_transfers": 0},
    *(
        {"live_birth_percent": "0.000001", "small_percent_confirmed": True, "live_birth_per": each}
        for each in Denominator
    ),
    {"clinic_successes": 0, "clinic_transfers": 9_999_999},
    {"clinic_percent": "99.999999"},
    *({"clinic_outcome": each} for each in Outcome),
    {"prediction": {}},
    {"prediction": {"woman_age_years": 45, "trying_years": 12, "unsuccessful_cycles": 6}},
    {"prediction": {"icsi": True}},
    {"prediction": {"icsi": False}},
    *({"prediction": {"egg_source": each}} for each in EggSource),
    *({"prediction": {"cause": each}} for each in InfertilityCause),
    *({"prediction": {"attempt": each}} for each in Attempt),
    *({"prediction": {"pregnancy_history": each}} for each in PregnancyHistory),
    *({"prediction": {"cycle_medication": each}} for each in CycleMedication),
    {"threshold_percent": "70.5"},
    {"minimum_transfers": 5},
    {"primary_route": "age_table"},
    {"oocyte_age_years": "<35"},
    {"embryos": 2},
    *({"stage": each} for each in Stage),
    *({"eggs": each} for each in Eggs),
    {"planned": "none"},
    {"planned": {"oocyte_age_years": "35-39", "ploidy": "low_level_mosaic", "embryos": 3, "stage": "cleavage"}},
    {"small_percent_confirmed": True},
    {"high_percent_confirmed": True},
    {"medications": []},
    {"medications": ["oestradiol", "Ibuprofène 400", '"quoted", {braced}', "日本語"]},
    {"medications": ["xyzmab"], "medications_checked": ["xyzmab"]},
    *({"medication_list_complete": each} for each in Verdict),
    *({"findings": {"karyotype": each}} for each in Finding),
    {"answers": {"th1_th2_ratio": "12.5", "hypersensitivity": "not_known"}},
    *(
        {"failed_transfers": None, "history": [{"result": each, "embryos": 2, "per_transfer_percent": "31.25"}]}
        for each in TransferResult
    ),
    {
        "failed_transfers": None,
        "history": [{"result": "no_positive_test", "oocyte_age_years": 40, "ploidy": "euploid"}],
    },
]


def packed(case: Case) -> Case:
    """A case through the part of the code that holds it."""
    text = codes.inflated(codes.deflated(canonical({"case": codes._plain_case(case)})))
    return Case.from_json(json.dumps(json.loads(text)["case"]))


@pytest.mark.parametrize("fields", SINGLE, ids=str)
def test_every_single_input_comes_back(fields: dict[str, Any]) -> None:
    typed = {name: value for name, value in ({"failed_transfers": 3} | fields).items() if value is not None}
    case = Case.model_validate(typed)
    assert packed(case) == case


def test_no_field_of_a_case_is_left_out_of_these_tests() -> None:
    tried = {name for fields in SINGLE for name in fields}
    assert tried == set(Case.model_fields)


percents = st.decimals(min_value="0.000001", max_value="99.999999", places=6).map(lambda number: f"{number:f}")
counts = st.integers(0, 9_999_999)
histories = st.lists(
    st.fixed_dictionaries(
        {"result": st.sampled_from([each for each in TransferResult if each != TransferResult.AWAITED])},
        optional={
            "oocyte_age_years": counts,
            "ploidy": st.sampled_from(list(Ploidy)),
            "per_transfer_percent": percents,
            "embryos": st.integers(1, 9),
        },
    ),
    min_size=1,
    max_size=8,
)
texts = st.text(min_size=1, max_size=100).filter(lambda text: bool(text.strip(" \t\r\n")) and text.isprintable())
cases = st.fixed_dictionaries(
    {"small_percent_confirmed": st.just(value=True), "high_percent_confirmed": st.just(value=True)},
    optional={
        "oocyte_age_years": counts,
        "ploidy": st.sampled_from(list(Ploidy)),
        "history": histories,
        "live_birth_percent": percents,
        "live_birth_per": st.sampled_from(list(Denominator)),
        "clinic_outcome": st.sampled_from(list(Outcome)),
        "clinic_percent": percents,
        "threshold_percent": percents,
        "minimum_transfers": st.integers(1, 100),
        "primary_route": texts,
        "findings": st.dictionaries(texts, st.sampled_from(list(Finding)), max_size=5),
        "answers": st.dictionaries(texts, texts, max_size=5),
        "medications": st.lists(texts, max_size=5),
        "medication_list_complete": st.sampled_from(list(Verdict)),
    },
)


@given(cases)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_case_comes_back(fields: dict[str, Any]) -> None:
    case = Case.model_validate(fields)
    threshold = {"threshold_percent", "minimum_transfers"}
    back = packed(case)
    assert back.model_copy(update=dict.fromkeys(threshold)) == case.model_copy(update=dict.fromkeys(threshold))
    # A threshold that is the default is not written down: should the default change, the code says so.
    assert all(getattr(back, name) in (getattr(case, name), None) for name in threshold)


def test_a_case_with_every_question_answered_fits() -> None:
    asked = {name: fact for name, fact in facts().items() if fact.asked}
    answers = {
        name: {"yes_no": ["no", "yes"][place % 2], "choice": list(fact.options or ["x"])[-1]}.get(
            fact.kind, str(int(fact.minimum) + 1)
        )
        for place, (name, fact) in enumerate(asked.items())
    }
    answers |= {"woman_age_years": "45"}  # not below the age at retrieval
    findings = dict.fromkeys(workup_lists().investigations, "abnormal")
    result = assess(
        CASES["history"] | {"answers": answers, "findings": findings, "medications": ["oestradiol", "aspirin"]}
    )
    code = check_code(result)
    assert len(code) <= LONGEST
    assert verify(code).case == result.case


def test_what_does_not_fit_is_refused_and_not_shortened() -> None:
    long = PLAIN | {"medications": [f"{'x' * (place % 7)} medicine {place}" for place in range(90)]}
    result = assess(long, include=())
    with pytest.raises(InvalidInput) as caught:
        check_code(result)
    assert caught.value.problems[0].code == "code_too_long"
    assert code_or_why(result).text == ""
    assert "600 characters" in code_or_why(result).why_not


# Every mistake.


@pytest.mark.parametrize("name", ["plain", "fullest"])
def test_every_single_wrong_character_is_refused(name: str) -> None:
    letters = check_code(answer(name)).replace("-", "")
    for place, right in enumerate(letters):
        for wrong in ALPHABET if place % 7 == 0 else (ALPHABET[place % 32], "0", "8", "é"):
            if wrong != right:
                refusal(letters[:place] + wrong + letters[place + 1 :])


@pytest.mark.parametrize("name", ["plain", "fullest"])
def test_every_swapped_pair_missing_and_doubled_character_is_refused(name: str) -> None:
    letters = check_code(answer(name)).replace("-", "")
    for place, (one, two) in enumerate(itertools.pairwise(letters)):
        if one != two:
            refusal(letters[:place] + two + one + letters[place + 2 :])
        refusal(letters[:place] + letters[place + 1 :])
        refusal(letters[:place] + one + letters[place:])


@given(st.text(max_size=80))
def test_no_text_is_taken_for_a_code(text: str) -> None:
    refusal(text)
    refusal(PREFIX + text)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "code_form"),
        ("hello", "code_form"),
        ("RIF2-AAAAAAAA", "code_version"),
        ("RIF1", "code_check"),
        ("RIF1-AAAAAAAA", "code_check"),
        ("RIF1-A0", "code_form"),
        ("RIF1-" + "A" * 700, "code_form"),
        ("RIF1" + "-" * 2000, "code_form"),
    ],
)
def test_what_is_wrong_is_said(typed: str, code: str) -> None:
    assert refusal(typed) == code


def test_a_last_character_that_says_too_much_is_refused() -> None:
    """Base32 leaves bits over at the end; they must be zero, or two codes would mean the same."""
    written = [check_code(answer(name)).replace("-", "") for name in CASES]
    letters = next(each for each in written if len(each) % 8 != 4)  # with 4 nothing is left over
    others = [letters[:-1] + last for last in ALPHABET if last != letters[-1]]
    assert {refusal(each) for each in others} <= {"code_check", "code_form"}


def signed(content: bytes) -> str:
    return codes._written(PREFIX.encode() + content)


def body(text: str, head: bytes | None = None) -> bytes:
    head = bytes([0, 1]) + b"0" + bytes(3) + bytes([0]) + bytes(9) if head is None else head
    return head + codes.deflated(text)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        bytes([0, 200]) + b"short",
        body("not json"),
        body("[]"),
        body("{}"),
        body('{"case":{}}'),
        body('{"case":{},"case":{},"was":{}}'),
        body('{"case":{},"was":{}}') + b"more",
        body('{"case":{},"was":{}}')[:-3],
        body('{"a":1}', bytes([0, 1]) + b"\xff" + bytes(13)),
    ],
    ids=range(11),
)
def test_a_well_signed_code_with_other_content_is_refused(content: bytes) -> None:
    assert refusal(signed(content)) in {"code_form", "code_check"}


def test_a_code_that_would_grow_without_end_is_cut_off() -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    pressed = bomb.compress(b"0" * 300_000) + bomb.flush()
    head = bytes([0, 1]) + b"0" + bytes(3) + bytes([0]) + bytes(9)
    assert len(signed(head + pressed)) <= 2 * LONGEST
    assert refusal(signed(head + pressed)) == "code_form"


@pytest.mark.parametrize(
    ("case", "field"),
    [
        ({"failed_transfers": "3", "oocyte_age_years": "17", "ploidy": "untested"}, "oocyte_age_years"),
        ({"failed_transfers": "-3", "oocyte_age_years": "36", "ploidy": "untested"}, "failed_transfers"),
        ({"failed_transfers": "3", "surname": "x", "oocyte_age_years": "36", "ploidy": "untested"}, "case"),
        ({"failed_transfers": "3", "live_birth_percent": "0.238", "live_birth_per": "retrieval"}, "live_birth_percent"),
    ],
)
def test_what_is_restored_is_validated_like_what_is_typed(case: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        verify(signed(body(json.dumps({"case": case, "was": {"route": None}}))))
    assert field in {problem.field for problem in caught.value.problems}


def test_a_case_that_is_no_object_is_refused() -> None:
    for case in ("[]", "3", '"x"', "null"):
        assert refusal(signed(body(f'{{"case":{case},"was":{{"route":null}}}}'))) == "code_form"


@pytest.mark.parametrize(
    "was",
    [
        "[]",
        '{"route":["x"]}',
        '{"route":"x","reached":"yes","transfers":null,"so_far":"1.0"}',
        '{"route":"x","reached":true,"transfers":"1e9","so_far":"1.0"}',
        '{"route":"x","reached":true,"transfers":[3],"so_far":"1.0"}',
        '{"route":"x","reached":true,"transfers":3,"so_far":"much"}',
        '{"route":"x","reached":true,"transfers":3,"so_far":["1.0"]}',
    ],
)
def test_an_answer_of_another_form_is_refused(was: str) -> None:
    assert refusal(signed(body(f'{{"case":{{}},"was":{was}}}'))) == "code_form"


# What changed since.


def reread(folder: Path) -> None:
    open_folder.cache_clear()
    load_rate_table.cache_clear()


def test_a_changed_table_is_named_with_what_the_answer_was(own: Path) -> None:
    case = PLAIN | {"primary_route": "age_table:ours"}
    code = check_code(assess(case, tables=own))
    assert verify(code, own).sentence == "Same result."
    edit(own, "rates/ours.csv", ",25.9,25.9,45.1,59.3,69.9,77.7,83.4,", ",26.9,,,,,,,")
    reread(own)
    checked = verify(code, own)
    assert not checked.same
    assert checked.reasons == ("table own:rates/ours.csv changed or is new",)
    assert checked.was.transfers_to_threshold == 4
    assert checked.assessment.threshold.transfers_to_threshold == 3
    assert "because table own:rates/ours.csv changed" in checked.sentence
    assert "It was: 4 transfers by route age_table:ours, 59.3 % so far, not crossed." in checked.sentence
    assert "It is now: 3 transfers by route age_table:ours, 60.9 % so far, crossed." in checked.sentence


def test_one_changed_byte_that_changes_no_answer_is_named_too(own: Path) -> None:
    code = check_code(assess(PLAIN, tables=own))
    edit(own, "rates/ours.toml", "An example", "A sample") if "An example" in (
        own / "rates/ours.toml"
    ).read_text() else edit(own, "rates/ours.toml", "example", "examplf")
    reread(own)
    checked = verify(code, own)
    assert checked.same
    assert checked.sentence == "Same result, although something changed: table own:rates/ours.toml changed or is new."


def test_a_table_that_is_gone_is_counted(own: Path) -> None:
    code = check_code(assess(PLAIN, tables=own))
    checked = verify(code)
    assert not checked.same  # one route fewer
    assert "3 tables are no longer there" in checked.reasons
    code = check_code(assess(PLAIN))
    assert "table own:rates/ours.csv changed or is new" in verify(code, own).reasons


def test_a_change_that_no_fingerprint_shows_is_still_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from rif_threshold.report import verification  # noqa: PLC0415

    code = check_code(answer("plain"))
    monkeypatch.setattr(verification, "all_fingerprint", lambda _: b"other")
    assert verify(code).reasons == ("a table changed; which one cannot be told",)


def test_another_version_of_the_software_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from rif_threshold import assessment  # noqa: PLC0415

    code = check_code(answer("plain"))
    monkeypatch.setattr(assessment, "__version__", "9.9.9")
    checked = verify(code)
    assert checked.same
    assert checked.reasons == (f"software {answer('plain').software.version} made the code, this is 9.9.9",)


def test_a_change_without_a_reason_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    from rif_threshold.report import verification  # noqa: PLC0415

    code = check_code(answer("out_of_reach"))
    monkeypatch.setattr(verification, "answer_digests", lambda _: {"threshold": b"", "workup": b"", "tacrolimus": b""})
    sentence = verify(code).sentence
    assert "tables and software are the same as they were" in sentence
    assert "more than 1,000 transfers" in sentence


def test_a_refused_route_is_verified_as_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from rif_threshold.report import verification  # noqa: PLC0415

    code = check_code(answer("missing"))
    assert not verify(code).was.computed
    monkeypatch.setattr(verification, "answer_digests", lambda _: {"threshold": b"", "workup": b"", "tacrolimus": b""})
    assert "It was: no answer. It is now: no answer." in verify(code).sentence


def test_parts_that_were_left_out_stay_left_out() -> None:
    checked = verify(check_code(assess(PLAIN, include=("workup",))))
    assert checked.same
    assert checked.assessment.workup is not None
    assert checked.assessment.tacrolimus is None
    assert checked.assessment.perspective is None


def test_codes_of_version_one_stay_readable() -> None:
    """This code was made once. Should it no longer be read, codes on paper have been broken."""
    content = read_code(FIRST)
    assert dict(content.case) == {"oocyte_age_years": "36", "ploidy": "untested", "failed_transfers": "3"}
    assert content.was["transfers"] == "4"


FIRST = (
    "RIF1-A4CTALRR-FYYHMNUQ-DYA5CEOS-DNRR45BF-UY32WU7W-KQAGAILB-E5TCUZ3T-NHWYNFUG-2CG6"
    "XIGW-UWXLG75V-GS3Z7OXY-ZFXNFQWU-ELK4DWXJ-4DF6ID7N-I7V5VRMN-UVGKNEK5-DOCE4AQA-XS7TYVY"
)
