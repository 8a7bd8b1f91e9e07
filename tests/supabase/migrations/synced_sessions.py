"""What a client that brings its own messages sends, and what is stored of it."""

import uuid

from tests.supabase.migrations.registry_user import Json, RegistryUser


def new_id() -> str:
    return str(uuid.uuid4())


def said(*contents: str, **fields: object) -> list[Json]:
    """Messages of user and agent in turn, with new request ids."""
    roles = ("user", "assistant")
    return [
        {"role": roles[place % 2], "content": content, "client_request_id": new_id(), **fields}
        for place, content in enumerate(contents)
    ]


def put(user: RegistryUser, session_id: str, **session: object) -> Json:
    return user.call("sync_chat_session", session_id=session_id, session=session)


def upload(user: RegistryUser, *sessions: Json) -> list[Json]:
    answer = user.call("sync_chat_sessions", sessions={"sessions": list(sessions)})
    results: list[Json] = answer["results"]
    return results


def contents(user: RegistryUser, session_id: str) -> list[tuple[str, str]]:
    return [(m["role"], m["content"]) for m in user.session(session_id)["messages"]]


def row_of(user: RegistryUser, session_id: str) -> list[object]:
    """The stored row, with its place in the feed of changes, and its messages."""
    row = user.run("select * from chat_sessions where session_id = %s", (session_id,))
    return [*row, *contents(user, session_id)]
