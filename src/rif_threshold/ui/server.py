"""Serve the page: Streamlit's application under uvicorn, with security headers and a strict content policy."""

import base64
import hashlib
import re
import threading
import webbrowser
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import streamlit
import uvicorn
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.starlette import App

from rif_threshold.parts import default_parts
from rif_threshold.serving import HEADERS, KnownHosts, Server, address, allowed_hosts, check_port
from rif_threshold.ui import frame, uploads
from rif_threshold.ui.paths import KnownPaths

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_PLAIN_HOST = re.compile(rb"[A-Za-z0-9.\-]+(:[0-9]+)?|\[[0-9a-fA-F:]+\](:[0-9]+)?")
_LARGEST_FRAME = 2_000_000


def app_script() -> Path:
    """The page's script: in a checkout its own ``app.py``, in an installed copy the packaged one."""
    packaged = Path(__file__).parents[1] / "_shipped" / "app.py"
    return packaged if packaged.is_file() else Path(__file__).parents[3] / "app.py"


def inline_script_hashes(index: str) -> tuple[str, ...]:
    """The content-policy hashes of the inline scripts in a page of HTML.

    >>> inline_script_hashes("<script>a</script>")
    ("'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='",)
    """
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(index))
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def content_policy() -> str:
    """What a browser may load and run: this server's own files, and no code built from text."""
    index = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = " ".join(("'self'", *inline_script_hashes(index)))
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; worker-src 'self' blob:; frame-src 'none'; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'; connect-src 'self'"
    )


class SecurityHeaders:
    """Middleware that puts the content policy and its companions on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.policy = content_policy()
        self.fixed = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and add the headers to answers over HTTP."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        ours = [*self.fixed, (b"content-security-policy", self._policy_for(scope).encode())]
        if "/media/" in scope["path"]:
            ours.append((b"cache-control", b"no-store"))
        names = {name for name, _ in ours}

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in names]
                message = {**message, "headers": kept + ours}
            await send(message)

        await self.app(scope, receive, with_headers)

    def _policy_for(self, scope: MutableMapping[str, Any]) -> str:
        """The policy with this host's websocket named, for browsers whose 'self' does not cover it."""
        host = dict(scope["headers"]).get(b"host", b"")
        if not _PLAIN_HOST.fullmatch(host):
            return self.policy
        return f"{self.policy} ws://{host.decode()} wss://{host.decode()}"


def apologise(_: Exception) -> bool:
    """Say on the page that the software failed, without the text of the error. The log has its kind and place."""
    streamlit.error(
        "Something went wrong in the software, and there is no result. Nothing of what was typed is in the log. "
        "Please report the page and what you were doing."
    )
    return True


def page_hosts() -> list[str]:
    """The host names the page answers to: the configured ones and those in ``RIF_THRESHOLD_HOSTS``."""
    return allowed_hosts(config.get_option("server.allowedHosts"))


class SameOrigin:
    """Middleware that turns away a websocket that another site's page opens, before Streamlit looks further.

    Streamlit would ask an address on the Internet for this machine's own before it refuses.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from our own pages, or from no page at all."""
        if scope["type"] == "websocket":
            headers = dict(scope["headers"])
            origin = headers.get(b"origin")
            if origin is not None and urlsplit(origin).netloc != headers.get(b"host", b""):
                await send({"type": "websocket.close", "code": 1008})
                return
        await self.app(scope, receive, send)


def make_app() -> App:
    """The page as an ASGI application. Use it with one process: sessions live in its memory."""
    uploads.in_memory_only()
    default_parts()  # a misspelt setting is refused before anything is served
    app = App(
        app_script(),
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(KnownHosts, hosts=page_hosts),
            Middleware(SameOrigin),
            Middleware(KnownPaths),
        ],
        on_script_error=apologise,
    )
    config.set_option("server.allowedHosts", page_hosts())
    return app


def serve(host: str = "127.0.0.1", port: int = 8501, open_browser: bool = True) -> None:
    """Serve the page until it is stopped.

    Args:
        host: the address to listen on.
        port: the port to listen on.
        open_browser: whether to show the page in the default browser once it is ready.

    Raises:
        OSError: where the port is taken or may not be used, or the host is no name or address of this machine.
        TableError: where the tables are not as they should be; then nothing is served.
    """
    check_port(host, port)
    app = make_app()
    frame.warm()
    where = address(host, port)

    def on_ready() -> None:
        click.echo(f"The page is at {where} (Ctrl-C stops it).", err=True)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(where,), daemon=True).start()

    settings = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=_LARGEST_FRAME,
        ws_per_message_deflate=False,
        lifespan="on",
    )
    Server(settings, on_ready).run()
