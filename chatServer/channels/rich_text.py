"""Text with styles, as a channel without Markdown shows it; measured and cut in UTF-16 units."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

StyleKind = Literal["bold", "italic", "strikethrough", "code", "pre", "text_link", "blockquote"]
"""The words of Telegram: https://core.telegram.org/bots/api#messageentity"""

JOINERS: Final = frozenset("\u200d\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
"""Zero-width joiner, variation selectors and skin tones: they belong to the letter before."""
CLUSTER_MAX: Final = 32
"""How far a cut moves back for the sake of one letter; zalgo is longer and is cut."""


@dataclass(frozen=True, slots=True)
class Style:
    """One way in which text stands out; `value` is a link's address or a code's language."""

    kind: StyleKind
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Text whose letters all have the same styles."""

    text: str
    styles: frozenset[Style] = frozenset()

    @property
    def is_code_block(self) -> bool:
        """Tell whether it stands in a block of code."""
        return any(style.kind == "pre" for style in self.styles)


@dataclass(frozen=True, slots=True)
class Span:
    """A style and where it holds, in UTF-16 units."""

    style: Style
    offset: int
    length: int


def count_units(text: str) -> int:
    """Count a text in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def find_spans(runs: Iterable[Run]) -> list[Span]:
    """Join what stands side by side in the same style, in order of place."""
    spans: list[Span] = []
    open_at: dict[Style, int] = {}
    offset = 0
    for run in [*runs, Run("")]:
        for style in [style for style in open_at if style not in run.styles]:
            start = open_at.pop(style)
            spans.append(Span(style, start, offset - start))
        for style in run.styles:
            open_at.setdefault(style, offset)
        offset += count_units(run.text)
    return sorted(spans, key=lambda span: (span.offset, -span.length, span.style.kind))


def split_runs(runs: Sequence[Run], max_units: int) -> list[list[Run]]:
    """Cut into parts of at most `max_units`: between blocks, else lines, words or letters."""
    return _Cutter(runs, max_units).cut()


class _Cutter:
    def __init__(self, runs: Sequence[Run], max_units: int) -> None:
        self._runs = [run for run in runs if run.text]
        self._max_units = max_units
        self._text = "".join(run.text for run in self._runs)
        self._starts = [0, *accumulate(len(run.text) for run in self._runs)]

    def cut(self) -> list[list[Run]]:
        parts: list[list[Run]] = []
        start = 0
        while start < len(self._text):
            end = self._reach(start)
            if end < len(self._text):
                end = self._best_cut(start, end)
            part = self._trimmed(start, end)
            if part:
                parts.append(part)
            start = end
        return parts

    def _reach(self, start: int) -> int:
        """Return the index up to which the text fits into one part."""
        units = 0
        for index in range(start, min(start + self._max_units + 1, len(self._text))):
            units += 2 if ord(self._text[index]) > 0xFFFF else 1
            if units > self._max_units:
                return index
        return len(self._text)

    def _best_cut(self, start: int, end: int) -> int:
        code = self._code_block_at(end)
        if code is not None and code.start > start and self._fits(code):
            return code.start
        half = start + (end - start) // 2
        for separator in ("\n\n", "\n", " "):
            # It may stand just behind what fits: white space at an end is trimmed.
            place = self._text.rfind(separator, half, end + len(separator))
            # An empty line of code separates nothing.
            while separator == "\n\n" and place >= 0 and self._run_at(place).is_code_block:
                place = self._text.rfind(separator, half, place)
            if place >= 0:
                return place + len(separator)
        return self._letter_cut(start, end)

    def _letter_cut(self, start: int, end: int) -> int:
        for place in range(end, max(start, end - CLUSTER_MAX), -1):
            letter = self._text[place]
            is_joined = letter in JOINERS or unicodedata.combining(letter)
            if not is_joined and self._text[place - 1] != "\u200d":
                return place
        return end

    def _code_block_at(self, index: int) -> range | None:
        """Return where the block of code stands that holds this place."""
        number = bisect_right(self._starts, index) - 1
        if not self._runs[number].is_code_block:
            return None
        return range(self._starts[number], self._starts[number + 1])

    def _fits(self, places: range) -> bool:
        return count_units(self._text[places.start : places.stop]) <= self._max_units

    def _run_at(self, index: int) -> Run:
        return self._runs[bisect_right(self._starts, index) - 1]

    def _trimmed(self, start: int, end: int) -> list[Run]:
        while start < end and self._text[start] == "\n":
            start += 1
        while end > start and self._text[end - 1].isspace():
            end -= 1
        pieces = []
        number = bisect_right(self._starts, start) - 1
        while start < end:
            run, run_start = self._runs[number], self._starts[number]
            text = run.text[start - run_start : end - run_start]
            pieces.append(Run(text, run.styles))
            start += len(text)
            number += 1
        return pieces
