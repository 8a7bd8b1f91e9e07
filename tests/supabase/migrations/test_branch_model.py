"""A hundred random sends, edits, answers and switches: the tree in the database is the model's."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.stack.database import Connection, Database
from tests.supabase.migrations.registry_user import Json, RegistryUser, call, lease, run

STEPS = 100
EXAMPLES = 4
"""The first are the simplest there are, and say little."""

PICKS = st.integers(min_value=0, max_value=10_000)
"""Which of the messages so far; taken modulo how many there are."""


@dataclass
class Node:
    """A message as the model knows it."""

    id: int
    parent_id: int | None
    role: str
    content: str
    status: str


@dataclass(frozen=True)
class ConnectedUser(RegistryUser):
    """A user whose calls share two connections: hundreds of them are made here."""

    own: Connection
    service: Connection

    def call(self, function: str, /, **parameters: object) -> Json:
        return call(self.own, function, user_id=self.id, **parameters)

    def call_as_service(self, function: str, /, **parameters: object) -> Json:
        return call(self.service, function, user_id=self.id, **parameters)


@contextmanager
def connect_user(database: Database) -> Iterator[ConnectedUser]:
    user_id = database.create_user()
    claims = json.dumps({"sub": str(user_id), "role": "authenticated"})
    with (
        psycopg.connect(database.authenticator_url, autocommit=True) as own,
        psycopg.connect(database.authenticator_url, autocommit=True) as service,
    ):
        own.execute("select set_config('request.jwt.claims', %s, false)", (claims,))
        own.execute("set role authenticated")
        service.execute("set role service_role")
        yield ConnectedUser(database, user_id, own, service)


class Branches(RuleBasedStateMachine):
    """One session, beside a model of it in plain dictionaries."""

    user: RegistryUser

    @initialize()
    def begin_session(self) -> None:
        self.session_id = self.user.new_session()
        self.nodes: dict[int, Node] = {}
        self.head: int | None = None
        self.requests = 0

    def pick(self, number: int, role: str | None = None) -> Node:
        found = [node for node in self.nodes.values() if role in (None, node.role)]
        return found[number % len(found)]

    def store(self, turn: Json, *, is_new: bool) -> None:
        """Takes a begun turn into the model."""
        for key in ("user_message", "assistant_message"):
            row = turn[key]
            if row["id"] not in self.nodes:
                assert is_new
                fields = ("id", "parent_id", "role", "content", "status")
                self.nodes[row["id"]] = Node(*(row[field] for field in fields))
        if is_new:
            self.head = turn["assistant_message"]["id"]

    def end(self, turn: Json, status: str) -> None:
        answer = self.nodes[turn["assistant_message"]["id"]]
        answer.status = status
        answer.content = f"{answer.content}words {answer.id}"
        if status == "complete":
            self.user.complete(turn, answer.content)
        else:
            self.user.call("fail_turn", **lease(turn), status=status, content=answer.content)

    def request(self) -> str:
        self.requests += 1
        return f"{self.session_id} {self.requests}"

    @rule(status=st.sampled_from(["complete", "cancelled", "failed"]))
    def send_at_the_head(self, status: str) -> None:
        turn = self.user.begin(self.session_id, f"message {len(self.nodes)}")
        assert turn["user_message"]["parent_id"] == self.head
        self.store(turn, is_new=True)
        self.end(turn, status)

    @precondition(lambda self: self.nodes)
    @rule(number=PICKS)
    def send_from_a_stale_head(self, number: int) -> None:
        parent = self.pick(number)
        turn = self.user.begin(self.session_id, "stale", parent_id=parent.id)
        assert turn["user_message"]["parent_id"] == parent.id
        self.store(turn, is_new=True)
        self.end(turn, "complete")

    @precondition(lambda self: self.nodes)
    @rule(number=PICKS, is_repeated=st.booleans())
    def edit(self, number: int, is_repeated: bool) -> None:
        edited = self.pick(number, "user")
        request_id = self.request()
        content = f"edit of {edited.id}"
        turn = self.user.edit(self.session_id, edited.id, content, client_request_id=request_id)
        assert turn["user_message"]["parent_id"] == edited.parent_id
        self.store(turn, is_new=True)
        self.end(turn, "complete")
        if is_repeated:
            again = self.user.edit(
                self.session_id, edited.id, content, client_request_id=request_id
            )
            assert again["is_replay"]
            self.store(again, is_new=False)

    @precondition(lambda self: self.nodes)
    @rule(number=PICKS, is_repeated=st.booleans())
    def regenerate(self, number: int, is_repeated: bool) -> None:
        answer = self.pick(number, "assistant")
        request_id = self.request()
        keeps_text = answer.status != "complete"
        wanted = {"client_request_id": request_id, "keeps_text": keeps_text}
        turn = self.user.regenerate(self.session_id, answer.id, **wanted)
        assert turn["assistant_message"]["parent_id"] == answer.parent_id
        assert turn["assistant_message"]["content"] == (answer.content if keeps_text else "")
        self.store(turn, is_new=True)
        self.end(turn, "complete")
        if is_repeated:
            again = self.user.regenerate(self.session_id, answer.id, **wanted)
            assert again["is_replay"]
            self.store(again, is_new=False)

    @precondition(lambda self: self.nodes)
    @rule(number=PICKS)
    def switch(self, number: int) -> None:
        chosen = self.pick(number)
        opened = self.user.move_head(self.session_id, chosen.id)
        self.head = max(id_ for id_ in self.nodes if chosen.id in self.path(id_))
        assert opened["head_message_id"] == self.head

    def path(self, last: int | None) -> list[int]:
        """The branch that ends there, oldest first."""
        ids: list[int] = []
        while last is not None:
            ids.insert(0, last)
            last = self.nodes[last].parent_id
        return ids

    @invariant()
    def the_branch_in_use_is_the_models(self) -> None:
        if self.nodes:
            opened = self.user.session(self.session_id)
            assert opened["head_message_id"] == self.head
            assert opened["message_count"] == len(self.nodes)
            assert [message["id"] for message in opened["messages"]] == self.path(self.head)[-200:]

    def teardown(self) -> None:
        query = (
            "select id, parent_id, role, content, status"
            " from chat_message_history where session_id = %s"
        )
        with self.user.database.connect() as connection:
            rows: list[tuple[Any, ...]] = run(connection, query, (self.session_id,))
        assert {row[0]: Node(*row) for row in rows} == self.nodes
        for node in self.nodes.values():
            siblings = sorted(
                other.id
                for other in self.nodes.values()
                if (other.parent_id, other.role) == (node.parent_id, node.role)
            )
            branch = self.user.message(self.session_id, node.id)["branch"]
            assert branch["sibling_ids"] == siblings
            assert branch["index"] == siblings.index(node.id) + 1


def test_the_tree_in_the_database_is_the_models(shared_database: Database) -> None:
    with connect_user(shared_database) as user:
        run_state_machine_as_test(
            type("Machine", (Branches,), {"user": user}),
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                suppress_health_check=list(HealthCheck),
            ),
        )
