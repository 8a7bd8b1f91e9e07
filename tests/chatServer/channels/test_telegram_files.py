"""Photos and documents on their way from a chat into the registry."""

import hashlib
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from pydantic import JsonValue, SecretStr

from chatServer.database.attachment_registry import AttachmentRegistry
from chatServer.database.attachment_store import AttachmentStore
from chatServer.database.postgrest_transport import open_http_pool
from chatServer.database.transport import Caller, RpcTransport
from chatServer.errors import DatabaseUnavailable
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.channel_port import InboundFile, InboundMessage
from chatServer.services.chat_history_service import ChatHistoryService
from chatServer.services.linked_chat_service import LinkedChatService
from chatServer.services.session_cursor import SessionCursors
from tests.chatServer.files import HTML, PDF, PNG
from tests.support.telegram_misbehaviour import Refuse
from tests.support.telegram_stage import LinkedPerson, TelegramStage
from tests.support.telegram_updates import repeat

REFUSED = {
    "voice": {"file_id": "a", "file_unique_id": "b", "duration": 3},
    "sticker": {
        "file_id": "a",
        "file_unique_id": "b",
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    },
}


async def count_files(telegram: TelegramStage, person: LinkedPerson) -> int:
    """How many files the registry keeps for a person."""
    return await telegram.turns.execute(
        "select from public.chat_attachment_objects where user_id = %s and status <> 'unused'",
        person.caller.user_id,
    )


class TestTaken:
    async def test_a_document_is_an_attachment_of_its_message(self, ada: LinkedPerson) -> None:
        await ada.send_document("paper.pdf", PDF, caption="What does it say?")
        assert "What does it say?" in (await ada.bot.wait_for(1, ada.chat_id))[0]
        [session] = await ada.sessions()
        question, answer = await ada.messages(session.session_id)
        assert (question.content, question.channel) == ("What does it say?", "telegram")
        [attachment] = question.attachments
        assert (attachment.filename, attachment.kind) == ("paper.pdf", "pdf")
        assert attachment.sha256 == hashlib.sha256(PDF).hexdigest()
        assert (await ada.client.get(attachment.url)).content == PDF
        assert answer.attachments == []

    async def test_the_largest_of_a_photos_sizes_is_taken_without_a_caption(
        self, ada: LinkedPerson
    ) -> None:
        ada.bot.files |= {"small": b"", "large": PNG}
        sizes = [
            {"file_id": name, "file_unique_id": name, "width": width, "height": 10}
            for name, width in (("large", 1280), ("small", 90))
        ]
        await ada.bot.push(ada.person.sends("photo", sizes))
        await ada.bot.wait_for(1, ada.chat_id)
        [session] = await ada.sessions()
        question = (await ada.messages(session.session_id))[0]
        assert question.content == ""
        assert [a.content_type for a in question.attachments] == ["image/png"]
        assert session.title is not None
        assert session.title.startswith("photo-")

    async def test_the_same_update_again_is_the_same_message_with_one_file(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        update = await ada.send_document("notes.txt", b"one")
        await ada.bot.push(repeat(update))
        await ada.bot.wait_for(1, ada.chat_id)
        await ada.ask("/new")
        await ada.bot.push(repeat(update))
        assert await ada.ask("last") == "echo: last"
        assert sorted(s.message_count for s in await ada.sessions()) == [2, 2]
        assert len(ada.bot.calls_of("getFile")) >= 1
        assert await count_files(telegram, ada) == 1

    async def test_what_telegram_does_not_give_out_at_once_is_asked_for_again(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        away = "Bad Request: wrong file_id or the file is temporarily unavailable"
        ada.bot.misbehave("getFile", Refuse(400, away))
        await ada.send_document("notes.txt", b"one", caption="Look")
        assert "Look" in (await ada.bot.wait_for(1, ada.chat_id))[0]
        assert await count_files(telegram, ada) == 1

    async def test_a_file_of_the_web_is_named_in_the_chat(self, ada: LinkedPerson) -> None:
        await ada.ask("Hello")
        [session] = await ada.sessions()
        path = f"/api/chat/sessions/{session.session_id}"
        made = await ada.client.post(
            f"{path}/attachments", files={"file": ("plan.pdf", PDF, "application/pdf")}
        )
        body = {
            "content": "",
            "client_request_id": "web",
            "attachment_ids": [made.json()["id"]],
        }
        assert (await ada.client.post(f"{path}/messages", json=body)).status_code == 200
        shown = await ada.bot.wait_for(3, ada.chat_id)
        assert shown[1] == "From the web:\nFile: plan.pdf"
        assert "File: plan.pdf" in await ada.ask("/history")


class TestRefused:
    @pytest.mark.parametrize("kind", REFUSED)
    async def test_what_is_no_document_is_answered_in_words(
        self, ada: LinkedPerson, kind: str
    ) -> None:
        await ada.bot.push(ada.person.sends(kind, REFUSED[kind], caption="look \x00 here"))
        [text] = await ada.bot.wait_for(1, ada.chat_id)
        assert "photos and documents" in text
        assert await ada.sessions() == []

    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("large.bin", bytes(20 * 1024 * 1024 + 1), "larger than 20 MB"),
            ("empty.txt", b"", "nothing in this file"),
            ("picture.png", HTML, "not what is in it"),
        ],
    )
    async def test_one_that_cannot_be_taken_is_refused_in_words_and_leaves_nothing(
        self, telegram: TelegramStage, ada: LinkedPerson, name: str, content: bytes, told: str
    ) -> None:
        await ada.send_document(name, content, caption="Look")
        [text] = await ada.bot.wait_for(1, ada.chat_id)
        assert told in text
        assert await ada.ask("Go on") == "echo: Go on"
        assert await count_files(telegram, ada) == 0

    async def test_one_of_unknown_size_that_telegram_refuses_is_told_of_too(
        self, ada: LinkedPerson
    ) -> None:
        content = bytes(20 * 1024 * 1024 + 1)
        await ada.send_document("large.bin", content, is_announced=False)
        [text] = await ada.bot.wait_for(1, ada.chat_id)
        assert "larger than 20 MB" in text

    async def test_an_album_is_told_the_same_thing_once(self, ada: LinkedPerson) -> None:
        for _ in range(3):
            await ada.send_document("empty.txt", b"", media_group_id="135792468")
        await ada.write("Hello")
        shown = await ada.bot.wait_for(2, ada.chat_id)
        assert shown[1] == "echo: Hello"


class FailingOnce:
    """A transport that loses one answer of a function, or never sends the call."""

    def __init__(self, transport: RpcTransport, function: str, *, is_carried_out: bool) -> None:
        self._transport = transport
        self._function: str | None = function
        self._is_carried_out = is_carried_out

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        """Passes the call on, but for the one that fails."""
        if function != self._function:
            return await self._transport.call(function, params, caller)
        self._function = None
        if self._is_carried_out:
            await self._transport.call(function, params, caller)
        raise DatabaseUnavailable


@pytest.mark.parametrize("is_carried_out", [True, False])
async def test_a_message_cut_off_after_its_file_was_stored_has_one_file_in_the_end(
    telegram: TelegramStage, ada: LinkedPerson, is_carried_out: bool
) -> None:
    stage = telegram.turns
    failing = FailingOnce(stage.transport, "begin_turn_v2", is_carried_out=is_carried_out)
    turns = await stage.start_replica(failing)
    async with open_http_pool(trust_env=False) as http:
        key = SecretStr(stage.api.secret_key)
        chats = LinkedChatService(
            telegram.channels,
            ChatHistoryService(stage.registry, SessionCursors("secret")),
            turns,
            attachments=AttachmentService(
                AttachmentRegistry(stage.transport),
                AttachmentStore(http, url=stage.api.url, secret_key=key),
                quota_bytes=100,
            ),
            agents=turns.agents,
        )

        @asynccontextmanager
        async def open_file() -> AsyncIterator[AsyncIterator[bytes]]:
            async def pieces() -> AsyncIterator[bytes]:
                yield bytes(60)

            yield pieces()

        message = InboundMessage(
            f"telegram:{uuid.uuid4()}", "Look", file=InboundFile("a.bin", None, open_file)
        )
        with pytest.raises(DatabaseUnavailable):
            await chats.begin_turn(ada.link, message)
        turn = await chats.begin_turn(ada.link, message)
    assert turn is not None
    assert turn.is_replay is is_carried_out
    assert turn.user_message is not None
    assert [a.size_bytes for a in turn.user_message.attachments] == [60]
    assert await count_files(telegram, ada) == 1
