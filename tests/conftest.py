"""Fixtures on a real PostgreSQL 17 and a real Supabase API; what cannot start fails the run.

- `database`: a fresh clone of the migrated template, as hosted Supabase would have it.
- `shared_database`: the same, cloned once, for tests that keep apart by users of their own.
- `module_database`: the same, cloned once for the tests of one file.
- `bare_database`: a new project before its first migration; see `apply_migrations`.
- `supabase_api`: the same migrations behind PostgREST, GoTrue and Storage.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

import tests.support.patient_limits  # noqa: F401 - before any module of the server
from tests.stack.api import SupabaseApi
from tests.stack.database import Database, apply_migrations, apply_prelude, database_at
from tests.stack.embedded import EmbeddedStack
from tests.stack.environment import plain_environment

for name in os.environ.keys() - plain_environment().keys():
    del os.environ[name]

# The same examples every time, however long one takes: what a change breaks is red at once.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

_clone_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def embedded_stack() -> Iterator[EmbeddedStack]:
    """The one stack of this test process: PostgreSQL for every database, and the Supabase API."""
    stack = EmbeddedStack()
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="session")
def supabase_api(embedded_stack: EmbeddedStack) -> Iterator[SupabaseApi]:
    """A migrated project behind the real API; tests isolate themselves by adding new users."""
    with closing(SupabaseApi(**asdict(embedded_stack.project))) as api:
        yield api


@pytest.fixture(scope="session")
def prelude_database(embedded_stack: EmbeddedStack) -> Database:
    """The template of `bare_database`."""
    database = _create(embedded_stack, "template_prelude", template="template0")
    apply_prelude(database)
    return database


@pytest.fixture(scope="session")
def template_database(embedded_stack: EmbeddedStack, prelude_database: Database) -> Database:
    """The template of `database`: every migration applied, no row in any table."""
    assert prelude_database
    database = _create(embedded_stack, "template_migrated", template="template_prelude")
    apply_migrations(database)
    return database


@pytest.fixture
def database(embedded_stack: EmbeddedStack, template_database: Database) -> Iterator[Database]:
    """A fresh, empty, fully migrated database of this test's own."""
    assert template_database
    yield from _clone(embedded_stack, "template_migrated")


@pytest.fixture(scope="session")
def shared_database(
    embedded_stack: EmbeddedStack, template_database: Database
) -> Iterator[Database]:
    """One migrated database for all tests that keep apart by users of their own."""
    assert template_database
    yield from _clone(embedded_stack, "template_migrated")


@pytest.fixture(scope="module")
def module_database(
    embedded_stack: EmbeddedStack, template_database: Database
) -> Iterator[Database]:
    """One migrated database for the tests of one file, which fill it once for all of them."""
    assert template_database
    yield from _clone(embedded_stack, "template_migrated")


@pytest.fixture
def bare_database(embedded_stack: EmbeddedStack, prelude_database: Database) -> Iterator[Database]:
    """A fresh database of this test's own that has seen no migration."""
    assert prelude_database
    yield from _clone(embedded_stack, "template_prelude")


def _clone(stack: EmbeddedStack, template: str) -> Iterator[Database]:
    name = f"test_{next(_clone_numbers)}"
    with closing(_create(stack, name, template=template)) as database:
        yield database
    with psycopg.connect(stack.superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _create(stack: EmbeddedStack, name: str, *, template: str) -> Database:
    # Cloning copies neither the settings of a database nor its owner. Files are copied faster than
    # they are written to the log, which the other strategy does.
    statements = (
        "create database {name} template {template} strategy file_copy owner postgres",
        'alter database {name} set search_path to "$user", public, extensions',
    )
    with psycopg.connect(stack.superuser_url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(
                sql.SQL(statement).format(
                    name=sql.Identifier(name), template=sql.Identifier(template)
                )
            )
    return database_at(stack.superuser_url, stack.project.db_url, name)
