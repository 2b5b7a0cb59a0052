"""A register's counts that no answer is made from: what was observed in groups that were chosen, never an effect."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TypeVar

from rif_threshold.ages import AgeBand, band_of, band_of_label
from rif_threshold.rates import rate_tables
from rif_threshold.record import Count, NotEmpty, Percent, Record
from rif_threshold.tables import Folder, SourceReference, check_columns, parse, reads, resolve
from rif_threshold.vocabulary import Stage
from rif_threshold.wording import shown_percent

_ID = "hfea_2017_2018"
_ABOUT = f"background/{_ID}.toml"
_COUNTS, _CYCLES, _PGT_A = (f"background/{_ID}_{name}.csv" for name in ("counts", "by_previous_cycles", "pgt_a"))

_STAGES = {"blastocyst_day_5": Stage.BLASTOCYST, "cleavage_day_2_to_3": Stage.CLEAVAGE}
_IN_RATES = ("transfers", "positive_tests", "clinical_pregnancies", "live_births")
_Row = TypeVar("_Row", bound=Record)


class _Counts(Record):
    """What was counted of a group: each outcome is among those before it."""

    transfers: Count
    positive_tests: Count
    clinical_pregnancies: Count
    heartbeats: Count
    live_births: Count

    @property
    def nested(self) -> bool:
        counts = [getattr(self, name) for name in _Counts.model_fields]
        return counts == sorted(counts, reverse=True)


class Group(_Counts):
    """One group of transfers."""

    eggs: NotEmpty
    tested: NotEmpty
    cycle: NotEmpty
    stage: NotEmpty
    embryos: Count
    age_band: NotEmpty


class CycleGroup(_Counts):
    """Transfers after so many earlier IVF cycles: own eggs, untested, fresh, one day-5 blastocyst."""

    age_band: NotEmpty
    previous_ivf_cycles: NotEmpty


class PgtAGroup(Record):
    """Transfers of a cycle in which PGT-A was done."""

    age_band: NotEmpty
    positive_test_percent: Percent
    transfers: Count


class _Observed(Record):
    id: NotEmpty
    text: NotEmpty


class _About(Record):
    """What the counts are."""

    title: NotEmpty
    population: NotEmpty
    source: SourceReference
    totals: dict[str, Count]
    columns: dict[str, NotEmpty]
    observed: tuple[_Observed, ...]


class Observed(Record):
    """Positive tests in groups that were chosen, for one band of ages.

    Attributes:
        id: what the groups differ in: ``earlier_cycles``, ``embryos`` or ``pgt_a``.
        age_label: the woman's age at treatment.
        groups: what each group is, or, where there is one, how many transfers.
        percents: its positive tests, in percent of its transfers.
        text: the same in words, with why it is no effect.
        source: where it was counted.
    """

    id: str
    age_label: str
    groups: tuple[str, ...]
    percents: tuple[float, ...]
    text: str
    source: SourceReference


@reads(_ABOUT)
def _about(folder: Folder) -> _About:
    read = parse(folder, _ABOUT, _About, folder.toml(_ABOUT), None)
    for each in read.observed:
        if not all(f"{{{name}}}" in each.text for name in ("age", "groups", "figures")):
            raise folder.error(_ABOUT, "what was observed names age, groups and figures", each.id)
    if {each.id for each in read.observed} != {"earlier_cycles", "embryos", "pgt_a"}:
        raise folder.error(_ABOUT, "earlier_cycles, embryos and pgt_a are observed, each once", "[[observed]]")
    if set(read.totals) != set(_Counts.model_fields):
        raise folder.error(_ABOUT, f"the sums are those of {', '.join(_Counts.model_fields)}", "[totals]")
    read_columns = {name for kind in (Group, CycleGroup, PgtAGroup) for name in kind.model_fields}
    if wrong := sorted(read_columns ^ set(read.columns)):
        raise folder.error(_ABOUT, f"columns that are read and those described differ: {', '.join(wrong)}", "[columns]")
    return read.model_copy(update={"source": resolve(folder, _ABOUT, read.source, "[source]")})


def _rows(folder: Folder, name: str, kind: type[_Row], *counted: str) -> tuple[_Row, ...]:
    """The rows of a file, each group once. Raises `TableError`."""
    check_columns(folder, name, tuple(_in_order(kind)))
    found: dict[tuple[object, ...], _Row] = {}
    for line, row in folder.rows(name):
        read = parse(folder, name, kind, row, line)
        group = tuple(getattr(read, each) for each in kind.model_fields if each not in counted)
        if group in found:
            raise folder.error(name, "this group stands twice", line)
        if band_of_label(str(row["age_band"])) is None:
            raise folder.error(name, "the age is a band such as 35-37", line)
        if isinstance(read, _Counts) and not read.nested:
            raise folder.error(name, "each outcome is among those before it, and cannot be more", line)
        found[group] = read
    return tuple(found.values())


def _in_order(kind: type[Record]) -> Iterator[str]:
    yield from (name for name in kind.model_fields if name not in _Counts.model_fields)
    yield from (name for name in kind.model_fields if name in _Counts.model_fields)


@reads(_COUNTS)
def groups(folder: Folder) -> tuple[Group, ...]:
    """Every group of the register that was counted. Raises `TableError` where their sums are not those declared."""
    found = _rows(folder, _COUNTS, Group, *_Counts.model_fields)
    for name, total in _about(folder).totals.items():
        if (counted := sum(getattr(row, name) for row in found)) != total:
            raise folder.error(_COUNTS, f"the sum of {name} is {counted}, and {total} was counted", name)
    return found


@reads(_COUNTS, f"rates/{_ID}.csv")
def as_counted(folder: Folder) -> None:
    """Raise `TableError` where the rate table has other counts than the groups that it is made of."""
    here = {
        (_STAGES[row.stage], row.age_band): tuple(getattr(row, name) for name in _IN_RATES)
        for row in groups(folder)
        if row.stage in _STAGES and _of_one_kind(row) and row.embryos == 1
    }
    there = {
        (row.stage, row.age_label): (row.transfers, row.successes, *row.successes_beside.values())
        for row in rate_tables(folder)[_ID].strata
    }
    if here != there:
        raise folder.error(_COUNTS, f"the counts of rates/{_ID}.csv are not those of the same groups here", 1)


def _of_one_kind(row: Group) -> bool:
    """Fresh transfers of untested embryos from the woman's own eggs."""
    return (row.eggs, row.tested, row.cycle) == ("own", "none", "fresh")


@reads(_CYCLES)
def cycle_groups(folder: Folder) -> tuple[CycleGroup, ...]:
    """Day-5 blastocysts by earlier cycles. Raises `TableError` where an age has more of them than were counted."""
    found = _rows(folder, _CYCLES, CycleGroup, *_Counts.model_fields)
    for row in groups(folder):
        if _of_one_kind(row) and (row.stage, row.embryos) == ("blastocyst_day_5", 1):
            counted = sum(each.transfers for each in found if each.age_band == row.age_band)
            if not 0 < counted <= row.transfers:
                raise folder.error(_CYCLES, f"{counted} transfers at {row.age_band}, of {row.transfers}", row.age_band)
    return found


@reads(_PGT_A)
def pgt_a_groups(folder: Folder) -> tuple[PgtAGroup, ...]:
    """Cycles in which PGT-A was done. Raises `TableError`."""
    return _rows(folder, _PGT_A, PgtAGroup, "positive_test_percent", "transfers")


@reads()
def _observed(folder: Folder) -> Mapping[AgeBand, tuple[Observed, ...]]:
    """What was observed, by the band of ages."""
    said = {each.id: each.text for each in _about(folder).observed}
    found: dict[str, list[Observed]] = {}

    def add(what: str, age: str, named: list[str], percents: list[float | Decimal]) -> None:
        text = said[what].format(age=age, groups=_listed(named), figures=_listed([*map(shown_percent, percents)]))
        exact = tuple(map(float, percents))
        observed = Observed(
            id=what, age_label=age, groups=tuple(named), percents=exact, text=text, source=_about(folder).source
        )
        found.setdefault(age, []).append(observed)

    for age in dict.fromkeys(row.age_band for row in groups(folder)):
        cycles = [row for row in cycle_groups(folder) if row.age_band == age]
        more = [row.previous_ivf_cycles.replace(">", "more than ") for row in cycles]
        add("earlier_cycles", age, more, [100 * row.positive_tests / row.transfers for row in cycles])
        placed = [
            row
            for row in groups(folder)
            if _of_one_kind(row) and (row.stage, row.age_band) == ("blastocyst_day_5", age) and row.embryos <= 2
        ]
        names = ["one" if row.embryos == 1 else "two" for row in placed]
        add("embryos", age, names, [100 * row.positive_tests / row.transfers for row in placed])
        for row in pgt_a_groups(folder):
            if row.age_band == age:
                add("pgt_a", age, [str(row.transfers)], [row.positive_test_percent])
    return {band_of(age): tuple(listed) for age, listed in found.items()}


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def observed_at(ages: AgeBand) -> tuple[Observed, ...]:
    """What was observed of women whose age at treatment may lie in a band; nothing where the age is not known.

    >>> [each.percents[0] for each in observed_at(AgeBand(36, 36)) if each.id == "pgt_a"]
    [61.8]
    """
    return tuple(each for band, listed in _observed().items() if _meet(band, ages) for each in listed)


def _meet(one: AgeBand, other: AgeBand) -> bool:
    """Whether two bands share an age. One without both ends is not known."""
    if None in (*one, *other):
        return False
    return max(one.first or 0, other.first or 0) <= min(one.last or 0, other.last or 0)
