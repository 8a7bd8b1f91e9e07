"""The stack that is measured: the one of the tests, or one that runs already.

Its chatServer has the direct transport; a second one beside it goes over the Supabase API.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from uuid import UUID

import jwt

from tests.stack.embedded import SupabaseProject
from tests.stack.server import ChatServer

TOKEN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Stack:
    """Where the parts of a running stack answer, and what opens them."""

    base_url: str
    supabase_url: str
    publishable_key: str
    secret_key: str
    db_url: str
    jwt_secret: str
    server_over_api_url: str = ""

    def token(self, user_id: UUID) -> str:
        """Return an access token such as Supabase Auth gives this user."""
        now = int(time.time())
        claims = {
            "sub": str(user_id),
            "aud": "authenticated",
            "role": "authenticated",
            "iat": now,
            "exp": now + TOKEN_SECONDS,
        }
        return jwt.encode(claims, self.jwt_secret, algorithm="HS256")


def read_stack(line: str) -> Stack:
    """Read what `tests.stack.serve --json` prints."""
    values = json.loads(line)
    given = {field.name: values[field.name] for field in fields(Stack) if field.name in values}
    return Stack(**given)


@contextmanager
def running_stack(addresses: Path | None = None) -> Iterator[Stack]:
    """Start a stack with data of its own, unless a file names one; stop it afterwards.

    Raises:
        RuntimeError: The stack did not start.
    """
    if addresses is not None:
        with _beside(read_stack(addresses.read_text())) as stack:
            yield stack
        return
    with subprocess.Popen(
        [sys.executable, "-m", "tests.stack.serve", "--json", "--no-schedules"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the stack was started without pipes")
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the stack did not start")
        with _beside(read_stack(line)) as stack:
            yield stack
        process.stdin.close()


@contextmanager
def _beside(stack: Stack) -> Iterator[Stack]:
    project = SupabaseProject(
        url=stack.supabase_url,
        publishable_key=stack.publishable_key,
        secret_key=stack.secret_key,
        jwt_secret=stack.jwt_secret,
        db_url=stack.db_url,
    )
    # Schedules are planned by who measures them.
    server = ChatServer(project, {"SUPABASE_DB_URL": "", "RUN_SCHEDULES": "false"})
    try:
        server.start()
        yield replace(stack, server_over_api_url=server.base_url)
    finally:
        server.stop()
