"""Whether the process lives, and whether it could serve a turn."""

import asyncio
import logging
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from chatServer.database.transport import RpcError
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import READY_TIMEOUT_SECONDS
from chatServer.routers.problems import document

logger = logging.getLogger(__name__)
router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The only good answer; anything else is a problem."""

    status: Literal["ok"] = "ok"


@router.get("/healthz")
async def get_liveness() -> Health:
    """Answer as long as the process lives."""
    return Health()


@router.get("/readyz", responses=document(DatabaseUnavailable))
async def get_readiness(services: ServicesDependency) -> Health:
    """Answer when the database would take a turn from this server."""
    try:
        async with asyncio.timeout(READY_TIMEOUT_SECONDS):
            await services.registry.get_health()
    except (TimeoutError, RpcError, DatabaseUnavailable) as error:
        logger.warning("Not ready: %r", error)
        raise DatabaseUnavailable from error
    return Health()
