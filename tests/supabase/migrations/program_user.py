"""What an agent program adds to a session, and what is known of it afterwards."""

from tests.supabase.migrations.registry_user import Json, RegistryUser, new_request

CALL: Json = {
    "role": "tool",
    "content": "",
    "item": {"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{}"},
}
RESULT: Json = {
    "role": "tool",
    "content": "",
    "item": {"type": "function_call_output", "call_id": "c", "output": "sun"},
}


def words(role: str, content: str) -> Json:
    """One item that is all text."""
    return {"role": role, "content": content}


def add(user: RegistryUser, session_id: str, *items: Json, **request: object) -> Json:
    """Adds items as one batch, with a new client_request_id unless one is given."""
    given = new_request() | request
    return user.call("append_session_items", session_id=session_id, items={"items": items}, **given)


def pop(user: RegistryUser, session_id: str, **parameters: object) -> str | None:
    """Takes the last item back; returns its text, else its type."""
    message = user.call("pop_session_item", session_id=session_id, **parameters)["message"]
    return None if message is None else text_of(message)


def memory(user: RegistryUser, session_id: str) -> list[str]:
    """The text of every item in the agent's order, else its type."""
    page = user.call("list_session_items", session_id=session_id, limit=1000)
    messages = sorted(
        page["messages"],
        key=lambda m: (m["answer_id"] or m["id"], m["answer_id"] is None, m["id"]),
    )
    return [text_of(message) for message in messages]


def said(user: RegistryUser, session_id: str) -> list[str]:
    """The texts of the messages that a reader sees."""
    return [message["content"] for message in user.session(session_id)["messages"]]


def text_of(message: Json) -> str:
    """What is told apart by."""
    item = message["item"] or {}
    return str(message["content"] or item.get("type", ""))
