"""Makes Markdown that nothing runs in: no HTML, no image that loads, no link but to the web."""

import re
from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token


class _Parser(MarkdownIt):
    """Reads what others would run, and keeps the links that the parser's own check hides."""

    def validateLink(self, url: str) -> bool:  # noqa: ARG002 the parser's signature
        return True


PARSER: Final = _Parser("commonmark", {"html": True}).enable("table")
BLOCKS: Final = _Parser("commonmark", {"html": True}).enable("table").disable("inline")
"""Reads no more than where blocks begin and end, in a third of the time."""

FENCES: Final = ("```", "~~~")
SUSPICIOUS_WORDS: Final = r"<|!\[|\]:|\]\((?!\s*(?:https?://|mailto:|#))"
"""Without any of these there is no HTML, image or link of another kind in a line."""

LINE: Final = re.compile(SUSPICIOUS_WORDS, re.IGNORECASE)

SUSPICIOUS: Final = re.compile(
    SUSPICIOUS_WORDS + r"|```|~~~|(?<!#)#{1,2}(?:\s|$)|[=-]\s*$", re.IGNORECASE | re.MULTILINE
)
"""Without any of these there is no block of code or large heading in a text either.

Most messages have none, and reading one to its last word takes a millisecond.
"""

SAFE_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
HEADING_SHIFT: Final = 2
"""Headings of a message stay below those that tell who wrote it."""

LINE_END = re.compile(r"\r\n|\n|\r")
"""What ends a line for the parser, and nothing else does."""

CODE_SPAN = re.compile(r"((?<!`)(`+)(?!`).*?(?<!`)\2(?!`))")
HEADING = re.compile(r"^( {0,3})(#{1,6})(?=\s|$)")
UNDERLINE = re.compile(r"^ {0,3}(=+|-+)\s*$")
FORMULA = re.compile(r"(^|\|)(\s*)([=@]|[+-](?=[^\s+\-|:]))")
"""What a spreadsheet would compute when a line or a cell of a table is pasted into it."""

LANGUAGE = re.compile(r"[A-Za-z0-9_+#.-]{1,30}")
RUNNABLE = {"button", "dataview", "dataviewjs", "math", "mermaid", "plantuml", "puml", "query"}
"""Blocks that well-known viewers draw or run instead of showing them."""

MATH_LINK: Final = re.compile(
    r"(?<!\\)((?:\\\\)*)\\(?=(?:href|url)(?!\s*\{\s*(?:https?://|mailto:))|csname)"
)
"""A command that makes a link in a formula, but to the web, or that spells one in another way."""

ESCAPES: Final = (
    (MATH_LINK, r"\1\\\\"),
    (re.compile(r"&(?=#?\w+;)"), "&amp;"),
    (re.compile(r"<"), "&lt;"),
    (re.compile(r"!\["), r"!\\["),
    (re.compile(r"\]\((?!\s*(?:https?://|mailto:|#))", re.IGNORECASE), r"]\\("),
    (re.compile(r"\]:(?!\s*https?://)", re.IGNORECASE), r"]\\:"),
)
PUNCTUATION = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$=@:])")


def make_inert(text: str) -> str:
    """Return Markdown that looks the same where it can and runs nothing anywhere.

    What is still not plain after that is shown as it was written, as a block of code.
    """
    inert = _escape(text)
    return inert if _is_inert(inert) else _as_code(text)


def escape_line(text: str) -> str:
    """Return a text of one line in which every mark stands for itself."""
    return PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def _escape(text: str) -> str:
    lines = LINE_END.split(text)
    fences = _find_fences(text) if any(mark in text for mark in FENCES) else []
    in_code = {number for token in fences for number in range(*(token.map or ()))}
    written = [
        line if number in in_code else _escape_line_of_text(lines, number)
        for number, line in enumerate(lines)
    ]
    for token in fences:
        first, end = token.map or (0, 0)
        if token.info:
            before, _, after = written[first].rpartition(token.info)
            written[first] = before + _language(token.info) + after
        closes = re.compile(rf"^[\s>]*{re.escape(token.markup)}{re.escape(token.markup[0])}*\s*$")
        if token.level == 0 and (end - first < 2 or not closes.match(written[end - 1])):
            written[end - 1] += f"\n{token.markup}"
    return "\n".join(written)


def _find_fences(text: str) -> list[Token]:
    return [token for token in BLOCKS.parse(text) if token.type == "fence" and token.map]


def _escape_line_of_text(lines: list[str], number: int) -> str:
    line = lines[number]
    underline = UNDERLINE.match(line)
    if underline and number > 0 and lines[number - 1].strip():
        return f"\\{line.strip()}" if underline[1][0] == "=" else "* * *"
    line = HEADING.sub(lambda m: m[1] + "#" * min(6, len(m[2]) + HEADING_SHIFT), line)
    line = FORMULA.sub(r"\1\2\\\3", line)
    parts = CODE_SPAN.split(line)
    # Text, a whole span, that span's marks, text, …
    return "".join(
        part if place % 3 == 1 else _escape_text(part)
        for place, part in enumerate(parts)
        if place % 3 != 2
    )


def _escape_text(text: str) -> str:
    for pattern, replacement in ESCAPES:
        text = pattern.sub(replacement, text)
    return text


def _language(info: str) -> str:
    name = info.split()[0] if info.split() else ""
    is_shown = LANGUAGE.fullmatch(name) and not name.lower().startswith("run-")
    return name if is_shown and name.lower() not in RUNNABLE else "text"


def _is_inert(markdown: str) -> bool:
    if not SUSPICIOUS.search(markdown):
        return True
    tokens = BLOCKS.parse(markdown)
    # What defines a link is in no line any more; else words are read only where it is needed.
    if "]:" in markdown or any(_has_suspicious_words(token) for token in tokens):
        tokens = PARSER.parse(markdown)
    return all(_is_plain(token) for token in _tokens(tokens))


def _has_suspicious_words(token: Token) -> bool:
    return token.type == "inline" and bool(LINE.search(token.content))


def _is_plain(token: Token) -> bool:
    if token.type in {"html_block", "html_inline", "image"}:
        return False
    if token.type == "heading_open":
        return int(token.tag[1:]) > HEADING_SHIFT
    if token.type == "fence":
        return token.info.strip() in {"", _language(token.info)}
    return token.type != "link_open" or bool(SAFE_LINK.match(str(token.attrGet("href") or "#")))


def _tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _tokens(token.children or [])


def _as_code(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"
