"""Answers that are read along one branch of a session."""

from pydantic import Field

from chatServer.models import MessagePage


class BranchPage(MessagePage):
    """A page of one branch's messages, oldest first; asked for by `after_id` it goes downwards."""

    next_after_id: int | None = Field(
        default=None,
        description="Only in answers to `after_id`: give it as `after_id` for the page below; null "
        "where the branch ends.",
    )
    head_id: int | None = Field(
        default=None, description="Only in answers to `after_id`: the branch's newest message."
    )
    is_in_use: bool | None = Field(
        default=None,
        description="Only in answers to `after_id`: whether its branch is the one in use.",
    )
