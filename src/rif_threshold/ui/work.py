"""Work on a visitor's file, in a process of its own: two at a time, bounded in time, given up with the session.

Only this thread waits for it, so other visitors' pages go on as if it were not there. What it is given and what it
gives back is held by the visitor's session alone.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rif_threshold.ui import apart

PLACES = 2
_places = threading.BoundedSemaphore(PLACES)
_LOOK_EVERY = 1  # seconds between two looks whether anybody still wants it
WAITING, WORKING, DONE = "waiting", "working", "done"

TOO_LONG = (
    f"This took longer than {apart.SECONDS} seconds, and was given up. `rif-threshold register` on the command line"
    " reads a file of any size."
)
STOPPED = "The work on this was stopped, and nothing came of it."
BROKEN = (
    "The work on this ended without an answer, most likely because the file needs more memory than there is."
    " `rif-threshold register` on the command line reads it."
)


class Work:
    """One piece of work, begun when it is made.

    Attributes:
        state: `WAITING` for others to be done, `WORKING`, or `DONE`.
        result: what came of it; ``problems`` in it where nothing did.
    """

    def __init__(self, order: Mapping[str, Any], content: bytes = b"") -> None:
        self.do = str(order["do"])
        self.state = WAITING
        self.result: dict[str, Any] = {}
        self._stopped = threading.Event()
        given = json.dumps(order).encode() + b"\n" + content
        session = _session()
        threading.Thread(target=self._wait_and_work, args=(given, session), daemon=True).start()

    def stop(self) -> None:
        """Nobody wants it any more."""
        self._stopped.set()

    def _wait_and_work(self, given: bytes, session: str) -> None:
        try:
            while not self._given_up(session):
                if _places.acquire(timeout=_LOOK_EVERY):
                    try:
                        self._work(given, session)
                    finally:
                        _places.release()
                    break
        finally:
            self.result = self.result or {"problems": [STOPPED]}
            self.state = DONE

    def _given_up(self, session: str) -> bool:
        return self._stopped.is_set() or not _is_there(session)

    def _work(self, given: bytes, session: str) -> None:
        self.state = WORKING
        with subprocess.Popen(  # noqa: S603 - this interpreter, with a module of ours
            [sys.executable, "-P", "-B", "-m", apart.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what it says may hold something of the file
        ) as process:
            try:
                answer = self._answer(process, given, session)
            finally:
                process.kill()
        if answer is None:
            return
        try:
            self.result = json.loads(answer)
        except ValueError:
            self.result = {"problems": [BROKEN]}

    def _answer(self, process: subprocess.Popen[bytes], given: bytes, session: str) -> bytes | None:
        """What the process answers; nothing where it was given up."""
        rest: bytes | None = given
        for _ in range(apart.SECONDS // _LOOK_EVERY):
            try:
                return process.communicate(rest, timeout=_LOOK_EVERY)[0]
            except subprocess.TimeoutExpired:
                rest = None  # it has begun to take it
            if self._given_up(session):
                return None
        self.result = {"problems": [TOO_LONG]}
        return None


def _session() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""


def _is_there(session: str) -> bool:
    """Whether the visitor's tab is still connected; yes where no server runs, as in a test of the page."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session)
