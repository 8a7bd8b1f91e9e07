"""How a user searches, and what there is to be found."""

from tests.supabase.migrations.registry_user import Json, RegistryUser


def search(user: RegistryUser, query: str, **parameters: object) -> Json:
    """The first page, newest first."""
    return user.call_as_service("list_matching_chat_sessions", query=query, **parameters)


def found(user: RegistryUser, query: str, **parameters: object) -> list[str]:
    """The sessions of the first page, newest first."""
    return [session["session_id"] for session in search(user, query, **parameters)["sessions"]]


def ranked(user: RegistryUser, query: str, **parameters: object) -> list[str]:
    """The sessions of the first page, most relevant first."""
    answer = user.call_as_service("list_relevant_chat_sessions", query=query, **parameters)
    return [session["session_id"] for session in answer["sessions"]]


def said(user: RegistryUser, *contents: str, **session: object) -> str:
    """Makes a session in which this was said."""
    session_id = user.new_session(**session)
    user.append(session_id, *contents)
    return session_id
