"""What a user may write to an own session straight through the Supabase API, and what not."""

import uuid

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user

FORGED = {
    "created_at": "2001-01-01",
    "updated_at": "2001-01-01",
    "version": 41,
    "message_count": 1000,
    "last_message_preview": "Nothing of the kind was said.",
    "head_message_id": 7,
}


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


def insert(user: RegistryUser, **columns: object) -> Json:
    """Inserts a session as a JSON body of PostgREST's would."""
    body = {"user_id": str(user.id)} | columns
    names = sql.SQL(", ").join(map(sql.Identifier, body))
    statement = sql.SQL(
        "insert into chat_sessions ({0})"
        " select {0} from jsonb_populate_record(null::chat_sessions, %s)"
        " returning to_jsonb(chat_sessions)"
    ).format(names)
    with user.database.as_user(user.id) as connection:
        return shown(connection.execute(statement, (Jsonb(body),)))


def change(user: RegistryUser, changed: str, **columns: object) -> Json:
    """Changes columns of the session of this session_id."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = %s").format(sql.Identifier(column)) for column in columns
    )
    statement = sql.SQL(
        "update chat_sessions set {} where session_id = %s returning to_jsonb(chat_sessions)"
    ).format(assignments)
    with user.database.as_user(user.id) as connection:
        return shown(connection.execute(statement, [*columns.values(), changed]))


def shown(cursor: psycopg.Cursor[tuple[object, ...]]) -> Json:
    row = cursor.fetchone()
    assert row is not None
    assert isinstance(row[0], dict)
    return row[0]


class TestInsert:
    def test_without_ids_the_session_id_is_the_chat_id(self, user: RegistryUser) -> None:
        row = insert(user)
        assert row["session_id"] == row["chat_id"]
        assert (row["channel"], row["agent_name"], row["metadata"]) == ("web", "assistant", {})

    def test_derived_columns_and_times_cannot_be_forged(self, user: RegistryUser) -> None:
        row = insert(user, **FORGED)
        assert (row["version"], row["message_count"]) == (1, 0)
        assert row["last_message_preview"] is row["head_message_id"] is None
        assert row["created_at"] == row["updated_at"] > "2026"

    @pytest.mark.parametrize("session_id", ["trips/rome", "/", "..", "sync", "changes", "counts"])
    def test_an_id_that_no_address_can_name_is_refused(
        self, user: RegistryUser, session_id: str
    ) -> None:
        with refused("PT422", "validation_failed", "session_id"):
            insert(user, session_id=session_id)

    @pytest.mark.parametrize("session_id", ["telegram:1:1", "scheduled:1", "telegram:"])
    @pytest.mark.parametrize("channel", ["web", "telegram", "scheduled"])
    def test_an_id_with_a_reserved_prefix_is_refused_whatever_the_channel(
        self, user: RegistryUser, session_id: str, channel: str
    ) -> None:
        with refused("PT422", "validation_failed", "session_id"):
            insert(user, session_id=session_id, channel=channel)

    @pytest.mark.parametrize(
        "columns",
        [
            {"session_id": ""},
            {"session_id": "a\nb"},
            {"session_id": "s" * 201},
            {"channel": "fax"},
            {"title": "t" * 201},
            {"topic": "t" * 201},
            {"agent_name": ""},
            {"agent_name": "a" * 101},
            {"title": "Mine", "title_source": "oracle"},
            {"title_source": "user"},
            {"metadata": []},
            {"metadata": {"x": "y" * 16_384}},
        ],
        ids=str,
    )
    def test_a_value_out_of_bounds_is_refused(
        self, user: RegistryUser, columns: dict[str, object]
    ) -> None:
        with refused("23514"):
            insert(user, **columns)


class TestUpdate:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("session_id", "other"),
            ("chat_id", uuid.uuid4()),
            ("user_id", uuid.uuid4()),
            ("channel", "telegram"),
            ("created_at", "2001-01-01"),
        ],
    )
    def test_identity_never_changes(self, user: RegistryUser, column: str, value: object) -> None:
        session_id = user.new_session()
        with refused("PT422", "validation_failed", "session_id"):
            change(user, session_id, **{column: value})

    def test_derived_columns_keep_their_values(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        user.append(session_id, "Said")
        before = user.session(session_id)
        after = change(user, session_id, message_count=1000, last_message_preview="Never said")
        assert after["message_count"] == 1
        assert after["last_message_preview"] == "Said"
        assert after["updated_at"] == before["updated_at"]

    def test_the_version_counts_up_whatever_is_written(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        before = user.session(session_id)["version"]
        assert change(user, session_id, version=1)["version"] == before + 1
        assert change(user, session_id, pinned=True, version=99)["version"] == before + 2

    def test_updated_at_is_the_servers_clock(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        before = user.session(session_id)["updated_at"]
        for instant in ("2001-01-01", "2999-01-01", "infinity"):
            after = change(user, session_id, updated_at=instant)["updated_at"]
            assert before < after < "2999"
            before = after

    def test_is_active_alone_is_no_activity(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        before = user.session(session_id)["updated_at"]
        assert change(user, session_id, is_active=False)["updated_at"] == before

    def test_the_head_moves_within_the_session_alone(self, user: RegistryUser) -> None:
        session_id, other = user.new_session(), user.new_session()
        first, second = user.append(session_id, "one", "two")
        [foreign] = user.append(other, "elsewhere")
        assert change(user, session_id, head_message_id=first)["head_message_id"] == first
        for nowhere in (foreign, second + 1000):
            with refused("23503"):
                change(user, session_id, head_message_id=nowhere)

    def test_a_session_with_messages_keeps_a_head(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        [message_id] = user.append(session_id, "one")
        assert change(user, session_id, head_message_id=None)["head_message_id"] == message_id


class TestTitle:
    def test_one_that_the_user_gives_is_the_users(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        assert change(user, session_id, title="Mine")["title_source"] == "user"

    def test_one_that_replaces_a_generated_one_is_the_users(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        user.begin(session_id, "First words")
        assert user.session(session_id)["title_source"] == "generated"
        assert change(user, session_id, title="Mine")["title_source"] == "user"

    def test_taken_away_its_source_goes_too(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Mine")
        assert change(user, session_id, title=None)["title_source"] is None


class TestTheSecretKey:
    def test_may_say_when_a_session_was_made_and_last_used(self, user: RegistryUser) -> None:
        with user.database.as_service() as connection:
            row = connection.execute(
                "insert into chat_sessions (user_id, session_id, channel, created_at, updated_at)"
                " values (%s, 'telegram:2025:1', 'telegram', '2025-01-01Z', '2025-01-02Z')"
                " returning created_at::date::text, updated_at::date::text",
                (user.id,),
            ).fetchone()
        assert row == ("2025-01-01", "2025-01-02")

    @pytest.mark.parametrize(
        ("session_id", "channel"), [("telegram:1", "web"), ("scheduled:1", "telegram")]
    )
    def test_gives_a_reserved_id_to_no_other_channel(
        self, user: RegistryUser, session_id: str, channel: str
    ) -> None:
        with refused("23514"), user.database.as_service() as connection:
            connection.execute(
                "insert into chat_sessions (user_id, session_id, channel) values (%s, %s, %s)",
                (user.id, session_id, channel),
            )
