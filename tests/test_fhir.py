"""FHIR: valid by R4B's models, and every element means what R4 says; the figures are computed here by hand."""

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from math import prod
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fhir.resources.R4B.riskassessment import RiskAssessment

from report_cases import CASES, DATE, PLAIN, REFUSED, answer
from rif_threshold import Assessment, assess
from rif_threshold.report import report
from rif_threshold.report.check_code import code_or_why
from rif_threshold.sentences import headline, next_transfer, rule_words, standing
from rif_threshold.tables import Remark
from test_tables import edit, own, sign

__all__ = ["own", "sign"]

ROOT = Path(__file__).parents[1]
FAILED = "no_positive_test"
UNTESTED = {"oocyte_age_years": 36, "ploidy": "untested"}
MORE: dict[str, dict[str, Any]] = {
    "mixed": json.loads((ROOT / "examples/mixed_history.json").read_text("utf-8")),
    "restarted": PLAIN | {"failed_transfers": None, "history": [UNTESTED | {"result": "live_birth"}]},
    "two_embryos": UNTESTED | {"ploidy": "euploid", "history": [UNTESTED | {"result": FAILED, "embryos": 2}]},
    "long_crossed": {"oocyte_age_years": 30, "ploidy": "euploid", "failed_transfers": 12},
}
ANSWERED, UNANSWERED = [*CASES, *MORE], [*REFUSED]
EVERY = [*ANSWERED, *UNANSWERED]

# http://hl7.org/fhir/R4/valueset-observation-status.html: of `preliminary` it says "data may be incomplete or
# unverified", and that what is not yet released or signed has it; of `cancelled`, "not started or not completed".
PRELIMINARY, CANCELLED = "preliminary", "cancelled"
# http://hl7.org/fhir/R4/codesystem-data-absent-reason.html: "The workflow didn't lead to this value being known."
NOBODY = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "not-asked"}],
    "type": "Patient",
    "display": "not recorded",
}
KNOWN = {
    "resourceType", "language", "text", "contained", "status", "method", "code", "subject", "occurrenceDateTime",
    "performer", "basis", "prediction", "note",
}  # fmt: skip


@cache
def assessed(name: str) -> Assessment:
    return assess(MORE[name]) if name in MORE else answer(name)


def resource(name: str) -> dict[str, Any]:
    return made(assessed(name))


def made(assessment: Assessment) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(report(assessment, "fhir.json", date=DATE).content)
    return data


def dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from dicts(each)


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


def contained(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in data["contained"] if each["id"] == name)


def code(concept: dict[str, Any]) -> str:
    return str(concept["coding"][0]["code"])


def components(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {code(each["code"]): each for each in contained(data, "answer")["component"]}


def numbers(data: dict[str, Any]) -> dict[str, float | str]:
    """The coded numbers of the answer, with the comparator where there is one."""
    found = {"failed-transfers": contained(data, "failed-transfers")} | components(data)
    return {
        name: f"{quantity['comparator']}{quantity['value']}" if "comparator" in quantity else quantity["value"]
        for name, each in found.items()
        if (quantity := each.get("valueQuantity"))
    }


def by_hand(*percents: float) -> list[float]:
    """The cumulative chances of transfers with these chances, by the formula of the README."""
    return [100 - 100 * prod(1 - percent / 100 for percent in percents[:n]) for n in range(1, len(percents) + 1)]


@pytest.mark.parametrize("name", EVERY)
def test_it_is_a_valid_risk_assessment(name: str) -> None:
    data = resource(name)
    RiskAssessment.model_validate(data)
    assert data.keys() <= KNOWN
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", data["occurrenceDateTime"])
    assert all(text.strip() == text and text for text in texts(data))
    assert data["basis"]
    assert assessed(name).disclaimer in texts(data["note"])
    assert any(code_or_why(assessed(name)).text in text for text in texts(data["note"]))


@pytest.mark.parametrize("name", EVERY)
def test_nobody_is_named_and_nothing_is_called_verified(name: str) -> None:
    data = resource(name)
    observations = [each for each in data["contained"] if each["resourceType"] == "Observation"]
    assert [each["subject"] for each in (data, *observations)] == [NOBODY] * 3
    assert data["status"] == (CANCELLED if name in UNANSWERED else PRELIMINARY)
    assert contained(data, "answer")["status"] == data["status"]
    assert contained(data, "failed-transfers")["status"] == PRELIMINARY
    keys = {key for each in dicts(data) for key in each}
    assert not keys & {"identifier", "birthDate", "gender", "encounter", "mitigation", "whenPeriod", "whenRange"}
    assert not keys & {"qualitativeRisk", "relativeRisk"}


@pytest.mark.parametrize("name", EVERY)
def test_what_is_contained_is_referred_to_and_of_a_type_that_fits(name: str) -> None:
    # dom-3, in R4's words: it "SHALL be referred to from elsewhere in the resource or SHALL refer to the containing
    # resource". The target types are those of R4's definitions.
    data = resource(name)
    types = {f"#{each['id']}": each["resourceType"] for each in data["contained"]}
    assert sorted(types.values()) == ["Device", "Observation", "Observation"]
    told = contained(data, "answer")
    targets = {
        "Device": [data["performer"]["reference"], told["device"]["reference"]],
        "Observation": [told["derivedFrom"][0]["reference"], data["basis"][0]["reference"]],
    }
    for kind, references in targets.items():
        assert [types[reference] for reference in references] == [kind] * 2
    assert told["focus"] == [{"reference": "#"}]
    referred = {each["reference"] for each in dicts(data) if "reference" in each}
    assert referred == {"#", "#software", "#failed-transfers"}
    assert "rif-threshold" in texts(contained(data, "software"))
    assert assessed(name).software.version in texts(contained(data, "software"))


@pytest.mark.parametrize("name", EVERY)
def test_every_unit_is_ucum_and_every_code_is_explained(name: str) -> None:
    data = resource(name)
    explained = (ROOT / "docs/fhir.md").read_text("utf-8")
    system = re.findall(r"urn:uuid:[0-9a-f-]{36}", explained)
    seen = set()
    for each in dicts(data):
        if "value" in each and "unit" in each:
            assert each["system"] == "http://unitsofmeasure.org"
            assert (each["unit"], each["code"]) in {("%", "%"), ("transfers", "{transfers}")}
        elif each.get("system") == "http://terminology.hl7.org/CodeSystem/data-absent-reason":
            assert each["code"] == "not-performed"
        elif "system" in each:
            assert [each["system"]] == system
            assert each["display"]
            seen.add(re.sub(r".+(?=-at-next-transfer)|.+(?=-by-transfer-)", "OUTCOME", each["code"]))
            outcome = re.sub(r"-(at-next-transfer|by-transfer-\d+)$", "", each["code"])
            assert f"`{outcome}`" in explained
    assert all(f"`{re.sub(r'[0-9]+$', 'N', each)}`" in explained for each in seen)


def ends(prediction: dict[str, Any]) -> tuple[float, float]:
    """Both ends of the probability of a prediction, in percent."""
    if "probabilityRange" in prediction:
        return prediction["probabilityRange"]["low"]["value"], prediction["probabilityRange"]["high"]["value"]
    return prediction["probabilityDecimal"], prediction["probabilityDecimal"]


@pytest.mark.parametrize("name", ANSWERED)
def test_there_is_one_prediction_for_each_number_of_transfers_and_one_for_the_next(name: str) -> None:
    data, primary = resource(name), assessed(name).primary
    assert primary is not None
    *curve, following = data["prediction"]
    if primary.following is None:
        curve = data["prediction"]
    both = zip(primary.cumulative_percent_lowest, primary.cumulative_percent_highest, strict=True)
    assert list(map(ends, curve)) == list(both)
    counted = primary.outcome.replace("_", "-")
    for number, each in enumerate(curve, start=1):
        low, high = ends(each)
        assert 0 <= low <= high <= 100
        assert high > 0
        text = each["outcome"]["text"]
        assert f"within {number} transfer" in text
        assert "cumulative" in text
        assert "as reckoned before its first transfer" in text
        assert (f"Not transfer {number} by itself" in text) == (number > 1)
        assert ("failed" in text) == (number <= primary.failed_transfers)
        assert code(each["outcome"]) == f"{counted}-by-transfer-{number}"
        assert each["rationale"].startswith(f"Transfer {number}, ")
        assert primary.route in each["rationale"]
    if primary.following is None:
        return
    assert ends(following) == primary.following
    assert code(following["outcome"]) == f"{counted}-at-next-transfer"
    assert "by itself" in following["outcome"]["text"]
    assert f"transfer {primary.failed_transfers + 1} of the current run. Not cumulative" in following["outcome"]["text"]
    # In percent, not a share: a curve that crosses 60 % has values above 1.
    assert name == "out_of_reach" or max(ends(each)[1] for each in curve) > 1


def test_the_worked_case_has_the_expected_numbers() -> None:
    shown = [round(each["probabilityDecimal"], 1) for each in resource("reached")["prediction"]]
    assert shown[:5] == [27.6, 47.6, 62.1, 72.5, 80.1]


# The chance of each transfer of the run and of the planned ones, from ESHRE's printed table (untested 31.5 below 35,
# 25.9 at 35 to 39; euploid 64.1 at 35 to 40, 68.4 below 35) or as it was entered, and where it comes from.
AT_36 = "age at egg retrieval 36"
DOUBLE = 100 - 100 * 0.741**2
OWN_REASONS: dict[str, list[tuple[float | tuple[float, float], str, str]]] = {
    "mixed": [
        (31.5, "failed", "31.5 % printed for untested embryos, age at egg retrieval 34 "),
        (25.9, "failed", "25.9 % printed for untested embryos, age at egg retrieval 36 "),
        (64.1, "planned", "64.1 % printed for euploid embryos, age 35-40 "),
        (64.1, "planned", "64.1 % printed for euploid embryos, age 35-40 "),
    ],
    "history": [
        ((25.9, DOUBLE), "failed", f"25.9 to 45.1 % printed for untested embryos, {AT_36}, 2 embryos at once "),
        (40.5, "failed", "40.5 % entered for this very transfer "),
        (64.1, "planned", "64.1 % printed for euploid embryos, age 35-40 "),
    ],
    "two_embryos": [
        ((25.9, DOUBLE), "failed", f"25.9 to 45.1 % printed for untested embryos, {AT_36}, 2 embryos at once "),
        (64.1, "planned", "64.1 % printed for euploid embryos, age 35-40 "),
    ],
    "settled": [
        (45, "failed", "45.0 % entered for this very transfer "),
        (45, "failed", "45.0 % entered for this very transfer "),
        (20 * 1.16, "planned", "23.2 % from 20 % live birth per embryo transfer × 1.16 "),
    ],
    "restarted": [(25.9, "planned", "25.9 % printed for untested embryos, age 35-39 ")] * 2,
    "plain": [
        *[(25.9, "failed", "25.9 % printed for untested embryos, age 35-39 ")] * 3,
        (25.9, "planned", "25.9 % printed for untested embryos, age 35-39 "),
    ],
    "reached": [(23.8 * 1.16, "failed", "27.6 % from 23.8 % live birth per treatment cycle × 1.16 ")] * 3,
    "counts": [(26, "failed", "26.0 % from 52 of 200 transfers, counting clinical pregnancy ")] * 3,
    "percent": [(6.5, "failed", "6.5 % of transfers, counting implantation ")] * 9,
}


@pytest.mark.parametrize("name", OWN_REASONS)
def test_each_prediction_is_explained_by_its_own_transfer(name: str) -> None:
    rows = OWN_REASONS[name]
    lowest, highest = (
        by_hand(*(percent[end] if isinstance(percent, tuple) else percent for percent, _, _ in rows)) for end in (0, 1)
    )
    predictions = resource(name)["prediction"][:-1]
    for number, ((percent, state, reason), each) in enumerate(zip(rows, predictions, strict=False), start=1):
        assert ends(each) == pytest.approx((lowest[number - 1], highest[number - 1]), abs=1e-9)
        start, _, cumulative = each["rationale"].partition(" Cumulative: ")
        assert start.startswith(f"Transfer {number}, {state}, by itself: {reason}")
        others = {other for _, _, other in rows} - {reason}
        assert not any(other in each["rationale"] for other in others)
        shown = [tuple(map(float, value.split(" to "))) for value in re.findall(r"\(1-([\d. to]+) %\)", cumulative)]
        near = [] if number == 1 else [(lowest[number - 2], highest[number - 2]), percent]
        for value, pair in zip(shown, near, strict=True):
            low, high = pair if isinstance(pair, tuple) else (pair, pair)
            assert (value[0], value[-1]) == pytest.approx((low, high), abs=0.0501)
    assert re.match(re.escape(rows[-1][2]), resource(name)["prediction"][-1]["rationale"]) or rows[-1][1] == "failed"


def test_a_figure_per_cycle_is_said_to_be_taken_as_one_per_transfer() -> None:
    taken = "taken as one per embryo transfer"
    for name, expected in (("reached", True), ("model", True), ("settled", False), ("plain", False)):
        assert [taken in each["rationale"] for each in resource(name)["prediction"][2:]] == [
            expected for _ in resource(name)["prediction"][2:]
        ]


# State, and the coded numbers: failed transfers, threshold, minimum, transfers to threshold, cumulative chance so far.
STATES: dict[str, tuple[str, tuple[float | str, ...]]] = {
    "plain": ("not-reached", (3, 60, 2, 4, 100 - 100 * 0.741**3)),
    "reached": ("reached", (3, 60, 2, 3, 100 - 100 * (1 - 0.238 * 1.16) ** 3)),
    "none_failed": ("not-reached", (0, 60, 2, 4, 0)),
    "own_rule": ("not-reached", (3, 75, 3, 5, 100 - 100 * 0.741**3)),
    "just_over": ("not-reached", (1, 60, 2, 2, 36.9)),
    "beyond": ("not-reached", (4, 60, 2, 61, 100 - 100 * 0.985**4)),
    "out_of_reach": ("not-reached", (4, 60, 2, ">1000", 100 - 100 * 0.9995**4)),
    "long_crossed": ("reached", (12, 60, 2, 2, 100 - 100 * 0.316**12)),
    "mixed": ("not-reached", (2, 60, 2, 3, 100 - 100 * 0.685 * 0.741)),
    "restarted": ("not-reached", (0, 60, 2, 4, 0)),
    "settled": ("reached", (2, 60, 2, 2, 69.75)),
}


@pytest.mark.parametrize("name", STATES)
def test_the_answer_is_coded(name: str) -> None:
    data, (state, expected) = resource(name), STATES[name]
    assert code(contained(data, "answer")["valueCodeableConcept"]) == state
    said = numbers(data)
    assert list(said) == [
        "failed-transfers", "threshold-percent", "minimum-transfers", "transfers-to-threshold",
        "cumulative-percent-so-far",
    ]  # fmt: skip
    for value, wanted in zip(said.values(), expected, strict=True):
        assert value == (wanted if isinstance(wanted, str) else pytest.approx(wanted, abs=1e-9))


@pytest.mark.parametrize("name", ANSWERED)
def test_the_coded_state_agrees_with_its_words(name: str) -> None:
    result, told = assessed(name), contained(resource(name), "answer")
    assert ("dataAbsentReason" in texts(list(told))) == (result.threshold is None)
    assert told["valueCodeableConcept"]["text"] == f"{headline(result)}. {standing(result)}"
    states = {"reached": "reached", "not_yet": "not-reached", "cannot_be_said": "cannot-be-said"}
    assert code(told["valueCodeableConcept"]) == states[result.state]
    assert (result.state == "reached") == ("line is crossed" in standing(result).replace("line is crossed cannot", ""))


@pytest.mark.parametrize("name", UNANSWERED)
def test_a_refused_route_makes_no_prediction_and_says_why(name: str) -> None:
    data = resource(name)
    assert "prediction" not in data
    assert any(text.startswith(("Not computed: ", "Unfinished: ")) for text in texts(data["note"]))
    told, parts = contained(data, "answer"), components(data)
    for each in (told, parts["transfers-to-threshold"], parts["cumulative-percent-so-far"]):
        assert not [key for key in each if key.startswith("value")]
        assert code(each["dataAbsentReason"]) == "not-performed"
    # What was entered and the rule are known all the same.
    assert numbers(data) == {"failed-transfers": 3, "threshold-percent": 60, "minimum-transfers": 2}
    assert "No answer" in "".join(ET.fromstring(data["text"]["div"]).itertext())


@pytest.mark.parametrize("name", EVERY)
def test_the_narrative_says_the_same_in_xhtml(name: str) -> None:
    # R4: the narrative is safe to read by itself; "generated" has nothing that is not in the data beside it.
    result, data = assessed(name), resource(name)
    assert data["text"]["status"] == "generated"
    div = ET.fromstring(data["text"]["div"])
    xhtml = "{http://www.w3.org/1999/xhtml}"
    assert div.tag == f"{xhtml}div"
    assert {each.tag for each in div} == {f"{xhtml}p"}
    assert [len(each) + len(each.attrib) for each in div] == [0] * len(div)
    lines = [each.text or "" for each in div]
    assert lines[0] == f"{headline(result)}. {standing(result)}"
    assert {rule_words(result), result.disclaimer, "Patient: not recorded"} <= set(lines)
    assert next_transfer(result) in [*lines, ""]
    assert all(any(caveat.text in line for line in lines) for caveat in result.notes)
    rest = " ".join(texts({**data, "text": None})).replace("\\<", "<")
    parts = [line.removeprefix("Patient: ") for line in lines]
    parts[:1] = [headline(result)] if name in UNANSWERED else parts[:1]
    assert [part for part in parts if part not in rest] == []


def test_the_basis_names_the_sources_and_tables_that_were_used_and_no_other(own: Path) -> None:
    def files(data: dict[str, Any]) -> list[str]:
        found = [re.fullmatch(r"table (\S+) sha256:[0-9a-f]{64}", text) for text in texts(data["basis"])]
        return [name for name, _ in groupby(each[1] for each in found if each)]

    published = ["rates/eshre_rif_2023.csv", "rates/eshre_rif_2023.toml"]
    assert any("eshre_rif_2023" in text for text in texts(resource("plain")["basis"]))
    assert files(resource("plain")) == ["method.toml", *published]
    assert files(resource("counts")) == ["method.toml"]
    assert files(resource("model")) == ["method.toml", "prediction/nelson_lawlor_2011.toml"]
    with_own = made(assess(PLAIN | {"primary_route": "age_table:ours"}, tables=own))
    assert files(with_own) == ["method.toml", *published, "own:rates/ours.csv", "own:rates/ours.toml"]
    assert all("route age_table:ours;" in each["rationale"] for each in with_own["prediction"])


def test_what_was_typed_is_no_markup_in_the_narrative_and_no_tag_in_a_note(own: Path) -> None:
    typed = "<script>alert(1)</script> & 3 < 4"
    edit(own, "rates/ours.toml", "caveats = [", f'caveats = [\n  "{typed}",')
    data = made(assess(PLAIN | {"primary_route": "age_table:ours"}, tables=own))
    RiskAssessment.model_validate(data)
    assert any(typed in (each.text or "") for each in ET.fromstring(data["text"]["div"]))
    # In markdown a backslash before the bracket makes it a letter; "3 < 4" opens no tag and stays.
    notes = [text for text in texts(data["note"]) if "alert" in text]
    assert [note.split(" [")[0] for note in notes] == [r"\<script>alert(1)\</script> & 3 < 4"]


def test_control_characters_break_neither_a_string_nor_the_narrative() -> None:
    said = Remark(text=" a\u0001b\ufffe \u200b c", source="ours")
    data = made(assess(PLAIN).model_copy(update={"notes": (said,)}))
    assert any(text.startswith("a b c [") for text in texts(data["note"]))
    assert any((each.text or "").strip().startswith("a b c [") for each in ET.fromstring(data["text"]["div"]))
    assert all(text.isprintable() for text in texts(data))


def test_the_sample_shows_what_is_made_today() -> None:
    shown = json.loads((ROOT / "docs/samples/fhir-risk-assessment.json").read_text("utf-8"))
    today = resource("reached")
    assert list(shown) == list(today)
    assert shown["prediction"] == today["prediction"]
    assert contained(shown, "answer") == contained(today, "answer")
