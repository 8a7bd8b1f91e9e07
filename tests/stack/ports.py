"""Ports that no two test processes of this machine pick while both run."""

import fcntl
import os
import random
import socket
import tempfile
from functools import cache
from pathlib import Path

_picked: set[int] = set()


def free_port() -> int:
    """Picks a port on which nobody listens; it is this process's own until the process ends.

    It lies below the range that the kernel gives to outgoing connections.
    """
    while True:
        port = random.randint(15_000, 30_000)
        if port not in _picked and _reserve(port) and _is_silent(port):
            return port


def _reserve(port: int) -> bool:
    """Locks the port's byte of a file that all test processes share; the lock ends with us."""
    try:
        fcntl.lockf(_reservations(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    _picked.add(port)
    return True


@cache
def _reservations() -> int:
    # Closing it would give every port back, so it stays open.
    path = Path(tempfile.gettempdir(), f"chat-registry-ports-{os.getuid()}")
    return os.open(path, os.O_RDWR | os.O_CREAT, mode=0o600)


def _is_silent(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
