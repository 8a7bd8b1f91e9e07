"""What a failing provider means, in plain words."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Literal

import openai

from chatServer.services.retry_delay import name_wait, read_retry_seconds

PLAIN_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (openai.AuthenticationError, "The model's provider refused this server's API key."),
    (openai.PermissionDeniedError, "The model's provider refused this server's API key."),
    (openai.NotFoundError, "The provider does not know this model."),
    (openai.RateLimitError, "The model is over its limit right now; try again in a while."),
    (openai.InternalServerError, "The model's provider has a fault right now; try again later."),
    (openai.APIStatusError, "The model's provider refused this request."),
    (openai.APITimeoutError, "The model did not answer in time."),
    (openai.APIConnectionError, "The model could not be reached, or the connection broke off."),
    (openai.APIResponseValidationError, "The model's answer could not be understood."),
    # What a provider sends in the middle of an answer, its head being gone.
    (openai.APIError, "The model's provider has a fault right now; try again later."),
)
NO_CREDIT = "This server's account with the model's provider has no credit left."
NO_CREDIT_CODE = "insufficient_quota"
UNREADABLE = "The model's answer could not be understood."
EMPTY = "The model gave an empty answer."
TOO_SLOW = "The model did not answer in time."
TOO_LONG = "The message is more than the model can read at once."
NO_TOOLS = "The model asked for a tool, and this agent has none."
NO_MODEL = "No model is connected; the demo model only repeats what it is told."

Feature = Literal["tools", "usage", "image", "pdf"]
FILE_FEATURES: tuple[Feature, ...] = ("pdf", "image")
REFUSED_FEATURES: tuple[tuple[Feature, str], ...] = (
    ("usage", "stream_options"),
    ("usage", "include_usage"),
    ("tools", "tool"),
    ("tools", "function call"),
    # One that does not know files lists what it knows, images among it.
    ("pdf", "file"),
    ("pdf", "pdf"),
    ("pdf", "document"),
    ("image", "image"),
    ("image", "vision"),
    ("image", "multimodal"),
    ("image", "multi-modal"),
    ("image", "content must be a string"),
    ("pdf", "content must be a string"),
)
TOO_LONG_WORDS = (
    "context_length_exceeded",
    "context length",
    "context size",
    "context window",
    "prompt is too long",
    "request too large",
    "input token count",
)
"""Only OpenAI has a code for it; these are the words of vLLM and most others, of llama.cpp, LM
Studio, Anthropic, Groq and Gemini."""
REFUSING_STATUSES = (400, 404, 413, 415, 422)
FILE_REFUSING_STATUSES = (*REFUSING_STATUSES, 500, 501)
"""llama.cpp answers 500 to an image that its model does not take."""


class ReplyFailed(Exception):
    """No reply, or only a part of one; `reason` is one plain sentence for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def explain_failure(error: Exception) -> str:
    """Tell an error in one plain sentence for the user."""
    if is_too_long(error):
        return TOO_LONG
    if _is_out_of_credit(error):
        return NO_CREDIT
    reason = next((text for kind, text in PLAIN_REASONS if isinstance(error, kind)), UNREADABLE)
    what, separator, _ = reason.partition("; ")
    if separator and isinstance(error, openai.APIStatusError):
        seconds = read_retry_seconds(error.response.headers)
        if seconds is not None:
            return f"{what}; try again in {name_wait(seconds)}."
    return reason


def is_too_long(error: Exception) -> bool:
    """Tell whether a model was given more than it can read."""
    if not isinstance(error, openai.APIError):
        return False
    told = f"{error.code} {error.message} {error.body}".lower()
    return any(words in told for words in TOO_LONG_WORDS)


def _is_out_of_credit(error: Exception) -> bool:
    return isinstance(error, openai.APIStatusError) and (
        error.status_code == HTTPStatus.PAYMENT_REQUIRED or error.code == NO_CREDIT_CODE
    )


def describe_failure(error: Exception) -> str:
    """Name an error for the log without its message: providers echo keys and prompts in it."""
    status = getattr(error, "status_code", "no status")
    return f"{type(error).__name__}, {status}"


def find_refused_feature(error: Exception, sent: Collection[Feature]) -> Feature | None:
    """Tell what of the sent a provider does not take, as small and older ones do not."""
    # One that is given too much counts it up, what the tools took among it.
    if not isinstance(error, openai.APIStatusError) or is_too_long(error):
        return None
    files: list[Feature] = [feature for feature in FILE_FEATURES if feature in sent]
    if error.status_code not in (FILE_REFUSING_STATUSES if files else REFUSING_STATUSES):
        return None
    if error.status_code == 413:
        return files[0] if files else None
    told = f"{error.message} {error.body}".lower()
    return next(
        (feature for feature, word in REFUSED_FEATURES if feature in sent and word in told), None
    )
