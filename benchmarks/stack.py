"""The stack that is measured: the one of the tests, or one that runs already."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from uuid import UUID

import jwt

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
    return Stack(**{field.name: values[field.name] for field in fields(Stack)})


@contextmanager
def running_stack(addresses: Path | None = None) -> Iterator[Stack]:
    """Start a stack with data of its own, unless a file names one; stop it afterwards.

    Raises:
        RuntimeError: The stack did not start.
    """
    if addresses is not None:
        yield read_stack(addresses.read_text())
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
        yield read_stack(line)
        process.stdin.close()
