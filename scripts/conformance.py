"""Make the conformance pack: cases by kind, and the answers that the independent calculation in tests/ gives.

It needs Python alone: the package is neither imported nor installed. `--check` compares, and writes nothing.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import conformance_cases as made
import conformance_routes as by_routes
from conformance_refusals import refusals

import oracle_tables
from oracle_answer import answer

ROOT = Path(__file__).parents[1]
VERSION = "1.0.0"
"""The first number changes with the meaning of a field or an answer, the second with the cases, the last with words."""
KINDS = {
    "table": (made.table, 245),
    "ties": (made.ties, 1100),
    "minimum": (made.minimum, 355),
    "histories": (made.histories, 900),
    "bounds": (made.bounds, 900),
    "routes": (by_routes.routes, 700),
    "model": (by_routes.model, 200),
    "far": (by_routes.far, 100),
    "refusals": (refusals, 500),
}
RESTS_ON = (oracle_tables.RATES, oracle_tables.MODEL)


def lines() -> Iterator[str]:
    """The pack, a case a line: every case of a kind is another one."""
    for kind, (cases, wanted) in KINDS.items():
        seen: set[str] = set()
        for case in cases(made.Draw(kind)):
            if (written := _json(case)) not in seen:
                seen.add(written)
                head = {"id": f"{kind}-{len(seen):04d}", "kind": kind, "case": case}
                yield _json(head | {"expected": answer(case)})
            if len(seen) == wanted:
                break


def _json(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


def pack() -> dict[str, str]:
    """The files of the pack and what stands in them."""
    cases = "".join(f"{line}\n" for line in lines())
    about = {
        "version": VERSION,
        "sha256": hashlib.sha256(cases.encode()).hexdigest(),
        "cases": cases.count("\n"),
        "kinds": {kind: wanted for kind, (_, wanted) in KINDS.items()},
        "tables": {
            path.relative_to(ROOT / "tables").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in RESTS_ON
        },
    }
    return {"cases.jsonl": cases, "pack.json": f"{json.dumps(about, indent=2)}\n"}


def main() -> None:
    """Write the pack, or say which file is not as it would be written."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--output", type=Path, default=ROOT / "conformance", metavar="DIR", help="where to write")
    options.add_argument("--check", action="store_true", help="compare, and write nothing")
    given = options.parse_args()
    for name, content in pack().items():
        file = given.output / name
        if not given.check:
            file.write_bytes(content.encode())
        elif file.read_bytes() != content.encode():
            sys.exit(f"{file} is not what the independent calculation gives: make conformance")


if __name__ == "__main__":
    main()
