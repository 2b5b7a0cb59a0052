"""The errors a user can act on. Their text carries fields and reasons, never a value that was entered."""

import copyreg
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from rif_threshold.bounds import LONGEST_TEXT, MOST_PROBLEMS, MOST_REASONS

MORE = "more"
"""The code of the problem that says how many are not shown."""
_TYPED_NAMES = ("answers", "findings")
"""Fields whose parts are named by whoever types."""
_LONGEST_REASON = 2 * LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input, in words for the person who typed it.

    Attributes:
        field: where, with a dot before each part: ``history.2.embryos``. Several fields are joined by ``, ``.
        given: what was typed, so that it can be shown beside the field. It never goes into a log or into an
            exception's text.
        allowed: what is needed and why. It holds nothing of what was typed.
        code: the kind of problem, in one word that does not change.
        source: where a limit comes from.
        outside_evidence: whether the input is well formed, and only not covered by what is known.
        hint: what may have been meant. It is made from what was typed, so it stays where ``given`` stays.
    """

    field: str
    given: str
    allowed: str
    code: str
    source: str = ""
    outside_evidence: bool = False
    hint: str = ""

    def __post_init__(self) -> None:
        # Half a character can be typed in JSON, and a field can be named by what was typed: no file or terminal
        # could carry the one, and the other could be an order to a terminal.
        object.__setattr__(self, "given", str(self.given).encode("utf-8", "backslashreplace").decode())
        object.__setattr__(self, "field", "".join(c if c.isprintable() else repr(c)[1:-1] for c in self.field))

    def __str__(self) -> str:
        why = f" [{self.source}]" if self.source else ""
        given = f"{self.given!r} was given; " if self.given else ""
        return f"{self.field}: {given}{self.sentence}{why}"

    @property
    def sentence(self) -> str:
        """What is needed, and what may have been meant."""
        return f"{self.allowed}; {self.hint}" if self.hint else self.allowed

    def as_dict(self) -> dict[str, str | bool]:
        """The problem as plain data for JSON."""
        return asdict(self)


def _without_values(problems: tuple[Problem, ...]) -> str:
    """Fields and reasons, as far as they are ours: nothing that was typed, and not without end."""
    told = []
    for problem in problems[:MOST_REASONS]:
        fields = dict.fromkeys(_without_typed_name(name) for name in problem.field.split(", "))
        reason = problem.allowed
        short = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"
        told.append(f"{', '.join(fields)}: {short} ({problem.code})")
    more = ["and more, in .problems"] if len(problems) > len(told) else []
    return "; ".join([*told, *more])


def _without_typed_name(field: str) -> str:
    top = field.split(".", maxsplit=1)[0]
    return top if top in _TYPED_NAMES else field


def _at_most_shown(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The first hundred problems, and one more that counts the rest."""
    shown, rest = problems[:MOST_PROBLEMS], problems[MOST_PROBLEMS:]
    if not rest or rest[-1].code == MORE:
        return problems
    outside = all(problem.outside_evidence for problem in rest)
    counted = f"and {len(rest):,} more {'problem' if len(rest) == 1 else 'problems'}, not shown"
    return (*shown, Problem("case", "", counted, MORE, outside_evidence=outside))


class RifThresholdError(Exception):
    """Base of every error this package raises on purpose.

    Such an error can be copied, pickled and sent to another process. What it knows lies in its attributes, whatever
    its arguments are called, so this holds for every class below this one.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class InvalidInput(RifThresholdError):
    """Raised when a case cannot be judged.

    Attributes:
        problems: one message for each thing that is wrong; after a hundred, one that says how many more there are.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = _at_most_shown(tuple(problems))
        super().__init__(_without_values(self.problems))


class OutOfRange(RifThresholdError):
    """Raised when a value is well formed but lies outside what the evidence covers. Never extrapolated."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(_without_values((problem,)))


class TableError(RifThresholdError):
    """Raised when a table is missing, changed, malformed or contradicts itself. Names file and line."""

    def __init__(self, path: str, reason: str, line: int | None = None) -> None:
        self.path, self.reason, self.line = path, reason, line
        super().__init__(f"{path}{f', line {line}' if line else ''}: {reason}")
