import logging
import uuid

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from chatServer.database.postgres_login import check_postgres_login
from chatServer.settings import SettingsError
from tests.stack.database import Database
from tests.stack.ports import free_port

PASSWORD = "the-secret-word"


def test_takes_the_logins_of_the_embedded_stack_and_of_a_hosted_project(
    shared_database: Database,
) -> None:
    for url in (shared_database.authenticator_url, shared_database.url):
        check_postgres_login(SecretStr(url))


def test_refuses_a_login_that_may_not_act_as_the_callers(shared_database: Database) -> None:
    name = f"login_{uuid.uuid4().hex}"
    role = sql.Identifier(name)
    with psycopg.connect(shared_database.superuser_url, autocommit=True) as admin:
        admin.execute(sql.SQL("create role {} login password {}").format(role, PASSWORD))
        admin.execute(sql.SQL("grant authenticated to {}").format(role))
        try:
            host = shared_database.url.rpartition("@")[2]
            with pytest.raises(SettingsError) as refused:
                check_postgres_login(SecretStr(f"postgresql://{name}:{PASSWORD}@{host}"))
        finally:
            admin.execute(sql.SQL("drop role {}").format(role))
    assert str(refused.value) == (
        "SUPABASE_DB_URL must name a user who may set the roles authenticated and service_role,"
        " as postgres may on Supabase."
    )


def test_names_what_the_server_refuses_without_the_password(shared_database: Database) -> None:
    host = shared_database.url.rpartition("@")[2]
    with pytest.raises(SettingsError) as refused:
        check_postgres_login(SecretStr(f"postgresql://postgres:{PASSWORD}@{host}"))
    assert str(refused.value) == (
        "SUPABASE_DB_URL is refused by its database server:"
        ' password authentication failed for user "postgres".'
    )


@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_names_what_encryption_fails_of(shared_database: Database, mode: str) -> None:
    with pytest.raises(SettingsError) as refused:
        check_postgres_login(SecretStr(f"{shared_database.url}?sslmode={mode}"))
    assert str(refused.value) == (
        "SUPABASE_DB_URL is refused by its database server:"
        " server does not support SSL, but SSL was required."
    )


def test_does_not_quote_an_address_that_cannot_be_read() -> None:
    with pytest.raises(SettingsError) as refused:
        check_postgres_login(SecretStr(f"postgresql://postgres:{PASSWORD}%zz@127.0.0.1/postgres"))
    assert (
        str(refused.value) == "SUPABASE_DB_URL cannot be read as an address of a Postgres database."
    )
    assert refused.value.__suppress_context__


def test_lets_a_server_start_whose_database_is_away(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        check_postgres_login(
            SecretStr(f"postgresql://postgres:{PASSWORD}@127.0.0.1:{free_port()}/postgres")
        )
    assert "SUPABASE_DB_URL: the database does not answer yet." in caplog.text
    assert PASSWORD not in caplog.text
