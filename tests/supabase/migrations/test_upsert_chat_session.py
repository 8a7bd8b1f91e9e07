"""upsert_chat_session."""

import uuid

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


def upsert(user: RegistryUser, **parameters: object) -> Json:
    return user.call("upsert_chat_session", **parameters)


class TestNewSession:
    def test_without_an_id_gets_its_chat_id(self, user: RegistryUser) -> None:
        answer = upsert(user)
        session = answer["session"]
        assert answer["created"] is True
        assert session["session_id"] == session["chat_id"]
        assert session["user_id"] == str(user.id)
        assert (session["channel"], session["agent_name"]) == ("web", "assistant")
        assert (session["message_count"], session["version"]) == (0, 1)

    def test_with_an_id_and_values_has_them(self, user: RegistryUser) -> None:
        session_id = str(uuid.uuid4())
        given = {
            "session_id": session_id,
            "title": "Mine",
            "topic": "Work",
            "agent_name": "scout",
            "metadata": {"colour": "blue"},
        }
        session = upsert(user, **given)["session"]
        assert session.items() >= given.items()
        assert session["title_source"] == "user"

    @pytest.mark.parametrize("channel", ["telegram", "scheduled"])
    def test_of_a_reserved_id_is_made_with_the_secret_key_alone(
        self, user: RegistryUser, channel: str
    ) -> None:
        given = {"session_id": f"{channel}:{user.id}", "channel": channel}
        with refused("PT422", "validation_failed", "session_id"):
            upsert(user, **given)
        answer = user.call_as_service("upsert_chat_session", **given)
        assert (answer["created"], answer["session"]["channel"]) == (True, channel)

    @pytest.mark.parametrize(
        ("parameter", "value"),
        [
            ("channel", "fax"),
            ("channel", None),
            ("session_id", ""),
            ("session_id", "s" * 201),
            ("session_id", "a\x07b"),
            ("session_id", "telegram:1:1"),
            ("title", ""),
            ("title", "t" * 201),
            ("topic", "t" * 201),
            ("agent_name", ""),
            ("agent_name", "a" * 101),
            ("metadata", {"x": "y" * 16_384}),
        ],
    )
    def test_with_a_value_out_of_bounds_is_refused_by_name(
        self, user: RegistryUser, parameter: str, value: object
    ) -> None:
        with refused("PT422", "validation_failed", parameter):
            upsert(user, **{parameter: value})


class TestOwnSession:
    def test_given_again_is_answered_as_it_is(self, user: RegistryUser) -> None:
        session = upsert(user, title="Mine")["session"]
        again = upsert(user, session_id=session["session_id"])
        assert again == {"session": session, "created": False}

    def test_takes_the_values_that_are_given_and_keeps_the_others(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Mine", topic="Work", metadata={"a": 1})
        session = upsert(user, session_id=session_id, topic="Play", agent_name="scout")["session"]
        assert (session["title"], session["topic"]) == ("Mine", "Play")
        assert (session["agent_name"], session["metadata"]) == ("scout", {"a": 1})

    def test_with_the_values_it_has_is_no_activity(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Mine")
        before = upsert(user, session_id=session_id)["session"]
        assert upsert(user, session_id=session_id, title="Mine")["session"] == before

    def test_with_a_title_over_a_generated_one_is_titled_by_the_user(
        self, user: RegistryUser
    ) -> None:
        session_id = user.new_session()
        user.begin(session_id, "First words")
        session = upsert(user, session_id=session_id, title="Mine")["session"]
        assert (session["title"], session["title_source"]) == ("Mine", "user")

    def test_keeps_its_channel(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        session = upsert(user, session_id=session_id, channel="telegram")["session"]
        assert session["channel"] == "web"

    def test_of_a_reserved_id_can_be_changed_by_its_user(self, user: RegistryUser) -> None:
        session_id = user.new_reserved_session(f"telegram:{user.id}:1")
        answer = upsert(user, session_id=session_id, channel="telegram", title="Mine")
        assert (answer["created"], answer["session"]["title"]) == (False, "Mine")


class TestSomebodyElsesSession:
    def test_is_refused_and_stays_as_it_was(self, user: RegistryUser) -> None:
        other = new_user(user.database)
        session_id = other.new_session(title="Theirs")
        with refused("PT409", "session_id_taken", "session_id"):
            upsert(user, session_id=session_id, title="Mine")
        with refused("PT409", "session_id_taken", "session_id"):
            user.call_as_service("upsert_chat_session", session_id=session_id)
        assert other.session(session_id)["title"] == "Theirs"
