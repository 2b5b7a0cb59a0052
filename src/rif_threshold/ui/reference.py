"""What page 5 shows: fixed texts made from the tables, once. Nothing of a patient comes here."""

from functools import cache

from rif_threshold._version import __version__
from rif_threshold.ages import label_words
from rif_threshold.listing import equal_words, listed_rules, listed_sources, listed_tables, recomputed_table
from rif_threshold.method import method
from rif_threshold.parts import default_parts
from rif_threshold.pathway import conflicts_about
from rif_threshold.tables import SourceReference, shipped
from rif_threshold.ui.markdown import escaped, markdown_table
from rif_threshold.ui.numbered import Numbered
from rif_threshold.wording import line_words, percent_words, word

NOT_FOR = """
- It is not a diagnosis. Crossing the line is a time to talk and to look; some couples who cross it are simply unlucky.
- It does not say whether to start, stop or dose any medicine, and no page here does.
- It does not predict a baby. It counts pregnancies that start.
- It is not for donor or frozen eggs without thought: the printed table speaks of maternal age only.
- It is not for recurrent pregnancy loss, which is another question with its own work-up.
- It keeps nothing: what is typed stays in the memory of this page, and of the server for up to an hour after.
"""


@cache
def formula() -> str:
    """The method, with the constants the tables hold."""
    constants = method()
    threshold, minimum = line_words(constants.threshold_percent), constants.minimum_transfers
    return f"""
With the chance *p* of one transfer, the chance after *n* transfers is

**C(n) = 1 − (1 − p)ⁿ**, and for a mixed history **C = 1 − (1 − p₁)(1 − p₂)…(1 − pₙ)**.

The threshold is the first *n* of at least {minimum} with C(n) above {threshold}; exactly {threshold} is not above it.
Comparisons are made in exact arithmetic; percentages are shown with one decimal, half up.
A live-birth chance is turned into pregnancy by × {constants.live_birth_to_pregnancy_factor}.

{escaped(constants.disclaimer)}
"""


@cache
def published_table() -> tuple[str, str]:
    """The published table, each printed figure beside the one computed here, and how many agree."""
    rows, lines = recomputed_table(), []
    for row in rows:
        figures = "  ".join(f"{cell.printed}/{cell.computed}" for cell in row.cells)
        rate, after = percent_words(row.per_transfer_percent), row.printed_transfers_to_threshold
        kind = escaped(f"{word(row.ploidy)}, {label_words(row.age_label)}")
        lines.append([kind, rate, figures, f"{after}/{row.transfers_to_threshold}"])
    head = ["Embryos, age", "Per transfer", "After 1, 2, 3 … transfers, in percent", "Intervene after"]
    return markdown_table(head, lines), f"Printed/computed. {equal_words(rows)}"


def _numbered() -> Numbered:
    return Numbered(listed_sources())


def conflicts() -> str:
    """The ledger of what sources disagree on, and what is done about it."""
    cited = _numbered()
    return "\n".join(
        f"- **{escaped(each.topic)}** — {escaped(each.one_side)} *But:* {escaped(each.other_side)} "
        f"*Here:* {escaped(each.what_we_do)} {cited.where(*each.stands)}"
        for each in conflicts_about(None, *default_parts())
    )


def bibliography() -> str:
    """Every source: citation, how far it was read, and what to know of it."""
    cited, lines = _numbered(), []
    for key, source in listed_sources().items():
        note = f" {escaped(source.note)}" if source.note else ""
        lines.append(f"- {cited.key(key)} {escaped(source.citation)} *Read: {source.read_words}.*{note}")
    return "\n".join(lines)


def rules() -> str:
    """Every rule of the parts that are included: where it stands and how far that was read."""
    cited, lines = _numbered(), []
    for title, entries in listed_rules().items():
        lines += ["", f"**{title}**", ""]
        for entry in entries:
            label = getattr(entry, "label", "") or getattr(entry, "statement", "")
            where = cited.where(*entry.stands)
            lines.append(f"- {escaped(label)} :small[{where}; read: {entry.source.read}]")
    return "\n".join(lines)


def files() -> str:
    """Every table file: its source, how far that was read, and its checksum."""
    rows = []
    for name, digest in listed_tables().items():
        rows.append([escaped(name), _source_of(name), f"`{digest[:16]}`"])
    head = ["Table", "Source", "SHA-256, first 16 of 64"]
    return f"{markdown_table(head, rows)}\n\nThe whole list: `cd tables && sha256sum -c SHA256SUMS`."


def _source_of(name: str) -> str:
    """Where a table as a whole stands; rows and rules that name their own source are listed above."""
    about = name.rsplit(".", 1)[0] + ".toml"
    source = shipped().toml(about).get("source") if about in shipped().texts else None
    if not isinstance(source, dict):
        return "each row names its own"
    stands = SourceReference.model_validate(source)
    return f"{_numbered().where(stands)} (read: {stands.read or 'as its source'})"


def version() -> str:
    """The software's version and the digest of all its tables together."""
    return f"rif-threshold {__version__}; tables `{shipped().digest[:16]}`"
