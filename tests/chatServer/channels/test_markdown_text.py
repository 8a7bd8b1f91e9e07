"""Markdown as rich text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatServer.channels.markdown_text import parse_markdown
from chatServer.channels.rich_text import find_spans


def shown(markdown: str) -> str:
    return "".join(run.text for run in parse_markdown(markdown))


def styled(markdown: str) -> list[tuple[str, str, str | None]]:
    """Each span as (kind, the text it covers, its value)."""
    runs = parse_markdown(markdown)
    units = "".join(run.text for run in runs).encode("utf-16-le")
    return [
        (
            span.style.kind,
            units[2 * span.offset : 2 * (span.offset + span.length)].decode("utf-16-le"),
            span.style.value,
        )
        for span in find_spans(runs)
    ]


class TestBlocks:
    @pytest.mark.parametrize(
        ("markdown", "text"),
        [
            ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
            ("# Head\ntext", "Head\n\ntext"),
            ("- a\n- b\n\nend", "• a\n• b\n\nend"),
            ("1. a\n2. b", "1. a\n2. b"),
            ("7. a\n8. b", "7. a\n8. b"),
            ("- a\n  1. b\n     - c\n- d", "• a\n  1. b\n    • c\n• d"),
            ("- a\n\n  more\n- b", "• a\n\n  more\n\n• b"),
            ("-\n- b", "• \n• b"),
            ("a\n\n---\n\nb", "a\n\n———\n\nb"),
            ("hard  \nbreak\\\nhere", "hard\nbreak\nhere"),
        ],
    )
    def test_are_laid_out_as_plain_text(self, markdown: str, text: str) -> None:
        assert shown(markdown) == text

    def test_a_heading_is_bold_also_where_it_was_bold_already(self) -> None:
        assert styled("# One **two**") == [("bold", "One two", None)]

    def test_a_quote_is_one_over_its_paragraphs(self) -> None:
        assert styled("> one\n>\n> two\n\nthree") == [("blockquote", "one\n\ntwo", None)]

    def test_two_quotes_stay_apart(self) -> None:
        assert styled("> one\n\n\n<!-- -->\n> two")[0] == ("blockquote", "one", None)

    def test_code_keeps_its_language_and_its_text(self) -> None:
        markdown = "```python extra\nif a < b & c:\n\n    **x**\n```"
        assert styled(markdown) == [("pre", "if a < b & c:\n\n    **x**", "python")]

    def test_code_without_a_language_and_an_unclosed_fence_are_code(self) -> None:
        assert styled("    indented") == [("pre", "indented", None)]
        assert styled("```\nopen") == [("pre", "open", None)]

    def test_a_table_is_lined_up_in_columns(self) -> None:
        markdown = "| a | b |\n|---|--:|\n| 1 | **x** |\n| 漢字 | ü |"
        assert shown(markdown) == "a    | b\n-----+--\n1    | x\n漢字 | ü"
        assert styled(markdown)[0][0] == "pre"


class TestInline:
    @pytest.mark.parametrize(
        ("markdown", "spans"),
        [
            ("**b** *i* ~~s~~ `c`", ["bold b", "italic i", "strikethrough s", "code c"]),
            ("***both***", ["bold both", "italic both"]),
            ("**a `c` b**", ["bold a ", "code c", "bold  b"]),
            ("[t](https://e.com/a_b?c=1&d=2)", ["text_link t https://e.com/a_b?c=1&d=2"]),
            ("[`c`](https://e.com)", ["text_link c https://e.com"]),
            ("![alt](https://e.com/x.png)", ["text_link alt https://e.com/x.png"]),
            ("[t](javascript:alert(1)) [r](/x) [m](mailto:a@b.c)", []),
            ("snake_case_name 5 * 3 * 2 ~/notes $5", []),
        ],
    )
    def test_becomes_spans(self, markdown: str, spans: list[str]) -> None:
        found = [
            " ".join([kind, text, *([value] if value else [])])
            for kind, text, value in styled(markdown)
        ]
        assert sorted(found) == sorted(spans)

    def test_html_stays_what_was_typed(self) -> None:
        text = "a <div>keep</div> <script>x</script>\n\n<p align=center>hello</p>"
        assert shown(text) == text

    def test_right_to_left_text_keeps_its_order(self) -> None:
        assert shown("عربى **عربى**") == "عربى عربى"


@given(st.text(alphabet="ab*_`~[]()<>|#-+.!\\\n >1\t", max_size=120))
def test_whatever_is_written_each_span_lies_within_the_text(markdown: str) -> None:
    runs = parse_markdown(markdown)
    length = sum(len(run.text) for run in runs)
    for span in find_spans(runs):
        assert 0 <= span.offset < span.offset + span.length <= length
