"""What the SDK expects of a session, whoever keeps it; a session's own test module subclasses this.

https://openai.github.io/openai-agents-python/sessions/
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import pytest
from agents import Agent, OpenAIProvider, RunConfig, Runner, Session, SessionSettings, function_tool

from tests.chatServer.sdk_items import CALL, EVERY_KIND, RESULT, words
from tests.fakes.openai_server import Call, FakeOpenAI

OpenSession = Callable[[str], Session]
"""Returns one more object for the session of that name."""


@function_tool
def weather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


AGENT = Agent(name="Guide", model="fake", tools=[weather])


async def run(session: Session, fake: FakeOpenAI, asked: str) -> str:
    """Runs the agent once over real sockets."""
    provider = OpenAIProvider(base_url=fake.base_url, api_key="x", use_responses=False)
    config = RunConfig(model_provider=provider, tracing_disabled=True)
    result = await Runner.run(AGENT, asked, session=session, run_config=config)
    return str(result.final_output)


def told(fake: FakeOpenAI) -> list[str]:
    """The roles of what the model was given last."""
    return [message["role"] for message in fake.prompts[-1].body["messages"]]


class SessionConformance(ABC):
    """Every session keeps the same items in the same order, however many use it."""

    @abstractmethod
    @pytest.fixture
    def open_session(self) -> OpenSession:
        """Sessions that share one store."""

    async def test_keeps_nothing_before_something_is_added(self, open_session: OpenSession) -> None:
        session = open_session("empty")
        await session.add_items([])
        assert await session.get_items() == []
        assert await session.get_items(limit=5) == []
        assert await session.pop_item() is None
        await session.clear_session()

    async def test_gives_back_exactly_what_was_added(self, open_session: OpenSession) -> None:
        session = open_session("kinds")
        await session.add_items(EVERY_KIND[:3])
        await session.add_items(EVERY_KIND[3:])
        for reader in (session, open_session("kinds")):
            items = await reader.get_items()
            assert [spell(item) for item in items] == [spell(item) for item in EVERY_KIND]
        popped = [await session.pop_item() for _ in EVERY_KIND]
        assert [spell(item) for item in popped] == [spell(item) for item in reversed(EVERY_KIND)]

    async def test_gives_the_newest_of_a_limit_oldest_first(
        self, open_session: OpenSession
    ) -> None:
        session = open_session("limit")
        items = [words("user", str(number)) for number in range(12)]
        await session.add_items(items)
        assert await session.get_items(limit=3) == items[-3:]
        assert await session.get_items(limit=12) == await session.get_items(limit=99) == items
        assert await session.get_items(limit=0) == []
        session.session_settings = SessionSettings(limit=2)
        assert await session.get_items() == items[-2:]
        assert await session.get_items(limit=1) == items[-1:]

    async def test_takes_back_from_the_end(self, open_session: OpenSession) -> None:
        session = open_session("pop")
        turn = [words("user", "1"), CALL, RESULT, words("assistant", "2")]
        await session.add_items(turn)
        assert await session.pop_item() == turn[3]
        assert await session.pop_item() == RESULT
        assert await session.get_items() == turn[:2]
        await session.add_items([RESULT, words("assistant", "3")])
        assert await session.get_items() == [*turn[:3], words("assistant", "3")]

    async def test_is_cleared_for_good_and_goes_on(self, open_session: OpenSession) -> None:
        session, other = open_session("clear"), open_session("other")
        for one in (session, other):
            await one.add_items([words("user", "1"), CALL, RESULT, words("assistant", "2")])
        await session.clear_session()
        assert await open_session("clear").get_items() == []
        assert await session.pop_item() is None
        assert len(await other.get_items()) == 4
        await session.add_items([words("user", "anew")])
        assert await session.get_items() == [words("user", "anew")]

    async def test_stores_a_batch_whole_or_not_at_all(self, open_session: OpenSession) -> None:
        session = open_session("atomic")
        broken: Any = {"role": "user", "content": object()}
        with pytest.raises(TypeError):
            await session.add_items([words("user", "1"), broken])
        assert await session.get_items() == []

    async def test_never_mixes_batches_that_are_added_at_once(
        self, open_session: OpenSession
    ) -> None:
        async def add(writer: int) -> None:
            session = open_session("race")
            for number in range(3):
                name = f"{writer}.{number}"
                await session.add_items([words("user", f"{name}.{i}") for i in range(4)])

        await asyncio.gather(*(add(writer) for writer in range(6)))
        items: list[Any] = list(await open_session("race").get_items())
        stored = [item["content"].rsplit(".", 1) for item in items]
        assert len(stored) == 72
        for first in range(0, 72, 4):
            batch = stored[first : first + 4]
            assert {name for name, _ in batch} == {batch[0][0]}
            assert [place for _, place in batch] == ["0", "1", "2", "3"]

    async def test_gives_each_item_to_one_of_many_who_take_back(
        self, open_session: OpenSession
    ) -> None:
        await open_session("pops").add_items([words("user", str(n)) for n in range(6)])
        popped: list[Any] = await asyncio.gather(
            *(open_session("pops").pop_item() for _ in range(8))
        )
        assert sorted(item["content"] for item in popped if item) == list("012345")

    async def test_remembers_runs_and_what_they_did(
        self, open_session: OpenSession, fake: FakeOpenAI
    ) -> None:
        fake.script(Call("weather", '{"city": "Rome"}'), asked="weather?")
        assert "sunny in Rome" in await run(open_session("runs"), fake, "weather?")
        await run(open_session("runs"), fake, "and?")
        assert told(fake) == ["user", "assistant", "tool", "assistant", "user"]

    async def test_remembers_runs_that_stream(
        self, open_session: OpenSession, fake: FakeOpenAI
    ) -> None:
        provider = OpenAIProvider(base_url=fake.base_url, api_key="x", use_responses=False)
        for number in range(2):
            result = Runner.run_streamed(
                AGENT,
                str(number),
                session=open_session("streams"),
                run_config=RunConfig(model_provider=provider, tracing_disabled=True),
            )
            async for _ in result.stream_events():
                pass
        assert told(fake) == ["user", "assistant", "user"]
        assert len(await open_session("streams").get_items()) == 4


def spell(item: object) -> str:
    """An item as JSON, its keys in one order."""
    return json.dumps(item, sort_keys=True, ensure_ascii=False)
