"""No key, code word or identifier is shown on any page, whatever was typed, answered and opened."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rif_threshold.pathway import facts
from rif_threshold.pathway.protocols import protocols
from rif_threshold.tables import sources

CASES = Path(__file__).parents[1] / "cases"
FIVE = json.loads((CASES / "tacrolimus_five_failed_euploid.json").read_text("utf-8"))
FOLDS = {
    "threshold": (
        *("more", "exports"),
        *("interval", "couples_differ", "what_moves_the_answer", "meaning_of_crossing", "against_observed", "budget"),
    ),
    "explain": (),
    "sources": ("conflicts", "bibliography", "rules"),
    "workup": ("not_recommended",),
    "tacrolimus": (
        *("positions", "disagreements", "gate", "advice", "notes", "monitoring", "pregnancy", "evidence"),
        *(entry.id for entry in protocols()),
    ),
}
COUPLE = {"oocyte_age_years": "34", "ploidy": "euploid", "failed_transfers": "5"}
AT_36 = {"oocyte_age_years": "36", "ploidy": "untested"}
STATES: dict[str, dict[str, Any]] = {
    "nobody": {},
    "half a couple": {"failed_transfers": "2"},
    "nothing answered": COUPLE,
    "everything answered": FIVE,
    "medicines": FIVE | {"medications": ["fluconazole", "grapefriut", "Prograf", "insulin", "xyzmab"]},
    "stopped": FIVE | {"medications": ["methotrexate"]},
    "a wrong answer": COUPLE | {"answers": {"th1_th2_ratio": "12,5", "miscarriages": "99"}},
    "refused": {"oocyte_age_years": "99", "ploidy": "untested", "failed_transfers": "-3"},
    "still typed": COUPLE | {"oocyte_age_years": "3"},
    "cannot be said": {"oocyte_age_years": "38", "ploidy": "untested", "failed_transfers": "3", "embryos": "2"},
    "an open band": {"oocyte_age_years": "42", "ploidy": "untested", "failed_transfers": "3"},
    "a mosaic": {"oocyte_age_years": "36", "ploidy": "low_level_mosaic", "failed_transfers": "3"},
    "donor eggs": {"oocyte_age_years": "26", "ploidy": "untested", "failed_transfers": "3", "eggs": "donor"},
    "half a clinic": COUPLE | {"clinic_successes": "52"},
    "a clinic": COUPLE | {"clinic_successes": "52", "clinic_transfers": "200", "clinic_outcome": "clinical_pregnancy"},
    "a clinic's births": COUPLE
    | {"clinic_successes": "71", "clinic_transfers": "194", "clinic_outcome": "live_birth", "failed_transfers": "3"},
    "half a model": COUPLE | {"prediction_cause": "unknown"},
    "a model": COUPLE
    | {
        "prediction_woman_age_years": "34",
        "prediction_trying_years": "3",
        "prediction_egg_source": "own",
        "prediction_cause": "damaged_tubes",
        "prediction_attempt": "first",
        "prediction_unsuccessful_cycles": "0",
        "prediction_pregnancy_history": "no_ivf_never_pregnant",
        "prediction_cycle_medication": "gonadotrophin",
        "prediction_icsi": "no",
    },
    "far too much": COUPLE | {"live_birth_percent": "80", "live_birth_per": "treatment_cycle"},
    "awaited": {"history": [{"result": result, **AT_36} for result in ("no_positive_test", "awaited")], **AT_36},
    "awaited too early": {"history": [{"result": result, **AT_36} for result in ("awaited", "biochemical")], **AT_36},
    "pregnant": {"history": [{"result": result, **AT_36} for result in ("no_positive_test", "ongoing")], **AT_36},
    "a line left open": {"history": [{"result": "no_positive_test", **AT_36}, {}], **AT_36},
    "a contradiction": COUPLE | {"answers": {"recurrent_pregnancy_loss": "yes", "any_positive_test": "no"}},
    "a history": {
        "oocyte_age_years": "34",
        "ploidy": "euploid",
        "history": [{"result": result, "oocyte_age_years": "34"} for result in ("no_positive_test", "biochemical")],
        "findings": {"thyroid_function": "abnormal", "lifestyle": "not_done"},
    },
}


def shown(page: Any) -> str:
    """Everything in words on the page: texts, the names of controls and of what they offer."""
    at, said = page.at, [page.text]
    for kind in ("text_input", "segmented_control", "selectbox", "toggle", "multiselect", "button", "expander"):
        said += [str(each.label) for each in getattr(at, kind)]
    for kind in ("segmented_control", "selectbox"):
        said += [str(option) for each in getattr(at, kind) for option in each.proto.options or ()]
    return "\n".join(said).replace("\\", "")


SHOWN = [(name, state) for name in FOLDS for state in STATES if name != "sources" or state == "nobody"]
"""The page of sources is the same for everyone."""


@pytest.mark.parametrize(("name", "state"), SHOWN)
def test_no_key_no_code_and_no_identifier(tab: Any, name: str, state: str) -> None:
    from rif_threshold.ui import inputs  # noqa: PLC0415

    page = tab()
    case = {"ploidy": None} | STATES[state]
    for field, value in fields_of(case).items():
        page.at.session_state[field] = value
    page.run() if name == "threshold" else page.go(name)
    for fold in FOLDS[name]:
        page.unfolded.add(f"fold_{fold}")
    said = [shown(page.run())]
    if name == "threshold":
        said += [shown(page.show(each)) for each in ("How sure", "What it means", "Numbers", "Sources")]
    text = "\n".join(said)
    assert len(text) > 100 or state == "nobody"
    assert odd(text) == []
    assert inputs.HISTORY_GIVEN not in text
    assert all(name not in text for name in facts() if "_" in name)


ADDRESS = re.compile(r"https?://\S+|\bdoi:\S+")
MARKS = r"[<>]=|(?<!\.)\.\.(?!\.)|\. \.|[,;:] ?\.|\(\)|\[\]"
DOUBLED = r"\b([a-z]{2,}) \1\b(?! vitro)"


def odd(text: str) -> list[str]:
    """What no reader should meet: keys and codes, marks of the program, doubled words and points, small beginnings."""
    text = ADDRESS.sub("", text)
    found = [each.group() for each in re.finditer(r"(?<![\w./])[A-Za-z0-9]+(?:_[a-z0-9]+)+", text)]
    found += re.findall(r"\bNone\b(?! are taken| listed| in any| answered)|\b(?:null|nan|inf)\b|\bFalse\b|\{|\}", text)
    found += re.findall(r"\bTrue\b(?! RIF)", text)
    found += [key for key in sources() if re.search(rf"[\[(]{key}\b", text)]
    found += [each.group() for each in re.finditer(f"{MARKS}|{DOUBLED}", text)]
    found += re.findall(r"(?<=[a-z]{3}\. )[a-z]{3,} [a-z]+", text)
    found += re.findall(r"(?m)^(?:- )?[a-z]{3,}[a-z ]*: [A-Z]", text)
    return found


def test_the_search_for_what_is_odd_would_notice() -> None:
    for bad in (
        *("age >=40", "clinic 52 of None", "(hfea_2017_2018)", "[us_label: x]", "so so far", "Crossed. .", "found.."),
        *("- the case: Something", "It holds here. this is needed", "nan %", "Effect: ."),
    ):
        assert odd(bad), bad
    assert odd("Ours is at https://example.org/a_b. It is so: 3.5 of 10, e.g. this.") == []


def fields_of(case: dict[str, Any]) -> dict[str, Any]:
    """A case as the session holds it, by the keys of the widgets."""
    held: dict[str, Any] = {}
    for field, value in case.items():
        if field in {"findings", "answers"}:
            held |= {f"{field[:-1]}_{name}": text for name, text in value.items()}
        elif field == "history":
            held |= {"history_given": True, "history_length": len(value)}
            held |= {f"history_{row}_{name}": text for row, each in enumerate(value, 1) for name, text in each.items()}
        elif value is not None:
            held[field] = value if isinstance(value, list) else str(value)
    return held


def test_our_own_reading_is_no_numbered_source(tab: Any) -> None:
    page = tab().fill(oocyte_age_years="34", ploidy="euploid", failed_transfers="5").go("tacrolimus")
    text = page.text.replace("\\", "")
    assert "No guideline that was read recommends it for implantation failure. (our own reading)" in text
    assert sources()["own"].title not in text
