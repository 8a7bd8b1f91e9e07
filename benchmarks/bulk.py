"""Adds very many rows quickly: indexes and foreign keys are dropped before and made again after."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]

TABLES = ["public.chat_sessions", "public.chat_message_history"]
FIND_FOREIGN_KEYS = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid)
from pg_constraint
where contype = 'f' and %s::regclass[] && array[conrelid::regclass, confrelid::regclass]
"""
FIND_INDEXES = """
select indexrelid::regclass::text, pg_get_indexdef(indexrelid)
from pg_index
where indrelid = any(%s::regclass[]) and not indisprimary
"""


@contextmanager
def without_indexes(database: Connection) -> Iterator[None]:
    """Leave the registry's tables with their primary keys alone meanwhile, in one transaction."""
    with database.transaction():
        foreign_keys = database.execute(FIND_FOREIGN_KEYS, [TABLES]).fetchall()
        indexes = database.execute(FIND_INDEXES, [TABLES]).fetchall()
        for table, name, _ in foreign_keys:
            drop = sql.SQL("alter table {} drop constraint {}")
            database.execute(drop.format(sql.SQL(str(table)), sql.Identifier(str(name))))
        for index, _ in indexes:
            database.execute(sql.SQL("drop index {}").format(sql.SQL(str(index))))
        yield
        database.execute("set local maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            database.execute(str(definition).encode())
        for table, name, definition in foreign_keys:
            add = sql.SQL("alter table {} add constraint {} {}")
            database.execute(
                add.format(sql.SQL(str(table)), sql.Identifier(str(name)), sql.SQL(str(definition)))
            )
