"""`chat-registry`: what an operator does beside running the server."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence

from chatServer.database.postgres_login import check_postgres_login
from chatServer.database.transport import RpcError
from chatServer.dependencies.retention import open_retention
from chatServer.errors import DomainError
from chatServer.retention_rules import RetentionRule
from chatServer.services.retention_service import RetentionCounts, RetentionService, due_actions
from chatServer.settings import Settings, SettingsError, load_settings

LISTED_DEFAULT = 1000


def run() -> None:
    """Run the command of this process and end with its exit code."""
    sys.exit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a wrong setting ends it with one sentence."""
    parser = argparse.ArgumentParser(prog="chat-registry", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    retention = commands.add_parser(
        "retention", help="do a pass of retention now", description="Does a pass of retention now."
    )
    retention.add_argument(
        "--dry-run", action="store_true", help="only list what would go, in counts and sessions"
    )
    retention.add_argument(
        "--limit",
        type=_read_count,
        default=LISTED_DEFAULT,
        metavar="N",
        help="sessions that a dry run lists of each channel; it counts all (default: %(default)s)",
    )
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        settings = load_settings()
        if settings.supabase_db_url is not None:
            check_postgres_login(settings.supabase_db_url)
        return asyncio.run(retain(settings, is_dry_run=given.dry_run, limit=given.limit))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
    except DomainError as error:
        sys.stderr.write(f"{error.title}: {_explain(error)}\n")
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 1


async def retain(settings: Settings, *, is_dry_run: bool, limit: int = LISTED_DEFAULT) -> int:
    """Do a pass, or list what it would do, and return the exit code.

    Raises:
        DomainError: The database did not answer.
    """
    async with open_retention(settings) as service:
        if is_dry_run:
            for rule in settings.retention_rules:
                counts = await list_idle(service, rule, limit=limit)
                _print(f"{rule.channel}, if it were now: {counts}")
            return 0
        done = await service.run_pass(pause_seconds=0)
    if done is None or not done.is_whole:
        sys.stderr.write("Another process does a pass now; its log has the counts.\n")
        return 1
    for channel, counts in done.counts.items():
        _print(f"{channel}: {counts}")
    return 0


async def list_idle(
    service: RetentionService, rule: RetentionRule, *, limit: int
) -> RetentionCounts:
    """Print what a pass would do with each session, up to a limit, and return the counts of all."""
    counts = RetentionCounts()
    listed = 0
    async for session in service.list_idle(rule):
        counts.add(session)
        listed += 1
        if listed <= limit:
            last = session.updated_at.isoformat(timespec="seconds")
            _print(
                f"{session.session_id} of user {session.user_id}, last active {last}:"
                f" {', '.join(due_actions(session))}"
            )
    if listed > limit:
        rest = listed - limit
        _print(f"… and {rest} more {'session' if rest == 1 else 'sessions'} of {rule.channel}")
    return counts


def _read_count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 up, not {text!r}")
    return int(text)


def _explain(error: DomainError) -> str:
    """Return what an operator can act on: the words of Supabase for a refusal nobody foresaw."""
    refusal = error.__cause__
    return refusal.message if isinstance(refusal, RpcError) else error.detail


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    run()
