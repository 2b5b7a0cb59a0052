"""The cases of the conformance pack that are refused: one thing wrong, or several at once."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from conformance_cases import FAILED, Case, Draw

WELL = {
    "oocyte_age_years": 36,
    "ploidy": "untested",
    "embryos": 1,
    "failed_transfers": 3,
    "live_birth_percent": "23.8",
    "live_birth_per": "treatment_cycle",
    "clinic_percent": "30.5",
    "clinic_outcome": "implantation",
    "threshold_percent": "60",
    "minimum_transfers": 2,
}
"""A case with nothing wrong in it."""
NO_NUMBER = ("", "abc", "-5", "1e2", "23,8", "24 %", "٢٣", "1/2", "+5", "NaN", True, [1])
WRONG: dict[str, Sequence[Any]] = {
    **dict.fromkeys(
        ("live_birth_percent", "clinic_percent", "threshold_percent"),
        (*NO_NUMBER, "1234", "23.1234567", ".5", "5.", "0", "0.000000", "100", "250", "0.238", "1"),
    ),
    "failed_transfers": (*NO_NUMBER, "3.0", "3.5", "12345678", 101, 5000),
    "minimum_transfers": (*NO_NUMBER, "2.0", "2.5", "12345678", 0, 101),
    "embryos": (*NO_NUMBER, "1.0", "1.5", "12345678", 0, 11),
    "oocyte_age_years": (*NO_NUMBER, "36.0", "36.5", 17, 56, 3, 120, "<18", ">55", "39-35", "<36.5", "35–", "young"),
    "ploidy": ("", "PGT", "Euploid", "mosaic", "no_result", 1, True, [1]),
    "live_birth_per": ("cycle", "", 1, "Treatment_cycle"),
    "clinic_outcome": ("pregnancy", "", True),
    "stage": ("morula", "", 5),
    "eggs": ("frozen", ""),
    "primary_route": ("table", "", "age_table:nobodys", "prediction_model"),
    "small_percent_confirmed": ("maybe", 1, ""),
    "high_percent_confirmed": ("perhaps", 0),
    "first_name": ("x",),
    "age": (36,),
}
WRONG_TRANSFERS: tuple[Case, ...] = (
    {},
    {"result": "cancelled"},
    {"result": "failed_thaw"},
    {"result": "natural_pregnancy"},
    {"result": "negative"},
    {"result": ""},
    {"result": "awaited"},
    FAILED | {"oocyte_age_years": 60},
    FAILED | {"oocyte_age_years": "36,5"},
    FAILED | {"ploidy": "aneuploid"},
    FAILED | {"embryos": 0},
    FAILED | {"embryos": 12},
    FAILED | {"embryos": "two"},
    FAILED | {"per_transfer_percent": "0.3"},
    FAILED | {"per_transfer_percent": "100"},
    FAILED | {"per_transfer_percent": "30 %"},
    FAILED | {"per_transfer_percent": "95"},
    FAILED | {"stage": "day 5"},
    FAILED | {"clinic": "ours"},
)
HIGH = FAILED | {"per_transfer_percent": "95"}
TOGETHER: tuple[Case, ...] = (
    {"failed_transfers": 3, "history": [FAILED], "ploidy": "untested"},
    {"history": [], "oocyte_age_years": 36, "ploidy": "untested"},
    {"history": "three", "oocyte_age_years": 36, "ploidy": "untested"},
    {"history": ["failed"], "oocyte_age_years": 36, "ploidy": "untested"},
    {"history": [FAILED] * 101, "oocyte_age_years": 36, "ploidy": "untested"},
    {"history": [{"result": "awaited"}, FAILED], "oocyte_age_years": 36, "ploidy": "untested"},
    {"history": [FAILED], "ploidy": "untested", "planned": "none"},
    {"history": [FAILED], "oocyte_age_years": 36, "ploidy": "untested", "planned": {"ploidy": "euploid"}},
    {"history": [FAILED], "embryos": 2, "stage": "blastocyst", "planned": {"ploidy": "euploid"}},
    {"failed_transfers": 1, "ploidy": "untested", "planned": "later"},
    {"failed_transfers": 1, "ploidy": "untested", "planned": {"ploidy": "unknown", "embryos": 0}},
    {"failed_transfers": 1, "ploidy": "untested", "planned": {"oocyte_age_years": 60}},
    {"failed_transfers": 1, "ploidy": "untested", "planned": {"embryos": 11, "day": 5}},
    {"failed_transfers": 2, "clinic_percent": "30", "clinic_successes": 3, "clinic_outcome": "implantation"},
    {"failed_transfers": 2, "clinic_percent": "30", "clinic_successes": 3, "clinic_transfers": 9},
    {"failed_transfers": 2, "clinic_successes": 9, "clinic_transfers": 3, "clinic_outcome": "implantation"},
    {"failed_transfers": 2, "clinic_successes": 0, "clinic_transfers": 0, "clinic_outcome": "implantation"},
    {"failed_transfers": 2, "prediction": "36 years"},
    {"failed_transfers": 2, "prediction": {"woman_age_years": "36,5", "egg_source": "hers", "icsi": "perhaps"}},
    {"failed_transfers": 2, "prediction": {"attempt": 1, "cause": "", "bmi": 24}},
    {"history": [HIGH, {"result": "live_birth"}, HIGH], "ploidy": "untested"},
    {"history": [HIGH, HIGH, {"result": "live_birth"}, FAILED, {"result": "awaited", "per_transfer_percent": "95"}]},
    {"oocyte_age_years": 36, "ploidy": "untested"},
    {"clinic_percent": "30", "clinic_outcome": "implantation"},
    {"failed_transfers": 3},
    {"failed_transfers": 3, "clinic_outcome": "implantation"},
    {"history": [FAILED, FAILED]},
    {},
)
"""What cannot be true together, and what is missing."""


def refusals(draw: Draw) -> Iterator[Case]:
    """Every way of being wrong alone, then two or three at once: all problems are told."""
    alone = ({field: value} for field, values in WRONG.items() for value in values)
    yield from TOGETHER
    yield from (WELL | each for each in alone)
    yield from (_listed(FAILED, each, FAILED) for each in WRONG_TRANSFERS)
    while True:
        if draw.chance(40):
            yield _listed(*(draw.of(WRONG_TRANSFERS) if draw.chance(50) else FAILED for _ in range(draw.between(1, 4))))
            continue
        fields = {draw.of(tuple(WRONG)) for _ in range(draw.between(2, 3))}
        yield WELL | dict(chain.from_iterable({field: draw.of(WRONG[field])}.items() for field in sorted(fields)))


def _listed(*transfers: Case) -> Case:
    well = {name: value for name, value in WELL.items() if name != "failed_transfers"}
    return well | {"history": [{"oocyte_age_years": 36, "ploidy": "untested"} | each for each in transfers]}
