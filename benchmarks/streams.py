"""Measures the memory that one chatServer process needs for event streams and for running turns.

A model that stalls after its first word keeps the turns running. Many readers follow one answer,
then many turns run at once; each figure is the growth of the process divided by their number.
"""

import argparse
import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import psycopg

from benchmarks.calls import MESSAGE
from benchmarks.generate import Population, find_sessions, generate
from benchmarks.paths import open_server
from benchmarks.stack import Stack
from tests.fakes.openai_server import FakeOpenAI, Hold
from tests.stack.embedded import EmbeddedStack
from tests.stack.server import ChatServer

OPENED_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Stream:
    """An open event stream that has shown its first word."""

    response: httpx.Response
    chunks: AsyncIterator[bytes]
    """Kept, because the connection closes when it is given up."""


def main() -> None:
    """Print the memory of the process, of a reader and of a turn."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streams", description=__doc__)
    parser.add_argument("--readers", type=int, default=1000, help="default: %(default)s")
    parser.add_argument("--turns", type=int, default=100, help="default: %(default)s")
    arguments = parser.parse_args()
    asyncio.run(_measure(arguments.readers, arguments.turns))


async def _measure(readers: int, turns: int) -> None:
    population = Population("streams", users=1, sessions=turns + 1, messages=2)
    async with FakeOpenAI() as model:
        model.script("word ", Hold())
        settings = {"OPENAI_BASE_URL": model.base_url, "CHAT_MODEL": "stalling"}
        with _running(settings) as (stack, server):
            with psycopg.connect(stack.db_url, autocommit=True) as database:
                generate(database, [population])
                session_ids = find_sessions(database, population)
            async with open_server(stack, population.user_id(), readers + turns) as http:
                await _print_growth(http, server, session_ids, readers=readers)


@contextmanager
def _running(settings: dict[str, str]) -> Iterator[tuple[Stack, ChatServer]]:
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


async def _print_growth(
    http: httpx.AsyncClient, server: ChatServer, session_ids: Sequence[str], *, readers: int
) -> None:
    first, *others = session_ids
    streams = [await _open(_post(http, first), http)]
    answer_id = streams[0].response.headers["X-Assistant-Message-Id"]
    rejoin = f"/sessions/{first}/messages/{answer_id}/stream"
    try:
        at_rest = _memory_kib(server)
        streams += await _open_all([http.build_request("GET", rejoin)] * readers, http)
        with_readers = _memory_kib(server)
        streams += await _open_all([_post(http, session_id) for session_id in others], http)
        with_turns = _memory_kib(server)
    finally:
        await asyncio.gather(*(stream.response.aclose() for stream in streams))
    print(f"chatServer with one turn running: {at_rest / 1024:.0f} MiB")
    print(f"each of {readers} readers more: {(with_readers - at_rest) / readers:.1f} KiB")
    turns = len(others)
    print(
        f"each of {turns} turns more, its reader included: "
        f"{(with_turns - with_readers) / turns:.1f} KiB"
    )


def _post(http: httpx.AsyncClient, session_id: str) -> httpx.Request:
    body = {"content": MESSAGE, "client_request_id": f"stream {session_id}"}
    return http.build_request("POST", f"/sessions/{session_id}/messages", json=body)


async def _open_all(requests: Sequence[httpx.Request], http: httpx.AsyncClient) -> list[Stream]:
    streams: list[Stream] = []
    for begin in range(0, len(requests), OPENED_AT_ONCE):
        some = requests[begin : begin + OPENED_AT_ONCE]
        streams += await asyncio.gather(*(_open(request, http) for request in some))
    return streams


async def _open(request: httpx.Request, http: httpx.AsyncClient) -> Stream:
    """Follow a stream up to the first word of its answer.

    Raises:
        RuntimeError: It ended before.
    """
    response = (await http.send(request, stream=True)).raise_for_status()
    chunks = response.aiter_raw()
    seen = b""
    async for chunk in chunks:
        seen += chunk
        if b"word " in seen:
            return Stream(response, chunks)
    raise RuntimeError("the stream ended before its first word")


def _memory_kib(server: ChatServer) -> int:
    if server.process is None:
        raise RuntimeError("the server does not run")
    command = ["ps", "-o", "rss=", "-p", str(server.process.pid)]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 our own child
    return int(listed.stdout)


if __name__ == "__main__":
    main()
