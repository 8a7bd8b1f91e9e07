"""The memory of an agent program, on the rows of the registry.

    from agents import Agent, Runner
    from chatServer.registry_session import RegistrySession

    async with RegistrySession("trip-to-rome", user_id="…") as session:
        await Runner.run(Agent(name="Guide"), "What is there to see?", session=session)

docs/agents-sdk.md tells the rest.
"""

import asyncio
from typing import Self, cast
from uuid import UUID
from weakref import WeakKeyDictionary

from agents import SessionSettings, TResponseInputItem
from agents.memory.session_settings import resolve_session_limit

from chatServer.dependencies.registry_connection import Registry
from chatServer.services.session_memory import ItemNotRemovable, SessionMemory

__all__ = ["ItemNotRemovable", "Registry", "RegistrySession"]


class RegistrySession:
    """A `Session` of the OpenAI Agents SDK.

    It acts as a user with their `access_token`, or for the user `user_id` with the secret key. Many
    sessions share one `registry`; without one, the session has its own, from the environment. Use
    one object for one run at a time: it takes back only what it has seen.
    https://openai.github.io/openai-agents-python/sessions/ tells what the SDK asks of it.

    Raises:
        ValueError: Neither or both of `user_id` and `access_token` are given, or it is no UUID.
        SettingsError: Without a registry: a setting is missing.
    """

    def __init__(
        self,
        session_id: str,
        *,
        user_id: UUID | str | None = None,
        access_token: str | None = None,
        registry: Registry | None = None,
        session_settings: SessionSettings | None = None,
    ) -> None:
        if (user_id is None) == (access_token is None):
            raise ValueError("Give user_id or access_token, and not both.")
        self.session_id = session_id
        self.session_settings: SessionSettings | None = session_settings or SessionSettings()
        self._user_id = _read_user_id(user_id) if isinstance(user_id, str) else user_id
        self._access_token = access_token
        self._registry = registry or Registry()
        self._owns_registry = registry is None
        self._memories: WeakKeyDictionary[asyncio.AbstractEventLoop, SessionMemory] = (
            WeakKeyDictionary()
        )

    async def __aenter__(self) -> Self:
        """Return the session; nothing is stored until something is added."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections, unless they are those of a shared registry."""
        await self.close()

    async def close(self) -> None:
        """Close the connections, unless they are those of a shared registry."""
        self._memories.pop(asyncio.get_running_loop(), None)
        if self._owns_registry:
            await self._registry.close()

    async def get_items(self, limit: int | None = None) -> list[TResponseInputItem]:
        """Return the branch in use, oldest first; with a limit the newest items of it.

        With a limit there may be fewer, because a result never comes without its call. An answer
        that is being written meanwhile, on the web or in Telegram, is not among them yet.
        """
        limit = resolve_session_limit(limit, self.session_settings)
        if limit is not None and limit <= 0:
            return []
        items = await (await self._memory()).list_items(limit)
        return cast("list[TResponseInputItem]", items)

    async def add_items(self, items: list[TResponseInputItem]) -> None:
        """Add items after the newest one, all or none, next to each other whoever else adds.

        Raises:
            SessionIdTaken: The id belongs to somebody else's session.
            SessionDeleted: The user has deleted this session.
            TypeError: An item is no dict, or holds what JSON has no word for.
            Unauthorized: The token does not hold, or there is no such user.
            ValidationFailed: More than 1,000 items, or one of over 1 MiB.
            DatabaseUnavailable: Supabase did not answer; whether they are stored is not known.
        """
        await (await self._memory()).append_items(items)

    async def pop_item(self) -> TResponseInputItem | None:
        """Take back and return the newest item, which is gone from the transcript as well.

        Raises:
            ItemNotRemovable: Somebody else has added to the session since it was last read here.
            AnswerStreaming: It is an answer that is being written.
        """
        return cast("TResponseInputItem | None", await (await self._memory()).pop_item())

    async def clear_session(self) -> None:
        """Delete all that was said in the session; its row stays, with its title and settings.

        Raises:
            AnswerStreaming: An answer is being written.
        """
        await (await self._memory()).delete_items()

    async def _memory(self) -> SessionMemory:
        loop = asyncio.get_running_loop()
        memory = self._memories.get(loop)
        if memory is None:
            caller = await self._registry.find_caller(self._user_id, self._access_token)
            items = self._registry.connect().items
            memory = self._memories.setdefault(
                loop, SessionMemory(items, caller, session_id=self.session_id)
            )
        return memory


def _read_user_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("user_id must be the UUID that Supabase Auth has for a user.") from None
