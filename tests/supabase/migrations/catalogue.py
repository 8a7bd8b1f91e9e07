"""What pg_catalog says about the registry's objects and who may do what with them."""

from tests.stack.database import Connection
from tests.supabase.migrations.registry_user import run

SCHEMAS = ["public", "private"]

RELATION_GRANTS = """
select c.relname, c.relkind::text, coalesce(r.rolname, 'PUBLIC'), lower(a.privilege_type)
from pg_class c
cross join aclexplode(coalesce(c.relacl, acldefault(
  case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner
))) a
left join pg_roles r on r.oid = a.grantee
where c.relnamespace::regnamespace::text = any(%s) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  and a.grantee <> c.relowner
"""

COLUMN_GRANTS = """
select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relnamespace::regnamespace::text = any(%s) and a.attacl is not null
"""

FUNCTION_GRANTS = """
select p.pronamespace::regnamespace::text || '.' || p.proname, coalesce(r.rolname, 'PUBLIC')
from pg_proc p
cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
left join pg_roles r on r.oid = a.grantee
where p.pronamespace::regnamespace::text = any(%s) and a.grantee <> p.proowner
"""

SCHEMA_GRANTS = """
select coalesce(r.rolname, 'PUBLIC'), lower(a.privilege_type)
from pg_namespace n
cross join aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
left join pg_roles r on r.oid = a.grantee
where n.nspname = %s and a.grantee <> n.nspowner
"""


def relation_grants(connection: Connection) -> dict[str, dict[str, set[str]]]:
    """Privileges on tables and sequences: {relation: {role: {privilege}}}, owners left out."""
    grants: dict[str, dict[str, set[str]]] = {}
    for relation, _, role, privilege in run(connection, RELATION_GRANTS, (SCHEMAS,)):
        grants.setdefault(relation, {}).setdefault(role, set()).add(privilege)
    return grants


def function_grants(connection: Connection) -> dict[str, set[str]]:
    """Who may execute: {role: {schema.function}}, owners left out."""
    grants: dict[str, set[str]] = {}
    for function, role in run(connection, FUNCTION_GRANTS, (SCHEMAS,)):
        grants.setdefault(role, set()).add(function)
    return grants


def column_grants(connection: Connection) -> list[tuple[str, str]]:
    """Columns with privileges of their own."""
    return [(table, column) for table, column in run(connection, COLUMN_GRANTS, (SCHEMAS,))]


def schema_grants(connection: Connection, schema: str) -> set[tuple[str, str]]:
    """Privileges on a schema: {(role, privilege)}, owners left out."""
    return {(role, privilege) for role, privilege in run(connection, SCHEMA_GRANTS, (schema,))}


def functions(connection: Connection, schema: str) -> list[str]:
    """The names of a schema's functions, one for each overload."""
    rows = run(
        connection,
        "select proname from pg_proc where pronamespace::regnamespace::text = %s order by 1",
        (schema,),
    )
    return [name for (name,) in rows]


def tables(connection: Connection) -> list[str]:
    """The names of the tables in public."""
    rows = run(
        connection,
        "select relname from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1",
    )
    return [name for (name,) in rows]
