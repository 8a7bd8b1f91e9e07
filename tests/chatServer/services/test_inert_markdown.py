import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chatServer.services import inert_markdown
from chatServer.services.inert_markdown import escape_line, make_inert


class Credulous(MarkdownIt):
    """An independent reader that refuses nothing."""

    def validateLink(self, url: str) -> bool:
        return url is not None


READER = Credulous("commonmark", {"html": True}).enable("table")

EVERYTHING = re.compile("")
DRAWN = {
    *("p", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "a"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
PIECES = st.sampled_from(
    [
        *(
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<!--",
            "-->",
            "<?php",
            "</",
        ),
        *("![a](http://x/y.png)", "![a][r]", "[a](javascript:alert(1))", "[a](", "<javascript:x>"),
        *(
            "[r]: javascript:x",
            "[r]: <data:text/html,x>",
            "(java&#115;cript:x)",
            "]",
            "[",
            "(",
            ")",
        ),
        *(
            "`",
            "``",
            "```",
            "````",
            "~~~",
            "```html",
            "```mermaid",
            "```{r}",
            "\\",
            "&lt;",
            "&colon;",
        ),
        *(
            "===",
            "---",
            "# Forged",
            "## You",
            "> ",
            "- ",
            "10. ",
            "    ",
            "\t",
            "|",
            "=cmd|x",
            "+1",
            "@a",
        ),
        *("\n", "\n\n", "\r\n", "\r", "\x0b", "\u2028", " ", "words", "*", "_", "é👍"),
    ]
)


class Reading(HTMLParser):
    """What a viewer makes of rendered Markdown: which elements, and where links lead."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.feed(READER.render(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


class TestMakeInert:
    @settings(max_examples=500)
    @given(st.lists(PIECES, max_size=14).map("".join))
    def test_leaves_nothing_that_a_viewer_would_run(self, text: str) -> None:
        reading = Reading(make_inert(text))
        assert reading.tags <= DRAWN
        assert all(
            link.startswith(("http://", "https://", "mailto:", "#")) for link in reading.links
        )

    @settings(max_examples=300)
    @given(st.lists(PIECES, max_size=6).map("".join))
    def test_reads_to_the_last_word_only_what_needs_it_and_finds_the_same(self, text: str) -> None:
        quick = make_inert(text)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(inert_markdown, "SUSPICIOUS", EVERYTHING)
            patched.setattr(inert_markdown, "LINE", EVERYTHING)
            assert make_inert(text) == quick

    @settings(max_examples=150)
    @given(st.lists(PIECES, max_size=14).map("".join))
    def test_leaves_no_block_open_for_what_follows(self, text: str) -> None:
        whole = f"{make_inert(text)}\n\n---\n\n## Next\n"
        assert "<h2>Next</h2>" in READER.render(whole)

    @pytest.mark.parametrize(
        "text",
        [
            "Plain words, 5 * 3, a_b and 4 °C.",
            "**Bold**, *thin*, `a < b && c`, [a link](https://example.org/?a=1&b=2)",
            r"$\frac{1}{2}$, \href{https://example.org}{a}, a\\\\href{b}",
            "- one\n- two\n  1. three\n\n> quoted",
            "```python\nif a < b:\n    print('![x](y)')\n```",
            "1. Do this:\n   ```html\n   <b>bold</b>\n   ```",
            "| a | b |\n|---|--:|\n| 1 | 2 |",
        ],
    )
    def test_keeps_what_is_harmless_as_it_is(self, text: str) -> None:
        assert make_inert(text) == text

    @pytest.mark.parametrize(
        ("text", "inert"),
        [
            ("<b>x</b>", "&lt;b>x&lt;/b>"),
            ("![a](http://x/y.png)", "!\\[a](http://x/y.png)"),
            ("[a](javascript:x)", "[a]\\(javascript:x)"),
            ("# Title", "### Title"),
            ("Title\n===", "Title\n\\==="),
            ("=1+1\n| =cmd |", "\\=1+1\n| \\=cmd |"),
            ("```mermaid\ngraph\n```", "```text\ngraph\n```"),
            (r"$\href{javascript:x}{a}$", r"$\\href{javascript:x}{a}$"),
            (r"$\\\url {data:x}$", r"$\\\\url {data:x}$"),
            (r"$\csname href\endcsname$", r"$\\csname href\endcsname$"),
            ("```js\nopen", "```js\nopen\n```"),
            ("`a\nb` <i> `c`", "```text\n`a\nb` <i> `c`\n```"),
        ],
    )
    def test_disarms_what_is_not(self, text: str, inert: str) -> None:
        assert make_inert(text) == inert


@given(st.lists(PIECES, max_size=8).map("".join))
def test_escape_line_is_one_line_of_words(text: str) -> None:
    line = escape_line(text)
    assert len(line.splitlines()) <= 1
    assert Reading(f"Name: {line}").tags == {"p"}
