"""What changes a session and what tells of changes, as the API takes and gives it."""

from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from chatServer.fields import ClientRequestId, Metadata, SessionVersion, Title, Topic
from chatServer.models import RequestModel, Session, StoredModel


def _without_default(schema: dict[str, JsonValue]) -> None:
    """Leave out a default that is none: a field left out stays as it is."""
    schema.pop("default", None)


class UpdateSessionRequest(RequestModel):
    """The fields to change; those left out stay. Null empties a title or a topic."""

    title: Title | None = None
    topic: Topic | None = None
    archived: bool = Field(default=False, json_schema_extra=_without_default)
    pinned: bool = Field(default=False, json_schema_extra=_without_default)
    metadata: Metadata = Field(default_factory=dict)
    base_version: SessionVersion | None = Field(
        default=None,
        description="The version that was changed; with it the answer tells what was superseded.",
    )
    client_request_id: ClientRequestId | None = Field(
        default=None,
        description="With it the change is made once however often it is sent; the same again "
        "answers the session as it is now and what the first one superseded.",
    )

    @model_validator(mode="after")
    def _check_changes(self) -> Self:
        if not self.changes():
            raise ValueError("give at least one of title, topic, archived, pinned, metadata")
        return self

    def changes(self) -> dict[str, JsonValue]:
        """Return the fields that were given, by name."""
        return self.model_dump(exclude_unset=True, exclude={"base_version", "client_request_id"})


class UpdatedSession(Session):
    """A session as resolved: field by field the last change to arrive has won."""

    superseded: dict[str, JsonValue] = Field(
        description="By field, what this change replaced that came after `base_version`."
    )


class SessionChanges(StoredModel):
    """What changed since a cursor, oldest change first; no change is ever skipped."""

    changed: list[Session]
    deleted: Annotated[list[str], Field(description="The session_ids of deleted sessions.")]
    cursor: str = Field(description="Give it as `since` for what comes after.")
    has_more: bool
