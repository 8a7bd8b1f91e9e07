"""A server is killed again and again while updates pour in; whoever is alive takes them up."""

import asyncio
import hashlib
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from chatServer.database.channel_registry import ChannelRegistry
from tests.chatServer.files import PNG
from tests.chatServer.turn_stage import eventually, open_stage
from tests.stack.api import SupabaseApi
from tests.stack.server import ChatServer
from tests.support.telegram_server import FakeTelegram
from tests.support.telegram_stage import (
    PUBLIC_URL,
    WEBHOOK_SECRET,
    LinkedPerson,
    TelegramStage,
)

PEOPLE = 10
MESSAGES = 20
WITH_FILE = range(0, MESSAGES, 4)
KILL_AFTER = (10, 30, 50, 70)
"""So many messages of the bot have arrived when a server is killed: it has work in its hands."""
DONE_SECONDS = 1200
"""Alone it takes a minute, as leases of the dead run out in 30 s; a busy machine may need three."""
PATH = "/api/telegram/webhook"
PNG_SHA256 = hashlib.sha256(PNG).hexdigest()
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}


class Replicas:
    """Two server processes with one bot, which die and rise in turn."""

    def __init__(self, api: SupabaseApi, stage_settings: dict[str, str]) -> None:
        self.servers = [ChatServer(api, stage_settings, is_patient=True) for _ in range(2)]

    async def start(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in self.servers))

    async def stop(self) -> None:
        for server in self.servers:
            await asyncio.to_thread(server.stop)

    async def kill(self, number: int) -> None:
        """Ends a server as a crash does, and starts it again."""
        process = self.servers[number].process
        assert process is not None
        process.kill()
        await asyncio.to_thread(process.wait)
        await asyncio.to_thread(self.servers[number].start)

    @property
    def addresses(self) -> list[str]:
        return [server.base_url for server in self.servers]


@asynccontextmanager
async def open_replicas(api: SupabaseApi) -> AsyncIterator[tuple[TelegramStage, Replicas]]:
    async with open_stage(api) as turns, FakeTelegram() as bot:
        replicas = Replicas(
            api,
            {
                "TELEGRAM_BOT_TOKEN": bot.token,
                "TELEGRAM_API_BASE_URL": bot.root_url,
                "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
                "PUBLIC_URL": PUBLIC_URL,
                "OPENAI_BASE_URL": turns.fake.base_url,
                "CHAT_MODEL": "fake",
            },
        )
        try:
            await replicas.start()
            channels = ChannelRegistry(turns.transport)
            yield TelegramStage(turns, bot, replicas.addresses[0], channels), replicas
        finally:
            await replicas.stop()


class Courier:
    """Telegram's side of the webhook: repeats an update until it is taken."""

    def __init__(self, addresses: list[str], client: httpx.AsyncClient) -> None:
        self._addresses = itertools.cycle(addresses)
        self._client = client

    async def deliver(self, update: dict[str, Any]) -> None:
        """Sends an update three times, as if each answer but the last had been lost."""
        await asyncio.gather(*(self._post(update) for _ in range(3)))

    async def _post(self, update: dict[str, Any]) -> None:
        for address in self._addresses:
            try:
                answer = await self._client.post(address + PATH, headers=HEADERS, json=update)
            except httpx.TransportError:
                continue
            if answer.status_code == 200:
                return
            assert answer.status_code == 503


async def write(courier: Courier, person: LinkedPerson) -> None:
    """Writes a person's messages; the next is sent when the one before was taken."""
    for number in range(MESSAGES):
        text = f"message {number}"
        is_file = number in WITH_FILE
        await courier.deliver(
            person.write_document("red.png", PNG, caption=text)
            if is_file
            else person.person.writes(text)
        )


async def kill_in_turn(replicas: Replicas, bot: FakeTelegram) -> None:
    """Kills one server after the other, each time when some more messages have arrived."""
    for number, count in enumerate(KILL_AFTER):
        await bot.wait_for_sent(count)
        await replicas.kill(number % 2)


async def wait_until_done(stage: TelegramStage) -> None:
    """Returns when nothing that came in or goes out is open any more."""
    open_work = (
        "select from channel_inbox where bot_id = %s and status in ('pending', 'processing')"
        " union all select from channel_outbox where status in ('pending', 'sending')"
    )

    async def is_done() -> bool:
        return await stage.turns.execute(open_work, stage.bot.bot_id) == 0

    await eventually(is_done, what="everything was worked off", seconds=DONE_SECONDS)


async def count_rescued(stage: TelegramStage) -> int:
    """How much was taken up again because the process that held it had died."""
    return await stage.turns.execute(
        "select from channel_inbox where bot_id = %s and attempts > 1"
        " union all select from channel_outbox where attempts > 1"
        " union all select from chat_message_history where status = 'interrupted'",
        stage.bot.bot_id,
    )


async def check_person(stage: TelegramStage, person: LinkedPerson) -> int:
    """Checks that each message has one answer, in order; returns how many came twice."""
    said = [f"message {number}" for number in range(MESSAGES)]
    [session] = await person.sessions()
    rows = await stage.turns.messages(person.caller, session.session_id)
    assert session.message_count == 2 * MESSAGES
    assert [row.content for row in rows if row.role == "user"] == said
    assert [[file.sha256 for file in row.attachments] for row in rows if row.role == "user"] == [
        [PNG_SHA256] if number in WITH_FILE else [] for number in range(MESSAGES)
    ]
    answers = [row for row in rows if row.role == "assistant"]
    assert [answer.parent_id for answer in answers] == [r.id for r in rows if r.role == "user"]
    assert {answer.status for answer in answers} <= {"complete", "interrupted"}
    assert all(a.delivery is not None and a.delivery.status == "delivered" for a in answers)
    whole = [a.content for a in answers if a.status == "complete"]
    shown = [text for text in dict.fromkeys(person.shown) if text in whole]
    assert shown == whole
    return sum(count - 1 for text, count in Counter(person.shown).items() if text in whole)


async def test_two_hundred_updates_survive_kill_9_with_one_turn_each_and_in_order(
    supabase_api: SupabaseApi,
) -> None:
    async with (
        asyncio.timeout(DONE_SECONDS),
        open_replicas(supabase_api) as (stage, replicas),
        httpx.AsyncClient(trust_env=False, timeout=180) as client,
    ):
        stage.turns.fake.compose = lambda prompt: f"echo: {prompt.messages[-1][1].splitlines()[0]}"
        people = await asyncio.gather(*(stage.link() for _ in range(PEOPLE)))
        courier = Courier(replicas.addresses, client)
        await asyncio.gather(
            *(write(courier, person) for person in people), kill_in_turn(replicas, stage.bot)
        )
        await wait_until_done(stage)
        dead = "select from channel_inbox where bot_id = %s and status <> 'done'"
        assert await stage.turns.execute(dead, stage.bot.bot_id) == 0
        doubles = [await check_person(stage, person) for person in people]
        assert await count_rescued(stage) > 0, "no kill has hit anything"
        secret = stage.bot.token.partition(":")[2]
        assert all(secret not in server.log.read_text() for server in replicas.servers)
        # Only what was between Telegram's answer and our mark when a process died came twice.
        assert sum(doubles) <= len(KILL_AFTER) * PEOPLE
