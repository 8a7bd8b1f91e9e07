"""A fake Bot API server on loopback: real sockets, every call recorded, any misbehaviour."""

import asyncio
import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.loopback_server import LoopbackServer
from tests.support.telegram_misbehaviour import Drop, Garble, Misbehaviour, Refuse, Silence
from tests.support.telegram_wire import read_request, to_error, to_ok, to_response

BOT_USERNAME = "registry_test_bot"


@dataclass(frozen=True)
class Call:
    """One call as it arrived; values that are JSON are read."""

    method: str
    params: Mapping[str, Any]
    at: float


@dataclass(frozen=True)
class SentMessage:
    """A message that Telegram took."""

    message_id: int
    chat_id: int
    text: str
    params: Mapping[str, Any]


@dataclass
class _Plan:
    method: str
    chat_id: int | None
    steps: list[Misbehaviour]

    def fits(self, call: Call) -> bool:
        return (
            bool(self.steps)
            and call.method == self.method
            and self.chat_id in (None, call.params.get("chat_id"))
        )


@dataclass
class FakeTelegram(LoopbackServer):
    """One bot's Bot API; every private chat has the id of its user."""

    bot_id: int = field(default_factory=lambda: secrets.randbelow(10**9) + 10**9)
    calls: list[Call] = field(default_factory=list)
    sent: list[SentMessage] = field(default_factory=list)
    webhook: Mapping[str, Any] | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    """What people sent, by file id."""
    conflicts: int = 0
    """How often a second poller threw out the first."""

    def __post_init__(self) -> None:
        self.token = f"{self.bot_id}:{secrets.token_urlsafe(26)}"
        self.is_token_known = True
        self._message_ids = itertools.count(5000)
        self._updates: list[dict[str, Any]] = []
        self._plans: list[_Plan] = []
        self._changed = asyncio.Condition()
        self._poller = 0

    @property
    def root_url(self) -> str:
        """What TELEGRAM_API_BASE_URL is set to."""
        return self.origin

    def misbehave(self, method: str, *steps: Misbehaviour, chat_id: int | None = None) -> None:
        """Answers the next calls of this method, to this chat alone if one is given, like this."""
        self._plans.append(_Plan(method, chat_id, list(steps)))

    async def push(self, *updates: dict[str, Any]) -> None:
        """Has updates fetched by whoever polls."""
        async with self._changed:
            self._updates += updates
            self._changed.notify_all()

    def sent_to(self, chat_id: int) -> list[SentMessage]:
        """What a chat shows, in order."""
        return [message for message in self.sent if message.chat_id == chat_id]

    def texts_to(self, chat_id: int) -> list[str]:
        """The texts that a chat shows, in order."""
        return [message.text for message in self.sent_to(chat_id)]

    def calls_of(self, method: str, *, chat_id: int | None = None) -> list[Call]:
        """The calls of a method, whatever came of them."""
        return [
            call
            for call in self.calls
            if call.method == method and chat_id in (None, call.params.get("chat_id"))
        ]

    async def wait_for(self, count: int, chat_id: int) -> list[str]:
        """Returns the texts of a chat once it shows that many."""
        async with asyncio.timeout(180), self._changed:
            await self._changed.wait_for(lambda: len(self.sent_to(chat_id)) >= count)
        return self.texts_to(chat_id)

    async def wait_for_sent(self, count: int) -> None:
        """Returns once all chats together show that many messages, however long that takes."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.sent) >= count)

    async def wait_for_call(
        self, method: str, *, count: int = 1, chat_id: int | None = None
    ) -> Call:
        """Returns the call of this number once it has come."""
        async with asyncio.timeout(180), self._changed:
            await self._changed.wait_for(
                lambda: len(self.calls_of(method, chat_id=chat_id)) >= count
            )
        return self.calls_of(method, chat_id=chat_id)[count - 1]

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one call after the other."""
        while await self._answer_one(reader, writer):
            await writer.drain()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        path, params = await read_request(reader)
        if path.startswith("/file/bot"):
            writer.write(self._file_at(path))
            return True
        token, _, method = path.removeprefix("/bot").partition("/")
        call = Call(method, params, asyncio.get_running_loop().time())
        async with self._changed:
            self.calls.append(call)
            self._changed.notify_all()
        if token != self.token or not self.is_token_known:
            writer.write(to_error(Refuse(401, "Unauthorized")))
            return True
        step = next((plan.steps.pop(0) for plan in self._plans if plan.fits(call)), None)
        if isinstance(step, Silence):
            step.reached.set()
            await reader.read(1)
            return False
        if isinstance(step, Refuse):
            writer.write(to_error(step))
            return True
        if isinstance(step, Garble):
            writer.write(to_response(step.status, b"<html>Bad Gateway</html>"))
            return True
        if isinstance(step, Drop) and not step.is_accepted:
            writer.transport.abort()
            return False
        result = await self._carry_out(call)
        if isinstance(step, Drop):
            writer.transport.abort()
            return False
        writer.write(result if isinstance(result, bytes) else to_ok(result))
        return True

    async def _carry_out(self, call: Call) -> object:
        """Returns the result, or bytes that are a whole answer."""
        if call.method == "getMe":
            return {
                "id": self.bot_id,
                "is_bot": True,
                "first_name": "Registry",
                "username": BOT_USERNAME,
            }
        if call.method == "getUpdates":
            return await self._get_updates(call.params)
        if call.method == "sendMessage":
            return await self._send_message(call.params)
        if call.method == "getFile":
            return self._get_file(str(call.params["file_id"]))
        if call.method in ("setWebhook", "deleteWebhook"):
            self.webhook = call.params if call.method == "setWebhook" else None
        return True

    def _get_file(self, file_id: str) -> object:
        if file_id not in self.files:
            return to_error(Refuse(400, "Bad Request: wrong file_id"))
        if len(self.files[file_id]) > 20 * 1024 * 1024:
            return to_error(Refuse(400, "Bad Request: file is too big"))
        return {"file_id": file_id, "file_unique_id": file_id, "file_path": f"files/{file_id}"}

    def _file_at(self, path: str) -> bytes:
        token, _, file_id = path.removeprefix("/file/bot").partition("/files/")
        if token != self.token or file_id not in self.files:
            return to_response(404, b"Not Found")
        return to_response(200, self.files[file_id])

    async def _send_message(self, params: Mapping[str, Any]) -> object:
        text = str(params["text"])
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return to_error(Refuse(400, "Bad Request: message is too long"))
        if not text.strip():
            return to_error(Refuse(400, "Bad Request: message text is empty"))
        chat_id = int(params["chat_id"])
        async with self._changed:
            message = SentMessage(next(self._message_ids), chat_id, text, params)
            self.sent.append(message)
            self._changed.notify_all()
        return {
            "message_id": message.message_id,
            "date": 1_790_000_000,
            "chat": {"id": chat_id, "type": "private"},
            "text": text,
        }

    async def _get_updates(self, params: Mapping[str, Any]) -> object:
        """Waits as long as it is asked to; a second poller throws out the first, as at Telegram."""
        if self.webhook is not None:
            return to_error(Refuse(409, "Conflict: can't use getUpdates while webhook is active"))
        async with self._changed:
            self._poller += 1
            mine = self._poller
            self._changed.notify_all()
            offset = int(params.get("offset", 0))
            self._updates = [u for u in self._updates if u["update_id"] >= offset]
            try:
                async with asyncio.timeout(float(params.get("timeout", 0))):
                    await self._changed.wait_for(lambda: self._updates or self._poller != mine)
            except TimeoutError:
                return []
            if self._poller != mine:
                self.conflicts += 1
                return to_error(Refuse(409, "Conflict: terminated by other getUpdates request"))
            return list(self._updates[:100])
