from collections.abc import AsyncIterator

import pytest

from tests.chatServer.live_server import Visit, open_visit
from tests.stack.api import SupabaseApi


@pytest.fixture
async def visit(supabase_api: SupabaseApi) -> AsyncIterator[Visit]:
    """A new user with a session, at a server of their own that asks a fake provider."""
    async with open_visit(supabase_api) as opened:
        yield opened
