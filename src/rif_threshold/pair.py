"""What is not known exactly, but lies between two ends."""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Pair(NamedTuple, Generic[T]):
    """What follows from the lowest and from the highest chance; equal where the chance is known.

    >>> Pair(1, 1).agreed, Pair(1, 2).agreed, Pair(1, 2).each(lambda end: 10 * end)
    (1, None, Pair(lowest=10, highest=20))
    """

    lowest: T
    highest: T

    @property
    def agreed(self) -> T | None:
        """The value at both ends; ``None`` where they differ."""
        # Mostly they are one and the same, and fractions are slow to compare.
        return self.lowest if self.lowest is self.highest or self.lowest == self.highest else None

    def each(self, function: Callable[[T], U]) -> "Pair[U]":
        """The same of both ends; once where both are one."""
        lowest = function(self.lowest)
        return Pair(lowest, lowest if self.highest is self.lowest else function(self.highest))

    def named(self, name: str) -> dict[str, Any]:
        """The fields of a record: the value where both ends agree, and both ends always."""
        return {name: self.agreed, f"{name}_lowest": self.lowest, f"{name}_highest": self.highest}
