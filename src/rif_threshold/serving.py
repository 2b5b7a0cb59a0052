"""What every server of ours does alike: the names it answers to, the headers of each answer, and how it starts."""

import errno
import os
import socket
from collections.abc import Callable, Iterable
from typing import Final

import uvicorn
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

HOSTS_VARIABLE = "RIF_THRESHOLD_HOSTS"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
"""The names of this machine for itself."""
HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""Beside the content policy, on every answer."""


def allowed_hosts(first: Iterable[str] = LOCAL_HOSTS) -> list[str]:
    """The host names a server answers to: the first ones and those in ``RIF_THRESHOLD_HOSTS``.

    >>> allowed_hosts()
    ['localhost', '127.0.0.1', '::1']
    """
    named = [host.strip() for host in os.environ.get(HOSTS_VARIABLE, "").split(",") if host.strip()]
    return list(dict.fromkeys([*first, *named]))


class KnownHosts(TrustedHostMiddleware):
    """Middleware that answers only under the allowed host names, against DNS rebinding.

    ``hosts`` is asked when the first request comes, when all settings have been read.
    """

    def __init__(self, app: ASGIApp, hosts: Callable[[], Iterable[str]] = allowed_hosts) -> None:
        names = [name for host in hosts() for name in ((host, f"[{host}]") if ":" in host else (host,))]
        super().__init__(app, allowed_hosts=names, www_redirect=False)


class Server(uvicorn.Server):
    """A server that says when it is ready. It binds by itself, which keeps answers free of a 40 ms stall."""

    def __init__(self, settings: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(settings)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so. Raises `OSError` where the port is taken or the application does not start."""
        try:
            await super().startup(sockets)
        except SystemExit:  # the log has said so
            if self.lifespan.should_exit:
                raise OSError(errno.EIO, "the server could not be started") from None
            # The port was taken after it was looked at.
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE)) from None
        self._on_ready()


def check_port(host: str, port: int) -> None:
    """Raise `OSError` where the address cannot be listened on, before anything is loaded."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except UnicodeError:  # a part of the name is empty or longer than 63 letters
        raise OSError(errno.EINVAL, "not a host name") from None
    for family, kind, protocol, _, place in places:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(place)


def address(host: str, port: int) -> str:
    """Where a server is reached.

    >>> address("::1", 8601)
    'http://[::1]:8601'
    """
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
