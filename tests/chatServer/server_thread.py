"""chatServer in a thread of its own, for tests that are no coroutines."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from chatServer.main import build_server
from chatServer.settings import Settings

START_SECONDS = 60


@contextmanager
def serve_in_thread(settings: Settings) -> Iterator[str]:
    """Serves the app on a free port and yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = build_server(settings)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
        thread.start()
        try:
            give_up_at = time.monotonic() + START_SECONDS
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                assert time.monotonic() < give_up_at, "the server did not start in time"
                time.sleep(0.02)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
