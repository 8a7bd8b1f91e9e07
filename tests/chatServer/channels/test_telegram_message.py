"""Messages of the registry as parts for Telegram."""

from typing import Any
from uuid import UUID

import pytest

from chatServer.channels.telegram_message import render_message
from chatServer.database.channel_results import OtherSession
from chatServer.limits import TELEGRAM_PART_MAX_UNITS
from chatServer.models import Channel, MessageStatus
from tests.chatServer.rows import message_row


def texts(content: str, status: MessageStatus = "complete", reason: str | None = None) -> list[str]:
    message = message_row(content, role="assistant", status=status)
    parts = render_message(message.model_copy(update={"failure_reason": reason}))
    return [str(part["text"]) for part in parts]


class TestAnswer:
    @pytest.mark.parametrize(
        ("status", "content", "reason", "shown"),
        [
            ("complete", "Hi", None, ["Hi"]),
            ("complete", " ", None, ["The answer was empty."]),
            ("cancelled", "Ha", None, ["Ha\n\nStopped."]),
            ("cancelled", "", None, []),
            ("interrupted", "Ha", None, ["Ha\n\nThe answer was interrupted."]),
            ("interrupted", "", "The server was stopped.", ["The server was stopped."]),
            ("failed", "", None, ["No answer could be given."]),
            ("failed", "Ha", "No credit.", ["Ha\n\nThe answer broke off. No credit."]),
        ],
    )
    def test_says_in_words_how_it_ended(
        self, status: MessageStatus, content: str, reason: str | None, shown: list[str]
    ) -> None:
        assert texts(content, status, reason) == shown

    def test_says_that_another_model_answered(self) -> None:
        message = message_row("Hi", role="assistant")
        noted = message.model_copy(update={"fallback_notice": "Answered by the fallback."})
        [part] = render_message(noted)
        assert part == {
            "text": "Hi\n\nAnswered by the fallback.",
            "entities": [{"type": "italic", "offset": 4, "length": 25}],
        }

    def test_is_cut_into_parts_that_telegram_takes(self) -> None:
        content = "\n\n".join(f"**{'🦊' * 60}** {number}" for number in range(300))
        parts = render_message(message_row(content, role="assistant"))
        assert len(parts) > 1
        for part in parts:
            text, entities = part["text"], part["entities"]
            assert isinstance(text, str)
            units = len(text.encode("utf-16-le")) // 2
            assert units <= TELEGRAM_PART_MAX_UNITS
            found: Any = entities
            assert all(0 <= e["offset"] < e["offset"] + e["length"] <= units for e in found)
            assert len(found) <= 100

    def test_a_link_and_a_language_go_along(self) -> None:
        [part] = render_message(message_row("[a](https://b.c)\n\n```py\nx\n```", role="assistant"))
        assert part["entities"] == [
            {"type": "text_link", "offset": 0, "length": 1, "url": "https://b.c"},
            {"type": "pre", "offset": 3, "length": 1, "language": "py"},
        ]


class TestQuestion:
    @pytest.mark.parametrize(
        ("channel", "label"), [("web", "From the web:"), ("scheduled", "From a schedule:")]
    )
    def test_is_marked_with_where_it_came_from_and_stays_as_typed(
        self, channel: Channel, label: str
    ) -> None:
        message = message_row("Is **this** bold?").model_copy(update={"channel": channel})
        assert render_message(message) == [
            {
                "text": f"{label}\nIs **this** bold?",
                "entities": [{"type": "bold", "offset": 0, "length": len(label)}],
            }
        ]


class TestOtherSession:
    GARDEN = OtherSession(chat_id=UUID(int=7), title="The garden")

    def test_is_named_before_an_answer_and_can_be_continued(self) -> None:
        message = message_row("**Water** it", role="assistant")
        assert render_message(message, self.GARDEN) == [
            {
                "text": "In The garden:\nWater it",
                "entities": [
                    {"type": "bold", "offset": 0, "length": 14},
                    {"type": "bold", "offset": 15, "length": 5},
                ],
                "button": {
                    "text": "Continue this session here",
                    "data": "open:00000000-0000-0000-0000-000000000007",
                },
            }
        ]

    def test_is_named_beside_where_a_question_came_from(self) -> None:
        [part] = render_message(message_row("And now?"), self.GARDEN)
        assert part["text"] == "From the web, in The garden:\nAnd now?"

    def test_has_its_button_below_the_last_part_alone(self) -> None:
        parts = render_message(message_row("long " * 2000, role="assistant"), self.GARDEN)
        assert ["button" in part for part in parts] == [False, False, True]

    @pytest.mark.parametrize(
        ("title", "shown"),
        [(None, "In Untitled session:"), ("x" * 200, f"In {'x' * 39}…:")],
    )
    def test_is_named_in_few_words(self, title: str | None, shown: str) -> None:
        session = OtherSession(chat_id=UUID(int=7), title=title)
        [part] = render_message(message_row("Hi", role="assistant"), session)
        assert str(part["text"]).splitlines()[0] == shown

    def test_with_nothing_to_say_is_not_named(self) -> None:
        message = message_row("", role="assistant", status="cancelled")
        assert render_message(message, self.GARDEN) == []
