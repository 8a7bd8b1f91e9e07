"""`make run` as people use it: start, stop, start again, and every reason not to start."""

import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.stack.api import SupabaseApi
from tests.stack.checkout import Checkout, read_until

READY = "Ctrl-C stops everything."


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    checkout = Checkout(tmp_path)
    yield checkout
    assert checkout.processes() == []


def test_demo_account_is_found_again_by_the_next_run_and_ctrl_c_leaves_nothing_running(
    checkout: Checkout,
) -> None:
    for _ in range(2):
        with checkout.make_run() as process:
            output = read_until(process, READY)
            settings = checkout.env_file()
            assert f"http://127.0.0.1:{checkout.port}" in output
            assert (
                f"{settings['DEMO_EMAIL']} and the password {settings['DEMO_PASSWORD']}" in output
            )
            assert sign_in(checkout, settings).is_success
            os.killpg(process.pid, signal.SIGINT)
            read_until(process, "Everything is stopped.")
        assert checkout.processes() == []
    assert checkout.env_file() == settings


def sign_in(checkout: Checkout, settings: dict[str, str]) -> httpx.Response:
    return httpx.post(
        f"http://127.0.0.1:{checkout.port}/auth/v1/token?grant_type=password",
        headers={"apikey": settings["SUPABASE_PUBLISHABLE_KEY"]},
        json={"email": settings["DEMO_EMAIL"], "password": settings["DEMO_PASSWORD"]},
        timeout=180,
    )


@pytest.mark.parametrize("step", ["PostgreSQL", "Migrations", "Supabase API"])
def test_sigterm_in_the_middle_of_the_start_leaves_nothing_running(
    checkout: Checkout, step: str
) -> None:
    with checkout.make_run() as process:
        read_until(process, step)
        process.terminate()
        read_until(process, "Everything is stopped.")
    assert checkout.processes() == []


def test_secrets_are_readable_by_their_owner_alone_and_existing_ones_are_kept(
    checkout: Checkout,
) -> None:
    (checkout.folder / ".env.local").write_text("DEMO_EMAIL=me@example.com\n")
    (checkout.folder / ".env.local").chmod(0o600)
    with socket.create_server(("127.0.0.1", checkout.port)):
        checkout.refuse_to_run()
    settings = checkout.env_file()
    assert settings["DEMO_EMAIL"] == "me@example.com"
    assert settings["SUPABASE_SECRET_KEY"].startswith("sb_secret_")
    mode = (checkout.folder / ".env.local").stat().st_mode
    assert stat.S_IMODE(mode) == stat.S_IRUSR | stat.S_IWUSR


@pytest.mark.parametrize("name", ["PORT", "SUPABASE_API_PORT", "SUPABASE_DB_PORT"])
def test_taken_port_is_named_before_anything_starts(checkout: Checkout, name: str) -> None:
    port = int(checkout.environment[name])
    with socket.create_server(("127.0.0.1", port)):
        output = checkout.refuse_to_run()
    assert f"Port {port} is taken: stop what listens on it, or set {name} to a free one." in output
    assert "PostgreSQL" not in output


def test_second_run_is_refused_and_the_first_ends_when_nobody_reads_its_output(
    checkout: Checkout,
) -> None:
    with checkout.make_run() as process:
        read_until(process, "PostgreSQL")
        assert "already running" in checkout.refuse_to_run()
    assert checkout.processes() == []


def test_migration_that_fails_leaves_nothing_behind_and_nor_does_a_closed_terminal(
    checkout: Checkout,
) -> None:
    migration = checkout.folder / "supabase" / "migrations" / "29990101000000_break.sql"
    migration.write_text("create table public.half ();\nselect nonsense;\n")
    output = checkout.refuse_to_run()
    assert 'The migration 29990101000000_break.sql failed: column "nonsense"' in output
    assert "(line 2)" in output
    migration.write_text("create table public.half ();\n")
    with checkout.make_run() as process:
        read_until(process, READY)
        assert process.stdout is not None
        process.stdout.close()
        os.killpg(process.pid, signal.SIGHUP)
    assert checkout.processes() == []


def test_existing_supabase_is_used_alone(checkout: Checkout, supabase_api: SupabaseApi) -> None:
    with checkout.make_run(**supabase_api.environment()) as process:
        output = read_until(process, READY)
        process.terminate()
    assert "PostgreSQL" not in output
    assert not (checkout.folder / ".env.local").exists()


@pytest.mark.parametrize("name", ["SUPABASE_SECRET_KEY", "SUPABASE_PUBLISHABLE_KEY"])
def test_missing_key_of_an_existing_supabase_is_named(
    checkout: Checkout, supabase_api: SupabaseApi, name: str
) -> None:
    output = checkout.refuse_to_run(**supabase_api.environment() | {name: ""})
    assert f"Set {name} in the environment" in output


def test_database_address_that_is_refused_is_named_without_its_password(
    checkout: Checkout, supabase_api: SupabaseApi
) -> None:
    host = supabase_api.db_url.rpartition("@")[2]
    wrong = {"SUPABASE_DB_URL": f"postgresql://postgres:not-the-one@{host}"}
    output = checkout.refuse_to_run(**supabase_api.environment() | wrong)
    assert "SUPABASE_DB_URL is refused by its database server: password" in output
    assert "not-the-one" not in output
    assert "Traceback" not in output
