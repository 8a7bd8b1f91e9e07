"""How many bytes the registry's rows take."""

from benchmarks.bulk import Connection

COUNT_BYTES = """
select
  c.relname,
  (select count(*) from public.chat_sessions) as sessions,
  (select count(*) from public.chat_message_history) as messages,
  pg_table_size(c.oid) as table_bytes,
  pg_indexes_size(c.oid) as index_bytes
from pg_class c
where c.oid in ('public.chat_sessions'::regclass, 'public.chat_message_history'::regclass)
order by c.relname desc
"""
AVERAGE_TEXT = "select avg(octet_length(content))::float8 from public.chat_message_history"


def describe_storage(database: Connection) -> list[str]:
    """Return a line for each table: bytes a row, of the table and of its indexes."""
    lines = []
    for name, sessions, messages, table_bytes, index_bytes in database.execute(COUNT_BYTES):
        rows = int(str(sessions if name == "chat_sessions" else messages))
        table, index = int(str(table_bytes)), int(str(index_bytes))
        lines.append(
            f"{name}: {rows:,} rows, {table / rows:.0f} bytes each"
            f" and {index / rows:.0f} in indexes"
        )
    row = database.execute(AVERAGE_TEXT).fetchone()
    if row is not None:
        lines.append(f"average text of a message: {float(str(row[0])):.0f} bytes")
    return lines
