"""Sessions and messages as an archive has them, for tests that import them."""

import uuid

from tests.supabase.migrations.registry_user import Json, RegistryUser

MADE_AT = "2026-01-02T03:04:05.000006+00:00"
CHANGED_AT = "2026-02-02T03:04:05.000006+00:00"


def archived_session(**fields: object) -> Json:
    made: Json = {
        "session_id": str(uuid.uuid4()),
        "channel": "web",
        "agent_name": "assistant",
        "is_active": True,
        "archived": False,
        "pinned": False,
        "is_folded": False,
        "metadata": {},
        "created_at": MADE_AT,
        "updated_at": CHANGED_AT,
    }
    return made | fields


def archived_message(n: int, content: str = "", **fields: object) -> Json:
    instant = f"2026-01-03T00:00:00.{n:06d}+00:00"
    made: Json = {
        "n": n,
        "parent": n - 1 or None,
        "role": "user" if n % 2 else "assistant",
        "content": content or f"Message {n}",
        "status": "complete",
        "channel": "web",
        "created_at": instant,
        "updated_at": instant,
    }
    return made | fields


def bring_in(user: RegistryUser, session: Json, *messages: Json, **parameters: object) -> Json:
    head = len(messages) or None
    return user.call(
        "import_chat_session",
        session={"head": head} | session,
        messages={"messages": list(messages)},
        **parameters,
    )


def chain(count: int) -> list[Json]:
    return [archived_message(n) for n in range(1, count + 1)]
