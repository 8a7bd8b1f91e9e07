"""What a failing provider means, in plain words."""

import openai

PLAIN_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (openai.AuthenticationError, "The model's provider refused this server's API key."),
    (openai.PermissionDeniedError, "The model's provider refused this server's API key."),
    (openai.NotFoundError, "The provider does not know this model."),
    (openai.RateLimitError, "The model is over its limit right now; try again in a while."),
    (openai.InternalServerError, "The model's provider has a fault right now; try again later."),
    (openai.APIStatusError, "The model's provider refused this request."),
    (openai.APITimeoutError, "The model did not answer in time."),
    (openai.APIConnectionError, "The model could not be reached, or the connection broke off."),
)
UNREADABLE = "The model's answer could not be understood."


def explain_failure(error: Exception) -> str:
    """Tell an error in one plain sentence for the user."""
    if isinstance(error, openai.APIError) and error.code == "context_length_exceeded":
        return "This session has grown too long for the model."
    return next((text for kind, text in PLAIN_REASONS if isinstance(error, kind)), UNREADABLE)


def describe_failure(error: Exception) -> str:
    """Name an error for the log without its message: providers echo keys and prompts in it."""
    status = getattr(error, "status_code", "no status")
    return f"{type(error).__name__}, {status}"
