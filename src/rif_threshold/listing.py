"""What the lists of sources, rules and tables show: everything, less what belongs to a part that is left out.

And the published table, every printed figure beside the one computed here, and the published schemas.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from rif_threshold import pathway, perspective
from rif_threshold._version import SCHEMA_VERSION
from rif_threshold.assessment import Assessment
from rif_threshold.beside import rests_on
from rif_threshold.case import Case
from rif_threshold.citing import references
from rif_threshold.method import method
from rif_threshold.parts import default_parts
from rif_threshold.pathway.reading import Cited
from rif_threshold.prediction import nelson_lawlor_2011
from rif_threshold.probability import cumulative_probability, transfers_to_exceed
from rif_threshold.rates import PUBLISHED_TABLE, background_tables, load_rate_table
from rif_threshold.record import Record
from rif_threshold.strata import Stratum
from rif_threshold.tables import Source, shipped, sources
from rif_threshold.vocabulary import Part, Ploidy
from rif_threshold.wording import shown_percent

# Which parts a table is for, by how its name begins; the first that fits. Every other table is always shown.
_BOTH = frozenset({Part.WORKUP, Part.TACROLIMUS})
_TABLES = {
    "pathways/facts.toml": _BOTH,
    "pathways/contradictions.toml": _BOTH,
    "pathways/workup.toml": frozenset({Part.WORKUP}),
    "pathways/": frozenset({Part.TACROLIMUS}),
    "evidence/conflicts.csv": frozenset(Part),
    "evidence/rif_definitions.csv": frozenset(Part),
    "evidence/model_critique.csv": frozenset(Part),
    "evidence/": frozenset({Part.TACROLIMUS}),
    "coverage.csv": frozenset(Part),
    "perspective/": frozenset({Part.PERSPECTIVE}),
}


def listed_tables() -> dict[str, str]:
    """The digest of every shipped table that is included, by its name."""
    parts = default_parts()
    return {name: digest for name, digest in sorted(shipped().digests.items()) if _for(name) & parts or not _for(name)}


def _for(name: str) -> frozenset[Part]:
    return next((parts for start, parts in _TABLES.items() if name.startswith(start)), frozenset())


def published_schema(of: str) -> dict[str, Any]:
    """The JSON Schema of a ``case`` as it is read, or of an ``assessment`` as it is written.

    >>> published_schema("case")["$id"]
    'urn:rif-threshold:case:2'
    """
    schema = Case.model_json_schema() if of == "case" else Assessment.model_json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:rif-threshold:{of}:{SCHEMA_VERSION}",
        "$comment": "Files of version 1 (software 0.1.0) are read as they were meant.",
    }
    return head | schema


def listed_sources() -> Mapping[str, Source]:
    """The bibliography; where a part is left out, only what the rest refers to."""
    parts = default_parts()
    if parts == frozenset(Part):
        return sources()
    kept = references((_threshold(), tuple(map(_read_by, parts))))
    return {key: source for key, source in sources().items() if key in kept}


def listed_rules() -> dict[str, tuple[Cited, ...]]:
    """The rules of every part that is included, by what their list is called."""
    parts = default_parts()
    return {title: entries for part in Part if part in parts for title, entries in pathway.rules(part).items()}


def _read_by(part: Part) -> object:
    return perspective.rests_on() if part == Part.PERSPECTIVE else pathway.entries(part)


def _threshold() -> object:
    table, model = load_rate_table(PUBLISHED_TABLE), nelson_lawlor_2011.model()
    behind = background_tables().values()
    return (method(), *method().caveats.values(), table, *behind, model, pathway.conflicts_about(None), *rests_on())


class Cell(Record):
    """The cumulative percentage after ``n`` transfers, as printed and as computed here, both as shown."""

    n: int
    printed: str
    computed: str
    equal: bool


class RecomputedRow(Record):
    """One row of the published table: what is printed, and what is computed here from its rate."""

    ploidy: Ploidy
    age_label: str
    per_transfer_percent: float
    cells: tuple[Cell, ...]
    printed_transfers_to_threshold: int | None
    transfers_to_threshold: int | None


def recomputed_table() -> tuple[RecomputedRow, ...]:
    """The published table, with ESHRE's threshold and minimum. Source: ``tables/rates``, from ESHRE (2023).

    >>> row = recomputed_table()[1]
    >>> row.age_label, row.printed_transfers_to_threshold, row.transfers_to_threshold, row.cells[2].computed
    ('35-39', 4, 4, '59.3')
    """
    return tuple(map(_recomputed, load_rate_table(PUBLISHED_TABLE).strata))


def equal_words(rows: Iterable[RecomputedRow]) -> str:
    """How many of the printed figures are equal to those computed here."""
    rows = tuple(rows)
    cells = [cell.equal for row in rows for cell in row.cells]
    answers = [row.printed_transfers_to_threshold == row.transfers_to_threshold for row in rows]
    return f"{sum(cells)} of {len(cells)} cells equal, {sum(answers)} of {len(answers)} answers equal."


def _recomputed(stratum: Stratum) -> RecomputedRow:
    p, threshold = Fraction(stratum.per_transfer_percent) / 100, Fraction(method().threshold_percent) / 100
    cells = []
    for n, cell in enumerate(stratum.printed_cumulative_percent, start=1):
        printed, computed = shown_percent(cell), shown_percent(100 * cumulative_probability(p, n))
        cells.append(Cell(n=n, printed=printed, computed=computed, equal=printed == computed))
    return RecomputedRow(
        ploidy=stratum.ploidy,
        age_label=stratum.age_label,
        per_transfer_percent=float(stratum.per_transfer_percent),
        cells=tuple(cells),
        printed_transfers_to_threshold=stratum.printed_transfers_to_threshold,
        transfers_to_threshold=transfers_to_exceed(p, threshold, method().minimum_transfers),
    )
