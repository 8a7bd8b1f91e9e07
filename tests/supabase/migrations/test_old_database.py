"""A database that the previous release filled, brought up to date."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.stack.database import Database, apply_migrations
from tests.supabase.migrations.old_release import insert_message, insert_session
from tests.supabase.migrations.registry_user import RegistryUser, run

LAST_OLD_FILE = "20250310090100"
LONG_NAME = "n" * 300
WILD_NAME = "\x01" * 3000
BIG_MESSAGE = "x" * 70_000


@dataclass
class OldDatabase:
    """What was inserted before the migrations, and the database after them."""

    database: Database
    users: list[RegistryUser] = field(default_factory=list)
    chats: dict[str, str] = field(default_factory=dict)
    messages: dict[str, list[int]] = field(default_factory=dict)
    sessions_before: list[tuple[Any, ...]] = field(default_factory=list)
    messages_before: list[tuple[Any, ...]] = field(default_factory=list)

    def read(self, statement: str) -> list[tuple[Any, ...]]:
        """Reads as the owner of the tables."""
        with self.database.connect() as connection:
            return run(connection, statement)

    def session(self, name: str) -> dict[str, Any]:
        """The row of a session that was there before."""
        with self.database.connect() as connection:
            row = connection.execute(
                "select to_jsonb(s) from chat_sessions s where chat_id::text = %s",
                (self.chats[name],),
            ).fetchone()
        assert row is not None
        assert isinstance(row[0], dict)
        return row[0]


SESSIONS = "select chat_id, user_id, is_active, created_at, updated_at from chat_sessions"
MESSAGES = "select id, session_id, role, content, created_at from chat_message_history"


@pytest.fixture
def old(bare_database: Database) -> OldDatabase:
    apply_migrations(bare_database, upto=LAST_OLD_FILE)
    old = OldDatabase(bare_database)
    old.users = [RegistryUser(bare_database, bare_database.create_user()) for _ in range(2)]
    fill(old)
    old.sessions_before = old.read(f"{SESSIONS} order by chat_id")
    old.messages_before = old.read(f"{MESSAGES} order by id")
    apply_migrations(bare_database, after=LAST_OLD_FILE)
    return old


def fill(old: OldDatabase) -> None:
    contents = {
        "talk": [
            ("user", "# What is *new*?"),
            ("assistant", "Nothing, **really**."),
            ("system", "Be brief."),
            ("user", "Thanks!"),
        ],
        "big": [("user", BIG_MESSAGE), ("assistant", "That was long.")],
        "second user": [("user", "Mine"), ("tool", "{}")],
        "empty": [],
        "long name": [("user", "Hello")],
        "wild name": [],
        "no name": [],
    }
    names = {"long name": LONG_NAME, "wild name": WILD_NAME, "no name": ""}
    first, second = old.users
    with old.database.connect() as connection:
        for name in contents:
            user = second if name == "second user" else first
            old.chats[name] = insert_session(connection, user.id, names.get(name, "scout"))
        # Interleaved, so that neighbours in one session are no neighbours by id.
        for place in range(max(map(len, contents.values()))):
            for name, rows in contents.items():
                for role, content in rows[place : place + 1]:
                    message_id = insert_message(connection, old.chats[name], content, role)
                    old.messages.setdefault(name, []).append(message_id)
        insert_message(connection, str(uuid.uuid4()), "Whose am I?")


class TestBackfill:
    def test_gives_every_session_its_chat_id_as_session_id_and_the_channel_web(
        self, old: OldDatabase
    ) -> None:
        rows = old.read("select chat_id::text, session_id, channel from chat_sessions")
        assert sorted(rows) == sorted((chat, chat, "web") for chat in old.chats.values())

    def test_gives_every_message_its_sessions_user(self, old: OldDatabase) -> None:
        rows = old.read(
            "select m.id, m.user_id = s.user_id from chat_message_history m"
            " join chat_sessions s on s.session_id = m.session_id"
        )
        assert sorted(rows) == sorted((i, True) for ids in old.messages.values() for i in ids)

    def test_chains_the_messages_of_each_session_in_order_of_id(self, old: OldDatabase) -> None:
        parents: dict[int, int | None] = dict(
            old.read("select id, parent_id from chat_message_history")
        )
        for ids in old.messages.values():
            assert [parents[message_id] for message_id in ids] == [None, *ids[:-1]]

    def test_derives_head_count_preview_and_title(self, old: OldDatabase) -> None:
        talk = old.session("talk")
        assert talk["head_message_id"] == old.messages["talk"][-1]
        assert talk["message_count"] == 3
        assert talk["last_message_preview"] == "Thanks!"
        assert (talk["title"], talk["title_source"]) == ("What is new?", "generated")

    def test_leaves_a_session_without_messages_untitled_and_without_head(
        self, old: OldDatabase
    ) -> None:
        empty = old.session("empty")
        for column in ("head_message_id", "last_message_preview", "title", "title_source"):
            assert empty[column] is None
        assert empty["message_count"] == 0

    def test_takes_the_preview_from_the_last_message_that_people_see(
        self, old: OldDatabase
    ) -> None:
        session = old.session("second user")
        assert session["last_message_preview"] == "Mine"
        assert session["head_message_id"] == old.messages["second user"][-1]

    def test_loses_no_session_and_changes_nothing_it_had(self, old: OldDatabase) -> None:
        assert old.read(f"{SESSIONS} order by chat_id") == old.sessions_before

    def test_loses_no_message_and_sets_the_orphan_aside(self, old: OldDatabase) -> None:
        kept = old.read(f"{MESSAGES} order by id")
        orphans = old.read(f"{MESSAGES}_orphans")
        assert [row[3] for row in orphans] == ["Whose am I?"]
        assert sorted(kept + orphans) == old.messages_before

    def test_keeps_a_message_longer_than_is_allowed_now(self, old: OldDatabase) -> None:
        [user] = old.users[:1]
        messages = user.session(old.chats["big"])["messages"]
        assert messages[0]["content"] == BIG_MESSAGE

    @pytest.mark.parametrize(
        ("name", "now", "original"),
        [
            ("long name", LONG_NAME[:100], LONG_NAME),
            ("wild name", WILD_NAME[:100], WILD_NAME[:2000]),
            ("no name", "assistant", ""),
        ],
    )
    def test_keeps_an_agent_name_that_no_longer_fits_in_metadata(
        self, old: OldDatabase, name: str, now: str, original: str
    ) -> None:
        session = old.session(name)
        assert session["agent_name"] == now
        assert session["metadata"] == {"original_agent_name": original}


class TestAfterwards:
    def test_old_sessions_are_listed_for_their_user_alone(self, old: OldDatabase) -> None:
        listed = [
            {s["session_id"] for s in user.call("list_chat_sessions")["sessions"]}
            for user in old.users
        ]
        second = {old.chats["second user"]}
        assert listed == [set(old.chats.values()) - second, second]

    def test_an_old_session_goes_on_from_its_last_message(self, old: OldDatabase) -> None:
        user, chat = old.users[0], old.chats["talk"]
        turn = user.answer(chat)
        assert turn["user_message"]["parent_id"] == old.messages["talk"][-1]
        assert user.branch(chat)[:4] == old.messages["talk"]
        assert user.session(chat)["message_count"] == 5
