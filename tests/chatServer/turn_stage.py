"""What the tests of turns play on: the real registry, a fake provider, any number of replicas."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import httpx
import psycopg
from pydantic import JsonValue, SecretStr

from chatServer.database.parameters import NewSession, NewTurn
from chatServer.database.postgrest_transport import PostgrestTransport, open_http_pool
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.session_search import SessionSearchRegistry
from chatServer.database.transport import Caller, RpcTransport
from chatServer.dependencies.tokens import SecretVerifier
from chatServer.errors import DatabaseUnavailable
from chatServer.models import Message
from chatServer.services.agent_directory import AgentDirectory
from chatServer.services.agent_spec import AgentSpec
from chatServer.services.built_in_tools import build_tools
from chatServer.services.reply_generator import ReplyGenerator
from chatServer.services.session_tools import SessionTools
from chatServer.services.turn_service import TurnService
from chatServer.turn_events import MessageDelta, TurnEvent, TurnFinished, TurnStarted
from tests.fakes.openai_server import FakeOpenAI
from tests.stack.api import SupabaseApi

DEADLINE_SECONDS = 180.0


async def eventually(
    check: Callable[[], Awaitable[bool]], *, what: str, seconds: float = DEADLINE_SECONDS
) -> None:
    """Returns once the check holds; fails when it does not within these seconds."""
    give_up_at = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < give_up_at, f"did not happen in time: {what}"
        await asyncio.sleep(0.05)


@dataclass(frozen=True)
class Stream:
    """A whole stream of a turn."""

    events: Sequence[TurnEvent]

    @property
    def started(self) -> TurnStarted:
        """The first event."""
        first = self.events[0]
        assert isinstance(first, TurnStarted)
        return first

    @property
    def answer(self) -> Message:
        """The answer as the last event has it."""
        last = self.events[-1]
        assert isinstance(last, TurnFinished), f"the stream ended with {last.type}"
        return last.message

    @property
    def text(self) -> str:
        """The text put together as a client does, with the offsets checked."""
        text = self.started.assistant_message.content
        for event in self.events:
            if isinstance(event, MessageDelta):
                assert event.offset == len(text)
                text += event.text
        return text


async def read_stream(events: AsyncIterator[TurnEvent]) -> Stream:
    """Reads a stream to its end."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        return Stream([event async for event in events])


async def read_until(events: AsyncIterator[TurnEvent], text: str) -> str:
    """Reads a stream until the answer holds this text, and returns the answer so far."""
    answer = ""
    async with asyncio.timeout(DEADLINE_SECONDS):
        async for event in events:
            if isinstance(event, TurnStarted):
                answer = event.assistant_message.content
            elif isinstance(event, MessageDelta):
                answer += event.text
            if text in answer:
                return answer
    raise AssertionError(f"the stream ended before {text!r} came")


class AbsentDatabase:
    """A transport whose database can be away."""

    def __init__(self, transport: RpcTransport) -> None:
        self._transport = transport
        self.is_away = False
        self._refused = asyncio.Event()

    async def wait_refused(self) -> None:
        """Returns once a call has met an absent database."""
        await asyncio.wait_for(self._refused.wait(), DEADLINE_SECONDS)

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        """Passes the call on unless the database is away."""
        if self.is_away:
            self._refused.set()
            raise DatabaseUnavailable
        return await self._transport.call(function, params, caller)


class GatedDatabase:
    """A transport that holds the answers of one function back until its gate opens."""

    def __init__(self, transport: RpcTransport, function: str) -> None:
        self._transport = transport
        self._function = function
        self._reached = asyncio.Event()
        self._gate = asyncio.Event()

    async def wait_reached(self) -> None:
        """Returns once a call waits at the gate."""
        await asyncio.wait_for(self._reached.wait(), DEADLINE_SECONDS)

    def open(self) -> None:
        """Lets the answers out."""
        self._gate.set()

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        """Passes the call on; the answer waits for the gate."""
        answer = await self._transport.call(function, params, caller)
        if function == self._function:
            self._reached.set()
            await self._gate.wait()
        return answer


class RecordedCalls:
    """A transport that notes which functions are called, in order."""

    def __init__(self, transport: RpcTransport) -> None:
        self._transport = transport
        self.functions: list[str] = []

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        """Notes the function and passes the call on."""
        self.functions.append(function)
        return await self._transport.call(function, params, caller)


class TurnStage:
    """One replica, `turns`, and more when a test asks for them; ids are fresh in every test."""

    def __init__(self, api: SupabaseApi, http: httpx.AsyncClient, fake: FakeOpenAI) -> None:
        self.api = api
        self.fake = fake
        self.transport = PostgrestTransport(
            http,
            url=api.url,
            publishable_key=api.publishable_key,
            secret_key=SecretStr(api.secret_key),
        )
        self.registry = SessionRegistry(self.transport)
        self.stack = AsyncExitStack()
        self.turns: TurnService

    async def start_replica(
        self, transport: RpcTransport | None = None, *, agents: Sequence[AgentSpec] = ()
    ) -> TurnService:
        """Starts another replica, which ends with the test at the latest."""
        registry = SessionRegistry(transport) if transport else self.registry
        generator = await self.stack.enter_async_context(
            aclosing(ReplyGenerator(base_url=self.fake.base_url, model="fake"))
        )
        tools = SessionTools(registry, SessionSearchRegistry(transport or self.transport))
        directory = AgentDirectory(generator, agents, built_in=build_tools(tools))
        turns = TurnService(registry, generator, agents=directory)
        await turns.start()
        self.stack.push_async_callback(turns.stop)
        return turns

    async def sign_up(self) -> Caller:
        """Signs a new user up."""
        user = await asyncio.to_thread(self.api.add_user)
        return await SecretVerifier(self.api.jwt_secret).verify(user.access_token)

    async def new_session(self, caller: Caller) -> str:
        """Makes an empty session and returns its id."""
        made = await self.registry.upsert_session(caller, session=NewSession())
        return made.session.session_id

    async def messages(self, caller: Caller, session_id: str) -> list[Message]:
        """Lists the branch in use."""
        page = await self.registry.list_messages(caller, session_id=session_id)
        return page.messages

    async def stored(self, caller: Caller, answer: Message) -> Message:
        """Reads an answer as it is stored now."""
        found = await self.registry.get_message(
            caller, session_id=answer.session_id, message_id=answer.id
        )
        return found.message

    async def execute(self, statement: LiteralString, *values: object) -> int:
        """Runs one statement as the owner of the database and returns how many rows it hit."""
        connection = await psycopg.AsyncConnection.connect(self.api.db_url, autocommit=True)
        async with connection:
            return (await connection.execute(statement, values)).rowcount

    async def read(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """Runs one query as the owner of the database."""
        connection = await psycopg.AsyncConnection.connect(self.api.db_url, autocommit=True)
        async with connection:
            return await (await connection.execute(query, values)).fetchall()


@asynccontextmanager
async def open_stage(api: SupabaseApi) -> AsyncIterator[TurnStage]:
    """Opens a stage with one replica."""
    async with open_http_pool(trust_env=False) as http, FakeOpenAI() as fake:
        stage = TurnStage(api, http, fake)
        async with stage.stack:
            stage.turns = await stage.start_replica()
            yield stage


def ask(
    session_id: str, content: str, *, request_id: str | None = None, parent_id: int | None = None
) -> NewTurn:
    """A user's message, with a request id of its own unless one is given."""
    return NewTurn(
        session_id=session_id,
        content=content,
        client_request_id=request_id or str(uuid.uuid4()),
        parent_id=parent_id,
    )
