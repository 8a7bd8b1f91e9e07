"""What a user's two devices do, what the server was asked for, and what must hold in the end."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

from tests.chatServer.lossy_device import SESSIONS, Arrival, Device, Fate, Json, Request

SESSIONS_AT_ONCE = 2
"""Few, so that both devices mean the same one."""

DEFAULTS = {"title": None, "pinned": False, "archived": False}
CHANGES = ("title", "title", "title", "archived", "pinned")
FATES: tuple[Fate, ...] = ("arrives", "arrives", "request lost", "answer lost", "answer late")


@dataclass(frozen=True)
class Step:
    """What happens next, and the dice that decide on the rest of it."""

    action: str
    device: int
    dice: int


STEP = st.builds(
    Step,
    st.sampled_from(
        ["change"] * 5 + ["send"] * 7 + ["follow"] * 5 + ["append", "append", "write", "delete"]
    ),
    st.integers(0, 1),
    st.integers(0, 2**20),
)


@dataclass(frozen=True)
class Write:
    """A value that reached the server, and what was known and told of the one before."""

    device: Device
    request: Request
    value: object
    base_version: int
    version: int
    superseded: Json


class World:
    """The devices of one user; `arrived` is what the server was asked for, in order."""

    def __init__(self, devices: tuple[Device, Device]) -> None:
        self.devices = devices
        self.arrived: dict[int, Arrival] = {}
        self.writes: dict[tuple[str, str], list[Write]] = {}
        self.messages: dict[str, list[str]] = {}
        self.made: set[str] = set()
        self.deleted: set[str] = set()
        self.names = 0
        for device in devices:
            device.start()
        self.write(devices[0], 3)
        self.calm_down()

    def do(self, step: Step) -> None:
        actions: dict[str, Callable[[Device, int], None]] = {
            "write": self.write,
            "change": self.change,
            "append": self.append,
            "delete": self.delete,
            "send": self.send,
            "follow": self.follow,
        }
        actions[step.action](self.devices[step.device], step.dice)

    def name(self) -> str:
        self.names += 1
        return f"Name {self.names}"

    def pick(self, device: Device, dice: int) -> Json | None:
        shown = list(device.shown.values())
        return shown[dice % len(shown)] if shown else None

    def write(self, device: Device, dice: int) -> None:
        """Writes a session while offline; it goes out by either of the two ways."""
        if len(self.made - self.deleted) >= SESSIONS_AT_ONCE:
            return
        session_id = str(uuid.uuid4())
        self.made.add(session_id)
        title = {"title": self.name()} if dice & 1 else {}
        given = {**title, "messages": [self.message() for _ in range(dice % 3)]}
        body = given if dice & 8 else {"sessions": [{"session_id": session_id, **given}]}
        device.want(Request("PUT" if dice & 8 else "POST", session_id, body))

    def message(self) -> Json:
        content = f"{self.name()} {uuid.uuid4()}"
        return {"role": "user", "content": content, "client_request_id": content}

    def change(self, device: Device, dice: int) -> None:
        session = self.pick(device, dice)
        if session is None:
            return
        what = CHANGES[dice // 8 % len(CHANGES)]
        body = {
            what: self.name() if what == "title" else not session[what],
            "base_version": session["version"],
            "client_request_id": str(uuid.uuid4()),
        }
        device.want(Request("PATCH", session["session_id"], body))

    def append(self, device: Device, dice: int) -> None:
        session = self.pick(device, dice)
        if session is not None:
            body = {"messages": [self.message()]}
            device.want(Request("PUT", session["session_id"], body))

    def delete(self, device: Device, dice: int) -> None:
        session = self.pick(device, dice)
        if session is not None and dice & 16:
            device.want(Request("DELETE", session["session_id"], {}))

    def send(self, device: Device, dice: int) -> None:
        arrival = device.send(FATES[dice % len(FATES)])
        if arrival is not None:
            self.take(arrival)

    def follow(self, device: Device, dice: int) -> None:
        device.follow(FATES[dice % len(FATES)])

    def take(self, arrival: Arrival) -> None:
        """Takes what reached the server into the model, once."""
        request, answer = arrival.request, arrival.answer
        if request.number in self.arrived:
            return
        self.arrived[request.number] = arrival
        session_id = request.session_id
        if session_id in self.deleted:
            assert answer.status_code in (404, 410) or "deleted" in answer.text
            return
        assert answer.is_success, answer.text
        if request.method == "DELETE":
            self.deleted.add(session_id)
        elif request.method == "PATCH":
            self.take_change(arrival)
        else:
            self.take_messages(arrival)

    def take_change(self, arrival: Arrival) -> None:
        told = arrival.answer.json()
        body = arrival.body
        [name] = body.keys() - {"base_version", "client_request_id"}
        assert told[name] == body[name]
        write = Write(
            arrival.device,
            arrival.request,
            body[name],
            body["base_version"],
            told["version"],
            told["superseded"],
        )
        writes = self.writes.setdefault((arrival.request.session_id, name), [])
        last = writes[-1].value if writes else DEFAULTS[name]
        if last != body[name]:
            writes.append(write)

    def take_messages(self, arrival: Arrival) -> None:
        request = arrival.request
        given = request.body if request.method == "PUT" else request.body["sessions"][0]
        contents = [message["content"] for message in given["messages"]]
        self.messages.setdefault(request.session_id, []).extend(contents)
        if "title" in given:
            write = Write(arrival.device, request, given["title"], 1, 1, {})
            self.writes[request.session_id, "title"] = [write]

    def check(self) -> None:
        self.calm_down()
        server = self.read_server()
        for device in self.devices:
            assert {sid: seen(session) for sid, session in device.shown.items()} == {
                sid: seen(session) for sid, session in server.items()
            }, device.name
        assert server.keys() == self.messages.keys() - self.deleted
        for session_id, contents in self.messages.items():
            if session_id not in self.deleted:
                assert self.read_messages(session_id) == contents
        for (session_id, name), writes in self.writes.items():
            self.account_for(writes, name)
            if session_id in server and writes:
                assert server[session_id][name] == writes[-1].value

    def calm_down(self) -> None:
        for device in self.devices:
            while device.waiting or device.late:
                arrival = device.send("arrives")
                if arrival is not None:
                    self.take(arrival)
        for device in self.devices:
            while device.follow("arrives"):
                pass

    def account_for(self, writes: list[Write], name: str) -> None:
        """Whoever wrote over another device's value had seen it, or was told of it in the end."""
        for before, after in pairwise(writes):
            if before.device is after.device:
                continue
            heard = after.device.answers[after.request.number].json()["superseded"]
            assert heard == after.superseded
            is_seen = after.base_version >= before.version
            assert is_seen or heard == {name: before.value}

    def read_server(self) -> dict[str, Json]:
        query = {"archived": "all", "limit": "200"}
        listed = self.devices[0].http.get(SESSIONS, params=query).json()
        assert listed["next_cursor"] is None
        return {
            session["session_id"]: session
            for session in listed["sessions"]
            if session["session_id"] in self.messages
        }

    def read_messages(self, session_id: str) -> list[str]:
        page = self.devices[0].http.get(f"{SESSIONS}/{session_id}/messages?limit=200").json()
        return [message["content"] for message in page["messages"]]


def seen(session: Json) -> Json:
    """What a device shows of a session."""
    names = (*DEFAULTS, "title_source", "version", "message_count", "last_message_preview")
    return {name: session[name] for name in names}
