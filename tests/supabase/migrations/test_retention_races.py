"""What becomes active while retention passes, and who does the pass."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.idle_sessions import (
    answer_with_tool,
    archive,
    claim_pass,
    delete,
    items_of,
    prune,
    rest,
    retain,
)
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.racing import race, wait_until_blocked
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user


@pytest.fixture
def user(database: Database) -> RegistryUser:
    # A database of its own: retention knows no users.
    return new_user(database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


def put(user: RegistryUser, session_id: str) -> None:
    message = {"role": "user", "content": "x", "client_request_id": uuid.uuid4().hex}
    user.call("sync_chat_session", session_id=session_id, session={"messages": [message]})


class TestActivity:
    @pytest.mark.parametrize(
        "act",
        [
            lambda user, session_id: user.begin(session_id),
            lambda user, session_id: user.append(session_id, "straight into the table"),
            put,
        ],
        ids=["a turn", "a row", "an upload"],
    )
    def test_makes_a_session_active_and_due_again_in_seven_days(
        self, user: RegistryUser, session_id: str, act: Callable[[RegistryUser, str], object]
    ) -> None:
        answer_with_tool(user, session_id)
        rest(user.database, session_id, days=7)
        prune(user.database)
        assert user.session(session_id)["is_active"] is False
        act(user, session_id)
        assert user.session(session_id)["is_active"] is True
        with user.database.connect() as connection:
            connection.execute(
                "update chat_message_history set status = 'complete' where status = 'streaming'"
            )
        assert prune(user.database)["is_last"] is True
        rest(user.database, session_id, days=7)
        assert prune(user.database)["inactive"] == 1

    def test_a_user_cannot_take_part_in_retention(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = answer_with_tool(user, session_id)
        user.run("update chat_sessions set is_pruned = true")
        assert user.run("select is_pruned from chat_sessions") == [(False,)]
        with user.database.as_user(user.id) as connection, refused("PT422", "validation_failed"):
            connection.execute("select set_config('chat_registry.is_retention', 'on', true)")
            connection.execute(
                "update chat_message_history set item = null where id = %s",
                (turn["assistant_message"]["id"],),
            )

    def test_retention_itself_changes_no_text(self, user: RegistryUser, session_id: str) -> None:
        turn = answer_with_tool(user, session_id)
        for change in ("content = ''", "item = '{}'", "status = 'failed', item = null"):
            with user.database.as_service() as connection, refused("PT422", "validation_failed"):
                connection.execute("select set_config('chat_registry.is_retention', 'on', true)")
                connection.execute(
                    f"update chat_message_history set {change} where id = %s".encode(),  # noqa: S608 one of the three above
                    (turn["assistant_message"]["id"],),
                )


class TestRaces:
    @pytest.mark.parametrize(
        ("act", "count"), [(prune, "inactive"), (archive, "archived"), (delete, "deleted")]
    )
    def test_passes_over_what_somebody_is_writing_in_and_what_they_wrote_in(
        self, user: RegistryUser, session_id: str, act: Callable[..., Json], count: str
    ) -> None:
        rest(user.database, session_id, days=8)
        other = user.new_session()
        rest(user.database, other, days=8)
        with user.database.as_user(user.id) as writing:
            writing.execute(
                "insert into chat_message_history (session_id, role, content)"
                " values (%s, 'user', 'Still here')",
                (session_id,),
            )
            assert act(user.database)[count] == 1
        assert act(user.database)["is_last"] is True
        session = user.session(session_id)
        assert (session["is_active"], session["archived"]) == (True, False)

    def test_a_turn_that_begins_during_a_batch_waits_and_finds_its_session_pruned(
        self, user: RegistryUser, session_id: str
    ) -> None:
        answer_with_tool(user, session_id)
        rest(user.database, session_id, days=8)
        with (
            ThreadPoolExecutor(1) as pool,
            user.database.connect() as observer,
            user.database.as_user(user.id) as turning,
        ):
            with user.database.as_service() as retention:
                retention.execute("select public.delete_idle_items('web', 7)")
                waiting = pool.submit(
                    turning.execute,
                    "select public.begin_turn(%s, %s, 'Again', 'again')",
                    (user.id, session_id),
                )
                wait_until_blocked(observer, turning, waiting)
            waiting.result()
        assert items_of(user.database, session_id) == []
        assert user.session(session_id)["is_active"] is True

    def test_two_replicas_share_the_batches_and_do_nothing_twice(self, user: RegistryUser) -> None:
        for _ in range(12):
            each = user.new_session()
            answer_with_tool(user, each)
            rest(user.database, each, days=8)

        def work() -> int:
            count = 0
            while not (batch := prune(user.database, limit=2))["is_last"]:
                count += batch["inactive"]
            return count

        counts = race([work] * 4)
        left = 0
        while not (batch := prune(user.database))["is_last"]:
            left += batch["inactive"]
        assert sum(counts) + left == 12


class TestPass:
    def test_is_given_to_one_of_many_and_to_another_after_the_pause(
        self, database: Database
    ) -> None:
        holders = [uuid.uuid4() for _ in range(6)]
        held = race([partial(claim_pass, database, holder) for holder in holders])
        assert sum(held) == 1
        first = holders[held.index(True)]
        other = uuid.uuid4()
        assert claim_pass(database, first)
        assert not claim_pass(database, other)
        assert retain(database, "complete_retention_pass", holder=other)["is_held"] is False
        assert retain(database, "complete_retention_pass", holder=first)["is_held"] is True
        assert not claim_pass(database, other)
        assert claim_pass(database, other, pause_seconds=0)

    def test_is_taken_over_from_a_process_that_died(self, database: Database) -> None:
        assert claim_pass(database, uuid.uuid4())
        with database.connect() as connection:
            connection.execute(
                "update retention_passes set lease_expires_at = now() - interval '1 second'"
            )
        assert claim_pass(database, uuid.uuid4())

    def test_that_broke_off_may_begin_again_at_once(self, database: Database) -> None:
        holder = uuid.uuid4()
        claim_pass(database, holder)
        retain(database, "complete_retention_pass", holder=holder, is_whole=False)
        assert claim_pass(database, uuid.uuid4())
