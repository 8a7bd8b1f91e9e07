import pytest

from chatServer.database.title_jobs import SaidPiece
from chatServer.services.title_text import clean_title, compose_demo_title, write_transcript

LONG = "Growing tomatoes on a windy balcony " * 5


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Tomatoes in May", "Tomatoes in May"),
        ("  Tomatoes\tin   May  ", "Tomatoes in May"),
        ('"Tomatoes in May."', "Tomatoes in May"),
        ("«Tomates en mai»", "Tomates en mai"),
        ("Title: Tomatoes in May", "Tomatoes in May"),
        ("**Title:** *Tomatoes* in May", "Tomatoes in May"),
        ("Session title: “Tomatoes in May”", "Tomatoes in May"),
        ("Titel\uff1a番茄", "番茄"),
        ("# Tomatoes in May\n\nIt is about tomatoes.", "Tomatoes in May"),
        ("1. Tomatoes in May", "Tomatoes in May"),
        ("```\nTomatoes in May\n```", "Tomatoes in May"),
        ("[Tomatoes](https://example.com/x) in May", "Tomatoes in May"),
        ("五月的番茄。", "五月的番茄"),
        ("And then…", "And then…"),
        ("And then...", "And then..."),
        ("snake_case_names and 2 * 3 * 4", "snake_case_names and 2 * 3 * 4"),
        ("Toma\u200btoes\x07 in\u2028May", "Tomatoes in"),
        ("نمی\u200cشود", "نمی\u200cشود"),
        ("", ""),
        ("\n \n", ""),
        ("```", ""),
        ('""', ""),
        ("Title:", ""),
        ("**", ""),
        ("🌱", "🌱"),
    ],
)
def test_one_plain_line_is_kept_of_what_a_model_says(said: str, title: str) -> None:
    assert clean_title(said) == title


def test_a_long_one_is_cut_at_a_word() -> None:
    title = clean_title(LONG)
    assert len(title) <= 80
    assert (
        title == "Growing tomatoes on a windy balcony Growing tomatoes on a windy balcony Growing…"
    )


def test_one_without_spaces_is_cut_all_the_same() -> None:
    assert clean_title("番" * 200) == "番" * 79 + "…"


def test_the_model_reads_who_said_what() -> None:
    pieces = [SaidPiece(role="user", content="Hi"), SaidPiece(role="assistant", content="Hello")]
    assert write_transcript(pieces) == "USER: Hi\n\nASSISTANT: Hello"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (
            ["When do I plant tomatoes?", "And peppers?", "Tomatoes or peppers on the balcony?"],
            "Plant, tomatoes, peppers, balcony",
        ),
        (["五月的番茄", "怎么种"], "五月的番茄"),
        (["Hi", "ok?"], "ok?"),
        ([], ""),
    ],
)
def test_without_a_model_a_session_is_named_by_its_users_words(said: list[str], title: str) -> None:
    pieces = [SaidPiece(role="user", content=content) for content in said]
    answer = SaidPiece(role="assistant", content="Helpful helpful helpful helpful")
    assert compose_demo_title([*pieces, answer]) == title
