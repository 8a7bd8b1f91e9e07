import json
import tracemalloc
from collections.abc import Mapping
from typing import LiteralString

import pytest
from pydantic import JsonValue

from chatServer.database.parameters import EditedTurn
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.transport import Caller, RpcTransport
from chatServer.errors import SessionNotFound
from chatServer.services import export_service
from chatServer.services.export_service import ExportFormat, ExportService
from tests.chatServer.turn_stage import TurnStage, ask, read_stream
from tests.fakes.openai_server import Call

FILL: LiteralString = (
    "insert into chat_message_history (session_id, role, content)"
    " select %s, case i %% 2 when 1 then 'user' else 'assistant' end, repeat('words ', 90)"
    " from generate_series(1, %s) as i"
)


class CountingTransport:
    """A transport that counts the calls of each function."""

    def __init__(self, transport: RpcTransport) -> None:
        self._transport = transport
        self.calls: dict[str, int] = {}

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        """Passes the call on."""
        self.calls[function] = self.calls.get(function, 0) + 1
        return await self._transport.call(function, params, caller)


async def branched_session(stage: TurnStage, caller: Caller) -> str:
    """A session in which the second of two messages has been edited."""
    session_id = await stage.new_session(caller)
    for content in ("one", "<b>two</b>"):
        turn = await stage.turns.begin(caller, ask(session_id, content))
        await read_stream(turn.events())
    assert turn.user_message is not None
    edit = EditedTurn(session_id, turn.user_message.id, "2", "edit")
    await read_stream((await stage.turns.edit(caller, edit)).events())
    return session_id


async def export(stage: TurnStage, caller: Caller, session_id: str, kind: ExportFormat) -> str:
    begun = await ExportService(stage.registry).begin(caller, session_id=session_id)
    return "".join([chunk async for chunk in begun.chunks(kind)])


async def test_json_holds_the_session_and_every_version_of_every_message(stage: TurnStage) -> None:
    caller = await stage.sign_up()
    session_id = await branched_session(stage, caller)
    text = await export(stage, caller, session_id, "json")
    assert "<" not in text
    file = json.loads(text)
    assert (file["format"], file["version"]) == ("chat-registry-session", 1)
    assert file["session"]["session_id"] == session_id
    assert "messages" not in file["session"]
    assert [message["content"] for message in file["messages"]] == [
        *("one", "echo: one", "<b>two</b>", "echo: <b>two</b>", "2", "echo: 2"),
    ]
    shown = await stage.messages(caller, session_id)
    exported = {message["id"]: message for message in file["messages"]}
    for message in shown:
        assert exported[message.id] == message.model_dump(mode="json")


async def test_markdown_tells_who_said_what_and_where_the_branches_are(stage: TurnStage) -> None:
    caller = await stage.sign_up()
    session_id = await branched_session(stage, caller)
    text = await export(stage, caller, session_id, "markdown")
    ids = [m.id for m in await stage.messages(caller, session_id)]
    assert text.startswith("# one\n")
    assert text.count("\n## You, ") == 3
    assert text.count("\n## assistant, ") == 3
    assert "&lt;b>two&lt;/b>" in text
    assert f"*version 2 of 2; follows message {ids[1]}*" in text
    assert "model fake at 127\\.0\\.0\\.1" in text


async def test_of_an_empty_session_is_whole(stage: TurnStage) -> None:
    caller = await stage.sign_up()
    session_id = await stage.new_session(caller)
    file = json.loads(await export(stage, caller, session_id, "json"))
    assert file["messages"] == []
    assert (await export(stage, caller, session_id, "markdown")).startswith("# Untitled session\n")


async def test_reads_no_page_before_the_one_above_has_been_taken(
    stage: TurnStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_service, "PAGE_LIMIT_MAX", 2)
    caller = await stage.sign_up()
    session_id = await branched_session(stage, caller)
    transport = CountingTransport(stage.transport)
    begun = await ExportService(SessionRegistry(transport)).begin(caller, session_id=session_id)
    read = [
        (transport.calls["list_all_chat_messages"], chunk.count('"role"'))
        async for chunk in begun.chunks("json")
        if '"role"' in chunk
    ]
    assert read == [(1, 2), (2, 2), (3, 2)]


async def test_holds_no_more_of_a_long_session_in_memory_than_of_a_short_one(
    stage: TurnStage,
) -> None:
    caller = await stage.sign_up()
    peaks = {}
    for count in (400, 4_000):
        session_id = await stage.new_session(caller)
        await stage.execute(FILL, session_id, count)
        begun = await ExportService(stage.registry).begin(caller, session_id=session_id)
        size = 0
        tracemalloc.start()
        try:
            async for chunk in begun.chunks("json"):
                size += len(chunk)
            peaks[count] = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert size > count * 500
    # Ten times as much would be ten times the page; uncollected garbage makes the rest.
    assert peaks[4_000] < 4 * peaks[400]


async def test_is_for_the_owner_only(stage: TurnStage) -> None:
    session_id = await branched_session(stage, await stage.sign_up())
    with pytest.raises(SessionNotFound):
        await export(stage, await stage.sign_up(), session_id, "json")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Greenhouse: frost nights!", "greenhouse-frost-nights"),
        ("../../etc/passwd\n", "etc-passwd"),
        ("Grüße 👍", "grüße"),
        ("***", "session"),
        ("x" * 200, "x" * 80),
    ],
)
async def test_is_named_after_the_session(stage: TurnStage, title: str, name: str) -> None:
    caller = await stage.sign_up()
    session_id = await stage.new_session(caller)
    await stage.execute(
        "update chat_sessions set title = %s where session_id = %s", title.strip(), session_id
    )
    begun = await ExportService(stage.registry).begin(caller, session_id=session_id)
    assert begun.filename("markdown").startswith(f"{name}-2")
    assert begun.filename("json").endswith(".json")


async def test_holds_what_an_agent_did_for_an_answer(stage: TurnStage) -> None:
    caller = await stage.sign_up()
    session_id = await stage.new_session(caller)
    stage.fake.script("Looking.", Call("search_sessions", '{"query": "boats"}'), asked="boats?")
    turn = await stage.turns.begin(caller, ask(session_id, "boats?"))
    answer = (await read_stream(turn.events())).answer
    file = json.loads(await export(stage, caller, session_id, "json"))
    of_answer = [m["item"].get("type") for m in file["messages"] if m["answer_id"] == answer.id]
    assert of_answer == [None, "function_call", "function_call_output"]
    text = await export(stage, caller, session_id, "markdown")
    assert text.count("\n## Tool, ") == 2
    assert text.count("Looking.") == 1
    assert f"*for message {answer.id}*" in text
