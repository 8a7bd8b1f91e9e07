from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chatServer.main import create_app
from chatServer.settings import Settings

PAGE = "<!doctype html><title>chat-registry</title>"
NAVIGATION = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built web app."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "theme.js").write_text("// theme")
    (tmp_path / "assets" / "index-AbC123.js").write_text("// code\n" * 1000)
    return tmp_path


def client_of(settings: Settings, files: Path) -> httpx.AsyncClient:
    """A client of an app that serves these files; the API behind it is not started."""
    transport = httpx.ASGITransport(create_app(settings, web_app_files=files))
    return httpx.AsyncClient(transport=transport, base_url="http://chat.example")


@pytest.fixture
async def client(demo_settings: Settings, built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(demo_settings, built) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/", "/index.html", "/sessions/telegram:1:2", "/sessions/a.b"])
async def test_a_browser_gets_the_first_page(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path, headers=NAVIGATION)
    assert (response.status_code, response.text) == (200, PAGE)
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["cache-control"] == "no-cache"


async def test_the_first_page_is_not_sent_again_unchanged(client: httpx.AsyncClient) -> None:
    first = await client.get("/", headers=NAVIGATION)
    again = await client.get("/", headers={**NAVIGATION, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_hashed_files_are_kept_for_good_and_sent_compressed(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get("/assets/index-AbC123.js", headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-encoding"] == "gzip"
    assert response.text == "// code\n" * 1000


async def test_other_files_are_asked_for_again(client: httpx.AsyncClient) -> None:
    assert (await client.get("/theme.js")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/nothing.js", {}),
        ("/sessions/x", {"Accept": "application/json"}),
        ("/assets/index-old.js", NAVIGATION),
        ("/assets", NAVIGATION | {"Accept": "*/*"}),
        ("/%2e%2e/pyproject.toml", {}),
        ("/%00", {}),
        ("/" + "a" * 5000, {}),
        ("/api/nothing", NAVIGATION),
        ("/auth/nothing", NAVIGATION),
        ("/metrics/x", NAVIGATION),
    ],
)
async def test_what_is_not_there_is_a_problem(
    client: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    response = await client.get(path, headers=headers)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


async def test_only_reading_is_allowed(client: httpx.AsyncClient) -> None:
    assert (await client.post("/sessions/x", headers=NAVIGATION)).status_code == 404


async def test_the_policy_lets_the_app_reach_what_it_needs(
    client: httpx.AsyncClient, demo_settings: Settings, built: Path
) -> None:
    local = (await client.get("/", headers=NAVIGATION)).headers
    policy = dict(part.split(" ", 1) for part in local["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    assert local["x-content-type-options"] == "nosniff"
    assert local["referrer-policy"] == "same-origin"

    hosted = demo_settings.model_copy(update={"supabase_url": "https://project.example"})
    async with client_of(hosted, built) as other:
        policy_of_hosted = (await other.get("/")).headers["content-security-policy"]
    assert "connect-src 'self' https://project.example;" in policy_of_hosted


async def test_says_what_to_do_while_it_is_not_built(
    demo_settings: Settings, tmp_path: Path
) -> None:
    async with client_of(demo_settings, tmp_path / "missing") as client:
        for path in ("/", "/sessions/x"):
            response = await client.get(path, headers=NAVIGATION)
            assert response.status_code == 503
            assert "`make run`" in response.text
