"""The bot's token stays out of the logs, also when the bot cannot start."""

import asyncio
import logging
import sys

from pydantic import SecretStr

from chatServer.log_redaction import RedactingFormatter, hide_bot_token
from tests.chatServer.live_server import client_for
from tests.stack.api import SupabaseApi
from tests.stack.server import ChatServer
from tests.support.telegram_server import FakeTelegram

SECRET = "AAH-made-up_secret"


def test_a_secret_is_hidden_in_messages_arguments_and_stack_traces() -> None:
    formatter = RedactingFormatter(logging.Formatter("%(message)s"), SECRET)
    try:
        raise ValueError(f"https://api.telegram.org/bot123%3A{SECRET}/getMe")
    except ValueError:
        record = logging.LogRecord(
            "n", logging.ERROR, __file__, 1, "with %s", (f"123:{SECRET}",), sys.exc_info()
        )
    line = formatter.format(record)
    assert SECRET not in line
    assert "with 123:***" in line
    assert "bot123%3A***/getMe" in line


def test_every_handler_of_the_root_logger_hides_it() -> None:
    root = logging.getLogger()
    before = [(handler, handler.formatter) for handler in root.handlers]
    try:
        hide_bot_token(SecretStr(f"123:{SECRET}"))
        record = logging.LogRecord("n", logging.INFO, __file__, 1, SECRET, (), None)
        assert before
        for handler, _ in before:
            assert SECRET not in handler.format(record)
    finally:
        for handler, formatter in before:
            handler.setFormatter(formatter)


async def test_a_bot_that_cannot_start_stops_no_server_and_names_no_token(
    supabase_api: SupabaseApi,
) -> None:
    async with FakeTelegram() as bot:
        bot.is_token_known = False
        server = ChatServer(
            supabase_api,
            {"TELEGRAM_BOT_TOKEN": bot.token, "TELEGRAM_API_BASE_URL": bot.root_url},
            is_patient=True,
        )
        try:
            await asyncio.to_thread(server.start)
            await bot.wait_for_call("getMe", count=2)
            async with client_for(server.base_url, None) as client:
                assert (await client.get("/healthz")).status_code == 200
            log = server.log.read_text()
        finally:
            await asyncio.to_thread(server.stop)
    assert "could not connect to Telegram" in log
    assert bot.token.partition(":")[2] not in log
