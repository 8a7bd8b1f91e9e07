"""A device of a user behind a network that loses requests and answers."""

import itertools
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

Json = dict[str, Any]
Fate = Literal["arrives", "request lost", "answer lost", "answer late"]

SESSIONS = "/api/chat/sessions"
FEED_PAGE = 2
"""Small, so that a device often stands in the middle of the feed."""

_numbers = itertools.count(1)


@dataclass
class Request:
    """What a device wants; sent again under the same ids until it is answered."""

    method: str
    session_id: str
    body: Json
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def path(self) -> str:
        """Where it goes."""
        return f"{SESSIONS}/sync" if self.method == "POST" else f"{SESSIONS}/{self.session_id}"


@dataclass(frozen=True)
class Arrival:
    """A request that reached the server, with what the server said."""

    device: "Device"
    request: Request
    body: Json
    answer: httpx.Response


@dataclass
class Device:
    """What one device shows, and what it has not yet heard back."""

    http: httpx.Client
    name: str
    shown: dict[str, Json] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    waiting: list[Request] = field(default_factory=list)
    late: tuple[Request, httpx.Response] | None = None
    answers: dict[int, httpx.Response] = field(default_factory=dict)
    """By the number of a request, what the device has heard in the end."""
    cursor: str = ""
    _own_versions: dict[tuple[str, str], int] = field(default_factory=dict)

    def start(self) -> None:
        """Shows nothing yet, and follows what changes from here on."""
        self.cursor = self._get_changes({}).json()["cursor"]

    def want(self, request: Request) -> None:
        """Puts a request behind those that wait."""
        self.waiting.append(request)

    def send(self, fate: Fate) -> Arrival | None:
        """Sends the request that has waited longest; None when it does not arrive."""
        if self.late is not None:
            self._hear(*self.late)
            self.late = None
        if not self.waiting or fate == "request lost":
            return None
        request = self.waiting[0]
        body = self._written_body(request)
        json = None if request.method == "DELETE" else body
        answer = self.http.request(request.method, request.path, json=json)
        assert answer.status_code < 500, answer.text
        if fate == "arrives":
            self._hear(request, answer)
        elif fate == "answer late":
            self.late = request, answer
        return Arrival(self, request, body, answer)

    def follow(self, fate: Fate) -> bool:
        """Reads a page of the feed; True when there is more."""
        if fate == "request lost":
            return True
        page = self._get_changes({"since": self.cursor, "limit": str(FEED_PAGE)})
        if fate == "answer lost":
            return True
        changes = page.json()
        for session in changes["changed"]:
            self._show(session)
        for session_id in changes["deleted"]:
            self._drop(session_id)
        self.cursor = changes["cursor"]
        return bool(changes["has_more"])

    def _get_changes(self, query: dict[str, str]) -> httpx.Response:
        answer = self.http.get(f"{SESSIONS}/changes", params=query)
        assert answer.status_code == 200, answer.text
        return answer

    def _written_body(self, request: Request) -> Json:
        """The body, which names the newest version of its field that this device has written."""
        if request.method != "PATCH":
            return request.body
        [name] = request.body.keys() - {"base_version", "client_request_id"}
        own = self._own_versions.get((request.session_id, name), 0)
        return request.body | {"base_version": max(own, request.body["base_version"])}

    def _hear(self, request: Request, answer: httpx.Response) -> None:
        if self.waiting[:1] != [request]:
            return
        self.waiting.pop(0)
        self.answers[request.number] = answer
        told = answer.json() if answer.content else {}
        if request.method == "DELETE" or answer.status_code in (404, 410):
            self._drop(request.session_id)
        elif request.method == "POST":
            [result] = told["results"]
            if result["session"] is None:
                self._drop(request.session_id)
            else:
                self._show(result["session"])
        else:
            assert answer.is_success, answer.text
            self._show(told)
        if request.method == "PATCH" and answer.is_success:
            for name in request.body.keys() - {"base_version", "client_request_id"}:
                # Else another device has written over it by now.
                if told[name] == request.body[name]:
                    self._own_versions[request.session_id, name] = told["version"]

    def _show(self, session: Json) -> None:
        session_id = session["session_id"]
        known = self.shown.get(session_id, {"version": 0})
        if session_id not in self.gone and session["version"] >= known["version"]:
            self.shown[session_id] = session

    def _drop(self, session_id: str) -> None:
        self.gone.add(session_id)
        self.shown.pop(session_id, None)


def open_client(base_url: str, token: str) -> httpx.Client:
    """A connection of a device that is signed in."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=base_url, headers=headers, trust_env=False, timeout=180)
