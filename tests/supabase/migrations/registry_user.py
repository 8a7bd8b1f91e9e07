"""A user of the registry, who calls its SQL functions as PostgREST would."""

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from tests.stack.database import Connection, Database

Json = dict[str, Any]

_request_numbers = itertools.count(1)


@dataclass(frozen=True)
class RegistryUser:
    """One user of one database, with or without sessions."""

    database: Database
    id: uuid.UUID

    def call(self, function: str, /, **parameters: object) -> Json:
        """Calls with the user's own token; a parameter's name is given without its p_."""
        with self.database.as_user(self.id) as connection:
            return call(connection, function, user_id=self.id, **parameters)

    def call_as_service(self, function: str, /, **parameters: object) -> Json:
        """Calls with the secret key on behalf of this user."""
        with self.database.as_service() as connection:
            return call(connection, function, user_id=self.id, **parameters)

    def run(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Runs one statement under row-level security and returns what it returns."""
        with self.database.as_user(self.id) as connection:
            return run(connection, statement, parameters)

    def new_session(self, **parameters: object) -> str:
        """Makes a session and returns its session_id."""
        session = self.call("upsert_chat_session", **parameters)["session"]
        return str(session["session_id"])

    def new_reserved_session(self, session_id: str) -> str:
        """Makes a session as the bot or the scheduler does; the prefix names the channel."""
        channel = session_id.partition(":")[0]
        self.call_as_service("upsert_chat_session", session_id=session_id, channel=channel)
        return session_id

    def begin(self, session_id: str, content: str = "Hello", **parameters: object) -> Json:
        """Begins a turn, with a new client_request_id unless one is given."""
        given = new_request() | parameters
        return self.call("begin_turn", session_id=session_id, content=content, **given)

    def edit(
        self, session_id: str, message_id: int, content: str = "Edited", **parameters: object
    ) -> Json:
        """Begins a turn with an edit of a message."""
        named = {"session_id": session_id, "message_id": message_id, "content": content}
        return self.call("begin_edit", **(named | new_request() | parameters))

    def regenerate(self, session_id: str, message_id: int, **parameters: object) -> Json:
        """Begins a turn with another answer beside one."""
        named = {"session_id": session_id, "message_id": message_id}
        return self.call("begin_answer", **(named | new_request() | parameters))

    def move_head(self, session_id: str, message_id: int) -> Json:
        """Moves the session to the branch of a message."""
        return self.call("update_chat_session_head", session_id=session_id, message_id=message_id)

    def complete(self, turn: Json, content: str = "Hi", **parameters: object) -> Json:
        """Completes a turn that begin() returned."""
        return self.call_as_service("complete_turn", **lease(turn), content=content, **parameters)

    def answer(self, session_id: str, content: str = "Hello", **parameters: object) -> Json:
        """Begins a turn and completes it; returns what begin_turn returned."""
        turn = self.begin(session_id, content, **parameters)
        self.complete(turn)
        return turn

    def append(self, session_id: str, *contents: str) -> list[int]:
        """Inserts user messages straight into the table, in one statement; returns their ids."""
        statement = (
            "insert into chat_message_history (session_id, role, content)"
            " select %s, 'user', said.content"
            " from unnest(%s::text[]) with ordinality as said (content, place)"
            " order by said.place returning id"
        )
        return [row[0] for row in self.run(statement, (session_id, list(contents)))]

    def session(self, session_id: str) -> Json:
        """The session with its newest page of messages."""
        return self.call("get_chat_session", session_id=session_id, message_limit=200)

    def branch(self, session_id: str, **parameters: object) -> list[int]:
        """The ids of the messages on the branch in use, oldest first."""
        page = self.call("list_chat_messages", session_id=session_id, limit=200, **parameters)
        ids = [message["id"] for message in page["messages"]]
        if not page["has_more"]:
            return ids
        return self.branch(session_id, **{**parameters, "before_id": ids[0]}) + ids

    def message(self, session_id: str, message_id: int) -> Json:
        """One message as the API shows it."""
        answer = self.call("get_chat_message", session_id=session_id, message_id=message_id)
        message: Json = answer["message"]
        return message


def new_user(database: Database) -> RegistryUser:
    """Signs a user up."""
    return RegistryUser(database, database.create_user())


def new_request() -> Json:
    """A client_request_id that was never used."""
    return {"client_request_id": f"request-{next(_request_numbers)}"}


def lease(turn: Json) -> Json:
    """The parameters that prove who works on a turn."""
    return {"message_id": turn["assistant_message"]["id"], "lease_token": turn["lease_token"]}


def checkpoint_of(user: RegistryUser, turn: Json, content: str | None, **more: object) -> Json:
    """What a writer of many checkpoints gives for one turn."""
    return {"user_id": str(user.id), "content": content, **more} | lease(turn)


def call(connection: Connection, function: str, /, **parameters: object) -> Json:
    """Calls a function of the registry by the names of its parameters, given without p_."""
    arguments = ", ".join(f"p_{name} => %(p_{name})s" for name in parameters)
    values = {
        f"p_{name}": Jsonb(value) if isinstance(value, dict) else value
        for name, value in parameters.items()
    }
    row = connection.execute(f"select public.{function}({arguments})", values).fetchone()
    assert row is not None
    answer = row[0]
    assert isinstance(answer, dict)
    return answer


def run(
    connection: Connection, statement: str, parameters: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    """Runs one statement and returns its rows; an empty list when it returns none."""
    cursor = connection.execute(statement, parameters or None)
    return cursor.fetchall() if cursor.description else []


def expire(database: Database, message_id: int) -> None:
    """Lets the lease of an answer run out."""
    with database.connect() as connection:
        connection.execute(
            "update chat_message_history set lease_expires_at = now() - interval '1 minute'"
            " where id = %s",
            (message_id,),
        )
