"""A clinic's own table as a folder that ``--tables`` takes at once: rows, what they are, source, digests."""

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.folder import Folder
from rif_threshold.own_tables import own_tables_of, write_folder
from rif_threshold.record import Record
from rif_threshold.register.rates import Rates
from rif_threshold.register.settings import rate_settings
from rif_threshold.register.table import BandRow, ClinicTable
from rif_threshold.vocabulary import Denominator, Outcome
from rif_threshold.wording import percent_words

FIRST, ALL = "first", "all"
_COLUMNS = ("ploidy", "age_label", "age_min_years", "age_max_years", "per_transfer_percent", "successes", "transfers")
_MEANS = (
    "what was known of the embryo's chromosomes",
    "the age band",
    "completed years, included; empty: no lower limit",
    "completed years, included; empty: no upper limit",
    "percent of transfers with a positive test",
    "transfers with a positive test; empty where transfers of one woman are related and counts would say too much",
    "out of how many",
)


class Written(Record):
    """What was written.

    Attributes:
        folder: where.
        files: its files.
        table: the name of the table, which its route ends with: ``age_table:<name>``.
        rows: how many bands it has.
        left_out: the bands that it has not, and why.
    """

    folder: str
    files: tuple[str, ...]
    table: str
    rows: int
    left_out: tuple[str, ...]


def write_table(table: ClinicTable, directory: str | Path, name: str, which: str) -> Written:
    """Write a clinic's own table into a folder that is new or empty.

    Args:
        table: the table.
        directory: the folder.
        name: what the table is called.
        which: `FIRST` or `ALL` transfers; a register without patients has only the latter.

    Raises:
        InvalidInput: where the folder is not empty or cannot be written, there are no first transfers, or no band has
            enough transfers for a threshold.
        TableError: for a name that no table can have.
    """
    texts = table_texts(table, name, which)
    read = own_tables_of(Folder(Path(directory), texts, {}))[name]  # what cannot be read is not written
    files = write_folder(directory, texts)
    why_not = tuple(f"{each.ploidy} {each.age_label}: {each.why}" for each in read.left_out)
    return Written(folder=str(directory), files=files, table=name, rows=len(read.strata), left_out=why_not)


def table_texts(table: ClinicTable, name: str, which: str) -> dict[str, str]:
    """The files of a clinic's own table by their path in a folder, as `write_table` writes them. Raises as it does."""
    if which == FIRST and table.bands[0].first is None:
        why = "a register without patients has no first transfers: write all of them"
        raise InvalidInput((Problem("--rates", which, why, "cross_field"),))
    rows = [(band, _rates(band, which)) for band in table.bands]
    kept = [(band, rates) for band, rates in rows if not rates.too_small]
    if not kept:
        why = "no band has enough transfers for a threshold, so no table is written; wider or pooled bands may have"
        raise InvalidInput((Problem("--output", "", why, "too_few", outside_evidence=True),))
    return {
        f"rates/{name}.csv": _csv(kept, counts=which == FIRST or table.bands[0].first is None),
        f"rates/{name}.toml": "\n".join(_about(table, rows, name, which)) + "\n",
        "sources.toml": "\n".join(_source(table, name, kept)) + "\n",
    }


def _rates(band: BandRow, which: str) -> Rates:
    """The rates of a band that are written."""
    return band.first if which == FIRST and band.first is not None else band.all


def _csv(rows: list[tuple[BandRow, Rates]], *, counts: bool) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for band, rates in rows:
        x, n = rates.positive.came, rates.positive.transfers
        percent = (Decimal(100 * x) / n).quantize(_FINEST).normalize()
        ages = (band.age_label, band.age_min_years, band.age_max_years)
        writer.writerow((band.ploidy, *ages, f"{percent:f}", *((x, n) if counts else ("", ""))))
    return out.getvalue()


_FINEST = Decimal("0.000001")
"""The most decimals that a percentage may have."""


def _text(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)


def _texts(texts: Iterator[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _time(table: ClinicTable) -> str:
    if table.typed:
        return "typed by hand"
    return "of the whole register" if table.period_first is None else f"{table.period_first} to {table.period_last}"


def _about(table: ClinicTable, rows: list[tuple[BandRow, Rates]], name: str, which: str) -> Iterator[str]:
    """What the table says of itself."""
    ploidies = dict.fromkeys(band.ploidy for band, rates in rows if not rates.too_small)
    yield "# Written from the clinic's register. Its counts are for the clinic and not for sharing."
    yield f"title = {_text(f'Own register, {which} transfers {_time(table)}')}"
    yield f"outcome = {_text(Outcome.POSITIVE_TEST)}"
    yield f"denominator = {_text(Denominator.EMBRYO_TRANSFER)}"
    yield f"ploidy = {_texts(iter(ploidies))}"
    yield 'age_basis = "age at retrieval of the oocytes, completed years, as the register has it"'
    yield f"population = {_text(_population(table, which))}"
    yield f"valid_from = {_text(str(table.period_last or 'not dated'))}"
    yield f"mixed_embryos = {str({'several', 'not_known'} & set(table.included) != set()).lower()}"
    yield f"caveats = {_texts(_caveats(table, rows, which))}"
    for band, rates in rows:
        if rates.too_small and band.ploidy in ploidies:
            yield "\n[[left_out]]"
            yield f"ploidy = {_text(band.ploidy)}"
            yield f"age_label = {_text(band.age_label)}"
            ages = {"age_min_years": band.age_min_years, "age_max_years": band.age_max_years}
            yield from (f"{end} = {years}" for end, years in ages.items() if years is not None)
            yield f"why = {_text(_counted(rates))}"
    yield "\n[source]"
    yield f"key = {_text(f'{_key(name)}_source')}"
    yield f'locator = "{which} transfers, by age at retrieval and ploidy"'
    yield "\n[columns]"
    yield from (f"{column} = {_text(meant)}" for column, meant in zip(_COLUMNS, _MEANS, strict=True))


def _counted(rates: Rates) -> str:
    positive = rates.positive
    return f"{rates.too_small}: {positive.came} of {positive.transfers} transfers, {positive.women or 0} women"


def _population(table: ClinicTable, which: str) -> str:
    if table.typed:
        return f"{table.rows:,} transfers of this clinic, typed by hand"
    who = "first transfers in this register" if which == FIRST else "all transfers in this register"
    added = f"; included by option: {', '.join(table.included)}" if table.included else ""
    return (
        f"{who}, {_time(table)}{added}. {table.rows:,} rows read: {table.in_period:,} in a band,"
        f" {table.outside_period:,} outside that time,"
        f" {table.outside_bands:,} of an age or ploidy that is in no single band,"
        f" {table.in_couples_with_problem:,} in couples with a problem"
    )


def _caveats(table: ClinicTable, rows: list[tuple[BandRow, Rates]], which: str) -> Iterator[str]:
    """What is said beside every answer from it."""
    notes = rate_settings().notes
    yield from table.said
    yield notes["positive_test"]
    yield from (note for note in table.notes if note.endswith((notes["mixed"], notes["one_embryo"])))
    yield from (
        note for note in table.notes if note.endswith((notes["no_patient"], notes["problems"], notes["circular"]))
    )
    for band, rates in rows:
        name = f"{band.ploidy} {band.age_label}"
        if rates.too_small:
            yield f"{name} is left out: {_counted(rates)}."
            continue
        if band.joined:
            yield f"{name} is {' and '.join(band.joined)} together: its rate depends on how many of each there are."
        if which == ALL and rates.positive.design_effect is not None:
            ends = (rates.positive.lower_percent or 0, rates.positive.upper_percent or 0)
            between = " to ".join(map(percent_words, ends))
            yield f"{name}: of {rates.positive.transfers:,} transfers of {rates.positive.women:,} women; {between}."


def _source(table: ClinicTable, name: str, rows: list[tuple[BandRow, Rates]]) -> Iterator[str]:
    """Where the numbers come from."""
    yield f"[{_key(name)}_source]"
    title = f"The clinic's own register, transfers {_time(table)}"
    yield f"title = {_text(title)}"
    yield 'authors = "The clinic"'
    yield f"year = {_text(str(table.period_last.year) if table.period_last else '')}"
    yield 'read = "full text"'
    sums = "; ".join(
        f"{band.ploidy} {band.age_label}: {rates.positive.came} of {rates.positive.transfers}" for band, rates in rows
    )
    yield f"note = {_text(f'Positive tests of transfers: {sums}.')}"


def _key(name: str) -> str:
    return name.replace("-", "_")
