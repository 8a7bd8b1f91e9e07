"""Links people's accounts on Telegram to their users, by a code that works once."""

import hashlib
import secrets
from typing import Final
from uuid import UUID

from chatServer.database.channel_registry import ChannelAccount, ChannelRegistry
from chatServer.database.channel_results import ClaimedLink, StoredLink
from chatServer.database.transport import Caller
from chatServer.errors import LinkNotFound, TelegramNotConfigured, TelegramUnavailable
from chatServer.limits import LINK_CODE_SECONDS
from chatServer.link_models import ChannelLink, LinkInvitation, TelegramLinks
from chatServer.services.channel_port import ChannelBot

CODE_BYTES: Final = 24
"""Of randomness; 32 letters that a deep link may hold: https://core.telegram.org/bots/features"""


class LinkService:
    """Links of the Telegram bot; without a bot there are none to make."""

    def __init__(self, registry: ChannelRegistry, bot: ChannelBot | None) -> None:
        self._registry = registry
        self._bot = bot

    async def get_links(self, caller: Caller) -> TelegramLinks:
        """Return the caller's linked accounts and the bot that more are linked with."""
        links = await self._registry.list_links(caller)
        return TelegramLinks(
            is_configured=self._bot is not None,
            bot_username=self._bot.username if self._bot else None,
            links=[ChannelLink.model_validate(link.model_dump()) for link in links],
        )

    async def create_invitation(self, caller: Caller) -> LinkInvitation:
        """Return a deep link that holds for `LINK_CODE_SECONDS`; an earlier one ends.

        Raises:
            TelegramNotConfigured: This server has no bot.
            TelegramUnavailable: The bot's name is not known yet.
        """
        if self._bot is None:
            raise TelegramNotConfigured
        if self._bot.username is None:
            raise TelegramUnavailable
        code = secrets.token_urlsafe(CODE_BYTES)
        expires_at = await self._registry.upsert_link_code(
            Caller.service(caller.user_id),
            code_hash=_hash(code),
            expires_in_seconds=LINK_CODE_SECONDS,
        )
        url = f"https://t.me/{self._bot.username}?start={code}"
        return LinkInvitation(url=url, expires_at=expires_at)

    async def delete_link(self, caller: Caller, link_id: UUID) -> None:
        """Unlink an account; what waits to be sent there goes with it.

        Raises:
            LinkNotFound: The caller has no such link.
        """
        if not await self._registry.delete_link(caller, link_id=link_id):
            raise LinkNotFound

    async def redeem(self, code: str, account: ChannelAccount) -> ClaimedLink:
        """Link the account that sent a code to the user who was given it."""
        return await self._registry.claim_link(code_hash=_hash(code), account=account)

    async def find(self, external_user_id: str) -> StoredLink | None:
        """Return the link of whoever wrote to us."""
        return await self._registry.get_link(external_user_id=external_user_id)


def _hash(code: str) -> str:
    # Nothing slow is needed: the code is as random as a key.
    return hashlib.sha256(code.encode()).hexdigest()
