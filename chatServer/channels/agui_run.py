"""What a client of AG-UI sends to run an agent: https://docs.ag-ui.com/sdk/python/core/types."""

from typing import Any

from ag_ui.core import RunAgentInput, TextPart, UserMessage
from pydantic import field_validator

from chatServer.database.parameters import NewTurn
from chatServer.fields import ClientRequestId, NewSessionId, check_message_text

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
    },
}


class AguiRun(RunAgentInput):
    """A request to run an agent; of its messages only the last one is new to the registry."""

    thread_id: NewSessionId
    run_id: ClientRequestId

    @field_validator("messages")
    @classmethod
    def _check_messages(cls, value: list[Any]) -> list[Any]:
        check_message_text(_read_question(value))
        return value

    @field_validator("resume")
    @classmethod
    def _check_resume(cls, value: list[Any] | None) -> list[Any] | None:
        if value:
            raise ValueError("must be left out: no run of this server is ever interrupted")
        return value

    def to_turn(self) -> NewTurn:
        """Return the turn to begin; it follows what was said last in the session."""
        return NewTurn(
            session_id=self.thread_id,
            content=_read_question(self.messages),
            client_request_id=self.run_id,
        )


def _read_question(messages: list[Any]) -> str:
    """Return the text of the last message.

    Raises:
        ValueError: It is not the user's, or is not all text.
    """
    question = messages[-1] if messages else None
    if not isinstance(question, UserMessage):
        raise ValueError("must end with a message of the user")
    if isinstance(question.content, str):
        return question.content
    texts = [part.text for part in question.content if isinstance(part, TextPart)]
    if len(texts) < len(question.content):
        raise ValueError("must end with text alone; files are uploaded to the session")
    return "\n\n".join(texts)
