"""What the bot itself says."""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from chatServer.agent_models import ListedAgent
from chatServer.attachment_errors import (
    AttachmentEmpty,
    AttachmentQuotaExceeded,
    AttachmentTooLarge,
    AttachmentTypeMismatch,
)
from chatServer.channels.markdown_text import parse_markdown
from chatServer.channels.rich_text import Run, split_runs
from chatServer.channels.telegram_message import (
    BOLD,
    MARK,
    UNTITLED,
    name_files,
    render_runs,
    to_part,
)
from chatServer.errors import DomainError
from chatServer.models import Message, Session

Part = Mapping[str, JsonValue]

COMMANDS: Final = {
    "new": "Start another session",
    "sessions": "Continue another session, of any channel",
    "agents": "Show who can answer here, and choose",
    "history": "Show the last messages of this session",
    "stop": "Stop the answer",
    "help": "What this bot can do",
}
QUOTE_MAX_UNITS: Final = 300


def _say(markdown: str) -> Part:
    return to_part(parse_markdown(markdown))


HELP: Final = _say(
    "Write to me, or send me a photo or a document, and I answer. Everything said here also stands "
    "among your sessions on the web, and what you write there comes here. Edit a message to have "
    "it answered anew.\n\n" + "\n".join(f"- /{name}: {what}" for name, what in COMMANDS.items())
)
LINKED: Final = _say(
    "**Linked.** Write to me, and you find it among your sessions on the web. /help tells more."
)
ALREADY_LINKED: Final = _say("This account is linked. Write to me; /help tells what I can do.")
LINK_REFUSALS: Final = {
    "unknown_code": _say(
        "This link has expired or was used before. Ask for a new one in the web app, "
        "under **Connect Telegram**."
    ),
    "taken": _say(
        "This account is linked to another user. Remove the link there first, then try again."
    ),
    "too_many_attempts": _say(
        "Too many codes that were wrong. Wait ten minutes, then ask for a new link in the web app."
    ),
}
UNKNOWN_COMMAND: Final = _say("I do not know that command. /help lists those I know.")
NO_SUCH_FILES: Final = _say(
    "I take text, photos and documents, but not this. Please write it, or send it as a document."
)
FILE_REFUSALS: Final[Mapping[type[DomainError], Part]] = {
    AttachmentTooLarge: _say("This file is larger than 20 MB, which is more than I can take."),
    AttachmentEmpty: _say("There is nothing in this file."),
    AttachmentTypeMismatch: _say(
        "This file is called an image or a PDF, but that is not what is in it, so I left it."
    ),
    AttachmentQuotaExceeded: _say(
        "There is no room for more files. Delete sessions with files on the web and send it again."
    ),
}
NEW_SESSION: Final = _say("This is a new session. Write your first message.")
CHOOSE_AGENT: Final = _say(
    "This is a new session. Write your first message, or choose first who answers."
)
AGENT_GONE: Final = "This agent is not there any more."
NO_SESSIONS: Final = _say("There are no sessions yet. Write to me, and the first one begins.")
NO_MESSAGES: Final = _say("Nothing has been said here yet.")
PICK_SESSION: Final = _say("Which session do you want to continue here?")
SESSION_GONE: Final = "This session was deleted."
STOPPED: Final = _say("Stopped.")
NOTHING_TO_STOP: Final = _say("Nothing is being answered in this session right now.")
NOT_ANSWERED: Final = _say("That message cannot be answered. Please write it again.")
SET_ASIDE: Final = _say("Something went wrong with your last message. Please send it again.")
NOT_LINKED_SHORT: Final = "This account is not linked."


def not_linked(web_app_url: str | None) -> Part:
    """Tell somebody whom the bot does not know how to link their account."""
    where = f" at {web_app_url}" if web_app_url else ""
    return _say(
        "I do not know whose sessions to use, because this account is not linked yet.\n\n"
        f"1. Open the web app{where} and sign in.\n"
        "2. Choose **Connect Telegram**.\n"
        "3. Open the link that it shows on this device, or scan its code."
    )


def continued(session: Session) -> Part:
    """Tell which session the chat writes into now."""
    return to_part(
        [
            Run("You continue "),
            Run(session.title or UNTITLED, BOLD),
            Run(". /history shows its last messages."),
        ]
    )


def begun_with(agent: str) -> Part:
    """Tell who answers in the session the chat has just begun."""
    return to_part([Run(agent, BOLD), Run(" answers in this new session. Write your message.")])


def answers_here(agent: str, session: Session) -> Part:
    """Tell who answers from now on in the session the chat writes into."""
    where = f" in “{session.title}”" if session.title else ""
    return to_part([Run(agent, BOLD), Run(f" answers{where} from now on.")])


def agents(listed: Sequence[ListedAgent], *, current: str) -> list[dict[str, JsonValue]]:
    """Show who can answer, the one who does first of all by its mark."""
    if len(listed) < 2:
        alone = " answers here. This server has no other agent."
        return render_runs([Run(current, BOLD), Run(alone)])
    runs = [Run("Who shall answer in this session? A new one is begun with /new.")]
    for agent in listed:
        runs += [
            Run("\n\n"),
            Run(f"{MARK if agent.title == current else ''}{agent.title}", BOLD),
            Run(f": {agent.description}" if agent.description else ""),
        ]
    return render_runs([run for run in runs if run.text])


def history(
    session: Session, messages: Sequence[Message], *, agent: str
) -> list[dict[str, JsonValue]]:
    """Show what was said last in a session, each message cut short."""
    said = [message for message in messages if message.role in ("user", "assistant")]
    runs = [Run(session.title or UNTITLED, BOLD)]
    for message in said:
        name = "You" if message.role == "user" else agent
        place = "" if message.channel == "telegram" else f" ({message.channel})"
        runs += [Run(f"\n\n{name}{place}: ", BOLD), *_quote(message)]
    return render_runs(runs)


def _quote(message: Message) -> list[Run]:
    said = [Run(message.content)] if message.role == "user" else parse_markdown(message.content)
    said += name_files(message)
    parts = split_runs(said, QUOTE_MAX_UNITS)
    return parts[0] if len(parts) == 1 else [*(parts[0] if parts else []), Run("…")]
