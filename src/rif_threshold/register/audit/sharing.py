"""The audit as it may be shared: counts that are small are not shown, nor any from which they could be worked out."""

from collections.abc import Hashable, Mapping

from rif_threshold.register.audit.adding import atoms_of
from rif_threshold.register.audit.audit import Audit, audit_from
from rif_threshold.register.audit.histories import Histories
from rif_threshold.register.audit.ledger import Cell, Counts
from rif_threshold.register.audit.suppression import System, suppressed
from rif_threshold.register.settings import audit_settings

READ: Cell = (("rows",),)
"""How many rows were read: known to whoever knows of the file, and shown anyway."""


def shareable(histories: Histories, below: int | None = None) -> Audit:
    """The audit of a register, as it may be shared.

    The report is made once to see which counts it shows and reckons something from. All of them are one system; what is
    hidden in it is hidden in everything that is made again from the rest. Where nothing is safe all is withheld.

    Args:
        histories: of the register (`histories_of`).
        below: counts from 1 to below this are small; at least 2, that of the settings where left out.
    """
    small = audit_settings().small_cell if below is None else below
    counts = Counts(atoms_of(histories), small_below=small)
    audit_from(histories, counts)
    hidden = suppressed(system_of(counts, small), (READ,))
    withheld = hidden is None
    away = frozenset(counts.asked) if hidden is None else hidden
    return audit_from(histories, Counts(counts.atoms, away, small), withheld=withheld)


def system_of(counts: Counts, small: int) -> System[Cell]:
    """The counts that were asked for, as sums over the couples of each history."""
    places: dict[Hashable, int] = {place: atom.couples for place, atom in enumerate(counts.atoms)}
    cells: Mapping[Cell, Mapping[Hashable, int]] = {
        cell: {
            place: times
            for place, atom in enumerate(counts.atoms)
            if (times := sum(atom.adds.get(key, 0) for key in cell))
        }
        for cell in counts.asked
    }
    return System(cells, places, small)
