"""The files of attachments, in the private bucket of Supabase Storage, with the secret key.

Plain HTTP: storage3 reads and returns files only whole, and these are passed through in pieces.
https://supabase.com/docs/reference/api/storage
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import httpx
from pydantic import SecretStr

from chatServer.attachment_errors import AttachmentLost, StorageUnavailable
from chatServer.limits import (
    DATABASE_CONNECT_SECONDS,
    DATABASE_POOL_SECONDS,
    STORAGE_READ_SECONDS,
    STORAGE_WRITE_SECONDS,
)

BUCKET: Final = "chat-attachments"
PIECE_BYTES: Final = 64 * 1024
PARTIAL_CONTENT: Final = 206
NOT_THERE: Final = ("not_found", "NoSuchKey")
"""What Storage calls a file that it does not have, itself or by the S3 below it; never a bucket.
https://supabase.com/docs/guides/storage/debugging/error-codes
"""

TIMEOUT: Final = httpx.Timeout(
    STORAGE_READ_SECONDS,
    connect=DATABASE_CONNECT_SECONDS,
    write=STORAGE_WRITE_SECONDS,
    pool=DATABASE_POOL_SECONDS,
)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A part of a file, from its first byte to its last, both counted from 0 and part of it."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.last - self.first + 1


class AttachmentStore:
    """Stores, reads and removes files by their owner and id; knows nothing of what refers to them.

    The pool is one of its own: somebody who reads a file slowly must not hold up the database.
    """

    def __init__(self, http: httpx.AsyncClient, *, url: str, secret_key: SecretStr) -> None:
        self._http = http
        self._url = f"{url}/storage/v1/object/{BUCKET}"
        key = secret_key.get_secret_value()
        # Only a legacy key is a token itself; Supabase refuses the others as one.
        is_token = key.count(".") == 2
        self._headers = {"apikey": key} | ({"Authorization": f"Bearer {key}"} if is_token else {})

    async def write(
        self, user_id: UUID, object_id: UUID, *, pieces: AsyncIterator[bytes], size_bytes: int
    ) -> None:
        """Store a file of exactly that size; one that is there under this id is replaced.

        Raises:
            StorageUnavailable: It was not stored, or nobody said that it was.
        """
        headers = self._headers | {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(size_bytes),
            "x-upsert": "true",
        }
        try:
            answer = await self._http.post(
                self._at(user_id, object_id), headers=headers, content=pieces, timeout=TIMEOUT
            )
        except httpx.HTTPError as error:
            raise StorageUnavailable from error
        if not answer.is_success:
            raise StorageUnavailable

    @asynccontextmanager
    async def read(
        self, user_id: UUID, object_id: UUID, *, part: ByteRange | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a file, or the part of it that is given; its pieces come as they are read.

        Raises:
            AttachmentLost: Storage works and does not have it.
            StorageUnavailable: It could not be read, at its opening or in the middle.
        """
        headers = self._headers
        if part is not None:
            range_ = f"bytes={part.first}-{part.last}"
            headers = headers | {"Range": range_, "Accept-Encoding": "identity"}
        try:
            request = self._http.build_request(
                "GET", self._at(user_id, object_id), headers=headers, timeout=TIMEOUT
            )
            answer = await self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            raise StorageUnavailable from error
        try:
            if not answer.is_success:
                raise AttachmentLost if await _says_not_there(answer) else StorageUnavailable
            pieces = _read(answer)
            # Whoever knows nothing of ranges sends the whole file.
            is_whole = answer.status_code != PARTIAL_CONTENT
            yield _cut(pieces, part) if part is not None and is_whole else pieces
        finally:
            await answer.aclose()

    async def remove(self, user_ids_and_ids: Sequence[tuple[UUID, UUID]]) -> None:
        """Remove files; one that is not there is no error.

        Raises:
            StorageUnavailable: Some may be left.
        """
        names = [f"{user_id}/{object_id}" for user_id, object_id in user_ids_and_ids]
        try:
            answer = await self._http.request(
                "DELETE",
                self._url,
                headers=self._headers,
                json={"prefixes": names},
                timeout=TIMEOUT,
            )
        except httpx.HTTPError as error:
            raise StorageUnavailable from error
        if not answer.is_success:
            raise StorageUnavailable

    def _at(self, user_id: UUID, object_id: UUID) -> str:
        return f"{self._url}/{user_id}/{object_id}"


async def _read(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_bytes(PIECE_BYTES):
            yield piece
    except httpx.HTTPError as error:
        raise StorageUnavailable from error


async def _cut(pieces: AsyncIterator[bytes], part: ByteRange) -> AsyncIterator[bytes]:
    at = 0
    async for piece in pieces:
        wanted = piece[max(0, part.first - at) : max(0, part.last + 1 - at)]
        at += len(piece)
        if wanted:
            yield wanted
        if at > part.last:
            return


async def _says_not_there(answer: httpx.Response) -> bool:
    """Read why a file was not given; the status of it is 400 at Supabase, whatever the reason."""
    try:
        await answer.aread()
        reason = answer.json()
    except (httpx.HTTPError, ValueError):
        return False
    return (
        answer.status_code in (400, 404)
        and isinstance(reason, dict)
        and any(reason.get(name) in NOT_THERE for name in ("error", "code", "message"))
    )
