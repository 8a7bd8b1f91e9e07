"""The title that a session gets from its first words, and the one-line preview of a message."""

import pytest

from chatServer.fields import plain_title
from tests.stack.database import Database
from tests.supabase.migrations.archived_session import archived_session, bring_in
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import RegistryUser, new_user
from tests.supabase.migrations.synced_sessions import new_id, upload

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


class TestBoth:
    @pytest.mark.parametrize(
        ("content", "shown"),
        [
            ("Hello", "Hello"),
            ("  Hello\n\n  there\t you ", "Hello there you"),
            ("# Plan\n\nThe **first** step", "Plan The first step"),
            (
                "See [the docs](https://example.com/a) and ![a cat](cat.png)",
                "See the docs and a cat",
            ),
            ("- milk\n- eggs\n1. bread", "milk eggs bread"),
            ("> quoted\n> twice", "quoted twice"),
            ("*Very* ~~bad~~ ***good*** `code`", "Very bad good code"),
            ("```python\nprint(1)\n```", "print(1)"),
            ("What is 5 * 3, and 2*3*4?", "What is 5 * 3, and 2*3*4?"),
            ("Look in ~/notes | or a_b_c", "Look in ~/notes | or a_b_c"),
            ("C# or #1?", "C# or #1?"),
            ("这是**粗体**字", "这是粗体字"),
            ("🏴\U000e0067\U000e007f ❤\ufe0f", "🏴\U000e0067\U000e007f ❤\ufe0f"),
            ("مرحبا بالعالم", "مرحبا بالعالم"),
            ("<b>bold</b> &amp;", "<b>bold</b> &amp;"),
        ],
    )
    def test_are_one_line_without_the_marks_of_markdown(
        self, user: RegistryUser, content: str, shown: str
    ) -> None:
        session = user.begin(user.new_session(), content)["session"]
        assert session["title"] == session["last_message_preview"] == shown


class TestTitle:
    @pytest.mark.parametrize(
        ("content", "title"),
        [
            (LONG, "one two three four five six seven eight nine ten eleven…"),
            ("a" * 60, "a" * 60),
            ("a" * 61, "a" * 59 + "…"),
            ("a" * 59 + " b c", "a" * 59 + "…"),
            ("长" * 100, "长" * 59 + "…"),
            ("Re: " + "长" * 100, "Re: " + "长" * 55 + "…"),
            ("😀" * 100, "😀" * 59 + "…"),
        ],
    )
    def test_is_cut_between_words_at_sixty_characters(
        self, user: RegistryUser, content: str, title: str
    ) -> None:
        session = user.begin(user.new_session(), content)["session"]
        assert session["title"] == title
        assert len(title) <= 60

    def test_comes_from_the_first_message_and_stays(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        user.answer(session_id, "First")
        assert user.begin(session_id, "Second")["session"]["title"] == "First"

    def test_waits_for_words(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        session = user.begin(session_id, "![](cat.png)")["session"]
        assert (session["title"], session["title_source"]) == (None, None)
        session = user.begin(session_id, "What is it?")["session"]
        assert (session["title"], session["title_source"]) == ("What is it?", "generated")


class TestPreview:
    def test_is_at_most_140_characters(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        user.append(session_id, "é" * 1000)
        assert user.session(session_id)["last_message_preview"] == "é" * 140

    def test_finds_words_behind_a_lot_of_white_space(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        user.append(session_id, "\n" * 10_000 + "Here")
        assert user.session(session_id)["last_message_preview"] == "Here"

    def test_keeps_the_last_words_when_a_message_has_none(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        user.append(session_id, "Words")
        user.append(session_id, "![](cat.png)")
        assert user.session(session_id)["last_message_preview"] == "Words"


BLANK = "\u200b \u202e\n"


class TestPlainTitle:
    def test_the_database_and_the_server_fold_every_character_alike(
        self, user: RegistryUser
    ) -> None:
        places = [*range(1, 0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE1100)]
        for before, after in (("", ""), ("a ", "b")):
            folded = user.run(
                "select coalesce(private.plain_title(%s || chr(place) || %s), '')"
                " from unnest(%s) with ordinality as p (place, n) order by n",
                (before, after, places),
            )
            expected = [plain_title(f"{before}{chr(place)}{after}") for place in places]
            differing = [
                hex(place)
                for place, (there,), here in zip(places, folded, expected, strict=True)
                if there != here
            ]
            assert differing == []

    @pytest.mark.parametrize(
        ("title", "shown"),
        [
            ("  May\r\n\tin\u3000Lisbon\u00a0 ", "May in Lisbon"),
            ("safe\u202egnp.exe", "safegnp.exe"),
            ("\u2067one\u2069 \u0007two", "one two"),
            ("🏴\U000e0067\U000e007f ❤\ufe0f", "🏴\U000e0067\U000e007f ❤\ufe0f"),
            ("نمی\u200cشود \u200f!", "نمی\u200cشود \u200f!"),
        ],
    )
    def test_whoever_writes_a_title_it_is_one_plain_line(
        self, user: RegistryUser, title: str, shown: str
    ) -> None:
        session_id = user.new_session(title=title)
        assert user.session(session_id)["title"] == shown == plain_title(title)
        user.call("update_chat_session", session_id=session_id, changes={"title": "Other"})
        user.run("update chat_sessions set title = %s where session_id = %s", (title, session_id))
        assert user.session(session_id)["title"] == shown

    def test_one_of_which_nothing_is_seen_is_refused(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="May in Lisbon")
        with refused("PT422", "validation_failed", details="title"):
            user.call("update_chat_session", session_id=session_id, changes={"title": BLANK})
        with refused("PT422", "validation_failed", details="title"):
            user.new_session(title=BLANK)
        with refused("PT422", "validation_failed", details="title"):
            user.run("update chat_sessions set title = '' where session_id = %s", (session_id,))
        with refused("PT422", "validation_failed", details="sessions.1.title"):
            upload(user, {"session_id": new_id()}, {"session_id": new_id(), "title": BLANK})
        assert user.session(session_id)["title"] == "May in Lisbon"

    def test_a_message_of_which_nothing_is_seen_gives_none(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        assert user.begin(session_id, BLANK)["session"]["title"] is None
        assert user.begin(session_id, "Hel\u202elo")["session"]["title"] == "Hello"

    def test_a_session_that_is_imported_loses_no_more_than_a_blank_title(
        self, user: RegistryUser
    ) -> None:
        for title, shown in ((BLANK, None), ("May\nin Lisbon", "May in Lisbon")):
            made = bring_in(user, archived_session(title=title, title_source="user"))
            assert user.session(made["session_id"])["title"] == shown
