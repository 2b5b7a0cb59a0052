"""Every count of an audit, each a sum over couples of what their history adds to it.

So all counts of a report are one system of equations in the same unknowns, the couples of each history: what may be
shown of it is decided for the whole report (`suppression`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Key = tuple[str | int, ...]
Cell = tuple[Key, ...]
"""A count that is shown: the sum of these keys."""


class Atom(NamedTuple):
    """Couples that add the same to every count.

    Attributes:
        adds: to each key.
        couples: how many they are.
    """

    adds: Mapping[Key, int]
    couples: int


@dataclass
class Counts:
    """The counts of a register, and which of them were asked for.

    Attributes:
        atoms: what they are sums of.
        hidden: the cells that are not shown.
        small_below: for a report that leaves the clinic, counts from 1 to below this are not shown; else ``None``.
        asked: every cell that was asked for: what a report shows, or reckons something from.
    """

    atoms: Sequence[Atom]
    hidden: frozenset[Cell] = frozenset()
    small_below: int | None = None
    asked: dict[Cell, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Add them up once."""
        totals: defaultdict[Key, int] = defaultdict(int)
        for atom in self.atoms:
            for key, times in atom.adds.items():
                totals[key] += times * atom.couples
        self.totals = dict(totals)

    @property
    def shared(self) -> bool:
        """Whether they are for a report that leaves the clinic."""
        return self.small_below is not None

    def of(self, *keys: Key) -> int | None:
        """The sum of these keys; ``None`` where it is not shown."""
        cell = tuple(sorted(dict.fromkeys(keys), key=str))
        self.asked[cell] = self.true(*cell)
        return None if cell in self.hidden else self.asked[cell]

    def part(self, whole: int | None, *keys: Key) -> int | None:
        """The sum of these keys, which is part of another; none of one that is not shown is not shown either."""
        found = self.of(*keys)
        return found if found or whole is not None else None

    def alone(self, *keys: Key) -> int | None:
        """The sum of these keys, for the clinic alone: ``None`` in a report to share, which does not have it."""
        return None if self.shared else self.of(*keys)

    def true(self, *keys: Key) -> int:
        """The sum of these keys, shown or not: for what a report is like, never for what it says."""
        return sum(self.totals.get(key, 0) for key in keys)

    def ranks(self, group: str) -> int:
        """The highest rank of a group of runs."""
        return max((int(key[2]) for key in self.totals if key[:2] == (group, "at_rank")), default=0)

    def seconds(self, *start: str | int) -> list[str | int]:
        """What stands in keys after such a beginning, sorted."""
        found = {key[len(start)] for key in self.totals if key[: len(start)] == start}
        return sorted(found, key=lambda each: (isinstance(each, str), each))
