"""Markdown as rich text, for channels that have styles but no headings, lists or tables."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chatServer.channels.rich_text import Run, Style

BULLET: Final = "•"
RULE: Final = "———"
INDENT: Final = "  "
INLINE_STYLES: Final = {
    "strong": Style("bold"),
    "em": Style("italic"),
    "s": Style("strikethrough"),
}
LINKED_SCHEMES: Final = ("http://", "https://")

# HTML stays text: what a model writes in angle brackets is not lost.
_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def parse_markdown(text: str) -> list[Run]:
    """Return the text without its marks, each letter with the styles that they gave it."""
    writer = _Writer()
    for token in _parser.parse(text):
        writer.take(token)
    return writer.runs


class _Writer:
    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._styles: list[Style] = []
        self._link: Style | None = None
        self._quotes = 0
        self._was_quoted = False
        self._numbers: list[int | None] = []
        """The next number of each list around; None in one without numbers."""
        self._gap = 0
        """How many line breaks come before the next block."""
        self._marker = ""
        """The mark of the list item that is about to begin."""
        self._rows: list[list[str]] | None = None
        self._blocks: dict[str, Callable[[Token], None]] = {
            "inline": self._inline,
            "fence": self._code_block,
            "code_block": self._code_block,
            "hr": lambda _: self._block(RULE),
            "heading_open": lambda _: self._styles.append(Style("bold")),
            "heading_close": self._end_heading,
            "paragraph_close": lambda token: self._leave(1 if token.hidden else 2),
            "blockquote_open": lambda _: self._quote(1),
            "blockquote_close": lambda _: self._quote(-1),
            "bullet_list_open": lambda _: self._numbers.append(None),
            "ordered_list_open": lambda token: self._numbers.append(
                int(token.attrGet("start") or 1)
            ),
            "bullet_list_close": self._end_list,
            "ordered_list_close": self._end_list,
            "list_item_open": self._begin_item,
            "list_item_close": self._end_item,
            "table_open": self._begin_table,
            "tr_open": self._begin_row,
            "table_close": self._end_table,
        }

    def take(self, token: Token) -> None:
        handle = self._blocks.get(token.type)
        if handle is not None:
            handle(token)

    def _inline(self, token: Token) -> None:
        children = token.children or []
        if self._rows is not None:
            self._rows[-1].append(_plain(children))
            return
        for child in children:
            self._span(child)

    def _span(self, token: Token) -> None:
        name, _, edge = token.type.rpartition("_")
        if edge == "open" and name in INLINE_STYLES:
            self._styles.append(INLINE_STYLES[name])
        elif edge == "close" and name in INLINE_STYLES:
            self._styles.remove(INLINE_STYLES[name])
        elif token.type == "link_open":
            self._link = _link_to(token.attrGet("href"))
        elif token.type == "link_close":
            self._link = None
        elif token.type == "code_inline":
            # Nothing else holds inside code, and a link may not hold code.
            self._write(token.content, {self._link or Style("code")})
        elif token.type in ("softbreak", "hardbreak"):
            self._write("\n", self._inline_styles())
        elif token.type == "image":
            source = self._link or _link_to(token.attrGet("src"))
            self._write(
                token.content or "image", self._inline_styles() | ({source} if source else set())
            )
        else:
            self._write(token.content, self._inline_styles())

    def _inline_styles(self) -> set[Style]:
        return {*self._styles, *([self._link] if self._link else [])}

    def _code_block(self, token: Token) -> None:
        language = token.info.split(maxsplit=1)[0] if token.info.strip() else None
        self._write(token.content.removesuffix("\n"), {Style("pre", language)})
        self._leave(2)

    def _block(self, text: str) -> None:
        self._write(text, set())
        self._leave(2)

    def _end_heading(self, _token: Token) -> None:
        self._styles.remove(Style("bold"))
        self._leave(2)

    def _quote(self, step: int) -> None:
        self._quotes += step
        self._leave(2 if step < 0 else self._gap)

    def _end_list(self, _token: Token) -> None:
        self._numbers.pop()
        self._leave(max(self._gap, 1) if self._numbers else 2)

    def _begin_item(self, _token: Token) -> None:
        number = self._numbers[-1]
        mark = BULLET if number is None else f"{number}."
        if number is not None:
            self._numbers[-1] = number + 1
        self._marker = f"{INDENT * (len(self._numbers) - 1)}{mark} "

    def _end_item(self, _token: Token) -> None:
        if self._marker:
            self._write("", set())
        self._leave(max(self._gap, 1))

    def _begin_table(self, _token: Token) -> None:
        self._rows = []

    def _begin_row(self, _token: Token) -> None:
        if self._rows is not None:
            self._rows.append([])

    def _end_table(self, _token: Token) -> None:
        rows, self._rows = self._rows or [], None
        self._write(_lay_out(rows), {Style("pre")})
        self._leave(2)

    def _leave(self, gap: int) -> None:
        self._gap = gap

    def _write(self, text: str, styles: set[Style]) -> None:
        """Write text, and before it what separates its block from the one above."""
        quoted = {Style("blockquote")} if self._quotes else set()
        if self._gap and self.runs:
            is_same_quote = self._was_quoted and self._quotes > 0
            self._append("\n" * self._gap, quoted if is_same_quote else set())
            if not self._marker and self._numbers and Style("pre") not in styles:
                self._append(INDENT * len(self._numbers), quoted)
        self._gap = 0
        self._append(self._marker, quoted)
        self._marker = ""
        self._append(text, styles | quoted)
        self._was_quoted = self._quotes > 0

    def _append(self, text: str, styles: set[Style]) -> None:
        if text:
            self.runs.append(Run(text, frozenset(styles)))


def _link_to(address: object) -> Style | None:
    if isinstance(address, str) and address.lower().startswith(LINKED_SCHEMES):
        return Style("text_link", address)
    return None


def _plain(tokens: Sequence[Token]) -> str:
    return "".join(
        " " if token.type in ("softbreak", "hardbreak") else token.content for token in tokens
    )


def _lay_out(rows: Sequence[Sequence[str]]) -> str:
    """Line the cells of a table up in columns, under a head that is underlined."""
    count = max((len(row) for row in rows), default=0)
    widths = [
        max(_width(row[column]) for row in rows if column < len(row)) for column in range(count)
    ]
    lines = [
        " | ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=False)
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-+-".join("-" * width for width in widths))
    return "\n".join(lines)


def _width(text: str) -> int:
    """Count the columns that a text takes in a fixed-width font."""
    return sum(
        0
        if unicodedata.combining(letter)
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )
