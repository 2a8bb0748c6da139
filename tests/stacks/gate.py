"""What the names of the stack tests lead to: an https gate, pages, and the server under proof.

`https://api.shop.test` is whatever server runs at the moment, which itself speaks plain http, as
behind a load balancer; every other name shows an empty page.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from ..browser.certificates import write_leaf

API_HOST = "api.shop.test"
PAGE = "https://shop.test"
API = f"https://{API_HOST}"
STRANGERS = ("https://evil.test", "https://prizes.test")
LOOKALIKE = "https://evilshop.test"
"""Ends as `PAGE` does."""

BLANK = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 45\r\n"
    b"Connection: close\r\n\r\n<!doctype html><title>page</title><p>A page.\n"
)


class Gate:
    """Ends TLS and passes the bytes on as they are; use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.server_port = 0
        """Where `API` leads to at the moment."""
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(write_leaf(folder))
        self._tls.sni_callback = _remember_name
        self._served: set[asyncio.Task[Any] | None] = set()  # the loop itself would let them go
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Gate:
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls))
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self._run(_cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._served.add(task)
        try:
            await self._answer(reader, writer)
        finally:
            self._served.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError), contextlib.closing(writer):
            if getattr(writer.get_extra_info("ssl_object"), "asked_name", "") == API_HOST:
                await self._pass_on(reader, writer)
            else:
                with contextlib.suppress(asyncio.IncompleteReadError):
                    await reader.readuntil(b"\r\n\r\n")
                    writer.write(BLANK)
                    await writer.drain()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self.server_port)
        with contextlib.closing(to_server):
            asking = asyncio.ensure_future(_pump(reader, to_server))
            try:
                # A server may hang up on who is still asking: what it said first goes on.
                await _pump(server, writer)
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)


def _remember_name(tls: Any, name: str | None, _: ssl.SSLContext) -> None:
    tls.asked_name = name


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
