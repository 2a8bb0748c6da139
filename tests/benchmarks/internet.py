"""A small Internet for benchmarks: one server of this machine for all hosts, and browsers.

Each browser has an address of its own, speaks TLS through a proxy, and asks one request after
another out of the made-up traffic of `traffic`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import ssl
import time
from pathlib import Path

from mitmproxy import certs, http

from .traffic import AGENT, Traffic

BODY = 2_000
"""Mean size of bodies, in bytes."""


def server_context(folder: Path) -> ssl.SSLContext:
    """TLS for a server whose certificate, made in a folder, nobody trusts."""
    authority = certs.CertStore.from_store(folder, "benchmark", 2048)
    entry = authority.get_cert("benchmark.example", [])
    made = folder / "server.pem"
    made.write_bytes(entry.cert.to_pem() + _key(entry))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made)
    return context


class Internet:
    """One server for all hosts, and the browsers that ask it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turns = itertools.count()
        self._answers: dict[str, http.Response | None] = {}
        self.asked = 0

    async def serve(self) -> asyncio.Server:
        """Begin to answer on a free port."""
        context = server_context(self._folder)
        return await asyncio.start_server(self._answer, "127.0.0.1", 0, ssl=context)

    async def browse(self, number: int, port: int, until: float, enough: float) -> None:
        """Be one browser until then, or until all of them have asked enough."""
        traffic = Traffic(BODY, seed=number)
        connections: dict[str, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}
        for flow in traffic.flows(10**9):
            if time.monotonic() > until or self.asked >= enough:
                break
            if not isinstance(flow, http.HTTPFlow) or flow.websocket is not None:
                continue
            name = flow.client_conn.id
            if name not in connections:
                current = {each[0].id for each in traffic.connections.values()}
                for old in connections.keys() - current:
                    await _close(connections.pop(old))
                connections[name] = await _connect(number, port, flow.request.host)
            if not await self._ask(flow, number, *connections[name]):
                await _close(connections.pop(name))
        for each in connections.values():
            await _close(each)

    async def _ask(
        self, flow: http.HTTPFlow, number: int,
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
    ) -> bool:  # fmt: skip
        """Send a request and read its answer; can the connection be used again?"""
        turn = str(next(self._turns))
        self._answers[turn] = flow.response
        asked = flow.request
        path = f"{asked.path}{'&' if '?' in asked.path else '?'}turn={turn}"
        fields = [(b"Host", asked.host.encode()), *asked.headers.fields]
        fields = [
            (name, AGENT + b" Edg/1%02d" % number if name == b"user-agent" else value)
            for name, value in fields
            if name != b"content-length"
        ]
        body = asked.raw_content or b""
        if body:
            fields.append((b"content-length", b"%d" % len(body)))
        head = f"{asked.method} {path} HTTP/1.1\r\n".encode() + _lines(fields)
        writer.write(head + body)
        self.asked += 1
        try:
            await writer.drain()
            lines = await reader.readuntil(b"\r\n\r\n")
            status, length, keep = int(lines[9:12]), 0, True
            for line in lines.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
                keep = keep and line != b"connection: close"
            if length and asked.method != "HEAD" and status not in (204, 304):
                await reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        return keep and flow.response is not None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        await reader.readexactly(int(line[15:]))
                turn = head.split(b" ", 2)[1].rpartition(b"turn=")[2].decode()
                answer = self._answers.pop(turn)
                if answer is None:
                    break
                body = answer.raw_content or b""
                fields = [each for each in answer.headers.fields if each[0] != b"content-length"]
                if answer.status_code not in (204, 304):
                    fields.append((b"content-length", b"%d" % len(body)))
                writer.write(b"HTTP/1.1 %d OK\r\n" % answer.status_code + _lines(fields) + body)
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()


async def _connect(
    number: int, port: int, host: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection through the proxy, from this browser's own address."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(f"127.0.0.{10 + number}", 0)
    )
    writer.write(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    await writer.start_tls(context, server_hostname=host)
    return reader, writer


async def _close(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
    connection[1].close()
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        await connection[1].wait_closed()


def _lines(fields: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%s: %s\r\n" % each for each in fields) + b"\r\n"


def _key(entry: certs.CertStoreEntry) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return entry.privatekey.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
