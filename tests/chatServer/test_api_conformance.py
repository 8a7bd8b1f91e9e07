"""Whatever fits or breaks the description, the API answers as it describes."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from chatServer.main import build_api
from tests.stack.api import SupabaseApi
from tests.stack.server import ChatServer

# An archive is sent as the bytes it is.
schemathesis.serializer.alias("application/zip", "application/octet-stream")
ANSWER_SECONDS = 180
description = schemathesis.openapi.from_dict(build_api().openapi())


@pytest.fixture(scope="module")
def base_url(supabase_api: SupabaseApi) -> Iterator[str]:
    """A server in a process of its own: the cases are sent from this thread."""
    server = ChatServer(supabase_api, is_patient=True)
    server.start()
    try:
        yield server.base_url
    finally:
        server.stop()


@pytest.fixture(scope="module")
def access_token(supabase_api: SupabaseApi) -> str:
    return supabase_api.add_user().access_token


@description.parametrize()
@settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_api_answers_as_it_describes(
    case: schemathesis.Case[Any], base_url: str, access_token: str
) -> None:
    case.call_and_validate(
        base_url=base_url,
        timeout=ANSWER_SECONDS,
        headers={"Authorization": f"Bearer {access_token}"},
        # Unknown query parameters are passed over, and some rules are more than a schema can say.
        excluded_checks=[negative_data_rejection, positive_data_acceptance],
    )
