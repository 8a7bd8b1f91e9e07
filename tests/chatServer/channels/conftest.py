from collections.abc import AsyncIterator

import pytest

from tests.stack.api import SupabaseApi
from tests.support.telegram_stage import LinkedPerson, TelegramStage, open_telegram_stage


# One at a time: every server that shares a database sends what waits there, by its own bot.
@pytest.fixture(scope="module")
async def telegram(supabase_api: SupabaseApi) -> AsyncIterator[TelegramStage]:
    """A server with a bot that fetches its updates, shared by tests with people of their own."""
    async with open_telegram_stage(supabase_api) as stage:
        yield stage


@pytest.fixture
async def ada(telegram: TelegramStage) -> LinkedPerson:
    """A new user whose account is linked."""
    return await telegram.link()
