"""Titles made by a fake model, on a database of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field

import pytest
from pydantic import JsonValue, SecretStr

from chatServer.database.postgres_transport import PostgresTransport, open_postgres_transport
from chatServer.database.title_jobs import TitleJobRegistry
from chatServer.database.transport import Caller, RpcTransport
from chatServer.services.reply_generator import ReplyGenerator
from chatServer.services.title_service import TitleService, WriteTitle, ask_model, write_demo_title
from tests.chatServer.turn_stage import AbsentDatabase, eventually
from tests.fakes.openai_server import FakeOpenAI, Hold, Refusal
from tests.stack.database import Database
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user, run


class ClaimsHeld:
    """A transport that hands no job out once one has failed, so that its wait can be looked at."""

    def __init__(self, transport: RpcTransport) -> None:
        self._transport = transport
        self._claims = asyncio.Event()
        self._claims.set()

    def go_on(self) -> None:
        """Hands jobs out again."""
        self._claims.set()

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        """Passes the call on; a claim waits."""
        if function == "fail_title_job":
            self._claims.clear()
        elif function == "claim_title_job":
            await self._claims.wait()
        return await self._transport.call(function, params, caller)


@dataclass
class TitleStage:
    """A user, a model, and any number of processes that make titles."""

    user: RegistryUser
    fake: FakeOpenAI
    transport: PostgresTransport
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def caller(self) -> Caller:
        claims = {"sub": str(self.user.id), "role": "authenticated"}
        return Caller(self.user.id, access_token="verified", claims=claims)

    async def start_process(self, *, database: RpcTransport | None = None) -> TitleService:
        generator = await self.stack.enter_async_context(
            aclosing(ReplyGenerator(base_url=self.fake.base_url, model="fake"))
        )
        registry = TitleJobRegistry(database or self.transport)
        return self.start(registry, ask_model(generator))

    def start(self, registry: TitleJobRegistry, write_title: WriteTitle) -> TitleService:
        titles = TitleService(registry, write_title, after_messages=10, idle_seconds=0.05)
        titles.start()
        self.stack.push_async_callback(titles.stop)
        return titles

    def grow(self, *contents: str) -> str:
        """Adds a session of eleven messages or of these."""
        session_id = self.user.new_session()
        self.user.append(session_id, *(contents or [f"Message {n}" for n in range(11)]))
        return session_id

    async def wait_for(self, session_id: str, **fields: object) -> Json:
        """Returns the session once its fields are these."""

        async def holds() -> bool:
            return fields.items() <= self.user.session(session_id).items()

        await eventually(holds, what=f"the session shows {fields}")
        return self.user.session(session_id)

    async def wait_for_retry(self, *, tries_left: int) -> float:
        """Returns the seconds until the one job is tried again, and lets them pass."""
        query = (
            "select extract(epoch from available_at - updated_at)::float8 from title_jobs"
            " where status = 'waiting' and tries_left = %s"
        )
        with self.user.database.connect() as connection:

            async def waits() -> bool:
                return bool(run(connection, query, (tries_left,)))

            await eventually(waits, what="the job waits")
            [(seconds,)] = run(connection, query, (tries_left,))
            run(connection, "update title_jobs set available_at = now()")
        return float(seconds)


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[TitleStage]:
    async with (
        FakeOpenAI() as fake,
        open_postgres_transport(SecretStr(database.authenticator_url), size=4) as transport,
    ):
        stage = TitleStage(new_user(database), fake, transport)
        async with stage.stack:
            yield stage


async def test_a_session_that_has_grown_gets_the_title_the_model_gives(stage: TitleStage) -> None:
    stage.fake.script('**Title: "Tomatoes', ' in May"**\nIs that fine?')
    session_id = stage.grow()
    await stage.start_process()
    session = await stage.wait_for(session_id, title="Tomatoes in May")
    assert (session["title_source"], session["title_status"]) == ("generated", None)
    [prompt] = stage.fake.prompts
    assert prompt.messages[0][1].startswith("USER: Message 0\n\nUSER: Message 1\n\n")


async def test_one_that_is_asked_for_is_made_at_once(stage: TitleStage) -> None:
    stage.fake.script("Tomatoes")
    session_id = stage.grow("When do I plant tomatoes?")
    titles = await stage.start_process()
    session = await titles.regenerate_title(stage.caller, session_id=session_id)
    assert session.title_status == "waiting"
    await stage.wait_for(session_id, title="Tomatoes", title_status=None)


async def test_while_it_is_made_turns_go_on_and_a_users_title_stays(stage: TitleStage) -> None:
    hold = Hold()
    stage.fake.script("Tomatoes", hold)
    session_id = stage.grow()
    titles = await stage.start_process()
    await hold.wait_reached()
    stage.user.answer(session_id, "One more")
    stage.user.call("update_chat_session", session_id=session_id, changes={"title": "Mine"})
    hold.release()
    await titles.stop()
    session = stage.user.session(session_id)
    assert (session["title"], session["title_source"]) == ("Mine", "user")
    assert [m["status"] for m in session["messages"]] == ["complete"] * 13


async def test_two_processes_ask_the_model_once_for_each_session(stage: TitleStage) -> None:
    stage.fake.script("Tomatoes")
    sessions = [stage.grow() for _ in range(12)]
    for _ in range(2):
        await stage.start_process()
    for session_id in sessions:
        await stage.wait_for(session_id, title="Tomatoes")
    assert len(stage.fake.prompts) == len(sessions)


async def test_a_model_that_is_away_is_asked_later_and_given_up_in_the_end(
    stage: TitleStage,
) -> None:
    stage.fake.script(Refusal(400))
    session_id = stage.grow()
    await stage.start_process()
    waits = [await stage.wait_for_retry(tries_left=left) for left in (4, 3, 2, 1)]
    assert [round(seconds) for seconds in waits] == [10, 60, 360, 2160]
    session = await stage.wait_for(session_id, title_status="failed")
    assert (session["title"], session["message_count"]) == (None, 11)
    stage.user.answer(session_id, "It goes on")


async def test_an_answer_that_is_no_title_is_a_failure(stage: TitleStage) -> None:
    hold = Hold()
    stage.fake.script("```", hold, asked="USER: Hello")
    stage.fake.script("Tomatoes")
    session_id = stage.grow("Hello")
    claims = ClaimsHeld(stage.transport)
    titles = await stage.start_process(database=claims)
    await titles.regenerate_title(stage.caller, session_id=session_id)
    await hold.wait_reached()
    stage.user.append(session_id, "When do I plant tomatoes?")
    hold.release()
    assert round(await stage.wait_for_retry(tries_left=2)) == 2
    claims.go_on()
    await stage.wait_for(session_id, title="Tomatoes", title_status=None)


async def test_a_database_that_goes_away_meanwhile_has_the_title_made_again(
    stage: TitleStage,
) -> None:
    hold, absent = Hold(), AbsentDatabase(stage.transport)
    stage.fake.script("Tomatoes", hold)
    session_id = stage.grow()
    titles = await stage.start_process(database=absent)
    await hold.wait_reached()
    absent.is_away = True
    hold.release()
    await absent.wait_refused()
    await titles.stop()
    assert stage.user.session(session_id)["title"] is None
    with stage.user.database.connect() as connection:
        run(connection, "update title_jobs set available_at = now() where status = 'running'")
    await stage.start_process()
    await stage.wait_for(session_id, title="Tomatoes")


async def test_without_a_model_the_words_of_the_user_make_a_title(stage: TitleStage) -> None:
    session_id = stage.grow("When do I plant tomatoes?", *["Tomatoes on the balcony?"] * 10)
    stage.start(TitleJobRegistry(stage.transport), write_demo_title)
    await stage.wait_for(session_id, title="Plant, tomatoes, balcony")
