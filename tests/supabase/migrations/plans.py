"""The plans that Postgres really ran inside a function, as auto_explain tells them."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import RegistryUser, call

Plan = dict[str, Any]

SETTINGS = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "auto_explain.log_nested_statements": "on",
    "client_min_messages": "log",
}


def plan_nodes(user: RegistryUser, function: str, /, **parameters: object) -> list[Plan]:
    """Every node of every statement that a call ran under row-level security, flattened.

    The call is made a few times first, so that what is told is the plan that stays. A parameter
    that can be called is, for every call anew.
    """
    claims = {"sub": str(user.id), "role": "authenticated"}
    return _told_nodes(user.database, claims, function, {"user_id": user.id, **parameters})


def service_plan_nodes(database: Database, function: str, /, **parameters: object) -> list[Plan]:
    """The same of a call with the secret key, which is for no user."""
    return _told_nodes(database, {"role": "service_role"}, function, parameters)


def _told_nodes(
    database: Database, claims: dict[str, str], function: str, parameters: dict[str, object]
) -> list[Plan]:
    told: list[str] = []
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("load 'auto_explain'")
        for name, value in SETTINGS.items():
            connection.execute("select set_config(%s, %s, false)", (name, value))
        connection.execute(
            "select set_config('request.jwt.claims', %s, false)", (json.dumps(claims),)
        )
        connection.execute("select set_config('role', %s, false)", (claims["role"],))
        for number in range(8):
            if number == 7:
                connection.add_notice_handler(lambda n: told.append(n.message_primary or ""))
            values = {k: v() if callable(v) else v for k, v in parameters.items()}
            call(connection, function, **values)
        # What the next test reads is what was there before.
        connection.rollback()
    plans = [json.loads(text[text.index("{") :])["Plan"] for text in told if "{" in text]
    return [node for plan in plans for node in flattened(plan)]


def flattened(node: Plan) -> Iterator[Plan]:
    """A node and all below it."""
    yield node
    for child in node.get("Plans", []):
        yield from flattened(child)


def rows_read(nodes: list[Plan]) -> int:
    """How many rows the nodes took from tables, those that a filter dropped included."""
    return sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in nodes
        if "Relation Name" in node
    )
