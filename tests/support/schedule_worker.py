"""The processes of the crash test: each is a `planner` or a `worker` until it is killed."""

import asyncio
import os
import signal
import sys

from pydantic import SecretStr

from chatServer.database.postgrest_transport import PostgrestTransport, open_http_pool
from chatServer.database.schedule_registry import ScheduleRegistry
from chatServer.database.session_registry import SessionRegistry
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import PLAN_TICK_SECONDS
from chatServer.services.reply_generator import ReplyGenerator
from chatServer.services.schedule_planner import SchedulePlanner
from chatServer.services.scheduled_execution_service import ScheduledExecutionService
from chatServer.services.turn_service import TurnService


async def plan(registry: ScheduleRegistry) -> None:
    """Plans and does nothing else."""
    planner = SchedulePlanner(registry)
    while True:
        try:
            await planner.plan_due()
        except DatabaseUnavailable as error:
            sys.stderr.write(f"{error}\n")
        await asyncio.sleep(PLAN_TICK_SECONDS)


async def work(registry: ScheduleRegistry, turns: TurnService) -> None:
    """Plans and carries out, as a server does."""
    await turns.start()
    ScheduledExecutionService(registry, SchedulePlanner(registry), turns=turns).start()
    await asyncio.Event().wait()


async def main(kind: str) -> None:
    """Does one of both for ever."""
    async with open_http_pool(trust_env=False) as http:
        transport = PostgrestTransport(
            http,
            url=os.environ["SUPABASE_URL"],
            publishable_key=os.environ["SUPABASE_PUBLISHABLE_KEY"],
            secret_key=SecretStr(os.environ["SUPABASE_SECRET_KEY"]),
        )
        registry = ScheduleRegistry(transport)
        if kind == "planner":
            await plan(registry)
        else:
            turns = TurnService(SessionRegistry(transport), ReplyGenerator())
            await work(registry, turns)


def run() -> None:
    """Forks a process for each line that names a kind, and tells its number.

    To import everything in each of them anew took most of the test's time. At the end of the
    input all of them are killed.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            try:
                asyncio.run(main(line.strip()))
            finally:
                os._exit(1)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()
    os.killpg(os.getpgrp(), signal.SIGKILL)
