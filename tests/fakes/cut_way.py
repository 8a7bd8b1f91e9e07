"""A way to a server that a test can cut, as a cable or a restarted gateway does."""

import asyncio
from urllib.parse import urlsplit

from tests.fakes.loopback_server import LoopbackServer


class CutWay(LoopbackServer):
    """Passes bytes on both ways, until it is cut and after it is whole again."""

    def __init__(self, url: str) -> None:
        """Leads to the server at this address."""
        split = urlsplit(url)
        self._host, self._port = split.hostname, split.port
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_cut = False

    def cut(self) -> None:
        """Breaks every connection and takes no new one."""
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Takes new connections again."""
        self._is_cut = False

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection."""
        if self._is_cut:
            return
        far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
        ends = {writer, far_writer}
        self._writers |= ends
        try:
            await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
        finally:
            self._writers -= ends
            far_writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(64 * 1024):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
