"""Files over real sockets into the real Storage, and back."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from chatServer.database.attachment_registry import AttachmentRegistry
from chatServer.database.attachment_store import AttachmentStore
from chatServer.database.postgrest_transport import open_http_pool
from chatServer.services.attachment_sweeper import sweep_unused_files
from tests.chatServer.files import (
    BINARY,
    HTML,
    PDF,
    PNG,
    SVG,
    problem,
    stored_names,
    uploaded,
)
from tests.chatServer.live_server import Visit, client_for, message_body, open_visit, read_all
from tests.stack.api import SupabaseApi


@pytest.fixture(scope="module")
async def visit(supabase_api: SupabaseApi) -> AsyncIterator[Visit]:
    async with open_visit(supabase_api) as opened:
        yield opened


async def send(visit: Visit, body: dict[str, Any]) -> list[Any]:
    """Posts a message and reads its stream to the end."""
    async with visit.client.stream("POST", visit.path, json=body) as response:
        return await read_all(response)


async def sweep(visit: Visit) -> None:
    """Removes now what every replica would remove after a while."""
    async with open_http_pool(trust_env=False) as http:
        key = SecretStr(visit.stage.api.secret_key)
        store = AttachmentStore(http, url=visit.stage.api.url, secret_key=key)
        await sweep_unused_files(AttachmentRegistry(visit.stage.transport), store)


class TestRead:
    @pytest.mark.parametrize(
        ("content", "filename", "shown_as"),
        [
            (PNG, 'a "quoted" näme.png', "inline"),
            (PDF, "paper.pdf", "inline"),
            (b"text", "notes.txt", "inline"),
            (HTML, "page.html", "attachment"),
            (SVG, "drawing.svg", "attachment"),
            (BINARY, "data.bin", "attachment"),
        ],
    )
    async def test_only_what_cannot_run_is_shown_inline(
        self, visit: Visit, content: bytes, filename: str, shown_as: str
    ) -> None:
        attachment = await uploaded(visit.client, visit.session_id, content, filename)
        read = await visit.client.get(attachment["url"])
        assert read.content == content
        assert read.headers["content-disposition"].startswith(f"{shown_as}; filename=")
        assert read.headers["content-type"].partition(";")[0] == attachment["content_type"]
        assert read.headers["x-content-type-options"] == "nosniff"
        assert read.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert read.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert read.headers["etag"] == f'"{attachment["sha256"]}"'

    async def test_what_the_client_has_is_not_sent_again(self, visit: Visit) -> None:
        attachment = await uploaded(visit.client, visit.session_id, PNG, "a.png")
        etag = f'"{attachment["sha256"]}"'
        for known in (etag, f'"other", W/{etag}', "*"):
            for method in ("GET", "HEAD"):
                headers = {"If-None-Match": known, "Range": "bytes=0-1"}
                read = await visit.client.request(method, attachment["url"], headers=headers)
                assert (read.status_code, read.content) == (304, b"")
                assert "content-length" not in read.headers
        other = {"If-None-Match": f'"x{attachment["sha256"]}"'}
        assert (await visit.client.get(attachment["url"], headers=other)).content == PNG

    async def test_a_part_is_sent_to_whoever_asks_for_it(self, visit: Visit) -> None:
        attachment = await uploaded(visit.client, visit.session_id, BINARY, "film.mp4")
        url, etag, size = attachment["url"], f'"{attachment["sha256"]}"', len(BINARY)
        for asked, first, last in (
            ("bytes=0-0", 0, 0),
            ("bytes=100-299", 100, 299),
            ("bytes=1000-", 1000, size - 1),
            ("bytes=-24", size - 24, size - 1),
            (f"bytes=1000-{size * 9}", 1000, size - 1),
            (f"bytes=-{size * 9}", 0, size - 1),
        ):
            read = await visit.client.get(url, headers={"Range": asked, "If-Range": etag})
            assert (read.status_code, read.content) == (206, BINARY[first : last + 1]), asked
            assert read.headers["content-range"] == f"bytes {first}-{last}/{size}"
            assert read.headers["content-length"] == str(last + 1 - first)
            assert read.headers["etag"] == etag
            assert read.headers["content-disposition"].startswith("attachment;")
        for headers in (
            {"Range": "bytes=0-1", "If-Range": '"another"'},
            {"Range": "bytes=0-1", "If-Range": "Sat, 21 Nov 2026 20:00:00 GMT"},
            {"Range": "bytes=0-1,5-6"},
            {"Range": "bytes=9-5"},
            {"Range": "bytes=-"},
            {"Range": "lines=1-2"},
        ):
            whole = await visit.client.get(url, headers=headers)
            assert (whole.status_code, whole.content) == (200, BINARY), headers
            assert whole.headers["accept-ranges"] == "bytes"
        for behind in (f"bytes={size}-", "bytes=-0"):
            refused = await visit.client.get(url, headers={"Range": behind})
            assert problem(refused) == (416, "range_not_satisfiable")
            assert refused.headers["content-range"] == f"bytes */{size}"

    async def test_a_head_says_what_a_read_would(self, visit: Visit) -> None:
        attachment = await uploaded(visit.client, visit.session_id, PDF, "paper.pdf")
        head = await visit.client.head(attachment["url"])
        read = await visit.client.get(attachment["url"])
        assert (head.status_code, head.content) == (200, b"")
        assert {**head.headers, "date": ""} == {**read.headers, "date": ""}

    async def test_a_stranger_sees_no_difference_from_one_that_never_was(
        self, visit: Visit
    ) -> None:
        attachment = await uploaded(visit.client, visit.session_id, PNG, "a.png")
        stranger = await visit.stage.sign_up()
        unknown_url = f"/api/chat/attachments/{uuid.uuid4()}"
        async with client_for(visit.base_url, stranger) as client:
            for method in ("GET", "DELETE"):
                foreign = await client.request(method, attachment["url"])
                unknown = await client.request(method, unknown_url)
                assert problem(foreign) == (404, "attachment_not_found")
                assert foreign.content == unknown.content
            assert (await client.head(attachment["url"])).status_code == 404
        async with client_for(visit.base_url, None) as client:
            assert problem(await client.get(attachment["url"])) == (401, "unauthorized")
        assert (await visit.client.get(attachment["url"])).content == PNG


class TestSend:
    async def test_a_message_carries_its_files_wherever_it_is_shown(self, visit: Visit) -> None:
        first = await uploaded(visit.client, visit.session_id, PNG, "red.png")
        second = await uploaded(visit.client, visit.session_id, b"text", "notes.txt")
        ids = [second["id"], first["id"]]
        events = await send(visit, message_body("") | {"attachment_ids": ids})
        message = events[0].data["user_message"]
        expected = [a | {"message_id": message["id"]} for a in (second, first)]
        assert message["content"] == ""
        assert message["attachments"] == expected
        history = (await visit.client.get(visit.path)).json()["messages"]
        assert history[-2]["attachments"] == expected
        assert history[-1]["attachments"] == []
        export = (await visit.client.get(f"/api/chat/sessions/{visit.session_id}/export")).json()
        assert export["messages"][-2]["attachments"] == expected
        refused = await visit.client.delete(first["url"])
        assert problem(refused) == (409, "attachment_in_use")

    async def test_the_same_request_with_other_files_is_refused(self, visit: Visit) -> None:
        one = await uploaded(visit.client, visit.session_id, b"one")
        other = await uploaded(visit.client, visit.session_id, b"other")
        body = message_body("look") | {"attachment_ids": [one["id"]]}
        await send(visit, body)
        repeated = await send(visit, body)
        assert repeated[0].data["user_message"]["attachments"][0]["id"] == one["id"]
        for ids in ([other["id"]], [], [one["id"], other["id"]]):
            refused = await visit.client.post(visit.path, json=body | {"attachment_ids": ids})
            assert problem(refused) == (422, "request_id_reused")

    async def test_files_of_others_of_other_sessions_and_sent_ones_are_unknown(
        self, visit: Visit
    ) -> None:
        sent = await uploaded(visit.client, visit.session_id, b"sent")
        await send(visit, message_body("look") | {"attachment_ids": [sent["id"]]})
        other_session = await visit.stage.new_session(visit.caller)
        elsewhere = await uploaded(visit.client, other_session, b"elsewhere")
        stranger = await visit.stage.sign_up()
        theirs_session = await visit.stage.new_session(stranger)
        async with client_for(visit.base_url, stranger) as client:
            theirs = await uploaded(client, theirs_session, b"theirs")
        answers = []
        for attachment_id in (sent["id"], elsewhere["id"], theirs["id"], str(uuid.uuid4())):
            body = message_body("mine") | {"attachment_ids": [attachment_id]}
            answers.append(await visit.client.post(visit.path, json=body))
        assert {problem(answer) for answer in answers} == {(404, "attachment_not_found")}
        assert len({answer.content for answer in answers}) == 1

    async def test_an_edit_keeps_the_files_unless_it_names_others(self, visit: Visit) -> None:
        one = await uploaded(visit.client, visit.session_id, b"one")
        other = await uploaded(visit.client, visit.session_id, b"other")
        events = await send(visit, message_body("look") | {"attachment_ids": [one["id"]]})
        path = f"{visit.path}/{events[0].data['user_message']['id']}"

        async def edit(**given: object) -> list[str]:
            body = message_body("better") | given
            async with visit.client.stream("PATCH", path, json=body) as response:
                edited = (await read_all(response))[0].data["user_message"]
            return [attachment["id"] for attachment in edited["attachments"]]

        assert await edit() == [one["id"]]
        assert await edit(content="") == [one["id"]]
        assert await edit(attachment_ids=[other["id"], one["id"]]) == [other["id"], one["id"]]
        assert await edit(attachment_ids=[]) == []
        taken = message_body("better") | {"attachment_ids": [other["id"]]}
        refused = await visit.client.patch(path, json=taken)
        assert problem(refused) == (404, "attachment_not_found")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"content": " "}, "content"),
            ({"content": "", "attachment_ids": []}, "content"),
            ({"attachment_ids": [str(uuid.uuid4()) for _ in range(11)]}, "attachment_ids"),
            ({"attachment_ids": ["not-a-uuid"]}, "attachment_ids.0"),
            ({"attachment_ids": [str(uuid.UUID(int=1))] * 2}, "attachment_ids"),
            ({"attachment_ids": None}, "attachment_ids"),
        ],
    )
    async def test_a_list_that_cannot_be_is_refused(
        self, visit: Visit, body: dict[str, Any], field: str
    ) -> None:
        refused = await visit.client.post(visit.path, json=message_body("x") | body)
        assert problem(refused) == (422, "validation_failed")
        assert [error["field"] for error in refused.json()["errors"]] == [field]


class TestDelete:
    async def test_files_go_with_their_attachment_and_with_their_session(
        self, supabase_api: SupabaseApi, visit: Visit
    ) -> None:
        owner = await visit.stage.sign_up()
        session_id = await visit.stage.new_session(owner)
        async with client_for(visit.base_url, owner) as client:
            one = await uploaded(client, session_id, b"one")
            two = await uploaded(client, session_id, b"two")
            body = message_body("") | {"attachment_ids": [two["id"]]}
            path = f"/api/chat/sessions/{session_id}/messages"
            async with client.stream("POST", path, json=body) as response:
                await read_all(response)
            assert len(await stored_names(supabase_api, owner.user_id)) == 2
            assert (await client.delete(one["url"])).status_code == 204
            assert problem(await client.get(one["url"])) == (404, "attachment_not_found")
            assert (await client.get(two["url"])).content == b"two"
            deleted = await client.delete(f"/api/chat/sessions/{session_id}")
            assert deleted.status_code == 204

        await sweep(visit)
        assert await stored_names(supabase_api, owner.user_id) == []
