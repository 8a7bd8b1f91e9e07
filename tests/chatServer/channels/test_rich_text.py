"""Cutting and measuring styled text, without any channel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatServer.channels.rich_text import Run, Span, Style, count_units, find_spans, split_runs

CODE = frozenset({Style("pre", "py")})
BOLD = Style("bold")
runs_of_text = st.lists(
    st.builds(
        Run,
        st.text(alphabet="ab 🦊\n\u0301é", max_size=60),
        st.sampled_from([frozenset[Style](), frozenset({BOLD}), CODE]),
    ),
    max_size=8,
)


def text_of(runs: list[Run]) -> str:
    return "".join(run.text for run in runs)


def split_text(text: str, max_units: int) -> list[str]:
    return [text_of(part) for part in split_runs([Run(text)], max_units)]


class TestFindSpans:
    def test_offsets_count_an_emoji_twice(self) -> None:
        runs = [Run("😀"), Run("b😀", frozenset({BOLD})), Run("!")]
        assert find_spans(runs) == [Span(BOLD, 2, 3)]

    def test_one_style_over_several_runs_is_one_span(self) -> None:
        italic = Style("italic")
        runs = [
            Run("a", frozenset({BOLD})),
            Run("b", frozenset({BOLD, italic})),
            Run("c", frozenset({BOLD})),
        ]
        assert find_spans(runs) == [Span(BOLD, 0, 3), Span(italic, 1, 1)]

    def test_plain_text_has_none(self) -> None:
        assert find_spans([Run("a"), Run("b")]) == []


class TestSplitRuns:
    @pytest.mark.parametrize("text", ["", "   ", "\n\n \n"])
    def test_nothing_to_show_makes_no_part(self, text: str) -> None:
        assert split_text(text, 10) == []

    def test_what_fits_stays_whole(self) -> None:
        assert split_text("one two", 7) == ["one two"]

    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("one one\n\ntwo\ntwo", ["one one", "two\ntwo"]),
            ("first 1\nsec third", ["first 1", "sec third"]),
            ("first second third", ["first second", "third"]),
            ("abcdefghijklmnopqr", ["abcdefghijkl", "mnopqr"]),
        ],
    )
    def test_cuts_between_blocks_then_lines_then_words_then_letters(
        self, text: str, parts: list[str]
    ) -> None:
        max_units = 12
        assert split_text(text, max_units) == parts

    def test_an_emoji_is_never_cut_in_two(self) -> None:
        parts = split_text("😀" * 10, 5)
        assert parts == ["😀😀"] * 5

    def test_a_letter_keeps_its_marks_and_a_family_stays_together(self) -> None:
        assert split_text("abcde\u0301f", 5) == ["abcd", "e\u0301f"]
        family = "👩\u200d👧"
        assert split_text(f"abc{family}", 6) == ["abc", family]

    def test_zalgo_is_cut_all_the_same(self) -> None:
        parts = split_text("a" + "\u0301" * 1000, 100)
        assert max(count_units(part) for part in parts) <= 100
        assert "".join(parts) == "a" + "\u0301" * 1000

    def test_a_block_of_code_that_fits_a_part_is_not_broken(self) -> None:
        runs = [Run("intro\n\n"), Run("x = 1\ny = 2\nz = 3", CODE)]
        assert [text_of(part) for part in split_runs(runs, 20)] == ["intro", "x = 1\ny = 2\nz = 3"]

    def test_a_longer_one_is_cut_between_lines_and_stays_code_in_each_part(self) -> None:
        code = "\n".join(f"line_{number}" for number in range(20))
        parts = split_runs([Run(code, CODE)], 50)
        assert "\n".join(text_of(part) for part in parts) == code
        assert all(run.is_code_block for part in parts for run in part)

    def test_an_empty_line_of_code_separates_no_blocks(self) -> None:
        runs = [Run("first\nsecond\n"), Run("a\n\nb cccccccccc", CODE)]
        assert text_of(split_runs(runs, 19)[0]) == "first\nsecond"

    @given(runs_of_text, st.integers(min_value=2, max_value=40))
    def test_every_part_fits_and_no_letter_is_lost(self, runs: list[Run], max_units: int) -> None:
        parts = split_runs(runs, max_units)
        for part in parts:
            assert 0 < count_units(text_of(part)) <= max_units
            assert text_of(part).strip()
        kept = "".join(text_of(part) for part in parts)
        assert "".join(kept.split()) == "".join(text_of(runs).split())
