"""Updates as Telegram makes them, for people who write to the bot in their private chats."""

import itertools
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).with_name("telegram_payloads")
WRITTEN_AT = 1_790_000_000

_update_ids = itertools.count(secrets.randbelow(10**8) + 10**8)


def load_payload(name: str) -> dict[str, Any]:
    """Reads one update as it came over the wire."""
    payload: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return payload


def repeat(update: dict[str, Any]) -> dict[str, Any]:
    """The same content under another update's number."""
    return {**update, "update_id": next(_update_ids)}


@dataclass
class Person:
    """Somebody with a Telegram account of their own."""

    user_id: int = field(default_factory=lambda: secrets.randbelow(10**9) + 5 * 10**9)
    first_name: str = "Ada"

    def __post_init__(self) -> None:
        self._message_ids = itertools.count(11)

    def writes(self, text: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 any field
        """A message in the chat with the bot; fields given replace those of the message."""
        return self._update("message", {**self._message(), "text": text, **fields})

    def sends(self, kind: str, content: object, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 any field
        """A message that is no text, with a caption where one is given."""
        return self._update("message", {**self._message(), kind: content, **fields})

    def edits(self, original: dict[str, Any], text: str, *, at: int = 60) -> dict[str, Any]:
        """The same message with another text."""
        message = {**original["message"], "text": text, "edit_date": WRITTEN_AT + at}
        return self._update("edited_message", message)

    def presses(self, data: str) -> dict[str, Any]:
        """A button below one of the bot's messages."""
        message = self._message() | {"from": {"id": 1, "is_bot": True, "first_name": "Bot"}}
        query = {
            "id": str(secrets.randbelow(10**18)),
            "from": self._user(),
            "message": message,
            "chat_instance": "1",
            "data": data,
        }
        return self._update("callback_query", query)

    def _message(self) -> dict[str, Any]:
        return {
            "message_id": next(self._message_ids),
            "from": self._user(),
            "chat": {"id": self.user_id, "first_name": self.first_name, "type": "private"},
            "date": WRITTEN_AT,
        }

    def _user(self) -> dict[str, Any]:
        return {
            "id": self.user_id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": "en",
        }

    def _update(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        return {"update_id": next(_update_ids), kind: content}
