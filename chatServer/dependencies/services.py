"""The composition root: what is built once for a process, and what for a request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, cast

import httpx
from fastapi import Depends, Request

from chatServer.database.archive_registry import ArchiveRegistry
from chatServer.database.channel_registry import ChannelRegistry
from chatServer.database.postgres_login import check_postgres_login
from chatServer.database.postgrest_transport import open_http_pool
from chatServer.database.schedule_registry import ScheduleRegistry
from chatServer.database.session_changes import SessionChangeRegistry
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.session_search import SessionSearchRegistry
from chatServer.database.session_sync import SessionSyncRegistry
from chatServer.database.title_jobs import TitleJobRegistry
from chatServer.dependencies.attachments import open_attachments
from chatServer.dependencies.retention import run_retention
from chatServer.dependencies.telegram import TelegramServices, open_telegram
from chatServer.dependencies.tokens import JwksVerifier, SecretVerifier, TokenVerifier
from chatServer.dependencies.transports import open_transport
from chatServer.services.agent_directory import AgentDirectory
from chatServer.services.agent_run_service import AgentRunService
from chatServer.services.agent_spec import AgentSpec
from chatServer.services.agents_file import read_agents
from chatServer.services.archive_export import ArchiveExportService
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.built_in_tools import build_tools
from chatServer.services.chat_history_service import ChatHistoryService
from chatServer.services.delivery_service import RedeliveryService
from chatServer.services.file_reader import FileReader
from chatServer.services.import_service import ImportService
from chatServer.services.link_service import LinkService
from chatServer.services.reply_generator import ReplyGenerator
from chatServer.services.schedule_planner import SchedulePlanner
from chatServer.services.schedule_service import ScheduleService
from chatServer.services.scheduled_execution_service import ScheduledExecutionService
from chatServer.services.session_change_service import SessionChangeService
from chatServer.services.session_cursor import SessionCursors
from chatServer.services.session_search_service import SessionSearchService
from chatServer.services.session_sync_service import SessionSyncService
from chatServer.services.session_tools import SessionTools
from chatServer.services.signed_cursor import SignedCursors
from chatServer.services.title_service import TitleService, ask_model, write_demo_title
from chatServer.services.turn_service import TurnService
from chatServer.settings import Settings, SettingsError

CHANGES_PURPOSE = "chat-registry change cursor v1"
SEARCH_PURPOSE = "chat-registry search cursor v1"


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a request may need that outlives it."""

    settings: Settings
    http: httpx.AsyncClient
    verifier: TokenVerifier
    registry: SessionRegistry
    cursors: SessionCursors
    changes: SessionChangeService
    search: SessionSearchService
    sync: SessionSyncService
    agents: AgentDirectory
    titles: TitleService
    turns: TurnService
    agent_runs: AgentRunService
    attachments: AttachmentService
    archives: ArchiveExportService
    imports: ImportService
    schedules: ScheduleService
    execution: ScheduledExecutionService
    links: LinkService
    deliveries: RedeliveryService
    telegram: TelegramServices | None
    """None without a bot."""

    def interrupt(self) -> None:
        """End what runs, and so the streams that keep connections open."""
        self.execution.interrupt()
        self.turns.interrupt()


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Build the services and close them at the end."""
    async with (
        open_http_pool(trust_env=not settings.is_supabase_local) as http,
        open_transport(settings, http) as transport,
        run_retention(settings, transport),
        open_attachments(settings, transport) as attachments,
        aclosing(_build_generator(settings)) as generator,
    ):
        registry = SessionRegistry(transport)
        searches = SessionSearchRegistry(transport)
        tools = build_tools(SessionTools(registry, searches))
        agents = AgentDirectory(
            generator, _read_agents(settings), built_in=tools, files=FileReader(attachments)
        )
        turns = TurnService(registry, generator, agents=agents)
        secret = settings.supabase_secret_key.get_secret_value()
        cursors = SessionCursors(secret)
        history = ChatHistoryService(registry, cursors)
        channels = ChannelRegistry(transport)
        archives = ArchiveRegistry(transport)
        schedules = ScheduleRegistry(transport)
        execution = ScheduledExecutionService(schedules, SchedulePlanner(schedules), turns=turns)
        titles = TitleService(
            TitleJobRegistry(transport),
            write_demo_title if settings.is_demo_model else ask_model(generator),
            after_messages=settings.title_after_messages,
        )
        await turns.start()
        try:
            async with open_telegram(
                settings, transport, history=history, turns=turns, attachments=attachments
            ) as telegram:
                if settings.run_schedules:
                    execution.start()
                if settings.make_titles:
                    titles.start()
                yield Services(
                    settings=settings,
                    http=http,
                    verifier=_build_verifier(settings, http),
                    registry=registry,
                    cursors=cursors,
                    changes=SessionChangeService(
                        SessionChangeRegistry(transport),
                        SignedCursors(secret, purpose=CHANGES_PURPOSE),
                    ),
                    search=SessionSearchService(
                        searches,
                        SignedCursors(secret, purpose=SEARCH_PURPOSE),
                    ),
                    sync=SessionSyncService(SessionSyncRegistry(transport)),
                    agents=agents,
                    titles=titles,
                    turns=turns,
                    agent_runs=AgentRunService(
                        transport, turns, agents=agents, attachments=attachments
                    ),
                    attachments=attachments,
                    archives=ArchiveExportService(archives, attachments),
                    imports=ImportService(
                        archives, attachments, max_bytes=settings.import_max_bytes
                    ),
                    schedules=ScheduleService(schedules, cursors, wake=execution.wake),
                    execution=execution,
                    links=telegram.links if telegram else LinkService(channels, None),
                    deliveries=RedeliveryService(
                        channels, wake=telegram.deliveries.wake if telegram else None
                    ),
                    telegram=telegram,
                )
        finally:
            execution.interrupt()
            await asyncio.gather(turns.stop(), titles.stop())
            await execution.stop()


async def get_services(request: Request) -> Services:
    """Return the process's services."""
    return cast("Services", request.app.state.services)


ServicesDependency = Annotated[Services, Depends(get_services)]


def check_services(settings: Settings) -> None:
    """Return when what the settings name beside them can do its work, or does not answer yet.

    Raises:
        SettingsError: It never will.
    """
    _read_agents(settings)
    if settings.supabase_db_url is not None:
        check_postgres_login(settings.supabase_db_url)


def _read_agents(settings: Settings) -> tuple[AgentSpec, ...]:
    return read_agents(settings.agents_file, has_model=not settings.is_demo_model)


def _build_generator(settings: Settings) -> ReplyGenerator:
    api_key = settings.openai_api_key
    return ReplyGenerator(
        api_key=api_key.get_secret_value() if api_key else None,
        base_url=settings.openai_base_url,
        model=settings.chat_model,
        fallback_model=settings.chat_fallback_model,
    )


def _build_verifier(settings: Settings, http: httpx.AsyncClient) -> TokenVerifier:
    if settings.supabase_jwks_url is not None:
        issuer = f"{settings.supabase_url}/auth/v1"
        return JwksVerifier(http, jwks_url=settings.supabase_jwks_url, issuer=issuer)
    if settings.supabase_jwt_secret is None:
        raise SettingsError("Set SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL to verify tokens with.")
    return SecretVerifier(settings.supabase_jwt_secret.get_secret_value())
