from collections.abc import AsyncIterator

import pytest

from chatServer.services.reply_generator import ReplyGenerator
from tests.chatServer.schedule_stage import ScheduleStage, open_schedule_stage
from tests.chatServer.turn_stage import TurnStage, open_stage
from tests.fakes.openai_server import FakeOpenAI
from tests.stack.api import SupabaseApi


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    """A provider of the test's own."""
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
async def generator(fake: FakeOpenAI) -> AsyncIterator[ReplyGenerator]:
    """Asks two models of that provider, the second when the first fails."""
    generator = ReplyGenerator(base_url=fake.base_url, model="first", fallback_model="second")
    yield generator
    await generator.aclose()


@pytest.fixture
async def stage(supabase_api: SupabaseApi) -> AsyncIterator[TurnStage]:
    """A replica of the turn pipeline on the real registry, with a fake provider."""
    async with open_stage(supabase_api) as opened:
        yield opened


@pytest.fixture
async def schedules(stage: TurnStage) -> AsyncIterator[ScheduleStage]:
    """Schedules on that replica; no process ticks unless the test starts one."""
    async with open_schedule_stage(stage) as opened:
        yield opened
