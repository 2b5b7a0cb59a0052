"""Cases of the conformance pack: several routes at once, the prediction model, and lines that are far away."""

from collections.abc import Iterator
from itertools import product

from conformance_cases import CONFIRMED, FAILED, Case, Draw, histories, kind

WOMAN = {
    "woman_age_years": (18, 27, 34, 35, 37, 38, 39, 40, 42, 43, 44, 45, 50),
    "trying_years": (0, 1, 3, 4, 6, 10, 12, 13, 20),
    "egg_source": ("own", "own", "donor"),
    "cause": ("unknown", "damaged_tubes", "irregular_ovulation", "endometriosis", "low_sperm_count", "more_than_one"),
    "icsi": (True, False),
    "cycle_medication": ("antioestrogen", "gonadotrophin", "hormone_replacement"),
}
NO_IVF = ("no_ivf_never_pregnant", "no_ivf_spontaneous_pregnancy_no_birth", "no_ivf_spontaneous_live_birth")
HAD_IVF = ("previous_ivf_no_pregnancy", "previous_ivf_pregnancy_no_birth", "previous_ivf_live_birth")
ATTEMPTS = (("first", 0, NO_IVF), ("second", 1, HAD_IVF), ("second", 0, HAD_IVF), ("third_or_more", 2, HAD_IVF))


def edges_of_routes() -> Iterator[Case]:
    """Figures at the edges of what is asked back or refused, and what leaves the answer to another route."""
    typed = ("25.9", "51.8", "51.800001", "63", "63.000001", "30", "30.000001", "68.4", "68.400001", "86.206896")
    ages = (
        {"oocyte_age_years": 36},
        {"oocyte_age_years": 30},
        {"oocyte_age_years": 42},
        {"oocyte_age_years": "33-36"},
    )
    for percent, age in product(typed, ages):
        case = age | {"ploidy": "untested", "failed_transfers": 2}
        yield case | {"clinic_percent": percent, "clinic_outcome": "implantation"}
    for percent, sure in product(
        ("44.655172", "44.655173", "58.965517", "58.965518", "86.206896", "86.206897"), (0, 1)
    ):
        live_birth = {"live_birth_percent": percent, "live_birth_per": "embryo_transfer", "failed_transfers": 2}
        for known in ({"oocyte_age_years": 36, "ploidy": "untested"}, {"ploidy": "euploid"}, {}):
            yield known | live_birth | (CONFIRMED if sure else {})
    live_birth = {"live_birth_percent": "9", "live_birth_per": "treatment_cycle"}
    for age in (33, 34, 35, 39, 40):
        listed = [FAILED | {"oocyte_age_years": age, "ploidy": "untested"}] * 2
        for planned in (34, 35, 40):
            yield live_birth | {"history": listed, "oocyte_age_years": planned, "ploidy": "untested"}
    yield {"history": [{"result": "molar", "ploidy": "untested"}], "planned": {}}
    yield {"history": [{"result": "molar", "ploidy": "untested"}], "planned": {"oocyte_age_years": 36}}


def routes(draw: Draw) -> Iterator[Case]:
    """Several routes at once, finished and unfinished, with and without a route that is named."""
    yield from edges_of_routes()
    while True:
        case = next(histories(draw)) if draw.chance(50) else {"failed_transfers": draw.between(0, 5)} | kind(draw)
        if draw.chance(30):
            case = {name: value for name, value in case.items() if name not in ("oocyte_age_years", "ploidy")}
        if draw.chance(60):
            case["live_birth_percent"] = draw.percent(3, 95 if draw.chance(20) else 24)
        if draw.chance(85) and "live_birth_percent" in case:
            case["live_birth_per"] = draw.of(("treatment_cycle", "embryo_transfer", "retrieval"))
        if draw.chance(30):
            case["prediction"] = woman(draw)
            if draw.chance(20):
                del case["prediction"][draw.of(tuple(WOMAN))]
        if draw.chance(60):
            case |= _clinic(draw)
        if draw.chance(20):
            case["primary_route"] = draw.of(("live_birth", "prediction_model", "clinic_rate", "age_table"))
        if draw.chance(15):
            case |= CONFIRMED
        yield case


def _clinic(draw: Draw) -> Case:
    outcome = draw.of(("positive_test", "implantation", "clinical_pregnancy", "clinical_pregnancy", "live_birth"))
    case: Case = {"clinic_outcome": outcome} if draw.chance(85) else {}
    if draw.chance(50):
        return case | {"clinic_percent": draw.percent(5, 75)}
    transfers = draw.between(1, 400)
    successes = draw.of((0, transfers, *(draw.between(0, transfers) for _ in range(8))))
    counts = {"clinic_successes": successes, "clinic_transfers": transfers}
    if draw.chance(10):
        del counts[draw.of(tuple(counts))]
    return case | counts


def woman(draw: Draw) -> Case:
    """The inputs of the prediction model, which fit together."""
    attempt, cycles, before = draw.of(ATTEMPTS)
    more = draw.between(0, 5) if attempt == "third_or_more" else 0
    own = {name: draw.of(values) for name, values in WOMAN.items()}
    return own | {"attempt": attempt, "unsuccessful_cycles": cycles + more, "pregnancy_history": draw.of(before)}


def model(draw: Draw) -> Iterator[Case]:
    """The published model alone, and where it gives nothing."""
    while True:
        given = woman(draw)
        if draw.chance(15):
            given |= draw.of(
                (
                    {"woman_age_years": draw.of((15, 17, 51, 60))},
                    {"woman_age_years": draw.between(45, 50), "trying_years": draw.between(7, 9)},
                    {"attempt": "first", "unsuccessful_cycles": 2},
                    {"attempt": "first", "pregnancy_history": HAD_IVF[0]},
                    {"attempt": "second", "unsuccessful_cycles": 3},
                    {"attempt": "second", "unsuccessful_cycles": 1, "pregnancy_history": NO_IVF[0]},
                )
            )
        if draw.chance(10):
            del given[draw.of(tuple(given))]
        yield {"prediction": given, "failed_transfers": draw.between(0, 6)}


def far(draw: Draw) -> Iterator[Case]:
    """Small chances and high lines: tens to more than a thousand transfers."""
    while True:
        case = {"clinic_outcome": "implantation", "failed_transfers": draw.of((0, 1, 10, 99, 100))}
        case |= draw.of(
            (
                {"clinic_percent": draw.percent(0, 2), "small_percent_confirmed": True},
                {"clinic_percent": f"0.09{draw.between(0, 9999):04d}", "small_percent_confirmed": True},
                {"clinic_successes": draw.between(1, 5), "clinic_transfers": draw.between(6, 4000)},
                {"clinic_percent": draw.percent(2, 20), "threshold_percent": f"99.{draw.between(900000, 999999)}"},
            )
        )
        if case.get("clinic_percent") != "0":
            yield case
