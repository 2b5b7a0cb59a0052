"""A register through `register couples`, as ratios to a plain copy of the same CSV by polars in the same run.

    python bench/bench_register.py 1000000 10000000

Needs polars beside the locked packages: `pip install polars`. Every run is a process of its own. Files lie in a
temporary folder that is removed: for 1e7 transfers some 3 GB. Aim: 4 times the copy, less than 1 GB, the same file
under a limit of 512 MB.
"""

import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import simulated_registers

COPY = "import polars, sys; polars.scan_csv(sys.argv[1], infer_schema=False).sink_csv(sys.argv[2])"
COUPLES = "from rif_threshold.cli import cli; cli.main(sys.argv[1:], standalone_mode=False)"
# What a process had at most is asked of the system by itself: what its parent is told begins with the parent's own.
MOST = "import os, re; os.write(3, re.search(r'VmHWM:\\s+([0-9]+)', open('/proc/self/status').read())[1].encode())"
WOMEN = 401_000
"""Women who have some million transfers together."""
MEMORY = ("512MB", "2GB")


def make(path: Path, transfers: int) -> int:
    """Write a shuffled register of about so many transfers; return how many it has."""
    columns = simulated_registers.register("beta_geometric", min(WOMEN, transfers * WOMEN // 1_000_000), 1)
    words = np.array(("no_positive_test", *simulated_registers.WORDS))
    part = pa.table(
        {
            "w": columns["patient"],
            "o": columns["order"],
            "age": columns["age"],
            "euploid": columns["euploid"],
            "result": words[columns["result"]],
        }
    )
    copies = max(1, round(transfers / part.num_rows))
    engine = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(path.parent / "spill")})
    engine.register("part", part)
    engine.sql(
        "COPY (SELECT printf('w%03d%07d', c, w) AS patient, o AS \"order\", age AS oocyte_age_years, if(euploid,"
        f" 'euploid', 'untested') AS ploidy, 1 AS embryos, result FROM part, range({copies}) AS copies(c) ORDER BY"
        f" hash(w * {copies} + c, o)) TO '{path}' (HEADER)"
    )
    return copies * part.num_rows


class Run(NamedTuple):
    """What a process took."""

    seconds: float
    processor: float
    memory: float

    def line(self, rows: int, what: str, copy: "Run", more: str = "") -> str:
        """A line of the table."""
        ratios = f"{self.seconds / copy.seconds:.1f} | {self.processor:.1f} | {self.processor / copy.processor:.1f}"
        return f"| {rows:,} | {what} | {self.seconds:.1f} | {ratios} | {self.memory:,.0f} | {more} |"


def timed(code: str, *arguments: str) -> Run:
    """Run Python code as a process: seconds, seconds of all processors, and the most memory it had, in MB."""
    read, write = os.pipe()
    given = [sys.executable, "-c", f"import sys; {code}; {MOST}", *arguments]
    start = time.perf_counter()
    files = [(os.POSIX_SPAWN_DUP2, write, 3), (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    process = os.posix_spawn(sys.executable, given, os.environ, file_actions=files)
    os.close(write)
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{arguments} ended with {os.waitstatus_to_exitcode(status)}")
    with open(read, "rb") as told:
        most = int(told.read()) / 1e3
    return Run(time.perf_counter() - start, used.ru_utime + used.ru_stime, most)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def main() -> None:
    print("| transfers | run | seconds | to a copy | processor seconds | to a copy | most memory, MB | digest |")
    print("|---|---|---|---|---|---|---|---|")
    for wanted in map(int, sys.argv[1:] or ("1000000",)):
        with tempfile.TemporaryDirectory(prefix="bench-register-") as folder:
            file, out = Path(folder) / "register.csv", Path(folder) / "out.csv"
            rows = make(file, wanted)
            copy = timed(COPY, str(file), str(out))
            print(copy.line(rows, "plain copy (polars)", copy), flush=True)
            for memory in MEMORY:
                given = ("register", "couples", str(file), "--memory", memory, "--output", str(out), "--json")
                taken = timed(COUPLES, *given)
                print(taken.line(rows, f"couples, limit {memory}", copy, digest(out)), flush=True)


if __name__ == "__main__":
    main()
