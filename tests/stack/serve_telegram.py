"""`python -m tests.stack.serve_telegram`: as serve --json, with a bot at a fake Bot API server.

Afterwards each line of standard input is what shall happen at Telegram, answered with a line each:
{"write": text, "as": user_id} · {"photo": base64, "caption": text, "as": user_id} ·
{"press": label, "as": user_id}: the newest button of that label ·
{"show": user_id}, answered with that chat's texts ·
{"refuse": status}: the next message sent there is refused.
"""

import asyncio
import base64
import json
import signal
import sys
import threading
import uuid
from collections.abc import Coroutine
from typing import Any

from tests.stack.embedded import EmbeddedStack, StackFailed
from tests.stack.serve import describe, stop_at_once
from tests.stack.server import ChatServer
from tests.support.telegram_misbehaviour import Refuse
from tests.support.telegram_server import FakeTelegram
from tests.support.telegram_updates import Person


class Telegram:
    """The fake Bot API server on a thread of its own."""

    def __init__(self) -> None:
        self.bot = FakeTelegram()
        self.people: dict[int, Person] = {}
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self._run(self.bot.__aenter__())

    def carry_out(self, command: dict[str, Any]) -> object:
        """Does what a line asks for and returns the answer."""
        if "write" in command:
            self._run(self.bot.push(self._person(command).writes(command["write"])))
        elif "photo" in command:
            self._run(self._send_photo(self._person(command), command))
        elif "press" in command:
            person = self._person(command)
            self._run(self._press(person, command["press"]))
        elif "refuse" in command:
            status = int(command["refuse"])
            self._run(self._refuse(status))
        else:
            return self._run(self._texts_to(int(command["show"])))
        return None

    def stop(self) -> None:
        """Closes every connection."""
        self._run(self.bot.__aexit__(None, None, None))
        self.loop.call_soon_threadsafe(self.loop.stop)

    def _person(self, command: dict[str, Any]) -> Person:
        user_id = int(command["as"])
        return self.people.setdefault(user_id, Person(user_id=user_id))

    async def _send_photo(self, person: Person, command: dict[str, Any]) -> None:
        content = base64.b64decode(command["photo"])
        file_id = uuid.uuid4().hex
        self.bot.files[file_id] = content
        size = {
            "file_id": file_id,
            "file_unique_id": file_id,
            "width": 1280,
            "height": 960,
            "file_size": len(content),
        }
        await self.bot.push(person.sends("photo", [size], caption=command["caption"]))

    async def _press(self, person: Person, label: str) -> None:
        buttons = [
            button
            for message in self.bot.sent_to(person.user_id)
            for row in message.params.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
        ]
        data = [button["callback_data"] for button in buttons if button["text"] == label]
        await self.bot.push(person.presses(data[-1]))

    async def _refuse(self, status: int) -> None:
        self.bot.misbehave("sendMessage", Refuse(status, "refused"))

    async def _texts_to(self, user_id: int) -> list[str]:
        return self.bot.texts_to(user_id)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 whatever the work gives
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


def main() -> int:
    """Runs the stack and returns the exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_at_once)
    telegram = Telegram()
    stack = EmbeddedStack()
    settings = {
        "TELEGRAM_BOT_TOKEN": telegram.bot.token,
        "TELEGRAM_API_BASE_URL": telegram.bot.root_url,
    }
    server = ChatServer(stack.project, settings, is_patient=True)
    try:
        stack.start()
        server.start()
        _say(describe(stack, server))
        for line in sys.stdin:
            _say(telegram.carry_out(json.loads(line)))
    except StackFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        server.stop()
        stack.stop()
        telegram.stop()
    return 0


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
