"""What a clinic's own table comes to, as the page shows it: small tables of texts, pictures, files."""

from collections.abc import Iterator
from typing import Any

from rif_threshold.ages import label_words
from rif_threshold.charts.clinic_table import describe_steps, rates_of_band, steps_lines, steps_specification
from rif_threshold.errors import InvalidInput
from rif_threshold.rates import PUBLISHED_TABLE, load_rate_table
from rif_threshold.register.rates import OutcomeRate, Rates
from rif_threshold.register.table import BandRow, ClinicTable
from rif_threshold.register.words import table_words
from rif_threshold.register.written import ALL, FIRST, table_texts
from rif_threshold.vocabulary import Ploidy
from rif_threshold.wording import (
    between_numbers,
    capital,
    number_words,
    percent_words,
    probability_words,
    settle_words,
    shown_percent,
    word,
)

NAME = "our_clinic"
"""What the table is called: its route is ``age_table:our_clinic``."""
_CERTAIN = {"settled": "settled", "most_likely": "most likely", "open": "open"}


def shown_table(table: ClinicTable) -> dict[str, Any]:
    """All of a table that the page shows, as plain data."""
    return {
        "sheets": [_rates(table), _numbers(table)],
        "outcomes": _outcomes(table),
        "words": list(table_words(table, None)),
        "pictures": list(_pictures(table)),
        "files": dict(_files(table)),
    }


def _pictures(table: ClinicTable) -> Iterator[dict[str, Any]]:
    for ploidy in (Ploidy.UNTESTED, Ploidy.EUPLOID):
        drawn = steps_specification(table, ploidy)
        if drawn is not None:
            yield {
                "title": f"{capital(word(ploidy))} embryos",
                "drawing": drawn,
                "words": describe_steps(table, ploidy),
                "lines": steps_lines(table, ploidy),
            }


def _files(table: ClinicTable) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files of the written table, of first transfers and of all; why there are none."""
    for which in (FIRST, ALL) if table.bands[0].first is not None else (ALL,):
        try:
            yield which, {"texts": table_texts(table, NAME, which), "why_not": ""}
        except InvalidInput as error:
            yield which, {"texts": {}, "why_not": "; ".join(each.allowed for each in error.problems)}


def _name(band: BandRow) -> str:
    return f"{capital(word(band.ploidy))}, {label_words(band.age_label)}"


def _rate(rate: OutcomeRate) -> str:
    if rate.percent is None:
        return "none"
    ends = " to ".join(shown_percent(end) for end in (rate.lower_percent, rate.upper_percent) if end is not None)
    return f"{rate.came:,} of {rate.transfers:,}: {percent_words(rate.percent)} ({ends})"


def _printed() -> dict[tuple[str, str], tuple[str, str]]:
    """ESHRE's chance and number of transfers, by ploidy and band."""
    return {
        (row.ploidy, row.age_label): (
            percent_words(row.per_transfer_percent),
            str(row.printed_transfers_to_threshold or ""),
        )
        for row in load_rate_table(PUBLISHED_TABLE).strata
    }


def _rates(table: ClinicTable) -> dict[str, Any]:
    patients, printed = table.bands[0].first is not None, _printed()
    headings = ["Embryos, age at retrieval", *(["First transfers"] if patients else []), "All transfers", "ESHRE"]
    rows = [
        [
            _name(band),
            *([_rate(band.first.positive)] if band.first is not None else []),
            _rate(band.all.positive),
            printed.get((band.ploidy, band.age_label), ("", ""))[0],
        ]
        for band in table.bands
    ]
    return {"title": "Positive tests, with 95 % intervals", "headings": headings, "rows": rows}


def _numbers(table: ClinicTable) -> dict[str, Any]:
    printed = _printed()
    rows = [
        [
            _name(band),
            _number(rates_of_band(band)),
            sure_words(rates_of_band(band)),
            printed.get((band.ploidy, band.age_label), ("", ""))[1],
        ]
        for band in table.bands
    ]
    which = "first transfers" if table.bands[0].first is not None else "all transfers"
    return {
        "title": f"Transfers to the threshold, by {which}",
        "headings": ["Embryos, age at retrieval", "Transfers (95\N{NO-BREAK SPACE}%)", "How sure", "ESHRE"],
        "rows": rows,
    }


def _number(rates: Rates) -> str:
    if rates.too_small:
        return "none"
    ends = between_numbers(rates.transfers_lower, rates.transfers_upper)
    number = number_words(rates.transfers_to_threshold)
    return number if number == ends else f"{number} ({ends})"


def sure_words(rates: Rates) -> str:
    """How sure the number of transfers is: the word, the probability of each number, what would settle it."""
    if rates.too_small:
        return f"no threshold: {rates.too_small}" if rates.positive.transfers else "no transfers"
    likely = [(n, share) for n, share in rates.threshold_probabilities.items() if 100 * share >= 1]
    told = ", ".join(f"{n} with {probability_words(share)}" for n, share in sorted(likely, key=lambda each: -each[1]))
    more = (
        ""
        if rates.certainty == "settled"
        else "; no number would settle it"
        if rates.more_to_settle is None
        else f"; {settle_words(rates.more_to_settle)} more transfers would settle it"
    )
    return f"{_CERTAIN[rates.certainty]}: {told}{more}"


def _outcomes(table: ClinicTable) -> dict[str, Any] | None:
    """Clinical pregnancies and live births; nothing where they are not known."""
    rows = []
    for band in table.bands:
        _, clinical, birth = rates_of_band(band).outcomes
        if clinical.transfers or birth.transfers:
            rows.append([_name(band), _rate(clinical), _rate(birth)])
    if not rows:
        return None
    headings = ["Embryos, age at retrieval", "Clinical pregnancies", "Live births"]
    return {"title": "Clinical pregnancies and live births", "headings": headings, "rows": rows}
