import json
import uuid
from collections.abc import AsyncIterator

import httpx
import jwt
import pytest
import respx
from pydantic import SecretStr

from chatServer.database.postgrest_transport import PostgrestTransport, open_http_pool
from chatServer.database.transport import Caller, RpcError
from chatServer.errors import DatabaseUnavailable, Unauthorized
from chatServer.limits import (
    DATABASE_CONNECT_SECONDS,
    DATABASE_POOL_SECONDS,
    DATABASE_READ_SECONDS,
)
from tests.chatServer.database.transport_conformance import TransportConformance
from tests.chatServer.history_stage import HistoryStage
from tests.stack.ports import free_port

URL = "https://project.example"
USER = Caller(uuid.uuid4(), "the.users.token")
SERVICE = Caller.service(uuid.uuid4())


class TestConformance(TransportConformance):
    @pytest.fixture
    def transport(self, history_stage: HistoryStage) -> PostgrestTransport:
        return history_stage.transport

    @pytest.mark.parametrize("fault", ["malformed", "foreign", "expired"])
    async def test_refuses_a_token_that_does_not_hold(
        self, transport: PostgrestTransport, history_stage: HistoryStage, fault: str
    ) -> None:
        user_id = uuid.uuid4()
        secret = history_stage.api.jwt_secret
        claims = {"sub": str(user_id), "role": "authenticated", "aud": "authenticated"}
        token = {
            "malformed": "a.b.c",
            "foreign": jwt.encode({**claims, "exp": 2**33}, secret[::-1], "HS256"),
            "expired": jwt.encode({**claims, "exp": 1}, secret, "HS256"),
        }[fault]
        with pytest.raises(Unauthorized):
            await transport.call(
                "get_chat_session_counts", {"p_user_id": str(user_id)}, Caller(user_id, token)
            )


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_http_pool(trust_env=False) as pool:
        yield pool


def transport_to(
    http: httpx.AsyncClient, *, url: str = URL, service: str = "sb_secret_x"
) -> PostgrestTransport:
    """A transport to a project that is not there."""
    return PostgrestTransport(
        http, url=url, publishable_key="sb_publishable_x", secret_key=SecretStr(service)
    )


class TestRequest:
    async def test_of_a_user_carries_their_token(self, http: httpx.AsyncClient) -> None:
        with respx.mock as router:
            route = router.post(f"{URL}/rest/v1/rpc/verb").respond(json={"a": 1})
            assert await transport_to(http).call("verb", {"p": None}, USER) == {"a": 1}
        sent = route.calls.last.request
        assert sent.headers["apikey"] == "sb_publishable_x"
        assert sent.headers["authorization"] == "Bearer the.users.token"
        assert json.loads(sent.content) == {"p": None}

    async def test_of_the_service_carries_the_secret_key_alone(
        self, http: httpx.AsyncClient
    ) -> None:
        with respx.mock as router:
            route = router.post(f"{URL}/rest/v1/rpc/verb").respond(json=None)
            await transport_to(http).call("verb", {}, SERVICE)
        assert route.calls.last.request.headers["apikey"] == "sb_secret_x"
        assert "authorization" not in route.calls.last.request.headers

    async def test_with_a_legacy_key_sends_it_as_a_token_too(self, http: httpx.AsyncClient) -> None:
        with respx.mock as router:
            route = router.post(f"{URL}/rest/v1/rpc/verb").respond(json=None)
            await transport_to(http, service="ey.ey.sig").call("verb", {}, SERVICE)
        assert route.calls.last.request.headers["apikey"] == "ey.ey.sig"
        assert route.calls.last.request.headers["authorization"] == "Bearer ey.ey.sig"


TERMINATED = "PostgresError: terminating connection due to administrator command"
CLOSED = "Error: write CONNECTION_CLOSED 127.0.0.1:5432"
UNAVAILABLE = [
    pytest.param(httpx.Response(500, json={"code": "SUP", "message": TERMINATED}), id="cut off"),
    pytest.param(httpx.Response(500, json={"code": "SUP", "message": CLOSED}), id="closed"),
    pytest.param(httpx.Response(500, text="Internal Server Error"), id="plain text of Lite"),
    pytest.param(httpx.Response(502, text="<html>Bad gateway</html>"), id="a gateway"),
    pytest.param(httpx.Response(503, json={"code": "PGRST002", "message": "x"}), id="PGRST002"),
    pytest.param(httpx.Response(504, json={"code": "PGRST003", "message": "x"}), id="PGRST003"),
    pytest.param(httpx.Response(500, json={"code": "57014", "message": "x"}), id="time-out"),
    pytest.param(httpx.Response(500, json={"code": "53300", "message": "x"}), id="connections"),
    pytest.param(httpx.Response(500, json={"code": "40P01", "message": "x"}), id="deadlock"),
]


class TestErrors:
    @pytest.mark.parametrize("answer", UNAVAILABLE)
    async def test_the_database_is_away(
        self, http: httpx.AsyncClient, answer: httpx.Response
    ) -> None:
        with respx.mock as router:
            route = router.post(f"{URL}/rest/v1/rpc/verb").mock(return_value=answer)
            with pytest.raises(DatabaseUnavailable):
                await transport_to(http).call("verb", {}, USER)
        assert route.call_count == 1

    @pytest.mark.parametrize(
        "error", [httpx.ConnectTimeout, httpx.ReadTimeout, httpx.PoolTimeout, httpx.ReadError]
    )
    async def test_the_connection_fails_and_is_not_tried_again(
        self, http: httpx.AsyncClient, error: type[httpx.TransportError]
    ) -> None:
        with respx.mock as router:
            route = router.post(f"{URL}/rest/v1/rpc/verb").mock(side_effect=error("x"))
            with pytest.raises(DatabaseUnavailable):
                await transport_to(http).call("verb", {}, USER)
        assert route.call_count == 1

    async def test_nothing_listens(self, http: httpx.AsyncClient) -> None:
        transport = transport_to(http, url=f"http://127.0.0.1:{free_port()}")
        with pytest.raises(DatabaseUnavailable):
            await transport.call("verb", {}, USER)

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(401, json={"code": "PGRST301", "message": "JWT expired"}),
            httpx.Response(401, json={"code": "PGRST303", "message": "JWT expired"}),
            httpx.Response(401, text=""),
        ],
    )
    async def test_a_refused_token_is_the_users_and_a_refused_key_is_ours(
        self, http: httpx.AsyncClient, answer: httpx.Response
    ) -> None:
        with respx.mock as router:
            router.post(f"{URL}/rest/v1/rpc/verb").mock(return_value=answer)
            with pytest.raises(Unauthorized):
                await transport_to(http).call("verb", {}, USER)
            with pytest.raises(RpcError):
                await transport_to(http).call("verb", {}, SERVICE)

    async def test_a_refusal_keeps_the_row_out_of_its_words(self, http: httpx.AsyncClient) -> None:
        answer = {"code": "SUP", "message": "violates check", "details": "Failing row: (private)"}
        with respx.mock as router:
            router.post(f"{URL}/rest/v1/rpc/verb").respond(500, json=answer)
            with pytest.raises(RpcError) as refused:
                await transport_to(http).call("verb", {}, USER)
        assert refused.value.status_code == 500
        assert "private" not in str(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__


async def test_the_pool_waits_seconds_and_not_minutes(http: httpx.AsyncClient) -> None:
    assert http.timeout == httpx.Timeout(
        DATABASE_READ_SECONDS, connect=DATABASE_CONNECT_SECONDS, pool=DATABASE_POOL_SECONDS
    )
