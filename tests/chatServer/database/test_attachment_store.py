"""What Storage says of a file that it does not give."""

import uuid

import httpx
import pytest
from pydantic import JsonValue, SecretStr

from chatServer.attachment_errors import AttachmentLost, StorageUnavailable
from chatServer.database.attachment_store import AttachmentStore, ByteRange
from chatServer.errors import DomainError

LOST = {"statusCode": "404", "error": "not_found", "message": "Object not found"}


def store_that_answers(status: int, body: JsonValue | str) -> AttachmentStore:
    """A store whose Storage answers everything with this."""

    def answer(_request: httpx.Request) -> httpx.Response:
        if isinstance(body, str):
            return httpx.Response(status, text=body)
        return httpx.Response(status, json=body)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return AttachmentStore(http, url="https://project.example", secret_key=SecretStr("key"))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, LOST, AttachmentLost),
        (404, LOST, AttachmentLost),
        (400, {"code": "NoSuchKey", "error": "NoSuchKey"}, AttachmentLost),
        (
            400,
            {"error": "The specified key does not exist.", "message": "NoSuchKey"},
            AttachmentLost,
        ),
        (400, {"statusCode": "404", "error": "Bucket not found"}, StorageUnavailable),
        (400, {"statusCode": "403", "error": "Unauthorized"}, StorageUnavailable),
        (400, {"error": ["not_found"]}, StorageUnavailable),
        (404, "<h1>404 not_found</h1>", StorageUnavailable),
        (404, ["not_found"], StorageUnavailable),
        (500, LOST, StorageUnavailable),
    ],
)
async def test_only_a_file_that_storage_knows_nothing_of_is_lost(
    status: int, body: JsonValue | str, error: type[DomainError]
) -> None:
    store = store_that_answers(status, body)
    with pytest.raises(error):
        async with store.read(uuid.uuid4(), uuid.uuid4()):
            pass


@pytest.mark.parametrize(("status", "body"), [(206, "cde"), (200, "abcdefgh")])
async def test_a_part_is_cut_out_where_storage_sends_the_whole_file(status: int, body: str) -> None:
    store = store_that_answers(status, body)
    async with store.read(uuid.uuid4(), uuid.uuid4(), part=ByteRange(2, 4)) as pieces:
        assert [piece async for piece in pieces] == [b"cde"]
