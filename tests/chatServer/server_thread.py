"""chatServer in a thread of its own, for tests that are no coroutines."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from chatServer.main import build_server
from chatServer.settings import Settings

START_SECONDS = 180


@contextmanager
def serve_in_thread(settings: Settings) -> Iterator[str]:
    """Serves the app on a free port and yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = build_server(settings)

        def run() -> None:
            # When it does not start the listener closes, and with it whoever waits for an answer.
            with listener:
                asyncio.run(server.serve(sockets=[listener]))

        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=run)
        thread.start()
        try:
            # The connection is taken at once, the answer comes when the server has started.
            httpx.get(f"{url}/healthz", timeout=START_SECONDS, trust_env=False).raise_for_status()
            yield url
        finally:
            server.should_exit = True
            thread.join()
