"""What a client of AG-UI sends to run an agent: https://docs.ag-ui.com/sdk/python/core/types."""

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from ag_ui.core import (
    AudioPart,
    DataSource,
    DocumentPart,
    FileSource,
    ImagePart,
    RunAgentInput,
    TextPart,
    UserMessage,
    VideoPart,
)
from pydantic import field_validator

from chatServer.database.parameters import NewTurn
from chatServer.fields import (
    ClientRequestId,
    NewSessionId,
    check_message_size,
    check_message_text,
)
from chatServer.limits import ATTACHMENTS_PER_MESSAGE_MAX
from chatServer.services.received_file import IncomingFile

FilePart = ImagePart | AudioPart | VideoPart | DocumentPart

DESCRIPTION: dict[str, Any] = {
    "title": "RunAgentInput",
    "description": "As AG-UI 1.0 has it: https://docs.ag-ui.com/sdk/js/core/types",
    "type": "object",
    "required": ["threadId", "runId", "messages"],
    "properties": {
        "threadId": {"type": "string", "description": "The session_id."},
        "runId": {"type": "string", "description": "The client_request_id."},
        "messages": {
            "type": "array",
            "description": "The last one is the user's, and is what is answered.",
            "items": {"type": "object"},
        },
        **{
            name: {"type": "array", "maxItems": 0, "description": "Refused unless empty."}
            for name in ("tools", "context", "resume")
        },
        "state": {"type": "object", "maxProperties": 0, "description": "Refused unless empty."},
    },
}


@dataclass(frozen=True, slots=True)
class SentData:
    """A file as it stands in a message."""

    filename: str | None
    declared_type: str
    data: bytes

    def open(self) -> IncomingFile:
        """Return it as one that arrives."""
        return IncomingFile(self.filename, self.declared_type, self._pieces())

    async def _pieces(self) -> AsyncIterator[bytes]:
        yield self.data


@dataclass(frozen=True, slots=True)
class Question:
    """What a user's message holds, its files in order."""

    text: str
    files: tuple[SentData | UUID, ...]


class AguiRun(RunAgentInput):
    """A request to run an agent; of its messages only the last one is new to the registry."""

    thread_id: NewSessionId
    run_id: ClientRequestId

    @field_validator("messages")
    @classmethod
    def _check_messages(cls, value: list[Any]) -> list[Any]:
        question = _read_question(value)
        (check_message_size if question.files else check_message_text)(question.text)
        if len(question.files) > ATTACHMENTS_PER_MESSAGE_MAX:
            raise ValueError(f"must end with at most {ATTACHMENTS_PER_MESSAGE_MAX} files")
        return value

    @field_validator("tools")
    @classmethod
    def _check_tools(cls, value: list[Any] | None) -> list[Any] | None:
        if value:
            raise ValueError("must be left out: an agent has the tools that this server gives it")
        return value

    @field_validator("context", "state")
    @classmethod
    def _check_context(cls, value: object) -> object:
        if value:
            raise ValueError("must be left out: an agent knows what is said in its session")
        return value

    @field_validator("resume")
    @classmethod
    def _check_resume(cls, value: list[Any] | None) -> list[Any] | None:
        if value:
            raise ValueError("must be left out: no run of this server is ever interrupted")
        return value

    @cached_property
    def question(self) -> Question:
        """The last message."""
        return _read_question(self.messages)

    def to_turn(self) -> NewTurn:
        """Return the turn to begin, without files; it follows what was said last in the session."""
        return NewTurn(
            session_id=self.thread_id,
            content=self.question.text,
            client_request_id=self.run_id,
        )


def _read_question(messages: Sequence[Any]) -> Question:
    """Return the last message.

    Raises:
        ValueError: It is not the user's, or holds what is not taken.
    """
    question = messages[-1] if messages else None
    if not isinstance(question, UserMessage):
        raise ValueError("must end with a message of the user")
    if isinstance(question.content, str):
        return Question(question.content, ())
    texts = [part.text for part in question.content if isinstance(part, TextPart)]
    files = [_read_file(part) for part in question.content if not isinstance(part, TextPart)]
    return Question("\n\n".join(texts), tuple(files))


def _read_file(part: FilePart) -> SentData | UUID:
    source = part.source
    if isinstance(source, FileSource):
        return _read_attachment_id(source)
    if not isinstance(source, DataSource):
        raise ValueError("must give its files as data; nothing is fetched from an address")
    named = part.metadata.get("filename") if isinstance(part.metadata, dict) else None
    try:
        data = base64.b64decode(source.value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("must give the data of its files in Base64") from None
    return SentData(named if isinstance(named, str) else None, source.mime_type, data)


def _read_attachment_id(source: FileSource) -> UUID:
    try:
        return UUID(source.value)
    except ValueError:
        raise ValueError("must name its files by the ids of attachments") from None
