"""The history service of one request, acting with its caller's token."""

from typing import Annotated

from fastapi import Depends

from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.services.chat_history_service import ChatHistoryService


async def get_chat_history_service(
    services: ServicesDependency, caller: CurrentUser
) -> ChatHistoryService:
    """Bind the service to the caller, so that row-level security holds."""
    return ChatHistoryService(services.registry, services.cursors, caller=caller)


HistoryService = Annotated[ChatHistoryService, Depends(get_chat_history_service)]
