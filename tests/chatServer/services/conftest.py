from collections.abc import AsyncIterator

import pytest

from tests.chatServer.schedule_stage import ScheduleStage, open_schedule_stage
from tests.chatServer.turn_stage import TurnStage, open_stage
from tests.stack.api import SupabaseApi


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
