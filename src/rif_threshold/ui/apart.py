"""Work on a clinic's file in a process of its own: ``python -m rif_threshold.ui.apart``, started by `ui.work`.

One line of JSON says what to do, the bytes of the file follow; the answer is JSON. The process gets the file into its
memory and from then on cannot write to any file, so that nothing of it can reach a disk; its memory and its time are
bounded by the system. It imports nothing of the page.
"""

import base64
import datetime
import io
import json
import os
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from rif_threshold.errors import InvalidInput, Problem

SECONDS = 300
"""How long work on one file may take."""
BYTES = 3_000_000_000
"""How much memory it may have."""
ENGINE_MEMORY = "1GB"
_NICE = 10
_MOST_PROBLEMS = 10
"""Of how many rows the problems are told."""
_ZIP, _WORKBOOK = b"PK\x03\x04", "xl/workbook.xml"


def main() -> None:
    """Read what is to be done from standard input, and write what came of it to standard output."""
    given = sys.stdin.buffer
    order = json.loads(given.readline())
    try:
        with _in_memory(given) as path:
            done = _DO[order["do"]](path, order)
    except InvalidInput as error:
        done = {"problems": [_said(each) for each in error.problems]}
    except MemoryError:
        done = {"problems": [TOO_LARGE]}
    except Exception as error:  # noqa: BLE001 - whatever it is, the page has to say it, and nothing of the file with it
        large = "OutOfMemory" in type(error).__name__ or isinstance(error.__cause__, MemoryError)
        done = {"problems": [TOO_LARGE if large else FAILED.format(type(error).__name__)]}
    sys.stdout.write(json.dumps(done, allow_nan=False))


_UNSAID = {"", "FILE", "register", "--from, --to"}
"""Fields whose names say nothing on the page."""


def _said(problem: Problem) -> str:
    return problem.sentence if problem.field in _UNSAID else f"{problem.field}: {problem.sentence}"


TOO_LARGE = (
    "The file needs more memory than the page gives to one. `rif-threshold register` on the command line reads it."
)
FAILED = "The software failed on this file ({}). Please report it; nothing of the file is in any log."


@contextmanager
def _in_memory(given: BinaryIO) -> Iterator[Path]:
    """The bytes that follow as a file that lies in memory only, and this process without leave to write another."""
    descriptor = os.memfd_create("file")
    with os.fdopen(descriptor, "wb") as file:
        file.write(given.read())
        file.flush()
        _bounded()
        yield Path(f"/proc/self/fd/{descriptor}")


def _bounded() -> None:
    import resource  # noqa: PLC0415 - there is none on Windows

    bounds = {
        resource.RLIMIT_FSIZE: 0,  # no file can be written any more, on no disk
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_DATA: BYTES,
        resource.RLIMIT_CPU: 2 * SECONDS,  # where nobody is left to end it
    }
    for what, most in bounds.items():
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))
    with suppress(OSError):
        os.nice(_NICE)


def _look(path: Path, order: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the file: its columns and words, the mapping that is nearest, and whether people can be known."""
    from rif_threshold.register.exploring import explore  # noqa: PLC0415 - loads the engine
    from rif_threshold.register.mapping import Mapping as Read  # noqa: PLC0415
    from rif_threshold.register.mappings import mappings  # noqa: PLC0415
    from rif_threshold.register.resolving import resolve  # noqa: PLC0415

    _no_archive(path)
    given = order.get("mapping")
    found = explore(path, Read.model_validate(given) if given else None)
    if order.get("own"):  # written for a file of which nobody has seen yet whether it is this one
        resolve(found.mapping, tuple(each.column for each in found.columns))
    return {
        "nearest": next((name for name, each in mappings().items() if each == found.mapping), ""),
        "mapping": found.mapping.model_dump(mode="json", exclude_unset=True),
        "rows": found.rows,
        "decimals": list(found.decimals),
        "fits": found.fits,
        "guess": found.guess,
        "lacks": list(found.lacks),
        "of_decimals": found.of_decimals,
        "of_rows": list(found.of_rows),
        "people": [each for column in found.columns for each in column.people],
        "columns": [
            {
                "column": each.column,
                "field": each.field,
                "texts": each.texts,
                "words": [
                    [text, times] for text, times in each.words if text is not None
                ],  # a row that ends early has none
                "unmapped": list(each.unmapped),
                "orders": list(each.orders),
                "said": list(each.days),
            }
            for each in found.columns
        ],
    }


def _no_archive(path: Path) -> None:
    """Raise `InvalidInput` for a ZIP that is no spreadsheet."""
    from rif_threshold.register.scanning import refused  # noqa: PLC0415

    with path.open("rb") as file:
        if file.read(len(_ZIP)) != _ZIP:
            return
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
        if _WORKBOOK not in archive.namelist():
            raise refused("this is a ZIP and no table: unpack it, and drop the CSV, XLSX or Parquet file that is in it")


@contextmanager
def _kept(path: Path, order: Mapping[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """The file through its mapping, what is kept of it, and the engine in whose memory that is."""
    from rif_threshold.register.counting import keep  # noqa: PLC0415 - loads the engine
    from rif_threshold.register.engines import engine  # noqa: PLC0415
    from rif_threshold.register.mapping import Mapping as Read  # noqa: PLC0415
    from rif_threshold.register.reading import read  # noqa: PLC0415

    with engine(memory=ENGINE_MEMORY, on_disk=False) as running:
        register = read(running.backend, path, Read.model_validate(order["mapping"]))
        yield register, keep(register.rows, running, register.warnings), running


def _read(path: Path, order: Mapping[str, Any]) -> dict[str, Any]:
    """The clinic's own table and the audit of its cases."""
    from rif_threshold.register.audit.audit import audit  # noqa: PLC0415 - loads the engine
    from rif_threshold.register.audit.histories import histories_of  # noqa: PLC0415
    from rif_threshold.register.bands import published_bands  # noqa: PLC0415
    from rif_threshold.register.table import clinic_table  # noqa: PLC0415
    from rif_threshold.register.words import read_words  # noqa: PLC0415
    from rif_threshold.ui.shown_table import shown_table  # noqa: PLC0415

    with _kept(path, order) as (register, kept, running):
        problems = register.problems(_MOST_PROBLEMS) if kept.facts["problem"] else ()
        dates = register.kind_at == "date"
        beside = tuple(
            read_words(
                {
                    "dropped": [each._asdict() for each in register.dropped],
                    "problems": [each.as_dict() for each in problems],
                    "unknown_columns": list(register.unknown_columns),
                }
            )
        )
        since, until = (order.get(name) and datetime.date.fromisoformat(order[name]) for name in ("since", "until"))
        try:
            table = clinic_table(kept, running, published_bands(), dates=dates, since=since, until=until)
        except InvalidInput as error:  # often because of what is wrong with the rows
            alike = {each.allowed: each for each in reversed(problems)}
            raise InvalidInput((*error.problems, *reversed(alike.values()))) from None
        why_no_audit, histories = "", None
        try:
            histories = histories_of(kept, running, dates=dates)
        except InvalidInput as error:
            why_no_audit = "; ".join(each.allowed for each in error.problems)
    audited = None if histories is None else _audited(audit(histories), beside)
    return {
        "table": shown_table(table),
        "audit": audited,
        "why_no_audit": why_no_audit,
        "beside": list(beside),
        "bad_rows": kept.facts["problem"],
        "people": list(register.people),
    }


def _share(path: Path, order: Mapping[str, Any]) -> dict[str, Any]:
    """The report that may be shared, of the same file."""
    from rif_threshold.register.audit.histories import histories_of  # noqa: PLC0415 - loads the engine
    from rif_threshold.register.audit.sharing import shareable  # noqa: PLC0415

    with _kept(path, order) as (register, kept, running):
        histories = histories_of(kept, running, dates=register.kind_at == "date")
    made = shareable(histories)
    return {"withheld": made.withheld, "reports": _reports(made)}


def _reports(made: Any, beside: tuple[str, ...] = ()) -> dict[str, str]:
    from rif_threshold.report.audit_report import audit_export  # noqa: PLC0415 - loads what sets paper

    return {kind: base64.b64encode(audit_export(made, kind, beside).content).decode() for kind in ("html", "pdf")}


def _audited(audit: Any, beside: tuple[str, ...]) -> dict[str, Any]:
    from rif_threshold.charts import audit as charts  # noqa: PLC0415 - loads what draws
    from rif_threshold.register.audit.sheets import sheets  # noqa: PLC0415
    from rif_threshold.register.audit.words import result_words  # noqa: PLC0415

    pictures = {
        "Observed against expected, by rank": (
            charts.by_rank_specification, charts.describe_by_rank, charts.by_rank_lines,
        ),
        "Four definitions side by side": (
            charts.definitions_specification, charts.describe_definitions, charts.definitions_lines,
        ),
        "Each band at each rank": (
            charts.calibration_specification, charts.describe_calibration, charts.calibration_lines,
        ),
    }  # fmt: skip
    return {
        "words": list(result_words(audit)),
        "notes": list(audit.notes),
        "pictures": [
            {"title": title, "drawing": drawing, "words": describe(audit), "lines": lines(audit)}
            for title, (draw, describe, lines) in pictures.items()
            if (drawing := draw(audit)) is not None
        ],
        "sheets": [
            {"title": each.title, "headings": list(each.headings), "rows": [list(row) for row in each.rows]}
            for each in sheets(audit)
        ],
        "reports": _reports(audit, beside),
    }


def _count(_: Path, order: Mapping[str, Any]) -> dict[str, Any]:
    """The table of counts that were typed by hand."""
    from rif_threshold.register.typed import typed_table  # noqa: PLC0415 - loads what reckons intervals
    from rif_threshold.ui.shown_table import shown_table  # noqa: PLC0415

    table = typed_table({name: (came, of) for name, (came, of) in order["counts"].items()})
    why = "counts by band say nothing of couples: the audit needs a list with one row a transfer"
    return {
        "table": shown_table(table), "audit": None, "why_no_audit": why, "beside": [], "bad_rows": 0, "people": [],
    }  # fmt: skip


_DO = {"look": _look, "read": _read, "share": _share, "count": _count}

if __name__ == "__main__":
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, "utf-8")
    main()
