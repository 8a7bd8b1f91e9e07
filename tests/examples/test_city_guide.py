"""The example as a user starts it: a process of its own for each question, on real sockets."""

import asyncio
import os
import re
import sys
from pathlib import Path

import httpx
import pytest

from examples import city_guide
from tests.fakes.openai_server import Call, FakeOpenAI
from tests.stack.api import SignedUpUser, SupabaseApi

CLOSED = "http://127.0.0.1:1"
ROOT = Path(__file__).resolve().parents[2]


async def start(api: SupabaseApi, user: SignedUpUser, asked: str, **settings: str) -> str:
    """Runs the program to its end and returns what it printed."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "examples.city_guide", asked,
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "SUPABASE_URL": api.url,
            "SUPABASE_PUBLISHABLE_KEY": api.publishable_key,
            "DEMO_EMAIL": user.email,
            "DEMO_PASSWORD": user.password,
            "CHAT_MODEL": "",
            **settings,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, complaints = await running.communicate()
    assert running.returncode == 0, complaints.decode()
    return printed.decode()


async def test_a_session_outlives_its_program_and_changes_models(
    supabase_api: SupabaseApi,
) -> None:
    user = await asyncio.to_thread(supabase_api.sign_up, "guide@example.com")
    assert "(2 items are remembered.)" in await start(supabase_api, user, "Where to?")
    async with FakeOpenAI() as fake:
        fake.script(Call("find_weather", '{"city": "Rome"}'), asked="And the weather?")
        model = {"CHAT_MODEL": "fake", "OPENAI_BASE_URL": fake.base_url}
        printed = await start(supabase_api, user, "And the weather?", **model)
    assert "sunny, 24 °C" in printed
    assert "(6 items are remembered.)" in printed
    assert fake.prompts[0].messages[0] == ("user", "Where to?")

    headers = {"apikey": supabase_api.publishable_key}
    headers["Authorization"] = f"Bearer {user.access_token}"
    call = {"p_user_id": str(user.id), "p_session_id": "city-guide"}
    async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=180) as client:
        url = f"{supabase_api.url}/rest/v1/rpc/get_chat_session"
        session = (await client.post(url, json=call)).json()
    assert (session["title"], session["message_count"]) == ("Where to?", 4)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "Start `make run` first: it makes .env.local."),
        ({"SUPABASE_URL": CLOSED}, f"Nothing answers at {CLOSED}. Is `make run` running, on these"),
    ],
)
async def test_what_is_missing_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], told: str
) -> None:
    monkeypatch.setattr(city_guide, "SETTINGS", settings)
    with pytest.raises(SystemExit, match=re.escape(told)):
        await city_guide.sign_in()
