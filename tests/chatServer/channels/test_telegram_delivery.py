"""Telegram misbehaves; what was said arrives all the same, or the web is told why not."""

import pytest

from tests.support.telegram_misbehaviour import Drop, Garble, Misbehaviour, Refuse
from tests.support.telegram_stage import LinkedPerson

BLOCKED = Refuse(403, "Forbidden: bot was blocked by the user")


async def try_again(ada: LinkedPerson, session_id: str, message_id: int) -> str | None:
    """Presses "try again" on the web; returns how the delivery stands then."""
    path = f"/api/chat/sessions/{session_id}/messages/{message_id}/redeliver"
    answer = await ada.client.post(path)
    assert answer.status_code == 200
    status: str | None = (answer.json()["delivery"] or {}).get("status")
    return status


class TestForAWhile:
    async def test_a_flood_limit_is_waited_out_exactly(self, ada: LinkedPerson) -> None:
        ada.bot.misbehave(
            "sendMessage",
            Refuse(429, "Too Many Requests: retry after 2", retry_after=2),
            chat_id=ada.chat_id,
        )
        assert await ada.ask("Hello") == "echo: Hello"
        first, second = ada.bot.calls_of("sendMessage", chat_id=ada.chat_id)
        assert second.at - first.at >= 2

    @pytest.mark.parametrize(
        "trouble", [Refuse(500), Refuse(502, "Bad Gateway"), Garble(), Drop(is_accepted=False)]
    )
    async def test_trouble_on_their_side_is_tried_again(
        self, ada: LinkedPerson, trouble: Misbehaviour
    ) -> None:
        ada.bot.misbehave("sendMessage", trouble, trouble, chat_id=ada.chat_id)
        assert await ada.ask("Hello") == "echo: Hello"
        assert len(ada.bot.calls_of("sendMessage", chat_id=ada.chat_id)) == 3

    async def test_what_follows_keeps_its_place(self, ada: LinkedPerson) -> None:
        ada.bot.misbehave("sendMessage", Refuse(500), chat_id=ada.chat_id)
        await ada.write("one", "two", "/help")
        texts = await ada.bot.wait_for(3, ada.chat_id)
        answers = [text for text in texts if text.startswith("echo")]
        assert answers == ["echo: one", "echo: two"]

    async def test_an_answer_that_was_lost_on_its_way_back_is_never_a_lost_message(
        self, ada: LinkedPerson
    ) -> None:
        # Telegram took the message but we cannot know it: the one case in which it comes twice.
        ada.bot.misbehave("sendMessage", Drop(is_accepted=True), chat_id=ada.chat_id)
        await ada.write("Hello")
        assert await ada.bot.wait_for(2, ada.chat_id) == ["echo: Hello", "echo: Hello"]

    async def test_a_command_is_answered_once_telegram_takes_the_answer(
        self, ada: LinkedPerson
    ) -> None:
        ada.bot.misbehave("sendMessage", Refuse(500), Refuse(500), chat_id=ada.chat_id)
        assert "/sessions" in await ada.ask("/help")

    async def test_a_preview_that_fails_costs_nothing_else(self, ada: LinkedPerson) -> None:
        ada.bot.misbehave("sendChatAction", Refuse(500), chat_id=ada.chat_id)
        ada.bot.misbehave("sendMessageDraft", Refuse(404, "Not Found"), chat_id=ada.chat_id)
        assert await ada.ask("Hello") == "echo: Hello"


class TestForGood:
    async def test_formatting_that_telegram_cannot_read_goes_out_as_plain_text(
        self, ada: LinkedPerson
    ) -> None:
        ada.bot.misbehave(
            "sendMessage",
            Refuse(400, "Bad Request: can't parse entities: unsupported"),
            chat_id=ada.chat_id,
        )
        assert await ada.ask("**Hello**") == "echo: Hello"
        refused, taken = ada.bot.calls_of("sendMessage", chat_id=ada.chat_id)
        assert refused.params["entities"]
        assert not taken.params.get("entities")

    async def test_a_refusal_is_told_on_the_web_and_holds_nothing_else_up(
        self, ada: LinkedPerson
    ) -> None:
        ada.bot.misbehave(
            "sendMessage", Refuse(400, "Bad Request: chat not found"), chat_id=ada.chat_id
        )
        await ada.write("one", "two")
        assert await ada.bot.wait_for(1, ada.chat_id) == ["echo: two"]
        [session] = await ada.sessions()
        assert session.has_failed_delivery
        failed = await ada.wait_for_delivery(session.session_id, "echo: one", "failed")
        assert failed.delivery is not None
        assert failed.delivery.reason == "Telegram refused it: Chat not found."
        assert await try_again(ada, session.session_id, failed.id) == "waiting"
        await ada.wait_for_delivery(session.session_id, "echo: one", "delivered")
        assert ada.shown == ["echo: two", "echo: one"]
        [session] = await ada.sessions()
        assert not session.has_failed_delivery

    async def test_someone_who_blocked_the_bot_gets_nothing_until_they_write_again(
        self, ada: LinkedPerson
    ) -> None:
        await ada.ask("Hello")
        [session] = await ada.sessions()
        ada.bot.misbehave("sendMessage", BLOCKED, chat_id=ada.chat_id)
        await ada.post(session.session_id, "Are you there?")
        failed = await ada.wait_for_delivery(session.session_id, "Are you there?", "failed")
        assert failed.delivery is not None
        assert failed.delivery.reason == "The bot is blocked in Telegram."
        await ada.wait_for_delivery(session.session_id, "echo: Are you there?", "failed")
        await ada.post(session.session_id, "Still not?")
        await ada.wait_for_delivery(session.session_id, "Still not?", "failed")
        assert await self._status(ada) == "blocked"
        assert len(ada.bot.calls_of("sendMessage", chat_id=ada.chat_id)) == 2

        assert await ada.ask("I am back") == "echo: I am back"
        assert await self._status(ada) == "active"
        await try_again(ada, session.session_id, failed.id)
        await ada.wait_for_delivery(session.session_id, "Are you there?", "delivered")
        assert ada.shown[-1] == "From the web:\nAre you there?"

    async def test_trying_again_what_has_arrived_sends_nothing(self, ada: LinkedPerson) -> None:
        await ada.ask("Hello")
        [session] = await ada.sessions()
        sent = await ada.wait_for_delivery(session.session_id, "echo: Hello", "delivered")
        assert await try_again(ada, session.session_id, sent.id) == "delivered"
        question = (await ada.messages(session.session_id))[0]
        assert await try_again(ada, session.session_id, question.id) is None
        await ada.ask("Next")
        assert ada.shown == ["echo: Hello", "echo: Next"]

    async def test_trying_again_for_somebody_else_finds_nothing(self, ada: LinkedPerson) -> None:
        path = f"/api/chat/sessions/telegram:{ada.chat_id}:1/messages/1/redeliver"
        answer = await ada.client.post(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")

    async def _status(self, ada: LinkedPerson) -> str:
        shown = await ada.client.get("/api/chat/links/telegram")
        status: str = shown.json()["links"][0]["status"]
        return status


class TestSetAside:
    async def test_a_command_whose_answer_is_refused_does_not_block_the_chat(
        self, ada: LinkedPerson
    ) -> None:
        ada.bot.misbehave("sendMessage", Refuse(400, "Bad Request: no"), chat_id=ada.chat_id)
        await ada.write("/help")
        assert await ada.ask("Hello") == "echo: Hello"
