"""Title jobs: when one is made, who works on it, and whose title stays."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import RegistryUser, new_user, run
from tests.supabase.migrations.synced_sessions import new_id, put, said
from tests.supabase.migrations.title_user import (
    ask,
    claim,
    complete,
    fail,
    grow,
    let_lease_end,
    rename,
    shown,
    take,
)


@pytest.fixture
def user(database: Database) -> RegistryUser:
    return new_user(database)


@pytest.fixture
def grown(user: RegistryUser) -> str:
    """A session of eleven messages."""
    return grow(user)


class TestWhenOneIsMade:
    def test_not_before_a_session_passes_ten_messages(self, user: RegistryUser) -> None:
        session_id = grow(user, count=10)
        assert claim(user.database) is None
        user.append(session_id, "The eleventh")
        assert take(user.database)["session_id"] == session_id
        assert shown(user, session_id)[2] is None

    def test_a_session_whose_title_is_the_users_has_none(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Mine")
        user.append(session_id, *"abcdefghijkl")
        assert claim(user.database) is None

    def test_a_session_that_a_client_writes_itself_has_one_too(self, user: RegistryUser) -> None:
        session_id = new_id()
        put(user, session_id, messages=said(*"abcdefghijkl"))
        assert take(user.database)["session_id"] == session_id

    def test_once_for_a_session_however_it_grows(self, user: RegistryUser, grown: str) -> None:
        assert complete(user, take(user.database))
        user.append(grown, "More")
        assert claim(user.database) is None

    def test_the_operator_sets_after_how_many_messages(self, user: RegistryUser) -> None:
        assert claim(user.database, after_messages=2) is None
        session_id = grow(user, count=3)
        assert (claim(user.database, after_messages=2) or {})["session_id"] == session_id
        assert claim(user.database, after_messages=0) is None
        grow(user, count=30)
        assert claim(user.database, after_messages=0) is None

    def test_the_sessions_user_may_empty_their_title_to_have_one_made(
        self, user: RegistryUser, grown: str
    ) -> None:
        rename(user, grown, "Mine")
        assert claim(user.database) is None
        with refused("PT409", "title_set_by_user", "session_id"):
            ask(user, grown)
        rename(user, grown, None)
        assert ask(user, grown)["title_status"] == "waiting"
        assert complete(user, take(user.database), "Made")
        assert shown(user, grown) == ("Made", "generated", None)


class TestRequest:
    def test_a_title_is_made_of_how_it_began_and_what_was_said_last(
        self, user: RegistryUser
    ) -> None:
        session_id = grow(user, count=40)
        user.append(session_id, "long " * 200)
        assert ask(user, session_id)["title_status"] == "waiting"
        job = take(user.database)
        pieces = [piece["content"] for piece in job["messages"]]
        assert (len(pieces), pieces[0], pieces[1]) == (21, "Message 0", "Message 21")
        assert (len(pieces[-1]), job["messages"][0]["role"]) == (500, "user")

    def test_of_a_session_with_nothing_said_fails_at_once(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        ask(user, session_id)
        assert claim(user.database) is None
        assert shown(user, session_id) == (None, None, "failed")

    def test_a_second_one_waits_for_the_title_that_is_being_made(
        self, user: RegistryUser, grown: str
    ) -> None:
        job = take(user.database)
        assert ask(user, grown)["title_status"] == "waiting"
        assert claim(user.database) is None
        assert complete(user, job)
        assert shown(user, grown) == ("Tomatoes in May", "generated", None)

    def test_after_all_tries_have_failed_starts_anew(self, user: RegistryUser, grown: str) -> None:
        for _ in range(5):
            assert fail(user, take(user.database))
        assert claim(user.database) is None
        assert shown(user, grown)[2] == "failed"
        assert ask(user, grown)["title_status"] == "waiting"
        assert complete(user, take(user.database))
        assert shown(user, grown) == ("Tomatoes in May", "generated", None)


class TestClaims:
    def test_workers_that_race_take_each_job_once(self, user: RegistryUser) -> None:
        sessions = {grow(user) for _ in range(6)}

        def work() -> list[str]:
            jobs = iter(lambda: claim(user.database), None)
            return [job["session_id"] for job in jobs if complete(user, job)]

        taken = [session_id for batch in race([work] * 4) for session_id in batch]
        assert len(taken) == len(set(taken))
        while (job := claim(user.database)) is not None:
            # A worker passes over a session whose row another one holds at that instant.
            assert complete(user, job)
            taken.append(job["session_id"])
        assert sorted(taken) == sorted(sessions)

    def test_a_failure_is_tried_again_when_its_wait_is_over(
        self, user: RegistryUser, grown: str
    ) -> None:
        assert fail(user, take(user.database), retry_seconds=3600)
        assert claim(user.database) is None
        assert shown(user, grown)[2] is None

    def test_what_a_dead_worker_held_is_taken_up_and_no_longer_its_own(
        self, user: RegistryUser, grown: str
    ) -> None:
        dead = take(user.database)
        let_lease_end(user.database)
        living = take(user.database)
        assert (living["attempt"], living["tries_left"]) == (2, 3)
        assert not complete(user, dead, "Too late")
        assert not fail(user, dead)
        assert complete(user, living)
        assert not complete(user, living, "Twice")
        assert shown(user, grown)[0] == "Tomatoes in May"

    def test_a_session_that_kills_every_worker_is_given_up(
        self, user: RegistryUser, grown: str
    ) -> None:
        for _ in range(5):
            take(user.database)
            let_lease_end(user.database)
        assert claim(user.database) is None
        assert shown(user, grown)[2] == "failed"

    def test_a_locked_session_holds_up_nobody_else(self, user: RegistryUser, grown: str) -> None:
        other = grow(user)
        with user.database.connect() as connection, connection.transaction():
            run(
                connection,
                "select from chat_sessions where session_id = %s for no key update",
                (grown,),
            )
            assert take(user.database)["session_id"] == other
            assert claim(user.database) is None

    def test_a_deleted_session_takes_its_job_along(self, user: RegistryUser, grown: str) -> None:
        job = take(user.database)
        user.call("delete_chat_session", session_id=grown)
        assert not complete(user, job)
        assert claim(user.database) is None


class TestWhoseTitleStays:
    def test_a_users_title_given_while_one_is_made(self, user: RegistryUser, grown: str) -> None:
        ask(user, grown)
        job = take(user.database)
        assert rename(user, grown, "Mine")["session"]["title_status"] is None
        assert complete(user, job)
        assert shown(user, grown) == ("Mine", "user", None)

    def test_a_users_title_whoever_comes_first(self, user: RegistryUser) -> None:
        for _ in range(12):
            session_id = grow(user)
            job = take(user.database)
            race([lambda: complete(user, job), lambda: rename(user, session_id, "Mine")])  # noqa: B023 run in this round
            assert shown(user, session_id) == ("Mine", "user", None)

    def test_a_users_title_written_straight_at_the_supabase_api(
        self, user: RegistryUser, grown: str
    ) -> None:
        ask(user, grown)
        user.run("update chat_sessions set title = 'Mine' where session_id = %s", (grown,))
        assert shown(user, grown) == ("Mine", "user", None)
        assert claim(user.database) is None

    def test_a_users_title_is_no_failure_when_the_model_was_away(
        self, user: RegistryUser, grown: str
    ) -> None:
        job = take(user.database)
        rename(user, grown, "Mine")
        assert fail(user, job)
        assert claim(user.database) is None
        assert shown(user, grown) == ("Mine", "user", None)

    @pytest.mark.parametrize("title", ["نمی\u200cشود", "👩\u200d🌾 farm", "番" * 80])
    def test_a_title_is_kept_as_it_is_in_any_script(
        self, user: RegistryUser, grown: str, title: str
    ) -> None:
        assert complete(user, take(user.database), title)
        assert shown(user, grown) == (title, "generated", None)

    @pytest.mark.parametrize("title", ["", "two\nlines", "x" * 81])
    def test_what_is_no_title_is_refused(self, user: RegistryUser, grown: str, title: str) -> None:
        job = take(user.database)
        assert job["session_id"] == grown
        with refused("PT422", "validation_failed", "title"):
            complete(user, job, title)


class TestOtherDevices:
    def test_hear_of_the_title_and_the_list_stays_in_its_order(
        self, user: RegistryUser, grown: str
    ) -> None:
        job = take(user.database)
        newer = user.new_session()
        feed = user.call("list_chat_session_changes")
        complete(user, job)
        heard = user.call(
            "list_chat_session_changes", since_xid=feed["xid"], since_session_id=feed["session_id"]
        )
        assert [session["title"] for session in heard["changed"]][-1:] == ["Tomatoes in May"]
        listed = user.call("list_chat_sessions")["sessions"]
        assert [session["session_id"] for session in listed] == [newer, grown]

    def test_replace_nothing_by_a_rename(self, user: RegistryUser, grown: str) -> None:
        version = user.session(grown)["version"]
        complete(user, take(user.database))
        for title, replaced in (("Mine", {}), ("Also mine", {"title": "Mine"})):
            renamed = user.call(
                "update_chat_session",
                session_id=grown,
                changes={"title": title},
                base_version=version,
            )
            assert renamed["superseded"] == replaced
