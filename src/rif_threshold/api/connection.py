"""A connection that ends: nobody holds one open by sending slowly, or by not taking an answer."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from rif_threshold.api import bounds
from rif_threshold.api.guard import HEAD_NEEDED, HEADERS_HERE
from rif_threshold.api.problems import refusal


class BoundedConnection(H11Protocol):
    """uvicorn's own, with bounds on how many there are and on the time for each part of a request."""

    head_timer: asyncio.TimerHandle | None = None
    taking_timer: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, or close at once where too many are open."""
        super().connection_made(transport)
        if len(self.connections) > bounds.MOST_CONNECTIONS:
            transport.abort()
        else:
            self._time_the_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_the_clock()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Stop the clock when a head has come whole, and start it when the next may begin."""
        super().handle_events()
        if self.conn.their_state is not h11.IDLE:
            self._stop_the_clock()
        elif self.head_timer is None:
            self._time_the_head()

    def pause_writing(self) -> None:
        """Give whoever asked a time in which to take what is written."""
        super().pause_writing()
        self.taking_timer = self.loop.call_later(bounds.TAKING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It was taken."""
        self.taking_timer.cancel()
        super().resume_writing()

    def on_response_complete(self) -> None:
        """The same for the end of the last answer, which is short enough to wait in the transport."""
        super().on_response_complete()
        if self.transport.is_closing():
            self.loop.call_later(bounds.TAKING_SECONDS, self.transport.abort)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - ours says more
        """Refuse what is no request of HTTP, or has too long a head."""
        answer = refusal(400, HEAD_NEEDED)
        headers = [*answer.raw_headers, *((name.encode(), value.encode()) for name, value in HEADERS_HERE.items())]
        for event in (
            h11.Response(status_code=answer.status_code, headers=[*headers, (b"connection", b"close")]),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _time_the_head(self) -> None:
        self.head_timer = self.loop.call_later(bounds.HEAD_SECONDS, self.transport.abort)

    def _stop_the_clock(self) -> None:
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None
