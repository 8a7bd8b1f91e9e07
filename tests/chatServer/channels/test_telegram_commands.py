"""The commands, the buttons, and what the bot cannot take."""

import uuid

import pytest

from tests.chatServer.turn_stage import eventually
from tests.fakes.openai_server import Hold
from tests.support.telegram_stage import LinkedPerson, TelegramStage


async def buttons_of(person: LinkedPerson, command: str = "/sessions") -> dict[str, str]:
    """Gives a command and returns {label: data} of the buttons."""
    await person.ask(command)
    sent = person.bot.sent_to(person.chat_id)[-1]
    rows = sent.params["reply_markup"]["inline_keyboard"]
    return {button["text"]: button["callback_data"] for [button] in rows}


class TestNew:
    async def test_starts_another_session(self, ada: LinkedPerson) -> None:
        await ada.ask("first")
        assert "new session" in await ada.ask("/new")
        await ada.ask("second")
        sessions = await ada.sessions()
        assert [session.title for session in sessions] == ["second", "first"]
        assert sessions[0].session_id == f"telegram:{ada.chat_id}:2"

    async def test_twice_makes_one(self, ada: LinkedPerson) -> None:
        await ada.ask("first")
        await ada.ask("/new")
        await ada.ask("/new@registry_test_bot")
        assert len(await ada.sessions()) == 2

    async def test_lets_an_agent_be_chosen(self, ada: LinkedPerson) -> None:
        await ada.ask("first")
        buttons = await buttons_of(ada, "/new")
        assert list(buttons) == ["✓ Assistant", "Librarian"]
        await ada.press(buttons["Librarian"])
        told = (await ada.bot.wait_for(3, ada.chat_id))[-1]
        assert told == "Librarian answers in this new session. Write your message."
        await ada.ask("second")
        sessions = await ada.sessions()
        assert [(s.title, s.agent_name) for s in sessions] == [
            ("second", "librarian"),
            ("first", "assistant"),
        ]
        assert (await ada.ask("/history")).endswith("Librarian: echo: second")
        # Pressed again it does not change who answers in a session that goes on.
        await ada.press(buttons["✓ Assistant"])
        await ada.bot.wait_for(6, ada.chat_id)
        assert [s.agent_name for s in await ada.sessions()] == [
            "assistant",
            "librarian",
            "assistant",
        ]

    async def test_refuses_an_agent_that_is_gone(self, ada: LinkedPerson) -> None:
        count = len(ada.bot.calls_of("answerCallbackQuery"))
        await ada.press("agent:scout")
        call = await ada.bot.wait_for_call("answerCallbackQuery", count=count + 1)
        assert call.params["text"] == "This agent is not there any more."


class TestAgents:
    async def test_shows_who_can_answer_and_lets_another_go_on_with_the_session(
        self, ada: LinkedPerson
    ) -> None:
        await ada.ask("first")
        buttons = await buttons_of(ada, "/agents")
        assert list(buttons) == ["✓ Assistant", "Librarian"]
        listed = ada.bot.sent_to(ada.chat_id)[-1].params["text"]
        assert "\n\n✓ Assistant: Answers" in listed
        assert "\n\nLibrarian: " in listed
        await ada.press(buttons["Librarian"])
        told = (await ada.bot.wait_for(3, ada.chat_id))[-1]
        assert told == "Librarian answers in “first” from now on."
        assert await ada.ask("second") == "echo: second"
        [session] = await ada.sessions()
        assert (session.message_count, session.agent_name) == (4, "librarian")
        assert list(await buttons_of(ada, "/agents")) == ["Assistant", "✓ Librarian"]

    async def test_chosen_before_anything_was_said_begins_the_first_session(
        self, ada: LinkedPerson
    ) -> None:
        buttons = await buttons_of(ada, "/agents")
        assert await ada.sessions() == []
        await ada.press(buttons["Librarian"])
        assert (await ada.bot.wait_for(2, ada.chat_id))[-1] == "Librarian answers from now on."
        await ada.ask("first")
        assert [s.agent_name for s in await ada.sessions()] == ["librarian"]

    async def test_that_are_gone_cannot_be_chosen(self, ada: LinkedPerson) -> None:
        await ada.ask("first")
        count = len(ada.bot.calls_of("answerCallbackQuery"))
        await ada.press("switch:scout")
        call = await ada.bot.wait_for_call("answerCallbackQuery", count=count + 1)
        assert call.params["text"] == "This agent is not there any more."
        assert [s.agent_name for s in await ada.sessions()] == ["assistant"]


class TestSessions:
    async def test_offers_the_recent_ones_of_all_channels(self, ada: LinkedPerson) -> None:
        await ada.ask("from the phone")
        web = await ada.client.post("/api/chat/sessions", json={"title": "On the web"})
        assert web.status_code == 201
        labels = list(await buttons_of(ada))
        assert labels == ["On the web · Web", "✓ from the phone · Telegram"]

    async def test_picking_one_continues_it_right_there(self, ada: LinkedPerson) -> None:
        made = await ada.client.post("/api/chat/sessions", json={"title": "On the web"})
        session_id = made.json()["session_id"]
        await ada.post(session_id, "What is up?")
        await ada.press((await buttons_of(ada))["On the web · Web"])
        [_, told] = await ada.bot.wait_for(2, ada.chat_id)
        assert told == "You continue On the web. /history shows its last messages."
        assert await ada.ask("And now?") == "echo: And now?"
        messages = await ada.messages(session_id)
        assert [(m.content, m.channel) for m in messages if m.role == "user"] == [
            ("What is up?", "web"),
            ("And now?", "telegram"),
        ]
        assert await ada.sessions("telegram") == []

    async def test_offers_no_run_that_nobody_has_answered(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        await ada.ask("from the phone")
        await telegram.turns.execute(
            "with schedule as (insert into agent_schedules"
            " (user_id, title, agent_name, prompt, cron, timezone)"
            " values (%s, 'Digest', 'assistant', 'News', '@daily', 'UTC') returning *)"
            " insert into chat_sessions (session_id, user_id, channel, schedule_id, is_folded)"
            " select 'scheduled:' || schedule_id, user_id, 'scheduled', schedule_id, true"
            " from schedule",
            ada.caller.user_id,
        )
        assert len(await ada.sessions(None)) == 2
        assert list(await buttons_of(ada)) == ["✓ from the phone · Telegram"]

    async def test_without_any_says_so(self, ada: LinkedPerson) -> None:
        assert "no sessions yet" in await ada.ask("/sessions")

    @pytest.mark.parametrize("kind", ["of somebody else", "never made", "garbled", "of old"])
    async def test_one_that_is_not_there_is_refused_in_words(
        self, telegram: TelegramStage, ada: LinkedPerson, kind: str
    ) -> None:
        eve = await telegram.link()
        made = await eve.client.post("/api/chat/sessions", json={"title": "Not yours"})
        data = {
            "of somebody else": f"open:{made.json()['chat_id']}",
            "never made": f"open:{uuid.uuid4()}",
            "garbled": "open:x",
            "of old": "pick:1",
        }[kind]
        count = len(ada.bot.calls_of("answerCallbackQuery"))
        await ada.press(data)
        call = await ada.bot.wait_for_call("answerCallbackQuery", count=count + 1)
        assert call.params["text"] == "This session was deleted."
        assert ada.shown == []


class TestHistory:
    async def test_shows_the_last_messages_and_where_they_came_from(
        self, ada: LinkedPerson
    ) -> None:
        await ada.ask("one *star*")
        [session] = await ada.sessions()
        await ada.post(session.session_id, "from the web")
        await ada.bot.wait_for(3, ada.chat_id)
        assert await ada.ask("/history") == (
            "one star\n\n"
            "You: one *star*\n\nAssistant: echo: one star\n\n"
            "You (web): from the web\n\nAssistant (web): echo: from the web"
        )

    async def test_cuts_each_message_short(self, ada: LinkedPerson) -> None:
        await ada.ask("🦊 " * 400)
        _, question, answer = (await ada.ask("/history")).split("\n\n")
        assert question.startswith("You: 🦊 🦊")
        assert answer.startswith("Assistant: echo: 🦊")
        for shown in (question, answer):
            assert shown.endswith("🦊…")
            assert len(shown) < 220

    async def test_without_messages_says_so(self, ada: LinkedPerson) -> None:
        assert "Nothing has been said" in await ada.ask("/history")
        await ada.ask("/new")
        assert "Nothing has been said" in await ada.ask("/history")


class TestStop:
    async def test_cancels_what_is_being_answered_and_what_waits(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        telegram.turns.fake.script("Half", Hold(), asked="endless")
        await ada.write("endless", "behind it")
        await ada.bot.wait_for_call("sendMessageDraft", chat_id=ada.chat_id)
        await ada.write("/stop")
        texts = await ada.bot.wait_for(2, ada.chat_id)
        assert sorted(texts) == ["Half\n\nStopped.", "Stopped."]
        [session] = await ada.sessions()

        async def have_ended() -> bool:
            return all(m.status != "streaming" for m in await ada.messages(session.session_id))

        await eventually(have_ended, what="both answers ended")
        answers = [m for m in await ada.messages(session.session_id) if m.role == "assistant"]
        assert [answer.status for answer in answers] == ["cancelled", "cancelled"]

    async def test_ends_also_the_answer_that_an_edit_waits_for(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        telegram.turns.fake.script("Half", Hold(), asked="endless, later edited")
        written = ada.person.writes("endless, later edited")
        await ada.bot.push(written)
        await ada.bot.wait_for_call("sendMessageDraft", chat_id=ada.chat_id)
        await ada.bot.push(ada.person.edits(written, "edited"))
        await ada.write("/stop")
        assert sorted(await ada.bot.wait_for(2, ada.chat_id)) == ["Half\n\nStopped.", "Stopped."]
        assert await ada.ask("/stop") == "Nothing is being answered in this session right now."

    async def test_with_nothing_to_stop_says_so(self, ada: LinkedPerson) -> None:
        assert "Nothing is being answered" in await ada.ask("/stop")
        await ada.ask("Hello")
        assert "Nothing is being answered" in await ada.ask("/stop")


class TestOtherCommands:
    async def test_help_and_start_name_the_commands(self, ada: LinkedPerson) -> None:
        for command in ("/help", "/start", "/HELP"):
            text = await ada.ask(command)
            assert all(f"/{name}" in text for name in ("new", "sessions", "history", "stop"))

    async def test_an_unknown_one_is_no_message(self, ada: LinkedPerson) -> None:
        assert "do not know that command" in await ada.ask("/frobnicate now")
        assert await ada.sessions() == []

    async def test_a_path_is_a_message(self, ada: LinkedPerson) -> None:
        assert await ada.ask("/etc/hosts is empty") == "echo: /etc/hosts is empty"
