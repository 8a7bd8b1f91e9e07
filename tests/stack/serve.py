"""`python -m tests.stack.serve [--json]`: the whole stack with chatServer, until told to stop.

Everything runs on free ports with fresh data; with --no-schedules the server carries out no runs.
When ready it prints the addresses and keys, with --json as one line. It stops at SIGTERM, at
SIGINT, and when its standard input closes, so that it never outlives the program that started it.
"""

import argparse
import json
import signal
import sys
from types import FrameType
from typing import NoReturn

from tests.stack.embedded import EmbeddedStack, StackFailed
from tests.stack.server import ChatServer


def main() -> int:
    """Runs the stack and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    parser.add_argument("--no-schedules", action="store_true", help="set RUN_SCHEDULES to false")
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_at_once)

    stack = EmbeddedStack()
    settings = {"RUN_SCHEDULES": "false"} if arguments.no_schedules else None
    server = ChatServer(stack.project, settings, is_patient=True)
    try:
        stack.start()
        server.start()
        _announce(stack, server, as_json=arguments.json)
        sys.stdin.read()
    except StackFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        server.stop()
        stack.stop()
    return 0


def describe(stack: EmbeddedStack, server: ChatServer) -> dict[str, str]:
    """Names every address and key of a running stack."""
    project = stack.project
    return {
        "base_url": server.base_url,
        "supabase_url": project.url,
        "publishable_key": project.publishable_key,
        "secret_key": project.secret_key,
        "db_url": project.db_url,
        "jwt_secret": project.jwt_secret,
    }


def _announce(stack: EmbeddedStack, server: ChatServer, *, as_json: bool) -> None:
    addresses = describe(stack, server)
    lines = [json.dumps(addresses)] if as_json else [f"{k}: {v}" for k, v in addresses.items()]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def stop_at_once(_signal_number: int, _frame: FrameType | None) -> NoReturn:
    """Leaves through every finally, and only once."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
