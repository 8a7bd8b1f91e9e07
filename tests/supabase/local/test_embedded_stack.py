"""The embedded stack: what a restart keeps, what a crash leaves, what a request may see."""

import contextlib
import http.server
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.stack.api import SupabaseApi
from tests.stack.checkout import processes_of
from tests.stack.database import Database
from tests.stack.embedded import LOCAL, NODE, EmbeddedStack, StackFailed, SupabaseProject

ANSWER_SECONDS = 180


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[EmbeddedStack]:
    """A stack that keeps its data in tmp_path; not started."""
    stack = EmbeddedStack(tmp_path / "data")
    yield stack
    stack.stop()


def api_of(stack: EmbeddedStack) -> SupabaseApi:
    return SupabaseApi(**vars(stack.project))


def make_session(stack: EmbeddedStack) -> None:
    user = api_of(stack).sign_up()
    with psycopg.connect(stack.project.db_url) as connection:
        connection.execute(
            "insert into chat_sessions (user_id, session_id, channel) values (%s, 'kept', 'web')",
            (user.id,),
        )


def session_ids(project: SupabaseProject) -> list[str]:
    headers = {"apikey": project.secret_key}
    url = f"{project.url}/rest/v1/chat_sessions?select=session_id"
    response = httpx.get(url, headers=headers, timeout=ANSWER_SECONDS)
    return [row["session_id"] for row in response.raise_for_status().json()]


class TestRestart:
    def test_data_are_there_after_a_stop(self, stack: EmbeddedStack) -> None:
        stack.start()
        make_session(stack)
        stack.stop()
        stack.start()
        assert session_ids(stack.project) == ["kept"]

    def test_data_are_there_after_kill_9_of_everything(self, stack: EmbeddedStack) -> None:
        stack.start()
        make_session(stack)
        kill_9(stack.data_dir, "main.ts", "postgres")
        stack.stop()
        assert (stack.data_dir / "postgres" / "postmaster.pid").exists()
        stack.start()
        assert session_ids(stack.project) == ["kept"]

    def test_postgres_that_lost_its_parent_is_replaced(self, stack: EmbeddedStack) -> None:
        stack.start()
        make_session(stack)
        kill_9(stack.data_dir, "main.ts")
        stack.stop()
        assert processes_of(stack.data_dir)
        stack.start()
        assert session_ids(stack.project) == ["kept"]

    def test_nothing_runs_after_a_stop(self, stack: EmbeddedStack) -> None:
        stack.start()
        assert processes_of(stack.data_dir)
        stack.stop()
        assert not processes_of(stack.data_dir)

    def test_throwaway_data_are_removed(self) -> None:
        stack = EmbeddedStack()
        stack.start()
        stack.stop()
        assert not stack.data_dir.exists()


def kill_9(folder: Path, *names: str) -> None:
    for command, process in processes_of(folder).items():
        if any(name in command for name in names):
            # PostgreSQL's own processes end by themselves as soon as its first one is gone.
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


class TestStart:
    def test_taken_database_port_ends_with_postgres_own_words(self, stack: EmbeddedStack) -> None:
        port = psycopg.conninfo.conninfo_to_dict(stack.project.db_url)["port"]
        taken = socket.create_server(("127.0.0.1", int(str(port))))
        with taken, pytest.raises(StackFailed, match="Address already in use"):
            stack.start()

    def test_only_loopback_is_listened_on(self, embedded_stack: EmbeddedStack) -> None:
        for url in (embedded_stack.project.url, embedded_stack.project.db_url):
            port = httpx.URL(url).port
            assert port is not None
            with socket.socket() as probe:
                # Linux routes all of 127.0.0.0/8 to this machine; a wildcard listener answers here.
                assert probe.connect_ex(("127.0.0.2", port)) != 0


class TestKeylessAccess:
    @pytest.mark.parametrize("path", ["/rest/v1/", "/rest/v1/chat_sessions", "/auth/v1/user"])
    def test_request_without_a_key_is_refused(self, supabase_api: SupabaseApi, path: str) -> None:
        response = httpx.get(supabase_api.url + path, timeout=ANSWER_SECONDS)
        assert response.status_code == httpx.codes.UNAUTHORIZED

    def test_stored_objects_are_not_listed_without_a_key(self, supabase_api: SupabaseApi) -> None:
        bucket = {"id": "closed", "name": "closed", "public": False}
        headers = {"apikey": supabase_api.secret_key}
        with httpx.Client(base_url=supabase_api.url, timeout=ANSWER_SECONDS) as client:
            assert client.post("/storage/v1/bucket", headers=headers, json=bucket).is_success
            assert client.get("/storage/v1/bucket").json() == []

    def test_start_fails_when_the_api_gives_data_without_a_key(self) -> None:
        with open_api() as url:
            script = f"""
                const {{ refuseKeylessAccess }} = await import('{LOCAL / "keyless.ts"}');
                await refuseKeylessAccess('{url}').catch((error) => console.log(error.message));
            """
            said = subprocess.check_output([NODE, "--input-type=module", "-e", script], text=True)
        assert "answers /rest/v1/ without a key" in said


class open_api:
    """A server that answers everything, as Supabase Lite in its admin mode would."""

    def __enter__(self) -> str:
        self.server = http.server.HTTPServer(("127.0.0.1", 0), Generous)
        threading.Thread(target=self.server.serve_forever).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class Generous(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'[{"title": "a secret"}]')

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


class TestGrants:
    QUERY = """
        select relname, acl.grantee::regrole::text as role, acl.privilege_type
        from pg_class, aclexplode(relacl) as acl
        where relnamespace = 'public'::regnamespace
          and acl.grantee::regrole::text in ('anon', 'authenticated', 'service_role')
        order by 1, 2, 3
    """

    def test_lite_adds_none_to_those_of_the_migrations(
        self, supabase_api: SupabaseApi, database: Database
    ) -> None:
        session_ids(supabase_api)  # Lite grants at its first request.
        with psycopg.connect(supabase_api.db_url) as lite, database.connect() as untouched:
            wanted = untouched.execute(self.QUERY).fetchall()
            assert ("chat_sessions", "authenticated", "SELECT") in wanted
            assert lite.execute(self.QUERY).fetchall() == wanted

    def test_anon_is_refused_by_the_table_itself(self, supabase_api: SupabaseApi) -> None:
        headers = {"apikey": supabase_api.publishable_key}
        url = f"{supabase_api.url}/rest/v1/chat_sessions"
        response = httpx.get(url, headers=headers, timeout=ANSWER_SECONDS)
        assert response.json()["code"] == "42501"
