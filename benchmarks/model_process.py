"""A fake model in a process of its own: it prints its address and ends with its standard input."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.openai_server import FakeOpenAI


@contextmanager
def model_process(module: str, *arguments: str) -> Iterator[str]:
    """Start the module, which calls `serve_model`, beside this process; give its address.

    Raises:
        RuntimeError: It did not start.
    """
    with subprocess.Popen(  # noqa: S603 a module of ours
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the model was started without pipes")
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError("the model did not start")
        yield address
        process.stdin.close()


async def serve_model(model: FakeOpenAI) -> None:
    """Serve until the standard input ends."""
    async with model:
        print(model.base_url, flush=True)
        await asyncio.to_thread(sys.stdin.read)
