"""Items as the OpenAI Agents SDK gives them to a session."""

from typing import Any

Item = Any
"""The SDK's own type is a union of many dictionaries."""

CALL: Item = {
    "type": "function_call",
    "call_id": "call-1",
    "name": "weather",
    "arguments": '{"city": "Zürich"}',
    "id": "fc_1",
    "status": "completed",
}
RESULT: Item = {"type": "function_call_output", "call_id": "call-1", "output": "sunny"}
SPOKEN: Item = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "status": "completed",
    "content": [
        {"type": "output_text", "text": "Sunny, ", "annotations": [], "logprobs": []},
        {"type": "output_text", "text": "I hear 🏠.", "annotations": [{"n": 1.5}]},
    ],
}


def words(role: str, content: str) -> Item:
    """A message that is all text."""
    return {"role": role, "content": content}


EVERY_KIND: list[Item] = [
    words("user", "Weather? \\ \"quoted\" 'it''s'\n\n"),
    words("developer", "Be brief."),
    words("system", "Be kind."),
    {"content": [{"type": "input_text", "text": "What is this?"},
                 {"type": "input_image", "image_url": "data:image/png;base64,AA==",
                  "detail": "auto"}], "role": "user"},
    {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": None},
    CALL,
    RESULT,
    {"type": "function_call_output", "call_id": "call-2",
     "output": [{"type": "input_text", "text": "parts"}]},
    {"type": "web_search_call", "id": "ws_1", "status": "completed",
     "action": {"type": "search", "query": "x", "n": [0, -1, 2.5, 10**20, True, None, {}]}},
    SPOKEN,
    words("assistant", "Plain."),
    {"type": "message", "role": "user", "content": "Typed."},
    words("user", ""),
    {"type": "message", "id": "msg_2", "role": "assistant", "status": "completed",
     "content": [{"type": "refusal", "refusal": "No."}]},
    {"type": "compaction", "id": "cmp_1", "encrypted_content": "…"},
]  # fmt: skip
