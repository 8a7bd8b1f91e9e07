"""Measures many conversations at once on one chatServer process.

Two hundred users talk for a minute, each in a session of fifty messages, to a model that thinks for
a moment and then repeats all names that it was given. Told are the slowest answer beyond the
model's own time, what failed, which answer held the name of somebody else, and the connections that
were open before and after.
"""

import argparse
import asyncio
import os
import re
import time
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from benchmarks.figures import percentile
from benchmarks.generate import Population, generate, settle
from benchmarks.model_process import model_process, serve_model
from benchmarks.paths import open_server
from benchmarks.running_server import read_words, running_server
from benchmarks.stack import Stack
from tests.fakes.openai_server import FakeOpenAI, Pause, Prompt, Step
from tests.stack.server import ChatServer

MESSAGES = 50
NAME = re.compile(r"name-[0-9a-f-]+")


@dataclass(slots=True)
class Tally:
    """What became of all turns."""

    seconds: list[float] = field(default_factory=list)
    """From each question to the end of its answer."""
    failures: list[str] = field(default_factory=list)
    mixed_up: int = 0


def main() -> None:
    """Print how long answers took, and what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conversations", description=__doc__)
    parser.add_argument("--conversations", type=int, default=200, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=60.0, help="default: %(default)s")
    parser.add_argument("--model-seconds", type=float, default=5.0, help="default: %(default)s")
    parser.add_argument("--be-the-model", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.be_the_model:
        be_the_model(arguments.model_seconds)
        return
    with (
        model_process(
            "benchmarks.conversations",
            "--be-the-model",
            f"--model-seconds={arguments.model_seconds}",
        ) as model_url,
        running_server({"OPENAI_BASE_URL": model_url, "CHAT_MODEL": "echo"}) as (stack, server),
        psycopg.connect(stack.db_url, autocommit=True) as database,
    ):
        crowd = Population("talk", users=arguments.conversations, sessions=1, messages=MESSAGES)
        generate(database, [crowd])
        users = [crowd.user_id(number) for number in range(crowd.users)]
        settle(database)
        asyncio.run(_measure(Bench(stack, server, database), users, arguments))


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured."""

    stack: Stack
    server: ChatServer
    database: psycopg.Connection[tuple[object, ...]]

    def connections(self) -> tuple[int, int]:
        """Count the server's connections to Postgres and its open files, sockets included."""
        row = self.database.execute(
            "select count(*) from pg_stat_activity where application_name = 'chat-registry'"
        ).fetchone()
        if self.server.process is None or row is None:
            raise RuntimeError("the server does not run")
        open_files = list(Path(f"/proc/{self.server.process.pid}/fd").iterdir())
        return int(str(row[0])), len(open_files)

    def cpu_seconds(self) -> float:
        """Return what the server has used of the processors."""
        if self.server.process is None:
            raise RuntimeError("the server does not run")
        stat = Path(f"/proc/{self.server.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


async def _measure(bench: Bench, users: Sequence[uuid.UUID], options: argparse.Namespace) -> None:
    rows = bench.database.execute("select user_id, session_id from public.chat_sessions").fetchall()
    sessions = {uuid.UUID(str(user_id)): str(session_id) for user_id, session_id in rows}
    tally = Tally()
    async with AsyncExitStack() as opened:
        talks = [
            Talk(
                await opened.enter_async_context(open_server(bench.stack, user_id, 1)),
                sessions[user_id],
                f"name-{user_id}",
            )
            for user_id in users
        ]
        await _say(talks[0], Tally())  # warms the process and its connections
        before, cpu_before = bench.connections(), bench.cpu_seconds()
        end_at = time.perf_counter() + options.seconds
        await asyncio.gather(*(_converse(talk, tally, end_at) for talk in talks))
    after, cpu_seconds = bench.connections(), bench.cpu_seconds() - cpu_before
    own = [seconds - options.model_seconds for seconds in tally.seconds]
    print(f"{len(users)} conversations, {len(own)} answers in {options.seconds:.0f} s")
    print(
        f"beyond the model's own {options.model_seconds:.0f} s: p50 {percentile(own, 50):.2f} s,"
        f" p95 {percentile(own, 95):.2f} s, slowest {max(own):.2f} s"
    )
    print(f"the server's processor time: {cpu_seconds / len(own) * 1000:.0f} ms an answer")
    print(f"failed: {len(tally.failures)} {tally.failures[:3]}; mixed up: {tally.mixed_up}")
    print(f"connections to Postgres {before[0]} → {after[0]}, open files {before[1]} → {after[1]}")


@dataclass(frozen=True, slots=True)
class Talk:
    """One user's conversation; the name is in every question and in nobody else's."""

    http: httpx.AsyncClient
    session_id: str
    name: str


async def _converse(talk: Talk, tally: Tally, end_at: float) -> None:
    # People do not begin in one instant.
    await asyncio.sleep(int(talk.name[-4:], 16) / 0x10000 * 5)
    while time.perf_counter() < end_at:
        await _say(talk, tally)


async def _say(talk: Talk, tally: Tally) -> None:
    body = {"content": f"I am {talk.name}.", "client_request_id": str(uuid.uuid4())}
    started = time.perf_counter()
    try:
        request = talk.http.build_request(
            "POST", f"/sessions/{talk.session_id}/messages", json=body
        )
        response = (await talk.http.send(request, stream=True)).raise_for_status()
        said = "".join([word async for word in read_words(response)])
    except httpx.HTTPError as error:
        tally.failures.append(repr(error))
        return
    tally.seconds.append(time.perf_counter() - started)
    names = set(NAME.findall(said))
    if not names:
        tally.failures.append(said[:100] or "no words")
    tally.mixed_up += not names <= {talk.name}


def be_the_model(model_seconds: float) -> None:
    """Serve a model that thinks for a while, then says every name that it was given."""
    model = FakeOpenAI()

    def compose(prompt: Prompt) -> tuple[Step, ...]:
        model.prompts.clear()
        names = sorted(set(NAME.findall(str(prompt.messages))))
        return (Pause(model_seconds), *(f"{name} " for name in names))

    model.compose = compose
    asyncio.run(serve_model(model))


if __name__ == "__main__":
    main()
