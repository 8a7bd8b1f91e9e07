"""Updates as Telegram sends them: what the bot makes of each kind."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chatServer.channels.telegram_updates import (
    ButtonPress,
    FileMessage,
    Sender,
    SentFile,
    TextMessage,
    accept_update,
    read_update,
)
from tests.support.telegram_updates import PAYLOADS, Person, load_payload

ADA = Sender(5_000_000_001, 5_000_000_001, "Ada Lovelace")
SESSION = "open:0b7b8f3e-5f06-4f2c-9a53-6a8d1e0c7f11"
EDITED_AT = datetime.fromtimestamp(1_790_000_060, UTC)
UNDERSTOOD = {
    "text": TextMessage(ADA, 11, "Hello there"),
    "text_with_entities": TextMessage(ADA, 12, "See https://example.com now"),
    "reply": TextMessage(ADA, 13, "And this?"),
    "reply_to_bot": TextMessage(ADA, 13, "And this?", answered_id=11),
    "forwarded": TextMessage(ADA, 14, "Look"),
    "command": TextMessage(ADA, 15, "/start c0de"),
    "edited_text": TextMessage(ADA, 11, "Hello again", EDITED_AT),
    "button": ButtonPress(ADA, "4382bfdwdsb323b2d9", SESSION),
    "button_of_an_old_message": ButtonPress(ADA, "4382bfdwdsb323b2da", SESSION),
    "photo": FileMessage(
        ADA, 16, SentFile("AgACAgIAAxkC", "photo-16.jpg", "image/jpeg", 73510), "What is this?"
    ),
    "album_photo": FileMessage(
        ADA,
        42,
        SentFile("AgACAgIAAxkC", "photo-42.jpg", "image/jpeg", 73510),
        "What is this?",
        album_id="13579246801357",
    ),
    "voice": FileMessage(ADA, 17, None),
    "document": FileMessage(
        ADA, 18, SentFile("BQACAgIAAxkB", "notes.pdf", "application/pdf", 34567)
    ),
    "sticker": FileMessage(ADA, 19, None),
    "location": FileMessage(ADA, 21, None),
}
IGNORED = {file.stem for file in PAYLOADS.glob("*.json")} - set(UNDERSTOOD)


class TestReadUpdate:
    @pytest.mark.parametrize("name", UNDERSTOOD)
    def test_what_a_person_does_in_their_chat_is_understood(self, name: str) -> None:
        assert read_update(load_payload(name)) == UNDERSTOOD[name]

    @pytest.mark.parametrize("name", sorted(IGNORED))
    def test_groups_channels_bots_and_service_messages_are_nothing(self, name: str) -> None:
        assert read_update(load_payload(name)) is None
        assert accept_update(load_payload(name)) is None

    @pytest.mark.parametrize(
        "change",
        [
            {"chat": {}},
            {"chat": {"id": "x", "type": "private"}, "from": {}},
            {"date": 10**30},
            {"date": "yesterday"},
            {"from": None},
            {"text": None},
        ],
    )
    def test_nonsense_is_nothing(self, change: dict[str, Any]) -> None:
        payload = load_payload("text")
        payload["message"] |= change
        assert read_update(payload) is None


class TestAcceptUpdate:
    def test_is_ordered_by_its_chat_and_kept_as_it_came(self) -> None:
        payload = load_payload("text")
        update = accept_update(payload)
        assert update is not None
        assert (update.update_id, update.chat_key) == (900_000_001, "5000000001")
        assert update.payload == payload

    def test_what_postgres_cannot_store_is_replaced_wherever_it_stands(self) -> None:
        payload = Person(first_name="A\x00da").writes(
            "a\ud800b\x00c", extra={"n\x00": [1e999, "\x00"]}
        )
        update = accept_update(payload)
        assert update is not None
        message: Any = update.payload["message"]
        assert message["text"] == "a\ufffdb\ufffdc"
        assert message["from"]["first_name"] == "A\ufffdda"
        assert message["extra"] == {"n\ufffd": [None, "\ufffd"]}

    @pytest.mark.parametrize("update_id", [None, "1", -1, 2**63, 1.5])
    def test_without_a_number_of_telegrams_it_is_nothing(self, update_id: object) -> None:
        assert accept_update({**load_payload("text"), "update_id": update_id}) is None
