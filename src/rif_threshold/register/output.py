"""The couples as a file: CSV or Parquet, with what its columns mean beside it."""

import json
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from rif_threshold._version import __version__
from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.register.couples import Couples

if TYPE_CHECKING:
    import pyarrow as pa

_FORMULA = r"^(\s*[=+\-@|%\t\r\n])"
"""What a spreadsheet could take for the beginning of a formula."""
BESIDE = "-metadata.json"
"""What is added to the name of a CSV for the file that describes it (W3C, Metadata Vocabulary for Tabular Data)."""

_MEANS = {
    "patient": "the pseudonym as the register has it",
    "transfers": "transfers of the couple in the register, those whose test is awaited included",
    "failed_in_run": "transfers without a positive test since the last positive one",
    "so_far_percent_low": "their chances together by the lowest chances, percent",
    "so_far_percent_high": "the same by the highest chances",
    "state": "not_yet, reached, cannot_be_said or problem",
    "crossed_at": "the failed transfer that crossed the line, where both ends agree",
    "crossed_at_lowest": "the same by the lowest chances",
    "crossed_at_highest": "the same by the highest chances",
    "further_transfers": "how many more cross the line, of the kind of the couple's last row, where both ends agree",
    "next_percent": "the chance of the next transfer, of the kind of the couple's last row, where both ends agree",
    "further_transfers_lowest": "the same by the lowest chance; empty: more than 1,000, or none that is known",
    "further_transfers_highest": "the same by the highest chance",
    "next_percent_low": "the lowest that the chance of that next transfer may be",
    "next_percent_high": "the highest",
    "problem": "why the couple cannot be judged: row of the register, code and field",
    "probability_reached": "the probability that the line is crossed, given how many transfers the own table rests on",
}


def kind_of_file(name: str) -> str:
    """``csv`` or ``parquet``, by the ending of a name. Raises `InvalidInput`.

    >>> kind_of_file("couples.parquet")
    'parquet'
    """
    kind = PurePath(name).suffix.lower().removeprefix(".")
    if kind not in {"csv", "parquet"}:
        raise InvalidInput((Problem("--output", name, "a name that ends with .csv or .parquet is needed", "form"),))
    return kind


def write_couples(couples: Couples, file: BinaryIO, kind: str, progress: Callable[[int], object]) -> None:
    """Write the couples, batch by batch. Missing values are empty in CSV and null in Parquet.

    Raises:
        InvalidInput: where the register has no patients.
    """
    from pyarrow import csv, parquet  # noqa: PLC0415 - loaded only when used

    schema = couples.schema.with_metadata({"description": json.dumps(described(couples, ""), ensure_ascii=False)})
    batches = couples.batches(progress)
    if kind == "parquet":
        with parquet.ParquetWriter(file, schema) as out:
            for batch in batches:
                out.write_batch(batch)
        return
    with csv.CSVWriter(file, couples.schema) as out:
        for batch in batches:
            out.write_batch(_harmless(batch) if couples.with_patient else batch)


def described(couples: Couples, name: str) -> dict[str, Any]:
    """What the columns of the file are, and what must be said of it."""
    routes = {column: route for column, (route, _) in couples.columns.items()}
    values = {column: value for column, (_, value) in couples.columns.items()}
    return {
        "@context": "http://www.w3.org/ns/csvw",
        **({"url": name} if name else {}),
        "dc:creator": f"rif-threshold {__version__}",
        "dc:description": list(couples.summary.notes),
        "tableSchema": {
            "columns": [
                {"name": column, "dc:description": _means(values.get(column, column), routes.get(column))}
                for column in couples.schema.names
            ]
        },
    }


def _means(value: str, route: str | None) -> str:
    return f"{_MEANS[value]}{f' ({route})' if route else ''}"


def _harmless(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Pseudonyms that a spreadsheet shows and does not compute: an apostrophe before what could begin a formula."""
    import pyarrow.compute as pc  # noqa: PLC0415 - loaded only when used

    safe = pc.replace_substring_regex(batch["patient"], _FORMULA, r"'\1")
    return batch.set_column(0, "patient", safe)
