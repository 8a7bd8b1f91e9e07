"""What an agent reads when it opens a session: all of it, page by page, each page whole."""

import json
from collections.abc import AsyncIterator

import pytest

from chatServer.database.session_registry import SessionRegistry
from chatServer.database.session_search import SessionSearchRegistry
from chatServer.limits import TOOL_RESULT_BYTES_DEFAULT
from chatServer.services.session_tools import (
    MESSAGE_SHOWN_LENGTH,
    OPENED_MESSAGES,
    SessionTools,
)
from tests.chatServer.history_stage import HistoryStage, open_history_stage
from tests.stack.api import SupabaseApi


@pytest.fixture
async def stage(supabase_api: SupabaseApi) -> AsyncIterator[HistoryStage]:
    async with open_history_stage(supabase_api) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "least_pages"), [("short", 2), ("ü" * (MESSAGE_SHOWN_LENGTH + 1), 5)]
)
async def test_the_newest_page_comes_first_and_each_leads_to_the_one_before(
    stage: HistoryStage, text: str, least_pages: int
) -> None:
    caller = await stage.sign_up()
    session_id = await stage.add_session(caller)
    said = [f"{number} {text}" for number in range(OPENED_MESSAGES + 5)]
    await stage.add_messages(caller, session_id, *said)
    tools = SessionTools(SessionRegistry(stage.transport), SessionSearchRegistry(stage.transport))
    read: list[str] = []
    pages, before_id = 0, None
    while pages == 0 or before_id is not None:
        result = await tools.open_session(caller.user_id, session_id, before_id)
        assert len(result.encode()) <= TOOL_RESULT_BYTES_DEFAULT
        page = json.loads(result)
        read[:0] = [line["text"].split()[0] for line in page["messages"]]
        pages, before_id = pages + 1, page["older_messages_before_id"]
    assert read == [words.split()[0] for words in said]
    assert pages >= least_pages
