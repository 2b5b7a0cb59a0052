"""No key, code word or identifier is shown on the work-up or in the immune step, whatever was answered and opened."""

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
    "workup": ("not_recommended",),
    "tacrolimus": (
        *("positions", "disagreements", "gate", "advice", "notes", "monitoring", "pregnancy", "evidence"),
        *(entry.id for entry in protocols()),
    ),
}
COUPLE = {"oocyte_age_years": "34", "ploidy": "euploid", "failed_transfers": "5"}
STATES: dict[str, dict[str, Any]] = {
    "nobody": {},
    "half a couple": {"failed_transfers": "2"},
    "nothing answered": COUPLE,
    "everything answered": FIVE,
    "medicines": FIVE | {"medications": ["fluconazole", "grapefriut", "Prograf", "insulin", "xyzmab"]},
    "stopped": FIVE | {"medications": ["methotrexate"]},
    "a wrong answer": COUPLE | {"answers": {"th1_th2_ratio": "12,5", "miscarriages": "99"}},
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


@pytest.mark.parametrize("name", FOLDS)
@pytest.mark.parametrize("state", STATES)
def test_no_key_no_code_and_no_identifier(tab: Any, name: str, state: str) -> None:
    from rif_threshold.ui import inputs  # noqa: PLC0415

    page = tab()
    case = {"ploidy": None} | STATES[state]
    for field, value in fields_of(case).items():
        page.at.session_state[field] = value
    page.go(name)
    for fold in FOLDS[name]:
        page.unfolded.add(f"fold_{fold}")
    text = shown(page.run())
    assert len(text) > 500 or state == "nobody"
    assert re.findall(r"(?<![\w.])[a-z0-9]+(?:_[a-z0-9]+)+", text) == []
    assert re.findall(r"\bNone\b(?! are taken| listed| in any)|\bnull\b|\bTrue\b(?! RIF)|\bFalse\b|\{|\}", text) == []
    assert not [key for key in sources() if re.search(rf"\[{key}\b", text)]
    assert inputs.HISTORY_GIVEN not in text
    assert all(name not in text for name in facts() if "_" in name)


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
