"""How a command ends: the one place that turns whatever goes wrong into a sentence and an exit code."""

import codecs
import io
import json
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import click

from rif_threshold.cli.printing import exit_code, show_problems
from rif_threshold.errors import InvalidInput, Problem, TableError

ANSWERED, FAULT, INPUT, TABLES, INTERRUPTED = 0, 1, 2, 4, 130
"""`exit_code` tells 2 from 3. A fault of the software is the one thing that ends with 1."""

# The extra that brings a package which is missing; any other package is needed for a report.
_EXTRA = {
    **dict.fromkeys(("rif_threshold", "streamlit"), "app"),
    **dict.fromkeys(("fastapi", "starlette", "uvicorn"), "api"),
    **dict.fromkeys(("ibis", "duckdb", "pyarrow", "python_calamine"), "register"),
    **dict.fromkeys(("pyspark", "py4j"), "spark"),
}
_ESCAPED = "rif_threshold_escaped"
_ASCII = "rif_threshold_ascii"


def ended(run: Callable[[], object]) -> int:
    """Run a command and return its exit code. Nothing is raised, and nothing is left for the interpreter to write.

    Args:
        run: the command. It returns its exit code, or nothing where it answered.
    """
    _make_streams_writable()
    stdout = sys.stdout
    try:
        result = run()
        sys.stdout.flush()
        code = result if isinstance(result, int) else ANSWERED
    except BaseException as error:  # noqa: BLE001 - whatever it is, it ends here
        # At a closed pipe click puts another stream in the place of standard output, and exits with 1.
        closed = isinstance(error, SystemExit) and sys.stdout is not stdout
        code, say = _ending(BrokenPipeError() if closed else error)
        with suppress(OSError):
            say()
    for name in ("stdout", "stderr"):
        try:
            getattr(sys, name).flush()
        except OSError:
            setattr(sys, name, io.StringIO())  # what is left would be tried once more at exit, with a complaint
    return code


def _ending(error: BaseException) -> tuple[int, Callable[[], object]]:
    """The exit code of an error, and what says it."""
    found: tuple[int, Callable[[], object]]
    match error:
        case InvalidInput():
            found = exit_code(error.problems), partial(_say_problems, error.problems)
        case TableError():
            found = TABLES, partial(_say, f"Tables: {error}")
        case click.Abort() | KeyboardInterrupt():
            found = INTERRUPTED, str
        case click.ClickException():
            found = INPUT, error.show
        case BrokenPipeError():
            found = ANSWERED, str  # whoever read has read enough
        case OSError():
            found = INPUT, partial(_say, _refused_by_the_system(error))
        case ImportError():
            extra = _EXTRA.get(str(error.name).partition(".")[0], "report")
            found = INPUT, partial(_say, f"What this needs is not installed; install rif-threshold[{extra}]")
        case SystemExit():  # the completion of a shell ends so, and uvicorn where it cannot start
            found = ANSWERED if error.code in (None, 0) else INPUT, str
        case _:
            found = FAULT, partial(_say, _fault(error))
    return found


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


def _say_problems(problems: tuple[Problem, ...]) -> None:
    try:
        show_problems(problems)
        sys.stdout.flush()
    except OSError as error:
        _say(_refused_by_the_system(error))


def _refused_by_the_system(error: OSError) -> str:
    return f"{error.filename or 'The output'} cannot be read or written: {error.strerror}"


def _fault(error: BaseException) -> str:
    """Kind and place of an error. Its text may repeat what was typed, so it is left out."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return (
        "This is a fault in the software, not in what was entered, and there is no answer. Please report the command "
        f"without a patient's data, and this: {type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
    )


def _make_streams_writable() -> None:
    """Let output that is not there be dropped, and letters that a stream's encoding lacks be escaped."""
    codecs.register_error(_ESCAPED, _escaped)
    codecs.register(_ascii)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for good
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=_encoding(stream.encoding), errors=_ESCAPED)


def _encoding(wanted: str) -> str | None:
    """What to write in instead of a stream's encoding, if that cannot be used as it is."""
    if codecs.lookup(wanted).name == "ascii":
        return _ASCII
    try:
        "é".encode(wanted, _ESCAPED)
    except UnicodeError:  # made for names of hosts, not for text
        return "utf-8"
    return None


def _escaped(error: UnicodeError) -> tuple[str, int]:
    r"""Letters as JSON escapes them, ``\u00e9``, so that what was JSON still is."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - a stream to write to
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _ascii(name: str) -> codecs.CodecInfo | None:
    """ASCII by another name: click takes a stream that says ASCII for a mistake, and writes UTF-8 to it."""
    if name != _ASCII:
        return None
    real = codecs.lookup("ascii")
    return codecs.CodecInfo(
        real.encode, real.decode, real.streamreader, real.streamwriter,
        real.incrementalencoder, real.incrementaldecoder, name,
    )  # fmt: skip
