"""Keeps a secret out of the logs, whoever writes it and wherever it stands."""

import logging

from pydantic import SecretStr

HIDDEN = "***"


class RedactingFormatter(logging.Formatter):
    """Formats as another formatter does and then hides a text, in stack traces too."""

    def __init__(self, inner: logging.Formatter, hidden: str) -> None:
        super().__init__()
        self._inner = inner
        self._hidden = hidden

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without the secret."""
        return self._inner.format(record).replace(self._hidden, HIDDEN)


def hide_bot_token(token: SecretStr) -> None:
    """Hide a Telegram bot's token in what the root logger's handlers write from now.

    Libraries name it: it is part of every address of the Bot API, and of some of their errors.
    """
    # Without the bot's id, whose colon may stand there percent-encoded.
    secret = token.get_secret_value().partition(":")[2]
    for handler in logging.getLogger().handlers:
        inner = handler.formatter or logging.Formatter()
        handler.setFormatter(RedactingFormatter(inner, secret))
