"""The agents that sessions and schedules may name."""

from fastapi import APIRouter

from chatServer.agent_models import AgentList
from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import Unauthorized
from chatServer.routers.problems import document

router = APIRouter(prefix="/api/chat/agents", tags=["agents"], responses=document(Unauthorized))


@router.get("")
async def list_agents(_caller: CurrentUser, services: ServicesDependency) -> AgentList:
    """List the agents of this server, the one that nobody has to choose first."""
    return services.agents.list_agents()
