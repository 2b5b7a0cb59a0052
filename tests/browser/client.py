"""A visitor without a browser, who speaks Streamlit's own protocol: types the worked woman, and takes the note away."""

import http.client
import socket
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect


@dataclass
class Visitor:
    """Where the server is, the name it is asked by, and the cookies it has set."""

    address: str
    host: str = ""
    trust: ssl.SSLContext | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    keeps_cookies: bool = True

    def __post_init__(self) -> None:
        self.host = self.host or urlsplit(self.address).netloc

    @property
    def headers(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Host": self.host} | ({"Cookie": cookie} if cookie else {})

    def get(self, path: str) -> tuple[int, str, http.client.HTTPMessage]:
        """Ask for a path, and keep the cookies that come with the answer."""
        place = urlsplit(self.address)
        if place.scheme == "https":
            connection: Any = http.client.HTTPSConnection(place.netloc, timeout=60, context=self.trust)
        else:
            connection = http.client.HTTPConnection(place.netloc, timeout=60)
        connection.request("GET", path, headers=self.headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        if self.keeps_cookies:
            for cookie in answer.headers.get_all("Set-Cookie", ()):
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value
        return answer.status, text, answer.headers

    def connect(self) -> ClientConnection:
        """Open the page's websocket, as a browser of this host name would."""
        place = urlsplit(self.address)
        names = {"https": "wss", "http": "ws"}
        return connect(
            f"{names[place.scheme]}://{self.host}/_stcore/stream",
            sock=socket.create_connection((place.hostname, place.port), 60), ssl=self.trust, max_size=None,
            origin=f"{place.scheme}://{self.host}",  # type: ignore[arg-type]
            additional_headers={name: value for name, value in self.headers.items() if name != "Host"},
        )  # fmt: skip

    def download(self, age: int) -> tuple[int, str, str]:
        """Open the page, type, open the note, take it away: its status, its text, and where it lay."""
        status, _, _ = self.get("/")
        assert status == 200
        with self.connect() as websocket:
            opened = run(websocket)
            first = widgets(opened)
            message = BackMsg()
            states = message.rerun_script.widget_states.widgets
            states.add(id=first["oocyte_age_years"].id, string_value=str(age))
            states.add(id=first["failed_transfers"].id, string_value="3")
            states.add(id=first["ploidy"].id).string_array_value.data.append("Untested")
            answered = widgets(run(websocket, message))
            states.add(id=answered["note"].id, trigger_value=True)
            note = widgets(run(websocket, message))["export_note_txt"]
            ask = BackMsg()
            ask.backend_operation_request.request_id = "note"
            ask.backend_operation_request.session_id = next(
                said.new_session.initialize.session_id for said in opened if said.HasField("new_session")
            )
            ask.backend_operation_request.deferred_file.file_id = note.deferred_file_id
            websocket.send(ask.SerializeToString())
            answer = until(websocket, "backend_operation_response")[-1].backend_operation_response
            assert not answer.error_msg, answer.error_msg
            status, text, _ = self.get(answer.deferred_file.url)
            return status, text, answer.deferred_file.url


def until(websocket: ClientConnection, kind: str) -> list[ForwardMsg]:
    """Everything the server says, to the first message of this kind."""
    said: list[ForwardMsg] = []
    while not said or said[-1].WhichOneof("type") != kind:
        said.append(ForwardMsg.FromString(websocket.recv(60)))  # type: ignore[arg-type]
    return said


def run(websocket: ClientConnection, message: BackMsg | None = None) -> list[ForwardMsg]:
    """Let the page's script run, and return what it said."""
    message = message or BackMsg()
    message.rerun_script.SetInParent()
    websocket.send(message.SerializeToString())
    said = until(websocket, "script_finished")
    assert said[-1].script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
    return said


def widgets(said: list[ForwardMsg]) -> dict[str, Any]:
    """The page's widgets by their keys."""
    found = {}
    for message in said:
        if message.WhichOneof("type") == "delta":
            new = message.delta.WhichOneof("type")
            if new not in {"new_element", "add_block"}:
                continue
            element = getattr(message.delta, new)  # a field, or a box that can be opened
            kind = element.WhichOneof("type")
            widget = getattr(element, kind) if kind else None
            name = getattr(widget, "id", "") or getattr(element, "id", "")
            assert kind != "exception", widget
            if name.startswith("$$ID-"):
                found[name.split("-", 2)[2]] = widget
    return found
