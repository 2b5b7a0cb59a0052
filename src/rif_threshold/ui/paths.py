"""Which paths the server answers. Streamlit alone answers any path with the page, and takes files from anyone."""

from collections.abc import Iterator
from pathlib import Path

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import file_util

from rif_threshold.ui import frame

# The pages that take a file, by name as in `frame`. Where none is served, nothing can be uploaded.
PAGES_THAT_TAKE_FILES = frozenset({"our_clinic.py"})

_STREAM = "/_stcore/stream"
_READ = ("GET", "HEAD")
# What the browser asks Streamlit for beside the page and its files. The first is the probe of docs/deploy.md.
_ASKED = {"/_stcore/health": _READ, "/_stcore/host-config": _READ}
_DOWNLOADS = ("/media/", _READ)
_UPLOADS = ("/_stcore/upload_file/", ("PUT", "DELETE"))


def _page_paths() -> Iterator[str]:
    yield "/"
    for name, *_ in frame.wanted():
        if name != frame.FIRST:
            yield f"/{Path(name).stem}"
            yield f"/{Path(name).stem}/"  # Streamlit sends this on to the page


def _file_paths() -> Iterator[str]:
    """Streamlit's own files; its index is served as a page, not as a file."""
    static = Path(file_util.get_static_dir())
    for path in static.rglob("*"):
        if path.is_file() and path != static / "index.html":
            yield f"/{path.relative_to(static).as_posix()}"


class KnownPaths:
    """Middleware that answers 404 for every path but those of the pages and what they need, and 405 for other methods.

    It answers by the path alone: what a refused request carries is never read.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.exact = {**dict.fromkeys((*_page_paths(), *_file_paths()), _READ), **_ASKED}
        takes_files = not PAGES_THAT_TAKE_FILES.isdisjoint(name for name, *_ in frame.wanted())
        self.below = (_DOWNLOADS, _UPLOADS) if takes_files else (_DOWNLOADS,)

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods this path takes; none where there is nothing."""
        below = (methods for prefix, methods in self.below if path.startswith(prefix))
        return self.exact.get(path) or next(below, ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is known, and refuse the rest in one sentence."""
        if scope["type"] == "websocket" and scope["path"] != _STREAM:
            await send({"type": "websocket.close", "code": 1008})
            return
        methods = self.methods(scope["path"]) if scope["type"] == "http" else ()
        if scope["type"] != "http" or scope["method"] in methods:
            await self.app(scope, receive, send)
            return
        refusal = (
            PlainTextResponse("This address does not take that method.\n", 405, {"allow": ", ".join(methods)})
            if methods
            else PlainTextResponse("There is nothing at this address; the calculator is at /.\n", 404)
        )
        refusal.headers["cache-control"] = "no-store"
        await refusal(scope, receive, send)
