"""What becomes of a part by how its sending ends, with a scripted channel in the place of one."""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import LiteralString

import pytest
from pydantic import JsonValue

from chatServer.database.channel_outbox import ChannelOutbox
from chatServer.database.channel_registry import ChannelAccount, ChannelRegistry
from chatServer.database.channel_results import OtherSession
from chatServer.database.transport import Caller
from chatServer.models import Delivery, Message
from chatServer.services.channel_port import ChannelDelayed, ChannelRefused
from chatServer.services.delivery_service import DeliveryService, RedeliveryService
from tests.chatServer.turn_stage import AbsentDatabase, TurnStage, ask, eventually, read_stream

Outcome = Exception | None
LONG_PUT_OFF: LiteralString = (
    "select from channel_outbox where user_id = %s and available_at > now() + interval '10 minutes'"
)


@dataclass
class ScriptedChannel:
    """Sends the text as one part for each line; other chats' parts are taken and forgotten."""

    chat_id: str
    sent: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    database: AbsentDatabase | None = None
    """Goes away when the first part has been sent."""

    def render(
        self, message: Message, other_session: OtherSession | None
    ) -> Sequence[dict[str, JsonValue]]:
        assert other_session is None
        if "unrenderable" in message.content:
            raise RuntimeError("broken")
        return [{"text": line} for line in message.content.splitlines() if line != "nothing"]

    async def send(self, external_chat_id: str, part: Mapping[str, JsonValue]) -> str:
        if external_chat_id == self.chat_id:
            outcome = self.outcomes.pop(0) if self.outcomes else None
            if outcome is not None:
                raise outcome
            self.sent.append(str(part["text"]))
            if self.database is not None:
                self.database.is_away = True
        return "7"


@dataclass(frozen=True)
class DeliveryStage:
    """A linked chat with a session, and a process that sends to it."""

    stage: TurnStage
    caller: Caller
    session_id: str
    database: AbsentDatabase
    channel: ScriptedChannel
    service: DeliveryService
    redeliveries: RedeliveryService

    async def say(self, content: str) -> Message:
        """Writes on the web and waits for the answer, which the fake provider echoes."""
        turn = await self.stage.turns.begin(self.caller, ask(self.session_id, content))
        await read_stream(turn.events())
        assert turn.user_message is not None
        return turn.user_message

    async def delivery(self, message: Message) -> Delivery | None:
        """How a message's delivery stands."""
        return (await self.stage.stored(self.caller, message)).delivery

    async def wait_for(self, message: Message, status: str) -> Delivery:
        """Returns the delivery once it stands like this."""

        async def holds() -> bool:
            shown = await self.delivery(message)
            return shown is not None and shown.status == status

        await eventually(holds, what=f"the delivery was {status}")
        shown = await self.delivery(message)
        assert shown is not None
        return shown

    async def wait_until_sent(self, text: str) -> None:
        """Returns once the chat has this part."""

        async def is_sent() -> bool:
            return text in self.channel.sent

        await eventually(is_sent, what=f"{text!r} was sent")

    async def let_pass(self) -> None:
        """Lets every wait end now, without waiting."""
        await self.stage.execute("update channel_outbox set available_at = now()")
        self.service.wake()


@pytest.fixture
async def delivery(stage: TurnStage) -> AsyncIterator[DeliveryStage]:
    caller = await stage.sign_up()
    registry = ChannelRegistry(stage.transport)
    chat_id, code = str(uuid.uuid4().int)[:20], hashlib.sha256(uuid.uuid4().bytes).hexdigest()
    service_caller = Caller.service(caller.user_id)
    await registry.upsert_link_code(service_caller, code_hash=code, expires_in_seconds=60)
    claimed = await registry.claim_link(
        code_hash=code, account=ChannelAccount(chat_id, chat_id, None)
    )
    assert claimed.link is not None
    session = await registry.upsert_session(service_caller, link_id=claimed.link.id)
    channel = ScriptedChannel(chat_id)
    database = AbsentDatabase(stage.transport)
    service = DeliveryService(ChannelOutbox(database, channel="telegram"), channel)
    service.start()
    try:
        yield DeliveryStage(
            stage,
            caller,
            session.session_id,
            database=database,
            channel=channel,
            service=service,
            redeliveries=RedeliveryService(registry, wake=service.wake),
        )
    finally:
        await service.stop()


class TestDeliver:
    async def test_parts_go_out_in_order_and_the_message_is_delivered(
        self, delivery: DeliveryStage
    ) -> None:
        message = await delivery.say("one\ntwo\nthree")
        assert (await delivery.wait_for(message, "delivered")).delivered_at is not None

        async def has_answer() -> bool:
            return len(delivery.channel.sent) == 6

        await eventually(has_answer, what="the answer was sent as well")
        assert delivery.channel.sent == ["one", "two", "three", "echo: one", "two", "three"]

    async def test_nothing_to_send_is_no_delivery(self, delivery: DeliveryStage) -> None:
        message = await delivery.say("nothing")

        async def is_skipped() -> bool:
            return await delivery.delivery(message) is None

        await eventually(is_skipped, what="the message was passed over")

    async def test_a_delayed_part_is_tried_again_and_holds_up_the_next(
        self, delivery: DeliveryStage
    ) -> None:
        delivery.channel.outcomes += [ChannelDelayed("wait", seconds=900)]
        message = await delivery.say("one\ntwo")
        assert (await delivery.wait_for(message, "waiting")).reason is None

        async def is_put_off() -> bool:
            return bool(await delivery.stage.read(LONG_PUT_OFF, delivery.caller.user_id))

        await eventually(is_put_off, what="the first part was put off")
        assert delivery.channel.sent == []
        await delivery.let_pass()
        await delivery.wait_for(message, "delivered")
        assert delivery.channel.sent[:2] == ["one", "two"]

    async def test_a_refused_part_ends_its_message_alone(self, delivery: DeliveryStage) -> None:
        delivery.channel.outcomes += [None, ChannelRefused("no")]
        message = await delivery.say("one\ntwo\nthree")
        shown = await delivery.wait_for(message, "failed")
        assert shown.reason == "no"
        await delivery.wait_until_sent("echo: one")
        assert delivery.channel.sent[:2] == ["one", "echo: one"]

    async def test_trying_again_sends_what_is_left(self, delivery: DeliveryStage) -> None:
        delivery.channel.outcomes += [None, ChannelRefused("no")]
        delivery.stage.fake.script("answer", asked="one\ntwo\nthree")
        message = await delivery.say("one\ntwo\nthree")
        await delivery.wait_for(message, "failed")
        await delivery.wait_until_sent("answer")
        again = await delivery.redeliveries.redeliver(
            delivery.caller, session_id=delivery.session_id, message_id=message.id
        )
        assert again.delivery is not None
        assert again.delivery.status == "waiting"
        await delivery.wait_for(message, "delivered")
        assert delivery.channel.sent == ["one", "answer", "two", "three"]

    async def test_what_cannot_be_prepared_fails_after_some_tries(
        self, delivery: DeliveryStage
    ) -> None:
        message = await delivery.say("unrenderable")

        async def has_failed() -> bool:
            await delivery.let_pass()
            shown = await delivery.delivery(message)
            return shown is not None and shown.status == "failed"

        await eventually(has_failed, what="the message failed")
        shown = await delivery.delivery(message)
        assert shown is not None
        assert shown.reason == "The message could not be prepared for sending."

    async def test_what_was_sent_is_marked_once_the_database_is_back(
        self, delivery: DeliveryStage
    ) -> None:
        delivery.channel.database = delivery.database
        message = await delivery.say("one")
        await delivery.database.wait_refused()
        delivery.channel.database = None
        delivery.database.is_away = False
        await delivery.wait_for(message, "delivered")
        assert delivery.channel.sent.count("one") == 1

    async def test_messages_written_at_once_all_arrive(self, delivery: DeliveryStage) -> None:
        messages = await asyncio.gather(*(delivery.say(f"m{number}") for number in range(3)))
        for message in messages:
            await delivery.wait_for(message, "delivered")

        async def have_answers() -> bool:
            return len(delivery.channel.sent) >= 6

        await eventually(have_answers, what="the answers were sent as well")
        assert len(delivery.channel.sent) == 6
