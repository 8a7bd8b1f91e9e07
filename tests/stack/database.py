"""Databases as hosted Supabase makes them, which Supabase Lite has never touched."""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.stack.embedded import LOCAL, ROOT

MIGRATIONS = ROOT / "supabase" / "migrations"
PRELUDE = (LOCAL / "hosted.sql", Path(__file__).with_name("hosted_tables.sql"))

Connection = psycopg.Connection[tuple[object, ...]]

PATIENT_OPTIONS = "-c statement_timeout=180s -c lock_timeout=180s"
"""Instead of the roles' own 8 s, which a busy machine may need for what takes a moment."""


@dataclass(frozen=True)
class Database:
    """One database of the test cluster, seen as its owner or as the Supabase API sees it."""

    url: str
    """As postgres: owns the project's tables and bypasses row-level security, no superuser."""
    authenticator_url: str
    superuser_url: str
    _idle: dict[str, list[Connection]] = field(default_factory=dict, repr=False, compare=False)
    """Connections that wait for their next transaction: a new one compiles every function anew."""

    def close(self) -> None:
        """Ends the connections that wait."""
        for connections in self._idle.values():
            while connections:
                connections.pop().close()

    def connect(self) -> Connection:
        """Opens an autocommit connection as postgres; close it, or use it in a with statement."""
        return psycopg.connect(self.url, autocommit=True)

    @contextmanager
    def as_user(self, user_id: uuid.UUID) -> Iterator[Connection]:
        """One transaction as PostgREST runs it for a signed-in user; commits unless it raises."""
        claims = {"sub": str(user_id), "role": "authenticated", "aud": "authenticated"}
        with self._as_role("authenticated", claims) as connection:
            yield connection

    @contextmanager
    def as_anon(self) -> Iterator[Connection]:
        """One transaction as PostgREST runs it for the publishable key alone."""
        with self._as_role("anon", {"role": "anon"}) as connection:
            yield connection

    @contextmanager
    def as_service(self) -> Iterator[Connection]:
        """One transaction as PostgREST runs it for the secret key."""
        with self._as_role("service_role", {"role": "service_role"}) as connection:
            yield connection

    @contextmanager
    def _as_role(self, role: str, claims: dict[str, str]) -> Iterator[Connection]:
        with self._transaction(self.authenticator_url) as connection:
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
            connection.execute(
                "select set_config('request.jwt.claims', %s, true)", (json.dumps(claims),)
            )
            yield connection

    @contextmanager
    def _transaction(self, url: str) -> Iterator[Connection]:
        """Commits unless it raises."""
        idle = self._idle.setdefault(url, [])
        # Prepared statements would tell of the tables as they were before a migration.
        connection = (
            idle.pop()
            if idle
            else psycopg.connect(url, prepare_threshold=None, options=PATIENT_OPTIONS)
        )
        try:
            with connection.transaction():
                connection.execute("reset all")
                yield connection
        finally:
            if not connection.closed:
                idle.append(connection)

    def create_user(self, email: str | None = None) -> uuid.UUID:
        """Adds a row to auth.users, as a sign-up would."""
        user_id = uuid.uuid4()
        with self._transaction(self.superuser_url) as connection:
            connection.execute(
                "insert into auth.users (id, aud, role, email, created_at, updated_at)"
                " values (%s, 'authenticated', 'authenticated', %s, now(), now())",
                (user_id, email or f"{user_id}@example.com"),
            )
        return user_id


def database_at(superuser_url: str, owner_url: str, name: str) -> Database:
    """Describes the database of this name on the cluster that both addresses lead to."""
    owner_password = conninfo_to_dict(owner_url)["password"]
    host = urlsplit(owner_url).netloc.rpartition("@")[2]

    def renamed(url: str) -> str:
        return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))

    return Database(
        url=renamed(owner_url),
        authenticator_url=f"postgresql://authenticator:{owner_password}@{host}/{name}",
        superuser_url=renamed(superuser_url),
    )


def apply_prelude(database: Database) -> None:
    """Brings an empty database to the state of a new hosted project."""
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        for file in PRELUDE:
            connection.execute(file.read_bytes())


def apply_migrations(
    database: Database, *, upto: str | None = None, after: str | None = None
) -> list[str]:
    """Applies the migrations with after < version <= upto, each in one transaction; returns names.

    A bound is a file's version, its first digits, or its whole name.
    """
    applied = []
    with database.connect() as connection:
        for file in sorted(MIGRATIONS.glob("*.sql")):
            version = file.name.partition("_")[0]
            if after is not None and version <= _version(after):
                continue
            if upto is not None and version > _version(upto):
                continue
            with connection.transaction():
                connection.execute(file.read_bytes())
                connection.execute(
                    "insert into supabase_migrations.schema_migrations (version, name)"
                    " values (%s, %s)",
                    (version, file.stem.partition("_")[2]),
                )
            applied.append(file.name)
    return applied


def _version(bound: str) -> str:
    match = re.match(r"\d+", bound)
    if match is None:
        raise ValueError(f"{bound!r} does not begin with a version")
    return match.group()
