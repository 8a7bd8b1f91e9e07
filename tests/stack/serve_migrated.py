"""`python -m tests.stack.serve_migrated`: as serve --json, over a database of the old release.

The database is first brought to the state before the registry and filled as that release does, then
started again with every migration. The line of JSON also names the account that owns the rows.
"""

import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from uuid import UUID

import httpx
import psycopg

from tests.stack.embedded import LOCAL, ROOT, EmbeddedStack, StackFailed, SupabaseProject
from tests.stack.serve import describe, stop_at_once
from tests.stack.server import ChatServer
from tests.supabase.migrations.old_release import insert_message, insert_session

LAST_OLD_FILE = "20250310090100"
ACCOUNT = {"email": "from-before@example.org", "password": "correct horse battery staple"}
WORDS = (("user", "How do I keep basil alive?"), ("assistant", "Water it from below."))


def main() -> int:
    """Runs the stack and returns the exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_at_once)
    with tempfile.TemporaryDirectory(prefix="old-release-") as folder:
        stack = EmbeddedStack(Path(folder, "data"), local=_old_checkout(Path(folder)))
        server = ChatServer(stack.project, is_patient=True)
        try:
            stack.start()
            _fill(stack.project)
            stack.stop()
            stack.local = LOCAL
            stack.start()
            server.start()
            sys.stdout.write(json.dumps(describe(stack, server) | ACCOUNT) + "\n")
            sys.stdout.flush()
            sys.stdin.read()
        except StackFailed as error:
            sys.stderr.write(f"{error}\n")
            return 1
        finally:
            server.stop()
            stack.stop()
    return 0


def _old_checkout(folder: Path) -> Path:
    """Copies supabase/ with the old release's migrations alone; returns its local folder."""
    supabase = folder / "supabase"
    shutil.copytree(ROOT / "supabase", supabase, ignore=shutil.ignore_patterns("node_modules"))
    for file in (supabase / "migrations").iterdir():
        if file.name[: len(LAST_OLD_FILE)] > LAST_OLD_FILE:
            file.unlink()
    (supabase / "local" / "node_modules").symlink_to(LOCAL / "node_modules")
    return supabase / "local"


def _fill(project: SupabaseProject) -> None:
    answer = httpx.post(
        f"{project.url}/auth/v1/signup",
        headers={"apikey": project.publishable_key},
        json=ACCOUNT,
        timeout=180,
        trust_env=False,
    )
    answer.raise_for_status()
    user_id = UUID(answer.json()["user"]["id"])
    with psycopg.connect(project.db_url) as connection:
        chat_id = insert_session(connection, user_id)
        for role, content in WORDS:
            insert_message(connection, chat_id, content, role)


if __name__ == "__main__":
    sys.exit(main())
