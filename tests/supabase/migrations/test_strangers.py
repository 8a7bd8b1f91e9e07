"""A signed-in user learns nothing of another's rows and changes none, whatever they try."""

from collections.abc import Callable

import pytest

from tests.stack.database import Connection, Database
from tests.supabase.migrations import catalogue
from tests.supabase.migrations.outcomes import outcome, refused
from tests.supabase.migrations.registry_user import RegistryUser, call
from tests.supabase.migrations.stranger_calls import CALLS
from tests.supabase.migrations.strangers import (
    STATEMENTS,
    Scene,
    function_attempt,
    set_scene,
    statement_attempt,
)
from tests.supabase.migrations.test_grants import SERVICE_FUNCTIONS, SIGNED_IN_FUNCTIONS

Attempt = Callable[[Connection], object]
ITEM = {"items": [{"role": "user", "content": "x"}]}


@pytest.fixture
def scene(database: Database) -> Scene:
    return set_scene(database)


def told_to(user: RegistryUser, attempt: Attempt, hidden: dict[str, str]) -> str:
    def action() -> object:
        with user.database.as_user(user.id) as connection:
            return attempt(connection)

    return outcome(action, hidden)


class TestThroughTheTables:
    def test_attempts_change_nothing_and_are_answered_as_if_nothing_were_there(
        self, scene: Scene
    ) -> None:
        before = scene.everything_of_the_victim()
        for name in STATEMENTS:
            real, unreal = (
                told_to(scene.stranger, statement_attempt(scene, name, target), target.hidden())
                for target in (scene.real, scene.unreal)
            )
            assert real == unreal, name
            assert scene.everything_of_the_victim() == before, name

    def test_a_session_id_that_is_taken_is_the_one_thing_that_shows(self, scene: Scene) -> None:
        with refused("PT409", "session_id_taken", "session_id"):
            scene.stranger.new_session(session_id=scene.real.session_id)

    @pytest.mark.parametrize("channel", ["telegram", "scheduled"])
    def test_a_session_id_that_could_be_guessed_does_not_show(
        self, scene: Scene, channel: str
    ) -> None:
        scene.victim.new_reserved_session(f"{channel}:1:1")

        def make(session_id: str) -> str:
            return scene.stranger.new_session(session_id=session_id, channel=channel)

        taken = outcome(lambda: make(f"{channel}:1:1"), {})
        free = outcome(lambda: make(f"{channel}:2:1"), {})
        assert taken == free


class TestThroughTheFunctions:
    def test_every_function_for_signed_in_users_is_tried(self, database: Database) -> None:
        with database.connect() as connection:
            offered = set(catalogue.functions(connection, "public"))
        making = {
            "append_session_items",
            "upsert_chat_session",
            "sync_chat_session",
            "sync_chat_sessions",
        }
        assert set(CALLS) | making == SIGNED_IN_FUNCTIONS
        assert offered == SERVICE_FUNCTIONS

    @pytest.mark.parametrize("as_the_victim", [True, False])
    def test_attempts_change_nothing_and_are_answered_as_if_nothing_were_there(
        self, scene: Scene, *, as_the_victim: bool
    ) -> None:
        before = scene.everything_of_the_victim()
        for name in CALLS:
            real, unreal = (
                told_to(
                    scene.stranger,
                    function_attempt(scene, name, target, as_the_victim=as_the_victim),
                    target.hidden(),
                )
                for target in (scene.real, scene.unreal)
            )
            assert real == unreal, name
            assert "secret" not in real
            assert scene.everything_of_the_victim() == before, name

    def test_nobody_makes_a_session_for_somebody_else(self, scene: Scene) -> None:
        stranger = scene.stranger
        for target in (scene.real, scene.unreal):
            for session_id in (target.session_id, None):
                parameters = {"user_id": target.user_id, "session_id": session_id}
                with refused("42501"), stranger.database.as_user(stranger.id) as connection:
                    call(connection, "upsert_chat_session", **parameters)

    def test_nobody_uploads_for_somebody_else(self, scene: Scene) -> None:
        stranger, before = scene.stranger, scene.everything_of_the_victim()
        for session_id in (scene.real.session_id, scene.unreal.session_id):
            upload = {"sessions": [{"session_id": session_id}]}
            for name, given in (
                (
                    "append_session_items",
                    {"session_id": session_id, "items": ITEM, "client_request_id": "r"},
                ),
                ("sync_chat_session", {"session_id": session_id, "session": {"title": "x"}}),
                ("sync_chat_sessions", {"sessions": upload}),
            ):
                with refused("42501"), stranger.database.as_user(stranger.id) as connection:
                    call(connection, name, user_id=scene.victim.id, **given)
        assert scene.everything_of_the_victim() == before

    @pytest.mark.parametrize("name", ["fail_expired_turns", "get_health"])
    def test_what_the_server_alone_needs_is_closed(self, scene: Scene, name: str) -> None:
        stranger = scene.stranger
        with refused("42501"), stranger.database.as_user(stranger.id) as connection:
            call(connection, name)

    def test_the_secret_key_reads_only_the_user_it_names(self, scene: Scene) -> None:
        before = scene.everything_of_the_victim()

        def told(name: str) -> str:
            def action() -> object:
                attempt = function_attempt(scene, name, scene.real, as_the_victim=False)
                with scene.stranger.database.as_service() as connection:
                    return attempt(connection)

            return outcome(action, {})

        for name in CALLS:
            assert "secret" not in told(name)
        assert scene.everything_of_the_victim() == before


class TestAnon:
    def test_no_statement_is_permitted(self, scene: Scene) -> None:
        for name in STATEMENTS:
            with refused("42501"), scene.victim.database.as_anon() as connection:
                statement_attempt(scene, name, scene.real)(connection)

    def test_no_function_is_permitted(self, scene: Scene) -> None:
        for name in CALLS:
            with refused("42501"), scene.victim.database.as_anon() as connection:
                function_attempt(scene, name, scene.real, as_the_victim=True)(connection)
        for name in ("fail_expired_turns", "get_health"):
            with refused("42501"), scene.victim.database.as_anon() as connection:
                call(connection, name)
        with refused("42501"), scene.victim.database.as_anon() as connection:
            call(connection, "upsert_chat_session", user_id=scene.victim.id)
