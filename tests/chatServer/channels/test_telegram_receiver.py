"""How updates get into the inbox: fetched by one process at a time, acknowledged when stored."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from chatServer.channels.telegram_api import TelegramApi
from chatServer.channels.telegram_receiver import TelegramReceiver, Webhook
from chatServer.channels.telegram_words import COMMANDS
from chatServer.database.channel_inbox import ChannelInbox
from chatServer.services.inbox_service import InboxService
from tests.chatServer.turn_stage import AbsentDatabase, TurnStage, eventually, open_stage
from tests.stack.api import SupabaseApi
from tests.support.telegram_misbehaviour import Refuse
from tests.support.telegram_server import BOT_USERNAME, FakeTelegram
from tests.support.telegram_updates import Person, load_payload


@dataclass
class ReceiverStage:
    """A bot, and processes that receive its updates and handle none of them."""

    turns: TurnStage
    bot: FakeTelegram
    database: AbsentDatabase
    stack: AsyncExitStack

    async def start(self, webhook: Webhook | None = None) -> tuple[TelegramApi, TelegramReceiver]:
        """Starts one more process."""
        api = TelegramApi(SecretStr(self.bot.token), root_url=self.bot.root_url, trust_env=False)
        self.stack.push_async_callback(api.close)
        inbox = InboxService(ChannelInbox(self.database, bot_id=self.bot.bot_id), _Nobody())
        receiver = TelegramReceiver(api, inbox, webhook=webhook)
        receiver.start()
        self.stack.push_async_callback(receiver.stop)
        return api, receiver

    async def stored(self) -> int:
        """How many updates are in the inbox."""
        return await self.turns.execute(
            "select from channel_inbox where bot_id = %s", self.bot.bot_id
        )

    async def wait_until_stored(self, count: int) -> None:
        """Returns once so many updates are in the inbox."""

        async def holds() -> bool:
            return await self.stored() == count

        await eventually(holds, what=f"{count} updates were stored")


class _Nobody:
    """Handles nothing; the inbox of this stage is never worked off."""

    async def handle(self, payload: object) -> None:
        raise AssertionError(payload)

    async def tell_dead(self, payload: object) -> None:
        raise AssertionError(payload)


@asynccontextmanager
async def open_receivers(api: SupabaseApi) -> AsyncIterator[ReceiverStage]:
    async with open_stage(api) as turns, FakeTelegram() as bot, AsyncExitStack() as stack:
        yield ReceiverStage(turns, bot, AbsentDatabase(turns.transport), stack)


@pytest.fixture
async def receivers(supabase_api: SupabaseApi) -> AsyncIterator[ReceiverStage]:
    async with open_receivers(supabase_api) as stage:
        yield stage


class TestStart:
    async def test_tells_telegram_the_commands_and_leaves_the_webhook(
        self, receivers: ReceiverStage
    ) -> None:
        api, _ = await receivers.start()
        await receivers.bot.wait_for_call("getUpdates")
        methods = [call.method for call in receivers.bot.calls]
        assert methods == ["getMe", "setMyCommands", "deleteWebhook", "getUpdates"]
        [commands] = receivers.bot.calls_of("setMyCommands")
        assert [c["command"] for c in commands.params["commands"]] == list(COMMANDS)
        assert api.username == BOT_USERNAME

    async def test_with_a_webhook_nothing_is_fetched(self, receivers: ReceiverStage) -> None:
        webhook = Webhook("https://registry.example/hook", SecretStr("s" * 20))
        await receivers.start(webhook)
        call = await receivers.bot.wait_for_call("setWebhook")
        assert call.params["allowed_updates"] == ["message", "edited_message", "callback_query"]
        assert receivers.bot.calls_of("getUpdates") == []

    async def test_a_refused_token_is_tried_again_and_said_without_naming_it(
        self, receivers: ReceiverStage, caplog: pytest.LogCaptureFixture
    ) -> None:
        receivers.bot.is_token_known = False
        api, _ = await receivers.start()
        await receivers.bot.wait_for_call("getMe", count=2)
        assert api.username is None
        assert "Telegram refused the bot's token." in caplog.text
        assert receivers.bot.token not in caplog.text
        receivers.bot.is_token_known = True
        await receivers.bot.wait_for_call("getUpdates")
        assert api.username == BOT_USERNAME


class TestPoll:
    async def test_an_update_is_acknowledged_only_when_it_is_stored(
        self, receivers: ReceiverStage
    ) -> None:
        await receivers.start()
        await receivers.bot.wait_for_call("getUpdates")
        receivers.database.is_away = True
        update = Person().writes("Hello")
        await receivers.bot.push(update)
        await receivers.database.wait_refused()
        assert all("offset" not in call.params for call in receivers.bot.calls_of("getUpdates"))
        receivers.database.is_away = False
        await receivers.wait_until_stored(1)

        async def is_acknowledged() -> bool:
            last = receivers.bot.calls_of("getUpdates")[-1]
            return bool(last.params.get("offset") == update["update_id"] + 1)

        await eventually(is_acknowledged, what="the update was acknowledged")

    async def test_what_is_of_no_interest_is_acknowledged_and_not_stored(
        self, receivers: ReceiverStage
    ) -> None:
        await receivers.start()
        ignored = load_payload("group_text")
        await receivers.bot.push(ignored)

        async def is_acknowledged() -> bool:
            last = receivers.bot.calls_of("getUpdates")[-1:]
            return bool(last and last[0].params.get("offset") == ignored["update_id"] + 1)

        await eventually(is_acknowledged, what="the update was acknowledged")
        assert await receivers.stored() == 0

    async def test_an_update_that_cannot_be_read_holds_up_none_of_the_others(
        self, receivers: ReceiverStage, caplog: pytest.LogCaptureFixture
    ) -> None:
        person = Person()
        unknown = person.writes("a secret") | {"message": {"text": "a secret", "date": []}}
        await receivers.bot.push(person.writes("one"), unknown, person.writes("two"))
        await receivers.start()
        await receivers.wait_until_stored(2)
        assert f"update {unknown['update_id']} cannot be read" in caplog.text
        assert "a secret" not in caplog.text

    @pytest.mark.parametrize(
        "trouble",
        [Refuse(409, "Conflict: terminated by other getUpdates request"), Refuse(502, "Bad")],
    )
    async def test_trouble_is_waited_out(self, receivers: ReceiverStage, trouble: Refuse) -> None:
        receivers.bot.misbehave("getUpdates", trouble, trouble)
        await receivers.start()
        await receivers.bot.push(Person().writes("Hello"))
        await receivers.wait_until_stored(1)

    async def test_one_process_fetches_and_the_next_one_takes_over(
        self, receivers: ReceiverStage
    ) -> None:
        _, first = await receivers.start()
        await receivers.bot.wait_for_call("getUpdates")
        _, second = await receivers.start()
        await receivers.bot.wait_for_call("deleteWebhook", count=2)
        await receivers.bot.push(Person().writes("one"))
        await receivers.wait_until_stored(1)
        assert second is not first
        await first.stop()
        await receivers.bot.push(Person().writes("two"))
        await receivers.wait_until_stored(2)
        assert receivers.bot.conflicts == 0
