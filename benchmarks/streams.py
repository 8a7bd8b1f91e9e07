"""Measures many event streams at once on one chatServer process.

A thousand turns run side by side, each with its own model call and its own reader, at the pace of a
fake model that says a word at each beat. Beside them more turns are begun one by one, and their
first words are set against those of turns begun while nothing else ran. In the end each stream and
each stored answer is compared with what the model said.
"""

import argparse
import asyncio
import subprocess
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import httpx
import psycopg

from benchmarks.calls import MESSAGE
from benchmarks.figures import percentile
from benchmarks.generate import Population, generate
from benchmarks.model_process import model_process
from benchmarks.paced_model import list_words
from benchmarks.paths import open_server
from benchmarks.running_server import read_words, running_server
from benchmarks.stack import Stack
from tests.stack.server import ChatServer

OPENED_AT_ONCE = 20


@dataclass(slots=True)
class Stream:
    """An open event stream that has shown its first word, and the text it has shown so far."""

    response: httpx.Response
    words: AsyncIterator[str]
    first_word_seconds: float
    text: list[str] = field(default_factory=list)


def main() -> None:
    """Print the first words' delays, the memory and what was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streams", description=__doc__)
    parser.add_argument("--turns", type=int, default=1000, help="default: %(default)s")
    parser.add_argument("--probes", type=int, default=100, help="default: %(default)s")
    parser.add_argument("--words", type=int, default=60, help="of an answer; default: %(default)s")
    parser.add_argument("--beat-seconds", type=float, default=1.0, help="default: %(default)s")
    arguments = parser.parse_args()
    with (
        model_process(
            "benchmarks.paced_model",
            f"--words={arguments.words}",
            f"--beat-seconds={arguments.beat_seconds}",
        ) as model_url,
        running_server({"OPENAI_BASE_URL": model_url, "CHAT_MODEL": "paced"}) as (stack, server),
    ):
        crowd = Population("streams", users=1, sessions=arguments.turns, messages=2)
        probing = Population("probes", users=1, sessions=2 * arguments.probes, messages=2)
        with psycopg.connect(stack.db_url, autocommit=True) as database:
            generate(database, [crowd, probing])
            asyncio.run(
                _measure(
                    Bench(stack, server, database, "".join(list_words(arguments.words))),
                    crowd,
                    probing,
                )
            )


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured, and the text that every answer has in the end."""

    stack: Stack
    server: ChatServer
    database: psycopg.Connection[tuple[object, ...]]
    expected: str


async def _measure(bench: Bench, crowd: Population, probing: Population) -> None:
    crowd_ids, probe_ids = (_sessions_of(bench, population) for population in (crowd, probing))
    half = len(probe_ids) // 2
    async with (
        open_server(bench.stack, probing.user_id(), 4) as probes,
        open_server(bench.stack, crowd.user_id(), len(crowd_ids)) as http,
    ):
        await _probe(probes, probe_ids[:half])  # warms the process and its connections
        alone = await _probe(probes, probe_ids[:half])
        at_rest = _memory_kib(bench.server)
        opened_at = time.perf_counter()
        readers = await _open_all(http, crowd_ids)
        opening_seconds = time.perf_counter() - opened_at
        beside = await _probe(probes, probe_ids[half:])
        grown = _memory_kib(bench.server) - at_rest
        running = sum(not reader.done() for reader in readers)
        texts = await asyncio.gather(*readers)
    print(f"{len(readers)} turns begun in {opening_seconds:.1f} s; {running} still ran in the end")
    for name, delays in (("alone", alone), (f"beside {len(readers)} streams", beside)):
        p50, p95 = (percentile(delays, percent) * 1000 for percent in (50, 95))
        slowest = max(delays) * 1000
        print(f"first word {name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, slowest {slowest:.0f} ms")
    later = percentile(beside, 95) - percentile(alone, 95)
    print(f"p95 later by {later * 1000:.0f} ms")
    print(f"memory of a stream, its turn included: {grown / len(readers):.1f} KiB")
    stored = _stored_answers(bench, crowd)
    print(
        f"streams that lost text: {sum(text != bench.expected for text in texts)}; stored answers"
        f" that did: {sum(text != bench.expected for text in stored)} of {len(stored)}"
    )


def _sessions_of(bench: Bench, population: Population) -> list[str]:
    rows = bench.database.execute(
        "select session_id from public.chat_sessions where user_id = %s order by session_id",
        [population.user_id()],
    )
    return [str(session_id) for (session_id,) in rows]


def _stored_answers(bench: Bench, population: Population) -> list[str]:
    rows = bench.database.execute(
        "select content from public.chat_message_history"
        " where user_id = %s and role = 'assistant' and model_id = 'paced'",
        [population.user_id()],
    )
    return [str(content) for (content,) in rows]


async def _probe(http: httpx.AsyncClient, session_ids: Sequence[str]) -> list[float]:
    """Begin turns one after another; return the seconds to the first word of each."""
    delays = []
    for session_id in session_ids:
        stream = await _open(http, session_id)
        delays.append(stream.first_word_seconds)
        answer_id = stream.response.headers["X-Assistant-Message-Id"]
        cancelled = await http.post(f"/sessions/{session_id}/messages/{answer_id}/cancel")
        cancelled.raise_for_status()
        await stream.response.aclose()
    return delays


async def _open_all(http: httpx.AsyncClient, session_ids: Sequence[str]) -> list[asyncio.Task[str]]:
    """Begin the turns; return those who read on, once each has shown its first word."""
    readers: list[asyncio.Task[str]] = []
    for begin in range(0, len(session_ids), OPENED_AT_ONCE):
        some = session_ids[begin : begin + OPENED_AT_ONCE]
        opened = await asyncio.gather(*(_open(http, session_id) for session_id in some))
        # At once: what is read late piles up, and the first probes would wait for that.
        readers += [asyncio.create_task(_read_on(stream)) for stream in opened]
    return readers


async def _open(http: httpx.AsyncClient, session_id: str) -> Stream:
    """Begin a turn and follow it up to the first word of its answer.

    Raises:
        RuntimeError: The stream ended before.
    """
    body = {"content": MESSAGE, "client_request_id": str(uuid.uuid4())}
    started = time.perf_counter()
    request = http.build_request("POST", f"/sessions/{session_id}/messages", json=body)
    response = (await http.send(request, stream=True)).raise_for_status()
    words = read_words(response)
    async for word in words:
        return Stream(response, words, time.perf_counter() - started, [word])
    raise RuntimeError("the stream ended before its first word")


async def _read_on(stream: Stream) -> str:
    stream.text += [word async for word in stream.words]
    return "".join(stream.text)


def _memory_kib(server: ChatServer) -> int:
    if server.process is None:
        raise RuntimeError("the server does not run")
    command = ["ps", "-o", "rss=", "-p", str(server.process.pid)]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 our own child
    return int(listed.stdout)


if __name__ == "__main__":
    main()
