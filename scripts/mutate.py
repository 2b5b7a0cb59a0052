"""Mutation testing: break each line that decides an answer, and see that a test notices.

`make mutate` tries all modules of `[tool.mutmut]`, `make mutate MODULE=rules` one. It fails where fewer than 90 of a
hundred mutants are killed, where one survives that tests/mutation_survivors.toml does not list, and where one
listed there does not survive any more. A mutant is known by its function and its lines, not by a number, so that the
list outlives changes elsewhere in the file.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mutmut.mutation.diff_apply import get_diff_for_mutant

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
LISTED = ROOT / "tests/mutation_survivors.toml"
SURVIVED = {0, 5, 33}  # no test failed; no test was found
KILLED = {1, 3, -24, 24, 36, 152, 255}  # a test failed; or the mutant never came to an end
LEAST = 90  # of a hundred
LITERAL = re.compile(r'"[^"]*"')


class Mutant(NamedTuple):
    """What was changed: the lines before and after, without their indentation."""

    module: str
    function: str
    was: str
    becomes: str


def main(only: str) -> int:
    """Run the tool, print the figures, and return how many things are wrong."""
    paths = [Path(path) for path in SETTINGS["only_mutate"] if only in {"", Path(path).stem}]
    if not paths:
        print(f"{only} is none of {', '.join(Path(path).stem for path in SETTINGS['only_mutate'])}")
        return 1
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)  # what the tool remembers does not know of changed tests
    names = [f"{'.'.join(path.with_suffix('').parts[1:])}.*" for path in paths] if only else []
    if subprocess.run([Path(sys.executable).with_name("mutmut"), "run", *names], cwd=ROOT, check=False).returncode:
        return 1  # it has said why
    return report(paths)


def report(paths: list[Path]) -> int:
    """Print what came out, by module, and everything that is wrong."""
    listed = [
        Mutant(**{name: each[name] for name in Mutant._fields})
        for each in tomllib.loads(LISTED.read_text("utf-8"))["survivor"]
    ]
    tried = {Path(path).stem for path in SETTINGS["only_mutate"]}
    nowhere = [mutant for mutant in listed if mutant.module not in tried]
    for mutant in nowhere:
        print(f"  is listed, and its module is not tried: {mutant.module}.{mutant.function}")
    wrong, total = len(nowhere), Counter[str]()
    for path in paths:
        found = list(mutants(path))
        count = Counter(outcome for outcome, _ in found)
        total += count
        survivors = [mutant for outcome, mutant in found if outcome == "survived"]
        known = [mutant for mutant in listed if mutant.module == path.stem]
        print(f"{path.stem:12} {figures(count)}")
        for title, unsettled in (
            ("survived and is not listed", [each for each in survivors if each not in known]),
            ("is listed and did not survive", [each for each in known if each not in survivors]),
            ("came to no result", [mutant for outcome, mutant in found if outcome == "no result"]),
        ):
            for mutant in unsettled:
                wrong += 1
                print(f"  {title}: {mutant.function}\n    - {mutant.was}\n    + {mutant.becomes}")
    print(f"{'all':12} {figures(total)}")
    return wrong + (share(total) < LEAST)


def mutants(path: Path) -> Iterator[tuple[str, Mutant]]:
    """What became of each mutant of a module: killed, survived, no result or, where a sentence changed, words."""
    outcomes = json.loads((ROOT / "mutants" / f"{path}.meta").read_text("utf-8"))["exit_code_by_key"]
    for name, code in outcomes.items():
        changed = [line for line in get_diff_for_mutant(name, path=path).splitlines()[2:] if line[:1] in "+-"]
        was, becomes = (" ".join(line[1:].strip() for line in changed if line[0] == sign) for sign in "-+")
        function = re.sub(r"__mutmut_\d+$", "", name).rpartition(".")[2].removeprefix("x")
        mutant = Mutant(path.stem, function.removeprefix("_").replace("ǁ", ".").removeprefix("."), was, becomes)
        if without_sentences(was) == without_sentences(becomes):
            yield "words", mutant
        else:
            yield "killed" if code in KILLED else "survived" if code in SURVIVED else "no result", mutant


def without_sentences(code: str) -> str:
    """The code less what is said: literals with a space in them. Words are held by the tests of the words."""
    return LITERAL.sub(lambda literal: '""' if " " in literal[0] else literal[0], code)


def figures(count: Counter[str]) -> str:
    """One line of the report."""
    counted = f"{count['killed']:4} killed, {count['survived']:3} survived ({share(count):.1f} %)"
    return f"{counted}; {count['words']} changed sentences not counted"


def share(count: Counter[str]) -> float:
    """The killed ones of a hundred that count."""
    return 100 * count["killed"] / max(1, count.total() - count["words"])


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:] or [""]), 1))
