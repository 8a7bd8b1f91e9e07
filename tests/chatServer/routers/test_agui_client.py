"""AG-UI's own client, in Node, talks to the server over real sockets."""

import asyncio
import json
import os
from typing import Any

from tests.chatServer.live_server import Visit, open_visit
from tests.fakes.openai_server import Call, Refusal
from tests.stack.api import SupabaseApi
from tests.stack.embedded import ROOT

WEB_APP = ROOT / "webApp"
DEADLINE_SECONDS = 180.0


async def talk(visit: Visit, agent_name: str, *questions: str) -> dict[str, Any]:
    """Asks with the client; returns what it has in the end."""
    process = await asyncio.create_subprocess_exec(
        str(ROOT / ".venv" / "node" / "node"),
        "scripts/talkOverAgui.ts",
        f"{visit.base_url}/api/agui/{agent_name}",
        *questions,
        cwd=WEB_APP,
        env={**os.environ, "ACCESS_TOKEN": visit.caller.access_token or ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(DEADLINE_SECONDS):
        output, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    told: dict[str, Any] = json.loads(output)
    return told


async def test_a_conversation_with_a_tool_ends_as_the_registry_has_it(
    supabase_api: SupabaseApi,
) -> None:
    async with open_visit(supabase_api) as visit:
        search = Call("search_sessions", '{"query": "lighthouse"}')
        visit.stage.fake.script("Let me look. ", search, asked="find it")
        visit.stage.fake.script(Refusal(400), asked="fail")
        told = await talk(visit, "assistant", "hello 👍", "find it", "fail")
        path = f"/api/chat/sessions/{told['threadId']}/messages"
        page = (await visit.client.get(path)).json()
    assert [(m["role"], m["content"]) for m in told["messages"]] == [
        ("user", "hello 👍"),
        ("assistant", "echo: hello 👍"),
        ("user", "find it"),
        ("assistant", "Let me look. "),
        ("tool", "[]"),
        ("assistant", "echo: []"),
        ("user", "fail"),
    ]
    [used] = [m for m in told["messages"] if m.get("toolCalls")]
    [call] = used["toolCalls"]
    assert (used["content"], call["function"]) == (
        "Let me look. ", {"name": "search_sessions", "arguments": search.arguments},
    )  # fmt: skip
    assert told["messages"][4]["toolCallId"] == call["id"]
    assert [m["content"] for m in page["messages"]] == [
        "hello 👍", "echo: hello 👍", "find it", "Let me look. \n\necho: []", "fail", "",
    ]  # fmt: skip
    assert told["events"].count("RUN_FINISHED") == 2
    assert told["events"][-1] == "RUN_ERROR"
    assert page["messages"][-1]["status"] == "failed"


async def test_the_client_hears_of_an_agent_that_is_not_there(supabase_api: SupabaseApi) -> None:
    async with open_visit(supabase_api) as visit:
        told = await talk(visit, "nobody", "hello")
    [error] = told["errors"]
    assert "422" in error
