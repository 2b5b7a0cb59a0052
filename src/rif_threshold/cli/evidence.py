"""How studies, positions and doses are put into lines for the terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from rif_threshold.cli.printing import wrapped
from rif_threshold.pathway import Covered, Evidence, Study
from rif_threshold.pathway.ledger import Statement
from rif_threshold.pathway.protocols import DoseRow
from rif_threshold.pathway.studies import Comparison
from rif_threshold.tables import SourceReference
from rif_threshold.wording import p_words, percent_words, shown_percent

_FIELDS = {"cut_off": "cut-off"}
_LEFT = {"no_claim": "no claim", "background": "background", "notice": "notices", "advertising": "advertising"}


def titled(title: str, texts: Iterable[str]) -> Iterator[str]:
    """A heading and a list below it; nothing where the list is empty."""
    listed = list(texts)
    if listed:
        yield ""
        yield title
        yield from (wrapped(text, "- ") for text in listed)


def evidence_lines(found: Evidence) -> Iterator[str]:
    """Everything that was read, in short."""
    yield ""
    yield "Studies"
    for each in found.studies:
        yield wrapped(_study_in_short(each), "- ")
        yield wrapped(f"Limits: {each.study.limits}", "    ")
    yield ""
    yield "One in full: rif-threshold evidence --study ID"
    yield from titled(
        "What bodies say",
        (
            f"{each.body} ({each.year}), {each.topic}: {each.position} {_read(each.source)}"
            for each in found.guideline_positions
        ),
    )
    yield from titled(
        "Doses, as published",
        (f"{each.source.key}: {dose_words(each)}" for each in found.doses),
    )
    yield from titled(
        "Start and stop",
        (f"{each.source.key}. Start: {each.start or 'not stated'}. Stop: {each.stop}" for each in found.timing),
    )
    yield from titled(
        "Endometrial profiles (ESHRE 2024 abstract 374; percentages as printed, counts back-calculated by us)",
        (
            f"{each.id}, {each.women} women, {each.treatment}: clinical pregnancy"
            f" {each.clinical_pregnancy_percent_printed} % ({each.clinical_pregnancies_back_calculated}), live birth"
            f" {each.live_birth_percent_printed} % ({each.live_births_back_calculated})"
            for each in found.profiles
        ),
    )
    yield from titled(
        "Profiles elsewhere", (f"{each.women}: {each.finding} {_read(each.source)}" for each in found.other_profiles)
    )
    yield from titled("What the label says", map(_label_words, found.label))
    yield from titled(
        "Definitions of recurrent implantation failure",
        (
            f"{each.body} ({each.year}): {'; '.join(filter(None, (each.number, each.embryos)))}. {_read(each.source)}"
            for each in found.definitions
        ),
    )
    yield from titled(
        "What is known about the formula",
        (f"{each.model}: {each.finding} {_read(each.source)}" for each in found.model_critique),
    )
    yield from titled("What became of every statement of the source documents", _covered(found.coverage))
    yield ""
    yield "Each with its place: rif-threshold evidence --json, under coverage"


def _covered(statements: Iterable[Covered]) -> Iterator[str]:
    """How many statements of each document the tables carry, and why the others are not carried."""
    for key, listed in groupby(statements, key=lambda each: each.source.key):
        reasons = Counter(each.reason for each in listed)
        carried = reasons.pop(None)
        left = ", ".join(f"{word} {n}" for word, n in sorted((_LEFT[why], n) for why, n in reasons.items() if why))
        yield f"{key}: {carried} of {carried + reasons.total()} stand in the tables. Not carried: {left}."


def _study_in_short(found: Study) -> str:
    """A study with the number in each arm, and its main outcomes, in counts where they are known."""
    study = found.study
    arms = ". ".join(f"{arm}: {n}" for arm, n in (("Treated", study.treated), ("Controls", study.controls)) if n)
    parts = (f"{study.drug}, {study.year}, {study.design}", study.population, arms, study.outcomes)
    return f"{study.id}: {'. '.join(part.rstrip('.') for part in parts if part)}. {_read(study.source)}"


def _label_words(each: Statement) -> str:
    """A label text, what it means here, and the section it stands in."""
    said = f"{each.content} {each.relevance}".strip()
    return f"{each.topic}: {said} [{each.source.key}, {each.source.locator}; read: {each.source.read}]"


def _counts(each: Comparison) -> str:
    return (
        f"{each.outcome}, {each.compares}: {each.first} {each.first_events} of {each.first_total},"
        f" {each.second} {each.second_events} of {each.second_total}"
    )


def study_lines(study: Study) -> Iterator[str]:
    """One study in full, with what we recomputed."""
    yield wrapped(study.citation)
    for name, value in study.study:
        if name not in {"id", "source", "further_sources"} and value:
            yield wrapped(f"{_FIELDS.get(name, name)}: {value}", "- ")
    yield wrapped(f"read: {study.study.source.read} ({study.study.source.locator})", "- ")
    for each in study.comparisons:
        published, ours = each.published, each.recomputed
        yield ""
        yield wrapped(f"{_counts(published)}. Printed: {published.printed or 'no test'}. Counts: {published.counts}.")
        low, high = ours.second_percent_interval
        yield wrapped(
            f"{ours.label}: Fisher exact {p_words(ours.fisher_exact_p)}; uncorrected chi-square"
            f" {p_words(ours.chi_square_p)}; exact 95 % interval of {published.second}: {shown_percent(low)} to"
            f" {percent_words(high)}",
            "    ",
        )


def dose_words(row: DoseRow) -> str:
    """A dose as published, with the ratios it was given for and what is to be noted of it."""
    return f"{_band_edges(row)}{row.dose_as_published}" + (f" ({row.note})" if row.note else "")


def _band_edges(row: DoseRow) -> str:
    if row.ratio_from is None:
        return ""
    return f"ratio {row.ratio_from}{' or more' if row.ratio_below is None else f' to below {row.ratio_below}'}: "


def _read(source: SourceReference) -> str:
    """The key of a source, and how far it was read."""
    return f"[{source.key}; read: {source.read}]"


def cited(source: SourceReference) -> str:
    """The key of a source, as `rif-threshold sources` lists it."""
    return f"[{source.key}]"
