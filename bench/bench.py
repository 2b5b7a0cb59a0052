"""Speed of the library and of the command line, as ratios within one run. Prints; judges nothing.

A ratio says more than a time: both sides ran on the same machine in the same minute. Each figure is the best of
several runs, because what disturbs a run only ever makes it slower.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rif_threshold import cumulative_probability, transfers_to_exceed

ROWS = 10_000_000
PROGRAM = str(Path(sys.executable).with_name("rif-threshold"))


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
    """The two array functions against copying the same array, and against a plain loop."""
    p = np.random.default_rng(20230706).uniform(0.02, 0.9, ROWS)
    target = np.empty_like(p)
    copy = best(lambda: np.copyto(target, p))
    part = p[: ROWS // 50].tolist()
    loop = 50 * best(lambda: plain_loop(part, 0.6), 3)
    print(f"{ROWS:,} float64, copy {1e9 * copy / ROWS:.2f} ns a row, plain loop {1e9 * loop / ROWS:.0f} ns a row")
    for name, action in (
        ("transfers_to_exceed(p, 0.6, 2)", lambda: transfers_to_exceed(p, 0.6, 2)),
        ("cumulative_probability(p, 3)", lambda: cumulative_probability(p, 3)),
    ):
        seconds = best(action)
        print(f"  {name:<34} {seconds / copy:6.1f} x the copy   1/{loop / seconds:.0f} of the loop")


def process(*command: str) -> float:
    """Seconds of a whole process, best of nine."""
    return best(lambda: subprocess.run(command, check=True, capture_output=True), 9)


def start_up() -> None:
    """Importing the library, and a whole command, against importing what they stand on."""
    bare = process(sys.executable, "-c", "pass")
    model = "import numpy, pydantic\nclass Model(pydantic.BaseModel):\n    x: int"
    base = process(sys.executable, "-c", model)
    own = process(sys.executable, "-c", "import rif_threshold")
    print(f"import rif_threshold               {own / base:6.2f} x numpy and one pydantic model")
    print(f"  the same, less the interpreter   {(own - bare) / (base - bare):6.2f} x")
    both = process(sys.executable, "-c", "import numpy, pydantic")
    assess = process(PROGRAM, "assess", "--oocyte-age", "36", "--ploidy", "untested", "--failed", "3")
    print(f"rif-threshold assess               {assess / both:6.2f} x python -c 'import numpy, pydantic'")


if __name__ == "__main__":
    arrays()
    start_up()
