"""What came of a register, in words: for the terminal and whatever shows it next."""

from collections.abc import Iterator, Sequence
from typing import Any

from rif_threshold.ages import label_words
from rif_threshold.register.couples import CouplesSummary
from rif_threshold.register.rates import Rates
from rif_threshold.register.table import BandRow, ClinicTable
from rif_threshold.register.written import Written
from rif_threshold.vocabulary import ThresholdState
from rif_threshold.wording import probability_words, settle_words, shown_percent, word

_STATES = {state.value: word(state) for state in ThresholdState} | {"problem": "with a problem"}
_CERTAIN = {"settled": "settled", "most_likely": "most likely", "open": "open"}


def couples_words(summary: CouplesSummary) -> Iterator[str]:
    """The counts, which reconcile, and what must be said beside them."""
    yield (
        f"{summary.rows:,} rows read: {summary.failed_in_current_run:,} failed in a current run"
        f" + {summary.up_to_last_positive:,} up to and with the last positive test + {summary.awaited:,} awaited"
        f" + {summary.in_couples_with_problem:,} in couples with a problem."
    )
    states = ", ".join(f"{count:,} {_STATES[state]}" for state, count in summary.states.items())
    yield f"{summary.couples:,} couples in, {sum(summary.states.values()):,} out, by ESHRE's table: {states}."
    if summary.rows_with_problem:
        rows = "row has a problem itself" if summary.rows_with_problem == 1 else "rows have a problem themselves"
        yield f"{summary.rows_with_problem:,} {rows}; the file names row, code and field."
    yield from summary.notes


def table_cells(table: ClinicTable) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """The table: headings and rows, first transfers above all of them."""
    headings = ("", "", "transfers", "positive", "%", "95 %", "clinical %", "live birth %", "n*", "more")
    rows = []
    for band in table.bands:
        both = {"first": band.first, "all": band.all}
        rows += [_cells(band, name, rates) for name, rates in both.items() if rates is not None]
    return headings, rows


def _cells(band: BandRow, which: str, rates: Rates) -> tuple[str, ...]:
    positive, clinical, birth = rates.outcomes
    bounds = (positive.lower_percent, positive.upper_percent)
    interval = "-".join(shown_percent(bound) for bound in bounds if bound is not None)
    percents = ["" if each.percent is None else shown_percent(each.percent) for each in (positive, clinical, birth)]
    ends = (rates.transfers_lower, rates.transfers_upper)
    between = "-".join("more" if end is None else str(end) for end in dict.fromkeys(ends))
    number = (rates.too_small and "too small") or f"{rates.transfers_to_threshold or 'more'} ({between})"
    more = (
        "" if rates.too_small else "no number" if rates.more_to_settle is None else settle_words(rates.more_to_settle)
    )
    name = f"{word(band.ploidy)} {label_words(band.age_label)}"
    counts = (f"{positive.transfers:,}", f"{positive.came:,}")
    return (name, which, *counts, percents[0], interval, *percents[1:], number, more)


def table_words(table: ClinicTable, written: Written | None) -> Iterator[str]:
    """The counts, what each band says, and what must be said beside them."""
    if table.typed:
        yield f"{table.rows:,} transfers in {sum(band.all.positive.transfers > 0 for band in table.bands)} bands."
    else:
        yield _rows(table)
    for band in table.bands:
        yield from _band_words(band)
    yield from (*table.said, *table.notes)
    if table.births_last is not None:
        yield f"Live births are of transfers up to {table.births_last}; what came later is not known yet."
    if written is not None:
        yield f"Written to {written.folder}: {', '.join(written.files)}. Use it with --tables."
        yield from (f"Left out of it: {each}." for each in written.left_out)


def _rows(table: ClinicTable) -> str:
    time = "all of the register" if table.period_first is None else f"{table.period_first} to {table.period_last}"
    return (
        f"{table.rows:,} rows read, counted: {time}. {table.in_period:,} in a band + {table.outside_bands:,} in no one"
        f" band + {table.outside_period:,} outside that time + {table.in_couples_with_problem:,} in couples with a"
        " problem."
    )


def _band_words(band: BandRow) -> Iterator[str]:
    name = f"{word(band.ploidy)} at {label_words(band.age_label)}"
    first, every = band.first, band.all
    if first is not None and not first.too_small:
        differ = first.transfers_to_threshold != every.transfers_to_threshold and not every.too_small
        both = f"First transfers give {_n(first)}, all of them {_n(every)}. " if differ else ""
        women = (
            f"Of {first.positive.transfers:,} women whose first transfer here was {name}, {first.positive.came:,} had a"
        )
        yield f"{both}{women} positive test: {_rate(first)}. {_all_words(every)}{_certain(first)}"
    elif not every.too_small:
        yield f"{name}: {_all_words(every)}{_certain(every)}"
    if band.joined:
        yield f"{name} is {' and '.join(band.joined)} together: its rate depends on how many of each there are."
    beside = {
        "of two or more embryos": band.several,
        "of an unrecorded number": band.embryos_not_known,
        "of low-level mosaics": band.mosaics,
        "awaited": band.awaited,
        "ongoing pregnancies": band.ongoing,
    }
    if told := [f"{count:,} {what}" for what, count in beside.items() if count]:
        yield f"Beside {name}: {', '.join(told)}."


def _rate(rates: Rates) -> str:
    positive = rates.positive
    ends = " to ".join(
        shown_percent(bound) for bound in (positive.lower_percent, positive.upper_percent) if bound is not None
    )
    return f"{shown_percent(positive.percent or 0)} % ({ends})"


def _all_words(every: Rates) -> str:
    back = ": those for whom it fails come back" if every.positive.women else ""
    return f"Of all {every.positive.transfers:,} such transfers, {_rate(every)}{back}. "


def _n(rates: Rates) -> str:
    return "more than 1,000" if rates.transfers_to_threshold is None else str(rates.transfers_to_threshold)


def _certain(rates: Rates) -> str:
    """How sure the number of transfers is, and what would settle it."""
    share = probability_words(max(rates.threshold_probabilities.values()))
    if rates.certainty == "settled":
        return f"{rates.likeliest} transfers is settled."
    more = (
        "no number would settle it"
        if rates.more_to_settle is None
        else f"{settle_words(rates.more_to_settle)} more would settle it"
    )
    if rates.certainty == "most_likely":
        return f"{rates.likeliest} transfers is most likely (probability {share}); {more}."
    return f"The number of transfers is open ({rates.likeliest} has probability {share}); {more}."


def read_words(read: dict[str, Any]) -> Iterator[str]:
    """What was left out of the file by its mapping, and what was not read at all."""
    for each in read["dropped"]:
        why = f"{each['column']} is {each['text']!r}" if each["column"] else "nothing stands there"
        rows = "row of the file is no transfer" if each["rows"] == 1 else "rows of the file are no transfers"
        yield f"{each['rows']:,} {rows}: {why}."
    for each in read["problems"]:
        yield f"{each['field']}: {each['allowed']}"
    if read["unknown_columns"]:
        yield f"Columns that were not read: {', '.join(read['unknown_columns'])}."
