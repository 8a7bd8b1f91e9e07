"""An answer whose tools another process uses, as AG-UI is told of it."""

from collections.abc import Iterable

from ag_ui.core import BaseEvent

from chatServer.agent_models import ToolStep
from chatServer.channels.agui_answer import AnswerEvents
from chatServer.turn_events import ToolCall

STEPS = [
    ToolStep(name="search", label="Searched", status="done", offset=4),
    ToolStep(name="open", label="Opening", status="running", offset=4),
]
SEARCHED = ToolCall('{"query": "x"}', "[]")


def told(events: Iterable[BaseEvent]) -> list[str]:
    """Each event's type, and what it is about."""
    return [
        " ".join(
            str(getattr(event, name))
            for name in ("type", "tool_call_id", "delta", "content")
            if getattr(event, name, None) is not None
        ).removeprefix("EventType.")
        for event in events
    ]


def joined_midway() -> AnswerEvents:
    answer = AnswerEvents(7)
    assert told(answer.tell_so_far("One Two", STEPS)) == [
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT One ",
        "TEXT_MESSAGE_END",
        "TOOL_CALL_START 7-call-1",
        "TOOL_CALL_START 7-call-2",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT Two",
    ]
    return answer


def test_calls_that_are_not_kept_end_without_arguments() -> None:
    answer = joined_midway()
    assert list(answer.tell_step(1, STEPS[1], None)) == []
    assert answer.lacks_calls(STEPS)
    assert list(answer.tell_stored("One Two", STEPS, [])) == []
    ends = ["TEXT_MESSAGE_END", "TOOL_CALL_END 7-call-1", "TOOL_CALL_END 7-call-2"]
    assert told(answer.end()) == ends
    assert list(answer.end()) == []


def test_a_call_is_told_once_as_soon_as_it_is_known() -> None:
    answer = joined_midway()
    assert told(answer.tell_step(0, STEPS[0], SEARCHED)) == [
        'TOOL_CALL_ARGS 7-call-1 {"query": "x"}',
        "TOOL_CALL_END 7-call-1",
        "TOOL_CALL_RESULT 7-call-1 []",
    ]
    assert told(answer.tell_stored("One Two three", STEPS, [SEARCHED, ToolCall("", "hi")])) == [
        "TOOL_CALL_END 7-call-2",
        "TOOL_CALL_RESULT 7-call-2 hi",
        "TEXT_MESSAGE_CONTENT  three",
    ]
