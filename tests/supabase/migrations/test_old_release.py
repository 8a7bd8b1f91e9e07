"""The previous release goes on writing while the migrations are applied one by one."""

from concurrent.futures import ThreadPoolExecutor

from tests.stack.database import MIGRATIONS, Connection, Database, apply_migrations
from tests.supabase.migrations.old_release import insert_message, insert_session
from tests.supabase.migrations.racing import WAIT_SECONDS, wait_until_blocked
from tests.supabase.migrations.registry_user import RegistryUser, new_user

FILES = [file.name for file in sorted(MIGRATIONS.glob("*.sql"))]
OLD_FILES, NEW_FILES = FILES[:2], FILES[2:]
BRANCHES = "20261102090100"
GUARDS = "20261102090300"


def write_as_the_old_release(user: RegistryUser, chat_id: str) -> tuple[str, list[int]]:
    """Writes to a session that is there and makes another, under row-level security."""
    with user.database.as_user(user.id) as connection:
        ids = [insert_message(connection, chat_id, "again")]
        rows = connection.execute(
            "insert into public.chat_message_history (session_id, role, content)"
            " values (%s, 'user', 'one'), (%s, 'assistant', 'two') returning id",
            (chat_id, chat_id),
        ).fetchall()
        made = insert_session(connection, user.id)
        insert_message(connection, made, "first")
        connection.execute(
            "update public.chat_sessions set is_active = false, updated_at = now()"
            " where chat_id::text = %s",
            (made,),
        )
    return made, ids + [row[0] for row in rows if isinstance(row[0], int)]


class TestWritingBetweenTheFiles:
    def test_all_that_is_written_after_any_file_is_on_the_branch_in_the_end(
        self, bare_database: Database
    ) -> None:
        apply_migrations(bare_database, upto=OLD_FILES[-1])
        user = new_user(bare_database)
        with bare_database.as_user(user.id) as connection:
            chat_id = insert_session(connection, user.id)
        made, written = [], []
        for file, before in zip(NEW_FILES, FILES[1:], strict=False):
            session_id, ids = write_as_the_old_release(user, chat_id)
            made.append(session_id)
            written += ids
            assert apply_migrations(bare_database, upto=file, after=before) == [file]
        last_made, ids = write_as_the_old_release(user, chat_id)

        assert user.branch(chat_id) == written + ids
        assert user.session(chat_id)["message_count"] == len(written + ids)
        for session_id in [*made, last_made]:
            session = user.session(session_id)
            assert [m["content"] for m in session["messages"]] == ["first"]
            assert (session["chat_id"], session["channel"]) == (session_id, "web")

    def test_what_begins_after_any_file_is_whole_in_the_end(self, bare_database: Database) -> None:
        apply_migrations(bare_database, upto=OLD_FILES[-1])
        begun = []
        for file, before in zip(NEW_FILES, FILES[1:], strict=False):
            apply_migrations(bare_database, upto=file, after=before)
            user = new_user(bare_database)
            with bare_database.as_user(user.id) as connection:
                chat_id = insert_session(connection, user.id)
            begun.append((file, user, chat_id, *write_as_the_old_release(user, chat_id)))
        for file, user, chat_id, made, ids in begun:
            assert user.branch(chat_id) == ids, file
            assert len(user.branch(made)) == 1, file


class TestWritingDuringAFile:
    def test_messages_that_crossed_each_other_before_the_guard_are_one_chain(
        self, bare_database: Database
    ) -> None:
        apply_migrations(bare_database, upto=BRANCHES)
        user = new_user(bare_database)
        with bare_database.as_user(user.id) as connection:
            chat_id = insert_session(connection, user.id)
            first = insert_message(connection, chat_id, "first")
        with bare_database.as_user(user.id) as one, bare_database.as_user(user.id) as other:
            crossed = [insert_message(one, chat_id, "one"), insert_message(other, chat_id, "other")]
        apply_migrations(bare_database, after=BRANCHES)
        assert user.branch(chat_id) == [first, *crossed]

    def test_a_message_that_waits_for_the_guard_to_commit_is_guarded(
        self, bare_database: Database
    ) -> None:
        apply_migrations(bare_database, upto="20261102090200")
        user = new_user(bare_database)
        with bare_database.as_user(user.id) as connection:
            chat_id = insert_session(connection, user.id)
            first = insert_message(connection, chat_id, "first")
        with (
            bare_database.connect() as observer,
            bare_database.connect() as migration,
            bare_database.as_user(user.id) as waiting,
            ThreadPoolExecutor(1) as pool,
        ):
            with migration.transaction():
                apply_file(migration, GUARDS)
                insert = pool.submit(insert_message, waiting, chat_id, "second")
                wait_until_blocked(observer, waiting, insert)
            second = insert.result(WAIT_SECONDS)
        apply_migrations(bare_database, after=GUARDS)
        assert user.branch(chat_id) == [first, second]
        assert user.session(chat_id)["message_count"] == 2


def apply_file(connection: Connection, version: str) -> None:
    [file] = MIGRATIONS.glob(f"{version}_*.sql")
    connection.execute(file.read_bytes())
