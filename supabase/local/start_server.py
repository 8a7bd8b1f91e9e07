"""Runs chatServer as soon as the Supabase API takes connections; loads it meanwhile."""

import os
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from chatServer.main import main

PATIENCE_SECONDS = 10


def wait_for_supabase() -> None:
    """Returns when something listens at SUPABASE_URL; says so when that takes long."""
    patience = time.monotonic() + PATIENCE_SECONDS
    address = urlsplit(os.environ["SUPABASE_URL"])
    port = address.port or (443 if address.scheme == "https" else 80)
    while True:
        try:
            socket.create_connection((address.hostname, port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
            if time.monotonic() > patience:
                sys.stdout.write(f"Still waiting for Supabase at {address.geturl()}\n")
                patience += PATIENCE_SECONDS
        else:
            return


wait_for_supabase()
main()
