from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from chatServer.database.postgres_transport import PostgresTransport, open_postgres_transport
from tests.chatServer.database.probed_database import PROBES
from tests.stack.database import Database


@pytest.fixture
def probed(database: Database) -> Database:
    """A database whose functions show what a call is made of."""
    with database.connect() as connection:
        connection.execute(PROBES.encode())
    return database


@pytest.fixture
async def probed_transport(probed: Database) -> AsyncIterator[PostgresTransport]:
    async with open_postgres_transport(SecretStr(probed.authenticator_url), size=2) as opened:
        yield opened
