from typing import Any

import httpx
import pytest

from chatServer.main import create_app
from chatServer.settings import Settings


async def read_config(settings: Settings) -> dict[str, Any]:
    """The public settings, as a browser without a session reads them."""
    app = create_app(settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client,
    ):
        response = await client.get("/api/config")
    assert response.status_code == 200
    config: dict[str, Any] = response.json()
    return config


async def test_tells_nothing_but_what_is_public(demo_settings: Settings) -> None:
    assert await read_config(demo_settings) == {
        "supabase_url": None,
        "supabase_publishable_key": demo_settings.supabase_publishable_key,
        "is_demo_model": True,
        "chat_model": "demo",
        "message_max_bytes": 65536,
        "import_max_bytes": 2147483648,
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"supabase_url": "https://project.example"},
            {"supabase_url": "https://project.example"},
        ),
        (
            {"openai_base_url": "http://127.0.0.1:9/v1", "chat_model": "some-model"},
            {"is_demo_model": False, "chat_model": "some-model"},
        ),
    ],
)
async def test_follows_the_settings(
    demo_settings: Settings, changes: dict[str, str], expected: dict[str, object]
) -> None:
    config = await read_config(demo_settings.model_copy(update=changes))
    assert expected.items() <= config.items()
