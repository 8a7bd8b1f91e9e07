"""What the web app must know before anyone signs in."""

from fastapi import APIRouter

from chatServer.dependencies.services import ServicesDependency
from chatServer.models import PublicConfig
from chatServer.settings import DEMO_MODEL

router = APIRouter(prefix="/api/config", tags=["config"])


@router.get("")
async def get_config(services: ServicesDependency) -> PublicConfig:
    """Return the public settings."""
    settings = services.settings
    return PublicConfig(
        supabase_url=None if settings.is_supabase_local else settings.supabase_url,
        supabase_publishable_key=settings.supabase_publishable_key,
        is_demo_model=settings.is_demo_model,
        chat_model=settings.chat_model or DEMO_MODEL,
        import_max_bytes=settings.import_max_bytes,
    )
