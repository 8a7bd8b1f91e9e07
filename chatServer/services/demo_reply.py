"""What the demo model says: a fixed answer that shows which messages reached it."""

import re
from collections.abc import Iterator, Sequence

from chatServer.services.instructions import GO_ON

QUOTE_MAX_LENGTH = 600
COUNT_MAX = 1000

HOW_TO_CONNECT = """\
To connect a real model, put this into `.env.local` and start again:

```sh
OPENAI_API_KEY=sk-…   # not needed for a model on your own machine
CHAT_MODEL=…          # the model's name at its provider
# any other OpenAI-compatible server, for example Ollama:
# OPENAI_BASE_URL=http://127.0.0.1:11434/v1
```
"""


def compose_demo_reply(texts: Sequence[str]) -> str:
    """Answer the last of the session's messages, oldest first, in Markdown."""
    if texts[-1:] == [GO_ON]:
        *above, begun, _ = texts
        return compose_demo_reply(above).removeprefix(begun)
    asked = texts[-1] if texts else ""
    parts = [
        "**This is the demo model.** It understands nothing; it repeats what reached it.",
        f"You wrote:\n\n{_quote(asked)}",
        _describe_context(texts),
    ]
    wanted = re.search(r"\bcount to (\d{1,4})\b", asked, re.IGNORECASE)
    if wanted:
        parts.append(_count_to(min(int(wanted[1]), COUNT_MAX)))
    elif len(texts) <= 1:
        parts.append("For a long answer, write *count to 200*.")
    parts.append(HOW_TO_CONNECT)
    return "\n\n".join(parts)


def split_words(text: str) -> Iterator[str]:
    """Cut a text into words, each with the white space that follows it."""
    return (match[0] for match in re.finditer(r"\S+\s*|\s+", text))


def _quote(text: str) -> str:
    shown = text if len(text) <= QUOTE_MAX_LENGTH else f"{text[:QUOTE_MAX_LENGTH]}…"
    return "\n".join(f"> {line}" for line in shown.splitlines())


def _describe_context(texts: Sequence[str]) -> str:
    if len(texts) <= 1:
        return "I have seen **1 message** of this session."
    opening = " ".join(texts[0].split())
    shown = opening if len(opening) <= 60 else f"{opening[:60]}…"
    return f"I have seen **{len(texts)} messages** of this session; the first was “{shown}”."


def _count_to(number: int) -> str:
    return " ".join(str(value) for value in range(1, number + 1)) + "."
