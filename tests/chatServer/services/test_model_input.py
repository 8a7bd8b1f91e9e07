from chatServer.agent_models import ToolStep
from chatServer.models import Message, MessageRole
from chatServer.services.instructions import GO_ON
from chatServer.services.model_input import find_calls, to_items
from chatServer.turn_events import ToolCall
from tests.chatServer.rows import message_row


def row(number: int, role: MessageRole, content: str = "", **fields: object) -> Message:
    return message_row(content, role=role).model_copy(update={"id": number, **fields})


def call(number: int, call_id: str) -> Message:
    item = {"type": "function_call", "call_id": call_id, "name": "find", "arguments": "{}"}
    return row(number, "tool", item=item)


def result(number: int, call_id: str) -> Message:
    item = {"type": "function_call_output", "call_id": call_id, "output": f"found {number}"}
    return row(number, "tool", item=item)


def told(*messages: Message) -> list[str]:
    """Content of messages, and of calls and results their ids."""
    return [item.get("content") or item["call_id"] for item in to_items(messages)]


def test_a_result_never_stands_without_its_call_nor_a_call_without_its_result() -> None:
    history = (
        result(3, "cut off"),
        call(4, "x"),
        call(5, "lost"),
        result(6, "x"),
        row(10, "assistant", "b"),
        row(11, "user", "c"),
    )
    assert told(*history) == ["x", "x", "b", "c"]


def test_calls_of_two_answers_with_the_same_id_stay_apart() -> None:
    history = (
        call(1, "call_0"),
        result(2, "call_0"),
        row(3, "assistant", "b"),
        call(4, "call_0"),
        result(5, "call_0"),
        row(6, "user", "c"),
    )
    assert told(*history) == ["call_0", "call_0", "b", "call_0_2", "call_0_2", "c"]


def test_the_words_an_answer_ended_in_stand_for_all_of_its_text() -> None:
    words = {"role": "assistant", "content": "Two boats."}
    history = (
        row(1, "user", "boats?"),
        row(2, "assistant", "Let me look.\n\nTwo boats.", item=words),
        row(3, "user", "more?"),
    )
    assert told(*history) == ["boats?", "Two boats.", "more?"]


def test_items_that_only_some_models_take_are_told_as_text() -> None:
    image = {"role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]}
    history = (
        row(1, "user", "what is this?", item=image),
        row(2, "tool", item={"type": "reasoning", "summary": []}),
        row(3, "assistant", "b"),
        row(4, "user", "c"),
    )
    assert told(*history) == ["what is this?", "b", "c"]


def test_without_tools_calls_and_results_are_left_out() -> None:
    history = (row(1, "user", "a"), call(2, "x"), result(3, "x"), row(4, "user", "c"))
    assert [i["content"] for i in to_items(history, has_tools=False)] == ["a", "c"]


def test_an_answer_that_broke_off_is_to_be_gone_on_with() -> None:
    assert told(row(1, "user", "a"), row(2, "assistant", "half")) == ["a", "half", GO_ON]


def test_each_step_has_its_own_call_also_where_ids_come_again_or_nothing_is_kept() -> None:
    rows = (
        call(1, "x"), call(2, "y"), result(3, "y"), result(4, "x"), call(5, "x"), result(6, "x"),
        call(7, "never answered"),
    )  # fmt: skip
    steps = [
        ToolStep(name=name, label="", status="done") for name in ("find", "gone", *["find"] * 4)
    ]
    found = find_calls([row.item for row in rows if row.item], steps)
    assert found == [
        ToolCall("{}", "found 4"),
        None,
        ToolCall("{}", "found 3"),
        ToolCall("{}", "found 6"),
        ToolCall("{}", None),
        None,
    ]
