"""Cases that the tests of the exports share, from the plainest to the fullest."""

import datetime
import json
from functools import cache
from pathlib import Path
from typing import Any

from rif_threshold import Assessment, assess

DATE = datetime.date(2026, 11, 22)
_FILES = Path(__file__).parent / "cases"

PLAIN = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
CASES: dict[str, dict[str, Any]] = {
    "plain": PLAIN,
    "reached": PLAIN | {"live_birth_percent": "23.8", "live_birth_per": "treatment_cycle"},
    "none_failed": PLAIN | {"failed_transfers": 0},
    "six": PLAIN | {"oocyte_age_years": 41},
    "euploid": {"oocyte_age_years": 34, "ploidy": "euploid", "failed_transfers": 2},
    "counts": {
        "failed_transfers": 3,
        "clinic_successes": 52,
        "clinic_transfers": 200,
        "clinic_outcome": "clinical_pregnancy",
    },
    "few_counts": {
        "failed_transfers": 1,
        "clinic_successes": 1,
        "clinic_transfers": 9,
        "clinic_outcome": "positive_test",
    },
    "many_counts": {
        "failed_transfers": 1,
        "clinic_successes": 4000,
        "clinic_transfers": 10000,
        "clinic_outcome": "clinical_pregnancy",
    },
    "percent": PLAIN | {"failed_transfers": 9, "clinic_percent": "6.5", "clinic_outcome": "implantation"},
    "beyond": {"failed_transfers": 4, "clinic_percent": "1.5", "clinic_outcome": "implantation"},
    "out_of_reach": {
        "failed_transfers": 4,
        "clinic_percent": "0.05",
        "clinic_outcome": "implantation",
        "small_percent_confirmed": True,
    },
    "just_over": {"failed_transfers": 1, "clinic_percent": "36.9", "clinic_outcome": "implantation"},
    "own_rule": PLAIN | {"threshold_percent": "75", "minimum_transfers": 3},
    "history": {
        "oocyte_age_years": 38,
        "ploidy": "euploid",
        "history": [
            {"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "untested"},
            {"result": "pregnancy_loss", "oocyte_age_years": 36, "ploidy": "untested"},
            {"result": "no_positive_test", "oocyte_age_years": 36, "ploidy": "untested", "embryos": 2},
            {"result": "no_positive_test", "oocyte_age_years": 37, "per_transfer_percent": "40.5"},
        ],
    },
    "settled": {
        "live_birth_percent": "20",
        "live_birth_per": "embryo_transfer",
        "history": [{"result": "no_positive_test", "per_transfer_percent": "45"}] * 2,
    },
    "model": {
        "failed_transfers": 2,
        "prediction": {
            "woman_age_years": 34,
            "trying_years": 4,
            "egg_source": "own",
            "cause": "unknown",
            "icsi": False,
            "attempt": "first",
            "unsuccessful_cycles": 0,
            "pregnancy_history": "no_ivf_never_pregnant",
            "cycle_medication": "gonadotrophin",
        },
    },
    "fullest": json.loads((_FILES / "tacrolimus_comedication.json").read_text("utf-8"))
    | {
        "live_birth_percent": "23.8",
        "live_birth_per": "treatment_cycle",
        "clinic_successes": "52",
        "clinic_transfers": "200",
        "clinic_outcome": "clinical_pregnancy",
    },
    # What is not known: a chance between two ends, or no chance of what is planned.
    "mosaic": {"oocyte_age_years": 36, "ploidy": "low_level_mosaic", "failed_transfers": 3},
    "no_age": {"ploidy": "untested", "failed_transfers": 3},
    "whatever_the_age": {"ploidy": "euploid", "failed_transfers": 2},
    "doubles": {"oocyte_age_years": 38, "ploidy": "untested", "embryos": 2, "failed_transfers": 3},
    "not_yet_between": {"ploidy": "untested", "failed_transfers": 1},
    "nothing_planned": PLAIN | {"planned": "none"},
    "nothing_planned_reached": PLAIN | {"planned": "none", "failed_transfers": 4},
    "losses": {"oocyte_age_years": 36, "ploidy": "untested", "history": [{"result": "biochemical"}] * 4},
    "euploid_planned": PLAIN | {"planned": {"oocyte_age_years": 36, "ploidy": "euploid"}},
}
REFUSED: dict[str, dict[str, Any]] = {
    "per_retrieval": PLAIN | {"live_birth_percent": "23.8", "live_birth_per": "retrieval"},
    "all_or_none": {
        "failed_transfers": 3,
        "clinic_successes": 0,
        "clinic_transfers": 20,
        "clinic_outcome": "implantation",
    },
    "product_range": {"failed_transfers": 3, "live_birth_percent": "88", "live_birth_per": "embryo_transfer"},
    "missing": {"failed_transfers": 3, "live_birth_percent": "23.8"},
    "other": {"failed_transfers": 3, "clinic_percent": "23.8", "clinic_outcome": "live_birth"},
}


@cache
def answer(name: str) -> Assessment:
    """The assessment of one of the cases, with every part."""
    return assess((CASES | REFUSED)[name], include=("workup", "tacrolimus", "perspective"))
