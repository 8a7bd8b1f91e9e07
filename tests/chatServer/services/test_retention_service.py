import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import pytest
from pydantic import JsonValue

from chatServer.command_line import main
from chatServer.database.retention_registry import RetentionRegistry
from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable
from chatServer.models import Session
from chatServer.retention_rules import RetentionAges
from chatServer.services import retention_service
from chatServer.services.retention_service import RetentionCounts, RetentionService
from tests.chatServer.turn_stage import GatedDatabase, TurnStage
from tests.stack.database import Database, database_at
from tests.stack.embedded import EmbeddedStack
from tests.supabase.migrations.idle_sessions import answer_with_tool, items_of, rest
from tests.supabase.migrations.registry_user import RegistryUser

RULES = RetentionAges().retention_rules
FORGET_PASSES: LiteralString = (
    "update retention_passes set holder = null, lease_expires_at = null, ended_at = null"
)
"""A server of another test may have done one lately, or have been killed in one."""


@dataclass(frozen=True)
class RestingUser:
    """A user of the API's own database, whose sessions can be made to rest."""

    stage: TurnStage
    caller: Caller
    user: RegistryUser

    async def session(self, session_id: str) -> Session:
        """The session as the server sees it."""
        opened = await self.stage.registry.get_session(self.caller, session_id=session_id)
        return opened

    def idle_session(self, *, days: float = 8) -> str:
        """A session with an answer that used a tool, idle for so long."""
        session_id = self.user.new_session()
        answer_with_tool(self.user, session_id)
        rest(self.user.database, session_id, days=days)
        return session_id


@pytest.fixture
def own_database(embedded_stack: EmbeddedStack) -> Iterator[Database]:
    """The database of the API, which other tests' users share."""
    project = embedded_stack.project
    name = urlsplit(project.db_url).path.removeprefix("/")
    parts = urlsplit(embedded_stack.superuser_url)._replace(path=f"/{name}")
    with closing(database_at(urlunsplit(parts), project.db_url, name)) as database:
        yield database


@pytest.fixture
async def resting(stage: TurnStage, own_database: Database) -> AsyncIterator[RestingUser]:
    caller = await stage.sign_up()
    await stage.execute(FORGET_PASSES)
    yield RestingUser(stage, caller, RegistryUser(own_database, caller.user_id))
    await stage.execute(FORGET_PASSES)


def service_of(stage: TurnStage, ages: RetentionAges | None = None) -> RetentionService:
    rules = ages.retention_rules if ages else RULES
    return RetentionService(RetentionRegistry(stage.transport), rules)


def test_counts_are_told_in_words_of_one_and_of_many() -> None:
    assert str(RetentionCounts(inactive=1, items=2, archived=0, deleted=1, messages=1)) == (
        "1 session inactive, 2 items of agents pruned, 0 sessions archived,"
        " 1 deleted with 1 message"
    )


class TestPass:
    async def test_keeps_to_the_rules_of_each_channel_and_logs_its_counts(
        self, resting: RestingUser, caplog: pytest.LogCaptureFixture
    ) -> None:
        idle, young = resting.idle_session(), resting.idle_session(days=6)
        run = resting.user.new_reserved_session(f"scheduled:{uuid.uuid4()}")
        rest(resting.user.database, run, days=8)
        with caplog.at_level(logging.INFO):
            done = await service_of(resting.stage).run_pass()
        assert done is not None
        assert done.is_whole
        assert (done.counts["web"].inactive, done.counts["web"].items) >= (1, 2)
        assert (done.counts["web"].archived, done.counts["web"].deleted) == (0, 0)
        assert done.counts["scheduled"].archived >= 1
        assert f"retention of web: {done.counts['web']}" in caplog.text
        assert not (await resting.session(idle)).is_active
        assert (await resting.session(young)).is_active
        assert (await resting.session(run)).archived
        assert items_of(resting.user.database, idle) == []
        assert await service_of(resting.stage).run_pass() is None
        again = await service_of(resting.stage).run_pass(pause_seconds=0)
        assert again is not None
        assert not any(again.counts.values())

    async def test_deletes_only_where_an_age_is_set(self, resting: RestingUser) -> None:
        # Longer ago than whatever other tests leave in this database.
        old = resting.idle_session(days=36_000)
        await service_of(resting.stage).run_pass(pause_seconds=0)
        assert not (await resting.session(old)).is_active
        ages = RetentionAges(retention_web_delete_days=35_000)
        done = await service_of(resting.stage, ages).run_pass(pause_seconds=0)
        assert done is not None
        assert (done.counts["web"].deleted, done.counts["web"].messages) == (1, 2)

    async def test_is_done_by_one_replica_at_a_time(self, resting: RestingUser) -> None:
        resting.idle_session()
        gate = GatedDatabase(resting.stage.transport, "delete_idle_items")
        first = RetentionService(RetentionRegistry(gate), RULES)
        passing = asyncio.create_task(first.run_pass(pause_seconds=0))
        await gate.wait_reached()
        assert await service_of(resting.stage).run_pass(pause_seconds=0) is None
        gate.open()
        done = await passing
        assert done is not None
        assert done.is_whole

    async def test_is_left_to_whoever_took_it_over(self, resting: RestingUser) -> None:
        resting.idle_session()
        gate = GatedDatabase(resting.stage.transport, "delete_idle_items")
        first = RetentionService(RetentionRegistry(gate), RULES)
        passing = asyncio.create_task(first.run_pass(pause_seconds=0))
        await gate.wait_reached()
        await resting.stage.execute("update retention_passes set holder = gen_random_uuid()")
        gate.open()
        done = await passing
        assert done is not None
        assert not done.is_whole


class TestLoop:
    @pytest.mark.parametrize("error", [DatabaseUnavailable(), RuntimeError("a fault of ours")])
    async def test_goes_on_after_an_error_that_it_logs(
        self,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        error: Exception,
    ) -> None:
        monkeypatch.setattr(retention_service, "RETENTION_TICK_SECONDS", 0.01)
        asked = asyncio.Event()

        class OneBadAnswer:
            calls = 0

            async def call(
                self, function: str, params: Mapping[str, JsonValue], caller: Caller
            ) -> JsonValue:
                del function, params, caller
                self.calls += 1
                if self.calls == 1:
                    raise error
                asked.set()
                return {"is_held": False}

        service = RetentionService(RetentionRegistry(OneBadAnswer()), RULES)
        with caplog.at_level(logging.WARNING):
            service.start()
            await asyncio.wait_for(asked.wait(), timeout=180)
        await service.stop()
        assert "retention failed" in caplog.text


class TestCommand:
    @pytest.fixture(autouse=True)
    def environment(self, stage: TurnStage, monkeypatch: pytest.MonkeyPatch) -> None:
        api = stage.api
        monkeypatch.delenv("SUPABASE_JWKS_URL", raising=False)
        for name in ("url", "publishable_key", "secret_key", "jwt_secret"):
            monkeypatch.setenv(f"SUPABASE_{name.upper()}", getattr(api, name))
        monkeypatch.setenv("SUPABASE_DB_URL", api.server_db_url)

    async def test_lists_what_would_go_and_then_does_it(
        self, resting: RestingUser, capsys: pytest.CaptureFixture[str]
    ) -> None:
        idle = resting.idle_session()
        assert await asyncio.to_thread(main, ["retention", "--dry-run"]) == 0
        listed = capsys.readouterr().out
        assert f"{idle} of user {resting.caller.user_id}, last active " in listed
        assert "make inactive, prune 2 items of agents" in listed
        assert (await resting.session(idle)).is_active
        expected = next(line for line in listed.splitlines() if line.startswith("web, if it were"))
        assert await asyncio.to_thread(main, ["retention"]) == 0
        assert expected.partition(": ")[2] in capsys.readouterr().out
        assert not (await resting.session(idle)).is_active
        assert await asyncio.to_thread(main, ["retention", "--dry-run"]) == 0
        assert idle not in capsys.readouterr().out

    async def test_lists_no_more_than_asked_but_counts_all(
        self, resting: RestingUser, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for _ in range(2):
            resting.idle_session()
        await asyncio.to_thread(main, ["retention", "--dry-run", "--limit", "1"])
        assert "… and " in capsys.readouterr().out
        await service_of(resting.stage).run_pass(pause_seconds=0)

    async def test_says_so_when_another_process_is_at_it(
        self, resting: RestingUser, capsys: pytest.CaptureFixture[str]
    ) -> None:
        await resting.stage.execute(
            "update retention_passes set holder = gen_random_uuid(),"
            " lease_expires_at = now() + interval '1 day'"
        )
        assert await asyncio.to_thread(main, ["retention"]) == 1
        assert "Another process does a pass now" in capsys.readouterr().err

    def test_names_a_setting_that_is_wrong(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("RETENTION_WEB_DELETE_DAYS", "-1")
        assert main(["retention"]) == 1
        assert capsys.readouterr().err == (
            "RETENTION_WEB_DELETE_DAYS must be greater than or equal to 0.\n"
        )

    def test_says_what_the_database_answered_when_its_key_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("SUPABASE_DB_URL", "")
        monkeypatch.setenv("SUPABASE_SECRET_KEY", "sb_secret_of_another_project")
        assert main(["retention", "--dry-run"]) == 1
        assert capsys.readouterr().err == "The server failed: Invalid API key\n"

    @pytest.mark.parametrize("number", ["-1", "some", "1.5", ""])
    def test_lists_no_number_but_a_whole_one(
        self, capsys: pytest.CaptureFixture[str], number: str
    ) -> None:
        with pytest.raises(SystemExit):
            main(["retention", "--dry-run", f"--limit={number}"])
        told = f"argument --limit: must be a whole number from 0 up, not {number!r}"
        assert told in capsys.readouterr().err
