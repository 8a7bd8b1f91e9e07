"""Telegram's refusals in the services' words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from chatServer.services.channel_port import ChannelDelayed, ChannelRefused

UNREACHABLE: Final = "Telegram could not be reached."
RATE_LIMITED: Final = "Telegram asked to wait."
TOKEN_REFUSED: Final = "Telegram refused the bot's token."  # noqa: S105 a sentence
BLOCKED: Final = "The bot is blocked in Telegram."
TAKEN_OVER: Final = "Another program fetches this bot's updates."


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the library raises as `ChannelDelayed` or `ChannelRefused`.

    Never chained: the library's errors may hold the token.
    """
    try:
        yield
    except RetryAfter as error:
        wait = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        raise ChannelDelayed(RATE_LIMITED, seconds=seconds) from None
    except Forbidden:
        raise ChannelRefused(BLOCKED, is_blocked=True) from None
    except (BadRequest, ChatMigrated) as error:
        raise ChannelRefused(f"Telegram refused it: {error.message}.") from None
    except InvalidToken:
        raise ChannelDelayed(TOKEN_REFUSED) from None
    except Conflict:
        raise ChannelDelayed(TAKEN_OVER) from None
    except TelegramError:
        raise ChannelDelayed(UNREACHABLE) from None
