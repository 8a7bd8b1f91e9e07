"""A Telegram session answered on the web: it arrives in the chat, in order and once."""

from tests.chatServer.turn_stage import eventually
from tests.fakes.openai_server import Hold
from tests.support.telegram_stage import LinkedPerson, TelegramStage


class TestFromTheWeb:
    async def test_message_and_answer_arrive_in_the_chat_marked_and_once(
        self, ada: LinkedPerson
    ) -> None:
        await ada.ask("from the phone")
        [session] = await ada.sessions()
        await ada.post(session.session_id, "from the *desk*")
        assert (await ada.bot.wait_for(3, ada.chat_id))[1:] == [
            "From the web:\nfrom the *desk*",
            "echo: from the desk",
        ]
        marked = ada.bot.sent_to(ada.chat_id)[1]
        assert marked.params["entities"] == [{"type": "bold", "offset": 0, "length": 13}]
        for content in ("from the *desk*", "echo: from the *desk*"):
            shown = await ada.wait_for_delivery(session.session_id, content, "delivered")
            assert shown.delivery is not None
            assert shown.delivery.delivered_at is not None
        assert await ada.ask("back on the phone") == "echo: back on the phone"
        assert len(ada.shown) == 4

    async def test_the_web_shows_where_each_message_came_from_and_went(
        self, ada: LinkedPerson
    ) -> None:
        await ada.ask("phone")
        [session] = await ada.sessions()
        await ada.wait_for_delivery(session.session_id, "echo: phone", "delivered")
        question, answer = await ada.messages(session.session_id)
        assert (question.channel, question.delivery) == ("telegram", None)
        assert answer.delivery is not None
        assert (answer.delivery.channel, answer.delivery.reason) == ("telegram", None)

    async def test_messages_of_a_session_that_no_chat_knows_go_nowhere(
        self, ada: LinkedPerson
    ) -> None:
        made = await ada.client.post("/api/chat/sessions", json={})
        await ada.post(made.json()["session_id"], "web only")
        messages = await ada.messages(made.json()["session_id"])
        assert [message.delivery for message in messages] == [None, None]

    async def test_messages_of_a_session_that_the_chat_has_left_name_it_and_lead_back(
        self, ada: LinkedPerson
    ) -> None:
        await ada.ask("the garden")
        [session] = await ada.sessions()
        await ada.ask("/new")
        await ada.post(session.session_id, "water?")
        question, answer = (await ada.bot.wait_for(4, ada.chat_id))[2:]
        assert question == "From the web, in the garden:\nwater?"
        assert answer == "In the garden:\necho: water?"
        markup = ada.bot.sent_to(ada.chat_id)[-1].params["reply_markup"]
        [[button]] = markup["inline_keyboard"]
        assert button["text"] == "Continue this session here"
        await ada.press(button["callback_data"])
        await ada.bot.wait_for(5, ada.chat_id)
        assert await ada.ask("back here") == "echo: back here"
        assert (await ada.messages(session.session_id))[-2].content == "back here"

    async def test_what_is_written_during_an_answer_follows_it(
        self, telegram: TelegramStage, ada: LinkedPerson
    ) -> None:
        hold = Hold()
        telegram.turns.fake.script("slow answer", hold, asked="slow question")
        await ada.write("slow question")

        async def has_begun() -> bool:
            return bool(await ada.sessions())

        await eventually(has_begun, what="the session was there")
        await ada.bot.wait_for_call("sendMessageDraft", chat_id=ada.chat_id)
        [session] = await ada.sessions()
        path = f"/api/chat/sessions/{session.session_id}/messages"
        body = {"content": "meanwhile", "client_request_id": "meanwhile"}
        async with ada.client.stream("POST", path, json=body) as response:
            assert response.status_code == 200
            hold.release()
            await response.aread()
        assert await ada.bot.wait_for(3, ada.chat_id) == [
            "slow answer",
            "From the web:\nmeanwhile",
            "echo: meanwhile",
        ]
