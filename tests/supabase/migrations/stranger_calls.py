"""Every function for signed-in users, called with what belongs to somebody else."""

TURN = {"message_id": "answer_id", "lease_token": "lease_token"}
CALLS: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    "list_chat_sessions": ({}, {"archived": None}),
    "get_chat_session_counts": ({}, {}),
    "get_chat_session": ({"session_id": "session_id"}, {}),
    "list_chat_messages": ({"session_id": "session_id"}, {}),
    "list_chat_messages_after": ({"session_id": "session_id", "after_id": "message_id"}, {}),
    "get_chat_message": ({"session_id": "session_id", "message_id": "message_id"}, {}),
    "begin_turn": ({"session_id": "session_id"}, {"content": "x", "client_request_id": "r"}),
    "begin_edit": (
        {"session_id": "session_id", "message_id": "message_id"},
        {"content": "x", "client_request_id": "r"},
    ),
    "begin_turn_v2": ({"session_id": "session_id"}, {"content": "x", "client_request_id": "r"}),
    "begin_edit_v2": (
        {"session_id": "session_id", "message_id": "message_id"},
        {"content": "x", "client_request_id": "r"},
    ),
    "get_attachment": ({"attachment_id": "attachment_id"}, {}),
    "begin_answer": (
        {"session_id": "session_id", "message_id": "answer_id"},
        {"client_request_id": "r"},
    ),
    "fork_chat_session": ({"session_id": "session_id", "message_id": "message_id"}, {}),
    "list_all_chat_messages": ({"session_id": "session_id"}, {}),
    "get_export_totals": ({}, {}),
    "list_exported_sessions": ({}, {}),
    "list_exported_messages": ({"session_id": "session_id"}, {}),
    "list_stored_files": ({}, {"files": {"sha256s": []}}),
    "upsert_import_batch": (
        {"import_id": "lease_token"},
        {"batch": 1, "messages": {"messages": []}},
    ),
    "import_chat_session": (
        {"import_id": "lease_token"},
        {"session": {}, "messages": {"messages": []}},
    ),
    "update_chat_session_head": ({"session_id": "session_id", "message_id": "message_id"}, {}),
    "update_chat_session": (
        {"session_id": "session_id"},
        {"changes": {"title": "x"}, "base_version": None},
    ),
    "update_chat_session_v2": (
        {"session_id": "session_id"},
        {"changes": {"title": "x"}, "client_request_id": "x"},
    ),
    "update_chat_session_archived": ({"session_id": "session_id"}, {}),
    "begin_title_job": ({"session_id": "session_id"}, {}),
    "delete_chat_session": ({"session_id": "session_id"}, {}),
    "list_chat_session_changes": ({}, {"since_xid": "0", "since_session_id": ""}),
    "claim_turn": (TURN, {}),
    "checkpoint_turn": (TURN, {"content": "x"}),
    "complete_turn": (TURN, {"content": "x"}),
    "complete_turn_v2": (TURN, {"content": "x"}),
    "list_session_items": ({"session_id": "session_id"}, {}),
    "pop_session_item": ({"session_id": "session_id"}, {}),
    "delete_session_items": ({"session_id": "session_id"}, {}),
    "fail_turn": ({"message_id": "answer_id", "session_id": "session_id"}, {"status": "cancelled"}),
    "list_channel_links": ({}, {}),
    "list_agent_schedules": ({}, {}),
    "get_agent_schedule": ({"schedule_id": "schedule_id"}, {}),
    "list_scheduled_runs": ({"schedule_id": "schedule_id"}, {}),
    "delete_channel_link": ({"link_id": "link_id"}, {}),
    "get_message_by_request": ({}, {"client_request_id": "secret request"}),
}
"""Function → (parameter: attribute of the target), (parameter: value)."""
