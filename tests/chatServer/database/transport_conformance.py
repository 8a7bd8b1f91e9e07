"""What every transport must do; a transport's own test module subclasses this."""

import asyncio
import uuid
from abc import ABC, abstractmethod

import pytest
from pydantic import JsonValue

from chatServer.database.transport import Caller, RpcError, RpcTransport
from chatServer.session_sync_models import SyncedSessions
from tests.chatServer.history_stage import HistoryStage

NOBODY = Caller.service(uuid.UUID(int=0))


def new_session(caller: Caller, **fields: JsonValue) -> dict[str, JsonValue]:
    """The parameters that make a session."""
    return {"p_user_id": str(caller.user_id), "p_session_id": str(uuid.uuid4()), **fields}


def only_session(answer: JsonValue) -> dict[str, JsonValue]:
    """The session that an upsert answers with."""
    assert isinstance(answer, dict)
    session = answer["session"]
    assert isinstance(session, dict)
    return session


class TransportConformance(ABC):
    """Every transport gives the same rows and the same errors for the same call."""

    @abstractmethod
    @pytest.fixture
    def transport(self, history_stage: HistoryStage) -> RpcTransport:
        """The transport under test, over the stage's database."""

    async def test_returns_what_the_function_returns(self, transport: RpcTransport) -> None:
        assert await transport.call("get_health", {}, NOBODY) == {"status": "ok"}

    @pytest.mark.parametrize("is_service", [True, False])
    async def test_carries_every_kind_of_value(
        self, transport: RpcTransport, history_stage: HistoryStage, is_service: bool
    ) -> None:
        user = await history_stage.sign_up()
        caller = Caller.service(user.user_id) if is_service else user
        metadata: JsonValue = {"text": 'Zoë "quoted" \\ 🏠', "n": [1, -2.5, True, None], "o": {}}
        params = new_session(user, p_title="It's; drop table --", p_metadata=metadata, p_topic=None)

        session = only_session(await transport.call("upsert_chat_session", params, caller))

        assert session["session_id"] == params["p_session_id"]
        assert session["title"] == "It's; drop table --"
        assert session["metadata"] == metadata
        assert session["topic"] is None
        assert session["user_id"] == str(user.user_id)

    async def test_carries_sessions_with_messages(
        self, transport: RpcTransport, history_stage: HistoryStage
    ) -> None:
        user, session_id = await history_stage.sign_up(), str(uuid.uuid4())
        said: JsonValue = {"role": "user", "content": '{"a": [1]}', "client_request_id": session_id}
        uploads: JsonValue = {"sessions": [{"session_id": session_id, "messages": [said]}]}
        params: dict[str, JsonValue] = {"p_user_id": str(user.user_id), "p_sessions": uploads}
        created, merged = [
            SyncedSessions.model_validate(
                await transport.call("sync_chat_sessions", params, user)
            ).results[0]
            for _ in range(2)
        ]
        assert (created.result, merged.result) == ("created", "merged")
        assert created.session == merged.session
        assert merged.session is not None
        assert merged.session.title == '{"a": [1]}'

    async def test_acts_as_the_user_whose_token_it_carries(
        self, transport: RpcTransport, history_stage: HistoryStage
    ) -> None:
        owner, other = await history_stage.sign_up(), await history_stage.sign_up()
        await transport.call("upsert_chat_session", new_session(owner), owner)
        params: dict[str, JsonValue] = {"p_user_id": str(owner.user_id)}
        for caller, count in ((owner, 1), (other, 0), (Caller.service(owner.user_id), 1)):
            answer = await transport.call("get_chat_session_counts", params, caller)
            assert isinstance(answer, dict)
            assert answer["all"] == count

    async def test_callers_never_mix(
        self, transport: RpcTransport, history_stage: HistoryStage
    ) -> None:
        users = [await history_stage.sign_up() for _ in range(2)]

        async def make(number: int) -> None:
            user = users[number % 2]
            session = only_session(
                await transport.call("upsert_chat_session", new_session(user), user)
            )
            assert session["user_id"] == str(user.user_id)

        async with asyncio.TaskGroup() as group:
            for number in range(40):
                group.create_task(make(number))
        for user in users:
            counts = await transport.call(
                "get_chat_session_counts", {"p_user_id": str(user.user_id)}, user
            )
            assert isinstance(counts, dict)
            assert counts["all"] == 20

    @pytest.mark.parametrize(
        ("function", "params", "status", "message", "details"),
        [
            ("get_chat_session", {"p_session_id": "no"}, 404, "session_not_found", "session_id"),
            ("list_chat_sessions", {"p_limit": 0}, 422, "validation_failed", "limit"),
        ],
    )
    async def test_raises_what_the_function_raises(
        self,
        transport: RpcTransport,
        function: str,
        params: dict[str, JsonValue],
        status: int,
        message: str,
        details: str,
    ) -> None:
        user_id = str(uuid.uuid4())
        with pytest.raises(RpcError) as refused:
            await transport.call(function, {"p_user_id": user_id, **params}, NOBODY)
        assert (refused.value.status_code, refused.value.code) == (status, f"PT{status}")
        assert (refused.value.message, refused.value.details) == (message, details)
        assert refused.value.hint

    async def test_a_conflict_leaves_nothing_behind(
        self, transport: RpcTransport, history_stage: HistoryStage
    ) -> None:
        owner, other = await history_stage.sign_up(), await history_stage.sign_up()
        params = new_session(owner, p_title="Mine")
        await transport.call("upsert_chat_session", params, owner)
        with pytest.raises(RpcError) as refused:
            await transport.call(
                "upsert_chat_session", {**params, "p_user_id": str(other.user_id)}, other
            )
        assert (refused.value.status_code, refused.value.message) == (409, "session_id_taken")
        again = only_session(await transport.call("upsert_chat_session", params, owner))
        assert again["title"] == "Mine"

    async def test_a_user_may_not_do_what_only_the_service_may(
        self, transport: RpcTransport, history_stage: HistoryStage
    ) -> None:
        with pytest.raises(RpcError):
            await transport.call("fail_expired_turns", {}, await history_stage.sign_up())

    @pytest.mark.parametrize("title", ["a\0b", "half a pair \ud83c"])
    @pytest.mark.parametrize("is_inside", [False, True])
    async def test_refuses_text_that_cannot_be_stored(
        self, transport: RpcTransport, history_stage: HistoryStage, title: str, is_inside: bool
    ) -> None:
        user = await history_stage.sign_up()
        given: dict[str, JsonValue] = {"p_metadata": {"t": title}} if is_inside else {}
        params = new_session(user, **(given or {"p_title": title}))
        with pytest.raises(RpcError) as refused:
            await transport.call("upsert_chat_session", params, user)
        assert refused.value.status_code == 500

    async def test_refuses_a_number_that_json_does_not_have(
        self, transport: RpcTransport, history_stage: HistoryStage
    ) -> None:
        user = await history_stage.sign_up()
        params = new_session(user, p_metadata={"n": float("nan")})
        with pytest.raises(RpcError):
            await transport.call("upsert_chat_session", params, user)

    async def test_a_caller_who_leaves_in_mid_call_leaves_nothing_to_the_next(
        self, transport: RpcTransport, history_stage: HistoryStage
    ) -> None:
        leaving, staying = await history_stage.sign_up(), await history_stage.sign_up()
        params = new_session(leaving, p_title="Before")
        await transport.call("upsert_chat_session", params, leaving)

        async with history_stage.session_locked(str(params["p_session_id"])) as lock:
            calls = [
                asyncio.create_task(transport.call("upsert_chat_session", params, leaving))
                for _ in range(3)
            ]
            await lock.wait_contended()
            for call in calls:
                call.cancel()
            results = await asyncio.gather(*calls, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)

        for caller, count in [(staying, 0), (leaving, 1)] * 10:
            counts = await transport.call(
                "get_chat_session_counts", {"p_user_id": str(leaving.user_id)}, caller
            )
            assert isinstance(counts, dict)
            assert counts["all"] == count
