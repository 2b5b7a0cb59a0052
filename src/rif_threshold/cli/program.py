"""A program of somebody else's: run once, handed JSON lines, and read line by line. Whatever it does, it ends."""

import json
import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

from rif_threshold.errors import InvalidInput, Problem
from rif_threshold.forms import echo

LONGEST_LINE = 10_000
"""Bytes of an answer."""
_LOOK = 0.02
"""Seconds between two looks at a program that runs."""


def answers_of(command: str, questions: Sequence[str], seconds: int) -> Iterator[dict[str, Any]]:
    """Run a program once with all questions on its standard input, and read its answers, a line each.

    Args:
        command: the program and its arguments, as in a shell; no shell is started.
        questions: JSON texts, each an object with an ``id``.
        seconds: after these it is stopped.

    Yields:
        A JSON object for each question, with the question's own ``id``.

    Raises:
        InvalidInput: where it cannot be started, ends with an error, does not end, or writes other lines than asked.
    """
    content = _output(command, "".join(f"{each}\n" for each in questions).encode(), seconds, len(questions))
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    if len(lines) != len(questions):
        raise _refused(command, f"{len(questions):,} lines are needed, one for each case, and it wrote {len(lines):,}")
    for number, (line, question) in enumerate(zip(lines, questions, strict=True), start=1):
        yield _answer(command, line, json.loads(question)["id"], number)


def _answer(command: str, line: bytes, asked: str, number: int) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise _refused(command, f"line {number:,} of what it wrote is no JSON object: one is needed for {asked}")
    if answer.get("id") != asked:
        raise _refused(command, f"line {number:,} of what it wrote must have the id of its case, {asked}")
    return answer


def _output(command: str, asked: bytes, seconds: int, lines: int) -> bytes:
    """What a program writes. Files stand for pipes: neither side waits for the other, and no child keeps one open."""
    with tempfile.TemporaryFile() as read, tempfile.TemporaryFile() as written:
        read.write(asked)
        read.seek(0)
        try:
            arguments = shlex.split(command)
            process = subprocess.Popen(arguments, stdin=read, stdout=written, start_new_session=True)  # noqa: S603 - named by the user
        except (OSError, ValueError, IndexError) as error:
            reason = getattr(error, "strerror", None) or "this is no command"
            raise _refused(command, f"it cannot be started: {reason}") from None
        try:
            _wait(process, command, written, seconds, lines * LONGEST_LINE)
        finally:
            if process.poll() is None:
                _stop(process)
        if process.returncode:
            written.seek(0)
            done = written.read().count(b"\n")
            raise _refused(command, f"it ended with {process.returncode} after {done:,} of {lines:,} lines")
        written.seek(0)
        return written.read()


def _wait(process: subprocess.Popen[bytes], command: str, written: BinaryIO, seconds: int, most: int) -> None:
    until = time.monotonic() + seconds
    ended = False
    while not ended:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK)
        ended = process.poll() is not None
        if os.fstat(written.fileno()).st_size > most:
            raise _refused(command, "it wrote far more than was asked for")
        if not ended and time.monotonic() > until:
            raise _refused(command, f"it did not end within {seconds} seconds, and was stopped")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it and, where the system knows groups of processes, whatever it started."""
    end = getattr(os, "killpg", os.kill)
    with suppress(ProcessLookupError):
        end(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait()


def _refused(command: str, why: str) -> InvalidInput:
    return InvalidInput((Problem("--program", echo(command), why, "program"),))
