"""Which counts of a report may be shown, so that no small one can be worked out: chosen greedily, checked exactly.

Every count is a whole-number sum of the same unknowns, the couples of each kind. Whoever reads the report knows the
sums that are shown, that a count which is not shown is at least 1, and that no unknown is negative. Integer programming
finds the least and the most that a small count may be then. No library does complementary suppression; R's
GaussSuppression and sdcTable do.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from rif_threshold.arrays import FloatArray

Name = TypeVar("Name", bound=Hashable)
Sums = npt.NDArray[np.int64]
_NODES, _NEAR = 50, 1e-6
"""How far one question is followed, which then counts as not safe; how near to a whole number is one."""


class Secret(NamedTuple):
    """A count that nobody may work out: one of the report, or what one of them is more than another.

    Attributes:
        sum: how often each unknown is in it.
        value: what it is.
    """

    sum: Sums
    value: int


class System(Generic[Name]):
    """The counts of a report, as sums of the same unknowns.

    Attributes:
        names: of the counts.
        sums: one row a count, one column an unknown.
        values: of the counts.
        small: a count from 1 to below this is a secret.
        secrets: all of them.
    """

    def __init__(self, cells: Mapping[Name, Mapping[Hashable, int]], unknowns: Mapping[Hashable, int], small: int):
        """Set the system up.

        Args:
            cells: of each count how often each unknown is in it.
            unknowns: the true number of each.
            small: a count from 1 to below this is a secret.
        """
        self.names, self.small = list(cells), small
        order = {name: place for place, name in enumerate(unknowns)}
        wide = np.zeros((len(cells), len(order)), np.int64)
        for row, cell in enumerate(cells.values()):
            for name, times in cell.items():
                wide[row, order[name]] = times
        # Unknowns that are in the same counts are one: nobody can tell them apart.
        self.sums, inverse = np.unique(wide, axis=1, return_inverse=True)
        true = np.zeros(self.sums.shape[1], np.int64)
        np.add.at(true, inverse.ravel(), np.fromiter(unknowns.values(), np.int64, len(order)))
        self.true = true
        self.values: Sums = self.sums @ true
        self.secrets = self._secrets()

    def _secrets(self) -> list[Secret]:
        """The small counts, and the small differences of a count and one that is part of it."""
        found = [
            Secret(row, int(value)) for row, value in zip(self.sums, self.values, strict=True) if 0 < value < self.small
        ]
        for row, value in zip(self.sums, self.values, strict=True):
            for other in np.flatnonzero((value > self.values) & (value - self.values < self.small)):
                if np.all(row >= self.sums[other]):
                    found += [Secret(row - self.sums[other], int(value - self.values[other]))]
        known: dict[bytes, Secret] = {}
        for each in found:
            known.setdefault(each.sum.tobytes(), each)
        return list(known.values())

    def range_of(self, secret: Secret, hidden: frozenset[Name]) -> tuple[int, int] | None:
        """The least and the most that a secret may be, by what is shown; ``None`` where that is not found."""
        ends = [self._end(secret, hidden, sign, int(self.values.sum())) for sign in (1, -1)]
        least, most = (None if end is None else int(end @ secret.sum) for end in ends)
        return None if least is None or most is None else (least, most)

    def proof(self, secret: Secret, hidden: frozenset[Name]) -> "list[Sums] | None":
        """Numbers of the unknowns that agree with all that is shown and make a secret safe; ``None`` if none do.

        It is safe where it may be no small count, and where the numbers that it may be lie far apart.
        """
        most = self._end(secret, hidden, -1, secret.value + self.small)
        if most is None or most @ secret.sum < self.small:
            return None
        if (most @ secret.sum) - secret.value >= self.small:
            return [most]
        least = self._end(secret, hidden, 1, None)
        return None if least is None or (most - least) @ secret.sum < self.small else [least, most]

    def agrees(self, unknowns: Sums, name: Name) -> bool:
        """Whether numbers of the unknowns give a count its value."""
        place = self.names.index(name)
        return bool(self.sums[place] @ unknowns == self.values[place])

    def _limits(self, hidden: frozenset[Name]) -> tuple[FloatArray, FloatArray]:
        """The least and the most of each count, by what is shown."""
        away = np.array([name in hidden for name in self.names])
        return np.where(away, 1.0, self.values), np.where(away, np.inf, self.values)

    def _end(self, secret: Secret, hidden: frozenset[Name], sign: int, cap: int | None) -> "Sums | None":
        """Numbers of the unknowns at which a secret is least or, up to a cap, most; ``None`` where none is found."""
        most = (secret.sum[None, :], -np.inf, np.inf if cap is None else cap)
        needed = -self.small if sign < 0 and cap is not None else None
        return _whole(sign * secret.sum, [(self.sums, *self._limits(hidden)), most], needed)


def _whole(aim: npt.NDArray[Any], rows: Sequence[tuple[Any, Any, Any]], needed: int | None) -> "Sums | None":
    """The whole numbers, none negative, that make an aim least; ``None`` where there are none or none is found.

    First without asking for whole numbers, which is quick: what comes out whole all the same is the answer, and where
    nothing comes out, or nothing so small as is needed, there is none.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - loaded only when used

    for whole in (0, 1):
        answer = milp(
            aim,
            constraints=[LinearConstraint(*row) for row in rows],
            integrality=np.full(aim.size, whole),
            bounds=Bounds(0, np.inf),
            options={"node_limit": _NODES},
        )
        if answer.status != 0 or (needed is not None and answer.fun > needed + _NEAR):
            return None
        found: Sums = np.round(answer.x).astype(np.int64)
        if np.abs(answer.x - found).max() < _NEAR and all(
            np.all((sums @ found >= lower) & (sums @ found <= upper)) for sums, lower, upper in rows
        ):
            return found
    return None  # pragma: no cover - whole numbers that are none


def suppressed(system: System[Name], forced: Sequence[Name] = ()) -> frozenset[Name] | None:
    """The counts that must not be shown; ``None`` where nothing but all would be safe.

    Small counts are hidden first. While one can be worked out, the smallest count that shares an unknown with it is
    hidden too or, where none is left, the smallest of all; at last those are given back, the largest first, that prove
    unnecessary. A count of none is shown.

    Args:
        system: the counts of the report.
        forced: counts that are shown anyway, such as totals that are known.
    """
    value = dict(zip(system.names, (int(each) for each in system.values), strict=True))
    first = frozenset(name for name in system.names if 0 < value[name] < system.small)
    if first & set(forced):
        return None
    hidden, proofs = first, []
    for secret in system.secrets:  # what is safe stays so when more is hidden
        while (proof := system.proof(secret, hidden)) is None:
            shown = [name for name in system.names if name not in hidden and name not in forced and value[name]]
            beside = _sharing(system, shown, secret.sum) or shown
            if not beside:
                return None
            hidden |= {min(beside, key=lambda name: (value[name], system.names.index(name)))}
        proofs.append(proof)
    order = list(range(len(proofs)))
    for name in sorted(hidden - first, key=lambda name: (-value[name], system.names.index(name))):
        fewer, again = hidden - {name}, list(proofs)
        for place in order:
            if not all(system.agrees(each, name) for each in proofs[place]):
                found = system.proof(system.secrets[place], fewer)
                if found is None:
                    order = [place, *(each for each in order if each != place)]  # the next one may fail by it too
                    break
                again[place] = found
        else:
            hidden, proofs = fewer, again
    return hidden


def _sharing(system: System[Name], names: Sequence[Name], reached: Sums) -> list[Name]:
    """The counts among these that have an unknown in common with one."""
    return [name for name in names if np.any(system.sums[system.names.index(name)] * reached)]
