"""Links of accounts on other channels, as the API gives them."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from chatServer.models import LinkStatus, StoredModel


class ChannelLink(StoredModel):
    """An account on a channel that belongs to the user."""

    id: UUID
    display_name: str | None
    status: LinkStatus = Field(description="`blocked`: its owner has blocked the bot there.")
    created_at: datetime


class TelegramLinks(StoredModel):
    """The user's Telegram accounts, and the bot they are linked with."""

    is_configured: bool = Field(description="False while this server has no bot.")
    bot_username: str | None = Field(description="Null until the bot has reached Telegram.")
    links: list[ChannelLink]


class LinkInvitation(StoredModel):
    """A deep link that links the Telegram account which opens it; it works once."""

    url: str
    expires_at: datetime
