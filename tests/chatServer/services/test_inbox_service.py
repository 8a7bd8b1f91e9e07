"""What becomes of an update, by how its handling ends."""

import secrets
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from pydantic import JsonValue

from chatServer.database.channel_inbox import ChannelInbox, NewUpdate
from chatServer.errors import DatabaseUnavailable
from chatServer.services.channel_port import ChannelDelayed, ChannelRefused
from chatServer.services.inbox_service import InboxService
from tests.chatServer.turn_stage import AbsentDatabase, TurnStage, eventually

Handle = Callable[[Mapping[str, JsonValue]], Awaitable[None]]


@dataclass
class ScriptedHandler:
    """Handles each update as its payload's `outcomes` say, the last one for ever."""

    handled: list[int] = field(default_factory=list)
    told_dead: list[int] = field(default_factory=list)
    outcomes: list[Exception | None] = field(default_factory=list)

    async def handle(self, payload: Mapping[str, JsonValue]) -> None:
        self.handled.append(int(str(payload["number"])))
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome

    async def tell_dead(self, payload: Mapping[str, JsonValue]) -> None:
        self.told_dead.append(int(str(payload["number"])))


@dataclass(frozen=True)
class InboxStage:
    """An inbox of a bot of this test's own, with one process that works on it."""

    stage: TurnStage
    database: AbsentDatabase
    bot_id: int
    service: InboxService
    handler: ScriptedHandler

    async def rows(self) -> list[dict[str, Any]]:
        """What is stored, in order of arrival."""
        connection = await psycopg.AsyncConnection.connect(
            self.stage.api.db_url, autocommit=True, row_factory=dict_row
        )
        async with connection:
            found = await connection.execute(
                "select * from channel_inbox where bot_id = %s order by update_id", (self.bot_id,)
            )
            return await found.fetchall()

    async def wait_for_status(self, *expected: str) -> list[dict[str, Any]]:
        """Returns the rows once they have these statuses."""

        async def holds() -> bool:
            return [row["status"] for row in await self.rows()] == list(expected)

        await eventually(holds, what=f"the updates were {expected}")
        return await self.rows()

    async def let_pass(self) -> None:
        """Lets every wait end now, without waiting."""
        await self.stage.execute(
            "update channel_inbox set available_at = now() where bot_id = %s", self.bot_id
        )


@asynccontextmanager
async def open_inbox(stage: TurnStage) -> AsyncIterator[InboxStage]:
    database = AbsentDatabase(stage.transport)
    bot_id = secrets.randbelow(10**12)
    handler = ScriptedHandler()
    service = InboxService(ChannelInbox(database, bot_id=bot_id), handler)
    service.start()
    try:
        yield InboxStage(stage, database, bot_id, service, handler)
    finally:
        await service.stop()


@pytest.fixture
async def inbox(stage: TurnStage) -> AsyncIterator[InboxStage]:
    async with open_inbox(stage) as opened:
        yield opened


def update(number: int) -> NewUpdate:
    return NewUpdate(number, "chat", {"number": number})


class TestWorkOff:
    async def test_a_handled_update_is_done(self, inbox: InboxStage) -> None:
        await inbox.service.store([update(2), update(1)])
        await inbox.wait_for_status("done", "done")
        assert inbox.handler.handled == [1, 2]

    async def test_a_refused_answer_ends_it(self, inbox: InboxStage) -> None:
        inbox.handler.outcomes += [ChannelRefused("no")]
        await inbox.service.store([update(1)])
        await inbox.wait_for_status("done")
        assert inbox.handler.told_dead == []

    async def test_a_delayed_answer_puts_it_off_as_long_as_the_channel_says(
        self, inbox: InboxStage
    ) -> None:
        inbox.handler.outcomes += [ChannelDelayed("wait", seconds=500)]
        await inbox.service.store([update(1), update(2)])

        async def is_put_off() -> bool:
            return bool((await inbox.rows())[0]["error"] == "wait")

        await eventually(is_put_off, what="the first update was put off")
        [first, second] = await inbox.rows()
        [(now,)] = await inbox.stage.read("select now()")
        assert first["received_at"] <= first["available_at"] - timedelta(seconds=500) <= now
        assert second["status"] == "pending"
        await inbox.let_pass()
        await inbox.wait_for_status("done", "done")
        assert inbox.handler.handled == [1, 1, 2]

    async def test_a_broken_one_is_dead_after_five_tries_and_its_sender_is_told(
        self, inbox: InboxStage
    ) -> None:
        inbox.handler.outcomes += [RuntimeError("secret details")] * 5
        await inbox.service.store([update(1), update(2)])
        for tries in range(1, 6):
            # The wait begins a moment after the try, when the database has heard of it.
            async def is_tried(tries: int = tries) -> bool:
                await inbox.let_pass()
                return len(inbox.handler.handled) >= tries

            await eventually(is_tried, what=f"it was tried {tries} times")
        dead, _ = await inbox.wait_for_status("dead", "done")
        assert dead["error"] == "It could not be handled: RuntimeError."
        assert inbox.handler.told_dead == [1]
        assert inbox.handler.handled == [1, 1, 1, 1, 1, 2]

    async def test_without_the_database_nothing_counts_against_it(self, inbox: InboxStage) -> None:
        inbox.handler.outcomes += [DatabaseUnavailable()]
        await inbox.service.store([update(1)])

        async def is_put_off() -> bool:
            return (await inbox.rows())[0]["error"] is not None

        await eventually(is_put_off, what="the update was put off")
        [row] = await inbox.rows()
        assert row["attempts"] == 0
        await inbox.let_pass()
        await inbox.wait_for_status("done")


class TestStore:
    async def test_without_the_database_it_is_refused_and_comes_again(
        self, inbox: InboxStage
    ) -> None:
        inbox.database.is_away = True
        with pytest.raises(DatabaseUnavailable):
            await inbox.service.store([update(1)])
        inbox.database.is_away = False
        await inbox.service.store([update(1)])
        await inbox.wait_for_status("done")

    async def test_one_that_cannot_be_stored_does_not_hold_up_the_others(
        self, inbox: InboxStage
    ) -> None:
        poison = NewUpdate(2, "", {"number": 2})
        await inbox.service.store([update(1), poison, update(3)])
        await inbox.wait_for_status("done", "done")
        assert inbox.handler.handled == [1, 3]

    async def test_nothing_is_no_call(self, inbox: InboxStage) -> None:
        inbox.database.is_away = True
        await inbox.service.store([])


class TestReplicas:
    async def test_two_share_the_work_and_each_update_is_handled_once(
        self, inbox: InboxStage
    ) -> None:
        other = ScriptedHandler()
        replica = InboxService(ChannelInbox(inbox.stage.transport, bot_id=inbox.bot_id), other)
        replica.start()
        updates = [NewUpdate(n, f"chat {n % 5}", {"number": n}) for n in range(30)]
        # In one call: stored apart, a later one could be handled before an earlier one is there.
        await inbox.service.store(updates)
        await inbox.wait_for_status(*["done"] * 30)
        await replica.stop()
        handled = inbox.handler.handled + other.handled
        assert sorted(handled) == list(range(30))
        for chat in range(5):
            for numbers in (inbox.handler.handled, other.handled):
                mine = [number for number in numbers if number % 5 == chat]
                assert mine == sorted(mine)

    async def test_one_process_fetches_and_lets_the_next_one(self, inbox: InboxStage) -> None:
        one, two = (uuid.uuid4() for _ in range(2))
        assert await inbox.service.claim_poller(one)
        assert not await inbox.service.claim_poller(two)
        await inbox.service.release_poller(one)

        async def is_free() -> bool:
            return await inbox.service.claim_poller(two)

        await eventually(is_free, what="the other process fetches")
