"""RegistrySession: the SDK's contract on both ways to the database, and what it refuses."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast

import pytest
from agents import Session, SQLiteSession, TResponseInputItem

from chatServer.errors import Unauthorized
from chatServer.registry_session import Registry, RegistrySession
from chatServer.settings import SettingsError
from tests.chatServer.program_registry import new_registry
from tests.chatServer.sdk_items import words
from tests.chatServer.session_conformance import OpenSession, SessionConformance
from tests.fakes.openai_server import FakeOpenAI
from tests.stack.api import SupabaseApi


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("URL", "SECRET_KEY", "PUBLISHABLE_KEY", "DB_URL", "JWKS_URL", "JWT_SECRET"):
        monkeypatch.delenv(f"SUPABASE_{name}", raising=False)


class TestConformance(SessionConformance):
    @pytest.fixture(params=["direct", "over the API"])
    async def open_session(
        self,
        supabase_api: SupabaseApi,
        request: pytest.FixtureRequest,
        monkeypatch: pytest.MonkeyPatch,
    ) -> AsyncIterator[OpenSession]:
        """Straight to Postgres as a user with a token, over the API with the secret key."""
        user = await asyncio.to_thread(supabase_api.add_user)
        async with new_registry(supabase_api, request.param, monkeypatch) as registry:

            def open_session(name: str) -> Session:
                session_id = f"{name}-{user.id}"
                if request.param == "direct":
                    token = user.access_token
                    return RegistrySession(session_id, access_token=token, registry=registry)
                return RegistrySession(session_id, user_id=user.id, registry=registry)

            yield open_session


class TestReference(SessionConformance):
    """The SDK's own session passes too, so what is asked here is the SDK's contract."""

    @pytest.fixture
    def open_session(self, tmp_path: Path) -> Iterator[OpenSession]:
        opened: list[SQLiteSession] = []

        def open_session(name: str) -> Session:
            opened.append(SQLiteSession(name, tmp_path / "sessions.db"))
            return opened[-1]

        yield open_session
        for session in opened:
            session.close()


class TestRefusals:
    async def test_of_a_token_that_does_not_hold(
        self, supabase_api: SupabaseApi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = supabase_api.add_user().access_token
        for way in ("over the API", "direct"):
            async with new_registry(supabase_api, way, monkeypatch) as registry:
                for forged in (token[:-6] + "AAAAAA", "nonsense"):
                    session = RegistrySession("x", access_token=forged, registry=registry)
                    with pytest.raises(Unauthorized):
                        await session.get_items()

    async def test_of_a_user_who_is_not_there_and_of_what_is_no_item(
        self, supabase_api: SupabaseApi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hello: TResponseInputItem = {"role": "user", "content": "Hello"}
        for way in ("over the API", "direct"):
            async with new_registry(supabase_api, way, monkeypatch) as registry:
                session = RegistrySession("x", user_id=uuid.uuid4(), registry=registry)
                with pytest.raises(Unauthorized, match="no user of this id"):
                    await session.add_items([hello])
                with pytest.raises(TypeError, match="not str"):
                    await session.add_items([hello, cast("TResponseInputItem", "Hello")])

    async def test_of_settings_that_do_not_do(self) -> None:
        user_id = uuid.uuid4()
        with pytest.raises(SettingsError, match="SUPABASE_URL"):
            RegistrySession("x", user_id=user_id)
        with pytest.raises(ValueError, match="user_id or access_token"):
            RegistrySession("x")
        with pytest.raises(ValueError, match="user_id or access_token"):
            RegistrySession("x", user_id=user_id, access_token="x")
        url, token = "http://127.0.0.1:9", "a.users.token"
        direct = "postgresql://nobody@127.0.0.1:9/none"
        for registry, named, session in (
            (r := Registry(url), "SECRET_KEY", RegistrySession("x", user_id=user_id, registry=r)),
            (r, "PUBLISHABLE_KEY", RegistrySession("x", access_token=token, registry=r)),
            (
                r := Registry(url, db_url=direct),
                "JWT_SECRET or",
                RegistrySession("x", access_token=token, registry=r),
            ),
        ):
            with pytest.raises(SettingsError, match=f"SUPABASE_{named}"):
                await session.get_items()
            await registry.close()
        with pytest.raises(ValueError, match="must be the UUID that Supabase Auth has"):
            RegistrySession("s", user_id="7d1f…")


def test_each_event_loop_has_connections_of_its_own(
    supabase_api: SupabaseApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = supabase_api.add_user().id
    registry = new_registry(supabase_api, "direct", monkeypatch)
    session = RegistrySession(f"loops-{uuid.uuid4()}", user_id=user_id, registry=registry)

    async def add(text: str) -> int:
        await session.add_items([words("user", text)])
        found = len(await session.get_items())
        await registry.close()
        return found

    assert [asyncio.run(add(text)) for text in ("one", "two")] == [1, 2]
