"""The caller's accounts on Telegram, and messages that are to be sent there again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import (
    DatabaseUnavailable,
    LinkNotFound,
    MessageNotFound,
    SessionNotFound,
    TelegramNotConfigured,
    TelegramUnavailable,
    Unauthorized,
    ValidationFailed,
)
from chatServer.fields import MessageId, SessionId
from chatServer.link_models import LinkInvitation, TelegramLinks
from chatServer.models import Message
from chatServer.routers.problems import document

router = APIRouter(
    prefix="/api/chat",
    tags=["telegram"],
    responses=document(Unauthorized, DatabaseUnavailable),
)


@router.get("/links/telegram")
async def get_telegram_links(caller: CurrentUser, services: ServicesDependency) -> TelegramLinks:
    """Return the caller's linked Telegram accounts and the bot they are linked with."""
    return await services.links.get_links(caller)


@router.post(
    "/links/telegram",
    status_code=201,
    responses=document(TelegramNotConfigured, TelegramUnavailable, DatabaseUnavailable),
)
async def create_telegram_link(caller: CurrentUser, services: ServicesDependency) -> LinkInvitation:
    """Make a deep link to open in Telegram; it works once, for ten minutes, and ends the last."""
    return await services.links.create_invitation(caller)


@router.delete(
    "/links/telegram", status_code=204, responses=document(LinkNotFound, ValidationFailed)
)
async def delete_telegram_link(
    link_id: Annotated[UUID, Query()], caller: CurrentUser, services: ServicesDependency
) -> None:
    """Unlink an account; what waits to be sent there is dropped."""
    await services.links.delete_link(caller, link_id)


@router.post(
    "/sessions/{session_id}/messages/{message_id}/redeliver",
    responses=document(SessionNotFound, MessageNotFound, ValidationFailed),
)
async def redeliver_message(
    session_id: Annotated[SessionId, Path()],
    message_id: Annotated[MessageId, Path()],
    caller: CurrentUser,
    services: ServicesDependency,
) -> Message:
    """Send again what could not be sent; a message that did not fail is returned as it is."""
    return await services.deliveries.redeliver(caller, session_id=session_id, message_id=message_id)
