"""A citizen's browser, reduced to what it says over HTTP."""

import http.client
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

MESSAGES = "/api/v1/chat/messages"
EVENTS = "/api/v1/chat/events"
EXPORT = "/api/v1/chat/export"


class Answer(NamedTuple):
    """Status, headers and bytes of an answer."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.raw)


def call(url: str, method: str, path: str, body: bytes | None = None, headers: Any = ()) -> Answer:
    """One request on a connection of its own. `headers`: a mapping, or pairs where a name comes twice."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    try:
        connection.putrequest(method, path)
        for name, value in headers.items() if isinstance(headers, Mapping) else headers:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


@dataclass
class Visitor:
    """One citizen with a secret of their own."""

    url: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    count: int = 0

    def send(self, text: str | None = None, id: str = "", headers: Any = (), **body: Any) -> Answer:
        """Post a message; without an id, with the next one."""
        self.count += 1
        value = {"visitor": self.secret, "id": id or f"m{self.count}", **({} if text is None else {"text": text}), **body}
        pairs = [("Content-Type", "application/json"), *(headers.items() if isinstance(headers, Mapping) else headers)]
        return call(self.url, "POST", MESSAGES, json.dumps(value).encode(), pairs)

    def says(self, text: str, **more: Any) -> Any:
        """Post a text that is taken; the answer's value."""
        answer = self.send(text, **more)
        assert answer.status == 200, answer.raw.decode()
        return answer.json

    def history(self, after: int = 0) -> Any:
        """One page of the history."""
        answer = call(self.url, "GET", f"{MESSAGES}?after={after}", headers={"X-Visitor": self.secret})
        assert answer.status == 200, answer.raw.decode()
        return answer.json

    def lines(self) -> list[Any]:
        """The whole history, page by page."""
        found: list[Any] = []
        more = True
        while more:
            page = self.history(found[-1]["seq"] if found else 0)
            found += page["messages"]
            more = page["more"]
        return found

    def stream(self, after: int | None = None, timeout: float = 10.0) -> "Stream":
        """Open the event stream."""
        return Stream(self.url, self.secret, after, timeout)


class Event(NamedTuple):
    """One server-sent event."""

    kind: str
    id: str
    data: Any


class Stream:
    """An open event stream; reading waits for at most the timeout."""

    def __init__(self, url: str, secret: str, after: int | None = None, timeout: float = 10.0):
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=timeout)
        headers = {"X-Visitor": secret, **({} if after is None else {"Last-Event-ID": str(after)})}
        self._connection.request("GET", EVENTS, headers=headers)
        self.answer = self._connection.getresponse()
        self.status = self.answer.status

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up, as a closed page does."""
        self.answer.close()
        self._connection.close()

    def events(self) -> Iterator[Event]:
        """Events as they come; ends when the server ends the stream. Raises TimeoutError after a long silence."""
        kind, id, data = "", "", ""
        while line := self.answer.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                id = value
            elif name == "data":
                data = value
            elif not name and data:
                yield Event(kind, id, json.loads(data))
                kind, id, data = "", "", ""

    def until(self, text: str) -> list[Event]:
        """All events up to the message that says a text."""
        seen = []
        for event in self.events():
            seen.append(event)
            if event.kind == "message" and text in event.data["text"]:
                return seen
        raise AssertionError(f"the stream ended without {text!r}: {seen}")
