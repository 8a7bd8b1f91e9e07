"""What is sent to begin a turn: a message, an edit, another answer."""

from pydantic import Field, ValidationInfo, field_validator

from chatServer.fields import (
    AttachmentIds,
    ClientRequestId,
    MessageId,
    TextBesideFiles,
    check_message_text,
)
from chatServer.models import RequestModel


class PostMessageRequest(RequestModel):
    """A user's message. Sending the same `client_request_id` again replays the same turn."""

    attachment_ids: AttachmentIds = Field(
        default_factory=list,
        description="Files uploaded to this session that no message carries yet, in order.",
    )
    content: TextBesideFiles = Field(description="May be empty beside attachments.")
    client_request_id: ClientRequestId
    parent_id: MessageId | None = Field(
        default=None, description="The message this one follows; the session's head when left out."
    )

    @field_validator("content")
    @classmethod
    def _check_content(cls, value: str, info: ValidationInfo) -> str:
        # Refused ids are missing here and told as such; what they would have allowed is not known.
        return value if info.data.get("attachment_ids", True) else check_message_text(value)


class EditMessageRequest(RequestModel):
    """What a message should have said. The same `client_request_id` replays the same turn."""

    attachment_ids: AttachmentIds | None = Field(
        default=None,
        description="Those of the message that is edited when left out; a list replaces them.",
    )
    content: TextBesideFiles = Field(description="May be empty beside attachments.")
    client_request_id: ClientRequestId

    @field_validator("content")
    @classmethod
    def _check_content(cls, value: str, info: ValidationInfo) -> str:
        # Left out, only the database knows whether there are any.
        replaced = info.data.get("attachment_ids")
        return check_message_text(value) if replaced == [] else value


class RegenerateRequest(RequestModel):
    """Another answer. The same `client_request_id` replays the same turn."""

    client_request_id: ClientRequestId
    keeps_text: bool = Field(
        default=False,
        description="Go on with the text of an answer that broke off, instead of beginning again.",
    )
