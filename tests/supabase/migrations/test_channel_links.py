"""Linking a Telegram account, choosing the session of a chat, and removing the link."""

import uuid
from functools import partial

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.channel_user import (
    hash_code,
    linked_user,
    offer_code,
    rows,
    serve,
    use_code,
)
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import RegistryUser, new_user


@pytest.fixture
def user(database: Database) -> RegistryUser:
    return new_user(database)


def links_of(user: RegistryUser) -> list[str]:
    found = user.call("list_channel_links", channel="telegram")["links"]
    return [link["external_user_id"] for link in found]


class TestClaimLink:
    def test_links_the_account_to_the_user_of_the_code(self, user: RegistryUser) -> None:
        offer_code(user, "code")
        answer = use_code(user.database, "code", "100")
        assert answer["result"] == "linked"
        assert answer["link"]["user_id"] == str(user.id)
        assert answer["link"]["status"] == "active"
        assert links_of(user) == ["100"]

    def test_the_same_account_may_use_its_code_again(self, user: RegistryUser) -> None:
        offer_code(user, "code")
        first = use_code(user.database, "code", "100")
        assert use_code(user.database, "code", "100") == first

    def test_a_used_code_links_nobody_else(self, user: RegistryUser) -> None:
        offer_code(user, "code")
        use_code(user.database, "code", "100")
        assert use_code(user.database, "code", "200") == {
            "result": "unknown_code",
            "link": None,
        }
        assert links_of(user) == ["100"]

    def test_a_used_code_does_not_bring_a_removed_link_back(self, user: RegistryUser) -> None:
        offer_code(user, "code")
        link = use_code(user.database, "code", "100")["link"]
        user.call("delete_channel_link", link_id=link["id"])
        assert use_code(user.database, "code", "100")["result"] == "unknown_code"
        assert links_of(user) == []

    def test_an_expired_code_links_nobody(self, user: RegistryUser) -> None:
        offer_code(user, "code")
        rows(
            user.database,
            "update channel_link_codes set expires_at = now() - interval '1 s'",
        )
        assert use_code(user.database, "code", "100")["result"] == "unknown_code"

    def test_a_new_code_replaces_the_one_before(self, user: RegistryUser) -> None:
        offer_code(user, "old")
        offer_code(user, "new")
        assert use_code(user.database, "old", "100")["result"] == "unknown_code"
        assert use_code(user.database, "new", "100")["result"] == "linked"

    def test_a_code_lives_ten_minutes_at_most(self, user: RegistryUser) -> None:
        offer_code(user, "code", expires_in_seconds=999_999)
        [(is_soon,)] = rows(
            user.database,
            "select expires_at <= now() + interval '10 minutes' from channel_link_codes",
        )
        assert is_soon

    def test_an_account_of_somebody_else_stays_theirs(self, user: RegistryUser) -> None:
        other = linked_user(user.database)
        offer_code(user, "code")
        assert use_code(user.database, "code", other.account)["result"] == "taken"
        assert links_of(other) == [other.account]
        assert links_of(user) == []
        assert use_code(user.database, "code", "100")["result"] == "linked"

    def test_a_user_links_several_accounts(self, user: RegistryUser) -> None:
        first, second = (linked_user(user.database, user=user) for _ in range(2))
        assert links_of(user) == [first.account, second.account]

    def test_after_five_wrong_codes_even_the_right_one_waits(self, user: RegistryUser) -> None:
        offer_code(user, "code")
        for guess in range(5):
            assert use_code(user.database, f"guess {guess}", "100")["result"] == "unknown_code"
        assert use_code(user.database, "code", "100")["result"] == "too_many_attempts"
        rows(
            user.database,
            "update channel_link_attempts set since = now() - interval '11 min'",
        )
        assert use_code(user.database, "code", "100")["result"] == "linked"

    def test_nothing_stays_of_somebody_who_once_sent_a_wrong_code(self, user: RegistryUser) -> None:
        use_code(user.database, "guess", "100")
        rows(
            user.database,
            "update channel_link_attempts set since = now() - interval '11 min'",
        )
        use_code(user.database, "guess", "200")
        stored = rows(user.database, "select external_user_id from channel_link_attempts")
        assert stored == [("200",)]

    def test_of_two_accounts_that_use_a_code_at_once_one_is_linked(
        self, user: RegistryUser
    ) -> None:
        offer_code(user, "code")
        answers = race([partial(use_code, user.database, "code", a) for a in ("100", "200")])
        assert sorted(answer["result"] for answer in answers) == [
            "linked",
            "unknown_code",
        ]

    def test_one_account_that_uses_a_code_many_times_at_once_is_linked_once(
        self, user: RegistryUser
    ) -> None:
        offer_code(user, "code")
        answers = race([lambda: use_code(user.database, "code", "100")] * 5)
        assert {answer["result"] for answer in answers} == {"linked"}
        assert links_of(user) == ["100"]

    def test_only_a_hash_of_the_code_is_stored(self, user: RegistryUser) -> None:
        offer_code(user, "secret code")
        [(stored,)] = rows(user.database, "select to_jsonb(c)::text from channel_link_codes c")
        assert hash_code("secret code") in stored
        assert "secret code" not in stored


class TestGetLink:
    def test_answers_none_for_a_stranger(self, database: Database) -> None:
        answer = serve(database, "get_channel_link", channel="telegram", external_user_id="1")
        assert answer == {"link": None}

    def test_someone_who_writes_has_unblocked_the_bot(self, database: Database) -> None:
        user = linked_user(database)
        rows(database, "update channel_links set status = 'blocked'")
        answer = serve(
            database,
            "get_channel_link",
            channel="telegram",
            external_user_id=user.account,
        )
        assert answer["link"]["status"] == "active"


class TestUpsertChannelSession:
    def test_makes_the_session_of_a_chat_once(self, database: Database) -> None:
        user = linked_user(database)
        assert user.continue_session() == f"telegram:{user.account}:1"
        assert user.continue_session() == f"telegram:{user.account}:1"

    def test_a_new_one_follows_a_used_one_and_an_empty_one_serves(self, database: Database) -> None:
        user = linked_user(database)
        user.say(user.continue_session())
        assert user.continue_session(is_new=True) == f"telegram:{user.account}:2"
        assert user.continue_session(is_new=True) == f"telegram:{user.account}:2"
        assert user.continue_session() == f"telegram:{user.account}:2"

    def test_continues_a_session_of_another_channel(self, database: Database) -> None:
        user = linked_user(database)
        session_id = user.new_session()
        chat_id = user.session(session_id)["chat_id"]
        assert user.continue_session(chat_id=chat_id) == session_id
        assert user.continue_session() == session_id
        assert user.continue_session(is_new=True) == f"telegram:{user.account}:1"

    def test_never_continues_a_session_of_somebody_else(self, database: Database) -> None:
        user, other = linked_user(database), new_user(database)
        chat_id = other.session(other.new_session())["chat_id"]
        with refused("PT404", "session_not_found"):
            user.continue_session(chat_id=chat_id)
        with refused("PT404", "session_not_found"):
            user.continue_session(chat_id=uuid.uuid4())

    def test_is_refused_for_a_link_of_somebody_else(self, database: Database) -> None:
        user, other = linked_user(database), linked_user(database)
        with refused("PT404", "link_not_found"):
            user.call_as_service("upsert_channel_session", link_id=other.link_id)

    def test_begins_another_when_the_current_one_was_deleted(self, database: Database) -> None:
        user = linked_user(database)
        user.run(
            "delete from chat_sessions where session_id = %s",
            (user.continue_session(),),
        )
        assert user.continue_session() == f"telegram:{user.account}:2"

    def test_an_account_that_changes_hands_begins_anew(self, database: Database) -> None:
        before = linked_user(database)
        theirs = before.continue_session()
        before.unlink()
        after = new_user(database)
        offer_code(after, "code")
        link = use_code(database, "code", before.account)["link"]
        answer = after.call_as_service("upsert_channel_session", link_id=link["id"])
        assert theirs == f"telegram:{before.account}:1"
        assert answer["session"]["session_id"] == f"telegram:{before.account}:2"
        assert answer["session"]["user_id"] == str(after.id)

    def test_one_chat_that_asks_many_times_at_once_gets_one_session(
        self, database: Database
    ) -> None:
        user = linked_user(database)
        assert set(race([user.continue_session] * 5)) == {f"telegram:{user.account}:1"}


class TestRights:
    def test_a_link_is_seen_and_removed_by_its_user_alone(self, database: Database) -> None:
        user, other = linked_user(database), new_user(database)
        answer = other.call("delete_channel_link", link_id=user.link_id)
        assert answer == {"deleted": False}
        assert other.run("select * from channel_links") == []
        assert other.run("delete from channel_links returning *") == []
        assert user.unlink() == {"deleted": True}
        assert links_of(user) == []

    @pytest.mark.parametrize(
        "statement",
        [
            "insert into channel_links (user_id, channel, external_user_id, external_chat_id)"
            " values (auth.uid(), 'telegram', '5', '5')",
            "update channel_links set external_chat_id = '5'",
            "select * from channel_link_codes",
            "select * from channel_link_attempts",
            "select * from channel_inbox",
            "select * from channel_pollers",
        ],
    )
    def test_a_user_can_neither_forge_a_link_nor_read_what_is_the_servers(
        self, database: Database, statement: str
    ) -> None:
        user = linked_user(database)
        with refused("42501"):
            user.run(statement)
