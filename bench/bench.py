"""Speed of the library and of the command line, as ratios within one run, beside what is aimed at. Judges nothing.

A ratio says more than a time: both sides ran on the same machine in the same minute. Each figure of an array is the
best of several runs, because what disturbs a run only ever makes it slower. Processes are run in turn and compared by
the middle of their processor time, since what they are compared with differs from run to run.

    make bench
    NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR" make bench      # as on a processor without AVX-512
"""

import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rif_threshold import assess, cumulative_curve, cumulative_probability, margin, transfers_to_exceed
from rif_threshold.own_tables import new_folder

ROWS = 10_000_000
PROGRAM = str(Path(sys.executable).with_name("rif-threshold"))
ANSWERED = Path(__file__).parents[1] / "tests/cases/tacrolimus_comedication.json"
EVERY_ROUTE = {
    "history": [{"oocyte_age_years": 36, "ploidy": "untested", "result": "no_positive_test", "stage": "blastocyst"}]
    * 9,
    "planned": {"oocyte_age_years": 39, "ploidy": "euploid"},
    "live_birth_percent": "22.5",
    "live_birth_per": "embryo_transfer",
    "clinic_successes": 78,
    "clinic_transfers": 325,
    "clinic_outcome": "clinical_pregnancy",
    "prediction": {
        "woman_age_years": 36,
        "trying_years": 3,
        "egg_source": "own",
        "cause": "damaged_tubes",
        "icsi": "yes",
        "attempt": "first",
        "unsuccessful_cycles": 0,
        "pregnancy_history": "no_ivf_never_pregnant",
        "cycle_medication": "gonadotrophin",
    },
}


def shown(name: str, figure: float, unit: str, aim: float | None = None, beside: str = "") -> None:
    """One line: what was measured, the figure, the aim and whether it is missed."""
    aimed = "" if aim is None else f"aim {aim:<5} {'missed' if figure > aim else ''}"
    print(f"  {name:<52}{figure:8.2f} {unit:<14} {aimed:<18}{beside}".rstrip())


def processor() -> None:
    """Which processor it is, and what numpy uses of it."""
    named = Path("/proc/cpuinfo")
    lines = named.read_text("utf-8").splitlines() if named.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    used: dict[str, Any] = np.show_config(mode="dicts")["SIMD Extensions"]
    features = [*used["baseline"], *used.get("found", [])]
    print(f"{model or platform.machine()}; Python {platform.python_version()}, numpy {np.__version__}")
    print(f"numpy uses {' '.join(features)}; not {' '.join(used.get('not found', [])) or 'anything that it could not'}")


def best(action: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest run."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def plain_loop(values: list[float], threshold: float) -> list[int]:
    """What a script author would write: count transfers until the chance exceeds the threshold."""
    answers = []
    for p in values:
        n, chance = 0, 0.0
        while chance <= threshold or n < 2:
            n, chance = n + 1, chance + p * (1 - chance)
        answers.append(n)
    return answers


def arrays() -> None:
    """The array functions against copying the same array, and against a plain loop."""
    chance = np.random.default_rng(20230706)
    uniform = chance.uniform(0.02, 0.9, ROWS)
    clinic = chance.beta(6, 14, ROWS)
    kinds = {
        "uniform p": (uniform, 4),
        "p as in a clinic": (clinic, 4),
        "p of three decimals": (np.clip(np.round(clinic, 3), 0.001, 0.999), 4),
        "p from 1e-8 to 0.1": (10 ** chance.uniform(-8, -1, ROWS), 8),
    }
    target = np.empty_like(uniform)
    copy = best(lambda: np.copyto(target, uniform))
    part = uniform[: ROWS // 50].tolist()
    loop = 50 * best(lambda: plain_loop(part, 0.6), 3)
    print(f"{ROWS:,} float64, copy {1e9 * copy / ROWS:.2f} ns a row, plain loop {1e9 * loop / ROWS:.0f} ns a row")
    for name, (p, aim) in kinds.items():
        seconds = best(lambda p=p: transfers_to_exceed(p, 0.6, 2))  # type: ignore[misc]
        shown(
            f"transfers_to_exceed(p, 0.6, 2), {name}", seconds / copy, "x the copy", aim, f"1/{loop / seconds:.0f} loop"
        )
    numbers = chance.integers(0, 9, ROWS)
    few = uniform.reshape(-1, 10)
    for name, action, aim in (
        ("cumulative_probability(p, 3)", lambda: cumulative_probability(uniform, 3), 4),
        ("cumulative_probability(p, 12)", lambda: cumulative_probability(uniform, 12), 4),
        ("cumulative_probability(p, n), n from 0 to 8", lambda: cumulative_probability(uniform, numbers), 10),
        ("margin(p, 0.6, 2)", lambda: margin(uniform, 0.6, 2), None),
        ("cumulative_curve(p), ten transfers a row", lambda: cumulative_curve(few), None),
    ):
        shown(name, best(action, 3) / copy, "x the copy", aim)


def processor_ms(action: Callable[[], object], times: int = 200) -> float:
    """Milliseconds of processor time of one call in this process, at the least."""
    action()
    found = []
    for _ in range(times):
        start = time.process_time_ns()
        action()
        found.append(time.process_time_ns() - start)
    return min(found) / 1e6


def one_case() -> None:
    """One case after another in one process, when everything has been read."""
    plain = {"oocyte_age_years": 36, "ploidy": "untested", "failed_transfers": 3}
    answered = json.loads(ANSWERED.read_text("utf-8"))
    fullest = {name: value for name, value in answered.items() if name in {"answers", "findings", "medications"}}
    fullest["answers"] = answered["answers"] | {"woman_age_years": "39"}
    fullest |= EVERY_ROUTE
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "own"
        new_folder(own)
        print("One case, processor time")
        for name, action, aim in (
            ("assess(case, include=())", lambda: assess(plain, include=()), 0.4),
            ("  with an own table", lambda: assess(plain, include=(), tables=own), 0.4),
            ("assess(case), all parts", lambda: assess(plain), 5),
            ("  with an own table", lambda: assess(plain, tables=own), 5),
            ("assess(case), every question answered", lambda: assess(answered), 5),
            ("  with every route and nine transfers listed", lambda: assess(fullest), 5),
            ("  and an own table", lambda: assess(fullest, tables=own), 5),
        ):
            shown(name, processor_ms(action), "ms", aim)


def processes(times: int = 15, **commands: tuple[str, ...]) -> dict[str, float]:
    """Seconds of processor time of whole processes, run in turn: the middle of each."""
    found: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, check=True, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            found[name].append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def start_up() -> None:
    """Importing the library, and whole commands, against importing what they stand on."""
    model = "import numpy, pydantic\nclass Model(pydantic.BaseModel):\n    x: int"
    case = ("--oocyte-age", "36", "--ploidy", "untested", "--failed", "3")
    took = processes(
        imports=(sys.executable, "-c", "import numpy, pydantic"),
        model=(sys.executable, "-c", model),
        library=(sys.executable, "-c", "from rif_threshold import assess"),
        command=(PROGRAM, "assess", *case),
        whole=(PROGRAM, "assess", "--json", *case),
        listed=(PROGRAM, "--help"),
    )
    print("Start of a process, processor time")
    print(f"  import numpy, pydantic {1000 * took['imports']:.0f} ms; and one model {1000 * took['model']:.0f} ms")
    for name, key, base, aim in (
        ("from rif_threshold import assess", "library", "model", 1.3),
        ("rif-threshold assess", "command", "imports", 1.5),
        ("rif-threshold assess --json, all parts", "whole", "imports", None),
        ("rif-threshold --help", "listed", "imports", 1.0),
    ):
        unit = "x a model" if base == "model" else "x the imports"
        shown(name, took[key] / took[base], unit, aim, f"{1000 * took[key]:.0f} ms")


if __name__ == "__main__":
    processor()
    start_up()
    one_case()
    arrays()
