"""What a Bot API server does when it does not simply answer."""

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class Refuse:
    """Answers with an error as Telegram does."""

    status: int
    description: str = "Internal Server Error"
    retry_after: int | None = None


@dataclass(frozen=True)
class Drop:
    """Closes the connection without an answer, after or before the call was carried out."""

    is_accepted: bool


@dataclass(frozen=True)
class Garble:
    """Answers with bytes that are no JSON."""

    status: int = 502


class Silence:
    """Never answers; `reached` is set when a call has met it."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()


Misbehaviour = Refuse | Drop | Garble | Silence
