"""One chatServer process over a Supabase of its own, and how its streamed answers are read."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx

from benchmarks.stack import Stack
from tests.stack.embedded import EmbeddedStack
from tests.stack.server import ChatServer

WORD = 'data: {"type":"message.delta"'


@contextmanager
def running_server(settings: dict[str, str]) -> Iterator[tuple[Stack, ChatServer]]:
    """Start both; give where everything is, and the process."""
    embedded = EmbeddedStack()
    server = ChatServer(embedded.project, settings)
    try:
        embedded.start()
        server.start()
        project = embedded.project
        yield (
            Stack(
                base_url=server.base_url,
                supabase_url=project.url,
                publishable_key=project.publishable_key,
                secret_key=project.secret_key,
                db_url=project.db_url,
                jwt_secret=project.jwt_secret,
            ),
            server,
        )
    finally:
        server.stop()
        embedded.stop()


async def read_words(response: httpx.Response) -> AsyncIterator[str]:
    """Read what an answer's event stream adds to it, piece by piece."""
    async for line in response.aiter_lines():
        if line.startswith(WORD):
            yield json.loads(line.removeprefix("data: "))["text"]
