"""The title that a session gets from its first words, and the one-line preview of a message."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import RegistryUser, new_user

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
            ("👩‍👩‍👧‍👦 family", "👩‍👩‍👧‍👦 family"),
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
