"""Export and import over HTTP: what is exported comes back, and again changes nothing."""

import asyncio
import json
import uuid
from typing import Any

import pytest

from tests.chatServer.archive_stage import (
    EXPORT,
    IMPORT,
    add_branches,
    delete_all,
    export,
    pack,
    send,
    session_file,
    sessions_of,
    unpack,
)
from tests.chatServer.conftest import Visitor
from tests.chatServer.history_stage import HistoryStage

SESSIONS = "/api/chat/sessions"
SOUND = pack({"sessions/000001.jsonl": session_file("a", "one")})
SIZE_AT = SOUND.index(b"PK\x01\x02") + 24
"""Where the list of files says how much the first one unpacks to."""


async def listed(visitor: Visitor) -> list[dict[str, Any]]:
    """The sessions as the list shows them, less what counts changes and names rows."""
    answer = await visitor.client.get(SESSIONS, params={"archived": "all"})
    left_out = {"version", "chat_id", "head_message_id"}
    return [
        {name: value for name, value in session.items() if name not in left_out}
        for session in answer.json()["sessions"]
    ]


async def branch_of(visitor: Visitor, session_id: str) -> list[tuple[object, ...]]:
    page = (await visitor.client.get(f"{SESSIONS}/{session_id}?limit=200")).json()
    return [
        (m["role"], m["content"], m["status"], m["item"], m["created_at"], m["branch"]["index"])
        for m in page["messages"]
    ]


async def cursor_of_changes(visitor: Visitor) -> str:
    answer = (await visitor.client.get(f"{SESSIONS}/changes")).json()
    return str(answer["cursor"])


async def test_export_delete_import_export_gives_the_same_archive(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    branchy = await history_stage.add_session(
        visitor.caller,
        title="Überwinterung 🌱",
        topic="Garden",
        pinned=True,
        metadata={"a": {"b": [1, None, 1.5]}},
    )
    await add_branches(history_stage, branchy, 200)
    plain = await history_stage.add_session(visitor.caller, archived=True, agent_name="Home agent")
    await history_stage.add_messages(visitor.caller, plain, "one", "two\nlines")
    await history_stage.add_session(visitor.caller, title="Empty")
    run_id = f"scheduled:{uuid.uuid4()}"
    await history_stage.add_session(
        visitor.caller, session_id=run_id, channel="scheduled", is_folded=True, is_active=False
    )
    chat_id = f"telegram:{uuid.uuid4().int % 10**9}:1"
    await history_stage.add_session(visitor.caller, session_id=chat_id, channel="telegram")
    await history_stage.add_messages(visitor.caller, chat_id, "from Telegram")

    archive = await export(visitor.client)
    assert archive == await export(visitor.client)
    before, branch = await listed(visitor), await branch_of(visitor, branchy)
    assert len(branch) > 10
    assert await delete_all(visitor.client) == 5
    report = await send(visitor.client, archive)

    assert (report["sessions_created"], report["messages_added"]) == (5, 206)
    assert {renamed["session_id"] for renamed in report["renamed"]} == {run_id, chat_id}
    new_ids = {r["new_session_id"]: r["session_id"] for r in report["renamed"]}
    after = await listed(visitor)
    for session in after:
        session["session_id"] = new_ids.get(session["session_id"], session["session_id"])
    assert after == before
    assert await branch_of(visitor, branchy) == branch
    assert await export(visitor.client) == archive


async def test_importing_again_changes_neither_rows_nor_versions_nor_the_feed(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    session_id = await history_stage.add_session(visitor.caller, title="Frost")
    await add_branches(history_stage, session_id, 30)
    archive = await export(visitor.client)
    cursor = await cursor_of_changes(visitor)
    for _ in range(2):
        report = await send(visitor.client, archive)
        assert (report["sessions_unchanged"], report["messages_known"]) == (1, 33)
        assert report["messages_added"] == report["sessions_created"] == 0
    changes = (await visitor.client.get(f"{SESSIONS}/changes", params={"since": cursor})).json()
    assert (changes["changed"], changes["deleted"]) == ([], [])


async def test_two_imports_at_once_make_one_of_everything(visitor: Visitor) -> None:
    files = {
        f"sessions/{number:06d}.jsonl": session_file(str(uuid.uuid4()), *"abcd")
        for number in range(1, 13)
    }
    files["sessions/000013.jsonl"] = session_file("telegram:12345:1", "hi", channel="telegram")
    archive = pack(files)
    reports = await asyncio.gather(*(send(visitor.client, archive) for _ in range(3)))
    assert sum(report["sessions_created"] for report in reports) == 13
    assert sum(report["messages_added"] for report in reports) == 49
    assert {report["messages_known"] + report["messages_added"] for report in reports} == {49}
    assert len(await listed(visitor)) == 13


async def test_of_an_id_that_is_somebody_elses_makes_a_session_of_ones_own(
    history_stage: HistoryStage, visitor: Visitor, stranger: Visitor
) -> None:
    taken = await history_stage.add_session(stranger.caller, title="Theirs")
    theirs = await export(stranger.client)
    archive = pack({"sessions/000001.jsonl": session_file(taken, "mine")})
    report = await send(visitor.client, archive)
    assert report["sessions_created"] == 1
    (renamed,) = report["renamed"]
    assert (renamed["session_id"], renamed["new_session_id"] != taken) == (taken, True)
    again = await send(visitor.client, archive)
    assert (again["sessions_unchanged"], again["renamed"]) == (1, [renamed])
    assert sessions_of(await export(visitor.client))[0][0]["session_id"] == taken
    assert await export(stranger.client) == theirs


async def test_tells_how_much_there_is_before_the_first_byte(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    session_id = await history_stage.add_session(visitor.caller)
    await history_stage.add_messages(visitor.caller, session_id, "one", "two")
    response = await visitor.client.get(EXPORT)
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"].startswith('attachment; filename="chat-registry')
    assert (response.headers["x-total-sessions"], response.headers["x-total-messages"]) == (
        *("1", "2"),
    )
    manifest = json.loads(unpack(response.content)["manifest.json"])
    assert (manifest["sessions"], manifest["messages"]) == (1, 2)


async def test_of_nobody_is_empty_and_can_be_imported(visitor: Visitor) -> None:
    archive = await export(visitor.client)
    assert unpack(archive).keys() == {"manifest.json"}
    report = await send(visitor.client, archive)
    assert report["sessions_created"] == 0


async def test_holds_what_is_the_users_own_only(
    history_stage: HistoryStage, visitor: Visitor, stranger: Visitor
) -> None:
    await history_stage.add_session(stranger.caller, title="Private")
    await history_stage.add_session(visitor.caller, title="Mine")
    archive = await export(visitor.client)
    assert [lines[0]["title"] for lines in sessions_of(archive)] == ["Mine"]
    everything = b"".join(unpack(archive).values())
    for visit in (visitor, stranger):
        assert str(visit.caller.user_id).encode() not in everything


@pytest.mark.parametrize(
    ("archive", "status", "code"),
    [
        (b"", 422, "archive_unreadable"),
        (b"PK\x05\x06" + bytes(18), 422, "archive_invalid"),
        (pack({}, version=3), 422, "archive_version_unsupported"),
        (pack({"../evil.jsonl": session_file("a")}), 422, "archive_invalid"),
        (SOUND[:-40], 422, "archive_unreadable"),
        (SOUND[:60] + bytes([SOUND[60] ^ 0xFF]) + SOUND[61:], 422, "archive_damaged"),
        (SOUND[:SIZE_AT] + b"\xff\xff\xff\x7f" + SOUND[SIZE_AT + 4 :], 413, "archive_too_large"),
    ],
    ids=["empty", "no manifest", "later", "path", "cut off", "damaged", "bomb"],
)
async def test_a_broken_one_is_refused_with_a_problem_and_stores_nothing(
    visitor: Visitor, archive: bytes, status: int, code: str
) -> None:
    response = await visitor.client.post(IMPORT, content=archive)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert await listed(visitor) == []


async def test_a_session_that_breaks_a_rule_is_left_out_with_its_reason(visitor: Visitor) -> None:
    too_long = str(uuid.uuid4())
    archive = pack(
        {
            "sessions/000001.jsonl": session_file(too_long, "x" * 70_000, title="Long"),
            "sessions/000002.jsonl": session_file(str(uuid.uuid4()), "fine"),
        }
    )
    report = await send(visitor.client, archive)
    assert (report["sessions_created"], report["sessions_skipped"]) == (1, 1)
    assert report["skipped"] == [
        {"session_id": too_long, "title": "Long", "reason": "A message is longer than one may be."}
    ]


@pytest.mark.parametrize(("method", "path"), [("GET", EXPORT), ("POST", IMPORT)])
async def test_is_for_who_is_signed_in(visitor: Visitor, method: str, path: str) -> None:
    response = await visitor.client.request(method, path, headers={"Authorization": "Bearer x"})
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")
