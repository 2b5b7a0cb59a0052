"""Which counts of a report may be shown, so that no small one can be worked out: chosen greedily, checked exactly.

Every count is a whole-number sum of the same unknowns, the couples of each kind. Whoever reads the report knows the
sums that are shown, that a count which is not shown is at least 1, and that no unknown is negative. A small count is
safe where integer programming finds whole numbers of the unknowns that agree with all that is known, and in which it is
no small count and far from what it is in others. No library does complementary suppression; R's GaussSuppression and
sdcTable do.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

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
        known: numbers of the unknowns, one row each, that may answer a question: the true ones first.
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
        self.values: Sums = self.sums @ true
        self.known: Sums = true[None, :]
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

    def safe(self, secret: Secret, hidden: frozenset[Name]) -> bool:
        """Whether a secret cannot be worked out: it may be no small count, and what it may be lies far apart.

        Numbers of the unknowns that prove it are looked for once and kept: they may answer the next question too.
        """
        for sign, cap in ((-1, secret.value + self.small), (1, np.inf)):
            if self._proved(secret, hidden):
                return True
            found = self._end(secret, hidden, sign, cap)
            if found is None:
                return False
            self.known = np.vstack([self.known, found])
        return self._proved(secret, hidden)

    def _proved(self, secret: Secret, hidden: frozenset[Name]) -> bool:
        """Whether numbers of the unknowns that are known prove a secret safe, in whole numbers."""
        away = np.array([name in hidden for name in self.names])
        counts = self.known @ self.sums.T
        agree = np.all(np.where(away, counts >= 1, counts == self.values), axis=1)
        may_be = self.known[agree] @ secret.sum
        return bool(may_be.max() >= self.small and np.ptp(may_be) >= self.small)

    def _end(self, secret: Secret, hidden: frozenset[Name], sign: int, cap: float) -> "Sums | None":
        """Numbers of the unknowns at which a secret is least or, up to a cap, most; ``None`` where none are found.

        First without asking for whole numbers, which is quick: what comes out whole all the same is the answer, and
        where even so the secret is a small count it is not safe.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - loaded only when used

        away = np.array([name in hidden for name in self.names])
        rows = np.vstack([self.sums, secret.sum])
        lower = np.append(np.where(away, 1.0, self.values), 0.0)
        upper = np.append(np.where(away, np.inf, self.values), cap)

        def found(whole: int) -> "Sums | None":
            answer = milp(
                sign * secret.sum,
                constraints=LinearConstraint(rows, lower, upper),
                integrality=np.full(secret.sum.size, whole),
                bounds=Bounds(0, np.inf),
                options={"node_limit": _NODES},
            )
            if answer.x is None or (sign < 0 and -answer.fun < self.small - _NEAR):
                return None
            whole_numbers: Sums = np.round(answer.x).astype(np.int64)
            return whole_numbers

        near = found(0)
        if near is not None and not np.all((rows @ near >= lower) & (rows @ near <= upper)):
            return found(1)
        return near


def suppressed(system: System[Name], forced: Sequence[Name] = ()) -> frozenset[Name] | None:
    """The counts that must not be shown; ``None`` where nothing but all would be safe.

    Small counts are hidden first. While one can be worked out, the smallest count that shares an unknown with it is
    hidden too or, where none is left, the smallest of all; at last those are given back, the largest first, that prove
    unnecessary. A count of none is no secret.

    Args:
        system: the counts of the report.
        forced: counts that are shown anyway, such as totals that are known.
    """
    place = {name: number for number, name in enumerate(system.names)}
    value = {name: int(system.values[number]) for name, number in place.items()}
    first = hidden = frozenset(name for name in system.names if 0 < value[name] < system.small)
    if first & set(forced):
        return None
    for secret in system.secrets:  # what is safe stays so when more is hidden
        while not system.safe(secret, hidden):
            shown = [name for name in system.names if name not in hidden and name not in forced and value[name]]
            near = [name for name in shown if np.any(system.sums[place[name]] * secret.sum)] or shown
            if not near:
                return None
            hidden |= {min(near, key=lambda name: (value[name], place[name]))}
    beside = sorted(hidden - first, key=lambda name: (-value[name], place[name]))
    return _given_back(system, hidden, beside, list(system.secrets))


def _given_back(
    system: System[Name], hidden: frozenset[Name], names: Sequence[Name], secrets: list[Secret]
) -> frozenset[Name]:
    """What is still hidden after those of these were given back, one after the other, that prove unnecessary.

    Many are tried at once and, where that is too much, each half: what is safe stays so when more is hidden, so that
    all which may go together may go one by one.
    """
    fewer = hidden - set(names)
    lost = next((place for place, secret in enumerate(secrets) if not system.safe(secret, fewer)), None)
    if lost is None:
        return fewer
    secrets.insert(0, secrets.pop(lost))  # the next ones may fail by it too
    if len(names) <= 1:
        return hidden
    half = len(names) // 2
    return _given_back(system, _given_back(system, hidden, names[:half], secrets), names[half:], secrets)
