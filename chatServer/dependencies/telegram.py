"""The Telegram channel of a process, put together and taken apart."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from chatServer.channels.base import Channel
from chatServer.channels.telegram_api import TelegramApi
from chatServer.channels.telegram_bot import TelegramChannel
from chatServer.channels.telegram_preview import AnswerPreviews
from chatServer.channels.telegram_receiver import TelegramReceiver, Webhook
from chatServer.database.channel_inbox import ChannelInbox
from chatServer.database.channel_outbox import ChannelOutbox
from chatServer.database.channel_registry import ChannelRegistry
from chatServer.database.transport import RpcTransport
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.chat_history_service import ChatHistoryService
from chatServer.services.delivery_service import DeliveryService
from chatServer.services.inbox_service import InboxService
from chatServer.services.link_service import LinkService
from chatServer.services.linked_chat_service import LinkedChatService
from chatServer.services.turn_service import TurnService
from chatServer.settings import Settings, is_loopback

WEBHOOK_PATH: Final = "/api/telegram/webhook"


@dataclass(frozen=True, slots=True)
class TelegramServices:
    """What the routes need of a running bot."""

    links: LinkService
    deliveries: DeliveryService
    inbox: InboxService
    webhook: Webhook | None
    """None while updates are fetched."""


@asynccontextmanager
async def open_telegram(
    settings: Settings,
    transport: RpcTransport,
    *,
    history: ChatHistoryService,
    turns: TurnService,
    attachments: AttachmentService,
) -> AsyncIterator[TelegramServices | None]:
    """Run the bot until the end; without a token there is none.

    Telegram out of reach or a token that it refuses stops nothing: it is tried again for ever.
    """
    token = settings.telegram_bot_token
    if token is None:
        yield None
        return
    root_url = settings.telegram_api_base_url
    api = TelegramApi(token, root_url=root_url, trust_env=not is_loopback(root_url))
    registry = ChannelRegistry(transport)
    links = LinkService(registry, api)
    previews = AnswerPreviews(api, on_finished=lambda: deliveries.wake())
    channel: Channel = TelegramChannel(
        api,
        links,
        chats=LinkedChatService(
            registry, history, turns, attachments=attachments, agents=turns.agents
        ),
        previews=previews,
        web_app_url=settings.public_url,
    )
    deliveries = DeliveryService(ChannelOutbox(transport, channel="telegram"), channel)
    inbox = InboxService(ChannelInbox(transport, bot_id=api.bot_id), channel)
    webhook = _find_webhook(settings)
    receiver = TelegramReceiver(api, inbox, webhook=webhook)
    deliveries.start()
    inbox.start()
    receiver.start()
    try:
        yield TelegramServices(links, deliveries, inbox, webhook)
    finally:
        await receiver.stop()
        await inbox.stop()
        await previews.stop()
        await deliveries.stop()
        await api.close()


def _find_webhook(settings: Settings) -> Webhook | None:
    if settings.telegram_webhook_secret is None or settings.public_url is None:
        return None
    return Webhook(settings.public_url + WEBHOOK_PATH, settings.telegram_webhook_secret)
