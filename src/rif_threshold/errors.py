"""The errors a user can act on. Their text carries field and code, never a value that was entered."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input, in words for the person who typed it.

    ``given`` repeats what was typed so that it can be shown beside the field. It never goes into a log or
    into an exception's text.
    """

    field: str
    given: str
    allowed: str
    code: str
    source: str = ""
    outside_evidence: bool = False

    def __str__(self) -> str:
        why = f" [{self.source}]" if self.source else ""
        given = f"{str(self.given)!r} was given; " if self.given else ""
        return f"{self.field}: {given}{self.allowed}{why}"

    def as_dict(self) -> dict[str, str | bool]:
        """The problem as plain data for JSON."""
        return asdict(self)


def _without_values(problem: Problem) -> str:
    """Field and code. Below the top a field may be named by what was typed, so that is left out."""
    fields = dict.fromkeys(name.split(".")[0] for name in problem.field.split(", "))
    return f"{', '.join(fields)} ({problem.code})"


class RifThresholdError(Exception):
    """Base of every error this package raises on purpose."""


class InvalidInput(RifThresholdError):
    """Raised when a case cannot be judged. ``problems`` holds one message for each thing that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(_without_values(problem) for problem in problems))


class OutOfRange(RifThresholdError):
    """Raised when a value is well formed but lies outside what the evidence covers. Never extrapolated."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(_without_values(problem))


class TableError(RifThresholdError):
    """Raised when a table is missing, changed, malformed or contradicts itself. Names file and line."""

    def __init__(self, path: str, reason: str, line: int | None = None) -> None:
        self.path, self.reason, self.line = path, reason, line
        super().__init__(f"{path}{f', line {line}' if line else ''}: {reason}")
