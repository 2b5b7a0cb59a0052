"""What the lists of sources, rules and tables show: everything, less what belongs to a part that is left out."""

from collections.abc import Mapping

from rif_threshold import pathway, perspective
from rif_threshold.assessment import references
from rif_threshold.method import method
from rif_threshold.parts import default_parts
from rif_threshold.pathway.common import Cited
from rif_threshold.prediction import nelson_lawlor_2011
from rif_threshold.rates import load_rate_table
from rif_threshold.routes import PUBLISHED_TABLE
from rif_threshold.tables import Source, shipped, sources
from rif_threshold.vocabulary import Part

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
    "perspective/": frozenset({Part.PERSPECTIVE}),
}


def listed_tables() -> dict[str, str]:
    """The digest of every shipped table that is included, by its name."""
    parts = default_parts()
    return {name: digest for name, digest in sorted(shipped().digests.items()) if _for(name) & parts or not _for(name)}


def _for(name: str) -> frozenset[Part]:
    return next((parts for start, parts in _TABLES.items() if name.startswith(start)), frozenset())


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
    return (method(), *method().caveats.values(), table, model, pathway.conflicts_about(None))
