"""People talk to the bot, over real sockets; what is said stands in the registry."""

from tests.chatServer.turn_stage import eventually
from tests.fakes.openai_server import Hold, Refusal
from tests.support.telegram_stage import LinkedPerson, TelegramStage
from tests.support.telegram_updates import Person, repeat


class TestHandleMessage:
    async def test_a_first_message_makes_the_chats_session_and_is_answered_there(
        self, ada: LinkedPerson
    ) -> None:
        assert await ada.ask("Hello there") == "echo: Hello there"
        [session] = await ada.sessions()
        assert session.session_id == f"telegram:{ada.chat_id}:1"
        assert session.title == "Hello there"
        question, answer = await ada.messages(session.session_id)
        assert (question.content, question.channel) == ("Hello there", "telegram")
        assert (answer.content, answer.status) == ("echo: Hello there", "complete")

    async def test_the_next_ones_continue_it_in_order(self, ada: LinkedPerson) -> None:
        await ada.write("one", "two", "three")
        texts = await ada.bot.wait_for(3, ada.chat_id)
        assert texts == ["echo: one", "echo: two", "echo: three"]
        [session] = await ada.sessions()
        assert session.message_count == 6

    async def test_a_message_takes_its_session_out_of_the_archive(self, ada: LinkedPerson) -> None:
        await ada.ask("one")
        [session] = await ada.sessions()
        await ada.client.post(f"/api/chat/sessions/{session.session_id}/archive")
        assert await ada.sessions() == []
        await ada.ask("two")
        assert [s.session_id for s in await ada.sessions()] == [session.session_id]

    async def test_the_same_update_again_is_the_same_message(self, ada: LinkedPerson) -> None:
        update = ada.person.writes("once")
        await ada.bot.push(update, update, repeat(update))
        await ada.write("last")
        assert await ada.bot.wait_for(2, ada.chat_id) == ["echo: once", "echo: last"]

    async def test_an_update_taken_up_again_after_the_chat_has_moved_on_is_the_same_message(
        self, ada: LinkedPerson
    ) -> None:
        update = ada.person.writes("once")
        await ada.bot.push(update)
        await ada.bot.wait_for(1, ada.chat_id)
        await ada.ask("/new")
        await ada.bot.push(repeat(update))
        assert await ada.ask("last") == "echo: last"
        counts = [session.message_count for session in await ada.sessions()]
        assert counts == [2, 2]

    async def test_the_chat_shows_that_the_bot_is_at_work(self, ada: LinkedPerson) -> None:
        await ada.ask("Hello")
        call = await ada.bot.wait_for_call("sendChatAction", chat_id=ada.chat_id)
        assert call.params["action"] == "typing"

    async def test_an_answer_is_previewed_while_it_grows(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        hold = Hold()
        telegram.turns.fake.script("So **far**", hold, asked="slow please")
        await ada.write("slow please")
        draft = await ada.bot.wait_for_call("sendMessageDraft", chat_id=ada.chat_id)
        assert draft.params["text"] == "So far"
        assert draft.params["draft_id"] != 0
        assert ada.shown == []
        hold.release()
        assert await ada.bot.wait_for(1, ada.chat_id) == ["So far"]

    async def test_markdown_arrives_formatted(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        telegram.turns.fake.script("Be **bold**", asked="format")
        assert await ada.ask("format") == "Be bold"
        [sent] = ada.bot.sent_to(ada.chat_id)
        assert sent.params["entities"] == [{"type": "bold", "offset": 3, "length": 4}]

    async def test_a_long_answer_arrives_whole_in_parts(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        lines = [f"line {number}" for number in range(1000)]
        telegram.turns.fake.script("\n".join(lines), asked="long")
        await ada.write("long")
        parts = await ada.bot.wait_for(3, ada.chat_id)
        assert "\n".join(parts).split("\n") == lines

    async def test_a_failed_answer_is_said_in_words(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        telegram.turns.fake.script(Refusal(400), asked="fail")
        assert "No answer could be given" in await ada.ask("fail")

    async def test_a_message_as_long_as_telegram_takes_is_kept_whole(
        self, ada: LinkedPerson
    ) -> None:
        text = "🦊" * 2048
        await ada.write(text)
        parts = await ada.bot.wait_for(2, ada.chat_id)
        assert "".join(parts) == f"echo: {text}"
        [session] = await ada.sessions()
        assert (await ada.messages(session.session_id))[0].content == text

    async def test_right_to_left_and_zalgo_are_kept(self, ada: LinkedPerson) -> None:
        text = "مرحبا " + "z\u0351\u0343\u0367" * 50
        assert await ada.ask(text) == f"echo: {text}"


class TestStranger:
    async def test_is_told_once_how_to_link_and_nothing_is_stored(
        self, telegram: TelegramStage
    ) -> None:
        stranger = Person()
        texts = ["a strange hello", "a strange question", "/help"]
        await telegram.bot.push(*(stranger.writes(text) for text in texts))
        told = await telegram.bot.wait_for(2, stranger.user_id)
        assert len(told) == 2, "once for what they wrote, once for the command"
        assert all("Connect Telegram" in text for text in told)
        stored = await telegram.turns.execute(
            "select from chat_message_history where content = any(%s)", texts
        )
        assert stored == 0

        async def is_forgotten() -> bool:
            kept = await telegram.turns.execute(
                "select from channel_inbox where chat_key = %s and payload is not null",
                str(stranger.user_id),
            )
            return kept == 0

        await eventually(is_forgotten, what="what the stranger wrote was forgotten")

    async def test_a_pressed_button_of_old_changes_nothing(self, telegram: TelegramStage) -> None:
        stranger = Person()
        await telegram.bot.push(press := stranger.presses("open:x"))
        answer = await telegram.bot.wait_for_call("answerCallbackQuery")
        assert answer.params["callback_query_id"] == press["callback_query"]["id"]
