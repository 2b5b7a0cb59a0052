"""The studies, their counts, and what follows from the counts by our own arithmetic, always labelled so."""

from functools import cache

from rif_threshold import tables
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import echo
from rif_threshold.messages import did_you_mean
from rif_threshold.pathway.coverage import Covered, coverage
from rif_threshold.pathway.ledger import (
    Conflict,
    GuidelinePosition,
    Statement,
    conflicts,
    guideline_positions,
    label_statements,
)
from rif_threshold.pathway.protocols import DoseRow, dose_rows
from rif_threshold.pathway.reading import Amount, Cited, csv_entries, csv_table
from rif_threshold.record import Count, NotEmpty, Record
from rif_threshold.tables import Folder

RECOMPUTED = "recomputed here"


class StudyEntry(Cited):
    """One study, as far as it was read, and what limits it. Empty cells were not stated, or do not apply."""

    id: str
    year: str
    drug: str
    design: str
    randomised: str
    population: str = ""
    treated: str = ""
    controls: str = ""
    cut_off: str = ""
    assay: str = ""
    dose: str = ""
    start: str = ""
    stop: str = ""
    outcomes: str = ""
    limits: NotEmpty


class Comparison(Cited):
    """Two groups of one study, in counts. ``counts`` says where the counts come from, ``printed`` what was printed."""

    id: str
    study: str
    compares: str
    outcome: str
    first: str
    first_events: Count
    first_total: Count
    second: str
    second_events: Count
    second_total: Count
    printed: str = ""
    counts: str


class Recomputed(Record):
    """Our own arithmetic on the counts of a comparison. No source prints these figures.

    Attributes:
        label: always says that it was recomputed here.
        fisher_exact_p: Fisher's exact test, two-sided.
        chi_square_p: chi-square test without continuity correction.
        first_percent_interval: exact (Clopper-Pearson) 95 % interval of the first group, in percent.
        second_percent_interval: the same of the second.
    """

    label: str = RECOMPUTED
    fisher_exact_p: float
    chi_square_p: float
    first_percent: float
    first_percent_interval: tuple[float, float]
    second_percent: float
    second_percent_interval: tuple[float, float]


class RecomputedComparison(Record):
    """A comparison as published, and beside it what we recomputed."""

    published: Comparison
    recomputed: Recomputed


class Study(Record):
    """One study with its citation and its comparisons."""

    study: StudyEntry
    citation: str
    comparisons: tuple[RecomputedComparison, ...]


class Definition(Cited):
    """How one body or author defines recurrent implantation failure."""

    id: str
    body: str
    year: str
    number: str
    embryos: str = ""
    age_rule: str = ""
    failure_is: str = ""


class Critique(Cited):
    """What is known against, or beside, the formula 1 - (1 - p)^n."""

    id: str
    model: str
    figures: str
    finding: str
    use: str
    check: str = ""


class Timing(Cited):
    """When a protocol or document starts and stops."""

    id: str
    start: str = ""
    stop: str


class Profile(Cited):
    """One endometrial immune profile of the Tabriz programme. The counts are our back-calculation."""

    id: str
    women: Count
    treatment: str
    clinical_pregnancy_percent_printed: Amount
    clinical_pregnancies_back_calculated: Count
    live_birth_percent_printed: Amount
    live_births_back_calculated: Count


class ProfileStudy(Cited):
    """What another group found with endometrial immune profiles."""

    id: str
    year: str
    women: str
    finding: str


class Evidence(Record):
    """Everything that was read on the tacrolimus step and on the definition of recurrent implantation failure."""

    studies: tuple[Study, ...]
    guideline_positions: tuple[GuidelinePosition, ...]
    conflicts: tuple[Conflict, ...]
    definitions: tuple[Definition, ...]
    model_critique: tuple[Critique, ...]
    timing: tuple[Timing, ...]
    doses: tuple[DoseRow, ...]
    profiles: tuple[Profile, ...]
    other_profiles: tuple[ProfileStudy, ...]
    label: tuple[Statement, ...]
    coverage: tuple[Covered, ...]


study_entries = csv_table("evidence/studies.csv", StudyEntry)
"""Every study, as the table has it."""


@tables.reads("evidence/comparisons.csv")
def comparisons(folder: Folder) -> tuple[Comparison, ...]:
    """Every comparison in counts. Raises `TableError` for impossible counts or an unknown study."""
    name = "evidence/comparisons.csv"
    known = {study.id for study in study_entries(folder)}
    found = csv_entries(folder, name, Comparison)
    for each in found:
        where = f"\n{each.id},"
        if each.study not in known:
            raise folder.error(name, f"no study has the id {each.study!r}", where)
        if each.first_events > each.first_total or each.second_events > each.second_total:
            raise folder.error(name, "there cannot be more events than women", where)
    return found


definitions = csv_table("evidence/rif_definitions.csv", Definition)
"""Definitions of recurrent implantation failure."""
model_critique = csv_table("evidence/model_critique.csv", Critique)
"""What is known about the formula."""
timing = csv_table("evidence/timing.csv", Timing)
"""When each source starts and stops."""
profiles = csv_table("evidence/endometrial_profiles.csv", Profile)
"""The five endometrial profiles of the Tabriz programme."""
other_profiles = csv_table("evidence/endometrial_profiles_other.csv", ProfileStudy)
"""Other studies of endometrial profiles."""


def study_words(study: str) -> str:
    """What a study is called beside its figures: first author or body, and year."""
    entry = next(entry for entry in study_entries() if entry.id == study)
    source = tables.sources()[entry.source.key]
    return f"{source.who} {entry.year}"


@cache
def recompute(comparison_id: str) -> Recomputed:
    """Recompute what a reader needs from the counts of one comparison.

    >>> found = recompute("eshre2024_017_11_8")
    >>> round(found.fisher_exact_p, 3), round(found.chi_square_p, 3)
    (0.054, 0.043)
    """
    from scipy import stats  # noqa: PLC0415 - slow to load, and needed here only

    each = next(entry for entry in comparisons() if entry.id == comparison_id)
    table = [
        [each.first_events, each.first_total - each.first_events],
        [each.second_events, each.second_total - each.second_events],
    ]
    first = stats.binomtest(each.first_events, each.first_total).proportion_ci(method="exact")
    second = stats.binomtest(each.second_events, each.second_total).proportion_ci(method="exact")
    return Recomputed(
        fisher_exact_p=float(stats.fisher_exact(table).pvalue),
        chi_square_p=float(stats.chi2_contingency(table, correction=False).pvalue),
        first_percent=100 * each.first_events / each.first_total,
        first_percent_interval=(100 * float(first.low), 100 * float(first.high)),
        second_percent=100 * each.second_events / each.second_total,
        second_percent_interval=(100 * float(second.low), 100 * float(second.high)),
    )


def evidence(study: str | None = None) -> Evidence:
    """Everything that was read; of the studies only the one named, if one is.

    Raises:
        InvalidInput: where no study has that name.
    """
    entries = study_entries()
    if study is not None and study not in {entry.id for entry in entries}:
        names = {entry.id: entry for entry in entries}
        hint = did_you_mean(study, names)
        raise InvalidInput((Problem("study", echo(study), "no study has this name", "unknown_study", hint=hint),))
    return Evidence(
        studies=tuple(_study(entry) for entry in entries if study in {None, entry.id}),
        guideline_positions=guideline_positions(),
        conflicts=conflicts(),
        definitions=definitions(),
        model_critique=model_critique(),
        timing=timing(),
        doses=dose_rows(),
        profiles=profiles(),
        other_profiles=other_profiles(),
        label=label_statements(),
        coverage=coverage(),
    )


def _study(entry: StudyEntry) -> Study:
    return Study(
        study=entry,
        citation=tables.sources()[entry.source.key].citation,
        comparisons=tuple(
            RecomputedComparison(published=each, recomputed=recompute(each.id))
            for each in comparisons()
            if each.study == entry.id
        ),
    )
